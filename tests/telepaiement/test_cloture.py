"""Closing a till: everything is counted, by another for an absent agent; lines and registers."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.accueil.verification import verifier
from facturier.commun.etats import franchir
from telepaiement import caisse, nominations
from telepaiement.cloture import Pointage, cloturer_caisse, comparer, contresigner
from telepaiement.internet import cloturer_internet
from telepaiement.models import Mode, SessionCaisse, SessionInternet
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.factories import ARRETE, decompte, titre_payable

pytestmark = pytest.mark.django_db
TICKET = {"numero_ticket": "0042", "numero_autorisation": "123456"}
CHEQUE = {"banque": "Banque fictive", "numero_cheque": "0001234", "tireur": "M. Fictif"}
COMPTE = Pointage(terminal=4_500, tickets=1, cheques=1)


@pytest.fixture
def mandataire(regies, personne, agent):
    """Someone who holds a till under the régisseur."""
    aide = personne("Ramona", Role.REGISSEUR)
    nominations.nommer(
        regie=regies.regie,
        personne=aide,
        qualite="mandataire",
        arrete=ARRETE,
        debut=ARRETE.date_arrete,
        par=agent,
    )
    return aide


@pytest.fixture
def session(regies, mandataire):
    """The till of the mandataire: one payment in cash, one at the terminal, one cheque."""
    ouverte = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=mandataire)
    for mode, montant, details in (
        (Mode.ESPECES, 1_000, {"somme_remise": 1_000}),
        (Mode.TPE, 4_500, TICKET),
        (Mode.CHEQUE, 2_000, CHEQUE),
    ):
        caisse.encaisser_au_guichet(
            session=ouverte,
            titre_id=titre_payable(montant).pk,
            saisie=caisse.Saisie(mode=mode, montant=montant, **details),
            par=mandataire,
        )
    return ouverte


def _cloturer(session, par, pointage=COMPTE, **options):
    options = {"motif_ecart": ""} | options
    return cloturer_caisse(
        session_id=session.pk, coupures=decompte(1_000), pointage=pointage, par=par, **options
    )


def test_le_terminal_et_les_cheques_se_comptent_a_la_cloture(session, mandataire):
    with pytest.raises(ValidationError) as refus:
        _cloturer(session, mandataire, Pointage(terminal=4_000, tickets=1, cheques=0))

    close = _cloturer(
        session, mandataire, Pointage(terminal=4_000, tickets=1, cheques=1), motif_ecart="À revoir"
    )

    assert "total du terminal : -500" in refus.value.messages[0].replace("\u2212", "-")
    assert "chèques : \u22121" in refus.value.messages[0]
    assert [(ligne.attendu, ligne.ecart) for ligne in comparer(close)] == [
        (1_000, 0),
        (4_500, -500),
        (1, 0),
        (1, 0),
    ]
    assert close.ecriture_ecart is None
    assert list(verifier()) == []


def test_le_regisseur_cloture_la_caisse_d_un_absent_sous_son_nom(
    session, mandataire, regisseur, agent, personne
):
    etranger = personne("Manoa", Role.REGISSEUR)
    with pytest.raises(ValidationError, match="pourquoi l’agent"):
        _cloturer(session, regisseur)
    with pytest.raises(ValidationError, match="régisseur ou son suppléant"):
        _cloturer(session, etranger, motif_absence="Congé")

    close = _cloturer(session, regisseur, motif_absence="Congé de maladie")

    passage = close.passages.get(acte="cloturer")
    assert (close.agent, close.cloturee_par) == (mandataire, regisseur)
    assert (passage.par, passage.motif) == (regisseur, "Congé de maladie")
    for signataire in (regisseur, mandataire):
        with pytest.raises(ValidationError, match="autre personne"):
            contresigner(session=close, observations="", par=signataire)
    assert contresigner(session=close, observations="", par=agent)
    assert list(verifier()) == []


@pytest.mark.deux_moteurs
def test_la_base_refuse_une_cloture_incomplete_ou_d_un_etranger(session, personne, regisseur):
    complete = {
        "cloturee_le": timezone.now(),
        "numero": 1,
        "empreinte": "0" * 64,
        "especes_attendues": 0,
        "especes_comptees": 0,
        "terminal_attendu": 0,
        "terminal_compte": 0,
        "tickets_attendus": 0,
        "tickets_comptes": 0,
        "cheques_attendus": 0,
        "cheques_comptes": 0,
        "cloturee_par": regisseur,
        "motif_absence": "Congé",
    }
    for champs, motif in (
        ({"terminal_compte": None}, "compte le terminal"),
        ({"cloturee_par": personne("Manoa", Role.REGISSEUR)}, "régisseur ou son suppléant"),
        ({"motif_absence": ""}, "session_close_pour_un_absent"),
        ({"cheques_comptes": 1}, "session_ecart_a_motif"),
    ):
        with pytest.raises(IntegrityError, match=motif), transaction.atomic():
            franchir(
                SessionCaisse.objects.get(pk=session.pk),
                "cloturer",
                par=regisseur,
                **(complete | champs),
            )


def test_la_commande_cloture_sous_le_nom_de_qui_a_compte(session, regisseur):
    call_command(
        "cloturer_caisse",
        agent=session.agent.email,
        par=regisseur.email,
        absence="Congé",
        comptees="1000=1",
        terminal=4_500,
        tickets=1,
        cheques=1,
    )

    session.refresh_from_db()
    assert (session.etat, session.cloturee_par) == ("cloturee", regisseur)


def test_la_cloture_se_compte_a_l_aveugle_puis_montre_ses_lignes(
    client, session, mandataire, regisseur
):
    client.force_login(mandataire)
    page = client.get(reverse("telepaiement:guichet_cloture")).content.decode()
    client.force_login(regisseur)
    adresse = reverse("telepaiement:session_cloturer", args=[session.pk])
    saisie = {"coupure_1000": "1", "terminal": "4 500", "tickets": "1", "cheques": "1"}

    sans_motif = client.post(adresse, saisie)
    fin = client.post(adresse, saisie | {"motif_absence": "Congé"}, follow=True).content.decode()
    csv = client.get(reverse("telepaiement:session_export", args=[session.pk, "csv"]))
    encore = client.get(adresse)

    assert "4\u202f500" not in page
    assert "4\u00a0500" not in page
    assert set(sans_motif.context["form"].errors) == {"motif_absence"}
    assert "Compté et attendu" in fin
    assert f"{regisseur.nom_complet}\u202f: Congé" in fin
    quittances = [e.quittance.reference for e in session.encaissements.all()]
    lignes = b"".join(csv.streaming_content).decode()
    assert all(reference in fin and reference in lignes for reference in quittances)
    assert "ticket 0042" in lignes
    assert encore.status_code == 404


def test_le_journal_a_souches_liste_les_quittances_d_une_periode(client, session, agent):
    annule = session.encaissements.get(mode=Mode.ESPECES)
    caisse.annuler_encaissement(encaissement_id=annule.pk, motif="Mauvais titre", par=session.agent)
    client.force_login(agent)
    adresse = reverse("telepaiement:regie_journal", args=["CENTRE"])

    page = client.get(adresse).content.decode()
    vide = client.get(adresse, {"du": "01/01/2020", "au": "31/01/2020"}).content.decode()
    envers = client.get(adresse, {"du": "31/01/2020", "au": "01/01/2020"})
    fichiers = [
        client.get(reverse("telepaiement:regie_journal_export", args=["CENTRE", genre]))
        for genre in ("csv", "pdf")
    ]

    assert all(e.quittance.reference in page for e in session.encaissements.all())
    assert "Mauvais titre" in page
    assert "Aucune quittance" in vide
    assert envers.status_code == 422
    csv, pdf = (b"".join(fichier.streaming_content) for fichier in fichiers)
    assert "Mauvais titre" in csv.decode()
    assert pdf.startswith(b"%PDF")


def test_la_session_internet_a_une_page_et_des_exports(client, banc, commencer, agent):
    tentative = commencer(titre_payable(12_500))
    banc.payer(tentative)
    reference = synchroniser(tentative, source="retour").encaissement.quittance.reference
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        cloturer_internet()
        session = SessionInternet.objects.get(nombre=1)
        client.force_login(agent)
        page = client.get(reverse("telepaiement:session_internet", args=[session.pk]))
        adresse = reverse("telepaiement:session_internet_export", args=[session.pk, "csv"])
        csv = b"".join(client.get(adresse).streaming_content).decode()

    assert reference in page.content.decode()
    assert reference in csv
