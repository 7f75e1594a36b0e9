"""The anomalies a tiers may have: what each costs, what to do, the PES rejection it would cause.

The rule named is a row of the PES V2 specification as the treasury checks it (rejections of a
whole flux, or of a bordereau).
"""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Defaut:
    """A kind of anomaly. `rejet` is empty when the treasury would take the tiers as it is."""

    code: str
    libelle: str
    que_faire: str
    points: int
    rejet: str = ""


DU_BORDEREAU = "Rejet du bordereau"
DU_FLUX = "Rejet du flux entier"
CATALOGUE = {
    defaut.code: defaut
    for defaut in (
        Defaut(
            "ridet_absent",
            "Personne morale créancière sans RIDET",
            "Demandez l’avis de situation au RIDET.",
            10,
        ),
        Defaut(
            "ridet_forme",
            "RIDET qui n’a pas dix chiffres",
            "Recopiez le RIDET de l’avis de situation.",
            30,
            f"{DU_BORDEREAU} : identifiant national invalide (IdTiers, nature 08)",
        ),
        Defaut(
            "ridet_cle",
            "Clé du RID inhabituelle",
            "Comparez chaque chiffre à l’avis de situation ; la clé n’est qu’un indice.",
            5,
        ),
        Defaut(
            "couple",
            "Catégorie et nature juridique incompatibles",
            "Corrigez l’une ou l’autre d’après les statuts.",
            30,
            f"{DU_BORDEREAU} : couple CatTiers et NatJur inconnu",
        ),
        Defaut(
            "civilite",
            "Civilité « Mademoiselle »",
            "Remplacez-la par « Madame ».",
            20,
            f"{DU_BORDEREAU} de recettes : Civilite « Mademoiselle »",
        ),
        Defaut(
            "civilite_interdite",
            "Civilité ou prénom sur une personne morale",
            "Effacez-les, ou corrigez la catégorie.",
            20,
            f"{DU_BORDEREAU} de dépenses : Civilite ou Prenom interdits hors CatTiers 01",
        ),
        Defaut(
            "voie_absente",
            "Adresse sans voie ni boîte postale",
            "Demandez l’adresse : une tribu ou un lieu-dit suffit.",
            30,
            f"{DU_FLUX} : Adr2 obligatoire",
        ),
        Defaut(
            "ville_absente",
            "Adresse sans commune",
            "Demandez la commune.",
            30,
            f"{DU_FLUX} : Ville obligatoire",
        ),
        Defaut(
            "code_postal_forme",
            "Code postal qui n’a pas cinq chiffres",
            "Corrigez-le ; à l’étranger, laissez-le vide et choisissez le pays.",
            30,
            f"{DU_BORDEREAU} : CP n’a pas cinq chiffres",
        ),
        Defaut(
            "pays_absent",
            "Adresse à l’étranger sans pays",
            "Demandez le pays.",
            30,
            f"{DU_BORDEREAU} : CodPays obligatoire pour un non-résident",
        ),
        Defaut(
            "code_postal_inconnu",
            "Code postal absent de la table",
            "Vérifiez-le, ou complétez la table des codes postaux.",
            5,
        ),
        Defaut(
            "code_postal_commune",
            "Code postal d’une autre commune",
            "Faites préciser l’adresse.",
            5,
        ),
        Defaut(
            "compte_absent",
            "Créancier sans compte bancaire",
            "Demandez un relevé d’identité bancaire : rien ne peut lui être payé.",
            40,
            f"{DU_BORDEREAU} : compte manquant pour le mode de règlement 03",
        ),
        Defaut(
            "iban",
            "IBAN ou clé de RIB invalide",
            "Demandez un nouveau relevé d’identité bancaire.",
            40,
            f"{DU_BORDEREAU} : RIB ou IBAN invalide",
        ),
        Defaut(
            "bic_etranger",
            "Compte à l’étranger sans BIC",
            "Demandez le BIC de la banque.",
            30,
            f"{DU_BORDEREAU} : BIC obligatoire pour une banque étrangère",
        ),
        Defaut(
            "iban_pays",
            "IBAN qui commence par NC, ou compte à l’étranger",
            "Faites confirmer le relevé d’identité bancaire par la banque.",
            10,
        ),
        Defaut(
            "banque_inconnue",
            "Banque absente de la table",
            "Vérifiez le relevé d’identité bancaire, puis complétez la table des banques.",
            5,
        ),
        Defaut(
            "titulaire_absent",
            "Compte sans titulaire",
            "Demandez un nouveau relevé d’identité bancaire.",
            30,
            f"{DU_FLUX} : TitCpte obligatoire",
        ),
        Defaut(
            "telephone_absent",
            "Aucun téléphone",
            "Demandez un numéro : il sert à confirmer un changement de compte.",
            5,
        ),
        Defaut("courriel_absent", "Aucune adresse électronique", "Demandez une adresse.", 5),
        Defaut(
            "courriel_domaine",
            "Domaine d’adresse électronique mal écrit",
            "Confirmez l’adresse avec le tiers.",
            5,
        ),
        Defaut(
            "doublon",
            "Ressemble à un autre tiers",
            "Comparez les deux fiches dans la liste des doublons.",
            10,
        ),
    )
}
SERAIT_REJETE = "rejet"  # any of those that follow, as a filter of lists
REJETES = frozenset(code for code, defaut in CATALOGUE.items() if defaut.rejet)


def score(codes: Iterable[str]) -> int:
    """Return the quality from 0 to 100 of a tiers that has these anomalies."""
    return max(0, 100 - sum(CATALOGUE[code].points for code in codes))
