"""What settled a titre, told by its page, by that of its debtor, and by its avis."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from facturier.grand_livre import evenements, tresorerie
from facturier.grand_livre.emission import CodesPiece
from facturier.grand_livre.models import Ecriture, Titre
from facturier.grand_livre.passation import contrepasser
from telepaiement import avis
from telepaiement.reglements import reglements
from tests.grand_livre.factories import JOUR, NOUMEA, SYDNEY, titre
from tests.telepaiement.factories import rendre_executoires, titre_payable
from tests.telepaiement.test_suites import somme, texte, texte_pdf

pytestmark = pytest.mark.django_db
ENCAISSE_LE = date(2026, 11, 12)
EN_CHIFFRES, EN_LETTRES = "12/11/2026", "12 novembre 2026"


@pytest.fixture
def percu(regies, agent) -> Titre:
    """A titre of what the treasury had collected before it, as P503 2026-503, line 1."""
    emis = titre(agent, montant=12_500, codes=CodesPiece(type="05", encaissement=(2026, 503)))
    perception = tresorerie.Perception(
        montant=12_500,
        jour=ENCAISSE_LE,
        reference=f"{emis.budget.code}-2026-503-1",
        nom="P503 2026-503, ligne 1",
    )
    tresorerie.percevoir_avant_titre([perception], par=agent)
    tresorerie.regulariser_recette_percue(emis, perception, date_comptable=JOUR, par=agent)
    return rendre_executoires([emis])[0]


@pytest.fixture
def lire(client):
    """Look a titre up by its key; return the words of its page."""

    def page(titre: Titre) -> str:
        donnees = {"reference": titre.reference, "cle": titre.cle_paiement}
        return texte(client.get(client.post(reverse("telepaiement:accueil"), donnees)["Location"]))

    return page


def avis_de(titre: Titre) -> str:
    """Read the avis of a titre."""
    return texte_pdf(avis.editer(titre, le=timezone.now()))


def virer(titre: Titre, montant: int, par) -> Ecriture:
    """Have the treasury collect `montant` on a titre."""
    return evenements.encaisser(
        titre,
        mode="virement",
        montant=montant,
        date_comptable=JOUR,
        reference=f"tps-{titre.pk}-{montant}",
        par=par,
    )


def test_l_avis_d_un_titre_deja_regle_ne_demande_rien(percu):
    lu = avis_de(percu)

    assert "Déjà réglé, rien à payer" in lu
    assert f"{EN_CHIFFRES} Perçu par la Trésorerie avant le titre (P503 2026-503, ligne 1)" in lu
    assert "tribunal administratif" in lu
    assert "Comptable : " in lu
    assert not re.search(r"avant le \d|Clé de paiement|Talon|Comment payer|carte bancaire", lu)


def test_l_avis_d_un_titre_regle_en_partie_dit_ce_qui_reste(regies, agent):
    du = titre_payable(12_500)
    virer(du, 2_500, agent)

    lu = avis_de(du)

    assert f"Reste à payer {somme(10_000)} avant le" in lu
    assert f"Payé à la Trésorerie {somme(2_500)}" in lu
    assert "Déjà réglé" not in lu
    assert du.cle_paiement in lu


def test_l_avis_d_un_titre_que_rien_n_a_regle_demande_tout(regies):
    lu = avis_de(titre_payable(12_500))

    assert f"Somme à payer {somme(12_500)} avant le" in lu
    assert "déjà réglé" not in lu


def test_un_titre_annule_n_a_plus_d_avis(regies, agent):
    du = titre_payable(12_500)
    Titre.objects.filter(pk=du.pk).update(etat=Titre.Etat.ANNULEE)
    du.refresh_from_db()

    with pytest.raises(ValidationError, match="ne s’édite pas"):
        avis.editer(du, le=timezone.now())


def test_la_page_du_titre_nomme_le_p503_qui_l_a_regle(client, percu, agent):
    client.force_login(agent)

    page = texte(client.get(reverse("telepaiement:titre", args=[percu.pk])))

    dit = f"Perçu par la Trésorerie avant le titre (P503 2026-503, ligne 1) : {somme(12_500)}"
    assert f"{dit}, le {EN_LETTRES}" in page
    assert "Aucun encaissement" not in page


def test_le_debiteur_lit_ce_qui_a_regle_son_titre(lire, percu):
    page = lire(percu)

    assert "entièrement payé" in page
    dit = f"Perçu par la Trésorerie avant le titre (P503 2026-503, ligne 1) {somme(12_500)}"
    assert f"{dit} , le {EN_LETTRES}" in page


def test_ce_qui_est_contrepasse_ne_se_dit_plus(regies, agent):
    du = titre_payable(12_500)
    faite = virer(du, 2_500, agent)
    avant = reglements(du)
    contrepasser(faite, motif="Erreur", date_comptable=JOUR, par=agent)

    assert [(fait.montant, fait.a_une_quittance) for fait in avant] == [(2_500, False)]
    assert reglements(du) == []


@pytest.mark.parametrize(
    ("adresse", "mois", "pourquoi", "fin"),
    [
        (NOUMEA, 2, "", "23 janvier 2027"),
        (
            NOUMEA | {"code_postal": "98713", "ville": "Papeete"},
            3,
            ", dont 1 mois de plus parce que le titre est adressé hors de la Nouvelle-Calédonie",
            "23 février 2027",
        ),
        (
            SYDNEY,
            4,
            ", dont 2 mois de plus parce que le titre est adressé à l’étranger",
            "23 mars 2027",
        ),
    ],
)
def test_un_delai_de_recours_se_dit_d_une_seule_facon(
    client, lire, regies, agent, adresse, mois, pourquoi, fin
):
    (du,) = rendre_executoires([titre(agent, adresse=adresse)])
    phrase = f"Le délai est de {mois} mois à compter de la réception de l’avis{pourquoi}"

    page = lire(du)
    demande = texte(client.get(reverse("telepaiement:demander", args=[du.pk, "contestation"])))

    assert f"{phrase}." in avis_de(du)
    for lue in (page, demande):
        assert phrase in lue
        assert f"il s’achève le {fin}" in lue
    assert "60 jours" not in page


@pytest.mark.parametrize("est_regle", [True, False])
def test_un_titre_que_l_on_ne_peut_annuler_ne_l_offre_pas(client, regies, agent, est_regle):
    emis = titre(agent, montant=12_500)
    if est_regle:
        percue = tresorerie.Perception(
            montant=2_500, jour=JOUR, reference="principal-2026-503-1", nom="P503 2026-503"
        )
        tresorerie.regulariser_recette_percue(emis, percue, date_comptable=JOUR, par=agent)
    client.force_login(agent)

    page = texte(client.get(reverse("telepaiement:titre", args=[emis.pk])))

    assert ("Annuler le titre" in page) is not est_regle
