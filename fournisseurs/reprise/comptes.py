"""RIB and IBAN by whole columns. The rules of `facturier.commun.banque`; a test compares both."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from facturier.commun.banque import CoordonneesInvalides, normaliser_iban
from fournisseurs.reprise.octets import (
    ABSENT,
    DANS_UN_IBAN,
    DANS_UN_RIB,
    Colonne,
    Entiers,
    Masque,
    Octets,
    reste_97,
)

RIB = 23  # characters
BANQUE, GUICHET, COMPTE, CLE = slice(0, 5), slice(5, 10), slice(10, 21), slice(21, 23)
PARTIES = (("rib_banque", 5), ("rib_guichet", 5), ("rib_compte", 11), ("rib_cle", 2))
DIX = 10
FR = (15, 27)  # the letters as an IBAN counts them
RIEN = pa.scalar("", pa.large_string())
IBAN = range(15, 35)  # lengths
PAYS_DU_RIB = (b"FR", b"NC")


def ribs_justes(ribs: pa.Array) -> Masque:
    """Tell which texts are a RIB whose key is right: 97 - ((89·b + 15·g + 3·c) mod 97)."""
    longs, octets = Colonne.de(ribs).matrice(RIB)
    justes = np.zeros(len(ribs), np.bool_)
    justes[longs] = _cle_juste(octets)
    return justes


def _cle_juste(octets: Octets) -> Masque:
    brutes = DANS_UN_IBAN[octets]
    chiffres = np.hstack((brutes[:, BANQUE], brutes[:, GUICHET], brutes[:, CLE]))
    forme = (chiffres < DIX).all(axis=1) & (brutes[:, COMPTE] != ABSENT).all(axis=1)
    valeurs = DANS_UN_RIB[octets]
    banque, guichet, compte, cle = (
        _nombre(valeurs[:, partie]) for partie in (BANQUE, GUICHET, COMPTE, CLE)
    )
    justes: Masque = forme & (cle == 97 - (89 * banque + 15 * guichet + 3 * compte) % 97)
    return justes


def _nombre(chiffres: Octets) -> Entiers:
    poids = 10 ** np.arange(chiffres.shape[1] - 1, -1, -1, dtype=np.int64)
    nombres: Entiers = chiffres.astype(np.int64) @ poids
    return nombres


def iban_de_rib(ribs: pa.Array) -> pa.Array:
    """Return the FR IBAN of each RIB, all of 23 characters."""
    _, octets = Colonne.de(ribs).matrice(RIB)
    suite = np.broadcast_to(np.array([*FR, 0, 0], np.uint8), (len(octets), 4))
    cles = 98 - reste_97(np.hstack((DANS_UN_IBAN[octets], suite)))
    textes = pa.array([f"{cle:02d}" for cle in range(99)], pa.large_string())
    return pc.binary_join_element_wise(
        pa.scalar("FR", pa.large_string()), textes.take(pa.array(cles)), ribs, RIEN
    )


def ibans_justes(ibans: pa.Array) -> Masque:
    """Tell which texts are an IBAN with right check digits, and a right RIB key for FR and NC."""
    colonne = Colonne.de(ibans)
    justes = np.zeros(len(ibans), np.bool_)
    for longueur in IBAN:
        longs, octets = colonne.matrice(longueur)
        if len(octets):
            justes[longs] = _iban_juste(octets)
    return justes & ~_etrangers_faux(ibans, justes)


def _iban_juste(octets: Octets) -> Masque:
    valeurs = DANS_UN_IBAN[octets]
    forme = (valeurs[:, :2] >= DIX).all(axis=1) & (valeurs[:, 2:4] < DIX).all(axis=1)
    forme &= (valeurs != ABSENT).all(axis=1)
    controle = reste_97(np.hstack((valeurs[:, 4:], valeurs[:, :4]))) == 1
    du_rib = np.zeros(len(octets), np.bool_)
    for premiere, seconde in PAYS_DU_RIB:
        du_rib |= (octets[:, 0] == premiere) & (octets[:, 1] == seconde)
    suite = octets[:, 4:]
    cle = _cle_juste(suite) if suite.shape[1] == RIB else np.zeros(len(octets), np.bool_)
    juste: Masque = forme & controle & (~du_rib | cle)
    return juste


def _etrangers_faux(ibans: pa.Array, justes: Masque) -> Masque:
    """Tell which IBANs of other countries have not the length and form of their country.

    They are few: each is looked at once, by the rule of a single entry.
    """
    du_rib = pc.or_(pc.starts_with(ibans, "FR"), pc.starts_with(ibans, "NC")).to_numpy(False)
    autres = justes & ~du_rib
    faux = []
    for iban in ibans.filter(pa.array(autres)).unique().to_pylist():
        try:
            normaliser_iban(iban)
        except CoordonneesInvalides:
            faux.append(iban)
    etrangers: Masque = pc.is_in(ibans, value_set=pa.array(faux, pa.large_string())).to_numpy(False)
    return etrangers
