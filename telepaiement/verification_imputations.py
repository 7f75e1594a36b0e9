"""What waits in 4718 and 4728 against the ledger: what was imputed, and what was cleared."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from django.db.models import F, Q, QuerySet, Sum

from facturier.grand_livre.models import LigneEcriture, SchemaComptable, Sens
from facturier.grand_livre.verification import Anomalie
from telepaiement.models import (
    Apurement,
    CompensationImputation,
    LigneVersement,
    NatureLigne,
    RectificationVersement,
    SessionCaisse,
    Versement,
)


def imputes_par_versement() -> dict[int, tuple[int, int]]:
    """Return what each posted payout imputes, by its key: expenses, receipts, in whole francs."""
    imputees = LigneVersement.objects.filter(nature=NatureLigne.IMPUTEE).order_by()
    sommes = imputees.values("versement").annotate(
        depenses=Sum("montant", filter=Q(montant__lt=0), default=0),
        recettes=Sum("montant", filter=Q(montant__gt=0), default=0),
    )
    return {un["versement"]: (-un["depenses"], un["recettes"]) for un in sommes}


def imputations_mal_ecrites() -> Iterator[Anomalie]:
    """Payouts whose entry does not put in the waiting accounts what was imputed, nor the change."""
    parts = ("depense_imputee", "recette_imputee")
    schemas = SchemaComptable.objects.filter(evenement="versement_cartes", part__in=parts)
    comptes = dict(schemas.values_list("compte", "part"))
    ecrits: dict[int, dict[str, int]] = defaultdict(lambda: dict.fromkeys(parts, 0))
    lignes = LigneEcriture.objects.filter(
        compte__numero__in=comptes, ecriture__versement__isnull=False
    ).order_by()
    for pk, compte, sens, somme in lignes.values_list(
        "ecriture__versement", "compte__numero", "sens"
    ).annotate(somme=Sum("montant")):
        part = comptes[compte]
        attendu = Sens.DEBIT if part == "depense_imputee" else Sens.CREDIT
        ecrits[pk][part] += somme if sens == attendu else -somme
    imputes = imputes_par_versement()
    changes = dict(Versement.objects.exclude(ecart_change=0).values_list("pk", "ecart_change"))
    for pk in sorted(ecrits.keys() | imputes.keys() | changes.keys()):
        depenses, recettes = imputes.get(pk, (0, 0))
        change = changes.get(pk, 0)
        attendus = {
            "depense_imputee": depenses + max(change, 0),
            "recette_imputee": recettes + max(-change, 0),
        }
        if ecrits[pk] != attendus:
            yield Anomalie(
                "versement",
                f"versement {pk}",
                f"{depenses} F de dépenses et {recettes} F de recettes imputées en attente ; le "
                f"grand livre dit {ecrits[pk]['depense_imputee']} et "
                f"{ecrits[pk]['recette_imputee']} F",
            )


def compensations_mal_ecrites() -> Iterator[Anomalie]:
    """Clearings whose entry, or whose two lines, are not of one amount."""
    faites = CompensationImputation.objects.order_by()
    for pk, credit, debit, total in faites.exclude(
        ecriture__total=F("credit__montant"),
        ecriture__contrepassee_par__isnull=True,
        debit__montant=-F("credit__montant"),
    ).values_list("pk", "credit__montant", "debit__montant", "ecriture__total"):
        yield Anomalie(
            "versement", f"compensation {pk}", f"{credit} F et {debit} F ; {total} F écrits"
        )


def apurements_mal_ecrits() -> Iterator[Anomalie]:
    """Sums cleared whose entry stands reversed, or takes another amount off their titre."""
    regle = Sum(
        "ecriture__lignes__montant",
        filter=Q(ecriture__lignes__sens=Sens.CREDIT, ecriture__lignes__piece=F("titre")),
        default=0,
    )
    faits = Apurement.objects.order_by().annotate(regle=regle)
    juste = Q(annule__isnull=True, ecriture__total=F("montant"), regle=F("montant"))
    mal_ecrits = (
        faits.exclude(juste, ecriture__contrepassee_par__isnull=True, annulation__isnull=True)
        .exclude(juste, annulation__ecriture__contrepasse=F("ecriture"))
        .exclude(ecriture__contrepasse=F("annule__ecriture"), ecriture__total=-F("montant"))
    )
    for pk, montant, total, part in mal_ecrits.values_list(
        "pk", "montant", "ecriture__total", "regle"
    ):
        yield Anomalie(
            "apurement", f"apurement {pk}", f"{montant} F ; {total} F écrits, {part} F au titre"
        )


def apurements_excessifs() -> Iterator[Anomalie]:
    """Sums that wait of which more was cleared than there was, or than was left of a contrary."""
    apure = Sum("apurements__montant", default=0)
    excedent = F("especes_comptees") - F("especes_attendues")
    sommes: dict[str, QuerySet[Any]] = {
        "mouvement imputé": LigneVersement.objects.annotate(attendu=F("montant")),
        "caisse": SessionCaisse.objects.annotate(attendu=excedent),
        "rectification": RectificationVersement.objects.annotate(attendu=F("montant")),
    }
    for nom, lot in sommes.items():
        exces = Q(apure__gt=F("attendu"))
        if nom == "mouvement imputé":
            exces |= Q(compensee_au_credit__isnull=False)
        trouvees = lot.annotate(apure=apure).filter(exces, apure__gt=0).order_by()
        for pk, attendu, fait in trouvees.values_list("pk", "attendu", "apure"):
            yield Anomalie("apurement", f"{nom} {pk}", f"{fait} F apurés sur {attendu} F")
