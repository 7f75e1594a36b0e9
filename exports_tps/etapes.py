"""Where something is in the parapheur, which step comes next, and whether somebody may take it."""

from dataclasses import dataclass

from django.utils import timezone

from exports_tps.circuits import passe_par_le_parapheur
from exports_tps.models import (
    Delegation,
    DepotExterne,
    EtapeCircuit,
    Presentable,
    Presentation,
    VisaParapheur,
)
from exports_tps.pouvoirs import pouvoir_de_signer, supplees
from exports_tps.presentables import (
    champs_de,
    directions_de,
    est_a_signer,
    est_presente,
    genre_de,
    montant_de,
    parts_de,
    suivi_de,
)
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.models import Bordereau, Piece, SensPiece
from facturier.suivi.mandatement import liquides_par

VISE, RENVOYE = VisaParapheur.Decision.VISE, VisaParapheur.Decision.RENVOYE


@dataclass(frozen=True, slots=True)
class Etat:
    """Where something is in the parapheur: its presentation and the visa that is expected.

    `etape` is None when only the signature is left.
    """

    presentation: Presentation
    rang: int
    etape: EtapeCircuit | None


def etat_de(objet: Presentable) -> Etat | None:
    """Return where `objet` is, None when it is not in the parapheur."""
    if not est_presente(objet):
        return None
    presentation = (
        Presentation.objects.filter(**champs_de(objet))
        .select_related("circuit__signataire", "presentee_par")
        .latest("pk")
    )
    rang = 1 + presentation.visas.filter(decision=VISE).count()
    etape = None
    if presentation.circuit_id:
        etapes = EtapeCircuit.objects.filter(circuit=presentation.circuit_id, rang=rang)
        etape = etapes.select_related("titulaire").first()
    return Etat(presentation, rang, etape)


def ou_il_en_est(objet: Presentable) -> str:
    if isinstance(objet, DepotExterne) and (objet.est_signe or objet.sha256_signe):
        return "Ce fichier est déjà signé."
    return f"Ce {genre_de(objet)} est « {suivi_de(objet).get_etat_display()} »."


# --- A visa -----------------------------------------------------------------------------------
def peut_viser(objet: Presentable, etat: Etat, par: Utilisateur) -> bool:
    """Whether the expected visa is that of `par`, or of somebody that `par` stands in for."""
    if etat.etape is None:
        return False
    try:
        exiger_viseur(objet, etat.etape, par)
    except ActeInterdit:
        return False
    return True


def exiger_viseur(objet: Presentable, etape: EtapeCircuit, par: Utilisateur) -> Delegation | None:
    """Return the suppléance by which `par` gives the visa; None: by his own right."""
    if etape.titulaire_id == par.pk:
        return None
    if etape.titulaire_id:
        pouvoir = supplees(par, timezone.localdate()).get(etape.titulaire_id)
        if pouvoir is None:
            raise ActeInterdit(f"Le visa « {etape} » est celui de {etape.titulaire}.")
        return pouvoir
    if not par.a_role(etape.role):
        raise ActeInterdit(f"Le visa « {etape} » est celui du rôle « {qui_vise(etape)} ».")
    if etape.role == Role.SERVICE and par.direction not in directions_de(objet):
        raise ActeInterdit(f"Ce {genre_de(objet)} n’a aucune pièce de votre direction.")
    return None


# --- Who may sign -----------------------------------------------------------------------------
def exiger_pouvoir(objet: Presentable, par: Utilisateur) -> Delegation | None:
    """Return the power by which `par` signs a locked `objet`, None for his own.

    Raises:
        ActeInterdit: `par` is not ordonnateur, liquidated an invoice of it, or his délégation does
            not reach it.
        TransitionInterdite: it is signed already, or a visa is missing.
    """
    if not est_a_signer(objet):
        raise TransitionInterdite(ou_il_en_est(objet))
    etat = etat_de(objet)
    pouvoir = pouvoir_pour(objet, par, etat)
    if raison := _liquide(objet, par):
        raise ActeInterdit(raison)
    if manque := ce_qui_manque(objet, etat):
        raise TransitionInterdite(manque)
    return pouvoir


def empechement(objet: Presentable, par: Utilisateur) -> str:
    """Say why `par` may not sign `objet`, whatever its content; empty when he may."""
    etat = etat_de(objet)
    try:
        pouvoir_pour(objet, par, etat)
    except ActeInterdit as refus:
        return str(refus)
    return _liquide(objet, par) or ce_qui_manque(objet, etat)


def pouvoir_pour(objet: Presentable, par: Utilisateur, etat: Etat | None) -> Delegation | None:
    """Return the power by which `par` signs `objet`, or refuses to; None: his own.

    Raises:
        ActeInterdit: he is not ordonnateur, or his power does not reach it today.
    """
    if not par.a_role(Role.ORDONNATEUR):
        raise ActeInterdit(f"Seul un ordonnateur signe un {genre_de(objet)}.")
    circuit = etat.presentation.circuit if etat else None
    pour = circuit.signataire if circuit else None
    return pouvoir_de_signer(par, montant=montant_de(objet), jour=timezone.localdate(), pour=pour)


def _liquide(objet: Presentable, par: Utilisateur) -> str:
    """Say what `par` liquidated of a bordereau of mandats (who liquidates does not sign)."""
    if not isinstance(objet, Bordereau) or objet.sens != SensPiece.DEPENSE:
        return ""
    liquides = liquides_par(objet.pieces.all(), par)
    if not liquides:
        return ""
    numeros = Piece.objects.filter(pk__in=liquides[:5]).select_related("exercice")
    cites = ", ".join(piece.reference for piece in numeros)
    return (
        f"Vous avez liquidé une facture de ce bordereau (mandat {cites}) : "
        "un autre ordonnateur doit le signer."
    )


def ce_qui_manque(objet: Presentable, etat: Etat | None) -> str:
    """Say which step of the parapheur comes before the signature; empty when none is left."""
    if etat is None:
        jour = timezone.localdate()
        if any(passe_par_le_parapheur(part.sens, jour) for part in parts_de(objet)):
            return (
                f"Ce {genre_de(objet)} se présente d’abord au parapheur : un circuit est en "
                "vigueur."
            )
        return ""
    if etat.etape is None:
        return ""
    return f"Il manque le visa « {etat.etape} » ({qui_vise(etat.etape)})."


def qui_vise(etape: EtapeCircuit) -> str:
    """Say whose visa a step is."""
    return str(etape.titulaire or etape.get_role_display())
