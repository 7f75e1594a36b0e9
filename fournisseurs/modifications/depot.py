"""Ask for a change: prepare it, confirm it, give it up."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import TransitionInterdite, exiger, franchir
from facturier.commun.fichiers import FichierRefuse
from fournisseurs.depots import Preuve, ranger_preuve
from fournisseurs.models import (
    ActeJournal,
    ChampModifie,
    ContactConnu,
    DemandeModification,
    Droit,
    Etablissement,
    EtatModification,
    Fournisseur,
    GenreModification,
)
from fournisseurs.modifications.avis import accuser_reception, prevenir
from fournisseurs.modifications.donnees import changes_depuis, lire
from fournisseurs.modifications.pieces import EXIGENCES, retenir
from fournisseurs.modifications.registre import joindre
from fournisseurs.modifications.risques import contacts_connus, evaluer
from fournisseurs.modifications.saisie import ModificationRefusee, normaliser
from fournisseurs.modifications.trace import consigner_acte
from fournisseurs.refus import journaliser_documents

DEJA_EN_COURS = (
    "Une demande est déjà en cours pour cette donnée : suivez-la, ou retirez-la avant d’en "
    "déposer une autre."
)


@journaliser_documents
@transaction.atomic
def preparer(
    *,
    etablissement: Etablissement,
    genre: str,
    saisies: Mapping[str, str],
    preuves: Sequence[Preuve],
    par: Utilisateur,
    canal: str = DemandeModification.Canal.EN_LIGNE,
) -> DemandeModification:
    """Record what `par` wants to change, with its proofs, for him to check before he confirms.

    Documents already given and still valid are reused, and so is what the register says. A former
    draft about the same datum by the same person is given up.

    Raises:
        ModificationRefusee: by field, what is wrong and what to do; nothing is recorded.
        PermissionDenied: `par` does not manage the data of the établissement.
    """
    exiger_gestion(etablissement, par, canal=canal)
    valeurs = normaliser(genre, saisies)
    actuelles = lire(etablissement, genre)
    changes = {champ: v for champ, v in valeurs.items() if v != actuelles[champ]}
    if not changes:
        raise ModificationRefusee("Rien n’a changé : modifiez au moins un champ, ou revenez.")
    if _semblables(etablissement, genre).ouvertes().exists():
        raise ModificationRefusee(DEJA_EN_COURS)
    reprise = retenir(etablissement, genre, remis=[p.genre for p in preuves], valeurs=valeurs)
    if reprise.manquantes:
        raise ModificationRefusee({e.champ: f"Joignez : {e.libelle}." for e in reprise.manquantes})
    _abandonner_brouillons(etablissement, genre, par)
    demande = DemandeModification.objects.create(
        fournisseur=etablissement.fournisseur,
        etablissement=etablissement,
        genre=genre,
        canal=canal,
        demandeur=par,
    )
    ChampModifie.objects.bulk_create(
        ChampModifie(demande=demande, champ=champ, avant=actuelles[champ], apres=apres)
        for champ, apres in changes.items()
    )
    demande.reemployes.set(reprise.reemployes)
    if reprise.inscription is not None:
        joindre(demande, reprise.inscription)
    for preuve in preuves:
        ranger(preuve, demande)
    return demande


def exiger_gestion(etablissement: Etablissement, par: Utilisateur, *, canal: str) -> None:
    """Raise `PermissionDenied` unless `par` may ask for a change, online or for the supplier."""
    if canal != DemandeModification.Canal.EN_LIGNE:
        if par.a_role(Role.AGENT):
            return
        raise PermissionDenied("Seul un agent des finances saisit une demande pour un fournisseur.")
    geres = Etablissement.objects.visibles_par(par, Droit.GERER_DONNEES)
    if not geres.filter(pk=etablissement.pk).exists():
        raise PermissionDenied("Vous ne gérez pas les données de cet établissement.")


def _semblables(etablissement: Etablissement, genre: str) -> Any:
    """Requests about the same datum."""
    demandes = DemandeModification.objects.filter(genre=genre)
    if genre in (
        GenreModification.ADRESSE,
        GenreModification.CONTACTS,
        GenreModification.COMPTE_ETABLISSEMENT,
    ):
        return demandes.filter(etablissement=etablissement)
    return demandes.filter(fournisseur=etablissement.fournisseur_id)


def _abandonner_brouillons(etablissement: Etablissement, genre: str, par: Utilisateur) -> None:
    brouillons = _semblables(etablissement, genre).filter(
        demandeur=par, etat=EtatModification.BROUILLON
    )
    for brouillon in brouillons:
        franchir(brouillon, "abandonner", par=par, traitee_le=timezone.now())


def ranger(preuve: Preuve, demande: DemandeModification) -> None:
    """Store a document of a request. Raises `ModificationRefusee`, at the field of the form."""
    try:
        ranger_preuve(preuve, modification=demande, depose_par=demande.demandeur)
    except FichierRefuse as erreur:
        champs = [e.champ for e in EXIGENCES[demande.genre] if preuve.genre in e.genres]
        if not champs:
            raise ModificationRefusee(str(erreur)) from erreur
        raise ModificationRefusee({champs[0]: str(erreur)}) from erreur


@transaction.atomic
def deposer(
    demande: DemandeModification, *, par: Utilisateur, a_confirme: bool = False
) -> DemandeModification:
    """Confirm a prepared request: from now on agents see it, and the old contacts are told.

    `a_confirme` says that `par` has just typed his password again; a change of account asked for
    online needs it, unless his account has no password, which is then a sign of risk.

    Raises:
        TransitionInterdite: not his, no longer a draft, or the datum changed meanwhile.
        ModificationRefusee: a request about the same datum is open, or the password is missing.
    """
    if demande.demandeur_id != par.pk:
        raise TransitionInterdite("Seule la personne qui prépare la demande la confirme.")
    exiger_gestion(demande.etablissement, par, canal=demande.canal)
    exiger_confirmation(demande, par, a_confirme=a_confirme)
    exiger(demande, "deposer", par=par)
    Fournisseur.objects.select_for_update(of=("self",)).get(pk=demande.fournisseur_id)
    if perimes := changes_depuis(demande):
        raise TransitionInterdite(
            f"Cette donnée a changé depuis votre saisie ({', '.join(perimes)}) : recommencez."
        )
    try:
        with transaction.atomic():
            franchir(
                demande,
                "deposer",
                par=par,
                deposee_le=timezone.now(),
                risques=evaluer(demande, a_confirme=a_confirme),
            )
    except IntegrityError:
        raise ModificationRefusee(DEJA_EN_COURS) from None
    ContactConnu.objects.bulk_create(contacts_connus(demande))
    transaction.on_commit(lambda: accuser_reception(demande), robust=True)
    if demande.est_sensible:
        transaction.on_commit(lambda: prevenir(demande), robust=True)
    motif = " ".join(demande.libelles_risques)
    consigner_acte(ActeJournal.DEMANDE_FAITE, demande, par=par, motif=motif)
    return demande


def exiger_confirmation(
    demande: DemandeModification, par: Utilisateur, *, a_confirme: bool
) -> None:
    """Raise `ModificationRefusee` for an account asked for online without the password again."""
    if not (demande.est_compte and demande.est_en_ligne):
        return
    if par.has_usable_password() and not a_confirme:
        raise ModificationRefusee(
            "Saisissez de nouveau votre mot de passe pour changer un compte bancaire."
        )


@transaction.atomic
def retirer(demande: DemandeModification, *, par: Utilisateur) -> None:
    """Withdraw a request, or give a draft up, as long as nothing has changed.

    Raises:
        TransitionInterdite: already applied, refused, contested or withdrawn.
        PermissionDenied: `par` does not manage the data of the établissement.
    """
    exiger_gestion(demande.etablissement, par, canal=demande.canal)
    acte = "abandonner" if demande.etat == EtatModification.BROUILLON else "retirer"
    franchir(demande, acte, par=par, traitee_le=timezone.now())
    if acte == "retirer":
        consigner_acte(ActeJournal.DEMANDE_RETIREE, demande, par=par)
