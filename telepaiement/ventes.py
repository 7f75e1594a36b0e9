"""Selling a published tariff at the counter, and the titre that regularises it (domaine, A7)."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.montants import afficher
from facturier.grand_livre.emission import CodesPiece, Destinataire, Imputation, emettre_titre
from facturier.grand_livre.models import Budget, Tiers
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.regies import MODES_COMPTANT, regulariser
from telepaiement import caisse
from telepaiement.encaissement import enregistrer_vente
from telepaiement.models import (
    ETATS_REPRIS,
    Encaissement,
    EtatSession,
    LigneRegularisee,
    LigneVente,
    Litige,
    Mode,
    Produit,
    Regie,
    Regularisation,
    Remboursement,
    SessionCaisse,
    Tentative,
    Vente,
)
from telepaiement.nominations import exiger_agent
from telepaiement.querysets import TentativeQuerySet
from telepaiement.tarifs import avec_tarif
from telepaiement.titres import BUDGET_PAR_DEFAUT

QUANTITE_MAXIMALE = 10_000
APRES_ENCAISSEMENT = CodesPiece(type="05")  # TypPce 05, « émis après encaissement » (pes_v2, §4)


def produits_vendus(regie: Regie, jour: date | None = None) -> QuerySet[Any]:
    """Return the products of the acte with a `tarif` published for `jour`, today by default."""
    produits = avec_tarif(regie.produits.all(), jour or timezone.localdate())
    return produits.filter(tarif__isnull=False).order_by("code")


def modes_vente(regie: Regie) -> list[str]:
    """Return the ways in which a sale may be paid at the counters of `regie`."""
    return [mode for mode in caisse.modes_admis(regie) if mode in MODES_COMPTANT]


def chiffrer(
    regie: Regie, quantites: Mapping[int, int], jour: date | None = None
) -> list[tuple[Any, int, int]]:
    """Return (product with its `tarif`, quantity, whole francs) of what is bought.

    Args:
        quantites: how many of each product, by its key; those at 0 are left out.
        jour: the day whose tariffs apply, today by default.

    Raises:
        ValidationError: nothing bought, or a product that the régie may not sell (art. 8) or that
            has no tariff then.
    """
    vendus = {produit.pk: produit for produit in produits_vendus(regie, jour)}
    voulus = {pk: quantite for pk, quantite in quantites.items() if quantite}
    if not voulus:
        raise ValidationError("Indiquez au moins une quantité.")
    if not voulus.keys() <= vendus.keys():
        raise ValidationError(
            "L’acte de la régie ne permet pas de vendre ce produit (art. 8), ou aucun tarif n’en "
            "est publié pour ce jour."
        )
    if any(not 0 < quantite <= QUANTITE_MAXIMALE for quantite in voulus.values()):
        raise ValidationError(f"Une quantité va de 1 à {QUANTITE_MAXIMALE}.")
    return [(vendus[pk], quantite, quantite * vendus[pk].tarif) for pk, quantite in voulus.items()]


def controler_vente(
    *, session: SessionCaisse, quantites: Mapping[int, int], saisie: caisse.Saisie
) -> None:
    """Check a sale before it is confirmed.

    Raises:
        ValidationError: by field where there is one, in French.
    """
    controler_total(session.regie, quantites, saisie.montant)
    if saisie.mode not in MODES_COMPTANT:
        raise ValidationError({"mode": "Une vente ne se paie pas de cette façon."})
    caisse.controler_moyen(session, saisie)


def controler_total(regie: Regie, quantites: Mapping[int, int], montant: int) -> None:
    """Check that what was shown is still what it costs, in whole francs.

    Raises:
        ValidationError: as `chiffrer`, or the tariff has changed.
    """
    total = sum(somme for _, _, somme in chiffrer(regie, quantites))
    if montant != total:
        raise ValidationError(
            f"Le tarif a changé : la vente vaut maintenant {afficher(total)}. Recommencez."
        )


def vendre(
    *,
    session: SessionCaisse,
    quantites: Mapping[int, int],
    payeur: str,
    saisie: caisse.Saisie,
    par: Utilisateur,
) -> Encaissement:
    """Record a sale and its money, issue its quittance; the same entry confirmed twice, once.

    Args:
        quantites: how many of each product, by its key.
        saisie: `montant` is the total in whole francs that was shown.

    Raises:
        ValidationError: as `controler_vente`; someone else's till, a ticket already typed, or a
            card that has paid, or may be paying, this sale at the reader.
    """
    if (deja := _deja_payee(saisie)) is not None:
        return deja
    if session.agent_id != par.pk:
        raise ValidationError("Cette caisse est celle d’un autre agent.")
    caisse.liberer(tentatives_de(saisie.identifiant), par)
    try:
        return _vendre(session, quantites, payeur, saisie, par)
    except IntegrityError as erreur:
        raise ValidationError(caisse.expliquer(erreur)) from erreur


@transaction.atomic
def _vendre(
    session: SessionCaisse,
    quantites: Mapping[int, int],
    payeur: str,
    saisie: caisse.Saisie,
    par: Utilisateur,
) -> Encaissement:
    regie = Regie.objects.select_for_update(of=("self",)).get(pk=session.regie_id)
    if (deja := _deja_payee(saisie)) is not None:
        return deja
    if tentatives_de(saisie.identifiant).engagees().exists():
        raise ValidationError(caisse.PAIEMENT_EN_COURS)
    controler_vente(session=session, quantites=quantites, saisie=saisie)
    return enregistrer_vente(
        poser_vente(regie=regie, jour=session.jour, quantites=quantites, payeur=payeur),
        regie=regie,
        mode=saisie.mode,
        montant=saisie.montant,
        moment=timezone.now(),
        reference=f"guichet-{saisie.identifiant}",
        par=par,
        **caisse.champs_saisis(session, saisie, session.jour),
    )


def tentatives_de(identifiant: UUID) -> TentativeQuerySet:
    """Return the attempts to pay at the reader the sale that bears `identifiant`."""
    return Tentative.objects.filter(session_payeur=identifiant, vente__isnull=False)


def _deja_payee(saisie: caisse.Saisie) -> Encaissement | None:
    """Return the money of a sale confirmed already, None when it waits for it.

    Raises:
        ValidationError: the card has paid it at the reader.
    """
    deja = Encaissement.objects.filter(saisie=saisie.identifiant).first()
    if deja is not None and deja.mode != saisie.mode:
        raise ValidationError(
            "La carte a déjà payé cette vente au lecteur : n’encaissez rien d’autre."
        )
    return deja


def poser_vente(*, regie: Regie, jour: date, quantites: Mapping[int, int], payeur: str) -> Vente:
    """Keep what is bought, at the tariffs of `jour`; it is sold once its money is recorded.

    Raises:
        ValidationError: as `chiffrer`.
    """
    lignes = chiffrer(regie, quantites, jour)
    vente = Vente.objects.create(
        regie=regie,
        jour=jour,
        payeur=payeur.strip()[:100],
        montant=sum(somme for _, _, somme in lignes),
    )
    LigneVente.objects.bulk_create(
        LigneVente(
            vente=vente, produit=produit, quantite=quantite, tarif=produit.tarif, montant=somme
        )
        for produit, quantite, somme in lignes
    )
    return vente


def a_regulariser(regie: Regie, jusqu_au: date) -> QuerySet[LigneVente]:
    """Return the lines of valid sales of closed tills that no titre regularises yet.

    A card that paid after its till was closed belongs to the closed day of its régie. What was
    paid twice, given back whole or contested is left out; a part that the provider gave back is put
    on the titre afterwards (`retours`).
    """
    rendues = Remboursement.objects.actifs().filter(
        encaissement__vente=OuterRef("vente"), montant=F("encaissement__montant")
    )
    contestees = Litige.objects.filter(encaissement__vente=OuterRef("vente"), etat__in=ETATS_REPRIS)
    return LigneVente.objects.filter(
        Q(vente__encaissement__session__etat=EtatSession.CLOTUREE)
        | Q(vente__encaissement__session__isnull=True, vente__encaissement__clos__isnull=False)
        | Q(vente__encaissement__mode=Mode.CLASSEMENT),
        ~Exists(rendues),
        ~Exists(contestees),
        vente__regie=regie,
        vente__jour__lte=jusqu_au,
        vente__encaissement__annulation__isnull=True,
        vente__encaissement__trop_percu=0,
        regularisee__isnull=True,
    )


def sommes_a_regulariser(regie: Regie, jusqu_au: date) -> list[tuple[Produit, int]]:
    """Return (product, whole francs) of what was sold and waits for its titre."""
    sommes = dict(
        a_regulariser(regie, jusqu_au)
        .order_by()
        .values_list("produit")
        .annotate(total=Sum("montant"))
    )
    produits = Produit.objects.filter(pk__in=sommes).order_by("code")
    return [(produit, int(sommes[produit.pk])) for produit in produits]


@transaction.atomic
def regulariser_ventes(
    *,
    regie: Regie,
    produit: Produit,
    jusqu_au: date,
    service: ServiceGestionnaire,
    adresse: Mapping[str, str],
    par: Utilisateur,
) -> Regularisation:
    """Issue the titre of the sales of one product, which they clear at once (P503, art. 24).

    Args:
        jusqu_au: last day of sales taken.
        adresse: fields of the address that the titre bears.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: nothing waits, or the ledger refuses; in French.
    """
    exiger_agent(par)
    verrouillee = Regie.objects.select_for_update(of=("self",)).get(pk=regie.pk)
    lignes = list(a_regulariser(verrouillee, jusqu_au).filter(produit=produit).order_by("pk"))
    somme = sum(ligne.montant for ligne in lignes)
    if not lignes:
        raise ValidationError("Aucune vente de ce produit n’attend de titre à cette date.")
    jour = timezone.localdate()
    nombre = sum(ligne.quantite for ligne in lignes)
    try:
        titre = emettre_titre(
            exercice=jour.year,
            budget=Budget.objects.get(code=BUDGET_PAR_DEFAUT),
            destinataire=Destinataire(tiers=tiers_de(verrouillee), **adresse),
            objet=f"Régularisation des ventes de la {regie.libelle.lower()}"[:100],
            service=service,
            imputations=[
                Imputation(compte=produit.compte, montant_ht=somme, libelle=produit.libelle[:70])
            ],
            bases_liquidation=f"{produit.libelle} : {nombre} unités vendues au tarif publié, "
            f"jusqu’au {jusqu_au:%d/%m/%Y}, pour {afficher(somme)}.",
            date_echeance=jour,
            code_produit=produit.code,
            date_emission=jour,
            par=par,
            codes=APRES_ENCAISSEMENT,
        )
        ecriture = regulariser(titre, montant=somme, date_comptable=jour, par=par)
    except EcritureRefusee as erreur:
        raise ValidationError(str(erreur)) from erreur
    regularisation = Regularisation.objects.create(
        titre=titre, regie=regie, produit=produit, jusqu_au=jusqu_au, ecriture=ecriture, par=par
    )
    LigneRegularisee.objects.bulk_create(
        LigneRegularisee(regularisation=regularisation, ligne=ligne) for ligne in lignes
    )
    return regularisation


def tiers_de(regie: Regie) -> Tiers:
    """Return in whose name what a régie received is regularised: itself."""
    if regie.tiers is None:
        regie.tiers = Tiers.objects.create(code=f"REGIE-{regie.code}", nom=regie.libelle)
        regie.save(update_fields=["tiers"])
    return regie.tiers
