"""What a régie pays over and justifies: cancelling, denominations, the state of a month."""

from datetime import UTC, date, datetime, timedelta
from io import BytesIO

import pytest
import time_machine
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from facturier.acces.models import Role
from facturier.accueil.verification import verifier
from facturier.commun.etats import ActeInterdit
from telepaiement import (
    alertes,
    caisse,
    depots,
    etats_mensuels,
    navigation,
    position,
    verification_regies,
)
from telepaiement.cloture import Pointage, cloturer_caisse
from telepaiement.forms_regie import GuichetForm, RegieForm
from telepaiement.models import EtatMensuel, EvenementRecu, Mode
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
    session, encaisser, cloturer, regisseur, agent, client
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
    attendus = {une.libelle: une.nombre for une in navigation.cartes(agent)}
    client.force_login(agent)
    liste = client.get(reverse("telepaiement:regies")).content.decode()
    depots.recevoir_versement(versement_id=second.pk, recepisse="R-7", par=agent)

    assert attendus["Versements de régies à recevoir"] == liste.count("Versement à recevoir") == 1
    recus = {une.libelle for une in navigation.cartes(agent)}
    assert "Versements de régies à recevoir" not in recus
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
    session, encaisser, cloturer, regisseur, client, django_assert_num_queries
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
        client.force_login(regisseur)
        adresse = reverse("telepaiement:etat_mensuel_etablir", args=["CENTRE", 2026, 11])
        page = client.get(adresse).content.decode().replace("\u00a0", " ")
        etat = etats_mensuels.etablir_etat(regie=session.regie, mois=mois, par=regisseur)
        with pytest.raises(ValidationError, match="déjà établi"):
            etats_mensuels.etablir_etat(regie=session.regie, mois=mois, par=regisseur)

    texte = _texte(etats_mensuels.dessiner_etat(etat))
    assert etat.total == 49_500
    assert all(un in page for un in ("Virement constaté", "30 000 F", "49 500 F"))
    assert "Carte" not in page
    assert "État récapitulatif de novembre 2026" in texte
    assert all(un in texte for un in ("Virement constaté", "Chèque", "Espèces", "7 000"))
    assert etats_mensuels.mois_a_justifier(session.regie, date(2026, 12, 2)) == []
    assert list(verifier()) == []
    EtatMensuel.objects.create(regie=session.regie, mois=date(2026, 10, 1), total=1, par=regisseur)
    with django_assert_num_queries(2):  # however many states
        (faux,) = verification_regies.etats_mensuels_faux()
    assert "1 F justifiés, 0 F reçus" in str(faux)


def test_une_regie_en_alerte_se_dit_a_ses_gens_et_aux_finances(
    session,
    encaisser,
    regisseur,
    agent,
    personne,
    client,
    mailoutbox,
    django_capture_on_commit_callbacks,
):
    cache.clear()
    etranger = personne("Ramona", Role.REGISSEUR)
    encaisser(12_500)
    with django_capture_on_commit_callbacks(execute=True):
        alertes.surveiller()
    assert not any(regisseur.email in un.to for un in mailoutbox)
    mailoutbox.clear()
    with time_machine.travel(datetime(2026, 12, 29, 9, tzinfo=UTC), tick=False):
        cache.clear()
        evenement = EvenementRecu.objects.create(
            identifiant="evt_1", nature="payment", etat="en_erreur", nb_essais=9
        )
        EvenementRecu.objects.update(recu_le=timezone.now() - timedelta(days=2))
        with django_capture_on_commit_callbacks(execute=True):
            alertes.surveiller()
        vues = [alertes.regies_en_alerte(un) for un in (agent, regisseur, etranger)]
        accueil = [(une.libelle, une.nombre) for une in navigation.cartes(agent)]
        anomalies = [une.objet for une in verifier()]

    lus = {(adresse, un.subject.split("\u202f: ")[-1]) for un in mailoutbox for adresse in un.to}
    assert (regisseur.email, "à régler") in lus
    assert (agent.email, "1") in lus
    assert "devait se faire" in mailoutbox[0].body
    assert vues == [["CENTRE", "ENLIGNE"], ["CENTRE"], []]
    assert ("Régies en alerte", 2) in accueil
    assert ("Messages de la banque non traités", 1) in accueil
    assert f"message {evenement.pk}" in anomalies


def test_en_decembre_l_exercice_suivant_a_ouvrir_se_dit(
    reference, agent, personne, mailoutbox, django_capture_on_commit_callbacks
):
    cache.clear()
    administrateur = personne("Ines", Role.ADMINISTRATEUR)

    def dits(jour):
        mailoutbox.clear()
        with (
            time_machine.travel(jour, tick=False),
            django_capture_on_commit_callbacks(execute=True),
        ):
            alertes.surveiller()
            accueil = [une for p in (agent, administrateur) for une in navigation.cartes(p)]
        libelles = [une.libelle for une in accueil if une.libelle.startswith("Exercice")]
        return libelles, {adresse for un in mailoutbox for adresse in un.to}

    novembre = dits(datetime(2027, 11, 29, 9, tzinfo=UTC))
    decembre = dits(datetime(2027, 11, 30, 14, tzinfo=UTC))  # the first of December in Nouméa
    courriel = mailoutbox[-1]
    janvier = dits(datetime(2028, 1, 2, 9, tzinfo=UTC))
    commande = courriel.body.partition("manage.py ")[2].partition("\n")[0].split()
    call_command(*commande[:1], settings.RACINE / commande[1], *commande[2:], verbosity=0)
    ouvert = dits(datetime(2027, 12, 2, 9, tzinfo=UTC))

    assert novembre == ouvert == ([], set())
    assert decembre == janvier
    assert decembre == (["Exercice 2028 à ouvrir"] * 2, {agent.email, administrateur.email})
    assert courriel.subject == "Exercice 2028 à ouvrir"


@pytest.mark.parametrize("formulaire", [RegieForm, GuichetForm])
def test_un_acte_de_regie_ne_garde_pas_un_numero_de_carte(formulaire):
    form = formulaire({"libelle": "4242 4242 4242 4242"})

    assert "numéro de carte" in form.errors["libelle"][0]
