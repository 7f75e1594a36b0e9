"""When an invoice will be paid: measured durations, range, what is said, how it turned out."""

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.grand_livre.models import Parametre
from facturier.suivi import avancement, delais, instruction
from facturier.suivi.delais import constater_delais
from facturier.suivi.models import DelaiConstate, Facture, PrevisionPaiement
from facturier.suivi.prevision import Bareme, Baremes, annonce, prevoir, quantile
from tests.suivi.factories import AVANCER, FactureFactory, ServiceFactory, acteur, retour

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]
Jalon, Base = PrevisionPaiement.Jalon, PrevisionPaiement.Base
DEBUT = datetime(2026, 9, 1, 8, tzinfo=timezone.get_default_timezone())


AUJOURD_HUI = datetime(2026, 11, 23, 9, tzinfo=DEBUT.tzinfo)


@pytest.fixture(autouse=True)
def _trois_paiements_suffisent():
    Parametre.objects.filter(cle="prevision_effectif_minimal").update(valeur="3")
    with time_machine.travel(AUJOURD_HUI, tick=False):
        yield


def deposee(**champs):
    """Return an invoice, dated and deposited today unless `champs` says more."""
    champs = {"deposee": True, "date_emission": timezone.localdate()} | champs
    return FactureFactory(**champs)


def payee(*jours, depuis=DEBUT, **champs):
    """Return an invoice of which the signature, then the payment, come after so many days."""
    mandat, paiement = jours
    with time_machine.travel(depuis, tick=False):
        facture = deposee(mandat_emis=True, **champs)
    with time_machine.travel(depuis + timedelta(days=mandat), tick=False):
        AVANCER["mandatee"](facture)
        AVANCER["transmise_tps"](facture)
        AVANCER["prise_en_charge"](facture)
    jour = depuis + timedelta(days=paiement)
    with time_machine.travel(jour, tick=False):
        avancement.constater_paiement(
            {facture.mandat_id: avancement.PaiementMandat(jour.date(), "VIR")},
            par=acteur(Role.COMPTABLE),
        )
    facture.refresh_from_db()
    return facture


def test_le_quantile_est_la_plus_petite_valeur_qui_suffit():
    histogramme = [(5, 1), (10, 8), (60, 1)]

    assert [quantile(histogramme, part) for part in (10, 50, 90, 100)] == [5, 10, 10, 60]


def test_une_facture_payee_garde_ses_durees():
    delai = payee(20, 32).delai_constate

    assert (delai.jours_total, delai.jours_nets, delai.jours_fournisseur) == (32, 32, 0)
    assert (delai.jours_mandatement, delai.jours_paiement) == (20, 12)
    assert delai.direction == ServiceFactory().direction


def test_l_attente_du_fournisseur_ne_compte_pas_dans_le_delai_net(agent):
    with time_machine.travel(DEBUT, tick=False):
        facture = deposee(recue=True)
        instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    with time_machine.travel(DEBUT + timedelta(days=9), tick=False):
        instruction.completer(facture, reponse="Voici", par=acteur(Role.FOURNISSEUR))
        facture.refresh_from_db()
        instruction.reprendre(facture, par=agent)
        for etape in ("en_certification", "service_fait", "liquidee", "mandat_emis", "mandatee"):
            facture.refresh_from_db()
            AVANCER[etape](facture)
        facture.refresh_from_db()
        AVANCER["transmise_tps"](facture)
        AVANCER["prise_en_charge"](facture)
    avancement.constater_paiement(
        {facture.mandat_id: avancement.PaiementMandat(date(2026, 9, 21))},
        par=acteur(Role.COMPTABLE),
    )

    delai = DelaiConstate.objects.get(facture=facture)

    assert (delai.jours_total, delai.jours_fournisseur, delai.jours_nets) == (20, 9, 11)


def test_la_mesure_se_rattrape_et_ne_se_fait_qu_une_fois(monkeypatch):
    monkeypatch.setattr(avancement, "constater_delais", lambda factures: 0)
    payee(10, 15)

    assert [constater_delais(), constater_delais()] == [1, 0]


def test_une_mesure_ou_une_prevision_incoherente_est_une_faute_que_rien_ne_tait(monkeypatch):
    """SQLite left it out without a word, and what was still to measure was read again for ever."""
    monkeypatch.setattr(avancement, "constater_delais", lambda factures: 0)
    facture = payee(10, 15)
    mesures: list[Facture] = []

    def mal_mesurer(facture, passages):
        assert not mesures, "mesurée une seconde fois"
        mesures.append(facture)
        delai = juste(facture, passages)
        delai.jours_nets = delai.jours_total + 1
        return delai

    juste = delais._delai
    monkeypatch.setattr(delais, "_delai", mal_mesurer)
    with pytest.raises(IntegrityError), transaction.atomic():
        constater_delais()
    desordre = Bareme(tot=9, milieu=5, tard=1, base=Base.ENSEMBLE, effectif=3)
    monkeypatch.setattr(Baremes, "de", lambda *choix: desordre)
    PrevisionPaiement.objects.all().delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        prevoir([facture.pk], Jalon.DEPOT)


def test_un_delai_constate_ne_se_modifie_pas():
    facture = payee(10, 15)

    with pytest.raises(IntegrityError), transaction.atomic():
        DelaiConstate.objects.filter(facture=facture).update(jours_total=1, jours_nets=1)


def test_la_fourchette_vient_de_la_meme_direction_et_du_meme_type():
    ailleurs = ServiceFactory.create(code="LENT", direction="Direction lente")
    for jours in (20, 24, 40):
        payee(10, jours)
        payee(60, 80, service=ailleurs)

    prevision = deposee().previsions.get()

    assert prevision.jalon == Jalon.DEPOT
    assert prevision.base == Base.DIRECTION_ET_TYPE
    assert (prevision.au_plus_tot, prevision.probable, prevision.au_plus_tard) == (
        date(2026, 12, 13),
        date(2026, 12, 17),
        date(2027, 1, 2),
    )
    assert prevision.effectif == 3


def test_faute_de_paiements_de_la_direction_tous_servent():
    for jours in (20, 24, 40):
        payee(10, jours)
    ailleurs = ServiceFactory.create(code="NEUVE", direction="Direction neuve")

    prevision = deposee(service=ailleurs).previsions.get()

    assert (prevision.base, prevision.effectif) == (Base.ENSEMBLE, 3)


def test_sans_assez_de_paiements_on_ne_prevoit_pas_et_on_le_dit():
    payee(10, 20)
    facture = deposee()
    client = Client()
    client.force_login(acteur(Role.FOURNISSEUR))

    reponse = client.get(reverse("suivi:detail", args=[facture.pk]))

    assert not facture.previsions.exists()
    assert "Pas assez de paiements pour prévoir" in reponse.text


def test_un_paiement_trop_ancien_ne_dit_plus_rien():
    for jours in (20, 24, 40):
        payee(10, jours, depuis=DEBUT - timedelta(days=200))

    assert not deposee().previsions.exists()


def test_la_signature_du_mandat_resserre_la_prevision():
    for jours in (20, 24, 40):
        payee(jours - 5, jours)

    facture = deposee(mandatee=True)
    prevision = facture.previsions.get(jalon=Jalon.MANDAT)

    assert prevision.au_plus_tard == timezone.localdate() + timedelta(days=5)
    assert annonce(facture, []).prevision == prevision


def test_l_attente_du_fournisseur_decale_ce_qui_est_annonce(agent):
    for jours in (20, 24, 40):
        payee(10, jours)
    with time_machine.travel(datetime(2026, 10, 20, 8, tzinfo=DEBUT.tzinfo), tick=False):
        facture = deposee(recue=True)
        instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    client = Client()
    client.force_login(acteur(Role.FOURNISSEUR))

    with time_machine.travel(datetime(2026, 10, 27, 9, tzinfo=DEBUT.tzinfo), tick=False):
        client.force_login(acteur(Role.FOURNISSEUR))
        texte = client.get(reverse("suivi:detail", args=[facture.pk])).text

    assert "7 jours d’attente de votre réponse" in texte
    assert "20\xa0novembre 2026" in texte


def test_l_erreur_des_previsions_passees_se_constate_et_s_affiche():
    for jours in (20, 24, 40):
        payee(10, jours, depuis=DEBUT - timedelta(days=31))
    jugees = [payee(10, jours, depuis=DEBUT + timedelta(days=14)) for jours in (22, 24, 60)]
    previsions = [facture.previsions.get(jalon=Jalon.DEPOT) for facture in jugees]

    fiabilite = annonce(deposee(), []).fiabilite

    assert [prevision.ecart_jours for prevision in previsions] == [-2, 0, 36]
    assert [prevision.est_tenue for prevision in previsions] == [True, True, False]
    assert (fiabilite.erreur_mediane, fiabilite.part_tenue, fiabilite.effectif) == (2, 66, 3)


def test_ce_qui_a_ete_prevu_ne_se_recrit_pas():
    for jours in (20, 24, 40):
        payee(10, jours)
    facture = deposee()
    dite = facture.previsions.get().probable
    prevoir([facture.pk], Jalon.DEPOT)

    with pytest.raises(IntegrityError), transaction.atomic():
        facture.previsions.update(probable=date(2026, 1, 1), au_plus_tot=date(2026, 1, 1))
    assert facture.previsions.get().probable == dite


def test_un_lot_de_paiements_se_mesure_en_autant_de_requetes(django_assert_max_num_queries):
    factures = FactureFactory.create_batch(6, prise_en_charge=True)
    mandats = [facture.mandat_id for facture in factures]
    paiement = avancement.PaiementMandat(date(2026, 11, 25))
    with django_assert_max_num_queries(60) as un:
        avancement.constater_paiement({mandats[0]: paiement}, par=acteur(Role.COMPTABLE))

    with django_assert_max_num_queries(len(un)):
        avancement.constater_paiement(
            dict.fromkeys(mandats[1:], paiement), par=acteur(Role.COMPTABLE)
        )

    assert Facture.objects.filter(delai_constate__isnull=False).count() == 6
