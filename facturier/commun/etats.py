"""State machines as tables, walked by one function (conception.md, decision 6).

A model declares `TRANSITIONS`; its acts are methods that call `franchir`. The condition sits in
the UPDATE itself: of two sessions that act at once, the second changes no row and is told.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Case, F, Value, When
from django.utils import timezone

from facturier.commun.insertion import inserer_depuis


@dataclass(frozen=True, slots=True)
class Transition:
    """One act of a state machine: where it may start, where it leads, whose role it takes.

    `arrivee` is None for an act that comes back to the state that suspended the object: the
    caller then names it.
    """

    departs: frozenset[str]
    arrivee: str | None
    roles: frozenset[str]


def transition(departs: Iterable[str], arrivee: str | None, *roles: str) -> Transition:
    """Build a `Transition` from plain values; `departs` may not be empty."""
    return Transition(frozenset(departs), arrivee, frozenset(roles))


class TransitionInterdite(ValidationError):
    """The object is not, or no longer, in a state from which the act is possible."""


class ActeInterdit(PermissionDenied):
    """The person does not hold a role that the act asks for."""


class Acteur(Protocol):
    """Who carries out an act."""

    pk: Any

    def a_role(self, *roles: str) -> bool:
        """Tell whether one of `roles` is held."""


def _exiger_role(regle: Transition, par: Acteur) -> None:
    if not par.a_role(*regle.roles):
        raise ActeInterdit("Votre rôle ne permet pas cet acte.")


def exiger(objet: Any, acte: str, *, par: Acteur) -> None:
    """Check that `acte` is possible, before the rows that `franchir` will need are written.

    Raises:
        TransitionInterdite: the state does not allow the act.
        ActeInterdit: `par` lacks the role.
    """
    regle: Transition = objet.TRANSITIONS[acte]
    _exiger_role(regle, par)
    if objet.etat not in regle.departs:
        raise _transition_interdite(objet)


def _transition_interdite(objet: Any) -> TransitionInterdite:
    return TransitionInterdite(
        f"Cet acte est impossible : l’état est « {objet.get_etat_display()} » "
        "ou vient de changer. Rechargez la page."
    )


@transaction.atomic
def franchir(
    objet: Any,
    acte: str,
    *,
    par: Acteur,
    motif: str = "",
    vers: str | None = None,
    **champs: Any,
) -> None:
    """Carry `objet` through `acte`, set `champs` in the same UPDATE, record who did it.

    Args:
        objet: instance of a model with `TRANSITIONS`, a field `etat` and a relation `passages`.
        acte: key of `TRANSITIONS`.
        par: who acts; must hold one of the roles of the transition.
        motif: reason, kept in the passage.
        vers: state reached, only for a transition whose `arrivee` is None.
        champs: other fields written by the same UPDATE.

    Raises:
        TransitionInterdite: the state does not allow the act, or someone else acted first.
        ActeInterdit: `par` lacks the role.
    """
    regle: Transition = objet.TRANSITIONS[acte]
    _exiger_role(regle, par)
    depart, arrivee = objet.etat, regle.arrivee or vers
    if depart not in regle.departs:
        raise _transition_interdite(objet)
    if arrivee is None:
        raise ValueError(f"l’acte {acte} demande l’état d’arrivée")
    lignes = type(objet)._base_manager.filter(pk=objet.pk, etat=depart)
    if lignes.update(etat=arrivee, **champs) == 0:
        raise _transition_interdite(objet)
    objet.passages.create(acte=acte, depart=depart, arrivee=arrivee, par_id=par.pk, motif=motif)
    for champ, valeur in {"etat": arrivee, **champs}.items():
        setattr(objet, champ, valeur)


@transaction.atomic
def franchir_lot(
    modele: type[models.Model],
    lot: "Iterable[int] | models.QuerySet[Any, Any]",
    acte: str,
    *,
    par: Acteur,
    motifs: Mapping[int, str] | None = None,
    le: datetime | None = None,
    **champs: Any,
) -> set[int]:
    """Carry many rows of `modele` through `acte`: two statements, whatever their number.

    Args:
        lot: their keys, or a queryset of the rows or of their keys: the database keeps them.
        motifs: the reason by key.
        le: when the act took effect, where it is carried out later; by default now.

    Rows that are not in a state of departure are left alone.

    Returns:
        The keys of the rows that changed.

    Raises:
        TransitionInterdite: another session brought a row of the lot to a state of departure.
        ActeInterdit: `par` lacks the role.
    """
    regle: Transition = modele.TRANSITIONS[acte]  # type: ignore[attr-defined]
    _exiger_role(regle, par)
    if regle.arrivee is None:
        raise ValueError(f"l’acte {acte} ne se fait pas en lot")
    cles = lot if isinstance(lot, models.QuerySet) else list(lot)
    partants = modele._base_manager.filter(pk__in=cles, etat__in=regle.departs).order_by("pk")
    relation: Any = modele._meta.get_field("passages")
    changees = inserer_depuis(
        relation.related_model,
        partants.select_for_update(of=("self",)),
        rendre=relation.field.name,
        **{relation.field.name: F("pk")},
        acte=acte,
        depart=F("etat"),
        arrivee=regle.arrivee,
        par=par.pk,
        le=le or timezone.now(),
        motif=_motif(motifs or {}),
    )
    if partants.order_by().update(etat=regle.arrivee, **champs) != len(changees):
        raise TransitionInterdite("Un autre acte vient de passer sur ce lot : recommencez.")
    return set(changees)


def _motif(motifs: Mapping[int, str]) -> Any:
    """Return the expression of the reason of each row; equal reasons are said once."""
    par_motif: dict[str, list[int]] = {}
    for cle, motif in motifs.items():
        par_motif.setdefault(motif, []).append(cle)
    cas = [When(pk__in=cles, then=Value(motif)) for motif, cles in par_motif.items()]
    return Case(*cas, default=Value("")) if cas else ""
