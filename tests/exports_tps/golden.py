"""Golden files of the PES format: `python -m tests.exports_tps.golden` writes them again.

They are unsigned: a signature depends on a key made by each run. Review the diff.
"""

from io import BytesIO
from pathlib import Path

from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.flux import Section, ecrire_flux
from tests.exports_tps.pes import exemples

DOSSIER = Path(__file__).with_name("attendus")


def section(bordereau, pieces):
    """Return an unsigned section of one bordereau."""
    sortie = BytesIO()
    ecrire_bordereau(sortie=sortie, bordereau=bordereau, pieces=pieces, signature=None)
    return Section(fragments=[lambda: BytesIO(sortie.getvalue())], est_signee=False)


def flux(**parties):
    """Return a whole flux of `parties`."""
    sortie = BytesIO()
    ecrire_flux(sortie=sortie, enveloppe=exemples.ENVELOPPE, entete=exemples.ENTETE, **parties)
    return sortie.getvalue()


def depense():
    """Return a flux of one mandat."""
    return flux(depense=section(exemples.bordereau_depense(), [exemples.MANDAT]))


def depense_complete():
    """Return a flux of one mandat with every block of the dépense, and its document."""
    bordereau = exemples.bordereau_depense(montant_ht=138_751)
    return flux(
        depense=section(bordereau, [exemples.MANDAT_COMPLET]),
        pieces_jointes=[exemples.piece_jointe()],
    )


def recette():
    """Return a flux of one titre."""
    return flux(recette=section(exemples.bordereau_recette(), [exemples.TITRE]))


def recette_complete():
    """Return a flux of one titre with every block of the recette."""
    bordereau = exemples.bordereau_recette(montant_tva=1_500)
    return flux(recette=section(bordereau, [exemples.TITRE_COMPLET]))


def pieces_jointes():
    """Return a flux of documents sent after their pièce."""
    return flux(pieces_jointes=[exemples.PJ_ISOLEE])


_CAS = (depense, depense_complete, recette, recette_complete, pieces_jointes)
CAS = {cas.__name__: cas for cas in _CAS}


def ecrire():
    """Write every golden file."""
    DOSSIER.mkdir(exist_ok=True)
    for nom, cas in CAS.items():
        (DOSSIER / f"{nom}.xml").write_bytes(cas())


if __name__ == "__main__":
    ecrire()
