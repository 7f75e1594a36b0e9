"""What a counter gives a payer on his own device: a link to pay by card, his receipt by mail."""

from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from facturier.acces.models import Role
from telepaiement import caisse, quittances
from telepaiement.models import (
    DelivranceQuittance,
    EnvoiGuichet,
    LienPaiement,
    Mode,
    Regie,
    Tentative,
)
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db
ADRESSE = "payeur@essai.example"


@pytest.fixture
def session(client, regies, regisseur, fonds):
    """An open till, and a browser of its agent."""
    client.force_login(regisseur)
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=regisseur)


@pytest.fixture
def encaissement(session, regisseur):
    """A payment of 12 500 F in cash at this till."""
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500)
    return caisse.encaisser_au_guichet(
        session=session, titre_id=titre_payable(12_500).pk, saisie=saisie, par=regisseur
    )


def _donner_un_lien(client, titre):
    adresse = reverse("telepaiement:guichet_lien_creer", args=[titre.pk])
    return client.post(adresse)


def test_un_lien_donne_au_guichet_se_scanne_et_se_paie(client, session, banc, regisseur):
    titre = titre_payable(12_500)
    page = _donner_un_lien(client, titre)["Location"]
    encore = _donner_un_lien(client, titre)["Location"]
    lien = LienPaiement.objects.get()
    vue = client.get(page)
    public = vue.context["adresse"].split("/payer/lien/")[1]
    qr = client.get(reverse("telepaiement:guichet_lien_qr", args=[lien.pk]))

    client.logout()
    ouverte = client.get(f"/payer/lien/{public}")["Location"]
    vue_du_payeur = client.get(ouverte).content.decode()
    client.post(ouverte, {"courriel": ""})
    tentative = Tentative.objects.get()
    banc.payer(tentative)
    tentative = synchroniser(tentative, source="retour")
    client.force_login(regisseur)

    assert (page, lien.par) == (encore, regisseur)
    assert qr["Content-Type"] == "image/svg+xml"
    assert tentative.lien == lien
    texte = PdfReader(BytesIO(quittances.pour_le_payeur(tentative.encaissement.quittance)))
    assert titre.tiers.nom_complet in texte.pages[0].extract_text()
    assert titre.objet in texte.pages[0].extract_text()
    assert titre.objet not in vue_du_payeur
    assert "Votre quittance sera entière" in vue_du_payeur
    assert "entièrement payé" in client.get(page).content.decode()
    assert (
        "entièrement payé"
        in client.get(_donner_un_lien(client, titre)["Location"]).content.decode()
    )


def test_un_lien_ne_se_donne_que_pour_un_produit_de_l_acte(client, session):
    Regie.objects.get(pk=session.regie_id).produits.clear()

    reponse = client.post(
        reverse("telepaiement:guichet_lien_creer", args=[titre_payable().pk]), follow=True
    )

    assert caisse.HORS_ACTE in reponse.content.decode()
    assert not LienPaiement.objects.exists()


def test_le_lien_part_a_l_adresse_relue_et_une_ligne_le_dit(
    client, session, mailoutbox, personne, regisseur
):
    _donner_un_lien(client, titre_payable())
    lien = LienPaiement.objects.get()
    adresse = reverse("telepaiement:guichet_lien_envoyer", args=[lien.pk])

    fausse = client.post(adresse, {"courriel": "payeur@"})
    a_relire = client.post(adresse, {"courriel": ADRESSE}).content.decode()
    changee = client.post(adresse, {"courriel": "x@essai.example", "relue": ADRESSE})
    avant = len(mailoutbox)
    client.post(adresse, {"courriel": ADRESSE, "relue": ADRESSE})
    client.post(reverse("telepaiement:guichet_lien_revoquer", args=[lien.pk]))
    revoque = client.post(adresse, {"courriel": ADRESSE, "relue": ADRESSE})
    client.force_login(personne("Ramona", Role.REGISSEUR))

    assert (fausse.status_code, changee.status_code, avant) == (422, 200, 0)
    assert f'value="{ADRESSE}"' in a_relire
    assert "Faites relire l’adresse" in a_relire
    assert [message.to for message in mailoutbox] == [[ADRESSE]]
    assert "/payer/lien/" in mailoutbox[0].body
    assert "plus en vigueur" in revoque.content.decode()
    assert EnvoiGuichet.objects.get().par == regisseur
    assert client.get(adresse).status_code == 404


def test_la_quittance_par_courriel_est_l_original_une_fois(client, encaissement, mailoutbox):
    adresse = reverse("telepaiement:guichet_envoyer_quittance", args=[encaissement.pk])
    annonces = [client.get(adresse).content.decode()]
    for _ in range(2):
        client.post(adresse, {"courriel": ADRESSE, "relue": ADRESSE})
    annonces.append(client.get(adresse).content.decode())
    page = client.get(reverse("telepaiement:guichet_encaissement", args=[encaissement.pk]))

    reference = encaissement.quittance.reference
    assert [piece.attachments[0].filename for piece in mailoutbox] == [
        f"quittance-{reference}.pdf",
        f"duplicata-{reference}.pdf",
    ]
    assert "Original de la quittance" in annonces[0]
    assert "Duplicata de la quittance" in annonces[1]
    assert DelivranceQuittance.objects.get().support == "mel"
    assert page.content.decode().count("Envoyée par courriel le") == 2


def test_la_quittance_annulee_ne_part_pas(client, encaissement, regisseur, mailoutbox):
    caisse.annuler_encaissement(
        encaissement_id=encaissement.pk, motif="Erreur de titre", par=regisseur
    )
    adresse = reverse("telepaiement:guichet_envoyer_quittance", args=[encaissement.pk])

    reponse = client.post(adresse, {"courriel": ADRESSE, "relue": ADRESSE})

    assert reponse.status_code == 422
    assert not mailoutbox
    assert not DelivranceQuittance.objects.exists()


@pytest.mark.deux_moteurs
def test_un_envoi_et_l_auteur_d_un_lien_ne_se_recrivent_pas(client, encaissement, regisseur):
    _donner_un_lien(client, titre_payable())
    EnvoiGuichet.objects.create(quittance=encaissement.quittance, par=regisseur)

    for ecrire in (
        lambda: EnvoiGuichet.objects.update(lien=None),
        lambda: LienPaiement.objects.update(par=None),
        lambda: EnvoiGuichet.objects.create(par=regisseur),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ecrire()
