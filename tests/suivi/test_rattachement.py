"""Year end: what was delivered and not mandated goes to 408, and comes back on 1 January."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Exercice
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.verification import verifier
from facturier.suivi import instruction
from facturier.suivi.rapprochement import constater_reception
from facturier.suivi.rattachement import charges_a_payer, rattacher_charges
from tests.suivi.factories import BonCommandeFactory, EtablissementFactory, FactureFactory, acteur
from tests.suivi.test_commandes import lancer

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


@pytest.fixture
def en_janvier(time_machine):
    """Two charges of 2026, seen from January: a liquidated invoice, a delivery not invoiced."""
    etablissement = EtablissementFactory.create()
    FactureFactory(liquidee=True, etablissement=etablissement)
    commande = BonCommandeFactory.create(fournisseur=etablissement.fournisseur)
    constater_reception(
        commande,
        date_reception=date(2026, 11, 20),
        description="Livraison",
        montant=50_000,
        par=acteur(Role.SERVICE, commande.service),
    )
    time_machine.move_to("2027-01-10 00:00:00+00:00", tick=False)


@pytest.mark.usefixtures("en_janvier")
def test_les_charges_vont_au_408_et_en_reviennent_a_la_reouverture(agent):
    fait = rattacher_charges(2026, par=agent)

    assert (fait.total, fait.nouvelles) == (161_000, 4)
    assert (solde("408", exercice=2026).credit, solde("6064", exercice=2026).debit) == (
        161_000,
        161_000,
    )
    assert (solde("408", exercice=2027).debit, solde("6064", exercice=2027).credit) == (
        161_000,
        161_000,
    )
    assert list(verifier()) == []


@pytest.mark.usefixtures("en_janvier")
def test_un_second_rattachement_n_ajoute_rien(agent):
    rattacher_charges(2026, par=agent)

    assert rattacher_charges(2026, par=agent).nouvelles == 0


@pytest.mark.usefixtures("en_janvier")
def test_la_commande_compte_sans_passer_puis_passe():
    _, essai = lancer("rattacher_charges", 2026)
    _, fait = lancer("rattacher_charges", 2026, "--executer")

    assert (essai["charges"], essai["montant"], essai["ecritures"]) == (2, 161_000, 0)
    assert (fait["montant"], fait["ecritures"]) == (161_000, 4)


def test_ce_qui_est_mandate_dans_l_annee_n_est_pas_a_payer():
    FactureFactory(mandat_emis=True)

    assert charges_a_payer(2026) == []


def test_une_immobilisation_ne_va_pas_au_408(agent):
    facture = FactureFactory(certifiee=True)
    instruction.liquider(facture, compte="2031", fonction="930", par=agent)

    assert charges_a_payer(2026) == []


def test_une_annee_en_cours_ou_close_est_refusee(agent, service, time_machine):
    with pytest.raises(ValidationError, match="n’est pas finie"):
        rattacher_charges(2026, par=agent)
    with pytest.raises(ActeInterdit):
        rattacher_charges(2026, par=service)
    time_machine.move_to("2027-02-10 00:00:00+00:00", tick=False)
    Exercice.objects.filter(annee=2026).update(clos_le="2027-02-01T00:00:00Z")

    with pytest.raises(ValidationError, match="L’exercice 2026 est clos"):
        rattacher_charges(2026, par=agent)
