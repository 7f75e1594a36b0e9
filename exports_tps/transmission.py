"""Handing a flux over to the treasury: sent once, whatever is interrupted, with the proof of it.

Three steps, each recorded: the whole file is written under a provisional name and read back; the
row `ENGAGEE` names that copy; the copy takes the name of the flux. Renaming is one step that takes
the provisional name away: found nowhere afterwards, the file has left and was taken, or somebody
removed the copy. It is never sent again by itself: a person asks the treasury, then for a new
deposit (`nouveau_depot`), which goes through the same steps under the same name.
"""

import hashlib
import secrets
from collections.abc import Collection

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from exports_tps.alertes import alerter
from exports_tps.disjoncteur import a_reprendre, etat_transport, prochain_essai, vient_de_s_ouvrir
from exports_tps.models import EtatFlux, Flux, NouveauDepot, Transmission
from exports_tps.partages import bordereaux_designes
from exports_tps.remises import dire_numeros_pris
from exports_tps.transports import (
    PROVISOIRE,
    NomOccupe,
    Session,
    Transport,
    TransportEnPanne,
    blocs,
    transport,
)
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir, franchir_lot
from facturier.grand_livre.models import Bordereau, Piece, SensPiece
from facturier.grand_livre.suite import (
    PAS_PARTIS,
    attendus_avant,
    citer_avec_etat,
    dire_attendus,
)
from facturier.suivi.avancement import constater_transmission

journal = structlog.get_logger(__name__)
A_ENVOYER = {EtatFlux.CONSTITUE}
PAS_ENCORE_PRETS = {EtatFlux.EN_CONSTITUTION, EtatFlux.EN_ERREUR}
Issue = Transmission.Issue
INTROUVABLE = (
    "Ni la copie ni le fichier ne sont plus chez le destinataire : il l’a sans doute pris, mais "
    "rien ne le prouve. Demandez à la Trésorerie si elle a reçu {nom} ; sinon, déposez-le de "
    "nouveau depuis la page du flux."
)


class EnvoiImpossible(ValidationError):
    """The file did not leave; the attempt is recorded and can be made again."""


class TransportIndisponible(EnvoiImpossible):
    """The transport itself failed: it will be tried again without anyone asking."""


def transmettre(flux: Flux, *, par: Utilisateur) -> Flux:
    """Send the file of `flux`, read it back, and carry what it holds along.

    Calling again for a flux that was sent changes nothing; for one whose sending was interrupted
    at any moment, or whose new deposit was asked for, ends it.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the flux is not constituted.
        TransportIndisponible: the transport failed; the next attempt is recorded.
        EnvoiImpossible: another file bears that name, the archive is damaged, a bordereau that
            comes before has not left, or a titre bears a number that serves no more.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances transmet un flux.")
    if flux.etat in PAS_ENCORE_PRETS:
        raise TransitionInterdite(f"{flux} est « {flux.get_etat_display()} » : il ne part pas.")
    depot = flux.nouveaux_depots.en_cours().first()
    if not _reste_a_deposer(flux, depot):
        return flux
    if depot is None and not flux.transmissions.filter(issue=Issue.ENGAGEE).exists():
        if attente := ce_que_le_flux_attend(flux):
            raise EnvoiImpossible(attente)
        _exiger_numeros_libres(flux)
    if depot is None and not flux.passages.filter(acte="demander_envoi").exists():
        franchir(flux, "demander_envoi", par=par)
    canal, nom = transport(), nom_distant(flux)
    try:
        with canal.ouvrir() as session:
            issue, accuse = _deposer(flux, depot, canal, session, nom)
    except (TransportEnPanne, NomOccupe, fichiers.FichierIntrouvable, fichiers.FichierAltere) as e:
        return _echouer(flux, depot, canal, nom, e)
    _constater(flux, depot, f"{canal.adresse}/{nom}", issue, accuse, par)
    return flux


def transmettre_en_attente(
    *, par: Utilisateur, numeros: Collection[int] = ()
) -> tuple[list[Flux], list[str]]:
    """Send every constituted flux, or those of `numeros`; return them, and failures in French.

    One failure does not keep the others from leaving; what is asked for and not ready is told.
    """
    transmis: list[Flux] = []
    prets = Flux.objects.filter(etat=EtatFlux.CONSTITUE).order_by("pk")
    choisis = list(prets.filter(numero__in=numeros) if numeros else prets)
    manquants = set(numeros) - {flux.numero for flux in choisis}
    autres = {flux.numero: flux for flux in Flux.objects.filter(numero__in=manquants)}
    echecs = [_dire_pourquoi(numero, autres.get(numero)) for numero in sorted(manquants)]
    for flux in choisis:
        try:
            transmis.append(transmettre(flux, par=par))
        except EnvoiImpossible as erreur:
            echecs += erreur.messages
    return transmis, echecs


def _dire_pourquoi(numero: int, flux: Flux | None) -> str:
    if flux is None:
        return f"Flux {numero} : il n’existe pas."
    return f"{flux} : il est « {flux.get_etat_display()} », il ne part pas."


def reprendre_envois(*, par: Utilisateur) -> tuple[list[Flux], list[str]]:
    """End what was interrupted and is due; return the flux sent, and failures in French.

    The first failure of the transport ends the round. A transport left alone is not touched; once
    its rest is over, the first flux is the trial.
    """
    transmis: list[Flux] = []
    if etat_transport().au_repos_jusqu_a:
        return transmis, []
    for flux in list(a_reprendre()):
        try:
            transmis.append(transmettre(flux, par=par))
        except TransportIndisponible as panne:
            return transmis, panne.messages
        except EnvoiImpossible as erreur:
            journal.warning("envoi_impossible", flux=flux.numero, raison=erreur.messages)
    return transmis, []


def constater_envois(*, par: Utilisateur) -> None:
    """Record the flux that have left, but whose sender was killed before recording it."""
    engagees = Transmission.objects.filter(
        Q(nouveau_depot=None, flux__etat=EtatFlux.CONSTITUE)
        | Q(nouveau_depot__in=NouveauDepot.objects.en_cours()),
        issue=Issue.ENGAGEE,
    )
    a_constater = Flux.objects.filter(pk__in=engagees.values("flux"))
    for flux in a_constater.order_by("pk"):
        try:
            transmettre(flux, par=par)
        except EnvoiImpossible as erreur:
            journal.warning("envoi_non_constate", flux=flux.numero, raison=erreur.messages)


def nom_distant(flux: Flux) -> str:
    """Return the name that the recipient wants: its own, or that of Passtrans (pes_v2, §9).

    Raises:
        FichierIntrouvable: Passtrans wants the SHA-1 of a file that the archive has lost.
    """
    if settings.TPS_PASSTRANS is None:
        return flux.nom_physique
    budget = flux.budget
    message = f"PES#{budget.code_collectivite}#{budget.codique_poste}#{budget.code_budget}"
    sha1 = hashlib.sha1(usedforsecurity=False)
    with fichiers.ouvrir(flux.sha256, settings.DOCUMENTS_RACINE) as contenu:
        for bloc in blocs(contenu, fichiers.TAILLE_BLOC):
            sha1.update(bloc)
    reglage = settings.TPS_PASSTRANS
    return f"{reglage['destination']}%%{reglage['application']}%%{message}%%{sha1.hexdigest()}"


def ce_que_le_flux_attend(flux: Flux) -> str:
    """Say which bordereaux leave before `flux`, and what is to be done; empty when it may leave.

    Before a flux of documents alone comes what its file names, which is in a flux of its own.
    """
    if flux.etat != EtatFlux.CONSTITUE or flux.transmissions.filter(issue=Issue.ENGAGEE).exists():
        return ""
    if nommes := list(bordereaux_designes(flux).filter(etat__in=PAS_PARTIS)):
        return (
            f"{flux} ne part pas encore : ses documents sont ceux de bordereaux que la Trésorerie "
            f"n’a pas reçus : {citer_avec_etat(nommes)}. Envoyez-les d’abord ; ou écartez ce flux, "
            "et ses documents repartiront avec leurs pièces, ou après elles."
        )
    bordereaux = list(Bordereau.objects.filter(lignes_flux__flux=flux))
    if attendus := list(attendus_avant(bordereaux)):
        return f"{flux} ne part pas encore. {dire_attendus(attendus)}"
    return ""


def _exiger_numeros_libres(flux: Flux) -> None:
    """Raise EnvoiImpossible when the treasury took a number of `flux` in charge meanwhile."""
    if pris := dire_numeros_pris(Bordereau.objects.filter(lignes_flux__flux=flux)):
        raise EnvoiImpossible(f"{flux} ne part pas. {pris}")


# --- Depositing -------------------------------------------------------------------------------
def _deposer(
    flux: Flux, depot: NouveauDepot | None, canal: Transport, session: Session, nom: str
) -> tuple[str, str]:
    """Let the copy that is engaged take its name; return how it ended, and the acknowledgement."""
    engagee = flux.transmissions.filter(issue=Issue.ENGAGEE, nouveau_depot=depot).first()
    if engagee is None:
        if est_present(flux, session, nom):
            return Issue.DEJA_PRESENT, session.accuse(nom)
        engagee = _engager(flux, depot, canal, session, nom)
    boite, _, provisoire = engagee.destination.rpartition("/")
    if boite != canal.adresse:
        raise fichiers.FichierAltere(
            f"l’envoi a été engagé vers {boite} : rétablissez ce transport pour le terminer"
        )
    try:
        if session.nommer(provisoire, nom):
            return Issue.REUSSIE, _clore(session, nom)
    except NomOccupe:
        if not est_present(flux, session, nom):
            raise
    present = est_present(flux, session, nom)
    return Issue.DEJA_PRESENT if present else Issue.RETIREE, _clore(session, nom)


def _engager(
    flux: Flux, depot: NouveauDepot | None, canal: Transport, session: Session, nom: str
) -> Transmission:
    """Write a whole copy beside its destination, read it back, record it.

    Of two senders at once, the second gives its copy up for that of the first.
    """
    provisoire = f".{nom}.{secrets.token_hex(4)}{PROVISOIRE}"
    with fichiers.ouvrir(flux.sha256, settings.DOCUMENTS_RACINE) as source:
        session.ecrire(provisoire, source)
    relue = session.empreinte(provisoire)
    if relue != flux.sha256:
        raise TransportEnPanne(f"la copie relue de {nom} n’est pas celle qui a été écrite")
    try:
        with transaction.atomic():
            return _noter(flux, depot, f"{canal.adresse}/{provisoire}", Issue.ENGAGEE, sha256=relue)
    except IntegrityError as erreur:
        premiere = flux.transmissions.filter(issue=Issue.ENGAGEE, nouveau_depot=depot).first()
        if premiere is None:
            session.nettoyer(f".{nom}.")
            _exiger_numeros_libres(flux)  # one may have been told as taken since it was looked at
            raise EnvoiImpossible(f"{flux} vient d’être écarté : il ne part pas.") from erreur
        return premiere


def est_present(flux: Flux, session: Session, nom: str) -> bool:
    """Whether the destination holds the file under its name.

    Raises:
        FichierAltere: it holds another one.
    """
    relue = session.empreinte(nom)
    if relue not in {None, flux.sha256}:
        raise fichiers.FichierAltere(
            f"{nom} porte l’empreinte {str(relue)[:12]}…, au lieu de {flux.sha256[:12]}…"
        )
    return relue is not None


def _clore(session: Session, nom: str) -> str:
    """Remove the copies that killed senders left; return the acknowledgement."""
    session.nettoyer(f".{nom}.")
    return session.accuse(nom)


# --- Recording --------------------------------------------------------------------------------
def _reste_a_deposer(flux: Flux, depot: NouveauDepot | None) -> bool:
    """Whether that deposit, the first when `depot` is None, is still to be done."""
    if depot is None:
        return flux.etat in A_ENVOYER
    return NouveauDepot.objects.en_cours().filter(pk=depot.pk).exists()


def _noter(
    flux: Flux, depot: NouveauDepot | None, destination: str, issue: str, **champs: object
) -> Transmission:
    return Transmission.objects.create(
        flux=flux,
        nouveau_depot=depot,
        tentee_le=timezone.now(),
        destination=destination[:300],
        issue=issue,
        **champs,
    )


def _echouer(
    flux: Flux, depot: NouveauDepot | None, canal: Transport, nom: str, raison: Exception
) -> Flux:
    """Record a failure and tell it; nothing when another worker has just sent the flux.

    Raises:
        TransportIndisponible, EnvoiImpossible: see `transmettre`.
    """
    flux.refresh_from_db()
    if not _reste_a_deposer(flux, depot):
        return flux
    est_panne = isinstance(raison, TransportEnPanne)
    detail = str(raison) or f"un autre fichier porte déjà le nom {nom}"
    prochaine = prochain_essai(flux, timezone.now()) if est_panne else None
    adresse = f"{canal.adresse}/{nom}"
    _noter(flux, depot, adresse, Issue.ECHOUEE, detail=detail, prochaine_le=prochaine)
    etat = etat_transport()
    if not est_panne or vient_de_s_ouvrir(etat):
        alerter("envoi", {"flux": flux, "raison": detail, "transport": etat})
    if prochaine is None:
        raise EnvoiImpossible(
            f"Le dépôt de {flux.nom_physique} a échoué : {detail}. Levez la cause, puis "
            "transmettez de nouveau."
        )
    raise TransportIndisponible(
        f"Le dépôt de {flux.nom_physique} a échoué : {detail}. Rien n’est perdu : un nouvel essai "
        f"aura lieu vers {timezone.localtime(prochaine):%H h %M}."
    )


@transaction.atomic
def _constater(
    flux: Flux,
    depot: NouveauDepot | None,
    destination: str,
    issue: str,
    accuse: str,
    par: Utilisateur,
) -> None:
    """Record the proof; of a first deposit, carry bordereaux, pièces and invoices along."""
    flux.refresh_from_db(from_queryset=Flux.objects.select_for_update())
    if not _reste_a_deposer(flux, depot):
        return  # another worker recorded the same sending, or the treasury has answered
    if issue == Issue.RETIREE:
        accuse = INTROUVABLE.format(nom=flux.nom_physique)
        alerter("envoi_douteux", {"flux": flux, "raison": accuse})
    _noter(flux, depot, destination, issue, sha256=flux.sha256, detail=accuse)
    if depot is None:
        _avancer(flux, par)


def _avancer(flux: Flux, par: Utilisateur) -> None:
    franchir(flux, "transmettre", par=par, transmis_le=timezone.now())
    bordereaux = flux.lignes.filter(bordereau__isnull=False).values_list("bordereau", flat=True)
    franchir_lot(Bordereau, bordereaux, "transmettre", par=par)
    pieces = Piece.objects.filter(bordereau__lignes_flux__flux=flux)
    franchir_lot(Piece, pieces, "transmettre", par=par)
    constater_transmission(pieces.filter(sens=SensPiece.DEPENSE).values("pk"), par=par)
