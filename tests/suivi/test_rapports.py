"""Reports of the staff and the public observatory: figures, drawings, exports, who reads what."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.utils.html import strip_tags

from facturier.grand_livre.models import Parametre
from facturier.suivi import instruction, observatoire
from facturier.suivi.models import DelaiConstate, Facture, PrevisionPaiement, ReleveDelais
from facturier.suivi.rapports import (
    RAPPORTS,
    Demande,
    delais,
    fin_d_exercice,
    journee_complementaire,
    paiements_a_venir,
    rejets,
    stock,
)
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    retour,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]


def demande(utilisateur, **champs):
    return Demande(utilisateur, **{"mois": 12, "annee": timezone.localdate().year} | champs)


def client_de(utilisateur):
    client = Client()
    client.force_login(utilisateur)
    return client


def constatees(*jours, direction="Direction A", payee_le=None):
    """Measure as many paid invoices as durations given."""
    jour = payee_le or timezone.localdate()
    modele = FactureFactory(payee=True)
    DelaiConstate.objects.bulk_create(
        DelaiConstate(
            facture=copie(modele),
            direction=direction,
            type_depense="bon_commande",
            deposee_le=jour - timedelta(days=duree),
            mandatee_le=jour,
            payee_le=jour,
            jours_total=duree,
            jours_fournisseur=0,
            jours_nets=duree,
            jours_mandatement=duree,
            jours_paiement=0,
        )
        for duree in jours
    )


def copie(facture):
    """Return another paid invoice that resembles `facture`, made in one statement."""
    autre = Facture.objects.get(pk=facture.pk)
    autre.pk = None
    autre.numero = autre.numero_normalise = f"C{Facture.objects.count()}"
    autre.code_verification = f"{Facture.objects.count():019d}"
    autre.save(force_insert=True)
    return autre


def test_les_delais_donnent_mediane_p90_et_part_a_temps(agent):
    constatees(*range(10, 100, 10))  # 10, 20, … 90

    _, par_direction = delais(demande(agent))
    ligne = next(ligne for ligne in par_direction.lignes if ligne[0] == "Direction A")

    assert ligne == ("Direction A", 9, 50, 80, 33)


def test_les_delais_s_arretent_a_la_periode(agent):
    constatees(5, direction="Ancienne", payee_le=timezone.localdate() - timedelta(days=200))

    _, par_direction = delais(demande(agent, mois=3))

    assert "Ancienne" not in [ligne[0] for ligne in par_direction.lignes]


def test_le_stock_compte_par_etat_et_par_age(agent):
    FactureFactory.create_batch(2, deposee=True)
    FactureFactory(recue=True)

    par_etat, par_age = stock(demande(agent))

    assert [ligne[:3] for ligne in par_etat.lignes] == [
        ("Déposée", 2, 222_000),
        ("Reçue par la province", 1, 111_000),
    ]
    assert par_age.lignes[0] == ("0 à 7 jours", 3, 333_000)


def test_les_rejets_se_comptent_par_motif(agent):
    for motif in ("NON_CONFORME", "NON_CONFORME", "CALCUL_ERR"):
        instruction.rejeter(FactureFactory(recue=True), retour(motif), par=agent)
    instruction.suspendre(FactureFactory(recue=True), retour("JUSTIF_ABS"), par=agent)

    rejetees, demandees = rejets(demande(agent))

    assert [ligne[:2] for ligne in rejetees.lignes] == [
        ("Mention légale manquante", 2),
        ("Erreur de calcul ou de total", 1),
    ]
    assert [ligne[1] for ligne in demandees.lignes] == [1]


def test_les_paiements_a_venir_se_rangent_par_semaine(agent):
    lundi = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    facture = FactureFactory(deposee=True)
    FactureFactory(deposee=True)
    PrevisionPaiement.objects.create(
        facture=facture,
        jalon="depot",
        au_plus_tot=lundi,
        probable=lundi + timedelta(days=2),
        au_plus_tard=lundi + timedelta(days=9),
        base="ensemble",
        effectif=10,
    )

    volet, fourchette, _ = paiements_a_venir(demande(agent))

    assert volet.lignes == [
        (f"Semaine du {lundi:%d/%m/%Y}", 1, 111_000),
        ("Sans prévision", 1, 111_000),
    ]
    assert [ligne[1:] for ligne in fourchette.lignes[:3]] == [
        (0, 0, 0),
        (0, 111_000, 111_000),
        (111_000, 111_000, 111_000),
    ]


def test_les_previsions_passees_disent_leur_erreur(agent):
    for ecart in (-2, 3, 10):
        PrevisionPaiement.objects.create(
            facture=FactureFactory(payee=True),
            jalon="depot",
            au_plus_tot=timezone.localdate(),
            probable=timezone.localdate(),
            au_plus_tard=timezone.localdate() + timedelta(days=5),
            base="ensemble",
            effectif=10,
            ecart_jours=ecart,
            est_tenue=0 <= ecart <= 5,
        )

    *_, passees = paiements_a_venir(demande(agent))

    assert passees.lignes == [("Au dépôt", 3, 3, 33)]


def test_la_fin_d_exercice_liste_les_factures_sans_mandat_et_les_charges_a_payer(agent):
    commande = BonCommandeFactory.create(compte="6064", montant_engage=500_000)
    etablissement = EtablissementFactory.create(fournisseur=commande.fournisseur)
    FactureFactory(certifiee=True, etablissement=etablissement, bon_commande=commande)
    FactureFactory(deposee=True, numero="SANS-SERVICE-FAIT")
    FactureFactory(mandatee=True)

    sans_mandat, a_payer, non_facturees = fin_d_exercice(demande(agent))

    assert len(sans_mandat.lignes) == 2
    assert a_payer.lignes == [("6064", 1, 111_000)]
    assert [(ligne[0], ligne[4]) for ligne in non_facturees.lignes] == [(commande.numero, 389_000)]


def test_la_journee_complementaire_est_un_parametre():
    assert journee_complementaire(2026) == date(2027, 1, 31)


@pytest.mark.parametrize("code", RAPPORTS)
def test_chaque_rapport_se_lit_vide_ou_plein(agent, code):
    client = client_de(agent)
    adresse = reverse("suivi:rapport", args=[code])

    vide = client.get(adresse)
    facture = FactureFactory(certifiee=True)
    instruction.rejeter(facture, retour("NON_CONFORME"), par=agent)
    FactureFactory(certifiee=True)
    FactureFactory(payee=True)
    plein = client.get(adresse)

    assert vide.status_code == plein.status_code == 200
    assert "Rien à montrer" in vide.text
    assert "<svg" in plein.text
    assert "variable inconnue" not in plein.text


@pytest.mark.parametrize("extension", ["csv", "xlsx", "pdf"])
def test_chaque_volet_s_exporte(agent, extension):
    FactureFactory(deposee=True)

    reponse = client_de(agent).get(reverse("suivi:exporter_volet", args=["stock", 0, extension]))

    assert reponse.status_code == 200
    assert len(b"".join(reponse.streaming_content)) > 50


@pytest.mark.parametrize(
    ("vue", "arguments"),
    [("rapport", ["inconnu"]), ("exporter_volet", ["stock", 9, "csv"])],
)
def test_un_rapport_ou_un_volet_inconnu_n_existe_pas(agent, vue, arguments):
    assert client_de(agent).get(reverse(f"suivi:{vue}", args=arguments)).status_code == 404


@pytest.mark.parametrize("parametres", [{"mois": "99"}, {"mois": "x"}])
def test_une_periode_mal_saisie_est_dite(agent, parametres):
    reponse = client_de(agent).get(reverse("suivi:rapport", args=["delais"]), parametres)

    assert reponse.status_code == 422


def test_un_service_ne_compte_que_ses_factures(agent_service):
    FactureFactory(deposee=True)
    FactureFactory(deposee=True, service=ServiceFactory.create(code="AUTRE", direction="Autre"))

    par_etat, _ = stock(demande(agent_service))

    assert [ligne[1] for ligne in par_etat.lignes] == [1]


def test_la_fin_d_exercice_est_fermee_au_service_et_au_comptable(agent_service, comptable):
    adresse = reverse("suivi:rapport", args=["fin-exercice"])

    assert client_de(agent_service).get(adresse).status_code == 403
    assert client_de(comptable).get(adresse).status_code == 403
    assert "Fin d’exercice" not in client_de(comptable).get(reverse("suivi:rapports")).text


def test_la_page_d_un_rapport_ne_multiplie_pas_les_requetes(agent, django_assert_max_num_queries):
    FactureFactory(certifiee=True)
    client = client_de(agent)
    adresse = reverse("suivi:rapport", args=["fin-exercice"])
    with django_assert_max_num_queries(30) as une:
        client.get(adresse)
    FactureFactory.create_batch(4, certifiee=True)

    with django_assert_max_num_queries(len(une)):
        client.get(adresse)


# --- Observatoire ------------------------------------------------------------------------------
def mois_dernier():
    return timezone.localdate().replace(day=1) - timedelta(days=1)


def test_l_observatoire_ne_publie_rien_sur_trop_peu_de_factures():
    constatees(*range(10, 20), direction="Grande", payee_le=mois_dernier())
    constatees(*range(9), direction="Petite", payee_le=mois_dernier())

    observatoire.relever_delais()

    assert list(ReleveDelais.objects.values_list("direction", "effectif")) == [
        ("", 19),
        ("Grande", 10),
    ]


def test_l_observatoire_donne_mediane_p90_et_part_sans_le_mois_en_cours():
    constatees(*range(10, 101, 10), direction="D", payee_le=mois_dernier())
    constatees(*([1] * 10), direction="D")

    observatoire.relever_delais()
    releve = ReleveDelais.objects.get(direction="D")

    assert (releve.mois, releve.effectif) == (mois_dernier().replace(day=1), 10)
    assert (releve.mediane, releve.p90, releve.part_en_trente_jours) == (50, 90, 30)


def test_le_releve_se_refait_sans_doublon():
    constatees(*range(10), payee_le=mois_dernier())

    assert observatoire.relever_delais() == observatoire.relever_delais() == 2


def test_la_page_publique_se_lit_sans_compte_et_ne_nomme_personne():
    constatees(*range(10, 20), payee_le=mois_dernier())
    observatoire.relever_delais()

    reponse = Client().get(reverse("suivi:observatoire"))
    donnees = Client().get(reverse("suivi:observatoire_csv"))
    lignes = b"".join(donnees.streaming_content).decode("utf-8-sig").splitlines()

    texte = " ".join(strip_tags(reponse.text).split())
    assert "moins de 10 factures" in texte
    assert "Mangrove" not in reponse.text
    assert lignes[0] == "mois;direction;factures_payees;mediane_jours;p90_jours;" + (
        "part_payee_en_30_jours_pct"
    )
    assert len(lignes) == 3


def test_la_page_publique_sans_donnees_le_dit():
    assert "Pas encore assez de paiements" in Client().get(reverse("suivi:observatoire")).text


def test_le_seuil_de_publication_est_un_parametre():
    Parametre.objects.filter(cle="observatoire_effectif_minimal").update(valeur="30")
    constatees(*range(20), payee_le=mois_dernier())

    assert observatoire.relever_delais() == 0
