"""Mandats of a supplier under opposition: who is proposed, decided, paid; what stays of it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError

from facturier.acces.models import Role
from facturier.grand_livre.models import PartCedee, PieceJustificative
from facturier.grand_livre.soldes import reste_du_par_tiers
from facturier.grand_livre.verification import verifier
from facturier.suivi import mandatement
from facturier.suivi.beneficiaires import Choix
from fournisseurs.models import DecisionPaiement
from fournisseurs.releves import situation
from fournisseurs.retenues import disponibles
from tests.fournisseurs.factories import OppositionFactory
from tests.suivi.factories import FactureFactory, acteur

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


@pytest.fixture
def facture(agent):
    """A liquidated invoice of 111 000 F."""
    return FactureFactory(liquidee=True)


def _cession(facture, **champs):
    return OppositionFactory(fournisseur=facture.etablissement.fournisseur, **champs)


def _du(mandat):
    return reste_du_par_tiers([mandat.pk], sens="depense")[mandat.pk]


def test_le_mandat_paie_le_cessionnaire_puis_le_fournisseur(facture, agent):
    cession = _cession(facture, plafond=40_000)

    mandat = mandatement.mandater([facture.pk], par=agent)

    part = PartCedee.objects.get()
    assert _du(mandat) == {mandat.tiers_id: 71_000, cession.beneficiaire.tiers_id: 40_000}
    assert (part.creance, part.iban) == (cession.numero, "FR7617499000000000000000215")
    assert list(verifier()) == []


def test_l_acte_notifie_est_une_piece_du_mandat(facture, agent):
    _cession(facture)

    mandat = mandatement.mandater([facture.pk], par=agent)

    assert mandat.justificatifs.filter(genre=PieceJustificative.Genre.OPPOSITION).count() == 1


def test_le_plafond_se_lit_au_grand_livre_et_se_libere(facture, agent):
    cession = _cession(facture, plafond=150_000)
    mandat = mandatement.mandater([facture.pk], par=agent)
    apres_emission = disponibles([cession])

    mandatement.annuler_mandat(mandat, motif="Erreur de tiers", par=agent)

    assert (apres_emission, disponibles([cession])) == (
        {cession.pk: 39_000},
        {cession.pk: 150_000},
    )


def test_une_cession_epuisee_ne_prend_plus_rien(facture, agent):
    _cession(facture, plafond=111_000)
    mandatement.mandater([facture.pk], par=agent)
    suivante = FactureFactory(liquidee=True, etablissement=facture.etablissement)

    mandat = mandatement.mandater([suivante.pk], par=agent)

    assert _du(mandat) == {mandat.tiers_id: 111_000}
    assert not DecisionPaiement.objects.filter(mandat=mandat).exists()


def test_plusieurs_se_servent_dans_l_ordre_des_notifications(facture, agent):
    seconde = _cession(facture, plafond=90_000, notifiee_le=date(2026, 11, 9))
    premiere = _cession(facture, plafond=60_000, notifiee_le=date(2026, 11, 2), genre="saisie")

    mandat = mandatement.mandater([facture.pk], par=agent)

    decisions = DecisionPaiement.objects.filter(mandat=mandat)
    assert list(decisions.values_list("opposition", "montant_retenu")) == [
        (premiere.pk, 60_000),
        (seconde.pk, 51_000),
    ]
    assert mandat.tiers_id not in _du(mandat)


def test_s_ecarter_de_la_proposition_demande_un_motif(facture, agent):
    cession = _cession(facture)

    with pytest.raises(ValidationError, match="écrivez pourquoi"):
        mandatement.mandater([facture.pk], par=agent, choix={cession.pk: Choix(0)})

    assert not PartCedee.objects.exists()


def test_un_ecart_motive_reste_ecrit(facture, agent):
    cession = _cession(facture)

    mandat = mandatement.mandater(
        [facture.pk], par=agent, choix={cession.pk: Choix(10_000, "Accord du cessionnaire.")}
    )

    decision = DecisionPaiement.objects.get(mandat=mandat)
    assert (decision.montant_propose, decision.montant_retenu, decision.motif_ecart) == (
        111_000,
        10_000,
        "Accord du cessionnaire.",
    )
    assert _du(mandat)[cession.beneficiaire.tiers_id] == 10_000


def test_une_opposition_arrivee_entre_temps_oblige_a_relire(facture, agent):
    vue = _cession(facture, plafond=10_000)
    _cession(facture, plafond=20_000, notifiee_le=date(2026, 11, 9))

    with pytest.raises(ValidationError, match="viennent de changer"):
        mandatement.mandater([facture.pk], par=agent, choix={vue.pk: Choix(10_000)})


def test_une_opposition_a_valider_arrete_le_mandatement(facture, agent):
    cession = _cession(facture, a_valider=True)

    with pytest.raises(ValidationError, match=f"À valider ou à écarter .*{cession.numero}"):
        mandatement.mandater([facture.pk], par=agent)


def test_limitee_a_un_autre_etablissement_elle_laisse_payer(facture, agent):
    autre = FactureFactory(liquidee=True).etablissement
    OppositionFactory(fournisseur=autre.fournisseur, etablissement=autre)

    mandat = mandatement.mandater([facture.pk], par=agent)

    assert _du(mandat) == {mandat.tiers_id: 111_000}


def _poster(client, agent, facture, **champs):
    client.force_login(agent)
    donnees = {"factures": [facture.pk], "type_depense": facture.type_depense, "rang": ""}
    return client.post("/gestion/mandats/nouveau/", donnees | champs, follow=True)


def test_la_page_propose_les_beneficiaires_avant_d_emettre(client, facture, agent):
    _cession(facture, plafond=40_000)

    page = _poster(client, agent, facture).text

    assert "Qui payer\u202f?" in page
    assert "Banque fictive" in page
    assert not PartCedee.objects.exists()


def test_la_page_emet_ce_que_l_agent_a_lu(client, facture, agent):
    cession = _cession(facture, plafond=40_000)

    _poster(client, agent, facture, beneficiaires="1", **{f"montant_{cession.pk}": "40 000"})

    assert PartCedee.objects.get().montant == 40_000


@pytest.mark.parametrize(
    ("montant", "motif", "message"),
    [
        ("10 000", "", "Écrivez pourquoi"),
        ("50 000", "Accord", "entre 0 et"),
        ("", "", "obligatoire"),
    ],
)
def test_un_ecart_fautif_est_explique(client, facture, agent, montant, motif, message):
    cession = _cession(facture, plafond=40_000)
    champs = {f"montant_{cession.pk}": montant, f"motif_{cession.pk}": motif}

    reponse = _poster(client, agent, facture, beneficiaires="1", **champs)

    assert reponse.status_code == 422
    assert message in reponse.text


def test_sans_opposition_le_mandat_s_emet_aussitot(client, facture, agent):
    _poster(client, agent, facture)

    facture.refresh_from_db()
    assert facture.mandat is not None


def test_le_fournisseur_voit_qui_est_paye_a_sa_place(client, facture, agent):
    _cession(facture, plafond=40_000)
    mandatement.mandater([facture.pk], par=agent)
    client.force_login(acteur(Role.FOURNISSEUR))
    tiers = facture.etablissement.fournisseur.tiers

    pages = [
        client.get(adresse).text
        for adresse in (f"/factures/{facture.pk}/", f"/fournisseur/comptes/{tiers.code}/")
    ]

    assert all("Payé à un autre à votre place" in page for page in pages)
    assert all("Cession de créance Acte fictif 12" in page for page in pages)


def test_le_releve_ne_doit_au_fournisseur_que_le_net(facture, agent):
    cession = _cession(facture, plafond=40_000)
    mandatement.mandater([facture.pk], par=agent)

    etats = [
        situation(tiers).total_du_au_tiers
        for tiers in (facture.etablissement.fournisseur.tiers, cession.beneficiaire.tiers)
    ]

    assert etats == [71_000, 40_000]
