"""What the store has lost: told in French, never a breakdown, and nothing said to be sent."""

import pytest
from django.conf import settings
from django.urls import reverse

from facturier.acces.models import Role
from facturier.commun.fichiers import chemin
from telepaiement import caisse
from telepaiement.models import DelivranceQuittance, EnvoiGuichet, Mode
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db
ADRESSE = "payeur@essai.example"


@pytest.fixture
def exploitant(personne):
    """Who is told of what is lost."""
    return personne("Ada", Role.ADMINISTRATEUR)


def _perdre(rangee):
    lieu = chemin(rangee.sha256, settings.DOCUMENTS_RACINE)
    lieu.rename(lieu.with_suffix(".ailleurs"))


def test_un_original_perdu_ne_s_imprime_ni_ne_s_envoie_au_guichet(
    client, regies, regisseur, fonds, exploitant, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(regisseur)
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=regisseur)
    fait = caisse.encaisser_au_guichet(
        session=session,
        titre_id=titre_payable(12_500).pk,
        saisie=caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500),
        par=regisseur,
    )
    _perdre(fait.quittance)
    a_imprimer = reverse("telepaiement:guichet_quittance", args=[fait.pk])
    a_envoyer = reverse("telepaiement:guichet_envoyer_quittance", args=[fait.pk])

    with django_capture_on_commit_callbacks(execute=True):
        imprime = client.post(a_imprimer, follow=True)
        envoye = client.post(a_envoyer, {"courriel": ADRESSE, "relue": ADRESSE})

    assert 'role="alert"' in imprime.content.decode()
    for reponse, statut in ((imprime, 200), (envoye, 422)):
        assert reponse.status_code == statut
        assert "rien n’est imprimé ni envoyé" in reponse.content.decode()
    assert not DelivranceQuittance.objects.exists()
    assert not EnvoiGuichet.objects.exists()
    assert [message.to for message in mailoutbox] == [[exploitant.email]]
    assert fait.quittance.sha256[:12] in mailoutbox[0].body
    assert (
        client.post(reverse("telepaiement:guichet_ticket", args=[fait.pk])).content[:4] == b"%PDF"
    )


def test_qui_a_paye_recoit_un_duplicata_quand_l_original_est_perdu(
    client, encaisser, exploitant, mailoutbox, django_capture_on_commit_callbacks
):
    encaissement = encaisser()
    jeton = encaissement.tentative.jeton
    _perdre(encaissement.quittance)

    with django_capture_on_commit_callbacks(execute=True):
        page = client.get(reverse("telepaiement:quittance", args=[jeton]), follow=True)
        client.post(reverse("telepaiement:envoyer_quittance", args=[jeton]), {"courriel": ADRESSE})

    assert "ne se lit plus dans nos archives" in page.content.decode()
    assert "Télécharger un duplicata" in page.content.decode()
    assert sorted(message.to for message in mailoutbox) == sorted([[exploitant.email], [ADRESSE]])
    assert any(message.subject.startswith("Votre duplicata") for message in mailoutbox)


def test_un_document_perdu_se_dit_sur_toute_page(
    client, encaisser, rendre, exploitant, agent, mailoutbox, django_capture_on_commit_callbacks
):
    recu = rendre(encaisser(), 2_500).recu
    _perdre(recu)
    client.force_login(agent)
    adresse = reverse("telepaiement:remboursement_recu", args=[recu.remboursement_id])

    with django_capture_on_commit_callbacks(execute=True):
        page = client.get(adresse)
        cadre = client.get(adresse, headers={"Sec-Fetch-Dest": "iframe"})
    page_dite = page.content.decode()

    assert (page.status_code, cadre.status_code) == (409, 409)
    assert "n’est pas dans les archives" in page_dite
    assert "Rien n’a été remis" in page_dite
    assert cadre["X-Frame-Options"] == "SAMEORIGIN"
    assert sum(message.to == [exploitant.email] for message in mailoutbox) == 1
