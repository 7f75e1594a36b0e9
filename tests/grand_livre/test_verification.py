"""Every check of the night speaks when the ledger is falsified, and names what is wrong."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import connection, transaction

from facturier.grand_livre import evenements, verification
from facturier.grand_livre.emission import DeductionImputee
from facturier.grand_livre.models import Ecriture, LigneEcriture
from facturier.grand_livre.passation import contrepasser, lettrer
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.verification import CONTROLES, verifier
from tests.grand_livre.factories import JOUR, TiersFactory, cession, mandat, titre

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@contextmanager
def sans_garde() -> Iterator[None]:
    """Lift triggers and foreign keys, as a careless administrator might; undone at the end."""
    with transaction.atomic(), connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            curseur.execute("SET LOCAL session_replication_role = replica")
        else:
            curseur.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
            for (declencheur,) in curseur.fetchall():
                curseur.execute(f"DROP TRIGGER {declencheur}")
        yield
        transaction.set_rollback(True)


def _executer(sql: str) -> None:
    with connection.cursor() as curseur:
        curseur.execute(sql)


@pytest.fixture
def grand_livre(reference, agent) -> Ecriture:
    """Fill a small ledger, sealed, in which everything happens once; return its first entry."""
    premier = mandat(agent)
    evenements.payer_mandat(
        premier, montant=111_000, date_paiement=JOUR, reference="ordre-1", par=agent
    )
    recette = titre(agent)
    evenements.encaisser(
        recette, mode="carte", montant=45_000, date_comptable=JOUR, reference="recu-1", par=agent
    )
    lettrer(LigneEcriture.objects.filter(piece=recette), par=agent)
    rejete = mandat(agent, tiers=TiersFactory.create())
    evenements.annuler_emission(rejete, motif="erreur", date_comptable=JOUR, par=agent)
    mandat(
        agent,
        cessions=[cession(montant=40_000)],
        deductions=[DeductionImputee(rang_imputation=1, nature="garantie", montant=5_000)],
    )
    sceller()
    return Ecriture.objects.earliest("pk")


def test_un_grand_livre_sain_ne_fait_parler_aucun_controle(grand_livre):
    assert list(verifier()) == []


FALSIFICATIONS = [
    pytest.param(
        verification.ecritures_desequilibrees,
        "UPDATE grand_livre_ligneecriture SET montant = 7 "
        "WHERE ecriture_id = {premiere} AND sens = 'D'",
        "écriture {premiere}",
        id="montant changé",
    ),
    pytest.param(
        verification.ecritures_desequilibrees,
        "DELETE FROM grand_livre_ligneecriture WHERE ecriture_id = {premiere}",
        "écriture {premiere}",
        id="lignes effacées",
    ),
    pytest.param(
        verification.ecritures_desequilibrees,
        "INSERT INTO grand_livre_ligneecriture (ecriture_id, rang, compte_id, sens, montant) "
        "SELECT ecriture_id, rang + 10, compte_id, s.sens, 5 FROM grand_livre_ligneecriture, "
        "(SELECT 'D' AS sens UNION SELECT 'C') s WHERE ecriture_id = {premiere} AND rang = 1",
        "écriture {premiere}",
        id="paire équilibrée ajoutée",
    ),
    pytest.param(
        verification.lignes_orphelines,
        "UPDATE grand_livre_ligneecriture SET ecriture_id = 424242 "
        "WHERE ecriture_id = {premiere} AND rang = 1",
        "ligne ",
        id="ligne orpheline",
    ),
    pytest.param(
        verification.ecritures_ni_scellees_ni_en_attente,
        "DELETE FROM grand_livre_scellement WHERE ecriture_id = {premiere}",
        "écriture {premiere}",
        id="scellement effacé",
    ),
    pytest.param(
        verification.ecritures_ni_scellees_ni_en_attente,
        "INSERT INTO grand_livre_attentescellement SELECT {premiere}",
        "écriture {premiere}",
        id="scellée et en attente",
    ),
    pytest.param(
        verification.chaine_rompue,
        "DELETE FROM grand_livre_scellement WHERE ecriture_id = {premiere}",
        "journal DEP 2026",
        id="numéro manquant",
    ),
    pytest.param(
        verification.chaine_rompue,
        "UPDATE grand_livre_ecriture SET libelle = 'autre' WHERE id = {premiere}",
        "écriture {premiere}",
        id="libellé changé",
    ),
    pytest.param(
        verification.chaine_rompue,
        "UPDATE grand_livre_ecriture SET passee_le = '2020-01-01 00:00:00+00' "
        "WHERE id = {premiere}",
        "écriture {premiere}",
        id="moment changé",
    ),
    pytest.param(
        verification.soldes_faux,
        "UPDATE grand_livre_solde SET debit = debit + 1 WHERE compte_id = "
        "(SELECT id FROM grand_livre_compte WHERE numero = '4111' AND exercice_id = 2026)",
        "compte 4111 (2026) au 2026-11-23",
        id="solde changé",
    ),
    pytest.param(
        verification.soldes_faux,
        "DELETE FROM grand_livre_solde WHERE compte_id = "
        "(SELECT id FROM grand_livre_compte WHERE numero = '515' AND exercice_id = 2026)",
        "compte 515 (2026) au 2026-11-23",
        id="solde effacé",
    ),
    pytest.param(
        verification.contrepassations_inexactes,
        "UPDATE grand_livre_ligneecriture SET montant = montant + 1 WHERE ecriture_id = "
        "(SELECT id FROM grand_livre_ecriture WHERE contrepasse_id IS NOT NULL)",
        "écriture ",
        id="contrepassation d’un autre montant",
    ),
    pytest.param(
        verification.pieces_sans_ecriture,
        "UPDATE grand_livre_piece SET montant_ht = 1 WHERE sens = 'recette'",
        "pièce de recette 2026-1",
        id="pièce d’un autre montant",
    ),
    pytest.param(
        verification.pieces_sans_ecriture,
        "DELETE FROM grand_livre_ecriture WHERE id = {premiere}",
        "pièce de depense 2026-1",
        id="pièce sans écriture",
    ),
    pytest.param(
        verification.pieces_soldees_a_tort,
        "UPDATE grand_livre_piece SET etat = 'annulee' WHERE sens = 'depense'; "
        "DELETE FROM grand_livre_ligneecriture WHERE ecriture_id = "
        "(SELECT id FROM grand_livre_ecriture WHERE evenement = 'paiement_mandat')",
        "pièce de depense 2026-1",
        id="mandat annulé qui doit encore",
    ),
    pytest.param(
        verification.pieces_soldees_a_tort,
        "UPDATE grand_livre_piece SET etat = 'annulee' WHERE sens = 'recette'; "
        "DELETE FROM grand_livre_ligneecriture WHERE ecriture_id = "
        "(SELECT id FROM grand_livre_ecriture WHERE evenement = 'encaissement_carte')",
        "pièce de recette 2026-1",
        id="titre annulé encore dû",
    ),
    pytest.param(
        verification.parts_cedees_inexactes,
        "UPDATE grand_livre_partcedee SET montant = montant + 1",
        "mandat 2026-3",
        id="part cédée sans écriture",
    ),
    pytest.param(
        verification.deductions_inexactes,
        "UPDATE grand_livre_deduction SET montant = montant + 1",
        "mandat 2026-3",
        id="déduction sans écriture",
    ),
    pytest.param(
        verification.lettrages_inexacts,
        "UPDATE grand_livre_lettrage SET total = total + 1",
        "lettrage ",
        id="lettrage d’un autre total",
    ),
    pytest.param(
        verification.lettrages_inexacts,
        "DELETE FROM grand_livre_lignelettrage",
        "lettrage ",
        id="lettrage sans lignes",
    ),
    pytest.param(
        verification.numeros_manquants,
        "UPDATE grand_livre_piece SET numero = 12 WHERE sens = 'recette'",
        "pièces de recette 2026",
        id="numéro de pièce sauté",
    ),
    pytest.param(
        verification.tiers_absorbes_en_chaine,
        "UPDATE grand_livre_tiers SET absorbe_par_id = "
        "CASE WHEN id = (SELECT min(id) FROM grand_livre_tiers) "
        "THEN (SELECT max(id) FROM grand_livre_tiers) "
        "ELSE (SELECT min(id) FROM grand_livre_tiers) END",
        "tiers ",
        id="fusions en chaîne",
    ),
]


@pytest.mark.parametrize(("controle", "falsification", "objet"), FALSIFICATIONS)
def test_le_controle_nomme_ce_qui_est_falsifie(grand_livre, controle, falsification, objet):
    with sans_garde():
        for instruction in falsification.format(premiere=grand_livre.pk).split("; "):
            _executer(instruction)

        anomalies = [anomalie.objet for anomalie in controle()]

    assert anomalies != []
    assert anomalies[0].startswith(objet.format(premiere=grand_livre.pk))


def test_chaque_controle_a_sa_falsification():
    assert {cas.values[0] for cas in FALSIFICATIONS} == set(CONTROLES)


def test_une_chaine_longue_se_lit_par_morceaux(grand_livre, agent, monkeypatch):
    contrepasser(grand_livre, par=agent, motif="erreur", date_comptable=JOUR)
    sceller()
    monkeypatch.setattr(verification, "TAILLE_LECTURE", 1)

    assert list(verification.chaine_rompue()) == []
