"""Signed elsewhere (a parapheur, the token of the ordonnateur), then given back.

`flux.ecrire_flux(est_a_signer=True)` writes what is handed over. What comes back must be that file
and nothing else, with signatures that hold: by bordereau, or one for the whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from exports_tps.pes.bordereau import Fragment
from exports_tps.pes.canonique import Canoniseur, Omise, empreinte
from exports_tps.pes.controle import Controle, apres_balise, ouvrir
from exports_tps.pes.formes import ENCODAGE
from exports_tps.pes.messages import Anomalie, ErreurPES
from exports_tps.pes.suivi import BordereauLu
from exports_tps.pes.verification import Confiance, Lue

_MORCEAU: Final = 1 << 18
_CITEES: Final = 20


class RetourRefuse(ErreurPES):
    """What was given back cannot be taken; `anomalies` says where, when the file was read."""

    def __init__(self, message: str, anomalies: tuple[Anomalie, ...] = ()) -> None:
        super().__init__(message)
        self.anomalies = anomalies


@dataclass(frozen=True, slots=True)
class Rendu:
    """A file given back signed: its signatures, and its bordereaux in their order.

    `est_signe_en_entier`: one signature covers the file, which is then to be sent as it is.
    """

    signatures: tuple[Lue, ...]
    bordereaux: tuple[BordereauLu, ...]
    est_signe_en_entier: bool
    encodage: str


def reprendre(
    remis: Path | BinaryIO,
    rendu: Path | BinaryIO,
    *,
    confiance: Confiance,
    schemas: Path | None = None,
) -> Rendu:
    """Verify that `rendu` is `remis`, signed: nothing else was added, changed or taken away.

    `confiance` tells authorities, who may sign and between which moments. Flat memory.

    Raises RetourRefuse: another file, a signature missing or that does not hold, a certificate
    that is unknown, out of date or of another person, a moment that cannot be.
    """
    with ouvrir(rendu) as flux, ouvrir(remis) as origine:
        controle = Controle(flux, schemas, confiance)
        bloquantes = [a for a in controle.anomalies() if a.est_bloquante][:_CITEES]
        if bloquantes:
            raise RetourRefuse(f"Fichier rendu refusé : {bloquantes[0]}", tuple(bloquantes))
        if not controle.signatures:
            raise RetourRefuse("Le fichier rendu ne porte aucune signature.")
        attendue = empreinte(_octets(origine), ENCODAGE, {}, omise=Omise.AUCUNE)
        trouvee = empreinte(_octets(flux), controle.encodage, {}, omise=Omise.TOUTES)
        if attendue != trouvee:
            raise RetourRefuse(
                "Le fichier rendu n’est pas celui qui a été remis à signer : son contenu a changé, "
                "ou c’est un autre fichier. Signer de nouveau le fichier remis, sans l’ouvrir ni "
                "l’enregistrer avec un autre logiciel."
            )
        return Rendu(
            tuple(controle.signatures),
            tuple(controle.bordereaux),
            controle.est_signe_en_entier,
            controle.encodage,
        )


def _octets(flux: BinaryIO, debut: int = 0, fin: int | None = None) -> Iterator[bytes]:
    flux.seek(debut)
    reste = fin - debut if fin is not None else -1
    while reste and (morceau := flux.read(min(_MORCEAU, reste) if reste > 0 else _MORCEAU)):
        yield morceau
        reste -= len(morceau) if reste > 0 else 0


def recopier_fragment(
    rendu: Path | BinaryIO, lu: Rendu, bordereau: BordereauLu, *, sortie: BinaryIO
) -> Fragment:
    """Write a bordereau signed by itself as a fragment that any flux may hold; see `flux`.

    Its canonical form is written, so that its signature no longer depends on the file around it.
    Raises ErreurPES for a bordereau that only the signature of the whole file covers.
    """
    if bordereau.scelle is None:
        raise ErreurPES("Ce bordereau n’a pas de signature à lui : le fichier part tel quel.")
    condensat, taille = hashlib.sha256(), 0

    def prendre(octets: bytes) -> None:
        nonlocal taille
        condensat.update(octets)
        taille += sortie.write(octets)

    canoniseur = Canoniseur(
        lu.encodage, bordereau.scelle.espaces, prendre=prendre, omise=Omise.AUCUNE
    )
    with ouvrir(rendu) as flux:
        canoniseur.lire(_octets(flux, bordereau.debut, apres_balise(flux, bordereau.fin)))
    return Fragment(bordereau.identifiant, True, taille, condensat.hexdigest())
