"""States of an invoice and the acts that join them, with the roles that may carry them out.

Follows the table of the domain (conception: one row per state). Backward moves are four: a
misdirected invoice comes back to the desk, a completed one to the step that suspended it, one whose
mandat the treasury rejected comes back to liquidation, and so does one whose bordereau the
ordonnateur takes his signature off before it leaves.
"""

from django.db import models

from facturier.acces.models import Role
from facturier.commun.etats import Transition, transition
from facturier.grand_livre.models import EtatPiece


class EtatFacture(models.TextChoices):
    """Where an invoice stands; the labels are those the supplier reads."""

    BROUILLON = "brouillon", "Brouillon"
    DEPOSEE = "deposee", "Déposée"
    RECUE = "recue", "Reçue par la province"
    A_REORIENTER = "a_reorienter", "Mauvais destinataire ou bon de commande"
    EN_CERTIFICATION = "en_certification", "En vérification du service fait"
    SUSPENDUE = "suspendue", "Pièce ou précision demandée"
    COMPLETEE = "completee", "Complétée"
    SERVICE_FAIT = "service_fait", "Service fait certifié"
    LIQUIDEE = "liquidee", "Liquidée"
    MANDATEE = "mandatee", "Mandatée"
    TRANSMISE_TPS = "transmise_tps", "Transmise à la Trésorerie"
    SUSPENDUE_TPS = "suspendue_tps", "Suspendue par le comptable"
    REJETEE_TPS = "rejetee_tps", "Mandat rejeté par la Trésorerie"
    PRISE_EN_CHARGE = "prise_en_charge", "Acceptée par la Trésorerie"
    REJETEE = "rejetee", "Rejetée"
    PAYEE = "payee", "Payée"
    RETIREE = "retiree", "Retirée par le fournisseur"
    PARTIELLEMENT_PAYEE = "partiellement_payee", "Payée en partie"
    AVOIR = "avoir", "Soldée par compensation"


_E = EtatFacture
TERMINAUX = frozenset({_E.REJETEE, _E.PAYEE, _E.RETIREE, _E.AVOIR})
SANS_EFFET = frozenset({_E.BROUILLON, _E.REJETEE, _E.RETIREE})
INSTRUITS = frozenset(
    {_E.DEPOSEE, _E.RECUE, _E.A_REORIENTER, _E.EN_CERTIFICATION, _E.SUSPENDUE}
    | {_E.COMPLETEE, _E.SERVICE_FAIT, _E.LIQUIDEE}
)
A_LIQUIDATION = frozenset(
    {_E.LIQUIDEE, _E.MANDATEE, _E.TRANSMISE_TPS, _E.SUSPENDUE_TPS, _E.REJETEE_TPS}
    | {_E.PRISE_EN_CHARGE, _E.PAYEE, _E.PARTIELLEMENT_PAYEE, _E.AVOIR}
)
A_MANDAT = A_LIQUIDATION - {_E.LIQUIDEE}
D_UN_AVOIR = frozenset({_E.BROUILLON, _E.REJETEE, _E.RETIREE, _E.AVOIR} | INSTRUITS - {_E.LIQUIDEE})
ACCEPTES = frozenset({_E.SERVICE_FAIT, _E.AVOIR})  # an avoir that the service has agreed to
LIBELLES_D_AVOIR = {_E.SERVICE_FAIT: "Avoir accepté", _E.AVOIR: "Compensé"}
PAIEMENT_REVENU = "Paiement revenu"
ATTENDENT_FOURNISSEUR = frozenset({_E.SUSPENDUE, _E.A_REORIENTER})


def libelle_etat(etat: str, nature: str) -> str:
    """Return what is read for a state; an avoir has two words of its own."""
    connu = EtatFacture(etat)
    return LIBELLES_D_AVOIR.get(connu, connu.label) if nature == "avoir" else str(connu.label)


TRANSITIONS: dict[str, Transition] = {
    "deposer": transition({_E.BROUILLON}, _E.DEPOSEE, Role.FOURNISSEUR),
    "recevoir": transition({_E.DEPOSEE}, _E.RECUE, Role.AGENT),
    "reorienter": transition(
        {_E.RECUE, _E.EN_CERTIFICATION}, _E.A_REORIENTER, Role.AGENT, Role.SERVICE
    ),
    "readresser": transition({_E.A_REORIENTER}, _E.RECUE, Role.FOURNISSEUR, Role.AGENT),
    "demander_certification": transition({_E.RECUE, _E.COMPLETEE}, _E.EN_CERTIFICATION, Role.AGENT),
    "suspendre": transition(
        {_E.RECUE, _E.EN_CERTIFICATION, _E.SERVICE_FAIT, _E.LIQUIDEE},
        _E.SUSPENDUE,
        Role.AGENT,
        Role.SERVICE,
    ),
    "completer": transition({_E.SUSPENDUE}, _E.COMPLETEE, Role.FOURNISSEUR),
    "reprendre": transition({_E.COMPLETEE}, None, Role.AGENT, Role.SERVICE),
    "certifier_service_fait": transition({_E.EN_CERTIFICATION}, _E.SERVICE_FAIT, Role.SERVICE),
    "liquider": transition({_E.SERVICE_FAIT}, _E.LIQUIDEE, Role.AGENT),
    "revoir_liquidation": transition({_E.LIQUIDEE}, _E.LIQUIDEE, Role.AGENT),
    "signer_mandat": transition({_E.LIQUIDEE}, _E.MANDATEE, Role.ORDONNATEUR),
    "retirer_signature": transition({_E.MANDATEE}, _E.LIQUIDEE, Role.ORDONNATEUR),
    "transmettre": transition({_E.MANDATEE}, _E.TRANSMISE_TPS, Role.AGENT),
    "suspendre_tps": transition({_E.TRANSMISE_TPS}, _E.SUSPENDUE_TPS, Role.COMPTABLE),
    "rejeter_tps": transition(
        {_E.TRANSMISE_TPS, _E.SUSPENDUE_TPS, _E.PRISE_EN_CHARGE}, _E.REJETEE_TPS, Role.COMPTABLE
    ),
    "prendre_en_charge": transition(
        {_E.TRANSMISE_TPS, _E.SUSPENDUE_TPS}, _E.PRISE_EN_CHARGE, Role.COMPTABLE
    ),
    "reliquider": transition({_E.REJETEE_TPS}, _E.LIQUIDEE, Role.AGENT),
    "rejeter": transition(
        {_E.RECUE, _E.EN_CERTIFICATION, _E.SERVICE_FAIT, _E.LIQUIDEE, _E.REJETEE_TPS},
        _E.REJETEE,
        Role.AGENT,
        Role.SERVICE,
    ),
    "payer": transition({_E.PRISE_EN_CHARGE, _E.PARTIELLEMENT_PAYEE}, _E.PAYEE, Role.COMPTABLE),
    "payer_partiellement": transition({_E.PRISE_EN_CHARGE}, _E.PARTIELLEMENT_PAYEE, Role.COMPTABLE),
    "compenser": transition({_E.PRISE_EN_CHARGE}, _E.AVOIR, Role.COMPTABLE),
    "compenser_avoir": transition({_E.SERVICE_FAIT}, _E.AVOIR, Role.AGENT, Role.COMPTABLE),
    "solder_par_avoir": transition({_E.SERVICE_FAIT, _E.LIQUIDEE}, _E.AVOIR, Role.AGENT),
    "retirer": transition({_E.DEPOSEE, _E.RECUE, _E.SUSPENDUE}, _E.RETIREE, Role.FOURNISSEUR),
}
ACTES_PRINCIPAUX = {
    _E.DEPOSEE: "recevoir",
    _E.RECUE: "demander_certification",
    _E.A_REORIENTER: "readresser",
    _E.EN_CERTIFICATION: "certifier_service_fait",
    _E.COMPLETEE: "reprendre",
    _E.SERVICE_FAIT: "liquider",
    _E.REJETEE_TPS: "reliquider",
}


def est_revenu(etat: str, etat_mandat: str | None) -> bool:
    """Whether an invoice in `etat` was paid by money that came back: its mandat is owed again.

    The invoice stays paid, a terminal state, and so does the day that its delays count.
    """
    return etat == EtatFacture.PAYEE and etat_mandat == EtatPiece.PRISE_EN_CHARGE
