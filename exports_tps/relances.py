"""Reminders of the parapheur: a mail to whoever keeps a bordereau waiting too long."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from exports_tps.courriels import rappeler
from exports_tps.models import RelanceParapheur, VisaParapheur
from exports_tps.parapheur import attendus_de, presentations_en_cours
from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import VISEURS, Parametre

DELAI = "parapheur_relance_jours"


@transaction.atomic
def relancer() -> int:
    """Remind, once every `parapheur_relance_jours`, those whom a bordereau or a file waits for.

    Returns:
        How many bordereaux and files were reminded of; each leaves a row, so that a second run the
        same day writes to nobody.
    """
    jour = timezone.localdate()
    en_retard = {presentation.pk: presentation for presentation in _en_retard(jour)}
    par_adresse: dict[str, list[Any]] = defaultdict(list)
    destinataires: dict[int, int] = defaultdict(int)
    for personne in _personnes() if en_retard else []:
        for cle in (
            attendus_de(personne, jour).filter(pk__in=en_retard).values_list("pk", flat=True)
        ):
            par_adresse[personne.email].append(en_retard[cle])
            destinataires[cle] += 1
    RelanceParapheur.objects.bulk_create(
        RelanceParapheur(
            presentation=en_retard[cle], rang=en_retard[cle].rang, jour=jour, destinataires=nombre
        )
        for cle, nombre in destinataires.items()
    )
    transaction.on_commit(lambda: _ecrire_a_tous(par_adresse), robust=True)
    return len(destinataires)


def _ecrire_a_tous(par_adresse: Mapping[str, Sequence[Any]]) -> None:
    for adresse, attendus in par_adresse.items():
        rappeler(adresse, attendus)


def _en_retard(jour: date) -> list[Any]:
    """Return what has not moved, nor been reminded of, for the days that the parameter allows."""
    limite = jour - timedelta(days=Parametre.objects.entier(DELAI, jour))
    dernier = (
        VisaParapheur.objects.filter(presentation=OuterRef("pk"))
        .order_by()
        .values("presentation")
        .annotate(dernier=Max("le"))
        .values("dernier")
    )
    recentes = RelanceParapheur.objects.filter(jour__gt=limite)
    return list(
        presentations_en_cours()
        .annotate(depuis=Coalesce(Subquery(dernier), "presentee_le", output_field=DateTimeField()))
        .filter(depuis__date__lte=limite)
        .exclude(relances__in=recentes)
        .select_related("bordereau", "depot__flux")
        .order_by("pk")
    )


def _personnes() -> list[Utilisateur]:
    """Return the people who may be expected in the parapheur."""
    return list(
        Utilisateur.objects.filter(Q(attributions__role__in=VISEURS), is_active=True)
        .select_related("service")
        .order_by("pk")
        .distinct()
    )
