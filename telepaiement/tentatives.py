"""Opening an attempt to pay a debt by card.

The row is committed before the gateway is called: a crash in between leaves a trace, and the key
drawn from its token brings the same payment back (telepaiement.md, §8.2).
"""

from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, franchir
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import creances, limites
from telepaiement.echeanciers import montant_choisi
from telepaiement.models import EtatTentative, LienPaiement, Tentative
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import Demande, PasserelleMuette, PasserelleRefuse
from telepaiement.querysets import TentativeQuerySet
from telepaiement.synchronisation import fermer, synchroniser

journal = structlog.get_logger(__name__)
RELECTURE = timedelta(seconds=5)  # age from which a page shown again asks the gateway
INDISPONIBLE = (
    "Le paiement par carte ne répond pas pour l’instant : aucune somme n’a été prélevée. "
    "Réessayez dans quelques minutes, ou payez au guichet avec votre avis."
)
SANS_REPONSE = (
    "Le paiement par carte ne répond pas pour l’instant. Réessayez dans quelques minutes : ce que "
    "vous aviez commencé sera d’abord vérifié, pour ne pas payer deux fois."
)
EN_COURS_AILLEURS = (
    "Un paiement de cette somme est en cours à la banque : attendez sa réponse quelques minutes, "
    "pour ne pas payer deux fois."
)
A_L_EXAMEN = (
    "La banque a reçu un paiement de cette somme qui ne correspond pas à ce qui était demandé : un "
    "agent l’examine. Ne payez pas une seconde fois."
)


class PaiementIndisponible(Exception):
    """The gateway did not create the payment; the message is in French."""


class PaiementRefuse(ValidationError):
    """The debt cannot be paid online now; the message says why, in French."""


def ouvrir(
    *,
    titre_id: int,
    session_payeur: UUID,
    adresse: str | None = None,
    courriel: str = "",
    nombre_echeances: int | None = None,
    lien: LienPaiement | None = None,
    est_borne: bool = False,
) -> Tentative:
    """Return the open attempt of this payer on this debt, made if need be, ready for a card.

    Its amount is what the ledger says is owed now, or the first instalments of an échéancier. An
    attempt left at another amount is cancelled first.

    Args:
        session_payeur: identity of the browser session.
        adresse: IP address of the payer, counted by the limits; in IPv6 its /64 is kept.
        courriel: where to send the receipt, or "".
        nombre_echeances: how many instalments to pay; the whole of what is owed when None.
        lien: the payment link followed, whose limits are then its own.
        est_borne: a kiosk, whose address many payers share.

    Raises:
        PaiementRefuse: nothing to pay, not payable online, being paid elsewhere, or too many
            attempts.
        PaiementIndisponible: the gateway refused or did not answer.
    """
    ancienne = _ouverte(titre_id, session_payeur)
    if ancienne and _est_perimee(ancienne, nombre_echeances):
        try:
            ancienne = fermer(ancienne, "annuler", source="montant changé")
        except PasserelleMuette as erreur:
            raise PaiementIndisponible(SANS_REPONSE) from erreur
        if not ancienne.est_finale:
            raise PaiementRefuse(EN_COURS_AILLEURS)
    relire_les_autres(titre_id, session_payeur)
    tentative = _reserver(
        titre_id=titre_id,
        session_payeur=session_payeur,
        nombre_echeances=nombre_echeances,
        adresse_payeur=limites.reseau(adresse or "") or None,
        courriel=courriel,
        lien=lien,
        est_borne=est_borne,
    )
    if not tentative.reference:
        initier(tentative, source="ouverture")
    return tentative


def _est_perimee(ancienne: Tentative, nombre_echeances: int | None) -> bool:
    """Tell whether what `ancienne` would charge is not what the payer asks for now."""
    reste = reste_du(ancienne.titre)
    if reste != ancienne.reste_constate:
        return True
    try:
        voulu = montant_choisi(ancienne.titre, reste, nombre_echeances)
    except ValidationError:
        return True
    return bool(ancienne.montant != voulu)


def _ouverte(titre_id: int, session_payeur: UUID) -> Tentative | None:
    return (
        Tentative.objects.ouvertes()
        .filter(titre_id=titre_id, session_payeur=session_payeur)
        .select_related("titre")
        .first()
    )


def _engagees_ailleurs(titre_id: int, session_payeur: UUID) -> TentativeQuerySet:
    engagees = Tentative.objects.filter(titre_id=titre_id).engagees()
    return engagees.exclude(session_payeur=session_payeur)


def motif_attente(titre_id: int, session_payeur: UUID) -> str:
    """Return in French why this payer waits for the payment of another, or ""."""
    engagees = list(_engagees_ailleurs(titre_id, session_payeur).avec_discordance())
    if any(tentative.est_discordante for tentative in engagees):
        return A_L_EXAMEN
    return EN_COURS_AILLEURS if engagees else ""


def relire_les_autres(titre_id: int, session_payeur: UUID) -> None:
    """Read back what others are paying on this debt: their notification may be lost."""
    for tentative in _engagees_ailleurs(titre_id, session_payeur):
        with suppress(PasserelleMuette):
            synchroniser(tentative, source="ouverture d’un autre paiement")


def relire_la_sienne(titre_id: int, session_payeur: UUID) -> Tentative | None:
    """Return what this payer has begun and not finished on a debt, as it really stands."""
    tentative = _ouverte(titre_id, session_payeur)
    return actualiser(tentative) if tentative else None


def actualiser(tentative: Tentative) -> Tentative:
    """Read an open attempt back, unless it has just begun: its page is then the true one.

    Without an answer it is shown as it was last known.
    """
    est_neuve = timezone.now() - tentative.creee_le < RELECTURE
    if est_neuve or tentative.est_finale or tentative.etat == EtatTentative.CREEE:
        return tentative
    try:
        return synchroniser(tentative, source="page rouverte")
    except PasserelleMuette:
        tentative.refresh_from_db()
        return tentative


@transaction.atomic
def _reserver(
    *,
    titre_id: int,
    session_payeur: UUID,
    nombre_echeances: int | None,
    est_borne: bool,
    **champs: Any,
) -> Tentative:
    """Commit the intention, under the lock of the debt: two tabs find the same attempt."""
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    reste = reste_du(titre)
    if motif := creances.motif_impayable(titre, reste):
        raise PaiementRefuse(motif)
    try:
        montant = montant_choisi(titre, reste, nombre_echeances)
    except ValidationError as erreur:
        raise PaiementRefuse(erreur.message) from erreur
    if motif := creances.motif_hors_ligne(titre, passerelle().montant_maximal, montant):
        raise PaiementRefuse(motif)
    existante = _ouverte(titre_id, session_payeur)
    if existante is not None:
        return existante
    if motif := motif_attente(titre_id, session_payeur):
        raise PaiementRefuse(motif)
    adresse, lien = champs["adresse_payeur"], champs["lien"]
    if motif := limites.refus_ouverture(titre, adresse, lien, est_borne=est_borne):
        raise PaiementRefuse(motif)
    tentative = Tentative.objects.create(
        titre=titre,
        session_payeur=session_payeur,
        montant=montant,
        reste_constate=reste,
        **champs,
    )
    tentative.passages.create(
        acte="creer", depart="", arrivee=tentative.etat, par=Utilisateur.objects.systeme()
    )
    return tentative


def initier(tentative: Tentative, *, source: str) -> None:
    """Create the payment at the gateway, or find the one that an interrupted call created.

    Raises:
        PaiementIndisponible: the gateway refused, or did not answer.
    """
    try:
        reference = passerelle().creer(demande(tentative))
    except PasserelleMuette as erreur:
        _noter(tentative, "douter", source=source, anomalie=f"création incertaine : {erreur}")
        raise PaiementIndisponible(INDISPONIBLE) from erreur
    except PasserelleRefuse as erreur:
        journal.error("paiement_refuse_a_la_creation", tentative=str(tentative.jeton))
        _noter(tentative, "annuler", source=source, anomalie=f"création refusée : {erreur}")
        raise PaiementIndisponible(INDISPONIBLE) from erreur
    _noter(
        tentative,
        "initier",
        source=source,
        anomalie="",
        reference=reference.identifiant,
        secret_client=reference.secret_client,
    )


def demande(tentative: Tentative) -> Demande:
    """Return what the payment of `tentative` is created with."""
    est_sous_attaque = limites.est_sous_attaque()
    if est_sous_attaque:
        journal.error("essais_de_cartes_suspects", objet=tentative.objet)
    titre = tentative.titre
    return Demande(
        tentative=tentative.jeton,
        cle=f"tentative-{tentative.jeton}-create",
        montant=tentative.montant,
        objet=tentative.objet,
        reference_titre=titre.reference if titre else f"vente-{tentative.vente_id}",
        exiger_authentification=est_sous_attaque,
        au_lecteur=bool(tentative.lecteur),
    )


def _noter(tentative: Tentative, acte: str, *, source: str, **champs: str) -> None:
    """Carry the attempt through `acte`; harmless when another process has just done it."""
    try:
        franchir(
            tentative,
            acte,
            par=Utilisateur.objects.systeme(),
            motif=source,
            modifiee_le=timezone.now(),
            **champs,
        )
    except TransitionInterdite:
        tentative.refresh_from_db()


def controler_avant_paiement(tentative: Tentative) -> str:
    """Return in French why the card must not be charged now, or "" (I6): asked just before.

    The debt may have been paid or changed since the page was shown.
    """
    titre = tentative.titre
    reste = reste_du(titre)
    if motif := creances.motif_impayable(titre, reste):
        return motif
    if tentative.etat not in {EtatTentative.INITIEE, EtatTentative.AUTHENTIFICATION}:
        return "Ce paiement n’est plus ouvert : rechargez la page pour voir où il en est."
    if motif := creances.motif_fermeture():
        return motif
    if reste != tentative.reste_constate:
        return "Le montant dû a changé : revenez à la page précédente pour voir le nouveau montant."
    return motif_attente(titre.pk, tentative.session_payeur)


@transaction.atomic
def partir(tentative: Tentative) -> str:
    """Note that the payer goes to the bank's page, where no other may pay meanwhile (I6).

    Under the lock of the debt: of two browsers that leave together, the second is told.

    Returns:
        Why he must not go, in French, or "".
    """
    creances.verrouiller_dette(tentative.titre_id, None)
    tentative.refresh_from_db()
    motif = controler_avant_paiement(tentative)
    if not motif:
        franchir(
            tentative,
            "partir",
            par=Utilisateur.objects.systeme(),
            motif="page de la banque",
            modifiee_le=timezone.now(),
        )
    return motif
