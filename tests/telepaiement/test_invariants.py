"""What the database itself refuses, around the code; played on both engines."""

from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction

from telepaiement.caisse import Saisie, encaisser_au_guichet, ouvrir_session
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import (
    Encaissement,
    EvenementRecu,
    Mode,
    Quittance,
    SessionCaisse,
    Tentative,
)
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


@pytest.fixture
def tentative(encaissement):
    """An attempt on a debt, that nobody paid yet."""
    return Tentative.objects.create(
        titre=titre_payable(5_000),
        session_payeur=uuid4(),
        montant=5_000,
        reste_constate=5_000,
        reference="pi_essai",
        etat="initiee",
    )


@pytest.mark.parametrize(
    ("depart", "champs"),
    [
        ("initiee", {"montant": 1}),
        ("initiee", {"reste_constate": 6_000}),
        ("initiee", {"session_payeur": UUID(int=1)}),
        ("initiee", {"passerelle": "lyra"}),
        ("reussie", {"etat": "initiee"}),
        ("reussie", {"etat": "annulee"}),
        ("reussie", {"reference": "pi_autre"}),
        ("expiree", {"etat": "initiee"}),
        ("annulee", {"etat": "expiree"}),
    ],
    ids=lambda valeur: valeur if isinstance(valeur, str) else "-".join(valeur),
)
def test_une_tentative_ne_se_reecrit_ni_ne_se_rouvre(tentative, depart, champs):
    Tentative.objects.filter(pk=tentative.pk).update(etat=depart)

    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Tentative.objects.update(**champs)
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Tentative.objects.all()._raw_delete(Tentative.objects.db)


def test_un_succes_tardif_corrige_une_fin(tentative):
    for etat in ("expiree", "annulee", "reussie"):
        assert Tentative.objects.update(etat=etat) == 1


@pytest.mark.parametrize("etat", ["initiee", "reussie"])
def test_un_encaissement_est_celui_de_sa_tentative_reussie(encaissement, tentative, etat):
    Tentative.objects.filter(pk=tentative.pk).update(etat=etat)
    encaissement.pk = None
    encaissement.tentative = tentative
    if etat == "initiee":
        encaissement.titre = tentative.titre

    with pytest.raises(IntegrityError, match="paiement réussi"), transaction.atomic():
        encaissement.save(force_insert=True)


def test_un_message_recu_ne_se_reecrit_pas(db):
    EvenementRecu.objects.create(identifiant="evt_1", nature="essai", faits={"amount": 1})

    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        EvenementRecu.objects.update(faits={"amount": 2})


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
