"""PES_ACQUIT_RETOUR: the ordonnateur confirms that it received a Retour (README §8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import BinaryIO, Final

from exports_tps.pes import types
from exports_tps.pes.communs import EnTete, Enveloppe
from exports_tps.pes.declarations import Enregistrement, champ, enregistrement
from exports_tps.pes.ecriture import ecrire
from exports_tps.pes.messages import ErreurPES

ESPACE_ACQUIT_RETOUR: Final = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller/ack"
DOMAINE_DEPENSE: Final = "13"
DOMAINE_RECETTE: Final = "14"


@enregistrement
class EnTeteAcquitRetour(Enregistrement):
    """EnTeteAcquit_Retour."""

    version: int = champ("IdVer", types.numero(2))


@enregistrement
class ElementAcquitRetour(Enregistrement):
    """One Retour received: its NomFic, its TypRestit (01 rejet, 02 périodique, 03 stock)."""

    domaine: str = champ("DomaineAckRetour", types.code(DOMAINE_DEPENSE, DOMAINE_RECETTE))
    nom_fichier: str = champ("NomFichierRetour", types.texte(100))
    type_restitution: str = champ("TypRestit", types.codes(1, 3))
    date_acquit: date = champ("DateAcquit", types.DATE)


def ecrire_acquit_retour(
    *,
    sortie: BinaryIO,
    enveloppe: Enveloppe,
    entete: EnTete,
    elements: Iterable[ElementAcquitRetour],
    version: int = 1,
) -> None:
    """Write a PES_ACQUIT_RETOUR to `sortie`, in ISO-8859-1: one element for each Retour received.

    Raises ErreurPES when there is none, ChampRefuse for a refused value.
    """
    textes = [ecrire("ElementACQUIT_RETOUR", element) for element in elements]
    if not textes:
        raise ErreurPES("Aucun fichier retour à acquitter.")
    lignes = [
        '<?xml version="1.0" encoding="ISO-8859-1"?>',
        f'<ack:PES_ACQUIT_RETOUR xmlns:ack="{ESPACE_ACQUIT_RETOUR}">',
        ecrire("Enveloppe", enveloppe),
        ecrire("EnTetePES", entete),
        "<ACQUIT_RETOUR>",
        ecrire("EnTeteAcquit_Retour", EnTeteAcquitRetour(version=version)),
        *textes,
        "</ACQUIT_RETOUR>",
        "</ack:PES_ACQUIT_RETOUR>",
    ]
    sortie.write("".join(f"{ligne}\n" for ligne in lignes).encode("iso-8859-1"))
