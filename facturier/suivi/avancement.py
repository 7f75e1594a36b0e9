"""What becomes of the invoices of many mandats: called by whoever signs, transmits and reads back.

Each function takes the keys of mandats, some take their queryset, and carries their invoices in a
fixed number of statements, whatever their number; invoices that are not in a state of departure are
left alone, so that calling twice is harmless. Suppliers are told on commit.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models, transaction
from django.db.models import Case, Value, When

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Piece
from facturier.grand_livre.soldes import retours_par_piece
from facturier.suivi import reprises
from facturier.suivi.delais import constater_delais
from facturier.suivi.etats import EtatFacture
from facturier.suivi.messagerie import ecrire_lot
from facturier.suivi.models import Facture, PrevisionPaiement, TypeAvis
from facturier.suivi.notifications import prevenir_lot
from facturier.suivi.prevision import prevoir

Mandats = Collection[int] | models.QuerySet[Any, Any]


@dataclass(frozen=True, slots=True)
class PaiementMandat:
    """The payment of one mandat, as the treasury states it."""

    date_paiement: date
    reference: str = ""


@transaction.atomic
def constater_signature(mandats: Mandats, *, par: Utilisateur) -> set[int]:
    """The bordereau is signed: liquidée → mandatée; clock 1 stops. Returns the invoices moved."""
    mandatees = _avancer(mandats, "signer_mandat", par=par)
    prevoir(mandatees, PrevisionPaiement.Jalon.MANDAT)
    return mandatees


def constater_retrait_signature(mandats: Mandats, *, par: Utilisateur) -> set[int]:
    """The signature is taken off before anything left: mandatée → liquidée; clock 1 runs on."""
    return _avancer(mandats, "retirer_signature", par=par)


def constater_transmission(mandats: Mandats, *, par: Utilisateur) -> set[int]:
    """The flux is handed over: mandatée → transmise_tps; clock 2 starts."""
    return _avancer(mandats, "transmettre", par=par)


def constater_prise_en_charge(mandats: Collection[int], *, par: Utilisateur) -> set[int]:
    """The comptable takes the mandats in charge."""
    return _avancer(mandats, "prendre_en_charge", par=par)


def constater_suspension(motifs: Mapping[int, str], *, par: Utilisateur) -> set[int]:
    """The comptable suspends: `motifs` gives the reason by mandat (GBCP, art. 38)."""
    return _avancer(motifs, "suspendre_tps", par=par, motifs=motifs)


@transaction.atomic
def constater_rejet(motifs: Mapping[int, str], *, par: Utilisateur) -> set[int]:
    """The comptable rejects: the invoices go back to the desk that can answer, as its task."""
    rejetees = _avancer(motifs, "rejeter_tps", par=par, motifs=motifs)
    reprises.ouvrir(rejetees, motifs)
    return rejetees


@transaction.atomic
def constater_paiement(paiements: Mapping[int, PaiementMandat], *, par: Utilisateur) -> set[int]:
    """The treasury has paid: prise_en_charge → payée, with date and reference by mandat."""
    payees = _avancer(
        paiements,
        "payer",
        par=par,
        motifs={mandat: _texte(paiement) for mandat, paiement in paiements.items()},
        payee_le=_par_mandat(
            {mandat: p.date_paiement for mandat, p in paiements.items()}, models.DateField()
        ),
        reference_virement=_par_mandat(
            {mandat: p.reference for mandat, p in paiements.items()}, models.CharField()
        ),
    )
    constater_delais(payees)
    prevenir_lot(payees, TypeAvis.PAIEMENT)
    _dire_payees_de_nouveau(paiements, payees, par)
    return payees


def _dire_payees_de_nouveau(
    paiements: Mapping[int, PaiementMandat], payees: set[int], par: Utilisateur
) -> None:
    """Write to the suppliers whose invoice was paid already, by a payment that came back."""
    revenus = list(retours_par_piece(paiements))
    deja = Facture.objects.filter(mandat__in=revenus, etat=EtatFacture.PAYEE)
    mandats = deja.exclude(pk__in=payees).order_by("pk").values_list("pk", "mandat_id")
    textes = {
        facture: f"{_texte(paiements[mandat]).replace('Payée', 'Payée de nouveau', 1)}."
        for facture, mandat in mandats
    }
    ecrire_lot(textes, par=par)


def constater_paiement_partiel(motifs: Mapping[int, str], *, par: Utilisateur) -> set[int]:
    """The treasury has paid a part; what is left is read from the ledger."""
    return _avancer(motifs, "payer_partiellement", par=par, motifs=motifs)


@transaction.atomic
def prevenir_du_retour(
    mandat: Piece, *, montant: int, date_retour: date, motif: str, par: Utilisateur
) -> None:
    """Write to the suppliers of `mandat` that a payment came back, on the thread of each invoice.

    The invoice keeps its state and the day it was paid: both are final, and so are its delays.
    """
    texte = (
        f"{afficher(montant)} payés par le {mandat.nom_genre} {mandat.reference} sont revenus "
        f"à la Trésorerie le {date_retour:%d/%m/%Y} : {motif} Vérifiez votre compte bancaire ; "
        "ils vous seront payés de nouveau."
    )
    factures = Facture.objects.filter(mandat=mandat).order_by("pk").values_list("pk", flat=True)
    ecrire_lot(dict.fromkeys(factures, texte), par=par)


@transaction.atomic
def constater_compensation(motifs: Mapping[int, str], *, par: Utilisateur) -> set[int]:
    """The treasury has settled the mandat against a debt or a credit note."""
    soldees = _avancer(motifs, "compenser", par=par, motifs=motifs)
    prevenir_lot(soldees, TypeAvis.SOLDE)
    return soldees


@transaction.atomic
def _avancer(
    mandats: Mandats,
    acte: str,
    *,
    par: Utilisateur,
    motifs: Mapping[int, str] | None = None,
    **champs: Any,
) -> set[int]:
    """Carry the invoices of `mandats` through `acte`, each with the reason of its mandat."""
    cles = mandats if isinstance(mandats, models.QuerySet) else list(mandats)
    factures = Facture.objects.filter(mandat__in=cles)
    par_facture = None
    if motifs:
        lues = factures.values_list("pk", "mandat_id")
        par_facture = {pk: motifs[mandat] for pk, mandat in lues if mandat is not None}
    return franchir_lot(Facture, factures, acte, par=par, motifs=par_facture, **champs)


def _par_mandat(valeurs: Mapping[int, Any], champ: "models.Field[Any, Any]") -> Any:
    """Build one expression that gives each invoice the value of its mandat.

    Mandats are grouped by value: a day of payments has one date and few references.
    """
    groupes: dict[Any, list[int]] = {}
    for mandat, valeur in valeurs.items():
        groupes.setdefault(valeur, []).append(mandat)
    cas = [When(mandat__in=ids, then=Value(valeur)) for valeur, ids in groupes.items()]
    return Case(*cas, output_field=champ)


def _texte(paiement: PaiementMandat) -> str:
    reference = f", référence {paiement.reference}" if paiement.reference else ""
    return f"Payée le {paiement.date_paiement:%d/%m/%Y}{reference}"
