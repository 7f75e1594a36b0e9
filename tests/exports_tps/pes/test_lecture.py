"""Reading the treasury back: acquittements in both forms, retours, tolerance."""

from datetime import date
from io import BytesIO

import pytest

from exports_tps.pes.acquit import ElementAcquit
from exports_tps.pes.lecture import BordereauGlobalLu, lire_acquit, lire_retour
from exports_tps.pes.messages import FichierIllisible
from tests.exports_tps.pes.recus import ACQUIT, ACQUIT_PLAT, EMETTEUR, ESPACE, PARAMETRES, RETOUR


def test_un_acquit_dit_qui_il_concerne():
    tete, _ = lire_acquit(BytesIO(ACQUIT))

    assert (tete.nom_fichier, tete.code_collectivite) == ("F1", "250")


def test_chaque_verdict_ne_parle_que_de_son_objet():
    _, verdicts = lire_acquit(BytesIO(ACQUIT))
    accepte, refuse, piece_jointe = verdicts

    assert (accepte.est_accepte, accepte.numero_bordereau, accepte.exercice) == (True, "12", "2026")
    assert refuse.pieces[0].lignes[0].erreurs[0].libelle == "Nature inconnue"
    assert (piece_jointe.domaine, piece_jointe.identifiant_unique) == ("4", "PJ1")


def test_l_ancienne_forme_donne_les_memes_verdicts():
    _, verdicts = lire_acquit(BytesIO(ACQUIT_PLAT))
    (verdict,) = verdicts

    assert isinstance(verdict, ElementAcquit)
    assert verdict.pieces[0].lignes[0].erreurs[0].code == "ERREUR_AUTRE"


def test_un_acquit_contraire_au_schema_se_lit_quand_meme():
    incomplet = ACQUIT.replace(EMETTEUR.encode(), b"").replace(b'"ERREUR_DOUBLON_PJ"', b'"NOUVEAU"')

    tete, verdicts = lire_acquit(BytesIO(incomplet))

    assert tete.nom_fichier == "F1"
    assert [verdict.est_accepte for verdict in verdicts] == [True, False, False]
    assert any("Emetteur" in anomalie.message for anomalie in tete.anomalies)


def test_un_non_acquit_refuse_le_fichier():
    octets = (
        f"<n:PES_NonAcquit xmlns:n='{ESPACE}'><Enveloppe>{PARAMETRES}</Enveloppe></n:PES_NonAcquit>"
    )

    tete, verdicts = lire_acquit(BytesIO(octets.encode()))

    assert tete.nom_fichier == "F1"
    assert [verdict.est_accepte for verdict in verdicts] == [False]


@pytest.mark.parametrize("octets", [b"", b"bonjour", b"<a/>", b"<!DOCTYPE a><a/>"])
def test_un_fichier_etranger_est_refuse_clairement(octets):
    with pytest.raises(FichierIllisible, match="illisible"):
        lire_acquit(BytesIO(octets))


def test_un_retour_donne_paiements_et_rejets():
    tete, pieces = lire_retour(BytesIO(RETOUR))
    payee, rejetee, titre, ormc = pieces

    assert tete.code_collectivite == "250"
    assert (payee.sens, payee.exercice, payee.numero_bordereau) == ("depense", 2026, "12")
    reglement = payee.piece.lignes[0].reglements[0]
    assert (reglement.date_reglement, reglement.montant) == (date(2026, 11, 30), 154_013)
    assert (rejetee.motifs, rejetee.piece.date_rejet) == (("05", "16"), date(2026, 11, 25))
    assert (titre.sens, titre.piece.lignes[0].reglements[0].montant) == ("recette", 25_000)
    assert isinstance(ormc, BordereauGlobalLu)
