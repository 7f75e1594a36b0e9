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

from facturier.acces.models import Utilisateur
from facturier.commun import montants, pdf
from facturier.commun.pdf import A5, FORT, TEXTE
from telepaiement import caisse, quittances
from telepaiement.models import EvenementRecu, Guichet, Mode, Quittance
from telepaiement.notifications import recevoir
from telepaiement.passerelles import passerelle
from telepaiement.reference import charger_regies
from tests.mesures.mesure import Mesure, Prise, comparer, debit
from tests.telepaiement.factories import installer, titre_payable

SECRET = "whsec_mesure"
NOMBRE = 1_000
QUITTANCES = 100


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P16 with 1,000 messages a round and P17 with 100 receipts, whatever the size asked."""
    with (
        tempfile.TemporaryDirectory(prefix="facturier-mesures-") as dossier,
        override_settings(STRIPE_WEBHOOK_SECRETS=[SECRET], DOCUMENTS_RACINE=Path(dossier)),
    ):
        passerelle.cache_clear()
        yield "P16", _reception
        yield "P17", _quittances
    passerelle.cache_clear()


Message = tuple[bytes, dict[str, str]]


def _messages(nombre: int) -> list[Message]:
    """Sign messages as long as those of the gateway."""
    instant = int(time.time())
    messages = []
    for _ in range(nombre):
        objet = {"object": "payment_intent", "id": f"pi_{uuid4().hex}", "amount": 12_500}
        objet["description"] = "x" * 1_500
        corps = json.dumps(
            {
                "id": f"evt_{uuid4().hex}",
                "object": "event",
                "type": "payment_intent.succeeded",
                "livemode": False,
                "data": {"object": objet},
            }
        ).encode()
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
    regisseur = Utilisateur.objects.create_user(
        f"{uuid4().hex}@mesure.example", prenom="Remi", nom="Mesure"
    )
    regisseur.attribuer("regisseur")
    guichet = Guichet.objects.select_related("regie").get(code="CENTRE1")
    installer(guichet.regie, regisseur)
    session = caisse.ouvrir_session(guichet=guichet, fonds_caisse=0, par=regisseur)
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500)
    encaissement = caisse.encaisser_au_guichet(
        session=session, titre_id=titre_payable(12_500).pk, saisie=saisie, par=regisseur
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
            f"Reçu par {encaissement.par.nom_complet}",
        ],
    }


def _a_nu(textes: dict[str, Any]) -> bytes:
    """Draw the same with reportlab alone: embedded fonts, texts, code, one page."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  (loaded when drawing)

    sortie = io.BytesIO()
    canevas = Canvas(sortie, pagesize=(A5.largeur, A5.hauteur))
    y = A5.hauteur - A5.marge
    for rang, texte in enumerate(textes["lignes"]):
        canevas.setFont(TEXTE if rang else FORT, 10.5 if rang else 18)
        canevas.drawString(A5.marge, y, texte)
        y -= 18
    trace = canevas.beginPath()
    for rang, rangee in enumerate(pdf.modules_qr(textes["code"])):
        for colonne, est_noir in enumerate(rangee):
            if est_noir:
                trace.rect(A5.marge + colonne * 2.5, y - rang * 2.5, 2.5, 2.5)
    canevas.drawPath(trace, stroke=0, fill=1)
    canevas.save()
    return sortie.getvalue()
