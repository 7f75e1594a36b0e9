"""A déficit of a till or of a versement, made up for by the régisseur (art. 4)."""

import io
from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import ActeInterdit
from facturier.commun.heures import jour_et_heure
from facturier.commun.montants import afficher
from facturier.commun.pdf import A5, Document
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.regies import combler_deficit
from telepaiement.models import (
    ComblementDeficit,
    EtatSession,
    RectificationVersement,
    Regie,
    SessionCaisse,
)
from telepaiement.nominations import exiger_habilite

Deficit = SessionCaisse | RectificationVersement


def reste_a_combler(deficit: Deficit) -> int:
    """Return what a déficit still lacks, in whole francs; 0 without one.

    Args:
        deficit: a closed till, or the rectification of a versement.
    """
    comble = deficit.comblements.aggregate(total=Sum("montant", default=0))["total"]
    return max(-deficit.ecart - int(comble), 0)


def sessions_a_combler(regies: Sequence[Regie]) -> QuerySet[Any]:
    """Return the closed tills of `regies` whose déficit is not made up for, oldest first.

    Each has `a_combler`, in whole francs.
    """
    return (
        SessionCaisse.objects.filter(
            regie__in=[regie.pk for regie in regies],
            etat=EtatSession.CLOTUREE,
            especes_comptees__lt=F("especes_attendues"),
        )
        .annotate(
            a_combler=F("especes_attendues")
            - F("especes_comptees")
            - Sum("comblements__montant", default=0)
        )
        .filter(a_combler__gt=0)
        .select_related("guichet", "regie")
        .order_by("pk")
    )


def rectifications_a_combler(regies: Sequence[Regie]) -> QuerySet[Any]:
    """Return the rectifications of versements of `regies` whose déficit is not made up for.

    The oldest come first; each has `a_combler`, in whole francs.
    """
    return (
        RectificationVersement.objects.filter(
            versement__regie__in=[regie.pk for regie in regies],
        )
        .exclude(nature=RectificationVersement.Nature.EXCEDENT)
        .annotate(a_combler=F("montant") - Sum("comblements__montant", default=0))
        .filter(a_combler__gt=0)
        .select_related("versement__regie")
        .order_by("pk")
    )


def combler(
    *, deficit: Deficit, moyen: str, montant: int, par: Utilisateur, recepisse: str = ""
) -> ComblementDeficit:
    """Record what the régisseur pays back of a déficit, and post it.

    Args:
        deficit: the closed till, or the rectification of a versement, that lacks money.
        moyen: into the régie in cash, recorded by who handles its money; or to the treasury,
            recorded by the finance staff or the comptable from its récépissé.
        montant: whole francs, at most what is lacking.

    Raises:
        ActeInterdit: `par` may not record it.
        ValidationError: no déficit left, more than it, no récépissé, or not appointed.
    """
    try:
        return _combler(deficit, moyen, montant, recepisse.strip()[:40], par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


@transaction.atomic
def _combler(
    deficit: Deficit, moyen: str, montant: int, recepisse: str, par: Utilisateur
) -> ComblementDeficit:
    cause: dict[str, Any]
    if isinstance(deficit, SessionCaisse):
        cause, cle = {"session": deficit}, deficit.regie_id
    else:
        cause, cle = {"rectification": deficit}, deficit.versement.regie_id
    regie = Regie.objects.select_for_update(of=("self",)).get(pk=cle)
    en_especes = moyen == ComblementDeficit.Moyen.ESPECES
    _controler_auteur(regie, par, en_especes=en_especes)
    reste = reste_a_combler(deficit)
    if reste == 0:
        raise ValidationError("Il n’y a pas, ou il n’y a plus, de déficit à combler.")
    if not 0 < montant <= reste:
        raise ValidationError({"montant": f"Le montant va de 1 F à {afficher(reste)}."})
    if not en_especes and not recepisse:
        raise ValidationError({"recepisse": "Indiquez le numéro du récépissé de la Trésorerie."})
    numero = prendre_numero(f"deficit-{regie.code}")
    return ComblementDeficit.objects.create(
        **cause,
        regie=regie,
        numero=numero,
        moyen=moyen,
        montant=montant,
        recepisse="" if en_especes else recepisse,
        ecriture=combler_deficit(
            en_especes=en_especes,
            montant=montant,
            date_comptable=timezone.localdate(),
            reference=f"{regie.code}-{numero}",
            par=par,
        ),
        par=par,
    )


def _controler_auteur(regie: Regie, par: Utilisateur, *, en_especes: bool) -> None:
    if en_especes and not par.a_role(Role.REGISSEUR):
        raise ActeInterdit("Les espèces remises dans la régie se constatent par son régisseur.")
    if en_especes:
        exiger_habilite(regie, par, timezone.localdate())
    elif not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Ce qui est payé à la Trésorerie se constate aux finances.")


def decrire(deficit: Deficit) -> list[tuple[str, str]]:
    """Return what a déficit comes from, line by line."""
    constate = ("Déficit constaté", afficher(max(-deficit.ecart, 0)))
    if isinstance(deficit, SessionCaisse):
        return [
            ("Caisse", f"{deficit}, clôture n° {deficit.numero}"),
            ("Tenue par", deficit.agent.nom_complet),
            constate,
        ]
    return [
        ("Versement", deficit.versement.reference),
        ("Rectifié le", f"{deficit.jour:%d/%m/%Y}, {deficit.get_nature_display().lower()}"),
        ("Motif", deficit.motif),
        constate,
    ]


def dessiner_recu(comblement: ComblementDeficit) -> bytes:
    """Return the receipt of what was paid back, on A5."""
    sortie = io.BytesIO()
    regie, deficit = comblement.regie, comblement.session or comblement.rectification
    if deficit is None:
        raise ValueError(f"comblement {comblement.pk} sans cause")
    with Document(
        sortie,
        titre=f"Reçu {comblement.reference}",
        etabli_le=comblement.le,
        reference=f"Reçu {comblement.reference}",
        emetteur=(regie.libelle, regie.acte),
        papier=A5,
    ) as pdf:
        pdf.titre(f"Reçu n° {comblement.reference}", "Déficit comblé par le régisseur.")
        pdf.encadre("Somme reçue", afficher(comblement.montant))
        pdf.resume(
            [
                *decrire(deficit),
                ("Reste à combler", afficher(reste_a_combler(deficit))),
                ("Moyen", comblement.get_moyen_display()),
                *([("Récépissé", comblement.recepisse)] if comblement.recepisse else []),
                ("Constaté par", comblement.par.nom_complet),
                ("Date", jour_et_heure(timezone.localtime(comblement.le))),
                ("Comptable assignataire", regie.comptable),
            ]
        )
    return sortie.getvalue()
