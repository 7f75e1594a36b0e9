"""P7, P10 and P11: exporting mandats, its seconds, the price of signing, its SQL statements."""

import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from exports_tps.cles import signataire
from exports_tps.constitution import constituer_flux
from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.signature import Signature
from exports_tps.schemas_officiels import dossier_schemas
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Bordereau
from tests.exports_tps.pes import exemples
from tests.mesures.gabarit import ecrire_mandats
from tests.mesures.mandats import bordereau_de_mandats
from tests.mesures.mesure import TOURS, Mesure, Prise, chronometre, comparer, conclure

MANDATS = 10_000
CHAMPS = {
    "code_service": "service__code",
    "code_tiers": "tiers__code",
    "categorie": "tiers__categorie",
    "nature_juridique": "tiers__nature_juridique",
    "rang": "lignes_piece__rang",
    "compte": "lignes_piece__compte__numero",
    "facture": "lignes_piece__reference_facture",
    "document": "justificatifs__identifiant",
    "nom_document": "justificatifs__nom",
}
COLONNES = (
    *("numero", "type_piece", "nature_piece", "objet", "montant_ht", "montant_tgc", "nom_tiers"),
    *("adresse_voie", "code_postal", "ville", "mode_reglement", "iban", "titulaire_compte"),
    *("debut_delai", "fin_delai", "duree_delai"),
)


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P7 and P10 with 10,000 mandats; P11 with ten times its small size."""
    if dossier_schemas() is None:
        print("Export mesuré sans les schémas officiels : PES_XSD_DIR est vide.", file=sys.stderr)
    par = Utilisateur.objects.systeme()
    petit = 1_000 if grand else 100
    with tempfile.TemporaryDirectory(prefix="facturier-mesures-") as nom:
        dossier = Path(nom)
        with override_settings(
            DOCUMENTS_RACINE=dossier / "documents", CLES_RACINE=dossier / "cles"
        ):
            yield "P7", partial(_export, MANDATS, par, dossier / "gabarit.xml")
            yield "P10", _signature
            yield "P11", partial(_instructions, petit, par)


# --- P7 ---------------------------------------------------------------------------------------
def _export(nombre: int, par: Utilisateur, fichier: Path, nom: str) -> Mesure:
    """Compare with a template: neither database, nor checks, nor signature, nor schema.

    The base knows its own statistics, as one in service does.
    """
    bordereaux = [bordereau_de_mandats(nombre, 1, par) for _ in range(TOURS + 1)]
    with connection.cursor() as curseur:
        curseur.execute("ANALYZE")
    lus = list(bordereaux[0].pieces.values(*COLONNES, **{c: F(v) for c, v in CHAMPS.items()}))
    restants = iter(bordereaux)

    def reference() -> float:
        with chronometre() as duree:
            ecrire_mandats(lus, fichier)
        return duree()

    return comparer(nom, lambda: _exporter(next(restants), par), reference, "<= 5")


def _exporter(bordereau: Bordereau, par: Utilisateur) -> float:
    """Sign and constitute, which reads the database, checks, and validates; in seconds."""
    with chronometre() as duree:
        constituer_flux([signer_bordereau(bordereau, par=par)], par=par)
    return duree()


# --- P10 --------------------------------------------------------------------------------------
def _signature(nom: str) -> Mesure:
    signature = Signature(signataire=signataire(), signee_le=timezone.now())
    return comparer(nom, partial(_ecrire, signature), partial(_ecrire, None), "<= 1.25")


def _ecrire(signature: Signature | None) -> float:
    """Write a bordereau to a file, signed or not; in seconds."""
    with tempfile.TemporaryFile() as sortie, chronometre() as duree:
        ecrire_bordereau(
            sortie=sortie,
            bordereau=exemples.bordereau_depense(MANDATS),
            pieces=exemples.mandats(MANDATS),
            signature=signature,
        )
    return duree()


# --- P11 --------------------------------------------------------------------------------------
def _instructions(petit: int, par: Utilisateur, nom: str) -> Mesure:
    return conclure(nom, _compter(10 * petit, par), _compter(petit, par), "<= 1.0")


def _compter(nombre: int, par: Utilisateur) -> int:
    """Return the statements that sign and constitute a flux of `nombre` mandats and documents."""
    bordereau = bordereau_de_mandats(nombre, nombre, par)
    with CaptureQueriesContext(connection) as requetes:
        constituer_flux([signer_bordereau(bordereau, par=par)], par=par)
    return len(requetes)
