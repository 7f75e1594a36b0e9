"""Matching the movements of the bank account with payouts, remises and titres.

Propositions are read by reference and amount; a person confirms one, which posts what has to be.
What matches nothing is kept, and shown with its age.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import exiger, franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Ecriture, Titre
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.tresorerie import prelever_commission, remettre
from telepaiement import creances, echeanciers, impayes, virements
from telepaiement.encaissement import RegieAbsente, date_comptable, enregistrer
from telepaiement.models import (
    AnnulationEncaissement,
    AnnulationRapprochement,
    Encaissement,
    EncaissementRapproche,
    EtatLigneBancaire,
    EtatRemboursement,
    EtatVersement,
    LigneBancaire,
    Mode,
    NatureRapprochement,
    OrigineVersement,
    RapprochementBancaire,
    Remboursement,
    Versement,
)
from telepaiement.passerelles.contrat import PasserelleMuette, PasserelleRefuse
from telepaiement.remises_cartes import (
    ECART_JOURS,
    Lot,
    commission_admise,
    constater,
    est_commission,
    lots,
)
from telepaiement.versements import (
    attente_des_francs,
    dire_les_francs,
    en_attente_des_francs,
)
from telepaiement.versements import constater as relire_versement

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
    """Titres whose reference the payer wrote in the label."""
    for trouve in creances.REFERENCE.finditer(_dit(ligne)):
        for titre in creances.par_reference(trouve[0]):
            yield Proposition(
                nature=NatureRapprochement.TITRE,
                cle=f"titre-{titre.pk}",
                libelle=f"Virement pour le titre {titre.reference} ({titre.tiers.nom_complet})",
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


def confirmer(*, ligne_id: int, cle: str, par: Utilisateur) -> RapprochementBancaire:
    """Match a movement with the proposition that bears `cle`, and post what has to be.

    Raises:
        ValidationError: matched already, or the proposition no longer stands.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    try:
        return _confirmer(ligne_id, cle, par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


@transaction.atomic
def _confirmer(ligne_id: int, cle: str, par: Utilisateur) -> RapprochementBancaire:
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    franchir(ligne, "rapprocher", par=par, motif=cle)
    proposition = next((une for une in proposer(ligne) if une.cle == cle), None)
    if proposition is None:
        raise ValidationError(
            "Cette proposition ne tient plus : un autre rapprochement l’a prise. Rechargez la page."
        )
    suite = _passer(ligne, proposition, par)
    rapprochement = RapprochementBancaire.objects.create(
        ligne=ligne,
        nature=proposition.nature,
        versement_id=suite.versement,
        remboursement_id=proposition.remboursement,
        commission=proposition.commission,
        ecriture=suite.ecriture,
        par=par,
    )
    EncaissementRapproche.objects.bulk_create(
        EncaissementRapproche(rapprochement=rapprochement, encaissement_id=pk)
        for pk in suite.encaissements
    )
    return rapprochement


@dataclass(frozen=True, slots=True, kw_only=True)
class Suite:
    """What a match ties the movement to, and the entry it posted, if it posted one."""

    encaissements: tuple[int, ...] = ()
    versement: int | None = None
    ecriture: Ecriture | None = None


def _passer(ligne: LigneBancaire, proposition: Proposition, par: Utilisateur) -> Suite:
    """Post what a proposition calls for."""
    if proposition.titre is not None:
        encaissement = _encaisser_virement(ligne, proposition.titre, par)
        return Suite(encaissements=(encaissement.pk,), ecriture=encaissement.ecriture)
    if proposition.lot is not None:
        versement = constater(ligne, proposition.lot, par=par)
        return Suite(versement=versement.pk, ecriture=versement.ecriture)
    if proposition.versement is not None:
        ecriture = None
        if proposition.cle.startswith("devise-"):
            ecriture = dire_les_francs(proposition.versement, ligne.montant, par=par).ecriture
        return Suite(versement=proposition.versement, ecriture=ecriture)
    if proposition.remboursement is not None:
        dit = f"Relevé de banque : {ligne.reference or ligne.libelle}"[:200]
        return Suite(
            ecriture=virements.lire_mouvement(
                proposition.remboursement, jour=ligne.jour, dit=dit, par=par
            )
        )
    if proposition.impaye is not None:
        return Suite(ecriture=impayes.constater(ligne, proposition.impaye, par=par).ecriture)
    est_ecrite = proposition.nature != NatureRapprochement.VIREMENT
    return Suite(
        encaissements=proposition.encaissements,
        ecriture=_ecrire(ligne, proposition, par) if est_ecrite else None,
    )


def _ecrire(ligne: LigneBancaire, proposition: Proposition, par: Utilisateur) -> Ecriture:
    """Post the remise or the commission that a movement is; matched again, it posts again."""
    rang = ligne.rapprochements.count()
    communs: dict[str, Any] = {
        "date_comptable": date_comptable(ligne.jour),
        "reference": f"{ligne.identite[:40]}-{rang + 1}" if rang else ligne.identite[:40],
        "par": par,
    }
    if proposition.nature == NatureRapprochement.COMMISSION:
        return prelever_commission(montant=proposition.commission, **communs)
    return remettre(
        proposition.nature.removeprefix("remise_"),
        brut=ligne.montant + proposition.commission,
        commission=proposition.commission,
        **communs,
    )


def _encaisser_virement(ligne: LigneBancaire, titre_id: int, par: Utilisateur) -> Encaissement:
    """Record a transfer that pays a titre directly: what exceeds the debt is owed back."""
    regie = creances.regie_en_ligne()
    if regie is None:
        raise RegieAbsente("Aucune régie ne tient le paiement en ligne.")
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    rang = ligne.rapprochements.count()
    midi = timezone.make_aware(datetime.combine(date_comptable(ligne.jour), time(12)))
    return enregistrer(
        titre=titre,
        regie=regie,
        mode=Mode.VIREMENT,
        montant=ligne.montant,
        moment=midi,
        reference=f"banque-{ligne.identite[:40]}" + (f"-{rang + 1}" if rang else ""),
        par=par,
        reference_virement=(ligne.reference or ligne.libelle)[:60],
    )


def annuler(*, ligne_id: int, motif: str, par: Utilisateur) -> AnnulationRapprochement:
    """Undo the match of a movement, which may be matched again; what it posted is reversed.

    A transfer that paid a titre is no longer received: the debt is owed again. A refund by transfer
    is no longer made: it is to be asked for again. A payout that the
    match had posted is cancelled, and its payments wait for another; one in another currency is
    read again, and waits for its francs.

    Raises:
        ValidationError: not matched, or no reason.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce rapprochement est annulé."})
    try:
        annulation = _annuler(ligne_id, motif.strip()[:200], par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur
    versement = annulation.rapprochement.versement
    if (
        versement is not None
        and versement.etat == EtatVersement.ANNULE
        and versement.origine == OrigineVersement.PASSERELLE
    ):
        with suppress(PasserelleMuette, PasserelleRefuse):  # the night reads it again
            relire_versement(versement.reference, par=par)
    return annulation


@transaction.atomic
def _annuler(ligne_id: int, motif: str, par: Utilisateur) -> AnnulationRapprochement:
    """Undo a match under the lock of its debt, if it has one, then of the movement."""
    titres = Titre.objects.filter(encaissements__rapproches__rapprochement__ligne=ligne_id)
    list(titres.select_for_update(of=("self",)).order_by("pk"))
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    exiger(ligne, "annuler_rapprochement", par=par)
    rapprochement = (
        RapprochementBancaire.objects.vivants()
        .select_related("ecriture", "versement")
        .get(ligne=ligne)
    )
    ecriture = None
    if rapprochement.remboursement is not None and rapprochement.ecriture is not None:
        ecriture = virements.reprendre(rapprochement.remboursement.pk, motif=motif, par=par)
    elif rapprochement.ecriture is not None:
        ecriture = contrepasser(
            rapprochement.ecriture, par=par, motif=motif, date_comptable=timezone.localdate()
        )
        _defaire(rapprochement, ecriture, motif, par)
    annulation = AnnulationRapprochement.objects.create(
        rapprochement=rapprochement, ecriture=ecriture, motif=motif, par=par
    )
    franchir(ligne, "annuler_rapprochement", par=par, motif=motif)
    return annulation


def _defaire(
    rapprochement: RapprochementBancaire, ecriture: Ecriture, motif: str, par: Utilisateur
) -> None:
    """Undo what the entry of a match had recorded: a transfer received, a payout."""
    if rapprochement.versement is not None:
        versement = Versement.objects.select_for_update(of=("self",)).get(
            pk=rapprochement.versement.pk
        )
        franchir(versement, "annuler", par=par, motif=motif, ecriture_annulation=ecriture)
        rapprochement.versement = versement
    if rapprochement.nature == NatureRapprochement.IMPAYE and rapprochement.ecriture:
        impayes.annuler(rapprochement.ecriture, motif=motif, par=par)
    if rapprochement.nature == NatureRapprochement.TITRE:
        encaissement = rapprochement.encaissements.select_related("encaissement__titre").get()
        AnnulationEncaissement.objects.create(
            encaissement=encaissement.encaissement, ecriture=ecriture, motif=motif, par=par
        )
        echeanciers.suivre(encaissement.encaissement.titre)


@transaction.atomic
def ecarter(*, ligne_id: int, motif: str, par: Utilisateur) -> LigneBancaire:
    """Set a movement aside: it concerns none of our payments. `motif` says why.

    Raises:
        ValidationError: no reason, or matched already.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce mouvement est écarté."})
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    franchir(ligne, "ecarter", par=par, motif=motif.strip())
    return ligne


@transaction.atomic
def reprendre(*, ligne_id: int, par: Utilisateur) -> LigneBancaire:
    """Bring a movement set aside back to the worklist."""
    ligne = LigneBancaire.objects.select_for_update(of=("self",)).get(pk=ligne_id)
    franchir(ligne, "reprendre", par=par)
    return ligne


def a_rapprocher() -> QuerySet[LigneBancaire]:
    """Return the movements that match nothing yet, oldest first: their age shows."""
    return LigneBancaire.objects.filter(etat=EtatLigneBancaire.A_RAPPROCHER).order_by("jour", "pk")
