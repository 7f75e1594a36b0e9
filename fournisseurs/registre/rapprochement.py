"""Are two names, or two addresses, the same? Case, accents, punctuation, legal forms set aside."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

FORMES = (
    "sarl|eurl|sasu?|sa|sci|scp|snc|scea|earl|gaec|gie|gdpl|selarl|selas|sem|ei|eirl|"
    "ets|etablissements?|ste|societe|entreprise|association|asso|"
    "monsieur|madame|mr|mme|m|le|la|les|l|de|du|des|d|et"
)
VOIES = {
    "avenue": "av",
    "ave": "av",
    "boulevard": "bd",
    "blvd": "bd",
    "route": "rte",
    "rue": "r",
    "impasse": "imp",
    "promenade": "prom",
    "place": "pl",
    "lotissement": "lot",
    "immeuble": "imm",
    "quartier": "qr",
    "numero": "n",
    "no": "n",
}
BOITE_POSTALE = r"^(?:b p|bp|boite postale|c s|cs)\b"


def nu(textes: "pd.Series[str]") -> "pd.Series[str]":
    """Return texts in lower case, without accents or punctuation, words one space apart."""
    bas = textes.str.lower().str.replace("œ", "oe").str.replace("æ", "ae").str.replace("&", " et ")
    plat = bas.str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
    sigles = plat.str.replace(".", "", regex=False)
    return sigles.str.replace(r"[^a-z0-9]+", " ", regex=True).str.strip()


def nom_reduit(noms: "pd.Series[str]") -> "pd.Series[str]":
    """Return what is left of names once legal forms and small words are set aside."""
    nus = nu(noms)
    reduits = _espacer(nus.str.replace(rf"\b(?:{FORMES})\b", " ", regex=True))
    return reduits.where(reduits != "", nus)


def memes_noms(notres: pd.DataFrame, colonne: str, autres: list[str]) -> "pd.Series[bool]":
    """Tell for each row whether the name in `colonne` is one of those in the columns `autres`.

    The order of words is looked at last, for the few rows that still differ.
    """
    notre = nom_reduit(notres[colonne])
    memes = pd.Series(False, index=notres.index)
    for autre in autres:
        sien = nom_reduit(notres[autre])
        memes |= (sien != "") & (sien.str.replace(" ", "") == notre.str.replace(" ", ""))
        reste = ~memes & (sien != "")
        couples = zip(_mots(notre[reste]), _mots(sien[reste]), strict=True)
        memes[reste] = np.fromiter((a == b for a, b in couples), bool)
    return memes


def memes_communes(notres: "pd.Series[str]", autres: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell whether two communes are the same, a delivery office (« Cedex ») set aside."""
    notre, sienne = (
        _espacer(nu(villes).str.replace(r"\bcedex\b|[0-9]+", " ", regex=True))
        for villes in (notres, autres)
    )
    return (notre == sienne) | (sienne == "")


def memes_voies(notres: "pd.Series[str]", autres: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell whether two streets are the same: all the words of one are words of the other.

    A post box says nothing of where an établissement is: compared with a street, it is no
    difference.
    """
    notre, sienne = _voie(notres), _voie(autres)
    muettes = (
        (notre == "")
        | (sienne == "")
        | notre.str.contains(BOITE_POSTALE)
        | sienne.str.contains(BOITE_POSTALE)
    )
    memes = muettes | (notre == sienne)
    reste = ~memes
    couples = zip(_mots(notre[reste]), _mots(sienne[reste]), strict=True)
    memes[reste] = np.fromiter((a <= b or b <= a for a, b in couples), bool)
    return memes


def _voie(adresses: "pd.Series[str]") -> "pd.Series[str]":
    return nu(adresses).str.replace(
        r"\b(?:" + "|".join(VOIES) + r")\b", lambda trouve: VOIES[trouve.group()], regex=True
    )


def _espacer(textes: "pd.Series[str]") -> "pd.Series[str]":
    return textes.str.replace(r"\s+", " ", regex=True).str.strip()


def _mots(textes: "pd.Series[str]") -> Iterator[frozenset[str]]:
    return (frozenset(texte.split()) for texte in textes)
