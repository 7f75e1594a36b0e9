"""Titres and what corrects them, from the page to the file of the treasury."""

import io

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from exports_tps import visa
from exports_tps.apercu_pes import arbre, feuilles
from exports_tps.constitution import constituer_flux
from exports_tps.preuves import verifier_flux
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import EtatPiece, Piece, Titre
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.verification import verifier
from telepaiement.reductions import reduire_titre
from tests.grand_livre.factories import JOUR, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
ACTE = b"%PDF-1.4\n% decision\n"


@pytest.fixture
def envoyer(agent, ordonnateur, comptable):
    """Carry a pièce of recette from its bordereau to its prise en charge; return the flux."""

    def envoyer(piece):
        bordereau = creer_bordereau(
            sens="recette", pieces=[piece.pk], date_emission=JOUR, par=agent
        )
        signer_bordereau(bordereau, par=ordonnateur)
        flux = transmettre(constituer_flux([bordereau], par=agent), par=agent)
        assert verifier_flux(flux).est_intacte
        visa.prendre_en_charge(Piece.objects.get(pk=piece.pk), par=comptable)
        return bordereau

    return envoyer


def reduire(client, par, origine, ht, motif="Terrasse plus petite"):
    """Fill in the page."""
    client.force_login(par)
    reponse = client.post(
        reverse("telepaiement:titre_reduire", args=[origine.pk]),
        {
            "rang": 1,
            "montant_ht": ht,
            "montant_tgc": 0,
            "motif": motif,
            "fichier": SimpleUploadedFile("decision.pdf", ACTE),
        },
    )
    return reponse, Titre.objects.filter(piece_origine=origine).order_by("-pk").first()


def test_une_reduction_puis_une_annulation_de_titre_vont_jusqu_au_fichier(client, agent, envoyer):
    origine = titre(agent, montant=45_000)
    envoyer(origine)
    _, partielle = reduire(client, agent, origine, 15_000)

    assert reste_du(origine) == 30_000
    contenu = dict(feuilles(arbre(partielle)))
    assert envoyer(partielle).type_bordereau == "02"
    origine.refresh_from_db()
    assert origine.etat == EtatPiece.PRISE_EN_CHARGE
    _, totale = reduire(client, agent, origine, 30_000)
    envoyer(totale)

    origine.refresh_from_db()
    codes = [contenu[f"Identité de la pièce : {nom} de pièce"] for nom in ("Type", "Nature")]
    assert codes == ["02", "06"]
    assert str(origine.numero) in contenu.values()
    assert (origine.etat, reste_du(origine)) == (EtatPiece.ANNULEE, 0)
    assert list(verifier()) == []


def test_un_titre_ne_se_reduit_ni_trop_tot_ni_trop(client, agent, envoyer):
    origine = titre(agent, montant=45_000)
    acte = ranger_justificatif(io.BytesIO(ACTE), nom="decision.pdf", genre="decision")
    with pytest.raises(TransitionInterdite, match="seul un titre pris en charge"):
        reduire_titre(origine, montant_ht=1, motif="x", justificatifs=[acte], par=agent)
    with pytest.raises(ValidationError, match="joignez l’acte"):
        reduire_titre(origine, montant_ht=1, motif="x", justificatifs=[], par=agent)
    envoyer(origine)

    reponse, faite = reduire(client, agent, origine, 45_001)

    assert (reponse.status_code, faite) == (422, None)
    assert "encore dus" in reponse.content.decode()


def test_un_titre_reduit_ne_se_rejette_pas_avant_sa_reduction(client, agent, envoyer, comptable):
    origine = titre(agent, montant=45_000)
    envoyer(origine)
    reduire(client, agent, origine, 5_000)
    origine.refresh_from_db()

    with pytest.raises(TransitionInterdite, match="rejetez d’abord la réduction"):
        visa.rejeter(origine, motif="Double", par=comptable)
