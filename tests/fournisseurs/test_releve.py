"""« Ce qu’on me doit, ce que je dois »: read from the ledger, on screen, as PDF and as CSV."""

import csv
import io
from datetime import date

import pypdf
import pytest
from django.urls import reverse

from facturier.grand_livre.evenements import payer_mandat
from fournisseurs.releves import situation
from tests.fournisseurs.factories import FournisseurFactory
from tests.grand_livre import factories as grand_livre

pytestmark = pytest.mark.django_db


@pytest.fixture
def fiche(reference, agent):
    """A supplier to whom 111 000 F are owed, and who owes 45 000 F."""
    fiche = FournisseurFactory(ridet="9000027001")
    grand_livre.mandat(agent, tiers=fiche.tiers)
    grand_livre.titre(agent, tiers=fiche.tiers)
    return fiche


def test_la_situation_dit_ce_qui_est_du_dans_chaque_sens(fiche):
    etat = situation(fiche.tiers)

    assert (etat.total_du_au_tiers, etat.total_du_par_le_tiers) == (111_000, 45_000)


def test_un_mandat_paye_n_est_plus_du(fiche, agent):
    mandat = fiche.tiers.pieces.get(sens="depense")

    payer_mandat(
        mandat,
        montant=111_000,
        date_paiement=date(2026, 11, 24),
        reference="VIR-1",
        par=agent,
    )

    assert situation(fiche.tiers).dues_au_tiers == []


def test_la_page_montre_les_deux_totaux_et_les_mouvements(client, fiche, agent):
    client.force_login(agent)

    page = client.get(reverse("fournisseurs:releve", args=["9000027"])).content.decode()

    assert "111\u00a0000\u00a0F\u00a0CFP" in page
    assert "45\u00a0000\u00a0F\u00a0CFP" in page
    assert "variable inconnue" not in page


def test_une_periode_a_l_envers_est_refusee(client, fiche, agent):
    client.force_login(agent)
    adresse = reverse("fournisseurs:releve", args=["9000027"])

    reponse = client.get(adresse, {"debut": "2026-12-31", "fin": "2026-01-01"})

    assert reponse.status_code == 422
    assert "précède son début" in reponse.content.decode()


def test_le_csv_finit_sur_le_solde_du_tiers(client, fiche, agent):
    client.force_login(agent)

    reponse = client.get(reverse("fournisseurs:releve_csv", args=["9000027"]))

    contenu = b"".join(reponse.streaming_content).decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(contenu), delimiter=";"))
    assert len(lignes) == 2
    assert lignes[-1]["Solde"] == "-66000"


def test_le_pdf_se_lit(client, fiche, agent):
    client.force_login(agent)

    reponse = client.get(reverse("fournisseurs:releve_pdf", args=["9000027"]))

    pdf = pypdf.PdfReader(io.BytesIO(reponse.content))
    texte = pdf.pages[0].extract_text()
    assert "Relevé de compte" in texte
    assert "Électricité des collèges" in texte
