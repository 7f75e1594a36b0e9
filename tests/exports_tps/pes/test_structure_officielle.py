"""Our declarations and the official schemas hold the same elements, and take the same values."""

import pytest

from exports_tps.pes.modeles import RACINES, SIGNATURE
from exports_tps.pes.schemas import ENTREES
from tests.exports_tps.pes.schema_officiel import schema_officiel

CODES = [f"{nombre:0{largeur}d}" for largeur in (1, 2, 3) for nombre in range(10**largeur)]
LETTRES = ["A", "a", "1"]


def _feuilles(schema, definition, noeud, chemin=""):
    """Compare every block with its own; yield each leaf with the facets of its value."""
    attendus = schema.enfants(definition)
    particules = noeud.particules
    assert [a.balise for a in attendus] == [p.noeud.balise for p in particules], chemin
    for attendu, particule in zip(attendus, particules, strict=True):
        ici = f"{chemin}/{attendu.balise}"
        maximum = particule.champ.maximum if particule.champ else None
        assert attendu.est_obligatoire == particule.est_obligatoire, ici
        assert attendu.maximum == (maximum if particule.est_multiple else 1), ici
        if attendu.balise == SIGNATURE or particule.noeud.est_contenu:
            continue
        facettes = schema.valeur(attendu.type)
        type_simple = particule.noeud.type_simple
        assert (facettes is None) == (type_simple is None), ici
        if type_simple is None:
            yield from _feuilles(schema, attendu.type, particule.noeud, ici)
        else:
            yield ici, type_simple, facettes


def _comparer_valeurs(ici, type_simple, facettes):
    codes = {valeur for facette, valeur in facettes if facette == "enumeration"}
    if codes:
        assert {code for code in {*CODES, *codes} if type_simple.accepte(code)} == codes, ici
    longueurs = [int(v) for facette, v in facettes if facette in {"maxLength", "totalDigits"}]
    if longueurs:
        trop = min(longueurs) + 1
        assert not any(type_simple.accepte(lettre * trop) for lettre in LETTRES), ici


@pytest.mark.parametrize("racine", RACINES, ids=lambda racine: "/".join(racine)[-28:])
def test_chaque_element_est_declare_comme_le_schema_le_veut(racine, schemas):
    schema = schema_officiel(schemas / ENTREES[racine])
    definition = schema.type_de(*schema.racines[racine])

    feuilles = list(_feuilles(schema, definition, RACINES[racine]))

    for feuille in feuilles:
        _comparer_valeurs(*feuille)
    assert len(feuilles) > len(racine)
