"""A till or a versement that lacks cash: what the régisseur pays back, and where it goes."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from pypdf import PdfReader

from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.verification import verifier
from telepaiement import caisse, deficits, depots, etats_mensuels
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import ComblementDeficit, Mode, RectificationVersement
from telepaiement.position import alertes, position
from telepaiement.rectifications import rectifier
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
        return deficits.combler(deficit=close, moyen=moyen, montant=montant, par=par, **champs)

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
    with pytest.raises(IntegrityError, match="ou il est moindre"), transaction.atomic():
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
    assert "Déficit à combler par le régisseur" in avant
    assert any("Déficit à combler" in une.texte for une in alertes(close.regie)) is False
    assert "récépissé" not in formulaire
    assert (trop.status_code, autre.status_code) == (422, 422)
    assert "Reçu CENTRE-D-0001" in apres
    assert "Combler le déficit" not in apres
    assert recu.content.startswith(b"%PDF")
    assert client.get(acte).status_code == 404


# --- A versement that proves wrong once received --------------------------------------------------
@pytest.fixture
def recu(close, combler, regisseur, agent):
    """A versement of 5 000 F that the treasury received, all déficits made up for."""
    combler(1_000)
    versement = verser(close.regie, regisseur)
    return depots.recevoir_versement(versement_id=versement.pk, recepisse="R-1", par=agent)


def _texte(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split()).replace("\u202f", " ")


def test_un_versement_recu_se_rectifie_et_le_regisseur_comble_ce_qui_manque(
    recu, comptable, regisseur, agent, mailoutbox, django_capture_on_commit_callbacks
):
    motif = "Billet de 1 000 F faux, n° 123"
    with django_capture_on_commit_callbacks(execute=True):
        faux = rectifier(
            versement_id=recu.pk, nature="faux", montant=1_000, motif=motif, par=comptable
        )
    rectifier(versement_id=recu.pk, nature="excedent", montant=200, motif="Recompté", par=comptable)
    ouvert = position(recu.regie)
    alerte = next(une for une in alertes(recu.regie) if "Déficit à combler" in une.texte)
    soldes = [solde(un, exercice=2026).solde for un in ("429", "4718", "515")]

    deficits.combler(deficit=faux, moyen=ESPECES, montant=400, par=regisseur)
    reste = deficits.combler(
        deficit=faux, moyen=TRESORERIE, montant=600, par=agent, recepisse="R-2"
    )

    assert (ouvert.a_combler, ouvert.encaisse, alerte.est_grave) == (1_000, 0, True)
    assert soldes == [1_000, -200, 4_200]
    assert {regisseur.email, agent.email} <= {courriel.to[0] for courriel in mailoutbox}
    assert motif in mailoutbox[0].body
    assert "le régisseur en répond" in mailoutbox[0].body
    apres = position(recu.regie)
    assert (apres.a_combler, apres.encaisse) == (0, 400)
    assert motif in _texte(deficits.dessiner_recu(reste))
    assert motif in _texte(depots.dessiner_bordereau(recu))
    with time_machine.travel(datetime(2026, 12, 2, 9, tzinfo=UTC), tick=False):
        etat = etats_mensuels.etablir_etat(regie=recu.regie, mois=date(2026, 11, 1), par=regisseur)
    texte = _texte(etats_mensuels.dessiner_etat(etat))
    assert "Versements rectifiés par la Trésorerie dans le mois" in texte
    assert motif in texte
    assert etat.total == 5_000
    assert list(verifier()) == []


def test_un_versement_ne_se_rectifie_ni_par_un_autre_ni_au_dela_de_ses_especes(
    recu, comptable, agent, close
):
    def faire(montant=1, nature="manque", motif="Recompté", par=comptable):
        return rectifier(versement_id=recu.pk, nature=nature, montant=montant, motif=motif, par=par)

    with pytest.raises(ActeInterdit, match="revient au comptable"):
        faire(par=agent)
    with pytest.raises(ValidationError, match="ce qui a été constaté"):
        faire(motif=" ")
    for montant in (0, 5_001):
        with pytest.raises(ValidationError, match="de 1 F à 5"):
            faire(montant)
    with pytest.raises(ValidationError, match="au moins 1 F"):
        faire(0, "excedent")
    faite = faire(4_000)
    with pytest.raises(ValidationError, match="de 1 F à 1"):
        faire(1_001)
    en_plus = faire(10, "excedent")
    champs = {"versement": recu, "motif": "x", "jour": close.jour, "par": agent}
    with pytest.raises(IntegrityError, match="limite de ses espèces"), transaction.atomic():
        RectificationVersement.objects.create(
            nature="manque", montant=1_011, ecriture=recu.ecriture, **champs
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        RectificationVersement.objects.update(montant=1)
    for cause, montant in (({"rectification": faite}, 4_001), ({"rectification": en_plus}, 1)):
        with pytest.raises(IntegrityError, match="moindre"), transaction.atomic():
            ComblementDeficit.objects.create(
                regie=close.regie,
                numero=9,
                moyen=ESPECES,
                montant=montant,
                ecriture=recu.ecriture,
                par=agent,
                **cause,
            )


def test_le_comptable_rectifie_et_le_regisseur_comble_par_leurs_pages(
    client, recu, comptable, regisseur
):
    client.force_login(comptable)
    acte = reverse("telepaiement:versement_regie_rectifier", args=[recu.pk])
    regie = reverse("telepaiement:regie", args=["CENTRE"])
    avant = client.get(regie).content.decode()
    trop = client.post(acte, {"nature": "manque", "montant": "9 000", "motif": "Recompté"})
    client.post(acte, {"nature": "manque", "montant": "500", "motif": "Recompté à 4 500 F"})
    faite = RectificationVersement.objects.get()
    client.force_login(regisseur)
    interdit = client.get(acte).status_code
    combler = reverse("telepaiement:deficit_versement_combler", args=["CENTRE", faite.pk])
    apres, formulaire = (client.get(une).content.decode() for une in (regie, combler))

    client.post(combler, {"moyen": "especes", "montant": "500"})

    assert acte in avant
    assert (trop.status_code, interdit) == (422, 403)
    assert "Recompté à 4 500 F" in apres
    assert combler in apres
    assert "CENTRE-V-0001" in formulaire
    assert client.get(combler).status_code == 404
    recu_pdf = reverse("telepaiement:deficit_pdf", args=[faite.comblements.get().pk])
    assert client.get(recu_pdf).content.startswith(b"%PDF")
