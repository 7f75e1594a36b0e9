"""The dashboard of the exchanges: what it counts, and what it exports."""

import pytest
from django.urls import reverse
from django.utils import timezone

from exports_tps import visa
from exports_tps.tableau import depuis, volets
from exports_tps.views.tableau import PERIODES
from tests.exports_tps.factories import bordereau_depense, flux_transmis, pieces_du

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def test_le_tableau_compte_ce_qui_part_ce_qui_revient_et_ce_qui_attend(
    agent, ordonnateur, comptable
):
    flux = flux_transmis(agent, ordonnateur, nombre=4)
    premiere, deuxieme, *_ = pieces_du(flux)
    visa.prendre_en_charge(premiere, par=comptable)
    visa.suspendre(deuxieme, motif="Pièces justificatives absentes. La facture.", par=comptable)
    bordereau_depense(agent)

    par_titre = {volet.titre: volet for volet in volets(depuis(12))}

    assert par_titre["Flux par état"].lignes == [("Acquitté", 1)]
    assert par_titre["Délais depuis la constitution"].lignes == [
        ("Transmission", 4, 0, 0),
        ("Prise en charge", 1, 0, 0),
    ]
    assert par_titre["Refus par motif"].lignes == [("Pièces justificatives absentes", 1, 25)]
    assert [ligne[1:] for ligne in par_titre["Refus par direction"].lignes] == [(4, 1, 25)]
    assert ("Pièces transmises, pas prises en charge", 2, 0, 0) in par_titre["Ce qui attend"].lignes
    assert par_titre["Âge de ce qui attend"].lignes[0] == ("0 à 1 jours", 5)


def test_le_tableau_se_lit_et_s_exporte(client, comptable):
    client.force_login(comptable)

    page = client.get(reverse("exports_tps:tableau"), {"mois": "n’importe quoi"})
    export = client.get(reverse("exports_tps:exporter_tableau", args=[1, "csv"]))
    inconnu = client.get(reverse("exports_tps:exporter_tableau", args=[99, "csv"]))

    assert page.context["mois"] == max(PERIODES)
    assert "Médiane (jours)" in b"".join(export.streaming_content).decode("utf-8-sig")
    assert inconnu.status_code == 404
    assert depuis(1) == timezone.localdate().replace(day=1)
