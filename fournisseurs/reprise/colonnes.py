"""Columns of a file, and the names under which people write them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

AU_PLUS_CITES = 8
LIGNE, DEFAUT, MOTIF = "ligne", "defaut", "motif"  # columns that the reading and the checks add
SANS_NOM = "sans_nom_"  # begins the name of a column whose heading is blank
SAUT = "\v"  # stands for a line break inside a cell, and is refused by the checks


class FichierIllisible(ValueError):
    """The file as a whole cannot be taken; the message, in French, says what to do."""


@dataclass(frozen=True, slots=True)
class Colonnes:
    """What a kind of file holds: canonical names with their synonyms, and those it must have.

    At least one column of `une_parmi` must be there too.
    """

    synonymes: dict[str, tuple[str, ...]]
    obligatoires: tuple[str, ...]
    une_parmi: tuple[str, ...]

    @property
    def noms(self) -> list[str]:
        """The canonical names, in order."""
        return list(self.synonymes)

    def nommer(self, entetes: Sequence[str]) -> list[str]:
        """Return the canonical name of each heading; an unknown or blank one gets one of its own.

        Raises:
            FichierIllisible: a column is missing, or given twice.
        """
        canoniques = {
            nom: canonique
            for canonique, autres in self.synonymes.items()
            for nom in (canonique, *autres)
        }
        noms: list[str] = []
        for rang, entete in enumerate(entetes):
            inconnue = "ignoree_" if entete.strip() else SANS_NOM
            nom = canoniques.get(simplifier(entete), f"{inconnue}{rang}")
            if nom in noms:
                raise FichierIllisible(
                    f"La colonne « {nom} » est donnée deux fois, la seconde sous le nom "
                    f"« {entete.strip()[:40]} » : gardez-en une."
                )
            noms.append(nom)
        self._exiger(noms, entetes)
        return noms

    def _exiger(self, noms: Sequence[str], entetes: Sequence[str]) -> None:
        manquantes = [nom for nom in self.obligatoires if nom not in noms]
        if not any(nom in noms for nom in self.une_parmi):
            manquantes.append(" ou ".join(self.une_parmi))
        if manquantes:
            lus = [entete.strip()[:30] for entete in entetes if entete.strip()][:AU_PLUS_CITES]
            raise FichierIllisible(
                f"Il manque la colonne {', '.join(manquantes)} : la première ligne du fichier doit "
                f"nommer les colonnes. Elle contient : {', '.join(lus) or 'rien'}."
            )


TIERS = Colonnes(
    synonymes={
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
        "pays": ("code_pays", "pays_iso"),
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
    },
    obligatoires=("nom", "adresse_voie", "code_postal", "ville"),
    une_parmi=("ridet", "code"),
)
REGISTRE = Colonnes(
    synonymes={
        "ridet": ("no_ridet", "numero_ridet", "n_ridet", "ridet_10", "numero"),
        "denomination": ("raison_sociale", "nom", "designation", "nom_ou_raison_sociale"),
        "enseigne": ("sigle", "nom_commercial"),
        "adresse": ("adresse_voie", "voie", "adresse_physique", "adresse_de_l_etablissement"),
        "code_postal": ("cp",),
        "ville": ("commune", "localite", "libelle_commune"),
        "activite": ("ape", "code_ape", "naf", "code_naf", "activite_principale"),
        "forme_juridique": ("forme", "libelle_forme_juridique", "categorie_juridique"),
        "cesse_le": ("date_cessation", "date_de_cessation", "cessation", "radie_le", "ferme_le"),
    },
    obligatoires=("ridet", "denomination"),
    une_parmi=("adresse", "ville"),
)


def simplifier(entete: str) -> str:
    """Return a heading in lower case, without accents, words joined by underscores."""
    decompose = unicodedata.normalize("NFKD", entete.strip().casefold().replace("°", "o"))
    nu = "".join(lettre for lettre in decompose if not unicodedata.combining(lettre))
    return re.sub(r"[^a-z0-9]+", "_", nu).strip("_")
