"""Card payments on a reader driven from our server, at the counter (telepaiement.md, §8.5).

One payment at a time on a reader. Whatever happens, the payment is read at the gateway before
another means is taken: the card may have won the race.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facturier.acces.models import Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import franchir
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import caisse, creances, ventes
from telepaiement.models import (
    Canal,
    Encaissement,
    EtatTentative,
    Regie,
    SessionCaisse,
    Tentative,
)
from telepaiement.passerelles import terminal
from telepaiement.passerelles.contrat import (
    LecteurHorsLigne,
    LecteurOccupe,
    PasserelleMuette,
    PasserelleRefuse,
    StatutLecteur,
)
from telepaiement.querysets import TentativeQuerySet
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import PaiementIndisponible, initier

SOURCE = "lecteur de carte"
OCCUPE = "Le lecteur de carte attend déjà un autre paiement : terminez-le ou annulez-le d’abord."
HORS_LIGNE = (
    "Le lecteur de carte ne répond pas. Rien n’a été prélevé : proposez le terminal de la banque, "
    "les espèces ou un chèque, ou vérifiez que le lecteur est allumé et connecté."
)
BANQUE_MUETTE = (
    "Le lecteur de carte ne répond pas, et la banque non plus : on ne sait pas si la carte a "
    "payé. Reprenez ce paiement pour le demander à nouveau à la banque, et n’encaissez rien "
    "d’autre avant."
)


def lancer(*, session: SessionCaisse, titre_id: int, montant: int, par: Utilisateur) -> Tentative:
    """Ask the reader of the counter to take the card; return the attempt, to be followed.

    Asking again for the same sum, after a refusal or a cut, finds the same attempt.

    Args:
        montant: whole francs, at most what is owed.

    Raises:
        ValidationError: no reader here, busy, off line, a sum that is not owed, someone else's
            till, or another payment of this debt that may be succeeding.
    """
    _exiger_lecteur(session, par)
    tentatives = Tentative.objects.filter(titre_id=titre_id)
    tentative = _en_cours(tentatives.filter(session=session, montant=montant))
    if tentative is None:
        caisse.liberer(tentatives, par)
        with _occupe():
            tentative = _reserver_titre(session, titre_id, montant, par)
    return _poursuivre(tentative, par)


def vendre(
    *,
    session: SessionCaisse,
    identifiant: UUID,
    quantites: Mapping[int, int],
    payeur: str,
    montant: int,
    par: Utilisateur,
) -> Tentative:
    """Ask the reader of the counter to take the card for a sale; return the attempt.

    The sale is recorded, with its money and its quittance, once the card has paid. Asking again
    for the same sale, after a refusal or a cut, finds the same attempt.

    Args:
        identifiant: identity of the sale, drawn when its quantities were typed.
        quantites: how many of each product, by its key.
        montant: the total in whole francs that was shown.

    Raises:
        ValidationError: as `lancer` and `ventes.chiffrer`, the tariff has changed, or the sale is
            paid already.
    """
    _exiger_lecteur(session, par)
    tentatives = ventes.tentatives_de(identifiant)
    tentative = _en_cours(tentatives.filter(session=session, montant=montant))
    if tentative is None:
        caisse.liberer(tentatives, par)
        with _occupe():
            tentative = _reserver_vente(session, identifiant, quantites, payeur, montant, par)
    return _poursuivre(tentative, par)


def reprendre(tentative: Tentative, *, par: Utilisateur) -> Tentative:
    """Present a card again for the same payment, after a refusal.

    Raises:
        ValidationError: as `lancer`, or the payment is no longer open.
    """
    if tentative.session is None or _en_cours(Tentative.objects.filter(pk=tentative.pk)) is None:
        raise ValidationError("Ce paiement n’est plus ouvert : recommencez-en un.")
    _exiger_lecteur(tentative.session, par)
    return _poursuivre(tentative, par)


def en_attente(session: SessionCaisse) -> TentativeQuerySet:
    """Return the payments that the reader of this till has not ended, oldest first.

    Each holds the reader, and the closing of the till.
    """
    return session.tentatives.ouvertes().select_related("titre", "vente").order_by("pk")


def _exiger_lecteur(session: SessionCaisse, par: Utilisateur) -> None:
    if not session.guichet.lecteur:
        raise ValidationError("Ce guichet n’a pas de lecteur de carte.")
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    if motif := creances.motif_fermeture():
        raise ValidationError(motif)


def _en_cours(tentatives: TentativeQuerySet) -> Tentative | None:
    return (
        tentatives.ouvertes()
        .exclude(etat=EtatTentative.A_VERIFIER)
        .select_related("titre", "vente", "session__regie")
        .first()
    )


@contextmanager
def _occupe() -> Iterator[None]:
    """Say in French why the base refused an intention: the reader, most often, is taken."""
    try:
        yield
    except IntegrityError as erreur:
        occupe = "tentative_une_ouverte_par_lecteur" in str(erreur) or "lecteur" in str(erreur)
        raise ValidationError(OCCUPE if occupe else phrase_de_la_base(erreur)) from erreur


@transaction.atomic
def _reserver_titre(
    session: SessionCaisse, titre_id: int, montant: int, par: Utilisateur
) -> Tentative:
    """Commit the intention, under the lock of the debt; the reader is then ours."""
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    caisse.controler_dette(session=session, titre=titre, montant=montant)
    return _reserver(
        session,
        titre.tentatives,
        par,
        titre=titre,
        session_payeur=uuid5(NAMESPACE_URL, f"caisse-{session.pk}"),
        montant=montant,
        reste_constate=reste_du(titre),
    )


@transaction.atomic
def _reserver_vente(
    session: SessionCaisse,
    identifiant: UUID,
    quantites: Mapping[int, int],
    payeur: str,
    montant: int,
    par: Utilisateur,
) -> Tentative:
    """Commit what is bought and the intention, under the lock of the régie."""
    Regie.objects.select_for_update(of=("self",)).get(pk=session.regie_id)
    caisse.exiger_du_jour(session)
    ventes.controler_total(session.regie, quantites, montant)
    if Encaissement.objects.filter(saisie=identifiant).exists():
        raise ValidationError("Cette vente est déjà payée : n’encaissez rien d’autre.")
    return _reserver(
        session,
        ventes.tentatives_de(identifiant),
        par,
        vente=ventes.poser_vente(
            regie=session.regie, jour=session.jour, quantites=quantites, payeur=payeur
        ),
        session_payeur=identifiant,
        montant=montant,
        reste_constate=montant,
    )


def _reserver(
    session: SessionCaisse, tentatives: Any, par: Utilisateur, **champs: Any
) -> Tentative:
    if not session.regie.accepte_tpe:
        raise ValidationError("L’acte de la régie n’admet pas le paiement par carte.")
    if tentatives.engagees().exists():
        raise ValidationError(caisse.PAIEMENT_EN_COURS)
    tentative = Tentative.objects.create(
        canal=Canal.GUICHET_TPE, session=session, lecteur=session.guichet.lecteur, **champs
    )
    tentative.passages.create(acte="creer", depart="", arrivee=tentative.etat, par=par)
    return tentative


def _poursuivre(tentative: Tentative, par: Utilisateur) -> Tentative:
    """Create the payment at the gateway if need be, then hand it to the reader."""
    if not tentative.reference:
        try:
            initier(tentative, source=SOURCE)
        except PaiementIndisponible as erreur:
            raise ValidationError(HORS_LIGNE) from erreur
    return _presenter(tentative, par)


def _presenter(tentative: Tentative, par: Utilisateur) -> Tentative:
    """Hand the payment to the reader; without a reader, the attempt is closed at once."""
    try:
        terminal().lancer(tentative.lecteur, tentative.reference)
    except (LecteurOccupe, LecteurHorsLigne) as erreur:
        apres = abandonner(tentative, par=par)
        if apres.etat == EtatTentative.REUSSIE:
            return apres
        if not apres.est_finale:
            raise ValidationError(BANQUE_MUETTE) from erreur
        motif = OCCUPE if isinstance(erreur, LecteurOccupe) else HORS_LIGNE
        raise ValidationError(motif) from erreur
    except (PasserelleRefuse, PasserelleMuette):
        return suivre(tentative, par=par)  # paid or closed meanwhile, or not known
    _engager(tentative, par)
    return tentative


def _engager(tentative: Tentative, par: Utilisateur) -> None:
    """Note that the reader waits for the card: no other means is taken meanwhile."""
    tentative.refresh_from_db()
    if tentative.etat in {EtatTentative.INITIEE, EtatTentative.A_VERIFIER}:
        franchir(tentative, "traiter", par=par, motif=SOURCE)


def suivre(tentative: Tentative, *, par: Utilisateur) -> Tentative:
    """Say where a payment on a reader stands; the page of the counter asks every two seconds.

    While the reader waits for the card nothing is read at the bank. A refusal brings the attempt
    back to `initiee`: `lancer` asks again. Without any answer it is `a_verifier`.
    """
    if tentative.est_finale:
        return tentative
    try:
        lecteur = terminal().etat(tentative.lecteur)
        if (
            lecteur.statut == StatutLecteur.EN_COURS
            and lecteur.reference == tentative.reference
            and lecteur.est_en_ligne
        ):
            _engager(tentative, par)
            return tentative
    except (PasserelleMuette, PasserelleRefuse):
        pass  # the payment itself says more than the reader
    try:
        return synchroniser(tentative, source=SOURCE, par=par)
    except PasserelleMuette:
        tentative.refresh_from_db()
        return tentative


def abandonner(tentative: Tentative, *, par: Utilisateur) -> Tentative:
    """Cancel a payment on a reader; the card may have won the race, the attempt is then `reussie`.

    Without an answer the attempt is `a_verifier`, and blocks every other means.
    """
    try:
        return fermer(tentative, "annuler", source=SOURCE, par=par)
    except PasserelleMuette:
        tentative.refresh_from_db()
        return tentative
