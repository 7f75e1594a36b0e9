"""A titre that money settled in part is never rejected: the account of who paid stays right."""

from datetime import date

import pytest

from exports_tps import visa
from exports_tps.constitution import constituer_flux
from exports_tps.models import MessageTPS, RecettePercue
from exports_tps.recettes_percues import annuler_regularisation
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun.etats import TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.evenements import encaisser
from facturier.grand_livre.models import Piece
from facturier.grand_livre.soldes import reste_du, solde
from facturier.grand_livre.tresorerie import Perception, regulariser_recette_percue
from tests.exports_tps.factories import bordereau_recette
from tests.exports_tps.reponses import acquitter, dites, element, repondre, titre
from tests.exports_tps.test_recettes_percues import ligne as ligne_p503
from tests.exports_tps.test_recettes_percues import recevoir

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
JOUR = date(2026, 11, 26)


@pytest.fixture
def flux(agent, ordonnateur):
    """A flux of one titre of 45 000 francs, 20 000 of them collected."""
    bordereau = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    return transmettre(constituer_flux([bordereau], par=agent), par=agent)


def encaisser_en_partie(par):
    encaisser(
        Piece.objects.get(),
        mode="virement",
        montant=20_000,
        date_comptable=JOUR,
        reference="guichet-1",
        par=par,
    )


def constat():
    """What the titre became, what it still calls for, and what 4111 holds."""
    piece = Piece.objects.get()
    return piece.etat, reste_du(piece), solde("4111", exercice=2026).credit


def reserves():
    lire_retours()
    return dites(MessageTPS.objects.latest("pk"))


def test_un_retour_ne_rejette_pas_un_titre_encaisse(flux, agent, settings):
    piece = Piece.objects.get()
    repondre(settings, flux, "a.xml", titre(piece, "02", 0, etat_ligne="04"), sens="Recette")
    reserves()
    encaisser_en_partie(agent)
    repondre(settings, flux, "b.xml", titre(piece, "05", 0, etat_ligne="02"), sens="Recette")

    dit = reserves()

    assert constat() == ("prise_en_charge", 25_000, 20_000)
    assert dit.startswith(f"{piece} : la Trésorerie l’a rejeté ou annulé")
    assert f"{afficher(20_000)} le règlent" in dit


def test_un_acquittement_ne_rejette_pas_un_titre_encaisse(flux, agent, settings):
    piece = Piece.objects.get()
    encaisser_en_partie(agent)
    refus = element("6", 0, bordereau=piece.bordereau, code="ERREUR_AUTRE")
    acquitter(settings, flux, "a.xml", refus)

    dit = reserves()

    assert constat() == ("transmise", 25_000, 20_000)
    assert "sont déjà encaissés, il ne se rejette plus" in dit


def test_un_titre_pris_en_charge_sur_un_bordereau_refuse_se_dit(flux, agent, settings):
    piece = Piece.objects.get()
    encaisser_en_partie(agent)
    refus = element("6", 0, bordereau=piece.bordereau, code="ERREUR_AUTRE")
    acquitter(settings, flux, "a.xml", refus)
    reserves()
    repondre(settings, flux, "b.xml", titre(piece, "02", 0, etat_ligne="04"), sens="Recette")

    dit = reserves()

    assert constat() == ("prise_en_charge", 25_000, 20_000)
    assert f"alors que {piece.bordereau} est refusé" in dit


def test_le_comptable_ne_rejette_pas_un_titre_qu_une_recette_p503_regle(flux, comptable, agent):
    piece = Piece.objects.get()
    visa.prendre_en_charge(piece, par=comptable)
    percue = Perception(montant=20_000, jour=JOUR, reference="2026-503-1", nom="P503 2026-503")
    regulariser_recette_percue(piece, percue, date_comptable=JOUR, par=agent)

    with pytest.raises(TransitionInterdite, match="sont déjà encaissés"):
        visa.rejeter(Piece.objects.get(), motif="Débiteur erroné", par=comptable)

    assert constat() == ("prise_en_charge", 25_000, 20_000)


def test_une_recette_percue_se_detache_d_un_titre_rejete_apres_coup(
    flux, comptable, agent, settings
):
    """The reduction is closed to such a titre: the receipt comes off, then it is rejected."""
    piece = Piece.objects.get()
    pris = titre(piece, "02", 0, etat_ligne="04")
    repondre(settings, flux, "a.xml", pris, sens="Recette")
    recevoir(settings, ligne_p503(montant=45_000, rattache=piece.numero))
    recette = RecettePercue.objects.get()
    with pytest.raises(TransitionInterdite, match="s’il est pris en charge, réduisez-le"):
        annuler_regularisation(recette, motif="Débiteur erroné", par=agent)
    repondre(settings, flux, "b.xml", titre(piece, "05", 0, etat_ligne="02"), sens="Recette")
    assert "détacher la recette perçue" in reserves()
    with pytest.raises(TransitionInterdite):
        visa.rejeter(piece, motif="Débiteur erroné", par=comptable)

    annuler_regularisation(recette, motif="Débiteur erroné", par=agent)
    visa.rejeter(piece, motif="Débiteur erroné", par=comptable)

    piece.refresh_from_db()
    assert piece.etat == "rejetee"
    assert RecettePercue.objects.get().titre_regle is None
