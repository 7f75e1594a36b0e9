"""One debt, several hands: it is paid once, and money received is never refused."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.models import Piece, Titre
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement.models import Encaissement, EtatTentative, Quittance, Tentative
from telepaiement.reductions import reduire_titre
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import PaiementRefuse, controler_avant_paiement, ouvrir
from tests.telepaiement.conftest import fermer_connexion
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


def test_deux_onglets_partagent_la_meme_tentative(commencer):
    titre, payeur = titre_payable(), uuid4()

    premier = commencer(titre, session_payeur=payeur)
    second = commencer(titre, session_payeur=payeur)

    assert premier == second


@pytest.mark.django_db(transaction=True)
def test_deux_ouvertures_ensemble_font_une_tentative(banc, regies):
    titre, payeur = titre_payable(), uuid4()

    def commencer(_rang):
        tentative = ouvrir(titre_id=titre.pk, session_payeur=payeur)
        fermer_connexion()
        return tentative.reference

    with ThreadPoolExecutor(2) as fils:
        references = set(fils.map(commencer, range(2)))

    assert Tentative.objects.count() == len(references) == 1


@pytest.mark.django_db(transaction=True)
def test_deux_cartes_debitees_ensemble_laissent_un_trop_percu(banc, commencer):
    titre = titre_payable(12_500)
    tentatives = [commencer(titre), commencer(titre)]
    [banc.payer(tentative) for tentative in tentatives]

    def lire(tentative):
        synchroniser(tentative, source="retour")
        fermer_connexion()

    with ThreadPoolExecutor(2) as fils:
        list(fils.map(lire, tentatives))

    trop_percus = Encaissement.objects.order_by("trop_percu").values_list("trop_percu", flat=True)
    assert list(trop_percus) == [0, 12_500]
    assert reste_du(titre) == 0
    assert solde("466", exercice=2026).credit == 12_500
    assert Quittance.objects.count() == 2


def test_le_second_payeur_est_arrete_juste_avant_de_payer(banc, commencer):
    titre = titre_payable()
    premiere, seconde = commencer(titre), commencer(titre)
    banc.payer(premiere)
    synchroniser(premiere, source="retour")

    motif = controler_avant_paiement(Tentative.objects.get(pk=seconde.pk))

    assert "entièrement payé" in motif


def test_un_second_appareil_attend_que_la_banque_reponde_au_premier(banc, commencer):
    titre = titre_payable(12_500)
    second, premier = commencer(titre), commencer(titre)
    banc.faire("pannes", traitement=600)
    banc.payer(premier)
    synchroniser(premier, source="retour")

    assert "en cours à la banque" in controler_avant_paiement(second)
    with pytest.raises(PaiementRefuse, match="en cours à la banque"):
        commencer(titre)
    # An authentication left alone does not keep the debt closed.
    Tentative.objects.filter(pk=premier.pk).update(
        etat=EtatTentative.AUTHENTIFICATION, modifiee_le=timezone.now() - timedelta(minutes=6)
    )
    assert controler_avant_paiement(second) == ""


def test_le_second_appareil_lit_la_reponse_dont_la_notification_s_est_perdue(banc, commencer):
    titre = titre_payable(12_500)
    premier = commencer(titre)
    banc.payer(premier)
    Tentative.objects.filter(pk=premier.pk).update(etat=EtatTentative.EN_COURS)

    with pytest.raises(PaiementRefuse, match="entièrement payé"):
        commencer(titre)

    assert Encaissement.objects.get().tentative == premier


def reduire(titre, montant, agent):
    """Let the treasury take the titre in charge, and the province take a part of it back."""
    for acte in ("transmettre", "prendre_en_charge"):
        franchir_lot(Piece, [titre.pk], acte, par=Utilisateur.objects.systeme())
    fichier = io.BytesIO(b"%PDF-1.4\n% decision\n")
    decision = ranger_justificatif(fichier, nom="decision.pdf", genre="decision")
    reduire_titre(titre, montant_ht=montant, motif="Erreur", justificatifs=[decision], par=agent)


def test_une_dette_changee_depuis_l_affichage_ne_se_paie_pas(commencer, agent):
    titre = titre_payable(12_500)
    tentative = commencer(titre)
    reduire(titre, 500, agent)

    motif = controler_avant_paiement(Tentative.objects.get(pk=tentative.pk))

    assert "Le montant dû a changé" in motif


def test_un_titre_reduit_pendant_son_paiement_laisse_un_trop_percu(banc, commencer, agent):
    titre = titre_payable(12_500)
    tentative = commencer(titre)
    banc.payer(tentative)
    reduire(titre, 500, agent)

    synchroniser(tentative, source="retour")

    assert (Encaissement.objects.get().trop_percu, reste_du(titre)) == (500, 0)


def test_un_paiement_annule_trop_tard_est_encaisse(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)

    apres = fermer(tentative, "annuler", source="abandon du payeur")

    assert apres.etat == EtatTentative.REUSSIE
    assert Encaissement.objects.count() == 1


def test_un_succes_tardif_corrige_un_etat_final(banc, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    Tentative.objects.filter(pk=tentative.pk).update(etat=EtatTentative.EXPIREE)

    apres = synchroniser(tentative, source="notification")

    assert apres.etat == EtatTentative.REUSSIE
    assert apres.passages.filter(acte="corriger").count() == 1


def test_une_dette_payee_ailleurs_donne_un_trop_percu_entier(banc, commencer):
    titre = titre_payable(12_500)
    tentative = commencer(titre)
    autre = commencer(titre)
    banc.payer(tentative)
    banc.payer(autre)
    synchroniser(autre, source="notification")

    synchroniser(tentative, source="notification")

    assert Titre.objects.get(pk=titre.pk).encaissements.filter(trop_percu=12_500).count() == 1
