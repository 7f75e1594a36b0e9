"""Till of a counter: opening, cash, cheques and bank terminal, cancelling (telepaiement.md, §8.5).

A payment is typed, shown again, then confirmed; its identity is drawn when it is typed, so that
confirming twice records it once.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID, uuid4

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.cartes import refuser_numero_de_carte
from facturier.commun.etats import franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Titre
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.soldes import reste_du
from telepaiement import creances, echeanciers
from telepaiement.encaissement import enregistrer
from telepaiement.models import (
    MODES_PASSERELLE,
    AnnulationEncaissement,
    Encaissement,
    EtatFeuillet,
    EtatSession,
    EtatTentative,
    Feuillet,
    Guichet,
    Mode,
    Regie,
    SessionCaisse,
    Tentative,
)
from telepaiement.monnaie import controler_plafond
from telepaiement.nominations import exiger_habilite
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.position import fonds_en_caisse, fonds_remis, position
from telepaiement.querysets import TentativeQuerySet
from telepaiement.synchronisation import fermer

MODES_GUICHET = {
    Mode.TPE: "accepte_tpe",
    Mode.ESPECES: "accepte_especes",
    Mode.CHEQUE: "accepte_cheque",
    Mode.VIREMENT: "accepte_virement",
}
PAIEMENT_EN_COURS = (
    "Un paiement par carte de cette somme est en cours à la banque : attendez sa réponse avant "
    "d’encaisser, pour que le payeur ne paie pas deux fois. S’il l’a abandonné, annulez-le sur la "
    "page du titre."
)
PAIEMENT_DISCORDANT = (
    "La banque a reçu pour cette somme un paiement qui ne correspond pas à ce qui était demandé : "
    "un agent des finances doit le régler, dans « Paiements à vérifier », avant d’encaisser."
)
HORS_ACTE = "L’acte de la régie ne permet pas d’encaisser ce produit (art. 8)."
DEBIT_EN_COURS = (
    "La banque est en train de prendre cette somme : ce paiement ne s’annule pas. Attendez sa "
    "réponse quelques minutes."
)
BANQUE_MUETTE = (
    "La banque ne répond pas : on ne sait pas si ce paiement a abouti. Réessayez dans quelques "
    "minutes, et n’encaissez rien d’autre avant."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Saisie:
    """A payment typed at the counter and not yet confirmed. Amounts in whole francs."""

    mode: str
    montant: int
    identifiant: UUID = field(default_factory=uuid4)
    somme_remise: int | None = None
    numero_ticket: str = ""
    numero_autorisation: str = ""
    marque: str = ""
    quatre_derniers: str = ""
    banque: str = ""
    numero_cheque: str = ""
    tireur: str = ""
    reference_virement: str = ""


@transaction.atomic
def ouvrir_session(*, guichet: Guichet, fonds_caisse: int, par: Utilisateur) -> SessionCaisse:
    """Open the till of `par` at `guichet`, with `fonds_caisse` francs in it.

    Raises:
        ValidationError: counter out of service, `par` not appointed in the régie, more cash than
            the acte allows or than the treasury entrusted, or a till already open at this counter
            or by this person.
    """
    Regie.objects.select_for_update(of=("self",)).get(pk=guichet.regie_id)
    if not guichet.est_ouvert:
        raise ValidationError(f"Le guichet « {guichet.libelle} » n’est pas en service.")
    if fonds_caisse > guichet.regie.fonds_caisse:
        raise ValidationError(
            {
                "fonds_caisse": "L’acte de la régie limite le fonds de caisse à "
                f"{afficher(guichet.regie.fonds_caisse)}."
            }
        )
    exiger_habilite(guichet.regie, par, timezone.localdate())
    libre = fonds_remis(guichet.regie) - fonds_en_caisse(guichet.regie)
    if fonds_caisse > libre:
        raise ValidationError(
            {"fonds_caisse": f"La régie n’a plus que {afficher(max(libre, 0))} de fonds de caisse."}
        )
    session = SessionCaisse(
        guichet=guichet,
        regie=guichet.regie,
        agent=par,
        jour=timezone.localdate(),
        fonds_caisse=fonds_caisse,
    )
    session.full_clean()
    session.save()
    session.passages.create(acte="ouvrir", depart="", arrivee=session.etat, par=par)
    return session


def session_ouverte(agent: Utilisateur) -> SessionCaisse | None:
    """Return the till that `agent` has open, if any."""
    return (
        SessionCaisse.objects.filter(agent=agent, etat=EtatSession.OUVERTE)
        .select_related("guichet", "regie")
        .first()
    )


def modes_admis(regie: Regie) -> list[str]:
    """Return the modes that the acte of `regie` accepts at its counters (art. 9)."""
    return [mode for mode, champ in MODES_GUICHET.items() if getattr(regie, champ)]


def especes_en_caisse(session: SessionCaisse) -> int:
    """Return the cash that should be in the till now, in whole francs."""
    recues = session.encaissements.valides().filter(mode=Mode.ESPECES)
    return int(session.fonds_caisse + (recues.aggregate(total=Sum("montant"))["total"] or 0))


def paiements_ailleurs(session: SessionCaisse, titre: Titre) -> QuerySet[Any]:
    """Return the open payments of `titre` that are not at the reader of this till, oldest first,
    with `engagee`."""
    ouvertes = titre.tentatives.ouvertes().exclude(session=session).avec_engagement()
    return ouvertes.select_related("session__guichet").order_by("pk")


def controler_saisie(*, session: SessionCaisse, titre: Titre, saisie: Saisie) -> None:
    """Check what was typed against the debt, the acte of the régie and the till.

    Raises:
        ValidationError: by field where there is one, in French.
    """
    controler_dette(session=session, titre=titre, montant=saisie.montant)
    controler_moyen(session, saisie)


def controler_moyen(session: SessionCaisse, saisie: Saisie) -> None:
    """Check that this till may take money this way now: its day, the acte, the maximum encaisse.

    Raises:
        ValidationError: by field where there is one, in French.
    """
    exiger_du_jour(session)
    refuser_numero_de_carte(
        numero_ticket=saisie.numero_ticket,
        numero_autorisation=saisie.numero_autorisation,
        numero_cheque=saisie.numero_cheque,
        tireur=saisie.tireur,
        reference_virement=saisie.reference_virement,
    )
    regie = session.regie
    if saisie.mode not in modes_admis(regie):
        raise ValidationError({"mode": "L’acte de la régie n’admet pas ce mode de paiement."})
    if saisie.mode == Mode.ESPECES:
        _controler_especes(regie, saisie)
    if saisie.mode == Mode.TPE and not session.guichet.terminal:
        raise ValidationError({"mode": "Ce guichet n’a pas de terminal bancaire."})


def controler_dette(*, session: SessionCaisse, titre: Titre, montant: int) -> None:
    """Check that this till may take `montant` francs for `titre` now, whatever the means.

    Raises:
        ValidationError: by field where there is one, in French.
    """
    exiger_du_jour(session)
    if not session.regie.admet(titre.code_produit):
        raise ValidationError(HORS_ACTE)
    reste = reste_du(titre)
    if motif := creances.motif_impayable(titre, reste):
        raise ValidationError(motif)
    if not 0 < montant <= reste:
        raise ValidationError({"montant": f"Le montant va de 1 F à {afficher(reste)}, reste dû."})


def exiger_du_jour(session: SessionCaisse) -> None:
    """Refuse a till opened another day.

    Raises:
        ValidationError: it must be closed, and another opened.
    """
    if session.jour != timezone.localdate():
        raise ValidationError("Cette caisse est d’un autre jour : clôturez-la, puis ouvrez-en une.")


def _controler_especes(regie: Regie, saisie: Saisie) -> None:
    if saisie.somme_remise is None or saisie.somme_remise < saisie.montant:
        raise ValidationError({"somme_remise": "La somme remise ne couvre pas le montant."})
    controler_plafond(saisie.montant, timezone.localdate())
    if position(regie).encaisse + saisie.montant > regie.plafond_encaisse:
        raise ValidationError(
            "L’encaisse maximale de la régie serait dépassée "
            f"({afficher(regie.plafond_encaisse)}) : versez d’abord les fonds à la Trésorerie."
        )


def encaisser_au_guichet(
    *, session: SessionCaisse, titre_id: int, saisie: Saisie, par: Utilisateur
) -> Encaissement:
    """Record a confirmed payment and issue its quittance; the same entry confirmed twice, once.

    Online attempts on the debt are closed first; one that the bank may be taking blocks.

    Raises:
        ValidationError: as `controler_saisie`; someone else's till, or a ticket already typed.
    """
    deja = Encaissement.objects.filter(saisie=saisie.identifiant).first()
    if deja is not None:
        return deja
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    liberer(Tentative.objects.filter(titre_id=titre_id), par)
    try:
        return _encaisser(session=session, titre_id=titre_id, saisie=saisie, par=par)
    except IntegrityError as erreur:
        raise ValidationError(expliquer(erreur)) from erreur


@transaction.atomic
def _encaisser(
    *, session: SessionCaisse, titre_id: int, saisie: Saisie, par: Utilisateur
) -> Encaissement:
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    Regie.objects.select_for_update(of=("self",)).get(pk=session.regie_id)
    controler_saisie(session=session, titre=titre, saisie=saisie)
    if titre.tentatives.engagees().exists():
        raise ValidationError(PAIEMENT_EN_COURS)
    return enregistrer(
        titre=titre,
        regie=session.regie,
        mode=saisie.mode,
        montant=saisie.montant,
        moment=timezone.now(),
        reference=f"guichet-{saisie.identifiant}",
        par=par,
        **champs_saisis(session, saisie, session.jour),
    )


def champs_saisis(session: SessionCaisse, saisie: Saisie, jour: date) -> dict[str, Any]:
    """Return the fields of an Encaissement that say how the money of `jour` came to this till."""
    terminal = session.guichet.terminal if saisie.mode == Mode.TPE else ""
    return {
        "session": session,
        "saisie": saisie.identifiant,
        "somme_remise": saisie.somme_remise if saisie.mode == Mode.ESPECES else None,
        "terminal": terminal,
        "rectifie": _ticket_annule(terminal, saisie, jour),
        "numero_ticket": saisie.numero_ticket,
        "numero_autorisation": saisie.numero_autorisation,
        "marque": saisie.marque,
        "quatre_derniers": saisie.quatre_derniers,
        "banque": saisie.banque,
        "numero_cheque": saisie.numero_cheque,
        "tireur": saisie.tireur,
        "reference_virement": saisie.reference_virement,
    }


def _ticket_annule(terminal: str, saisie: Saisie, jour: date) -> Encaissement | None:
    """Return the cancelled entry of the same ticket that this one replaces, if there is one."""
    if not terminal:
        return None
    return Encaissement.objects.filter(
        terminal=terminal,
        jour=jour,
        numero_ticket=saisie.numero_ticket,
        annulation__isnull=False,
        rectifie_par__isnull=True,
    ).first()


def liberer(tentatives: TentativeQuerySet, par: Utilisateur) -> None:
    """Close the open attempts among those on a debt, so that the card cannot be charged meanwhile.

    Without an answer of the gateway no other means is taken (§8.5): the card may be paying.

    Raises:
        ValidationError: one may be succeeding.
    """
    ouvertes: Any = tentatives.ouvertes().avec_engagement()
    for tentative in ouvertes.avec_discordance().order_by("pk"):
        if tentative.est_discordante:
            raise ValidationError(PAIEMENT_DISCORDANT)
        if tentative.engagee:
            raise ValidationError(PAIEMENT_EN_COURS)
        try:
            fermee = fermer(tentative, "annuler", source="encaissement au guichet", par=par)
        except (PasserelleMuette, PasserelleRefuse) as erreur:
            raise ValidationError(PAIEMENT_EN_COURS) from erreur
        if not fermee.est_finale:
            raise ValidationError(PAIEMENT_EN_COURS)


def annuler_en_ligne(tentative: Tentative, *, par: Utilisateur) -> Tentative:
    """Cancel an online payment that its payer left, so that the counter may take the money.

    It is read back: the card may have won the race, and the attempt is then `reussie`.

    Raises:
        ValidationError: at a reader, money to be looked at by an agent, being charged, or no answer
            of the gateway.
    """
    if tentative.session_id is not None:
        raise ValidationError("Ce paiement attend au lecteur d’un guichet : il s’annule là-bas.")
    if Tentative.objects.filter(pk=tentative.pk).avec_discordance().get().est_discordante:
        raise ValidationError(PAIEMENT_DISCORDANT)
    if tentative.etat == EtatTentative.EN_COURS:
        raise ValidationError(DEBIT_EN_COURS)
    if tentative.est_finale:
        return tentative
    try:
        fermee = fermer(tentative, "annuler", source="annulé au guichet", par=par)
    except (PasserelleMuette, PasserelleRefuse) as erreur:
        raise ValidationError(BANQUE_MUETTE) from erreur
    if not fermee.est_finale:
        raise ValidationError(DEBIT_EN_COURS)
    return fermee


def expliquer(erreur: IntegrityError) -> str:
    """Return in French why the base refused money at a till."""
    texte = str(erreur)
    if "encaissement_ticket_unique" in texte or "numero_ticket" in texte:
        return "Ce ticket du terminal est déjà saisi aujourd’hui : vérifiez son numéro."
    if "clôturée" in texte:
        return "Cette caisse vient d’être clôturée : ouvrez-en une autre."
    return "L’encaissement est incomplet ou déjà enregistré : reprenez la saisie."


@transaction.atomic
def annuler_encaissement(
    *, encaissement_id: int, motif: str, par: Utilisateur
) -> AnnulationEncaissement:
    """Cancel a counter payment of the day by reversing its entry; the debt is owed again.

    The leaf that it entered, a paper that exists, may be entered again.

    Raises:
        ValidationError: not of today's open till of `par`, already cancelled, or no reason.
    """
    encaissement = Encaissement.objects.select_related("ecriture").get(pk=encaissement_id)
    titre = None
    if encaissement.titre_id is not None:
        titre = Titre.objects.select_for_update(of=("self",)).get(pk=encaissement.titre_id)
    sessions = SessionCaisse.objects.select_for_update(of=("self",))
    session = sessions.filter(encaissements=encaissement).first()
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi cet encaissement est annulé."})
    _refuser_annulation(encaissement, session, par)
    ecriture = contrepasser(
        encaissement.ecriture, par=par, motif=motif, date_comptable=timezone.localdate()
    )
    if titre is not None:
        echeanciers.suivre(titre)
    _rendre_feuillet(encaissement, motif.strip(), par)
    return AnnulationEncaissement.objects.create(
        encaissement=encaissement, ecriture=ecriture, motif=motif.strip()[:200], par=par
    )


def _rendre_feuillet(encaissement: Encaissement, motif: str, par: Utilisateur) -> None:
    """Keep the wrong entry of a leaf as cancelled; a row of the same number waits in its place."""
    saisis = Feuillet.objects.select_for_update(of=("self",))
    for feuillet in saisis.filter(encaissement=encaissement, etat=EtatFeuillet.SAISI):
        franchir(feuillet, "defaire", par=par, motif=motif)
        neuf = Feuillet.objects.create(
            carnet_id=feuillet.carnet_id, numero=feuillet.numero, code=feuillet.code
        )
        neuf.passages.create(acte="rouvrir", depart="", arrivee=neuf.etat, motif=motif, par=par)


def est_annulable(encaissement: Encaissement, *, par: Utilisateur) -> bool:
    """Tell whether `par` may cancel a payment now."""
    try:
        _refuser_annulation(encaissement, encaissement.session, par)
    except ValidationError:
        return False
    return True


def _refuser_annulation(
    encaissement: Encaissement, session: SessionCaisse | None, par: Utilisateur
) -> None:
    """Refuse to cancel what was not entered today in the open till of `par`, or has been classed.

    A leaf written by hand the day before is cancelled the day it is entered.
    """
    if session is None or session.etat != EtatSession.OUVERTE or session.agent_id != par.pk:
        raise ValidationError("Seul l’agent de la caisse encore ouverte annule un encaissement.")
    if encaissement.mode in MODES_PASSERELLE:
        raise ValidationError("Un paiement au lecteur se rembourse sur la carte qui a payé.")
    if session.jour != timezone.localdate():
        raise ValidationError("Un encaissement s’annule le jour même, pas après.")
    if AnnulationEncaissement.objects.filter(encaissement=encaissement).exists():
        raise ValidationError("Cet encaissement est déjà annulé.")
    if encaissement.classements.valides().exists():
        raise ValidationError("Cette recette est déjà classée : elle ne s’annule plus ici.")
