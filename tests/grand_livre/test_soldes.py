"""Balances and statements read from the ledger."""

from datetime import date
from io import BytesIO

import pytest

from facturier.grand_livre import evenements
from facturier.grand_livre.documents import raccourcir, ranger_justificatif
from facturier.grand_livre.models import Parametre, Sens, SensPiece, Tiers
from facturier.grand_livre.models.comptes import ParametreAbsent
from facturier.grand_livre.passation import EcritureRefusee, Ligne, lettrer, passer
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.soldes import releve, reste_du, reste_du_par_piece, solde, totaux_tiers
from tests.grand_livre.factories import JOUR, TiersFactory, lignes, mandat, titre

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]
LENDEMAIN = date(2026, 11, 24)


def _encaisser(piece, montant, par, jour=LENDEMAIN):
    return evenements.encaisser(
        piece, mode="carte", montant=montant, date_comptable=jour, reference=f"r{montant}", par=par
    )


def test_un_compte_sans_mouvement_ou_inconnu_a_un_solde_nul(reference):
    assert solde("4011", exercice=2026).solde == 0
    assert solde("99999", exercice=2026).solde == 0


@pytest.mark.parametrize("scelle", [False, True])
def test_un_solde_s_arrete_au_jour_demande(reference, agent, scelle):
    _encaisser(titre(agent), 45_000, agent)
    _ = scelle and sceller()

    assert solde("4111", exercice=2026, au=JOUR).solde == 45_000
    assert solde("4111", exercice=2026, au=LENDEMAIN).solde == 0


def test_le_reste_du_de_beaucoup_de_pieces_se_lit_en_une_requete(
    reference, agent, django_assert_num_queries
):
    titres = [titre(agent) for _ in range(3)]
    _encaisser(titres[0], 5_000, agent)

    with django_assert_num_queries(1):
        restes = reste_du_par_piece([t.pk for t in titres], sens=SensPiece.RECETTE)

    assert [restes[t.pk] for t in titres] == [40_000, 45_000, 45_000]


def test_une_piece_payee_de_trop_a_un_reste_negatif(reference, agent):
    paye_deux_fois = titre(agent)
    _encaisser(paye_deux_fois, 45_000, agent)
    _encaisser(paye_deux_fois, 45_001, agent)

    assert reste_du(paye_deux_fois) == -45_001


def test_le_releve_d_un_tiers_cumule_ce_qu_il_doit(reference, agent, django_assert_num_queries):
    tiers = TiersFactory.create()
    du = titre(agent, tiers=tiers)
    _encaisser(du, 15_000, agent)
    mandat(agent, tiers=tiers)

    with django_assert_num_queries(2):
        lues = list(releve(tiers))

    assert [(li.compte, li.debit, li.credit, li.solde) for li in lues] == [
        ("4111", 45_000, 0, 45_000),
        ("4011", 0, 111_000, -66_000),
        ("4111", 0, 15_000, -81_000),
    ]
    assert lues[0].piece == du.reference
    assert totaux_tiers(tiers).solde == -81_000


def test_un_releve_borne_reprend_le_cumul_anterieur(reference, agent):
    du = titre(agent)
    _encaisser(du, 15_000, agent)

    apres = list(releve(du.tiers, debut=LENDEMAIN))
    avant = list(releve(du.tiers, fin=JOUR))

    assert [(li.credit, li.solde) for li in apres] == [(15_000, 30_000)]
    assert [(li.debit, li.solde) for li in avant] == [(45_000, 45_000)]


def test_le_releve_montre_aussi_ce_qui_n_a_pas_de_piece(reference, agent):
    tiers = TiersFactory.create()
    passer(
        exercice=2026,
        journal="OD",
        date_comptable=JOUR,
        evenement="essai",
        libelle="Avance",
        lignes=[*lignes(("515", "C", 10)), Ligne("4091", Sens.DEBIT, 10, tiers.pk)],
        par=agent,
    )

    assert [(li.piece, li.solde) for li in releve(tiers)] == [("", 10)]


def test_seules_des_lignes_de_tiers_se_lettrent(reference, agent):
    ecritures = [
        passer(
            exercice=2026,
            journal="OD",
            date_comptable=JOUR,
            evenement="essai",
            libelle="Essai",
            lignes=lignes(("471411", sens, 10), ("515", autre, 10)),
            par=agent,
        )
        for sens, autre in (("D", "C"), ("C", "D"))
    ]

    with pytest.raises(EcritureRefusee, match="portent un tiers"):
        lettrer([e.lignes.get(compte__numero="471411") for e in ecritures], par=agent)


def test_un_parametre_vaut_a_partir_de_son_jour(reference):
    Parametre.objects.create(cle="essai", debut=date(2026, 1, 1), valeur="10", source="essai")
    change = Parametre.objects.create(
        cle="essai", debut=date(2026, 6, 1), valeur="20", source="essai"
    )

    assert Parametre.objects.entier("essai", date(2026, 5, 31)) == 10
    assert Parametre.objects.entier("essai", date(2026, 6, 1)) == 20
    assert str(change) == "essai = 20 (dès le 01/06/2026)"
    with pytest.raises(ParametreAbsent, match="en vigueur le 31/12/2025"):
        Parametre.objects.valeur("essai", date(2025, 12, 31))


def test_un_justificatif_se_range_par_son_empreinte(reference, settings):
    rangee = ranger_justificatif(
        BytesIO(b"%PDF-1.4 contenu fictif"), nom="dossier/facture.pdf", genre="facture"
    )

    assert (rangee.nom, rangee.taille) == ("dossier-facture.pdf", 23)
    assert len(rangee.sha256) == 64
    assert any(f.name.startswith(rangee.sha256) for f in settings.DOCUMENTS_RACINE.rglob("*"))


def test_un_nom_de_fichier_trop_long_garde_son_extension():
    assert raccourcir("x" * 200 + ".pdf") == "x" * 96 + ".pdf"


def test_une_personne_se_nomme_avec_sa_civilite():
    assert str(Tiers(code="T1", civilite="Mme", prenom="Ada", nom="Fictive")) == (
        "Mme Ada Fictive (T1)"
    )
