"""Reasons in words: ObsEtat of a Retour (pes_v2, §8), NumAnoAck of an acknowledgement (§7).

The words are those that the annotated schemas of the DGFiP give, up to version 5.11; the reasons of
titres added since, 41 to 47, have no published words.
"""

from collections.abc import Sequence
from typing import Final

from facturier.grand_livre.models import SensPiece

MOTIFS_DEPENSE: Final = {
    "01": "pièces justificatives absentes",
    "02": "pièces justificatives insuffisantes",
    "03": "crédits insuffisants",
    "04": "erreur de liquidation",
    "05": "service fait non justifié",
    "06": "autre motif",
    "07": "double paiement",
    "09": "domiciliation bancaire erronée",
    "10": "avance non récupérée",
    "11": "donneur d’ordre incompétent",
    "13": "prescription",
    "16": "créancier erroné",
    "23": "imputation erronée",
    "24": "motif technique",
}
MOTIFS_RECETTE: Final = {
    "01": "caractère exécutoire absent",
    "02": "créance non indiquée",
    "03": "débiteur non indiqué",
    "04": "imputation budgétaire erronée",
    "05": "prescription",
    "06": "autre motif",
    "07": "pièce d’origine non citée",
    "08": "type de bordereau de titres inexistant",
    "09": "exercice du bordereau non ouvert",
    "10": "bordereau sans date d’émission",
    "11": "montant du bordereau incohérent",
    "12": "bordereau non signé",
    "13": "taxe absente pour une collectivité assujettie",
    "14": "donneur d’ordre incompétent",
    "15": "pièces justificatives insuffisantes",
    "16": "pièces justificatives absentes ou invalides",
    "17": "domiciliation bancaire absente ou erronée",
    "18": "numéro de bordereau en double",
    "19": "complément d’information nécessaire",
    "20": "titre récapitulatif attendu",
    "21": "titre incomplet",
    "22": "exercice du rôle clos",
    "23": "numéro de rôle en double",
    "24": "exercice du rôle initial clos",
    "25": "rôle initial inexistant",
    "26": "rôle initial non pris en compte",
    "27": "date de prélèvement incorrecte",
    "28": "numéro d’article en double",
    "29": "date de l’avis des sommes à payer incorrecte",
    "30": "code produit inconnu",
    "31": "SIRET de la collectivité bénéficiaire inexistant",
    "32": "collectivité non assujettie à la taxe",
    "33": "montant majorable",
    "34": "montant du prélèvement",
    "35": "domiciliation erronée",
    "36": "domiciliation inexistante",
    "37": "rapprochement du rôle impossible",
    "38": "forçage accordé par l’ordonnateur",
    "39": "forçage accordé par le responsable du poste comptable",
    "40": "accord de l’ordonnateur pour forçage à venir",
}
MOTIFS: Final = {SensPiece.DEPENSE: MOTIFS_DEPENSE, SensPiece.RECETTE: MOTIFS_RECETTE}
ANOMALIES: Final = {
    "ERREUR_CONNECTION_IMPOSSIBLE_A_LA_BASE": "base de la Trésorerie injoignable",
    "ERREUR_ENCODING": "encodage du fichier refusé",
    "ERREUR_FLUX_VIDE": "fichier sans bordereau ni document",
    "ERREUR_SCHEMA_INCOMPLET": "fichier contraire au schéma",
    "ERREUR_CODIFICATION": "code inconnu",
    "ERREUR_CODIQUE": "poste comptable inconnu",
    "ERREUR_SIRET": "SIRET inconnu",
    "ERREUR_CODE_COLLECTIVITE_BUDGET": "collectivité ou budget inconnu",
    "ERREUR_VERSION_PES": "version du format refusée",
    "ERREUR_VERSION_PJ": "version des documents refusée",
    "ERREUR_SIGNATURE_INVALIDE": "signature invalide",
    "ERREUR_SIGNATURE_ILLISIBLE": "signature illisible",
    "ERREUR_SIGNATURE_INCOMPLETE": "signature incomplète",
    "ERREUR_DOUBLON_BORDEREAU": "bordereau déjà reçu",
    "ERREUR_DOUBLON_PIECE": "pièce déjà reçue",
    "ERREUR_DOUBLON_LIGNE": "ligne en double",
    "ERREUR_DOUBLON_PJ": "document déjà reçu",
    "ERREUR_PES_PARAM": "paramétrage",
    "ERREUR_PES_SIGNATURE": "signature du fichier",
    "ERREUR_PES_PARAM_SIGNATURE": "paramétrage de la signature",
    "ERREUR_CERTIFICAT": "certificat refusé",
    "ERREUR_TIMEOUT": "délai de traitement dépassé",
    "ERREUR_TAILLE_BORDEREAUX": "bordereau trop grand",
    "ERREUR_TAILLE_PIECE": "pièce trop grande",
    "ERREUR_TAILLE_LIGNE": "ligne trop grande",
    "ERREUR_PJ_SIGNEE": "signature du document",
    "ERREUR_SIGNATURE_EXTERNE": "signature externe",
    "ERREUR_AUTRE": "autre anomalie",
    "ERREUR_MONTANT_TVA_ZERO_NEGATIF": "taxe nulle ou négative",
    "ERREUR_PJ": "document refusé",
    "ERREUR_CUMUL_MONTANTS": "cumul des montants",
    "ERREUR_SIGNATURE_BORDEREAU_INVALIDE": "signature du bordereau invalide",
    "ERREUR_SIGNATURE_BORDEREAU_ILLISIBLE": "signature du bordereau illisible",
    "ERREUR_SIGNATURE_BORDEREAU_INCOMPLETE": "signature du bordereau incomplète",
}


def libelle_motifs(sens: str, codes: Sequence[str]) -> str:
    """Return the reasons as people read them."""
    connus = MOTIFS[SensPiece(sens)]
    textes = [connus.get(code, f"motif {code} (libellé non publié)") for code in codes]
    phrase = ", ".join(textes)
    return f"{phrase[:1].upper()}{phrase[1:]}." if phrase else ""


def libelle_anomalie(code: str, dit: str) -> str:
    """Return a reason of an acknowledgement: what it says, or the words of its code."""
    mots = ANOMALIES.get(code, code)
    return dit or f"{mots[:1].upper()}{mots[1:]}"
