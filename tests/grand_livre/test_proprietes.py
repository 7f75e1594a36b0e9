"""What must hold for every entry that Hypothesis can think of."""

import itertools
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from facturier.acces.models import Utilisateur
from facturier.grand_livre.models import Ecriture, Sens
from facturier.grand_livre.passation import EcritureRefusee, Ligne, contrepasser, passer
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.verification import verifier
from tests.grand_livre.factories import JOUR

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]
COMPTES = ("4011", "4041", "515", "60612", "70323")
SOUVENT = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

montants = st.integers(min_value=1, max_value=10**12)
jours = st.dates(date(2026, 1, 1), date(2026, 12, 31))
jambes = st.builds(
    Ligne,
    compte=st.sampled_from(COMPTES),
    sens=st.sampled_from(Sens),
    montant=st.integers(min_value=-2, max_value=5),
)


@st.composite
def equilibrees(tirer: st.DrawFn) -> list[Ligne]:
    """Draw lines that balance: any debits, and credits that share out their sum."""
    debits = tirer(st.lists(montants, min_size=1, max_size=4))
    coupes = tirer(st.sets(st.integers(1, max(1, sum(debits) - 1)), max_size=3))
    bornes = [0, *sorted(coupes - {sum(debits)}), sum(debits)]
    credits_ = [fin - debut for debut, fin in itertools.pairwise(bornes)]
    comptes = st.sampled_from(COMPTES)
    return [Ligne(tirer(comptes), Sens.DEBIT, montant) for montant in debits] + [
        Ligne(tirer(comptes), Sens.CREDIT, montant) for montant in credits_
    ]


@contextmanager
def a_blanc() -> Iterator[None]:
    """Undo what the block writes: Hypothesis plays many examples in one test."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def _passer(par: Utilisateur, lignes: list[Ligne], jour: date = JOUR) -> Ecriture:
    return passer(
        exercice=2026,
        journal="OD",
        date_comptable=jour,
        evenement="essai",
        libelle="Essai",
        lignes=lignes,
        par=par,
    )


def _soldes(au: date | None = None) -> dict[str, int]:
    return {compte: solde(compte, exercice=2026, au=au).solde for compte in COMPTES}


def _est_recevable(lignes: list[Ligne]) -> bool:
    ecart = sum(li.montant if li.sens == Sens.DEBIT else -li.montant for li in lignes)
    return len(lignes) >= 2 and ecart == 0 and all(li.montant > 0 for li in lignes)


def _est_acceptee(par: Utilisateur, lignes: list[Ligne]) -> bool:
    try:
        _passer(par, lignes)
    except EcritureRefusee:
        return False
    return True


@SOUVENT
@given(lignes=st.lists(jambes, max_size=5) | equilibrees())
def test_une_ecriture_est_acceptee_si_et_seulement_si_elle_est_en_partie_double(
    reference, agent, lignes
):
    with a_blanc():
        acceptee = _est_acceptee(agent, lignes)

        assert acceptee == _est_recevable(lignes)
        assert Ecriture.objects.count() == int(acceptee)


@SOUVENT
@given(lignes=equilibrees(), autre=equilibrees())
def test_contrepasser_rend_tous_les_soldes_d_avant(reference, agent, lignes, autre):
    with a_blanc():
        _passer(agent, autre)
        avant = _soldes()

        ecriture = _passer(agent, lignes)
        contrepasser(ecriture, par=agent, motif="erreur", date_comptable=JOUR)

        assert _soldes() == avant


@SOUVENT
@given(
    suite=st.lists(st.tuples(equilibrees(), jours, st.booleans()), min_size=1, max_size=6),
    au=jours,
)
def test_un_solde_a_une_date_passee_ne_depend_pas_des_scellements(reference, agent, suite, au):
    attendus: dict[str, int] = dict.fromkeys(COMPTES, 0)
    with a_blanc():
        for lignes, jour, scelle in suite:
            _passer(agent, lignes, jour)
            _compter(attendus, lignes, jour <= au)
            _sceller_si(scelle)

        assert _soldes(au) == attendus


def _compter(soldes: dict[str, int], lignes: list[Ligne], est_compte: bool = True) -> None:
    for ligne in lignes if est_compte else ():
        soldes[ligne.compte] += ligne.montant if ligne.sens == Sens.DEBIT else -ligne.montant


def _sceller_si(voulu: bool) -> None:
    if voulu:
        sceller(taille_lot=2)


class VieDuGrandLivre(RuleBasedStateMachine):
    """Post, reverse and seal in any order; a plain dictionary keeps the same books."""

    par: Utilisateur

    @initialize()
    def ouvrir(self) -> None:
        """Start from an empty ledger, in a transaction that will be undone."""
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.livre: dict[date, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COMPTES, 0))
        self.vivantes: list[tuple[Ecriture, list[Ligne]]] = []

    def teardown(self) -> None:
        """Undo everything."""
        if hasattr(self, "transaction"):
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    @rule(lignes=equilibrees(), jour=jours)
    def passer(self, lignes: list[Ligne], jour: date) -> None:
        """Post an entry on any day."""
        self.vivantes.append((_passer(self.par, lignes, jour), lignes))
        _compter(self.livre[jour], lignes)

    @precondition(lambda self: self.vivantes)
    @rule(rang=st.integers(min_value=0), retard=st.integers(0, 40))
    def contrepasser(self, rang: int, retard: int) -> None:
        """Reverse an entry that was not, the same day or later."""
        ecriture, lignes = self.vivantes.pop(rang % len(self.vivantes))
        jour = min(ecriture.date_comptable + timedelta(days=retard), date(2026, 12, 31))
        contrepasser(ecriture, par=self.par, motif="erreur", date_comptable=jour)
        _compter(self.livre[jour], [Ligne(li.compte, li.sens.inverse, li.montant) for li in lignes])

    @rule(taille=st.integers(1, 3))
    def sceller(self, taille: int) -> None:
        """Seal what waits, in small batches."""
        sceller(taille_lot=taille)

    @rule(au=jours)
    def lire(self, au: date) -> None:
        """Compare the balances of a day with the plain books."""
        attendus = {
            compte: sum(jour[compte] for le, jour in self.livre.items() if le <= au)
            for compte in COMPTES
        }

        assert _soldes(au) == attendus

    @invariant()
    def rien_a_redire(self) -> None:
        """The balances add up to zero, and no check speaks."""
        if hasattr(self, "livre"):
            assert sum(_soldes().values()) == 0
            assert list(verifier()) == []


def test_le_grand_livre_tient_quel_que_soit_l_ordre_des_actes(reference, agent):
    VieDuGrandLivre.par = agent

    run_state_machine_as_test(
        VieDuGrandLivre,
        settings=settings(max_examples=15, stateful_step_count=12, deadline=None),
    )
