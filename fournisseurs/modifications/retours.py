"""Send a request back to its author, and take his answer: same number, payments still waiting."""

from collections.abc import Mapping, Sequence

from django.db import transaction

from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite, exiger, franchir
from fournisseurs.complements import PIECE, demander_complements, manques, repondre, resumer
from fournisseurs.courriels import annoncer_complement_recu, annoncer_complements
from fournisseurs.depots import Preuve
from fournisseurs.models import (
    ActeJournal,
    ChampModifie,
    DemandeModification,
    EtablissementRegistre,
    Justificatif,
)
from fournisseurs.modifications.avis import annoncer_correction
from fournisseurs.modifications.depot import exiger_confirmation, exiger_gestion, ranger
from fournisseurs.modifications.donnees import LIBELLES, lire
from fournisseurs.modifications.instruction import AUTRE_AGENT, verrouiller
from fournisseurs.modifications.pieces import retenir
from fournisseurs.modifications.registre import joindre
from fournisseurs.modifications.risques import evaluer
from fournisseurs.modifications.saisie import ModificationRefusee, normaliser
from fournisseurs.modifications.trace import consigner_acte
from fournisseurs.refus import journaliser_documents


@transaction.atomic
def renvoyer(
    demande: DemandeModification, *, attentes: Mapping[str, str], par: Utilisateur
) -> None:
    """Send a request back to be completed; `attentes` gives the reason by document or field.

    The delay to answer it stops meanwhile; a check already made is to be made again.

    Raises:
        TransitionInterdite: made by `par`, already decided, or nothing is asked.
        ActeInterdit: `par` is not an agent.
    """
    verrouiller(demande)
    if demande.demandeur_id == par.pk:
        raise TransitionInterdite(AUTRE_AGENT)
    exiger(demande, "renvoyer", par=par)
    motif = resumer(demander_complements(demande, attentes, par=par))
    franchir(demande, "renvoyer", par=par, motif=motif, controlee_par=None)
    transaction.on_commit(lambda: annoncer_complements(demande), robust=True)
    consigner_acte(ActeJournal.DEMANDE_RENVOYEE, demande, par=par, motif=motif)


@journaliser_documents
@transaction.atomic
def completer(
    demande: DemandeModification,
    *,
    saisies: Mapping[str, str],
    preuves: Sequence[Preuve],
    reponse: str,
    par: Utilisateur,
    a_confirme: bool = False,
) -> None:
    """Answer on the same request: values corrected, documents joined, or a word.

    A corrected account is a new one: its RIB is asked for, the old contacts are told again, and
    agents call again.

    Raises:
        ModificationRefusee: by field, what is wrong or still missing; nothing is recorded.
        TransitionInterdite: nothing is asked of this request any more.
        PermissionDenied: `par` does not manage the data of the établissement.
    """
    exiger_gestion(demande.etablissement, par, canal=demande.canal)
    verrouiller(demande)
    exiger(demande, "completer", par=par)
    actuelles = lire(demande.etablissement, demande.genre)
    demandees = actuelles | dict(demande.champs.values_list("champ", "apres"))
    valeurs = normaliser(demande.genre, saisies)
    corrigees = {champ: v for champ, v in valeurs.items() if v != demandees[champ]}
    if corrigees:
        exiger_confirmation(demande, par, a_confirme=a_confirme)
    inscription = _exiger_complete(demande, valeurs, corrigees, preuves, reponse)
    _corriger(demande, actuelles, corrigees)
    if inscription is not None and corrigees:
        joindre(demande, inscription)
    for preuve in preuves:
        ranger(preuve, demande)
    repondre(demande, reponse)
    risques = evaluer(demande, a_confirme=a_confirme) if corrigees else demande.risques
    faits = [*(LIBELLES[c] for c in corrigees), *(str(p.genre.label) for p in preuves)]
    motif = " ; ".join([*faits, *([reponse.strip()] if reponse.strip() else [])])
    franchir(demande, "completer", par=par, motif=motif, risques=risques)
    transaction.on_commit(lambda: annoncer_complement_recu(demande), robust=True)
    if corrigees and demande.est_sensible:
        transaction.on_commit(lambda: annoncer_correction(demande), robust=True)
    consigner_acte(ActeJournal.DEMANDE_COMPLETEE, demande, par=par, motif=motif)


def _exiger_complete(
    demande: DemandeModification,
    valeurs: Mapping[str, str],
    corrigees: Mapping[str, str],
    preuves: Sequence[Preuve],
    reponse: str,
) -> EtablissementRegistre | None:
    """Refuse an answer that leaves out a proof or what was asked.

    A correction that the register proves anew gives its line; what it said before the correction
    proves nothing of what is corrected.
    """
    remis = {str(preuve.genre) for preuve in preuves}
    deja = set(demande.justificatifs.values_list("genre", flat=True))
    reemployes = set(demande.reemployes.values_list("genre", flat=True))
    tenus = remis if "iban" in corrigees else remis | deja | reemployes
    if not corrigees and demande.preuves_registre.exists():
        tenus.add(Justificatif.Genre.AVIS_RIDET)
    reprise = retenir(demande.etablissement, demande.genre, remis=tenus, valeurs=valeurs)
    erreurs = {e.champ: f"Joignez : {e.libelle}." for e in reprise.manquantes}
    faits = {f"{PIECE}{genre}" for genre in remis} | set(corrigees)
    erreurs |= manques(demande, faits, reponse)
    if erreurs:
        raise ModificationRefusee(erreurs)
    return reprise.inscription


def _corriger(
    demande: DemandeModification, actuelles: Mapping[str, str], corrigees: Mapping[str, str]
) -> None:
    avant = dict(demande.champs.values_list("champ", "avant"))
    ChampModifie.objects.bulk_create(
        ChampModifie(
            demande=demande, champ=champ, avant=avant.get(champ, actuelles[champ]), apres=apres
        )
        for champ, apres in corrigees.items()
    )
    if all(ligne.avant == ligne.apres for ligne in demande.champs.all()):
        raise ModificationRefusee(
            "Ainsi corrigée, la demande ne change plus rien : retirez-la plutôt."
        )
