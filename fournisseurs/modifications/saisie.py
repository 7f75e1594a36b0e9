"""Normalise and check the values typed for a change, by kind."""

from collections.abc import Callable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models

from facturier.commun import banque, telephone
from facturier.commun.pays import code_postal_de, lire_pays
from facturier.grand_livre.models import NatureJuridique, Tiers
from fournisseurs.models import (
    CoordonneesBancaires,
    Etablissement,
    Fournisseur,
    GenreModification,
    RepresentantLegal,
)
from fournisseurs.modifications.donnees import CHAMPS
from fournisseurs.verifications import (
    Anomalie,
    Referentiel,
    verifier_adresse,
    verifier_compte,
    verifier_courriel,
    verifier_telephone,
    verifier_titulaire,
)

MODELES: Mapping[str, type[models.Model]] = {
    "nom": Tiers,
    "nom_commercial": Fournisseur,
    "iban": CoordonneesBancaires,
    "bic": CoordonneesBancaires,
    "titulaire": CoordonneesBancaires,
}
FACULTATIFS = {"pays", "adresse_complement", "telephone", "courriel", "bic", "nom_commercial"}
MAXIMUM_REPRESENTANTS = 10


class ModificationRefusee(ValidationError):
    """The request cannot be taken; errors by field, in French."""


def normaliser(genre: str, saisies: Mapping[str, str]) -> dict[str, str]:
    """Return the values of the fields of `genre`, as the database keeps them.

    Raises:
        ModificationRefusee: by field, what is wrong and what to do.
    """
    valeurs = {champ: saisies.get(champ, "").strip() for champ in CHAMPS[genre]}
    if genre == GenreModification.ADRESSE:
        valeurs["code_postal"] = code_postal_de(valeurs["code_postal"], valeurs["pays"])
    erreurs: dict[str, Any] = {}
    for champ, valeur in valeurs.items():
        try:
            valeurs[champ] = _normaliser_champ(champ, valeur)
        except ValueError as erreur:
            erreurs[champ] = str(erreur)
        except ValidationError as erreur:
            erreurs[champ] = erreur.messages
    if not erreurs:
        erreurs = {
            anomalie.champ: anomalie.message
            for anomalie in anomalies(genre, valeurs, Referentiel())
            if anomalie.est_bloquante
        }
    if erreurs:
        raise ModificationRefusee(erreurs)
    return valeurs


def _normaliser_champ(champ: str, valeur: str) -> str:
    if not valeur:
        if champ in FACULTATIFS:
            return ""
        raise ValueError("Ce champ est obligatoire.")
    if champ in NORMALISATIONS:
        return NORMALISATIONS[champ](valeur)
    modele: Any = MODELES.get(champ, Etablissement)
    modele._meta.get_field(champ).clean(valeur, None)
    return valeur


def _nature(valeur: str) -> str:
    if valeur not in NatureJuridique.values:
        raise ValueError("Choisissez une forme juridique de la liste.")
    return valeur


def _longueur(champ: str) -> int:
    modele: Any = RepresentantLegal
    longueur: int = modele._meta.get_field(champ).max_length
    return longueur


def lire_representants(texte: str) -> str:
    """Return one `Prénom Nom, qualité` a line, tidied.

    Raises:
        ValueError: a line is not of that form, or there are too many; the message names the line.
    """
    lignes = [" ".join(ligne.split()) for ligne in texte.splitlines() if ligne.strip()]
    if len(lignes) > MAXIMUM_REPRESENTANTS:
        raise ValueError(f"Indiquez {MAXIMUM_REPRESENTANTS} personnes au plus.")
    for rang, ligne in enumerate(lignes, 1):
        nom, _, qualite = (morceau.strip() for morceau in ligne.rpartition(","))
        if not (nom and qualite):
            raise ValueError(
                f"Ligne {rang} : écrivez le prénom et le nom, une virgule, puis la qualité, comme "
                "« Jeanne Fictive, gérante »."
            )
        for champ, valeur in (("nom", nom), ("qualite", qualite)):
            longueur = _longueur(champ)
            if len(valeur) > longueur:
                raise ValueError(f"Ligne {rang} : {longueur} caractères au plus pour ce texte.")
    return "\n".join(
        ", ".join(morceau.strip() for morceau in ligne.rsplit(",", 1)) for ligne in lignes
    )


NORMALISATIONS: Mapping[str, Callable[[str], str]] = {
    "pays": lire_pays,
    "telephone": telephone.normaliser,
    "iban": banque.normaliser_iban,
    "bic": banque.normaliser_bic,
    "nature_juridique": _nature,
    "representants": lire_representants,
}


def anomalies(
    genre: str, valeurs: Mapping[str, str], referentiel: Referentiel, *, nom: str = ""
) -> list[Anomalie]:
    """Return what is wrong or unusual in the values of a change; `nom` is the enterprise's."""
    if genre == GenreModification.ADRESSE:
        return verifier_adresse(
            valeurs["code_postal"], valeurs["ville"], referentiel, pays=valeurs["pays"]
        )
    if genre == GenreModification.CONTACTS:
        return [
            *verifier_telephone(valeurs["telephone"]),
            *verifier_courriel(valeurs["courriel"]),
        ]
    if genre in (GenreModification.COMPTE_PRINCIPAL, GenreModification.COMPTE_ETABLISSEMENT):
        trouvees = verifier_compte(valeurs["iban"], valeurs["bic"], referentiel)
        return [*trouvees, *(verifier_titulaire(valeurs["titulaire"], nom) if nom else [])]
    return []
