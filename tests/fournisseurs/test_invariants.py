"""Rules that the database itself enforces, tried around the ORM's own checks."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Tiers
from fournisseurs.coordonnees import Compte, enregistrer_compte
from fournisseurs.models import CoordonneesBancaires, Fournisseur

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]

IBAN_A = "FR7617499000000000000000118"
IBAN_B = "FR5014158000000000001A01209"


@pytest.fixture
def compte():
    tiers = Tiers.objects.create(code="9000019", nom="Pépinière du Cagou", ridet="9000019001")
    fournisseur = Fournisseur.objects.create(
        tiers=tiers,
        rid="9000019",
        est_creancier=True,
        adresse_voie="12 rue des Banians",
        code_postal="98800",
        ville="Nouméa",
    )
    return enregistrer_compte(
        fournisseur=fournisseur,
        compte=Compte(IBAN_A, "BCADNCNN", "Pépinière du Cagou"),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=Utilisateur.objects.systeme(),
    )


@pytest.mark.parametrize(
    "champs", [{"iban": IBAN_B}, {"titulaire": "Autre"}, {"debut": "2020-01-01"}]
)
def test_un_compte_bancaire_enregistre_ne_se_modifie_pas(compte, champs):
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        CoordonneesBancaires.objects.filter(pk=compte.pk).update(**champs)


def test_un_compte_bancaire_enregistre_ne_s_efface_pas(compte):
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        CoordonneesBancaires.objects.filter(pk=compte.pk).delete()


def test_un_compte_remplace_ne_redevient_pas_le_compte_en_vigueur(compte):
    CoordonneesBancaires.objects.filter(pk=compte.pk).update(fin=timezone.localdate())

    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        CoordonneesBancaires.objects.filter(pk=compte.pk).update(fin=None)


def test_un_fournisseur_n_a_qu_un_compte_principal_en_vigueur(compte):
    second = CoordonneesBancaires(
        fournisseur=compte.fournisseur,
        iban=IBAN_B,
        titulaire="Autre",
        origine="import",
        verifiee_par=compte.verifiee_par,
        verifiee_le=timezone.now(),
        debut=timezone.localdate(),
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        second.save()
