"""The régies of the demonstration: held, replaced, taken back, and sound for the night check."""

import pytest
from django.conf import settings
from django.utils import timezone

from facturier.acces.personnes import charger_personnes
from facturier.accueil.demonstration_regies import installer_regies
from facturier.accueil.verification import verifier
from telepaiement.models import Nomination, Regie, RemiseService
from telepaiement.nominations import responsable
from telepaiement.reference import charger_regies

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("reference")
def test_le_suppleant_a_tenu_la_regie_puis_le_regisseur_l_a_reprise():
    charger_personnes(settings.RACINE / "fixtures" / "personnes_demo.toml", mot_de_passe="x")
    charger_regies()

    installer_regies()
    installer_regies()

    regie = Regie.objects.get(code="CENTRE")
    remises = RemiseService.objects.filter(regie=regie).order_by("pk")
    assert [remise.entrant.personne.nom for remise in remises] == ["Cagou", "Tiaré", "Cagou"]
    assert {(remise.especes_comptees, remise.ecart) for remise in remises} == {(20_000, 0)}
    suppleance = regie.nominations.get(qualite=Nomination.Qualite.SUPPLEANT)
    assert suppleance.etat == Nomination.Etat.TERMINEE
    for regie in Regie.objects.all():
        en_charge = responsable(regie, timezone.localdate())
        assert en_charge is not None
        assert en_charge.personne.nom == "Cagou"
    assert list(verifier()) == []
