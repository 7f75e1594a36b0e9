"""The screens: the whole deposit by forms, what each reader sees, what lists cost."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from facturier.acces.models import Role
from facturier.suivi import instruction
from facturier.suivi.models import Facture
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
    retour,
)
from tests.suivi.lecture import echantillons

TABLE = Facture._meta.db_table
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]


def page(utilisateur, vue, *arguments, **parametres):
    client = Client()
    client.force_login(utilisateur)
    return client.get(reverse(f"suivi:{vue}", args=arguments), parametres)


def envoyer(utilisateur, vue, *arguments, **donnees):
    client = Client()
    client.force_login(utilisateur)
    return client.post(reverse(f"suivi:{vue}", args=arguments), donnees, follow=True)


def texte(reponse):
    assert "variable inconnue" not in reponse.text
    return reponse.text


def test_un_fournisseur_depose_en_trois_pages(deposant):
    etablissement = EtablissementFactory.create(ridet="9000019001")
    fournisseur = deposant(etablissement)
    BonCommandeFactory.create(numero="BC-2026-118", fournisseur=etablissement.fournisseur)
    fichier = SimpleUploadedFile("facture.xml", echantillons.xml(forme="ubl-2.1"))

    saisie = envoyer(fournisseur, "deposer", etablissement=etablissement.pk, fichier=fichier)
    facture = Facture.objects.get()
    donnees = {
        nom: champ.value()
        for nom, champ in ((n, saisie.context["form"][n]) for n in saisie.context["form"].fields)
        if champ.value() is not None
    }
    verification = envoyer(fournisseur, "saisie", facture.pk, **donnees)
    fin = envoyer(fournisseur, "verifier", facture.pk)

    assert "lu dans le fichier" in texte(saisie)
    assert "159 950 F CFP" in " ".join(texte(verification).split())
    facture.refresh_from_db()
    assert facture.etat == "deposee"
    assert facture.code_verification in texte(fin)


def test_plusieurs_fichiers_se_deposent_d_un_coup_chacun_avec_son_sort(deposant):
    etablissement = EtablissementFactory.create(ridet="9000019001")
    fichiers = [
        SimpleUploadedFile("bonne.xml", echantillons.xml(forme="ubl-2.1")),
        SimpleUploadedFile("vide.pdf", b""),
        SimpleUploadedFile("programme.pdf", b"MZ\x90 pas un PDF"),
    ]

    reponse = envoyer(
        deposant(etablissement), "deposer", etablissement=etablissement.pk, fichier=fichiers
    )

    facture = Facture.objects.get()
    assert [sort.est_accepte for sort in reponse.context["sorts"]] == [True, False, False]
    assert reverse("suivi:saisie", args=[facture.pk]) in texte(reponse)
    assert "vide" in reponse.context["sorts"][1].motif


def test_trop_de_fichiers_a_la_fois_se_dit(deposant):
    etablissement = EtablissementFactory.create()
    fichiers = [SimpleUploadedFile(f"f{rang}.pdf", b"%PDF-1.4") for rang in range(500)]

    reponse = envoyer(
        deposant(etablissement), "deposer", etablissement=etablissement.pk, fichier=fichiers
    )

    assert reponse.status_code == 422
    assert "Vous avez choisi 500 fichiers" in texte(reponse).replace("\u202f", "")
    assert not Facture.objects.exists()


def test_un_fichier_refuse_est_explique_sur_place(deposant):
    etablissement = EtablissementFactory.create()
    fichier = SimpleUploadedFile("facture.pdf", b"MZ\x90 pas un PDF")

    reponse = envoyer(
        deposant(etablissement), "deposer", etablissement=etablissement.pk, fichier=fichier
    )

    assert reponse.status_code == 422
    assert "inconnu" in texte(reponse)


def test_un_depot_bloque_renvoie_a_la_donnee_en_cause():
    premiere = FactureFactory(deposee=True, numero="FA42")
    brouillon = FactureFactory(numero="FA42", etablissement=premiere.etablissement)

    reponse = envoyer(acteur(Role.FOURNISSEUR), "verifier", brouillon.pk)

    assert reponse.status_code == 422
    assert f"/factures/{premiere.pk}/" in texte(reponse)


def test_la_page_d_une_facture_dit_ou_elle_en_est_et_ce_qu_on_attend(agent):
    facture = FactureFactory(recue=True)
    instruction.suspendre(
        facture, retour("JUSTIF_ABS", commentaire="Le bon de livraison"), par=agent
    )

    reponse = texte(page(acteur(Role.FOURNISSEUR), "detail", facture.pk))

    assert "chez <strong>vous</strong>" in reponse
    assert "Le bon de livraison" in reponse
    assert reverse("suivi:completer", args=[facture.pk]) in reponse
    assert "En pause" in reponse
    assert "Agathe" not in reponse


def test_completer_repond_et_joint_le_document(agent):
    facture = FactureFactory(recue=True)
    instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    fichier = SimpleUploadedFile("bl.pdf", b"%PDF-1.4 livraison")

    envoyer(acteur(Role.FOURNISSEUR), "completer", facture.pk, reponse="Voici", fichier=fichier)

    facture.refresh_from_db()
    assert facture.etat == "completee"
    assert facture.documents.count() == 2


def test_une_facture_d_autrui_est_introuvable(intrus):
    facture = FactureFactory(deposee=True)
    document = facture.documents.get()

    codes = {
        page(intrus, vue, *arguments).status_code
        for vue, *arguments in (
            ("detail", facture.pk),
            ("certificat", facture.pk),
            ("retirer", facture.pk),
            ("document", facture.pk, document.pk),
            ("depose", facture.pk),
        )
    }

    assert codes == {404}


@pytest.mark.parametrize("vue", ["gestion_liste", "mandats", "mandater", "bordereau"])
def test_un_fournisseur_n_entre_pas_a_la_gestion(fournisseur, vue):
    assert page(fournisseur, vue).status_code == 403


def test_un_service_ne_voit_que_ses_factures(agent_service):
    sienne = FactureFactory(deposee=True)
    autre = FactureFactory(
        deposee=True, service=ServiceFactory.create(code="DEFE", libelle="Collèges")
    )

    assert page(agent_service, "gestion_detail", sienne.pk).status_code == 200
    assert page(agent_service, "gestion_detail", autre.pk).status_code == 404


@pytest.mark.parametrize(
    ("jusque", "attendus"),
    [
        ("deposee", {"recevoir"}),
        ("recue", {"demander_certification", "suspendre", "reorienter", "rejeter"}),
        ("service_fait", {"liquider", "suspendre", "rejeter"}),
        ("mandat_emis", set()),
        ("payee", set()),
    ],
)
def test_un_agent_ne_voit_que_les_actes_possibles(agent, jusque, attendus):
    facture = FactureFactory(jusque=jusque)

    reponse = page(agent, "gestion_detail", facture.pk)

    assert {acte.code for acte in reponse.context["actes"]} == attendus
    assert texte(reponse)


def test_un_agent_instruit_par_les_pages(agent, agent_service):
    facture = FactureFactory(deposee=True)

    envoyer(agent, "gestion_acte", facture.pk, "recevoir")
    envoyer(agent, "gestion_acte", facture.pk, "demander_certification")
    envoyer(
        agent_service,
        "gestion_acte",
        facture.pk,
        "certifier_service_fait",
        date_service_fait="2026-11-05",
    )
    envoyer(agent, "gestion_acte", facture.pk, "liquider", compte="6064", fonction="930")

    facture.refresh_from_db()
    assert facture.etat == "liquidee"


def test_un_acte_impossible_est_explique(agent):
    facture = FactureFactory(deposee=True)

    reponse = envoyer(agent, "gestion_acte", facture.pk, "liquider", compte="6064", fonction="930")

    assert "est impossible" in texte(reponse)


def test_un_rejet_par_la_page_demande_un_motif(agent):
    facture = FactureFactory(recue=True)

    sans = envoyer(agent, "gestion_acte", facture.pk, "rejeter")
    envoyer(agent, "gestion_acte", facture.pk, "rejeter", motif="CALCUL_ERR")

    facture.refresh_from_db()
    assert sans.status_code == 422
    assert facture.etat == "rejetee"


def test_un_agent_mandate_annule_et_met_en_bordereau_par_les_pages(agent):
    premiere, seconde = FactureFactory.create_batch(2, liquidee=True)

    for facture in (premiere, seconde):
        envoyer(agent, "mandater", factures=[facture.pk], type_depense="bon_commande")
        facture.refresh_from_db()
    envoyer(agent, "annuler_mandat", premiere.mandat_id, motif="Erreur")
    envoyer(agent, "bordereau", mandats=[seconde.mandat_id])
    detail = page(agent, "mandat", seconde.mandat_id)

    assert "2026-D-" in texte(detail) or "-D-1" in texte(detail)
    premiere.refresh_from_db()
    assert premiere.mandat is None


def test_au_dela_de_mille_factures_celles_qu_on_coche_se_mandatent(agent):
    with connection.cursor() as curseur:
        curseur.execute("SELECT setval(pg_get_serial_sequence(%s, %s), 12345)", [TABLE, "id"])
    facture = FactureFactory(liquidee=True)

    choix = page(agent, "mandater")

    assert f'value="{facture.pk}"' in texte(choix)


def test_une_facture_liquidee_se_mandate_de_sa_page(agent):
    facture = FactureFactory(liquidee=True)

    detail = page(agent, "gestion_detail", facture.pk)

    assert f"{reverse('suivi:mandater')}?etablissement={facture.etablissement_id}" in texte(detail)


def test_un_mandat_sans_piece_exigee_dit_pourquoi(agent):
    facture = FactureFactory(liquidee=True)

    reponse = envoyer(agent, "mandater", factures=[facture.pk], type_depense="marche")

    assert reponse.status_code == 422
    assert "décret du 2 septembre 1996" in texte(reponse)


def test_le_certificat_porte_l_empreinte_et_se_verifie_sans_compte():
    facture = FactureFactory(deposee=True)

    reponse = page(acteur(Role.FOURNISSEUR), "certificat", facture.pk)
    lu = PdfReader(io.BytesIO(b"".join(reponse.streaming_content))).pages[0].extract_text()
    publique = Client().get(reverse("suivi:verification", args=[facture.code_verification.lower()]))

    assert facture.sha256 in lu.replace("\n", "")
    assert facture.code_verification in lu
    assert "authentique" in texte(publique)
    assert facture.sha256 in texte(publique)


@pytest.mark.parametrize("code", ["ABCD-EFGH-JKLM-NPQR", "x", "%00", "é" * 40])
def test_un_code_inconnu_est_dit_clairement(code):
    reponse = Client().get(reverse("suivi:verification", args=[code]))

    assert reponse.status_code == 404
    assert "Aucun document" in texte(reponse)


def test_un_document_se_telecharge_en_piece_jointe(agent):
    facture = FactureFactory(deposee=True)

    reponse = page(agent, "gestion_document", facture.pk, facture.documents.get().pk)

    assert reponse["Content-Disposition"].startswith("attachment")
    assert b"".join(reponse.streaming_content).startswith(b"%PDF")


@pytest.mark.parametrize(
    ("vue", "role", "requetes"), [("liste", "fournisseur", 13), ("gestion_liste", "agent", 14)]
)
def test_une_liste_coute_le_meme_nombre_de_requetes(
    vue, role, requetes, django_assert_max_num_queries
):
    etablissement = EtablissementFactory.create()
    FactureFactory.create_batch(22, deposee=True, etablissement=etablissement)

    client = Client()
    client.force_login(acteur(role))

    with django_assert_max_num_queries(requetes):
        reponse = client.get(reverse(f"suivi:{vue}"))

    assert len(reponse.context["page"].objets) == 20


def test_les_pages_se_suivent_par_cle_dans_les_deux_sens():
    etablissement = EtablissementFactory.create()
    FactureFactory.create_batch(22, etablissement=etablissement)
    client = Client()
    client.force_login(acteur(Role.FOURNISSEUR))
    adresse = reverse("suivi:liste")

    premiere = client.get(adresse).context["page"]
    seconde = client.get(adresse + premiere.suivant).context["page"]
    retour_arriere = client.get(adresse + seconde.precedent).context["page"]

    assert (len(premiere.objets), len(seconde.objets)) == (20, 2)
    assert retour_arriere.objets == premiere.objets


@pytest.mark.parametrize(
    "parametres", [{"avant": "abc"}, {"apres": "9" * 40}, {"etat": "x"}, {"q": "'; --"}]
)
def test_une_adresse_mal_formee_ne_casse_pas_la_liste(parametres, agent):
    FactureFactory(deposee=True)

    assert page(agent, "gestion_liste", **parametres).status_code == 200


def test_les_filtres_de_la_liste_trouvent_par_numero_et_par_etat(agent):
    FactureFactory(deposee=True, numero="ABC 12")
    FactureFactory(recue=True, numero="XYZ 99")

    par_numero = page(agent, "gestion_liste", q="abc12").context["page"].objets
    par_etat = page(agent, "gestion_liste", etat="recue").context["page"].objets

    assert [facture.numero for facture in par_numero] == ["ABC 12"]
    assert [facture.numero for facture in par_etat] == ["XYZ 99"]


def test_un_message_interne_reste_a_la_province(agent):
    facture = FactureFactory(deposee=True)

    envoyer(agent, "gestion_message", facture.pk, texte="Note secrète", est_interne="on")
    envoyer(agent, "gestion_message", facture.pk, texte="Bonjour")
    vue_fournisseur = texte(page(acteur(Role.FOURNISSEUR), "detail", facture.pk))

    assert "Bonjour" in vue_fournisseur
    assert "Note secrète" not in vue_fournisseur


def test_les_photos_d_un_depot_sont_les_pages_d_une_facture(deposant):
    etablissement = EtablissementFactory.create()
    fichiers = [
        SimpleUploadedFile("recto.jpg", echantillons.photo()),
        SimpleUploadedFile("verso.jpg", echantillons.photo(texte="Verso")),
    ]

    reponse = envoyer(
        deposant(etablissement), "deposer", etablissement=etablissement.pk, fichier=fichiers
    )

    facture = Facture.objects.get()
    assert facture.document_principal.nom == "recto.pdf"
    assert [photo["nom"] for photo in facture.lecture["originaux"]] == ["recto.jpg", "verso.jpg"]
    assert "Cette facture est photographiée" in texte(reponse)


def test_des_photos_a_part_et_un_pdf_font_chacun_leur_facture(deposant):
    etablissement = EtablissementFactory.create()
    fichiers = [
        SimpleUploadedFile("une.jpg", echantillons.photo()),
        SimpleUploadedFile("facture.pdf", echantillons.pdf()),
        SimpleUploadedFile("autre.jpg", echantillons.photo(texte="Autre")),
    ]

    reponse = envoyer(
        deposant(etablissement),
        "deposer",
        etablissement=etablissement.pk,
        fichier=fichiers,
        photos_separees="on",
    )

    assert [sort.fichier for sort in reponse.context["sorts"]] == [
        "une.jpg",
        "facture.pdf",
        "autre.jpg",
    ]


@pytest.mark.parametrize("absurde", ["²", "9" * 5_000])
@pytest.mark.parametrize(("vue", "cle"), [("credits", "exercice"), ("mandater", "etablissement")])
def test_un_nombre_absurde_dans_l_adresse_ne_choisit_rien(vue, cle, absurde):
    assert page(acteur(Role.AGENT), vue, **{cle: absurde}).status_code == 200
