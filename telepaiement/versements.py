"""Payouts: read line by line, matched, posted whole or set aside (telepaiement.md, §8.8)."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.montants import DEVISE, afficher
from facturier.commun.typographie import autres
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.tresorerie import rejeter_versement, verser_cartes
from telepaiement import execution_remboursements, litiges
from telepaiement.encaissement import date_comptable
from telepaiement.models import (
    MODES_PASSERELLE,
    Encaissement,
    EtatImputation,
    EtatRemboursement,
    EtatVersement,
    LigneVersement,
    Litige,
    NatureLigne,
    OrigineVersement,
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
REMBOURSEMENTS_FAITS = {EtatRemboursement.REUSSI, EtatRemboursement.ECHOUE}
LITIGES = {NatureLigne.LITIGE, NatureLigne.RETOUR_LITIGE}


def rapprocher(*, depuis: datetime | None = None, par: Utilisateur | None = None) -> dict[str, int]:
    """Read the payouts made since `depuis` (30 days by default), and all those in écart.

    Those that match are posted.

    Safe to run at any time, and twice: a payout already posted is left as it is.

    Returns:
        Numbers of payouts: `lus`, `comptabilises`, `en_ecart`, `rejetes`, `attendus`, `en_panne`
        (one failure stops no other).
    """
    noms_des_nombres = ("lus", "comptabilises", "en_ecart", "rejetes", "attendus", "en_panne")
    bilan = dict.fromkeys(noms_des_nombres, 0)
    noms = {
        EtatVersement.COMPTABILISE: "comptabilises",
        EtatVersement.EN_ECART: "en_ecart",
        EtatVersement.REJETE: "rejetes",
    }
    for identifiant, distant in _a_lire(depuis or timezone.now() - RECUL):
        bilan["lus"] += 1
        try:
            versement = _constater(distant, par) if distant else constater(identifiant, par=par)
        except (PasserelleMuette, PasserelleRefuse) as erreur:
            journal.warning("versement_en_panne", versement=identifiant, motif=str(erreur))
            bilan["en_panne"] += 1
        except Exception as erreur:  # whatever it is, the others go on
            journal.exception("versement_en_panne", versement=identifiant)
            _garder_en_panne(identifiant, distant, erreur)
            bilan["en_panne"] += 1
        else:
            bilan[noms[EtatVersement(versement.etat)] if versement else "attendus"] += 1
    return bilan


def _a_lire(depuis: datetime) -> Iterator[tuple[str, VersementDistant | None]]:
    """Yield the payouts made since `depuis`, oldest first, then those in écart, however old.

    Of an older one only its identity is known.
    """
    distants = list(passerelle().lister_versements(depuis))
    for distant in sorted(distants, key=lambda un: (un.arrive_le, un.identifiant)):
        yield distant.identifiant, distant
    anciens = Versement.objects.filter(
        etat=EtatVersement.EN_ECART, origine=OrigineVersement.PASSERELLE
    ).exclude(reference__in=[un.identifiant for un in distants])
    for reference in anciens.order_by("pk").values_list("reference", flat=True):
        yield reference, None


def _garder_en_panne(reference: str, distant: VersementDistant | None, erreur: Exception) -> None:
    """Leave a payout that could not be posted in écart, with the reason: people must see it."""
    raison = str(erreur) if isinstance(erreur, EcritureRefusee) else "erreur du logiciel"
    anomalie = f"non comptabilisé : {raison}"[:300]
    if distant is not None:
        Versement.objects.vivants().get_or_create(
            reference=reference,
            defaults={
                "montant": distant.montant if distant.devise == DEVISE else 0,
                "devise": distant.devise[:3],
                "arrive_le": distant.arrive_le,
                "anomalie": anomalie,
            },
        )
    en_ecart = Versement.objects.filter(reference=reference, etat=EtatVersement.EN_ECART)
    en_ecart.update(anomalie=anomalie)


def constater(reference: str, *, par: Utilisateur | None = None) -> Versement | None:
    """Read one payout; return it as it now stands, or None while the gateway prepares it.

    Raises:
        telepaiement.passerelles.contrat.PasserelleMuette: the gateway cannot tell.
    """
    return _constater(passerelle().lire_versement(reference), par)


def _constater(distant: VersementDistant, par: Utilisateur | None) -> Versement | None:
    acteur = par or Utilisateur.objects.systeme()
    connu = Versement.objects.vivants().filter(reference=distant.identifiant).first()
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
        return [_sans_detail(distant)]
    mouvements = list(passerelle().lignes_versement(distant.identifiant))
    for mouvement in mouvements:
        if mouvement.nature == NatureLigne.ECHEC_VERSEMENT:
            constater(mouvement.source)
        elif mouvement.paiement and not _est_connu(mouvement):
            _rattraper(mouvement.paiement)
    return mouvements


def _sans_detail(distant: VersementDistant) -> Mouvement:
    """Return a manual payout as one movement, of which nothing is known but its amount."""
    return Mouvement(
        identifiant=f"{distant.identifiant}-sans-detail",
        nature=NatureLigne.INCONNUE,
        nature_distante="versement manuel",
        source=distant.identifiant,
        montant=distant.montant,
        commission=0,
        devise=distant.devise,
    )


def _est_connu(mouvement: Mouvement) -> bool:
    if mouvement.nature in REMBOURSEMENTS:
        connus = Remboursement.objects.filter(reference=mouvement.source)
        if mouvement.nature == NatureLigne.ECHEC_REMBOURSEMENT:
            return connus.filter(etat=EtatRemboursement.ECHOUE).exists()
        return connus.filter(etat__in=REMBOURSEMENTS_FAITS).exists()
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
            execution_remboursements.relire(encaissement)
            litiges.relire(encaissement)
    except (PasserelleMuette, PasserelleRefuse) as erreur:
        journal.warning("rattrapage_en_panne", paiement=reference, motif=str(erreur))


@transaction.atomic
def _enregistrer(
    distant: VersementDistant, mouvements: list[Mouvement], par: Utilisateur
) -> Versement:
    """Keep the lines and post the payout, or say why it cannot be."""
    versement, _ = Versement.objects.vivants().get_or_create(
        reference=distant.identifiant,
        defaults={
            "montant": 0,
            "devise": distant.devise[:3],
            "arrive_le": distant.arrive_le,
            "anomalie": LECTURE,
        },
    )
    versement = Versement.objects.select_for_update(of=("self",)).get(pk=versement.pk)
    if versement.etat != EtatVersement.EN_ECART:
        return versement
    versement.devise = distant.devise[:3]
    if versement.devise == DEVISE:
        versement.montant = distant.montant
    else:
        versement.montant, versement.montant_devise = 0, distant.montant
        versement.commission_devise = sum(un.commission for un in mouvements)
    versement.lignes.all().delete()
    lignes = LigneVersement.objects.bulk_create(_lignes(versement, mouvements))
    versement.anomalie = _anomalie(versement, distant, mouvements, lignes)[:300]
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
    return comptabiliser(versement, par=par)


def comptabiliser(
    versement: Versement, *, par: Utilisateur, montant: int | None = None, ecart_change: int = 0
) -> Versement:
    """Post a payout that waits, once its lines are all known; the caller holds its lock.

    Args:
        montant: whole francs that reached the bank, `versement.montant` by default.
        ecart_change: what the change took from them, in whole francs; below zero, gave.
    """
    sommes = versement.lignes.aggregate(
        brut=Sum("montant", default=0), commission=Sum("commission", default=0)
    )
    annules = Versement.objects.filter(
        reference=versement.reference, etat=EtatVersement.ANNULE
    ).count()
    for demande in versement.imputations.filter(etat=EtatImputation.DEMANDEE):
        motif = "le versement s’est expliqué sans elle"
        franchir(demande, "refuser", par=par, motif=motif, decide_par=par, motif_refus=motif)
    ecriture = verser_cartes(
        **sommes,
        imputes=list(
            versement.lignes.filter(nature=NatureLigne.IMPUTEE).values_list("montant", flat=True)
        ),
        ecart_change=ecart_change,
        date_comptable=date_comptable(versement.arrive_le),
        reference=versement.reference,
        cle=f"{versement.reference}-{annules + 1}" if annules else "",
        par=par,
    )
    franchir(
        versement,
        "comptabiliser",
        par=par,
        ecriture=ecriture,
        anomalie="",
        montant=versement.montant if montant is None else montant,
        devise=versement.devise,
        ecart_change=ecart_change,
        lu_le=timezone.now(),
        **sommes,
    )
    return versement


def attente_des_francs(versement: Versement) -> str:
    """Return in French why a payout in another currency, otherwise explained, is set aside."""
    return (
        f"versé en {versement.devise} ({versement.somme_en_devise}) : rapprochez-le du mouvement "
        "bancaire qui en dit les francs"
    )


def en_attente_des_francs() -> QuerySet[Versement]:
    """Return the payouts in another currency; those that only wait for their francs say so."""
    return Versement.objects.filter(
        etat=EtatVersement.EN_ECART, montant_devise__isnull=False
    ).exclude(devise=DEVISE)


def dire_les_francs(versement_id: int, francs: int, *, par: Utilisateur) -> Versement:
    """Post a payout in another currency, of which the bank says that it made `francs`.

    The commission is changed at the rate that its payments give; what is left is the change.

    Raises:
        ValidationError: it waits for something else.
    """
    versement = Versement.objects.select_for_update(of=("self",)).get(pk=versement_id)
    en_devise = (versement.montant_devise or 0) + (versement.commission_devise or 0)
    if versement.anomalie != attente_des_francs(versement) or not en_devise:
        raise ValidationError("Ce versement n’attend pas que la banque en dise les francs.")
    commission = round(Fraction((versement.commission_devise or 0) * versement.brut, en_devise))
    LigneVersement.objects.create(
        versement=versement,
        transaction=f"{versement.reference}-commission",
        nature=NatureLigne.FRAIS,
        nature_distante=f"commission en {versement.devise}",
        montant=0,
        commission=commission,
    )
    return comptabiliser(
        versement,
        par=par,
        montant=francs,
        ecart_change=versement.brut - commission - francs,
    )


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
        if versement.devise != DEVISE:
            _mettre_en_francs(ligne)
        ligne.anomalie = _anomalie_de_ligne(ligne, mouvement, deja)[:200]
        if ligne.anomalie:
            ligne.encaissement = ligne.versement_rejete = None
        lignes.append(ligne)
    return [ligne for ligne in lignes if ligne.transaction not in deja]


def _regle(ligne: LigneVersement) -> tuple[Any, int, str]:
    """Return what a line settles, on which side of it, and its name in French."""
    reglements: dict[str, tuple[Any, int, str]] = {
        NatureLigne.ENCAISSEMENT: (ligne.encaissement, 1, "encaissement"),
        NatureLigne.REMBOURSEMENT: (ligne.remboursement, -1, "remboursement"),
        NatureLigne.ECHEC_REMBOURSEMENT: (ligne.remboursement, 1, "remboursement"),
        NatureLigne.LITIGE: (ligne.litige, -1, "litige"),
        NatureLigne.RETOUR_LITIGE: (ligne.litige, 1, "litige"),
        NatureLigne.ECHEC_VERSEMENT: (ligne.versement_rejete, 1, "versement rejeté"),
    }
    return reglements.get(ligne.nature, (None, 1, "objet"))


def _mettre_en_francs(ligne: LigneVersement) -> None:
    """Give a line in another currency the francs of what it settles; its fee waits for the bank."""
    objet, signe, _ = _regle(ligne)
    ligne.montant = objet.montant * signe if objet else 0
    ligne.commission = 0


def _deja_versees(mouvements: list[Mouvement], versement: Versement) -> set[str]:
    """Return the movements that another payout holds already."""
    lignes = LigneVersement.objects.filter(transaction__in=[un.identifiant for un in mouvements])
    autres = lignes.exclude(versement=versement).exclude(versement__etat=EtatVersement.ANNULE)
    return set(autres.values_list("transaction", flat=True))


def _anomalie_de_ligne(ligne: LigneVersement, mouvement: Mouvement, deja: set[str]) -> str:
    """Return in French what does not match on a line, or ""."""
    devise = ligne.versement.devise
    if mouvement.devise != devise:
        return f"{mouvement.identifiant} est en {mouvement.devise}, et non en {devise}"
    if mouvement.identifiant in deja:
        return f"{mouvement.identifiant} est déjà dans un autre versement"
    if ligne.nature == NatureLigne.INCONNUE:
        return inexplication(ligne)
    return "" if ligne.nature == NatureLigne.FRAIS else _difference(ligne, mouvement)


def inexplication(ligne: LigneVersement) -> str:
    """Return in French that a line is of a nature, or about an object, that is unknown here."""
    if ligne.nature == NatureLigne.INCONNUE:
        phrase = f"{ligne.transaction} : nature « {ligne.nature_distante} » inconnue"
    else:
        _, _, nom = _regle(ligne)
        phrase = f"{ligne.source or ligne.transaction} : aucun {nom} ne lui correspond"
    return phrase[:200]


def _difference(ligne: LigneVersement, mouvement: Mouvement) -> str:
    """Return in French how a line differs from what it settles, or ""."""
    objet, signe, _ = _regle(ligne)
    if objet is None:
        return inexplication(ligne)
    if mouvement.devise == DEVISE and objet.montant * signe != mouvement.montant:
        recu, attendu = afficher(mouvement.montant), afficher(objet.montant * signe)
        return f"{mouvement.source} : {recu} au lieu de {attendu}"
    if ligne.remboursement and ligne.remboursement.etat not in REMBOURSEMENTS_FAITS:
        etat = ligne.remboursement.get_etat_display()
        return f"{mouvement.source} : ce remboursement est encore « {etat} »"
    return ""


def _anomalie(
    versement: Versement,
    distant: VersementDistant,
    mouvements: Iterable[Mouvement],
    lignes: Iterable[LigneVersement],
) -> str:
    """Return in French why a payout cannot be posted, or ""."""
    lues = list(lignes)
    en_ecart = [ligne.anomalie for ligne in lues if ligne.anomalie]
    reste = len(en_ecart) - 1
    suite = f" (et {autres(reste)})" if reste > 0 else ""
    net = sum(un.montant - un.commission for un in mouvements)
    causes = {
        "versement manuel : le prestataire n’en donne pas le détail": not distant.est_detaille,
        "le prestataire ne donne aucune ligne": not lues,
        f"{en_ecart[0] if en_ecart else ''}{suite}": bool(en_ecart),
        f"les lignes font {_dire(net, distant)}, le versement {_dire(distant.montant, distant)}": (
            net != distant.montant
        ),
        attente_des_francs(versement): distant.devise != DEVISE,
    }
    return next((cause for cause, est_vraie in causes.items() if est_vraie), "")


def _dire(somme: int, distant: VersementDistant) -> str:
    if distant.devise == DEVISE:
        return afficher(somme)
    return Versement(devise=distant.devise, montant_devise=somme).somme_en_devise


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
        | Q(versement__reprises__versement__etat=EtatVersement.COMPTABILISE),
        encaissement=OuterRef("pk"),
    )
    limite = (a or timezone.now()) - NON_VERSE_APRES
    return (
        Encaissement.objects.filter(mode__in=MODES_PASSERELLE, encaisse_le__lt=limite)
        .exclude(Exists(posees))
        .order_by("encaisse_le", "pk")
    )
