"""Quality of the data of tiers: what is wrong, what it costs, what the treasury would reject."""

from datetime import date

import pytest
from django.core.management import call_command

from exports_tps.pes.referentiel import referentiel as referentiel_pes
from facturier.commun.courriel import domaine_propose
from facturier.grand_livre.models import Tiers
from facturier.grand_livre.models.tiers import NATURES_PAR_CATEGORIE
from fournisseurs import tasks
from fournisseurs.anomalies import CATALOGUE, score
from fournisseurs.doublons import chercher_doublons
from fournisseurs.models import AnomalieTiers, Banque, Fournisseur, ReleveQualite
from fournisseurs.qualite import anomalies_du_tiers, rejets_pes, relever_qualite
from tests.fournisseurs.factories import FournisseurFactory

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


def fiche(**champs) -> Fournisseur:
    """Return a tiers without anomaly, then changed field by field (`tiers__…` on its tiers)."""
    cree = FournisseurFactory()
    du_tiers = {nom[7:]: champs.pop(nom) for nom in list(champs) if nom.startswith("tiers__")}
    Tiers.objects.filter(pk=cree.tiers_id).update(code=cree.tiers.code, **du_tiers)
    Fournisseur.objects.filter(pk=cree.pk).update(etat=cree.etat, **champs)
    return cree


def test_une_bonne_fiche_n_a_pas_d_anomalie():
    assert anomalies_du_tiers(fiche()) == []


@pytest.mark.parametrize(
    ("champs", "code"),
    [
        ({"tiers__ridet": "900001"}, "ridet_forme"),
        ({"tiers__ridet": "9000018001"}, "ridet_cle"),
        ({"tiers__nature_juridique": "07"}, "couple"),
        ({"tiers__civilite": "M."}, "civilite_interdite"),
        ({"adresse_voie": " "}, "voie_absente"),
        ({"code_postal": "9880"}, "code_postal_forme"),
        ({"code_postal": "99999"}, "pays_absent"),
        ({"code_postal": "98899"}, "code_postal_inconnu"),
        ({"code_postal": "98870"}, "code_postal_commune"),
        ({"telephone": ""}, "telephone_absent"),
        ({"courriel": ""}, "courriel_absent"),
        ({"courriel": "contact@gmial.com"}, "courriel_domaine"),
    ],
)
def test_chaque_defaut_se_voit_seul(champs, code):
    assert anomalies_du_tiers(fiche(**champs)) == [code]


def test_une_personne_nommee_mademoiselle_serait_rejetee():
    une = fiche(
        tiers__categorie="01",
        tiers__nature_juridique="01",
        tiers__prenom="Aé",
        tiers__civilite="Mlle",
    )

    codes = anomalies_du_tiers(une)

    assert codes == ["civilite"]
    assert rejets_pes(codes) == [CATALOGUE["civilite"].rejet]


def test_un_creancier_sans_compte_ni_ridet_est_mal_note():
    tiers = Tiers.objects.create(code="X1", nom="Sans rien")
    une = Fournisseur.objects.create(
        tiers=tiers, est_creancier=True, adresse_voie="1 rue", code_postal="98800", ville="Nouméa"
    )

    codes = anomalies_du_tiers(une)

    assert codes == ["ridet_absent", "compte_absent", "telephone_absent", "courriel_absent"]
    assert score(codes) == 40
    assert len(rejets_pes(codes)) == 1


def test_une_banque_hors_de_la_table_se_voit():
    Banque.objects.all().delete()

    assert anomalies_du_tiers(fiche()) == ["banque_inconnue"]


def test_le_releve_compte_la_base_et_garde_les_anomalies_de_chacun():
    bonne, mauvaise = fiche(), fiche(code_postal="9880")
    chercher_doublons()

    releve = relever_qualite(date(2026, 11, 25))

    attendu = {"code_postal_forme": 1, "doublon": 2}
    assert (releve.tiers, releve.sans_anomalie, releve.rejetables) == (2, 0, 1)
    assert releve.anomalies == attendu
    assert releve.score_moyen == 75
    assert set(AnomalieTiers.objects.values_list("fournisseur", "code")) == {
        (bonne.pk, "doublon"),
        (mauvaise.pk, "doublon"),
        (mauvaise.pk, "code_postal_forme"),
    }


def test_le_releve_du_meme_jour_se_refait_et_oublie_ce_qui_est_corrige():
    mauvaise = fiche(code_postal="9880")
    relever_qualite(date(2026, 11, 25))
    Fournisseur.objects.filter(pk=mauvaise.pk).update(code_postal="98800")

    releve = relever_qualite(date(2026, 11, 25))

    assert ReleveQualite.objects.count() == 1
    assert (releve.sans_anomalie, releve.score_moyen) == (1, 100)
    assert not AnomalieTiers.objects.exists()


def test_une_base_vide_a_un_releve():
    assert relever_qualite(date(2026, 11, 25)).score_moyen == 100


def test_le_nombre_d_instructions_ne_depend_pas_du_nombre_de_tiers(django_assert_max_num_queries):
    comptes = []
    for jour, nombre in ((25, 4), (26, 12)):
        for _ in range(nombre):
            fiche(code_postal="9880")
        with django_assert_max_num_queries(25) as requetes:
            relever_qualite(date(2026, 11, jour))
        comptes.append(len(requetes))
    assert comptes[0] == comptes[1]
    assert AnomalieTiers.objects.filter(code="code_postal_forme").count() == 4 + 12


def test_les_couples_sont_ceux_que_la_tresorerie_connait():
    connus = referentiel_pes().couples

    inconnus = [
        (categorie, nature)
        for categorie, natures in NATURES_PAR_CATEGORIE.items()
        for nature in natures
        if nature not in connus[categorie]
    ]

    assert inconnus == []


@pytest.mark.parametrize(
    ("adresse", "propose"),
    [
        ("a@gmial.com", "gmail.com"),
        ("a@GMAIL.con", "gmail.com"),
        ("a@lagon.nc", "lagoon.nc"),
        ("a@gmail.com", None),
        ("a@cagou.example", None),
        ("a@ml.nc", None),
        ("", None),
    ],
)
def test_un_domaine_mal_ecrit_recoit_une_proposition(adresse, propose):
    assert domaine_propose(adresse) == propose


def test_la_commande_dit_les_totaux(capsys):
    fiche(telephone="")

    call_command("relever_qualite")

    assert "score moyen : 95" in capsys.readouterr().out


def test_les_taches_de_la_nuit_rendent_ce_qu_elles_ont_trouve():
    FournisseurFactory.create_batch(2)

    assert (tasks.chercher_doublons(), tasks.relever_qualite()) == (1, 90)
