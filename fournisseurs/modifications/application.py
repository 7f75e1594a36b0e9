"""Make an approved change once its cooling period has passed, or undo it."""

from datetime import datetime

import structlog
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import exiger, franchir
from fournisseurs.journal import consigner
from fournisseurs.models import (
    ActeJournal,
    ContactConnu,
    CoordonneesBancaires,
    DemandeModification,
    Fournisseur,
)
from fournisseurs.modifications.avis import annoncer_issue, prevenir
from fournisseurs.modifications.donnees import changes_depuis, compte_courant, ecrire, lire

journal = structlog.get_logger(__name__)


def appliquer_modifications(au: datetime | None = None) -> dict[str, int]:
    """Apply every approved request whose cooling period has passed at `au` (now by default).

    A request none of whose old addresses could be warned waits; one whose datum changed meanwhile
    goes back to the agents. Each in its own transaction: one that fails does not stop the others.

    Returns:
        How many were `appliquees`, `a_reexaminer`, `en_attente_d_avis`.
    """
    bilan = {"appliquees": 0, "a_reexaminer": 0, "en_attente_d_avis": 0}
    systeme = Utilisateur.objects.systeme()
    moment = au or timezone.now()
    for demande in DemandeModification.objects.a_appliquer(moment).iterator(chunk_size=500):
        bilan[_traiter(demande, moment, systeme)] += 1
    return bilan


def _traiter(demande: DemandeModification, moment: datetime, systeme: Utilisateur) -> str:
    prevenir(demande)
    adresses = demande.contacts.filter(genre=ContactConnu.Genre.COURRIEL)
    if adresses.exists() and not adresses.filter(prevenu_le__isnull=False).exists():
        journal.error("modification_sans_avis", demande=demande.pk)
        return "en_attente_d_avis"
    with transaction.atomic():
        Fournisseur.objects.select_for_update(of=("self",)).get(pk=demande.fournisseur_id)
        if not DemandeModification.objects.a_appliquer(moment).filter(pk=demande.pk).exists():
            return "a_reexaminer"
        if changes_depuis(demande):
            franchir(
                demande,
                "reexaminer",
                par=systeme,
                motif="La donnée a changé depuis le dépôt.",
                controlee_par=None,
                approuvee_par=None,
                applicable_le=None,
            )
            return "a_reexaminer"
        appliquer(demande, par=systeme)
    return "appliquees"


@transaction.atomic
def appliquer(demande: DemandeModification, *, par: Utilisateur) -> None:
    """Write the new values in place; the documents of the request join those of the supplier.

    The verifier of a new account is the agent who approved it. Call it with the supplier locked.
    """
    exiger(demande, "appliquer", par=par)
    valeurs = dict(demande.champs.values_list("champ", "apres"))
    ecrire(demande, valeurs, par=demande.approuvee_par or par)
    demande.justificatifs.update(
        fournisseur=demande.fournisseur_id, etablissement=demande.etablissement_id
    )
    maintenant = timezone.now()
    franchir(demande, "appliquer", par=par, appliquee_le=maintenant, traitee_le=maintenant)
    transaction.on_commit(lambda: annoncer_issue(demande), robust=True)


def retablir(demande: DemandeModification, *, par: Utilisateur) -> None:
    """Put back what an applied request replaced, where nothing has changed since.

    A first account has no former one: it is ended, and nothing replaces it.
    """
    actuelles = lire(demande.etablissement, demande.genre)
    champs = [c for c in demande.champs.all() if actuelles[c.champ] == c.apres]
    valeurs = {champ.champ: champ.avant for champ in champs}
    if demande.est_compte and valeurs.get("iban") == "":
        _mettre_fin(compte_courant(demande.etablissement, demande.genre), par=par)
    elif valeurs:
        ecrire(demande, valeurs, par=par)
    demande.justificatifs.update(fournisseur=None, etablissement=None)


def _mettre_fin(compte: CoordonneesBancaires | None, *, par: Utilisateur) -> None:
    if compte is None:
        return
    CoordonneesBancaires.objects.filter(pk=compte.pk).update(fin=timezone.localdate())
    consigner(
        ActeJournal.COMPTE_RETIRE,
        par=par,
        fournisseur=compte.fournisseur,
        sur=compte,
        ancien_iban=compte.iban,
    )
