"""Memory: flat while mandats and documents grow, for writing and for checking."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

_DEPOT = Path(__file__).resolve().parents[3]
_PROGRAMME = """
import io, json, os, re, sys, tempfile
from datetime import UTC, datetime
from pathlib import Path
from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.bordereau import signer_bordereau
from exports_tps.pes.controle import controler
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import Signature
from tests.exports_tps.pes import exemples

class Hasard(io.RawIOBase):
    def __init__(self, taille):
        self.reste = taille
    def read(self, taille):
        lu = min(taille, self.reste)
        self.reste -= lu
        return os.urandom(lu)

nombre, octets = int(sys.argv[1]), int(sys.argv[2])
debut = datetime(2026, 1, 1, tzinfo=UTC)
autorite = creer_autorite(nom="A", organisation="E", valable_du=debut)
cle = delivrer_certificat(autorite, nom="O", organisation="E", valable_du=debut)
signature = Signature(
    signataire=SignataireLogiciel(cle.certificat, cle.cle), signee_le=exemples.MOMENT
)
with tempfile.TemporaryDirectory() as dossier:
    fragment, fichier = Path(dossier, "bordereau"), Path(dossier, "flux.xml")
    with fragment.open("wb") as sortie:
        signer_bordereau(
            sortie=sortie,
            bordereau=exemples.bordereau_depense(nombre),
            pieces=exemples.mandats(nombre),
            signature=signature,
        )
    piece = exemples.PieceJointe(fiche=exemples.PJ_ISOLEE.fiche, ouvrir=lambda: Hasard(octets))
    with fichier.open("wb") as sortie:
        ecrire_flux(
            sortie=sortie,
            enveloppe=exemples.ENVELOPPE,
            entete=exemples.ENTETE,
            depense=Section(fragments=[lambda: fragment.open("rb")]),
            pieces_jointes=[piece],
        )
    schemas = Path(sys.argv[3]) if sys.argv[3] else None
    anomalies = [str(a) for a in controler(fichier, schemas=schemas) if a.est_bloquante]
# ru_maxrss would not do: a process begins with the peak of the one that started it.
etat = Path("/proc/self/status").read_text(encoding="ascii")
maximum = int(re.search(r"VmHWM:\\s+([0-9]+)", etat)[1])
print(json.dumps({"maximum": maximum, "anomalies": anomalies}))
"""


def _mesurer(nombre, octets, schemas):
    commande = [sys.executable, "-c", _PROGRAMME, str(nombre), str(octets), str(schemas)]
    fait = subprocess.run(commande, cwd=_DEPOT, capture_output=True, text=True, check=True)
    return json.loads(fait.stdout)


@pytest.mark.lent
def test_la_memoire_ne_grandit_ni_avec_les_mandats_ni_avec_les_pieces_jointes(schemas):
    petit = _mesurer(1_000, 1_000_000, schemas)
    grand = _mesurer(20_000, 60_000_000, schemas)

    assert grand["anomalies"] == petit["anomalies"] == []
    assert grand["maximum"] <= petit["maximum"] * 1.15
