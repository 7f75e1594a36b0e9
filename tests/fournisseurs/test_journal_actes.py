"""Each act on bank data leaves its entry; the security officer, and nobody else, reads them."""

import csv
import io
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from facturier.acces.attribution import attribuer
from facturier.acces.models import Role, Utilisateur
from fournisseurs.consultation import reveler_iban
from fournisseurs.coordonnees import enregistrer_compte
from fournisseurs.journal import consigner, verifier_journal
from fournisseurs.models import ActeJournal, CoordonneesBancaires, EntreeJournal
from fournisseurs.reprise.importation import importer
from tests.fournisseurs.factories import (
    IBAN_CCP,
    DemandeEtablissementFactory,
    FournisseurFactory,
    compte,
)
from tests.fournisseurs.test_journal import _falsifier

pytestmark = pytest.mark.django_db
ENTETE = "code;nom;ridet;adresse_voie;code_postal;ville;est_creancier;iban;titulaire\n"


@pytest.fixture
def securite(personne):
    """Who reads the journal."""
    return personne("Sylvie", Role.SECURITE)


def _actes() -> list[str]:
    return list(EntreeJournal.objects.order_by("numero").values_list("acte", flat=True))


def test_une_demande_acceptee_laisse_quatre_entrees():
    fiche = FournisseurFactory()

    assert _actes() == [
        "demande_faite",
        "compte_ajoute",
        "habilitation_accordee",
        "demande_approuvee",
    ]
    assert EntreeJournal.objects.get(acte="compte_ajoute").fournisseur == fiche


@pytest.mark.parametrize(
    ("situation", "acte"),
    [({"refusee": True}, "demande_refusee"), ({"retiree": True}, "demande_retiree")],
)
def test_une_demande_close_laisse_son_entree(situation, acte):
    DemandeEtablissementFactory(**situation)

    assert _actes() == ["demande_faite", acte]


def test_un_compte_remplace_dit_lequel(agent):
    fiche = FournisseurFactory()

    enregistrer_compte(
        fournisseur=fiche,
        compte=compte(IBAN_CCP),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=agent,
    )

    entree = EntreeJournal.objects.get(acte=ActeJournal.COMPTE_REMPLACE)
    assert (entree.iban[-4:], entree.ancien_iban[-4:]) == ("1209", "0118")


def test_montrer_un_iban_laisse_une_entree(client, agent):
    demande = DemandeEtablissementFactory()
    client.force_login(agent)

    reponse = client.post(reverse("fournisseurs:voir_iban", args=[demande.pk]))

    entree = EntreeJournal.objects.get(acte=ActeJournal.IBAN_MONTRE)
    assert (entree.par, entree.adresse_ip) == (agent, "127.0.0.1")
    assert (entree.requete, entree.objet_id) == (reponse["X-Requete"], demande.pk)


@pytest.mark.parametrize(("genre", "nombre"), [("rib", 1), ("avis_ridet", 0)])
def test_seul_un_justificatif_bancaire_ouvert_laisse_une_entree(client, agent, genre, nombre):
    document = DemandeEtablissementFactory().justificatifs.get(genre=genre)
    client.force_login(agent)

    reponse = client.get(reverse("fournisseurs:justificatif", args=[document.pk]))
    reponse.getvalue()

    assert _actes().count("justificatif_ouvert") == nombre


def test_un_import_laisse_une_entree_par_compte_change(tmp_path: Path, reference):
    fichier = tmp_path / "tiers.csv"
    lignes = (
        f"9{rang:05d};Tiers {rang};;1 rue;98800;Nouméa;1;FR7617499000000000000000118;Tiers {rang}\n"
        for rang in range(3)
    )
    fichier.write_text(ENTETE + "".join(lignes), encoding="utf-8")

    importer(fichier, par=Utilisateur.objects.systeme(), executer=True)
    importer(fichier, par=Utilisateur.objects.systeme(), executer=True)

    assert _actes() == ["compte_ajoute"] * CoordonneesBancaires.objects.count()
    assert len(_actes()) == 3


def test_un_essai_d_import_ne_laisse_rien(tmp_path: Path, reference):
    fichier = tmp_path / "tiers.csv"
    fichier.write_text(
        ENTETE + "900001;Tiers;;1 rue;98800;Nouméa;1;FR7617499000000000000000118;Tiers\n",
        encoding="utf-8",
    )

    importer(fichier, par=Utilisateur.objects.systeme(), executer=False)

    assert _actes() == []


def test_le_journal_se_filtre_par_l_adresse_de_la_page(client, securite, agent):
    reveler_iban(DemandeEtablissementFactory(), par=agent)
    client.force_login(securite)

    page = client.get(
        reverse("fournisseurs:journal_securite"), {"auteur": "agathe", "acte": "iban_montre"}
    )

    assert page.status_code == 200
    assert [entree.acte for entree in page.context["entrees"]] == ["iban_montre"]


def test_le_journal_se_feuillette_sans_rien_sauter(
    client, securite, agent, django_assert_max_num_queries
):
    fiche = FournisseurFactory()
    for _ in range(60):
        consigner(ActeJournal.IBAN_MONTRE, par=agent, fournisseur=fiche)
    client.force_login(securite)
    adresse = reverse("fournisseurs:journal_securite")

    with django_assert_max_num_queries(12):
        premiere = client.get(adresse, {"tiers": fiche.tiers.code})
    seconde = client.get(adresse + premiere.context["suivant"])

    numeros = [e.numero for page in (premiere, seconde) for e in page.context["entrees"]]
    assert numeros == list(range(64, 1, -1))
    assert seconde.context["suivant"] == ""


@pytest.mark.parametrize(
    "parametres",
    [{"avant": "9" * 30}, {"avant": "x"}],
)
def test_un_filtre_absurde_n_est_pas_une_panne(client, securite, parametres):
    client.force_login(securite)

    page = client.get(reverse("fournisseurs:journal_securite"), parametres)
    fichier = client.get(reverse("fournisseurs:journal_csv"), parametres)

    assert {page.status_code, fichier.status_code} == {200}


@pytest.mark.parametrize(
    ("parametres", "mot"),
    [
        ({"debut": "32/13/2026"}, "écrivez-la comme 30/11/2026"),
        ({"debut": "avant-hier"}, "écrivez-la comme 30/11/2026"),
        ({"fin": "31/12/9999"}, "vérifiez la date"),
        ({"debut": "0001-01-01"}, "vérifiez la date"),
        ({"acte": "inconnu"}, "inconnu"),
        ({"debut": "2026-11-30", "fin": "2026-11-01"}, "précède son début"),
    ],
)
def test_un_filtre_illisible_du_journal_est_dit(client, securite, parametres, mot):
    client.force_login(securite)

    page = client.get(reverse("fournisseurs:journal_securite"), parametres)
    fichier = client.get(reverse("fournisseurs:journal_csv"), parametres)

    assert (page.status_code, fichier.status_code) == (422, 422)
    assert mot in page.content.decode()
    assert mot in fichier.content.decode()


def test_l_export_est_sur_pour_un_tableur_et_se_consigne(client, securite, agent):
    consigner(ActeJournal.IBAN_MONTRE, par=agent, motif="=1+1")
    client.force_login(securite)

    reponse = client.get(reverse("fournisseurs:journal_csv"), {"acte": "iban_montre"})

    texte = reponse.getvalue().decode("utf-8-sig")
    lignes = list(csv.DictReader(io.StringIO(texte), delimiter=";"))
    assert [ligne["Motif"] for ligne in lignes] == ["'=1+1"]
    assert _actes() == ["iban_montre", "journal_exporte"]


def test_la_page_de_la_chaine_dit_qu_elle_tient(client, securite, agent):
    consigner(ActeJournal.IBAN_MONTRE, par=agent)
    client.force_login(securite)

    page = client.get(reverse("fournisseurs:journal_chaine"))

    assert "La chaîne est intacte" in page.content.decode()


def test_la_page_de_la_chaine_nomme_la_rupture(client, securite, agent):
    consigner(ActeJournal.IBAN_MONTRE, par=agent)
    _falsifier("UPDATE fournisseurs_entreejournal SET motif = 'Rien' WHERE numero = 1")
    client.force_login(securite)

    page = client.get(reverse("fournisseurs:journal_chaine"))

    assert "rompue à l’entrée n° 1" in page.content.decode()
    assert list(verifier_journal())


@pytest.mark.parametrize("autre", [Role.AGENT, Role.ADMINISTRATEUR])
def test_le_responsable_de_la_securite_n_est_ni_agent_ni_administrateur(
    personne, administrateur, autre
):
    sylvie = personne("Sylvie", Role.SECURITE)

    with pytest.raises(ValidationError, match="responsable de la sécurité"):
        attribuer(sylvie, autre, motif="Essai.", par=administrateur)
    with pytest.raises(IntegrityError), transaction.atomic():
        sylvie.attribuer(autre)
