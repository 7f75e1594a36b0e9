"""The agents' desk: who holds what, what to watch, one act on many invoices."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Tiers
from facturier.suivi import instruction
from facturier.suivi.affectation import collegues, confier, prendre, rendre
from facturier.suivi.chronologie import chronologie
from facturier.suivi.lots import FACTURES_PAR_LOT, agir_en_lot
from facturier.suivi.models import Facture
from facturier.suivi.rapprochement import constater_reception
from facturier.suivi.risques import suivre
from fournisseurs.models import Fournisseur
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]


def client_de(utilisateur):
    client = Client()
    client.force_login(utilisateur)
    return client


def liste(utilisateur, **parametres):
    reponse = client_de(utilisateur).get(reverse("suivi:gestion_liste"), parametres)
    assert "variable inconnue" not in reponse.text
    return [suivie.facture.numero for suivie in reponse.context["suivies"]]


def agir(utilisateur, acte, *factures, **donnees):
    return client_de(utilisateur).post(
        reverse("suivi:gestion_lot"),
        {"acte": acte, "factures": [str(facture.pk) for facture in factures], **donnees},
    )


def libelles(facture):
    complete = Facture.objects.select_related("etablissement__fournisseur").get(pk=facture.pk)
    return [risque.libelle for risque in suivre([complete], au=timezone.now())[0].risques]


@pytest.mark.deux_moteurs
def test_un_dossier_pris_ne_se_prend_pas_deux_fois(agent, personne):
    facture = FactureFactory(deposee=True)
    memoire = Facture.objects.get(pk=facture.pk)
    benoit = personne("Benoît", Role.AGENT)

    prendre(facture, par=agent)

    with pytest.raises(ValidationError, match="vient d’être prise par Agathe"):
        prendre(memoire, par=benoit)
    with pytest.raises(ValidationError, match="n’est pas à vous"):
        rendre(memoire, par=benoit)
    rendre(facture, par=agent)
    prendre(memoire, par=benoit)
    facture.refresh_from_db()
    assert facture.affectee_a == benoit
    assert list(facture.passages.values_list("acte", flat=True))[-3:] == [
        "prendre",
        "rendre",
        "prendre",
    ]


@pytest.mark.deux_moteurs
def test_un_dossier_se_confie_avec_sa_trace(agent, personne):
    facture = FactureFactory(deposee=True)
    benoit = personne("Benoît", Role.AGENT)
    prendre(facture, par=agent)

    confier(facture, a=benoit, par=agent, motif="Congés")

    passage = facture.passages.latest("pk")
    assert passage.motif == "de Agathe Fictif à Benoît Fictif : Congés"
    with pytest.raises(ValidationError, match="déjà à Benoît"):
        confier(facture, a=benoit, par=agent)
    with pytest.raises(ValidationError, match="ne peut rien faire"):
        confier(facture, a=acteur(Role.FOURNISSEUR), par=agent)


def test_qui_n_a_rien_a_faire_sur_un_dossier_ne_le_prend_pas(ordonnateur, agent):
    facture = FactureFactory(deposee=True)

    with pytest.raises(ActeInterdit):
        prendre(facture, par=ordonnateur)
    with pytest.raises(ActeInterdit):
        prendre(FactureFactory(payee=True), par=agent)


def test_un_dossier_qui_change_de_bureau_n_est_plus_a_personne(agent):
    facture = FactureFactory(recue=True)
    prendre(facture, par=agent)

    instruction.demander_certification(facture, par=agent)

    facture.refresh_from_db()
    assert facture.affectee_a is None


def test_le_fournisseur_ne_lit_pas_qui_tient_son_dossier(agent):
    facture = FactureFactory(deposee=True)
    prendre(facture, par=agent)

    publiques = [etape.libelle for etape in chronologie(facture, est_interne=False)]
    internes = [etape.libelle for etape in chronologie(facture, est_interne=True)]

    assert publiques == ["Déposée"]
    assert internes == ["Déposée", "Dossier pris"]


def test_on_confie_a_son_bureau(agent, personne):
    service = ServiceFactory()
    serge = acteur(Role.SERVICE, service)
    benoit = personne("Benoît", Role.AGENT)

    assert {agent, benoit} <= set(collegues(agent))
    assert serge not in collegues(agent)
    assert list(collegues(serge)) == [serge]
    assert not collegues(acteur(Role.FOURNISSEUR)).exists()
    assert Utilisateur.objects.systeme() not in collegues(agent)


def test_la_liste_se_filtre_par_main_par_service_et_par_ordre(agent, personne):
    autre = ServiceFactory(code="DEFI", libelle="Service du développement")
    premiere = FactureFactory(deposee=True, numero="UNE")
    FactureFactory(deposee=True, numero="DEUX")
    FactureFactory(recue=True, numero="TROIS", service=autre)
    FactureFactory(payee=True, numero="PAYEE")
    prendre(premiere, par=agent)

    assert liste(agent, main="moi") == ["UNE"]
    assert liste(agent, main="personne", etat="deposee") == ["DEUX"]
    assert liste(agent, service=autre.pk) == ["TROIS"]
    assert liste(agent, etat="a_traiter", ordre="anciennes") == ["UNE", "DEUX", "TROIS"]
    assert liste(agent, etat="a_traiter") == ["TROIS", "DEUX", "UNE"]


def test_les_pages_vont_des_plus_anciennes_aux_plus_recentes(agent):
    numeros = [f"N{rang:02d}" for rang in range(45)]
    for numero in numeros:
        FactureFactory(deposee=True, numero=numero)
    client = client_de(agent)
    adresse = reverse("suivi:gestion_liste")

    pages, suite = [], "?ordre=anciennes"
    while suite:
        contexte = client.get(adresse + suite).context
        pages.append([suivie.facture.numero for suivie in contexte["suivies"]])
        precedent, suite = contexte["page"].precedent, contexte["page"].suivant

    assert [numero for page in pages for numero in page] == numeros
    retour = client.get(adresse + precedent).context
    assert [suivie.facture.numero for suivie in retour["suivies"]] == pages[1]


def test_les_risques_se_disent_avant_qu_ils_ne_bloquent(agent):
    sans_commande = FactureFactory(deposee=True)
    commande = BonCommandeFactory.create()
    etablissement = EtablissementFactory.create(fournisseur=commande.fournisseur)
    en_avance = FactureFactory(deposee=True, bon_commande=commande, etablissement=etablissement)
    constater_reception(
        commande,
        date_reception=date(2026, 11, 2),
        description="Une partie",
        montant=11_000,
        par=acteur(Role.SERVICE, commande.service),
    )
    tiers = Tiers.objects.create(code="9900001", nom="Sans Compte Fictif", ridet="9900001001")
    fiche = Fournisseur.objects.create(
        tiers=tiers,
        rid="9900001",
        est_creancier=True,
        adresse_voie="1 rue Inventée",
        code_postal="98800",
        ville="Nouméa",
    )
    sans_compte = FactureFactory(
        deposee=True, etablissement=EtablissementFactory.create(fournisseur=fiche)
    )

    assert "Sans commande" in libelles(sans_commande)
    assert libelles(en_avance) == ["Facturée avant réception"]
    assert "Sans compte vérifié" in libelles(sans_compte)
    assert libelles(FactureFactory(payee=True)) == []


def test_une_facture_en_retard_se_voit(time_machine, agent):
    time_machine.move_to("2026-03-02 00:00:00+00:00", tick=False)
    facture = FactureFactory(deposee=True, date_emission=date(2026, 2, 20))
    time_machine.move_to("2026-03-30 00:00:00+00:00", tick=False)
    assert "2 j restants" in libelles(facture)

    time_machine.move_to("2026-04-11 00:00:00+00:00", tick=False)

    assert "10 j de retard" in libelles(facture)


def test_un_lot_rend_compte_facture_par_facture(agent):
    bonne = FactureFactory(deposee=True, numero="BONNE")
    deja = FactureFactory(recue=True, numero="DEJA")

    reponse = agir(agent, "recevoir", bonne, deja)

    sorts = {sort.facture.numero: sort.refus for sort in reponse.context["sorts"]}
    assert sorts["BONNE"] == ""
    assert "impossible" in sorts["DEJA"]
    assert "1 facture sur 2" in " ".join(reponse.text.split())
    bonne.refresh_from_db()
    assert bonne.etat == "recue"


def test_un_lot_liquide_sur_l_imputation_de_la_commande(agent):
    commande = BonCommandeFactory.create()
    etablissement = EtablissementFactory.create(fournisseur=commande.fournisseur)
    facture = FactureFactory(certifiee=True, bon_commande=commande, etablissement=etablissement)
    sans = FactureFactory(certifiee=True)

    sorts = agir_en_lot([facture.pk, sans.pk], "liquider", par=agent)

    assert [sort.refus for sort in sorts] == ["", "Indiquez le compte et la fonction d’imputation."]
    facture.refresh_from_db()
    assert (facture.etat, facture.compte) == ("liquidee", commande.compte)


@pytest.mark.parametrize(
    ("acte", "choisies", "attendu"),
    [
        ("recevoir", 0, "Cochez au moins une facture"),
        ("", 1, "Choisissez ce qu’il faut faire"),
        ("confier", 1, "Choisissez à qui"),
    ],
)
def test_un_lot_mal_rempli_s_explique_et_garde_les_coches(agent, acte, choisies, attendu):
    factures = [FactureFactory(deposee=True) for _ in range(choisies)]

    reponse = agir(agent, acte, *factures)

    assert reponse.status_code == 422
    assert attendu in reponse.text
    assert reponse.text.count(" checked") == choisies


def test_un_lot_ne_touche_pas_ce_qu_on_ne_voit_pas():
    service = ServiceFactory()
    autre = ServiceFactory(code="DEFI", libelle="Service du développement")
    facture = FactureFactory(en_certification=True, service=autre)

    assert agir_en_lot([facture.pk], "prendre", par=acteur(Role.SERVICE, service)) == []


def test_un_lot_trop_grand_est_refuse(agent):
    with pytest.raises(ValidationError, match="100 factures au plus"):
        agir_en_lot(range(FACTURES_PAR_LOT + 1), "recevoir", par=agent)


def test_la_liste_coute_autant_de_requetes_quelle_que_soit_sa_longueur(
    agent, django_assert_max_num_queries
):
    for _ in range(3):
        FactureFactory(deposee=True)
    client = client_de(agent)
    adresse = reverse("suivi:gestion_liste")
    client.get(adresse)
    with connection.execute_wrapper(compteur := Compteur()):
        client.get(adresse)
    for _ in range(15):
        FactureFactory(deposee=True, bon_commande=None)

    with django_assert_max_num_queries(compteur.nombre):
        client.get(adresse)


class Compteur:
    """Counts the statements that pass."""

    def __init__(self):
        self.nombre = 0

    def __call__(self, execute, *arguments):
        self.nombre += 1
        return execute(*arguments)


def test_la_page_d_une_facture_prend_rend_et_confie(agent, personne):
    benoit = personne("Benoît", Role.AGENT)
    facture = FactureFactory(deposee=True)
    suivante = FactureFactory(deposee=True, numero="SUIVANTE")
    client = client_de(agent)
    detail = reverse("suivi:gestion_detail", args=[facture.pk])

    avant = client.get(detail)
    prise = client.post(reverse("suivi:gestion_prise", args=[facture.pk]), follow=True)
    confiee = client.post(
        reverse("suivi:gestion_confier", args=[facture.pk]), {"a": benoit.pk}, follow=True
    )

    assert f"Facture suivante au même stade\u202f: {suivante.numero}" in avant.text
    assert "Personne n’a pris ce dossier" in avant.text
    assert "Remettre dans la liste" in prise.text
    assert "confiée à Benoît Fictif" in confiee.text.replace("\xa0", " ")


def test_le_document_se_montre_a_cote_de_l_acte_sans_rien_executer(agent, service):
    facture = FactureFactory(deposee=True)
    document = facture.document_principal
    client = client_de(agent)
    adresse = reverse("suivi:gestion_apercu", args=[facture.pk, document.pk])

    page = client.get(reverse("suivi:gestion_acte", args=[facture.pk, "recevoir"]))
    apercu = client.get(adresse)

    assert f'<iframe src="{adresse}#' in page.text
    assert b"".join(apercu.streaming_content).startswith(b"%PDF")
    assert apercu["Content-Type"] == "application/pdf"
    assert "default-src 'none'" in apercu["Content-Security-Policy"]
    assert apercu["X-Frame-Options"] == "SAMEORIGIN"
    assert client_de(service).get(adresse).status_code == 404
