"""A key that stays in its token: SoftHSM plays the token, when it is installed."""

import shutil
import subprocess
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from cryptography.hazmat.primitives.serialization import NoEncryption as SansChiffrement
from django.core.exceptions import ImproperlyConfigured
from pkcs11 import Attribute, ObjectClass
from pkcs11.util.rsa import decode_rsa_private_key

from exports_tps import cles
from exports_tps.pes.autorite import delivrer_certificat
from exports_tps.pes.controle import controler
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.signataire_materiel import SignataireMateriel
from exports_tps.pes.signature import Signature
from facturier import environnement
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.conftest import ecrire_flux_a_signer

BIBLIOTHEQUES = [
    Path("/usr/lib/softhsm/libsofthsm2.so"),
    Path("/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"),
    Path("/usr/lib64/pkcs11/libsofthsm2.so"),
]
CODE = "1234"


def _deposer(session, identite, etiquette, *, cle=None):
    """Put a certificate and a key in the token, under one identifier."""
    identifiant = etiquette.encode()
    brute = (cle or identite.cle).private_bytes(
        Encoding.DER, PrivateFormat.TraditionalOpenSSL, SansChiffrement()
    )
    communs = {Attribute.ID: identifiant, Attribute.LABEL: etiquette, Attribute.TOKEN: True}
    session.create_object(decode_rsa_private_key(brute) | communs | {Attribute.SIGN: True})
    session.create_object(
        communs
        | {
            Attribute.CLASS: ObjectClass.CERTIFICATE,
            Attribute.CERTIFICATE_TYPE: pkcs11.CertificateType.X_509,
            Attribute.SUBJECT: identite.certificat.subject.public_bytes(),
            Attribute.VALUE: identite.certificat.public_bytes(Encoding.DER),
        }
    )


@pytest.fixture(scope="module")
def bibliotheque(tmp_path_factory, autorite, ordonnateur):
    """Two tokens: « ordonnateur » with one key, « double » with two, one of them wrong."""
    trouvees = [b for b in BIBLIOTHEQUES if b.exists()]
    if not trouvees or not shutil.which("softhsm2-util"):
        pytest.skip("SoftHSM absent (paquet Debian softhsm2) : aucun jeton pour l’essai")
    dossier = tmp_path_factory.mktemp("jetons")
    configuration = dossier / "softhsm2.conf"
    configuration.write_text(f"directories.tokendir = {dossier}\nlog.level = ERROR\n")
    retouche = pytest.MonkeyPatch()
    retouche.setenv("SOFTHSM2_CONF", str(configuration))
    for nom in ("ordonnateur", "double"):
        commande = ["softhsm2-util", "--init-token", "--free", "--label", nom]
        commande += ["--so-pin", "5678", "--pin", CODE]
        subprocess.run(commande, check=True, capture_output=True)
    jetons = pkcs11.lib(str(trouvees[0]))
    autre = delivrer_certificat(
        autorite, nom="Autre", organisation="E", valable_du=datetime(2026, 1, 1, tzinfo=UTC)
    )
    with jetons.get_token(token_label="ordonnateur").open(rw=True, user_pin=CODE) as session:
        _deposer(session, ordonnateur, "signature")
    with jetons.get_token(token_label="double").open(rw=True, user_pin=CODE) as session:
        _deposer(session, ordonnateur, "bon")
        _deposer(session, autre, "faux", cle=ordonnateur.cle)
    yield trouvees[0]
    pkcs11.unload(str(trouvees[0]))
    retouche.undo()


def test_un_flux_signe_par_un_jeton_est_accepte(bibliotheque, ordonnateur, autorite, schemas):
    signataire = SignataireMateriel(bibliotheque, jeton="ordonnateur", code=CODE)
    signature = Signature(signataire=signataire, signee_le=exemples.MOMENT)

    flux = ecrire_flux_a_signer(BytesIO(), signature)

    assert signataire.certificat == ordonnateur.certificat
    assert list(controler(flux, schemas=schemas, autorites=[autorite.certificat])) == []


def test_l_etiquette_choisit_parmi_plusieurs_certificats(bibliotheque, ordonnateur):
    signataire = SignataireMateriel(bibliotheque, jeton="double", code=CODE, etiquette="bon")

    assert signataire.certificat == ordonnateur.certificat


@pytest.mark.parametrize(
    ("options", "raison"),
    [
        ({"jeton": "absent"}, "pas branché"),
        ({"code": "9999"}, "code incorrect"),
        ({"etiquette": "inconnue"}, "aucun certificat avec sa clé"),
        ({"jeton": "double"}, "plusieurs certificats"),
    ],
)
def test_un_jeton_inutilisable_dit_pourquoi(bibliotheque, options, raison):
    with pytest.raises(ErreurPES, match=raison):
        SignataireMateriel(bibliotheque, **({"jeton": "ordonnateur", "code": CODE} | options))


def test_une_cle_qui_n_est_pas_celle_du_certificat_ne_signe_pas(bibliotheque):
    signataire = SignataireMateriel(bibliotheque, jeton="double", code=CODE, etiquette="faux")

    with pytest.raises(ErreurPES, match="n’est pas celle de son certificat"):
        signataire.signer(b"essai")


def test_le_produit_signe_par_le_jeton_que_nomment_ses_reglages(
    bibliotheque, ordonnateur, autorite, settings, tmp_path, monkeypatch
):
    monkeypatch.setenv("J", "ordonnateur")
    monkeypatch.setenv("J_BIBLIOTHEQUE", str(bibliotheque))
    monkeypatch.setenv("J_CODE", CODE)
    settings.SIGNATURE_JETON = environnement.jeton("J")
    settings.CLES_RACINE = tmp_path

    assert cles.signataire().certificat == ordonnateur.certificat
    with pytest.raises(ImproperlyConfigured, match="autorités du jeton"):
        cles.autorites()
    (tmp_path / "signature").mkdir()
    (tmp_path / "signature" / "autorites.pem").write_bytes(autorite.certificat_pem())
    assert cles.autorites() == [autorite.certificat]


def test_une_bibliotheque_absente_est_nommee(tmp_path):
    with pytest.raises(ErreurPES, match="absente ou illisible"):
        SignataireMateriel(tmp_path / "jeton.so", jeton="ordonnateur", code=CODE)
