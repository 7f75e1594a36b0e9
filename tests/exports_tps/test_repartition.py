"""Splitting by size and number, and documents that travel apart from their pièce."""

import io
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.db.models.signals import post_init

from exports_tps.constitution import constituer_flux
from exports_tps.models import EtatFlux, LigneFlux, ProfilExport
from exports_tps.pes.lecture import lire_aller
from exports_tps.pes.pieces_jointes import FichePJ
from exports_tps.repartition import constituer, constituer_documents, documents_a_envoyer
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun import fichiers
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Parametre, RattachementPiece
from tests.exports_tps.factories import bordereau_depense, flux_transmis, pieces_du, tresorerie
from tests.grand_livre.factories import JOUR

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def signes(agent, ordonnateur, nombre, pieces=1):
    faits = [bordereau_depense(agent, pieces) for _ in range(nombre)]
    return [signer_bordereau(bordereau, par=ordonnateur) for bordereau in faits]


def limiter(cle, valeur):
    Parametre.objects.filter(cle=cle).update(valeur=str(valeur))


def joindre(piece, octets, rang):
    """Attach a document of `octets` bytes that does not compress."""
    contenu = io.BytesIO(b"%PDF-1.4\n%" + bytes([rang]) * octets)
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
        ("flux_taille_maximale_mo", 0, [1, 1, 1]),
    ],
)
def test_les_bordereaux_se_repartissent(agent, ordonnateur, cle, valeur, attendu):
    choisis = signes(agent, ordonnateur, nombre=3, pieces=2)
    limiter(cle, valeur)

    faits = constituer(choisis, par=agent)

    avec_bordereaux = [bordereaux(flux) for flux in faits if bordereaux(flux)]
    assert avec_bordereaux == attendu
    assert len({flux.nom_fichier for flux in faits}) == len(faits)
    assert {flux.etat for flux in faits} == {EtatFlux.CONSTITUE}


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


def test_un_document_refuse_repart_seul_et_est_accepte(agent, ordonnateur):
    premier = flux_transmis(agent, ordonnateur)
    tresorerie("--une-fois", plan='[[defaut]]\nacte = "refuser_pj"\nrang = 1\n')
    lire_retours()
    attente = list(documents_a_envoyer())

    (flux,) = constituer_documents(par=agent)
    transmettre(flux, par=agent)
    tresorerie("--une-fois")
    lire_retours()

    flux.refresh_from_db()
    assert attente == [premier.lignes.get(justificatif__isnull=False).justificatif]
    assert flux.etat == EtatFlux.ACQUITTE
    assert not documents_a_envoyer().exists()
    assert constituer_documents(par=agent) == []


def test_un_document_ajoute_apres_l_envoi_part_seul(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    document = joindre(pieces_du(flux).get(), 100, 2)

    (complement,) = constituer_documents(par=agent)

    (fiche,) = fiches(complement, settings)
    assert fiche.identifiant_unique == document.identifiant


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
