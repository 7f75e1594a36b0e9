"""Hours as French writes them, in pages, mails, messages and editions: `22 h 47`.

Files for machines (CSV, XML, JSON) and fields to fill in keep `22:47`.
"""

from datetime import datetime


def heure(local: datetime, *, a_la_seconde: bool = False) -> str:
    """Return `22 h 47`, or `22 h 47 min 05 s`, without a line break inside.

    Args:
        local: in the time zone to be read in.
    """
    minute = f"{local.hour}\u00a0h\u00a0{local.minute:02d}"
    return f"{minute}\u00a0min\u00a0{local.second:02d}\u00a0s" if a_la_seconde else minute


def jour_et_heure(local: datetime, *, a_la_seconde: bool = False) -> str:
    """Return `23/11/2026 à 22 h 47`; `local` is in the time zone to be read in."""
    return f"{local:%d/%m/%Y} à {heure(local, a_la_seconde=a_la_seconde)}"
