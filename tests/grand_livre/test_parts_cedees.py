"""Parts of a mandat paid to others: frozen, within their line, owed to whom they are paid."""

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from facturier.grand_livre import evenements
from facturier.grand_livre.emission import Imputation
from facturier.grand_livre.evenements import Paiement
from facturier.grand_livre.models import LigneEcriture, LignePiece, PartCedee
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du, reste_du_par_tiers
from facturier.grand_livre.verification import verifier
from tests.grand_livre.factories import JOUR, TiersFactory, cession, mandat

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.fixture
def cede(reference, agent):
    """A mandat of 111 000 F of which 40 000 F are assigned."""
    return mandat(agent, cessions=[cession(montant=40_000)])


def _restes(emis):
    return reste_du_par_tiers([emis.pk], sens="depense")[emis.pk]


def _cessionnaire(emis):
    return PartCedee.objects.get(ligne__piece=emis).tiers_id


def _payer(emis, montant, par, par_tiers=None):
    return evenements.payer_mandat(
        emis, montant=montant, date_paiement=JOUR, reference="o-1", par=par, par_tiers=par_tiers
    )


def test_chacun_se_voit_devoir_sa_part(cede):
    assert _restes(cede) == {cede.tiers_id: 71_000, _cessionnaire(cede): 40_000}
    assert reste_du(cede) == 111_000


def test_un_mandat_sur_deux_sections_cede_section_par_section(reference, agent):
    banque = TiersFactory.create(nom="Banque fictive")

    emis = mandat(
        agent,
        imputations=[
            Imputation(compte="617", montant_ht=1_000),
            Imputation(compte="2051", montant_ht=500),
        ],
        cessions=[
            cession(montant=1_000, tiers=banque),
            cession(montant=200, rang_imputation=2, tiers=banque),
        ],
    )

    lignes = LigneEcriture.objects.filter(piece=emis).order_by("rang")
    assert list(lignes.values_list("compte__numero", "tiers", "montant")) == [
        ("4041", emis.tiers_id, 300),
        ("40172", banque.pk, 1_000),
        ("40472", banque.pk, 200),
    ]


def test_des_parts_au_dela_de_l_imputation_sont_refusees(reference, agent):
    with pytest.raises(EcritureRefusee, match="dépassent le montant"):
        mandat(agent, cessions=[cession(montant=111_001)])


def test_un_paiement_partiel_dit_qui_il_paie(cede, agent):
    with pytest.raises(EcritureRefusee, match="plusieurs bénéficiaires"):
        _payer(cede, 40_000, agent)


def test_le_detail_d_un_paiement_fait_son_montant(cede, agent):
    with pytest.raises(EcritureRefusee, match="détail du paiement"):
        _payer(cede, 40_000, agent, {_cessionnaire(cede): 30_000})


def test_le_cessionnaire_ne_recoit_pas_plus_que_sa_part(cede, agent):
    with pytest.raises(EcritureRefusee, match="dépasse de 1 F"):
        _payer(cede, 40_001, agent, {_cessionnaire(cede): 40_001})

    assert _restes(cede)[_cessionnaire(cede)] == 40_000


def test_un_lot_de_paiements_solde_chacun(cede, agent):
    detail = {cede.tiers_id: 71_000, _cessionnaire(cede): 40_000}
    paiement = Paiement(
        mandat=cede, montant=111_000, date_paiement=JOUR, reference="o-1", par_tiers=detail
    )

    evenements.payer_mandats([paiement], par=agent)

    assert set(_restes(cede).values()) == {0}
    assert list(verifier()) == []


@pytest.mark.parametrize("acte", ["update", "delete"])
def test_une_part_est_figee(cede, acte):
    parts = PartCedee.objects.filter(ligne__piece=cede)
    actes = {
        "update": lambda: parts.update(montant=1),
        "delete": lambda: parts._raw_delete("default"),
    }

    with pytest.raises(IntegrityError), transaction.atomic():
        actes[acte]()


def _part(emis, **champs):
    ligne = LignePiece.objects.filter(piece=emis).first()
    exemple = cession(montant=1)
    valeurs = {"montant": 1, "rang": 9, "tiers": exemple.destinataire.tiers, **champs}
    return PartCedee(
        ligne=ligne,
        creance="OPP-2026-0009",
        nom_tiers="Banque fictive",
        adresse_voie="1 rue Fictive",
        code_postal="98800",
        ville="Nouméa",
        iban=exemple.compte.iban,
        titulaire_compte="Banque fictive",
        **valeurs,
    )


def test_un_mandat_emis_ne_recoit_plus_de_part(cede):
    with pytest.raises(IntegrityError), transaction.atomic():
        _part(cede).save()


def test_le_tiers_du_mandat_ne_se_cede_rien_a_lui_meme(reference, agent):
    tiers = TiersFactory.create()

    with pytest.raises(EcritureRefusee), transaction.atomic():
        mandat(agent, tiers=tiers, cessions=[cession(montant=10, tiers=tiers)])


@given(
    lignes=st.lists(st.integers(1, 10_000), min_size=1, max_size=3),
    tirages=st.lists(st.tuples(st.integers(1, 3), st.integers(1, 10_000)), max_size=5),
)
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_les_parts_et_le_net_font_toujours_le_montant(reference, agent, lignes, tirages):
    restes = dict(enumerate(lignes, start=1))
    cessions = []
    for rang, voulu in tirages:
        montant = min(voulu, restes.get(rang, 0))
        if montant:
            restes[rang] -= montant
            cessions.append(cession(montant=montant, rang_imputation=rang))

    emis = mandat(
        agent,
        imputations=[Imputation(compte="617", montant_ht=montant) for montant in lignes],
        cessions=cessions,
    )

    dus = _restes(emis)
    assert sum(dus.values()) == emis.montant_ttc
    assert min(dus.values()) > 0
    assert dus.get(emis.tiers_id, 0) == sum(restes.values())
