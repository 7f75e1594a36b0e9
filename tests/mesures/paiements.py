"""P16 and P17: messages of the gateway taken in, and receipts drawn."""

import hashlib
import hmac
import io
import json
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.test.utils import override_settings
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import montants
from facturier.commun.pdf import FORT, TEXTE, modules_qr
from telepaiement import quittances
from telepaiement.banc import intentions
from telepaiement.banc.appel import Appel
from telepaiement.banc.evenements import emettre
from telepaiement.banc.registre import Registre, Reglages
from telepaiement.creances import regie_en_ligne
from telepaiement.encaissement import enregistrer
from telepaiement.models import EvenementRecu, Mode, Quittance
from telepaiement.notifications import recevoir
from telepaiement.passerelles import construire, passerelle
from telepaiement.reference import charger_regies
from tests.mesures.mesure import Mesure, Prise, comparer, debit
from tests.telepaiement.factories import titre_payable

SECRET = "whsec_mesure"
NOMBRE = 1_000
QUITTANCES = 100
MARGE = 36  # points


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P16 with 1,000 messages a round and P17 with 100 receipts, whatever the size asked."""
    with (
        tempfile.TemporaryDirectory(prefix="facturier-mesures-") as dossier,
        override_settings(STRIPE_WEBHOOK_SECRETS=[SECRET], DOCUMENTS_RACINE=Path(dossier)),
    ):
        construire.cache_clear()
        yield "P16", _reception
        yield "P17", _quittances
    construire.cache_clear()


Message = tuple[bytes, dict[str, str]]


def _messages(nombre: int) -> list[Message]:
    """Sign messages that are those of the gateway, as its bench writes them."""
    instant, registre = int(time.time()), Registre(Reglages())
    messages = []
    for _ in range(nombre):
        registre.objets["payment_intent"].clear()
        parametres = {"amount": 12_500, "currency": "xpf", "metadata": {"tentative": str(uuid4())}}
        objet = intentions.creer(Appel(registre=registre, parametres=parametres))
        evenement = emettre(registre, "payment_intent.succeeded", objet)
        corps = json.dumps(evenement, indent=2).encode()
        signe = hmac.new(SECRET.encode(), f"{instant}.".encode() + corps, hashlib.sha256)
        messages.append((corps, {"Stripe-Signature": f"t={instant},v1={signe.hexdigest()}"}))
    return messages


def _reception(nom: str) -> Mesure:
    """Messages kept in the inbox a second, against their verification alone; replays add no row.

    In one transaction: what a disk takes to commit says nothing of the product.
    """
    recus: list[Message] = []

    def prendre() -> float:
        recus[:] = _messages(NOMBRE)
        with transaction.atomic():
            return debit(lambda: [recevoir(*message) for message in recus], NOMBRE)

    def verifier() -> float:
        messages = _messages(NOMBRE)
        lire = passerelle().analyser_notification
        return debit(lambda: [lire(*message) for message in messages], NOMBRE)

    mesure = comparer(nom, prendre, verifier, ">= 0.3")
    avant = EvenementRecu.objects.count()
    rejouees = [recevoir(*message) for message in recus]
    if any(rejouees) or EvenementRecu.objects.count() != avant:
        raise AssertionError("un message rejoué a ajouté une ligne")
    return mesure


def _quittances(nom: str) -> Mesure:
    """Receipts drawn a second, against a bare canvas that writes the same texts and code."""
    quittance = _quittance()
    textes = _textes(quittance)
    return comparer(
        nom,
        lambda: debit(
            lambda: [quittances.dessiner(quittance) for _ in range(QUITTANCES)], QUITTANCES
        ),
        lambda: debit(lambda: [_a_nu(textes) for _ in range(QUITTANCES)], QUITTANCES),
        ">= 0.3",
    )


def _quittance() -> Quittance:
    charger_regies()
    regie = regie_en_ligne()
    if regie is None:
        raise AssertionError("aucune régie ne tient le paiement en ligne")
    with transaction.atomic():
        encaissement = enregistrer(
            titre=titre_payable(12_500),
            regie=regie,
            mode=Mode.VIREMENT,
            montant=12_500,
            moment=timezone.now(),
            reference=f"mesure-{uuid4()}",
            par=Utilisateur.objects.systeme(),
            reference_virement="MESURE",
        )
    return encaissement.quittance


def _textes(quittance: Quittance) -> dict[str, Any]:
    encaissement = quittance.encaissement
    titre = encaissement.titre
    return {
        "code": f"https://province-sud.example/payer/quittance/{quittance.code}/",
        "lignes": [
            f"Quittance n° {quittance.reference}",
            "Preuve de paiement : à conserver.",
            f"Somme reçue {montants.afficher(encaissement.montant)}",
            f"Reçu de {titre.tiers.nom_complet}",
            f"Titre de recettes {titre.reference} – {titre.objet}",
            f"Date du paiement {datetime.now(UTC):%d/%m/%Y à %H:%M} (heure de Nouméa)",
            f"Mode de paiement {quittances.mode_detaille(encaissement)}",
            f"Régie {quittance.regie.libelle} ({quittance.regie.acte})",
            f"Comptable assignataire {quittance.regie.comptable}",
            f"Code de vérification {quittance.code}",
        ],
    }


def _a_nu(textes: dict[str, Any]) -> bytes:
    """Draw the same with reportlab alone: embedded fonts, texts, code, one page."""
    from reportlab.lib.pagesizes import A5  # noqa: PLC0415  (loaded when drawing)
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415

    sortie = io.BytesIO()
    canevas = Canvas(sortie, pagesize=A5)
    y = A5[1] - MARGE
    for rang, texte in enumerate(textes["lignes"]):
        canevas.setFont(TEXTE if rang else FORT, 10.5 if rang else 18)
        canevas.drawString(MARGE, y, texte)
        y -= 18
    trace = canevas.beginPath()
    for rang, rangee in enumerate(modules_qr(textes["code"])):
        for colonne, est_noir in enumerate(rangee):
            if est_noir:
                trace.rect(MARGE + colonne * 2.5, y - rang * 2.5, 2.5, 2.5)
    canevas.drawPath(trace, stroke=0, fill=1)
    canevas.save()
    return sortie.getvalue()
