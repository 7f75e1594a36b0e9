"""Rows written as records: many at once, each as if it were alone and as its record would be."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exports_tps.pes.communs import Adresse, CompteBancaire, ReferencePJ
from exports_tps.pes.depense import DelaiGlobalPaiement, LigneMandat, Mandat, TiersDepense
from exports_tps.pes.ecriture import ecrire
from exports_tps.pes.messages import ChampRefuse
from exports_tps.pes.projection import Colonne, Fourni, Projection

COLONNES = ("numero", "objet", "debut")
DEBUT = date(2026, 11, 22)
DELAI = {
    "est_non_eligible": False,
    "date_debut": Colonne("debut"),
    "date_fin": DEBUT,
    "duree": 30,
}
MANDATS = Projection(
    Mandat,
    COLONNES,
    {
        "numero": Colonne("numero"),
        "type": "01",
        "nature": "01",
        "objet": Colonne("objet", lambda objet: objet or None),
        "references_pj": Fourni(),
        "delai_global_paiement": Projection(DelaiGlobalPaiement, COLONNES, DELAI, si=("debut",)),
        "lignes": Fourni(),
    },
)
REFERENCE = ReferencePJ(support="01", identifiant_unique="PJ1", nom="50 % de remise.pdf")
LIGNE = LigneMandat(
    numero=1,
    nature="60612",
    est_tva_intracommunautaire=False,
    montant_ht=100,
    tiers=TiersDepense(
        categorie="20",
        nature_juridique="03",
        nom="Société fictive",
        adresse=Adresse(
            type="1", adresse2="1 rue X", code_postal="98800", ville="X", est_non_resident=False
        ),
        compte=CompteBancaire(iban="FR7617499000000000000000118", titulaire="X"),
    ),
)
RANGEES = st.lists(
    st.tuples(
        st.integers(1, 99_999_999),
        st.sampled_from(["", "100 % & <plus>", "Étude"]),
        st.none() | st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    ),
    max_size=12,
)


def _enregistrement(numero, objet, debut):
    delai = DelaiGlobalPaiement(
        est_non_eligible=False, date_debut=debut or DEBUT, date_fin=DEBUT, duree=30
    )
    return Mandat(
        numero=numero,
        type="01",
        nature="01",
        objet=objet or None,
        references_pj=(REFERENCE,) * (numero % 2),
        delai_global_paiement=delai if debut else None,
        lignes=(LIGNE,),
    )


@given(rangees=RANGEES)
def test_un_lot_s_ecrit_comme_les_enregistrements(rangees):
    reference = ecrire("PJRef", REFERENCE)
    ligne = ecrire("LigneDePiece", LIGNE) + "\n"
    references = [reference * (rangee[0] % 2) for rangee in rangees]

    textes = MANDATS.ecrire("Piece", rangees, references, [ligne] * len(rangees))

    assert textes == [ecrire("Piece", _enregistrement(*rangee)) for rangee in rangees]


def test_un_lot_dont_une_rangee_est_refusee_nomme_le_champ():
    rangees = [(1, "bon", None), (0, "faux", None)]

    with pytest.raises(ChampRefuse, match="IdPce"):
        MANDATS.ecrire("Piece", rangees, ["", ""], ["", ""])
