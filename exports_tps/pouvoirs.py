"""By which power somebody signs: his own, a délégation up to a ceiling, a suppléance.

The database holds the same by triggers; what is here says in words what is wrong (GBCP, art. 19,
2°: the comptable checks the quality of the ordonnateur).
"""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date
from functools import partial

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from exports_tps.courriels import (
    joignables,
    prevenir_de_la_delegation,
    prevenir_de_la_revocation,
    prevenir_de_la_suppleance,
    prevenir_du_manque,
)
from exports_tps.models import Delegation
from exports_tps.models.parapheur import par_quel_pouvoir
from exports_tps.sans_suppleant import manques, suppleances_entre
from facturier.acces.alertes import courriels_des
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.models import VISEURS

DELEGATION, SUPPLEANCE = Delegation.Nature.DELEGATION, Delegation.Nature.SUPPLEANCE
# Revoked the day it began, and never used, it was given by mistake.
A_PRIS_EFFET = Q(nature=DELEGATION) & (
    Q(revoquee_le=None) | Q(revoquee_le__gt=F("debut")) | Q(signatures__isnull=False)
)

A_ACCORDER = "un administrateur l’accorde d’abord"
A_REVOQUER = "révoquez d’abord ses délégations"


@transaction.atomic
def deleguer(
    *, delegataire: Utilisateur, acte: str, debut: date, fin: date, plafond: int, par: Utilisateur
) -> Delegation:
    """Let `delegataire`, who is told, sign for `par`, up to `plafond` francs TTC a bordereau.

    Raises:
        ActeInterdit: `par` is not ordonnateur, or signs by a délégation himself.
        ValidationError: the person may not sign, gives délégations himself, or the period is over.
    """
    if not par.a_role(Role.ORDONNATEUR) or est_delegataire(par):
        raise ActeInterdit("Seul un ordonnateur qui signe en son nom délègue sa signature.")
    if refus := refus_de_deleguer(delegataire, debut, fin):
        raise ValidationError(refus)
    pouvoir = _enregistrer(
        Delegation(
            nature=DELEGATION,
            delegant=par,
            delegataire=delegataire,
            acte=acte.strip(),
            debut=debut,
            fin=fin,
            plafond=plafond,
            cree_par=par,
        )
    )
    transaction.on_commit(lambda: prevenir_de_la_delegation(pouvoir), robust=True)
    return pouvoir


def refus_de_deleguer(
    delegataire: Utilisateur | None, debut: date | None, fin: date | None
) -> dict[str, str]:
    """Say by field all that is wrong in a délégation; of what is None, nothing is known yet."""
    refus = _refus_des_jours(debut, fin)
    if delegataire is not None and not delegataire.a_role(Role.ORDONNATEUR):
        refus["delegataire"] = f"{delegataire} n’a pas le rôle « Ordonnateur » : {A_ACCORDER}."
    elif delegataire is not None and debut is not None:
        donnees = delegataire.delegations_donnees.filter(A_PRIS_EFFET, fin__gte=debut)
        if donnees.exists():
            refus["delegataire"] = f"{delegataire} délègue sa signature : {A_REVOQUER}."
    return refus


@transaction.atomic
def suppleer(
    *,
    suppleant: Utilisateur,
    debut: date,
    fin: date,
    par: Utilisateur,
    absent: Utilisateur | None = None,
) -> Delegation:
    """Record that somebody is absent, and who stands in: for visas, and to sign where he signs.

    The stand-in is told by mail; so are those whom the absent person leaves without theirs, and the
    administrators, who may name another.

    Args:
        absent: who is, when an administrator says it for somebody who left without saying so.

    Raises:
        ActeInterdit: `par` says it of another, and is no administrator, or names himself.
        ValidationError: the stand-in cannot do what the absent person does, or is away himself on
            some of these days; or the period is over.
    """
    absent = absent or par
    if absent.pk != par.pk:
        if not par.a_role(Role.ADMINISTRATEUR):
            raise ActeInterdit("Seul un administrateur déclare l’absence d’un autre.")
        if suppleant.pk == par.pk:
            raise ActeInterdit("Un administrateur ne se nomme pas lui-même suppléant.")
    if refus := refus_de_suppleer(absent, suppleant, debut, fin):
        raise ValidationError(refus)
    pouvoir = _enregistrer(
        Delegation(
            nature=SUPPLEANCE,
            delegant=absent,
            delegataire=suppleant,
            debut=debut,
            fin=fin,
            cree_par=par,
        )
    )
    transaction.on_commit(lambda: prevenir_de_la_suppleance(pouvoir), robust=True)
    _dire_qui_manque(pouvoir)
    return pouvoir


def refus_de_suppleer(
    absent: Utilisateur | None, suppleant: Utilisateur | None, debut: date | None, fin: date | None
) -> dict[str, str]:
    """Say by field all that is wrong in an absence; of what is None, nothing is known yet."""
    refus = _refus_des_jours(debut, fin)
    if absent is not None and not absent.a_role(*VISEURS):
        refus["absent"] = f"{absent} n’a rien à viser ni à signer au parapheur."
    if suppleant is not None and (raison := _refus_du_suppleant(absent, suppleant, debut, fin)):
        refus["suppleant"] = raison
    return refus


def _refus_du_suppleant(
    absent: Utilisateur | None, suppleant: Utilisateur, debut: date | None, fin: date | None
) -> str:
    if suppleant == absent:
        return f"{absent} ne se supplée pas : choisissez une autre personne."
    if not (suppleant.is_active and suppleant.a_role(*VISEURS)):
        return f"{suppleant} ne peut ni viser ni signer : choisissez une autre personne."
    if absent and absent.a_role(Role.ORDONNATEUR) and not suppleant.a_role(Role.ORDONNATEUR):
        return f"{suppleant} n’a pas le rôle « Ordonnateur » : choisissez-en un."
    if debut and fin and (sienne := _absence_de(suppleant, debut, fin)):
        return (
            f"{suppleant} est déjà en absence, du {sienne.debut:%d/%m/%Y} au "
            f"{sienne.fin:%d/%m/%Y} : choisissez une autre personne, ou d’autres dates."
        )
    return ""


def _refus_des_jours(debut: date | None, fin: date | None) -> dict[str, str]:
    if debut and fin and fin < debut:
        return {"fin": "Le dernier jour ne vient pas avant le premier."}
    if fin and fin < timezone.localdate():
        return {"fin": "La fin est déjà passée : donnez une date à venir."}
    return {}


def _dire_qui_manque(absence: Delegation) -> None:
    """Mail those whom an absence leaves without a stand-in, who it is, and the administrators."""
    for manque in manques(absence.delegant, absence.debut, absence.fin):
        concernes = joignables([manque.suppleance.delegant, absence.delegant])
        tous = {*concernes, *courriels_des(Role.ADMINISTRATEUR)}
        adresses = tous - {absence.cree_par.email}
        transaction.on_commit(partial(prevenir_du_manque, manque, sorted(adresses)), robust=True)


def _absence_de(personne: Utilisateur, debut: date, fin: date) -> Delegation | None:
    """Return an absence of `personne` recorded for some of these days, and not revoked."""
    return suppleances_entre(debut, fin).filter(delegant=personne).first()


def _enregistrer(pouvoir: Delegation) -> Delegation:
    pouvoir.full_clean()
    pouvoir.save(force_insert=True)
    return pouvoir


@transaction.atomic
def revoquer(pouvoir: Delegation, *, par: Utilisateur) -> None:
    """End a power from today; what was signed by it stays signed. Its holder is told by mail.

    Raises:
        ActeInterdit: `par` neither gave it nor recorded it.
        TransitionInterdite: it is over already.
    """
    if par.pk not in {pouvoir.delegant_id, pouvoir.cree_par_id}:
        raise ActeInterdit("Seul qui a donné ou enregistré un pouvoir le révoque.")
    jour = timezone.localdate()
    vivants = Delegation.objects.filter(pk=pouvoir.pk, revoquee_le=None, fin__gte=jour)
    if not vivants.update(revoquee_le=jour, revoquee_par=par):
        raise TransitionInterdite("Ce pouvoir est déjà terminé.")
    pouvoir.refresh_from_db()
    suite = _ce_qui_reste(pouvoir.delegataire, jour) if pouvoir.nature == DELEGATION else ""
    transaction.on_commit(lambda: prevenir_de_la_revocation(pouvoir, suite=suite), robust=True)


def _ce_qui_reste(personne: Utilisateur, jour: date) -> str:
    """Tell a délégataire how he signs on `jour`, now that a délégation is revoked."""
    est_ordonnateur = personne.a_role(Role.ORDONNATEUR)
    if est_ordonnateur and not est_delegataire(personne):
        return "Elle n’avait pas servi : vous signez de nouveau en votre nom, sans plafond."
    restent = [par_quel_pouvoir(pouvoir) for pouvoir in pouvoirs_de_signer(personne, jour)]
    if est_ordonnateur and restent:
        return f"Vous signez encore {', '.join(restent)}."
    return "Vous n’avez aucun autre pouvoir de signer aujourd’hui."


def est_delegataire(personne: Utilisateur) -> bool:
    """Whether `personne` signs only by the délégations received."""
    return personne.delegations_recues.filter(A_PRIS_EFFET).exists()


def en_vigueur(jour: date) -> QuerySet[Delegation]:
    """Return the powers that serve on `jour`."""
    return (
        Delegation.objects.filter(debut__lte=jour, fin__gte=jour)
        .filter(Q(revoquee_le=None) | Q(revoquee_le__gt=jour))
        .select_related("delegant__service")
    )


def recus_par(personne: Utilisateur, jour: date) -> QuerySet[Delegation]:
    """Return the powers that `personne` received and that serve on `jour`."""
    return en_vigueur(jour).filter(delegataire=personne)


def supplees_par(personne: Utilisateur, jour: date) -> QuerySet[Delegation]:
    """Return the suppléances that `personne` assures on `jour`, the last recorded first."""
    return recus_par(personne, jour).filter(nature=SUPPLEANCE)


def absents(jour: date) -> set[int]:
    """Return the keys of those whose absence is recorded on `jour`."""
    return set(en_vigueur(jour).filter(nature=SUPPLEANCE).values_list("delegant", flat=True))


def _signent(jour: date, pour: Utilisateur | None = None) -> QuerySet[Delegation]:
    """Return the powers to sign on `jour`: those of an ordonnateur who signs in his own name.

    Args:
        pour: keeps those of this signatory only.
    """
    bornes = Delegation.objects.filter(A_PRIS_EFFET, delegataire=OuterRef("delegant"))
    tous = en_vigueur(jour).filter(delegant__attributions__role=Role.ORDONNATEUR)
    siens = tous.filter(~Exists(bornes))
    return siens if pour is None else siens.filter(delegant=pour)


def pouvoirs_de_signer(par: Utilisateur, jour: date) -> list[Delegation]:
    """Return the powers received that let `par` sign on `jour`, whatever the amount."""
    return list(_signent(jour).filter(delegataire=par))


@dataclass(slots=True)
class Pouvoirs:
    """What one person received: the suppléances that serve, and the powers to sign."""

    suppleances: list[Delegation] = field(default_factory=list)
    signatures: list[Delegation] = field(default_factory=list)
    est_delegataire: bool = False


def pouvoirs_de_chacun(personnes: Collection[Utilisateur], jour: date) -> dict[int, Pouvoirs]:
    """Return the powers of each on `jour`, as `supplees_par` and `pouvoirs_de_signer` have them.

    Three queries, and one for the roles of those who gave them.
    """
    chacun = {personne.pk: Pouvoirs() for personne in personnes}
    suppleances = en_vigueur(jour).filter(nature=SUPPLEANCE, delegataire__in=chacun)
    for pouvoir in suppleances.prefetch_related("delegant__attributions"):
        chacun[pouvoir.delegataire_id].suppleances.append(pouvoir)
    for pouvoir in _signent(jour).filter(delegataire__in=chacun):
        chacun[pouvoir.delegataire_id].signatures.append(pouvoir)
    recues = Delegation.objects.filter(A_PRIS_EFFET, delegataire__in=chacun)
    for cle in recues.values_list("delegataire", flat=True):
        chacun[cle].est_delegataire = True
    return chacun


def pouvoir_de_signer(
    par: Utilisateur, *, montant: int, jour: date, pour: Utilisateur | None = None
) -> Delegation | None:
    """Return the power by which `par` signs `montant` whole francs on `jour`; None: his own.

    Args:
        pour: the signatory that the circuit names, if it names one.

    Raises:
        ActeInterdit: `par` may not sign; the message says why and who must.
    """
    delegataire = est_delegataire(par)
    if not delegataire and (pour is None or pour.pk == par.pk):
        return None
    recus = list(_signent(jour, pour).filter(delegataire=par))
    permis = [p for p in recus if p.plafond is None or montant <= p.plafond]
    if permis:
        return max(permis, key=lambda p: (p.plafond is None, p.plafond or 0))
    if recus:
        plafond = max(p.plafond or 0 for p in recus)
        raise ActeInterdit(
            f"Ce bordereau ({afficher(montant)}) dépasse le plafond de votre délégation "
            f"({afficher(plafond)}) : {recus[0].delegant} doit le signer."
        )
    if pour is not None and pour.pk != par.pk:
        raise ActeInterdit(f"Le circuit désigne {pour} pour signer : vous n’avez pas son pouvoir.")
    raise ActeInterdit(_perime(par, jour))


def signataires_parmi(
    personnes: Collection[Utilisateur], *, montant: int, pour: Utilisateur | None
) -> list[Utilisateur]:
    """Keep the ordonnateurs whose power reaches `montant` today, as `pouvoir_de_signer` has it.

    Two queries, whatever the number of people.
    """
    recues = Delegation.objects.filter(A_PRIS_EFFET, delegataire__in=personnes)
    bornes = set(recues.values_list("delegataire", flat=True))
    portee = Q(plafond=None) | Q(plafond__gte=montant)
    servent = _signent(timezone.localdate(), pour).filter(portee, delegataire__in=personnes)
    permis = set(servent.values_list("delegataire", flat=True))
    return [
        personne
        for personne in personnes
        if personne.pk in permis
        or (personne.pk not in bornes and (pour is None or pour.pk == personne.pk))
    ]


def sans_pouvoir(par: Utilisateur, jour: date) -> str:
    """Say why an ordonnateur bound by délégations signs nothing on `jour`; empty when he may."""
    est_borne = par.a_role(Role.ORDONNATEUR) and est_delegataire(par)
    return _perime(par, jour) if est_borne and not pouvoirs_de_signer(par, jour) else ""


def efface_la_delegation(pouvoir: Delegation, jour: date) -> bool:
    """Whether revoking `pouvoir` on `jour` leaves its holder as if it had never been given."""
    return (
        pouvoir.nature == DELEGATION
        and jour <= pouvoir.debut
        and not pouvoir.signatures.exists()
        and not pouvoir.delegataire.delegations_recues.filter(A_PRIS_EFFET)
        .exclude(pk=pouvoir.pk)
        .exists()
    )


def _perime(par: Utilisateur, jour: date) -> str:
    derniere = par.delegations_recues.filter(A_PRIS_EFFET).order_by("-fin").first()
    if derniere is None:
        return "Vous n’avez aucun pouvoir de signer."
    if derniere.revoquee_le is not None and derniere.revoquee_le <= jour:
        return f"Votre délégation de signature a été révoquée le {derniere.revoquee_le:%d/%m/%Y}."
    return (
        f"Votre délégation de signature vaut du {derniere.debut:%d/%m/%Y} au "
        f"{derniere.fin:%d/%m/%Y} : elle ne permet pas de signer le {jour:%d/%m/%Y}."
    )
