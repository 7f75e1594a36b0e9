"""Depositing a flux again: it vanished before the treasury took it, which the treasury confirmed.

The same bytes under the same name: nothing else could be matched with what its bordereaux signed,
nor be refused as a repeat should the first copy turn up (decision 45).
"""

from contextlib import suppress

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from exports_tps.models import EtatFlux, Flux, NouveauDepot, Verdict
from exports_tps.retours import lire_retours
from exports_tps.transmission import est_present, nom_distant, transmettre
from exports_tps.transports import TransportEnPanne, transport
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir
from facturier.grand_livre.models import Bordereau, EtatPiece
from facturier.grand_livre.presentations import pieces_des


def deposer_de_nouveau(flux: Flux, *, motif: str, par: Utilisateur) -> Flux:
    """Ask that the file of `flux` be deposited again, and do it; the inbox is read first.

    Args:
        motif: what the treasury said of the first deposit, 400 characters at most.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: no reason is given.
        TransitionInterdite: see `ce_qui_l_interdit`; or the file is still at its destination.
        TransportIndisponible, EnvoiImpossible: as `transmettre`; what was asked for stays.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances dépose de nouveau un flux.")
    if not motif.strip():
        raise ValidationError("Dites ce que la Trésorerie a répondu du premier dépôt.")
    lire_retours()
    flux.refresh_from_db()
    if raison := ce_qui_l_interdit(flux):
        raise TransitionInterdite(raison)
    _exiger_disparu(flux)
    _demander(flux, motif.strip(), par)
    return transmettre(flux, par=par)


def ce_qui_l_interdit(flux: Flux) -> str:
    """Say why `flux` may not be deposited again, in French; empty when it may."""
    if reponse := flux.messages.order_by("pk").first():
        return (
            f"La Trésorerie a répondu à ce flux ({reponse.nom}) : elle l’a reçu, il ne se dépose "
            "pas de nouveau."
        )
    if flux.etat != EtatFlux.TRANSMIS:
        return (
            f"{flux} est « {flux.get_etat_display()} » : seul un flux transmis, resté sans "
            "réponse, se dépose de nouveau."
        )
    if flux.nouveaux_depots.en_cours().exists():
        return "Un nouveau dépôt est déjà demandé : « Transmettre à la Trésorerie » le termine."
    pieces = pieces_des(Bordereau.objects.filter(lignes_flux__flux=flux))
    if decidee := pieces.exclude(etat=EtatPiece.TRANSMISE).first():
        return (
            f"{decidee} est déjà « {decidee.get_etat_display()} » : la Trésorerie a reçu ce flux, "
            "il ne se dépose pas de nouveau."
        )
    if Verdict.objects.filter(piece_externe__flux=flux).exists():
        return "La Trésorerie a répondu sur une pièce de ce flux : elle l’a reçu."
    return ""


def _exiger_disparu(flux: Flux) -> None:
    """Refuse when the destination still holds the file; out of reach, sending will tell.

    Raises:
        TransitionInterdite: it does.
    """
    with suppress(TransportEnPanne, fichiers.FichierIntrouvable, fichiers.FichierAltere):
        nom = nom_distant(flux)
        with transport().ouvrir() as session:
            if not est_present(flux, session, nom):
                return
            accuse = session.accuse(nom)
        raise TransitionInterdite(
            f"{flux.nom_physique} est encore chez le destinataire ({accuse}) : il n’est pas à "
            "déposer de nouveau. Attendez sa réponse, ou demandez à la Trésorerie de le prendre."
        )


@transaction.atomic
def _demander(flux: Flux, motif: str, par: Utilisateur) -> None:
    Flux.objects.select_for_update().get(pk=flux.pk)
    rang = 2 + flux.nouveaux_depots.count()
    try:
        with transaction.atomic():
            NouveauDepot.objects.create(
                flux=flux, rang=rang, motif=motif[:400], demande_le=timezone.now(), par=par
            )
    except IntegrityError as erreur:
        raise TransitionInterdite(
            "Ce flux vient de changer : la Trésorerie a répondu, ou un nouveau dépôt est demandé. "
            "Rechargez la page."
        ) from erreur
    franchir(flux, "deposer_de_nouveau", par=par, motif=f"Dépôt n° {rang} : {motif}")
