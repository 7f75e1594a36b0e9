"""The supplier's list: filters in the address, views kept, exports of what is shown."""

import io
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from pypdf import PdfReader

from facturier.acces.models import Role
from facturier.commun import exports
from facturier.suivi import avancement, instruction
from facturier.suivi.liste import VUES_PAR_PERSONNE, enregistrer_vue
from facturier.suivi.models import VueEnregistree
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
    retour,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]


def demander(vue, *arguments, par=None, **parametres):
    client = Client()
    client.force_login(par or acteur(Role.FOURNISSEUR))
    return client.get(reverse(f"suivi:{vue}", args=arguments), parametres)


def envoyer(vue, *arguments, par=None, **donnees):
    client = Client()
    client.force_login(par or acteur(Role.FOURNISSEUR))
    return client.post(reverse(f"suivi:{vue}", args=arguments), donnees, follow=True)


def numeros(**parametres):
    reponse = demander("liste", **parametres)
    return [facture.numero for facture in reponse.context["page"].objets]


def test_la_liste_se_filtre_par_montant_et_par_numero():
    FactureFactory(deposee=True, numero="GRANDE-1", montant_ht=500_000, montant_tgc=55_000)
    FactureFactory(deposee=True, numero="PETITE-1")
    commande = BonCommandeFactory.create(numero="BC-2026-777")
    etablissement = EtablissementFactory.create(fournisseur=commande.fournisseur)
    FactureFactory(
        deposee=True, numero="CITANTE", etablissement=etablissement, bon_commande=commande
    )

    assert numeros(minimum="200 000") == ["GRANDE-1"]
    assert numeros(maximum="200 000", q="petite") == ["PETITE-1"]
    assert numeros(q="2026-777") == ["CITANTE"]


def test_la_liste_se_filtre_par_etablissement_et_par_direction():
    voisine = ServiceFactory.create(code="ESSAI", direction="Direction d’essai")
    ici = FactureFactory(deposee=True, numero="ICI")
    FactureFactory(deposee=True, numero="AILLEURS", service=voisine)

    assert numeros(etablissement=ici.etablissement_id) == ["ICI"]
    assert numeros(direction="Direction d’essai") == ["AILLEURS"]


def test_la_periode_compte_son_premier_et_son_dernier_jour():
    FactureFactory(deposee=True, numero="DU-JOUR")
    jour = timezone.localdate()

    assert numeros(depuis=f"{jour:%Y-%m-%d}", jusqu_au=f"{jour:%Y-%m-%d}") == ["DU-JOUR"]
    assert numeros(depuis=f"{jour + timedelta(days=1):%Y-%m-%d}") == []
    assert numeros(jusqu_au=f"{jour - timedelta(days=1):%Y-%m-%d}") == []


def test_ce_qui_se_passe_a_la_tresorerie_ne_se_devine_pas_par_les_filtres():
    facture = FactureFactory(transmise=True, numero="SUSPENDUE-TPS")
    avancement.constater_suspension({facture.mandat_id: "Crédits"}, par=acteur(Role.COMPTABLE))

    reponse = demander("liste", etat="suspendue_tps")

    assert reponse.status_code == 422
    assert numeros(etat="transmise_tps") == ["SUSPENDUE-TPS"]


def test_une_situation_reunit_plusieurs_etats(agent):
    facture = FactureFactory(recue=True, numero="A-COMPLETER")
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    FactureFactory(recue=True, numero="COURANTE")

    assert numeros(etat="a_completer") == ["A-COMPLETER"]
    assert numeros(etat="terminees") == []


@pytest.mark.parametrize(
    "parametres",
    [
        {"depuis": "2026-11-30", "jusqu_au": "2026-11-01"},
        {"minimum": "2000", "maximum": "1000"},
        {"minimum": "beaucoup"},
        {"etat": "inconnu"},
        {"depuis": "31/02/2026"},
        {"etablissement": "999999999999999999999"},
        {"direction": "Ailleurs"},
    ],
)
def test_un_filtre_mal_saisi_est_dit_et_ne_casse_rien(parametres):
    FactureFactory(deposee=True)

    reponse = demander("liste", **parametres)

    assert reponse.status_code == 422
    assert "errorlist" in reponse.text


def test_un_filtre_mal_saisi_n_exporte_rien():
    reponse = demander("exporter_liste", "csv", minimum="beaucoup")

    assert reponse.status_code == 302
    assert "minimum=beaucoup" in reponse.url


def test_le_csv_contient_exactement_ce_que_les_filtres_montrent():
    FactureFactory.create_batch(22, deposee=True)
    FactureFactory(deposee=True, numero="HORS", montant_ht=1_000, montant_tgc=110)

    reponse = demander("exporter_liste", "csv", minimum="100000")
    lignes = b"".join(reponse.streaming_content).decode("utf-8-sig").splitlines()

    assert len(lignes) == 23
    assert lignes[0].startswith("Numéro;Établissement;RIDET")
    assert "HORS" not in "".join(lignes)


def test_le_classeur_porte_des_nombres_et_des_dates():
    FactureFactory(payee=True, numero="=1+1")

    reponse = demander("exporter_liste", "xlsx")
    feuille = load_workbook(io.BytesIO(b"".join(reponse.streaming_content))).active
    ligne = [cellule.value for cellule in feuille[2]]

    assert ligne[0] == "'=1+1"
    assert ligne[10] == 111_000
    assert f"{ligne[12]:%d/%m/%Y}" == "20/11/2026"
    assert ligne[14] == "VIR-1"


def test_le_pdf_dit_ses_filtres_et_ses_factures():
    FactureFactory(deposee=True, numero="IMPRIMEE")

    reponse = demander("exporter_liste", "pdf", minimum="1000")
    texte = PdfReader(io.BytesIO(b"".join(reponse.streaming_content))).pages[0].extract_text()

    assert "IMPRIMEE" in texte
    assert "Montant TTC minimal" in texte


@pytest.mark.parametrize(
    ("extension", "limite"), [("pdf", "LIGNES_DE_PDF"), ("xlsx", "LIGNES_DE_CLASSEUR")]
)
def test_une_liste_trop_longue_dit_de_prendre_le_csv(monkeypatch, extension, limite):
    monkeypatch.setattr(exports, limite, 1)
    FactureFactory.create_batch(2, deposee=True)
    client = Client()
    client.force_login(acteur(Role.FOURNISSEUR))

    reponse = client.get(reverse("suivi:exporter_liste", args=[extension]), follow=True)

    assert "prenez le CSV" in reponse.text


def test_un_format_inconnu_n_existe_pas():
    assert demander("exporter_liste", "docx").status_code == 404


def test_l_export_d_autrui_est_vide(intrus):
    intrus.attribuer(Role.FOURNISSEUR)
    FactureFactory(deposee=True)

    reponse = demander("exporter_liste", "csv", par=intrus)

    assert len(b"".join(reponse.streaming_content).decode().splitlines()) == 1


def test_une_vue_garde_ses_filtres_et_rien_d_autre():
    vue = enregistrer_vue(
        "Grosses", "minimum=200000&avant=12&inconnu=1", par=acteur(Role.FOURNISSEUR)
    )

    assert vue.parametres == "minimum=200000"
    assert "Grosses" in demander("liste").text


def test_une_vue_de_meme_nom_est_remplacee():
    par = acteur(Role.FOURNISSEUR)
    enregistrer_vue("Mienne", "etat=payee", par=par)

    envoyer("garder_vue", nom="Mienne", parametres="etat=rejetee")

    assert VueEnregistree.objects.get(utilisateur=par).parametres == "etat=rejetee"


def test_une_vue_sans_filtre_ou_sans_nom_est_refusee():
    assert "Choisissez d’abord des filtres" in envoyer("garder_vue", nom="Vide", parametres="").text
    assert "Donnez un nom" in envoyer("garder_vue", nom="", parametres="etat=payee").text
    assert not VueEnregistree.objects.exists()


def test_le_nombre_de_vues_est_borne():
    par = acteur(Role.FOURNISSEUR)
    VueEnregistree.objects.bulk_create(
        VueEnregistree(utilisateur=par, nom=str(rang), parametres="etat=payee")
        for rang in range(VUES_PAR_PERSONNE)
    )

    with pytest.raises(ValidationError):
        enregistrer_vue("De trop", "etat=payee", par=par)


def test_on_ne_supprime_que_ses_vues(intrus):
    intrus.attribuer(Role.FOURNISSEUR)
    vue = enregistrer_vue("Mienne", "etat=payee", par=acteur(Role.FOURNISSEUR))

    refus = envoyer("supprimer_vue", vue.pk, par=intrus)
    envoyer("supprimer_vue", vue.pk)

    assert refus.status_code == 404
    assert not VueEnregistree.objects.exists()


def test_la_liste_coute_autant_pour_une_facture_que_pour_vingt(django_assert_max_num_queries):
    FactureFactory(deposee=True)
    client = Client()
    client.force_login(acteur(Role.FOURNISSEUR))
    with django_assert_max_num_queries(40) as une:
        client.get(reverse("suivi:liste"))
    FactureFactory.create_batch(19, deposee=True)

    with django_assert_max_num_queries(len(une)):
        client.get(reverse("suivi:liste"))


def test_les_avoirs_se_filtrent_et_se_deduisent_dans_l_export(client):
    facture = FactureFactory(deposee=True, numero="FA-1")
    FactureFactory(
        nature="avoir",
        facture_corrigee=facture,
        etablissement=facture.etablissement,
        numero="AV-1",
        montant_ht=10_000,
        montant_tgc=1_100,
        deposee=True,
    )
    client.force_login(acteur(Role.FOURNISSEUR))

    page = client.get(reverse("suivi:liste"), {"nature": "avoir"})
    export = client.get(reverse("suivi:exporter_liste", args=["csv"]))
    lignes = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()

    assert [ligne[0].numero for ligne in page.context["lignes"]] == ["AV-1"]
    assert ";-10000;-1100;-11100;" in lignes[1]
    assert lignes[1].endswith(";Avoir")
