"""Search as one types: by any beginning of word, in any order, on both engines."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from facturier.grand_livre.models import Tiers
from fournisseurs import recherche
from fournisseurs.models import Fournisseur, MotFournisseur
from fournisseurs.recherche import Place, chercher, indexer, lire_place
from tests.fournisseurs.factories import FournisseurFactory

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


def creer(nom: str, *, code: str, ville: str = "Nouméa", **champs) -> Fournisseur:
    """Return a supplier and his words."""
    tiers = Tiers.objects.create(code=code, nom=nom, ridet=champs.pop("ridet", ""))
    fiche = Fournisseur.objects.create(
        tiers=tiers,
        est_creancier=True,
        adresse_voie="1 rue des Banians",
        code_postal="98800",
        ville=ville,
        **champs,
    )
    indexer([fiche.pk])
    return fiche


def noms(saisie: str, *, nombre: int = 20, apres: Place | None = None) -> list[str]:
    """Return the names found, in their order."""
    base = Fournisseur.objects.select_related("tiers")
    return [f.tiers.nom for f in chercher(base, saisie, nombre=nombre, apres=apres).fiches]


@pytest.mark.parametrize(
    "saisie",
    [
        "pepiniere",
        "PÉPI",
        "cag pép",
        "cagou du pepiniere",
        "0 300 137.001",
        "300137",
        "F12",
        "dumb",
    ],
)
def test_un_tiers_se_trouve_par_le_debut_de_ses_mots(saisie):
    creer("Pépinière du Cagou", code="F12", ridet="0300137001", ville="Dumbéa")
    creer("Garage du Lagon", code="G7", ville="Païta")

    assert noms(saisie) == ["Pépinière du Cagou"]
    par_filtre = Fournisseur.objects.correspondant_a(saisie)
    assert [fiche.tiers.nom for fiche in par_filtre] == ["Pépinière du Cagou"]


@pytest.mark.parametrize("saisie", ["", "  ", "’’ !", "epiniere", "cagou lagon", "z"])
def test_ce_qui_ne_commence_aucun_mot_ne_trouve_rien(saisie):
    creer("Pépinière du Cagou", code="F12")
    creer("Garage du Lagon", code="G7")

    assert noms(saisie) == []
    assert not Fournisseur.objects.correspondant_a(saisie).exists()


def test_les_noms_viennent_avant_les_communes_et_chacun_une_fois():
    creer("Garage Nord", code="G1", ville="Nouméa")
    creer("Nouvelle Nouméenne", code="G2", ville="Nouméa")

    assert noms("nou") == ["Nouvelle Nouméenne", "Garage Nord"]


def test_les_pages_se_suivent_sans_trou_ni_doublon():
    for rang in range(7):
        creer(f"Nord Nouvelle {rang}", code=f"N{rang}", ville="Nouméa" if rang % 2 else "Nord")
    creer("Garage", code="G1", ville="Nouméa")
    creer("Menuiserie", code="G2", ville="Nouméa")
    base = Fournisseur.objects.select_related("tiers")
    page = chercher(base, "no", nombre=2)
    vus = page.fiches

    while page.suite:
        page = chercher(base, "no", nombre=2, apres=lire_place(str(page.suite)))
        vus += page.fiches

    assert sorted(fiche.tiers.code for fiche in vus) == [
        "G1",
        "G2",
        *(f"N{rang}" for rang in range(7)),
    ]


def courants(nombre: int) -> None:
    """Make so many tiers of two common words, of which the last alone bears both."""
    for rang in range(nombre):
        creer(f"Sarl Nord {rang}", code=f"S{rang:03d}")
        creer(f"Garage Lagon {rang}", code=f"G{rang:03d}")
    creer("Sarl Garage", code="SG")


def test_deux_mots_courants_qui_se_rencontrent_peu_se_lisent_par_parties(monkeypatch):
    monkeypatch.setattr(recherche, "LUS_AU_PLUS", 5)
    courants(12)
    base = Fournisseur.objects.select_related("tiers")
    pages = [chercher(base, "sarl gar", nombre=20)]

    while pages[-1].suite:
        pages.append(chercher(base, "sarl gar", nombre=20, apres=pages[-1].suite))

    assert [page.est_partielle for page in pages] == [True, True, False]
    assert [[f.tiers.nom for f in page.fiches] for page in pages] == [[], [], ["Sarl Garage"]]


def test_un_filtre_severe_ne_fait_pas_lire_plus(monkeypatch):
    monkeypatch.setattr(recherche, "LUS_AU_PLUS", 5)
    courants(8)
    aucun = Fournisseur.objects.select_related("tiers").filter(est_debiteur=True)

    page = chercher(aucun, "sarl", nombre=2)

    assert page.est_partielle
    assert page.fiches == []


def test_l_index_seul_situe_une_page_entre_deux_places(monkeypatch):
    monkeypatch.setattr(recherche, "LUS_AU_PLUS", 5)
    courants(12)
    base = Fournisseur.objects.select_related("tiers")
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":  # so few rows would be sorted, or joined by hand
            for detour in ("seqscan", "bitmapscan", "sort", "hashjoin", "mergejoin", "material"):
                curseur.execute(f"SET LOCAL enable_{detour} = off")
        with CaptureQueriesContext(connection) as requetes:
            chercher(base, "sarl gar", nombre=2, apres=chercher(base, "sarl gar", nombre=2).suite)
        explication = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"
        # Of the two pages: the counts, then for each the last place and what is found before it.
        curseur.execute(f"{explication} {requetes.captured_queries[-1]['sql']}")
        plan = "\n".join(str(ligne[-1]) for ligne in curseur.fetchall())

    assert "mot_fournisseur" in plan, plan
    assert "Sort" not in plan
    assert "TEMP B-TREE" not in plan
    assert "(mot,fournisseur_id)<" in plan or "ROW(mot, fournisseur_id) <=" in plan
    assert "(mot,fournisseur_id)>" in plan or "ROW(mot, fournisseur_id) >" in plan


def test_la_page_dit_qu_elle_n_a_pas_tout_lu(client, agent, monkeypatch):
    monkeypatch.setattr(recherche, "LUS_AU_PLUS", 5)
    courants(8)
    client.force_login(agent)

    page = client.get(reverse("fournisseurs:gestion_tiers"), {"recherche": "sarl gar"})

    assert "Ajoutez un mot plus rare" in page.content.decode()
    assert "Aucun tiers trouvé" not in page.content.decode()
    assert page.context["suivant"]


@pytest.mark.parametrize("texte", ["", "x", "1-a", "2-a-1", "1-a-" + "9" * 30, "1-a-²"])
def test_une_place_fautive_est_ignoree(texte):
    assert lire_place(texte) is None


def test_les_mots_suivent_les_donnees_et_ne_changent_pas_sans_elles():
    fiche = creer("Pépinière du Cagou", code="F12")
    fiche.tiers.nom = "Serre du Cagou"
    fiche.tiers.save()

    assert indexer([fiche.pk]) > 0
    assert indexer([fiche.pk]) == 0
    assert noms("serre") == ["Serre du Cagou"]
    assert noms("pepiniere") == []


def test_une_demande_acceptee_se_trouve_par_son_etablissement():
    FournisseurFactory(ridet="9000027002", champs={"denomination": "Atelier de l’Ouest"})

    assert noms("ouest 9 000 027") == ["Atelier de l’Ouest"]


def test_indexer_beaucoup_coute_peu_d_instructions(django_assert_max_num_queries):
    fiches = [creer(f"Tiers {rang}", code=f"T{rang}") for rang in range(30)]
    MotFournisseur.objects.all().delete()

    with django_assert_max_num_queries(8):
        indexer(fiche.pk for fiche in fiches)


def test_la_page_repond_a_la_frappe_par_un_fragment_qui_s_annonce(client, agent):
    creer("Pépinière du Cagou", code="F12")
    client.force_login(agent)
    adresse = reverse("fournisseurs:gestion_tiers")

    fragment = client.get(adresse, {"recherche": "pep"}, headers={"HX-Request": "true"})
    page = client.get(adresse, {"recherche": "pep"})

    assert "1 tiers affiché." in fragment.content.decode()
    assert "<html" not in fragment.content.decode()
    assert "<html" in page.content.decode()
    assert "Pépinière du Cagou" in page.content.decode()


def test_la_page_suivante_garde_la_recherche(client, agent):
    for rang in range(21):
        creer(f"Nord {rang:02d}", code=f"N{rang:02d}")
    client.force_login(agent)
    adresse = reverse("fournisseurs:gestion_tiers")

    premiere = client.get(adresse, {"recherche": "nord", "qualite": "creancier"})
    seconde = client.get(adresse + premiere.context["suivant"])

    assert len(premiere.context["page"].fournisseurs) == 20
    assert [f.tiers.code for f in seconde.context["page"].fournisseurs] == ["N20"]
    assert seconde.context["suivant"] == ""
