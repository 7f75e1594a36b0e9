"""Pages about doublons and merges, as an agent meets them."""

import pytest
from django.urls import reverse

from fournisseurs.doublons import chercher_doublons
from fournisseurs.models import Doublon, Fournisseur, Fusion
from tests.fournisseurs.factories import IBAN_CCP, FournisseurFactory, compte
from tests.fournisseurs.test_pages import texte

pytestmark = pytest.mark.django_db


@pytest.fixture
def paire(reference):
    """Two tiers of close names, on two accounts."""
    FournisseurFactory(ridet="9000019001")
    FournisseurFactory(
        ridet="9000027001",
        champs={"denomination": "PEPINIERE CAGOU", "compte": compte(IBAN_CCP, "Cagou")},
    )
    chercher_doublons()
    return Doublon.objects.get()


def adresse(**champs) -> str:
    valeurs = {"un": "9000019", "autre": "9000027"} | champs
    suite = "&".join(f"{cle}={valeur}" for cle, valeur in valeurs.items())
    return f"{reverse('fournisseurs:rapprocher')}?{suite}"


CHOIX = {"garde": "9000019", "identite": "9000027", "ridet": "9000019", "motif": "Même entreprise."}


def test_la_liste_donne_les_raisons_et_mene_a_la_comparaison(client, agent, paire):
    client.force_login(agent)

    page = texte(client.get(reverse("fournisseurs:doublons")))

    assert "Nom proche, même commune" in page
    assert adresse().replace("&", "&amp;") in page


def test_une_fusion_aux_comptes_differents_attend_un_second_agent(client, agent, paire, personne):
    client.force_login(agent)
    reponse = client.post(adresse(), CHOIX, follow=True)
    fusion = Fusion.objects.get()
    assert "attend qu’un autre agent la valide" in texte(reponse)
    assert "Valider la fusion" not in texte(reponse)
    valider = reverse("fournisseurs:valider_fusion", args=[fusion.pk])
    assert "un autre agent valide" in texte(client.post(valider, follow=True))

    client.force_login(personne("Benoît", "agent"))
    page = texte(client.post(valider, follow=True))

    assert "le relevé du tiers gardé montre les deux" in page
    assert Fournisseur.objects.get(tiers__code="9000019").tiers.nom == "PEPINIERE CAGOU"


def test_une_fusion_se_confirme_et_s_annule(client, agent, paire, personne):
    client.force_login(agent)
    client.post(adresse(), CHOIX)
    fusion = Fusion.objects.get()
    client.force_login(personne("Benoît", "agent"))
    client.post(reverse("fournisseurs:valider_fusion", args=[fusion.pk]))
    annuler = reverse("fournisseurs:annuler_fusion", args=[fusion.pk])
    assert "retrouve ses établissements" in texte(client.get(annuler))
    assert client.post(annuler, {"motif": ""}).status_code == 422

    page = texte(client.post(annuler, {"motif": "Deux sociétés."}, follow=True))

    assert "Annulée" in page
    assert Fournisseur.objects.get(tiers__code="9000027").est_actif


def test_les_fiches_disent_la_fusion(client, agent, paire, personne):
    client.force_login(agent)
    client.post(adresse(), CHOIX)
    client.force_login(personne("Benoît", "agent"))
    client.post(reverse("fournisseurs:valider_fusion", args=[Fusion.objects.get().pk]))

    absorbee = texte(client.get(reverse("fournisseurs:gestion_fiche", args=["9000027"])))
    gardee = texte(client.get(reverse("fournisseurs:gestion_fiche", args=["9000019"])))

    assert "Ce tiers est fusionné dans" in absorbee
    assert "A absorbé" in gardee


@pytest.mark.parametrize("champs", [{"un": "9000027"}, {"autre": "inconnu"}, {"un": ""}])
def test_deux_tiers_mal_designes_sont_introuvables(client, agent, paire, champs):
    client.force_login(agent)

    assert client.get(adresse(**champs)).status_code == 404


def test_une_saisie_fautive_revient_avec_l_erreur(client, agent, paire):
    client.force_login(agent)

    reponse = client.post(adresse(), {**CHOIX, "motif": "", "garde": "autre"})

    assert reponse.status_code == 422
    assert not Fusion.objects.exists()


def test_une_paire_s_ecarte_et_se_revoit(client, agent, paire):
    client.force_login(agent)
    motif = {"motif": "Deux frères."}

    client.post(reverse("fournisseurs:ecarter_doublon", args=[paire.pk]), motif)
    page = texte(client.get(reverse("fournisseurs:doublons") + "?etat=ecarte"))
    assert "Revoir" in page
    client.post(reverse("fournisseurs:rouvrir_doublon", args=[paire.pk]), motif)

    paire.refresh_from_db()
    assert paire.etat == "a_examiner"


def test_la_liste_se_pagine_par_cle(client, agent, paire, monkeypatch):
    monkeypatch.setattr("fournisseurs.views.doublons.TAILLE_PAGE", 1)
    FournisseurFactory(ridet="9000035001", champs={"compte": compte(IBAN_CCP, "Cagou")})
    chercher_doublons()
    client.force_login(agent)
    vus, suite = [], "?etat=a_examiner"

    while suite:
        reponse = client.get(reverse("fournisseurs:doublons") + suite)
        vus += [doublon.pk for doublon in reponse.context["doublons"]]
        suite = reponse.context["suivant"]

    assert sorted(vus) == sorted(Doublon.objects.values_list("pk", flat=True))
    assert len(vus) == 3
