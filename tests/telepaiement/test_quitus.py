"""The quitus of a régisseur who left: account settled, opinion, decision, bond released."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit
from telepaiement import caisse, carnets, deficits, depots, nominations, proces_verbaux, quitus
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import (
    ComblementDeficit,
    EtatQuitus,
    Mode,
    Nomination,
    Quitus,
)
from telepaiement.position import alertes
from tests.telepaiement.factories import decompte, nommer_regisseur, titre_payable, verser
from tests.telepaiement.test_suites import texte_pdf

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.fixture
def sortant(regies, regisseur, fonds, personne, agent):
    """A régisseur who took 12 500 F, lacks 500 of them, has a booklet, and left."""
    nomination = Nomination.objects.get()
    nominations.cautionner(nomination, montant=455_000, reference="Caution fictive 7", par=agent)
    carnets.emettre_carnet(regie=regies.regie, nombre=2, remis_a=regisseur, par=agent)
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=regisseur)
    caisse.encaisser_au_guichet(
        session=session,
        titre_id=titre_payable(12_500).pk,
        saisie=caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500),
        par=regisseur,
    )
    cloturer_caisse(
        session_id=session.pk, coupures=decompte(32_000), motif_ecart="Erreur", par=regisseur
    )
    nominations.terminer(nomination, fin=timezone.localdate(), arrete="Arrêté 11", par=agent)
    return Nomination.objects.select_related("regie", "personne").get()


@pytest.fixture
def remis(sortant, personne, agent):
    """The same, once the régie is handed over."""
    suivant = nommer_regisseur(sortant.regie, personne("Ramona", Role.REGISSEUR))
    proces_verbaux.remettre_service(
        entrant=suivant,
        coupures=decompte(32_000),
        cheques_comptes=0,
        observations="",
        par=agent,
    )
    return sortant


@pytest.fixture
def regler(remis, comptable):
    """Settle his account: versement received, déficit paid, leaves cancelled, month justified."""

    def faire():
        repreneur = nominations.responsable(remis.regie, timezone.localdate()).personne
        versement = verser(remis.regie, repreneur)
        depots.recevoir_versement(versement_id=versement.pk, recepisse="R-1", par=comptable)
        deficits.combler(
            deficit=remis.regie.sessions.get(),
            moyen=ComblementDeficit.Moyen.TRESORERIE,
            montant=500,
            recepisse="R-2",
            par=comptable,
        )
        for carnet in remis.regie.carnets.all():
            for feuillet in carnet.feuillets.all():
                carnets.annuler_feuillet(
                    feuillet_id=feuillet.pk, motif="Rendu vierge", par=repreneur
                )
        mois = timezone.localdate().replace(day=1)
        remis.regie.etats_mensuels.create(mois=mois, total=12_500, par=repreneur)

    return faire


def test_le_quitus_attend_la_remise_de_service(sortant, comptable):
    assert "remise de service" in quitus.reserves(sortant)[0]
    with pytest.raises(ValidationError, match="remise de service"):
        quitus.aviser(sortant, est_favorable=True, avis="", par=comptable)


def test_ce_qui_reste_a_regler_est_dit_et_retient_le_quitus(remis, comptable, ordonnateur):
    restes = " ".join(quitus.reserves(remis))
    avis = Quitus.objects.create(nomination=remis, est_favorable=True, avis_par=comptable)

    for mot in ("Déficit", "Trésorerie", "L’état de", "Feuillets"):
        assert mot in restes
    with pytest.raises(ValidationError, match="Déficit"):
        quitus.accorder(avis, par=ordonnateur)
    with pytest.raises(IntegrityError, match="restent à régler"), transaction.atomic():
        Quitus.objects.update(
            etat="accorde", numero=1, decide_par=ordonnateur, decide_le=timezone.now()
        )


def test_le_quitus_se_donne_une_fois_le_compte_regle(remis, regler, comptable, ordonnateur, agent):
    regler()
    avis = quitus.aviser(remis, est_favorable=True, avis="", par=comptable)
    with pytest.raises(ActeInterdit):
        quitus.accorder(avis, par=agent)

    quitus.accorder(avis, par=ordonnateur)

    certificat = texte_pdf(quitus.dessiner(avis))
    assert quitus.reserves(remis) == []
    assert (avis.etat, avis.numero, avis.cautionnement_libere) == (EtatQuitus.ACCORDE, 1, 455_000)
    assert [passage.par for passage in avis.passages.order_by("pk")] == [comptable, ordonnateur]
    assert "Caution fictive 7" in certificat
    assert not nominations.quitus_attendus(remis.regie).exists()
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Quitus.objects.update(motif_refus="Après coup")


def test_un_refus_dit_pourquoi_et_se_reprend(remis, regler, comptable, ordonnateur):
    with pytest.raises(ValidationError, match="reste à régler"):
        quitus.aviser(remis, est_favorable=False, avis=" ", par=comptable)
    avis = quitus.aviser(remis, est_favorable=False, avis="Déficit non comblé", par=comptable)
    with pytest.raises(ValidationError, match="défavorable"):
        quitus.accorder(avis, par=ordonnateur)
    with pytest.raises(ValidationError, match="attend déjà"):
        quitus.aviser(remis, est_favorable=False, avis="Encore", par=comptable)
    quitus.refuser(avis, motif="Déficit de 500 F", par=ordonnateur)
    regler()

    suivant = quitus.aviser(remis, est_favorable=True, avis="", par=comptable)
    quitus.accorder(suivant, par=ordonnateur)

    assert [un.etat for un in Quitus.objects.all()] == ["accorde", "refuse"]


def test_nul_ne_se_donne_quitus_ni_ne_decide_de_son_avis(remis, regisseur, comptable):
    regisseur.attribuer(Role.COMPTABLE)
    with pytest.raises(ActeInterdit, match="lui-même"):
        quitus.aviser(remis, est_favorable=False, avis="x", par=regisseur)
    with pytest.raises(IntegrityError, match="n’y prend pas part"), transaction.atomic():
        Quitus.objects.create(nomination=remis, est_favorable=True, avis_par=regisseur)
    avis = quitus.aviser(remis, est_favorable=False, avis="Déficit", par=comptable)

    with pytest.raises(ActeInterdit, match="lui-même"):
        quitus.refuser(avis, motif="x", par=regisseur)
    with pytest.raises(ValidationError, match="autre personne"):
        quitus.refuser(avis, motif="x", par=comptable)
    for qui in (regisseur, comptable):
        with pytest.raises(IntegrityError), transaction.atomic():
            Quitus.objects.update(
                etat="refuse", motif_refus="x", decide_par=qui, decide_le=timezone.now()
            )


def test_un_quitus_qui_tarde_alerte(remis):
    tot = [une for une in alertes(remis.regie) if "quitus" in une.texte]
    with time_machine.travel(timezone.now() + timedelta(days=200)):
        tard = [une for une in alertes(remis.regie) if "quitus" in une.texte]

    assert [une.est_grave for une in tot + tard] == [False, True]


def test_les_pages_du_quitus(client, remis, regler, comptable, ordonnateur):
    page = reverse("telepaiement:quitus", args=[remis.pk])
    client.force_login(comptable)
    avant = client.get(page).content.decode()
    refus = client.post(reverse("telepaiement:quitus_avis", args=[remis.pk]), {"sens": "favorable"})
    regler()
    client.post(reverse("telepaiement:quitus_avis", args=[remis.pk]), {"sens": "favorable"})
    client.force_login(ordonnateur)
    decider = reverse("telepaiement:quitus_decision", args=[remis.pk])
    attend = client.get(page).content.decode()
    client.post(decider, {"decision": "accorder"})
    apres = client.get(page).content.decode()
    pdf = client.get(reverse("telepaiement:quitus_pdf", args=[Quitus.objects.get().pk]))

    assert "Son compte n’est pas réglé" in avant
    assert refus.status_code == 422
    assert "Donner ou refuser le quitus" in attend
    assert "libéré" in apres
    assert pdf["Content-Type"] == "application/pdf"
    assert client.get(decider).status_code == 404
