"""Money received is kept whatever refuses its entry, and told as it is."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from facturier.grand_livre.models import Exercice
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du
from telepaiement import au_lecteur, caisse, creances, discordances, quittances, versements
from telepaiement.balayage import balayer
from telepaiement.models import Encaissement, EtatTentative, EtatVersement, Tentative, Versement
from telepaiement.passerelles.stripe import PasserelleStripe
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementRefuse, controler_avant_paiement
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


@pytest.fixture
def clore():
    """Close the exercice of today, or open it again."""

    def faire(clos_le) -> None:
        Exercice.objects.filter(annee=timezone.localdate().year).update(clos_le=clos_le)

    return faire


def vieillir() -> None:
    """Make every attempt old enough to be swept."""
    Tentative.objects.update(creee_le=timezone.now() - timedelta(minutes=20))


def test_qui_a_paye_sous_un_exercice_clos_le_sait_et_recoit_sa_quittance_plus_tard(
    banc, commencer, client, clore, agent
):
    tentative = commencer(titre_payable(12_500))
    banc.payer(tentative)
    clore(timezone.now())

    retour = client.get(reverse("telepaiement:retour", args=[tentative.jeton]))
    tentative.refresh_from_db()
    with pytest.raises(ValidationError, match="ne peut pas encore être encaissée"):
        discordances.regler(tentative_id=tentative.pk, motif="Essai", par=agent)
    vieillir()
    pendant = balayer()
    a_decider = Tentative.objects.a_decider().get()
    clore(None)
    apres = balayer()

    assert retour.status_code == 200
    assert "Votre paiement est reçu" in retour.content.decode()
    assert tentative.etat == EtatTentative.A_VERIFIER
    assert tentative.anomalie.startswith("payé, à inscrire : ")
    assert tentative.passages.filter(acte="differer").count() == 1
    assert pendant == {"examinees": 1, "closes": 0, "en_panne": 0}
    assert a_decider == tentative
    assert apres == {"examinees": 1, "closes": 1, "en_panne": 0}
    assert Encaissement.objects.get().montant == 12_500
    assert reste_du(tentative.titre) == 0


def test_aucune_carte_n_est_debitee_quand_rien_ne_pourrait_s_inscrire(
    lecteur, banc, commencer, clore, regies, regisseur, settings, tmp_path
):
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    titre, autre = titre_payable(12_500), titre_payable(5_000)
    tentative = commencer(titre)
    clore(timezone.now())

    assert controler_avant_paiement(tentative) == creances.FERME
    with pytest.raises(PaiementRefuse, match="interrompu"):
        commencer(autre)
    with pytest.raises(ValidationError, match="interrompu"):
        au_lecteur.lancer(session=session, titre_id=autre.pk, montant=5_000, par=regisseur)
    clore(None)
    assert controler_avant_paiement(tentative) == ""
    (tmp_path / "plein").write_text("")
    settings.DOCUMENTS_RACINE = tmp_path / "plein" / "documents"
    assert controler_avant_paiement(tentative) == creances.FERME


def test_un_document_qui_ne_s_ecrit_pas_n_arrete_ni_la_page_ni_le_balayage(
    banc, commencer, client, monkeypatch
):
    premiere, seconde = commencer(titre_payable(12_500)), commencer(titre_payable(13_000))
    for tentative in (premiere, seconde):
        banc.payer(tentative)
    vieillir()
    dessiner = quittances.dessiner

    def plein(quittance, **options):
        if quittance.encaissement.titre_id == premiere.titre_id:
            raise OSError(28, "No space left on device")
        return dessiner(quittance, **options)

    with monkeypatch.context() as panne:
        panne.setattr(quittances, "dessiner", plein)
        bilan = balayer()
        page = client.get(reverse("telepaiement:paiement", args=[premiere.jeton]))
    balayer()

    assert bilan == {"examinees": 2, "closes": 1, "en_panne": 0}
    assert page.status_code == 200
    assert "Votre paiement est reçu" in page.content.decode()
    assert premiere.passages.filter(motif__contains="le disque est plein").exists()
    assert sorted(Encaissement.objects.values_list("montant", flat=True)) == [12_500, 13_000]


def test_une_tentative_en_erreur_n_arrete_pas_les_autres(banc, commencer, monkeypatch):
    premiere, seconde = commencer(titre_payable(12_500)), commencer(titre_payable(13_000))
    for tentative in (premiere, seconde):
        banc.payer(tentative)
    vieillir()
    lire = PasserelleStripe.lire

    def illisible(soi, reference):
        if reference == premiere.reference:
            raise KeyError("amount_received")
        return lire(soi, reference)

    monkeypatch.setattr(PasserelleStripe, "lire", illisible)

    assert balayer() == {"examinees": 2, "closes": 1, "en_panne": 1}


def test_un_versement_refuse_par_le_grand_livre_n_arrete_pas_les_suivants(
    banc_neuf, encaisser, monkeypatch, client, agent
):
    for montant in (12_500, 13_000):
        encaisser(montant)
        banc_neuf.faire("verser")
    comptabiliser, vus = versements.comptabiliser, []

    def refuser(versement, **options):
        vus.append(versement.reference)
        if versement.reference == vus[0]:
            raise EcritureRefusee("Le compte 4722 n’existe pas.")
        return comptabiliser(versement, **options)

    client.force_login(agent)
    with monkeypatch.context() as panne:
        panne.setattr(versements, "comptabiliser", refuser)
        bilan = versements.rapprocher()
        page = client.post(reverse("telepaiement:versements_lire"))
    refuse = Versement.objects.get(reference=vus[0])
    versements.rapprocher()

    assert (bilan["comptabilises"], bilan["en_panne"], page.status_code) == (1, 1, 302)
    assert refuse.etat == EtatVersement.EN_ECART
    assert refuse.anomalie == "non comptabilisé : Le compte 4722 n’existe pas."
    assert set(Versement.objects.values_list("etat", flat=True)) == {EtatVersement.COMPTABILISE}


@pytest.mark.parametrize("etat", [EtatTentative.INITIEE, EtatTentative.EXPIREE])
def test_la_page_ne_dit_pas_que_rien_n_est_preleve_quand_de_l_argent_est_recu(
    banc, commencer, client, agent, monkeypatch, etat
):
    tentative = commencer(titre_payable(12_500))
    banc.payer(tentative)
    Tentative.objects.filter(pk=tentative.pk).update(etat=etat)
    lire = PasserelleStripe.lire
    monkeypatch.setattr(
        PasserelleStripe, "lire", lambda soi, une: replace(lire(soi, une), devise="EUR")
    )
    adresse = reverse("telepaiement:paiement", args=[tentative.jeton])
    synchroniser(Tentative.objects.get(pk=tentative.pk), source="notification")
    examine = client.get(adresse).content.decode()
    discordances.regler(tentative_id=tentative.pk, motif="Devise", par=agent)
    ecarte = client.get(adresse).content.decode()

    assert "Votre paiement est examiné" in examine
    assert "doit vous être rendu" in ecarte
    assert "Aucune somme" not in examine + ecarte
