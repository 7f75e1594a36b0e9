"""Checks of what a supplier declares: pure functions that return anomalies, never raise.

A blocking anomaly refuses the declaration; a warning is shown to the agent who decides. Each
message says what is wrong and what to do.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from facturier.commun import banque, ridet, telephone
from facturier.commun.courriel import domaine_propose
from facturier.commun.pays import CODE_POSTAL_ETRANGER, ecart_de_pays


@dataclass(frozen=True, slots=True)
class Anomalie:
    """A defect found: its stable `code`, the field concerned, and what to say in French."""

    code: str
    champ: str
    message: str
    est_bloquante: bool


@dataclass(frozen=True, slots=True)
class Referentiel:
    """The editable tables: banks (code to name and BIC), communes by postal code."""

    banques: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    communes: Mapping[str, frozenset[str]] = field(default_factory=dict)


def _bloquante(code: str, champ: str, message: str) -> Anomalie:
    return Anomalie(code, champ, message, est_bloquante=True)


def _avertissement(code: str, champ: str, message: str) -> Anomalie:
    return Anomalie(code, champ, message, est_bloquante=False)


def verifier_ridet(saisie: str) -> list[Anomalie]:
    """Check the form of a RIDET (blocking), then the Luhn sum of its RID (warning)."""
    try:
        normalise = ridet.normaliser(saisie)
    except ridet.RidetInvalide as erreur:
        return [_bloquante("ridet_forme", "ridet", str(erreur))]
    if ridet.cle_plausible(normalise):
        return []
    return [
        _avertissement(
            "ridet_cle",
            "ridet",
            f"La clé du RID {ridet.rid(normalise)} est inhabituelle : comparez chaque chiffre à "
            "l’avis de situation au RIDET.",
        )
    ]


def verifier_compte(iban: str, bic: str, referentiel: Referentiel) -> list[Anomalie]:
    """Check a bank account: IBAN and RIB key (blocking), country, bank and BIC (warnings)."""
    anomalies = _verifier_bic(bic)
    try:
        normalise = banque.normaliser_iban(iban)
    except banque.CoordonneesInvalides as erreur:
        return [_bloquante("iban", "iban", str(erreur)), *anomalies]
    message = banque.avertissement_iban(normalise)
    if message:
        anomalies.append(_avertissement("iban_pays", "iban", message))
    if not any(anomalie.est_bloquante for anomalie in anomalies):
        anomalies += _verifier_banque(normalise, bic, referentiel)
    return anomalies


def _verifier_bic(bic: str) -> list[Anomalie]:
    try:
        if bic:
            banque.normaliser_bic(bic)
    except banque.BicInvalide as erreur:
        return [_bloquante("bic_forme", "bic", str(erreur))]
    return []


def _verifier_banque(iban: str, bic: str, referentiel: Referentiel) -> list[Anomalie]:
    rib = banque.rib_de_iban(iban)
    if rib is None:
        return []
    connue = referentiel.banques.get(rib.banque)
    if connue is None:
        return [
            _avertissement(
                "banque_inconnue",
                "iban",
                f"Le code banque {rib.banque} n’est pas dans la table des banques : vérifiez le "
                "relevé d’identité bancaire, puis complétez la table.",
            )
        ]
    nom, bic_attendu = connue
    if bic and bic_attendu and banque.normaliser_bic(bic)[:8] != bic_attendu[:8]:
        return [
            _avertissement(
                "bic_banque",
                "bic",
                f"Le BIC {bic} n’est pas celui de {nom} ({bic_attendu}) : relisez le relevé "
                "d’identité bancaire.",
            )
        ]
    return []


def verifier_telephone(saisie: str) -> list[Anomalie]:
    """Check a telephone number when there is one (blocking)."""
    try:
        if saisie:
            telephone.normaliser(saisie)
    except telephone.TelephoneInvalide as erreur:
        return [_bloquante("telephone", "telephone", str(erreur))]
    return []


def verifier_courriel(adresse: str) -> list[Anomalie]:
    """Warn of a domain that misspells a well-known one."""
    propose = domaine_propose(adresse)
    if propose is None:
        return []
    domaine = adresse.rpartition("@")[2]
    message = f"Le domaine « {domaine} » semble mal écrit : vouliez-vous dire « {propose} » ?"
    return [_avertissement("courriel_domaine", "courriel", message)]


def verifier_adresse(
    code_postal: str, ville: str, referentiel: Referentiel, *, pays: str = ""
) -> list[Anomalie]:
    """Check a postal code: five digits and abroad 99999 (blocking), its commune (warning)."""
    if pays or code_postal == CODE_POSTAL_ETRANGER:
        return _verifier_pays(code_postal, pays)
    if not (code_postal.isascii() and code_postal.isdigit() and len(code_postal) == 5):  # noqa: PLR2004
        message = f"Le code postal « {code_postal[:20]} » n’a pas cinq chiffres, comme 98800."
        return [_bloquante("code_postal_forme", "code_postal", message)]
    communes = referentiel.communes.get(code_postal)
    if communes is None:
        message = (
            f"Le code postal {code_postal} n’est pas dans la table des communes : vérifiez-le, "
            "ou complétez la table."
        )
        return [_avertissement("code_postal_inconnu", "code_postal", message)]
    if simplifier_commune(ville) in {simplifier_commune(commune) for commune in communes}:
        return []
    message = (
        f"Le code postal {code_postal} est celui de {', '.join(sorted(communes))}, et non de "
        f"« {ville} » : faites préciser l’adresse."
    )
    return [_avertissement("code_postal_commune", "ville", message)]


def _verifier_pays(code_postal: str, pays: str) -> list[Anomalie]:
    ecart = ecart_de_pays(code_postal, pays)
    if ecart is None:
        return []
    return [_bloquante("pays_absent" if ecart[0] == "pays" else "code_postal_etranger", *ecart)]


def verifier_titulaire(titulaire: str, denomination: str) -> list[Anomalie]:
    """Warn when the holder of the account shares no word with the name of the company."""
    mots = set(simplifier_commune(denomination).split())
    if mots & set(simplifier_commune(titulaire).split()):
        return []
    message = (
        f"Le titulaire du compte (« {titulaire} ») ne rappelle pas la dénomination "
        f"(« {denomination} ») : vérifiez qu’il s’agit de la même personne."
    )
    return [_avertissement("titulaire", "titulaire", message)]


def simplifier_commune(texte: str) -> str:
    """Return `texte` in lower case, without accents, dashes nor « Cedex »."""
    decompose = unicodedata.normalize("NFKD", texte.casefold().replace("-", " "))
    nu = "".join(lettre for lettre in decompose if not unicodedata.combining(lettre))
    return " ".join(mot for mot in nu.replace("’", " ").replace("'", " ").split() if mot != "cedex")
