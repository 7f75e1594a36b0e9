"""What was refused, told by the journal of bank data: a decision, a document, a page of another.

A refusal undoes the transaction of its act: it is recorded once that is over.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, ParamSpec, TypeVar

from django.db import models
from django.http import Http404

from facturier.acces.models import Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from fournisseurs.depots import PreuveRefusee
from fournisseurs.journal import consigner
from fournisseurs.models import (
    ActeJournal,
    DemandeEtablissement,
    DemandeModification,
    Fournisseur,
    Justificatif,
)

P = ParamSpec("P")
R = TypeVar("R")
Objet = TypeVar("Objet", bound=models.Model)


def journaliser_documents(acte: Callable[P, R]) -> Callable[P, R]:
    """Record the document for which an act is refused: another type, a virus. The refusal stands.

    Decorate the act outside of its transaction.
    """

    @wraps(acte)
    def faire(*args: P.args, **options: P.kwargs) -> R:
        try:
            return acte(*args, **options)
        except Exception as refus:
            cause = refus if isinstance(refus, PreuveRefusee) else refus.__cause__
            if isinstance(cause, PreuveRefusee):
                consigner(
                    ActeJournal.JUSTIFICATIF_REFUSE,
                    par=cause.depose_par,
                    fournisseur=cause.fournisseur,
                    motif=f"{cause.designation} : {cause}",
                )
            raise

    return faire


def journaliser_decisions(acte: Callable[..., R]) -> Callable[..., R]:
    """Record the decision on bank data that came too late, or from who may not take it.

    Decorate the act `(demande, *, par, …)` outside of its transaction; the refusal stands.
    """

    @wraps(acte)
    def faire(
        demande: DemandeEtablissement | DemandeModification, *, par: Utilisateur, **options: Any
    ) -> R:
        try:
            return acte(demande, par=par, **options)
        except (TransitionInterdite, ActeInterdit) as refus:
            if isinstance(demande, DemandeEtablissement) or demande.est_sensible:
                consigner(
                    ActeJournal.DECISION_REFUSEE,
                    par=par,
                    fournisseur=_fournisseur(demande),
                    sur=demande,
                    motif=f"{acte.__name__} : {' '.join(getattr(refus, 'messages', [str(refus)]))}",
                )
            raise

    return faire


def trouver_visible(visibles: "models.QuerySet[Objet]", *, par: Utilisateur, **cles: Any) -> Objet:
    """Return the one of `visibles`, which `par` may see, that `cles` designate.

    What exists for others only is recorded: its address was guessed, or kept after leaving.

    Raises:
        Http404: there is none, or it is somebody else's; the answer is the same.
    """
    objet = visibles.filter(**cles).distinct().first()
    if objet is not None:
        return objet
    cache = visibles.model._default_manager.filter(**cles).first()
    if cache is not None:
        consigner(ActeJournal.ACCES_REFUSE, par=par, fournisseur=_fournisseur(cache), sur=cache)
    raise Http404("Cette adresse ne désigne rien que vous puissiez voir.")


def _fournisseur(objet: models.Model) -> Fournisseur | None:
    """Return the supplier whose data an object holds, when it is known."""
    if isinstance(objet, Fournisseur):
        return objet
    if isinstance(objet, DemandeEtablissement):
        return objet.etablissement.fournisseur if objet.etablissement else None
    if isinstance(objet, Justificatif) and objet.fournisseur is None:
        porteur = objet.modification or objet.demande
        return _fournisseur(porteur) if porteur else None
    trouve: Fournisseur | None = getattr(objet, "fournisseur", None)
    return trouve
