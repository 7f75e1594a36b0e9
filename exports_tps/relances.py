"""Reminders of the parapheur: a mail to whoever keeps a bordereau waiting too long."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.models import DateTimeField, Max, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from exports_tps.attendus import attendus_de_chacun, presentations_en_cours
from exports_tps.courriels import joignables, prevenir_du_blocage, rappeler
from exports_tps.etapes import etat_de
from exports_tps.models import RelanceParapheur, VisaParapheur
from exports_tps.pouvoirs import absents
from exports_tps.viseurs import Blocage, administrateurs, blocage_de
from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import VISEURS, Parametre

DELAI = "parapheur_relance_jours"


@transaction.atomic
def relancer() -> int:
    """Remind, once every `parapheur_relance_jours`, those whom a bordereau or a file waits for.

    Where nobody may act today, who presented it and the administrators are told so besides.

    Returns:
        How many bordereaux and files were reminded of; each leaves a row, so that a second run the
        same day writes to nobody.
    """
    jour = timezone.localdate()
    en_retard = {presentation.pk: presentation for presentation in _en_retard(jour)}
    partis = absents(jour)
    par_adresse: dict[str, list[Any]] = defaultdict(list)
    destinataires: dict[int, int] = defaultdict(int)
    tenues: set[int] = set()
    personnes = _personnes() if en_retard else []
    attendus = attendus_de_chacun(personnes, jour, parmi=en_retard)
    for personne in personnes:
        for cle in sorted(attendus[personne.pk]):
            par_adresse[personne.email].append(en_retard[cle])
            destinataires[cle] += 1
            if personne.pk not in partis:
                tenues.add(cle)
    bloquees = _bloquees([en_retard[cle] for cle in en_retard if cle not in tenues])
    for bloquee in bloquees:
        destinataires[bloquee.presentation.pk] += len(bloquee.adresses)
    RelanceParapheur.objects.bulk_create(
        RelanceParapheur(
            presentation=en_retard[cle], rang=en_retard[cle].rang, jour=jour, destinataires=nombre
        )
        for cle, nombre in destinataires.items()
    )
    transaction.on_commit(lambda: _ecrire_a_tous(par_adresse, bloquees), robust=True)
    return len(destinataires)


@dataclass(frozen=True, slots=True)
class _Bloquee:
    """What nobody may act on today: why, and who is told."""

    presentation: Any
    blocage: Blocage
    adresses: list[str]


def _bloquees(presentations: Sequence[Any]) -> list[_Bloquee]:
    a_qui = administrateurs() if presentations else []
    bloquees = []
    for presentation in presentations:
        objet = presentation.objet
        if blocage := blocage_de(objet, etat_de(objet), a_qui=a_qui):
            adresses = joignables([presentation.presentee_par, *a_qui])
            bloquees.append(_Bloquee(presentation, blocage, adresses))
    return bloquees


def _ecrire_a_tous(par_adresse: Mapping[str, Sequence[Any]], bloquees: Sequence[_Bloquee]) -> None:
    for adresse, attendus in par_adresse.items():
        rappeler(adresse, attendus)
    for bloquee in bloquees:
        prevenir_du_blocage(
            bloquee.presentation, blocage=bloquee.blocage, adresses=bloquee.adresses
        )


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
        .select_related("bordereau__budget", "depot__flux", "presentee_par")
        .order_by("pk")
    )


def _personnes() -> list[Utilisateur]:
    """Return the people who may be expected in the parapheur."""
    return list(
        Utilisateur.objects.filter(Q(attributions__role__in=VISEURS), is_active=True)
        .select_related("service")
        .prefetch_related("attributions")
        .order_by("pk")
        .distinct()
    )
