"""The circuit of an accepted flux, from its deposit to its payment."""

from tests.exports_tps.simulateur import fabrique


def test_la_premiere_passe_acquitte_le_bordereau_et_la_piece_jointe(banc, schemas):
    banc.deposer(fabrique.flux_simple())

    bilan = banc.passer("--schemas", schemas)

    assert bilan.code == 0
    assert banc.valeurs("EtatAck") == ["1", "1"]
    assert banc.valeurs("DomaineAck") == ["5", "4"]
    assert banc.valeurs("NumBord") + banc.valeurs("IdUnique") == ["12", "PJ1"]


def test_chaque_passe_avance_d_une_etape(banc):
    banc.deposer(fabrique.flux_simple())

    genres = [[emise["genre"] for emise in banc.passer().emises] for _ in range(4)]

    assert genres == [["acquit"], ["prise_en_charge"], ["paiement"], []]


def test_le_paiement_solde_chaque_mandat(banc):
    banc.deposer(fabrique.flux_simple())

    banc.terminer()

    assert banc.valeurs("EtatPce", "PES2R*") == ["02", "02", "05", "05"]
    assert banc.valeurs("MtPay") == ["111000", "111000"]
    assert set(banc.valeurs("DtePay")) == {"2026-11-22"}


def acquit_retour(*noms):
    """Say which answers were received, as the ordonnateur does."""
    elements = "".join(
        f'<ElementACQUIT_RETOUR><DomaineAckRetour V="13"/><NomFichierRetour V="{nom}"/>'
        '<TypRestit V="02"/><DateAcquit V="2026-11-23"/></ElementACQUIT_RETOUR>'
        for nom in noms
    )
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<a:PES_ACQUIT_RETOUR xmlns:a="http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller/ack">
<Enveloppe><Parametres><Version V="2"/><TypFic V="PESACKR"/><NomFic V="ACK1"/></Parametres>
<Emetteur><Sigle V="P"/><Adresse V="S"/></Emetteur></Enveloppe><EnTetePES><DteStr V="2026-11-23"/>
<IdPost V="988001"/><IdColl V="1"/><CodCol V="250"/><CodBud V="01"/></EnTetePES><ACQUIT_RETOUR>
<EnTeteAcquit_Retour><IdVer V="1"/></EnTeteAcquit_Retour>{elements}</ACQUIT_RETOUR>
</a:PES_ACQUIT_RETOUR>"""


def test_l_ordonnateur_acquitte_les_retours_qu_il_a_recus(banc):
    banc.deposer(fabrique.flux_simple())
    banc.terminer()
    recus = banc.valeurs("NomFic", "PES2R*")
    banc.deposer(acquit_retour(*recus), "acquit_retour.xml")

    assert len(recus) == 2
    assert banc.passer().anomalies == []
    assert banc.passer().anomalies == []


def test_un_retour_jamais_emis_ne_s_acquitte_pas(banc):
    banc.deposer(acquit_retour("PES2R_INCONNU"), "acquit_retour.xml")

    (anomalie,) = banc.passer().anomalies

    assert "« PES2R_INCONNU » jamais émis" in anomalie


def test_un_titre_est_pris_en_charge_sans_paiement(banc, schemas):
    recette = fabrique.bordereau(3, [fabrique.titre(7)], total_ht=50_000, recette=True)
    banc.deposer(fabrique.flux(titres=[recette]))

    bilan = banc.terminer("--schemas", schemas)

    assert [emise["genre"] for emise in bilan.emises] == ["acquit", "prise_en_charge"]
    assert banc.valeurs("EtatPce") == ["02"]


def test_un_bordereau_d_annulation_n_est_pas_paye(banc):
    annulation = fabrique.flux_simple().replace('<TypBord V="01"/>', '<TypBord V="02"/>')
    annulation = annulation.replace('<TypPce V="01"/>', '<TypPce V="02"/>')
    annulation = annulation.replace('<NatPce V="01"/>', '<NatPce V="06"/>')
    rattachement = """</InfoLignePce><RattachPiece><NatPceOrig V="01"/><ExerRat V="2026"/>
<IdPceOrig V="4"/><IdLigneOrig V="1"/></RattachPiece>"""
    banc.deposer(annulation.replace("</InfoLignePce>", rattachement))

    bilan = banc.terminer()

    assert [emise["genre"] for emise in bilan.emises] == ["acquit", "prise_en_charge"]


def test_toutes_les_reponses_sont_conformes_aux_schemas(banc, schemas, valider_reponse):
    recette = fabrique.bordereau(3, [fabrique.titre(7)], total_ht=50_000, recette=True)
    banc.deposer(fabrique.flux_simple(titres=[recette]))

    banc.terminer("--schemas", schemas)

    assert len(banc.reponses()) == 4
    assert [valider_reponse(fichier) for fichier in banc.reponses()] == [[]] * 4


def test_l_acquittement_rappelle_nomfic_et_collectivite(banc):
    banc.deposer(fabrique.flux_simple(nom="PESALR2_RAPPEL", collectivite="321"))

    banc.passer()

    assert banc.valeurs("NomFic") == ["PESALR2_RAPPEL"]
    assert banc.valeurs("CodCol") == ["321"]
