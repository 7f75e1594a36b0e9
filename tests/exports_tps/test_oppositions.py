"""Before signing: every mandat pays who it must on that day, on somebody's verified account."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Role
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import EtatBordereau
from facturier.suivi import mandatement
from facturier.suivi.beneficiaires import Choix
from fournisseurs import oppositions as actes
from tests.exports_tps.factories import bordereau_depense, compte_verifie
from tests.fournisseurs.factories import OppositionFactory, creer_agent, preuve
from tests.grand_livre.factories import JOUR, TiersFactory, cession, mandat
from tests.suivi.factories import FactureFactory, acteur

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def facture(agent):
    """A liquidated invoice of 111 000 F."""
    return FactureFactory(liquidee=True)


def _cession(facture, **champs):
    return OppositionFactory(fournisseur=facture.etablissement.fournisseur, **champs)


def _bordereau(facture, choix=None):
    agent = acteur(Role.AGENT)
    emis = mandatement.mandater([facture.pk], par=agent, choix=choix)
    return creer_bordereau(
        sens="depense", pieces=[emis.pk], date_emission=emis.date_emission, par=agent
    )


def _anomalies(bordereau):
    return [a for controle in lire_a_signer(bordereau).controles for a in controle.anomalies]


def test_un_mandat_qui_sert_la_cession_se_signe(facture, ordonnateur):
    _cession(facture, plafond=40_000)
    bordereau = _bordereau(facture)

    signer_bordereau(bordereau, par=ordonnateur)

    assert bordereau.etat == EtatBordereau.SIGNE


def test_une_opposition_notifiee_apres_l_emission_arrete_la_signature(facture, ordonnateur):
    bordereau = _bordereau(facture)
    opposition = _cession(facture, genre="saisie")

    with pytest.raises(ValidationError, match=f"{opposition.numero} », notifiée le 03/11/2026"):
        signer_bordereau(bordereau, par=ordonnateur)

    assert "annulez le mandat et émettez-le de nouveau" in _anomalies(bordereau)[0]


def test_reemis_le_mandat_se_signe(facture, ordonnateur, agent):
    bordereau = _bordereau(facture)
    _cession(facture, plafond=40_000)
    mandatement.annuler_mandat(bordereau.pieces.get(), motif="Opposition", par=agent)

    assert _anomalies(_bordereau(facture)) == []


def test_une_opposition_a_valider_arrete_la_signature(facture):
    bordereau = _bordereau(facture)
    _cession(facture, a_valider=True)

    assert "attend sa validation" in _anomalies(bordereau)[0]


def test_une_mainlevee_apres_l_emission_arrete_la_signature(facture):
    opposition = _cession(facture, plafond=40_000)
    bordereau = _bordereau(facture)
    actes.proposer_levee(
        opposition,
        levee_le=opposition.notifiee_le,
        motif="Dette réglée.",
        preuve=preuve("mainlevee"),
        par=creer_agent(),
    )
    avant = _anomalies(bordereau)

    actes.lever(opposition, par=creer_agent())

    assert avant == []
    assert "n’est plus à servir (levée)" in _anomalies(bordereau)[0]


def test_une_cession_finie_le_jour_de_la_signature_ne_se_paie_plus(facture, time_machine):
    _cession(facture, date_fin=timezone.localdate() + timedelta(days=1))
    bordereau = _bordereau(facture)

    time_machine.move_to(timezone.now() + timedelta(days=3))

    assert "n’est plus à servir (en vigueur)" in _anomalies(bordereau)[0]


def test_un_ecart_motive_se_signe(facture, ordonnateur):
    opposition = _cession(facture)
    bordereau = _bordereau(facture, {opposition.pk: Choix(0, "Contestée devant le juge.")})

    assert _anomalies(bordereau) == []


def test_une_cession_epuisee_ailleurs_n_arrete_rien(facture):
    bordereau = _bordereau(facture)
    autre = FactureFactory(liquidee=True, etablissement=facture.etablissement)
    _cession(facture, plafond=111_000)
    mandatement.mandater([autre.pk], par=acteur(Role.AGENT))

    assert _anomalies(bordereau) == []


def test_une_opposition_d_un_autre_etablissement_n_arrete_rien(facture):
    bordereau = _bordereau(facture)
    autre = FactureFactory(liquidee=True).etablissement
    OppositionFactory(fournisseur=autre.fournisseur, etablissement=autre)

    assert _anomalies(bordereau) == []


def test_un_compte_qui_n_est_celui_de_personne_est_refuse(agent, ordonnateur):
    emis = mandat(agent)
    bordereau = creer_bordereau(sens="depense", pieces=[emis.pk], date_emission=JOUR, par=agent)

    with pytest.raises(ValidationError, match="aucun relevé vérifié de ce tiers"):
        signer_bordereau(bordereau, par=ordonnateur)


def test_un_beneficiaire_sans_compte_verifie_est_refuse(agent):
    tiers = TiersFactory.create()
    emis = mandat(agent, tiers=tiers, cessions=[cession(montant=1_000)])
    compte_verifie(tiers, emis.iban, agent)
    bordereau = creer_bordereau(sens="depense", pieces=[emis.pk], date_emission=JOUR, par=agent)

    assert "Banque fictive n’est vérifié pour personne" in " ".join(_anomalies(bordereau))


def test_le_controle_ne_coute_pas_plus_pour_plus_de_mandats(agent):
    un, quatre = (
        bordereau_depense(agent, nombre, cessions=[cession(montant=40_000)]) for nombre in (1, 4)
    )

    assert _requetes(un) == _requetes(quatre)


def _requetes(bordereau):
    with CaptureQueriesContext(connection) as lues:
        lire_a_signer(bordereau)
    return len(lues)
