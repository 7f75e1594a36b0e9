"""Published tariffs: dated, founded on a délibération, never edited."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.commun.etats import ActeInterdit
from telepaiement import tarifs, ventes
from telepaiement.models import Produit, Tarif

pytestmark = pytest.mark.django_db
DELIBERATION = "Délibération fictive 2026-90 du 20 novembre 2026"


@pytest.fixture
def entrees(regies) -> Produit:
    """A product sold at 500 F since the beginning of the year."""
    return Produit.objects.get(code="S001")


def _prix(regie, produit, jour) -> int:
    return sum(somme for _, _, somme in ventes.chiffrer(regie, {produit.pk: 1}, jour))


def test_un_changement_de_prix_est_un_nouveau_tarif(regies, entrees, agent):
    jour = timezone.localdate()
    demain = jour + timedelta(days=1)

    neuf = tarifs.publier(
        produit=entrees, montant=600, debut=demain, deliberation=DELIBERATION, par=agent
    )

    ancien = entrees.tarifs.get(montant=500)
    assert (ancien.fin, ancien.clos_par) == (jour, agent)
    assert [_prix(regies.regie, entrees, un) for un in (jour, demain)] == [500, 600]
    with time_machine.travel(datetime.now(UTC) + timedelta(days=3), tick=False):
        le = timezone.localdate()
        tarifs.clore(tarif_id=neuf.pk, fin=le, deliberation="Délib. 91", par=agent)
        with pytest.raises(ValidationError, match="ne permet pas de vendre"):
            ventes.chiffrer(regies.regie, {entrees.pk: 1}, le + timedelta(days=1))


def test_deux_tarifs_ne_se_chevauchent_pas_et_ne_se_modifient_pas(entrees, agent):
    jour = timezone.localdate()
    dans_un_mois = jour + timedelta(days=30)
    details = {"produit": entrees, "deliberation": DELIBERATION, "par": agent}
    futur = tarifs.publier(montant=700, debut=dans_un_mois, **details)

    with pytest.raises(ValidationError, match="déjà publié à partir du"):
        tarifs.publier(montant=650, debut=jour + timedelta(days=2), **details)
    with pytest.raises(ValidationError, match="au plus tôt aujourd’hui"):
        tarifs.publier(montant=650, debut=jour - timedelta(days=1), **details)
    with pytest.raises(IntegrityError, match="s’applique déjà"), transaction.atomic():
        Tarif.objects.create(montant=1, debut=dans_un_mois, **details)
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        Tarif.objects.filter(pk=futur.pk).update(montant=1)
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        Tarif.objects.filter(pk=futur.pk).delete()

    retrait = {"fin": dans_un_mois - timedelta(days=1), "deliberation": "Erreur", "par": agent}
    tarifs.clore(tarif_id=futur.pk, **retrait)
    assert tarifs.publier(montant=650, debut=dans_un_mois, **details).montant == 650


def test_un_tarif_se_publie_aux_finances_et_se_lit_par_tous(client, entrees, regisseur, agent):
    jour = timezone.localdate()
    with pytest.raises(ActeInterdit):
        tarifs.publier(
            produit=entrees, montant=1, debut=jour, deliberation=DELIBERATION, par=regisseur
        )
    client.force_login(agent)
    page = reverse("telepaiement:tarif_publier", args=["S001"])
    saisie = {"montant": "600", "debut": f"{jour:%d/%m/%Y}"}
    sans = client.post(page, saisie)
    client.post(page, saisie | {"deliberation": DELIBERATION})
    tarif = Tarif.objects.get(montant=600)
    client.post(
        reverse("telepaiement:tarif_clore", args=[tarif.pk]),
        {"fin": f"{jour:%d/%m/%Y}", "deliberation": "Délib. 91"},
    )
    liste = client.get(reverse("telepaiement:tarifs_gestion")).content.decode()
    client.logout()
    publique = client.get(reverse("telepaiement:tarifs")).content.decode()

    tarif.refresh_from_db()
    assert sans.status_code == 422
    assert "Terminé" in liste
    assert tarif.fin == jour
    assert DELIBERATION in publique
    assert "600" in publique


def test_un_produit_que_nul_guichet_ne_vend_n_a_pas_de_tarif_public(
    client, regies, entrees, regisseur, agent
):
    etranger = Produit.objects.create(code="Z001", libelle="Produit étranger", compte="7088")
    details = {"montant": 100, "debut": timezone.localdate(), "deliberation": DELIBERATION}
    with pytest.raises(ValidationError, match="aucune régie à guichet"):
        tarifs.publier(produit=etranger, par=agent, **details)
    client.force_login(regisseur)
    liste, publique = reverse("telepaiement:tarifs_gestion"), reverse("telepaiement:tarifs")
    avant = client.get(liste).content.decode()

    regies.regie.produits.remove(entrees)

    apres, public = (client.get(une).content.decode() for une in (liste, publique))
    assert "Produit étranger" not in avant
    assert "ne permet plus de vendre" not in avant
    assert "ne permet plus de vendre" in apres
    assert entrees.libelle in apres
    assert entrees.libelle not in public
