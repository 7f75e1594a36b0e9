"""Check and normalise a slice of rows, column by column: nothing is done row by row.

The rules are those of `facturier.commun` (RIDET, RIB, IBAN, BIC), written here on whole columns; a
test gives both the same values and expects the same answers.
"""

from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from facturier.commun.pays import (
    A_L_ETRANGER,
    CODE_POSTAL_ETRANGER,
    PAYS_ABSENT,
    lire_pays,
)
from facturier.commun.recherche import simplifier
from facturier.commun.telephone import TelephoneInvalide, normaliser
from facturier.commun.transmissible import refus_du_tresor
from fournisseurs.reprise.colonnes import DEFAUT, LIGNE, MOTIF, TIERS
from fournisseurs.reprise.comptes import PARTIES, iban_de_rib, ibans_justes, ribs_justes
from fournisseurs.reprise.octets import (
    COMMANDES,
    FORMULES,
    Colonne,
    Masque,
    compacter,
    fleche,
)
from fournisseurs.reprise.texte import TEXTE

CREANCIER, DEBITEUR = 1, 2
ROLES = {
    "": CREANCIER,
    "creancier": CREANCIER,
    "fournisseur": CREANCIER,
    "debiteur": DEBITEUR,
    "creancier et debiteur": CREANCIER | DEBITEUR,
    "les deux": CREANCIER | DEBITEUR,
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
TRANSMIS = ("nom", "prenom", "adresse_complement", "adresse_voie", "ville", "titulaire")
ILLISIBLE = "\ufffd"


class Controle:
    """A slice being checked: its columns as Arrow arrays, and the first reason of each row."""

    def __init__(self, tranche: pd.DataFrame) -> None:
        self.nombre = len(tranche)
        self.vide = pa.repeat(pa.scalar("", pa.large_string()), self.nombre)
        self.presentes = [nom for nom in TIERS.noms if nom in tranche]
        self.colonnes: dict[str, Any] = dict.fromkeys([*TIERS.noms, "rid"], self.vide)
        for nom in self.presentes:
            self.colonnes[nom] = fleche(tranche[nom])
        self.motifs = [""]
        self.rangs = np.zeros(self.nombre, np.int64)
        for defaut in tranche[DEFAUT].unique():
            self.rejeter((tranche[DEFAUT] == defaut).to_numpy(), defaut)

    def rejeter(self, fautives: Masque, motif: str) -> None:
        """Give `motif` to the rows at fault that have none yet: the first reason is told."""
        if motif and fautives.any():
            self.motifs.append(motif)
            self.rangs[fautives & (self.rangs == 0)] = len(self.motifs) - 1

    def est_vide(self, nom: str) -> Masque:
        """Tell which cells of a column are empty."""
        masque: Masque = Colonne.de(self.colonnes[nom]).longueurs == 0
        return masque

    def correspond(self, nom: str, forme: str) -> Masque:
        """Tell which cells of a column have a form; an empty cell has it."""
        pleines = ~self.est_vide(nom)
        if not pleines.any():
            return ~pleines
        trouvees = pc.match_substring_regex(self.colonnes[nom], f"^(?:{forme})$")
        return ~pleines | _masque(trouvees)

    def par_valeur(self, nom: str, calcul: Callable[[str], Any]) -> pa.Array:
        """Apply `calcul` to each distinct value of a column that holds few."""
        codes = self.colonnes[nom].dictionary_encode()
        return pa.array([calcul(v) for v in codes.dictionary.to_pylist()]).take(codes.indices)


def controler(tranche: pd.DataFrame) -> pd.DataFrame:
    """Return the rows normalised, with a column `motif`: empty when the row may be written."""
    controle = Controle(tranche)
    _controler_textes(controle)
    _controler_ridet(controle)
    roles = _controler_identite(controle)
    _controler_adresse(controle)
    _controler_compte(controle)
    lignes = pd.DataFrame(
        {nom: pd.Series(valeurs, dtype=TEXTE) for nom, valeurs in controle.colonnes.items()}
        | roles
        | {LIGNE: tranche[LIGNE].to_numpy()}
    )
    motifs = pa.array(controle.motifs, pa.large_string()).take(pa.array(controle.rangs))
    lignes[MOTIF] = pd.Series(motifs, dtype=TEXTE)
    return lignes.set_index(tranche.index)


def _masque(tableau: pa.Array) -> Masque:
    masque: Masque = tableau.to_numpy(zero_copy_only=False)
    return masque


def _controler_textes(controle: Controle) -> None:
    for nom in controle.presentes:
        colonne = Colonne.de(controle.colonnes[nom])
        controle.rejeter(
            colonne.commence_par(FORMULES),
            f"La colonne « {nom} » contient une formule : collez la valeur à la place.",
        )
        if colonne.contient(COMMANDES):
            controle.rejeter(
                _masque(pc.match_substring_regex(controle.colonnes[nom], r"[\x00-\x1f\x7f]")),
                f"La colonne « {nom} » contient un saut de ligne ou un caractère de commande.",
            )
        controle.rejeter(
            _masque(pc.match_substring(controle.colonnes[nom], ILLISIBLE)),
            f"La colonne « {nom} » contient un caractère illisible : retapez-le.",
        )
    for nom, longueur in LONGUEURS.items():
        if (Colonne.de(controle.colonnes[nom]).longueurs > longueur).any():
            controle.rejeter(
                pc.utf8_length(controle.colonnes[nom]).to_numpy() > longueur,
                f"La colonne « {nom} » dépasse {longueur} caractères : abrégez.",
            )
    for nom in ("nom", "adresse_voie", "ville"):
        controle.rejeter(controle.est_vide(nom), f"La colonne « {nom} » est vide.")
    _controler_signes(controle)


def _controler_signes(controle: Controle) -> None:
    """Refuse what the treasury could not read of a tiers; only a few cells are looked at."""
    for nom in TRANSMIS:
        suspectes = np.flatnonzero(~controle.correspond(nom, r"[\x{00}-\x{FF}]*"))
        par_refus: dict[str, list[int]] = defaultdict(list)
        for rang, texte in zip(
            suspectes.tolist(), controle.colonnes[nom].take(suspectes).to_pylist(), strict=True
        ):
            par_refus[refus_du_tresor(texte)].append(rang)
        for refus, rangs in par_refus.items():
            fautives = np.zeros(controle.nombre, bool)
            fautives[rangs] = bool(refus)
            controle.rejeter(fautives, f"La colonne « {nom} », {refus}")


def _controler_ridet(controle: Controle) -> None:
    ridet = compacter(controle.colonnes["ridet"])
    courts = Colonne.de(ridet).longueurs == 9  # noqa: PLR2004
    if courts.any():
        ridet = pc.if_else(pa.array(courts), pc.utf8_lpad(ridet, 10, "0"), ridet)
    controle.colonnes["ridet"] = ridet
    controle.rejeter(
        ~controle.correspond("ridet", "[0-9]{10}"),
        "Le RIDET doit avoir dix chiffres (neuf sans le zéro de tête).",
    )
    controle.colonnes["rid"] = pc.utf8_slice_codeunits(ridet, 0, 7)
    sans_code = controle.est_vide("code")
    if sans_code.any():
        controle.colonnes["code"] = pc.if_else(
            pa.array(sans_code), controle.colonnes["rid"], controle.colonnes["code"]
        )
    controle.rejeter(controle.est_vide("code"), "Donnez un RIDET, ou le code du tiers.")


def _controler_identite(controle: Controle) -> dict[str, Masque]:
    """Check role and civility; return the two roles."""
    roles = controle.par_valeur("role", lambda mot: ROLES.get(simplifier(mot), 0)).to_numpy()
    controle.rejeter(roles == 0, "La qualité doit être créancier, débiteur ou les deux.")
    civilites = controle.par_valeur("civilite", lambda mot: CIVILITES.get(mot.lower(), ""))
    donnees = ~controle.est_vide("civilite")
    controle.colonnes["civilite"] = civilites.cast(pa.large_string())
    sans = controle.est_vide("civilite")
    controle.rejeter(donnees & sans, "La civilité doit être M. ou Mme.")
    controle.rejeter(
        sans != controle.est_vide("prenom"),
        "Une personne physique a une civilité et un prénom : complétez, ou videz les deux.",
    )
    return {"est_creancier": roles & CREANCIER > 0, "est_debiteur": roles & DEBITEUR > 0}


def _controler_pays(controle: Controle) -> None:
    """Name each country by its code; abroad, an empty postal code is 99999."""
    pays = controle.par_valeur("pays", _pays).cast(pa.large_string())
    controle.rejeter(
        _masque(pays.is_null()),
        "Le pays est inconnu : donnez son nom français, ou son code ISO, comme AU.",
    )
    controle.colonnes["pays"] = pays.fill_null("")
    ailleurs = ~controle.est_vide("pays")
    if ailleurs.any():
        controle.colonnes["code_postal"] = pc.if_else(
            pa.array(ailleurs & controle.est_vide("code_postal")),
            CODE_POSTAL_ETRANGER,
            controle.colonnes["code_postal"],
        )
    est_etranger = controle.correspond("code_postal", CODE_POSTAL_ETRANGER)
    est_etranger &= ~controle.est_vide("code_postal")
    controle.rejeter(ailleurs & ~est_etranger, A_L_ETRANGER)
    controle.rejeter(est_etranger & ~ailleurs, PAYS_ABSENT)


def _pays(saisie: str) -> str | None:
    with suppress(ValueError):
        return lire_pays(saisie)
    return None


def _controler_adresse(controle: Controle) -> None:
    _controler_pays(controle)
    postaux = controle.correspond("code_postal", "[0-9]{5}") & ~controle.est_vide("code_postal")
    controle.rejeter(~postaux, "Le code postal doit avoir cinq chiffres, comme 98800.")
    _controler_telephone(controle)
    controle.colonnes["courriel"] = pc.utf8_lower(controle.colonnes["courriel"])
    controle.rejeter(
        ~controle.correspond("courriel", r"[^@\s]+@[a-z0-9-]+(?:\.[a-z0-9-]+)+"),
        "L’adresse électronique n’est pas valide.",
    )


def _controler_telephone(controle: Controle) -> None:
    numeros = compacter(controle.colonnes["telephone"])
    controle.colonnes["telephone"] = numeros
    pleins = ~controle.est_vide("telephone")
    locaux = controle.correspond("telephone", "[2-57-9][0-9]{5}") & pleins
    if locaux.any():
        complets = pc.binary_join_element_wise(
            pa.scalar("+687", pa.large_string()), numeros, pa.scalar("", pa.large_string())
        )
        numeros = pc.if_else(pa.array(locaux), complets, numeros)
        controle.colonnes["telephone"] = numeros
    autres = ~controle.correspond("telephone", r"\+687[2-57-9][0-9]{5}")
    if autres.any():
        existants = _numeros_etrangers(numeros.filter(pa.array(autres)))
        connus = pc.is_in(numeros, value_set=pa.array(existants, pa.large_string()))
        controle.rejeter(
            autres & ~_masque(connus),
            "Le téléphone doit avoir six chiffres, ou un indicatif et le numéro.",
        )


def _numeros_etrangers(numeros: pa.Array) -> list[str]:
    """Return the few numbers of other countries that can exist, each looked at once."""
    existants = []
    for numero in numeros.unique().to_pylist():
        with suppress(TelephoneInvalide):
            if normaliser(numero) == numero:
                existants.append(numero)
    return existants


def _controler_compte(controle: Controle) -> None:
    ribs = _ribs(controle)
    ibans = pc.utf8_upper(compacter(controle.colonnes["iban"]))
    avec_rib = Colonne.de(ribs).longueurs > 0
    avec_iban = Colonne.de(ibans).longueurs > 0
    ribs_bons = ribs_justes(ribs)
    controle.rejeter(avec_rib & ~ribs_bons, "Le RIB est mal formé, ou sa clé est fausse.")
    deux = avec_rib & avec_iban
    if deux.any():
        suites = pc.utf8_slice_codeunits(ibans, 4)
        controle.rejeter(
            deux & _masque(pc.not_equal(suites, ribs)),
            "L’IBAN et le RIB ne désignent pas le même compte.",
        )
    if avec_iban.any():
        controle.rejeter(avec_iban & ~ibans_justes(ibans), "L’IBAN ou sa clé est faux.")
    a_faire = avec_rib & ~avec_iban & ribs_bons
    if a_faire.any():
        ibans = pc.replace_with_mask(
            ibans, pa.array(a_faire), iban_de_rib(ribs.filter(pa.array(a_faire)))
        )
    controle.colonnes["iban"] = ibans
    controle.colonnes["bic"] = pc.utf8_upper(compacter(controle.colonnes["bic"]))
    controle.rejeter(
        ~controle.correspond("bic", "[A-Z]{6}[A-Z0-9]{2}(?:[A-Z0-9]{3})?"),
        "Le BIC doit avoir 8 ou 11 caractères, comme BCADNCNN.",
    )


def _ribs(controle: Controle) -> pa.Array:
    """Return the 23 characters of each RIB, whole or in four columns; zeros lost are put back."""
    entiers = pc.utf8_upper(compacter(controle.colonnes["rib"]))
    if not any(nom in controle.presentes for nom, _ in PARTIES):
        return entiers
    manquants = Colonne.de(entiers).longueurs == 0
    donnes = np.logical_or.reduce([~controle.est_vide(nom) for nom, _ in PARTIES])
    parties = [
        pc.utf8_lpad(pc.utf8_upper(compacter(controle.colonnes[nom])), longueur, "0")
        for nom, longueur in PARTIES
    ]
    assembles = pc.binary_join_element_wise(*parties, pa.scalar("", pa.large_string()))
    return pc.if_else(pa.array(manquants & donnes), assembles, entiers)
