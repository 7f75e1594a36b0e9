"""P20: the whole circuit of many invoices, from the deposit to the payment."""

import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from django.test.utils import override_settings
from django.utils import timezone

from exports_tps.constitution import constituer_flux
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.acces.models import Role
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import SensPiece
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import Facture
from tests.exports_tps.factories import tresorerie
from tests.mesures.mesure import Mesure, Prise, chronometre, comparer
from tests.suivi.factories import EtablissementFactory, FactureFactory, acteur

FOIS = 10
TOURS = 3
SANS_COURRIEL = "django.core.mail.backends.dummy.EmailBackend"


def mesurer(*, grand: bool) -> Iterator[Prise]:
    """Take P20 with 20 invoices against ten times 2, or 1,000 against ten times 100."""
    petit = 100 if grand else 2
    with tempfile.TemporaryDirectory(prefix="facturier-mesures-") as nom:
        dossier = Path(nom)
        with override_settings(
            DOCUMENTS_RACINE=dossier / "documents",
            CLES_RACINE=dossier / "cles",
            TPS_ENVOIS=dossier / "tps" / "envois",
            TPS_RETOURS=dossier / "tps" / "retours",
            EMAIL_BACKEND=SANS_COURRIEL,
        ):
            yield "P20", partial(_comparer, petit)


def _comparer(petit: int, nom: str) -> Mesure:
    return comparer(
        nom,
        lambda: _parcourir(FOIS * petit),
        lambda: FOIS * _parcourir(petit),
        "<= 1.1",
        tours=TOURS,
    )


def _parcourir(nombre: int) -> float:
    """Carry `nombre` invoices from their deposit to their payment; in seconds."""
    with chronometre() as duree:
        etablissement = EtablissementFactory()
        factures = [
            FactureFactory(mandat_emis=True, etablissement=etablissement).pk for _ in range(nombre)
        ]
        mandats = Facture.objects.filter(pk__in=factures).values_list("mandat", flat=True)
        agent, jour = acteur(Role.AGENT), timezone.localdate()
        bordereau = creer_bordereau(
            sens=SensPiece.DEPENSE, pieces=mandats, date_emission=jour, par=agent
        )
        signe = signer_bordereau(bordereau, par=acteur(Role.ORDONNATEUR))
        transmettre(constituer_flux([signe], par=agent), par=agent)
        tresorerie("--jusqu-au-bout")
        lire_retours()
    payees = Facture.objects.filter(pk__in=factures, etat=EtatFacture.PAYEE).count()
    if payees != nombre:
        raise RuntimeError(f"{payees} factures payées sur {nombre}.")
    return duree()
