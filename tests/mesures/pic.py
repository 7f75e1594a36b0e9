"""The peak resident size of a process. `ru_maxrss` would not do: it begins with its parent's."""

from pathlib import Path

PIC = "VmHWM:"


def pic() -> int:
    """Return the peak resident size of this process, in kilobytes."""
    lignes = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(ligne.split()[1]) for ligne in lignes if ligne.startswith(PIC))
