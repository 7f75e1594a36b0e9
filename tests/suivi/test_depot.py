"""Deposit: what is refused, what is frozen, what is told."""

import io
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.commun.fichiers import FichierRefuse
from facturier.suivi import brouillon, controles, depot, instruction
from facturier.suivi.controles import controler
from facturier.suivi.lecture import Donnee, FactureLue, Format, Origine
from facturier.suivi.models import Facture
from facturier.suivi.saisie import PartTaxe, saisie_lue
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    acteur,
    retour,
)
from tests.suivi.lecture import echantillons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]

FOURNISSEUR = "fournisseur"


def messages(facture):
    return [anomalie.message for anomalie in controler(facture) if anomalie.est_bloquante]


def champs(facture):
    return {anomalie.champ for anomalie in controler(facture) if anomalie.est_bloquante}


def test_un_depot_date_la_facture_et_lui_donne_un_code():
    facture = FactureFactory(deposee=True)

    assert facture.etat == "deposee"
    assert timezone.now() - facture.deposee_le < timedelta(minutes=1)
    assert len(facture.code_verification) == 19
    assert facture.passages.get().acte == "deposer"


def test_un_depot_previent_les_personnes_habilitees(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        facture = FactureFactory(deposee=True)

    assert [message.to for message in mail.outbox] == [["fournisseur@usine.example"]]
    assert facture.code_verification in mail.outbox[0].body


@pytest.mark.parametrize("variante", ["FA 42", "fa42", " Fa\u00a042 "])
def test_un_numero_deja_depose_est_refuse_avec_un_lien(variante):
    premiere = FactureFactory(deposee=True, numero="FA42")
    seconde = FactureFactory(numero=variante, etablissement=premiere.etablissement)

    with pytest.raises(depot.DepotRefuse) as refus:
        depot.deposer(seconde, par=acteur(FOURNISSEUR))

    assert refus.value.anomalies[0].facture == premiere


def test_le_meme_numero_convient_a_un_autre_fournisseur():
    FactureFactory(deposee=True, numero="FA42")

    assert FactureFactory(deposee=True, numero="FA42").etat == "deposee"


def test_le_numero_d_une_facture_rejetee_peut_resservir(agent):
    rejetee = FactureFactory(recue=True, numero="FA42")
    instruction.rejeter(rejetee, retour("NON_CONFORME"), par=agent)

    nouvelle = FactureFactory(deposee=True, numero="FA42", etablissement=rejetee.etablissement)
    assert nouvelle.etat == "deposee"


def test_le_meme_fichier_sous_un_autre_numero_est_refuse():
    premiere = FactureFactory(deposee=True, contenu=b"%PDF-1.4 meme")
    seconde = FactureFactory(contenu=b"%PDF-1.4 meme", etablissement=premiere.etablissement)

    assert champs(seconde) == {"fichier"}


def test_un_montant_et_une_date_deja_vus_sont_signales_sans_bloquer():
    premiere = FactureFactory(deposee=True)
    seconde = FactureFactory(etablissement=premiere.etablissement)

    anomalies = controler(seconde)

    assert [(a.est_bloquante, a.facture) for a in anomalies] == [(False, premiere)]


def test_la_base_refuse_un_doublon_meme_sans_controle():
    premiere = FactureFactory(deposee=True, numero="FA42")
    seconde = FactureFactory(numero="FA42", etablissement=premiere.etablissement)
    champs_deposes = {
        "etat": "deposee",
        "deposee_le": timezone.now(),
        "deposee_par": acteur(FOURNISSEUR),
        "code_verification": depot.tirer_code(),
    }

    with pytest.raises(IntegrityError, match=r"numero_(unique|normalise)"), transaction.atomic():
        Facture.objects.filter(pk=seconde.pk).update(**champs_deposes)


def test_un_doublon_depose_entre_temps_est_refuse_avec_un_lien(monkeypatch):
    premiere = FactureFactory(deposee=True, numero="FA42")
    seconde = FactureFactory(numero="FA42", etablissement=premiere.etablissement)
    monkeypatch.setattr(controles, "CONTROLES", {})

    with pytest.raises(depot.DepotRefuse) as refus:
        depot.deposer(seconde, par=acteur(FOURNISSEUR))

    assert refus.value.anomalies[0].facture == premiere


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [("numero", ""), ("date_emission", None), ("service", None), ("montant_ht", 0)],
)
def test_une_donnee_manquante_est_demandee(champ, valeur):
    facture = FactureFactory(**{champ: valeur})

    assert champ in champs(facture)


@pytest.mark.parametrize("champ", ["numero", "objet"])
def test_un_signe_que_le_tresor_ne_lit_pas_se_refuse_des_le_depot(champ):
    facture = FactureFactory(**{champ: "Filet 🎣"})

    assert [(a.champ, a.message) for a in controler(facture) if a.est_bloquante] == [
        (
            champ,
            f"{'Numéro' if champ == 'numero' else 'Objet'}, caractère sans équivalent dans le jeu "
            "du Trésor\u202f: «\u202f🎣\u202f» (U+1F3A3). Écrivez-le autrement.",
        )
    ]
    with pytest.raises(depot.DepotRefuse):
        depot.deposer(facture, par=acteur(FOURNISSEUR))


def test_un_numero_lu_se_propose_sans_les_signes_que_le_tresor_ne_lit_pas():
    numero = Donnee("FA-🎣 42", Origine.STRUCTURE)

    assert saisie_lue(
        FactureLue(format=Format.CII, numero=numero), EtablissementFactory()
    ).numero == ("FA- 42")


def test_une_date_a_venir_est_refusee():
    facture = FactureFactory(date_emission=timezone.localdate() + timedelta(days=1))

    assert messages(facture) == ["La date de la facture est dans l’avenir."]


def test_une_creance_de_plus_de_quatre_ans_est_signalee_sans_bloquer():
    facture = FactureFactory(date_emission=date(2020, 1, 1))

    assert [a.champ for a in controler(facture) if not a.est_bloquante] == ["date_emission"]


@pytest.mark.parametrize("taxe", [10_999, 11_000, 11_001])
def test_un_franc_d_arrondi_est_tolere_par_taux(taxe):
    facture = FactureFactory(montant_tgc=taxe)

    assert messages(facture) == []


@pytest.mark.parametrize("taxe", [10_998, 11_002])
def test_deux_francs_d_ecart_sont_refuses(taxe):
    facture = FactureFactory(montant_tgc=taxe)

    assert "11\u202f000\u202fF\u00a0CFP" in messages(facture)[0]


def test_un_taux_qui_n_est_pas_en_vigueur_est_refuse():
    part = PartTaxe(taux=Decimal("5.5"), base=100_000, taxe=5_500)

    facture = FactureFactory(montant_tgc=5_500, taxes=(part,))

    assert "5.5 % n’est pas un taux" in messages(facture)[0]


def test_une_base_oubliee_est_demandee():
    part = PartTaxe(taux=Decimal(11), base=60_000, taxe=6_600)

    facture = FactureFactory(montant_tgc=6_600, taxes=(part,))

    assert "ajoutez le taux qui manque" in messages(facture)[0]


def test_une_facture_sans_tgc_se_depose_sans_repartition():
    facture = FactureFactory(deposee=True, montant_tgc=0, taxes=())

    assert facture.montant_ttc == 100_000


def test_un_depassement_du_bon_de_commande_est_refuse_avec_ce_qui_reste():
    etablissement = EtablissementFactory.create()
    commande = BonCommandeFactory.create(
        fournisseur=etablissement.fournisseur, montant_engage=150_000
    )
    FactureFactory(deposee=True, etablissement=etablissement, bon_commande=commande)

    seconde = FactureFactory(
        etablissement=etablissement, bon_commande=commande, date_emission=date(2026, 11, 3)
    )

    assert "Il reste 39\u202f000\u202fF\xa0CFP à facturer" in messages(seconde)[0]
    assert champs(seconde) == {"bon_commande"}


def test_le_bon_de_commande_d_un_autre_fournisseur_est_refuse():
    facture = FactureFactory(bon_commande=BonCommandeFactory.create())

    assert champs(facture) == {"bon_commande"}


def test_un_ridet_lu_avec_certitude_doit_etre_celui_de_l_etablissement():
    lue = FactureLue(format=Format.UBL, ridet_emetteur=Donnee("9876541001", Origine.STRUCTURE))
    certaine = FactureFactory(lue=lue)
    devine = FactureFactory(lue=replace(lue, ridet_emetteur=Donnee("9876541001", Origine.TEXTE)))

    assert champs(certaine) == {"etablissement"}
    assert champs(devine) == set()


def test_une_personne_non_habilitee_ne_depose_pas(intrus):
    facture = FactureFactory()

    with pytest.raises(PermissionDenied):
        depot.deposer(facture, par=intrus)


@pytest.mark.parametrize(
    ("contenu", "nom"),
    [
        (b"", "vide.pdf"),
        (b"MZ\x90\x00\x03", "facture.pdf"),
        (b"<html><script>alert(1)</script></html>", "facture.xml"),
        (echantillons.pdf(), "facture.xml"),
    ],
    ids=["vide", "programme", "page web", "mauvaise extension"],
)
def test_un_fichier_qui_n_est_pas_une_facture_est_refuse(contenu, nom):
    etablissement = EtablissementFactory.create()

    with pytest.raises(FichierRefuse):
        brouillon.commencer(
            io.BytesIO(contenu), nom=nom, etablissement=etablissement, par=acteur(FOURNISSEUR)
        )

    assert not Facture.objects.exists()


def test_un_fichier_structure_remplit_le_brouillon():
    etablissement = EtablissementFactory.create(ridet="9000019001")
    commande = BonCommandeFactory.create(
        numero="BC-2026-118", fournisseur=etablissement.fournisseur
    )

    facture = brouillon.commencer(
        io.BytesIO(echantillons.xml(forme="ubl-2.1")),
        nom="facture.xml",
        etablissement=etablissement,
        par=acteur(FOURNISSEUR),
    )

    assert (facture.numero, facture.montant_ttc) == ("FA-2026-0042", 159_950)
    assert facture.bon_commande == commande
    assert facture.lecture["champs"]["montant_ttc"] == "structure"
    assert facture.taxes.count() == 2
    assert facture.lignes.count() == 2
    assert controler(facture) == []


def test_une_facture_deposee_ne_se_remplit_plus():
    facture = FactureFactory(deposee=True)

    with pytest.raises(ValidationError, match="déjà déposée"):
        brouillon.abandonner(facture, par=acteur(FOURNISSEUR))
