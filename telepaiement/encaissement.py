"""Recording money: the Encaissement, its entry and its receipt, in one transaction."""

from datetime import date, datetime
from functools import partial
from typing import Any

from django.db import DatabaseError, transaction
from django.db.models import Q
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.causes import cause, phrase_de_la_base
from facturier.grand_livre import evenements
from facturier.grand_livre.exercices import est_ouvert
from facturier.grand_livre.models import Titre
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.regies import recevoir_a_classer, vendre_au_comptant
from facturier.grand_livre.soldes import reste_du
from telepaiement import courriels, echeanciers, quittances
from telepaiement.creances import regie_en_ligne
from telepaiement.models import (
    Encaissement,
    EtatSession,
    Mode,
    Regie,
    SessionCaisse,
    Tentative,
    Vente,
)
from telepaiement.passerelles.contrat import EtatDistant


class RegieAbsente(RuntimeError):
    """No régie holds online payment: its reference data is missing."""


INSCRIPTION_IMPOSSIBLE = (DatabaseError, EcritureRefusee, OSError, RegieAbsente)


def dire(erreur: Exception) -> str:
    """Return in French why money received could not be recorded."""
    if isinstance(erreur, OSError):
        return f"les documents ne s’écrivent pas ({cause(erreur)})"
    return phrase_de_la_base(erreur) if isinstance(erreur, DatabaseError) else str(erreur)


def encaisser_carte(
    tentative: Tentative, distant: EtatDistant, *, par: Utilisateur
) -> Encaissement:
    """Record the money of a card payment made through the gateway, under the lock of the debt.

    What the debt no longer calls for is flagged `trop_percu`: money received is never refused. So
    is the whole of a sale that was paid otherwise meanwhile.

    Raises:
        RegieAbsente: no régie holds online payment.
    """
    regie, session = _lieu(tentative)
    fait: dict[str, Any] = {
        "regie": regie,
        "mode": Mode.LECTEUR if tentative.lecteur else Mode.CARTE,
        "montant": distant.montant,
        "moment": distant.encaisse_le or timezone.now(),
        "reference": distant.charge,
        "par": par,
        "session": session,
        "tentative": tentative,
        "charge": distant.charge,
        "marque": distant.marque[:20],
        "quatre_derniers": distant.quatre_derniers,
    }
    if tentative.vente is None:
        encaissement = enregistrer(titre=tentative.titre, **fait)
    else:
        encaissement = _encaisser_vente_au_lecteur(tentative, tentative.vente, fait)
    transaction.on_commit(
        partial(courriels.envoyer_quittance, encaissement.quittance.pk), robust=True
    )
    return encaissement


def _encaisser_vente_au_lecteur(
    tentative: Tentative, vente: Vente, fait: dict[str, Any]
) -> Encaissement:
    """Record a sale paid at the reader, owed back whole when the buyer has paid it otherwise."""
    deja = Encaissement.objects.filter(
        Q(saisie=tentative.session_payeur) | Q(tentative__session_payeur=tentative.session_payeur)
    )
    saisies: dict[str, Any] = {} if deja.exists() else {"saisie": tentative.session_payeur}
    trop_percu = fait["montant"] if deja.valides().exists() else 0
    return enregistrer_vente(vente, trop_percu=trop_percu, **fait, **saisies)


def _lieu(tentative: Tentative) -> tuple[Regie, SessionCaisse | None]:
    """Return the régie that receives the money, and its till while it is open.

    A success that comes after the till was closed stays with the régie, in no till.
    """
    if tentative.session is None:
        regie = regie_en_ligne()
        if regie is None:
            raise RegieAbsente("Aucune régie ne tient le paiement en ligne.")
        return regie, None
    ouverte = SessionCaisse.objects.select_for_update(of=("self",)).filter(
        pk=tentative.session.pk, etat=EtatSession.OUVERTE
    )
    return tentative.session.regie, ouverte.first()


def enregistrer(
    *,
    titre: Titre,
    regie: Regie,
    mode: str,
    montant: int,
    moment: datetime,
    reference: str,
    par: Utilisateur,
    code: str = "",
    **details: Any,
) -> Encaissement:
    """Post money received for `titre`, record it, close a paid échéancier, issue its quittance.

    The caller holds the lock of the titre, in a transaction.

    Args:
        montant: whole francs received.
        moment: when, in UTC; the day of the till and of the entry come from it.
        reference: identity of the money fact: charge of the gateway, or entry at the counter.
        code: verification code that the payer has on paper already, or "".
        details: other fields of the Encaissement.

    Raises:
        facturier.grand_livre.passation.EcritureRefusee: the ledger refuses the entry.
    """
    trop_percu = max(0, montant - max(reste_du(titre), 0))
    jour = jour_de_caisse(regie, moment)
    ecriture = evenements.encaisser(
        titre,
        mode=mode,
        montant=montant,
        trop_percu=trop_percu,
        date_comptable=date_comptable(jour),
        reference=reference,
        par=par,
    )
    encaissement = Encaissement.objects.create(
        titre=titre,
        regie=regie,
        mode=mode,
        montant=montant,
        trop_percu=trop_percu,
        encaisse_le=moment,
        jour=jour,
        par=par,
        ecriture=ecriture,
        **details,
    )
    echeanciers.suivre(titre)
    quittances.emettre(encaissement, code=code)
    return encaissement


def enregistrer_vente(
    vente: Vente,
    *,
    regie: Regie,
    mode: str,
    montant: int,
    moment: datetime,
    reference: str,
    par: Utilisateur,
    trop_percu: int = 0,
    code: str = "",
    **details: Any,
) -> Encaissement:
    """Post money received for a sale, record it, issue its quittance.

    The caller holds the lock of the régie, in a transaction. The arguments are those of
    `enregistrer`; `trop_percu` is what is owed back, in whole francs.
    """
    jour = jour_de_caisse(regie, moment)
    ecriture = vendre_au_comptant(
        mode=mode,
        montant=montant,
        trop_percu=trop_percu,
        date_comptable=date_comptable(jour),
        reference=reference,
        par=par,
    )
    encaissement = Encaissement.objects.create(
        vente=vente,
        regie=regie,
        mode=mode,
        montant=montant,
        trop_percu=trop_percu,
        encaisse_le=moment,
        jour=jour,
        par=par,
        ecriture=ecriture,
        **details,
    )
    quittances.emettre(encaissement, code=code)
    return encaissement


def enregistrer_a_classer(
    *,
    mention: str,
    regie: Regie,
    mode: str,
    montant: int,
    moment: datetime,
    reference: str,
    par: Utilisateur,
    code: str = "",
    **details: Any,
) -> Encaissement:
    """Post money received for nothing that is known, record it, issue its quittance.

    The arguments are those of `enregistrer`; `mention` is what the paper says.
    """
    jour = jour_de_caisse(regie, moment)
    ecriture = recevoir_a_classer(
        mode=mode,
        montant=montant,
        date_comptable=date_comptable(jour),
        reference=reference,
        par=par,
    )
    encaissement = Encaissement.objects.create(
        mention=mention,
        regie=regie,
        mode=mode,
        montant=montant,
        encaisse_le=moment,
        jour=jour,
        par=par,
        ecriture=ecriture,
        **details,
    )
    quittances.emettre(encaissement, code=code)
    return encaissement


def jour_de_caisse(regie: Regie, moment: datetime) -> date:
    """Return the day in Nouméa of money received, or today when its month is justified since."""
    jour, aujourd_hui = timezone.localdate(moment), timezone.localdate()
    if jour >= aujourd_hui.replace(day=1):
        return jour
    est_justifie = regie.etats_mensuels.filter(mois=jour.replace(day=1)).exists()
    return aujourd_hui if est_justifie else jour


def date_comptable(jour: date) -> date:
    """Return the day of the money, or today when its exercice is closed since."""
    return jour if est_ouvert(jour.year) else timezone.localdate()
