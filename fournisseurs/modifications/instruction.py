"""What agents do with a request: call back, check, approve, refuse, stop it, set it going again."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import TransitionInterdite, exiger, franchir
from facturier.grand_livre.models import Parametre
from fournisseurs.models import (
    ActeJournal,
    ContactConnu,
    ContreAppel,
    DemandeModification,
    EtatModification,
    Fournisseur,
    Justificatif,
)
from fournisseurs.modifications.application import appliquer, retablir
from fournisseurs.modifications.avis import annoncer_contestation, annoncer_issue
from fournisseurs.modifications.donnees import changes_depuis
from fournisseurs.modifications.trace import consigner_acte
from fournisseurs.refus import journaliser_decisions

APPELABLES = (
    EtatModification.DEPOSEE,
    EtatModification.CONTROLEE,
    EtatModification.APPROUVEE,
    EtatModification.CONTESTEE,
)


@transaction.atomic
def appeler(
    demande: DemandeModification,
    *,
    contact: ContactConnu | None,
    resultat: str,
    interlocuteur: str,
    par: Utilisateur,
    commentaire: str = "",
) -> ContreAppel:
    """Record a call back on `contact`, a number known before the request.

    `contact` is None for a visit with an identity document, when no number was known. Somebody
    who does not recognise the request contests it at once.

    Raises:
        TransitionInterdite: closed, number of another request, name missing, or a number is known.
        PermissionDenied: `par` is not an agent.
    """
    _exiger_agent(par)
    verrouiller(demande)
    if demande.etat not in APPELABLES:
        raise TransitionInterdite("Cette demande est close : il n’y a plus personne à appeler.")
    numeros = demande.contacts.filter(genre=ContactConnu.Genre.TELEPHONE)
    if contact is None and numeros.exists():
        raise TransitionInterdite("Choisissez le numéro appelé parmi ceux connus avant la demande.")
    if contact is not None and not numeros.filter(pk=contact.pk).exists():
        raise TransitionInterdite("Ce numéro n’était pas connu avant la demande.")
    if resultat != ContreAppel.Resultat.SANS_REPONSE and not interlocuteur.strip():
        raise TransitionInterdite("Dites qui a répondu : son nom et sa fonction.")
    appel = ContreAppel.objects.create(
        demande=demande,
        contact=contact,
        interlocuteur=interlocuteur.strip(),
        resultat=resultat,
        commentaire=commentaire.strip(),
        par=par,
    )
    if resultat == ContreAppel.Resultat.NON_RECONNU:
        contester(demande, par=par, motif=f"Au téléphone : {interlocuteur.strip()}")
    consigner_acte(ActeJournal.CONTRE_APPEL, demande, par=par, motif=str(appel))
    return appel


@journaliser_decisions
@transaction.atomic
def controler(demande: DemandeModification, *, par: Utilisateur) -> None:
    """First agent: the evidence agrees and a call back has confirmed the change of account.

    Raises:
        TransitionInterdite: not a change of account, no call confirms it, the datum changed
            meanwhile, or `par` asked for it online.
        ActeInterdit: `par` is not an agent.
    """
    verrouiller(demande)
    if not demande.est_compte:
        raise TransitionInterdite("Cette demande se décide en une fois : approuvez-la ou refusez.")
    if demande.demandeur_id == par.pk and demande.est_en_ligne:
        raise TransitionInterdite(AUTRE_AGENT)
    exiger(demande, "controler", par=par)
    _exiger_evidence(demande)
    if not demande.est_confirmee:
        raise TransitionInterdite(
            "Aucun contre-appel ne confirme la demande : appelez un numéro connu avant elle, puis "
            "consignez l’appel."
        )
    franchir(demande, "controler", par=par, controlee_par=par)
    consigner_acte(ActeJournal.DEMANDE_CONTROLEE, demande, par=par)


@journaliser_decisions
@transaction.atomic
def approuver(demande: DemandeModification, *, par: Utilisateur) -> DemandeModification:
    """Decide that the change will be made: at once, or after cooling for a bank account.

    Raises:
        TransitionInterdite: by who asked for it or checked it, too early, already decided, or the
            datum changed meanwhile.
        ActeInterdit: `par` is not an agent.
    """
    verrouiller(demande)
    if par.pk in (demande.demandeur_id, demande.controlee_par_id):
        raise TransitionInterdite(AUTRE_AGENT)
    if demande.est_compte and demande.etat == EtatModification.DEPOSEE:
        raise TransitionInterdite("Un premier agent doit d’abord contrôler la demande et appeler.")
    exiger(demande, "approuver", par=par)
    _exiger_evidence(demande)
    maintenant = timezone.now()
    applicable_le = maintenant
    if demande.est_compte:
        heures = Parametre.objects.entier("delai_carence_compte_heures", timezone.localdate())
        applicable_le += timedelta(hours=heures)
    franchir(demande, "approuver", par=par, approuvee_par=par, applicable_le=applicable_le)
    if demande.est_compte:
        transaction.on_commit(lambda: annoncer_issue(demande), robust=True)
    else:
        appliquer(demande, par=par)
    consigner_acte(ActeJournal.DEMANDE_APPROUVEE, demande, par=par)
    return demande


@journaliser_decisions
@transaction.atomic
def refuser(demande: DemandeModification, *, par: Utilisateur, motif: str) -> None:
    """Refuse a request for `motif`; one contested after it was applied is undone.

    Raises:
        TransitionInterdite: no reason, already decided, or made by `par`.
        ActeInterdit: `par` is not an agent.
    """
    verrouiller(demande)
    motif = motif.strip()
    if not motif:
        raise TransitionInterdite("Indiquez le motif du refus : il est envoyé au demandeur.")
    if demande.demandeur_id == par.pk:
        raise TransitionInterdite(AUTRE_AGENT)
    exiger(demande, "refuser", par=par)
    if demande.appliquee_le is not None:
        retablir(demande, par=par)
    franchir(demande, "refuser", par=par, motif=motif, motif_refus=motif, traitee_le=timezone.now())
    transaction.on_commit(lambda: annoncer_issue(demande), robust=True)
    consigner_acte(ActeJournal.DEMANDE_REFUSEE, demande, par=par, motif=motif)


@transaction.atomic
def contester(demande: DemandeModification, *, par: Utilisateur, motif: str) -> bool:
    """Stop a request that its supposed author does not recognise; payments of the tiers wait.

    Harmless when it is already contested, refused or withdrawn.

    Returns:
        Whether it was stopped by this call.
    """
    verrouiller(demande)
    if demande.etat not in demande.TRANSITIONS["contester"].departs:
        return False
    franchir(demande, "contester", par=par, motif=motif)
    transaction.on_commit(lambda: annoncer_contestation(demande), robust=True)
    consigner_acte(ActeJournal.DEMANDE_CONTESTEE, demande, par=par, motif=motif)
    return True


@journaliser_decisions
@transaction.atomic
def lever_contestation(demande: DemandeModification, *, par: Utilisateur, motif: str) -> None:
    """Set a contested request going again: to be checked anew, or in force if it was applied.

    Raises:
        TransitionInterdite: not contested, no reason, no call back since, or made by `par`.
        ActeInterdit: `par` is not an agent.
    """
    verrouiller(demande)
    if not motif.strip():
        raise TransitionInterdite("Dites pourquoi la contestation est levée.")
    if demande.demandeur_id == par.pk:
        raise TransitionInterdite(AUTRE_AGENT)
    exiger(demande, "lever_contestation", par=par)
    if not demande.est_confirmee:
        raise TransitionInterdite(
            "Depuis la contestation, aucun contre-appel ne confirme la demande : appelez d’abord."
        )
    vers, champs = EtatModification.APPLIQUEE, {}
    if demande.appliquee_le is None:
        vers = EtatModification.DEPOSEE
        champs = dict.fromkeys(("controlee_par", "approuvee_par", "applicable_le"))
    franchir(demande, "lever_contestation", par=par, motif=motif.strip(), vers=vers, **champs)
    consigner_acte(ActeJournal.CONTESTATION_LEVEE, demande, par=par, motif=motif.strip())


AUTRE_AGENT = (
    "Vous avez saisi ou contrôlé cette demande : un autre agent doit prendre cette décision."
)


def _exiger_agent(par: Utilisateur) -> None:
    if not par.a_role(Role.AGENT):
        raise PermissionDenied("Seul un agent des finances consigne un contre-appel.")


def verrouiller(demande: DemandeModification) -> None:
    """Lock the supplier, then read the request again: two agents act one after the other."""
    Fournisseur.objects.select_for_update(of=("self",)).get(pk=demande.fournisseur_id)
    demande.refresh_from_db()


def _exiger_evidence(demande: DemandeModification) -> None:
    if perimes := changes_depuis(demande):
        raise TransitionInterdite(
            f"La donnée a changé depuis le dépôt ({', '.join(perimes)}) : refusez la demande et "
            "faites-en déposer une autre."
        )
    infectes = demande.justificatifs.filter(analyse=Justificatif.Analyse.INFECTE)
    if infectes.exists():
        raise TransitionInterdite(
            "Un justificatif contient un virus : refusez la demande et demandez un document sain."
        )
