"""Oppositions and cessions: two agents for each step, frozen facts, sharing by rank."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from hypothesis import given
from hypothesis import strategies as st

from facturier.commun.etats import ActeInterdit, TransitionInterdite
from fournisseurs import oppositions as actes
from fournisseurs.models import EntreeJournal, EtatOpposition, Opposition
from fournisseurs.retenues import Dette, RetenueImpossible, oppositions_a_servir, partager
from tests.fournisseurs.factories import (
    FournisseurFactory,
    OppositionFactory,
    creer_agent,
    creer_banque,
    preuve,
)

base = pytest.mark.django_db
deux_moteurs = pytest.mark.deux_moteurs
JOUR = date(2026, 11, 23)


def _notification(**champs):
    valeurs = {
        "genre": "cession",
        "beneficiaire": creer_banque(),
        "notifiee_le": date(2026, 11, 3),
        "reference": "Acte fictif 12",
        "date_debut": date(2026, 11, 3),
    }
    return actes.Notification(**{**valeurs, **champs})


def _enregistrer(fournisseur, notification, agent):
    return actes.enregistrer_opposition(fournisseur, notification, preuve("opposition"), par=agent)


@base
@deux_moteurs
def test_celui_qui_saisit_ne_valide_pas(agent):
    opposition = _enregistrer(FournisseurFactory(), _notification(), agent)

    with pytest.raises(ActeInterdit, match="un autre agent"):
        actes.valider_opposition(opposition, par=agent)

    assert Opposition.objects.get().etat == EtatOpposition.A_VALIDER


@base
@deux_moteurs
def test_une_opposition_validee_est_a_servir_et_au_journal(agent):
    fournisseur = FournisseurFactory()
    opposition = _enregistrer(fournisseur, _notification(plafond=50_000), agent)

    actes.valider_opposition(opposition, par=creer_agent())

    assert oppositions_a_servir(fournisseur, JOUR) == [(opposition, 50_000)]
    assert EntreeJournal.objects.filter(acte="opposition_validee").count() == 1
    assert [p.acte for p in opposition.passages.order_by("pk")] == ["enregistrer", "valider"]


@base
@pytest.mark.parametrize(
    ("champs", "fautif"),
    [
        ({"notifiee_le": date(2999, 1, 1), "date_debut": date(2999, 1, 1)}, "notifiee_le"),
        ({"date_debut": date(2026, 11, 2)}, "date_debut"),
        ({"date_fin": date(2026, 11, 1)}, "date_fin"),
        ({"plafond": 0}, "plafond"),
    ],
)
def test_une_notification_incoherente_nomme_son_champ(agent, champs, fautif):
    with pytest.raises(ValidationError) as refus:
        _enregistrer(FournisseurFactory(), _notification(**champs), agent)

    assert list(refus.value.message_dict) == [fautif]


@base
def test_le_fournisseur_ne_se_cede_rien_a_lui_meme(agent):
    fournisseur = FournisseurFactory()

    with pytest.raises(ValidationError, match="un autre que le fournisseur"):
        _enregistrer(fournisseur, _notification(beneficiaire=fournisseur), agent)


@base
def test_un_beneficiaire_sans_compte_verifie_est_refuse(agent):
    suspendu = FournisseurFactory(suspendu=True)

    with pytest.raises(ValidationError, match="aucun compte bancaire vérifié"):
        _enregistrer(FournisseurFactory(), _notification(beneficiaire=suspendu), agent)


@base
def test_un_etablissement_d_un_autre_est_refuse(agent):
    autre = FournisseurFactory().etablissements.get()

    with pytest.raises(ValidationError, match="pas celui du fournisseur"):
        _enregistrer(FournisseurFactory(), _notification(etablissement=autre), agent)


@base
@deux_moteurs
def test_une_mainlevee_proposee_laisse_servir_l_opposition():
    opposition = OppositionFactory(levee_proposee=True)

    assert [o for o, _ in oppositions_a_servir(opposition.fournisseur, JOUR)] == [opposition]


@base
@deux_moteurs
def test_une_mainlevee_demande_deux_agents():
    opposition = OppositionFactory(levee_proposee=True)

    with pytest.raises(ActeInterdit):
        actes.lever(opposition, par=opposition.levee_proposee_par)
    actes.lever(opposition, par=creer_agent())

    assert oppositions_a_servir(opposition.fournisseur, JOUR) == []


@base
def test_une_mainlevee_refusee_maintient_l_opposition():
    opposition = OppositionFactory(levee_proposee=True)

    actes.maintenir(opposition, motif="Le document vise un autre acte.", par=creer_agent())

    assert opposition.etat == EtatOpposition.EN_VIGUEUR


@base
def test_une_opposition_ecartee_garde_son_motif():
    opposition = OppositionFactory(a_valider=True)

    actes.ecarter_opposition(opposition, motif="Saisie en double.", par=creer_agent())

    assert opposition.passages.get(acte="ecarter").motif == "Saisie en double."
    with pytest.raises(TransitionInterdite):
        actes.valider_opposition(opposition, par=creer_agent())


@base
@deux_moteurs
@pytest.mark.parametrize(
    "champs", [{"plafond": 1}, {"date_fin": date(2026, 12, 1)}, {"reference": "autre"}]
)
def test_ce_qui_fut_notifie_est_fige(champs):
    opposition = OppositionFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Opposition.objects.filter(pk=opposition.pk).update(**champs)


@base
@deux_moteurs
def test_rien_ne_s_efface():
    opposition = OppositionFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        Opposition.objects.filter(pk=opposition.pk)._raw_delete("default")


@base
@deux_moteurs
def test_une_opposition_levee_ne_revient_pas():
    opposition = OppositionFactory(levee=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Opposition.objects.filter(pk=opposition.pk).update(etat=EtatOpposition.EN_VIGUEUR)


@base
def test_elle_ne_se_sert_que_de_sa_date_a_sa_fin():
    opposition = OppositionFactory(date_debut=JOUR, date_fin=JOUR + timedelta(days=1))

    servies = [
        bool(oppositions_a_servir(opposition.fournisseur, JOUR + timedelta(days=ecart)))
        for ecart in (-1, 0, 1, 2)
    ]

    assert servies == [False, True, True, False]


@base
def test_le_rang_est_celui_de_la_notification():
    fournisseur = FournisseurFactory()
    seconde = OppositionFactory(fournisseur=fournisseur, notifiee_le=date(2026, 11, 9))
    premiere = OppositionFactory(fournisseur=fournisseur, notifiee_le=date(2026, 11, 2))

    assert [o for o, _ in oppositions_a_servir(fournisseur, JOUR)] == [premiere, seconde]


def _opposition(pk=1, etablissement=None, commande=""):
    return Opposition(pk=pk, numero=f"OPP-{pk}", etablissement_id=etablissement, commande=commande)


def _dette(montant, etablissement=1, commande=""):
    return Dette(etablissement=etablissement, commande=commande, montant=montant)


def test_la_premiere_prend_tout_la_suivante_ne_trouve_rien():
    premiere, seconde = partager([_dette(100)], [(_opposition(1), None), (_opposition(2), None)])

    assert (premiere.par_dette, seconde.par_dette) == ((100,), (0,))
    assert seconde.est_primee


def test_limitee_a_une_commande_elle_ne_prend_que_ses_factures():
    dettes = [_dette(100, commande="BC-1"), _dette(50, commande="BC-2")]

    (retenue,) = partager(dettes, [(_opposition(commande="bc-2"), None)])

    assert retenue.par_dette == (0, 50)


def test_limitee_a_un_marche_inconnu_elle_attend_la_decision_d_un_agent():
    (retenue,) = partager([_dette(100, commande="BC-1")], [(_opposition(commande="M-9"), None)])

    assert (retenue.montant, retenue.vise_autre_chose) == (0, True)


def test_limitee_a_un_autre_etablissement_elle_ne_concerne_rien():
    assert partager([_dette(100)], [(_opposition(etablissement=2), None)]) == []


def test_un_choix_au_dela_du_plafond_est_impossible():
    with pytest.raises(RetenueImpossible, match="entre 0 et 40"):
        partager([_dette(100)], [(_opposition(), 40)], choix={1: 41})


LISTE_DETTES = st.lists(
    st.builds(
        Dette,
        etablissement=st.integers(1, 2),
        commande=st.sampled_from(["", "BC-1", "BC-2"]),
        montant=st.integers(1, 10**9),
    ),
    min_size=1,
    max_size=4,
)
LISTE_OPPOSITIONS = st.lists(
    st.tuples(
        st.builds(
            _opposition,
            pk=st.integers(1, 10**6),
            etablissement=st.sampled_from([None, 1, 2]),
            commande=st.sampled_from(["", "BC-1", "M-9"]),
        ),
        st.none() | st.integers(1, 10**9),
    ),
    max_size=5,
)


@given(dettes=LISTE_DETTES, oppositions=LISTE_OPPOSITIONS)
def test_les_parts_et_le_net_font_toujours_la_dette(dettes, oppositions):
    retenues = partager(dettes, oppositions)

    nets = [
        dette.montant - sum(retenue.par_dette[rang] for retenue in retenues)
        for rang, dette in enumerate(dettes)
    ]
    assert min(nets) >= 0
    assert all(part >= 0 for retenue in retenues for part in retenue.par_dette)
    assert all(r.disponible is None or r.montant <= r.disponible for r in retenues)


@given(dettes=LISTE_DETTES)
def test_sans_plafond_ni_limite_tout_va_au_premier(dettes):
    (retenue,) = partager(dettes, [(_opposition(), None)])

    assert retenue.montant == sum(dette.montant for dette in dettes)


@base
def test_un_agent_seul_enregistre(fournisseur):
    with pytest.raises(ActeInterdit):
        _enregistrer(FournisseurFactory(), _notification(), fournisseur)
