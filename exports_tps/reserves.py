"""Reserves: what a message of the treasury leaves for a person, and settling it.

What was told already is not told again, by whatever message: open, it waits; settled, somebody
answered it. Only what fails here (a year that is not open) comes back when it fails again.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from exports_tps.models import MessageTPS, Reserve, TraitementReserve, Verdict
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.insertion import inserer_sauf_connus
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Piece

LOT = 1000  # reserves written together
CITEES = 20  # reserves told in a mail or beside a file; its page has them all
DEJA_TRAITE = "Déjà traité : il ne reste pas de réserve à traiter ici."
APPLIQUE_DE_NOUVEAU = "Appliqué de nouveau : plus rien ne l’empêche."


class Reserves:
    """The reserves of one message as it is read; a large answer keeps memory flat."""

    def __init__(self, message: MessageTPS) -> None:
        self._message = message
        self._attente: list[Reserve] = []

    def noter(self, *reserves: Reserve) -> None:
        """Take reserves that are not saved, in their order."""
        for reserve in reserves:
            reserve.message = self._message
        self._attente += reserves
        if len(self._attente) >= LOT:
            self.enregistrer()

    def enregistrer(self) -> None:
        """Write those that are not written yet, but those that were told already; two queries."""
        if not self._attente:
            return
        for reserve in self._attente:
            reserve.empreinte = self._empreinte(reserve)
        traitees = Reserve.objects.exclude(nature=Reserve.Nature.NON_COMPTABILISE).filter(
            empreinte__in={reserve.empreinte for reserve in self._attente},
            traitement__isnull=False,
        )
        connues = set(traitees.values_list("empreinte", flat=True))
        nouvelles = [r for r in self._attente if r.empreinte not in connues]
        inserer_sauf_connus(nouvelles, unique="reserve_ouverte_une_fois")
        self._attente.clear()

    def _empreinte(self, reserve: Reserve) -> str:
        """Digest what is said, and of what: the numbers of an acknowledgement are of its flux."""
        flux = None if reserve.nature == Reserve.Nature.FORMAT else self._message.flux_id
        dit = (flux, reserve.nature, reserve.texte)
        objet = (reserve.piece_id, reserve.bordereau_id, reserve.justificatif_id)
        return hashlib.sha256(repr((*dit, *objet)).encode()).hexdigest()


def messages_a_examiner() -> QuerySet[MessageTPS]:
    """Return the messages with a reserve that nobody settled."""
    ouvertes = Reserve.objects.ouvertes().filter(message=OuterRef("pk"))
    return MessageTPS.objects.filter(Exists(ouvertes))


def avec_reserves(messages: QuerySet[MessageTPS]) -> QuerySet[MessageTPS]:
    """Return messages with the number of their open reserves, `ouvertes`, and the `premiere`."""
    des_messages = Reserve.objects.ouvertes().filter(message=OuterRef("pk"))
    par_message = des_messages.order_by().values("message").annotate(nombre=Count("pk"))
    return messages.annotate(
        ouvertes=Coalesce(Subquery(par_message.values("nombre")), 0),
        premiere=Subquery(des_messages.order_by("pk").values("texte")[:1]),
    )


def citer(message: MessageTPS) -> tuple[list[Reserve], int]:
    """Return the first reserves of a message that nobody settled, and how many others there are."""
    ouvertes = message.reserves.ouvertes()
    citees = list(ouvertes[:CITEES])
    return citees, ouvertes.count() - len(citees)


def noter_l_empechement(message: MessageTPS) -> None:
    """Keep why a message could not be applied, once for one reason."""
    message.reserves.get_or_create(nature=Reserve.Nature.ECARTE, texte=message.erreur)


def lever_l_empechement(message: MessageTPS, *, par: Utilisateur) -> None:
    """Settle what prevented a message from being applied, now that it is."""
    empechements = message.reserves.ouvertes().filter(nature=Reserve.Nature.ECARTE)
    if empechements.exists():
        _traiter(message, empechements, APPLIQUE_DE_NOUVEAU, par)


def totaux_a_demander(piece: Piece) -> QuerySet[Reserve]:
    """Return the open reserves that ask for the total paid or collected on `piece`."""
    return Reserve.objects.ouvertes().filter(piece=piece, nature=Reserve.Nature.SANS_TOTAL)


def clore_les_totaux(piece: Piece, *, commentaire: str, par: Utilisateur) -> None:
    """Settle what asks for the total of `piece`: what was missing of it is posted.

    Called in the transaction of that act.
    """
    messages = MessageTPS.objects.filter(pk__in=totaux_a_demander(piece).values("message"))
    for message in messages.select_for_update(of=("self",)).order_by("pk"):
        ouvertes = totaux_a_demander(piece).filter(message=message)
        if ouvertes.exists():
            _traiter(message, ouvertes, commentaire, par)


def clore_les_totaux_dits(
    dits: Mapping[int, tuple[int, date | None]], *, sans_total: Container[int], par: Utilisateur
) -> None:
    """Settle what asks for a total that an answer tells, up to the last payment in doubt or later.

    Args:
        dits: by pièce, the total in whole francs and the day of its last payment.
        sans_total: those read as a total without being told as one: more than the doubt alone.
    """
    douteux = Verdict.objects.filter(message=OuterRef("message"), piece=OuterRef("piece"))
    douteux = douteux.order_by("-date_effet")
    demandes = (
        Reserve.objects.ouvertes()
        .filter(piece__in=dits, nature=Reserve.Nature.SANS_TOTAL)
        .values_list(
            "piece",
            Subquery(douteux.values("date_effet")[:1]),
            Subquery(douteux.values("montant")[:1]),
        )
    )
    repondues = set()
    for piece, dernier, doute in demandes:
        total, jour = dits[piece]
        if jour and dernier and jour >= dernier and (piece not in sans_total or total > doute):
            repondues.add(piece)
    for piece in Piece.objects.filter(pk__in=repondues).order_by("pk") if repondues else ():
        total, jour = dits[piece.pk]
        dit = f"La Trésorerie dit le total au {jour:%d/%m/%Y} : {afficher(total)}."
        clore_les_totaux(piece, commentaire=dit, par=par)


@transaction.atomic
def traiter(
    message: MessageTPS,
    *,
    commentaire: str,
    par: Utilisateur,
    seules: Iterable[int] | None = None,
) -> int:
    """Settle reserves of a message, all of them or those of keys `seules`; return how many.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: nothing of it is left to settle.
        ValidationError: the comment is empty.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances traite une réserve.")
    if not commentaire.strip():
        raise ValidationError("Dites comment la réserve a été traitée.")
    MessageTPS.objects.select_for_update(of=("self",)).get(pk=message.pk)
    ouvertes = message.reserves.ouvertes()
    if seules is not None:
        ouvertes = ouvertes.filter(pk__in=seules)
    if not ouvertes.exists():
        raise TransitionInterdite(DEJA_TRAITE)
    return _traiter(message, ouvertes, commentaire.strip(), par)


def _traiter(
    message: MessageTPS, reserves: QuerySet[Reserve], commentaire: str, par: Utilisateur
) -> int:
    traitement = TraitementReserve.objects.create(message=message, commentaire=commentaire, par=par)
    return reserves.update(traitement=traitement)
