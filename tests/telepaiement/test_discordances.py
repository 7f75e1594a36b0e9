"""Card money that does not match: the bank has it, a person settles it, nothing is refused."""

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.soldes import reste_du
from telepaiement import caisse, discordances, verification
from telepaiement.models import Encaissement, EtatTentative, Tentative
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


@pytest.fixture
def discordante(banc, commencer):
    """An attempt of 12 400 F for which the bank took 12 500 F."""

    def faire(etat=EtatTentative.INITIEE) -> Tentative:
        tentative = commencer(titre_payable(12_500))
        with connection.cursor() as curseur:  # around the triggers: the base refuses it otherwise
            curseur.execute("SET LOCAL session_replication_role = replica")
            Tentative.objects.filter(pk=tentative.pk).update(montant=12_400, etat=etat)
            curseur.execute("SET LOCAL session_replication_role = origin")
        banc.payer(tentative)
        return synchroniser(Tentative.objects.get(pk=tentative.pk), source="notification")

    return faire


@pytest.mark.parametrize("etat", [EtatTentative.INITIEE, EtatTentative.EXPIREE])
def test_un_agent_encaisse_ce_que_la_banque_a_recu(client, discordante, agent, etat):
    tentative = discordante(etat)
    synchroniser(tentative, source="balayage")
    client.force_login(agent)
    liste = client.get(reverse("telepaiement:paiements_a_verifier")).content.decode()
    page = reverse("telepaiement:regler_tentative", args=[tentative.pk])
    sans_motif = client.post(page, {"motif": " "})
    client.post(page, {"motif": "Montant changé pendant le paiement"})

    titre = client.get(reverse("telepaiement:titre", args=[tentative.titre_id])).content.decode()
    tentative.refresh_from_db()
    assert page in liste
    assert "Réglé\u202f: Montant changé pendant le paiement" in titre
    assert sans_motif.status_code == 422
    assert tentative.passages.filter(acte="discorder").count() == 1
    assert tentative.passages.get(acte="accepter").motif == "Montant changé pendant le paiement"
    encaissement = Encaissement.objects.get()
    assert (encaissement.montant, encaissement.trop_percu) == (12_500, 0)
    assert reste_du(tentative.titre) == 0
    assert not Tentative.objects.a_decider().exists()
    assert [str(a) for controle in verification.CONTROLES for a in controle()] == []


def test_le_guichet_et_le_payeur_savent_que_la_somme_est_examinee(
    client, discordante, regies, regisseur
):
    tentative = discordante()
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    saisie = caisse.Saisie(mode="especes", montant=12_500, somme_remise=12_500)

    with pytest.raises(ValidationError, match="ne correspond pas à ce qui était demandé"):
        caisse.encaisser_au_guichet(
            session=session, titre_id=tentative.titre_id, saisie=saisie, par=regisseur
        )
    page = client.get(reverse("telepaiement:paiement", args=[tentative.jeton])).content.decode()
    assert "Votre paiement est examiné" in page


def test_ce_que_la_banque_ne_connait_pas_est_ecarte_et_ne_revient_plus(discordante, agent):
    tentative = discordante()
    Tentative.objects.filter(pk=tentative.pk).update(reference="pi_inconnu")

    apres = discordances.regler(tentative_id=tentative.pk, motif="Inconnu", par=agent)

    assert apres.etat == EtatTentative.ANNULEE
    assert not Tentative.objects.a_decider().exists()
    assert not Encaissement.objects.exists()


def test_une_somme_pas_encore_recue_ne_se_regle_pas(commencer, agent, regisseur, discordante):
    en_attente = commencer(titre_payable())
    with pytest.raises(ValidationError, match="ne dit pas avoir reçu"):
        discordances.regler(tentative_id=en_attente.pk, motif="Essai", par=agent)
    with pytest.raises(ActeInterdit):
        discordances.regler(tentative_id=discordante().pk, motif="Essai", par=regisseur)
