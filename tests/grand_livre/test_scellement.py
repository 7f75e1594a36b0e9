"""Sealing: numbers without gaps, chained digests, balances, whatever happens meanwhile."""

import pytest
from django.db import IntegrityError, transaction

from facturier.grand_livre.models import AttenteScellement, Ecriture, Scellement, Solde
from facturier.grand_livre.passation import passer
from facturier.grand_livre.scellement import ORIGINE, sceller
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.tasks import sceller_en_attente
from facturier.grand_livre.verification import verifier
from tests.grand_livre.concurrence import ensemble
from tests.grand_livre.factories import JOUR, lignes

deux_moteurs = pytest.mark.deux_moteurs


def _passer(par, montant=100, journal="OD", exercice=2026):
    return passer(
        exercice=exercice,
        journal=journal,
        date_comptable=JOUR.replace(year=exercice),
        evenement="essai",
        libelle="Essai",
        lignes=lignes(("60612", "D", montant), ("4011", "C", montant)),
        par=par,
    )


def _numeros(journal="OD", exercice=2026):
    scellements = Scellement.objects.filter(journal=journal, exercice=exercice).order_by("numero")
    return list(scellements.values_list("numero", flat=True))


@deux_moteurs
def test_sceller_numerote_chaque_journal_et_exercice_sans_trou(reference, agent):
    for journal, exercice in (("OD", 2026), ("TRE", 2026), ("OD", 2026), ("OD", 2025)):
        _passer(agent, journal=journal, exercice=exercice)

    bilan = sceller()

    assert bilan.ecritures == 4
    assert (_numeros("OD"), _numeros("TRE"), _numeros("OD", 2025)) == ([1, 2], [1], [1])
    assert set(bilan.chaines) == {"OD 2026", "TRE 2026", "OD 2025"}


@deux_moteurs
def test_chaque_empreinte_continue_la_precedente(reference, agent):
    _passer(agent)
    premier = sceller()
    _passer(agent)

    second = sceller()

    empreintes = list(Scellement.objects.order_by("numero").values_list("empreinte", flat=True))
    assert empreintes == [premier.chaines["OD 2026"], second.chaines["OD 2026"]]
    assert len({*empreintes, ORIGINE}) == 3


@deux_moteurs
def test_sceller_deux_fois_ne_change_rien(reference, agent):
    _passer(agent)
    sceller()
    soldes = list(Solde.objects.order_by("pk").values())

    bilan = sceller()

    assert (bilan.ecritures, bilan.chaines) == (0, {})
    assert list(Solde.objects.order_by("pk").values()) == soldes


@deux_moteurs
def test_le_solde_reunit_l_instantane_et_ce_qui_attend(reference, agent):
    _passer(agent, 100)
    sceller()
    _passer(agent, 30)

    lu = solde("60612", exercice=2026)

    assert (lu.debit, lu.credit, lu.solde) == (130, 0, 130)
    assert Solde.objects.get(compte__numero="60612").debit == 100


@deux_moteurs
def test_un_jour_deja_scelle_se_complete(reference, agent):
    for montant in (100, 30):
        _passer(agent, montant)
        sceller()

    assert Solde.objects.get(compte__numero="4011").credit == 130


@deux_moteurs
@pytest.mark.parametrize("taille", [1, 2, 3, 7])
def test_les_lots_vont_jusqu_au_bout_de_la_file(reference, agent, taille):
    for _ in range(6):
        _passer(agent)

    bilan = sceller(taille_lot=taille)

    assert bilan.ecritures == 6
    assert _numeros() == [1, 2, 3, 4, 5, 6]
    assert not AttenteScellement.objects.exists()


@deux_moteurs
def test_un_scellement_ne_se_reprend_pas(reference, agent):
    _passer(agent)
    sceller()

    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        Scellement.objects.update(numero=9)


@deux_moteurs
def test_la_tache_scelle_ce_qui_attend(reference, agent):
    _passer(agent)

    assert sceller_en_attente() == 1


@pytest.mark.django_db(transaction=True)
def test_on_passe_des_ecritures_pendant_que_l_on_scelle(reference, agent):
    def passer_beaucoup():
        for _ in range(25):
            _passer(agent)

    def sceller_sans_cesse():
        return sum(sceller(taille_lot=7).ecritures for _ in range(12))

    resultats = ensemble([passer_beaucoup] * 3 + [sceller_sans_cesse] * 2)
    dernier = sceller().ecritures

    assert resultats[:3] == [None] * 3
    assert resultats[3] + resultats[4] + dernier == Ecriture.objects.count() == 75
    assert _numeros() == list(range(1, 76))
    assert solde("60612", exercice=2026).debit == 7_500
    assert list(verifier()) == []
