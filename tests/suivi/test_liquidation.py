"""Liquidation: avoirs reduce what is mandated, deductions what is paid, to the franc."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from exports_tps import decisions
from exports_tps.decisions import CumulPaye
from exports_tps.penalites import titrer_penalites
from facturier.acces.models import Role
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import LigneEcriture, Mandat, Piece, Precompte
from facturier.grand_livre.soldes import reste_du, solde
from facturier.grand_livre.verification import verifier
from facturier.suivi import instruction, mandatement
from facturier.suivi.liquidation import Deductions, avance_a_recuperer, derniere, proposer
from facturier.suivi.models import Liquidation
from facturier.suivi.ordres_paiement import liberer_garantie, verser_avance
from facturier.suivi.saisie import PartTaxe
from telepaiement.models import Produit
from telepaiement.titres import DemandeTitre, emettre
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    acteur,
    remettre_a_la_tresorerie,
)
from tests.suivi.test_avoirs import avoir_sur
from tests.suivi.test_pages import envoyer, page, texte

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]
GARANTIE = Deductions(taux_garantie=Decimal(5))


@pytest.fixture
def etablissement():
    return EtablissementFactory.create()


@pytest.fixture
def commande(etablissement):
    return BonCommandeFactory.create(fournisseur=etablissement.fournisseur)


@pytest.fixture
def certifiee(etablissement, commande):
    return FactureFactory(certifiee=True, etablissement=etablissement, bon_commande=commande)


def payer_mandat(mandat):
    remettre_a_la_tresorerie(mandat)
    cumul = CumulPaye(
        montant=reste_du(mandat), date_paiement=timezone.localdate(), reference="VIR-1"
    )
    decisions.payer({mandat.pk: cumul}, par=acteur(Role.COMPTABLE))


def acte_de(nom="mainlevee.pdf"):
    contenu = SimpleUploadedFile(nom, b"%PDF-1.4 acte")
    return ranger_justificatif(contenu, nom=nom, genre="marche")


def comptes(piece):
    """Return what the entry of a mandat credits and debits, by account and side."""
    lignes = LigneEcriture.objects.filter(ecriture__cle=f"mandatement-{piece.pk}")
    return {(ligne.compte.numero, ligne.sens): ligne.montant for ligne in lignes}


def test_les_deductions_se_retiennent_chacune_sur_son_compte(certifiee, commande, agent):
    verser_avance(
        commande, montant=50_000, motif="5 % de 1 MF", justificatifs=[acte_de()], par=agent
    )
    instruction.liquider(
        certifiee,
        par=agent,
        deductions=Deductions(
            taux_garantie=Decimal(5), avance=20_000, penalites=3_000, motif_penalites="6 jours"
        ),
    )

    mandat = mandatement.mandater([certifiee.pk], par=agent)

    assert comptes(mandat) == {
        ("6064", "D"): 111_000,
        ("40171", "C"): 5_550,
        ("4091", "C"): 20_000,
        ("40173", "C"): 3_000,
        ("4011", "C"): 82_450,
    }
    assert (mandat.montant_ttc, reste_du(mandat), certifiee.montant_liquide) == (
        111_000,
        82_450,
        82_450,
    )
    assert list(verifier()) == []


def test_des_penalites_retenues_sont_recouvrees_par_un_titre(certifiee, agent, comptable, client):
    Produit.objects.create(code="P001", libelle="Pénalités de retard", compte="7711")
    retard = Deductions(penalites=3_000, motif_penalites="6 jours à 500 F")
    instruction.liquider(certifiee, par=agent, deductions=retard)
    mandat = mandatement.mandater([certifiee.pk], par=agent)
    with pytest.raises(ValidationError, match="ne l’a pas encore accepté"):
        titrer_penalites(mandat, par=agent)
    payer_mandat(mandat)
    client.force_login(agent)
    a_titrer = texte(client.get("/gestion/penalites/"))

    reponse = client.post(f"/gestion/mandats/{mandat.pk}/penalites/")

    precompte = Precompte.objects.get()
    titre = precompte.titre
    assert certifiee.numero in a_titrer
    assert reponse.url == f"/gestion/titres/{titre.pk}/"
    assert (titre.tiers, reste_du(titre)) == (mandat.tiers, 3_000)
    assert "6 jours à 500 F" in titre.bases_liquidation
    with pytest.raises(ValidationError, match="déjà leur titre"):
        titrer_penalites(mandat, par=agent)
    with pytest.raises(IntegrityError, match="recouvre déjà"), transaction.atomic():
        Precompte.objects.create(
            deduction=precompte.deduction, titre=titre_de(mandat, 3_000, par=agent)
        )
    remettre_a_la_tresorerie(titre)
    decisions.prendre_en_charge([titre.pk], par=comptable)
    decisions.rejeter({titre.pk: "Tiers."}, date_rejet=timezone.localdate(), par=comptable)
    titre.refresh_from_db()
    assert (titre.etat, reste_du(titre), solde("40173", exercice=titre.exercice_id).solde) == (
        "prise_en_charge",
        0,
        0,
    )
    assert titre.reference in texte(client.get(f"/gestion/mandats/{mandat.pk}/"))
    assert list(verifier()) == []


def titre_de(mandat, montant, *, par):
    demande = DemandeTitre(
        tiers=mandat.tiers,
        adresse_voie="1 rue Inventée",
        code_postal="98800",
        ville="Nouméa",
        service=mandat.service,
        produit=Produit.objects.get(),
        objet="Pénalités",
        bases_liquidation="Retard",
        montant_ht=montant,
    )
    return emettre(demande, par=par)


def test_un_avoir_accepte_reduit_ce_qui_est_mandate(etablissement, agent):
    facture = FactureFactory(certifiee=True, etablissement=etablissement)
    avoir = avoir_sur(facture, certifiee=True)

    instruction.liquider(facture, compte="6064", fonction="930", par=agent)
    mandat = mandatement.mandater([facture.pk], par=agent)

    avoir.refresh_from_db()
    assert (avoir.etat, mandat.montant_ht, mandat.montant_tgc) == ("avoir", 90_000, 9_900)
    assert comptes(mandat) == {("6064", "D"): 99_900, ("4011", "C"): 99_900}


def test_un_avoir_arrive_apres_se_deduit_en_revoyant_la_liquidation(etablissement, agent):
    facture = FactureFactory(liquidee=True, etablissement=etablissement)
    avoir_sur(facture, certifiee=True)

    instruction.revoir_liquidation(facture, compte="6064", fonction="930", par=agent)

    assert (derniere(facture).rang, facture.montant_liquide) == (2, 99_900)


def test_une_facture_mandatee_ne_se_liquide_plus(agent):
    facture = FactureFactory(mandat_emis=True)

    with pytest.raises(ValidationError, match="annulez-le d’abord"):
        instruction.revoir_liquidation(facture, compte="6064", fonction="930", par=agent)

    assert Liquidation.objects.filter(facture=facture).count() == 1


def test_chaque_taux_est_liquide_avec_ses_avoirs(etablissement, agent):
    facture = FactureFactory(
        certifiee=True,
        etablissement=etablissement,
        montant_ht=150_000,
        montant_tgc=12_500,
        taxes=(
            PartTaxe(taux=Decimal(11), base=100_000, taxe=11_000),
            PartTaxe(taux=Decimal(3), base=50_000, taxe=1_500),
        ),
    )
    avoir_sur(facture, certifiee=True)

    instruction.liquider(facture, compte="6064", fonction="930", par=agent)

    lignes = derniere(facture).lignes.values_list("taux", "base", "taxe", "avoir_base")
    assert list(lignes) == [
        (Decimal(3), 50_000, 1_500, 0),
        (Decimal(11), 100_000, 11_000, 10_000),
    ]


@pytest.mark.parametrize(
    ("deductions", "phrase"),
    [
        (Deductions(taux_garantie=Decimal(6)), "5 % au plus"),
        (Deductions(avance=1), "Il reste 0"),
        (Deductions(penalites=1), "Dites pourquoi"),
        (Deductions(penalites=111_000, motif_penalites="Retard"), "ne laissent rien à payer"),
        (Deductions(penalites=-1, motif_penalites="Retard"), "sont positives"),
    ],
)
def test_une_deduction_impossible_est_refusee(certifiee, agent, deductions, phrase):
    with pytest.raises(ValidationError, match=phrase):
        instruction.liquider(certifiee, par=agent, deductions=deductions)

    certifiee.refresh_from_db()
    assert (certifiee.etat, certifiee.liquidations.count()) == ("service_fait", 0)


def test_la_base_refuse_une_liquidation_qui_ne_tombe_pas_juste(certifiee, agent):
    with pytest.raises(IntegrityError, match="liquidation_tombe_juste"), transaction.atomic():
        Liquidation.objects.create(
            facture=certifiee, rang=1, brut_ht=10, brut_tgc=1, net=10, etablie_par=agent
        )


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    taux=st.decimals(0, 5, places=2),
    penalites=st.integers(0, 50_000),
)
def test_le_mandat_et_le_net_tombent_toujours_juste(etablissement, agent, taux, penalites):
    facture = FactureFactory(certifiee=True, etablissement=etablissement)
    instruction.liquider(
        facture,
        compte="6064",
        fonction="930",
        par=agent,
        deductions=Deductions(taux_garantie=taux, penalites=penalites, motif_penalites="Retard"),
    )

    mandat = mandatement.mandater([facture.pk], par=agent)

    assert sum(v for (_, sens), v in comptes(mandat).items() if sens == "C") == 111_000
    assert reste_du(mandat) == facture.montant_liquide


def test_la_garantie_et_l_avance_de_la_commande_sont_proposees(
    certifiee, etablissement, commande, agent
):
    verser_avance(commande, montant=50_000, motif="5 %", justificatifs=[acte_de()], par=agent)
    instruction.liquider(certifiee, par=agent, deductions=replace(GARANTIE, avance=30_000))

    suivante = FactureFactory(
        certifiee=True, etablissement=etablissement, bon_commande=commande, montant_ht=100_010
    )

    assert proposer(suivante) == replace(GARANTIE, avance=20_000)
    assert avance_a_recuperer(commande) == 20_000


def test_une_avance_est_un_ordre_de_paiement_borne(commande, agent):
    avance = verser_avance(
        commande, montant=250_000, motif="25 %", justificatifs=[acte_de()], par=agent
    )

    assert comptes(avance.mandat) == {("4091", "D"): 250_000, ("4011", "C"): 250_000}
    assert (avance.mandat.type_piece, avance.mandat.nature_piece) == ("11", "14")
    with pytest.raises(ValidationError, match="comprise entre 1 F et 0"):
        verser_avance(commande, montant=1, motif="Encore", justificatifs=[acte_de()], par=agent)


def test_la_garantie_se_libere_une_fois_par_son_propre_acte(certifiee, agent):
    instruction.liquider(certifiee, par=agent, deductions=GARANTIE)
    mandat = mandatement.mandater([certifiee.pk], par=agent)
    certifiee.refresh_from_db()
    liquidation = Liquidation.objects.get(facture=certifiee)
    with pytest.raises(ValidationError, match="une fois payé le mandat"):
        liberer_garantie(liquidation, motif="Trop tôt", justificatifs=[acte_de()], par=agent)
    payer_mandat(mandat)
    certifiee.refresh_from_db()

    liberation = liberer_garantie(
        liquidation, motif="Réception sans réserve", justificatifs=[acte_de()], par=agent
    )

    assert comptes(liberation.mandat) == {("40171", "D"): 5_550, ("4011", "C"): 5_550}
    assert list(verifier()) == []
    with pytest.raises(ValidationError, match="déjà libérée"):
        liberer_garantie(liquidation, motif="Encore", justificatifs=[acte_de()], par=agent)


def test_sans_acte_rien_ne_se_libere(certifiee, agent):
    instruction.liquider(certifiee, par=agent, deductions=GARANTIE)
    mandatement.mandater([certifiee.pk], par=agent)
    certifiee.refresh_from_db()
    payer_mandat(certifiee.mandat)

    with pytest.raises(ValidationError, match="Joignez l’acte"):
        liberer_garantie(derniere(certifiee), motif="Fin", justificatifs=[], par=agent)


def test_un_ordre_de_paiement_ne_va_pas_avec_les_mandats(commande, agent):
    avance = verser_avance(
        commande, montant=10_000, motif="1 %", justificatifs=[acte_de()], par=agent
    )
    autre = FactureFactory(mandat_emis=True).mandat
    jour = autre.date_emission

    with pytest.raises(ValidationError, match="bordereaux séparés"):
        creer_bordereau(
            sens="depense", pieces=[avance.mandat_id, autre.pk], date_emission=jour, par=agent
        )
    seul = creer_bordereau(sens="depense", pieces=[avance.mandat_id], date_emission=jour, par=agent)
    assert seul.type_bordereau == "03"


def test_l_agent_et_le_fournisseur_lisent_chaque_deduction(
    certifiee, etablissement, commande, agent, deposant
):
    liquidateur = acteur(Role.AGENT)
    envoyer(
        liquidateur,
        "gestion_acte",
        certifiee.pk,
        "liquider",
        compte="6064",
        fonction="930",
        taux_garantie="5",
        penalites="3 000",
        motif_penalites="6 jours de retard",
    )
    envoyee = envoyer(
        agent,
        "verser_avance",
        commande.pk,
        montant="10 000",
        motif="1 % de la commande",
        fichier=SimpleUploadedFile("calcul.pdf", b"%PDF-1.4 calcul"),
    )
    mandat = mandatement.mandater([certifiee.pk], par=agent)

    interne = texte(page(agent, "gestion_detail", certifiee.pk))
    fiche = texte(page(deposant(etablissement), "detail", certifiee.pk))
    assert "est émis" in texte(envoyee)
    assert "102\xa0450" in interne
    assert "6 jours de retard" in fiche
    assert "fin de la garantie" in fiche
    assert "Pénalités de retard" in texte(page(agent, "mandat", mandat.pk))
    assert Mandat.objects.filter(type_piece="11").exists()
    assert Piece.objects.count() == 2


def test_la_garantie_se_libere_a_l_ecran(certifiee, agent):
    instruction.liquider(certifiee, par=agent, deductions=GARANTIE)
    payer_mandat(mandatement.mandater([certifiee.pk], par=agent))

    fichiers = {"fichier": SimpleUploadedFile("mainlevee.pdf", b"%PDF-1.4 acte")}
    sans_acte = envoyer(agent, "liberer_garantie", certifiee.pk, motif="Réception")
    libere = envoyer(agent, "liberer_garantie", certifiee.pk, motif="Réception", **fichiers)

    assert sans_acte.status_code == 422
    assert "Retenue de garantie de la facture" in texte(libere)
    assert "Libérée le" in texte(page(agent, "gestion_detail", certifiee.pk))
