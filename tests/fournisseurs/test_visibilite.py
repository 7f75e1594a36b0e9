"""What is another's does not exist: every address of the application, asked for in his name.

The addresses are read from the URLconf, so that a new page is tried by itself; and the sight of
the staff, by direction.
"""

from dataclasses import dataclass
from itertools import product

import pytest
from django.apps import apps
from django.urls import reverse

from facturier.acces.models import Role, ServiceGestionnaire
from fournisseurs import urls
from fournisseurs.habilitations import habiliter
from fournisseurs.invitations import inviter
from fournisseurs.models import (
    DemandeEtablissement,
    Droit,
    Etablissement,
    Fournisseur,
    GenreModification,
    Justificatif,
)
from tests.fournisseurs.factories import DemandeEtablissementFactory, FournisseurFactory
from tests.grand_livre.factories import mandat

pytestmark = pytest.mark.django_db
RIDET = "9000027001"
PAGES = sorted(
    {motif.name for motif in urls.urlpatterns if motif.pattern.converters}  # those about one object
)


def _parametres(nom: str) -> dict[str, str]:
    """The parameters of a page, with the regular expression of each."""
    motif = next(motif for motif in urls.urlpatterns if motif.name == nom)
    return {parametre: type(c).__name__ for parametre, c in motif.pattern.converters.items()}


def _objets() -> set[tuple[str, int]]:
    """Every object of the application: its model and its key."""
    return {
        (modele._meta.label, cle)
        for modele in apps.get_app_config("fournisseurs").get_models()
        for cle in modele._base_manager.values_list("pk", flat=True)
        if isinstance(cle, int)
    }


@dataclass(frozen=True)
class Dossier:
    """A supplier, and the keys of all that was made around him: whatever a page takes is there."""

    fiche: Fournisseur
    cles: list[int]


@pytest.fixture
def dossier(etranger, fournisseur, agent, reference):
    """A supplier, with an object of each kind around him."""
    avant = _objets()
    fiche = FournisseurFactory(representant=fournisseur, ridet=RIDET)
    etablissement = fiche.etablissements.get()
    inviter(
        etablissement=etablissement,
        courriel="invitee@fictif.example",
        droits=[Droit.DEPOSER],
        par=fournisseur,
    )
    DemandeEtablissementFactory(demandeur=fournisseur, ridet="9000035001")
    mandat(agent, tiers=fiche.tiers)
    return Dossier(fiche, sorted({cle for _, cle in _objets() - avant}))


@pytest.fixture
def etranger(intrus, agent, reference):
    """Somebody who acts for another établissement, with every right but on the data."""
    autre = FournisseurFactory().etablissements.get()
    habiliter(
        utilisateur=intrus,
        etablissement=autre,
        droits=[Droit.DEPOSER, Droit.GERER_DROITS],
        par=agent,
    )
    return intrus


def _adresses(page: str, dossier: Dossier) -> list[str]:
    """The addresses of a page for each object of the file."""
    parametres = _parametres(page)
    connus = {  # a page with another parameter stops here, until what it names is given
        "ridet": [RIDET],
        "code": [dossier.fiche.tiers.code],
        "jeton": ["inconnu"],
        "cle": ["17499"],
        "genre": GenreModification.values,
        "acte": ["approuver"],
        "extension": ["csv", "xlsx"],
    }
    valeurs = [
        dossier.cles if genre == "IntConverter" else connus[nom]
        for nom, genre in parametres.items()
    ]
    return [
        reverse(f"fournisseurs:{page}", kwargs=dict(zip(parametres, choix, strict=True)))
        for choix in product(*valeurs)
    ]


def test_le_representant_d_un_autre_n_obtient_rien(client, etranger, dossier):
    client.force_login(etranger)

    issues = {
        (adresse, methode): getattr(client, methode)(adresse).status_code
        for page in PAGES
        for adresse in _adresses(page, dossier)
        for methode in ("get", "post")
    }

    assert len(issues) > len(PAGES)
    assert {cas: statut for cas, statut in issues.items() if statut not in {403, 404, 405}} == {}


@pytest.fixture
def de_direction(personne):
    """Make somebody of the staff, attached to the service of that code."""

    def creer(role: Role, code: str, *, est_finances: bool = False):
        utilisateur = personne("Denis", role)
        ServiceGestionnaire.objects.filter(code=code).update(est_finances=est_finances)
        utilisateur.service = ServiceGestionnaire.objects.get(code=code)
        utilisateur.save()
        return utilisateur

    return creer


OUVERTES_AUX_DIRECTIONS = {"gestion_tiers", "gestion_fiche", "tiers_csv", "tiers_xlsx"}


def _pages_de_gestion() -> list[str]:
    """Every page of `fournisseurs` for the staff, the security officer's apart."""
    return sorted(
        str(motif.name)
        for motif in urls.urlpatterns
        if str(motif.pattern).startswith("gestion/")
        and not str(motif.pattern).startswith("gestion/securite/")
        and motif.name not in OUVERTES_AUX_DIRECTIONS
    )


def _adresse_quelconque(page: str) -> str:
    """One address of a page."""
    valeurs = {"IntConverter": 1, "StringConverter": RIDET, "SlugConverter": "adresse"}
    parametres = {nom: valeurs[genre] for nom, genre in _parametres(page).items()}
    return reverse(f"fournisseurs:{page}", kwargs=parametres)


def test_les_pages_sur_toute_la_base_refusent_l_agent_d_une_direction(
    client, dossier, de_direction
):
    client.force_login(de_direction(Role.AGENT, "DEFE"))

    issues = {
        (page, methode): getattr(client, methode)(_adresse_quelconque(page)).status_code
        for page in _pages_de_gestion()
        for methode in ("get", "post")
    }

    assert len(issues) > 80
    assert {cas: statut for cas, statut in issues.items() if statut != 403} == {}


def test_le_menu_d_une_direction_ne_mene_pas_a_une_page_qui_la_refuse(
    client, dossier, de_direction
):
    client.force_login(de_direction(Role.AGENT, "DEFE"))

    page = client.get(reverse("fournisseurs:gestion_tiers")).content.decode()

    assert reverse("fournisseurs:gestion_demandes") not in page
    assert reverse("fournisseurs:oppositions") not in page
    assert reverse("fournisseurs:imports") not in page
    assert reverse("fournisseurs:registre") not in page


def test_l_export_d_une_direction_ne_porte_que_ses_tiers(client, dossier, de_direction):
    autre = FournisseurFactory()
    client.force_login(de_direction(Role.AGENT, "DEFE"))

    fichier = client.get(reverse("fournisseurs:tiers_csv"))
    texte = b"".join(fichier.streaming_content).decode()

    assert dossier.fiche.tiers.code in texte
    assert autre.tiers.code not in texte


@pytest.mark.parametrize("role", [Role.SERVICE, Role.AGENT])
@pytest.mark.parametrize(("code", "est_vu"), [("DEFE", True), ("DSIN", False)])
def test_une_direction_voit_les_tiers_qui_ont_une_piece_d_elle(
    dossier, de_direction, role, code, est_vu
):
    denis = de_direction(role, code)

    assert Fournisseur.objects.visibles_par(denis).filter(pk=dossier.fiche.pk).exists() == est_vu
    assert Etablissement.objects.visibles_par(denis).filter(ridet=RIDET).exists() == est_vu


@pytest.mark.parametrize("role", [Role.SERVICE, Role.AGENT])
def test_une_direction_ne_voit_ni_demandes_ni_justificatifs_ni_releve(dossier, de_direction, role):
    denis = de_direction(role, "DEFE")

    assert not DemandeEtablissement.objects.visibles_par(denis).exists()
    assert not Justificatif.objects.visibles_par(denis).exists()
    assert not Fournisseur.objects.releves_visibles_par(denis).exists()


def test_un_agent_des_finances_voit_tout(dossier, de_direction):
    denis = de_direction(Role.AGENT, "DSIN", est_finances=True)

    assert Fournisseur.objects.visibles_par(denis).filter(pk=dossier.fiche.pk).exists()
    assert Justificatif.objects.visibles_par(denis).exists()


def test_un_service_sans_rattachement_ne_voit_rien(dossier, service):
    assert not Fournisseur.objects.visibles_par(service).exists()


def test_la_fiche_vue_par_une_direction_ne_montre_pas_les_comptes(client, dossier, de_direction):
    client.force_login(de_direction(Role.SERVICE, "DEFE"))
    adresse = reverse("fournisseurs:gestion_fiche", args=[dossier.fiche.tiers.code])

    page = client.get(adresse).content.decode()
    liste = client.get(reverse("fournisseurs:gestion_tiers")).content.decode()

    assert "Électricité des collèges" in page
    assert "Comptes bancaires" not in page
    assert "0118" not in page
    assert dossier.fiche.tiers.nom in liste


def test_la_liste_ne_montre_pas_les_tiers_des_autres_directions(client, dossier, de_direction):
    client.force_login(de_direction(Role.SERVICE, "DSIN"))

    liste = client.get(reverse("fournisseurs:gestion_tiers")).content.decode()
    fiche = client.get(reverse("fournisseurs:gestion_fiche", args=[dossier.fiche.tiers.code]))

    assert dossier.fiche.tiers.nom not in liste
    assert fiche.status_code == 404
