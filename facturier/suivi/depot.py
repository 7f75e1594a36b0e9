"""Deposit of an invoice or an avoir: the act that starts the délai de mandatement.

What is wrong with it is told by `controles`, before it leaves the supplier's hands.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.fichiers import FichierRefuse, magasin_d_essai
from facturier.suivi.brouillon import commencer, exiger_droit, joindre, remplir
from facturier.suivi.controles import Anomalie, controler, doublons, ecarts_d_avoir
from facturier.suivi.models import Facture, PrevisionPaiement, TypeAvis
from facturier.suivi.notifications import prevenir
from facturier.suivi.prete import Point, verifier_avant_depot
from facturier.suivi.prevision import prevoir
from facturier.suivi.rapprochement import exiger_place
from facturier.suivi.saisie import saisie_du_brouillon
from fournisseurs.models import Etablissement

ALPHABET_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the signs that look alike
GROUPES_CODE = 4


class DepotRefuse(ValidationError):
    """The draft cannot be deposited; `anomalies` says why, field by field."""

    def __init__(self, anomalies: list[Anomalie]) -> None:
        super().__init__([anomalie.message for anomalie in anomalies])
        self.anomalies = anomalies


def deposer(facture: Facture, *, par: Utilisateur) -> Facture:
    """Deposit a draft: its date becomes opposable and its data are frozen.

    Raises:
        PermissionDenied: `par` may not deposit for the établissement.
        DepotRefuse: a check failed, or another deposit took its number meanwhile.
        TransitionInterdite: the invoice is deposited already.
    """
    exiger_droit(facture.etablissement, par)
    if facture.est_brouillon:
        bloquantes = [anomalie for anomalie in controler(facture) if anomalie.est_bloquante]
        if bloquantes:
            raise DepotRefuse(bloquantes)
    try:
        with transaction.atomic():
            _exiger_place(facture)
            franchir(
                facture,
                "deposer",
                par=par,
                deposee_le=timezone.now(),
                deposee_par=par,
                code_verification=tirer_code(),
            )
            prevoir([facture.pk], PrevisionPaiement.Jalon.DEPOT)
            prevenir(facture, TypeAvis.DEPOT)
    except IntegrityError as erreur:
        facture.refresh_from_db()
        ecarts = ecarts_d_avoir(facture) if facture.est_avoir else []
        if trouvees := [*doublons(facture), *ecarts]:
            raise DepotRefuse(trouvees) from erreur
        raise
    return facture


def _exiger_place(facture: Facture) -> None:
    """Hold the order while the invoice joins it: two deposits at once do not pass it together."""
    if facture.bon_commande is None or facture.montant_ttc is None or facture.est_avoir:
        return
    try:
        exiger_place(facture.bon_commande, facture.montant_ttc)
    except ValidationError as refus:
        raise DepotRefuse([Anomalie("bon_commande", m) for m in refus.messages]) from refus


@dataclass(frozen=True, slots=True)
class PieceFournie:
    """A supporting document as it comes: name, content, kind (`PieceJustificative.Genre`)."""

    nom: str
    flux: BinaryIO
    genre: str

    def joindre_a(self, facture: Facture, *, par: Utilisateur, racine: Path | None = None) -> None:
        """Add it to an invoice. Raises what `joindre` raises, the file named in the message."""
        try:
            joindre(facture, self.flux, nom=self.nom, genre=self.genre, par=par, racine=racine)
        except FichierRefuse as refus:
            raise FichierRefuse(f"{self.nom} : {refus}") from None


def deposer_fichier(
    flux: BinaryIO,
    *,
    nom: str,
    etablissement: Etablissement,
    par: Utilisateur,
    complements: Mapping[str, Any],
    suites: Sequence[tuple[str, BinaryIO]] = (),
    pieces: Iterable[PieceFournie] = (),
) -> tuple[Facture, list[Anomalie]]:
    """Deposit an invoice in one go, all or nothing; return it with what deserves attention.

    Args:
        complements: fields of `Saisie` that prevail over what is read in the file.
        suites: photos of the next pages, when the file is the photo of the first.
        pieces: supporting documents, deposited with it.

    Raises what `commencer`, `joindre` and `deposer` raise; a refused file leaves no draft.
    """
    with transaction.atomic():
        facture = _preparer(flux, nom, etablissement, par, complements, suites, pieces)
        alertes = [anomalie for anomalie in controler(facture) if not anomalie.est_bloquante]
        return deposer(facture, par=par), alertes


def verifier_fichier(
    flux: BinaryIO,
    *,
    nom: str,
    etablissement: Etablissement,
    par: Utilisateur,
    complements: Mapping[str, Any],
    suites: Sequence[tuple[str, BinaryIO]] = (),
    pieces: Iterable[PieceFournie] = (),
) -> list[Point]:
    """Say what the comptable would check in an invoice, without depositing it: nothing is left.

    Takes the same as `deposer_fichier`, and raises what `commencer` and `joindre` raise.
    """
    with transaction.atomic(), magasin_d_essai() as racine:
        facture = _preparer(flux, nom, etablissement, par, complements, suites, pieces, racine)
        points = verifier_avant_depot(facture)
        transaction.set_rollback(True)
    return points


def _preparer(
    flux: BinaryIO,
    nom: str,
    etablissement: Etablissement,
    par: Utilisateur,
    complements: Mapping[str, Any],
    suites: Sequence[tuple[str, BinaryIO]],
    pieces: Iterable[PieceFournie],
    racine: Path | None = None,
) -> Facture:
    """Open a draft on the file, complete it and join its documents."""
    facture = commencer(
        flux, nom=nom, etablissement=etablissement, par=par, suites=suites, racine=racine
    )
    saisie = replace(saisie_du_brouillon(facture), **complements)
    remplir(facture, saisie, par=par)
    for piece in pieces:
        piece.joindre_a(facture, par=par, racine=racine)
    return facture


def tirer_code() -> str:
    """Draw a verification code, `ABCD-EFGH-JKLM-NPQR`."""
    return "-".join(
        "".join(secrets.choice(ALPHABET_CODE) for _ in range(4)) for _ in range(GROUPES_CODE)
    )
