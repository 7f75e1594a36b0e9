"""Life of a request to represent an établissement: deposit, acceptance, refusal, withdrawal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import banque, ridet, telephone
from facturier.commun.etats import TransitionInterdite, exiger, franchir
from facturier.commun.fichiers import FichierRefuse
from fournisseurs.complements import (
    CHAMPS_DECLARES,
    PIECE,
    demander_complements,
    manques,
    objets_possibles,
    repondre,
    resumer,
)
from fournisseurs.coordonnees import Compte
from fournisseurs.courriels import (
    annoncer_complement_recu,
    annoncer_complements,
    annoncer_decision,
)
from fournisseurs.depots import Preuve, ranger_preuve
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, DemandeEtablissement, Etablissement, Justificatif
from fournisseurs.modifications.pieces import deja_fournis_par
from fournisseurs.rattachement import rattacher
from fournisseurs.refus import journaliser_decisions, journaliser_documents
from fournisseurs.verifications import (
    Anomalie,
    Referentiel,
    verifier_adresse,
    verifier_compte,
    verifier_courriel,
    verifier_ridet,
    verifier_telephone,
    verifier_titulaire,
)

Genre = Justificatif.Genre
PREUVES_D_EXISTENCE = {Genre.AVIS_RIDET, Genre.KBIS}
DEJA_EN_COURS = (
    "Vous avez déjà une demande en cours pour cet établissement : suivez-la, ou retirez-la avant "
    "d’en déposer une autre."
)


class DemandeRefusee(ValidationError):
    """The request cannot be taken; errors by field, in French."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """What the person declares, as typed."""

    ridet: str
    denomination: str
    adresse_voie: str
    code_postal: str
    ville: str
    compte: Compte
    fonction: str
    adresse_complement: str = ""
    telephone: str = ""
    courriel: str = ""
    service: str = ""
    pays: str = ""


def anomalies_declaration(
    declaration: Declaration | DemandeEtablissement, compte: Compte, referentiel: Referentiel
) -> list[Anomalie]:
    """Return every anomaly, blocking or not, of a declaration or of a request already made."""
    return [
        *verifier_ridet(declaration.ridet),
        *verifier_adresse(
            declaration.code_postal, declaration.ville, referentiel, pays=declaration.pays
        ),
        *verifier_telephone(declaration.telephone),
        *verifier_courriel(declaration.courriel),
        *verifier_compte(compte.iban, compte.bic, referentiel),
        *verifier_titulaire(compte.titulaire, declaration.denomination),
    ]


@journaliser_documents
@transaction.atomic
def deposer_demande(
    *, demandeur: Utilisateur, declaration: Declaration, preuves: Sequence[Preuve]
) -> DemandeEtablissement:
    """Record the request of `demandeur`, with its proofs, for an agent to check.

    Documents he gave for another établissement of the same enterprise, still valid, are reused.

    Raises:
        DemandeRefusee: by field, what is wrong and what to do; nothing is recorded.
    """
    reemployes = deja_fournis_par(demandeur, declaration.ridet, declaration.compte.iban)
    _exiger_sans_anomalie(declaration, preuves, reemployes)
    demande = _construire(demandeur, declaration)
    if (
        Etablissement.objects.visibles_par(demandeur, "deposer")
        .filter(ridet=demande.ridet)
        .exists()
    ):
        raise DemandeRefusee({"ridet": "Vous représentez déjà cet établissement."})
    _valider(demande)
    try:
        with transaction.atomic():
            demande.save(force_insert=True)
    except IntegrityError:
        raise DemandeRefusee({"ridet": DEJA_EN_COURS}) from None
    demande.passages.create(acte="deposer", depart="", arrivee=demande.etat, par=demandeur)
    demande.reemployes.set(reemployes)
    for preuve in preuves:
        _ranger(preuve, demande)
    _consigner(ActeJournal.DEMANDE_FAITE, demande, par=demandeur)
    return demande


def _exiger_sans_anomalie(
    declaration: Declaration, preuves: Sequence[Preuve], reemployes: Sequence[Justificatif]
) -> None:
    anomalies = anomalies_declaration(declaration, declaration.compte, Referentiel())
    erreurs = {anomalie.champ: anomalie.message for anomalie in anomalies if anomalie.est_bloquante}
    genres = {preuve.genre for preuve in preuves} | {document.genre for document in reemployes}
    if not genres & PREUVES_D_EXISTENCE:
        erreurs["avis_ridet"] = (
            "Joignez l’avis de situation au RIDET ou l’extrait Kbis de moins de trois mois."
        )
    if Justificatif.Genre.RIB not in genres:
        erreurs["rib"] = "Joignez le relevé d’identité bancaire délivré par la banque."
    if erreurs:
        raise DemandeRefusee(erreurs)


def _construire(demandeur: Utilisateur, declaration: Declaration) -> DemandeEtablissement:
    compte = declaration.compte
    return DemandeEtablissement(
        demandeur=demandeur,
        ridet=ridet.normaliser(declaration.ridet),
        denomination=declaration.denomination,
        adresse_complement=declaration.adresse_complement,
        adresse_voie=declaration.adresse_voie,
        code_postal=declaration.code_postal,
        ville=declaration.ville,
        pays=declaration.pays,
        telephone=telephone.normaliser(declaration.telephone) if declaration.telephone else "",
        courriel=declaration.courriel,
        fonction=declaration.fonction,
        service=declaration.service,
        iban=banque.normaliser_iban(compte.iban),
        bic=banque.normaliser_bic(compte.bic) if compte.bic else "",
        titulaire=compte.titulaire,
    )


def _valider(demande: DemandeEtablissement) -> None:
    try:
        demande.full_clean()
    except ValidationError as erreur:
        messages = erreur.message_dict
        if NON_FIELD_ERRORS in messages:
            messages["ridet"] = messages.pop(NON_FIELD_ERRORS)
        raise DemandeRefusee(messages) from None


def _ranger(preuve: Preuve, demande: DemandeEtablissement) -> None:
    try:
        ranger_preuve(preuve, demande=demande, depose_par=demande.demandeur)
    except FichierRefuse as erreur:
        raise DemandeRefusee({preuve.genre.value: str(erreur)}) from erreur


@journaliser_decisions
@transaction.atomic
def accepter(demande: DemandeEtablissement, *, par: Utilisateur) -> Etablissement:
    """Recognise the requester as administrator of the établissement, created if need be.

    Every open request about the same enterprise is locked first, so that two agents never create
    the same supplier twice. The requester is told by e-mail.

    Raises:
        TransitionInterdite: already dealt with, by oneself, or a proof is infected.
        ActeInterdit: `par` is not an agent.
    """
    _verrouiller_entreprise(demande)
    _exiger_autre_personne(demande, par)
    if demande.justificatifs.filter(analyse=Justificatif.Analyse.INFECTE).exists():
        raise TransitionInterdite(
            "Un justificatif contient un virus : refusez la demande et demandez un document sain."
        )
    exiger(demande, "accepter", par=par)
    etablissement = rattacher(demande, par=par)
    franchir(
        demande,
        "accepter",
        par=par,
        etablissement=etablissement,
        traitee_par=par,
        traitee_le=timezone.now(),
    )
    _consigner(ActeJournal.DEMANDE_APPROUVEE, demande, par=par)
    transaction.on_commit(lambda: annoncer_decision(demande), robust=True)
    return etablissement


@journaliser_decisions
@transaction.atomic
def refuser(demande: DemandeEtablissement, *, par: Utilisateur, motif: str) -> None:
    """Refuse the request for `motif`, which is sent to the requester.

    Raises:
        TransitionInterdite: already dealt with, by oneself, or without reason.
        ActeInterdit: `par` is not an agent.
    """
    motif = motif.strip()
    if not motif:
        raise TransitionInterdite("Indiquez le motif du refus : il est envoyé au demandeur.")
    _exiger_autre_personne(demande, par)
    franchir(
        demande,
        "refuser",
        par=par,
        motif=motif,
        motif_refus=motif,
        traitee_par=par,
        traitee_le=timezone.now(),
    )
    _consigner(ActeJournal.DEMANDE_REFUSEE, demande, par=par, motif=motif)
    transaction.on_commit(lambda: annoncer_decision(demande), robust=True)


@transaction.atomic
def renvoyer(
    demande: DemandeEtablissement, *, attentes: Mapping[str, str], par: Utilisateur
) -> None:
    """Send the request back to be completed; `attentes` gives the reason by document or field.

    Raises:
        TransitionInterdite: already dealt with, by oneself, or nothing is asked.
        ActeInterdit: `par` is not an agent.
    """
    _exiger_autre_personne(demande, par)
    exiger(demande, "renvoyer", par=par)
    motif = resumer(demander_complements(demande, attentes, par=par))
    franchir(demande, "renvoyer", par=par, motif=motif)
    _consigner(ActeJournal.DEMANDE_RENVOYEE, demande, par=par, motif=motif)
    transaction.on_commit(lambda: annoncer_complements(demande), robust=True)


@journaliser_documents
@transaction.atomic
def completer(
    demande: DemandeEtablissement,
    *,
    declaration: Declaration,
    preuves: Sequence[Preuve],
    reponse: str,
    par: Utilisateur,
) -> None:
    """Answer on the same request: what was declared corrected, documents joined, or a word.

    The RIDET stays that of the request. Another account asks for its RIB.

    Raises:
        DemandeRefusee: by field, what is wrong or still missing; nothing is recorded.
        TransitionInterdite: made by somebody else, or nothing is asked any more.
    """
    if demande.demandeur_id != par.pk:
        raise TransitionInterdite("Seule la personne qui a fait la demande peut la compléter.")
    exiger(demande, "completer", par=par)
    voulue = _construire(par, replace(declaration, ridet=demande.ridet))
    corriges = [c for c in CHAMPS_DECLARES if getattr(voulue, c) != getattr(demande, c)]
    tenus = [
        p for p in demande.justificatifs.all() if p.genre != Genre.RIB or "iban" not in corriges
    ]
    reemployes = deja_fournis_par(par, demande.ridet, voulue.iban)
    _exiger_sans_anomalie(declaration, preuves, [*tenus, *reemployes])
    faits = {f"{PIECE}{preuve.genre}" for preuve in preuves} | set(corriges)
    if erreurs := manques(demande, faits, reponse):
        raise DemandeRefusee({c.removeprefix(PIECE): erreur for c, erreur in erreurs.items()})
    _nettoyer(voulue)
    for preuve in preuves:
        _ranger(preuve, demande)
    repondre(demande, reponse)
    libelles = [objets_possibles(demande)[c] for c in corriges]
    libelles += [str(preuve.genre.label) for preuve in preuves]
    motif = " ; ".join([*libelles, *([reponse.strip()] if reponse.strip() else [])])
    valeurs = {champ: getattr(voulue, champ) for champ in corriges}
    franchir(demande, "completer", par=par, motif=motif, **valeurs)
    _consigner(ActeJournal.DEMANDE_COMPLETEE, demande, par=par, motif=motif)
    transaction.on_commit(lambda: annoncer_complement_recu(demande), robust=True)


def _nettoyer(voulue: DemandeEtablissement) -> None:
    try:
        voulue.clean_fields()
    except ValidationError as erreur:
        raise DemandeRefusee(erreur.message_dict) from None


@transaction.atomic
def retirer(demande: DemandeEtablissement, *, par: Utilisateur) -> None:
    """Withdraw one's own request, as long as nobody has decided.

    Raises:
        TransitionInterdite: already dealt with, or made by somebody else.
    """
    if demande.demandeur_id != par.pk:
        raise TransitionInterdite("Seule la personne qui a fait la demande peut la retirer.")
    franchir(demande, "retirer", par=par)
    _consigner(ActeJournal.DEMANDE_RETIREE, demande, par=par)


def _consigner(
    acte: ActeJournal, demande: DemandeEtablissement, *, par: Utilisateur, motif: str = ""
) -> None:
    fournisseur = demande.etablissement.fournisseur if demande.etablissement else None
    consigner(acte, par=par, fournisseur=fournisseur, sur=demande, iban=demande.iban, motif=motif)


def _verrouiller_entreprise(demande: DemandeEtablissement) -> None:
    """Lock the open requests of the enterprise, in order, and read `demande` again."""
    ouvertes = DemandeEtablissement.objects.de_l_entreprise(demande.rid).a_traiter()
    list(ouvertes.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    demande.refresh_from_db()


def _exiger_autre_personne(demande: DemandeEtablissement, par: Utilisateur) -> None:
    if demande.demandeur_id == par.pk:
        raise TransitionInterdite(
            "Vous avez fait cette demande : elle doit être traitée par un autre agent."
        )
