"""A document that the treasury refuses is replaced, or sent again; it never goes back by itself."""

from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from exports_tps.documents_refuses import PLUS_REFUSE, remplacer, renvoyer
from exports_tps.models import EtatFlux, RemplacementDocument
from exports_tps.reemission import reemettre
from exports_tps.repartition import (
    constituer,
    constituer_documents,
    documents_a_envoyer,
    documents_refuses,
)
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.accueil.navigation import cartes
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.emission import creer_bordereau
from facturier.suivi import mandatement
from facturier.suivi.models import Facture
from tests.exports_tps.factories import JOUR, flux_transmis, tresorerie
from tests.exports_tps.reponses import acquitter, element
from tests.suivi.factories import FactureFactory
from tests.suivi.test_concurrence import ensemble

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
CORRIGE = b"%PDF-1.4\n% facture lisible\n"


@pytest.fixture
def refuse(agent, ordonnateur):
    """The document of a mandat, that the treasury refused."""
    flux = flux_transmis(agent, ordonnateur)
    tresorerie("--une-fois", plan='[[defaut]]\nacte = "refuser_pj"\nrang = 1\n')
    lire_retours()
    return flux.lignes.get(justificatif__isnull=False).justificatif


def accepter(flux, agent):
    """Send a flux; let the treasury answer; return its state."""
    transmettre(flux, par=agent)
    tresorerie("--une-fois")
    lire_retours()
    flux.refresh_from_db()
    return flux.etat


def test_un_document_refuse_se_remplace_et_le_nouveau_est_accepte(refuse, agent, comptable, client):
    piece = refuse.pieces.get()
    page = reverse("exports_tps:remplacer_document", args=[refuse.pk])
    attente = constituer_documents(par=agent)
    client.force_login(comptable)
    assert client.get(page).status_code == 403
    client.force_login(agent)

    accueil = client.get(reverse("exports_tps:flux_liste")).content.decode()
    carte = [c["carte"].nombre for c in cartes(agent) if "Documents refusés" in c["carte"].libelle]
    adresses = [
        refuse.lignes_flux.get().flux.get_absolute_url(),
        reverse("exports_tps:lire_piece", args=[piece.pk]),
    ]
    menent = [f'href="{page}"' in client.get(adresse).text for adresse in adresses]
    liste = client.get(reverse("exports_tps:documents_refuses")).content.decode()
    faux = SimpleUploadedFile("facture.pdf", b"MZ rien d\xe9 lisible", "application/pdf")
    refus = client.post(page, {"fichier": faux})
    bon = SimpleUploadedFile("facture-lisible.pdf", CORRIGE, "application/pdf")
    client.post(page, {"fichier": bon})

    assert (attente, menent) == ([], [True, True])
    assert "Documents refusés par la Trésorerie (1)" in accueil
    assert carte == [1]
    assert str(piece) in liste
    assert refus.status_code == 422
    lien = RemplacementDocument.objects.get()
    assert (lien.ancien, lien.nouveau.nom, lien.par) == (refuse, "facture-lisible.pdf", agent)
    assert lien.nouveau.pieces.get() == piece
    assert list(documents_a_envoyer()) == [lien.nouveau]
    second = client.get(page, follow=True)
    assert "Ce document n’attend plus" in second.text
    (flux,) = constituer_documents(par=agent)
    assert accepter(flux, agent) == EtatFlux.ACQUITTE
    assert not documents_a_envoyer().exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        RemplacementDocument.objects.update(nouveau=refuse.pk + 1000)


def test_un_document_refuse_repart_tel_quel_quand_on_le_decide(refuse, agent, comptable, client):
    with pytest.raises(ActeInterdit):
        renvoyer(refuse, par=comptable)
    client.force_login(agent)
    client.post(reverse("exports_tps:renvoyer_document", args=[refuse.pk]))
    flux = refuse.lignes_flux.get(liberee_le=None).flux

    assert accepter(flux, agent) == EtatFlux.ACQUITTE
    assert not documents_refuses().exists()
    with pytest.raises(TransitionInterdite):
        renvoyer(refuse, par=agent)


def corriger(bordereau, agent):
    """Take the invoices of a refused bordereau back, mandate them again, as their pages do."""
    factures = list(Facture.objects.filter(mandat__bordereau=bordereau))
    for facture in factures:
        mandatement.reliquider(facture, par=agent)
    mandat = mandatement.mandater([facture.pk for facture in factures], par=agent)
    return creer_bordereau(
        sens="depense", pieces=[mandat.pk], date_emission=mandat.date_emission, par=agent
    )


@pytest.mark.parametrize("emettre", [lambda b, par: reemettre(b, par=par).bordereau, corriger])
def test_un_document_refuse_ne_repart_pas_de_lui_meme_avec_un_nouveau_bordereau(
    agent, ordonnateur, settings, client, emettre
):
    mandat = FactureFactory(mandat_emis=True).mandat_id
    bordereau = creer_bordereau(sens="depense", pieces=[mandat], date_emission=JOUR, par=agent)
    (flux,) = constituer([signer_bordereau(bordereau, par=ordonnateur)], par=agent)
    transmettre(flux, par=agent)
    document = flux.lignes.filter(justificatif__isnull=False).first().justificatif
    acquitter(
        settings,
        flux,
        "refus.xml",
        element("0", 0, code="ERREUR_CODIQUE"),
        element("4", 0, pj=document.identifiant, code="ERREUR_PJ"),
    )
    lire_retours()
    bordereau.refresh_from_db()
    nouveau = emettre(bordereau, agent)
    reemis = signer_bordereau(nouveau, par=ordonnateur)
    piece = nouveau.pieces.get()
    page = reverse("suivi:mandat", args=[piece.pk])
    client.force_login(agent)
    avant = client.get(page).text
    pourquoi = client.get(reverse("exports_tps:pourquoi_mandat", args=[piece.pk])).text

    (parti,) = constituer([reemis], par=agent)

    assert not parti.lignes.filter(justificatif__sha256=document.sha256).exists()
    assert list(documents_refuses()) == [document]
    decider = reverse("exports_tps:remplacer_document", args=[document.pk])
    assert "le document ne repart pas de lui-même" in avant
    assert decider not in avant
    assert document.nom in pourquoi.partition("À décider")[2]
    assert decider in client.get(page).text
    (a_part,) = renvoyer(document, par=agent)
    assert a_part.lignes.get().justificatif == document


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="demande deux transactions")
def test_deux_agents_decident_a_la_fois_un_seul_l_emporte(refuse, agent):
    issues = ensemble(
        lambda: renvoyer(refuse, par=agent),
        lambda: remplacer(refuse, BytesIO(CORRIGE), nom="lisible.pdf", par=agent),
    )

    perdus = [issue for issue in issues if issue is not None]
    assert [issue.messages for issue in perdus] == [[PLUS_REFUSE]]
    reparti = refuse.lignes_flux.filter(liberee_le=None).exists()
    assert reparti != RemplacementDocument.objects.filter(ancien=refuse).exists()
