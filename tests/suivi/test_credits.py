"""Credits: opened by acts, consumed by mandats, looked at before one liquidates."""

import contextlib
import json
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction

from exports_tps.blocage import expliquer_facture
from facturier.grand_livre.credits import ligne_de_credits, lignes_de_credits
from facturier.grand_livre.models import Budget, CreditOuvert
from facturier.suivi import mandatement
from tests.suivi.factories import FactureFactory
from tests.suivi.test_pages import page, texte

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]
ENTETE = "acte;exercice;budget;compte;fonction;montant"


@pytest.fixture
def charger(tmp_path):
    """Load rows, and return what the command answers."""

    def importer(*rangees, executer=True):
        fichier = tmp_path / "credits.csv"
        fichier.write_text("\n".join([ENTETE, *rangees]), encoding="utf-8")
        sortie = StringIO()
        options = ["--json", *(["--executer"] if executer else [])]
        with contextlib.suppress(SystemExit):
            call_command("importer_credits", fichier, *options, stdout=sortie)
        return json.loads(sortie.getvalue())

    return importer


def points(facture):
    explication = expliquer_facture(facture)
    return [p for p in explication.points if p.libelle == "Disponibilité des crédits"]


def test_sans_credits_charges_le_controle_se_dit_a_faire_a_la_main(agent):
    facture = FactureFactory(liquidee=True)

    assert "Aucun crédit n’est chargé pour 2026" in points(facture)[0].constat
    assert not points(facture)[0].est_bloquant
    assert "Aucun crédit chargé" in texte(page(agent, "credits"))
    assert mandatement.mandater([facture.pk], par=agent).montant_ttc == 111_000


def test_un_mandat_consomme_sa_ligne_et_ne_la_depasse_pas(charger, agent):
    charger("BP;2026;principal;60;;5000000", "BP;2026;principal;6064;93;200000")
    premiere, seconde = FactureFactory(liquidee=True), FactureFactory(liquidee=True)
    mandatement.mandater([premiere.pk], par=agent)

    with pytest.raises(ValidationError, match="dépasse de 22"):
        mandatement.mandater([seconde.pk], par=agent)

    budget = Budget.objects.get(code="principal")
    assert [
        (ligne.compte, ligne.ouvert, ligne.mandate) for ligne in lignes_de_credits(2026, budget.pk)
    ] == [("60", 5_000_000, 0), ("6064", 200_000, 111_000)]
    (point, *_) = [p for p in points(seconde) if p.est_bloquant and not p.est_conforme]
    assert "il manque 22" in point.constat
    assert "faites-en ouvrir" in texte(
        page(agent, "gestion_acte", seconde.pk, "revoir_liquidation")
    )
    charger("DM1;2026;principal;6064;93;22000")
    assert mandatement.mandater([seconde.pk], par=agent)


def test_un_mandat_annule_ou_reduit_rend_ses_credits(charger, agent):
    charger("BP;2026;principal;6;;111000")
    facture = FactureFactory(liquidee=True)
    mandat = mandatement.mandater([facture.pk], par=agent)
    budget = Budget.objects.get(code="principal").pk
    pleine = ligne_de_credits(2026, budget, "6064", "930")
    mandatement.annuler_mandat(mandat, motif="Erreur", par=agent)

    vide = ligne_de_credits(2026, budget, "6064", "930")

    assert (pleine.disponible, vide.disponible) == (0, 111_000)
    assert ligne_de_credits(2026, budget, "4091", "") is None


def test_une_imputation_sans_ligne_est_refusee(charger, agent):
    charger("BP;2026;principal;62;;111000")
    facture = FactureFactory(liquidee=True)

    with pytest.raises(ValidationError, match="Aucun crédit n’est ouvert en 2026 au compte 6064"):
        mandatement.mandater([facture.pk], par=agent)
    assert "Aucun crédit n’est ouvert" in points(facture)[0].constat


def test_l_import_est_a_blanc_par_defaut_rejoue_sans_effet_et_dit_chaque_refus(charger):
    blanc = charger("BP;2026;principal;60;;1000", executer=False)
    fait = charger(
        "BP;2026;principal;60;;1000",
        "BP;1999;principal;60;;1000",
        "BP;2026;secret;60;;1000",
        "BP;2026;principal;6X;;1000",
        "BP;2026;principal;61;;mille",
        "BP;2026;principal;60;;2000",
    )
    rejoue = charger("BP;2026;principal;60;;1000")

    assert (blanc["crees"], blanc["execute"]) == (1, False)
    assert (fait["crees"], fait["rejetes"]) == (1, 5)
    assert [anomalie["ligne"] for anomalie in fait["anomalies"]] == [3, 4, 5, 6, 7]
    assert (rejoue["crees"], rejoue["inchanges"]) == (0, 1)
    with pytest.raises(IntegrityError, match="ne se modifient pas"), transaction.atomic():
        CreditOuvert.objects.update(montant=5)
