"""Columns of the file, and the names under which people write them."""

import re
import unicodedata
from collections.abc import Sequence

OBLIGATOIRES = ("nom", "adresse_voie", "code_postal", "ville")
SYNONYMES: dict[str, tuple[str, ...]] = {
    "role": ("qualite", "type", "type_tiers"),
    "code": ("code_tiers", "identifiant", "numero_tiers"),
    "ridet": ("no_ridet", "numero_ridet", "n_ridet", "ridet_10"),
    "nom": ("denomination", "raison_sociale", "nom_ou_raison_sociale", "enseigne"),
    "prenom": (),
    "civilite": ("titre", "civ"),
    "adresse_complement": ("complement", "complement_adresse", "adresse_2", "adresse2"),
    "adresse_voie": ("adresse", "voie", "rue", "bp", "boite_postale", "adresse_1", "adresse1"),
    "code_postal": ("cp",),
    "ville": ("commune", "localite"),
    "telephone": ("tel", "no_telephone", "numero_telephone"),
    "courriel": ("email", "e_mail", "mail", "mel", "adresse_electronique"),
    "iban": (),
    "rib": (),
    "rib_banque": ("code_banque", "banque", "etablissement_bancaire"),
    "rib_guichet": ("code_guichet", "guichet"),
    "rib_compte": ("numero_compte", "no_compte", "compte"),
    "rib_cle": ("cle", "cle_rib"),
    "bic": ("swift", "code_bic"),
    "titulaire": ("titulaire_compte", "nom_titulaire", "libelle_compte"),
}
CANONIQUES = {
    nom: canonique for canonique, autres in SYNONYMES.items() for nom in (canonique, *autres)
}


class FichierIllisible(ValueError):
    """The file as a whole cannot be taken; the message, in French, says what to do."""


def nommer(entetes: Sequence[str]) -> list[str]:
    """Return the canonical name of each heading; an unknown one gets a name of its own.

    Raises:
        FichierIllisible: a column is missing, or given twice.
    """
    noms: list[str] = []
    for rang, entete in enumerate(entetes):
        nom = CANONIQUES.get(_simplifier(entete), f"ignoree_{rang}")
        if nom in noms:
            raise FichierIllisible(
                f"La colonne « {nom} » est donnée deux fois, la seconde sous le nom « {entete} » : "
                "gardez-en une."
            )
        noms.append(nom)
    _exiger_obligatoires(noms)
    return noms


def _exiger_obligatoires(noms: Sequence[str]) -> None:
    manquantes = [nom for nom in OBLIGATOIRES if nom not in noms]
    if "ridet" not in noms and "code" not in noms:
        manquantes.append("ridet ou code")
    if manquantes:
        raise FichierIllisible(
            f"Il manque la colonne {', '.join(manquantes)} : la première ligne du fichier doit "
            "nommer les colonnes."
        )


def _simplifier(entete: str) -> str:
    """Return a heading in lower case, without accents, words joined by underscores."""
    decompose = unicodedata.normalize("NFKD", entete.strip().casefold().replace("°", "o"))
    nu = "".join(lettre for lettre in decompose if not unicodedata.combining(lettre))
    return re.sub(r"[^a-z0-9]+", "_", nu).strip("_")
