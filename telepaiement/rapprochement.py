"""Matching the movements of the bank account with payouts, remises and titres.

Propositions are read by reference and amount; a person confirms one, which posts what has to be.
What matches nothing is kept, and shown with its age.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Ecriture, Titre
from facturier.grand_livre.tresorerie import remettre
from telepaiement import creances
from telepaiement.encaissement import RegieAbsente, date_comptable, enregistrer
from telepaiement.models import (
    Encaissement,
    EncaissementRapproche,
    EtatLigneBancaire,
    EtatVersement,
    LigneBancaire,
    Mode,
    NatureRapprochement,
    RapprochementBancaire,
    Versement,
)

ECART_JOURS = timedelta(days=15)
COMMISSION_MAXIMALE_POUR_MILLE = 40  # beyond, a terminal's credit is not the one expected
PROPOSITIONS_MAXIMALES = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposition:
    """What a movement may be. `cle` names it; `commission` is what the bank kept, in francs."""

    nature: NatureRapprochement
    cle: str
    libelle: str
    encaissements: tuple[int, ...] = ()
    versement: int | None = None
    titre: int | None = None
    commission: int = 0


def proposer(ligne: LigneBancaire) -> list[Proposition]:
    """Return what `ligne` may be, the surest first; nothing for money that left."""
    if ligne.montant <= 0:
        return []
    sources = (_versements, _titres, _virements, _remises_tpe, _remises_cheques)
    trouvees = [une for source in sources for une in source(ligne)]
    return trouvees[:PROPOSITIONS_MAXIMALES]


def _dit(ligne: LigneBancaire) -> str:
    return f"{ligne.libelle} {ligne.reference}".upper()


def _versements(ligne: LigneBancaire) -> Iterator[Proposition]:
    candidats = Versement.objects.filter(
        rapprochement__isnull=True,
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
    return Encaissement.objects.valides().filter(
        mode=mode,
        encaissement_rapproche__isnull=True,
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
        commission = groupe["total"] - ligne.montant
        if not 0 <= commission * 1000 <= groupe["total"] * COMMISSION_MAXIMALE_POUR_MILLE:
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
    encaissements, ecriture = list(proposition.encaissements), None
    if proposition.titre is not None:
        encaissement = _encaisser_virement(ligne, proposition.titre, par)
        encaissements, ecriture = [encaissement.pk], encaissement.ecriture
    elif proposition.nature in {
        NatureRapprochement.REMISE_TPE,
        NatureRapprochement.REMISE_CHEQUES,
    }:
        ecriture = _remettre(ligne, proposition, par)
    rapprochement = RapprochementBancaire.objects.create(
        ligne=ligne,
        nature=proposition.nature,
        versement_id=proposition.versement,
        commission=proposition.commission,
        ecriture=ecriture,
        par=par,
    )
    EncaissementRapproche.objects.bulk_create(
        EncaissementRapproche(rapprochement=rapprochement, encaissement_id=pk)
        for pk in encaissements
    )
    return rapprochement


def _remettre(ligne: LigneBancaire, proposition: Proposition, par: Utilisateur) -> Ecriture:
    nature = proposition.nature.removeprefix("remise_")
    return remettre(
        nature,
        brut=ligne.montant + proposition.commission,
        commission=proposition.commission,
        date_comptable=date_comptable(ligne.jour),
        reference=ligne.identite[:40],
        par=par,
    )


def _encaisser_virement(ligne: LigneBancaire, titre_id: int, par: Utilisateur) -> Encaissement:
    """Record a transfer that pays a titre directly: what exceeds the debt is owed back."""
    regie = creances.regie_en_ligne()
    if regie is None:
        raise RegieAbsente("Aucune régie ne tient le paiement en ligne.")
    titre = Titre.objects.select_for_update(of=("self",)).get(pk=titre_id)
    midi = timezone.make_aware(datetime.combine(date_comptable(ligne.jour), time(12)))
    return enregistrer(
        titre=titre,
        regie=regie,
        mode=Mode.VIREMENT,
        montant=ligne.montant,
        moment=midi,
        reference=f"banque-{ligne.identite[:40]}",
        par=par,
        reference_virement=(ligne.reference or ligne.libelle)[:60],
    )


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
