"""Phase one of writing: a bordereau streamed, hashed while written, signed."""

import hashlib
import re
from base64 import b64decode
from dataclasses import replace
from io import BytesIO

import pytest
from lxml import etree

from exports_tps.pes.bordereau import PieceEcrite, ecrire_bordereau, signer_bordereau
from exports_tps.pes.controle_bordereau import ControleBordereau
from exports_tps.pes.ecriture import ecrire
from exports_tps.pes.messages import BordereauIncoherent, ChampRefuse
from exports_tps.pes.signature import DS
from tests.exports_tps.pes.exemples import MANDAT, bordereau_depense, mandats


def test_l_empreinte_signee_est_celle_de_la_forme_canonique(signature):
    sortie = BytesIO()

    signer_bordereau(
        sortie=sortie, bordereau=bordereau_depense(3), pieces=mandats(3), signature=signature
    )

    racine = etree.fromstring(sortie.getvalue())
    scelle = racine.find(f"{{{DS}}}Signature")
    annoncee = b64decode(scelle.findtext(f".//{{{DS}}}DigestValue"))
    racine.remove(scelle)
    assert (
        hashlib.sha256(etree.tostring(racine, method="c14n", exclusive=True)).digest() == annoncee
    )


def test_le_fragment_connait_sa_taille_et_son_empreinte(signature):
    sortie = BytesIO()

    fragment = signer_bordereau(
        sortie=sortie, bordereau=bordereau_depense(), pieces=[MANDAT], signature=signature
    )

    assert fragment.taille == len(sortie.getvalue())
    assert fragment.sha256 == hashlib.sha256(sortie.getvalue()).hexdigest()
    assert fragment.identifiant == "depense-2026-01-12"


def test_un_total_faux_est_refuse(signature):
    bordereau = bordereau_depense(2, montant_ht=1)

    with pytest.raises(BordereauIncoherent, match="1 annoncé, 277500 trouvé"):
        ecrire_bordereau(sortie=BytesIO(), bordereau=bordereau, pieces=mandats(2), signature=None)


def test_un_nombre_de_pieces_faux_est_refuse():
    with pytest.raises(BordereauIncoherent, match="3 annoncé, 2 trouvé"):
        ecrire_bordereau(
            sortie=BytesIO(), bordereau=bordereau_depense(3), pieces=mandats(2), signature=None
        )


def test_un_champ_refuse_est_nomme():
    mandat = replace(MANDAT, objet="x" * 101)

    with pytest.raises(ChampRefuse, match=re.escape("Objet (Obj)")) as refus:
        ecrire_bordereau(
            sortie=BytesIO(), bordereau=bordereau_depense(), pieces=[mandat], signature=None
        )

    assert (refus.value.balise, refus.value.champ) == ("Obj", "Mandat.objet")


@pytest.mark.parametrize("lignes", [(), None])
def test_un_mandat_sans_ligne_est_refuse(lignes):
    with pytest.raises(ChampRefuse, match="obligatoire") as refus:
        ecrire_bordereau(
            sortie=BytesIO(),
            bordereau=bordereau_depense(),
            pieces=[replace(MANDAT, lignes=lignes)],
            signature=None,
        )

    assert refus.value.champ == "Mandat.lignes"


def test_un_caractere_sans_equivalent_est_nomme():
    mandat = replace(MANDAT, objet="Achat de 茶")

    with pytest.raises(ChampRefuse, match=r"Objet \(Obj\).*U\+8336"):
        ecrire_bordereau(
            sortie=BytesIO(), bordereau=bordereau_depense(), pieces=[mandat], signature=None
        )


def test_les_montants_peuvent_porter_deux_decimales():
    sortie = BytesIO()

    ecrire_bordereau(
        sortie=sortie,
        bordereau=bordereau_depense(),
        pieces=[MANDAT],
        signature=None,
        decimales=2,
    )

    assert b'<MtHT V="138750.00"></MtHT>' in sortie.getvalue()


def test_une_piece_de_forme_connue_est_examinee_pour_ses_valeurs():
    textes = [ecrire("Piece", mandat) for mandat in mandats(6)]
    trouvees = []
    controle = ControleBordereau(bordereau_depense(6), lambda *quoi: trouvees.append(quoi))
    for fautif in (2, 4):
        textes[fautif] = textes[fautif].replace('<CleRib V="52">', '<CleRib V="53">')
    pieces = [PieceEcrite(texte, 0, 0) for texte in textes]

    assert list(controle.suivre(pieces)) == pieces

    numeros = [mandat.numero for mandat in mandats(6)]
    assert [numero for numero, _ in trouvees] == [numeros[2], numeros[4]]
    assert {anomalie.balise for _, anomalie in trouvees} == {"CleRib"}


def test_la_tete_est_examinee_avant_les_pieces():
    trouvees = []

    ControleBordereau(
        bordereau_depense(1, type="04", cumul_annuel=None), lambda *quoi: trouvees.append(quoi)
    )

    assert [(n, a.balise) for n, a in trouvees] == [(None, "TypBord"), (None, "MtCumulAnnuel")]
