"""Card payments on a reader driven from our server, at the counter (telepaiement.md, §8.5).

One payment at a time on a reader. Whatever happens, the payment is read at the gateway before
another means is taken: the card may have won the race.
"""

from uuid import NAMESPACE_URL, uuid5

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facturier.acces.models import Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import franchir
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import caisse
from telepaiement.models import Canal, EtatTentative, SessionCaisse, Tentative
from telepaiement.passerelles import terminal
from telepaiement.passerelles.contrat import (
    LecteurHorsLigne,
    LecteurOccupe,
    PasserelleMuette,
    PasserelleRefuse,
    StatutLecteur,
)
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import PaiementIndisponible, initier

SOURCE = "lecteur de carte"
OCCUPE = "Le lecteur de carte attend déjà un autre paiement : terminez-le ou annulez-le d’abord."
HORS_LIGNE = (
    "Le lecteur de carte ne répond pas. Rien n’a été prélevé : proposez le terminal de la banque, "
    "les espèces ou un chèque, ou vérifiez que le lecteur est allumé et connecté."
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
    if not session.guichet.lecteur:
        raise ValidationError("Ce guichet n’a pas de lecteur de carte.")
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    tentative = _en_cours(session, titre_id, montant)
    if tentative is None:
        caisse.liberer(titre_id, par)
        tentative = _reserver(session, titre_id, montant, par)
    if not tentative.reference:
        try:
            initier(tentative, source=SOURCE)
        except PaiementIndisponible as erreur:
            raise ValidationError(HORS_LIGNE) from erreur
    return _presenter(tentative, par)


def _en_cours(session: SessionCaisse, titre_id: int, montant: int) -> Tentative | None:
    return (
        Tentative.objects.ouvertes()
        .filter(session=session, titre_id=titre_id, montant=montant)
        .exclude(etat=EtatTentative.A_VERIFIER)
        .select_related("titre", "session__regie")
        .first()
    )


def _reserver(session: SessionCaisse, titre_id: int, montant: int, par: Utilisateur) -> Tentative:
    """Commit the intention, under the lock of the debt; the reader is then ours."""
    try:
        with transaction.atomic():
            titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
            caisse.controler_dette(session=session, titre=titre, montant=montant)
            if not session.regie.accepte_tpe:
                raise ValidationError("L’acte de la régie n’admet pas le paiement par carte.")
            if any(tentative.est_engagee for tentative in titre.tentatives.ouvertes()):
                raise ValidationError(caisse.PAIEMENT_EN_COURS)
            tentative = Tentative.objects.create(
                titre=titre,
                canal=Canal.GUICHET_TPE,
                session=session,
                lecteur=session.guichet.lecteur,
                session_payeur=uuid5(NAMESPACE_URL, f"caisse-{session.pk}"),
                montant=montant,
                reste_constate=reste_du(titre),
            )
            tentative.passages.create(acte="creer", depart="", arrivee=tentative.etat, par=par)
            return tentative
    except IntegrityError as erreur:
        occupe = "tentative_une_ouverte_par_lecteur" in str(erreur) or "lecteur" in str(erreur)
        raise ValidationError(OCCUPE if occupe else phrase_de_la_base(erreur)) from erreur


def _presenter(tentative: Tentative, par: Utilisateur) -> Tentative:
    """Hand the payment to the reader; without a reader, the attempt is closed at once."""
    try:
        terminal().lancer(tentative.lecteur, tentative.reference)
    except LecteurOccupe as erreur:
        fermer(tentative, "annuler", source=SOURCE, par=par)
        raise ValidationError(OCCUPE) from erreur
    except LecteurHorsLigne as erreur:
        fermer(tentative, "annuler", source=SOURCE, par=par)
        raise ValidationError(HORS_LIGNE) from erreur
    except PasserelleRefuse:
        return synchroniser(tentative, source=SOURCE, par=par)  # paid or closed meanwhile
    except PasserelleMuette:
        return suivre(tentative, par=par)
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
