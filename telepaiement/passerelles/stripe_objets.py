"""What Stripe tells, in the terms of the product. Objects are plain dictionaries here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from telepaiement.models import NatureLigne, Sujet
from telepaiement.passerelles.contrat import (
    Demande,
    EtatDistant,
    EtatLecteur,
    Indice,
    LitigeDistant,
    Mouvement,
    NotificationInvalide,
    PasserelleMuette,
    Refus,
    RemboursementDistant,
    StatutDistant,
    StatutLecteur,
    StatutLitige,
    StatutRemboursement,
    StatutVersement,
    VersementDistant,
)

NOUMEA = ZoneInfo("Pacific/Noumea")
STATUTS = {
    "requires_payment_method": StatutDistant.A_PAYER,
    "requires_confirmation": StatutDistant.A_PAYER,
    "requires_action": StatutDistant.AUTHENTIFICATION,
    "processing": StatutDistant.EN_COURS,
    "requires_capture": StatutDistant.EN_COURS,
    "succeeded": StatutDistant.REUSSI,
    "canceled": StatutDistant.ANNULE,
}
REMBOURSEMENTS = {
    "succeeded": StatutRemboursement.REUSSI,
    "failed": StatutRemboursement.ECHOUE,
    "canceled": StatutRemboursement.ECHOUE,
}
ECHECS_REMBOURSEMENT = {  # why a refund failed, as Stripe names it
    "charge_for_pending_refund_disputed": "le payeur conteste ce paiement",
    "declined": "la banque du payeur a refusé",
    "expired_or_canceled_card": "la carte est expirée ou annulée",
    "insufficient_funds": "le solde chez le prestataire ne suffit pas",
    "lost_or_stolen_card": "la carte est perdue ou volée",
    "merchant_request": "il a été annulé chez le prestataire",
    "unknown": "la banque du payeur n’a pas dit pourquoi",
}
LITIGES = {
    "won": StatutLitige.GAGNE,
    "warning_closed": StatutLitige.GAGNE,
    "lost": StatutLitige.PERDU,
}
VERSEMENTS = {
    "paid": StatutVersement.PAYE,
    "failed": StatutVersement.REJETE,
    "canceled": StatutVersement.REJETE,
}
LECTEURS = {
    "in_progress": StatutLecteur.EN_COURS,
    "succeeded": StatutLecteur.REUSSI,
    "failed": StatutLecteur.ECHOUE,
}
# By `reporting_category`, which tells an adjustment for a dispute from another.
MOUVEMENTS = {
    "charge": NatureLigne.ENCAISSEMENT,
    "payment": NatureLigne.ENCAISSEMENT,
    "refund": NatureLigne.REMBOURSEMENT,
    "payment_refund": NatureLigne.REMBOURSEMENT,
    "refund_failure": NatureLigne.ECHEC_REMBOURSEMENT,
    "dispute": NatureLigne.LITIGE,
    "dispute_reversal": NatureLigne.RETOUR_LITIGE,
    "fee": NatureLigne.FRAIS,
    "stripe_fee": NatureLigne.FRAIS,
    "network_cost": NatureLigne.FRAIS,
    "payout_failure": NatureLigne.ECHEC_VERSEMENT,
    "payout_reversal": NatureLigne.ECHEC_VERSEMENT,
}
SUJETS = {
    "charge.refund": Sujet.REMBOURSEMENT,
    "refund.": Sujet.REMBOURSEMENT,
    "charge.dispute.": Sujet.LITIGE,
    "payout.": Sujet.VERSEMENT,
    "charge.": Sujet.PAIEMENT,
    "payment_intent.": Sujet.PAIEMENT,
    "terminal.reader.": Sujet.PAIEMENT,
}
CARTES = ("card", "card_present")
# What is kept of the object of an event: never a free text, an address or a card (I12).
FAITS = (
    "id",
    "object",
    "status",
    "amount",
    "amount_received",
    "amount_refunded",
    "currency",
    "created",
    "arrival_date",
)


def champ(objet: Any, chemin: str) -> Any:
    """Return the value at a dotted path of a nested mapping, or None where it stops."""
    valeur: Any = objet
    for nom in chemin.split("."):
        if not isinstance(valeur, Mapping):
            return None
        valeur = valeur.get(nom)
    return valeur


def moment(secondes: Any) -> datetime | None:
    """Return a Unix time in UTC, or None."""
    return datetime.fromtimestamp(secondes, UTC) if isinstance(secondes, int) else None


def intention_demandee(demande: Demande) -> Any:
    """Return the parameters that create a PaymentIntent, for a browser or for a reader."""
    parametres: dict[str, Any] = {
        "amount": demande.montant,
        "currency": "xpf",
        "description": demande.objet,
        "metadata": {"tentative": str(demande.tentative), "titre": demande.reference_titre},
    }
    if demande.au_lecteur:
        return parametres | {"allowed_payment_method_types": ["card_present"]}
    authentification = "any" if demande.exiger_authentification else "automatic"
    return parametres | {
        "allowed_payment_method_types": ["card"],  # neither wallets nor accounts that remember
        "payment_method_options": {"card": {"request_three_d_secure": authentification}},
    }


def indice(evenement: Any) -> Indice:
    """Say what an event hints at.

    Raises:
        NotificationInvalide: it is not an event.
    """
    identifiant, nature = champ(evenement, "id"), champ(evenement, "type")
    est_reel = champ(evenement, "livemode")
    if not (isinstance(identifiant, str) and isinstance(nature, str) and est_reel is not None):
        raise NotificationInvalide("ce n’est pas un événement")
    objet = champ(evenement, "data.object") or {}
    reference = champ(objet, "payment_intent") or ""
    if champ(objet, "object") in {"payment_intent", "payout"}:
        reference = champ(objet, "id")
    if champ(objet, "object") == "terminal.reader":
        reference = champ(objet, "action.process_payment_intent.payment_intent") or ""
    sujet = next((s for debut, s in SUJETS.items() if nature.startswith(debut)), Sujet.AUTRE)
    return Indice(
        identifiant, nature, str(reference), bool(est_reel), sujet, _faits(evenement, objet)
    )


def _faits(evenement: Any, objet: Any) -> dict[str, str | int]:
    """Return the moment of an event, and what is kept of its object."""
    lus = {"emis": champ(evenement, "created")} | {nom: champ(objet, nom) for nom in FAITS}
    return {nom: valeur for nom, valeur in lus.items() if isinstance(valeur, str | int)}


def etat(intention: Mapping[str, Any]) -> EtatDistant:
    """Read a PaymentIntent, whose last charge may be expanded or not."""
    statut = STATUTS.get(str(champ(intention, "status")))
    if statut is None:
        raise PasserelleMuette(f"état inconnu : {champ(intention, 'status')}")
    charge = champ(intention, "latest_charge")
    detail = charge if isinstance(charge, Mapping) else {"id": charge}
    cartes = [champ(detail, f"payment_method_details.{nom}") for nom in CARTES]
    carte = next(filter(None, cartes), None)
    est_reussi = statut == StatutDistant.REUSSI
    return EtatDistant(
        statut=statut,
        montant=champ(intention, "amount_received" if est_reussi else "amount") or 0,
        devise=str(champ(intention, "currency") or "").upper(),
        tentative=champ(intention, "metadata.tentative") or "",
        charge=champ(detail, "id") or "" if est_reussi else "",
        marque=champ(carte, "brand") or "",
        quatre_derniers=champ(carte, "last4") or "",
        refus=_refus(intention),
        encaisse_le=moment(champ(detail, "created")),
    )


def _refus(intention: Mapping[str, Any]) -> Refus | None:
    """Return the last refusal, told apart by its charge, or by its card when no charge was made."""
    erreur = champ(intention, "last_payment_error")
    if not isinstance(erreur, Mapping):
        return None
    code = champ(erreur, "decline_code") or champ(erreur, "code") or "inconnu"
    identifiant = champ(erreur, "charge") or champ(erreur, "payment_method.id") or code
    return Refus(str(code), str(identifiant))


def remboursement(objet: Mapping[str, Any]) -> RemboursementDistant:
    """Read a refund."""
    return RemboursementDistant(
        identifiant=champ(objet, "id"),
        montant=champ(objet, "amount"),
        statut=REMBOURSEMENTS.get(champ(objet, "status"), StatutRemboursement.EN_COURS),
        cle=champ(objet, "metadata.remboursement") or "",
        motif_echec=_expliquer_echec(champ(objet, "failure_reason") or ""),
    )


def litige(objet: Mapping[str, Any]) -> LitigeDistant:
    """Read a dispute; what it cost is the fees of its movements."""
    mouvements = champ(objet, "balance_transactions") or []
    return LitigeDistant(
        identifiant=champ(objet, "id"),
        montant=champ(objet, "amount"),
        motif=champ(objet, "reason") or "",
        statut=LITIGES.get(champ(objet, "status"), StatutLitige.OUVERT),
        est_debite=bool(mouvements),
        frais=sum(champ(mouvement, "fee") or 0 for mouvement in mouvements),
        repondre_avant=moment(champ(objet, "evidence_details.due_by")),
        preuves_envoyees=bool(champ(objet, "evidence_details.submission_count")),
        ouvert_le=moment(champ(objet, "created")) or datetime.now(UTC),
    )


def versement(objet: Mapping[str, Any]) -> VersementDistant:
    """Read a payout; only an automatic one, once reconciled by Stripe, can be itemised."""
    arrivee = moment(champ(objet, "arrival_date")) or datetime.now(UTC)
    return VersementDistant(
        identifiant=champ(objet, "id"),
        montant=champ(objet, "amount"),
        devise=str(champ(objet, "currency") or "").upper(),
        arrive_le=arrivee.astimezone(NOUMEA).date(),
        statut=VERSEMENTS.get(champ(objet, "status"), StatutVersement.EN_ROUTE),
        est_detaille=champ(objet, "reconciliation_status") == "completed",
    )


def mouvement(objet: Mapping[str, Any]) -> Mouvement:
    """Read a balance transaction; a fee of its own is a commission on nothing."""
    categorie = champ(objet, "reporting_category") or champ(objet, "type")
    nature = MOUVEMENTS.get(categorie, NatureLigne.INCONNUE)
    source = champ(objet, "source")
    est_lue = isinstance(source, Mapping)
    frais = nature == NatureLigne.FRAIS
    return Mouvement(
        identifiant=champ(objet, "id"),
        nature=nature,
        nature_distante=str(categorie),
        montant=0 if frais else champ(objet, "amount"),
        commission=-champ(objet, "net") if frais else champ(objet, "fee"),
        devise=str(champ(objet, "currency") or "").upper(),
        source=str((champ(source, "id") if est_lue else source) or ""),
        paiement=str(champ(source, "payment_intent") or ""),
    )


def lecteur(objet: Mapping[str, Any]) -> EtatLecteur:
    """Read a reader."""
    action = champ(objet, "action")
    return EtatLecteur(
        statut=LECTEURS.get(champ(action, "status"), StatutLecteur.AU_REPOS),
        reference=champ(action, "process_payment_intent.payment_intent") or "",
        est_en_ligne=champ(objet, "status") != "offline",
    )


def _expliquer_echec(code: str) -> str:
    """Say in French why a refund failed; a code that is not known is given as it is."""
    return ECHECS_REMBOURSEMENT.get(code, code)
