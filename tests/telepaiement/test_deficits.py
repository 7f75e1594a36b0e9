"""A till that lacks cash: what the régisseur pays back, its receipt, and where it goes."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.verification import verifier
from telepaiement import caisse, deficits, depots
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import ComblementDeficit, Mode
from telepaiement.position import alertes, position
from tests.telepaiement.factories import decompte, titre_payable, verser

pytestmark = pytest.mark.django_db
ESPECES, TRESORERIE = ComblementDeficit.Moyen.ESPECES, ComblementDeficit.Moyen.TRESORERIE


@pytest.fixture
def close(regies, regisseur):
    """A till that took 5 000 F and was closed on 4 000 F."""
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    caisse.encaisser_au_guichet(
        session=session,
        titre_id=titre_payable(5_000).pk,
        saisie=caisse.Saisie(mode=Mode.ESPECES, montant=5_000, somme_remise=5_000),
        par=regisseur,
    )
    return cloturer_caisse(
        session_id=session.pk, coupures=decompte(4_000), motif_ecart="Erreur", par=regisseur
    )


@pytest.fixture
def combler(close, regisseur):
    """Pay back so much of the déficit in cash."""

    def faire(montant, moyen=ESPECES, par=regisseur, **champs) -> ComblementDeficit:
        return deficits.combler(
            session_id=close.pk, moyen=moyen, montant=montant, par=par, **champs
        )

    return faire


def test_ce_que_le_regisseur_remet_se_numerote_se_verse_et_solde_le_deficit(
    combler, close, regisseur, agent
):
    avant = (position(close.regie).a_combler, position(close.regie).encaisse)
    premier = combler(700)
    second = combler(300, TRESORERIE, agent, recepisse="R-9")
    apres = position(close.regie)
    versement = verser(close.regie, regisseur)
    en_route = position(close.regie).encaisse
    bordereau = depots.dessiner_bordereau(versement)

    depots.recevoir_versement(versement_id=versement.pk, recepisse="R-10", par=agent)

    assert avant == (1_000, 4_000)
    assert [un.reference for un in (premier, second)] == ["CENTRE-D-0001", "CENTRE-D-0002"]
    assert (apres.a_combler, apres.encaisse, versement.especes, en_route) == (
        0,
        4_700,
        4_700,
        4_700,
    )
    assert bordereau.startswith(b"%PDF")
    assert [solde(un, exercice=2026).solde for un in ("429", "5412", "515")] == [0, 0, 5_000]
    assert list(verifier()) == []
    with pytest.raises(ValidationError, match="plus, de déficit"):
        combler(1)


def test_un_deficit_ne_se_comble_ni_au_dela_ni_par_n_importe_qui(combler, agent, regisseur, close):
    for montant in (0, 1_001):
        with pytest.raises(ValidationError, match="de 1 F à 1"):
            combler(montant)
    with pytest.raises(ValidationError, match="récépissé"):
        combler(500, TRESORERIE, agent)
    with pytest.raises(ActeInterdit, match="par son régisseur"):
        combler(500, par=agent)
    with pytest.raises(ActeInterdit, match="aux finances"):
        combler(500, TRESORERIE, regisseur, recepisse="R")
    fait = combler(600)
    with pytest.raises(IntegrityError, match="400 F au plus"), transaction.atomic():
        ComblementDeficit.objects.create(
            session=close,
            regie=close.regie,
            numero=9,
            moyen=ESPECES,
            montant=401,
            ecriture=close.ecriture_ecart,
            par=agent,
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        ComblementDeficit.objects.update(montant=1)
    assert fait.montant == 600


def test_la_page_de_la_regie_montre_le_deficit_et_son_recu(client, close, regisseur, agent):
    client.force_login(regisseur)
    page = reverse("telepaiement:regie", args=[close.regie.code])
    acte = reverse("telepaiement:deficit_combler", args=[close.regie.code, close.pk])
    avant = client.get(page).content.decode()
    formulaire = client.get(acte).content.decode()
    trop = client.post(acte, {"moyen": "especes", "montant": "2 000"})
    autre = client.post(acte, {"moyen": "tresorerie", "montant": "1 000"})

    client.post(acte, {"moyen": "especes", "montant": "1 000"})

    apres = client.get(page).content.decode()
    recu = client.get(
        reverse("telepaiement:deficit_pdf", args=[ComblementDeficit.objects.get().pk])
    )
    assert "Combler le déficit" in avant
    assert any("Déficit de caisse" in une.texte for une in alertes(close.regie)) is False
    assert "récépissé" not in formulaire
    assert (trop.status_code, autre.status_code) == (422, 422)
    assert "Reçu CENTRE-D-0001" in apres
    assert "Combler le déficit" not in apres
    assert recu.content.startswith(b"%PDF")
    assert client.get(acte).status_code == 404
