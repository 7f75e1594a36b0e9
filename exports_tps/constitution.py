"""Constituting a flux: one file from signed bordereaux, checked before it may leave.

Three steps, each committed: reserve (number, lines), write, check. A flux that a crash left in
constitution is taken up again: its bytes depend on its rows alone, its moment included.
"""

import os
import tempfile
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import BinaryIO

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Prefetch, QuerySet
from django.utils import timezone

from exports_tps.enregistrements import fiche_pj
from exports_tps.horloge import exiger_apres
from exports_tps.limites import (
    dire_trop_lourd,
    documents_a_joindre,
    taille_maximale,
    taille_rangee,
    tenir_dans,
)
from exports_tps.lot_pieces import ecrire_lot
from exports_tps.models import (
    DepotExterne,
    EtatFlux,
    Flux,
    LigneFlux,
    ProfilExport,
    Transmission,
)
from exports_tps.pes.communs import EnTete, Enveloppe
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.latin1 import ajuster
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.pieces_jointes import PieceJointe
from exports_tps.preuves import Occasion, Preuve, conserver, examiner
from exports_tps.remises import dire_numeros_pris
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir
from facturier.commun.insertion import inserer_depuis
from facturier.grand_livre.models import (
    Bordereau,
    Budget,
    EtatBordereau,
    EtatPiece,
    PieceJustificative,
    RattachementPiece,
    SensPiece,
)
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.suite import attendus_avant, dire_attendus

LOT = 2000
ANOMALIES_CITEES = 20
TYPE_FICHIER = "PESALR2"
SIGLE = "PROVINCE SUD NC"
APPLICATION = "Services financiers 1.0"
VIVANTES = (
    EtatPiece.SIGNEE,
    EtatPiece.TRANSMISE,
    EtatPiece.SUSPENDUE,
    EtatPiece.PRISE_EN_CHARGE,
    EtatPiece.PAYEE,  # what proves the payment is owed all the same
)
SANS_LIMITE = 2**62  # bytes: the size of a flux follows from what it holds


class FluxRefuse(ValidationError):
    """The flux is not fit to be sent: it was set aside and its bordereaux are free again."""


def constituer_flux(
    bordereaux: Sequence[Bordereau],
    *,
    par: Utilisateur,
    profil: str = ProfilExport.PES_V2,
    constitue_le: datetime | None = None,
) -> Flux:
    """Make the flux of signed bordereaux of one budget and exercice, and check it.

    Bordereaux that already are, alone and together, in a flux give that flux back, finished if a
    crash had left it half made.

    Args:
        constitue_le: moment written in the file (aware), by default now.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: a bordereau is not signed, is in another flux, or they do not go together;
            or the clock was set back since they were signed.
        FluxRefuse: the file would be rejected by the treasury.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances constitue un flux.")
    flux = _reserver([b.pk for b in bordereaux], par, profil, constitue_le or timezone.now())
    return achever(flux, par=par)


def achever(flux: Flux, *, par: Utilisateur) -> Flux:
    """Write and check a flux in constitution; harmless for one that is constituted already.

    Raises:
        FluxRefuse: see `constituer_flux`.
        ValidationError: the archive takes no more, or a certificate is missing; the flux stays in
            constitution.
    """
    if flux.etat != EtatFlux.EN_CONSTITUTION:
        return flux
    if DepotExterne.objects.filter(pk=flux.pk).exists():
        raise ValidationError(f"{flux} vient d’un autre logiciel : complétez-le sur sa page.")
    try:
        range_, preuve = _archiver(flux, par)
    except OSError as erreur:
        raise ValidationError(
            f"{flux} n’a pas pu être écrit dans les archives : {cause(erreur)}. Il reste en "
            "constitution ; libérez de la place, puis constituez-le de nouveau."
        ) from erreur
    except ImproperlyConfigured as erreur:
        raise ValidationError(f"{flux} reste en constitution. {erreur}") from erreur
    with transaction.atomic():
        franchir(flux, "controler", par=par, sha256=range_.sha256, taille=range_.taille)
        conserver(flux, preuve, sha256=range_.sha256, occasion=Occasion.CONSTITUTION, par=par)
    return flux


def _archiver(flux: Flux, par: Utilisateur) -> tuple[fichiers.FichierRange, Preuve]:
    """Write, check and store the file of `flux`; set it aside when it would be rejected.

    Returns:
        What is stored, and what the check read of its signatures.
    """
    settings.DOCUMENTS_RACINE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.DOCUMENTS_RACINE) as fichier:
        try:
            _ecrire(flux, fichier)
            preuve = _exiger_conformite(flux, fichier)
        except (ErreurPES, fichiers.FichierAltere, fichiers.FichierIntrouvable) as erreur:
            _ecarter(flux, [str(erreur)], par)
        except FluxRefuse as refus:
            _ecarter(flux, refus.messages, par)
        fichier.seek(0)
        range_ = fichiers.ranger(
            fichier, racine=settings.DOCUMENTS_RACINE, taille_maximale=SANS_LIMITE
        )
    return range_, preuve


@transaction.atomic
def ecarter_flux(flux: Flux, *, motif: str, par: Utilisateur) -> None:
    """Set aside a flux made by mistake, ours or a file of other software; free what it held.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: it is in the parapheur, or left, or its copy is engaged.
        ValidationError: no reason.
    """
    raison = motif.strip()
    if not raison:
        raise ValidationError("Dites pourquoi ce flux est écarté.")
    verrouille = Flux.objects.select_for_update().get(pk=flux.pk)
    if est_engage(verrouille):
        raise TransitionInterdite(
            f"La copie de {flux.nom_physique} est déjà chez le destinataire : ce flux ne s’écarte "
            "plus. Terminez son envoi."
        )
    _liberer(verrouille, [raison], par)
    flux.refresh_from_db()


def est_engage(flux: Flux) -> bool:
    """Whether a copy of `flux` lies at its destination, under whatever name."""
    return flux.transmissions.exclude(issue=Transmission.Issue.ECHOUEE).exists()


# --- Reserving --------------------------------------------------------------------------------
@transaction.atomic
def _reserver(cles: list[int], par: Utilisateur, profil: str, moment: datetime) -> Flux:
    choisis = list(
        Bordereau.objects.select_for_update(of=("self",))
        .select_related("budget")
        .filter(pk__in=cles)
        .order_by("sens", "-numero")  # as signatures lock them
    )
    choisis.sort(key=lambda bordereau: (bordereau.sens, bordereau.numero))
    if not choisis or len(choisis) != len(set(cles)):
        raise ValidationError("Choisissez au moins un bordereau signé ; rechargez la liste.")
    if deja := _flux_existant(choisis):
        return deja
    _exiger_envoyables(choisis)
    _exiger_suite(choisis)
    for choisi in choisis:
        exiger_apres(moment, choisi.signe_le, f"le bordereau {choisi.reference} a été signé")
    flux = ouvrir_flux(choisis[0].budget, choisis[0].exercice_id, par, profil, moment)
    _reserver_lignes(flux, choisis)
    return flux


def ouvrir_flux(
    budget: Budget, exercice: int, par: Utilisateur, profil: str, moment: datetime
) -> Flux:
    """Take the next number and the name made of it, both for ever; call within a transaction."""
    numero = numero_de_flux()
    jour = timezone.localtime(moment)
    flux = Flux.objects.create(
        exercice_id=exercice,
        budget=budget,
        profil=profil,
        numero=numero,
        code_collectivite=budget.code_collectivite,
        nom_fichier=f"{TYPE_FICHIER}_{budget.identifiant_collectivite}_{jour:%y%m%d}_{numero:06d}",
        constitue_le=moment.replace(microsecond=0),
    )
    flux.passages.create(acte="constituer", depart="", arrivee=flux.etat, par=par)
    return flux


def numero_de_flux() -> int:
    """Take the next number: one series for all, since budgets share a CodCol or an IdColl."""
    return prendre_numero("flux")


def _flux_existant(choisis: list[Bordereau]) -> Flux | None:
    """Return the flux that holds exactly `choisis`, if there is one.

    Raises:
        ValidationError: some of them are in another flux.
    """
    lignes = LigneFlux.objects.filter(bordereau__in=choisis, liberee_le=None)
    flux = list(Flux.objects.filter(pk__in=lignes.values("flux")))
    if not flux:
        return None
    nombre = LigneFlux.objects.filter(flux=flux[0], bordereau__isnull=False).count()
    if len(flux) > 1 or nombre != len(choisis) or lignes.count() != nombre:
        cles = set(lignes.values_list("bordereau", flat=True))
        pris = ", ".join(bordereau.reference for bordereau in choisis if bordereau.pk in cles)
        raise ValidationError(f"Déjà dans un flux : {pris}. Retirez-les du choix.")
    return flux[0]


def _exiger_envoyables(choisis: list[Bordereau]) -> None:
    for bordereau in choisis:
        if bordereau.etat != EtatBordereau.SIGNE:
            raise TransitionInterdite(
                f"{bordereau} est « {bordereau.get_etat_display()} » : "
                "seul un bordereau signé et non transmis entre dans un flux."
            )
    if len({(b.budget_id, b.exercice_id) for b in choisis}) > 1:
        raise ValidationError("Un flux réunit des bordereaux d’un seul budget et exercice.")
    if pris := dire_numeros_pris(choisis):
        raise ValidationError(pris)


def en_attente_avant(choisis: Sequence[Bordereau]) -> QuerySet[Bordereau]:
    """Return what comes before one of `choisis` and is neither among them nor in another flux."""
    en_route = LigneFlux.objects.filter(bordereau=OuterRef("pk"), liberee_le=None)
    return attendus_avant(choisis).exclude(Exists(en_route))


def _exiger_suite(choisis: list[Bordereau]) -> None:
    if attendus := list(en_attente_avant(choisis)):
        raise ValidationError(dire_attendus(attendus))


def _reserver_lignes(flux: Flux, choisis: list[Bordereau]) -> None:
    """Record what the flux holds: bordereaux, and the documents never sent nor refused before."""
    LigneFlux.objects.bulk_create(
        LigneFlux(flux=flux, bordereau=bordereau, empreinte=bordereau.empreinte_signee)
        for bordereau in choisis
    )
    lies = RattachementPiece.objects.filter(piece__bordereau__in=choisis)
    documents = documents_a_joindre().filter(pk__in=lies.values("justificatif")).order_by("pk")
    fragments = sum(taille_rangee(bordereau.empreinte_signee) for bordereau in choisis)
    libre = taille_maximale(flux.constitue_le) - fragments
    reserver_documents(flux, tenir_dans(documents, libre))


def reserver_documents(flux: Flux, documents: QuerySet[PieceJustificative]) -> int:
    """Let `flux` carry `documents`, each of which is in one live flux at most; return how many."""
    return len(
        inserer_depuis(
            LigneFlux,
            documents,
            rendre="flux",
            flux=flux.pk,
            justificatif=F("pk"),
            empreinte=F("sha256"),
        )
    )


# --- Writing ----------------------------------------------------------------------------------
def _ecrire(flux: Flux, sortie: BinaryIO) -> None:
    if flux.profil == ProfilExport.LOT_PIECES:
        ecrire_lot(flux, sortie)
        return
    jour = timezone.localtime(flux.constitue_le).date()
    budget = flux.budget
    ecrire_flux(
        sortie=sortie,
        enveloppe=Enveloppe(
            version=2,
            type_fichier=TYPE_FICHIER,
            nom_fichier=flux.nom_fichier,
            emetteur_sigle=SIGLE,
            emetteur_adresse=APPLICATION,
        ),
        entete=EnTete(
            date_emission=jour,
            codique=budget.codique_poste,
            identifiant_collectivite=budget.identifiant_collectivite,
            code_collectivite=flux.code_collectivite,
            code_budget=budget.code_budget,
            libelle_budget=ajuster(budget.libelle, 38),
        ),
        depense=_section(flux, SensPiece.DEPENSE),
        recette=_section(flux, SensPiece.RECETTE),
        pieces_jointes=_pieces_jointes(flux),
    )


def _section(flux: Flux, sens: str) -> Section | None:
    """Return the signed fragments of one side, after checking that none was altered."""
    lignes = flux.lignes.filter(bordereau__sens=sens).order_by("bordereau__numero")
    empreintes = list(lignes.values_list("empreinte", flat=True))
    for empreinte in empreintes:
        fichiers.verifier(empreinte, settings.DOCUMENTS_RACINE)
    if not empreintes:
        return None
    return Section(fragments=[partial(_ouvrir, empreinte) for empreinte in empreintes])


def _ouvrir(sha256: str) -> BinaryIO:
    return fichiers.ouvrir(sha256, settings.DOCUMENTS_RACINE)


def liens_en_route() -> QuerySet[RattachementPiece]:
    """Return what founds a pièce that a live flux carries, and that was not refused."""
    en_route = LigneFlux.objects.filter(bordereau=OuterRef("piece__bordereau"), liberee_le=None)
    return RattachementPiece.objects.filter(Exists(en_route), piece__etat__in=VIVANTES)


def _pieces_jointes(flux: Flux) -> Iterator[PieceJointe]:
    """Yield the documents of the flux, each read when it is written.

    Those that travel without their pièce name it (RefCompta, pes_v2 §5), if it leaves or left.
    """
    rattachees = liens_en_route()
    siennes = rattachees.filter(justificatif=OuterRef("pk"))
    documents = PieceJustificative.objects.filter(lignes_flux__flux=flux).annotate(
        **{cote: Exists(siennes.filter(piece__sens=cote)) for cote in SensPiece}
    )
    est_isole = not flux.lignes.filter(bordereau__isnull=False).exists()
    if est_isole:
        avec_pieces = rattachees.select_related("piece__bordereau").order_by("piece")
        documents = documents.prefetch_related(Prefetch("rattachements", avec_pieces))
    for document in documents.order_by("lignes_flux__pk").iterator(chunk_size=LOT):
        cotes = [cote for cote in SensPiece if getattr(document, cote)]
        pieces = [lien.piece for lien in document.rattachements.all()] if est_isole else []
        yield PieceJointe(
            fiche=fiche_pj(document, cotes, pieces=pieces),
            ouvrir=partial(_ouvrir, document.sha256),
            type_mime=document.type_mime,
        )


# --- Checking ---------------------------------------------------------------------------------
def _exiger_conformite(flux: Flux, fichier: BinaryIO) -> Preuve:
    taille, maximum = fichier.seek(0, os.SEEK_END), taille_maximale(flux.constitue_le)
    if taille > maximum:
        raise FluxRefuse(f"{flux.nom_physique} fait {dire_trop_lourd(taille, maximum)}.")
    if flux.profil == ProfilExport.LOT_PIECES:
        return Preuve(())
    fichier.seek(0)
    preuve = examiner(fichier)
    if not preuve.est_intacte:
        raise FluxRefuse(list(preuve.anomalies))
    return preuve


@transaction.atomic
def _liberer(flux: Flux, raisons: list[str], par: Utilisateur) -> None:
    franchir(flux, "ecarter", par=par, motif="\n".join(raisons[:ANOMALIES_CITEES]))
    flux.lignes.filter(liberee_le=None).update(liberee_le=timezone.now())


def _ecarter(flux: Flux, raisons: list[str], par: Utilisateur) -> None:
    """Set the flux aside, free what it held, and tell why."""
    _liberer(flux, raisons, par)
    raise FluxRefuse([f"Le flux {flux.numero} est écarté, il serait rejeté.", *raisons])
