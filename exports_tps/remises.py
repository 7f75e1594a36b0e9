"""A titre that money settled and that the treasury refused: the same titre is presented again.

It is never rejected, its entry could not be reversed. It leaves the bordereau that bore it, which
keeps the trace of what it presented (`RemiseEnPreparation`), and waits for another one with its
number, its key and its receipts. A number that was taken in charge serves no more (pes_v2, §8),
were it told late, on a bordereau that the titre has left: the database refuses to present it.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from exports_tps.models import RegularisationRecette, Verdict
from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, franchir_lot
from facturier.commun.montants import afficher
from facturier.commun.typographie import autres
from facturier.grand_livre.models import (
    Bordereau,
    EtatBordereau,
    EtatPiece,
    PassageBordereau,
    Piece,
    RemiseEnPreparation,
    SensPiece,
    Titre,
)
from facturier.grand_livre.soldes import regle_par_piece
from facturier.suivi.mandatement import exiger_agent

Decision = Verdict.Decision
RENVOYABLES = (EtatPiece.TRANSMISE, EtatPiece.SUSPENDUE)
DU_RETOUR = (Decision.SUSPENDU, Decision.REJETE, *Verdict.EN_AVANT)
NON_PRECISE = "Sans motif communiqué"
NON_NOMME = "(refus du bordereau, qui ne nomme pas ce titre)"
CITES = 5  # titres that a refusal names
PAS_PARTIS = (EtatPiece.EMISE, EtatPiece.SIGNEE)
SUITES = {
    EtatPiece.PRISE_EN_CHARGE: "Il est pris en charge : réduisez-le de ce qui n’est pas dû.",
    EtatPiece.REJETEE: "Il est rejeté : son écriture est contrepassée, émettez un autre titre.",
    EtatPiece.EMISE: "Il n’est pas parti : présentez-le depuis la préparation.",
}


def a_remettre() -> QuerySet[Titre]:
    """Return the titres whose refusal is known and that are still as they were sent.

    All were settled when they were refused: the others were rejected.
    """
    refuses: QuerySet[Titre] = _refuses().filter(
        ~Exists(_verdicts(Verdict.EN_AVANT)), ~Exists(_verdicts_quittes())
    )
    return refuses


def numeros_pris(titres: Collection[int] | QuerySet[Any]) -> set[int]:
    """Return the keys of those that may not be presented: the treasury took their number in charge.

    It did so before it refused them, or on a bordereau that they left. One query.
    """
    pris = Q(pk__in=_refuses().filter(Exists(_verdicts(Verdict.EN_AVANT))).values("pk")) | Q(
        Exists(_verdicts_quittes()), etat__in=(*PAS_PARTIS, *RENVOYABLES)
    )
    return set(Titre.objects.filter(pris, pk__in=titres).values_list("pk", flat=True))


def dire_numero_pris(titre: Piece) -> str:
    """Say that the number of `titre` serves no more, and what to do, as its state allows."""
    debut = (
        f"{titre} : la Trésorerie l’a déjà pris en charge, son numéro ne peut plus lui être "
        "présenté. Voyez avec le comptable ce qu’il en tient, et comment il garde la somme "
        "encaissée. S’il n’en tient rien, faites défaire ce qui règle ce titre (recette à "
        "détacher, paiement à rembourser, somme à reprendre)"
    )
    if titre.etat in RENVOYABLES:
        return (
            f"{debut} : il le rejette alors, et le titre s’émet de nouveau, sous un autre numéro."
        )
    retrait = ", retirez-le de son bordereau" if titre.bordereau_id else ""
    return f"{debut}{retrait}, annulez-le, puis émettez-en un autre."


def _refuses() -> QuerySet[Titre]:
    dernier = _verdicts(DU_RETOUR).order_by("-pk").values("decision")[:1]
    titres: QuerySet[Titre] = Titre.objects.filter(
        Q(bordereau__etat=EtatBordereau.REFUSE)
        | Q(Exists(_verdicts([Decision.REJETE])), bordereau__etat=EtatBordereau.ACCEPTE),
        etat__in=RENVOYABLES,
    ).annotate(derniere_decision=Subquery(dernier))
    return titres.filter(
        Q(bordereau__etat=EtatBordereau.REFUSE) | Q(derniere_decision=Decision.REJETE)
    )


def _verdicts(decisions: Collection[str]) -> QuerySet[Verdict]:
    """Return, for a subquery on pièces, what was said of each on the bordereau that holds it."""
    return Verdict.objects.filter(
        piece=OuterRef("pk"), bordereau=OuterRef("bordereau"), decision__in=decisions
    )


def dire_numeros_pris(bordereaux: Collection[Bordereau] | QuerySet[Bordereau]) -> str:
    """Say which titres of `bordereaux` keep them from leaving; empty when none does."""
    pris = numeros_pris(Titre.objects.filter(bordereau__in=bordereaux).values("pk"))
    titres = Titre.objects.filter(pk__in=pris).order_by("pk")
    noms = ", ".join(titre.reference for titre in titres[:CITES])
    if (reste := len(pris) - CITES) > 0:
        noms += f", et {autres(reste)}"
    return noms and (
        "Numéros que la Trésorerie a déjà pris en charge, et qui ne peuvent plus lui être "
        f"présentés : {noms}. Écartez le flux s’il est constitué, faites retirer la signature du "
        "bordereau, puis retirez-en ce qui est nommé ; la page de chaque titre dit la suite."
    )


def _verdicts_quittes() -> QuerySet[Verdict]:
    """Return, for a subquery on pièces, where each was taken in charge though it had left there."""
    return Verdict.objects.filter(
        piece=OuterRef("pk"),
        bordereau__remises__piece=OuterRef("pk"),
        decision__in=Verdict.EN_AVANT,
    )


def rejetes_apres_coup(titres: Collection[int]) -> set[int]:
    """Return the keys of those that the treasury took in charge, then rejected or cancelled."""
    dernier = _verdicts(DU_RETOUR).order_by("-pk").values("decision")[:1]
    pris = Titre.objects.filter(pk__in=titres, etat=EtatPiece.PRISE_EN_CHARGE)
    rejetes = pris.annotate(dernier=Subquery(dernier)).filter(dernier=Decision.REJETE)
    return set(rejetes.values_list("pk", flat=True))


def dire_rejet_apres_coup(titre: Piece, montant: int) -> str:
    """Say how a titre rejected once taken in charge is undone: the treasury acts first."""
    debut = f"{titre} : la Trésorerie l’a rejeté ou annulé, après l’avoir pris en charge"
    if not montant:
        return f"{debut}. Plus rien ne le règle : le comptable le rejette depuis sa page."
    return (
        f"{debut}, et {afficher(montant)} le règlent : elle ne le tient plus, et en refuserait la "
        "réduction. Faites d’abord annuler ce qui l’apure (4718) et détacher la recette perçue "
        "avant lui (P503). Ce qu’elle a encaissé elle-même : demandez-lui ce qu’elle en fait, puis "
        "le comptable constate que ces fonds quittent le titre (« Constater un retour de fonds »). "
        "Ce qui est reçu ici : chaque paiement se rembourse depuis sa page. Une fois que plus rien "
        "ne le règle, le comptable rejette le titre ; s’il est juste, il s’émet de nouveau, et ce "
        "que la Trésorerie garde le règle (P503)."
    )


def raisons_du_refus(titres: Collection[Piece]) -> dict[int, str]:
    """Return why the treasury refused each of `titres`: it, else its bordereau, which spares it.

    Two queries.
    """
    bordereaux = {titre.bordereau_id for titre in titres}
    dits: dict[int, list[str]] = defaultdict(list)
    verdicts = Verdict.objects.filter(
        piece__in=[titre.pk for titre in titres],
        bordereau__in=bordereaux,
        decision__in=[Decision.REFUSE, Decision.REJETE],
    )
    for cle, libelle in verdicts.order_by("pk").values_list("piece", "libelle"):
        if cle is not None and libelle not in dits[cle]:
            dits[cle].append(libelle)
    refus = dict(
        PassageBordereau.objects.filter(bordereau__in=bordereaux, acte="refuser").values_list(
            "bordereau", "motif"
        )
    )
    return {
        titre.pk: " ; ".join(filter(None, dits[titre.pk])) or NON_PRECISE
        if titre.pk in dits
        else f"{refus.get(titre.bordereau_id or 0) or NON_PRECISE} {NON_NOMME}"
        for titre in titres
    }


def regles_par_p503(titres: Collection[int]) -> set[int]:
    """Return the keys of those of `titres` that a receipt of the treasury settles."""
    liens = RegularisationRecette.objects.en_vigueur().filter(titre__in=titres)
    return set(liens.values_list("titre", flat=True))


@transaction.atomic
def remettre_en_preparation(titre: Piece, *, motif: str, par: Utilisateur) -> None:
    """Let a refused titre that money settled be presented again, as it is.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: not a titre, not refused, not settled, or its number is burnt.
        ValidationError: no reason.
    """
    exiger_agent(par)
    if not motif.strip():
        raise ValidationError({"motif": "Dites pourquoi ce titre peut être présenté de nouveau."})
    verrouille = Piece.objects.select_for_update(of=("self",)).get(pk=titre.pk)
    if raison := ce_qui_interdit_de_remettre(verrouille):
        raise TransitionInterdite(raison)
    renvoyer([verrouille], raisons_du_refus([verrouille]), motif=motif.strip(), par=par)


def renvoyer(
    titres: Sequence[Piece], refus: Mapping[int, str], *, motif: str, par: Utilisateur
) -> None:
    """Take titres, locked and known as refused, off their bordereaux; three statements.

    Raises:
        TransitionInterdite: one of them is no longer as it was sent.
    """
    RemiseEnPreparation.objects.bulk_create(
        RemiseEnPreparation(
            piece=titre,
            bordereau_id=quitte,
            refus=refus[titre.pk],
            motif=motif,
            par=par,
        )
        for titre in titres
        if (quitte := titre.bordereau_id)
    )
    motifs = {titre.pk: f"{refus[titre.pk].rstrip(' .')}. {motif}" for titre in titres}
    partis = franchir_lot(Piece, motifs, "remettre", par=par, motifs=motifs, bordereau=None)
    if len(partis) != len(titres):
        raise TransitionInterdite("Un de ces titres vient de changer : rechargez la page.")


def ce_qui_interdit_de_renvoyer(titre: Piece) -> str:
    """Say why what is not a titre sent and settled stays, or one whose number is burnt; else empty.

    That it is refused is for the caller to know.
    """
    if titre.sens != SensPiece.RECETTE:
        return (
            f"{titre} : seul un titre se remet en préparation ; les factures d’un mandat refusé se "
            "liquident de nouveau."
        )
    if titre.etat not in RENVOYABLES:
        suite = SUITES.get(EtatPiece(titre.etat), "Rechargez la page.")
        return (
            f"{titre} est « {titre.get_etat_display()} » : seul un titre transmis, puis refusé par "
            f"la Trésorerie, se remet en préparation. {suite}"
        )
    if numeros_pris([titre.pk]):
        return dire_numero_pris(titre)
    if regle_par_piece([titre.pk]).get(titre.pk):
        return ""
    return (
        f"Rien ne règle {titre} : un titre refusé que rien ne règle est rejeté par le comptable, "
        "puis émis de nouveau."
    )


def ce_qui_interdit_de_remettre(titre: Piece) -> str:
    """Say why an agent may not put `titre` back in preparation; empty when he may."""
    raison = ce_qui_interdit_de_renvoyer(titre)
    if raison or a_remettre().filter(pk=titre.pk).exists():
        return raison
    return f"La Trésorerie n’a pas refusé {titre} : attendez sa réponse, ou demandez-la-lui."


def dire_gardes(titres: Sequence[Piece], regles: Mapping[int, int]) -> dict[int, str]:
    """Say why `titres`, each settled as `regles` has it, are not rejected, and what to do of each.

    Three queries.
    """
    cles = [titre.pk for titre in titres]
    p503, pris, rejetes = regles_par_p503(cles), numeros_pris(cles), rejetes_apres_coup(cles)
    dits: dict[int, str] = {}
    for titre in titres:
        if titre.pk in pris:
            dits[titre.pk] = dire_numero_pris(titre)
        elif titre.pk in rejetes:
            dits[titre.pk] = dire_rejet_apres_coup(titre, regles[titre.pk])
        else:
            dits[titre.pk] = _dire_garde(titre, regles[titre.pk], est_p503=titre.pk in p503)
    return dits


def _dire_garde(titre: Piece, montant: int, *, est_p503: bool) -> str:
    debut = f"{titre} : {afficher(montant)} sont déjà encaissés, il ne se rejette plus."
    if titre.etat not in RENVOYABLES:
        return f"{debut} {SUITES.get(EtatPiece(titre.etat), 'Voyez avec le comptable.')}"
    detenu = " La Trésorerie détient cette somme (P503)." if est_p503 else ""
    return (
        f"{debut}{detenu} S’il est juste, ou si ce qui manquait est corrigé, remettez-le en "
        "préparation depuis sa page : il garde son numéro et part sur un nouveau bordereau. "
        f"{dire_correction(est_p503=est_p503)}"
    )


def dire_correction(*, est_p503: bool) -> str:
    """Say how a titre that is wrong itself is undone, once it is back in preparation."""
    if est_p503:
        return (
            "S’il est faux, remettez-le en préparation, détachez-en la recette, puis annulez-le : "
            "la recette règle alors le titre juste."
        )
    return (
        "S’il est faux, remettez-le en préparation, faites rembourser chaque paiement depuis sa "
        "page et annuler ce qui l’apure, puis annulez-le."
    )


def nombre_de_parties() -> Coalesce:
    """Return, for a query on flux, how many titres left the bordereaux that each one sent."""
    parties = RemiseEnPreparation.objects.filter(bordereau__lignes_flux__flux=OuterRef("pk"))
    par_flux = parties.order_by().values("bordereau__lignes_flux__flux")
    nombre = par_flux.annotate(nombre=Count("pk", distinct=True)).values("nombre")
    return Coalesce(Subquery(nombre, output_field=IntegerField()), 0)
