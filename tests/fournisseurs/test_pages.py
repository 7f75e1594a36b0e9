"""Pages of suppliers and of the finance staff, as a browser meets them."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from facturier.commun.fichiers import chemin
from fournisseurs.habilitations import habiliter
from fournisseurs.models import DemandeEtablissement, EntreeJournal, Etablissement
from tests.fournisseurs.factories import (
    IBAN_BCI,
    PDF,
    DemandeEtablissementFactory,
    FournisseurFactory,
    UtilisateurFactory,
)

pytestmark = pytest.mark.django_db

INCONNUE = "variable inconnue"


def saisie(**champs):
    """Return what a browser sends for a good request."""
    valeurs = {
        "ridet": "9 000 019.001",
        "denomination": "Pépinière du Cagou",
        "fonction": "gérante",
        "adresse_voie": "12 rue des Banians",
        "code_postal": "98800",
        "ville": "Nouméa",
        "telephone": "25 81 22",
        "rib_banque": "17499",
        "rib_guichet": "00000",
        "rib_compte": "00000000001",
        "rib_cle": "18",
        "titulaire": "Pépinière du Cagou",
        "avis_ridet": SimpleUploadedFile("avis.pdf", PDF),
        "rib": SimpleUploadedFile("rib.pdf", PDF),
    }
    return {nom: valeur for nom, valeur in {**valeurs, **champs}.items() if valeur is not None}


def texte(reponse):
    """Return the page as text, sure that no template variable is unknown."""
    page = reponse.content.decode()
    assert INCONNUE not in page
    return page


def test_un_compte_sans_etablissement_dit_quoi_faire(client, fournisseur):
    client.force_login(fournisseur)

    page = texte(client.get("/fournisseur/"))

    assert "Aucun établissement rattaché" in page
    assert reverse("fournisseurs:demander") in page


def test_une_demande_se_depose_avec_un_rib_et_se_suit(client, fournisseur):
    client.force_login(fournisseur)

    reponse = client.post(reverse("fournisseurs:demander"), saisie(), follow=True)

    page = texte(reponse)
    assert "Un agent vérifie votre demande" in page
    assert DemandeEtablissement.objects.get().iban == IBAN_BCI
    assert IBAN_BCI not in page


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"ridet": "ABC"}, "autre chose que des chiffres"),
        ({"rib_cle": "19"}, "La clé 19 ne correspond pas"),
        ({"rib_cle": "", "iban": ""}, "Un RIB a 23 caractères"),
        ({"iban": "FR5014158000000000001A01209"}, "ne désignent pas le même compte"),
        ({"avis_ridet": None}, "avis de situation au RIDET ou l’extrait Kbis"),
        ({"rib": None}, "Relevé d’identité bancaire"),
        ({"rib": SimpleUploadedFile("rib.pdf", b"MZ\x90\x00\x03")}, "qui n’est pas accepté"),
        ({"denomination": "x" * 300}, "100 caractères"),
        ({"code_postal": "988000"}, "5 caractères"),
        ({"telephone": "1"}, "n’existe pas"),
    ],
)
def test_une_saisie_fautive_revient_avec_l_erreur_et_ce_qui_est_tape(
    client, fournisseur, champs, message
):
    client.force_login(fournisseur)

    reponse = client.post(reverse("fournisseurs:demander"), saisie(**champs))

    page = texte(reponse)
    assert reponse.status_code == 422
    assert message in page
    assert "12 rue des Banians" in page
    assert not DemandeEtablissement.objects.exists()


def test_la_demande_se_retire_apres_confirmation(client):
    demande = DemandeEtablissementFactory()
    client.force_login(demande.demandeur)
    adresse = reverse("fournisseurs:retirer_demande", args=[demande.pk])

    assert "Elle ne sera plus examinée" in texte(client.get(adresse))
    page = texte(client.post(adresse, follow=True))

    assert "Votre demande est retirée." in page


def test_l_etablissement_montre_un_compte_masque_et_les_personnes(client):
    fiche = FournisseurFactory(ridet="9000027001")
    administrateur = Etablissement.objects.get().habilitations.get().representant.utilisateur
    client.force_login(administrateur)

    page = texte(client.get("/fournisseur/etablissements/9000027001/"))

    assert IBAN_BCI not in page
    assert "0118" in page
    assert administrateur.nom_complet in page
    assert str(fiche.tiers.code) in page


def test_la_derniere_personne_qui_gere_les_droits_reste(client):
    FournisseurFactory(ridet="9000027001")
    habilitation = Etablissement.objects.get().habilitations.get()
    client.force_login(habilitation.representant.utilisateur)
    adresse = reverse("fournisseurs:retirer_habilitation", args=["9000027001", habilitation.pk])

    page = texte(client.post(adresse, follow=True))

    assert "dernière personne qui gère les habilitations" in page


def test_un_collegue_qui_consulte_ne_gere_ni_les_droits_ni_les_documents(client):
    FournisseurFactory(ridet="9000027001")
    etablissement = Etablissement.objects.get()
    administrateur = etablissement.habilitations.get().representant.utilisateur
    collegue = UtilisateurFactory()
    habiliter(utilisateur=collegue, etablissement=etablissement, droits=[], par=administrateur)
    adresse = reverse("fournisseurs:habilitations", args=["9000027001"])
    client.force_login(collegue)

    page = texte(client.get("/fournisseur/etablissements/9000027001/"))
    refus = client.post(adresse, {"courriel": collegue.email})

    assert adresse not in page
    assert "rib.pdf" not in page
    assert refus.status_code == 404


def test_un_document_se_telecharge_en_piece_jointe_sans_devinette(client):
    demande = DemandeEtablissementFactory()
    client.force_login(demande.demandeur)
    document = demande.justificatifs.first()

    reponse = client.get(reverse("fournisseurs:justificatif", args=[document.pk]))

    assert reponse.headers["Content-Disposition"].startswith("attachment")
    assert reponse.headers["X-Content-Type-Options"] == "nosniff"
    assert b"".join(reponse.streaming_content) == PDF


def test_un_document_perdu_le_dit(client, agent, settings):
    demande = DemandeEtablissementFactory()
    document = demande.justificatifs.first()
    chemin(document.sha256, settings.DOCUMENTS_RACINE).unlink()
    client.force_login(agent)

    reponse = client.get(reverse("fournisseurs:justificatif", args=[document.pk]))

    assert reponse.status_code == 409
    assert "pas dans les archives" in texte(reponse)


def test_l_agent_voit_les_anomalies_et_un_iban_masque(client, agent):
    FournisseurFactory()
    demande = DemandeEtablissementFactory(ridet="9000018001", champs={"ville": "Dumbéa"})
    client.force_login(agent)

    page = texte(client.get(reverse("fournisseurs:gestion_demande", args=[demande.pk])))

    assert "La clé du RID 9000018 est inhabituelle" in page
    assert "98800 est celui de Nouméa" in page
    assert "Ce compte est déjà celui de" in page
    assert "ne sont pas analysés" in page
    assert "0000 0118" not in page.replace("\u00a0", " ")


def test_voir_l_iban_en_entier_laisse_une_trace(client, agent):
    demande = DemandeEtablissementFactory()
    client.force_login(agent)

    reponse = client.post(reverse("fournisseurs:voir_iban", args=[demande.pk]))

    assert "FR76 1749 9000" in texte(reponse).replace("\u00a0", " ")
    assert reponse["Cache-Control"] == "no-store"
    trace = EntreeJournal.objects.get(acte="iban_montre")
    assert (trace.par, trace.objet_id) == (agent, demande.pk)


def test_l_agent_accepte_puis_retrouve_la_fiche(client, agent):
    demande = DemandeEtablissementFactory(ridet="9000027001")
    client.force_login(agent)

    client.post(reverse("fournisseurs:accepter_demande", args=[demande.pk]))
    liste = texte(client.get("/gestion/tiers/", {"recherche": "9 000 027"}))
    fiche = texte(client.get("/gestion/tiers/9000027/"))

    assert "/gestion/tiers/9000027/" in liste
    assert "En vigueur" in fiche
    assert IBAN_BCI not in fiche


def test_l_agent_refuse_avec_un_motif_et_pas_sans(client, agent):
    demande = DemandeEtablissementFactory()
    client.force_login(agent)
    adresse = reverse("fournisseurs:refuser_demande", args=[demande.pk])

    assert client.post(adresse, {"motif": ""}).status_code == 422
    client.post(adresse, {"motif": "RIB illisible."})

    demande.refresh_from_db()
    assert (demande.etat, demande.motif_refus) == ("refusee", "RIB illisible.")


def test_accepter_trop_tard_le_dit(client, agent):
    demande = DemandeEtablissementFactory(retiree=True)
    client.force_login(agent)

    reponse = client.post(reverse("fournisseurs:accepter_demande", args=[demande.pk]), follow=True)

    assert "est impossible" in texte(reponse)


def test_la_liste_de_travail_compte_par_etat(client, agent):
    DemandeEtablissementFactory.create_batch(2)
    DemandeEtablissementFactory(refusee=True)
    client.force_login(agent)

    page = texte(client.get("/gestion/tiers/demandes/"))

    assert "À contrôler (2)" in page
    assert "Refusées (1)" in page


def test_un_fournisseur_se_suspend_et_se_reactive_avec_un_motif(client, agent):
    fiche = FournisseurFactory()
    client.force_login(agent)
    code = fiche.tiers.code

    client.post(reverse("fournisseurs:suspendre", args=[code]), {"motif": "Contrôle."})
    fiche.refresh_from_db()
    assert fiche.etat == "suspendu"

    client.post(reverse("fournisseurs:reactiver", args=[code]), {"motif": "Contrôle fini."})
    fiche.refresh_from_db()
    assert fiche.etat == "actif"
    assert [p.motif for p in fiche.passages.all()] == ["Contrôle.", "Contrôle fini."]


def test_la_liste_des_tiers_se_pagine_par_cle(client, agent, monkeypatch):
    monkeypatch.setattr("fournisseurs.views.tiers.TAILLE_PAGE", 2)
    FournisseurFactory.create_batch(3)
    client.force_login(agent)

    premiere = client.get("/gestion/tiers/")
    seconde = client.get("/gestion/tiers/" + premiere.context["suivant"])

    vus = [*premiere.context["page"].fournisseurs, *seconde.context["page"].fournisseurs]
    assert len({fiche.pk for fiche in vus}) == 3
    assert seconde.context["suivant"] == ""
