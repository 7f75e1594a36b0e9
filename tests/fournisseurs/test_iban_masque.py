"""No IBAN in clear in the logs, the messages, the lists or the exports of a whole journey."""

import logging
import re

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from facturier.acces.models import Role, Utilisateur
from fournisseurs.coordonnees import enregistrer_compte
from fournisseurs.models import CoordonneesBancaires, DemandeEtablissement, Fournisseur
from tests.fournisseurs.factories import IBAN_BCI, IBAN_CCP, PDF, compte

pytestmark = pytest.mark.django_db
SECRETS = (IBAN_BCI, IBAN_CCP, IBAN_BCI[4:], IBAN_CCP[4:])
SAISIE = {
    "ridet": "9000027001",
    "denomination": "Pépinière du Cagou",
    "adresse_voie": "12 rue des Banians",
    "code_postal": "98800",
    "ville": "Nouméa",
    "telephone": "25 81 22",
    "courriel": "contact@cagou.example",
    "fonction": "gérante",
    "rib_banque": "17499",
    "rib_guichet": "00000",
    "rib_compte": "00000000001",
    "rib_cle": "18",
    "iban": IBAN_BCI,
    "bic": "BCADNCNN",
    "titulaire": "Pépinière du Cagou",
}


def _clairs(texte: str) -> list[str]:
    """The accounts found in clear, however they are spaced."""
    compact = re.sub(r"[^0-9A-Za-z]", "", texte).upper()
    return [secret for secret in SECRETS if secret in compact]


@pytest.fixture
def fichiers():
    """The two documents that a request needs."""
    return lambda: {
        "avis_ridet": SimpleUploadedFile("avis.pdf", PDF, "application/pdf"),
        "rib": SimpleUploadedFile("rib.pdf", PDF, "application/pdf"),
    }


@pytest.fixture
def parcours(
    client, fournisseur, agent, personne, caplog, fichiers, django_capture_on_commit_callbacks
):
    """Play the life of a bank account; return the pages that nobody needs in clear."""
    caplog.set_level(logging.DEBUG)
    securite = personne("Sylvie", Role.SECURITE)
    with django_capture_on_commit_callbacks(execute=True):
        client.force_login(fournisseur)
        faux = {**SAISIE, "iban": IBAN_BCI[:-1] + "9", "rib_cle": "19"}
        client.post(reverse("fournisseurs:demander"), {**faux, **fichiers()})
        client.post(reverse("fournisseurs:demander"), {**SAISIE, **fichiers()})
        demande = DemandeEtablissement.objects.get()
        client.force_login(agent)
        client.post(reverse("fournisseurs:voir_iban", args=[demande.pk]))
        client.post(reverse("fournisseurs:accepter_demande", args=[demande.pk]))
    fiche = Fournisseur.objects.get()
    enregistrer_compte(
        fournisseur=fiche,
        compte=compte(IBAN_CCP),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=Utilisateur.objects.systeme(),
    )
    pages = {
        agent: [
            reverse("fournisseurs:gestion_demandes") + "?etat=acceptee",
            reverse("fournisseurs:gestion_demande", args=[demande.pk]),
            reverse("fournisseurs:gestion_tiers"),
            reverse("fournisseurs:gestion_fiche", args=[fiche.tiers.code]),
        ],
        fournisseur: [
            reverse("fournisseurs:accueil"),
            reverse("fournisseurs:demande", args=[demande.pk]),
            reverse("fournisseurs:etablissement", args=["9000027001"]),
            reverse("fournisseurs:releve_csv", args=[fiche.tiers.code]),
        ],
        securite: [reverse("fournisseurs:journal_securite"), reverse("fournisseurs:journal_csv")],
    }
    lues = []
    for qui, adresses in pages.items():
        client.force_login(qui)
        lues += [(adresse, client.get(adresse)) for adresse in adresses]
    return lues


def test_le_parcours_ne_laisse_aucun_iban_en_clair(parcours, caplog):
    messages = "\n".join(f"{m.subject}\n{m.body}" for m in mail.outbox)
    journal = "\n".join(f"{r.getMessage()} {r.__dict__}" for r in caplog.records)

    assert [reponse.status_code for _, reponse in parcours] == [200] * len(parcours)
    assert mail.outbox
    assert _clairs(messages) == []
    assert _clairs(journal) == []
    fuites = {adresse: _clairs(r.getvalue().decode()) for adresse, r in parcours}
    assert {adresse: trouves for adresse, trouves in fuites.items() if trouves} == {}
