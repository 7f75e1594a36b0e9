"""Which account to pay, and how versions follow one another."""

from datetime import timedelta

import pytest
from django.utils import timezone

from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur, enregistrer_compte
from fournisseurs.demandes import accepter
from fournisseurs.models import CoordonneesBancaires
from tests.fournisseurs.factories import (
    IBAN_BCI,
    IBAN_CCP,
    DemandeEtablissementFactory,
    FournisseurFactory,
    compte,
)

pytestmark = pytest.mark.django_db


def remplacer(fiche, par, iban):
    """Make `iban` the main account of the supplier."""
    return enregistrer_compte(
        fournisseur=fiche,
        compte=compte(iban),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=par,
    )


def test_un_nouveau_compte_devient_celui_a_payer(agent):
    fiche = FournisseurFactory()

    remplacer(fiche, agent, IBAN_CCP)

    assert compte_en_vigueur(fiche, timezone.localdate()).iban == IBAN_CCP
    assert fiche.coordonnees.courantes().count() == 1
    assert fiche.coordonnees.count() == 2


def test_le_meme_compte_ne_fait_pas_de_version(agent):
    fiche = FournisseurFactory()

    remplacer(fiche, agent, IBAN_BCI)

    assert fiche.coordonnees.count() == 1


def test_un_compte_ne_vaut_pas_avant_sa_verification():
    fiche = FournisseurFactory()

    with pytest.raises(CompteIntrouvable, match="relevé d’identité bancaire"):
        compte_en_vigueur(fiche, timezone.localdate() - timedelta(days=1))


def test_le_compte_d_un_etablissement_passe_avant_celui_de_l_entreprise(agent):
    fiche = FournisseurFactory(ridet="9000027001")
    demande = DemandeEtablissementFactory(ridet="9000027002", champs={"compte": compte(IBAN_CCP)})
    second = accepter(demande, par=agent)
    jour = timezone.localdate()

    assert compte_en_vigueur(fiche, jour).iban == IBAN_BCI
    assert compte_en_vigueur(fiche, jour, etablissement=second).iban == IBAN_CCP


def test_un_fournisseur_suspendu_ne_se_paie_pas():
    fiche = FournisseurFactory(suspendu=True)

    with pytest.raises(CompteIntrouvable, match="est suspendu"):
        compte_en_vigueur(fiche, timezone.localdate())
