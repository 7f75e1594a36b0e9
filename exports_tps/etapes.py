"""Where something is in the parapheur, which step comes next, and whether somebody may take it."""

from collections.abc import Sequence
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
from exports_tps.pouvoirs import pouvoir_de_signer, supplees_par
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
from facturier.commun.typographie import de
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
def refus_de_viser(objet: Presentable, etat: Etat | None, par: Utilisateur) -> str:
    """Say why `par` may not give the visa that is expected; empty when he may."""
    if etat is None:
        return f"{ou_il_en_est(objet)} Il n’est pas au parapheur."
    try:
        exiger_viseur(objet, etat, par)
    except (ActeInterdit, TransitionInterdite) as refus:
        return str(refus)
    return ""


def exiger_viseur(objet: Presentable, etat: Etat, par: Utilisateur) -> Delegation | None:
    """Return the suppléance by which `par` gives the visa expected; None: by his own right.

    Raises:
        ActeInterdit: it is not his, nor that of somebody absent for whom he stands in; or he would
            act twice on one bordereau, once in place of another.
        TransitionInterdite: only the signature is left.
    """
    etape = etat.etape
    if etape is None:
        raise TransitionInterdite(
            f"Tous les visas sont donnés : le {genre_de(objet)} attend sa signature."
        )
    directions = directions_de(objet) if est_d_une_direction(etape) else []
    pouvoir = None
    if not vise_de_droit(etape, directions, par):
        suppleances = supplees_par(par, timezone.localdate())
        pouvoir = next(
            (p for p in suppleances if vise_de_droit(etape, directions, p.delegant)), None
        )
        if pouvoir is None:
            raise ActeInterdit(_pas_le_sien(objet, etape, par))
    if raison := _deja_vise(objet, etat, par, pouvoir):
        raise ActeInterdit(raison)
    if pouvoir is not None and (cites := mandats_liquides(objet, par)):
        raise ActeInterdit(
            f"Vous avez liquidé une facture de ce bordereau (mandat {cites}) : vous ne le visez "
            f"pas en l’absence {de(pouvoir.delegant)}."
        )
    return pouvoir


def est_d_une_direction(etape: EtapeCircuit) -> bool:
    """Whether a visa is that of the direction of the pièces."""
    return etape.titulaire_id is None and etape.role == Role.SERVICE


def vise_de_droit(etape: EtapeCircuit, directions: Sequence[str], personne: Utilisateur) -> bool:
    """Whether a visa is that of `personne` himself: named, or of the role, of a direction of it."""
    if etape.titulaire_id:
        return etape.titulaire_id == personne.pk
    if not personne.a_role(etape.role):
        return False
    return not est_d_une_direction(etape) or bool(
        personne.direction and personne.direction in directions
    )


def _pas_le_sien(objet: Presentable, etape: EtapeCircuit, par: Utilisateur) -> str:
    if etape.titulaire_id:
        return f"Le visa « {etape} » est celui de {etape.titulaire}."
    if not par.a_role(etape.role):
        return f"Le visa « {etape} » est celui du rôle « {qui_vise(etape)} »."
    return f"Ce {genre_de(objet)} n’a aucune pièce de votre direction."


def _deja_vise(objet: Presentable, etat: Etat, par: Utilisateur, pouvoir: Delegation | None) -> str:
    """Say which visa `par` gave, when this one would make two, one of them for somebody absent."""
    donnes = etat.presentation.visas.filter(decision=VISE, par=par).select_related("pour__delegant")
    for visa in donnes:
        if absent := (pouvoir or visa.pour):
            return (
                f"Vous avez déjà visé ce {genre_de(objet)}, et l’un des deux visas serait donné en "
                f"l’absence {de(absent.delegant)} : une autre personne doit donner celui-ci."
            )
    return ""


# --- Who may sign -----------------------------------------------------------------------------
def exiger_pouvoir(objet: Presentable, par: Utilisateur) -> Delegation | None:
    """Return the power by which `par` signs a locked `objet`, None for his own.

    Raises:
        ActeInterdit: `par` is not ordonnateur, liquidated an invoice of it, gave a visa for
            somebody absent, or his délégation does not reach it.
        TransitionInterdite: it is signed already, or a visa is missing.
    """
    if not est_a_signer(objet):
        raise TransitionInterdite(ou_il_en_est(objet))
    etat = etat_de(objet)
    pouvoir = pouvoir_pour(objet, par, etat)
    if raison := _liquide(objet, par) or _a_supplee(objet, par, etat):
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
    return _liquide(objet, par) or _a_supplee(objet, par, etat) or ce_qui_manque(objet, etat)


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
    cites = mandats_liquides(objet, par)
    if not cites:
        return ""
    return (
        f"Vous avez liquidé une facture de ce bordereau (mandat {cites}) : "
        "un autre ordonnateur doit le signer."
    )


def mandats_liquides(objet: Presentable, par: Utilisateur) -> str:
    """Name the first mandats of a bordereau of which `par` liquidated an invoice; empty: none."""
    if not isinstance(objet, Bordereau) or objet.sens != SensPiece.DEPENSE:
        return ""
    liquides = liquides_par(objet.pieces.all(), par)
    numeros = Piece.objects.filter(pk__in=liquides[:5]).select_related("exercice")
    return ", ".join(piece.reference for piece in numeros) if liquides else ""


def _a_supplee(objet: Presentable, par: Utilisateur, etat: Etat | None) -> str:
    """Say which visa `par` gave for somebody absent: who did does not sign it as well."""
    if etat is None:
        return ""
    visa = (
        etat.presentation.visas.filter(decision=VISE, par=par, pour__isnull=False)
        .select_related("pour__delegant")
        .first()
    )
    if visa is None or visa.pour is None:
        return ""
    return (
        f"Vous avez visé ce {genre_de(objet)} en l’absence {de(visa.pour.delegant)} : "
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
