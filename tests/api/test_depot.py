"""A supplier's system deposits an invoice."""

import json
from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from facturier.accueil.facture_type import FactureType, editer
from facturier.api.models import Portee, RequeteIdempotente
from facturier.commun.ridet import afficher
from facturier.suivi.models import Facture
from tests.api.conftest import FACTURES, Systeme, metadonnees, pdf
from tests.suivi.factories import BonCommandeFactory, FactureFactory
from tests.suivi.lecture.echantillons import photo

pytestmark = pytest.mark.django_db


def erreurs(reponse) -> dict[str, str]:
    """Return the errors of a problem by field."""
    return {erreur["champ"]: erreur["message"] for erreur in reponse.json()["erreurs"]}


@pytest.mark.deux_moteurs
def test_une_facture_deposee_recoit_sa_date_opposable_et_son_certificat(systeme, etablissement):
    reponse = systeme.deposer()

    assert reponse.status_code == 201, reponse.json()
    facture = Facture.objects.get()
    assert reponse["Location"].endswith(f"/api/v1/factures/{facture.pk}")
    assert reponse.json()["etat"] == "deposee"
    assert reponse.json()["codeVerification"] == facture.code_verification
    assert facture.etablissement == etablissement
    assert facture.passages.get().acte == "deposer"
    assert b"".join(systeme.get(f"{FACTURES}/{facture.pk}/certificat")).startswith(b"%PDF")


def test_ce_qui_est_lu_dans_un_factur_x_suffit_avec_le_bon_de_commande(systeme, etablissement):
    commande = BonCommandeFactory(fournisseur=etablissement.fournisseur)
    fichier = editer(
        FactureType(
            numero="FX-1",
            date=date(2026, 11, 2),
            emetteur=etablissement.denomination,
            ridet=afficher(etablissement.ridet),
            adresse="1 rue Inventée",
            objet="Fournitures",
            montant_ht=50_000,
            montant_tgc=5_500,
            taux=11,
            numero_commande=commande.numero,
        )
    )

    reponse = systeme.poster(
        FACTURES, {"pieceJointePrincipale": SimpleUploadedFile("fx.pdf", fichier)}
    )

    assert reponse.status_code == 201, reponse.json()
    assert reponse.json()["numeroFacture"] == "FX-1"
    assert reponse.json()["montantTtc"] == 55_500
    assert reponse.json()["numeroBonCommande"] == commande.numero


def test_les_pieces_jointes_accompagnent_la_facture(systeme):
    reponse = systeme.deposer(pieces=[pdf("bon de livraison", "livraison.pdf")])

    documents = reponse.json()["documents"]
    assert [document["nom"] for document in documents] == ["facture.pdf", "livraison.pdf"]
    contenu = b"".join(systeme.client.get(documents[1]["lien"]))
    assert contenu == pdf("bon de livraison").read()


def test_les_metadonnees_viennent_aussi_dans_un_fichier(systeme):
    fichier = SimpleUploadedFile("m.json", metadonnees().encode(), "application/json")

    reponse = systeme.poster(FACTURES, {"pieceJointePrincipale": pdf(), "metadonnees": fichier})

    assert reponse.status_code == 201


def test_chaque_anomalie_dit_la_donnee_en_cause_avec_le_nom_de_l_api(systeme):
    reponse = systeme.deposer(montantTtc=111_002, dateFacture="2030-01-01")

    assert reponse.status_code == 422
    assert reponse["Content-Type"] == "application/problem+json"
    assert set(erreurs(reponse)) == {"montantTtc", "dateFacture"}
    assert "111" in erreurs(reponse)["montantTtc"]
    assert not Facture.objects.exists()


def test_un_signe_que_le_tresor_ne_lit_pas_est_nomme(systeme):
    reponse = systeme.deposer(numeroFacture="FA-🎣")

    assert reponse.status_code == 422
    assert list(erreurs(reponse)) == ["numeroFacture"]
    assert "🎣\u202f» (U+1F3A3). Écrivez-le autrement." in erreurs(reponse)["numeroFacture"]


def test_une_facture_deja_deposee_est_nommee(systeme):
    premiere = systeme.deposer().json()

    reponse = systeme.deposer(numeroFacture="fa-2026- 0042", fichier=pdf("autre"))

    assert reponse.status_code == 422
    assert reponse.json()["erreurs"][0]["facture"] == premiere["id"]


def test_une_facture_au_dela_de_la_commande_est_refusee(systeme, etablissement):
    commande = BonCommandeFactory(fournisseur=etablissement.fournisseur, montant_engage=1_000)

    reponse = systeme.deposer(numeroBonCommande=commande.numero)

    assert reponse.status_code == 422
    assert "Il reste 1\u202f000" in erreurs(reponse)["numeroBonCommande"]


def test_ce_qui_merite_attention_est_dit_sans_empecher_le_depot(systeme):
    systeme.deposer()

    reponse = systeme.deposer(numeroFacture="FA-2026-0043", fichier=pdf("autre"))

    assert reponse.status_code == 201
    assert "même montant" in reponse.json()["avertissements"][0]["message"]


@pytest.mark.parametrize(
    ("champs", "champ"),
    [
        ({"codeService": "INCONNU"}, "metadonnees.codeService"),
        ({"numeroBonCommande": "BC-DE-PERSONNE"}, "metadonnees.numeroBonCommande"),
        ({"montantHt": -1}, "metadonnees.montantHt"),
        ({"montantHt": 10**30}, "metadonnees.montantHt"),
        ({"montantHt": "cent"}, "metadonnees.montantHt"),
        ({"dateFacture": "02/11/2026"}, "metadonnees.dateFacture"),
        ({"dateFacture": "0001-01-01"}, "metadonnees.dateFacture"),
        ({"numeroFacture": "A\x00B"}, "metadonnees.numeroFacture"),
        ({"numeroFacture": "\ud800"}, "metadonnees.numeroFacture"),
        ({"numeroFacture": "9" * 31}, "metadonnees.numeroFacture"),
        ({"taxes": [{"taux": 11, "base": 1, "montant": 0}] * 2}, "metadonnees.taxes"),
        ({"taxes": [{"taux": 101, "base": 1, "montant": 0}]}, "metadonnees.taxes.0.taux"),
        ({"numroFacture": "FA-1"}, "metadonnees.numroFacture"),
        ({"periodeDebut": "2026-02-01", "periodeFin": "2026-01-01"}, "metadonnees.periodeFin"),
    ],
)
def test_une_donnee_mal_formee_est_refusee_par_son_nom(systeme, champs, champ):
    reponse = systeme.deposer(**champs)

    assert reponse.status_code == 422
    assert champ in erreurs(reponse)
    assert not Facture.objects.exists()


@pytest.mark.parametrize(
    "texte", ["", "{", "[]", "null", "[" * 90_000, '{"montantHt": NaN}', "é" * 100_001]
)
def test_des_metadonnees_illisibles_sont_refusees(systeme, texte):
    reponse = systeme.poster(FACTURES, {"pieceJointePrincipale": pdf(), "metadonnees": texte})

    assert reponse.status_code == 422
    assert not Facture.objects.exists()


@pytest.mark.parametrize(
    ("contenu", "raison"),
    [
        (b"", "vide"),
        (b"GIF89a", "n’est pas accepté"),
        (b"%PDF-1.4\n" + b"0" * 2_000_000, "dépasse"),
        (b"%PDF-1.4\nrien", "abîmé"),
    ],
)
def test_un_fichier_refuse_dit_pourquoi_et_ne_laisse_rien(systeme, settings, contenu, raison):
    settings.TAILLE_MAXIMALE_DEPOT = 1_000_000

    reponse = systeme.deposer(fichier=SimpleUploadedFile("facture.pdf", contenu))

    assert reponse.status_code == 422
    assert raison in reponse.json()["detail"]
    assert not Facture.objects.exists()


def test_un_envoi_qui_n_est_pas_un_formulaire_est_refuse(systeme):
    reponse = systeme.poster_json(FACTURES, {"numeroFacture": "FA-1"})

    assert reponse.status_code == 415
    assert reponse["Content-Type"] == "application/problem+json"


def test_une_requete_enorme_est_refusee_avant_d_etre_lue(systeme):
    reponse = systeme.client.generic(
        "POST",
        FACTURES,
        b"--x",
        content_type="multipart/form-data; boundary=x",
        CONTENT_LENGTH="200000000",
    )

    assert reponse.status_code == 413


def test_le_meme_identifiant_rend_la_meme_reponse_sans_deposer_deux_fois(systeme):
    premiere = systeme.deposer(identifiant="depot-1")

    seconde = systeme.deposer(identifiant="depot-1")

    assert seconde.status_code == 201
    assert seconde.json() == premiere.json()
    assert seconde["Location"] == premiere["Location"]
    assert seconde["Idempotency-Replayed"] == "true"
    assert Facture.objects.count() == 1


def test_le_meme_identifiant_sur_une_autre_requete_est_refuse(systeme):
    systeme.deposer(identifiant="depot-1")

    reponse = systeme.deposer(identifiant="depot-1", numeroFacture="FA-2")

    assert reponse.status_code == 422
    assert reponse.json()["type"].endswith("identifiant-deja-employe")
    assert Facture.objects.count() == 1


def test_un_autre_fichier_est_une_autre_requete(systeme):
    systeme.deposer(identifiant="depot-1", fichier=pdf("un"))

    assert systeme.deposer(identifiant="depot-1", fichier=pdf("deux")).status_code == 422


def test_un_envoi_refuse_se_corrige_avec_le_meme_identifiant(systeme):
    systeme.deposer(identifiant="depot-1", montantTtc=1)

    reponse = systeme.deposer(identifiant="depot-1")

    assert reponse.status_code == 201
    assert RequeteIdempotente.objects.get().statut == 201


@pytest.mark.parametrize("identifiant", [None, "", "a b", "é", "x" * 129])
def test_un_envoi_sans_identifiant_correct_est_refuse(systeme, identifiant):
    entetes = {} if identifiant is None else {"Idempotency-Key": identifiant}

    reponse = systeme.client.post(
        FACTURES, {"pieceJointePrincipale": pdf(), "metadonnees": metadonnees()}, headers=entetes
    )

    assert reponse.status_code == 400
    assert "Idempotency-Key" in erreurs(reponse)


def test_deux_cles_ont_chacune_leurs_identifiants(systeme, etablissement, faire_cle):
    autre = Systeme(faire_cle(etablissement)[1])
    systeme.deposer(identifiant="depot-1")

    reponse = autre.deposer(identifiant="depot-1", numeroFacture="FA-2", fichier=pdf("autre"))

    assert reponse.status_code == 201


def test_sans_la_portee_le_depot_est_refuse(etablissement, faire_cle):
    lecteur = Systeme(faire_cle(etablissement, Portee.LIRE)[1])

    reponse = lecteur.deposer()

    assert reponse.status_code == 403
    assert "deposer" in reponse.json()["detail"]
    assert not Facture.objects.exists()


def test_un_fournisseur_suspendu_ne_depose_pas(systeme, etablissement):
    etablissement.fournisseur.etat = "suspendu"
    etablissement.fournisseur.save(update_fields=["etat"])

    assert "suspendu" in erreurs(systeme.deposer())["etablissement"]


def test_la_page_et_l_api_refusent_le_meme_doublon(systeme, etablissement):
    FactureFactory(etablissement=etablissement, deposee=True, numero="FA-2026-0042")

    assert "déjà déposée" in erreurs(systeme.deposer())["numeroFacture"]


def test_la_reponse_gardee_est_celle_qui_a_ete_donnee(systeme):
    reponse = systeme.deposer(identifiant="depot-1")

    assert RequeteIdempotente.objects.get().corps == json.loads(reponse.content)


def test_un_avoir_nomme_la_facture_qu_il_corrige(systeme):
    systeme.deposer()

    reponse = systeme.deposer(
        fichier=pdf("avoir"),
        typeFacture="AVOIR",
        numeroFacture="AV-1",
        numeroFactureCorrigee="fa-2026-0042",
        montantHt=10_000,
        montantTgc=1_100,
        montantTtc=11_100,
        taxes=[{"taux": 11, "base": 10_000, "montant": 1_100}],
        codeService=None,
    )

    avoir = reponse.json()
    assert reponse.status_code == 201
    assert (avoir["typeFacture"], avoir["numeroFactureCorrigee"]) == ("AVOIR", "FA-2026-0042")
    assert avoir["codeService"] == "DSIN"
    corrigee = systeme.get("/api/v1/factures").json()["resultats"][1]
    lue = systeme.get(f"/api/v1/factures/{corrigee['id']}").json()
    assert [un["numeroFacture"] for un in lue["avoirs"]] == ["AV-1"]


def test_un_avoir_trop_grand_est_refuse_par_son_montant(systeme):
    systeme.deposer()

    reponse = systeme.deposer(
        fichier=pdf("avoir"),
        typeFacture="AVOIR",
        numeroFacture="AV-1",
        numeroFactureCorrigee="FA-2026-0042",
        montantHt=200_000,
        montantTgc=22_000,
        montantTtc=222_000,
        taxes=[{"taux": 11, "base": 200_000, "montant": 22_000}],
    )

    assert "Il ne reste que" in erreurs(reponse)["montantTtc"]


def test_une_facture_photographiee_devient_un_pdf_de_plusieurs_pages(systeme):
    corps = {
        "pieceJointePrincipale": SimpleUploadedFile("recto.jpg", photo()),
        "pagesSuivantes": [SimpleUploadedFile("verso.png", photo(texte="Verso"))],
        "metadonnees": metadonnees(),
    }

    reponse = systeme.poster("/api/v1/factures", corps)

    assert reponse.status_code == 201
    (document,) = reponse.json()["documents"]
    assert (document["nom"], document["typeMime"]) == ("recto.pdf", "application/pdf")


def test_verifier_dit_les_points_du_comptable_sans_rien_deposer(systeme, settings):
    corps = {
        "pieceJointePrincipale": pdf(),
        "metadonnees": metadonnees(montantTgc=11_002, montantTtc=111_002),
    }

    reponse = systeme.poster("/api/v1/factures/verification", corps)

    lu = reponse.json()
    calculs = next(point for point in lu["points"] if point["code"] == "calculs")
    assert (reponse.status_code, lu["deposable"], lu["preteAPayer"]) == (200, False, False)
    assert calculs["verdict"] == "a_corriger"
    assert calculs["anomalies"][0]["bloquante"]
    assert not Facture.objects.exists()
    assert not [f for f in settings.DOCUMENTS_RACINE.rglob("*") if f.is_file()]
