"""Golden files of the PES format: `python -m tests.exports_tps.golden` writes them again.

They are unsigned: a signature depends on a key made by each run. Review the diff.
"""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

from exports_tps.pes.acquit_retour import ecrire_acquit_retour
from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.depense import LiensDepense, RattachementDepense
from exports_tps.pes.flux import Section, ecrire_flux, facture_jointe
from exports_tps.pes.recette import RattachementRecette
from tests.exports_tps.pes import exemples, exemples_facture

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


def mandat(triplet, *, rattachement=None, **ligne):
    """Return a flux of one mandat of a triplet (TypBord, TypPce, NatPce)."""
    type_bordereau, type_piece, nature = triplet.split()
    lien = RattachementDepense(**rattachement) if rattachement else None
    piece = replace(
        exemples.MANDAT,
        type=type_piece,
        nature=nature,
        lignes=(replace(exemples.LIGNE, rattachement=lien, **ligne),),
    )
    return flux(depense=section(exemples.bordereau_depense(type=type_bordereau), [piece]))


def titre(triplet, *, rattachement=None, **champs):
    """Return a flux of one titre of a triplet."""
    type_bordereau, type_piece, nature = triplet.split()
    lien = RattachementRecette(**rattachement) if rattachement else None
    piece = replace(
        exemples.TITRE,
        type=type_piece,
        nature=nature,
        lignes=(replace(exemples.LIGNE_TITRE, rattachement=lien),),
        **champs,
    )
    return flux(recette=section(exemples.bordereau_recette(type=type_bordereau), [piece]))


def _origine(nature, exercice=2026, ligne="1"):
    lien = {"nature": nature, "exercice": exercice, "numero_piece": 1001}
    return lien | ({"numero_ligne": ligne} if ligne else {})


def depense_complete():
    """Return a flux of one mandat with every block of the dépense, and its document."""
    bordereau = exemples.bordereau_depense(montant_ht=138_751)
    return flux(
        depense=section(bordereau, [exemples.MANDAT_COMPLET]),
        pieces_jointes=[exemples.piece_jointe()],
    )


def recette_complete():
    """Return a flux of one titre with every block of the recette."""
    bordereau = exemples.bordereau_recette(montant_tva=1_500)
    return flux(recette=section(bordereau, [exemples.TITRE_COMPLET]))


def recette_facture_jointe():
    """Return a flux of one titre, with the invoice of its debtor as data (type 006)."""
    piece = replace(exemples.TITRE, references_pj=(exemples_facture.REFERENCE,))
    document = facture_jointe(
        exemples_facture.FICHE,
        enveloppe=exemples.ENVELOPPE,
        entete=exemples.ENTETE,
        facture=exemples_facture.FACTURE,
    )
    return flux(recette=section(exemples.bordereau_recette(), [piece]), pieces_jointes=[document])


def depense_et_recette():
    """Return a flux of both domains."""
    return flux(
        depense=section(exemples.bordereau_depense(), [exemples.MANDAT]),
        recette=section(exemples.bordereau_recette(), [exemples.TITRE]),
    )


def acquit_retour():
    """Return the acknowledgement of two files received from the treasury."""
    sortie = BytesIO()
    ecrire_acquit_retour(
        sortie=sortie,
        enveloppe=exemples.ENVELOPPE,
        entete=exemples.ENTETE,
        elements=exemples.RETOURS_RECUS,
    )
    return sortie.getvalue()


MARCHE = LiensDepense(marche="2026-M-014")
CAS = {
    "depense": lambda: mandat("01 01 01"),
    "depense_complete": depense_complete,
    "depense_a_l_etranger": lambda: mandat(
        "01 01 01", tiers=replace(exemples.TIERS, adresse=exemples.ADRESSE_A_SYDNEY)
    ),
    "depense_annulation": lambda: mandat("02 02 06", rattachement=_origine("01")),
    "depense_annulant_un_titre": lambda: mandat("01 02 09", rattachement=_origine("02", 2025)),
    "depense_rattachement": lambda: mandat("01 10 01"),
    "depense_annulation_rattachement": lambda: mandat(
        "02 02 10", rattachement=_origine("01", 2025)
    ),
    "depense_apres_paiement": lambda: mandat("01 05 01", rattachement=_origine("03", ligne=None)),
    "depense_marche": lambda: mandat(
        "01 09 01",
        liens=MARCHE,
        ventilation_marche=exemples.VentilationMarcheDepense(
            marche="2026-M-014", acompte_ht=138_750, acompte_tva=15_263
        ),
    ),
    "depense_globale": lambda: mandat("01 06 01", liens=LiensDepense(convention="CONV-2026-3")),
    "depense_charges_d_avance": lambda: mandat("01 13 01", rattachement=_origine("01", 2025)),
    "depense_non_valeurs": lambda: mandat("01 07 01", rattachement=_origine("04", ligne=None)),
    "recette": lambda: titre("01 01 01"),
    "recette_complete": recette_complete,
    "recette_annulation": lambda: titre("02 02 06", rattachement=_origine("01")),
    "recette_annulant_un_mandat": lambda: titre("01 02 09", rattachement=_origine("02", 2025)),
    "recette_role": lambda: titre("01 06 01", role=12),
    "recette_rattachement": lambda: titre("01 11 01"),
    "recette_annulation_rattachement": lambda: titre("02 02 10", rattachement=_origine("01", 2025)),
    "recette_apres_encaissement": lambda: titre(
        "01 05 01", rattachement=_origine("03", ligne=None)
    ),
    "recette_facture_jointe": recette_facture_jointe,
    "depense_et_recette": depense_et_recette,
    "pieces_jointes": lambda: flux(pieces_jointes=[exemples.PJ_ISOLEE]),
    "facture": lambda: flux(facture=exemples_facture.FACTURE),
    "facture_complete": lambda: flux(facture=exemples_facture.FACTURE_COMPLETE),
    "acquit_retour": acquit_retour,
}


def ecrire():
    """Write every golden file."""
    DOSSIER.mkdir(exist_ok=True)
    for nom, cas in CAS.items():
        (DOSSIER / f"{nom}.xml").write_bytes(cas())


if __name__ == "__main__":
    ecrire()
