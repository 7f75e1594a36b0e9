"""What became of a payment, told to who paid: given back, contested, in excess, never hidden."""

import io
import re

import pypdf
import pytest
from django.urls import reverse
from django.utils import timezone

from facturier.commun.templatetags.coquille import francs
from facturier.grand_livre import evenements
from fournisseurs.releves import situation
from telepaiement import demandes, litiges
from tests.telepaiement.factories import titre_payable
from tests.telepaiement.test_concurrence import reduire

pytestmark = pytest.mark.django_db


def texte(reponse) -> str:
    """Read the words of a page, each space an ordinary one."""
    sans_balises = re.sub(r"<[^>]+>", " ", reponse.content.decode())
    return re.sub(r"\s+", " ", sans_balises)


def texte_pdf(contenu: bytes) -> str:
    """Read the words of a PDF."""
    pages = pypdf.PdfReader(io.BytesIO(contenu)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def somme(montant: int) -> str:
    """Write an amount as `texte` reads it."""
    return re.sub(r"\s+", " ", francs(montant))


@pytest.fixture
def creance(client):
    """Look a titre up by its key; return the words of its page."""

    def lire(titre) -> str:
        donnees = {"reference": titre.reference, "cle": titre.cle_paiement}
        return texte(client.get(client.post(reverse("telepaiement:accueil"), donnees)["Location"]))

    return lire


@pytest.fixture
def verifier(client):
    """Verify a receipt by its code; return the words of the page."""

    def lire(encaissement) -> str:
        code = encaissement.quittance.code
        return texte(client.get(reverse("telepaiement:verification", args=[code])))

    return lire


def test_un_titre_reduit_n_est_pas_dit_paye(regies, creance, agent):
    titre = titre_payable(12_500)
    reduire(titre, 500, agent)

    page = creance(titre)

    assert f"Réduit de {somme(500)}" in page
    assert "Déjà payé" not in page


def test_ce_que_la_tresorerie_a_recu_se_dit_aussi(regies, creance, agent):
    titre = titre_payable(12_500)
    evenements.encaisser(
        titre,
        mode="virement",
        montant=2_500,
        date_comptable=timezone.localdate(),
        reference=f"tps-{titre.pk}-2500",
        par=agent,
    )

    page = creance(titre)

    assert f"Payé à la Trésorerie {somme(2_500)}" in page
    assert "Déjà payé" not in page


def test_une_quittance_rendue_ne_vaut_plus(client, encaisser, rendre, creance, verifier):
    encaissement = encaisser(12_500)
    entiere = verifier(encaissement)
    rendre(encaissement, 2_500)
    partielle, page = verifier(encaissement), creance(encaissement.titre)
    duplicata = client.get(
        reverse("telepaiement:verification_duplicata", args=[encaissement.quittance.code])
    )
    rendre(encaissement, 10_000)

    assert "est authentique. Comparez" in entiere
    assert f"elle ne vaut plus que pour {somme(10_000)}" in partielle
    assert f"Déjà payé {somme(10_000)}" in page
    assert f"{somme(2_500)} rendus" in page
    assert "Rendu depuis" in texte_pdf(duplicata.content)
    assert "mais elle ne vaut plus : toute la somme reçue a été rendue" in verifier(encaissement)


def test_un_litige_perdu_ote_sa_valeur_a_la_quittance(banc, encaisser, creance, verifier):
    encaissement = encaisser(12_500)
    banc.faire("contester", payment_intent=encaissement.tentative.reference)
    litiges.relire(encaissement)
    ouvert = verifier(encaissement)
    banc.faire("clore_litige", dispute=encaissement.litiges.get().reference, issue="lost")
    litiges.relire(encaissement)

    assert "ne vous y fiez pas avant sa décision" in ouvert
    assert "la banque a repris la somme reçue" in verifier(encaissement)
    assert f"{somme(12_500)} repris par la banque" in creance(encaissement.titre)


def test_ce_qui_est_paye_en_trop_se_dit_jusqu_a_ce_qu_il_soit_rendu(
    client, banc, commencer, encaisser, rendre, creance, fournisseur, agent
):
    titre = titre_payable(12_500)
    en_retard = commencer(titre)
    encaisser(titre=titre)
    banc.payer(en_retard)
    client.get(reverse("telepaiement:retour", args=[en_retard.jeton]))
    en_retard.refresh_from_db()
    demande = demandes.deposer(
        titre_id=titre.pk, nature="rattachement", texte="C’est moi.", demandeur=fournisseur
    )
    demandes.accepter(demande, reponse="C’est bien elle.", par=agent)
    page = creance(titre)
    client.force_login(fournisseur)
    compte = texte(client.get(reverse("telepaiement:compte")))
    du = situation(titre.tiers)
    rendre(en_retard.encaissement, 12_500)

    assert f"Vous avez payé {somme(12_500)} de trop : cette somme vous sera rendue" in page
    assert f"Payé en trop, à vous rendre : {somme(12_500)}" in compte
    assert (du.trop_percu, du.total_du_au_tiers) == (12_500, 12_500)
    assert situation(titre.tiers).trop_percu == 0
    assert "de trop" not in creance(titre)
