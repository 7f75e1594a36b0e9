"""The acts staff may carry out on an invoice: their form, their consequence, their function."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from django import forms

from facturier.acces.models import Role, Utilisateur
from facturier.suivi import instruction, mandatement
from facturier.suivi.etats import TRANSITIONS, EtatFacture
from facturier.suivi.forms import (
    CertificationForm,
    DestinataireForm,
    RetourForm,
)
from facturier.suivi.forms_liquidation import LiquidationForm
from facturier.suivi.libelles import ACTES
from facturier.suivi.liquidation import est_rendue_en_entier
from facturier.suivi.models import Facture

RETOURS = frozenset({"suspendre", "reorienter", "rejeter"})
Fabrique = Callable[..., forms.Form]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActeGestion:
    """One act: its transition, what it does, what was done, its form, whether it is final."""

    code: str
    consequence: str
    fait: str
    formulaire: Fabrique | None = None
    executer: Callable[[Facture, Utilisateur, Any], object]
    est_dangereux: bool = False

    @property
    def est_suite(self) -> bool:
        """Whether the act carries the invoice on, rather than back to the supplier."""
        return self.code not in RETOURS

    @property
    def libelle(self) -> str:
        """What the button says."""
        return ACTES[self.code]


def _champs(fonction: Callable[..., object]) -> Callable[[Facture, Utilisateur, Any], object]:
    """Call an act with the cleaned fields of its form."""
    return lambda facture, par, form: fonction(
        facture, par=par, **(form.cleaned_data if form else {})
    )


def _retour(fonction: Callable[..., object]) -> Callable[[Facture, Utilisateur, Any], object]:
    return lambda facture, par, form: fonction(facture, form.retour, par=par)


def _liquidation(
    fonction: Callable[..., object],
) -> Callable[[Facture, Utilisateur, Any], object]:
    return lambda facture, par, form: fonction(facture, par=par, **form.liquidation)


REGISTRE = {
    acte.code: acte
    for acte in (
        ActeGestion(
            code="recevoir",
            consequence="Le fournisseur verra que la province a reçu son dépôt.",
            fait="sa réception est enregistrée.",
            executer=_champs(instruction.recevoir),
        ),
        ActeGestion(
            code="demander_certification",
            consequence="Le service qui a commandé devra certifier le service fait.",
            fait="la certification du service fait est demandée.",
            executer=_champs(instruction.demander_certification),
        ),
        ActeGestion(
            code="certifier_service_fait",
            consequence="Vous attestez que la livraison ou la prestation est conforme à la "
            "commande (décret 2012-1246, article 31). Ce que la commande n’avait pas encore reçu "
            "sera enregistré comme reçu ce jour-là.",
            fait="le service fait est certifié.",
            formulaire=CertificationForm,
            executer=_champs(instruction.certifier_service_fait),
        ),
        ActeGestion(
            code="liquider",
            consequence="Le montant de la dette et son imputation sont fixés (décret 2012-1246, "
            "article 31). Vous ne pourrez pas signer le bordereau de cette facture.",
            fait="elle est liquidée.",
            formulaire=LiquidationForm,
            executer=_liquidation(instruction.liquider),
        ),
        ActeGestion(
            code="revoir_liquidation",
            consequence="Une nouvelle liquidation remplace la précédente, qui reste visible\u202f; "
            "les avoirs acceptés depuis sont déduits.",
            fait="sa liquidation est revue.",
            formulaire=LiquidationForm,
            executer=_liquidation(instruction.revoir_liquidation),
        ),
        ActeGestion(
            code="solder_par_avoir",
            consequence="Les avoirs acceptés rendent la facture en entier : rien n’est à payer. "
            "Facture et avoirs sont clos, sans mandat, et le fournisseur est prévenu.",
            fait="elle est soldée par l’avoir, sans mandat.",
            executer=_champs(instruction.solder_par_avoir),
        ),
        ActeGestion(
            code="reprendre",
            consequence="Le dossier revient à l’étape qui l’avait suspendu.",
            fait="son traitement reprend.",
            executer=_champs(instruction.reprendre),
        ),
        ActeGestion(
            code="readresser",
            consequence="Le dossier revient au bureau des finances, avec le même numéro.",
            fait="son destinataire est corrigé.",
            formulaire=DestinataireForm,
            executer=_champs(instruction.readresser),
        ),
        ActeGestion(
            code="reliquider",
            consequence="La facture revient à la liquidation\u202f; un nouveau mandat sera émis.",
            fait="elle est à liquider de nouveau.",
            executer=_champs(mandatement.reliquider),
        ),
        ActeGestion(
            code="suspendre",
            consequence="Le délai de mandatement attend la réponse du fournisseur, qui est "
            "prévenu.",
            fait="la demande est envoyée au fournisseur.",
            formulaire=partial(RetourForm, nature="suspension"),
            executer=_retour(instruction.suspendre),
        ),
        ActeGestion(
            code="reorienter",
            consequence="Le fournisseur est prévenu\u202f; le bureau des finances peut aussi "
            "corriger le destinataire.",
            fait="le fournisseur est prévenu du mauvais destinataire.",
            formulaire=partial(RetourForm, nature="reorientation"),
            executer=_retour(instruction.reorienter),
        ),
        ActeGestion(
            code="rejeter",
            consequence="Le rejet est définitif\u202f: le fournisseur devra redéposer, sous un "
            "autre numéro.",
            fait="le rejet est enregistré.",
            formulaire=partial(RetourForm, nature="rejet"),
            executer=_retour(instruction.rejeter),
            est_dangereux=True,
        ),
    )
}
BLOQUES_PAR_MANDAT = frozenset({"suspendre", "rejeter", "revoir_liquidation", "solder_par_avoir"})
LIQUIDENT = frozenset({"liquider", "revoir_liquidation", "solder_par_avoir"})


def actes_possibles(facture: Facture, utilisateur: Utilisateur) -> list[ActeGestion]:
    """Return the acts that the state, the role and the service allow, in their usual order."""
    if not utilisateur.a_role(Role.AGENT) and utilisateur.service_id != facture.service_id:
        return []
    permis = [
        acte
        for acte in REGISTRE.values()
        if facture.etat in TRANSITIONS[acte.code].departs
        and utilisateur.a_role(*TRANSITIONS[acte.code].roles)
        and not _est_bloque(acte.code, facture)
    ]
    if not any(acte.code in LIQUIDENT for acte in permis):
        return permis
    ecartes = LIQUIDENT - {"solder_par_avoir"}
    if not est_rendue_en_entier(facture):
        ecartes = frozenset({"solder_par_avoir"})
    return [acte for acte in permis if acte.code not in ecartes]


def est_a_mandater(facture: Facture, utilisateur: Utilisateur) -> bool:
    """Tell whether the invoice waits for a mandat that `utilisateur` may issue.

    One that avoirs came to give back in whole is settled instead.
    """
    return (
        facture.etat == EtatFacture.LIQUIDEE
        and facture.mandat_id is None
        and utilisateur.a_role(Role.AGENT)
        and not est_rendue_en_entier(facture)
    )


def _est_bloque(code: str, facture: Facture) -> bool:
    if code == "demander_certification" and facture.etat == EtatFacture.COMPLETEE:
        return facture.suspendue_depuis not in instruction.AVANT_CERTIFICATION
    if code in LIQUIDENT and facture.est_avoir:
        return True
    porte_mandat = facture.mandat_id is not None and facture.etat == EtatFacture.LIQUIDEE
    return porte_mandat and code in BLOQUES_PAR_MANDAT
