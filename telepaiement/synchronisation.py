"""Reading a payment back and applying what the gateway says (telepaiement.md, §8.2 and §8.3).

One function serves the return page, the notifications, the sweeper and the agents: the order in
which they come does not matter. The payment is read before the locks are taken, because no call to
the outside may hold one (I7); a stale reading is harmless, for a success is never undone here and
a final state only moves to `reussie`.
"""

from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.montants import DEVISE, afficher
from telepaiement.creances import verrouiller_dette
from telepaiement.encaissement import INSCRIPTION_IMPOSSIBLE, dire, encaisser_carte
from telepaiement.models import EtatTentative, Tentative
from telepaiement.passerelles import passerelle, terminal
from telepaiement.passerelles.contrat import (
    EtatDistant,
    PasserelleMuette,
    PasserelleRefuse,
    StatutDistant,
)

journal = structlog.get_logger(__name__)
SANS_REFERENCE = "jamais transmise à la passerelle"
RECU_NON_INSCRIT = "payé, à inscrire"


def synchroniser(
    tentative: Tentative, *, source: str, par: Utilisateur | None = None, fin: str = "annuler"
) -> Tentative:
    """Read the payment of `tentative` and bring the attempt where the money is.

    Args:
        source: what asked for it, kept with each passage: notification, retour, balayage, agent.
        par: who asked; the system by default.
        fin: act by which a payment found cancelled closes the attempt.

    Returns:
        The attempt as it now stands. Without a payment to read, or once it has succeeded, it is
        left as it is.

    Raises:
        PasserelleMuette: the gateway cannot tell; an open attempt is then `a_verifier`.
    """
    acteur = par or Utilisateur.objects.systeme()
    if not tentative.reference or tentative.etat == EtatTentative.REUSSIE:
        return tentative
    tentative = _lire_et_appliquer(tentative, source=source, par=acteur, fin=fin)
    refus_maximal = settings.LIMITES_PAIEMENT["refus_par_paiement"]
    if tentative.etat == EtatTentative.INITIEE and tentative.nb_refus >= refus_maximal:
        return fermer(tentative, "echouer", source=source, par=acteur)
    return tentative


def fermer(
    tentative: Tentative, acte: str, *, source: str, par: Utilisateur | None = None
) -> Tentative:
    """Cancel the payment, then close the attempt by `acte`; the card may have won the race.

    While its payer is on the bank's own page, it is only read: it stays open.

    Args:
        acte: `annuler`, `expirer` or `echouer`.

    Raises:
        PasserelleMuette: the gateway did not answer; the attempt is then `a_verifier`.
    """
    acteur = par or Utilisateur.objects.systeme()
    if not tentative.reference:
        return _fermer_sans_paiement(tentative.pk, acte, source, acteur)
    tentative.refresh_from_db(fields=["etat", "modifiee_le"])
    if tentative.est_chez_la_banque:
        return _lire_et_appliquer(tentative, source=source, par=acteur, fin=acte)
    liberer_lecteur(tentative)
    try:
        distant = passerelle().annuler(tentative.reference)
    except PasserelleRefuse:
        journal.info("annulation_devancee", tentative=str(tentative.jeton))
        return _lire_et_appliquer(tentative, source=source, par=acteur, fin=acte)
    except PasserelleMuette as erreur:
        _douter(tentative, erreur, source=source, par=acteur, fin=acte)
        raise
    return _appliquer(tentative.pk, distant, source=source, par=acteur, fin=acte)


def liberer_lecteur(tentative: Tentative) -> None:
    """Make the reader forget the payment; one that does not answer is not waited for."""
    if not tentative.lecteur:
        return
    try:
        if terminal().etat(tentative.lecteur).reference == tentative.reference:
            terminal().abandonner(tentative.lecteur)
    except (PasserelleMuette, PasserelleRefuse) as erreur:
        journal.warning("lecteur_muet", lecteur=tentative.lecteur, motif=str(erreur))


def _lire_et_appliquer(
    tentative: Tentative, *, source: str, par: Utilisateur, fin: str
) -> Tentative:
    """Read the payment, without any lock, then apply the reading under the locks."""
    try:
        distant = passerelle().lire(tentative.reference)
    except (PasserelleMuette, PasserelleRefuse) as erreur:
        _douter(tentative, erreur, source=source, par=par, fin=fin)
        raise PasserelleMuette(str(erreur)) from erreur
    return _appliquer(tentative.pk, distant, source=source, par=par, fin=fin)


def _douter(
    tentative: Tentative, erreur: Exception, *, source: str, par: Utilisateur, fin: str
) -> None:
    """Note that the gateway did not answer: an open attempt waits for its next reading."""
    _appliquer(tentative.pk, None, source=source, par=par, fin=fin, anomalie=str(erreur))


@transaction.atomic
def _fermer_sans_paiement(tentative_id: int, acte: str, source: str, par: Utilisateur) -> Tentative:
    tentative = Tentative.objects.select_for_update(of=("self",)).get(pk=tentative_id)
    if not tentative.est_finale and not tentative.reference:
        _franchir(tentative, acte, source, par, anomalie=SANS_REFERENCE)
    return tentative


def _appliquer(
    tentative_id: int,
    distant: EtatDistant | None,
    *,
    source: str,
    par: Utilisateur,
    fin: str,
    anomalie: str = "",
) -> Tentative:
    """Apply a reading; money that cannot be recorded now is kept, and recorded by a later reading.

    Whatever refuses it (exercice closed, store of documents full), the payer has paid.
    """
    try:
        with transaction.atomic():
            tentative = _verrouiller(tentative_id)
            if tentative.etat == EtatTentative.REUSSIE:
                return tentative
            if distant and distant.statut == StatutDistant.REUSSI:
                _constater_succes(tentative, distant, source, par)
            elif not tentative.est_finale:
                _suivre(tentative, distant, source, par, fin, anomalie)
            return tentative
    except INSCRIPTION_IMPOSSIBLE as erreur:
        if not distant or distant.statut != StatutDistant.REUSSI:
            raise
        journal.exception("paiement_recu_non_inscrit", tentative=tentative_id)
        return _differer(tentative_id, erreur, source, par)


def _verrouiller(tentative_id: int) -> Tentative:
    """Lock the debt, then the attempt: always in this order.

    A sale has no debt: the régie that sells is locked instead.
    """
    titre_id, regie_id = Tentative.objects.values_list("titre_id", "vente__regie_id").get(
        pk=tentative_id
    )
    titre = verrouiller_dette(titre_id, regie_id)
    tentative = Tentative.objects.select_for_update(of=("self",)).get(pk=tentative_id)
    tentative.titre = titre
    return tentative


@transaction.atomic
def _differer(tentative_id: int, erreur: Exception, source: str, par: Utilisateur) -> Tentative:
    """Note that money was received and could not be recorded, with the reason in French."""
    tentative = _verrouiller(tentative_id)
    motif = f"{RECU_NON_INSCRIT} : {dire(erreur)}"[:200]
    if tentative.est_finale:
        _signaler(tentative, motif, source, par)
    elif tentative.etat != EtatTentative.A_VERIFIER or tentative.anomalie != motif:
        _franchir(tentative, "differer", f"{source} : {motif}"[:200], par, anomalie=motif)
    return tentative


def _constater_succes(
    tentative: Tentative, distant: EtatDistant, source: str, par: Utilisateur
) -> None:
    """Record the money, whatever the state was; what does not match waits for a person."""
    if discordance := _discordance(tentative, distant):
        _signaler(tentative, discordance, source, par)
        return
    acte = "corriger" if tentative.est_finale else "reussir"
    _franchir(tentative, acte, source, par, anomalie="", secret_client="")
    encaisser_carte(tentative, distant, par=par)


def _signaler(tentative: Tentative, discordance: str, source: str, par: Utilisateur) -> None:
    """Note once that the money does not match, in the state where the attempt is."""
    if tentative.anomalie == discordance:
        return
    journal.error("paiement_discordant", tentative=str(tentative.jeton), motif=discordance)
    if not tentative.est_finale:
        _changer(tentative, EtatTentative.A_VERIFIER, "douter", source, par)
    Tentative.objects.filter(pk=tentative.pk).update(anomalie=discordance)
    tentative.anomalie = discordance
    tentative.passages.create(
        acte="discorder",
        depart=tentative.etat,
        arrivee=tentative.etat,
        par=par,
        motif=discordance,
    )


def _discordance(tentative: Tentative, distant: EtatDistant) -> str:
    """Return in French what differs between the payment and the attempt, or ""."""
    if distant.devise != DEVISE:
        return f"devise reçue {distant.devise}, attendue {DEVISE}"
    if distant.montant != tentative.montant:
        return f"montant reçu {afficher(distant.montant)}, attendu {afficher(tentative.montant)}"
    if distant.tentative != str(tentative.jeton):
        return "le paiement porte une autre tentative"
    return "" if distant.charge else "le paiement n’a pas de débit"


def _suivre(
    tentative: Tentative,
    distant: EtatDistant | None,
    source: str,
    par: Utilisateur,
    fin: str,
    anomalie: str,
) -> None:
    """Follow a payment that is not (yet) made: one line of the table of §8.2 each."""
    statut = distant.statut if distant else None
    if statut is None:
        _changer(
            tentative, EtatTentative.A_VERIFIER, "douter", source, par, anomalie=anomalie[:200]
        )
    elif statut == StatutDistant.ANNULE:
        _franchir(tentative, fin, source, par, secret_client="")
    elif statut == StatutDistant.EN_COURS:
        _changer(tentative, EtatTentative.EN_COURS, "traiter", source, par)
    elif statut == StatutDistant.AUTHENTIFICATION:
        _changer(tentative, EtatTentative.AUTHENTIFICATION, "authentifier", source, par)
    elif distant and distant.refus and distant.refus.identifiant != tentative.reference_refus:
        _franchir(
            tentative,
            "refuser",
            source,
            par,
            anomalie="",
            nb_refus=tentative.nb_refus + 1,
            motif_refus=distant.refus.code[:60],
            reference_refus=distant.refus.identifiant[:100],
        )
    elif not tentative.est_chez_la_banque:
        acte = "initier" if tentative.etat == EtatTentative.CREEE else "reprendre"
        _changer(tentative, EtatTentative.INITIEE, acte, source, par, anomalie="")


def _changer(
    tentative: Tentative, etat: str, acte: str, source: str, par: Utilisateur, **champs: Any
) -> None:
    """Carry the attempt through `acte`, unless it is already in `etat`."""
    if tentative.etat != etat:
        _franchir(tentative, acte, source, par, **champs)


def _franchir(
    tentative: Tentative, acte: str, source: str, par: Utilisateur, **champs: Any
) -> None:
    franchir(tentative, acte, par=par, motif=source, modifiee_le=timezone.now(), **champs)
