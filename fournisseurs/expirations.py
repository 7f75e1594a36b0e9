"""Say in time that a document is about to run out, once."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from fournisseurs.models import Etablissement, Habilitation, Justificatif
from fournisseurs.models.justificatifs import JOURS_AVANT_EXPIRATION


def bientot_perimes(au: date) -> Any:
    """Documents of établissements that run out within thirty days, and no later one replaces."""
    suivants = Justificatif.objects.filter(
        Q(valable_jusqu_au__isnull=True) | Q(valable_jusqu_au__gt=OuterRef("valable_jusqu_au")),
        etablissement=OuterRef("etablissement"),
        genre=OuterRef("genre"),
    ).exclude(pk=OuterRef("pk"))
    return (
        Justificatif.objects.filter(
            etablissement__isnull=False,
            valable_jusqu_au__gte=au,
            valable_jusqu_au__lte=au + timedelta(days=JOURS_AVANT_EXPIRATION),
        )
        .exclude(Exists(suivants))
        .select_related("etablissement")
        .order_by("etablissement", "pk")
    )


def a_annoncer(au: date) -> Any:
    """Those of them that nobody was told about."""
    return bientot_perimes(au).filter(expiration_annoncee_le__isnull=True)


def annoncer_expirations(au: date | None = None) -> dict[str, int]:
    """Write once to those who manage the data of each établissement whose documents run out.

    Returns:
        How many `etablissements` and `documents` were announced.
    """
    jour = au or timezone.localdate()
    par_etablissement: dict[Etablissement, list[Justificatif]] = defaultdict(list)
    for document in a_annoncer(jour):
        par_etablissement[document.etablissement].append(document)
    for etablissement, documents in par_etablissement.items():
        with transaction.atomic():
            Justificatif.objects.filter(pk__in=[d.pk for d in documents]).update(
                expiration_annoncee_le=jour
            )
            _ecrire(etablissement, documents)
    nombre = sum(map(len, par_etablissement.values()))
    return {"etablissements": len(par_etablissement), "documents": nombre}


def _ecrire(etablissement: Etablissement, documents: list[Justificatif]) -> None:
    habilitations = Habilitation.objects.en_vigueur().filter(
        etablissement=etablissement, a_droit_gerer_donnees=True
    )
    adresses = set(habilitations.values_list("representant__utilisateur__email", flat=True))
    page = reverse("fournisseurs:documents", args=[etablissement.ridet])
    texte = render_to_string(
        "fournisseurs/courriels/expiration.txt",
        {
            "etablissement": etablissement,
            "documents": documents,
            "adresse": settings.ADRESSE_PUBLIQUE + page,
        },
    )
    sujet, _, corps = texte.partition("\n\n")
    for adresse in sorted(adresses):
        send_mail(sujet.strip(), corps.strip() + "\n", None, [adresse])
