"""Rules that the schema does not know: each is broken once, and told at its line."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pytest

from exports_tps.pes.controle import controler
from exports_tps.pes.messages import Niveau
from tests.exports_tps.golden import CAS, flux, section
from tests.exports_tps.pes import exemples
from tests.exports_tps.pes.exemples import LIGNE, MANDAT, TIERS, TITRE, TITRE_COMPLET

(LIGNE_TITRE_COMPLETE,) = TITRE_COMPLET.lignes
(RECOUVREMENT,) = LIGNE_TITRE_COMPLETE.recouvrements


def _anomalies(octets):
    return list(controler(BytesIO(octets), sans_signature=True))


def _regles(octets):
    return [(anomalie.balise, anomalie.regle) for anomalie in _anomalies(octets)]


def _mandat(ligne=LIGNE, **champs):
    mandat = replace(MANDAT, lignes=(ligne,), **champs)
    return flux(depense=section(exemples.bordereau_depense(), [mandat]))


def _titre(ligne=None, **champs):
    titre = replace(TITRE, lignes=(ligne or exemples.LIGNE_TITRE,), **champs)
    return flux(recette=section(exemples.bordereau_recette(), [titre]))


def _adresse(**champs):
    return replace(LIGNE, tiers=replace(TIERS, adresse=replace(exemples.ADRESSE, **champs)))


def _compte(**champs):
    return replace(LIGNE, tiers=replace(TIERS, compte=replace(exemples.COMPTE, **champs)))


def _tiers(**champs):
    return replace(LIGNE, tiers=replace(TIERS, **champs))


def _iban(iban):
    return _tiers(compte=exemples.CompteBancaire(iban=iban, titulaire="X SARL"))


def _deux_marches():
    return replace(
        LIGNE,
        liens=exemples.LiensDepense(marche="M1"),
        ventilation_marche=exemples.VentilationMarcheDepense(marche="M2"),
    )


def _ligne_titre(**champs):
    return {"ligne": replace(exemples.LIGNE_TITRE, **champs)}


MANDATS = [
    ("CleRib", "rib", _compte(cle_rib="01")),
    ("IBAN", "iban", _iban("FR1420041010050500013M02607")),
    ("IBAN", "iban", _iban("FR7720041010050500013M026")),
    ("BIC", "iban", _iban("BE68539007547034")),
    ("CpteBancaire", "mode_reglement", replace(LIGNE, mode_reglement="01")),
    ("CpteBancaire", "mode_reglement", _tiers(compte=None)),
    ("CP", "code_postal", _adresse(code_postal="9880")),
    ("CodPays", "pays", _adresse(est_non_resident=True, code_postal="99999")),
    ("CP", "code_postal", _adresse(est_non_resident=True, code_pays="501")),
    ("CodPays", "pays", _adresse(code_pays="501")),
    ("IdTiers", "identifiant", _tiers(nature_identifiant=None)),
    ("IdTiers", "identifiant", _tiers(identifiant="0.123.456")),
    ("IdTiers", "identifiant", _tiers(nature_identifiant="02")),
    ("IdTiers", "identifiant", _tiers(nature_identifiant="03", identifiant="750712185")),
    ("IdMarche", "marche", _deux_marches()),
    ("MtFactHT", "montant_facture", replace(LIGNE, montant_facture_ht=LIGNE.montant_ht)),
    ("InfoTVAHLM", "nomenclature", replace(LIGNE, tva_hlm=exemples.LIGNE_COMPLETE.tva_hlm)),
    ("Civilite", "personne_physique", _tiers(categorie="01", nature_juridique="01")),
    ("Prenom", "personne_morale", _tiers(prenom="Jean")),
    ("NatJur", "couple_tiers", _tiers(nature_juridique="11")),
]


def test_un_flux_correct_n_a_pas_d_anomalie():
    assert _anomalies(CAS["depense"]()) == []


@pytest.mark.parametrize(("balise", "regle", "ligne"), MANDATS)
def test_chaque_regle_d_une_ligne_de_mandat(balise, regle, ligne):
    assert _regles(_mandat(ligne)) == [(balise, regle)]


@pytest.mark.parametrize(
    ("balise", "champs"),
    [
        ("RattachPiece", {"type": "13"}),
        ("IdConv", {"type": "06"}),
    ],
)
def test_chaque_triplet_apporte_ses_regles(balise, champs):
    assert balise in [trouvee for trouvee, _ in _regles(_mandat(**champs))]


@pytest.mark.parametrize(
    "champs", [{"nature": "06"}, {"nature": "09"}, {"type": "05", "nature": "10"}]
)
def test_un_triplet_impossible_est_refuse(champs):
    anomalies = [a for a in _anomalies(_mandat(**champs)) if a.regle == "triplet"]

    assert [a.niveau for a in anomalies] == [Niveau.BORDEREAU]


def test_un_triplet_inconnu_avertit_seulement():
    (anomalie,) = _anomalies(_mandat(type="11"))

    assert (anomalie.regle, anomalie.niveau) == ("triplet", Niveau.AVERTISSEMENT)


@pytest.mark.parametrize(
    ("balise", "champs"),
    [
        ("IdRol", {"role": 4}),
        ("DteAsp", {"date_avis": date(2020, 1, 1)}),
        ("DebFact", {"debut_facturation": date(2026, 1, 1)}),
        ("NumDette", {"numero_dette": 12}),
        ("Edition", {"edition": "06"}),
        ("Majo", _ligne_titre(est_majoree=True)),
        ("Majo", _ligne_titre(taux_majoration=3)),
        ("TypTiers", _ligne_titre(tiers=(replace(exemples.DEBITEUR, type="05"),))),
        ("TypFlux", _ligne_titre(recouvrements=(replace(RECOUVREMENT, type_flux="02"),))),
        ("Majo", _ligne_titre(rattachement=LIGNE_TITRE_COMPLETE.rattachement)),
    ],
)
def test_chaque_regle_d_un_titre(balise, champs):
    assert [trouvee for trouvee, _ in _regles(_titre(**champs))] == [balise]


def test_les_totaux_sont_recalcules():
    faux = CAS["depense"]().replace(b'<MtBordHT V="138750">', b'<MtBordHT V="138751">')

    (anomalie,) = _anomalies(faux)

    assert (anomalie.balise, anomalie.regle, anomalie.ligne) == ("MtBordHT", "totaux", 8)


def test_une_piece_en_double_est_refusee():
    sortie = flux(depense=section(exemples.bordereau_depense(2), [MANDAT, MANDAT]))

    assert _regles(sortie) == [("IdPce", "doublon")]


def test_un_doctype_est_refuse():
    octets = CAS["depense"]().replace(
        b"<pes:PES_Aller", b"<!DOCTYPE a [<!ENTITY b 'c'>]><pes:PES_Aller"
    )

    assert _regles(octets) == [("DOCTYPE", "doctype")]


def test_un_encodage_non_annonce_est_refuse():
    octets = CAS["recette"]().decode("iso-8859-1").replace("ISO-8859-1", "UTF-8").encode()

    assert ("XML", "encodage") in _regles(octets)


def test_une_marque_d_utf8_contredit_l_encodage_annonce():
    assert ("XML", "xml") in _regles(b"\xef\xbb\xbf" + CAS["depense"]())


def test_un_encodage_inconnu_est_refuse():
    octets = CAS["depense"]().replace(b"ISO-8859-1", b"IS-8859-1")

    assert _regles(octets) == [("XML", "xml")]


def test_un_flux_tronque_est_dit_mal_forme():
    (*_, derniere) = _anomalies(CAS["depense"]()[:1500])

    assert derniere.regle == "xml"


@pytest.mark.parametrize(
    ("avant", "apres", "regle"),
    [
        (b'">H4sI', b'">AAAA', "contenu_pj"),
        (b'TypePJ V="003"', b'TypePJ V="002"', "domaine_pj"),
        (b'<IdVer V="1">', b'<IdVer V="2">', "version"),
        (b'<TypeObjet V="01">', b'<TypeObjet V="06">', "reference_comptable"),
        (b'<Identifiant V="1042"></Identifiant>', b"", "reference_comptable"),
    ],
)
def test_chaque_regle_d_une_piece_jointe(avant, apres, regle):
    (anomalie,) = _anomalies(CAS["pieces_jointes"]().replace(avant, apres))

    assert (anomalie.regle, anomalie.niveau) == (regle, Niveau.PJ)


def test_une_seule_piece_jointe_illisible_ne_rend_pas_le_flux_vide():
    nom = exemples.PJ_ISOLEE.fiche.nom.encode("latin-1")
    octets = CAS["pieces_jointes"]().replace(b'NomPJ V="' + nom, b'NomPJ V="sans extension')

    assert [balise for balise, _ in _regles(octets)] == ["NomPJ"]


@pytest.mark.parametrize(
    ("type_pj", "references", "regle"),
    [("002", (), "domaine_pj"), ("003", exemples.PJ_ISOLEE.fiche.references_comptables, "lien_pj")],
)
def test_une_piece_jointe_avec_sa_piece(type_pj, references, regle):
    mandat = replace(MANDAT, references_pj=(exemples.REFERENCE,))
    document = exemples.piece_jointe(type=type_pj, references_comptables=references)
    octets = flux(
        depense=section(exemples.bordereau_depense(), [mandat]), pieces_jointes=[document]
    )

    assert [trouvee for _, trouvee in _regles(octets)] == [regle]


def test_un_objet_de_bordereau_est_reserve_a_l_ormc():
    tete = exemples.bordereau_recette(objet="Cantines")

    assert _regles(flux(recette=section(tete, [TITRE]))) == [("Objet", "ormc")]


@pytest.mark.parametrize(
    ("balise", "champs"), [("IdMarche", {"type": "09"}), ("IdRegie", {"nature": "05"})]
)
def test_ce_que_le_comptable_demandera_plus_tard_est_averti(balise, champs):
    trouvees = [a for a in _anomalies(_mandat(**champs)) if a.balise == balise]

    assert [a.niveau for a in trouvees] == [Niveau.AVERTISSEMENT]


def test_un_compte_a_l_etranger_n_est_pas_controle_par_le_guichet():
    (anomalie,) = _anomalies(_mandat(replace(_compte(cle_rib="01"), mode_reglement="06")))

    assert (anomalie.regle, anomalie.niveau) == ("rib", Niveau.AVERTISSEMENT)


def test_un_iban_en_minuscules_fait_rejeter_le_flux_quel_que_soit_le_mode():
    ligne = replace(_iban("FR1420041010050500013m02606"), mode_reglement="06")

    (anomalie,) = _anomalies(_mandat(ligne))

    assert (anomalie.regle, anomalie.niveau) == ("iban", Niveau.FLUX)


def test_la_cle_d_un_siret_est_celle_de_l_insee_la_poste_comprise():
    la_poste = _tiers(nature_identifiant="01", identifiant="35600000049837")
    faux = _tiers(nature_identifiant="01", identifiant="35600000049838")

    assert _regles(_mandat(la_poste)) == []
    assert _regles(_mandat(faux)) == [("IdTiers", "identifiant")]


def test_une_piece_jointe_en_double_est_refusee():
    deux = flux(pieces_jointes=[exemples.PJ_ISOLEE, exemples.PJ_ISOLEE])

    assert _regles(deux) == [("IdUnique", "doublon")]
