"""The country of an address: none is France and its territories, New Caledonia first.

Abroad, PES wants the postal code 99999 and the INSEE code of the country (pes_v2, §3): the postal
code of that country is written with its town. We keep it so; nobody has to type it, or reads it.
"""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any, Protocol

from django.db.models import CharField, CheckConstraint, Q

from facturier.commun.recherche import mots, simplifier

CODE_POSTAL_ETRANGER = "99999"
RESIDENT = "Nouvelle-Calédonie, France et outre-mer"
A_L_ETRANGER = "À l’étranger, laissez le code postal vide : celui du pays s’écrit avec la ville."
AIDE_VILLE = "À l’étranger, écrivez le code postal avec la ville, et laissez son champ vide."
PAYS_ABSENT = "Ce code postal est celui d’une adresse à l’étranger : choisissez le pays."
_FICHIER = Path(__file__).with_name("pays.toml")


@cache
def _tables() -> dict[str, Any]:
    return tomllib.loads(_FICHIER.read_text(encoding="utf-8"))


def _pays() -> dict[str, tuple[str, str]]:
    """Return the INSEE code and the name of each foreign country, by its ISO code."""
    table: dict[str, tuple[str, str]] = _tables()["pays"]
    return table


def choix_pays() -> list[tuple[str, str]]:
    """Return the countries in the order of their French names, by ISO code; France comes first."""
    noms = sorted(((iso, nom) for iso, (_, nom) in _pays().items()), key=_rang)
    return [("", RESIDENT), *noms]


def _rang(pays: tuple[str, str]) -> str:
    return simplifier(pays[1])


def lire_pays(saisie: str) -> str:
    """Return the ISO code of a country given by its code or its French name.

    It is empty for France and each of its territories.

    Raises:
        ValueError: no such country; the message is in French.
    """
    connu = _par_nom().get(" ".join(mots(saisie)))
    if connu is None:
        raise ValueError(
            f"Le pays « {saisie[:40]} » est inconnu : donnez son nom français, ou son code ISO de "
            "deux lettres, comme AU."
        )
    return connu


@cache
def _par_nom() -> dict[str, str]:
    """Return the ISO code by every way to name a country, as words."""
    noms = {nom: iso for iso, (_, nom) in _pays().items()} | {iso: iso for iso in _pays()}
    francais = _tables()["france"]
    noms |= dict.fromkeys(("", RESIDENT, *francais, *francais.values()), "")
    return {" ".join(mots(nom)): iso for nom, iso in noms.items()}


def code_insee(iso: str) -> str | None:
    """Return the three digits that PES wants of a foreign country; None for France."""
    return _pays()[iso][0] if iso in _pays() else None


def nom_pays(iso: str) -> str:
    """Return the French name of a country."""
    return _pays()[iso][1] if iso in _pays() else RESIDENT


class Adresse(Protocol):
    """What holds an address, as a tiers declares it or as a pièce froze it."""

    adresse_complement: str
    adresse_voie: str
    code_postal: str
    ville: str
    pays: str


def lignes_d_envoi(adresse: Adresse) -> list[str]:
    """Return the lines of an address as people read it; the country comes last, and not 99999."""
    ville = adresse.ville if adresse.pays else f"{adresse.code_postal} {adresse.ville}"
    pays = nom_pays(adresse.pays).upper() if adresse.pays else ""
    lignes = (adresse.adresse_complement, adresse.adresse_voie, ville, pays)
    return [ligne for ligne in lignes if ligne]


def lignes_d_enveloppe(adresse: Adresse) -> list[str]:
    """Return the lines of an envelope posted here, as sorting machines want the last ones.

    The town is in capitals, then the country, in French, unless the letter stays here.
    """
    destination = nom_pays(adresse.pays) if adresse.pays else _destination(adresse.code_postal)
    lignes = lignes_d_envoi(adresse)
    avant = lignes[:-2] if adresse.pays else lignes[:-1]
    ville = lignes[len(avant)]
    return [*avant, *(ligne.upper() for ligne in (ville, destination) if ligne)]


def est_ici(adresse: Adresse) -> bool:
    """Tell whether an address is in New Caledonia."""
    return not adresse.pays and not _destination(adresse.code_postal)


def _destination(code_postal: str) -> str:
    """Return where a letter to a French postal code goes, or "" when it stays in New Caledonia."""
    tables = _tables()
    iso = tables["destinations"].get(code_postal[:3], "FR")
    return "" if iso == "NC" else str(tables["france"][iso])


def code_postal_de(code_postal: str, iso: str) -> str:
    """Return the postal code to keep: abroad, whoever leaves it empty means 99999."""
    return code_postal or (CODE_POSTAL_ETRANGER if iso else "")


def code_postal_a_saisir(code_postal: str) -> str:
    """Return the postal code that a field proposes: none abroad, as `code_postal_de` wants."""
    return "" if code_postal == CODE_POSTAL_ETRANGER else code_postal


def dire_code_postal(code_postal: str) -> str:
    """Return a postal code as people read it: an address abroad has none of ours."""
    return code_postal_a_saisir(code_postal) or "sans code postal"


def ecart_de_pays(code_postal: str, iso: str) -> tuple[str, str] | None:
    """Return the field at fault and what to do, when a postal code and a country disagree."""
    if iso and code_postal != CODE_POSTAL_ETRANGER:
        return "code_postal", A_L_ETRANGER
    if not iso and code_postal == CODE_POSTAL_ETRANGER:
        return "pays", PAYS_ABSENT
    return None


def champ_pays() -> "CharField[str, str]":
    """Return the column that keeps a country; `contrainte_pays` goes with it."""
    return CharField("pays", max_length=2, blank=True, help_text="vide : France et ses territoires")


def contrainte_pays(table: str) -> CheckConstraint:
    """Return the check of a table with an address: an ISO code, and then the code 99999."""
    return CheckConstraint(
        condition=Q(pays="") | Q(pays__regex=r"^[A-Z]{2}$", code_postal=CODE_POSTAL_ETRANGER),
        name=f"{table}_pays",
        violation_error_message=A_L_ETRANGER,
    )
