"""Absences in the parapheur: who stands in, for which visa, and what is said when nobody may."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exports_tps.attendus import attendus_de
from exports_tps.circuits import Etape, ouvrir_circuit
from exports_tps.etapes import empechement
from exports_tps.models import (
    Delegation,
    RelanceParapheur,
    SignatureBordereau,
    VisaParapheur,
)
from exports_tps.parapheur import bordereaux_attendus, presenter, viser
from exports_tps.pouvoirs import deleguer, revoquer, suppleer
from exports_tps.relances import relancer
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Role, ServiceGestionnaire
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.emission import creer_bordereau
from tests.exports_tps.factories import bordereau_depense
from tests.grand_livre.factories import JOUR
from tests.suivi.factories import FactureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def dans():
    """A day counted from today."""
    return lambda jours: timezone.localdate() + timedelta(days=jours)


@pytest.fixture
def de_la_direction(personne):
    """Make somebody of the direction of a service, that of the mandats of the tests by default."""

    def creer(prenom, code="DEFE"):
        qui = personne(prenom, Role.SERVICE)
        qui.service = ServiceGestionnaire.objects.get(code=code)
        qui.save()
        return qui

    return creer


@pytest.fixture
def ouvrir(administrateur):
    """Open a circuit whose steps are (name, role) or (name, role, person)."""

    def faire(*etapes, signataire=None):
        return ouvrir_circuit(
            libelle="Mandats",
            sens="depense",
            direction="",
            montant_minimum=0,
            signataire=signataire,
            etapes=[Etape(*etape) for etape in etapes],
            debut=timezone.localdate(),
            par=administrateur,
        )

    return faire


@pytest.fixture
def absence(dans):
    """Record an absence that begins in so many days."""

    def declarer(absent, suppleant, *, debut=0, duree=5, par=None):
        return suppleer(
            suppleant=suppleant,
            debut=dans(debut),
            fin=dans(debut + duree),
            absent=absent,
            par=par or absent,
        )

    return declarer


def presente(agent, nombre=1):
    bordereau = bordereau_depense(agent, nombre)
    presenter(bordereau, par=agent)
    return bordereau


# --- A visa asked of a role -------------------------------------------------------------------
def test_le_suppleant_donne_le_visa_du_role_et_de_la_direction(
    agent, de_la_direction, ouvrir, absence, client, dans
):
    ouvrir(("Direction", Role.SERVICE))
    absente, suppleante = de_la_direction("Solange"), de_la_direction("Sylvie", "DEPS")
    bordereau = presente(agent)
    with pytest.raises(ActeInterdit, match="aucune pièce de votre direction"):
        viser(bordereau, par=suppleante)
    adresse = reverse("exports_tps:viser", args=[bordereau.pk])
    client.force_login(suppleante)
    assert client.get(adresse).status_code == 404

    pouvoir = absence(absente, suppleante)
    page = client.get(adresse).content.decode()
    assert "en l’absence de Solange Fictif" in page
    assert bordereau.pieces.get().reference in page
    assert list(bordereaux_attendus(suppleante)) == [bordereau]
    visa = viser(bordereau, par=suppleante)

    assert (visa.par, visa.pour) == (suppleante, pouvoir)
    assert client.get(adresse).status_code == 404
    client.force_login(agent)
    page = client.get(reverse("exports_tps:bordereau", args=[bordereau.pk])).content.decode()
    assert "Visé par Sylvie Fictif, en l’absence de Solange Fictif" in page


@pytest.mark.parametrize("quand", ["a_venir", "revoquee", "role_retire"])
def test_une_suppleance_qui_ne_sert_pas_ne_vise_pas(agent, de_la_direction, ouvrir, absence, quand):
    ouvrir(("Direction", Role.SERVICE))
    absente, suppleante = de_la_direction("Solange"), de_la_direction("Sylvie", "DEPS")
    pouvoir = absence(absente, suppleante, debut=2 if quand == "a_venir" else 0)
    if quand == "revoquee":
        revoquer(pouvoir, par=absente)
    if quand == "role_retire":
        absente.attributions.all().delete()
    bordereau = presente(agent)

    with pytest.raises(ActeInterdit, match="aucune pièce"):
        viser(bordereau, par=suppleante)
    assert not attendus_de(suppleante, timezone.localdate())


def test_absences_qui_se_chevauchent(agent, de_la_direction, ouvrir, absence):
    """Two people away, one stand-in each; a stand-in does not pass on what he received."""
    ouvrir(("Direction", Role.SERVICE))
    solange, sylvie = de_la_direction("Solange"), de_la_direction("Sylvie")
    samir, sonia = de_la_direction("Samir", "DEPS"), de_la_direction("Sonia", "DEPS")
    absence(solange, samir)
    absence(sylvie, samir, debut=0, duree=9)
    absence(samir, sonia)
    bordereau = presente(agent)

    with pytest.raises(ActeInterdit, match="aucune pièce"):
        viser(bordereau, par=sonia)
    assert viser(bordereau, par=samir).pour.delegant in {solange, sylvie}


# --- Two people -------------------------------------------------------------------------------
def test_le_suppleant_ne_prend_pas_deux_etapes(agent, personne, ordonnateur, ouvrir, absence):
    adjoint, autre = personne("Aline", Role.AGENT, Role.ORDONNATEUR), personne("Ali", Role.AGENT)
    ouvrir(("Chef", Role.AGENT, agent), ("Finances", Role.AGENT))
    bordereau = presente(agent)
    absence(agent, adjoint)
    viser(bordereau, par=adjoint)

    with pytest.raises(ActeInterdit, match="l’un des deux visas serait donné en l’absence"):
        viser(bordereau, par=adjoint)
    assert not attendus_de(adjoint, timezone.localdate())
    viser(bordereau, par=autre)
    assert "un autre ordonnateur doit le signer" in empechement(bordereau, adjoint)
    with pytest.raises(ActeInterdit, match="en l’absence d’Agathe"):
        signer_bordereau(bordereau, par=adjoint)
    assert not attendus_de(adjoint, timezone.localdate())
    signer_bordereau(bordereau, par=ordonnateur)


@pytest.mark.deux_moteurs
def test_la_base_tient_la_suppleance_d_un_visa(agent, personne, ordonnateur, ouvrir, absence, dans):
    ouvrir(("Chef", Role.AGENT, agent), ("Finances", Role.AGENT))
    facture = FactureFactory(mandat_emis=True)
    bordereau = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )
    presentation = presenter(bordereau, par=agent)
    liquidateur = facture.passages.get(acte="liquider").par
    adjoint = personne("Aline", Role.AGENT)
    valable, future = absence(agent, adjoint), absence(agent, adjoint, debut=2)
    la_sienne = absence(agent, liquidateur)

    def refuse(phrase, rang, par, pour):
        with pytest.raises(IntegrityError, match=phrase), transaction.atomic():
            VisaParapheur.objects.create(
                presentation=presentation, rang=rang, decision="vise", par=par, pour=pour
            )

    refuse("ne permet pas de viser", 1, adjoint, future)
    refuse("ne permet pas de viser", 1, ordonnateur, valable)
    refuse("a liquidé", 1, liquidateur, la_sienne)
    assert viser(bordereau, par=adjoint).pour == valable
    refuse("deux visas", 2, adjoint, None)


def test_qui_a_liquide_ne_vise_pas_pour_un_absent(agent, personne, ouvrir, absence):
    chef = personne("Chantal", Role.AGENT)
    ouvrir(("Chef", Role.AGENT, chef))
    facture = FactureFactory(mandat_emis=True)
    bordereau = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )
    liquidateur = facture.passages.get(acte="liquider").par
    absence(chef, liquidateur)
    presenter(bordereau, par=agent)

    with pytest.raises(ActeInterdit, match="Vous avez liquidé une facture"):
        viser(bordereau, par=liquidateur)
    assert not attendus_de(liquidateur, timezone.localdate())


# --- Nobody may -------------------------------------------------------------------------------
def test_personne_ne_peut_viser_on_le_dit_et_a_qui_s_adresser(
    agent,
    de_la_direction,
    administrateur,
    ouvrir,
    absence,
    client,
    monkeypatch,
    django_capture_on_commit_callbacks,
):
    ouvrir(("Direction", Role.SERVICE))
    absente, suppleante = de_la_direction("Solange"), de_la_direction("Sylvie", "DEPS")
    absence(absente, suppleante, duree=9)
    absence(suppleante, de_la_direction("Samir", "DEPS"), duree=9)
    mail.outbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        bordereau = presente(agent)

    assert sorted(message.to[0] for message in mail.outbox) == sorted(
        [absente.email, administrateur.email, suppleante.email]
    )
    assert "personne ne peut agir" in mail.outbox[0].subject
    assert "en absence aussi" in mail.outbox[0].body
    for message in mail.outbox:  # an administrator is not sent to herself
        est_elle = message.to == [administrateur.email]
        assert ("adressez-vous à un administrateur" in message.body) is not est_elle
        assert ("Vous pouvez accorder le rôle" in message.body) is est_elle
    client.force_login(agent)
    page = client.get(reverse("exports_tps:bordereau", args=[bordereau.pk])).content.decode()
    assert "Personne ne peut donner le visa «\u202fDirection\u202f» aujourd’hui" in page
    assert administrateur.email in page

    mail.outbox.clear()
    jour = timezone.localdate() + timedelta(days=4)
    monkeypatch.setattr(timezone, "localdate", lambda *_: jour)
    with django_capture_on_commit_callbacks(execute=True):
        assert (relancer(), relancer()) == (1, 0)
    blocages = [m.to[0] for m in mail.outbox if "personne ne peut agir" in m.subject]
    assert sorted(blocages) == sorted([agent.email, administrateur.email])
    assert RelanceParapheur.objects.get().destinataires == 4


def test_sans_personne_du_role_on_le_dit(agent, administrateur, ouvrir, client):
    ouvrir(("Direction", Role.SERVICE))
    bordereau = presente(agent)

    client.force_login(agent)
    page = client.get(reverse("exports_tps:bordereau", args=[bordereau.pk])).content.decode()

    assert "Personne ne peut donner le visa" in page
    assert [message.to for message in mail.outbox] == [[administrateur.email]]


def test_un_administrateur_declare_l_absence_d_un_autre(
    agent, administrateur, de_la_direction, client, django_capture_on_commit_callbacks
):
    absente, suppleante = de_la_direction("Solange"), de_la_direction("Sylvie", "DEPS")
    jour = timezone.localdate()
    donnees = {
        "absent": absente.pk,
        "suppleant": suppleante.pk,
        "debut": f"{jour:%d/%m/%Y}",
        "fin": f"{jour:%d/%m/%Y}",
    }
    client.force_login(administrateur)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(reverse("exports_tps:absence"), donnees)

    pouvoir = Delegation.objects.get()
    assert (pouvoir.delegant, pouvoir.delegataire, pouvoir.cree_par) == (
        absente,
        suppleante,
        administrateur,
    )
    assert sorted(m.to[0] for m in mail.outbox) == sorted([absente.email, suppleante.email])
    page = client.get(reverse("exports_tps:pouvoirs")).content.decode()
    assert f"enregistrée par {administrateur}" in page
    with pytest.raises(ActeInterdit, match="Seul un administrateur"):
        suppleer(suppleant=suppleante, debut=jour, fin=jour, absent=absente, par=agent)
    with pytest.raises(ActeInterdit, match="lui-même"):
        suppleer(suppleant=administrateur, debut=jour, fin=jour, absent=agent, par=administrateur)
    client.post(reverse("exports_tps:revoquer", args=[pouvoir.pk]))
    pouvoir.refresh_from_db()
    assert pouvoir.revoquee_par == administrateur


def test_qui_ne_vise_ni_ne_signe_ne_supplee_pas(agent, comptable, dans):
    with pytest.raises(ValidationError, match="ne peut ni viser ni signer"):
        suppleer(suppleant=comptable, debut=dans(0), fin=dans(1), par=agent)


def test_qui_est_absent_ces_jours_la_ne_supplee_personne(de_la_direction, absence):
    absente, suppleante = de_la_direction("Solange"), de_la_direction("Sylvie", "DEPS")
    sienne = absence(suppleante, absente, debut=3, duree=2)

    for debut, duree in ((0, 3), (4, 0), (5, 9)):
        with pytest.raises(ValidationError, match="est déjà en absence"):
            absence(absente, suppleante, debut=debut, duree=duree)
    absence(absente, suppleante, debut=6)
    revoquer(sienne, par=suppleante)
    absence(absente, suppleante, debut=0, duree=5)


def test_la_page_coute_autant_quel_que_soit_le_nombre_d_ordonnateurs(
    agent, ordonnateur, personne, ouvrir, client
):
    ouvrir()
    adresse = reverse("exports_tps:bordereau", args=[presente(agent).pk])
    client.force_login(agent)

    def mesurer():
        with CaptureQueriesContext(connection) as lues:
            client.get(adresse)
        return len(lues)

    mesurer()
    un = mesurer()
    for prenom in ("Solange", "Sylvie", "Samir"):
        personne(prenom, Role.ORDONNATEUR)
    assert mesurer() == un


# --- Expected of me ---------------------------------------------------------------------------
def test_au_dessus_du_plafond_rien_n_est_attendu_et_la_page_dit_pourquoi(
    agent, personne, ordonnateur, ouvrir, client, dans
):
    titulaire = personne("Sonia", Role.ORDONNATEUR)
    deleguer(
        delegataire=ordonnateur,
        acte="Arrêté 12",
        debut=dans(0),
        fin=dans(9),
        plafond=200_000,
        par=titulaire,
    )
    en_preparation = bordereau_depense(agent, 2)
    assert not bordereaux_attendus(ordonnateur)
    assert list(bordereaux_attendus(titulaire)) == [en_preparation]
    ouvrir()
    petit, grand = presente(agent), presente(agent, 2)

    assert list(bordereaux_attendus(ordonnateur)) == [petit]
    assert set(bordereaux_attendus(titulaire)) == {petit, grand}
    client.force_login(ordonnateur)
    page = client.get(reverse("exports_tps:bordereau", args=[grand.pk])).content.decode()
    assert "Vous ne pouvez pas signer aujourd’hui" in page
    assert "dépasse le plafond de votre délégation" in page
    assert "Examiner et signer" not in page
    accueil = client.get(reverse("exports_tps:parapheur")).content.decode()
    assert "Attendus de moi (1)" in accueil


@pytest.fixture
def delegation(personne, ordonnateur, dans):
    """Give a délégation to the ordonnateur, in force today."""

    def donner(plafond=10_000_000, debut=0):
        titulaire = personne("Odette", Role.ORDONNATEUR)
        return deleguer(
            delegataire=ordonnateur,
            acte="Arrêté 12",
            debut=dans(debut),
            fin=dans(debut + 9),
            plafond=plafond,
            par=titulaire,
        )

    return donner


@pytest.mark.deux_moteurs
def test_une_delegation_qui_a_servi_borne_encore_une_fois_revoquee(
    agent, ordonnateur, delegation, client
):
    pouvoir = delegation()
    signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    client.force_login(pouvoir.delegant)
    adresse = reverse("exports_tps:revoquer", args=[pouvoir.pk])
    assert "ne sert plus dès aujourd’hui" in client.get(adresse).content.decode()
    revoquer(pouvoir, par=pouvoir.delegant)

    autre = bordereau_depense(agent)
    with pytest.raises(ActeInterdit, match="a été révoquée le"):
        signer_bordereau(autre, par=ordonnateur)
    with pytest.raises(IntegrityError, match="ne signe que par elle"), transaction.atomic():
        SignatureBordereau.objects.create(
            bordereau=autre, par=ordonnateur, jour=timezone.localdate()
        )


def test_revoquer_ce_qui_n_a_pas_servi_dit_ce_qu_il_rend(agent, ordonnateur, delegation, client):
    pouvoir = delegation()
    client.force_login(pouvoir.delegant)

    page = client.get(reverse("exports_tps:revoquer", args=[pouvoir.pk])).content.decode()

    assert "Odile Fictif redevient un ordonnateur qui signe en son nom" in page
    revoquer(pouvoir, par=pouvoir.delegant)
    assert empechement(bordereau_depense(agent), ordonnateur) == ""


def test_un_delegataire_sans_pouvoir_le_lit_et_ne_delegue_pas(
    agent, ordonnateur, delegation, client
):
    delegation(debut=3)
    client.force_login(ordonnateur)

    page = client.get(reverse("exports_tps:parapheur")).content.decode()
    pouvoirs = client.get(reverse("exports_tps:pouvoirs")).content.decode()

    assert "Votre délégation de signature vaut du" in page
    assert "Déléguer ma signature" not in pouvoirs


def test_le_suivi_dit_au_nom_de_qui_on_signe(agent, ordonnateur, delegation):
    pouvoir = delegation()
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)

    motif = bordereau.passages.get(acte="signer").motif

    assert motif.endswith(f"par délégation d’{pouvoir.delegant} (Arrêté 12)")


def test_qui_a_liquide_n_a_rien_a_signer(agent, personne, ouvrir):
    ouvrir()
    facture = FactureFactory(mandat_emis=True)
    bordereau = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )
    liquidateur = facture.passages.get(acte="liquider").par
    liquidateur.attribuer(Role.ORDONNATEUR)
    presenter(bordereau, par=agent)

    assert not bordereaux_attendus(liquidateur)
    assert "Vous avez liquidé" in empechement(bordereau, liquidateur)


def test_hors_du_parapheur_rien_n_est_a_viser(agent, ouvrir, client):
    ouvrir(("Finances", Role.AGENT))
    bordereau = bordereau_depense(agent)
    client.force_login(agent)

    page = client.get(reverse("exports_tps:viser", args=[bordereau.pk])).content.decode()

    assert "n’est pas au parapheur" in page
    with pytest.raises(TransitionInterdite, match="pas au parapheur"):
        viser(bordereau, par=agent)
