"""Check and normalise a slice of rows, column by column: nothing is done row by row.

The rules are those of `facturier.commun` (RIDET, RIB, IBAN, BIC), written here on whole columns; a
test gives both the same values and expects the same answers.
"""

from contextlib import suppress

import numpy as np
import pandas as pd

from facturier.commun.telephone import TelephoneInvalide, normaliser
from fournisseurs.models import CoordonneesBancaires
from fournisseurs.reprise.colonnes import TIERS
from fournisseurs.reprise.texte import DEFAUT, LIGNE

MOTIF = "motif"
ROLES = {
    "": (True, False),
    "creancier": (True, False),
    "fournisseur": (True, False),
    "debiteur": (False, True),
    "creancier et debiteur": (True, True),
    "les deux": (True, True),
}
CIVILITES = {"m": "M.", "m.": "M.", "mr": "M.", "monsieur": "M.", "mme": "Mme", "madame": "Mme"}
LONGUEURS = {
    "code": 30,
    "nom": 100,
    "prenom": 38,
    "adresse_complement": 38,
    "adresse_voie": 38,
    "ville": 38,
    "courriel": 254,
    "titulaire": 32,
}
CHIFFRES_DES_LETTRES = {
    ord(lettre): str(valeur)
    for lettre, valeur in zip(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ", [*range(1, 10), *range(1, 10), *range(2, 10)], strict=True
    )
}
NOMBRES_DES_LETTRES = {ord("A") + rang: str(10 + rang) for rang in range(26)}
CHIFFRES_IBAN = 72  # 34 characters, two digits each at most, in groups of nine


def controler(tranche: pd.DataFrame) -> pd.DataFrame:
    """Return the rows normalised, with a column `motif`: empty when the row may be written."""
    lignes = tranche.reindex(columns=[*TIERS.noms, LIGNE, DEFAUT], fill_value="")
    lignes[MOTIF] = lignes[DEFAUT]
    _controler_textes(lignes)
    _controler_ridet(lignes)
    _controler_identite(lignes)
    _controler_adresse(lignes)
    _controler_compte(lignes)
    return lignes


def _rejeter(lignes: pd.DataFrame, fautives: "pd.Series[bool]", motif: str) -> None:
    """Give `motif` to the rows at fault that have none yet: the first reason is told."""
    lignes.loc[fautives & (lignes[MOTIF] == ""), MOTIF] = motif


def _controler_textes(lignes: pd.DataFrame) -> None:
    for nom in TIERS.noms:
        _rejeter(
            lignes,
            lignes[nom].str.startswith(("=", "@")),
            f"La colonne « {nom} » contient une formule : collez la valeur à la place.",
        )
        _rejeter(
            lignes,
            lignes[nom].str.contains(r"[\x00-\x1f\x7f]", regex=True),
            f"La colonne « {nom} » contient un saut de ligne ou un caractère de commande.",
        )
    for nom, longueur in LONGUEURS.items():
        _rejeter(
            lignes,
            lignes[nom].str.len() > longueur,
            f"La colonne « {nom} » dépasse {longueur} caractères : abrégez.",
        )
    for nom in ("nom", "adresse_voie", "ville"):
        _rejeter(lignes, lignes[nom] == "", f"La colonne « {nom} » est vide.")


def _controler_ridet(lignes: pd.DataFrame) -> None:
    ridet = _compacter(lignes["ridet"])
    ridet = ridet.where(ridet.str.len() != 9, "0" + ridet)  # noqa: PLR2004
    lignes["ridet"] = ridet
    mal_forme = (ridet != "") & ~ridet.str.fullmatch(r"[0-9]{10}")
    _rejeter(lignes, mal_forme, "Le RIDET doit avoir dix chiffres (neuf sans le zéro de tête).")
    lignes["rid"] = ridet.str[:7]
    lignes["code"] = lignes["code"].where(lignes["code"] != "", lignes["rid"])
    _rejeter(lignes, lignes["code"] == "", "Donnez un RIDET, ou le code du tiers.")


def _controler_identite(lignes: pd.DataFrame) -> None:
    role = _sans_accent(lignes["role"])
    _rejeter(lignes, ~role.isin(ROLES), "La qualité doit être créancier, débiteur ou les deux.")
    lignes["est_creancier"] = role.map(lambda mot: ROLES.get(mot, (True, False))[0])
    lignes["est_debiteur"] = role.map(lambda mot: ROLES.get(mot, (True, False))[1])
    civilite = lignes["civilite"].str.lower()
    _rejeter(
        lignes,
        (civilite != "") & ~civilite.isin(CIVILITES),
        "La civilité doit être M. ou Mme.",
    )
    lignes["civilite"] = civilite.map(CIVILITES).fillna("")
    _rejeter(
        lignes,
        (lignes["civilite"] == "") != (lignes["prenom"] == ""),
        "Une personne physique a une civilité et un prénom : complétez, ou videz les deux.",
    )


def _controler_adresse(lignes: pd.DataFrame) -> None:
    valable = lignes["code_postal"].str.fullmatch(r"[0-9]{5}")
    _rejeter(lignes, ~valable, "Le code postal doit avoir cinq chiffres, comme 98800.")
    telephone = _compacter(lignes["telephone"])
    locaux = telephone.str.fullmatch(r"[2-57-9][0-9]{5}")
    telephone = telephone.where(~locaux, "+687" + telephone)
    lignes["telephone"] = telephone
    caledoniens = telephone.str.fullmatch(r"(?:\+687[2-57-9][0-9]{5})?")
    etrangers = telephone.isin(_numeros_etrangers(telephone[~caledoniens]))
    _rejeter(
        lignes,
        ~caledoniens & ~etrangers,
        "Le téléphone doit avoir six chiffres, ou un indicatif et le numéro.",
    )
    courriel = lignes["courriel"].str.lower()
    lignes["courriel"] = courriel
    faux = ~courriel.str.fullmatch(r"(?:[^@\s]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+)?")
    _rejeter(lignes, faux, "L’adresse électronique n’est pas valide.")


def _numeros_etrangers(numeros: "pd.Series[str]") -> set[str]:
    """Return the few numbers of other countries that can exist, each looked at once."""
    existants = set()
    for numero in set(numeros):
        with suppress(TelephoneInvalide):
            if normaliser(numero) == numero:
                existants.add(numero)
    return existants


def _controler_compte(lignes: pd.DataFrame) -> None:
    rib = _rib(lignes)
    iban = _compacter(lignes["iban"]).str.upper()
    mauvaise_cle = (rib != "") & ~cle_juste(rib)
    _rejeter(lignes, mauvaise_cle, "Le RIB est mal formé, ou sa clé est fausse.")
    contradiction = (rib != "") & (iban != "") & (iban.str[4:] != rib)
    _rejeter(lignes, contradiction, "L’IBAN et le RIB ne désignent pas le même compte.")
    iban = iban.where((iban != "") | (rib == "") | mauvaise_cle, iban_de_rib(rib))
    lignes["iban"] = iban
    _rejeter(lignes, (iban != "") & ~iban_juste(iban), "L’IBAN ou sa clé est faux.")
    lignes["bic"] = _compacter(lignes["bic"]).str.upper()
    forme_bic = lignes["bic"].str.fullmatch(r"(?:[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?)?")
    _rejeter(lignes, ~forme_bic, "Le BIC doit avoir 8 ou 11 caractères, comme BCADNCNN.")
    longueur = CoordonneesBancaires._meta.get_field("titulaire").max_length
    defaut = lignes["nom"].str[:longueur]
    lignes["titulaire"] = lignes["titulaire"].where(lignes["titulaire"] != "", defaut)


def _rib(lignes: pd.DataFrame) -> "pd.Series[str]":
    """Return the 23 characters of each RIB, whole or in four columns; zeros lost are put back."""
    parties = [
        _compacter(lignes[f"rib_{partie}"]).str.upper().str.zfill(longueur)
        for partie, longueur in (("banque", 5), ("guichet", 5), ("compte", 11), ("cle", 2))
    ]
    vide = (lignes[["rib_banque", "rib_guichet", "rib_compte", "rib_cle"]] == "").all(axis=1)
    assemble = (parties[0] + parties[1] + parties[2] + parties[3]).where(~vide, "")
    entier = _compacter(lignes["rib"]).str.upper()
    return entier.where(entier != "", assemble)


def cle_juste(rib: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which texts are a RIB whose key is right: 97 - ((89·b + 15·g + 3·c) mod 97)."""
    forme = rib.str.fullmatch(r"[0-9]{10}[0-9A-Z]{11}[0-9]{2}")
    sur = rib.where(forme, "0" * 23)
    chiffres = sur.str.translate(CHIFFRES_DES_LETTRES)
    banque, guichet, compte, cle = (
        chiffres.str[debut:fin].astype(np.int64)
        for debut, fin in ((0, 5), (5, 10), (10, 21), (21, 23))
    )
    return forme & (cle == 97 - (89 * banque + 15 * guichet + 3 * compte) % 97)


def iban_de_rib(rib: "pd.Series[str]") -> "pd.Series[str]":
    """Return the FR IBAN of each RIB."""
    cle = 98 - _reste_97(rib + "FR00")
    return "FR" + cle.astype(str).str.zfill(2) + rib


def iban_juste(iban: "pd.Series[str]") -> "pd.Series[bool]":
    """Tell which texts are an IBAN with right check digits, and a right RIB key for FR and NC."""
    forme = iban.str.fullmatch(r"[A-Z]{2}[0-9]{2}[0-9A-Z]{11,30}")
    sur = iban.where(forme, "FR00" + "0" * 23)
    juste = forme & (_reste_97(sur.str[4:] + sur.str[:4]) == 1)
    du_rib = sur.str.startswith(("FR", "NC"))
    return juste & (~du_rib | cle_juste(sur.str[4:]))


def _reste_97(texte: "pd.Series[str]") -> "pd.Series[int]":
    """Return the remainder by 97 of each text, letters taken as 10 to 35, nine digits at a time."""
    chiffres = texte.str.translate(NOMBRES_DES_LETTRES).str.zfill(CHIFFRES_IBAN)
    reste = np.zeros(len(texte), dtype=np.int64)
    for debut in range(0, CHIFFRES_IBAN, 9):
        groupe = chiffres.str[debut : debut + 9].to_numpy(dtype=np.int64)
        reste = (reste * 10**9 + groupe) % 97
    return pd.Series(reste, index=texte.index)


def _compacter(colonne: "pd.Series[str]") -> "pd.Series[str]":
    """Return texts without the spaces, dots, dashes and slashes that people put in numbers."""
    return colonne.str.replace(r"[\s.\-/]+", "", regex=True)


def _sans_accent(colonne: "pd.Series[str]") -> "pd.Series[str]":
    return colonne.str.lower().str.normalize("NFKD").str.replace(r"[\u0300-\u036f]", "", regex=True)
