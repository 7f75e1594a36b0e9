"""What a debtor asks about a titre: deposited with its key, examined, answered with a reason."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import reception
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import franchir
from facturier.commun.fichiers import FichierRefuse
from facturier.grand_livre.models import EtatPiece, Tiers, Titre
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.soldes import reste_du
from telepaiement import contestations, courriels, creances, echeanciers
from telepaiement.models import (
    DEMANDES_OUVERTES,
    DOCUMENTS_MAXIMUM,
    DemandeRedevable,
    DocumentDemande,
    EtatDemande,
    NatureDemande,
)

PAR_JOUR_ET_TITRE = 5
CONTESTABLES = creances.ETATS_PAYABLES | {EtatPiece.SUSPENDUE}
TROP = (
    "Plusieurs demandes ont déjà été déposées aujourd’hui pour cette somme : attendez demain, ou "
    "écrivez au service qui l’a émise."
)
DEJA = "Une demande de cette sorte est déjà en cours d’examen pour cette somme."
DEJA_ECHEANCIER = "Un échéancier est déjà en cours pour cette somme."
PAS_EXIGIBLE = "Cette somme n’est pas exigible : il n’y a rien à demander."


def deposer(
    *,
    titre_id: int,
    nature: str,
    texte: str,
    nombre_souhaite: int | None = None,
    courriel: str = "",
    demandeur: Utilisateur | None = None,
    documents: Sequence[tuple[str, BinaryIO]] = (),
) -> DemandeRedevable:
    """Record what the holder of the key of a titre asks.

    Args:
        nombre_souhaite: number of instalments wished for, for `echeancier` alone.
        courriel: where the answer goes, or "": it is then read with the reference and the key.
        demandeur: who is logged in; needed for `rattachement`.
        documents: name and content of what is joined, `DOCUMENTS_MAXIMUM` at most; the same
            content twice is one document.

    Raises:
        ValidationError: nothing to ask, already asked, too many requests today, or a document
            refused (at `documents`); in French. Nothing is asked then.
    """
    _controler_depot(Titre.objects.get(pk=titre_id), nature, demandeur)
    recus = _recevoir(documents)  # before any lock: the antivirus takes its time
    with transaction.atomic():
        titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
        _controler_depot(titre, nature, demandeur)
        try:
            with transaction.atomic():
                annee = timezone.localdate().year
                demande = DemandeRedevable.objects.create(
                    titre=titre,
                    nature=nature,
                    annee=annee,
                    numero=prendre_numero(f"demande-redevable-{annee}"),
                    texte=texte.strip(),
                    nombre_souhaite=nombre_souhaite,
                    courriel=courriel,
                    demandeur=demandeur,
                )
        except IntegrityError as erreur:
            raise ValidationError(phrase_de_la_base(erreur)) from erreur
        DocumentDemande.objects.bulk_create(
            DocumentDemande(demande=demande, rang=rang, **recu)
            for rang, recu in enumerate(recus, start=1)
        )
        par = demandeur or Utilisateur.objects.systeme()
        demande.passages.create(acte="deposer", depart="", arrivee=demande.etat, par=par)
        transaction.on_commit(partial(courriels.envoyer_demande, demande.pk), robust=True)
    return demande


def admet_une_demande(titre: Titre) -> bool:
    """Whether its debtor may ask something: of a titre given back too, whose delay to sue runs."""
    return titre.etat in CONTESTABLES or creances.est_rendu(titre)


def _recevoir(documents: Sequence[tuple[str, BinaryIO]]) -> Iterable[dict[str, Any]]:
    """Put the documents away, each content once; every one refused is told."""
    if len(documents) > DOCUMENTS_MAXIMUM:
        raise ValidationError(
            {"documents": f"Une demande porte au plus {DOCUMENTS_MAXIMUM} documents."}
        )
    recus: dict[str, dict[str, Any]] = {}
    refus: list[str] = []
    for nom, flux in documents:
        try:
            recu = reception.recevoir(nom, flux)
        except FichierRefuse as motif:
            refus.append(f"«\u00a0{reception.nom_court(nom)}\u00a0»\u00a0: {motif}")
        else:
            recus.setdefault(recu["sha256"], recu)
    if refus:
        raise ValidationError({"documents": refus})
    return recus.values()


def _controler_depot(titre: Titre, nature: str, demandeur: Utilisateur | None) -> None:
    siennes = titre.demandes.filter(nature=nature, etat__in=DEMANDES_OUVERTES)
    if nature == NatureDemande.RATTACHEMENT:
        siennes = titre.demandes.filter(
            nature=nature,
            etat__in=DEMANDES_OUVERTES | {EtatDemande.ACCEPTEE},
            demandeur=demandeur,
        )
    if siennes.exists():
        raise ValidationError(DEJA)
    recentes = titre.demandes.filter(deposee_le__gt=timezone.now() - timedelta(days=1))
    if recentes.count() >= PAR_JOUR_ET_TITRE:
        raise ValidationError(TROP)
    if not admet_une_demande(titre):
        raise ValidationError(PAS_EXIGIBLE)
    if nature == NatureDemande.ECHEANCIER:
        if motif := creances.motif_impayable(titre, reste_du(titre)):
            raise ValidationError(motif)
        if echeanciers.en_cours(titre) is not None:
            raise ValidationError(DEJA_ECHEANCIER)


def instruire(demande: DemandeRedevable, *, par: Utilisateur) -> None:
    """Say that somebody looks at `demande`.

    Raises:
        facturier.commun.etats.TransitionInterdite: somebody did already.
    """
    franchir(demande, "instruire", par=par)


@transaction.atomic
def accepter(
    demande: DemandeRedevable,
    *,
    reponse: str,
    par: Utilisateur,
    echeances: Sequence[tuple[date, int]] = (),
) -> None:
    """Accept `demande` with an answer; instalments asked for are agreed on in the same act.

    A contestation of a titre that is cancelled or rejected already is followed at once.

    Raises:
        ValidationError: no answer, or instalments that do not fit what is owed.
        facturier.commun.etats.TransitionInterdite: decided or withdrawn already.
    """
    if demande.nature == NatureDemande.ECHEANCIER:
        echeanciers.accorder(demande, echeances=echeances, par=par)
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=demande.titre_id)
    _decider(demande, "accepter", reponse, par)
    if titre.etat == EtatPiece.ANNULEE:
        contestations.suivre_annulation(titre, par=par)
    if titre.etat == EtatPiece.REJETEE:
        contestations.suivre_rejets([titre.pk], par=par)


@transaction.atomic
def refuser(demande: DemandeRedevable, *, reponse: str, par: Utilisateur) -> None:
    """Refuse `demande`, with a reason that the debtor is told.

    Raises:
        ValidationError: no reason given.
        facturier.commun.etats.TransitionInterdite: decided or withdrawn already.
    """
    _decider(demande, "refuser", reponse, par)


def _decider(demande: DemandeRedevable, acte: str, reponse: str, par: Utilisateur) -> None:
    if not reponse.strip():
        raise ValidationError({"reponse": "Une décision se motive : dites pourquoi."})
    franchir(
        demande,
        acte,
        par=par,
        motif=reponse.strip(),
        reponse=reponse.strip(),
        decidee_par=par,
        decidee_le=timezone.now(),
    )
    transaction.on_commit(partial(courriels.envoyer_decision, demande.pk), robust=True)


def retirer(demande: DemandeRedevable) -> None:
    """Withdraw an open `demande` at the wish of who made it.

    Raises:
        facturier.commun.etats.TransitionInterdite: decided already.
    """
    franchir(
        demande, "retirer", par=Utilisateur.objects.systeme(), motif="retirée par le demandeur"
    )


def revoquer(demande: DemandeRedevable, *, motif: str, par: Utilisateur) -> None:
    """Take the sight of a tiers back from an account.

    Raises:
        ValidationError: no reason given, or not an accepted `rattachement`.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce rattachement est retiré."})
    if demande.nature != NatureDemande.RATTACHEMENT:
        raise ValidationError("Seul un rattachement se retire.")
    franchir(demande, "revoquer", par=par, motif=motif.strip())


def tiers_rattaches(utilisateur: Utilisateur) -> QuerySet[Tiers]:
    """Return the tiers whose whole account was opened to `utilisateur` by an agent."""
    acceptees = DemandeRedevable.objects.filter(
        nature=NatureDemande.RATTACHEMENT, etat=EtatDemande.ACCEPTEE, demandeur=utilisateur
    )
    return Tiers.objects.filter(pk__in=acceptees.values("titre__tiers"))
