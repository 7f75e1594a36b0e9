"""Leaves entered after an outage: entered again, sales, moments that conflict, the report."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from facturier.accueil.verification import verifier
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.soldes import reste_du
from telepaiement import caisse, carnets, continuite, etats_mensuels
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import SECONDE_SAISIE, Encaissement, Mode, Produit, Quittance
from tests.telepaiement.conftest import fermer_connexion
from tests.telepaiement.factories import decompte, titre_payable

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def en_plein_jour():
    """Keep midnight away from what happens hours before and after."""
    with time_machine.travel(timezone.localtime().replace(hour=12), tick=True):
        yield


@pytest.fixture
def carnet(regies, regisseur, agent):
    """A booklet issued two days before."""
    with time_machine.travel(timezone.now() - timedelta(hours=40), tick=False):
        return carnets.emettre_carnet(regie=regies.regie, nombre=3, remis_a=regisseur, par=agent)


@pytest.fixture
def session(regies, regisseur):
    """The till where the leaves are entered."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)


@pytest.fixture
def saisir(carnet, session, regisseur):
    """Enter a leaf, by its number."""

    def faire(numero=1, *, titre=None, montant=12_500, il_y_a=timedelta(hours=30), **donnees):
        especes = {"mode": Mode.ESPECES, "somme_remise": montant}
        champs = especes | donnees.pop("moyen", {})
        return carnets.saisir_feuillet(
            feuillet_id=carnets.trouver(f"{carnet.reference}-{numero:03d}").pk,
            session=donnees.pop("session", session),
            donnees=carnets.SaisieFeuillet(
                titre_id=titre.pk if titre else None,
                saisie=caisse.Saisie(montant=montant, **champs),
                recu_le=timezone.now() - il_y_a,
                **donnees,
            ),
            par=regisseur,
        )

    return faire


def _donnees(recu_le, montant=1_000):
    """What a leaf says of a receipt to be classed."""
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=montant, somme_remise=montant)
    return carnets.SaisieFeuillet(titre_id=None, saisie=saisie, recu_le=recu_le, mention="Marché")


def _texte(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


def test_un_feuillet_saisi_sur_le_mauvais_titre_s_annule_et_se_saisit_a_nouveau(
    saisir, carnet, session, regisseur, client
):
    mauvais, bon = titre_payable(12_500), titre_payable(12_500)
    moyen = {"mode": Mode.TPE, "numero_ticket": "12", "numero_autorisation": "A1"}
    faux = saisir(titre=mauvais, moyen=moyen)
    caisse.annuler_encaissement(encaissement_id=faux.pk, motif="Mauvais titre", par=regisseur)
    attendu = list(continuite.manquants(session.regie_id))

    juste = saisir(titre=bon, moyen=moyen)

    defait, saisi = carnet.feuillets.filter(numero=1).order_by("pk")
    assert attendu == [saisi]
    assert (defait.etat, defait.encaissement, saisi.encaissement) == ("defait", faux, juste)
    assert (reste_du(mauvais), reste_du(bon)) == (12_500, 0)
    assert juste.jour < session.jour
    assert juste.quittance.remplace == faux.quittance
    assert juste.quittance.code == faux.quittance.code
    adresse = reverse("telepaiement:verification", args=[juste.quittance.code])
    page = client.get(adresse).content.decode()
    assert juste.quittance.reference in page
    assert faux.quittance.reference not in page
    texte = _texte(continuite.dessiner_rapport(carnet))
    assert "Mauvais titre" in texte
    assert list(verifier()) == []
    with pytest.raises(IntegrityError), transaction.atomic():
        carnet.feuillets.create(numero=1, code="AUTRE")
    with pytest.raises(IntegrityError), transaction.atomic():
        carnet.feuillets.filter(pk=saisi.pk).update(etat="defait", conflits=["autre"])
    with pytest.raises(IntegrityError, match="annulée, du même feuillet"), transaction.atomic():
        Quittance.objects.create(
            encaissement=saisir(2, titre=titre_payable(1), montant=1),
            regie=session.regie,
            annee=2026,
            numero=99,
            code=juste.quittance.code,
            remplace=juste.quittance,
            sha256="a" * 64,
            emise_le=timezone.now(),
        )


def test_une_vente_ecrite_a_la_main_vaut_le_tarif_de_son_jour(saisir, carnet, session, regisseur):
    produit = Produit.objects.get(code="S001")
    with pytest.raises(ValidationError, match="cette vente vaut"):
        saisir(quantites={produit.pk: 3}, montant=1_400)
    sans_tarif = Produit.objects.create(code="Z002", libelle="Ancien", compte="7088")
    session.regie.produits.add(sans_tarif)
    with pytest.raises(ValidationError, match="aucun tarif n’en est publié"):
        saisir(quantites={sans_tarif.pk: 1}, montant=500)
    hors_acte = Produit.objects.create(code="Z001", libelle="Étranger", compte="7088")
    with pytest.raises(ValidationError, match="ne permet pas de vendre"):
        saisir(quantites={hors_acte.pk: 1}, montant=500)

    fait = saisir(quantites={produit.pk: 3}, montant=1_500, payeur="Club")

    assert (fait.vente.payeur, fait.vente.jour) == ("Club", fait.jour)
    assert fait.quittance.code == carnet.feuillets.get(numero=1).code
    assert list(verifier()) == []


def test_le_moment_d_un_feuillet_se_compare_aux_clotures_et_au_reseau(
    carnet, regies, saisir, session, regisseur
):
    for minutes in (100, 90):
        with time_machine.travel(timezone.now() - timedelta(minutes=minutes), tick=False):
            caisse.encaisser_au_guichet(
                session=session,
                titre_id=titre_payable(1_000).pk,
                saisie=caisse.Saisie(mode=Mode.ESPECES, montant=1_000, somme_remise=1_000),
                par=regisseur,
            )
    saisir(1, titre=titre_payable(), il_y_a=timedelta(minutes=95))
    hors_coupure = carnet.feuillets.get(numero=1).conflits
    with time_machine.travel(timezone.now() - timedelta(minutes=60), tick=False):
        cloturer_caisse(
            session_id=session.pk, coupures=decompte(14_500), motif_ecart="", par=regisseur
        )
    autre = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    saisir(2, titre=titre_payable(), il_y_a=timedelta(minutes=30), session=autre)
    saisir(3, titre=titre_payable(), il_y_a=timedelta(minutes=80), session=autre)

    assert len(hors_coupure) == 1
    assert hors_coupure[0].startswith("Hors coupure : la régie encaissait par le réseau")
    assert "après la clôture n° 1" in carnet.feuillets.get(numero=2).conflits[0]
    assert carnet.feuillets.get(numero=3).conflits == []


def test_un_feuillet_d_un_mois_justifie_compte_au_jour_de_sa_saisie(regies, regisseur, agent):
    with time_machine.travel(datetime(2026, 10, 20, 0, tzinfo=UTC), tick=False):
        carnet = carnets.emettre_carnet(regie=regies.regie, nombre=1, remis_a=regisseur, par=agent)
    etats_mensuels.etablir_etat(regie=regies.regie, mois=date(2026, 10, 1), par=regisseur)
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)

    fait = carnets.saisir_feuillet(
        feuillet_id=carnet.feuillets.get().pk,
        session=session,
        donnees=carnets.SaisieFeuillet(
            titre_id=titre_payable(12_500).pk,
            saisie=caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500),
            recu_le=datetime(2026, 10, 21, 2, tzinfo=UTC),
        ),
        par=regisseur,
    )

    assert (fait.jour, fait.encaisse_le.month) == (session.jour, 10)
    assert "d’octobre 2026 est déjà établi" in carnet.feuillets.get().conflits[0]
    assert list(verifier()) == []


def test_un_conflit_se_tranche_aux_finances(saisir, carnet, regisseur, agent):
    saisir(2, mention="Cantine de Lou", titre=None)
    manquant, recu = carnet.feuillets.get(numero=1), carnet.feuillets.get(numero=2)
    with pytest.raises(ActeInterdit):
        continuite.decider(feuillet_id=recu.pk, decision="Non", par=regisseur)
    with pytest.raises(ValidationError, match="ce qui est décidé"):
        continuite.decider(feuillet_id=recu.pk, decision=" ", par=agent)
    with pytest.raises(ValidationError, match="Rien n’est en conflit"):
        continuite.decider(feuillet_id=carnet.feuillets.get(numero=3).pk, decision="Non", par=agent)

    continuite.decider(feuillet_id=manquant.pk, decision="Perdu, déclaré le 26", par=agent)

    texte = _texte(continuite.dessiner_rapport(carnet))
    assert "Perdu, déclaré le 26" in texte
    assert "À classer par les finances" in texte
    assert "Numéros manquants 001" in texte
    assert Encaissement.objects.get().mention == "Cantine de Lou"


def test_un_feuillet_ecrit_dans_la_minute_de_son_carnet_se_saisit(
    regies, session, regisseur, agent
):
    a_la_minute = timezone.now().replace(second=0, microsecond=0) - timedelta(hours=2)
    with time_machine.travel(a_la_minute + timedelta(seconds=59), tick=False):
        carnet = carnets.emettre_carnet(regie=regies.regie, nombre=1, remis_a=regisseur, par=agent)
    quoi = {"feuillet_id": carnet.feuillets.get().pk, "session": session, "par": regisseur}

    with pytest.raises(ValidationError, match="n’est émis que depuis"):
        carnets.saisir_feuillet(donnees=_donnees(a_la_minute - timedelta(minutes=1)), **quoi)
    fait = carnets.saisir_feuillet(donnees=_donnees(a_la_minute), **quoi)

    assert fait.encaisse_le == a_la_minute


@pytest.mark.django_db(transaction=True)
def test_deux_secondes_saisies_ensemble_ne_laissent_qu_une_note(saisir, carnet, session, regisseur):
    saisir(mention="Marché")
    feuillet = carnet.feuillets.get(numero=1)
    donnees = _donnees(timezone.now() - timedelta(hours=2))

    def presenter(_rang):
        try:
            carnets.saisir_feuillet(
                feuillet_id=feuillet.pk, session=session, donnees=donnees, par=regisseur
            )
        except ValidationError as refus:
            return str(refus.messages)
        finally:
            fermer_connexion()
        return ""

    with ThreadPoolExecutor(4) as fils:
        refus = list(fils.map(presenter, range(4)))

    note = feuillet.passages.get(acte=SECONDE_SAISIE)
    assert all("déjà saisi" in un for un in refus)
    with pytest.raises(IntegrityError), transaction.atomic():
        feuillet.passages.create(
            acte=note.acte, depart="saisi", arrivee="saisi", par=note.par, motif=note.motif
        )
