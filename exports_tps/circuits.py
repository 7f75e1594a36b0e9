"""Circuits of the parapheur: which visas are needed, by side, direction and amount."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from exports_tps.models import Circuit, EtapeCircuit, Presentable
from exports_tps.presentables import parts_de
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite


@dataclass(frozen=True, slots=True)
class Etape:
    """One visa to ask for: its name, the role that gives it, and of whom, if of one person."""

    libelle: str
    role: str
    titulaire: Utilisateur | None = None


@transaction.atomic
def ouvrir_circuit(
    *,
    libelle: str,
    sens: str,
    direction: str,
    montant_minimum: int,
    signataire: Utilisateur | None,
    etapes: Sequence[Etape],
    debut: date,
    par: Utilisateur,
) -> Circuit:
    """Record a circuit, in force from `debut`.

    Args:
        direction: the direction it is for; empty, all of them.
        montant_minimum: whole francs TTC of a bordereau from which it applies.
        signataire: who signs at its end; without one, any ordonnateur.

    Raises:
        ActeInterdit: `par` is not an administrator.
        ValidationError: another one is open for the same, or a person lacks the role of his step.
    """
    if not par.a_role(Role.ADMINISTRATEUR):
        raise ActeInterdit("Seul un administrateur règle les circuits.")
    if signataire is not None and (raison := sans_role(signataire, Role.ORDONNATEUR)):
        raise ValidationError(raison)
    for etape in etapes:
        if etape.titulaire is not None and (raison := sans_role(etape.titulaire, etape.role)):
            raise ValidationError(raison)
    circuit = Circuit(
        libelle=libelle,
        sens=sens,
        direction=direction,
        montant_minimum=montant_minimum,
        signataire=signataire,
        debut=debut,
        cree_par=par,
    )
    circuit.full_clean()
    circuit.save(force_insert=True)
    EtapeCircuit.objects.bulk_create(
        EtapeCircuit(
            circuit=circuit,
            rang=rang,
            libelle=etape.libelle,
            role=etape.role,
            titulaire=etape.titulaire,
        )
        for rang, etape in enumerate(etapes, start=1)
    )
    return circuit


def sans_role(personne: Utilisateur, role: str) -> str:
    """Say that `personne` lacks the role of a step; empty when he holds it."""
    return "" if personne.a_role(role) else f"{personne} n’a pas le rôle « {Role(role).label} »."


@transaction.atomic
def clore_circuit(circuit: Circuit, *, par: Utilisateur) -> None:
    """End a circuit: it applies no more to what is presented from today.

    Raises:
        ActeInterdit: `par` is not an administrator.
        TransitionInterdite: it is ended already.
    """
    if not par.a_role(Role.ADMINISTRATEUR):
        raise ActeInterdit("Seul un administrateur règle les circuits.")
    fin = timezone.localdate() - timedelta(days=1)
    if not Circuit.objects.filter(pk=circuit.pk, fin=None).update(fin=fin, clos_par=par):
        raise TransitionInterdite("Ce circuit est déjà clos.")
    circuit.refresh_from_db()


def circuits_en_vigueur(sens: str, jour: date) -> QuerySet[Circuit]:
    """Return the circuits of one side that apply on `jour`."""
    return Circuit.objects.filter(sens=sens, debut__lte=jour).filter(Q(fin=None) | Q(fin__gte=jour))


def passe_par_le_parapheur(sens: str, jour: date) -> bool:
    """Whether bordereaux of one side are presented before they are signed: a circuit exists."""
    return circuits_en_vigueur(sens, jour).exists()


def circuit_de(objet: Presentable, jour: date) -> Circuit | None:
    """Return the circuit of `objet` on `jour`: that of its direction first, then by amount.

    What is of several directions follows a circuit of all directions; a file of both sides, that
    of its dépenses when they have one.
    """
    for part in parts_de(objet):
        connue = part.directions[0] if len(part.directions) == 1 else ""
        circuit = (
            circuits_en_vigueur(part.sens, jour)
            .filter(direction__in=["", connue], montant_minimum__lte=part.montant)
            .select_related("signataire")
            .order_by("-direction", "-montant_minimum")
            .first()
        )
        if circuit is not None:
            return circuit
    return None
