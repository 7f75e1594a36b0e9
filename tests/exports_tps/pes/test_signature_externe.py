"""Signed elsewhere and given back: only what was handed over, signed, by the right person."""

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from lxml import etree

from exports_tps.pes.autorite import delivrer_certificat
from exports_tps.pes.bordereau import ecrire_bordereau
from exports_tps.pes.canonique import empreinte
from exports_tps.pes.controle import controler
from exports_tps.pes.flux import Section, ecrire_flux
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import Signature, sceller
from exports_tps.pes.signature_externe import RetourRefuse, recopier_fragment, reprendre
from exports_tps.pes.verification import Confiance
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.conftest import ecrire_flux_a_signer

PERIODE = (exemples.MOMENT - timedelta(hours=1), exemples.MOMENT + timedelta(hours=1))


@pytest.fixture(scope="module")
def remis():
    """What is handed over to be signed."""
    return ecrire_flux_a_signer(BytesIO()).getvalue()


@pytest.fixture(scope="module")
def confiance(autorite, ordonnateur):
    return Confiance(
        autorites=[autorite.certificat], signataires=[ordonnateur.certificat], periode=PERIODE
    )


def signer_ailleurs(remis, signature, balise="Bordereau"):
    """Sign every element `balise` as another program would: with a tree, in UTF-8."""
    arbre = etree.fromstring(remis)
    for element in arbre.iter("{*}" + balise):
        canonique = etree.tostring(element, method="c14n", exclusive=True)
        condense = empreinte([canonique], "utf-8", {})
        element.append(
            etree.fromstring(sceller(signature, cible=element.get("Id"), empreinte=condense))
        )
    return etree.tostring(arbre, encoding="ISO-8859-1", xml_declaration=True)


@pytest.fixture(scope="module")
def rendu(remis, signature):
    return signer_ailleurs(remis, signature)


def _refus(remis, rendu, confiance):
    with pytest.raises(RetourRefuse) as refus:
        reprendre(BytesIO(remis), BytesIO(rendu), confiance=confiance)
    return re.sub("[\u202f\u00a0]", " ", str(refus.value))


def test_chaque_bordereau_signe_ailleurs_est_repris(remis, rendu, confiance, schemas):
    lu = reprendre(BytesIO(remis), BytesIO(rendu), confiance=confiance, schemas=schemas)

    assert [signe.cible for signe in lu.signatures] == ["depense-2026-01-12", "recette-2026-01-7"]
    assert not lu.est_signe_en_entier


def test_un_bordereau_repris_va_dans_tout_flux(remis, rendu, confiance, autorite, schemas):
    lu = reprendre(BytesIO(remis), BytesIO(rendu), confiance=confiance)
    fragment, flux = BytesIO(), BytesIO()
    recopie = recopier_fragment(BytesIO(rendu), lu, lu.bordereaux[0], sortie=fragment)
    ecrire_flux(
        sortie=flux,
        enveloppe=exemples.ENVELOPPE,
        entete=exemples.ENTETE,
        depense=Section(fragments=[lambda: BytesIO(fragment.getvalue())]),
    )

    assert (recopie.identifiant, recopie.taille) == (
        "depense-2026-01-12",
        len(fragment.getvalue()),
    )
    assert list(controler(flux, schemas=schemas, autorites=[autorite.certificat])) == []


def test_un_fichier_signe_en_entier_est_repris(remis, signature, confiance, schemas):
    rendu = signer_ailleurs(remis, signature, "PES_Aller")

    lu = reprendre(BytesIO(remis), BytesIO(rendu), confiance=confiance, schemas=schemas)

    assert lu.est_signe_en_entier
    with pytest.raises(ErreurPES, match="part tel quel"):
        recopier_fragment(BytesIO(rendu), lu, lu.bordereaux[0], sortie=BytesIO())


def test_un_contenu_change_avant_de_signer_est_refuse(remis, signature, confiance):
    change = remis.replace(b"Location", b"Vocation")
    assert change != remis

    assert "n’est pas celui qui a été remis" in _refus(
        remis, signer_ailleurs(change, signature), confiance
    )


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        (b'NomFic V="PESALR2', b'NomFic V="PESALR3'),
        (b'">H4sI', b'">H4sIAAAA'),
        (b'<CodBud V="01"/>', b'<CodBud V="01"/><LibelleColBud V="Autre"/>'),
    ],
)
def test_ce_que_les_signatures_ne_couvrent_pas_est_compare(remis, rendu, confiance, avant, apres):
    """Signatures by bordereau cover neither the head nor the documents."""
    assert avant in rendu
    assert "remis" in _refus(remis, rendu.replace(avant, apres), confiance)


def test_un_fichier_rendu_sans_signature_est_refuse(remis, confiance):
    assert "bordereau non signé" in _refus(remis, remis, confiance)


def test_une_signature_oubliee_est_refusee(remis, rendu, confiance):
    debut, fin = rendu.index(b"<ds:Signature"), rendu.index(b"</ds:Signature>") + 15

    assert "bordereau non signé" in _refus(remis, rendu[:debut] + rendu[fin:], confiance)


def test_le_certificat_d_une_autre_personne_est_refuse(remis, autorite, confiance):
    autre = delivrer_certificat(
        autorite,
        nom="Autre personne",
        organisation="Essais",
        valable_du=datetime(2026, 1, 1, tzinfo=UTC),
    )
    signature = Signature(
        signataire=SignataireLogiciel(autre.certificat, autre.cle), signee_le=exemples.MOMENT
    )

    refus = _refus(remis, signer_ailleurs(remis, signature), confiance)

    assert "« Autre personne »" in refus
    assert "signataire attendu : Ordonnateur d'essai" in refus


@pytest.mark.parametrize("decalage", [timedelta(days=-1), timedelta(days=1)])
def test_une_date_de_signature_impossible_est_refusee(remis, ordonnateur, confiance, decalage):
    signature = Signature(
        signataire=SignataireLogiciel(ordonnateur.certificat, ordonnateur.cle),
        signee_le=exemples.MOMENT + decalage,
    )

    assert "hors de la période admise" in _refus(
        remis, signer_ailleurs(remis, signature), confiance
    )


def test_un_fichier_deja_signe_n_est_pas_a_signer(rendu, confiance):
    assert "remis" in _refus(rendu, rendu, confiance)


def test_un_fichier_illisible_est_refuse(remis, rendu, confiance):
    assert "mal formé" in _refus(remis, rendu[:900], confiance)


def test_un_flux_signe_ne_se_signe_pas_en_plus(signature):
    fragment = BytesIO()
    ecrire_bordereau(
        sortie=fragment,
        bordereau=exemples.bordereau_depense(),
        pieces=[exemples.MANDAT],
        signature=signature,
    )

    with pytest.raises(ErreurPES, match="ne se signe pas en plus"):
        ecrire_flux(
            sortie=BytesIO(),
            enveloppe=exemples.ENVELOPPE,
            entete=exemples.ENTETE,
            depense=Section(fragments=[lambda: BytesIO(fragment.getvalue())]),
            signature=signature,
        )
