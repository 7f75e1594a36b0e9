"""Pages of demandes de modification: the supplier, the agents, the contact who says no."""

import re
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from fournisseurs import liste_travail
from fournisseurs.liste_travail import lister
from fournisseurs.models import (
    DemandeModification,
    EntreeJournal,
    Etablissement,
    EtablissementRegistre,
)
from tests.fournisseurs.factories import (
    IBAN_BCI,
    IBAN_NOUVEAU,
    PDF,
    DemandeEtablissementFactory,
    FournisseurFactory,
    ModificationFactory,
    UtilisateurFactory,
    confirmer_au_telephone,
    creer_agent,
)
from tests.grand_livre.factories import SYDNEY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
RIDET = "9000027001"
MOT_DE_PASSE = "un-lagon-tres-bleu"
INCONNUE = "variable inconnue"
SAISIE_COMPTE = {"iban": IBAN_NOUVEAU, "bic": "CEPANCNM", "titulaire": "Pépinière du Cagou"}


@pytest.fixture
def gerante(db) -> Utilisateur:
    """The administrator of the établissement, with a password."""
    personne = UtilisateurFactory(password=MOT_DE_PASSE)
    FournisseurFactory(representant=personne, ridet=RIDET)
    return personne


def adresse(nom, *arguments):
    return reverse(f"fournisseurs:{nom}", args=arguments)


def texte(reponse):
    """Return the page as text, sure that no template variable is unknown."""
    page = reponse.content.decode()
    assert INCONNUE not in page
    return page.replace("\u00a0", " ").replace("\u202f", " ")


def rib(contenu=PDF, nom="rib.pdf"):
    return SimpleUploadedFile(nom, contenu)


def test_changer_de_compte_de_la_saisie_a_la_demande_suivie(client, gerante):
    client.force_login(gerante)
    saisie = adresse("modifier", RIDET, "compte_principal")
    assert "rappellerons" in texte(client.get(saisie))

    reponse = client.post(saisie, SAISIE_COMPTE | {"piece_rib": rib()})
    verifier = reponse.url
    confirmation = client.get(verifier)
    assert confirmation.url.startswith("/compte/reauthenticate/")
    retour = client.post(confirmation.url, {"password": MOT_DE_PASSE}, follow=True)
    assert IBAN_NOUVEAU in texte(retour).replace(" ", "")
    page = texte(client.post(verifier, follow=True))

    demande = DemandeModification.objects.get()
    assert demande.etat == "deposee"
    assert "numéro que nous connaissions avant" in page
    assert IBAN_NOUVEAU not in page.replace(" ", "")


def test_sans_confirmer_le_mot_de_passe_la_demande_reste_un_brouillon(client, gerante):
    client.force_login(gerante)
    reponse = client.post(
        adresse("modifier", RIDET, "compte_principal"), SAISIE_COMPTE | {"piece_rib": rib()}
    )

    assert client.post(reponse.url).url.startswith("/compte/reauthenticate/")

    assert DemandeModification.objects.get().etat == "brouillon"


def test_changer_les_contacts_ne_demande_aucun_document(client, gerante):
    client.force_login(gerante)
    reponse = client.post(
        adresse("modifier", RIDET, "contacts"), {"telephone": "27 00 01", "courriel": "a@b.example"}
    )

    assert "27 00 01" in texte(client.get(reponse.url))
    client.post(reponse.url)

    assert DemandeModification.objects.get().etat == "deposee"


@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"iban": "FR7600"}, "IBAN"),
        ({"iban": ""}, "quatre champs du RIB"),
        ({"piece_rib": None}, "Joignez"),
        ({"piece_rib": "html"}, "qui n’est pas accepté"),
        ({"titulaire": ""}, "Titulaire"),
        ({"bic": "X"}, "BIC"),
    ],
)
def test_une_saisie_fautive_revient_avec_l_erreur(client, gerante, champs, message):
    client.force_login(gerante)
    faux = rib(b"<!doctype html><html><script>alert(1)</script></html>", "rib.pdf")
    champs = {nom: faux if valeur == "html" else valeur for nom, valeur in champs.items()}
    saisie = {**SAISIE_COMPTE, "piece_rib": rib(), **champs}

    reponse = client.post(
        adresse("modifier", RIDET, "compte_principal"),
        {nom: valeur for nom, valeur in saisie.items() if valeur is not None},
    )

    assert reponse.status_code == 422
    assert message in texte(reponse)
    assert not DemandeModification.objects.exists()


def test_les_documents_deja_fournis_sont_montres_et_repris(client, gerante):
    client.force_login(gerante)
    saisie = adresse("modifier", RIDET, "nom")
    assert "Documents que nous avons déjà" in texte(client.get(saisie))

    reponse = client.post(saisie, {"nom": "Cagou SARL", "denomination": "Jardin du Cagou"})

    assert "avis.pdf" in texte(client.get(reponse.url))


def test_mes_documents_disent_ce_qui_vaut_encore_et_jusqu_a_quand(client, gerante):
    client.force_login(gerante)

    page = texte(client.get(adresse("documents", RIDET)))

    assert "avis.pdf" in page
    assert "valable jusqu’au" in page


def test_la_page_de_choix_dit_les_pieces_et_les_demandes_en_cours(client, gerante):
    ModificationFactory(representant=gerante, fournisseur=Etablissement.objects.get().fournisseur)
    client.force_login(gerante)

    page = texte(client.get(adresse("choisir_modification", RIDET)))

    assert "Procès-verbal de nomination" in page
    assert "Une demande est déjà en cours" in page
    assert "Aucun document demandé" in page


def test_l_etablissement_dit_la_demande_en_cours(client, gerante):
    ModificationFactory(representant=gerante, fournisseur=Etablissement.objects.get().fournisseur)
    client.force_login(gerante)

    page = texte(client.get(adresse("etablissement", RIDET)))

    assert "Aucun nouveau paiement n’est mandaté" in page
    assert adresse("securite") in page


def test_une_demande_se_retire_apres_confirmation(client):
    demande = ModificationFactory()
    client.force_login(demande.demandeur)
    retrait = adresse("retirer_modification", demande.pk)

    assert "→" in texte(client.get(retrait))
    client.post(retrait)

    demande.refresh_from_db()
    assert demande.etat == "retiree"


@pytest.mark.parametrize(
    ("nom", "sur"),
    [
        ("choisir_modification", "ridet"),
        ("documents", "ridet"),
        ("modifier", "genre"),
        ("modification", "pk"),
        ("verifier_modification", "pk"),
        ("retirer_modification", "pk"),
    ],
)
def test_ce_qui_est_a_un_autre_n_existe_pas(client, intrus, nom, sur):
    demande = ModificationFactory()
    ridet = demande.etablissement.ridet
    arguments = {"ridet": [ridet], "genre": [ridet, "contacts"], "pk": [demande.pk]}[sur]
    client.force_login(intrus)

    assert client.get(adresse(nom, *arguments)).status_code == 404
    assert client.post(adresse(nom, *arguments), {}).status_code in {404, 405}


@pytest.mark.parametrize(
    "nom",
    ["gestion_modification", "voir_iban_modification", "appeler_modification", "agir_modification"],
)
def test_les_pages_des_agents_sont_fermees_aux_autres(client, comptable, nom):
    demande = ModificationFactory()
    arguments = [demande.pk, "approuver"] if nom == "agir_modification" else [demande.pk]

    client.force_login(demande.demandeur)
    assert client.post(adresse(nom, *arguments)).status_code == 403
    client.force_login(comptable)
    assert client.post(adresse(nom, *arguments)).status_code == 403


def test_une_donnee_inconnue_est_introuvable(client, gerante):
    client.force_login(gerante)

    assert client.get(adresse("modifier", RIDET, "couleur")).status_code == 404


def test_l_agent_voit_avant_apres_preuves_contacts_et_risques(client, agent):
    demande = ModificationFactory()
    client.force_login(agent)

    page = texte(client.get(adresse("gestion_modification", demande.pk)))

    assert "Signe de risque" in page
    assert "nouveau-rib.pdf" in page
    assert "+687 25 81 22" in page
    assert IBAN_BCI not in page.replace(" ", "")
    assert "Approuver la demande" not in page


def test_voir_les_iban_en_entier_est_journalise(client, agent):
    demande = ModificationFactory()
    client.force_login(agent)

    page = texte(client.post(adresse("voir_iban_modification", demande.pk)))

    assert IBAN_NOUVEAU in page.replace(" ", "")
    entree = EntreeJournal.objects.filter(acte="iban_montre").get()
    assert (entree.par, entree.objet_id) == (agent, demande.pk)


def test_deux_agents_menent_un_changement_de_compte_a_l_approbation(client):
    demande = ModificationFactory()
    premier, second = creer_agent(), creer_agent()
    page = adresse("gestion_modification", demande.pk)
    appel = {
        "contact": demande.contacts.filter(genre="telephone").first().pk,
        "resultat": "confirme",
        "interlocuteur": "Mme Fictive, gérante",
    }

    client.force_login(premier)
    assert client.post(adresse("appeler_modification", demande.pk), {}).status_code == 422
    client.post(adresse("appeler_modification", demande.pk), appel)
    client.post(adresse("agir_modification", demande.pk, "controler"))
    assert "un autre agent l’approuve" in texte(client.get(page))
    client.force_login(second)
    assert "Approuver la demande" in texte(client.get(page))
    client.post(adresse("agir_modification", demande.pk, "approuver"))

    demande.refresh_from_db()
    assert demande.etat == "approuvee"
    assert "Le changement prend effet après" in texte(client.get(page))
    assert {"demande_faite", "contre_appel", "demande_controlee", "demande_approuvee"} <= set(
        EntreeJournal.objects.filter(objet_id=demande.pk).values_list("acte", flat=True)
    )


def test_un_acte_refuse_dit_pourquoi(client, agent):
    demande = ModificationFactory()
    client.force_login(agent)

    reponse = client.post(adresse("agir_modification", demande.pk, "controler"), follow=True)

    assert "Aucun contre-appel ne confirme" in texte(reponse)
    assert client.post(adresse("agir_modification", demande.pk, "voler")).status_code == 404
    assert client.post(adresse("agir_modification", demande.pk, "refuser")).status_code == 422


def test_un_agent_saisit_pour_un_fournisseur_qui_appelle(client, agent, gerante):
    client.force_login(agent)
    assert "Téléphone et adresse" in texte(client.get(adresse("gestion_choisir", RIDET)))
    saisie = adresse("gestion_modifier", RIDET, "contacts")

    sans_canal = client.post(saisie, {"telephone": "27 00 01"})
    reponse = client.post(saisie, {"telephone": "27 00 01", "canal": "telephone"})
    page = texte(client.post(reponse.url, follow=True))

    assert sans_canal.status_code == 422
    assert "saisie par un agent" in page
    assert "un autre agent l’approuve" in page


def lien_du_courriel(message):
    return re.search(r"http\S+/securite/contester/\S+", message.body).group()


def chemin_de(url):
    return url[url.index("/securite/") :]


def test_l_ancien_contact_recoit_un_lien_qui_arrete_la_demande_sans_compte(
    client, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        demande = ModificationFactory()
    avis = next(
        m for m in mailoutbox if m.to == ["contact@cagou.example"] and "change" in m.subject
    )
    lien = chemin_de(lien_du_courriel(avis))

    assert "Vous ne reconnaissez pas cette demande" in texte(client.get(lien))
    demande.refresh_from_db()
    assert demande.etat == "deposee"
    assert "La demande est arrêtée" in texte(client.post(lien))
    assert "La demande est arrêtée" in texte(client.post(lien))

    demande.refresh_from_db()
    assert demande.etat == "contestee"
    assert demande.passages.filter(acte="contester").count() == 1
    assert EntreeJournal.objects.filter(acte="demande_contestee").count() == 1


def test_un_lien_altere_le_dit(client):
    reponse = client.get(adresse("contester", "abc:def"))

    assert reponse.status_code == 404
    assert "incomplet" in texte(reponse)


def test_l_avis_ne_contient_aucun_iban(mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        ModificationFactory()

    courriels = " ".join(m.subject + m.body for m in mailoutbox)
    assert courriels
    assert IBAN_NOUVEAU not in courriels
    assert IBAN_BCI not in courriels


def test_la_page_de_securite_est_publique(client):
    page = texte(client.get(adresse("securite")))

    assert "48 heures" in page
    assert "Ce que la province ne demande jamais" in page


def test_la_liste_de_travail_reunit_les_deux_sortes_et_compte(client, agent):
    demande = ModificationFactory()
    ModificationFactory(controlee=True)
    client.force_login(agent)

    page = texte(client.get(adresse("gestion_demandes")))
    filtree = texte(client.get(adresse("gestion_demandes"), {"genre": "rattachement"}))

    assert "À contrôler (1)" in page
    assert "À approuver (1)" in page
    assert adresse("gestion_modification", demande.pk) in page
    assert "Aucune demande ici" in filtree
    assert "À surveiller" in page


def test_la_liste_de_travail_se_pagine_sans_rien_perdre(client, agent, reference):
    attendues = {("e", DemandeEtablissementFactory().pk) for _ in range(3)}
    attendues |= {("m", ModificationFactory().pk) for _ in range(3)}
    vues, suivante = [], ""
    for _ in range(6):
        page, suivante = lister("a_controler", apres=suivante, taille=1)
        vues += [ligne.rang[1:] for ligne in page]

    assert suivante == ""
    assert len(vues) == len(attendues)
    assert set(vues) == attendues


def test_la_liste_de_travail_s_exporte_telle_qu_on_la_voit(client, agent, monkeypatch):
    monkeypatch.setattr(liste_travail, "TAILLE_LOT", 2)
    demandes = [ModificationFactory() for _ in range(3)]
    ModificationFactory(controlee=True)
    client.force_login(agent)
    filtre = {"etat": "a_controler", "genre": "compte_principal"}

    en_csv = client.get(adresse("exporter_demandes", "csv"), filtre)
    classeur = client.get(adresse("exporter_demandes", "xlsx"), filtre)
    autre = client.get(adresse("exporter_demandes", "pdf"), filtre)

    lignes = b"".join(en_csv.streaming_content).decode("utf-8-sig").splitlines()
    feuille = openpyxl.load_workbook(BytesIO(classeur.getvalue())).active
    cellules = list(feuille.iter_rows(values_only=True))
    assert lignes[0].startswith("Demande;Sorte;Établissement;RIDET")
    assert [ligne.split(";")[0] for ligne in lignes[1:]] == [str(d.pk) for d in demandes]
    assert [ligne[0] for ligne in cellules] == ["Demande", *(d.pk for d in demandes)]
    assert autre.status_code == 404


def test_une_demande_trop_ancienne_est_signalee_en_retard(client, agent):
    demande = ModificationFactory()
    DemandeModification.objects.filter(pk=demande.pk).update(
        deposee_le=timezone.now() - timedelta(days=15)
    )
    client.force_login(agent)

    assert "En retard" in texte(client.get(adresse("gestion_demandes")))


def test_une_contestation_se_leve_depuis_la_page(client, agent):
    demande = ModificationFactory(contestee=True)
    confirmer_au_telephone(demande)
    client.force_login(agent)

    client.post(adresse("agir_modification", demande.pk, "lever"), {"motif": "Fausse alerte."})

    demande.refresh_from_db()
    assert demande.etat == "deposee"


def test_le_registre_est_montre_a_cote_de_la_demande(client, agent):
    demande = ModificationFactory(
        genre="nom", saisies={"nom": "Cagou SARL", "denomination": "Jardin du Cagou"}, preuves=[]
    )
    EtablissementRegistre.objects.create(
        ridet=demande.etablissement.ridet,
        denomination="CAGOU SARL",
        cesse_le=timezone.localdate(),
        extrait_le=timezone.localdate(),
    )
    client.force_login(agent)

    page = texte(client.get(adresse("gestion_modification", demande.pk)))

    assert "CAGOU SARL" in page
    assert "cet établissement a cessé le" in page


def test_la_liste_de_travail_ne_coute_pas_plus_par_demande(
    client, agent, django_assert_max_num_queries
):
    ModificationFactory.create_batch(3)
    client.force_login(agent)
    client.get(adresse("gestion_demandes"))

    with django_assert_max_num_queries(12):
        client.get(adresse("gestion_demandes"))


def test_le_tableau_compte_les_demandes_a_traiter(client, agent):
    ModificationFactory(contestee=True)
    client.force_login(agent)

    page = texte(client.get(reverse("accueil:tableau")))

    assert "Demandes des fournisseurs à traiter" in page


def test_des_contacts_contestes_se_verifient_au_telephone_puis_reprennent(client, agent):
    saisies = {"telephone": "79 99 99", "courriel": "contact@cagou.example"}
    demande = ModificationFactory(genre="contacts", saisies=saisies, preuves=[], contestee=True)
    numero = demande.contacts.filter(genre="telephone").get()
    client.force_login(agent)

    assert "Consigner un appel" in texte(client.get(adresse("gestion_modification", demande.pk)))
    client.post(
        adresse("appeler_modification", demande.pk),
        {"contact": numero.pk, "resultat": "confirme", "interlocuteur": "Mme Fictive"},
    )
    client.post(adresse("agir_modification", demande.pk, "lever"), {"motif": "Fausse alerte."})

    demande.refresh_from_db()
    assert numero.valeur == "+687258122"
    assert demande.etat == "deposee"


def test_le_document_manquant_se_dit_avec_les_autres_erreurs(client, gerante):
    client.force_login(gerante)

    page = texte(client.post(adresse("modifier", RIDET, "compte_principal"), {}))

    assert "3 erreurs sont à corriger" in page
    assert "Joignez" in page


def test_nul_ne_lit_le_code_postal_de_remplissage_d_une_adresse_a_l_etranger(client, gerante):
    client.force_login(gerante)
    formulaire = adresse("modifier", RIDET, "adresse")
    a_verifier = client.post(formulaire, SYDNEY | {"code_postal": ""}).url
    relue = texte(client.get(a_verifier))
    Etablissement.objects.filter(ridet=RIDET).update(code_postal="99999", pays="AU")

    propose = client.get(formulaire)
    refuse = client.post(formulaire, SYDNEY | {"code_postal": "2000"})

    assert "sans code postal" in relue
    assert "99999" not in relue + texte(propose) + texte(refuse)
    assert propose.context["form"].initial["code_postal"] == ""
    assert "laissez le code postal vide" in texte(refuse)
