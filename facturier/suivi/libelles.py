"""The words people read: plain ones beside the legal ones, and who holds an invoice."""

from facturier.commun.tons import Ton, ton_de
from facturier.suivi.etats import PAIEMENT_REVENU, EtatFacture, libelle_etat
from facturier.suivi.models import Facture

_E = EtatFacture
EN_CLAIR = {
    _E.BROUILLON: "Vous ne l’avez pas encore envoyée.",
    _E.DEPOSEE: "La province l’a bien dans son système\u202f; le délai court.",
    _E.RECUE: "Le bureau des finances l’a prise en main.",
    _E.A_REORIENTER: "Elle n’est pas arrivée au bon endroit\u202f: indiquez le bon destinataire.",
    _E.EN_CERTIFICATION: "Le service qui a commandé vérifie que la prestation est faite.",
    _E.SUSPENDUE: "Il manque une pièce ou une précision\u202f: la suite dépend de vous.",
    _E.COMPLETEE: "Votre réponse est arrivée\u202f; le traitement reprend.",
    _E.SERVICE_FAIT: "Le service confirme que la prestation est faite.",
    _E.LIQUIDEE: "La province reconnaît la dette et en a fixé le montant.",
    _E.MANDATEE: "L’ordre de payer est signé.",
    _E.TRANSMISE_TPS: "L’ordre de payer est chez le comptable public.",
    _E.SUSPENDUE_TPS: "Le comptable public attend une réponse de la province.",
    _E.REJETEE_TPS: "La province corrige l’ordre de payer.",
    _E.PRISE_EN_CHARGE: "Le comptable public a accepté l’ordre de payer.",
    _E.REJETEE: "Elle ne sera pas payée\u202f: une nouvelle facture est attendue.",
    _E.PAYEE: "Le virement est parti.",
    _E.RETIREE: "Vous l’avez retirée.",
    _E.PARTIELLEMENT_PAYEE: "Une partie est payée\u202f; le reste suit.",
    _E.AVOIR: "Elle est soldée par compensation.",
}
EN_CLAIR_D_AVOIR = {
    _E.EN_CERTIFICATION: "Le service qui a commandé vérifie ce que vous rendez.",
    _E.SERVICE_FAIT: "Il sera déduit de la facture qu’il corrige.",
    _E.REJETEE: "Il ne change rien à la facture\u202f: un nouvel avoir est attendu.",
    _E.RETIREE: "Vous l’avez retiré.",
    _E.AVOIR: "Il est déduit de la facture qu’il corrige.",
}
REVENU_EN_CLAIR = (
    "Votre banque a renvoyé le virement\u202f: vérifiez votre compte, il sera fait de nouveau."
)
A_LA_TRESORERIE = frozenset(
    {_E.TRANSMISE_TPS, _E.SUSPENDUE_TPS, _E.PRISE_EN_CHARGE, _E.PARTIELLEMENT_PAYEE}
)
AU_FOURNISSEUR = frozenset({_E.BROUILLON, _E.SUSPENDUE, _E.A_REORIENTER})
INTERNES = frozenset({_E.SUSPENDUE_TPS, _E.REJETEE_TPS})
ETAT_PUBLIC = {_E.SUSPENDUE_TPS: _E.TRANSMISE_TPS, _E.REJETEE_TPS: _E.LIQUIDEE}
PARCOURS = (
    _E.DEPOSEE,
    _E.RECUE,
    _E.EN_CERTIFICATION,
    _E.SERVICE_FAIT,
    _E.LIQUIDEE,
    _E.MANDATEE,
    _E.TRANSMISE_TPS,
    _E.PRISE_EN_CHARGE,
    _E.PAYEE,
)
PARCOURS_D_AVOIR = (*PARCOURS[:4], _E.AVOIR)
ACTES = {
    "deposer": "Déposer",
    "recevoir": "Accuser réception",
    "demander_certification": "Demander la certification du service fait",
    "certifier_service_fait": "Certifier le service fait",
    "liquider": "Liquider",
    "revoir_liquidation": "Revoir la liquidation",
    "solder_par_avoir": "Solder par l’avoir",
    "suspendre": "Demander une pièce ou une précision",
    "reprendre": "Reprendre le traitement",
    "reorienter": "Signaler un mauvais destinataire",
    "readresser": "Corriger le destinataire",
    "rejeter": "Rejeter",
    "reliquider": "Reprendre après le rejet du mandat",
}


def detenteur(facture: Facture, *, pour_fournisseur: bool) -> str:
    """Return who holds the invoice now; empty once nothing is expected of anybody."""
    etat = _E(facture.etat)
    est_rendu = facture.est_avoir and etat == _E.SERVICE_FAIT
    if est_rendu or (facture.est_terminee and not facture.est_paiement_revenu):
        return ""
    if etat in AU_FOURNISSEUR:
        return "vous" if pour_fournisseur else "le fournisseur"
    if etat == _E.EN_CERTIFICATION:
        return str(facture.service.libelle) if facture.service else ""
    if etat in A_LA_TRESORERIE or facture.est_paiement_revenu:
        return "la Trésorerie de la province Sud"
    if etat == _E.LIQUIDEE and facture.mandat_id:
        return "l’ordonnateur, pour signature"
    return "le bureau des finances"


def etat_public(facture: Facture) -> EtatFacture:
    """Return the state shown to the supplier: what only concerns the treasury stays inside."""
    etat = _E(facture.etat)
    return ETAT_PUBLIC.get(etat, etat)


def libelle_public(facture: Facture) -> str:
    """Return the label of the state shown to the supplier; a payment that came back is told."""
    if facture.est_paiement_revenu:
        return PAIEMENT_REVENU
    return libelle_etat(etat_public(facture), facture.nature)


def libelle_d_annonce(facture: Facture, etat: str) -> str:
    """Return the label of a state that `facture` went through, as it is announced now.

    A payment that came back since has the name that the pages give it.
    """
    if etat == _E.PAYEE and facture.est_paiement_revenu:
        return PAIEMENT_REVENU
    return libelle_etat(etat, facture.nature)


def en_clair(facture: Facture, etat: EtatFacture | None = None) -> str:
    """Return the same in plain words, for the present state or another that it went through."""
    if etat in {None, _E.PAYEE} and facture.est_paiement_revenu:
        return REVENU_EN_CLAIR
    public = etat or etat_public(facture)
    if facture.est_rendue and public == _E.AVOIR:
        return "Votre avoir la rend en entier\u202f: il n’y a rien à payer, elle est close."
    propre = EN_CLAIR_D_AVOIR.get(public) if facture.est_avoir else None
    return propre or EN_CLAIR[public]


def ton_public(facture: Facture) -> Ton:
    """Return the tone of the state shown to the supplier."""
    if facture.est_paiement_revenu:
        return Ton.ATTENTE
    return ton_de(facture, etat_public(facture))


def etapes_a_venir(facture: Facture) -> list[str]:
    """Return the labels of the usual steps that remain."""
    etat = etat_public(facture)
    if facture.est_terminee:
        return []
    connu = facture.suspendue_depuis or etat
    parcours = PARCOURS_D_AVOIR if facture.est_avoir else PARCOURS
    rang = parcours.index(_E(connu)) if connu in parcours else 0
    return [libelle_etat(reste, facture.nature) for reste in parcours[rang + 1 :]]
