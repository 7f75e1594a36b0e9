import json
from datetime import date
from decimal import Decimal

import pytest

from facturier.suivi.lecture import (
    Donnee,
    FactureLue,
    FichierJoint,
    Format,
    LigneLue,
    Origine,
    TauxLu,
    TypeDocument,
)
from facturier.suivi.lecture.echange import de_json, en_json

COMPLETE = FactureLue(
    format=Format.UBL,
    profil="en16931",
    numero=Donnee("FA-1", Origine.STRUCTURE),
    date_emission=Donnee(date(2026, 11, 2), Origine.TEXTE),
    montant_ttc=Donnee(138_750, Origine.STRUCTURE),
    type_document=Donnee(TypeDocument.AVOIR, Origine.STRUCTURE),
    repartition=Donnee((TauxLu(Decimal("11"), None, 13_750),), Origine.TEXTE),
    lignes=(LigneLue("Papier", Decimal("2.5"), None, 12, None),),
    fichiers_joints=(FichierJoint("a.txt", "text/plain", 3),),
    avertissements=("À vérifier.",),
)


@pytest.mark.parametrize("facture", [COMPLETE, FactureLue(format=Format.PDF)])
def test_une_facture_passe_d_un_processus_a_l_autre_sans_changer(facture):
    assert de_json(json.loads(json.dumps(en_json(facture)))) == facture


def test_une_reponse_forgee_par_l_enfant_est_refusee():
    forgee = en_json(COMPLETE) | {"montant_ttc": {"valeur": "beaucoup", "origine": "structure"}}

    with pytest.raises(ValueError, match="beaucoup"):
        de_json(forgee)
