"""The journal of bank data: the one way to write in it, and the check of its chain.

Each entry holds the SHA-256 of its content and of the entry before. Writers take turns: the lock
lasts until the end of the transaction, so an act writes in the journal last of all.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import banque
from facturier.commun.provenance import Provenance, provenance
from facturier.grand_livre.verification import Anomalie
from fournisseurs.models import ActeJournal, EntreeJournal, Fournisseur
from fournisseurs.models.journal import ORIGINE

VERROU = 4219  # that of the ledger's sealing is 4218
TAILLE_LOT = 1_000
TAILLE_LECTURE = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What to record: who did what, on whose data, on which object, why.

    `iban` and `ancien_iban` are given as they are: only their masked form is kept.
    """

    acte: ActeJournal
    par: Utilisateur
    fournisseur: Fournisseur | None = None
    sur: models.Model | None = None
    iban: str = ""
    ancien_iban: str = ""
    motif: str = ""


def consigner(
    acte: ActeJournal,
    *,
    par: Utilisateur,
    fournisseur: Fournisseur | None = None,
    sur: models.Model | None = None,
    iban: str = "",
    ancien_iban: str = "",
    motif: str = "",
) -> EntreeJournal:
    """Record one access or change, in the transaction of the act; return the entry.

    Args:
        par: the person, or `Utilisateur.objects.systeme()`.
        sur: the request, account or document concerned, saved already.
        iban: the account shown, added or asked for; `ancien_iban`: the one it replaces.
        motif: free text; any account in it is masked.
    """
    trace = Trace(
        acte=acte,
        par=par,
        fournisseur=fournisseur,
        sur=sur,
        iban=iban,
        ancien_iban=ancien_iban,
        motif=motif,
    )
    return consigner_lot([trace])[0]


@transaction.atomic
def consigner_lot(traces: Sequence[Trace]) -> list[EntreeJournal]:
    """Record many at once, in order: one lock, one statement by thousand; return the entries.

    A batch calls it once per transaction, at its end: nobody else writes until the commit.
    """
    if not traces:
        return []
    _attendre_son_tour()
    numero, precedente = tete()
    origine, maintenant = provenance(), timezone.now()
    entrees = []
    for rang, trace in enumerate(traces, start=numero + 1):
        entree = _entree(trace, origine, maintenant)
        entree.numero, entree.precedente = rang, precedente
        precedente = entree.empreinte = empreinte_entree(entree)
        entrees.append(entree)
    EntreeJournal.objects.bulk_create(entrees, batch_size=TAILLE_LOT)
    return entrees


def _attendre_son_tour() -> None:
    """Let one transaction at a time write; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as curseur:
            curseur.execute("SELECT pg_advisory_xact_lock(%s)", [VERROU])


def tete() -> tuple[int, str]:
    """Return the number and digest of the last entry, or the origin of an empty journal."""
    derniere = EntreeJournal.objects.order_by("-numero").values_list("numero", "empreinte").first()
    return derniere or (0, ORIGINE)


def _entree(trace: Trace, origine: Provenance, maintenant: datetime) -> EntreeJournal:
    sur, par = trace.sur, trace.par
    return EntreeJournal(
        acte=trace.acte,
        le=maintenant,
        par=par,
        auteur="Système" if par.est_systeme else f"{par.nom_complet} <{par.email}>",
        fournisseur=trace.fournisseur,
        objet_type=str(sur._meta.model_name) if sur else "",
        objet_id=sur.pk if sur else None,
        objet=banque.masquer_comptes(str(sur))[:200] if sur else "",
        iban=banque.masquer_iban(trace.iban) if trace.iban else "",
        ancien_iban=banque.masquer_iban(trace.ancien_iban) if trace.ancien_iban else "",
        motif=banque.masquer_comptes(trace.motif),
        adresse_ip=origine.adresse_ip[:45],
        requete=origine.requete[:32],
    )


def empreinte_entree(entree: EntreeJournal) -> str:
    """Return the SHA-256 of the content of an entry, which holds the digest of the one before."""
    contenu: list[Any] = [
        entree.precedente,
        entree.numero,
        str(entree.acte),
        entree.le.astimezone(UTC).isoformat(),
        entree.par_id,
        entree.auteur,
        entree.fournisseur_id,
        entree.objet_type,
        entree.objet_id,
        entree.objet,
        entree.iban,
        entree.ancien_iban,
        entree.motif,
        entree.adresse_ip,
        entree.requete,
    ]
    texte = json.dumps(contenu, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(texte.encode()).hexdigest()


def verifier_journal() -> Iterator[Anomalie]:
    """Read the whole chain again; yield the first entry that breaks it, and no other.

    What follows a broken entry proves nothing any more, so it is not worth naming.
    """
    numero, precedente = 0, ORIGINE
    while lot := list(
        EntreeJournal.objects.filter(numero__gt=numero).order_by("numero")[:TAILLE_LECTURE]
    ):
        for entree in lot:
            if defaut := _defaut(entree, numero + 1, precedente):
                yield Anomalie("journal", f"entrée n° {entree.numero} du journal", defaut)
                return
            numero, precedente = entree.numero, entree.empreinte


def _defaut(entree: EntreeJournal, attendu: int, precedente: str) -> str:
    """Return what is wrong with an entry read again, or nothing."""
    if entree.numero != attendu:
        return f"l’entrée n° {attendu} manque avant elle"
    if entree.precedente != precedente:
        return "elle ne suit pas l’entrée qui la précède : celle-ci a été remplacée"
    if entree.empreinte != empreinte_entree(entree):
        return "son contenu a changé depuis qu’elle a été écrite"
    return ""
