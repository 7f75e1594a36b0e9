from django.db import connection
from django.urls import reverse


def test_le_processus_se_dit_vivant_sans_toucher_a_la_base(client):
    reponse = client.get(reverse("accueil:sante_vive"))

    assert reponse.json() == {"etat": "vive"}


def test_le_service_pret_dit_ce_qui_a_ete_verifie(client, db):
    reponse = client.get(reverse("accueil:sante_prete"))

    assert reponse.status_code == 200
    assert reponse.json()["verifications"] == {
        "base_de_donnees": "ok",
        "documents": "ok",
        "migrations": "ok",
    }


def test_des_documents_impossibles_a_ecrire_rendent_le_service_indisponible(
    client, db, settings, tmp_path
):
    (tmp_path / "fichier").write_text("un fichier là où il faut un dossier")
    settings.DOCUMENTS_RACINE = tmp_path / "fichier"

    reponse = client.get(reverse("accueil:sante_prete"))

    assert reponse.status_code == 503
    assert reponse.json()["verifications"]["documents"] == "echec"


def test_une_migration_en_attente_rend_le_service_indisponible(client, db):
    with connection.cursor() as curseur:
        curseur.execute("DELETE FROM django_migrations WHERE app = 'suivi' OR app = 'grand_livre'")

    reponse = client.get(reverse("accueil:sante_prete"))

    assert reponse.status_code == 503
    assert reponse.json()["verifications"]["migrations"] == "echec"
