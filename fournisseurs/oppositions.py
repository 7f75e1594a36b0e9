"""Enter, validate and lift an opposition, a cession de créance or a nantissement.

Two agents each time: one who enters, one who decides. Until the second has decided, nothing of the
supplier is mandated nor signed within its limits: what was notified already binds the payer.
"""

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, exiger, franchir
from facturier.grand_livre.numerotation import prendre_numero
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.depots import Preuve, ranger_preuve
from fournisseurs.journal import consigner
from fournisseurs.models import (
    ActeJournal,
    Etablissement,
    Fournisseur,
    Opposition,
    PassageOpposition,
)
from fournisseurs.refus import journaliser_documents


@dataclass(frozen=True, slots=True, kw_only=True)
class Notification:
    """What the notified act says: who is paid instead, of what, how much, from when to when.

    `plafond` None stands for the whole debt; `commande` is a number of order or contract.
    """

    genre: str
    beneficiaire: Fournisseur
    notifiee_le: date
    reference: str
    date_debut: date
    date_fin: date | None = None
    plafond: int | None = None
    etablissement: Etablissement | None = None
    commande: str = ""


@journaliser_documents
@transaction.atomic
def enregistrer_opposition(
    fournisseur: Fournisseur, notification: Notification, preuve: Preuve, *, par: Utilisateur
) -> Opposition:
    """Enter what was notified about `fournisseur`, with its document, for another to validate.

    Raises:
        ActeInterdit: `par` is not an agent.
        ValidationError: by field; an incoherent date, the supplier as his own payee, a payee
            without a verified account, a foreign établissement.
        facturier.commun.fichiers.FichierRefuse: the document is refused.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances enregistre une opposition.")
    aujourd_hui = timezone.localdate()
    opposition = Opposition(
        fournisseur=fournisseur,
        numero="OPP-0000-0000",
        saisie_par=par,
        **{champ: getattr(notification, champ) for champ in Notification.__slots__},
    )
    _controler(opposition, aujourd_hui)
    opposition.justificatif = ranger_preuve(preuve, depose_par=par, fournisseur=fournisseur)
    rang = prendre_numero(f"opposition-{aujourd_hui.year}")
    opposition.numero = f"OPP-{aujourd_hui.year}-{rang:04d}"
    opposition.save(force_insert=True)
    PassageOpposition.objects.create(
        opposition=opposition, acte="enregistrer", depart="", arrivee=opposition.etat, par=par
    )
    return opposition


@transaction.atomic
def valider_opposition(opposition: Opposition, *, par: Utilisateur) -> None:
    """Put an opposition in force; who entered it may not.

    Raises:
        ActeInterdit: `par` entered it, or is not an agent.
        TransitionInterdite: someone decided already.
        ValidationError: its payee has no verified account any more.
    """
    exiger(opposition, "valider", par=par)
    _exiger_autre(opposition.saisie_par_id, par)
    compte = compte_du_beneficiaire(opposition, timezone.localdate())
    franchir(opposition, "valider", par=par, decidee_par_id=par.pk)
    consigner(
        ActeJournal.OPPOSITION_VALIDEE,
        par=par,
        fournisseur=opposition.fournisseur,
        sur=opposition,
        iban=compte,
        motif=f"{opposition} : {opposition.beneficiaire} est payé à sa place.",
    )


@transaction.atomic
def ecarter_opposition(opposition: Opposition, *, motif: str, par: Utilisateur) -> None:
    """Set aside what was entered by mistake, or is not valid; the reason stays.

    Raises: as `valider_opposition`; ValidationError without a reason.
    """
    exiger(opposition, "ecarter", par=par)
    _exiger_autre(opposition.saisie_par_id, par)
    franchir(opposition, "ecarter", par=par, motif=_motif(motif), decidee_par_id=par.pk)


@journaliser_documents
@transaction.atomic
def proposer_levee(
    opposition: Opposition, *, levee_le: date, motif: str, preuve: Preuve, par: Utilisateur
) -> None:
    """Enter a mainlevée with its document; the opposition is served until another validates it.

    Raises:
        TransitionInterdite: not in force.
        ValidationError: a day to come, or before the notification; no reason.
        facturier.commun.fichiers.FichierRefuse: the document is refused.
    """
    exiger(opposition, "proposer_levee", par=par)
    if not opposition.notifiee_le <= levee_le <= timezone.localdate():
        raise ValidationError(
            {"levee_le": "La mainlevée est datée entre la notification et aujourd’hui."}
        )
    franchir(
        opposition,
        "proposer_levee",
        par=par,
        motif=_motif(motif),
        levee_le=levee_le,
        motif_levee=motif.strip()[:200],
        levee_proposee_par_id=par.pk,
        justificatif_levee_id=ranger_preuve(
            preuve, depose_par=par, fournisseur=opposition.fournisseur
        ).pk,
    )


@transaction.atomic
def lever(opposition: Opposition, *, par: Utilisateur) -> None:
    """Lift an opposition: the supplier is paid himself again. Who proposed it may not."""
    exiger(opposition, "lever", par=par)
    _exiger_autre(opposition.levee_proposee_par_id, par)
    franchir(opposition, "lever", par=par, motif=opposition.motif_levee, levee_par_id=par.pk)
    consigner(
        ActeJournal.OPPOSITION_LEVEE,
        par=par,
        fournisseur=opposition.fournisseur,
        sur=opposition,
        motif=f"{opposition} : {opposition.motif_levee}",
    )


@transaction.atomic
def maintenir(opposition: Opposition, *, motif: str, par: Utilisateur) -> None:
    """Refuse a mainlevée: the opposition stays in force, the reason is kept."""
    exiger(opposition, "maintenir", par=par)
    _exiger_autre(opposition.levee_proposee_par_id, par)
    franchir(opposition, "maintenir", par=par, motif=_motif(motif))


def compte_du_beneficiaire(opposition: Opposition, au: date) -> str:
    """Return the IBAN on which the payee of `opposition` is paid on day `au`.

    Raises:
        ValidationError: he has no verified account in force.
    """
    try:
        return str(compte_en_vigueur(opposition.paye, au).iban)
    except CompteIntrouvable as erreur:
        raise ValidationError(f"Bénéficiaire de {opposition} : {erreur}") from erreur


def _controler(opposition: Opposition, au: date) -> None:
    """Refuse what the database would, with the field it is about."""
    erreurs = {**_erreurs_de_personne(opposition, au), **_erreurs_de_date(opposition, au)}
    if opposition.plafond is not None and opposition.plafond <= 0:
        erreurs["plafond"] = "Le montant maximal est positif ; laissez vide pour toute la créance."
    if erreurs:
        raise ValidationError(erreurs)


def _erreurs_de_personne(opposition: Opposition, au: date) -> dict[str, str]:
    erreurs: dict[str, str] = {}
    etablissement = opposition.etablissement
    if opposition.beneficiaire_id == opposition.fournisseur_id:
        erreurs["beneficiaire"] = "Le bénéficiaire est un autre que le fournisseur."
    elif not _a_un_compte(opposition.beneficiaire, au):
        erreurs["beneficiaire"] = (
            f"{opposition.beneficiaire} n’a aucun compte bancaire vérifié en vigueur : faites "
            "d’abord vérifier son relevé d’identité bancaire."
        )
    if etablissement and etablissement.fournisseur_id != opposition.fournisseur_id:
        erreurs["etablissement"] = "Cet établissement n’est pas celui du fournisseur."
    return erreurs


def _erreurs_de_date(opposition: Opposition, au: date) -> dict[str, str]:
    erreurs: dict[str, str] = {}
    if opposition.notifiee_le > au:
        erreurs["notifiee_le"] = "La notification ne peut pas être à venir."
    if opposition.date_debut < opposition.notifiee_le:
        erreurs["date_debut"] = "Rien n’est à servir avant la notification."
    if opposition.date_fin and opposition.date_fin < opposition.date_debut:
        erreurs["date_fin"] = "La fin précède le début."
    return erreurs


def _a_un_compte(fournisseur: Fournisseur, au: date) -> bool:
    try:
        compte_en_vigueur(fournisseur, au)
    except CompteIntrouvable:
        return False
    return True


def _exiger_autre(premier: int | None, par: Utilisateur) -> None:
    if premier == par.pk:
        raise ActeInterdit(
            "Vous l’avez saisie vous-même : un autre agent des finances doit la valider."
        )


def _motif(motif: str) -> str:
    if not motif.strip():
        raise ValidationError({"motif": "Donnez le motif : il reste dans l’historique."})
    return motif.strip()
