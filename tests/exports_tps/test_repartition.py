"""Splitting by size and number, and documents that travel apart from their pièce."""

import io
import random
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.db.models.signals import post_init
from django.urls import reverse

from exports_tps.constitution import FluxRefuse, constituer_flux, ecarter_flux
from exports_tps.models import EtatFlux, Flux, LigneFlux, ProfilExport
from exports_tps.pes.lecture import lire_aller
from exports_tps.pes.pieces_jointes import FichePJ
from exports_tps.repartition import constituer, constituer_documents, documents_a_envoyer
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import EnvoiImpossible, transmettre
from facturier.commun import fichiers
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Parametre, PieceJustificative, RattachementPiece
from tests.exports_tps.factories import (
    bordereau_depense,
    bordereau_recette,
    flux_transmis,
    pieces_du,
    tresorerie,
)
from tests.grand_livre.factories import JOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def signes(agent, ordonnateur, nombre, pieces=1):
    faits = [bordereau_depense(agent, pieces) for _ in range(nombre)]
    return [signer_bordereau(bordereau, par=ordonnateur) for bordereau in faits]


def limiter(cle, valeur):
    Parametre.objects.filter(cle=cle).update(valeur=str(valeur))


def joindre(piece, octets, rang, graine=None):
    """Attach a document of `octets` bytes, which compresses unless it has a seed."""
    octets = bytes([rang]) * octets if graine is None else random.Random(graine).randbytes(octets)  # noqa: S311
    contenu = io.BytesIO(b"%PDF-1.4\n%" + octets)
    document = ranger_justificatif(contenu, nom=f"annexe-{rang}.pdf", genre="autre")
    RattachementPiece.objects.create(piece=piece, justificatif=document, rang=rang)
    return document


def bordereaux(flux):
    return flux.lignes.filter(bordereau__isnull=False).count()


def fiches(flux, settings):
    """Return the fiches of the documents that the file of `flux` holds."""
    with fichiers.ouvrir(flux.sha256, settings.DOCUMENTS_RACINE) as contenu:
        _, elements = lire_aller(contenu)
        return [element for element in elements if isinstance(element, FichePJ)]


@pytest.mark.parametrize(
    ("cle", "valeur", "attendu"),
    [
        ("flux_bordereaux_maximum", 2, [2, 1]),
        ("flux_pieces_maximum", 4, [2, 1]),
        ("flux_pieces_maximum", 1, [1, 1, 1]),
        ("flux_taille_maximale_mo", 1, [2, 1]),
    ],
)
def test_les_bordereaux_se_repartissent(agent, ordonnateur, cle, valeur, attendu):
    choisis = [bordereau_depense(agent, 2) for _ in range(3)]
    for rang, bordereau in enumerate(choisis, start=2):
        joindre(bordereau.pieces.first(), 300_000, rang)
        signer_bordereau(bordereau, par=ordonnateur)
    limiter(cle, valeur)

    faits = constituer(choisis, par=agent)

    avec_bordereaux = [bordereaux(flux) for flux in faits if bordereaux(flux)]
    assert avec_bordereaux == attendu
    assert len({flux.nom_fichier for flux in faits}) == len(faits)
    assert {flux.etat for flux in faits} == {EtatFlux.CONSTITUE}


@pytest.mark.parametrize("profil", ProfilExport)
def test_aucun_fichier_ne_depasse_la_taille_permise(agent, ordonnateur, profil):
    bordereau = bordereau_depense(agent)
    for rang in (2, 3, 4):
        joindre(bordereau.pieces.get(), 700_000, rang, graine=rang)
    signer_bordereau(bordereau, par=ordonnateur)
    limiter("flux_taille_maximale_mo", 1)

    faits = constituer([bordereau], par=agent, profil=profil)

    assert LigneFlux.objects.filter(justificatif__isnull=False).count() == 4
    assert [flux.profil for flux in faits] == [profil] * 3
    assert max(flux.taille for flux in faits) > 600_000
    assert max(flux.taille for flux in faits) <= fichiers.MEGA_OCTET


def test_un_document_plus_lourd_qu_un_flux_bloque_avant_la_signature(
    client, agent, ordonnateur, settings
):
    settings.TAILLE_MAXIMALE_DEPOT = 2 * fichiers.MEGA_OCTET
    bordereau = bordereau_depense(agent)
    joindre(bordereau.pieces.get(), 900_000, 2)
    limiter("flux_taille_maximale_mo", 1)

    with pytest.raises(ValidationError) as refus:
        signer_bordereau(bordereau, par=ordonnateur)

    client.force_login(ordonnateur)
    page = client.get(reverse("exports_tps:signer", args=[bordereau.pk])).content.decode()
    (message,) = refus.value.messages
    assert message.startswith("Mandat 2026-M-000001 : le document « annexe-2.pdf » fait 900")
    assert "qu’un flux peut porter" in message
    assert "Documents transmissibles" in page
    assert "annexe-2.pdf" in page


def test_un_document_tardif_trop_lourd_se_dit_et_n_arrete_pas_les_autres(
    agent, ordonnateur, settings
):
    piece = pieces_du(flux_transmis(agent, ordonnateur)).get()
    settings.TAILLE_MAXIMALE_DEPOT = 2 * fichiers.MEGA_OCTET
    lourd, leger = joindre(piece, 900_000, 2), joindre(piece, 100, 3)
    limiter("flux_taille_maximale_mo", 1)

    with pytest.raises(ValidationError, match=r"Trop lourds .*annexe-2\.pdf.*scindez-les"):
        constituer_documents(par=agent)

    assert LigneFlux.objects.filter(justificatif=leger).exists()
    assert list(documents_a_envoyer()) == [lourd]


def test_un_bordereau_plus_lourd_qu_un_flux_ne_se_signe_ni_ne_part(agent, ordonnateur):
    signe = signer_bordereau(bordereau_recette(agent), par=ordonnateur)
    suivant = bordereau_recette(agent)
    limiter("flux_taille_maximale_mo", 0)

    with pytest.raises(ValidationError, match="retirez-en des pièces"):
        signer_bordereau(suivant, par=ordonnateur)
    with pytest.raises(FluxRefuse, match="flux_taille_maximale_mo"):
        constituer([signe], par=agent)

    assert Flux.objects.get().etat == EtatFlux.EN_ERREUR


def test_les_documents_de_trop_suivent_dans_leur_propre_flux(agent, ordonnateur, settings):
    bordereau = bordereau_depense(agent)
    piece = bordereau.pieces.get()
    for rang in (2, 3, 4):
        joindre(piece, 400_000, rang)
    signer_bordereau(bordereau, par=ordonnateur)
    limiter("flux_taille_maximale_mo", 1)

    premier, *suite = constituer([bordereau], par=agent)

    assert (bordereaux(premier), [bordereaux(flux) for flux in suite]) == (1, [0, 0])
    assert LigneFlux.objects.filter(justificatif__isnull=False).count() == 4
    assert [f.references_comptables for f in fiches(premier, settings)] == [(), ()]
    assert {
        (reference.domaine, reference.identifiant)
        for flux in suite
        for fiche in fiches(flux, settings)
        for reference in fiche.references_comptables
    } == {("01", str(piece.numero))}
    assert max(flux.taille for flux in (premier, *suite)) < fichiers.MEGA_OCTET


def test_un_document_qui_part_avec_ses_pieces_ne_les_fait_pas_relire(agent, ordonnateur):
    (bordereau,) = signes(agent, ordonnateur, 1, pieces=3)
    lus = []
    noter = lambda **contexte: lus.append(contexte["instance"])  # noqa: E731
    post_init.connect(noter, sender=RattachementPiece)
    try:
        constituer_flux([bordereau], par=agent)
    finally:
        post_init.disconnect(noter, sender=RattachementPiece)

    assert lus == []


def test_un_document_ajoute_apres_l_envoi_part_seul(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    partie = pieces_du(flux).get()
    document = joindre(partie, 100, 2)
    ouvert, signe = bordereau_depense(agent), bordereau_depense(agent)  # it founds theirs too
    for bordereau in (ouvert, signe):
        RattachementPiece.objects.create(piece=bordereau.pieces.get(), justificatif=document)
    signer_bordereau(signe, par=ordonnateur)

    (complement,) = constituer_documents(par=agent)

    (fiche,) = fiches(complement, settings)
    assert fiche.identifiant_unique == document.identifiant
    assert [r.identifiant for r in fiche.references_comptables] == [str(partie.numero)]


def test_un_document_d_un_mandat_et_d_un_titre_nomme_les_deux(agent, ordonnateur, settings):
    partis = [bordereau_depense(agent), bordereau_recette(agent)]
    for bordereau in partis:
        signer_bordereau(bordereau, par=ordonnateur)
        transmettre(constituer_flux([bordereau], par=agent), par=agent)
    mandat, titre = (bordereau.pieces.get() for bordereau in partis)
    document = joindre(mandat, 100, 2)
    RattachementPiece.objects.create(piece=titre, justificatif=document)

    (complement,) = constituer_documents(par=agent)
    transmettre(complement, par=agent)
    tresorerie("--jusqu-au-bout")
    lire_retours()

    par_identifiant = {fiche.identifiant_unique: fiche for fiche in fiches(complement, settings)}
    fiche = par_identifiant[document.identifiant]
    nommees = {(r.domaine, r.identifiant) for r in fiche.references_comptables}
    assert fiche.type is None
    assert nommees == {("01", str(mandat.numero)), ("02", str(titre.numero))}
    complement.refresh_from_db()
    assert complement.etat == EtatFlux.ACQUITTE


def test_un_document_ne_part_pas_avant_ce_qu_il_nomme(agent, ordonnateur):
    bordereau = bordereau_depense(agent)
    for rang in (2, 3, 4):
        joindre(bordereau.pieces.get(), 400_000, rang)
    signer_bordereau(bordereau, par=ordonnateur)
    limiter("flux_taille_maximale_mo", 1)
    premier, suivant, *_ = constituer([bordereau], par=agent)

    with pytest.raises(EnvoiImpossible, match=r"n’a pas reçus : 2026-D-1 \(« Signé") as refus:
        transmettre(suivant, par=agent)
    transmettre(premier, par=agent)

    assert "Envoyez-les d’abord" in str(refus.value)
    assert transmettre(suivant, par=agent).etat == EtatFlux.TRANSMIS


@pytest.fixture
def separes(agent, ordonnateur):
    """A bordereau sent whole, then the flux of its documents that did not fit beside it."""
    bordereau = bordereau_depense(agent)
    for rang in (2, 3):
        joindre(bordereau.pieces.get(), 700_000, rang, graine=rang)
    signer_bordereau(bordereau, par=ordonnateur)
    limiter("flux_taille_maximale_mo", 1)
    premier, documents = constituer([bordereau], par=agent)
    return bordereau, premier, documents


def test_un_flux_de_documents_n_attend_pas_un_bordereau_que_son_fichier_ignore(
    client, agent, ordonnateur, separes
):
    _, premier, documents = separes
    transmettre(premier, par=agent)
    suivant = bordereau_depense(agent)
    partage = PieceJustificative.objects.get(lignes_flux__flux=documents)
    RattachementPiece.objects.create(piece=suivant.pieces.get(), justificatif=partage, rang=2)
    constituer([signer_bordereau(suivant, par=ordonnateur)], par=agent)
    client.force_login(agent)

    page = client.get(documents.get_absolute_url()).content.decode()

    assert "Transmettre à la Trésorerie" in page
    assert transmettre(documents, par=agent).etat == EtatFlux.TRANSMIS


def test_un_flux_de_documents_dit_qu_il_attend_les_pieces_d_un_flux_ecarte(
    client, agent, ordonnateur, separes
):
    bordereau, premier, documents = separes
    ecarter_flux(premier, motif="Refait", par=agent)
    client.force_login(agent)

    page = client.get(documents.get_absolute_url()).content.decode()
    with pytest.raises(EnvoiImpossible, match="n’a pas reçus"):
        transmettre(documents, par=agent)

    assert "n’a pas reçus\u202f: 2026-D-1" in page
    assert "écartez ce flux" in page
    assert "Transmettre à la Trésorerie" not in page
    (nouveau,) = constituer([bordereau], par=agent)
    transmettre(nouveau, par=agent)
    assert "Transmettre" in client.get(documents.get_absolute_url()).content.decode()
    assert transmettre(documents, par=agent).etat == EtatFlux.TRANSMIS


def test_un_flux_de_documents_ecarte_rend_ses_documents_a_leurs_pieces(agent, ordonnateur, separes):
    bordereau, premier, documents = separes
    for flux in (premier, documents):
        ecarter_flux(flux, motif="Refait", par=agent)

    nouveau, suite = constituer([bordereau], par=agent)

    assert [transmettre(flux, par=agent).etat for flux in (nouveau, suite)] == ["transmis"] * 2


def test_un_document_tardif_part_par_le_profil_de_sa_piece(agent, ordonnateur, settings):
    (bordereau,) = signes(agent, ordonnateur, 1)
    (flux,) = constituer([bordereau], par=agent, profil=ProfilExport.LOT_PIECES)
    transmettre(flux, par=agent)
    piece = pieces_du(flux).get()
    joindre(piece, 100, 2)

    (complement,) = constituer_documents(par=agent)

    with fichiers.ouvrir(complement.sha256, settings.DOCUMENTS_RACINE) as contenu:
        archive = zipfile.ZipFile(contenu)
        index = archive.read("index.csv").decode("utf-8-sig").splitlines()
    assert complement.profil == ProfilExport.LOT_PIECES
    assert len(index) == 2
    assert index[1].startswith(f"{bordereau.reference};{piece.reference};")


def test_un_bordereau_trop_long_se_refuse_a_sa_creation(agent):
    limiter("flux_pieces_maximum", 1)

    with pytest.raises(ValidationError, match="au plus 1 pièces"):
        creer_bordereau(sens="depense", pieces=[1, 2], date_emission=JOUR, par=agent)


def test_chaque_page_nomme_les_flux_d_un_bordereau_partage(client, agent, ordonnateur):
    bordereau = bordereau_depense(agent)
    for rang in (2, 3, 4):
        joindre(bordereau.pieces.get(), 700_000, rang, graine=rang)
    signer_bordereau(bordereau, par=ordonnateur)
    limiter("flux_taille_maximale_mo", 1)
    premier, *autres = constituer([bordereau], par=agent)
    client.force_login(agent)

    page = client.get(reverse("exports_tps:bordereau", args=[bordereau.pk])).content.decode()
    liste = client.get(reverse("exports_tps:flux_liste")).content.decode()
    flux = client.get(autres[0].get_absolute_url()).content.decode()
    entier = client.get(premier.get_absolute_url()).content.decode()

    assert "Documents dans un flux à part\u202f:" in page
    assert [autre.get_absolute_url() in page for autre in autres] == [True, True]
    assert 'data-titre="Documents" class="nombre">1<' in liste
    assert "Pièces désignées" in flux
    assert reverse("exports_tps:bordereau", args=[bordereau.pk]) in flux
    assert "<h2>Bordereaux</h2>" not in flux
    assert "Pièces désignées" not in entier


def test_un_flux_de_documents_ne_nomme_pas_un_bordereau_qui_part_apres_lui(
    client, agent, ordonnateur
):
    parti, suivant = bordereau_depense(agent), bordereau_depense(agent)
    for rang in (2, 3):
        joindre(parti.pieces.get(), 700_000, rang, graine=rang)
    signer_bordereau(parti, par=ordonnateur)
    limiter("flux_taille_maximale_mo", 1)
    _, flux = constituer([parti], par=agent)
    document = PieceJustificative.objects.get(lignes_flux__flux=flux)
    RattachementPiece.objects.create(piece=suivant.pieces.get(), justificatif=document, rang=2)
    client.force_login(agent)

    for suite in ("en préparation", "parti ensuite"):
        if suite == "parti ensuite":
            constituer([signer_bordereau(suivant, par=ordonnateur)], par=agent)
        page = client.get(flux.get_absolute_url()).content.decode()
        assert reverse("exports_tps:bordereau", args=[parti.pk]) in page
        assert reverse("exports_tps:bordereau", args=[suivant.pk]) not in page
