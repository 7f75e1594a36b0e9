"""Dashboard of quality, tables that agents keep, exports of exactly what is shown."""

import csv
import io

import openpyxl
import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from facturier.commun.etats import ActeInterdit
from fournisseurs.doublons import chercher_doublons
from fournisseurs.models import Banque, ChangementReferentiel, CodePostal, Fournisseur
from fournisseurs.qualite import relever_qualite
from fournisseurs.referentiel import enregistrer_ligne, retirer_ligne
from tests.fournisseurs.factories import FournisseurFactory
from tests.fournisseurs.test_pages import texte
from tests.fournisseurs.test_recherche import creer

pytestmark = pytest.mark.django_db
LISTE = reverse("fournisseurs:gestion_tiers")


def lignes_csv(reponse) -> list[dict[str, str]]:
    """Read a CSV as the spreadsheet will."""
    contenu = b"".join(reponse.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(contenu), delimiter=";"))


def lignes_xlsx(reponse) -> list[tuple[object, ...]]:
    """Read the sheet of a workbook, titles included."""
    contenu = io.BytesIO(b"".join(reponse.streaming_content))
    return list(openpyxl.load_workbook(contenu).active.iter_rows(values_only=True))


def test_le_tableau_de_bord_mene_aux_listes_filtrees(client, agent):
    bonne, mauvaise = FournisseurFactory.create_batch(2)
    Fournisseur.objects.filter(pk=mauvaise.pk).update(code_postal="9880")
    relever_qualite()
    client.force_login(agent)

    page = texte(client.get(reverse("fournisseurs:qualite")))
    suite = client.get(LISTE, {"anomalie": "code_postal_forme"})
    rejets = client.get(LISTE, {"anomalie": "rejet"})

    assert "?anomalie=code_postal_forme" in page
    assert "Rejet du bordereau" in page
    assert "<svg" in page
    assert "style=" not in page
    assert [f.pk for f in suite.context["page"].fournisseurs] == [mauvaise.pk]
    assert [f.pk for f in rejets.context["page"].fournisseurs] == [mauvaise.pk]
    assert bonne.tiers.code in texte(client.get(LISTE))


def test_sans_releve_le_tableau_de_bord_dit_quand_il_viendra(client, agent):
    client.force_login(agent)

    assert "paraîtra demain" in texte(client.get(reverse("fournisseurs:qualite")))


def test_la_fiche_montre_son_score_et_le_rejet_qu_elle_causerait(client, agent):
    fiche = FournisseurFactory()
    Fournisseur.objects.filter(pk=fiche.pk).update(code_postal="9880")
    client.force_login(agent)

    page = texte(client.get(reverse("fournisseurs:gestion_fiche", args=[fiche.tiers.code])))

    assert "70 sur 100" in page
    assert "CP n’a pas cinq chiffres" in page


def test_l_export_est_exactement_la_liste_filtree(client, agent):
    creer("Pépinière du Cagou", code="A1")
    creer("=Pépinière()", code="A2", ville="Dumbéa")
    creer("Garage du Lagon", code="A3")
    client.force_login(agent)
    filtres = {"recherche": "pepi", "qualite": "creancier"}

    texte_csv = lignes_csv(client.get(reverse("fournisseurs:tiers_csv"), filtres))
    feuille = lignes_xlsx(client.get(reverse("fournisseurs:tiers_xlsx"), filtres))

    assert {ligne["Code"] for ligne in texte_csv} == {"A1", "A2"}
    assert {ligne["Nom"] for ligne in texte_csv} == {"Pépinière du Cagou", "'=Pépinière()"}
    assert feuille[0][0] == "Code"
    assert {ligne[0] for ligne in feuille[1:]} == {"A1", "A2"}


def test_un_classeur_trop_long_renvoie_au_csv(client, agent, monkeypatch):
    monkeypatch.setattr("fournisseurs.views.tiers.LIGNES_DE_CLASSEUR", 1)
    creer("Un", code="A1")
    creer("Deux", code="A2")
    client.force_login(agent)

    reponse = client.get(reverse("fournisseurs:tiers_xlsx"), {"qualite": "creancier"}, follow=True)

    assert "prenez le CSV" in texte(reponse)


def test_les_doublons_s_exportent(client, agent):
    creer("Atelier Fictif", code="A1")
    creer("Atelier Fictif", code="A2")
    chercher_doublons()
    client.force_login(agent)

    (ligne,) = lignes_csv(client.get(reverse("fournisseurs:doublons_csv")))
    feuille = lignes_xlsx(client.get(reverse("fournisseurs:doublons_xlsx")))

    assert (ligne["Premier code"], ligne["Second code"]) == ("A1", "A2")
    assert len(feuille) == 2


def test_une_banque_s_ajoute_se_modifie_et_se_retire_avec_sa_trace(client, agent):
    client.force_login(agent)
    saisie = {"code": "12345", "nom": "Banque fictive", "bic": "fictncnn"}

    client.post(reverse("fournisseurs:ajouter_banque"), saisie)
    client.post(reverse("fournisseurs:modifier_banque", args=["12345"]), saisie | {"nom": "Autre"})
    client.post(reverse("fournisseurs:retirer_banque", args=["12345"]))
    page = texte(client.get(reverse("fournisseurs:tables")))

    assert not Banque.objects.filter(pk="12345").exists()
    assert [(c.avant, c.apres) for c in ChangementReferentiel.objects.order_by("pk")] == [
        ("", "12345 Banque fictive FICTNCNN"),
        ("12345 Banque fictive FICTNCNN", "12345 Autre FICTNCNN"),
        ("12345 Autre FICTNCNN", ""),
    ]
    assert agent.nom_complet in page


@pytest.mark.parametrize(
    ("nom", "saisie", "message"),
    [
        ("ajouter_banque", {"code": "17499", "nom": "X"}, "existe déjà"),
        ("ajouter_banque", {"code": "A", "nom": "X"}, "cinq chiffres"),
        ("ajouter_banque", {"code": "12345", "nom": "X", "bic": "1"}, "BIC"),
        ("ajouter_code_postal", {"code": "98800", "commune": "Nouméa"}, "déjà"),
        ("ajouter_code_postal", {"code": "988", "commune": "Nouméa"}, "cinq chiffres"),
    ],
)
def test_une_ligne_fautive_est_refusee_avec_son_erreur(client, agent, nom, saisie, message):
    client.force_login(agent)

    reponse = client.post(reverse(f"fournisseurs:{nom}"), saisie)

    assert reponse.status_code == 422
    assert message in texte(reponse)
    assert not ChangementReferentiel.objects.exists()


@pytest.mark.parametrize("adresse", ["banques/99999/", "codes-postaux/99999999/"])
def test_une_ligne_inconnue_est_introuvable(client, agent, adresse):
    client.force_login(agent)

    assert client.get(f"/gestion/tiers/tables/{adresse}").status_code == 404


@pytest.mark.deux_moteurs
def test_la_trace_d_un_changement_ne_se_modifie_pas(agent):
    enregistrer_ligne(CodePostal(code="98899", commune="Île fictive"), par=agent)

    with pytest.raises(IntegrityError), transaction.atomic():
        ChangementReferentiel.objects.all().delete()


def test_seul_un_agent_tient_les_tables(ordonnateur):
    with pytest.raises(ActeInterdit):
        retirer_ligne(Banque.objects.first(), par=ordonnateur)


def test_enregistrer_sans_changer_ne_laisse_pas_de_trace(agent):
    enregistrer_ligne(Banque.objects.first(), par=agent)

    assert not ChangementReferentiel.objects.exists()
