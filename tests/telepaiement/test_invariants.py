"""What the database itself refuses, around the code; played on both engines."""

import pytest
from django.db import IntegrityError, transaction

from telepaiement.caisse import Saisie, encaisser_au_guichet, ouvrir_session
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import Encaissement, EvenementRecu, Mode, Quittance, SessionCaisse
from tests.telepaiement.factories import decompte, titre_payable

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.fixture
def encaissement(regies, regisseur):
    """A payment of 12 500 F in cash."""
    session = ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    return encaisser_au_guichet(
        session=session,
        titre_id=titre_payable(12_500).pk,
        saisie=Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500),
        par=regisseur,
    )


@pytest.mark.parametrize("modele", [Encaissement, Quittance])
def test_l_argent_recu_ne_se_modifie_pas(encaissement, modele):
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        modele.objects.update(regie=encaissement.regie)


@pytest.mark.parametrize("modele", [Encaissement, Quittance])
def test_l_argent_recu_ne_s_efface_pas(encaissement, modele):
    with pytest.raises(IntegrityError), transaction.atomic():
        modele.objects.all()._raw_delete(modele.objects.db)


def test_une_caisse_cloturee_ne_se_modifie_pas(encaissement, regisseur):
    cloturer_caisse(
        session_id=encaissement.session_id,
        coupures=decompte(12_500),
        motif_ecart="",
        par=regisseur,
    )

    with pytest.raises(IntegrityError, match="ne se modifie plus"), transaction.atomic():
        SessionCaisse.objects.update(especes_comptees=12_400)


def test_l_argent_n_entre_pas_dans_une_caisse_cloturee(encaissement, regisseur):
    session = encaissement.session
    titre = titre_payable()
    cloturer_caisse(session_id=session.pk, coupures=decompte(12_500), motif_ecart="", par=regisseur)

    with pytest.raises(Exception, match="clôturée"):
        encaisser_au_guichet(
            session=session,
            titre_id=titre.pk,
            saisie=Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500),
            par=regisseur,
        )


def test_un_message_recu_ne_se_reecrit_pas(db):
    EvenementRecu.objects.create(identifiant="evt_1", nature="essai", corps="{}")

    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        EvenementRecu.objects.update(corps="[]")


@pytest.mark.parametrize(
    "champs",
    [
        {"montant": 0},
        {"trop_percu": 20_000},
        {"mode": Mode.TPE},
        {"mode": Mode.CHEQUE},
        {"mode": Mode.CARTE},
        {"somme_remise": 12_499},
        {"quatre_derniers": "4242424242424242"[:3]},
        {"numero_autorisation": "4242424242424242"},
        {"session": None},
        {"titre": None},
    ],
)
def test_un_encaissement_incoherent_est_refuse(encaissement, champs):
    valides = {
        "titre": encaissement.titre,
        "regie": encaissement.regie,
        "session": encaissement.session,
        "par": encaissement.par,
        "ecriture_id": 999,
        "mode": Mode.ESPECES,
        "montant": 12_500,
        "somme_remise": 12_500,
        "encaisse_le": encaissement.encaisse_le,
        "jour": encaissement.jour,
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        Encaissement.objects.create(**{**valides, **champs})
