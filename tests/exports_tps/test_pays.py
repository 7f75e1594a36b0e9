"""A tiers abroad: his country, from the pièce that freezes it to the file of the treasury."""

import pytest
from django.db import DatabaseError, transaction
from lxml import etree

from exports_tps.apercu_pes import arbre, feuilles
from exports_tps.enregistrements import ecrire_piece
from exports_tps.prealable import controler_piece
from facturier.grand_livre.corrections import FIGES
from facturier.grand_livre.models import PartCedee, Piece
from facturier.grand_livre.passation import EcritureRefusee
from tests.exports_tps.golden import DOSSIER
from tests.grand_livre.factories import NOUMEA, SYDNEY, cession, mandat, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def _adresses(ecrit):
    return [_valeurs(adresse) for adresse in etree.fromstring(ecrit).iter("Adresse")]


def _valeurs(adresse):
    return {champ.tag: champ.get("V") for champ in adresse}


def test_le_fichier_dit_le_pays_de_chaque_beneficiaire(agent):
    modele = etree.parse(DOSSIER / "depense_a_l_etranger.xml").find(".//Tiers/Adresse")
    local = mandat(agent, cessions=[cession(montant=40_000, adresse=SYDNEY)])
    etranger = titre(agent, adresse=SYDNEY)

    residente, cedee = _adresses(ecrire_piece(local))
    (debitrice,) = _adresses(ecrire_piece(etranger))

    assert residente["CodRes"] == "0"
    assert "CodPays" not in residente
    assert cedee == debitrice == _valeurs(modele)
    assert dict(feuilles(arbre(etranger)))["Adresse : Code du pays"] == "501"
    assert etranger.lignes_adresse[-1] == "AUSTRALIE"
    assert "pays" in FIGES
    assert [c.anomalies for c in controler_piece(etranger) if not c.est_conforme] == []


@pytest.mark.parametrize(
    ("adresse", "mots"),
    [
        (NOUMEA | {"pays": "AU"}, "laissez le code postal vide"),
        (SYDNEY | {"pays": ""}, "choisissez le pays"),
    ],
)
def test_une_piece_ne_part_pas_sans_pays_ni_avec_un_code_postal_d_ici(agent, adresse, mots):
    with pytest.raises(EcritureRefusee, match=mots):
        mandat(agent, adresse=adresse)


@pytest.mark.deux_moteurs
def test_la_base_garde_le_pays_et_le_fige(agent):
    emis = mandat(agent, adresse=SYDNEY, cessions=[cession(montant=40_000, adresse=SYDNEY)])
    part = PartCedee.objects.get()
    part.pk, part.rang, part.pays = None, 2, "au"

    for ecrire in (
        lambda: Piece.objects.filter(pk=emis.pk).update(pays="NZ"),
        lambda: PartCedee.objects.bulk_create([part]),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            ecrire()
