"""The night check of the payments: silent on what the acts make, and able to speak."""

from contextlib import contextmanager
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.utils import timezone

from facturier.accueil import tasks
from facturier.grand_livre import evenements
from facturier.grand_livre.regies import constater_ecart
from telepaiement import caisse, depots, verification
from telepaiement.cloture import cloturer_caisse
from telepaiement.internet import cloturer_internet
from telepaiement.models import (
    AnnulationEncaissement,
    Encaissement,
    Mode,
    MouvementFonds,
    Quittance,
    SessionCaisse,
    SessionInternet,
    VersementRegie,
)
from telepaiement.synchronisation import synchroniser
from tests.grand_livre.factories import titre
from tests.telepaiement.factories import decompte, titre_payable, verser

pytestmark = pytest.mark.django_db
ESPECES = "espèces en régie"
TABLES = (
    "telepaiement_encaissement",
    "telepaiement_quittance",
    "telepaiement_sessioncaisse",
    "telepaiement_versementregie",
    "telepaiement_mouvementfonds",
    "telepaiement_sessioninternet",
)


@pytest.fixture
def encaissement(regies, regisseur, banc, fonds) -> Encaissement:
    """Cash received for a titre, at an open till."""
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=regisseur)
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=15_000)
    return caisse.encaisser_au_guichet(
        session=session, titre_id=titre_payable(12_500).pk, saisie=saisie, par=regisseur
    )


@contextmanager
def sans_garde():
    """Switch the append-only triggers off, as somebody with all rights on the base could."""
    with connection.cursor() as curseur:
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            curseur.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            curseur.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _objets() -> list[str]:
    return [a.objet for controle in verification.CONTROLES for a in controle()]


def test_un_paiement_passe_par_les_actes_ne_fait_rien_dire(encaissement, regisseur):
    caisse.annuler_encaissement(
        encaissement_id=encaissement.pk, motif="erreur de titre", par=regisseur
    )

    assert _objets() == []


def test_un_montant_falsifie_est_nomme(encaissement):
    with sans_garde():
        Encaissement.objects.filter(pk=encaissement.pk).update(montant=9_000)

    assert _objets() == [f"encaissement {encaissement.pk}", ESPECES]
    assert tasks.verifier_la_nuit() == 2


@pytest.fixture
def caisse_close(encaissement, regisseur):
    """The till of that payment, closed 500 F short, and paid over."""
    close = cloturer_caisse(
        session_id=encaissement.session_id,
        coupures=decompte(32_000),
        motif_ecart="Erreur de rendu",
        par=regisseur,
    )
    versement = verser(close.regie, regisseur)
    return close, versement


def test_une_caisse_close_et_versee_ne_fait_rien_dire(caisse_close, comptable):
    depots.recevoir_versement(versement_id=caisse_close[1].pk, recepisse="R-1", par=comptable)

    assert _objets() == []


@pytest.mark.parametrize(
    ("modele", "champs", "nomme"),
    [
        (SessionCaisse, {"coupures": {"10000": 3}}, "caisse {0.pk}"),
        (VersementRegie, {"especes": 11_000}, "versement {1.pk}"),
        (MouvementFonds, {"montant": 19_000}, "mouvement {2.pk}"),
    ],
)
def test_une_regie_falsifiee_est_nommee(caisse_close, modele, champs, nomme):
    with sans_garde():
        modele.objects.update(**champs)

    attendu = nomme.format(*caisse_close, MouvementFonds.objects.get())
    assert attendu in _objets()


def test_une_ecriture_de_regie_sans_objet_est_nommee(reference, agent):
    ecriture = constater_ecart(
        ecart=-500, date_comptable=date(2026, 11, 23), reference="sans-caisse", par=agent
    )

    assert _objets() == [f"écriture {ecriture.pk}", ESPECES, "déficits de caisse et de versement"]


def test_une_session_internet_falsifiee_est_nommee(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    synchroniser(tentative, source="retour")
    with time_machine.travel(timezone.now() + timedelta(days=1), tick=False):
        (session,) = cloturer_internet()
    sincere = _objets()

    with sans_garde():
        SessionInternet.objects.update(total=1)

    assert (sincere, _objets()) == ([], [str(session)])


def test_une_ecriture_sans_encaissement_est_nommee(reference, agent):
    ecriture = evenements.encaisser(
        titre(agent),
        mode="cheque",
        montant=45_000,
        date_comptable=date(2026, 11, 23),
        reference="sans-encaissement",
        par=agent,
    )

    assert _objets() == [f"écriture {ecriture.pk}"]


def test_une_annulation_sans_contrepassation_est_nommee(encaissement, regisseur):
    AnnulationEncaissement.objects.create(
        encaissement=encaissement, ecriture=encaissement.ecriture, motif="fausse", par=regisseur
    )

    assert _objets() == [f"encaissement {encaissement.pk}", ESPECES]


def test_une_quittance_renumerotee_ou_absente_est_nommee(encaissement):
    with sans_garde():
        Quittance.objects.update(numero=7)
        renumerotee = _objets()
        Quittance.objects.all().delete()

    assert renumerotee == [f"quittances CENTRE {encaissement.jour.year}"]
    assert _objets() == [f"encaissement {encaissement.pk}"]
