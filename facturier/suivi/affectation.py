"""Who of a desk works on an invoice: take it, give it back, entrust it to somebody.

It tells colleagues, and forbids nothing: the states decide who may act. An invoice that changes
desk belongs to nobody again.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.suivi.actes_gestion import actes_possibles, est_a_mandater
from facturier.suivi.models import Facture
from facturier.suivi.passages import tracer


@transaction.atomic
def prendre(facture: Facture, *, par: Utilisateur) -> None:
    """Take an invoice that nobody holds.

    Raises:
        ActeInterdit: `par` has nothing to do on it.
        ValidationError: somebody took it first, or it moved on meanwhile.
    """
    _exiger_la_main(facture, par)
    libres = Facture.objects.filter(pk=facture.pk, etat=facture.etat, affectee_a__isnull=True)
    if not libres.update(affectee_a=par):
        raise _occupee(facture)
    _noter(facture, par, "prendre", "", par)


@transaction.atomic
def rendre(facture: Facture, *, par: Utilisateur) -> None:
    """Give back to the list an invoice that `par` holds.

    Raises:
        ValidationError: `par` does not hold it.
    """
    if not Facture.objects.filter(pk=facture.pk, affectee_a=par).update(affectee_a=None):
        raise ValidationError(f"La facture {facture.numero} n’est pas à vous : rien à rendre.")
    _noter(facture, None, "rendre", "", par)


@transaction.atomic
def confier(facture: Facture, *, a: Utilisateur, par: Utilisateur, motif: str = "") -> None:
    """Entrust an invoice to a colleague, whoever holds it; the trace says from whom to whom.

    Raises:
        ActeInterdit: `par` has nothing to do on it.
        ValidationError: `a` has nothing to do on it, holds it already, or it moved on meanwhile.
    """
    _exiger_la_main(facture, par)
    if not a_la_main(facture, a):
        raise ValidationError(f"{a.nom_complet} ne peut rien faire sur cette facture à ce stade.")
    verrouillee = Facture.objects.select_for_update(of=("self",)).select_related("affectee_a")
    actuelle = verrouillee.get(pk=facture.pk)
    if actuelle.etat != facture.etat:
        raise _occupee(facture)
    if actuelle.affectee_a == a:
        raise ValidationError(f"La facture {facture.numero} est déjà à {a.nom_complet}.")
    Facture.objects.filter(pk=facture.pk).update(affectee_a=a)
    depuis = actuelle.affectee_a or "la liste"
    suite = f" : {motif.strip()}" if motif.strip() else ""
    _noter(facture, a, "confier", f"de {depuis} à {a}{suite}", par)


def a_la_main(facture: Facture, utilisateur: Utilisateur) -> bool:
    """Tell whether `utilisateur` has an act to carry out on the invoice in its state."""
    return bool(actes_possibles(facture, utilisateur)) or est_a_mandater(facture, utilisateur)


def collegues(utilisateur: Utilisateur) -> QuerySet[Utilisateur]:
    """Return those to whom `utilisateur` may entrust an invoice, himself included, by name.

    They are those of his desk: the agents for an agent, his service for somebody of a service.
    """
    bureau = Q()
    if utilisateur.a_role(Role.AGENT):
        bureau |= Q(attributions__role=Role.AGENT)
    if utilisateur.a_role(Role.SERVICE) and utilisateur.service_id is not None:
        bureau |= Q(attributions__role=Role.SERVICE, service=utilisateur.service_id)
    actifs = Utilisateur.objects.filter(is_active=True, est_systeme=False)
    if not bureau:
        return actifs.none()
    return actifs.filter(bureau).distinct().order_by("nom", "prenom")


def _exiger_la_main(facture: Facture, utilisateur: Utilisateur) -> None:
    if not a_la_main(facture, utilisateur):
        raise ActeInterdit("Vous n’avez rien à faire sur cette facture à ce stade.")


def _occupee(facture: Facture) -> ValidationError:
    actuelle = Facture.objects.select_related("affectee_a").get(pk=facture.pk)
    if actuelle.affectee_a is not None:
        return ValidationError(
            f"La facture {facture.numero} vient d’être prise par {actuelle.affectee_a} : "
            "demandez-lui, ou faites-vous la confier."
        )
    return TransitionInterdite("L’état de la facture vient de changer. Rechargez la page.")


def _noter(
    facture: Facture, tenant: Utilisateur | None, acte: str, motif: str, par: Utilisateur
) -> None:
    facture.affectee_a = tenant
    tracer([facture], acte, motif, par)
