"""What to watch on an invoice: what would delay or stop its payment, told before it does."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from facturier.commun.montants import afficher
from facturier.commun.tons import Ton
from facturier.suivi.etats import EtatFacture
from facturier.suivi.horloges import Horloge, horloges_de
from facturier.suivi.models import BonCommande, Facture
from fournisseurs.gel import fournisseurs_geles
from fournisseurs.models import CoordonneesBancaires

ALERTE_JOURS = 5  # days left under which a clock is told as short


@dataclass(frozen=True, slots=True)
class Risque:
    """One thing to watch: a few words for a list, a sentence that says what to do, its tone."""

    libelle: str
    conseil: str
    ton: Ton


@dataclass(frozen=True, slots=True)
class Suivie:
    """An invoice in a work list: its age in days, the clock that runs, what to watch."""

    facture: Facture
    jours: int
    horloge: Horloge | None
    risques: list[Risque]


def suivre(factures: Sequence[Facture], *, au: datetime) -> list[Suivie]:
    """Tell age, clock and risks of the invoices of a page, in six statements whatever its length.

    Each comes with `etablissement__fournisseur`; a draft has no place here.
    """
    horloges = horloges_de([facture.pk for facture in factures], au=au)
    base = _Base.lire(factures, au)
    return [
        Suivie(
            facture=facture,
            jours=(au - facture.deposee_le).days if facture.deposee_le else 0,
            horloge=(horloge := _derniere(horloges.get(facture.pk, []))),
            risques=[*_du_delai(facture, horloge), *base.risques(facture)],
        )
        for facture in factures
    ]


def _derniere(horloges: list[Horloge]) -> Horloge | None:
    return horloges[-1] if horloges else None


def _du_delai(facture: Facture, horloge: Horloge | None) -> list[Risque]:
    if horloge is None or horloge.est_arretee or facture.est_terminee:
        return []
    reste = horloge.jours_restants
    if reste < 0:
        conseil = "Le délai est dépassé : traitez cette facture avant les autres."
        return [Risque(f"{-reste} j de retard", conseil, Ton.REFUS)]
    if reste <= ALERTE_JOURS and not horloge.est_en_pause:
        return [Risque(f"{reste} j restants", "L’échéance est proche.", Ton.ATTENTE)]
    return []


@dataclass(frozen=True, slots=True)
class _Base:
    """What the base says of the suppliers and orders of a page."""

    geles: set[int]
    payables: set[int]
    non_recus: dict[int, int]

    @classmethod
    def lire(cls, factures: Sequence[Facture], au: datetime) -> "_Base":
        fournisseurs = {facture.etablissement.fournisseur_id for facture in factures}
        comptes: QuerySet[CoordonneesBancaires] = CoordonneesBancaires.objects.filter(
            fournisseur__in=fournisseurs
        ).en_vigueur(timezone.localdate(au))
        citees = {facture.bon_commande_id for facture in factures if facture.bon_commande_id}
        commandes: Any = BonCommande.objects.avec_reste().avec_recu().filter(pk__in=citees)
        return cls(
            geles=fournisseurs_geles(fournisseurs),
            payables=set(comptes.values_list("fournisseur", flat=True)),
            non_recus={
                commande.pk: commande.montant_facture - commande.montant_recu
                for commande in commandes
                if commande.montant_recu
            },
        )

    def risques(self, facture: Facture) -> list[Risque]:
        if facture.est_terminee or facture.mandat_id is not None or facture.est_avoir:
            return []
        return [
            *self._du_fournisseur(facture),
            *self._de_la_commande(facture),
            *_de_lecture(facture),
        ]

    def _du_fournisseur(self, facture: Facture) -> list[Risque]:
        fournisseur = facture.etablissement.fournisseur
        if not fournisseur.est_actif:
            conseil = "La fiche du fournisseur est suspendue : aucun mandat ne peut être émis."
            return [Risque("Tiers suspendu", conseil, Ton.REFUS)]
        if fournisseur.pk in self.geles:
            conseil = (
                "Un changement de compte bancaire est en cours : le mandat attendra sa décision."
            )
            return [Risque("Compte en cours de changement", conseil, Ton.ATTENTE)]
        if fournisseur.pk not in self.payables:
            conseil = "Aucun compte bancaire vérifié : demandez un relevé d’identité bancaire."
            return [Risque("Sans compte vérifié", conseil, Ton.REFUS)]
        return []

    def _de_la_commande(self, facture: Facture) -> list[Risque]:
        if facture.bon_commande_id is None:
            conseil = "Sans bon de commande, l’imputation est à saisir à la liquidation."
            return [Risque("Sans commande", conseil, Ton.ATTENTE)]
        non_recu = self.non_recus.get(facture.bon_commande_id, 0)
        if non_recu > 0:
            conseil = (
                f"{afficher(non_recu)} sont facturés sans réception constatée : vérifiez la "
                "livraison avant de certifier."
            )
            return [Risque("Facturée avant réception", conseil, Ton.ATTENTE)]
        return []


def _de_lecture(facture: Facture) -> list[Risque]:
    nombre = len(facture.lecture.get("avertissements", []))
    if nombre and facture.etat != EtatFacture.BROUILLON:
        conseil = "La lecture du fichier a laissé des remarques : lisez-les sur la facture."
        return [Risque("À relire", conseil, Ton.ATTENTE)]
    return []
