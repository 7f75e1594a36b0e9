"""Why a file could not be read or written, in French: the system tells it in English."""

import errno

CAUSES = {
    errno.EACCES: "accès refusé",
    errno.EPERM: "accès refusé",
    errno.EROFS: "disque en lecture seule",
    errno.ENOSPC: "disque plein",
    errno.EDQUOT: "quota du disque atteint",
    errno.ENOENT: "introuvable",
    errno.EISDIR: "c’est un dossier",
    errno.ENOTDIR: "ce n’est pas un dossier",
}


def cause(erreur: OSError) -> str:
    """A few French words, or the number of the error."""
    return CAUSES.get(erreur.errno or 0, f"erreur {erreur.errno}")
