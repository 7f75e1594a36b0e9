"""What the ledger accepts and refuses, through its acts and around them."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from facturier.grand_livre.models import (
    AttenteScellement,
    Compte,
    Ecriture,
    Exercice,
    LigneEcriture,
    Sens,
)
from facturier.grand_livre.passation import (
    EcritureAPasser,
    EcritureRefusee,
    Ligne,
    contrepasser,
    lettrer,
    passer,
    passer_lot,
)
from facturier.grand_livre.soldes import solde
from tests.grand_livre.factories import JOUR, TiersFactory, lignes

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.fixture
def ecrire(reference, agent):
    """Post an entry whose lines alone vary."""

    def ecrire(*triplets, cle=None, exercice=2026, evenement="essai"):
        return passer(
            exercice=exercice,
            journal="OD",
            date_comptable=JOUR,
            evenement=evenement,
            libelle="Essai",
            lignes=lignes(*triplets),
            par=agent,
            cle=cle,
        )

    return ecrire


EQUILIBREE = (("60612", "D", 100), ("4011", "C", 100))


def test_une_ecriture_equilibree_est_passee_avec_ses_totaux(ecrire):
    ecriture = ecrire(("60612", "D", 100), ("4011", "C", 60), ("40171", "C", 40))

    relue = Ecriture.objects.get(pk=ecriture.pk)
    assert (relue.total, relue.nombre_lignes, relue.lignes.count()) == (100, 3, 3)
    assert AttenteScellement.objects.filter(ecriture=relue).exists()


@pytest.mark.parametrize(
    ("triplets", "message"),
    [
        ((("60612", "D", 100), ("4011", "C", 99)), "pas équilibrée : débit 100, crédit 99"),
        ((("60612", "D", 100),), "deux lignes ou plus"),
        ((("60612", "D", 0), ("4011", "C", 0)), "supérieur à zéro"),
        ((("60612", "D", -5), ("4011", "C", -5)), "supérieur à zéro"),
        ((("60612", "D", 100), ("999999", "C", 100)), "inconnu pour l’exercice 2026"),
    ],
)
def test_une_ecriture_fautive_est_refusee_avec_son_motif(ecrire, triplets, message):
    with pytest.raises(EcritureRefusee, match=message):
        ecrire(*triplets)

    assert not Ecriture.objects.exists()
    assert not LigneEcriture.objects.exists()


def test_un_exercice_clos_ne_recoit_plus_rien(ecrire):
    Exercice.objects.filter(annee=2026).update(clos_le=timezone.now())

    with pytest.raises(EcritureRefusee, match="exercice est clos"):
        ecrire(*EQUILIBREE)


def test_un_compte_non_imputable_est_refuse(ecrire):
    Compte.objects.filter(exercice=2026, numero="4011").update(est_imputable=False)

    with pytest.raises(EcritureRefusee, match="pas imputable"):
        ecrire(*EQUILIBREE)


def test_la_meme_cle_rend_la_premiere_ecriture(ecrire):
    premiere = ecrire(*EQUILIBREE, cle="fait-1")

    seconde = ecrire(*EQUILIBREE, cle="fait-1")

    assert seconde.pk == premiere.pk
    assert Ecriture.objects.count() == 1


def test_la_meme_cle_pour_un_autre_montant_est_refusee(ecrire):
    ecrire(*EQUILIBREE, cle="fait-1")

    with pytest.raises(EcritureRefusee, match="désigne déjà une autre écriture"):
        ecrire(("60612", "D", 7), ("4011", "C", 7), cle="fait-1")


def test_une_ligne_ne_s_ajoute_pas_apres_coup(ecrire):
    ecriture = ecrire(*EQUILIBREE)
    compte = ecriture.lignes.first().compte

    with pytest.raises(IntegrityError, match="déjà passée"), transaction.atomic():
        LigneEcriture.objects.create(
            ecriture=ecriture, rang=3, compte=compte, sens=Sens.DEBIT, montant=1
        )


def test_une_paire_equilibree_ne_s_ajoute_pas_non_plus(ecrire):
    ecriture = ecrire(*EQUILIBREE)
    compte = ecriture.lignes.first().compte

    with pytest.raises(IntegrityError, match="déjà passée"), transaction.atomic():
        LigneEcriture.objects.bulk_create(
            LigneEcriture(ecriture=ecriture, rang=rang, compte=compte, sens=sens, montant=1)
            for rang, sens in ((3, Sens.DEBIT), (4, Sens.CREDIT))
        )


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE grand_livre_ecriture SET libelle = 'autre'",
        "UPDATE grand_livre_ligneecriture SET montant = 1",
        "DELETE FROM grand_livre_ligneecriture",
        "DELETE FROM grand_livre_ecriture",
    ],
)
def test_rien_ne_se_modifie_en_sql(ecrire, sql):
    ecrire(*EQUILIBREE)

    with (
        pytest.raises(IntegrityError, match="ne se modifie pas"),
        transaction.atomic(),
        connection.cursor() as curseur,
    ):
        curseur.execute(sql)


def test_rien_ne_se_modifie_par_l_orm(ecrire):
    ecriture = ecrire(*EQUILIBREE)
    ecriture.libelle = "autre"

    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        ecriture.save()
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        LigneEcriture.objects.filter(ecriture=ecriture).update(montant=3)


def test_un_entete_sans_lignes_est_refuse(reference, agent):
    with pytest.raises(IntegrityError, match="deux lignes"), transaction.atomic():
        Ecriture.objects.create(
            exercice_id=2026,
            journal_id="OD",
            date_comptable=JOUR,
            evenement="essai",
            libelle="Essai",
            total=10,
            nombre_lignes=2,
            passee_le=timezone.now(),
            par=agent,
        )


def test_contrepasser_rend_les_soldes_d_avant(ecrire, agent):
    ecriture = ecrire(*EQUILIBREE)

    contrepasser(ecriture, par=agent, motif="erreur de compte", date_comptable=JOUR)

    assert solde("60612", exercice=2026).solde == 0
    assert solde("4011", exercice=2026).solde == 0


@pytest.mark.parametrize("jour", [JOUR - timedelta(days=1), date(JOUR.year + 2, 1, 1)])
def test_une_contrepassation_ne_sort_pas_de_son_exercice(ecrire, agent, jour):
    ecriture = ecrire(*EQUILIBREE)

    with pytest.raises(EcritureRefusee, match="ne précède pas ce qu’elle contrepasse"):
        contrepasser(ecriture, par=agent, motif="erreur", date_comptable=jour)


def test_une_ecriture_ne_se_contrepasse_qu_une_fois(ecrire, agent):
    ecriture = ecrire(*EQUILIBREE)
    inverse = contrepasser(ecriture, par=agent, motif="erreur", date_comptable=JOUR)

    with pytest.raises(EcritureRefusee, match="déjà contrepassée"):
        contrepasser(ecriture, par=agent, motif="encore", date_comptable=JOUR)
    with pytest.raises(EcritureRefusee, match="ne se contrepasse pas"):
        contrepasser(inverse, par=agent, motif="encore", date_comptable=JOUR)


def _a_passer(agent, cle, montant=100):
    return EcritureAPasser(
        exercice=2026,
        journal="OD",
        date_comptable=JOUR,
        evenement="essai",
        libelle="Essai",
        lignes=lignes(("60612", "D", montant), ("4011", "C", montant)),
        par_id=agent.pk,
        cle=cle,
    )


def test_un_lot_passe_toutes_ses_ecritures_et_saute_les_cles_connues(reference, agent):
    passer_lot([_a_passer(agent, "a")])

    identifiants = passer_lot([_a_passer(agent, "a"), _a_passer(agent, "b")])

    assert len(identifiants) == 1
    assert Ecriture.objects.count() == 2
    assert solde("60612", exercice=2026).debit == 200


def test_un_lot_dont_une_ecriture_est_fautive_ne_passe_rien(reference, agent):
    fautive = EcritureAPasser(
        exercice=2031,
        journal="OD",
        date_comptable=date(2031, 1, 1),
        evenement="essai",
        libelle="Essai",
        lignes=lignes(*EQUILIBREE),
        par_id=agent.pk,
    )

    with pytest.raises(EcritureRefusee, match="2031"):
        passer_lot([_a_passer(agent, "a"), fautive])

    assert not Ecriture.objects.exists()


def _ligne_de_tiers(agent, tiers, sens, montant):
    autre = Sens(sens).inverse
    ecriture = passer(
        exercice=2026,
        journal="OD",
        date_comptable=JOUR,
        evenement="essai",
        libelle="Essai",
        lignes=[Ligne("4111", Sens(sens), montant, tiers.pk), Ligne("515", autre, montant)],
        par=agent,
    )
    return ecriture.lignes.get(compte__numero="4111")


def test_lettrer_reunit_une_dette_et_son_reglement(reference, agent):
    tiers = TiersFactory.create()
    dette = _ligne_de_tiers(agent, tiers, "D", 500)
    reglement = _ligne_de_tiers(agent, tiers, "C", 500)

    lettrage = lettrer([dette, reglement], par=agent)

    assert lettrage.lignes.count() == 2
    with pytest.raises(EcritureRefusee, match="déjà lettrée"):
        lettrer([dette, reglement], par=agent)


def test_lettrer_refuse_ce_qui_ne_se_solde_pas(reference, agent):
    tiers = TiersFactory.create()
    dette = _ligne_de_tiers(agent, tiers, "D", 500)
    reglement = _ligne_de_tiers(agent, tiers, "C", 400)

    with pytest.raises(EcritureRefusee, match="débit 500, crédit 400"):
        lettrer([dette, reglement], par=agent)
    with pytest.raises(EcritureRefusee, match="même compte et du même tiers"):
        lettrer([dette, _ligne_de_tiers(agent, TiersFactory.create(), "C", 500)], par=agent)
