"""The generated pages say what the code says, and the server does what they say."""

import re
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from facturier.acces.controle import CLE, CONNECTE, TOUS
from facturier.acces.models import Role
from facturier.accueil.documentation import (
    Adresse,
    adresses,
    modeles_a_etats,
    page_acces,
    page_etats,
)

DOCS = Path(settings.RACINE) / "docs"
ARGUMENT = re.compile(r"<(?:(\w+):)?\w+>")
EXEMPLES = {"int": "0", "role": "agent", "uuid": str(uuid.UUID(int=0))}
DISTRIBUTION = ("anonyme", *Role.values)


@pytest.mark.parametrize("page", ["etats", "acces"])
def test_la_page_engagee_est_a_jour(page, capsys):
    call_command(f"decrire_{page}")

    assert (DOCS / f"{page}.md").read_text(encoding="utf-8") == capsys.readouterr().out


def test_la_page_des_etats_nomme_chaque_modele_et_chaque_acte():
    page = page_etats()

    actes = {acte for modele in modeles_a_etats() for acte in modele.TRANSITIONS}
    assert [acte for acte in actes if f"| `{acte}` |" not in page] == []
    assert {m._meta.label for m in modeles_a_etats()} >= {
        "grand_livre.Piece",
        "facturier.Facture",
    }


def test_chaque_transition_mene_d_etats_connus_a_un_etat_connu():
    inconnus = [
        (modele._meta.label, acte, etat)
        for modele in modeles_a_etats()
        for acte, regle in modele.TRANSITIONS.items()
        for etat in {*regle.departs, regle.arrivee} - {None}
        if etat not in dict(modele._meta.get_field("etat").flatchoices)
    ]

    assert inconnus == []


def test_aucune_adresse_n_est_fermee_par_oubli():
    assert [adresse.route for adresse in adresses() if not adresse.roles] == []
    assert "personne" not in page_acces().partition("| --- |")[2]


def _chemin(adresse: Adresse) -> str:
    """Return a path for the route, with arguments that name nothing."""
    return ARGUMENT.sub(lambda trouve: EXEMPLES.get(trouve[1], "x"), adresse.route)


def _attendu(adresse: Adresse, qui: str) -> str:
    if adresse.roles & {TOUS, CLE}:
        return "autre"
    if qui == "anonyme":
        return "connexion"
    return "autre" if {CONNECTE, qui} & adresse.roles else "refus"


def _issue(reponse) -> str:
    if reponse.status_code == 302 and reponse.url.startswith("/compte/login/"):
        return "connexion"
    return "refus" if reponse.status_code == 403 else "autre"


def _acceptables(adresse: Adresse, qui: str) -> set[str]:
    """Return the answers that agree with the page; rights on an object may refuse on top."""
    attendu = _attendu(adresse, qui)
    return {attendu, "refus"} if attendu == "autre" and "<" in adresse.route else {attendu}


@pytest.mark.django_db
@pytest.mark.parametrize("qui", DISTRIBUTION)
def test_le_serveur_repond_comme_le_dit_la_page(client, reference, personne, qui):
    if qui != "anonyme":
        client.force_login(personne("Camille", Role(qui)))
    a_demander = [a for a in adresses() if not a.route.startswith("/compte/")]  # allauth's own

    issues = [(a, _issue(client.get(_chemin(a)))) for a in a_demander]

    assert len(issues) > 20
    assert [(a.route, issue) for a, issue in issues if issue not in _acceptables(a, qui)] == []
