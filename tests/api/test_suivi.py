"""A supplier's system follows its invoices and answers what is asked."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from facturier.acces.models import Role
from facturier.api.models import Portee
from facturier.suivi import instruction
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import Facture
from tests.api.conftest import FACTURES, Systeme, pdf
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
    retour,
)

pytestmark = pytest.mark.django_db
ADRESSES = ("", "/historique", "/certificat", "/documents/{document}")
ACTES = {
    "completer": {"reponse": "Voici."},
    "recycler": {"codeService": "DSIN"},
    "retirer": {"motif": "Erreur."},
}


@pytest.fixture
def facture(etablissement) -> Facture:
    """An invoice received by the province."""
    return FactureFactory(etablissement=etablissement, recue=True)


def suspendre(facture: Facture, code: str = "JUSTIF_ABS") -> None:
    """Ask for a document."""
    instruction.suspendre(
        facture, retour(code, valeur_attendue="Bon de livraison"), par=acteur(Role.AGENT)
    )


def test_la_liste_va_de_page_en_page_sans_trou_ni_redite(systeme, etablissement):
    factures = [FactureFactory(etablissement=etablissement, deposee=True) for _ in range(3)]

    premiere = systeme.get(FACTURES, taille=2).json()
    FactureFactory(etablissement=etablissement, deposee=True)  # arrives meanwhile
    seconde = systeme.get(FACTURES, taille=2, curseur=premiere["curseurSuivant"]).json()

    lues = [ligne["id"] for ligne in premiere["resultats"] + seconde["resultats"]]
    assert lues == [facture.pk for facture in reversed(factures)]
    assert seconde["curseurSuivant"] is None


def test_la_liste_prend_le_meme_nombre_de_requetes_quelle_que_soit_sa_longueur(
    systeme, etablissement, django_assert_num_queries
):
    for _ in range(3):
        FactureFactory(etablissement=etablissement, deposee=True)
    systeme.get(FACTURES)  # notes the use of the key, once a minute

    with django_assert_num_queries(2):
        systeme.get(FACTURES)


@pytest.mark.parametrize(
    ("filtre", "nombre"),
    [
        ({"etat": "recue"}, 1),
        ({"etat": "payee"}, 0),
        ({"numeroFacture": "fa 77"}, 1),
        ({"numeroFacture": "FA"}, 0),
        ({"deposeeDepuis": "2020-01-01"}, 2),
        ({"deposeeJusqua": "2020-01-01"}, 0),
    ],
)
def test_la_liste_se_filtre(systeme, etablissement, facture, filtre, nombre):
    FactureFactory(etablissement=etablissement, deposee=True, numero="FA77")

    assert len(systeme.get(FACTURES, **filtre).json()["resultats"]) == nombre


@pytest.mark.parametrize(
    "filtre",
    [
        {"etat": "brouillon"},
        {"etat": "suspendue_tps"},
        {"curseur": "!!"},
        {"curseur": ""},
        {"curseur": "Zm9v"},
        {"taille": "0"},
        {"taille": "beaucoup"},
        {"deposeeDepuis": "hier"},
        {"deposeeJusqua": "9999-12-31"},
        {"numeroFacture": "\x00"},
    ],
)
def test_un_filtre_mal_forme_est_refuse_par_son_nom(systeme, filtre):
    reponse = systeme.get(FACTURES, **filtre)

    assert reponse.status_code == 422
    assert reponse.json()["erreurs"][0]["champ"] == next(iter(filtre))


def test_un_brouillon_ne_se_voit_pas(systeme, etablissement):
    brouillon = FactureFactory(etablissement=etablissement)

    assert systeme.get(FACTURES).json()["resultats"] == []
    assert systeme.get(f"{FACTURES}/{brouillon.pk}").status_code == 404


def test_le_detail_dit_l_etat_le_detenteur_et_les_delais(systeme, facture):
    lue = systeme.get(f"{FACTURES}/{facture.pk}").json()

    assert (lue["etat"], lue["detenteur"]) == ("recue", "le bureau des finances")
    assert lue["horloges"][0]["nom"] == "Délai de mandatement"
    assert lue["taxes"] == [{"taux": 11.0, "base": 100_000, "montant": 11_000}]


def test_un_retour_dit_motif_action_champ_et_valeur_attendue(systeme, facture):
    suspendre(facture)

    lu = systeme.get(f"{FACTURES}/{facture.pk}").json()
    assert lu["detenteur"] == "vous"
    assert lu["horloges"][0]["enPause"]
    assert lu["retours"][0]["codeMotif"] == "JUSTIF_ABS"
    assert lu["retours"][0]["codeAction"] == "PIN"
    assert lu["retours"][0]["valeurAttendue"] == "Bon de livraison"
    assert lu["retours"][0]["enAttente"]


def test_l_historique_tait_ce_qui_reste_entre_la_province_et_la_tresorerie(systeme, etablissement):
    facture = FactureFactory(etablissement=etablissement, transmise=True)
    Facture.objects.filter(pk=facture.pk).update(etat=EtatFacture.SUSPENDUE_TPS)

    etats = [
        p["etat"] for p in systeme.get(f"{FACTURES}/{facture.pk}/historique").json()["passages"]
    ]

    assert etats[0] == "deposee"
    assert etats[-1] == "transmise_tps"
    assert systeme.get(f"{FACTURES}/{facture.pk}").json()["etat"] == "transmise_tps"
    assert len(systeme.get(FACTURES, etat="transmise_tps").json()["resultats"]) == 1


def test_une_facture_suspendue_se_complete_avec_une_piece(systeme, facture):
    suspendre(facture)

    reponse = systeme.poster(
        f"{FACTURES}/{facture.pk}/completer",
        {"piecesJointesComplementaires": pdf("livraison", "livraison.pdf")},
    )

    assert reponse.status_code == 200, reponse.json()
    assert reponse.json()["etat"] == "completee"
    assert reponse.json()["retours"][0]["enAttente"] is False
    assert reponse.json()["numeroFacture"] == facture.numero


def test_completer_sans_rien_est_refuse(systeme, facture):
    suspendre(facture)

    reponse = systeme.poster(f"{FACTURES}/{facture.pk}/completer", {"reponse": " "})

    assert reponse.status_code == 422
    assert "Joignez" in reponse.json()["detail"]


def test_une_piece_refusee_ne_laisse_pas_une_reponse_a_moitie(systeme, facture):
    suspendre(facture)

    reponse = systeme.poster(
        f"{FACTURES}/{facture.pk}/completer",
        {
            "reponse": "Voici.",
            "piecesJointesComplementaires": [
                pdf("un", "un.pdf"),
                SimpleUploadedFile("note.txt", b"note"),
            ],
        },
    )

    facture.refresh_from_db()
    assert reponse.status_code == 422
    assert reponse.json()["detail"].startswith("note.txt")
    assert facture.etat == "suspendue"
    assert facture.documents.count() == 1


def test_une_facture_mal_adressee_se_recycle_sans_changer_de_numero(systeme, facture):
    instruction.reorienter(facture, retour("CMD_ERR"), par=acteur(Role.AGENT))
    ServiceFactory(code="DEPS", libelle="Routes", direction="Équipement")

    reponse = systeme.poster_json(f"{FACTURES}/{facture.pk}/recycler", {"codeService": "deps"})

    assert reponse.status_code == 200, reponse.json()
    assert reponse.json()["etat"] == "recue"
    assert reponse.json()["codeService"] == "DEPS"
    assert reponse.json()["numeroFacture"] == facture.numero


def test_recycler_demande_un_destinataire(systeme, facture):
    instruction.reorienter(facture, retour("CMD_ERR"), par=acteur(Role.AGENT))

    assert systeme.poster_json(f"{FACTURES}/{facture.pk}/recycler", {}).status_code == 422


def test_une_facture_se_retire_avant_sa_certification(systeme, facture):
    reponse = systeme.poster_json(f"{FACTURES}/{facture.pk}/retirer", {"motif": "Erreur."})

    assert reponse.status_code == 200
    assert reponse.json()["etat"] == "retiree"
    assert facture.passages.last().motif == "Erreur."


def test_un_acte_renvoye_n_est_fait_qu_une_fois(systeme, facture):
    adresse, corps = f"{FACTURES}/{facture.pk}/retirer", {"motif": "Erreur."}
    premiere = systeme.poster_json(adresse, corps, identifiant="retrait-1")

    seconde = systeme.poster_json(adresse, corps, identifiant="retrait-1")

    assert seconde.json() == premiere.json()
    assert facture.passages.filter(acte="retirer").count() == 1


@pytest.mark.parametrize("acte", ACTES)
def test_un_acte_que_l_etat_refuse_repond_409(systeme, etablissement, acte):
    payee = FactureFactory(etablissement=etablissement, liquidee=True)
    poster = systeme.poster if acte == "completer" else systeme.poster_json

    reponse = poster(f"{FACTURES}/{payee.pk}/{acte}", ACTES[acte])

    assert reponse.status_code == 409
    assert reponse["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("adresse", ADRESSES)
def test_une_cle_ne_voit_jamais_la_facture_d_un_autre(systeme, adresse):
    autre = FactureFactory(etablissement=EtablissementFactory(), deposee=True)
    chemin = adresse.format(document=autre.documents.get().pk)

    assert systeme.get(f"{FACTURES}/{autre.pk}{chemin}").status_code == 404
    assert systeme.get(FACTURES).json()["resultats"] == []


@pytest.mark.parametrize("acte", ACTES)
def test_une_cle_n_agit_jamais_sur_la_facture_d_un_autre(systeme, acte):
    autre = FactureFactory(etablissement=EtablissementFactory(), recue=True)
    poster = systeme.poster if acte == "completer" else systeme.poster_json

    assert poster(f"{FACTURES}/{autre.pk}/{acte}", ACTES[acte]).status_code == 404
    assert Facture.objects.get(pk=autre.pk).etat == "recue"


@pytest.mark.parametrize(
    ("portee", "acte"),
    [(Portee.LIRE, "completer"), (Portee.DEPOSER, "recycler"), (Portee.COMPLETER, "retirer")],
)
def test_un_acte_sans_sa_portee_est_refuse(etablissement, faire_cle, facture, portee, acte):
    systeme = Systeme(faire_cle(etablissement, portee)[1])
    poster = systeme.poster if acte == "completer" else systeme.poster_json

    reponse = poster(f"{FACTURES}/{facture.pk}/{acte}", ACTES[acte])

    assert reponse.status_code == 403


def test_sans_la_portee_de_lecture_rien_ne_se_lit(etablissement, faire_cle, facture):
    depositaire = Systeme(faire_cle(etablissement, Portee.DEPOSER)[1])

    assert depositaire.get(f"{FACTURES}/{facture.pk}").status_code == 403
    assert depositaire.get(FACTURES).status_code == 403


def test_les_services_et_les_bons_de_commande_ouverts_se_lisent(systeme, etablissement):
    commande = BonCommandeFactory(fournisseur=etablissement.fournisseur)
    BonCommandeFactory()

    services = systeme.get("/api/v1/services").json()["resultats"]
    commandes = systeme.get("/api/v1/bons-commande").json()["resultats"]

    assert "DSIN" in [service["codeService"] for service in services]
    assert [c["numeroBonCommande"] for c in commandes] == [commande.numero]
    assert commandes[0]["montantRestant"] == 1_000_000
