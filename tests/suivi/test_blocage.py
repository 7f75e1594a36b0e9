"""« Pourquoi est-ce bloqué ? », and the rules made from what the treasury refused."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.blocage import expliquer_facture, expliquer_mandat
from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit, franchir_lot
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Piece
from facturier.suivi import mandatement, regles
from facturier.suivi.models import ExigencePiece, RegleApprise
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    acteur,
    remettre_a_la_tresorerie,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]


def bloques(explication):
    return {point.libelle for point in explication.bloquants}


def suspendre(mandat, motif="Imputation inexacte"):
    """Carry a mandat to its suspension by the treasury."""
    remettre_a_la_tresorerie(mandat)
    franchir_lot(
        Piece, [mandat.pk], "suspendre", par=acteur(Role.COMPTABLE), motifs={mandat.pk: motif}
    )
    mandat.refresh_from_db()
    return mandat


def regle(par, **donnees):
    defaut = {
        "libelle": "Fournitures",
        "consigne": "Joignez le devis.",
        "compte": "6064",
        "debut": timezone.localdate(),
    }
    return regles.creer(par=par, donnees=defaut | donnees)


def test_une_facture_dit_ce_qui_manque_et_a_qui():
    facture = FactureFactory(recue=True)

    explication = expliquer_facture(facture)

    assert bloques(explication) == {"Exacte imputation", "Service fait justifié"}
    assert explication.porteur == "le bureau des finances"
    assert all(point.remede and point.qui for point in explication.bloquants)


def test_un_marche_sans_contrat_nomme_la_piece_et_son_texte():
    facture = FactureFactory(liquidee=True)
    type(facture).objects.filter(pk=facture.pk).update(type_depense="marche")
    facture.refresh_from_db()

    (point,) = expliquer_facture(facture).bloquants

    assert "Contrat, annexes et notification (décret du 2 septembre 1996" in point.constat


def test_une_piece_n_est_exigee_que_dans_sa_periode():
    facture = FactureFactory(liquidee=True)
    demain = timezone.localdate() + timedelta(days=1)
    ExigencePiece.objects.filter(type_depense="bon_commande").update(debut=demain)
    ExigencePiece.objects.create(
        type_depense="bon_commande",
        rang_paiement="premier",
        genre="rib",
        libelle="Relevé d’identité bancaire",
        article="essai",
        debut=date(2020, 1, 1),
        fin=timezone.localdate() - timedelta(days=1),
    )

    assert expliquer_facture(facture).bloquants == []


def test_une_creance_prescrite_est_dite(time_machine):
    facture = FactureFactory(liquidee=True, date_emission=date(2026, 1, 5))
    time_machine.move_to("2031-01-02 00:00:00+00:00", tick=False)

    assert "Prescription" in bloques(expliquer_facture(facture))


def test_un_mandat_sans_bordereau_dit_qui_doit_agir():
    mandat = FactureFactory(mandat_emis=True).mandat

    (point,) = expliquer_mandat(mandat).bloquants

    assert (point.libelle, point.qui) == ("Qualité de l’ordonnateur", "le bureau des finances")


def test_le_motif_de_la_tresorerie_est_dit(agent):
    mandat = suspendre(FactureFactory(mandat_emis=True).mandat)
    client = Client()
    client.force_login(agent)

    page = client.get(f"/gestion/pourquoi/mandats/{mandat.pk}/").text
    liste = client.get(f"/gestion/regles/nouvelle/?mandat={mandat.pk}").text

    assert "Imputation inexacte" in page
    assert "En faire une règle" in page
    assert "Imputation inexacte" in liste


def test_une_facture_mandatee_mene_a_son_mandat(agent):
    facture = FactureFactory(mandat_emis=True)
    client = Client()
    client.force_login(agent)

    reponse = client.get(f"/gestion/pourquoi/factures/{facture.pk}/")

    assert reponse.url == f"/gestion/pourquoi/mandats/{facture.mandat_id}/"


def test_une_regle_arrete_le_bordereau_et_compte_ses_mandats(agent):
    faite = regle(agent, genre_absent="decision")
    mandat = FactureFactory(mandat_emis=True).mandat
    bordereau = creer_bordereau(
        sens="depense", pieces=[mandat.pk], date_emission=mandat.date_emission, par=agent
    )

    anomalies = lire_a_signer(bordereau).anomalies

    assert any("Fournitures : Joignez le devis." in anomalie for anomalie in anomalies)
    assert regles.avec_frequence().get(pk=faite.pk).nombre == 1


def test_une_regle_faite_apres_touche_les_mandats_qui_attendent(agent):
    mandat = FactureFactory(mandat_emis=True).mandat

    faite = regle(agent)

    assert [constat.mandat_id for constat in faite.constats.all()] == [mandat.pk]


@pytest.mark.parametrize(
    "condition",
    [{"montant_minimum": 111_001}, {"compte": "2313"}, {"genre_absent": "facture"}],
)
def test_un_mandat_hors_des_conditions_passe(agent, condition):
    regle(agent, **{"compte": "", **condition})
    mandat = FactureFactory(mandat_emis=True).mandat

    assert regles.touches(Piece.objects.filter(pk=mandat.pk), timezone.localdate()) == {}


def test_une_regle_close_n_arrete_plus(agent):
    faite = regle(agent, debut=timezone.localdate() - timedelta(days=2))
    regles.clore(faite, fin=timezone.localdate() - timedelta(days=1), par=agent)
    mandat = FactureFactory(mandat_emis=True).mandat

    assert "Règles apprises de la Trésorerie" not in bloques(expliquer_mandat(mandat))
    with pytest.raises(ValidationError, match="déjà une fin"):
        regles.clore(faite, fin=timezone.localdate(), par=agent)


def test_une_regle_sans_condition_est_refusee(agent, ordonnateur):
    with pytest.raises(ValidationError, match="une condition au moins"):
        regle(agent, compte="")
    with pytest.raises(ActeInterdit):
        regle(ordonnateur)

    assert not RegleApprise.objects.exists()


def test_l_agent_fait_une_regle_depuis_le_refus_et_la_clot(agent):
    mandat = suspendre(FactureFactory(mandat_emis=True).mandat)
    client = Client()
    client.force_login(agent)
    donnees = {
        "libelle": "Fournitures sans devis",
        "consigne": "Joignez le devis.",
        "compte": "6064",
        "debut": "2026-11-20",
    }

    faite = client.post(f"/gestion/regles/nouvelle/?mandat={mandat.pk}", donnees, follow=True)
    cle = RegleApprise.objects.get().pk
    close = client.post(f"/gestion/regles/{cle}/clore/", {"fin": "2026-12-31"}, follow=True)

    assert "Fournitures sans devis" in faite.text
    assert "Imputation inexacte" in faite.text
    assert "jusqu’au 31 décembre 2026" in " ".join(close.text.replace("\xa0", " ").split())


def test_l_explication_coute_autant_pour_trois_factures_que_pour_une(
    agent, django_assert_num_queries
):
    etablissement = EtablissementFactory.create()
    commande = BonCommandeFactory.create(fournisseur=etablissement.fournisseur)
    factures = [
        FactureFactory(
            liquidee=True, etablissement=etablissement, bon_commande=commande, montant_ht=montant
        )
        for montant in (100_000, 100_001, 100_002, 100_003)
    ]
    une = mandatement.mandater([factures[0].pk], par=agent)
    trois = mandatement.mandater([facture.pk for facture in factures[1:]], par=agent)
    with CaptureQueriesContext(connection) as requetes:
        expliquer_mandat(une)

    with django_assert_num_queries(len(requetes)):
        explication = expliquer_mandat(trois)

    engages = [p for p in explication.points if p.libelle == "Engagement sur la commande"]
    assert [commande.numero in point.constat for point in engages] == [True]


def test_le_rang_du_paiement_se_lit_dans_les_mandats_precedents(agent):
    etablissement = EtablissementFactory.create()
    commande = BonCommandeFactory.create(fournisseur=etablissement.fournisseur)
    mandats = []
    for montant in (100_000, 100_010):
        facture = FactureFactory(
            liquidee=True, etablissement=etablissement, bon_commande=commande, montant_ht=montant
        )
        mandats.append(mandatement.mandater([facture.pk], par=agent))

    assert [len(bloques(expliquer_mandat(m))) for m in mandats] == [1, 1]
