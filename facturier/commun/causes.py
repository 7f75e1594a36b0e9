"""Why the system refused a file, or the base a row, in French."""

import errno

from django.db import DatabaseError

CAUSES = {
    errno.EACCES: "l’accès est refusé",
    errno.EPERM: "l’accès est refusé",
    errno.EROFS: "le disque est en lecture seule",
    errno.ENOSPC: "le disque est plein",
    errno.EDQUOT: "le quota du disque est atteint",
    errno.EFBIG: "le fichier dépasse la taille permise ici",
    errno.EEXIST: "un fichier en occupe la place",
    errno.ENOTDIR: "un fichier en occupe la place",
    errno.ENOENT: "il n’existe pas",
    errno.EISDIR: "c’est un dossier",
    errno.ENXIO: "ce n’est pas un fichier ordinaire",  # a pipe, a device, a socket
}


def cause(erreur: OSError) -> str:
    """Return why, or the number of the error when it is not a usual one."""
    return CAUSES.get(erreur.errno or 0, f"erreur {erreur.errno}")


def phrase_de_la_base(erreur: DatabaseError) -> str:
    """Return the sentence by which a trigger or a constraint refused."""
    diagnostic = getattr(erreur.__cause__, "diag", None)
    texte = (diagnostic.message_primary if diagnostic else None) or str(erreur)
    return texte.splitlines()[0]
