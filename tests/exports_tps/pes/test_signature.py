"""Signatures: three verifiers agree on ours; what was touched, wrapped or added is refused."""

import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from lxml import etree
from signxml import XMLVerifier
from signxml.verifier import SignatureConfiguration

from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.controle import controler
from exports_tps.pes.flux import ESPACE_ALLER
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import DS, XADES_1_1_1, XADES_1_2_2, Signature
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.conftest import ecrire_flux_a_signer, ecrire_flux_signe


def _refus(octets, autorite):
    anomalies = controler(BytesIO(octets), autorites=[autorite.certificat])
    return [anomalie.message for anomalie in anomalies if anomalie.est_bloquante]


def _xmlsec1(octets, autorite, dossier, espace=XADES_1_1_1, porteur="Bordereau"):
    if not shutil.which("xmlsec1"):
        pytest.skip("xmlsec1 absent")
    (dossier / "flux.xml").write_bytes(octets)
    (dossier / "ca.pem").write_bytes(autorite.certificat_pem())
    commande = ["xmlsec1", "--verify", "--id-attr:Id", porteur, "--id-attr:Id"]
    commande += [f"{espace}:SignedProperties", "--trusted-pem", "ca.pem", "flux.xml"]
    return subprocess.run(commande, cwd=dossier, capture_output=True, check=False).returncode


def test_le_flux_signe_est_accepte_par_nos_controles_et_le_schema(flux_signe, autorite, schemas):
    anomalies = controler(BytesIO(flux_signe), schemas=schemas, autorites=[autorite.certificat])

    assert list(anomalies) == []


def test_xmlsec1_accepte_la_signature(flux_signe, autorite, tmp_path):
    assert _xmlsec1(flux_signe, autorite, tmp_path) == 0


def test_xmlsec1_refuse_un_octet_change(flux_signe, autorite, tmp_path):
    altere = flux_signe.replace(b'<MtHT V="138750">', b'<MtHT V="138751">', 1)

    assert _xmlsec1(altere, autorite, tmp_path) != 0


def test_signxml_accepte_chaque_bordereau(flux_signe, ordonnateur):
    racine = etree.fromstring(flux_signe)
    configuration = SignatureConfiguration(expect_references=2)

    signes = [
        XMLVerifier()
        .verify(
            etree.tostring(bordereau),
            x509_cert=ordonnateur.certificat,
            id_attribute="Id",
            expect_config=configuration,
            ignore_ambiguous_key_info=True,
        )[0]
        .signed_xml
        for bordereau in racine.iter("Bordereau")
    ]

    assert [signe.tag for signe in signes] == ["Bordereau", "Bordereau"]


def test_un_octet_change_est_refuse(flux_signe, autorite):
    altere = flux_signe.replace("Nouméa".encode("iso-8859-1"), "Nouméb".encode("iso-8859-1"), 1)

    assert _refus(altere, autorite) == ["contenu modifié après la signature."]


def test_une_propriete_signee_changee_est_refusee(flux_signe, autorite):
    altere = flux_signe.replace(b"<xad:ClaimedRole>Ordonnateur", b"<xad:ClaimedRole>Comptable", 1)

    assert _refus(altere, autorite) == ["propriétés signées modifiées après la signature."]


def test_un_condensat_refait_sans_la_cle_est_refuse(flux_signe, autorite):
    debut = flux_signe.index(b"<ds:SignatureValue>") + 19
    altere = (
        flux_signe[:debut]
        + (b"B" if flux_signe[debut : debut + 1] == b"A" else b"A")
        + flux_signe[debut + 1 :]
    )

    assert "signature RSA invalide" in _refus(altere, autorite)[0]


def test_un_bordereau_ajoute_sans_signature_est_refuse(flux_signe, autorite):
    debut, fin = flux_signe.index(b"<Bordereau"), flux_signe.index(b"<ds:Signature")
    copie = flux_signe[debut:fin].replace(b"depense-2026-01-12", b"ajout").replace(b'"12"', b'"13"')
    altere = flux_signe.replace(b"</PES_DepenseAller>", copie + b"</Bordereau></PES_DepenseAller>")

    assert "bordereau non signé alors que InfoDematerialisee vaut 1." in _refus(altere, autorite)


def test_un_identifiant_en_double_est_refuse(flux_signe, autorite):
    altere = flux_signe.replace(b'Id="recette-2026-01-7"', b'Id="depense-2026-01-12"')

    assert any("en double dans le fichier" in refus for refus in _refus(altere, autorite))


def test_une_signature_qui_designe_un_autre_element_est_refusee(flux_signe, autorite):
    altere = flux_signe.replace(b'<Bordereau Id="depense-2026-01-12">', b'<Bordereau Id="autre">')

    assert "la signature ne désigne pas l’élément qui la porte." in _refus(altere, autorite)


def _bordereaux(octets):
    """Return the bytes before, of and after both bordereaux."""
    premier, second = octets.index(b"<Bordereau"), octets.rindex(b"<Bordereau")
    fins = octets.index(b"</Bordereau>") + 12, octets.rindex(b"</Bordereau>") + 12
    return octets[premier : fins[0]], octets[second : fins[1]]


def _scelle(bordereau):
    return bordereau[bordereau.index(b"<ds:Signature") : bordereau.index(b"</ds:Signature>") + 15]


def _contrefait(bordereau):
    return bordereau.replace(b"138750", b"999999").replace(b'"277500"', b'"1999998"')


def _signatures_echangees(octets, un, deux):
    marque = octets.replace(_scelle(un), b"@").replace(_scelle(deux), _scelle(un))
    return marque.replace(b"@", _scelle(deux))


def _vrai_garde_a_cote(octets, un, deux):
    """The true bordereau stays, under its Id, in an element that nobody reads."""
    faux = _contrefait(un).replace(b'Id="depense-2026-01-12"', b'Id="faux"', 1)
    return octets.replace(un, faux).replace(b"</pes:PES_Aller>", un + b"</pes:PES_Aller>")


def _vrai_dans_la_section_en_dernier(octets, un, deux):
    faux = _contrefait(un).replace(_scelle(un), b"")
    return octets.replace(un, faux + un)


def _vrai_dans_la_signature(octets, un, deux):
    objet = b"</ds:Object><ds:Object>" + un + b"</ds:Object>"
    faux = _contrefait(un).replace(_scelle(un), _scelle(un).replace(b"</ds:Object>", objet))
    return octets.replace(un, faux)


def _signature_sur_une_piece(octets, un, deux):
    """The signature goes down one level, beside pièces that it does not cover."""
    deplacee = un.replace(_scelle(un), b"").replace(b"</Piece>", _scelle(un) + b"</Piece>", 1)
    return octets.replace(un, deplacee)


def _deux_signatures(octets, un, deux):
    return octets.replace(_scelle(un), _scelle(un) * 2)


def _reference_ajoutee(octets, un, deux):
    """A third reference, to what an attacker wants to have read."""
    scelle = _scelle(un)
    debut, fin = scelle.index(b"<ds:Reference"), scelle.index(b"</ds:Reference>") + 15
    autre = scelle[debut:fin].replace(b"#depense-2026-01-12", b"#recette-2026-01-7")
    return octets.replace(scelle, scelle[:fin] + autre + scelle[fin:])


def _reference_vers_tout(octets, un, deux):
    return octets.replace(b'URI="#depense-2026-01-12"', b'URI=""')


def _sans_identifiant(octets, un, deux):
    return octets.replace(b' Id="depense-2026-01-12-signature"', b"")


def _transformation_ajoutee(octets, un, deux):
    chemin = b'<ds:Transform Algorithm="http://www.w3.org/TR/1999/REC-xpath-19991116"><ds:XPath>'
    chemin += b"not(ancestor-or-self::MtHT)</ds:XPath></ds:Transform></ds:Transforms>"
    return octets.replace(b"</ds:Transforms>", chemin, 1)


def _moment_coupe(octets, un, deux):
    """A comment in the signing time is not signed: it must not cut the time short."""
    return octets.replace(b"2026-11-21T23:30:00Z<", b"2019-01-01<!--2026-11-21T23:30:00Z--><")


ATTAQUES = [
    _signatures_echangees,
    _vrai_garde_a_cote,
    _vrai_dans_la_section_en_dernier,
    _vrai_dans_la_signature,
    _signature_sur_une_piece,
    _deux_signatures,
    _reference_ajoutee,
    _reference_vers_tout,
    _sans_identifiant,
    _transformation_ajoutee,
    _moment_coupe,
]


@pytest.mark.parametrize("attaque", ATTAQUES)
def test_aucun_deplacement_de_signature_ne_passe(flux_signe, autorite, attaque):
    altere = attaque(flux_signe, *_bordereaux(flux_signe))

    assert altere != flux_signe
    assert _refus(altere, autorite) != []


def test_un_commentaire_ne_raccourcit_pas_une_date_signee(flux_signe, autorite):
    """Comments are outside the canonical form: they may be added, and change nothing."""
    altere = flux_signe.replace(b"2026-11-21T23:30:00Z", b"2026-11-21<!---->T23:30:00Z")

    assert altere != flux_signe
    assert _refus(altere, autorite) == []


def test_le_certificat_d_une_autre_personne_est_refuse(flux_signe, autorite, ordonnateur):
    def refus(signataire):
        anomalies = controler(
            BytesIO(flux_signe),
            autorites=[autorite.certificat],
            signataires=[signataire.certificat],
        )
        return [anomalie.message for anomalie in anomalies if anomalie.est_bloquante]

    assert refus(ordonnateur) == []
    assert ["Ordonnateur d'essai" in message for message in refus(autorite)] == [True, True]


def test_une_seule_signature_couvre_tout_le_fichier(signature, autorite, schemas, tmp_path):
    flux = ecrire_flux_a_signer(BytesIO(), signature).getvalue()

    assert flux.count(b"<ds:Signature ") == 1
    assert list(controler(BytesIO(flux), schemas=schemas, autorites=[autorite.certificat])) == []
    assert _xmlsec1(flux, autorite, tmp_path, porteur=f"{ESPACE_ALLER}:PES_Aller") == 0
    for avant, apres in [
        (b'"138750"', b'"138751"'),
        (b'">H4sI', b'">H4sJ'),
        (b"PESALR2", b"PESALR1"),
    ]:
        altere = flux.replace(avant, apres, 1)
        assert altere != flux
        assert "contenu modifié après la signature." in _refus(altere, autorite)


def test_une_forme_non_canonique_equivalente_reste_valide(flux_signe, autorite):
    altere = flux_signe.replace(b'<CodCol V="250"></CodCol>', b'<CodCol V="250"/>')
    altere = altere.replace(b'<NatPce V="01"></NatPce>', b"<NatPce   V='01' />")

    assert _refus(altere, autorite) == []


def test_une_autorite_inconnue_est_refusee(flux_signe):
    autre = creer_autorite(
        nom="Autre", organisation="Essais", valable_du=datetime(2026, 1, 1, tzinfo=UTC)
    )

    assert "autorité inconnue" in _refus(flux_signe, autre)[0]


@pytest.mark.parametrize(
    ("du", "raison"),
    [
        (datetime(2026, 2, 1, tzinfo=UTC), "a expiré le 03/03/2026"),
        (datetime(2026, 12, 1, tzinfo=UTC), "à partir du 01/12/2026"),
    ],
)
def test_on_ne_signe_pas_hors_de_la_validite_de_son_certificat(autorite, du, raison):
    identite = delivrer_certificat(
        autorite, nom="Parti", organisation="E", valable_du=du, duree=timedelta(days=30)
    )
    signataire = SignataireLogiciel(identite.certificat, identite.cle)

    with pytest.raises(ErreurPES, match=raison):
        ecrire_flux_signe(Signature(signataire=signataire, signee_le=exemples.MOMENT))


def test_un_certificat_perime_au_moment_de_signer_est_refuse(autorite, monkeypatch):
    """Others may have signed without looking."""
    monkeypatch.setattr("exports_tps.pes.signature.exiger_valable", lambda signature: None)
    identite = delivrer_certificat(
        autorite,
        nom="Parti",
        organisation="Essais",
        valable_du=datetime(2026, 2, 1, tzinfo=UTC),
        duree=timedelta(days=30),
    )
    signataire = SignataireLogiciel(identite.certificat, identite.cle)
    signature = Signature(signataire=signataire, signee_le=exemples.MOMENT)

    assert "hors de sa période de validité" in _refus(ecrire_flux_signe(signature), autorite)[0]


def test_sans_autorite_la_chaine_est_dite_non_verifiee(flux_signe):
    anomalies = list(controler(BytesIO(flux_signe)))

    assert [(a.regle, a.est_bloquante) for a in anomalies] == [("certificat", False)]


def test_l_espace_xades_est_un_parametre(ordonnateur, autorite, tmp_path):
    signataire = SignataireLogiciel(ordonnateur.certificat, ordonnateur.cle)
    signature = Signature(
        signataire=signataire, signee_le=exemples.MOMENT, espace_xades=XADES_1_2_2
    )
    flux = ecrire_flux_signe(signature)

    assert _refus(flux, autorite) == []
    assert _xmlsec1(flux, autorite, tmp_path, XADES_1_2_2) == 0


def test_la_signature_a_la_structure_attendue(flux_signe):
    racine = etree.fromstring(flux_signe)

    assert len(racine.findall(f".//{{{DS}}}Signature")) == len(list(racine.iter("Bordereau")))
    assert racine.findtext(f".//{{{XADES_1_1_1}}}SigningTime") == "2026-11-21T23:30:00Z"


def test_le_pkcs12_se_relit(ordonnateur, autorite, tmp_path):
    fichier = tmp_path / "ordonnateur.p12"
    fichier.write_bytes(ordonnateur.pkcs12("secret d'essai", chaine=(autorite.certificat,)))

    signataire = SignataireLogiciel.depuis_pkcs12(fichier, "secret d'essai")

    assert signataire.certificat == ordonnateur.certificat
