"""The child process: sets its own limits, reads standard input, answers in JSON.

Run as `python -m facturier.suivi.lecture.enfant TYPE_MIME`, with `photos SIZE...` to make a PDF of
the photos that follow each other on standard input, or with `objets TYPE_MIME` to take out what is
embedded in an invoice.
"""

import json
import resource
import sys
from typing import Any

MEMOIRE = 768 * 1024 * 1024
SECONDES_PROCESSEUR = 15
TAILLE_SORTIE = 16 * 1024 * 1024
DESCRIPTEURS = 64
OCTETS_TAILLE = 8


def main() -> None:
    """Write `{"facture": …}`, `{"refus": …}`, or the PDF of photos."""
    _borner()
    genre, *suite = sys.argv[1:]
    if genre == "objets":
        _extraire(suite[0])
    elif genre == "photos":
        _photographier([int(taille) for taille in suite])
    else:
        json.dump(_reponse(genre), sys.stdout)


def _borner() -> None:
    """Limit what follows, imports included; a limit once set cannot be raised again."""
    for ressource, maximum in (
        (resource.RLIMIT_AS, MEMOIRE),
        (resource.RLIMIT_CPU, SECONDES_PROCESSEUR),
        (resource.RLIMIT_FSIZE, TAILLE_SORTIE),
        (resource.RLIMIT_NOFILE, DESCRIPTEURS),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(ressource, (maximum, maximum))


def _reponse(type_mime: str) -> dict[str, Any]:
    # Imported here: the limits must hold before any parser is loaded.
    from facturier.commun.fichiers import FichierRefuse  # noqa: PLC0415
    from facturier.suivi.lecture.analyse import analyser  # noqa: PLC0415
    from facturier.suivi.lecture.echange import en_json  # noqa: PLC0415
    from facturier.suivi.lecture.refus import TROP_LOURD  # noqa: PLC0415

    try:
        return {"facture": en_json(analyser(sys.stdin.buffer.read(), type_mime))}
    except FichierRefuse as refus:
        return {"refus": str(refus)}
    except (MemoryError, RecursionError):
        return {"refus": TROP_LOURD}


def _extraire(type_mime: str) -> None:
    """Write each embedded object after its size, on eight bytes."""
    from facturier.suivi.lecture.objets import extraire  # noqa: PLC0415

    for objet in extraire(sys.stdin.buffer.read(), type_mime):
        sys.stdout.buffer.write(len(objet).to_bytes(OCTETS_TAILLE) + objet)


def _photographier(tailles: list[int]) -> None:
    from facturier.commun.fichiers import FichierRefuse  # noqa: PLC0415
    from facturier.suivi.lecture.pages_photo import composer  # noqa: PLC0415
    from facturier.suivi.lecture.refus import PHOTOS_TROP_LOURDES  # noqa: PLC0415

    try:
        pdf = composer(sys.stdin.buffer.read(taille) for taille in tailles)
        if len(pdf) > TAILLE_SORTIE:
            raise FichierRefuse(PHOTOS_TROP_LOURDES)
    except FichierRefuse as refus:
        json.dump({"refus": str(refus)}, sys.stdout)
    except MemoryError:
        json.dump({"refus": PHOTOS_TROP_LOURDES}, sys.stdout)
    else:
        sys.stdout.buffer.write(pdf)


if __name__ == "__main__":
    main()
