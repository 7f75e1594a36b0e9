"""What a régie pays over and justifies: cancelling, denominations, the state of a month."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from pypdf import PdfReader

from facturier.accueil.verification import verifier
from facturier.commun.etats import ActeInterdit
from telepaiement import caisse, depots, etats_mensuels, position
from telepaiement.cloture import Pointage, cloturer_caisse
from telepaiement.models import Mode
from tests.telepaiement.factories import decompte, titre_payable, verser

pytestmark = pytest.mark.django_db
CHEQUE = {"banque": "Banque fictive", "numero_cheque": "0001234", "tireur": "M. Fictif"}


@pytest.fixture
def session(regies, regisseur):
    """An open till, empty."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)


@pytest.fixture
def encaisser(session, regisseur):
    """Receive money for a titre."""

    def faire(montant, mode=Mode.ESPECES, **details):
        remise = montant if mode == Mode.ESPECES else None
        caisse.encaisser_au_guichet(
            session=session,
            titre_id=titre_payable(montant).pk,
            saisie=caisse.Saisie(mode=mode, montant=montant, somme_remise=remise, **details),
            par=regisseur,
        )

    return faire


@pytest.fixture
def cloturer(session, regisseur):
    """Close the till on so many francs and cheques."""

    def faire(montant, cheques):
        cloturer_caisse(
            session_id=session.pk,
            coupures=decompte(montant),
            pointage=Pointage(cheques=cheques),
            motif_ecart="",
            par=regisseur,
        )

    return faire


def _texte(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    texte = " ".join(" ".join(page.extract_text() for page in pages).split())
    return texte.replace("\u202f", " ")


def test_un_versement_annule_garde_son_numero_et_libere_ce_qu_il_tenait(
    session, encaisser, cloturer, regisseur, agent
):
    encaisser(12_500)
    encaisser(30_000, Mode.CHEQUE, **CHEQUE)
    cloturer(12_500, cheques=1)
    premier = verser(session.regie, regisseur)
    with pytest.raises(ValidationError, match="pourquoi"):
        depots.annuler_versement(versement_id=premier.pk, motif=" ", par=regisseur)
    with pytest.raises(ActeInterdit):
        depots.annuler_versement(versement_id=premier.pk, motif="Non", par=agent)
    with pytest.raises(IntegrityError, match="déjà sur un versement"), transaction.atomic():
        premier.sessions.create(session=premier.sessions.get().session)

    premier = depots.annuler_versement(
        versement_id=premier.pk, motif="Chèque illisible", par=regisseur
    )
    second = verser(session.regie, regisseur)
    depots.recevoir_versement(versement_id=second.pk, recepisse="R-7", par=agent)

    assert (premier.numero, second.numero) == (1, 2)
    assert (second.especes, second.montant_cheques) == (12_500, 30_000)
    assert position.position(session.regie).encaisse == 0
    assert "Chèque illisible" in _texte(depots.dessiner_bordereau(premier))
    assert "ANNULÉ" in _texte(depots.dessiner_bordereau(premier))
    texte = _texte(depots.dessiner_bordereau(second))
    assert "Billets de 10 000 F CFP" in texte
    assert "Banque fictive" in texte
    with pytest.raises(ValidationError, match="impossible"):
        depots.annuler_versement(versement_id=second.pk, motif="Non", par=regisseur)
    assert list(verifier()) == []


def test_l_etat_du_mois_justifie_tous_les_modes_de_paiement(
    session, encaisser, cloturer, regisseur
):
    session.regie.accepte_virement = True
    session.regie.save()
    encaisser(12_500)
    encaisser(30_000, Mode.CHEQUE, **CHEQUE)
    encaisser(7_000, Mode.VIREMENT, reference_virement="VIR-1")
    mois = timezone.localdate().replace(day=1)
    with pytest.raises(ValidationError, match="pas fini"):
        etats_mensuels.etablir_etat(regie=session.regie, mois=mois, par=regisseur)
    with time_machine.travel(datetime(2026, 12, 2, 9, tzinfo=UTC), tick=False):
        assert etats_mensuels.mois_a_justifier(session.regie, timezone.localdate()) == [mois]
        with pytest.raises(ValidationError, match="encore ouverte"):
            etats_mensuels.etablir_etat(regie=session.regie, mois=mois, par=regisseur)
        cloturer(12_500, cheques=1)
        etat = etats_mensuels.etablir_etat(regie=session.regie, mois=mois, par=regisseur)
        with pytest.raises(ValidationError, match="déjà établi"):
            etats_mensuels.etablir_etat(regie=session.regie, mois=mois, par=regisseur)

    texte = _texte(etats_mensuels.dessiner_etat(etat))
    assert etat.total == 49_500
    assert "État récapitulatif de novembre 2026" in texte
    assert all(un in texte for un in ("Virement constaté", "Chèque", "Espèces", "7 000"))
    assert etats_mensuels.mois_a_justifier(session.regie, date(2026, 12, 2)) == []
    assert list(verifier()) == []
