"""What nobody should give and somebody will: each gets a clear word, and nothing is lost."""

from dataclasses import replace
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from exports_tps.pes.controle import controler
from exports_tps.pes.flux import ecrire_flux
from exports_tps.pes.lecture import lire_acquit, lire_aller, lire_retour
from exports_tps.pes.messages import ChampRefuse, ErreurPES, FichierIllisible
from exports_tps.pes.schemas import en_francais
from tests.exports_tps.golden import CAS, flux, section
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.documents import COMPLETS
from tests.exports_tps.pes.mutations import (
    AJOUTS,
    BALISES,
    MUTATIONS,
    OCTETS,
    VALEURS,
    serialiser,
)
from tests.exports_tps.pes.recus import RECUS

NOM = "Cœur\td’Îlot\x00 à 5 €"
NUMERO = "FACTURE-2026-" + "0123456789" * 5


def _mandat(**ligne):
    piece = replace(exemples.MANDAT, lignes=(replace(exemples.LIGNE, **ligne),))
    montants = {"montant_ht": ligne.get("montant_ht", 138_750)}
    montants["montant_tva"] = ligne.get("montant_tva", 15_263)
    return flux(depense=section(exemples.bordereau_depense(**montants), [piece]))


def test_un_nom_de_toutes_les_couleurs_part_lisible(schemas):
    octets = _mandat(tiers=replace(exemples.TIERS, nom=NOM))

    _, (lue,) = lire_aller(BytesIO(octets))
    assert lue.piece.lignes[0].tiers.nom == "Coeur d'Îlot à 5 EUR"
    assert [a for a in controler(BytesIO(octets), schemas=schemas, sans_signature=True)] == []


def test_un_numero_de_facture_de_soixante_caracteres_est_refuse_en_clair():
    with pytest.raises(ChampRefuse) as refus:
        _mandat(facture=NUMERO)

    assert (refus.value.balise, refus.value.champ) == ("Facture", "LigneMandat.facture")
    assert "1 à 20 caractères" in str(refus.value)
    assert NUMERO[:57] in str(refus.value)


def test_un_texte_que_le_remplacement_allonge_trop_est_refuse():
    with pytest.raises(ChampRefuse, match="1 à 38 caractères"):
        _mandat(tiers=replace(exemples.TIERS, nom="œ" * 20))


def test_un_code_collectivite_000_est_refuse_a_l_ecriture_et_a_la_lecture():
    with pytest.raises(ChampRefuse, match="pas 000"):
        ecrire_flux(
            sortie=BytesIO(),
            enveloppe=exemples.ENVELOPPE,
            entete=replace(exemples.ENTETE, code_collectivite="000"),
            pieces_jointes=[exemples.PJ_ISOLEE],
        )

    octets = CAS["depense"]().replace(b'<CodCol V="250">', b'<CodCol V="000">')
    (anomalie,) = controler(BytesIO(octets))
    assert (anomalie.ligne, anomalie.balise, anomalie.regle) == (4, "CodCol", "type")


def test_une_ligne_a_zero_passe_en_depense_et_pas_en_recette(schemas):
    octets = _mandat(montant_ht=0, montant_tva=0)
    assert [*controler(BytesIO(octets), schemas=schemas, sans_signature=True)] == []

    titre = replace(exemples.TITRE, lignes=(replace(exemples.LIGNE_TITRE, montant_ht=0),))
    with pytest.raises(ChampRefuse, match="supérieur à zéro") as refus:
        flux(recette=section(exemples.bordereau_recette(), [titre]))
    assert refus.value.champ == "LigneTitre.montant_ht"


def test_plus_de_pieces_que_le_format_n_en_compte_est_refuse():
    with pytest.raises(ChampRefuse, match="5 chiffres au plus"):
        section(exemples.bordereau_depense(nombre_pieces=100_000), [])


@pytest.mark.parametrize("montant", [1.5, "12", True, -1, 10**15])
def test_un_montant_qui_n_en_est_pas_un_est_refuse(montant):
    with pytest.raises(ChampRefuse, match="MtBordHT") as refus:
        _mandat(montant_ht=montant)

    assert refus.value.champ.endswith(".montant_ht")


def test_un_document_vide_est_refuse():
    with pytest.raises(ErreurPES, match=r"facture\.pdf.* est vide"):
        flux(pieces_jointes=[exemples.piece_jointe(b"")])


def test_un_fichier_sans_fond_se_lit_sans_tomber():
    profond = b"<a>" * 50_000 + b"</a>" * 50_000
    octets = CAS["depense"]().replace(b"<Piece>", profond + b"<Piece>")

    trouvees = [anomalie.regle for anomalie in controler(BytesIO(octets))]

    assert trouvees == ["balise"]


def test_une_signature_demesuree_n_est_pas_lue(flux_signe):
    gonflee = b"<ds:Object><x>" + b"A" * 5_000_000 + b"</x></ds:Object></ds:Signature>"
    octets = flux_signe.replace(b"</ds:Signature>", gonflee, 1)

    assert "signature trop grande" in " ".join(a.message for a in controler(BytesIO(octets)))


MESSAGES = RECUS | {n: o for n, o in COMPLETS.items() if not n.startswith(("aller", "ack"))}


@settings(max_examples=300, deadline=None)
@given(
    nom=st.sampled_from(sorted(MESSAGES)),
    mutation=MUTATIONS,
    rang=st.integers(0, 2000),
    valeur=VALEURS,
    balise=BALISES,
    changer=OCTETS,
    place=st.integers(0, 10**6),
    ajout=AJOUTS,
)
def test_un_message_abime_se_lit_ou_se_dit_illisible(
    nom, mutation, rang, valeur, balise, changer, place, ajout
):
    """Reading is tolerant: whatever the treasury sends, it is read or it is set aside."""
    racine = etree.fromstring(MESSAGES[nom])
    mutation(racine, rang, valeur, balise)
    octets = serialiser(racine, changer, place, ajout)
    lire = lire_retour if "etour" in nom else lire_acquit

    try:
        tete, contenu = lire(BytesIO(octets))
    except FichierIllisible:
        return
    assert tete.racine
    for element in contenu:
        assert element is not None


@pytest.mark.parametrize(
    ("avant", "apres", "mot"),
    [
        (b'<CodCol V="250">', b'<CodCol V="000">', "« 000 » n’a pas la forme attendue."),
        (b'<CodCol V="250">', b'<CodCol V="2500">', "valeur longue de 4 au lieu de 3."),
        (b'<TypBord V="01">', b'<TypBord V="99">', "« 99 » n’est pas dans la liste admise."),
        (b'<NbrPce V="', b'<NbrPce V="z: ', "« z: 1 » est une valeur refusée."),
        (b"<NbrPce V=", b"<NbrPce W=", "il y manque l’attribut V."),
        (b"<NbrPce V=", b"<NbrPce W=", "attribut W inattendu."),
        (b"<NbrPce V=", b"bonjour<NbrPce V=", "texte inattendu dans cette balise."),
    ],
)
def test_le_schema_officiel_refuse_en_francais(schemas, avant, apres, mot):
    octets = CAS["depense"]()
    assert avant in octets

    lues = list(controler(BytesIO(octets.replace(avant, apres, 1)), schemas=schemas))

    officielles = [lue.message for lue in lues if lue.regle == "xsd"]
    attendu = f"schéma officiel : {mot}".replace(" :", "\u202f:")
    attendu = attendu.replace("« ", "«\u202f").replace(" »", "\u202f»")
    assert attendu in officielles
    assert not any("lement" in message and "'" in message for message in officielles)


@pytest.mark.parametrize(
    ("anglais", "francais"),
    [
        (
            "Element '{urn:a}X': This element is not expected. Expected is one of ( {urn:a}Y, Z ).",
            "balise inattendue ; attendu : Y, Z.",
        ),
        ("Element 'X': This element is not expected.", "balise inattendue."),
        (
            "Element 'X': Missing child element(s). Expected is ( {urn:a}Y ).",
            "il y manque une balise ; attendu : Y.",
        ),
        (
            "Element 'X', attribute 'V': [facet 'maxLength'] The value 'abc' has a length of '3'; "
            "this exceeds the allowed maximum length of '2'.",
            "valeur longue de 3, pour 2 au plus.",
        ),
        (
            "Element 'X', attribute 'V': [facet 'minInclusive'] The value '-1' is less than the "
            "minimum value allowed ('0').",
            "« -1 » est hors des bornes admises.",
        ),
        ("Element 'X': something else.", "refusé (Element 'X': something else.)."),
    ],
)
def test_ce_que_dit_libxml2_se_traduit_sans_rien_perdre(anglais, francais):
    assert en_francais(anglais) == francais
