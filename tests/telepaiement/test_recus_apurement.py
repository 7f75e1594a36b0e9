"""Receipts of what settled a titre after it had waited: for its debtor, until it is undone."""

from io import BytesIO

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from facturier.acces.models import ServiceGestionnaire
from facturier.commun import fichiers
from telepaiement import apurements, demandes
from telepaiement.models import ActeLettreReglement, NatureDemande, RecuApurement
from tests.fournisseurs.factories import FournisseurFactory
from tests.telepaiement.factories import refuser_et_rendre, titre_payable, titres_payables
from tests.telepaiement.test_apurements import ADRESSE
from tests.telepaiement.test_apurements import excedent as excedent  # noqa: PLC0414
from tests.telepaiement.test_apurements import imputee as imputee  # noqa: PLC0414
from tests.telepaiement.test_apurements import sans_delai as sans_delai  # noqa: PLC0414
from tests.telepaiement.test_demandes import demander as demander  # noqa: PLC0414
from tests.telepaiement.test_imputations import ecarter as ecarter  # noqa: PLC0414

pytestmark = pytest.mark.django_db


def test_le_debiteur_recoit_un_recu_de_ce_qui_a_regle_son_titre_puis_lit_qu_il_est_annule(
    imputee, agent, comptable, client, mailoutbox, django_capture_on_commit_callbacks
):
    debiteur = FournisseurFactory(champs={"courriel": "lou@mail.example"}).tiers
    titre = titres_payables([12_500], tiers=debiteur)[0]
    with django_capture_on_commit_callbacks(execute=True):
        fait = apurements.regler_titre(
            imputee, titre_id=titre.pk, montant=7_000, motif="Secret", par=comptable
        )
    recu = fait.recu
    verifier_le_code = reverse("telepaiement:verification", args=[recu.code])
    client.post(
        reverse("telepaiement:accueil"), {"reference": titre.reference, "cle": titre.cle_paiement}
    )
    creance = reverse("telepaiement:creance", args=[titre.pk])
    sien = reverse("telepaiement:recu_reglement", args=[titre.pk, recu.pk])
    avant = (client.get(creance).text, client.get(verifier_le_code).text)
    pdf = client.get(sien).content
    assert pdf == mailoutbox[0].attachments[0].content
    with django_capture_on_commit_callbacks(execute=True):
        apurements.annuler(fait.pk, motif="Autre débiteur", par=agent)
    apres = (client.get(creance).text, client.get(verifier_le_code).text)

    assert [un.to for un in mailoutbox] == [["lou@mail.example"]] * 2
    for mot in (recu.reference, recu.code, "7\xa0000", "5\xa0500", titre.reference):
        assert mot in mailoutbox[0].body
    assert "Secret" not in mailoutbox[0].body + _lire(pdf)
    for mot in (recu.reference, recu.code, titre.reference, "prestataire de paiement", "/2026"):
        assert mot in _lire(pdf)
    assert sien in avant[0]
    assert "Ce reçu est authentique" in avant[1]
    assert "ne vaut plus" in mailoutbox[1].body
    assert "(annulé)" in apres[0]
    assert "le règlement a été annulé le" in apres[1]
    annule = _lire(client.get(sien).content)
    assert "REÇU ANNULÉ" in annule
    assert "ne prouve aucun règlement" in annule
    assert "REÇU ANNULÉ" in _lire(mailoutbox[1].attachments[0].content)
    assert "REÇU ANNULÉ" in _lire(
        client.get(reverse("telepaiement:verification_duplicata", args=[recu.code])).content
    )


def test_sans_adresse_le_recu_s_imprime_de_la_page_du_titre_et_un_autre_ne_le_lit_pas(
    imputee, agent, comptable, client, mailoutbox, django_capture_on_commit_callbacks
):
    titre, autre = titres_payables([7_000, 7_000])
    saisie = {"titre": titre.reference, "montant": "7 000", "motif": "x"}
    client.force_login(comptable)
    with django_capture_on_commit_callbacks(execute=True):
        dit = client.post(
            reverse("telepaiement:imputation_regler", args=[imputee.pk]), saisie, follow=True
        ).text
    recu = RecuApurement.objects.get()
    page = reverse("telepaiement:titre_recu", args=[recu.pk])
    fiche = client.get(reverse("telepaiement:titre", args=[titre.pk])).text
    imprime = client.get(page)
    client.force_login(agent)
    defaire = reverse("telepaiement:apurement_annuler", args=[recu.apurement_id])
    defait = client.post(defaire, {"motif": "Erreur"}, follow=True).text
    client.logout()
    client.post(
        reverse("telepaiement:accueil"), {"reference": autre.reference, "cle": autre.cle_paiement}
    )

    assert not mailoutbox
    assert "son reçu s’imprime depuis la page du titre" in dit
    assert page in fiche
    assert recu.reference in _lire(imprime.content)
    assert "sa lettre est à imprimer et à poster" in defait
    assert client.get(page).status_code == 302
    for cle in (titre.pk, autre.pk):
        lu = client.get(reverse("telepaiement:recu_reglement", args=[cle, recu.pk]))
        assert lu.status_code == (404 if cle == autre.pk else 302)


def test_un_recu_perdu_se_redessine_et_l_administrateur_le_sait(imputee, comptable, client, caplog):
    titre = titre_payable(7_000)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable
    )
    fichiers.chemin(fait.recu.sha256, settings.DOCUMENTS_RACINE).unlink()

    rendu = client.get(reverse("telepaiement:verification_duplicata", args=[fait.recu.code]))

    assert fait.recu.reference in _lire(rendu.content)
    assert "document_perdu" in caplog.text


@pytest.mark.deux_moteurs
def test_sans_adresse_un_reglement_defait_se_dit_par_une_lettre_imprimee_puis_postee(
    imputee, agent, comptable, client, mailoutbox, django_capture_on_commit_callbacks
):
    titre = titre_payable(7_000)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=7_000, motif="Secret", par=comptable
    )
    client.force_login(agent)
    fiche = reverse("telepaiement:titre", args=[titre.pk])
    imprimer = reverse("telepaiement:reglement_lettre", args=[fait.recu.pk])
    poster = reverse("telepaiement:reglement_lettre_postee", args=[fait.recu.pk])
    liste = f"{reverse('telepaiement:litiges')}?lettre=a_poster"
    trop_tot = client.post(imprimer, follow=True).text
    with django_capture_on_commit_callbacks(execute=True):
        apurements.annuler(fait.pk, motif="Autre débiteur", par=agent)
    attend = [client.get(page).text for page in (fiche, liste, reverse("accueil:tableau"))]
    sans_imprimer = client.post(poster, follow=True).text
    pdf = client.post(imprimer)
    suites = [client.post(poster, follow=True).text for _ in range(2)]
    postee = ActeLettreReglement.objects.get(acte="poster")
    copie = client.get(reverse("telepaiement:reglement_lettre_copie", args=[postee.pk]))

    assert not mailoutbox
    assert "Aucune lettre n’est à poster" in trop_tot
    assert imprimer in attend[0]
    assert titre.reference in attend[1]
    assert "Lettres à poster" in attend[2]
    assert "Imprimez d’abord la lettre" in sans_imprimer
    assert pdf["Content-Type"] == "application/pdf"
    lettre = _lire(pdf.content)
    for mot in (titre.reference, fait.recu.reference, titre.cle_paiement, "est annulé"):
        assert mot in lettre
    assert "Secret" not in lettre
    assert all("est notée comme postée" in suite and imprimer not in suite for suite in suites)
    assert copie.content == pdf.content
    assert "son règlement de" in suites[1]
    assert titre.reference not in client.get(liste).text
    lot = ActeLettreReglement.objects.all()
    for acte in (lambda: lot.update(acte="poster"), lot.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            acte()


@pytest.mark.deux_moteurs
def test_un_recu_ne_se_reecrit_pas_et_un_excedent_conserve_n_en_a_pas(
    excedent, agent, comptable, sans_delai
):
    regle = apurements.regler_titre(
        excedent, titre_id=titre_payable(12_500).pk, montant=300, motif="x", par=comptable
    )
    service = ServiceGestionnaire.objects.get(code="DCJS")
    apurements.conserver(excedent, motif="Rien", service=service, adresse=ADRESSE, par=agent)

    assert [un.apurement for un in RecuApurement.objects.all()] == [regle]
    lot = RecuApurement.objects.all()
    for acte in (lambda: lot.update(code="AAAA-AAAA-AAAA"), lot.delete):
        with pytest.raises(IntegrityError), transaction.atomic():
            acte()


def test_le_compte_du_debiteur_liste_ses_recus(
    imputee, agent, comptable, fournisseur, demander, client
):
    titre = titre_payable(7_000)
    demande = demander(titre, NatureDemande.RATTACHEMENT, demandeur=fournisseur)
    demandes.accepter(demande, reponse="C’est bien elle.", par=agent)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable
    )
    client.force_login(fournisseur)
    lieux = [
        reverse("telepaiement:compte"),
        reverse("telepaiement:compte_historique", args=[titre.tiers.code, "recus"]),
    ]

    for lieu in lieux:
        assert fait.recu.reference in client.get(lieu).text


def _lire(pdf: bytes) -> str:
    """Return the text of the first page of a PDF."""
    return PdfReader(BytesIO(pdf)).pages[0].extract_text()


def test_un_reglement_defait_d_un_titre_rendu_ne_demande_pas_de_payer(
    imputee, agent, comptable, mailoutbox, django_capture_on_commit_callbacks
):
    debiteur = FournisseurFactory(champs={"courriel": "lou@mail.example"}).tiers
    titre = titres_payables([7_000], tiers=debiteur)[0]
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable
    )
    refuser_et_rendre(titre, par=agent)
    with django_capture_on_commit_callbacks(execute=True):
        apurements.annuler(fait.pk, motif="Débiteur erroné", par=agent)

    (dit,) = [un.body for un in mailoutbox]
    assert "rien de plus n’est à payer tant qu’il n’est pas signé" in dit
    assert "à la province Sud, qui le corrige" in dit
    for mot in ("de nouveau due", "par carte,", "Reste à payer"):
        assert mot not in dit
