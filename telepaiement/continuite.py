"""The conflict report of the leaves written when the network was gone, and what was decided.

A number of a booklet is accounted for: entered, spoilt, or missing. What conflicts is told with
what followed it: given back, classed, cancelled, entered again, or the word of the finances.
"""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.heures import jour_et_heure
from facturier.commun.montants import afficher
from facturier.commun.pdf import Colonne, Document
from telepaiement.models import (
    SECONDE_SAISIE,
    Carnet,
    Encaissement,
    EtatFeuillet,
    EtatRemboursement,
    Feuillet,
    PassageFeuillet,
)

DECISION = "decider"
MANQUANT = "Numéro manquant : ni saisi, ni annulé, alors qu’un feuillet suivant a servi."
A_RESSAISIR = "Saisie annulée : le papier existe, il se saisit à nouveau."


@dataclass(frozen=True, slots=True)
class Constat:
    """What conflicts on a leaf, and what followed; in French."""

    feuillet: Any
    conflits: list[str]
    suites: list[str]


def avec_manque(feuillets: QuerySet[Feuillet]) -> QuerySet[Any]:
    """Return leaves with `est_manquant` and `est_a_ressaisir`: blank, when they should not be."""
    autres = Feuillet.objects.filter(carnet=OuterRef("carnet"))
    servis = autres.filter(numero__gt=OuterRef("numero")).exclude(etat=EtatFeuillet.VIERGE)
    defaits = autres.filter(numero=OuterRef("numero"), etat=EtatFeuillet.DEFAIT)
    vierge = Q(etat=EtatFeuillet.VIERGE)
    return feuillets.annotate(
        est_a_ressaisir=vierge & Exists(defaits),
        est_manquant=vierge & Exists(servis) & ~Exists(defaits),
    )


def manquants(regie_id: int) -> QuerySet[Any]:
    """Return the leaves of a régie that are missing, or wait to be entered again, by number."""
    feuillets = Feuillet.objects.filter(carnet__regie=regie_id, etat=EtatFeuillet.VIERGE)
    attendus = avec_manque(feuillets).filter(Q(est_manquant=True) | Q(est_a_ressaisir=True))
    return attendus.select_related("carnet__regie").order_by("carnet", "numero")


def en_conflit(feuillets: QuerySet[Feuillet]) -> QuerySet[Any]:
    """Return those of these leaves on which something conflicts, with all that a line shows."""
    presentes = PassageFeuillet.objects.filter(feuillet=OuterRef("pk"), acte=SECONDE_SAISIE)
    return (
        avec_manque(feuillets)
        .filter(
            ~Q(conflits=[])
            | Q(etat=EtatFeuillet.DEFAIT)
            | Q(est_manquant=True)
            | Q(est_a_ressaisir=True)
            | Exists(presentes)
        )
        .select_related(
            "carnet__regie",
            "encaissement__titre",
            "encaissement__vente",
            "encaissement__annulation",
            "encaissement__quittance__regie",
        )
        .prefetch_related(
            Prefetch("passages", PassageFeuillet.objects.select_related("par").order_by("pk")),
            "encaissement__remboursements",
            Prefetch(
                "encaissement__classements",
                Encaissement.objects.valides().select_related("titre", "vente"),
            ),
        )
    )


def constater(feuillets: Iterable[Any]) -> list[Constat]:
    """Return what conflicts on each of these leaves of `en_conflit`, and what followed."""
    return [
        Constat(feuillet, list(_conflits(feuillet)), list(_suites(feuillet)))
        for feuillet in feuillets
    ]


def _conflits(feuillet: Any) -> Iterator[str]:
    yield from feuillet.conflits
    for passage in feuillet.passages.all():
        if passage.acte == SECONDE_SAISIE:
            le = timezone.localtime(passage.le)
            yield (
                f"{passage.motif} (par {passage.par.nom_complet}, le {jour_et_heure(le)}) : "
                "refusé, la première saisie vaut."
            )
    if feuillet.est_manquant:
        yield MANQUANT
    if feuillet.est_a_ressaisir:
        yield A_RESSAISIR


def _suites(feuillet: Any) -> Iterator[str]:
    if feuillet.encaissement is not None:
        yield from _suites_de_la_recette(feuillet.encaissement)
    for passage in feuillet.passages.all():
        if passage.acte == DECISION:
            le = timezone.localtime(passage.le)
            yield f"{passage.par.nom_complet}, le {le:%d/%m/%Y} : {passage.motif}"


def _suites_de_la_recette(recette: Encaissement) -> Iterator[str]:
    if recette.est_annule:
        annulation = recette.annulation
        le = timezone.localtime(annulation.le)
        yield f"Saisie annulée le {le:%d/%m/%Y} : {annulation.motif}"
        return
    if recette.trop_percu:
        rendu = sum(
            un.trop_percu
            for un in recette.remboursements.all()
            if un.etat == EtatRemboursement.REUSSI
        )
        if rendu:
            yield f"Trop-perçu rendu : {afficher(rendu)}"
        if reste := recette.trop_percu - rendu:
            yield f"Trop-perçu à rendre : {afficher(reste)}"
    if recette.mention:
        classements = list(recette.classements.all())
        yield from (f"Classée : {un.objet_cite}" for un in classements)
        if not classements:
            yield "À classer par les finances"


@transaction.atomic
def decider(*, feuillet_id: int, decision: str, par: Utilisateur) -> PassageFeuillet:
    """Record what the finances decide of what conflicts on a leaf; it is never rewritten.

    Raises:
        ActeInterdit: `par` is neither finance staff nor comptable.
        ValidationError: nothing is said, or nothing conflicts on this leaf.
    """
    if not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Un conflit de feuillet se tranche aux finances.")
    if not decision.strip():
        raise ValidationError({"decision": "Dites ce qui est décidé."})
    feuillet = en_conflit(Feuillet.objects.filter(pk=feuillet_id)).first()
    if feuillet is None:
        raise ValidationError("Rien n’est en conflit sur ce feuillet.")
    etat = feuillet.etat
    passage: PassageFeuillet = feuillet.passages.create(
        acte=DECISION, depart=etat, arrivee=etat, motif=decision.strip(), par=par
    )
    return passage


def dessiner_rapport(carnet: Carnet) -> bytes:
    """Return the conflict report of a booklet: its numbers, what conflicts, what was decided."""
    sortie = io.BytesIO()
    constats = constater(en_conflit(carnet.feuillets.all()).order_by("numero", "pk"))
    vivants = carnet.feuillets.exclude(etat=EtatFeuillet.DEFAIT)
    nombres = dict.fromkeys(EtatFeuillet.values, 0)
    for etat in vivants.values_list("etat", flat=True):
        nombres[etat] += 1
    with Document(
        sortie,
        titre=f"Rapport de conflits du carnet {carnet.reference}",
        etabli_le=timezone.now(),
        reference=f"Carnet {carnet.reference}",
        emetteur=(carnet.regie.libelle, carnet.regie.acte),
    ) as pdf:
        pdf.titre(f"Rapport de conflits du carnet {carnet.reference}", carnet.regie.libelle)
        pdf.resume(
            [
                ("Remis à", carnet.remis_a.nom_complet),
                ("Émis le", jour_et_heure(timezone.localtime(carnet.emis_le))),
                ("Feuillets saisis", str(nombres[EtatFeuillet.SAISI])),
                ("Feuillets annulés", str(nombres[EtatFeuillet.ANNULE])),
                ("Feuillets vierges", str(nombres[EtatFeuillet.VIERGE])),
                ("Numéros manquants", _numeros(constats)),
            ]
        )
        _dessiner_constats(pdf, constats)
        _dessiner_annules(pdf, carnet)
        pdf.intertitre("Signatures")
        pdf.paragraphe("Le régisseur :")
        pdf.espace(30)
        pdf.paragraphe("Vu par les finances, le :")
    return sortie.getvalue()


def _numeros(constats: list[Constat]) -> str:
    absents = [
        f"{un.feuillet.numero:03d}"
        for un in constats
        if un.feuillet.est_manquant or un.feuillet.est_a_ressaisir
    ]
    return ", ".join(absents) or "Aucun"


def _dessiner_constats(pdf: Document, constats: list[Constat]) -> None:
    pdf.intertitre("Conflits et suites")
    if not constats:
        pdf.paragraphe("Aucun feuillet de ce carnet n’est en conflit.")
        return
    pdf.tableau(
        [
            Colonne("Feuillet", 1),
            Colonne("Quittance", 2.2),
            Colonne("Montant", 1.4, est_nombre=True),
            Colonne("Conflit", 3.2),
            Colonne("Ce qui est décidé", 2.4),
        ],
        [
            (
                f"{un.feuillet.numero:03d}",
                un.feuillet.encaissement.quittance.reference if un.feuillet.encaissement else "",
                afficher(un.feuillet.encaissement.montant) if un.feuillet.encaissement else "",
                " ".join(un.conflits),
                " ; ".join(un.suites),
            )
            for un in constats
        ],
    )


def _dessiner_annules(pdf: Document, carnet: Carnet) -> None:
    passages = PassageFeuillet.objects.filter(feuillet__carnet=carnet, acte="annuler")
    annules = passages.select_related("par", "feuillet").order_by("feuillet__numero")
    if annules:
        pdf.intertitre("Feuillets annulés")
        pdf.tableau(
            [Colonne("Feuillet", 1), Colonne("Par", 3), Colonne("Le", 2), Colonne("Motif", 5)],
            [
                (
                    f"{un.feuillet.numero:03d}",
                    un.par.nom_complet,
                    f"{timezone.localtime(un.le):%d/%m/%Y}",
                    un.motif,
                )
                for un in annules
            ],
        )
