"""Payouts: read line by line, matched, posted whole or set aside (telepaiement.md, §8.8)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.montants import DEVISE, afficher
from facturier.grand_livre.evenements import verser_cartes
from facturier.grand_livre.tresorerie import rejeter_versement
from telepaiement import litiges, remboursements
from telepaiement.encaissement import date_comptable
from telepaiement.models import (
    MODES_PASSERELLE,
    Encaissement,
    EtatVersement,
    LigneVersement,
    Litige,
    NatureLigne,
    Remboursement,
    Tentative,
    Versement,
)
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import (
    Mouvement,
    PasserelleMuette,
    PasserelleRefuse,
    StatutVersement,
    VersementDistant,
)
from telepaiement.synchronisation import synchroniser

journal = structlog.get_logger(__name__)
RECUL = timedelta(days=30)
NON_VERSE_APRES = timedelta(days=7)
LECTURE = "lecture en cours"
REMBOURSEMENTS = {NatureLigne.REMBOURSEMENT, NatureLigne.ECHEC_REMBOURSEMENT}
LITIGES = {NatureLigne.LITIGE, NatureLigne.RETOUR_LITIGE}


def rapprocher(*, depuis: datetime | None = None, par: Utilisateur | None = None) -> dict[str, int]:
    """Read the payouts made since `depuis` (30 days by default) and post those that match.

    Safe to run at any time, and twice: a payout already posted is left as it is.

    Returns:
        Numbers of payouts: `lus`, `comptabilises`, `en_ecart`, `rejetes`, `attendus`.
    """
    bilan = dict.fromkeys(("lus", "comptabilises", "en_ecart", "rejetes", "attendus"), 0)
    noms = {
        EtatVersement.COMPTABILISE: "comptabilises",
        EtatVersement.EN_ECART: "en_ecart",
        EtatVersement.REJETE: "rejetes",
    }
    distants = list(passerelle().lister_versements(depuis or timezone.now() - RECUL))
    for distant in sorted(distants, key=lambda un: (un.arrive_le, un.identifiant)):
        bilan["lus"] += 1
        versement = _constater(distant, par)
        bilan[noms[EtatVersement(versement.etat)] if versement else "attendus"] += 1
    return bilan


def constater(reference: str, *, par: Utilisateur | None = None) -> Versement | None:
    """Read one payout; return it as it now stands, or None while the gateway prepares it.

    Raises:
        telepaiement.passerelles.contrat.PasserelleMuette: the gateway cannot tell.
    """
    return _constater(passerelle().lire_versement(reference), par)


def _constater(distant: VersementDistant, par: Utilisateur | None) -> Versement | None:
    acteur = par or Utilisateur.objects.systeme()
    connu = Versement.objects.filter(reference=distant.identifiant).first()
    est_rejete = distant.statut == StatutVersement.REJETE
    if connu and connu.etat == EtatVersement.COMPTABILISE:
        return _rejeter(connu.pk, acteur) if est_rejete else connu
    if connu and connu.etat == EtatVersement.REJETE:
        return connu
    if distant.statut == StatutVersement.EN_ROUTE:
        return None
    mouvements = _lire(distant)
    versement = _enregistrer(distant, mouvements, acteur)
    if est_rejete and versement.etat == EtatVersement.COMPTABILISE:
        return _rejeter(versement.pk, acteur)
    return versement


def _lire(distant: VersementDistant) -> list[Mouvement]:
    """Read the movements, and catch up with what they are about and that we do not know yet."""
    if not distant.est_detaille:
        return []
    mouvements = list(passerelle().lignes_versement(distant.identifiant))
    for mouvement in mouvements:
        if mouvement.nature == NatureLigne.ECHEC_VERSEMENT:
            constater(mouvement.source)
        elif mouvement.paiement and not _est_connu(mouvement):
            _rattraper(mouvement.paiement)
    return mouvements


def _est_connu(mouvement: Mouvement) -> bool:
    if mouvement.nature in REMBOURSEMENTS:
        return Remboursement.objects.filter(reference=mouvement.source).exists()
    if mouvement.nature in LITIGES:
        return Litige.objects.filter(reference=mouvement.source).exists()
    return Encaissement.objects.filter(charge=mouvement.source).exists()


def _rattraper(reference: str) -> None:
    """Read a payment back, with its refunds and disputes: a lost message is found here."""
    tentative = Tentative.objects.filter(reference=reference).first()
    if tentative is None:
        return
    try:
        synchroniser(tentative, source="versement")
        encaissement = Encaissement.objects.filter(tentative=tentative).first()
        if encaissement is not None:
            remboursements.relire(encaissement)
            litiges.relire(encaissement)
    except (PasserelleMuette, PasserelleRefuse) as erreur:
        journal.warning("rattrapage_en_panne", paiement=reference, motif=str(erreur))


@transaction.atomic
def _enregistrer(
    distant: VersementDistant, mouvements: list[Mouvement], par: Utilisateur
) -> Versement:
    """Keep the lines and post the payout, or say why it cannot be."""
    versement, _ = Versement.objects.get_or_create(
        reference=distant.identifiant,
        defaults={
            "montant": distant.montant,
            "devise": distant.devise[:3],
            "arrive_le": distant.arrive_le,
            "anomalie": LECTURE,
        },
    )
    versement = Versement.objects.select_for_update(of=("self",)).get(pk=versement.pk)
    if versement.etat != EtatVersement.EN_ECART:
        return versement
    versement.montant, versement.devise = distant.montant, distant.devise[:3]
    versement.lignes.all().delete()
    lignes = LigneVersement.objects.bulk_create(_lignes(versement, mouvements))
    versement.anomalie = _anomalie(distant, lignes)[:300]
    versement.brut = sum(ligne.montant for ligne in lignes)
    versement.commission = sum(ligne.commission for ligne in lignes)
    if versement.anomalie:
        journal.error("versement_en_ecart", versement=versement.reference, motif=versement.anomalie)
        versement.save()
        if not versement.passages.exists():
            versement.passages.create(
                acte="ecarter", depart="", arrivee=versement.etat, par=par, motif=versement.anomalie
            )
        return versement
    ecriture = verser_cartes(
        brut=versement.brut,
        commission=versement.commission,
        date_comptable=date_comptable(versement.arrive_le),
        reference=versement.reference,
        par=par,
    )
    franchir(
        versement,
        "comptabiliser",
        par=par,
        ecriture=ecriture,
        anomalie="",
        montant=versement.montant,
        devise=versement.devise,
        brut=versement.brut,
        commission=versement.commission,
        lu_le=timezone.now(),
    )
    return versement


def _lignes(versement: Versement, mouvements: list[Mouvement]) -> list[LigneVersement]:
    """Build the lines, each tied to what it settles; four queries, whatever their number."""
    sources = [mouvement.source for mouvement in mouvements]
    encaissements = {un.charge: un for un in Encaissement.objects.filter(charge__in=sources)}
    rendus = {un.reference: un for un in Remboursement.objects.filter(reference__in=sources)}
    contestes = {un.reference: un for un in Litige.objects.filter(reference__in=sources)}
    rejetes = {
        un.reference: un
        for un in Versement.objects.filter(reference__in=sources, etat=EtatVersement.REJETE)
    }
    deja = _deja_versees(mouvements, versement)
    lignes = []
    for mouvement in mouvements:
        ligne = LigneVersement(
            versement=versement,
            transaction=mouvement.identifiant,
            nature=mouvement.nature,
            nature_distante=mouvement.nature_distante[:60],
            source=mouvement.source[:100],
            montant=mouvement.montant,
            commission=mouvement.commission,
        )
        if mouvement.nature == NatureLigne.ENCAISSEMENT:
            ligne.encaissement = encaissements.get(mouvement.source)
        elif mouvement.nature in REMBOURSEMENTS:
            ligne.remboursement = rendus.get(mouvement.source)
        elif mouvement.nature in LITIGES:
            ligne.litige = contestes.get(mouvement.source)
        elif mouvement.nature == NatureLigne.ECHEC_VERSEMENT:
            ligne.versement_rejete = rejetes.get(mouvement.source)
        ligne.anomalie = _anomalie_de_ligne(ligne, mouvement, deja)[:200]
        if ligne.anomalie:
            ligne.encaissement = ligne.versement_rejete = None
        lignes.append(ligne)
    return [ligne for ligne in lignes if ligne.transaction not in deja]


def _deja_versees(mouvements: list[Mouvement], versement: Versement) -> set[str]:
    """Return the movements that another payout holds already."""
    lignes = LigneVersement.objects.filter(transaction__in=[un.identifiant for un in mouvements])
    return set(lignes.exclude(versement=versement).values_list("transaction", flat=True))


def _anomalie_de_ligne(ligne: LigneVersement, mouvement: Mouvement, deja: set[str]) -> str:
    """Return in French what does not match on a line, or ""."""
    if mouvement.devise != DEVISE:
        return f"{mouvement.identifiant} est en {mouvement.devise}, et non en {DEVISE}"
    if mouvement.identifiant in deja:
        return f"{mouvement.identifiant} est déjà dans un autre versement"
    if ligne.nature == NatureLigne.INCONNUE:
        return f"{mouvement.identifiant} : nature « {mouvement.nature_distante} » inconnue"
    return "" if ligne.nature == NatureLigne.FRAIS else _difference(ligne, mouvement)


def _difference(ligne: LigneVersement, mouvement: Mouvement) -> str:
    """Return in French how a line differs from what it settles, or ""."""
    attendus: dict[str, tuple[Any, int, str]] = {
        NatureLigne.ENCAISSEMENT: (ligne.encaissement, 1, "encaissement"),
        NatureLigne.REMBOURSEMENT: (ligne.remboursement, -1, "remboursement"),
        NatureLigne.ECHEC_REMBOURSEMENT: (ligne.remboursement, 1, "remboursement"),
        NatureLigne.LITIGE: (ligne.litige, -1, "litige"),
        NatureLigne.RETOUR_LITIGE: (ligne.litige, 1, "litige"),
        NatureLigne.ECHEC_VERSEMENT: (ligne.versement_rejete, 1, "versement rejeté"),
    }
    objet, signe, nom = attendus[ligne.nature]
    if objet is None:
        return f"{mouvement.source or mouvement.identifiant} : aucun {nom} ne lui correspond"
    if objet.montant * signe != mouvement.montant:
        recu, attendu = afficher(mouvement.montant), afficher(objet.montant * signe)
        return f"{mouvement.source} : {recu} au lieu de {attendu}"
    return ""


def _anomalie(distant: VersementDistant, lignes: Iterable[LigneVersement]) -> str:
    """Return in French why a payout cannot be posted, or ""."""
    lues = list(lignes)
    en_ecart = [ligne.anomalie for ligne in lues if ligne.anomalie]
    suite = f" (et {len(en_ecart) - 1} autres)" if len(en_ecart) > 1 else ""
    net = sum(ligne.net for ligne in lues)
    causes = {
        f"versé en {distant.devise} : la comptabilité est en {DEVISE}, à traiter à la main": (
            distant.devise != DEVISE
        ),
        "versement manuel : le prestataire n’en donne pas le détail": not distant.est_detaille,
        "le prestataire ne donne aucune ligne": not lues,
        f"{en_ecart[0] if en_ecart else ''}{suite}": bool(en_ecart),
        f"les lignes font {afficher(net)}, le versement {afficher(distant.montant)}": (
            net != distant.montant
        ),
        "le prestataire a prélevé le compte : à traiter à la main": (
            distant.montant <= 0 or sum(ligne.commission for ligne in lues) < 0
        ),
    }
    return next((cause for cause, est_vraie in causes.items() if est_vraie), "")


@transaction.atomic
def _rejeter(versement_id: int, par: Utilisateur) -> Versement:
    """Post that the bank sent a payout back: its lines wait for the next one."""
    versement = Versement.objects.select_for_update(of=("self",)).get(pk=versement_id)
    if versement.etat != EtatVersement.COMPTABILISE:
        return versement
    ecriture = rejeter_versement(
        montant=versement.montant,
        date_comptable=timezone.localdate(),
        reference=versement.reference,
        par=par,
    )
    franchir(versement, "rejeter", par=par, ecriture_rejet=ecriture, lu_le=timezone.now())
    journal.error("versement_rejete", versement=versement.reference)
    return versement


def non_verses(*, a: datetime | None = None) -> QuerySet[Encaissement]:
    """Return the card payments that no payout holds seven days later, oldest first.

    Those of a payout sent back count again, until the next one takes it up.
    """
    posees = LigneVersement.objects.filter(
        Q(versement__etat=EtatVersement.COMPTABILISE)
        | Q(versement__reprise__versement__etat=EtatVersement.COMPTABILISE),
        encaissement=OuterRef("pk"),
    )
    limite = (a or timezone.now()) - NON_VERSE_APRES
    return (
        Encaissement.objects.filter(mode__in=MODES_PASSERELLE, encaisse_le__lt=limite)
        .exclude(Exists(posees))
        .order_by("encaisse_le", "pk")
    )
