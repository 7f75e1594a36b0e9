"""Documents joined to what a debtor asks: taken in, kept in quarantine, listed, opened."""

import hashlib

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.commun import reception
from telepaiement import demandes
from telepaiement.models import DemandeRedevable, DocumentDemande, NatureDemande
from telepaiement.views.consultation import BORNE, CONSULTES
from tests import antivirus
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
TEXTE = "Je n’ai rien loué."


def fichier(nom="bail.pdf", contenu=PDF):
    return SimpleUploadedFile(nom, contenu)


@pytest.fixture
def adresse(client, regies):
    """Return the page where the holder of a key contests a titre."""
    titre = titre_payable()
    session = client.session
    session[CONSULTES] = [titre.pk]
    session.save()
    return reverse("telepaiement:demander", args=[titre.pk, "contestation"])


@pytest.fixture
def contester(client, adresse):
    """Contest with these documents; return the answer."""

    def poster(*documents, texte=TEXTE):
        return client.post(adresse, {"texte": texte, "documents": documents})

    return poster


@pytest.fixture
def joint(regies):
    """Return a document joined to a request, that no antivirus has read."""
    demande = demandes.deposer(
        titre_id=titre_payable().pk,
        nature=NatureDemande.CONTESTATION,
        texte=TEXTE,
        documents=[("bail.pdf", fichier().file)],
    )
    return demande.documents.get()


def test_les_documents_se_rangent_une_fois_se_listent_et_s_ouvrent_au_bureau(
    client, contester, agent, fournisseur
):
    suivi = contester(fichier("C:\\bail.pdf"), fichier("copie.pdf"), fichier("b.pdf", PDF + b"%"))
    page = client.get(suivi["Location"]).content.decode()
    premier, second = DocumentDemande.objects.all()
    chez_l_agent = reverse("telepaiement:demande_document", args=[premier.demande_id, 1])

    assert (premier.nom, premier.sha256) == ("bail.pdf", hashlib.sha256(PDF).hexdigest())
    assert (second.rang, second.nom) == (2, "b.pdf")
    assert "bail.pdf" in page
    assert chez_l_agent not in page
    for personne, statut in ((None, 302), (fournisseur, 403), (agent, 200)):
        if personne:
            client.force_login(personne)
        reponse = client.get(chez_l_agent)
        assert reponse.status_code == statut
    assert b"".join(reponse.streaming_content) == PDF
    assert reponse["Content-Disposition"] == 'attachment; filename="bail.pdf"'
    assert (reponse["X-Content-Type-Options"], reponse["Cache-Control"]) == ("nosniff", "no-store")
    detail = client.get(reverse("telepaiement:demande_gestion", args=[premier.demande_id]))
    assert chez_l_agent in detail.content.decode()


@pytest.mark.parametrize(
    ("documents", "motifs"),
    [
        ([("page.html", b"<!DOCTYPE html><html>")], ["page.html", "page web"]),
        ([("vide.pdf", b"")], ["vide.pdf", "est vide"]),
        ([("lourd.pdf", PDF * 30)], ["lourd.pdf", "dépasse 1\u202fko"]),
        ([("vers.pdf", PDF + antivirus.SIGNATURE)], ["vers.pdf", "virus"]),
        (
            [("a.txt", b"a"), ("b.pdf", PDF), ("c.txt", b"c")],
            ["a.txt", "c.txt", "Choisissez de nouveau"],
        ),
        ([(f"{rang}.pdf", PDF) for rang in range(6)], ["déposez-en 5"]),
    ],
)
def test_un_document_refuse_dit_pourquoi_et_garde_ce_qui_est_ecrit(
    contester, settings, documents, motifs
):
    settings.TAILLE_MAXIMALE_DEPOT = 1_000
    with antivirus.clamd() as settings.CLAMD_SOCKET:
        reponse = contester(*(fichier(*document) for document in documents))

    page = reponse.content.decode()
    assert reponse.status_code == 422
    assert [motif for motif in motifs if motif not in page] == []
    assert TEXTE in page
    assert not DemandeRedevable.objects.exists()


def test_une_demande_a_corriger_dit_que_ses_documents_sont_a_rechoisir(contester):
    assert "Choisissez de nouveau vos documents" in contester(fichier(), texte="").content.decode()
    assert "Choisissez de nouveau" not in contester(texte="").content.decode()


def test_la_borne_n_ouvre_pas_ses_fichiers(client, adresse):
    session = client.session
    session[BORNE] = True
    session.save()

    assert "documents" not in client.get(adresse).context["form"].fields


def test_un_antivirus_muet_met_en_quarantaine_et_le_virus_trouve_ferme(
    client, contester, agent, settings
):
    settings.CLAMD_SOCKET = "127.0.0.1:1"
    contester(fichier(), fichier("vers.pdf", PDF + antivirus.SIGNATURE))
    sain, vers = DocumentDemande.objects.all()
    client.force_login(agent)

    def ouvrir(document):
        arguments = [document.demande_id, document.rang]
        reponse = client.get(reverse("telepaiement:demande_document", args=arguments))
        return reponse.status_code, b"".join(reponse)  # read to its end, which closes the file

    statut, page = ouvrir(sain)
    assert (statut, "quarantaine" in page.decode()) == (409, True)
    with antivirus.clamd() as settings.CLAMD_SOCKET:
        assert [ouvrir(sain), ouvrir(vers)[0]] == [(200, PDF), 409]
    assert [un.analyse for un in DocumentDemande.objects.all()] == ["sain", "infecte"]
    detail = client.get(reverse("telepaiement:demande_gestion", args=[vers.demande_id]))
    assert "trouvé un virus" in detail.content.decode()


@pytest.mark.deux_moteurs
def test_la_base_garde_ce_qui_est_joint(joint, agent):
    sain = {"analyse": "sain", "analyse_le": timezone.now()}
    autre = reception.recevoir("autre.pdf", fichier(contenu=PDF + b"%").file)
    lot = DocumentDemande.objects
    refus = [
        lambda: lot.update(nom="autre.pdf"),
        lambda: lot.update(sha256="0" * 64),
        lambda: lot.update(analyse="sain"),
        lambda: lot.all()._raw_delete("default"),
        lambda: lot.create(demande=joint.demande, rang=6, **autre),
    ]
    for ecrire in refus:
        with pytest.raises(IntegrityError), transaction.atomic():
            ecrire()
    lot.update(**sain)
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        lot.update(analyse="infecte")
    demandes.instruire(joint.demande, par=agent)
    with pytest.raises(IntegrityError, match="n’examine encore"), transaction.atomic():
        lot.create(demande=joint.demande, rang=2, **autre)
