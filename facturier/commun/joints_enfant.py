"""The child of `joints`: look for embedded files in every object of a PDF.

`python -m facturier.commun.joints_enfant FICHIER` tells by its exit code. It knows nothing of
Django, and dies alone of a file out of proportion.
"""

import resource
import sys

import pikepdf

MEMOIRE = 1_000_000_000  # bytes of address space
CALCUL = 20  # seconds
JOINT, PROTEGE, ILLISIBLE = 3, 4, 5


def examiner(chemin: str) -> int:
    """Return 0, or the code of what is wrong with the file."""
    try:
        with pikepdf.open(chemin) as pdf:
            return JOINT if any(map(_porte_un_fichier, pdf.objects)) else 0
    except pikepdf.PasswordError:
        return PROTEGE
    except (pikepdf.PdfError, pikepdf.DataDecodingError, OSError):
        return ILLISIBLE


def _porte_un_fichier(objet: pikepdf.Object) -> bool:
    """Tell whether an object is, or carries, a file specification that holds its file."""
    if not isinstance(objet, pikepdf.Dictionary):
        return False
    return "/EF" in objet or (
        isinstance(objet.get("/FS"), pikepdf.Dictionary) and "/EF" in objet["/FS"]
    )


def main() -> int:
    """Set the limits, then examine."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMOIRE, MEMOIRE))
    resource.setrlimit(resource.RLIMIT_CPU, (CALCUL, CALCUL))
    return examiner(sys.argv[1])


if __name__ == "__main__":
    sys.exit(main())
