"""Several sessions post, letter and close at once (PostgreSQL)."""

from threading import Event

import pytest
from django.db import connection, transaction
from django.utils import timezone

from facturier.grand_livre.models import Ecriture, Exercice, Lettrage, LigneEcriture, Sens
from facturier.grand_livre.passation import (
    EcritureAPasser,
    EcritureRefusee,
    Ligne,
    contrepasser,
    lettrer,
    passer,
    passer_lot,
)
from tests.grand_livre.concurrence import ensemble
from tests.grand_livre.factories import JOUR, TiersFactory, lignes

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        "connection.vendor != 'postgresql'", reason="SQLite n’a qu’un écrivain à la fois"
    ),
]
EQUILIBREE = lignes(("60612", "D", 100), ("4011", "C", 100))


def _a_passer(par, cle):
    return EcritureAPasser(
        exercice=2026,
        journal="OD",
        date_comptable=JOUR,
        evenement="essai",
        libelle="Essai",
        lignes=EQUILIBREE,
        par_id=par.pk,
        cle=cle,
    )


def _passer(par, cle=None, retenues=EQUILIBREE):
    return passer(
        exercice=2026,
        journal="OD",
        date_comptable=JOUR,
        evenement="essai",
        libelle="Essai",
        lignes=retenues,
        par=par,
        cle=cle,
    )


def test_la_meme_cle_de_huit_sessions_passe_une_seule_ecriture(reference, agent):
    ecritures = ensemble([lambda: _passer(agent, cle="fait-1")] * 8)

    assert {ecriture.pk for ecriture in ecritures} == {Ecriture.objects.get().pk}


def test_deux_lots_de_memes_cles_ne_passent_rien_deux_fois(reference, agent):
    cles = [f"fait-{rang}" for rang in range(200)]

    issues = ensemble([lambda: passer_lot([_a_passer(agent, cle) for cle in cles])] * 3)

    refus = [str(issue) for issue in issues if isinstance(issue, Exception)]
    assert Ecriture.objects.count() == 200
    assert all(message.startswith("La clé d’unicité vient d’être employée") for message in refus)


def test_deux_sessions_ne_contrepassent_pas_la_meme_ecriture(reference, agent):
    ecriture = _passer(agent)

    issues = ensemble(
        [lambda: contrepasser(ecriture, par=agent, motif="erreur", date_comptable=JOUR)] * 4
    )

    refus = [str(issue) for issue in issues if isinstance(issue, EcritureRefusee)]
    assert len(refus) == 3
    assert Ecriture.objects.filter(contrepasse=ecriture).count() == 1
    assert all("déjà contrepassée" in message for message in refus)


def test_deux_sessions_ne_lettrent_pas_les_memes_lignes(reference, agent):
    tiers = TiersFactory.create().pk
    for sens in Sens:
        _passer(
            agent,
            retenues=[Ligne("4111", sens, 50, tiers), Ligne("515", sens.inverse, 50)],
        )
    a_lettrer = list(LigneEcriture.objects.filter(tiers=tiers))

    issues = ensemble([lambda: lettrer(a_lettrer, par=agent)] * 4)

    assert sorted(type(issue).__name__ for issue in issues) == ["EcritureRefusee"] * 3 + [
        "Lettrage"
    ]
    assert Lettrage.objects.get().lignes.count() == 2


def test_la_cloture_attend_les_ecritures_en_cours(reference, agent):
    ecrite, a_ecrire_encore = Event(), Event()

    def passer_lentement():
        with transaction.atomic():
            _passer(agent)
            ecrite.set()
            a_ecrire_encore.wait(timeout=30)
            return timezone.now()  # before the commit that lets closing go on

    def clore():
        ecrite.wait(timeout=30)
        Exercice.objects.filter(annee=2026).update(clos_le=timezone.now())
        return timezone.now()

    def liberer():
        ecrite.wait(timeout=30)
        _attendre_un_verrou_demande()
        a_ecrire_encore.set()

    passee, close, _ = ensemble([passer_lentement, clore, liberer])

    assert passee < close
    with pytest.raises(EcritureRefusee, match="exercice est clos"):
        _passer(agent)
    assert Ecriture.objects.count() == 1


def _attendre_un_verrou_demande():
    """Return once a session waits for an advisory lock, which is what closing does."""
    with connection.cursor() as curseur:
        curseur.execute(
            "DO $$ BEGIN FOR i IN 1..200 LOOP "
            "EXIT WHEN EXISTS (SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted);"
            " PERFORM pg_sleep(0.05); END LOOP; END $$"
        )
