"""The journal of bank data: the one way to write in it, and the check of its chain.

Each entry holds the SHA-256 of its content and of the entry before. Writers take turns: the lock
lasts until the end of the transaction, so an act writes in the journal last of all.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
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
SCELLES = (
    "precedente",
    "numero",
    "acte",
    "le",
    "par_id",
    "auteur",
    "fournisseur_id",
    "objet_type",
    "objet_id",
    "objet",
    "iban",
    "ancien_iban",
    "motif",
    "adresse_ip",
    "requete",
)  # the columns of an entry, in the order of its digest


@dataclass(frozen=True, slots=True)
class Objet:
    """The request, account or document that an entry is about: its kind, its key, its name."""

    type: str
    cle: int
    nom: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """What to record: who did what, on whose data, on which object, why.

    `iban` and `ancien_iban` are given as they are: only their masked form is kept.
    """

    acte: ActeJournal
    par: Utilisateur
    fournisseur_id: int | None = None
    sur: Objet | None = None
    iban: str = ""
    ancien_iban: str = ""
    motif: str = ""


@transaction.atomic
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
        fournisseur_id=fournisseur.pk if fournisseur else None,
        sur=Objet(str(sur._meta.model_name), sur.pk, str(sur)) if sur else None,
        iban=iban,
        ancien_iban=ancien_iban,
        motif=motif,
    )
    [entree] = _enchainer([trace])
    ecrite: EntreeJournal = EntreeJournal.objects.create(**entree)
    return ecrite


@transaction.atomic
def consigner_lot(traces: Sequence[Trace]) -> None:
    """Record many at once, in order: one lock, one statement.

    A batch calls it once per transaction, at its end: nobody else writes until the commit.
    """
    entrees = _enchainer(traces)
    if len(entrees) > TAILLE_LOT:
        _verser(entrees)
    else:
        EntreeJournal.objects.bulk_create(EntreeJournal(**entree) for entree in entrees)


def _enchainer(traces: Sequence[Trace]) -> list[dict[str, Any]]:
    """Return the entries of traces, by column, each chained to the one before."""
    if not traces:
        return []
    _attendre_son_tour()
    numero, precedente = tete()
    origine, maintenant = provenance(), timezone.now()
    entrees = []
    for rang, trace in enumerate(traces, start=numero + 1):
        entree = _contenu(trace, origine, maintenant)
        entree |= {"numero": rang, "precedente": precedente}
        precedente = entree["empreinte"] = empreinte(entree)
        entrees.append(entree)
    return entrees


def _verser(entrees: list[dict[str, Any]]) -> None:
    """Write very many entries, ten times faster than by objects."""
    import pandas as pd  # noqa: PLC0415  (1 s to load)

    from fournisseurs.reprise.moteurs import verser  # noqa: PLC0415  (it loads pandas)

    le = str(connection.ops.adapt_datetimefield_value(entrees[0]["le"]))
    types = {"fournisseur_id": "Int64", "objet_id": "Int64"}
    verser(EntreeJournal._meta.db_table, pd.DataFrame(entrees).astype(types).assign(le=le))


def _attendre_son_tour() -> None:
    """Let one transaction at a time write; SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as curseur:
            curseur.execute("SELECT pg_advisory_xact_lock(%s)", [VERROU])


def tete() -> tuple[int, str]:
    """Return the number and digest of the last entry, or the origin of an empty journal."""
    derniere = EntreeJournal.objects.order_by("-numero").values_list("numero", "empreinte").first()
    return derniere or (0, ORIGINE)


def _contenu(trace: Trace, origine: Provenance, maintenant: datetime) -> dict[str, Any]:
    """Return what an entry holds, by column, but its place in the chain."""
    sur, par = trace.sur, trace.par
    return {
        "acte": str(trace.acte),
        "le": maintenant,
        "par_id": par.pk,
        "auteur": "Système" if par.est_systeme else f"{par.nom_complet} <{par.email}>",
        "fournisseur_id": trace.fournisseur_id,
        "objet_type": sur.type if sur else "",
        "objet_id": sur.cle if sur else None,
        "objet": banque.masquer_comptes(sur.nom)[:200] if sur else "",
        "iban": banque.masquer_iban(trace.iban) if trace.iban else "",
        "ancien_iban": banque.masquer_iban(trace.ancien_iban) if trace.ancien_iban else "",
        "motif": banque.masquer_comptes(trace.motif),
        "adresse_ip": origine.adresse_ip[:45],
        "requete": origine.requete[:32],
    }


def empreinte(entree: Mapping[str, Any]) -> str:
    """Return the SHA-256 of the content of an entry, which holds the digest of the one before."""
    contenu = [entree[nom] for nom in SCELLES]
    contenu[SCELLES.index("le")] = entree["le"].astimezone(UTC).isoformat()
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
    if entree.empreinte != empreinte({nom: getattr(entree, nom) for nom in SCELLES}):
        return "son contenu a changé depuis qu’elle a été écrite"
    return ""
