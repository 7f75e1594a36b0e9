"""What nobody should give and somebody will, in the chain: a clear word, nothing lost."""

import io
import re

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from exports_tps.constitution import constituer_flux
from exports_tps.models import EtatFlux, EtatMessage, MessageTPS
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun import fichiers
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import Imputation, creer_bordereau
from facturier.grand_livre.models import Ecriture, EtatBordereau, EtatPiece, Piece
from facturier.grand_livre.passation import EcritureRefusee
from tests.disque import disque_plein
from tests.exports_tps.factories import bordereau_depense, flux_constitue, mandat_documente
from tests.exports_tps.reponses import acquitter, element
from tests.grand_livre.factories import JOUR, TiersFactory, mandat, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
NOM = "Cœur\td’Îlot à 5 €"
NUMERO = "FACTURE-2026-" + "0123456789" * 4 + "0123456"


def balises(flux, settings, *noms):
    """Return the values of some tags of a flux, in their order."""
    with fichiers.ouvrir(flux.sha256, settings.DOCUMENTS_RACINE) as contenu:
        texte = contenu.read().decode("iso-8859-1")
    return [re.search(f'<{nom} V="([^"]*)"', texte)[1] for nom in noms]


def test_un_nom_et_un_numero_hors_format_partent_lisibles(agent, ordonnateur, settings):
    imputation = Imputation(
        compte="60612", montant_ht=100_000, montant_tgc=11_000, reference_facture=NUMERO
    )
    piece = mandat_documente(agent, tiers=TiersFactory.create(nom=NOM), imputations=[imputation])
    bordereau = creer_bordereau(sens="depense", pieces=[piece.pk], date_emission=JOUR, par=agent)

    flux = constituer_flux([signer_bordereau(bordereau, par=ordonnateur)], par=agent)

    nom, facture, libelle = balises(flux, settings, "Nom", "Facture", "LibVir1")
    assert nom == "Coeur d'Îlot à 5 EUR"
    assert (facture, libelle) == (NUMERO[:20], f"Facture {NUMERO[:20]}")


def test_ni_collectivite_000_ni_ligne_a_zero(circuit, agent):
    circuit.code_collectivite = "000"
    with pytest.raises(IntegrityError, match="budget_code_collectivite"), transaction.atomic():
        circuit.save()

    with pytest.raises(EcritureRefusee, match="positif"):
        mandat(agent, imputations=[Imputation(compte="60612", montant_ht=0)])
    with pytest.raises(EcritureRefusee, match="positif"):
        titre(agent, montant=0)


def test_un_disque_plein_a_la_signature_ne_signe_rien(client, agent, ordonnateur):
    bordereau = bordereau_depense(agent)
    client.force_login(ordonnateur)
    adresse = reverse("exports_tps:signer", args=[bordereau.pk])
    with disque_plein():
        page = client.post(adresse, follow=True).content.decode()
    bordereau.refresh_from_db()
    etat = bordereau.etat

    client.post(adresse)

    bordereau.refresh_from_db()
    assert "n’est pas signé, il n’a pas pu être écrit" in page
    assert (etat, bordereau.etat) == (EtatBordereau.OUVERT, EtatBordereau.SIGNE)


def test_un_disque_plein_a_la_constitution_se_reprend(agent, ordonnateur):
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    with disque_plein(), pytest.raises(Exception, match="Il reste en constitution"):
        constituer_flux([bordereau], par=agent)

    flux = constituer_flux([bordereau], par=agent)

    assert (flux.numero, flux.etat) == (1, EtatFlux.CONSTITUE)


def test_un_document_demesure_ou_sans_place_se_refuse_en_clair(settings):
    octets = b"%PDF-1.4\n" + bytes(9_000)
    with disque_plein(), pytest.raises(fichiers.FichierRefuse, match=r"« a.pdf » n’a pas pu"):
        ranger_justificatif(io.BytesIO(octets), nom="a.pdf", genre="facture")

    settings.TAILLE_MAXIMALE_DEPOT = 1_000
    with pytest.raises(fichiers.FichierRefuse, match="ko"):
        ranger_justificatif(io.BytesIO(octets), nom="a.pdf", genre="facture")


def test_un_acquit_d_un_flux_jamais_envoye_puis_deux_fois_le_meme(agent, ordonnateur, settings):
    flux = flux_constitue(agent, ordonnateur)
    refus = element("0", 0, code="ERREUR_SIRET")
    acquitter(settings, flux, "trop_tot.xml", refus)
    lire_retours()
    (premier,) = MessageTPS.objects.all()
    trop_tot = (premier.etat, premier.erreur, Piece.objects.get().etat)
    transmettre(flux, par=agent)
    for nom in ("un.xml", "deux.xml"):
        acquitter(settings, flux, nom, element("0", 0, code="ERREUR_SIRET", libelle="SIRET"))
        lire_retours()

    assert trop_tot[0] == EtatMessage.MIS_DE_COTE
    assert "n’a été envoyé d’ici" in trop_tot[1]
    assert trop_tot[2] == EtatPiece.SIGNEE
    assert MessageTPS.objects.filter(etat=EtatMessage.APPLIQUE).count() == 1
    assert Ecriture.objects.count() == 2  # the mandat, and its reversal once
