"""Deposit of an invoice or an avoir: the act that starts the délai de mandatement.

What is wrong with it is told by `controles`, before it leaves the supplier's hands.
"""

import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, exiger, franchir_lot
from facturier.commun.fichiers import FichierRefuse, magasin_d_essai
from facturier.suivi.brouillon import abandonner, commencer, exiger_droit, joindre, remplir
from facturier.suivi.controles import Anomalie, controler, doublons, ecarts_d_avoir
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import (
    Avis,
    DepotEnAttente,
    Facture,
    PrevisionPaiement,
    Quarantaine,
    TypeAvis,
)
from facturier.suivi.notifications import prevenir
from facturier.suivi.prete import Point, verifier_avant_depot
from facturier.suivi.prevision import prevoir
from facturier.suivi.rapprochement import exiger_place
from facturier.suivi.saisie import saisie_du_brouillon
from fournisseurs.models import Etablissement

A_L_ANALYSE = (
    "Le fichier est en quarantaine : l’antivirus ne l’a pas lu, ou y a trouvé un virus. Supprimez "
    "ce brouillon et redéposez un fichier sain, ou attendez son analyse."
)
ALPHABET_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the signs that look alike
GROUPES_CODE = 4


class DepotRefuse(ValidationError):
    """The draft cannot be deposited; `anomalies` says why, field by field."""

    def __init__(self, anomalies: list[Anomalie]) -> None:
        super().__init__([anomalie.message for anomalie in anomalies])
        self.anomalies = anomalies


def demander_depot(facture: Facture, *, par: Utilisateur) -> bool:
    """Deposit a draft, or keep the request while its file waits for the antivirus.

    Returns:
        Whether it is deposited; else it will be, as of now, once the file is read (`quarantaine`).

    Raises:
        What `deposer` raises.
    """
    if not _a_l_analyse(facture).filter(est_infecte=False).exists():
        deposer(facture, par=par)
        return True
    _exiger_deposable(facture, par)
    DepotEnAttente.objects.get_or_create(
        facture=facture, defaults={"demande_le": timezone.now(), "demande_par": par}
    )
    return False


@transaction.atomic
def renoncer(facture: Facture, *, par: Utilisateur) -> None:
    """Delete a draft, its deposit asked for or not.

    Raises:
        PermissionDenied, TransitionInterdite: as `brouillon.abandonner`.
    """
    exiger_droit(facture.etablissement, par)
    DepotEnAttente.objects.filter(facture=facture).delete()
    Avis.objects.filter(facture=facture, facture__etat=EtatFacture.BROUILLON).delete()
    abandonner(facture, par=par)


def deposer(facture: Facture, *, par: Utilisateur, le: datetime | None = None) -> Facture:
    """Deposit a draft: its date becomes opposable and its data are frozen.

    Args:
        le: when it was asked for, if its file waited for the antivirus since; by default now.

    Raises:
        PermissionDenied: `par` may not deposit for the établissement.
        DepotRefuse: a check failed, a file is in quarantine, or another deposit took its number
            meanwhile.
        TransitionInterdite: the invoice is deposited already.
    """
    _exiger_deposable(facture, par)
    if _a_l_analyse(facture).exists():
        raise DepotRefuse([Anomalie("fichier", A_L_ANALYSE)])
    moment = le or timezone.now()
    try:
        with transaction.atomic():
            _exiger_place(facture)
            _franchir(facture, par, moment)
            prevoir([facture.pk], PrevisionPaiement.Jalon.DEPOT)
            prevenir(facture, TypeAvis.DEPOT)
    except IntegrityError as erreur:
        facture.refresh_from_db()
        ecarts = ecarts_d_avoir(facture) if facture.est_avoir else []
        if trouvees := [*doublons(facture), *ecarts]:
            raise DepotRefuse(trouvees) from erreur
        raise
    return facture


def _franchir(facture: Facture, par: Utilisateur, moment: datetime) -> None:
    """Carry the draft through its deposit, whose passage bears the moment that is opposable."""
    exiger(facture, "deposer", par=par)
    changees = franchir_lot(
        Facture,
        [facture.pk],
        "deposer",
        par=par,
        le=moment,
        deposee_le=moment,
        deposee_par=par,
        code_verification=tirer_code(),
    )
    if not changees:
        raise TransitionInterdite("Cette facture vient d’être déposée : rechargez la page.")
    facture.refresh_from_db()


def _exiger_deposable(facture: Facture, par: Utilisateur) -> None:
    """Refuse who may not deposit, and a draft that a check blocks."""
    exiger_droit(facture.etablissement, par)
    if not facture.est_brouillon:
        return
    bloquantes = [anomalie for anomalie in controler(facture) if anomalie.est_bloquante]
    if bloquantes:
        raise DepotRefuse(bloquantes)


def _a_l_analyse(facture: Facture) -> QuerySet[Quarantaine]:
    return Quarantaine.objects.filter(document__facture=facture.pk)


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
