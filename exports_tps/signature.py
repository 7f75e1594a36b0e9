"""The ordonnateur signs a bordereau: its pièces become executory (PJ art. 4-1).

The signed fragment is kept in the store of documents, under its digest; a flux copies its bytes.
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from cryptography import x509
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from exports_tps.cles import signataire
from exports_tps.enregistrements import pieces_pes, refus_du_format, tete_pes
from exports_tps.etapes import exiger_pouvoir
from exports_tps.horloge import exiger_apres, pret_le
from exports_tps.limites import dire_trop_lourd, taille_maximale
from exports_tps.models import Delegation, SignatureBordereau, qualite
from exports_tps.pes.bordereau import Fragment
from exports_tps.pes.bordereau import signer_bordereau as signer_fragment
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.signataire import Signataire
from exports_tps.pes.signature import Signature
from exports_tps.prealable import CORRIGER, Examen, examiner
from exports_tps.presentables import verrouiller
from facturier.acces.models import Utilisateur
from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.commun.etats import TransitionInterdite, franchir, franchir_lot
from facturier.grand_livre.models import Bordereau, Piece, SensPiece
from facturier.grand_livre.suite import figer_precedents
from facturier.suivi.avancement import constater_signature

QUALITE = 200  # characters of a claimed role
SANS_LIMITE = sys.maxsize  # the size of a fragment follows from what it lists


@transaction.atomic
def signer_bordereau(
    bordereau: Bordereau,
    *,
    par: Utilisateur,
    signee_le: datetime | None = None,
    empreinte_lue: str = "",
) -> Bordereau:
    """Sign `bordereau` and carry its pièces, and the invoices of its mandats, along.

    Args:
        signee_le: signing time (aware), by default now.
        empreinte_lue: digest of what `par` was shown; what is signed must be just that.

    Raises:
        ActeInterdit: `par` is not ordonnateur, liquidated an invoice of the bordereau, or his
            délégation does not reach it.
        TransitionInterdite: the bordereau is signed already, or a visa is missing.
        ValidationError: a check before signing fails, each message names a pièce and what to do;
            or the clock was set back.
    """
    verrouille = verrouiller(bordereau)
    pouvoir = exiger_pouvoir(verrouille, par)
    figer_precedents(verrouille)
    moment = (signee_le or timezone.now()).replace(microsecond=0)
    exiger_apres(moment, pret_le(verrouille), f"le bordereau {verrouille.reference} a été préparé")
    signature = Signature(
        signataire=ouvrir_cle(), signee_le=moment, role=qualite(par, pouvoir)[:QUALITE]
    )
    with place_exigee(verrouille):
        fragment = _ranger_fragment(verrouille, signature, empreinte_lue)
    conclure(
        verrouille,
        par=par,
        pouvoir=pouvoir,
        fragment=fragment,
        moment=moment,
        certificat=signature.signataire.certificat,
    )
    bordereau.refresh_from_db()
    return bordereau


@contextmanager
def place_exigee(bordereau: Bordereau) -> Iterator[None]:
    """Say in French that a signature could not be written.

    Raises:
        ValidationError: the disk is full, or refuses; nothing is signed.
    """
    try:
        yield
    except OSError as erreur:
        raise ValidationError(
            f"{bordereau} n’est pas signé, il n’a pas pu être écrit : {cause(erreur)}. Faites "
            "libérer de la place, puis signez de nouveau."
        ) from erreur


def ouvrir_cle() -> Signataire:
    """Open the key that signs.

    Raises:
        ValidationError: a token forgotten, a wrong password: said on the page.
    """
    try:
        return signataire()
    except ErreurPES as erreur:
        raise ValidationError(str(erreur)) from erreur


def conclure(
    bordereau: Bordereau,
    *,
    par: Utilisateur,
    pouvoir: Delegation | None,
    fragment: Fragment,
    moment: datetime,
    certificat: x509.Certificate,
    mode: str = SignatureBordereau.Mode.SERVEUR,
) -> None:
    """Record who signed and by which power, then carry the bordereau and its pièces along.

    Raises:
        ValidationError: once signed it is larger than a flux, and it never splits.
    """
    if fragment.taille > (maximum := taille_maximale(moment)):
        raise ValidationError(
            f"{bordereau} ferait, une fois signé, {dire_trop_lourd(fragment.taille, maximum)} : "
            "retirez-en des pièces, à mettre sur un autre bordereau."
        )
    SignatureBordereau.objects.create(
        bordereau=bordereau,
        par=par,
        delegation=pouvoir,
        jour=timezone.localdate(moment),
        empreinte=fragment.empreinte,
        mode=mode,
    )
    franchir(
        bordereau,
        "signer",
        par=par,
        motif=qualite(par, pouvoir) if pouvoir else "",
        signe_le=moment,
        signataire=certificat.subject.rfc4514_string()[:200],
        empreinte_signee=fragment.sha256,
    )
    _signer_pieces(bordereau, par)


def _ranger_fragment(bordereau: Bordereau, signature: Signature, empreinte_lue: str) -> Fragment:
    """Stream the signed fragment to the store; nothing of it is kept in memory.

    What is checked before signing is what is written: each pièce is read once for both.
    """
    examen = Examen(bordereau)
    with tempfile.TemporaryFile() as sortie:
        tete = tete_pes(bordereau)
        controle = examen.controler_format(tete)
        try:
            fragment = signer_fragment(
                sortie=sortie,
                bordereau=tete,
                pieces=controle.suivre(pieces_pes(bordereau, montrer=examen.examiner)),
                signature=signature,
            )
        except ErreurPES as erreur:
            examiner(bordereau).exiger()
            raise ValidationError(list(_expliquer(bordereau)) or [str(erreur)]) from erreur
        examen.exiger()
        if empreinte_lue not in ("", fragment.empreinte):
            raise ValidationError(
                f"{bordereau} a changé depuis que vous l’avez lu : relisez-le, puis signez."
            )
        sortie.seek(0)
        fichiers.ranger(sortie, racine=settings.DOCUMENTS_RACINE, taille_maximale=SANS_LIMITE)
    return fragment


def _expliquer(bordereau: Bordereau) -> Iterator[str]:
    """Name the pièces that the format refuses."""
    genre = "Mandat" if bordereau.sens == SensPiece.DEPENSE else "Titre"
    for numero, raison in refus_du_format(bordereau):
        yield f"{genre} {numero} : {raison} {CORRIGER}"


def _signer_pieces(bordereau: Bordereau, par: Utilisateur) -> None:
    pieces = bordereau.pieces.all()
    if len(franchir_lot(Piece, pieces, "signer", par=par)) != pieces.count():
        raise TransitionInterdite(
            "Une pièce du bordereau n’est plus « Émise » : rechargez la page et retirez-la."
        )
    if bordereau.sens == SensPiece.DEPENSE:
        constater_signature(pieces.values("pk"), par=par)
