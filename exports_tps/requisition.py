"""Réquisition: the ordonnateur orders in writing that a suspended mandat be paid.

Décret 2012-1246, art. 38: recorded with its act, it keeps the comptable from suspending again.
"""

from datetime import date
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exports_tps.models import Requisition
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers, types_contenu
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.documents import raccourcir
from facturier.grand_livre.models import EtatPiece, Piece, SensPiece


@transaction.atomic
def requerir(
    mandat: Piece,
    *,
    acte: str,
    date_acte: date,
    motif: str,
    document: BinaryIO,
    nom: str,
    par: Utilisateur,
) -> Requisition:
    """Record the réquisition of a mandat that the comptable suspended.

    Raises:
        ActeInterdit: `par` is not the ordonnateur.
        TransitionInterdite: the mandat is not suspended, or requisitioned already.
        ValidationError: an act, a reason or a past date is missing.
        facturier.commun.fichiers.FichierRefuse: the document is empty, too large, or no PDF.
    """
    if not par.a_role(Role.ORDONNATEUR):
        raise ActeInterdit("Seul l’ordonnateur requiert le comptable de payer.")
    verrouille = Piece.objects.select_for_update(of=("self",)).get(pk=mandat.pk)
    if verrouille.sens != SensPiece.DEPENSE or verrouille.etat != EtatPiece.SUSPENDUE:
        raise TransitionInterdite(
            f"{verrouille} est « {verrouille.get_etat_display()} » : seul un mandat suspendu par "
            "le comptable se requiert."
        )
    if Requisition.objects.filter(mandat=verrouille).exists():
        raise TransitionInterdite("Ce mandat est déjà requis.")
    if not acte.strip() or not motif.strip():
        raise ValidationError("Donnez le numéro de l’acte et son motif.")
    if date_acte > timezone.localdate():
        raise ValidationError("La date de l’acte est dans l’avenir.")
    range_ = fichiers.ranger(
        document,
        racine=settings.DOCUMENTS_RACINE,
        taille_maximale=settings.TAILLE_MAXIMALE_DEPOT,
        types_acceptes=(types_contenu.PDF,),
    )
    return Requisition.objects.create(
        mandat=verrouille,
        acte=acte.strip(),
        date_acte=date_acte,
        motif=motif.strip(),
        sha256=range_.sha256,
        taille=range_.taille,
        type_mime=range_.type_mime,
        nom=raccourcir(nom),
        requise_par=par,
    )


def requisition_de(mandat: Piece) -> Requisition | None:
    """Return the réquisition of a mandat, if any."""
    return Requisition.objects.filter(mandat=mandat).select_related("requise_par").first()
