"""Refunds sent, looked for and brought where the money is (telepaiement.md, §8.6).

The intention is committed before the gateway is called, with the key that makes the call
idempotent; what the gateway then says is applied under the lock of the debt, whoever brings the
news. A refund is posted once it has succeeded, and its entry is reversed if it fails later.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.grand_livre.corrections import mandats_qui_rendent
from facturier.grand_livre.evenements import rembourser
from facturier.grand_livre.models import Titre
from facturier.grand_livre.passation import contrepasser
from telepaiement import alertes, echeanciers, recus
from telepaiement.creances import verrouiller_paiement
from telepaiement.encaissement import date_comptable
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    OrigineRemboursement,
    Remboursement,
    RetourVente,
)
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import (
    PasserelleMuette,
    PasserelleRefuse,
    RemboursementDistant,
    StatutRemboursement,
)
from telepaiement.querysets import EN_ROUTE
from telepaiement.sommes_a_rendre import trop_percu_restant

journal = structlog.get_logger(__name__)
MOTIF_EXTERNE = "Fait directement chez le prestataire de paiement"
REPOS = timedelta(minutes=2)  # how long a call under way is left alone by the sweeper
RELECTURE_REFUS = timedelta(days=2)  # how long a refund refused is still looked for
LOT = 500


def transmettre(remboursement: Remboursement, *, par: Utilisateur) -> Remboursement:
    """Send an approved refund to the gateway, or find the one that an interrupted call made.

    One by transfer goes to the comptable, under the reference that the transfer will bear.
    Without an answer it stays `transmis`: the sweeper asks again with the same key.
    """
    ordre = remboursement.virement
    if remboursement.etat == EtatRemboursement.APPROUVE:
        reference = {"reference": ordre.reference} if ordre else {}
        avancer(remboursement, "transmettre", par, **reference)
    if ordre is not None:
        return remboursement
    encaissement = remboursement.encaissement
    try:
        distant = _deja_fait(remboursement) or passerelle().rembourser(
            _reference(encaissement),
            charge=encaissement.charge,
            montant=remboursement.montant,
            cle=str(remboursement.jeton),
        )
    except PasserelleMuette as erreur:
        journal.warning("remboursement_sans_reponse", jeton=str(remboursement.jeton))
        Remboursement.objects.filter(pk=remboursement.pk).update(
            modifie_le=timezone.now(), motif_echec=str(erreur)[:200]
        )
    except PasserelleRefuse as erreur:
        _appliquer(encaissement, [], refuse=remboursement, motif=str(erreur))
    else:
        _appliquer(encaissement, [distant])
    remboursement.refresh_from_db()
    return remboursement


def _deja_fait(remboursement: Remboursement) -> RemboursementDistant | None:
    """Return what an earlier call did: beyond a day, a key alone no longer tells.

    Raises:
        PasserelleMuette: the gateway cannot tell, or refuses to: a reading fails no refund.
    """
    if remboursement.passages.filter(acte="transmettre", le__gt=timezone.now() - REPOS).exists():
        return None
    try:
        distants = passerelle().lire_remboursements(_reference(remboursement.encaissement))
    except PasserelleRefuse as erreur:
        raise PasserelleMuette(f"la liste des remboursements est refusée : {erreur}") from erreur
    return next((un for un in distants if un.cle == str(remboursement.jeton)), None)


def relire(encaissement: Encaissement) -> None:
    """Read all the refunds of a payment at the gateway, and bring ours where they stand.

    One made in the dashboard is recorded as such.

    Raises:
        PasserelleMuette: the gateway cannot tell.
    """
    _appliquer(encaissement, passerelle().lire_remboursements(_reference(encaissement)))


def relancer() -> dict[str, int]:
    """Bring the refunds under way where the money is; one failure stops no other."""
    bilan = {"examines": 0, "en_panne": 0}
    systeme = Utilisateur.objects.systeme()
    for remboursement in _par_lots(_a_relancer(timezone.now())):
        bilan["examines"] += 1
        try:
            if remboursement.reference or remboursement.etat == EtatRemboursement.ECHOUE:
                relire(remboursement.encaissement)
            else:
                transmettre(remboursement, par=systeme)
        except (PasserelleMuette, PasserelleRefuse) as erreur:
            journal.warning("remboursement_en_panne", motif=str(erreur))
            bilan["en_panne"] += 1
        except Exception:  # whatever it is, the others go on
            journal.exception("remboursement_en_panne", jeton=str(remboursement.jeton))
            bilan["en_panne"] += 1
    return bilan


def _a_relancer(maintenant: datetime) -> QuerySet[Remboursement]:
    """Return the refunds under way, and those refused lately: the gateway may know them after all.

    Only one that was refused without a reference can be found again.
    """
    par_carte = Remboursement.objects.filter(
        virement__isnull=True, modifie_le__lt=maintenant - REPOS
    ).select_related("encaissement__tentative")
    refuses = Q(
        etat=EtatRemboursement.ECHOUE, reference="", modifie_le__gt=maintenant - RELECTURE_REFUS
    )
    return par_carte.filter(Q(etat__in=EN_ROUTE) | refuses)


def _par_lots(lot: QuerySet[Remboursement]) -> Iterator[Remboursement]:
    """Yield all the refunds of `lot`, oldest first, read a batch at a time."""
    dernier = 0
    while page := list(lot.filter(pk__gt=dernier).order_by("pk")[:LOT]):
        yield from page
        dernier = page[-1].pk


def _reference(encaissement: Encaissement) -> str:
    tentative = encaissement.tentative
    if tentative is None:
        raise PasserelleRefuse("cet encaissement ne vient pas de la passerelle")
    return tentative.reference


def verrouiller(remboursement_id: int) -> Remboursement:
    """Lock the debt, then the payment, then the refund: always in this order."""
    encaissements = Remboursement.objects.values_list("encaissement", flat=True)
    verrouiller_paiement(encaissements.get(pk=remboursement_id))
    return Remboursement.objects.select_for_update(of=("self",)).get(pk=remboursement_id)


@transaction.atomic
def _appliquer(
    encaissement: Encaissement,
    distants: list[RemboursementDistant],
    *,
    refuse: Remboursement | None = None,
    motif: str = "",
) -> None:
    """Apply what the gateway says: failures first, for they make room."""
    systeme = Utilisateur.objects.systeme()
    encaissement = verrouiller_paiement(encaissement.pk)
    if refuse is not None:
        echouer(Remboursement.objects.get(pk=refuse.pk), motif, systeme)
    for distant in sorted(distants, key=lambda un: un.statut != StatutRemboursement.ECHOUE):
        remboursement = _reconnaitre(encaissement, distant, systeme)
        if distant.statut == StatutRemboursement.ECHOUE:
            echouer(remboursement, distant.motif_echec, systeme)
        elif distant.statut == StatutRemboursement.REUSSI:
            reussir(remboursement, encaissement, systeme)


def _reconnaitre(
    encaissement: Encaissement, distant: RemboursementDistant, par: Utilisateur
) -> Remboursement:
    """Return our refund, made if the gateway alone knew it, with its reference."""
    connus = list(encaissement.remboursements.filter(virement__isnull=True))
    trouve = next((un for un in connus if un.reference == distant.identifiant), None)
    trouve = trouve or next((un for un in connus if str(un.jeton) == distant.cle), None)
    if trouve is None and distant.identifiant == encaissement.charge:
        # A debit cancelled bears no key: it is the whole refund that we asked for.
        entiers = [un for un in connus if un.montant == encaissement.montant]
        trouve = next((un for un in entiers if un.etat == EtatRemboursement.TRANSMIS), None)
    if trouve is None:
        journal.warning("remboursement_externe", reference=distant.identifiant)
        trouve = Remboursement.objects.create(
            encaissement=encaissement,
            origine=OrigineRemboursement.EXTERNE,
            etat=EtatRemboursement.TRANSMIS,
            montant=distant.montant,
            motif=MOTIF_EXTERNE,
            demande_par=par,
            reference=distant.identifiant,
        )
        trouve.passages.create(acte="constater", depart="", arrivee=trouve.etat, par=par)
    elif not trouve.reference:
        lue = {"reference": distant.identifiant, "motif_echec": ""}
        if trouve.etat == EtatRemboursement.ECHOUE:
            journal.error("remboursement_retrouve", reference=distant.identifiant)
            avancer(trouve, "retrouver", par, motif="connu du prestataire", **lue)
        else:
            Remboursement.objects.filter(pk=trouve.pk).update(**lue)
            trouve.reference = distant.identifiant
    return trouve


def reussir(
    remboursement: Remboursement,
    encaissement: Encaissement,
    par: Utilisateur,
    *,
    jour: date | None = None,
    motif: str = "",
) -> None:
    """Post a refund that is done, and issue its receipt; called under its locks. Twice is once."""
    if remboursement.etat in {EtatRemboursement.REUSSI, EtatRemboursement.ECHOUE}:
        return
    trop_percu = min(remboursement.montant, trop_percu_restant(encaissement))
    ecriture = rembourser(
        encaissement.titre,
        moyen="virement" if remboursement.virement_id else "carte",
        montant=remboursement.montant,
        trop_percu=trop_percu,
        date_comptable=date_comptable(jour or timezone.localdate()),
        reference=remboursement.reference,
        par=par,
    )
    avancer(remboursement, "reussir", par, motif=motif, ecriture=ecriture, trop_percu=trop_percu)
    if encaissement.titre is not None:
        echeanciers.suivre(encaissement.titre)
        _signaler_rendu_deux_fois(remboursement, encaissement.titre)
    recus.emettre(remboursement)


def _signaler_rendu_deux_fois(remboursement: Remboursement, titre: Titre) -> None:
    """Tell the finances that money a mandat gives back was given at the provider's too."""
    est_externe = remboursement.origine == OrigineRemboursement.EXTERNE
    mandats = list(mandats_qui_rendent(titre.pk)) if est_externe else []
    if not mandats:
        return
    journal.error("rendu_deux_fois", reference=remboursement.reference, titre=titre.reference)
    references = ", ".join(mandat.reference for mandat in mandats)
    dire = partial(alertes.signaler_rendu_deux_fois, remboursement, titre.reference, references)
    transaction.on_commit(dire, robust=True)


def echouer(remboursement: Remboursement, motif: str, par: Utilisateur) -> None:
    """Say that a refund was refused or came back, and reverse its entry; twice is once."""
    if remboursement.etat in {EtatRemboursement.ECHOUE, EtatRemboursement.REFUSE}:
        return
    retours = RetourVente.objects.filter(remboursement=remboursement).select_related("ecriture")
    ecrites = [retour.ecriture for retour in retours]
    if remboursement.ecriture is not None:
        ecrites.append(remboursement.ecriture)
    for ecriture in ecrites:
        contrepasser(
            ecriture,
            par=par,
            motif="remboursement échoué",
            date_comptable=timezone.localdate(),
        )
    avancer(remboursement, "echouer", par, motif=motif, motif_echec=motif[:200])
    journal.error("remboursement_echoue", reference=remboursement.reference, motif=motif)


def avancer(
    remboursement: Remboursement, acte: str, par: Utilisateur, *, motif: str = "", **champs: Any
) -> None:
    """Carry a refund through `acte`, and say when; `champs` are what changes with it."""
    franchir(remboursement, acte, par=par, motif=motif, modifie_le=timezone.now(), **champs)
