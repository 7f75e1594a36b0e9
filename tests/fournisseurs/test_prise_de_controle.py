"""A thief takes an account over, then asks to be paid: stopped, answered, journaled."""

import re
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.habilitations import habiliter, retirer_habilitation
from fournisseurs.models import DemandeModification, Droit, EntreeJournal, Etablissement
from fournisseurs.modifications.application import appliquer_modifications
from fournisseurs.modifications.depot import deposer, preparer
from fournisseurs.modifications.instruction import approuver, refuser
from tests.fournisseurs.factories import (
    IBAN_BCI,
    IBAN_NOUVEAU,
    PDF,
    FournisseurFactory,
    ModificationFactory,
    UtilisateurFactory,
    creer_agent,
    preuve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
MOT_DE_PASSE = "un-lagon-tres-bleu"
ANCIENNE, NOUVELLE = "jeanne@cagou.example", "voleur@ailleurs.example"
RIDET = "9000027001"


@pytest.fixture
def gerante(db):
    """The administrator of the établissement, her address verified."""
    personne = UtilisateurFactory(email=ANCIENNE, password=MOT_DE_PASSE)
    EmailAddress.objects.create(user=personne, email=ANCIENNE, primary=True, verified=True)
    FournisseurFactory(representant=personne, ridet=RIDET)
    return personne


def confirmer(client):
    """Type the password again, as the thief who stole it can."""
    client.post(reverse("account_reauthenticate"), {"password": MOT_DE_PASSE})


def changer_de_courriel(client, personne):
    """Put another primary address in place, verified by its owner."""
    EmailAddress.objects.create(user=personne, email=NOUVELLE, verified=True)
    return client.post(
        reverse("account_email"), {"action_primary": "", "email": NOUVELLE}, follow=True
    )


def test_changer_de_courriel_demande_le_mot_de_passe(client, gerante):
    client.force_login(gerante)

    reponse = changer_de_courriel(client, gerante)

    gerante.refresh_from_db()
    assert "/compte/reauthenticate/" in reponse.redirect_chain[0][0]
    assert gerante.email == ANCIENNE


def test_changer_de_courriel_ecrit_a_l_ancienne_adresse_et_laisse_une_trace(
    client, gerante, mailoutbox
):
    client.force_login(gerante)
    confirmer(client)

    changer_de_courriel(client, gerante)

    gerante.refresh_from_db()
    avis = [m for m in mailoutbox if m.to == [ANCIENNE]]
    assert gerante.email == NOUVELLE
    assert NOUVELLE in avis[0].body
    assert gerante.passages.get(acte="changer_courriel").motif == ANCIENNE


def test_changer_de_mot_de_passe_ensuite_ecrit_encore_a_l_ancienne_adresse(
    client, gerante, mailoutbox
):
    client.force_login(gerante)
    confirmer(client)
    changer_de_courriel(client, gerante)
    mailoutbox.clear()

    neuf = "un-autre-lagon-bleu"
    client.post(
        reverse("account_change_password"),
        {"oldpassword": MOT_DE_PASSE, "password1": neuf, "password2": neuf},
    )

    assert {m.to[0] for m in mailoutbox} == {ANCIENNE, NOUVELLE}
    assert gerante.passages.filter(acte="changer_mot_de_passe").exists()


def demander_le_compte(client):
    """Ask for another bank account, from the form to the deposit."""
    saisie = {
        "iban": IBAN_NOUVEAU,
        "bic": "CEPANCNM",
        "titulaire": "Pépinière du Cagou",
        "piece_rib": SimpleUploadedFile("rib.pdf", PDF),
    }
    adresse = reverse("fournisseurs:modifier", args=[RIDET, "compte_principal"])
    verifier = client.post(adresse, saisie).url
    confirmer(client)
    client.post(verifier)
    return DemandeModification.objects.get()


def test_le_vol_d_un_compte_est_arrete_repondu_et_journalise(
    client, gerante, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(gerante)
    confirmer(client)
    changer_de_courriel(client, gerante)
    with django_capture_on_commit_callbacks(execute=True):
        demande = demander_le_compte(client)

    # It is flagged, payments wait, and nobody can approve it at once.
    assert {"courriel_change", "habilitation_recente"} <= set(demande.risques)
    with pytest.raises(CompteIntrouvable):
        compte_en_vigueur(demande.fournisseur, timezone.localdate())
    # The old address of the account is told, and stops it without an account.
    avis = [m for m in mailoutbox if m.to == [ANCIENNE] and "contester" in m.body]
    lien = re.search(r"/securite/contester/\S+", avis[0].body).group()
    client.logout()
    with django_capture_on_commit_callbacks(execute=True):
        assert "La demande est arrêtée" in client.post(lien).content.decode()
    # An agent refuses; the account paid is the old one; everything is journaled.
    demande.refresh_from_db()
    refuser(demande, par=creer_agent(), motif="Vol de compte confirmé au téléphone.")
    assert appliquer_modifications(timezone.now() + timedelta(days=30))["appliquees"] == 0
    assert compte_en_vigueur(demande.fournisseur, timezone.localdate()).iban == IBAN_BCI
    actes = EntreeJournal.objects.filter(objet_id=demande.pk, objet_type="demandemodification")
    assert list(actes.exclude(acte="contact_prevenu").values_list("acte", flat=True)) == [
        "demande_faite",
        "demande_contestee",
        "demande_refusee",
    ]


def test_le_telephone_change_par_le_voleur_n_est_pas_propose_au_contre_appel(gerante):
    etablissement = Etablissement.objects.get()
    contacts = preparer(
        etablissement=etablissement,
        genre="contacts",
        saisies={"telephone": "79 99 99", "courriel": NOUVELLE},
        preuves=[],
        par=gerante,
    )
    deposer(contacts, par=gerante)
    approuver(contacts, par=creer_agent())

    demande = ModificationFactory(representant=gerante, fournisseur=etablissement.fournisseur)

    numeros = set(demande.contacts.filter(genre="telephone").values_list("valeur", flat=True))
    courriels = set(demande.contacts.filter(genre="courriel").values_list("valeur", flat=True))
    assert numeros == {"+687258122"}
    assert "contact@cagou.example" in courriels
    assert "contacts_changes" in demande.risques


def test_la_personne_que_le_voleur_vient_d_ecarter_est_prevenue(gerante):
    etablissement = Etablissement.objects.get()
    voleur = UtilisateurFactory(email=NOUVELLE)
    habiliter(
        utilisateur=voleur, etablissement=etablissement, droits=list(Droit), par=creer_agent()
    )
    retirer_habilitation(
        etablissement.habilitations.get(representant__utilisateur=gerante), par=voleur
    )

    demande = ModificationFactory(representant=voleur, fournisseur=etablissement.fournisseur)

    courriels = set(demande.contacts.filter(genre="courriel").values_list("valeur", flat=True))
    assert ANCIENNE in courriels
    assert "habilitation_recente" in demande.risques


def test_une_demande_ordinaire_n_a_aucun_signe_de_risque(gerante):
    etablissement = Etablissement.objects.get()
    etablissement.habilitations.update(accordee_le=timezone.now() - timedelta(days=200))

    demande = ModificationFactory(representant=gerante, fournisseur=etablissement.fournisseur)

    assert demande.risques == []


def test_un_compte_sans_mot_de_passe_est_un_signe_de_risque(gerante):
    gerante.set_unusable_password()
    gerante.save()
    demande = preparer(
        etablissement=Etablissement.objects.get(),
        genre="compte_principal",
        saisies={"iban": IBAN_NOUVEAU, "titulaire": "Pépinière du Cagou"},
        preuves=[preuve("rib")],
        par=gerante,
    )

    deposer(demande, par=gerante)

    assert "sans_confirmation" in demande.risques
