"""Card money that does not match its attempt: a person settles it, with a reason (§8.2).

Money received in francs is recorded whatever was expected, its excess is owed back. What cannot
be recorded here (another currency, a payment that the gateway does not know) is set aside.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.montants import DEVISE
from telepaiement.creances import verrouiller_dette
from telepaiement.encaissement import INSCRIPTION_IMPOSSIBLE, dire, encaisser_carte
from telepaiement.models import Encaissement, EtatTentative, Tentative
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import (
    EtatDistant,
    PasserelleMuette,
    PasserelleRefuse,
    StatutDistant,
)
from telepaiement.synchronisation import synchroniser

SOURCE = "discordance réglée"
SANS_OBJET = "Ce paiement n’attend plus de décision : rechargez la page."
MUETTE = "Le service de paiement ne répond pas : réessayez plus tard."
PAS_RECUE = "La banque ne dit pas avoir reçu cette somme : vérifiez le paiement, ou attendez."


def regler(*, tentative_id: int, motif: str, par: Utilisateur) -> Tentative:
    """Settle an attempt whose payment does not match it: `reussie` if recorded, else `annulee`.

    The payment is read again first: it may match by now.

    Raises:
        ValidationError: no reason, nothing to settle, or the gateway cannot tell.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce paiement est réglé ainsi."})
    tentative = Tentative.objects.get(pk=tentative_id)
    distant = _lire(tentative)
    if distant is not None:
        tentative = synchroniser(tentative, source=SOURCE, par=par)
    if tentative.etat == EtatTentative.REUSSIE:
        return tentative
    if distant is not None and distant.statut != StatutDistant.REUSSI:
        raise ValidationError(PAS_RECUE)
    try:
        return _regler(tentative_id, distant, motif.strip()[:200], par)
    except INSCRIPTION_IMPOSSIBLE as erreur:
        raise ValidationError(
            f"La somme ne peut pas encore être encaissée : {dire(erreur)}. Rien n’est perdu : "
            "recommencez quand ce sera réglé."
        ) from erreur


def _lire(tentative: Tentative) -> EtatDistant | None:
    """Return what the gateway says of the payment; None when it does not know it."""
    try:
        return passerelle().lire(tentative.reference) if tentative.reference else None
    except PasserelleMuette as erreur:
        raise ValidationError(MUETTE) from erreur
    except PasserelleRefuse:
        return None


@transaction.atomic
def _regler(
    tentative_id: int, distant: EtatDistant | None, motif: str, par: Utilisateur
) -> Tentative:
    titre_id, regie_id = Tentative.objects.values_list("titre_id", "vente__regie_id").get(
        pk=tentative_id
    )
    titre = verrouiller_dette(titre_id, regie_id)
    tentative = Tentative.objects.select_for_update(of=("self",)).get(pk=tentative_id)
    tentative.titre = titre
    if not Tentative.objects.a_decider().filter(pk=tentative_id).exists():
        raise ValidationError(SANS_OBJET)
    fait: dict[str, Any] = {
        "par": par,
        "motif": motif,
        "modifiee_le": timezone.now(),
        "secret_client": "",
    }
    if distant is not None and _est_encaissable(tentative, distant):
        franchir(tentative, "accepter", anomalie="", **fait)
        encaisser_carte(tentative, distant, par=par)
    else:
        franchir(tentative, "ecarter", **fait)
    return tentative


def _est_encaissable(tentative: Tentative, distant: EtatDistant) -> bool:
    """Whether the money can be recorded: francs, for this titre, not recorded already.

    The amount of a sale is that of its lines: another one cannot be recorded for it.
    """
    if distant.devise != DEVISE or not distant.charge or tentative.titre_id is None:
        return False
    deja = Encaissement.objects.filter(charge=distant.charge)
    return distant.tentative in {"", str(tentative.jeton)} and not deja.exists()
