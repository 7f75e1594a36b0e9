"""Rules that learn: what the treasury refused once is checked before the next mandat leaves.

A rule is data (`RegleApprise`): conditions, wording, dates, author. It is tried when a mandat is
issued, which notes what it hits, and again before the bordereau is signed, which it then stops.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.insertion import inserer_sauf_connus
from facturier.grand_livre.models import EtatPiece, LignePiece, Piece, RattachementPiece, SensPiece
from facturier.suivi.models import ConstatRegle, Facture, RegleApprise

REFUS_TPS = ("suspendre", "rejeter")
REFUSES = (EtatPiece.SUSPENDUE, EtatPiece.REJETEE)  # where they lead


def en_vigueur(au: date) -> QuerySet[RegleApprise]:
    """Return the rules in force on day `au`."""
    return RegleApprise.objects.filter(Q(fin__isnull=True) | Q(fin__gte=au), debut__lte=au)


def touches(pieces: QuerySet[Piece], au: date) -> dict[int, list[RegleApprise]]:
    """Return the rules in force that stop each of the mandats `pieces`; one query a rule."""
    arretes: dict[int, list[RegleApprise]] = defaultdict(list)
    for regle in en_vigueur(au).order_by("pk"):
        for cle in _concernes(pieces, regle).values_list("pk", flat=True):
            arretes[cle].append(regle)
    return dict(arretes)


def manquements(pieces: QuerySet[Piece], au: date) -> dict[int, str]:
    """Say, by key of mandat, which rules stop it and what to do."""
    return {
        cle: " ".join(f"{regle.libelle} : {regle.consigne}" for regle in regles)
        for cle, regles in touches(pieces, au).items()
    }


def noter(mandats: Iterable[int]) -> None:
    """Keep which rules in force stop these mandats; noted once, however often it is tried."""
    pieces = Piece.objects.filter(pk__in=list(mandats))
    inserer_sauf_connus(
        [
            ConstatRegle(regle=regle, mandat_id=cle)
            for cle, regles in touches(pieces, timezone.localdate()).items()
            for regle in regles
        ],
        unique="constat_regle_unique",
    )


@transaction.atomic
def creer(
    *, par: Utilisateur, donnees: Mapping[str, Any], refuse: Piece | None = None
) -> RegleApprise:
    """Make a rule, from the mandat that the treasury refused if any; it is tried on those waiting.

    Args:
        donnees: fields of `RegleApprise`, without its origin and author.
        refuse: a mandat suspended or rejected, whose reason is kept with the rule.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: no condition, no wording, or dates in disorder.
    """
    _exiger_agent(par)
    regle = RegleApprise(
        **donnees,
        piece_origine=refuse,
        motif_origine=motif_de(refuse)[:500] if refuse else "",
        auteur=par,
    )
    regle.full_clean(exclude=["piece_origine", "auteur"])
    regle.save()
    emis = Piece.objects.filter(sens=SensPiece.DEPENSE, etat=EtatPiece.EMISE)
    noter(emis.values_list("pk", flat=True))
    return regle


@transaction.atomic
def clore(regle: RegleApprise, *, fin: date, par: Utilisateur) -> None:
    """Close a rule on day `fin`, its last.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: closed already, or before its first day.
    """
    _exiger_agent(par)
    verrouillee = RegleApprise.objects.select_for_update(of=("self",)).get(pk=regle.pk)
    if verrouillee.fin is not None:
        raise ValidationError("Cette règle a déjà une fin : créez-en une autre.")
    if fin < verrouillee.debut:
        raise ValidationError("La règle finit après avoir commencé : choisissez une autre date.")
    verrouillee.fin = fin
    verrouillee.save(update_fields=["fin"])


def motif_de(mandat: Piece) -> str:
    """Return the last reason that the treasury gave for a mandat; empty without any."""
    passage = mandat.passages.filter(acte__in=REFUS_TPS).order_by("pk").last()
    return str(passage.motif) if passage else ""


def proposer(mandat: Piece) -> dict[str, Any]:
    """Return what a rule made from a refused mandat may begin with."""
    ligne = mandat.lignes_piece.select_related("compte").first()
    facture = Facture.objects.filter(mandat=mandat.pk).first()
    return {
        "libelle": f"Comme le mandat {mandat.reference}",
        "consigne": motif_de(mandat)[:200],
        "compte": ligne.compte.numero if ligne else "",
        "type_depense": facture.type_depense if facture else "",
        "debut": timezone.localdate(),
    }


def avec_frequence() -> QuerySet[RegleApprise]:
    """Return every rule with `nombre`, how many mandats it stopped, those in force first."""
    return RegleApprise.objects.annotate(nombre=Count("constats")).order_by(
        F("fin").asc(nulls_first=True), "-pk"
    )


def _concernes(pieces: QuerySet[Piece], regle: RegleApprise) -> QuerySet[Piece]:
    """Keep the mandats that meet every condition of `regle`."""
    trouvees = pieces.filter(sens=SensPiece.DEPENSE)
    if regle.type_depense:
        factures = Facture.objects.filter(mandat=OuterRef("pk"), type_depense=regle.type_depense)
        trouvees = trouvees.filter(Exists(factures))
    if regle.compte:
        lignes = LignePiece.objects.filter(
            piece=OuterRef("pk"), compte__numero__startswith=regle.compte
        )
        trouvees = trouvees.filter(Exists(lignes))
    if regle.genre_absent:
        presentes = RattachementPiece.objects.filter(
            piece=OuterRef("pk"), justificatif__genre=regle.genre_absent
        )
        trouvees = trouvees.exclude(Exists(presentes))
    if regle.montant_minimum:
        trouvees = trouvees.filter(montant_ht__gte=regle.montant_minimum - F("montant_tgc"))
    return trouvees


def _exiger_agent(par: Utilisateur) -> None:
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances fait et clôt une règle.")
