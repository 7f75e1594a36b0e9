"""What a movement of the bank account may be: payouts, remises, transfers, unpaid, refunds.

Read by reference, name and amount, the surest first; a person confirms one (`rapprochement`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet, Sum

from facturier.commun.montants import afficher
from telepaiement import impayes, repartition
from telepaiement.models import (
    Encaissement,
    EncaissementRapproche,
    EtatRemboursement,
    EtatVersement,
    LigneBancaire,
    Mode,
    NatureRapprochement,
    RapprochementBancaire,
    Remboursement,
    Versement,
)
from telepaiement.remises_cartes import ECART_JOURS, Lot, commission_admise, est_commission, lots
from telepaiement.versements import attente_des_francs, en_attente_des_francs

ECART_CHANGE_POUR_MILLE = 100  # beyond, a movement is not the one that changes a payout
PROPOSITIONS_MAXIMALES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposition:
    """What a movement may be. `cle` names it; `commission` is what the bank kept, in francs."""

    nature: NatureRapprochement
    cle: str
    libelle: str
    encaissements: tuple[int, ...] = ()
    versement: int | None = None
    lot: Lot | None = None
    titre: int | None = None
    remboursement: int | None = None
    impaye: int | None = None
    commission: int = 0


def proposer(ligne: LigneBancaire) -> list[Proposition]:
    """Return what `ligne` may be, the surest first."""
    sources: tuple[Callable[[LigneBancaire], Iterator[Proposition]], ...]
    if ligne.montant > 0:
        sources = (
            _versements,
            _en_devise,
            _titres,
            _virements,
            _remises_tpe,
            _remises_cheques,
            _cartes,
            _virements_revenus,
        )
    else:
        sources = (_versements, _en_devise, _rendus_par_virement, _cartes, _impayes, _commissions)
    trouvees = [une for source in sources for une in source(ligne)]
    return trouvees[:PROPOSITIONS_MAXIMALES]


def _dit(ligne: LigneBancaire) -> str:
    return f"{ligne.libelle} {ligne.reference}".upper()


def _versements(ligne: LigneBancaire) -> Iterator[Proposition]:
    candidats = Versement.objects.filter(
        ~Exists(RapprochementBancaire.objects.vivants().filter(versement=OuterRef("pk"))),
        montant=ligne.montant,
        etat__in=[EtatVersement.COMPTABILISE, EtatVersement.REJETE],
        arrive_le__range=(ligne.jour - ECART_JOURS, ligne.jour + ECART_JOURS),
    )
    for versement in candidats.order_by("arrive_le", "pk"):
        yield Proposition(
            nature=NatureRapprochement.VERSEMENT,
            cle=f"versement-{versement.pk}",
            libelle=f"Versement {versement.reference} du {versement.arrive_le:%d/%m/%Y}",
            versement=versement.pk,
        )


def _en_devise(ligne: LigneBancaire) -> Iterator[Proposition]:
    """Payouts in another currency, of which the movement tells the francs."""
    candidats = en_attente_des_francs().filter(
        arrive_le__range=(ligne.jour - ECART_JOURS, ligne.jour + ECART_JOURS)
    )
    for versement in candidats.order_by("arrive_le", "pk"):
        ecart = abs(versement.brut - ligne.montant) * 1000
        if (
            versement.anomalie == attente_des_francs(versement)
            and ecart <= abs(versement.brut) * ECART_CHANGE_POUR_MILLE
        ):
            yield Proposition(
                nature=NatureRapprochement.VERSEMENT,
                cle=f"devise-{versement.pk}",
                libelle=f"Versement {versement.reference} de {versement.somme_en_devise}, dont la "
                f"banque dit {afficher(ligne.montant)}",
                versement=versement.pk,
            )


def _cartes(ligne: LigneBancaire) -> Iterator[Proposition]:
    """What a gateway that lists no payouts collected in a day or a few."""
    for lot in lots(ligne):
        yield Proposition(
            nature=NatureRapprochement.VERSEMENT,
            cle=lot.cle,
            libelle=lot.libelle,
            lot=lot,
            commission=lot.commission,
        )


def _impayes(ligne: LigneBancaire) -> Iterator[Proposition]:
    """Money that left: a payment that the bank takes back."""
    for encaissement in impayes.candidats(ligne)[:PROPOSITIONS_MAXIMALES]:
        yield Proposition(
            nature=NatureRapprochement.IMPAYE,
            cle=f"impaye-{encaissement.pk}",
            libelle=impayes.nommer(encaissement),
            impaye=encaissement.pk,
        )


def _commissions(ligne: LigneBancaire) -> Iterator[Proposition]:
    """Money that left: what the bank keeps apart from what it credits, at most its usual part."""
    if est_commission(ligne):
        yield Proposition(
            nature=NatureRapprochement.COMMISSION,
            cle="commission",
            libelle="Commission de la banque ou du prestataire, prise à part",
            commission=-ligne.montant,
        )


def _rendus_par_virement(ligne: LigneBancaire) -> Iterator[Proposition]:
    """Refunds by transfer of this amount, those that the label names first."""
    etats = [EtatRemboursement.TRANSMIS, EtatRemboursement.REUSSI]
    yield from _remboursements(ligne, Remboursement.objects.filter(etat__in=etats), "Virement")


def _virements_revenus(ligne: LigneBancaire) -> Iterator[Proposition]:
    """Refunds by transfer that came back, which the comptable said already."""
    revenus = Remboursement.objects.filter(etat=EtatRemboursement.ECHOUE, ecriture__isnull=False)
    yield from _remboursements(ligne, revenus, "Retour du virement")


def _remboursements(
    ligne: LigneBancaire, lot: QuerySet[Remboursement], quoi: str
) -> Iterator[Proposition]:
    """Refunds by transfer of `lot` that no movement of the same direction tells yet."""
    sens = {"ligne__montant__lt" if ligne.montant < 0 else "ligne__montant__gt": 0}
    memes = RapprochementBancaire.objects.vivants().filter(remboursement=OuterRef("pk"), **sens)
    candidats = lot.filter(~Exists(memes), virement__isnull=False, montant=abs(ligne.montant))
    dit = _dit(ligne)
    avec_payeur = candidats.select_related("encaissement__titre__tiers", "encaissement__vente")
    for un in sorted(avec_payeur.order_by("pk"), key=lambda un: un.reference not in dit):
        yield Proposition(
            nature=NatureRapprochement.REMBOURSEMENT,
            cle=f"remboursement-{un.pk}",
            libelle=f"{quoi} {un.reference}, {un.encaissement.payeur}",
            remboursement=un.pk,
        )


def _titres(ligne: LigneBancaire) -> Iterator[Proposition]:
    """Titres that the label names, or whose debtor and amount it does; what matches is said."""
    for candidat in repartition.candidats(ligne):
        if candidat.est_cite or (candidat.est_nomme and candidat.est_du):
            titre = candidat.titre
            yield Proposition(
                nature=NatureRapprochement.TITRE,
                cle=f"titre-{titre.pk}",
                libelle=f"Virement pour le titre {titre.reference} ({titre.tiers.nom_complet}), "
                f"reste dû {afficher(candidat.reste)} : {candidat.concordance}",
                titre=titre.pk,
            )


def _libres(mode: str, ligne: LigneBancaire) -> QuerySet[Encaissement]:
    """Payments of a mode that no movement settles yet, received shortly before."""
    vivants = EncaissementRapproche.objects.filter(rapprochement__annulation__isnull=True)
    return Encaissement.objects.valides().filter(
        ~Exists(vivants.filter(encaissement=OuterRef("pk"))),
        mode=mode,
        jour__range=(ligne.jour - ECART_JOURS, ligne.jour),
    )


def _virements(ligne: LigneBancaire) -> Iterator[Proposition]:
    memes = _libres(Mode.VIREMENT, ligne).filter(montant=ligne.montant).select_related("titre")
    dit = _dit(ligne)
    for encaissement in sorted(
        memes.order_by("pk"), key=lambda un: un.reference_virement.upper() not in dit
    ):
        yield Proposition(
            nature=NatureRapprochement.VIREMENT,
            cle=f"virement-{encaissement.pk}",
            libelle=f"Virement constaté au guichet, titre {encaissement.titre.reference}",
            encaissements=(encaissement.pk,),
        )


def _remises_tpe(ligne: LigneBancaire) -> Iterator[Proposition]:
    """What one terminal took in a day, less at most a commission."""
    groupes = (
        _libres(Mode.TPE, ligne)
        .order_by("-jour", "terminal")
        .values("terminal", "jour")
        .annotate(total=Sum("montant"))
    )
    for groupe in groupes:
        commission = commission_admise(ligne, groupe["total"])
        if commission is None:
            continue
        lot = _libres(Mode.TPE, ligne).filter(terminal=groupe["terminal"], jour=groupe["jour"])
        yield Proposition(
            nature=NatureRapprochement.REMISE_TPE,
            cle=f"remise_tpe-{groupe['terminal']}-{groupe['jour']:%Y%m%d}",
            libelle=f"Remise du terminal {groupe['terminal']} du {groupe['jour']:%d/%m/%Y}, "
            f"{afficher(groupe['total'])}",
            encaissements=tuple(lot.values_list("pk", flat=True)),
            commission=commission,
        )


def _remises_cheques(ligne: LigneBancaire) -> Iterator[Proposition]:
    """One cheque, or all those of a till."""
    libres = _libres(Mode.CHEQUE, ligne)
    for cheque in libres.filter(montant=ligne.montant).order_by("pk"):
        yield Proposition(
            nature=NatureRapprochement.REMISE_CHEQUES,
            cle=f"cheque-{cheque.pk}",
            libelle=f"Chèque n° {cheque.numero_cheque} de {cheque.tireur} ({cheque.banque})",
            encaissements=(cheque.pk,),
        )
    par_caisse = libres.order_by("session").values("session").annotate(total=Sum("montant"))
    for groupe in par_caisse.filter(total=ligne.montant):
        lot = tuple(libres.filter(session=groupe["session"]).values_list("pk", flat=True))
        if len(lot) > 1:
            yield Proposition(
                nature=NatureRapprochement.REMISE_CHEQUES,
                cle=f"remise_cheques-{groupe['session']}",
                libelle=f"Remise de {len(lot)} chèques de la caisse {groupe['session']}",
                encaissements=lot,
            )
