"""The parapheur: circuits, visas, refusals, powers, readings, and what the triggers hold."""

from datetime import date, timedelta

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.attendus import attendus_de
from exports_tps.circuits import Etape, clore_circuit, ouvrir_circuit
from exports_tps.etapes import empechement, etat_de
from exports_tps.models import (
    AnnonceParapheur,
    Delegation,
    LectureBordereau,
    Presentation,
    RelanceParapheur,
    SignatureBordereau,
    VisaParapheur,
)
from exports_tps.parapheur import (
    marquer_lu,
    presenter,
    renvoyer,
    reprendre,
    retirer,
    viser,
)
from exports_tps.pouvoirs import deleguer, revoquer, suppleer
from exports_tps.relances import relancer
from exports_tps.signature import signer_bordereau
from exports_tps.signatures import signer_lus
from facturier.acces.models import Role, ServiceGestionnaire
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import EtatBordereau, Piece
from tests.exports_tps.factories import bordereau_depense, bordereau_recette
from tests.grand_livre.factories import JOUR
from tests.suivi.factories import FactureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]

AUJOURD_HUI = date(2026, 1, 1)
ARRETE = "Arrêté 2026-12"


@pytest.fixture
def responsable(personne):
    """Somebody of the direction that the mandats of the tests come from."""
    serge = personne("Solange", Role.SERVICE)
    serge.service = ServiceGestionnaire.objects.get(code="DEFE")
    serge.save()
    return serge


@pytest.fixture
def titulaire(personne):
    """The ordonnateur who signs in her own name."""
    return personne("Sonia", Role.ORDONNATEUR)


def ouvrir(par, *etapes, montant=0, direction="", signataire=None, sens="depense"):
    """Open a circuit whose steps are (name, role, person)."""
    return ouvrir_circuit(
        libelle=f"À partir de {montant} F",
        sens=sens,
        direction=direction,
        montant_minimum=montant,
        signataire=signataire,
        etapes=[Etape(*etape) for etape in etapes],
        debut=AUJOURD_HUI,
        par=par,
    )


@pytest.fixture
def deux_visas(administrateur, responsable):
    """A circuit with the visa of the direction, then that of the finances."""
    return ouvrir(administrateur, ("Direction", Role.SERVICE), ("Finances", Role.AGENT))


def donner(par, a, *, plafond=10_000_000, debut=0, duree=30):
    """Give a délégation that begins in `debut` days."""
    jour = timezone.localdate() + timedelta(days=debut)
    return deleguer(
        delegataire=a,
        acte=ARRETE,
        debut=jour,
        fin=jour + timedelta(days=duree),
        plafond=plafond,
        par=par,
    )


# --- The way ----------------------------------------------------------------------------------
def test_un_bordereau_suit_ses_visas_puis_se_signe(agent, responsable, ordonnateur, deux_visas):
    bordereau = bordereau_depense(agent)
    with pytest.raises(TransitionInterdite, match="d’abord au parapheur"):
        signer_bordereau(bordereau, par=ordonnateur)

    presenter(bordereau, par=agent)
    with pytest.raises(TransitionInterdite, match="manque le visa « Direction »"):
        signer_bordereau(bordereau, par=ordonnateur)
    viser(bordereau, par=responsable)
    viser(bordereau, commentaire="Vu", par=agent)
    assert [p.bordereau for p in attendus_de(ordonnateur, timezone.localdate())] == [bordereau]
    signer_bordereau(bordereau, par=ordonnateur)

    assert bordereau.etat == EtatBordereau.SIGNE
    visas = bordereau.passages.filter(acte="viser").values_list("par", "motif")
    assert list(visas) == [
        (responsable.pk, "« Direction »."),
        (agent.pk, "« Finances ». Vu"),
    ]
    assert (len(bordereau.signatures.get().empreinte), bordereau.signatures.get().delegation) == (
        64,
        None,
    )
    assert list(bordereau.passages.values_list("acte", flat=True)) == [
        "creer",
        "presenter",
        "viser",
        "viser",
        "signer",
    ]


def test_le_circuit_se_choisit_par_direction_puis_par_montant(agent, administrateur, responsable):
    tous = ouvrir(administrateur, montant=1)
    grands = ouvrir(administrateur, ("Grands montants", Role.AGENT), montant=300_000)
    sien = ouvrir(administrateur, montant=1, direction=responsable.direction)
    petit, grand = bordereau_depense(agent), bordereau_depense(agent, 3)

    assert presenter(petit, par=agent).circuit == sien
    clore_circuit(sien, par=administrateur)
    reprendre(petit, motif="À revoir", par=agent)
    assert presenter(petit, par=agent).circuit == tous
    assert presenter(grand, par=agent).circuit == grands


def test_un_visa_n_est_donne_que_par_qui_on_l_attend(agent, service, responsable, deux_visas):
    bordereau = bordereau_depense(agent)
    presenter(bordereau, par=agent)
    service.service = ServiceGestionnaire.objects.get(code="DEPS")

    with pytest.raises(ActeInterdit, match="aucune pièce de votre direction"):
        viser(bordereau, par=service)
    with pytest.raises(ActeInterdit, match="« Direction »"):
        viser(bordereau, par=agent)
    jour = timezone.localdate()
    assert [attendus_de(qui, jour).count() for qui in (agent, service, responsable)] == [0, 0, 1]


def test_un_renvoi_dit_pourquoi_et_revient_a_qui_a_presente(
    agent, responsable, ordonnateur, deux_visas, django_capture_on_commit_callbacks
):
    bordereau = bordereau_depense(agent, 2)
    presenter(bordereau, par=agent)
    viser(bordereau, par=responsable)
    with pytest.raises(ValidationError, match="pourquoi"):
        renvoyer(bordereau, commentaire=" ", par=agent)
    with django_capture_on_commit_callbacks(execute=True):
        renvoyer(bordereau, commentaire="Facture du mauvais collège", par=agent)

    assert (bordereau.etat, mail.outbox[-1].to) == (EtatBordereau.OUVERT, [agent.email])
    assert "Facture du mauvais collège" in mail.outbox[-1].body
    renvoi = bordereau.passages.get(acte="renvoyer")
    assert renvoi.motif == "« Finances ». Facture du mauvais collège"
    fautive = bordereau.pieces.first()
    retirer(bordereau, fautive, par=agent)
    presenter(bordereau, par=agent)
    assert etat_de(bordereau).etape.libelle == "Direction"
    with pytest.raises(TransitionInterdite, match="ne changent plus"):
        retirer(bordereau, bordereau.pieces.first(), par=agent)


def test_sans_circuit_l_ordonnateur_signe_directement(agent, ordonnateur, deux_visas):
    recettes = bordereau_recette(agent)

    assert empechement(recettes, ordonnateur) == ""
    presenter(recettes, par=agent)
    assert signer_bordereau(recettes, par=ordonnateur).etat == EtatBordereau.SIGNE


def test_qui_peut_agir_est_averti_une_fois_par_etape(
    agent, personne, responsable, titulaire, ordonnateur, deux_visas
):
    autre = personne("Aline", Role.AGENT)
    ailleurs = personne("Sylvie", Role.SERVICE)
    ailleurs.service = ServiceGestionnaire.objects.get(code="DEPS")
    ailleurs.save()
    donner(titulaire, ordonnateur, plafond=1)
    bordereau = bordereau_depense(agent)

    presenter(bordereau, par=agent)
    viser(bordereau, par=responsable)
    viser(bordereau, par=agent)

    assert [(message.to[0], message.subject.split(" à ")[1]) for message in mail.outbox] == [
        (responsable.email, "viser"),
        *((adresse, "viser") for adresse in sorted([agent.email, autre.email])),
        (titulaire.email, "signer"),
    ]
    assert "votre visa «\u202fDirection\u202f»" in mail.outbox[0].body
    assert f"/gestion/bordereaux/{bordereau.pk}/signer/" in mail.outbox[-1].body
    annonces = AnnonceParapheur.objects.values_list("rang", "destinataires")
    assert list(annonces) == [(1, 1), (2, 2), (3, 1)]
    with pytest.raises(IntegrityError), transaction.atomic():
        AnnonceParapheur.objects.create(
            presentation=bordereau.presentations.get(), rang=3, destinataires=1
        )


# --- Powers -----------------------------------------------------------------------------------
def test_le_delegataire_signe_sous_son_plafond(agent, titulaire, ordonnateur):
    pouvoir = donner(titulaire, ordonnateur, plafond=200_000)
    petit, grand = bordereau_depense(agent), bordereau_depense(agent, 2)

    signer_bordereau(petit, par=ordonnateur)
    with pytest.raises(ActeInterdit, match="dépasse le plafond de votre délégation"):
        signer_bordereau(grand, par=ordonnateur)

    assert petit.signatures.get().delegation == pouvoir
    assert petit.signatures.get().qualite.endswith(f"par délégation de {titulaire} ({ARRETE})")
    signer_bordereau(grand, par=titulaire)


def test_une_delegation_a_venir_ou_revoquee_ne_sert_pas(agent, titulaire, ordonnateur):
    bordereau = bordereau_depense(agent)
    a_venir = donner(titulaire, ordonnateur, debut=2)
    with pytest.raises(ActeInterdit, match="vaut du"):
        signer_bordereau(bordereau, par=ordonnateur)
    revoquer(a_venir, par=titulaire)
    Delegation.objects.create(
        nature="delegation",
        delegant=titulaire,
        delegataire=ordonnateur,
        acte=ARRETE,
        debut=AUJOURD_HUI,
        fin=AUJOURD_HUI,
        plafond=1,
        cree_par=titulaire,
    )

    with pytest.raises(ActeInterdit, match=r"du 01/01/2026 au 01/01/2026"):
        signer_bordereau(bordereau, par=ordonnateur)
    with pytest.raises(ActeInterdit, match="en son nom"):
        donner(ordonnateur, titulaire)


def test_la_suppleance_vaut_pendant_l_absence(
    agent, personne, titulaire, ordonnateur, administrateur
):
    adjoint = personne("Aline", Role.AGENT)
    ouvrir(administrateur, ("Chef", Role.AGENT, agent), signataire=titulaire)
    bordereau = bordereau_depense(agent)
    presenter(bordereau, par=agent)
    jour = timezone.localdate()
    with pytest.raises(ActeInterdit, match="celui de"):
        viser(bordereau, par=adjoint)

    suppleer(suppleant=adjoint, debut=jour, fin=jour, par=agent)
    visa = viser(bordereau, par=adjoint)
    with pytest.raises(ActeInterdit, match="Le circuit désigne"):
        signer_bordereau(bordereau, par=ordonnateur)
    suppleer(suppleant=ordonnateur, debut=jour, fin=jour, par=titulaire)
    signer_bordereau(bordereau, par=ordonnateur)

    assert visa.pour.delegant == agent
    assert "en suppléance de" in bordereau.signatures.get().qualite


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(
    ("champs", "refus"),
    [
        ({"debut": -9, "fin": -2, "plafond": 10**9}, "pas à cette date"),
        ({"debut": 0, "fin": 9, "plafond": 1_000}, "dépasse le plafond"),
        (None, "ne signe que par elle"),
    ],
)
def test_la_base_tient_la_delegation(agent, titulaire, ordonnateur, champs, refus):
    jour = timezone.localdate()
    bornes = champs or {"debut": 0, "fin": 9, "plafond": 10**9}
    pouvoir = Delegation.objects.create(
        nature="delegation",
        delegant=titulaire,
        delegataire=ordonnateur,
        acte=ARRETE,
        debut=jour + timedelta(days=bornes["debut"]),
        fin=jour + timedelta(days=bornes["fin"]),
        plafond=bornes["plafond"],
        cree_par=titulaire,
    )

    with pytest.raises(IntegrityError, match=refus), transaction.atomic():
        SignatureBordereau.objects.create(
            bordereau=bordereau_depense(agent),
            par=ordonnateur,
            jour=jour,
            delegation=pouvoir if champs else None,
        )


@pytest.mark.deux_moteurs
def test_la_base_refuse_qui_a_liquide_et_ce_qui_n_est_pas_vise(
    agent, ordonnateur, responsable, deux_visas
):
    facture = FactureFactory(mandat_emis=True)
    liquide = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )
    liquidateur = facture.passages.get(acte="liquider").par
    presente = bordereau_depense(agent)
    presenter(presente, par=agent)
    presentation = presente.presentations.get()

    def refuse(phrase, creer):
        with pytest.raises(IntegrityError, match=phrase), transaction.atomic():
            creer()

    jour = timezone.localdate()
    signatures, visas = SignatureBordereau.objects, VisaParapheur.objects
    refuse("a liquidé", lambda: signatures.create(bordereau=liquide, par=liquidateur, jour=jour))
    refuse(
        "un visa manque", lambda: signatures.create(bordereau=presente, par=ordonnateur, jour=jour)
    )
    refuse(
        "pas celui qui est attendu",
        lambda: visas.create(presentation=presentation, rang=2, decision="vise", par=agent),
    )
    refuse(
        "ne changent plus", lambda: Piece.objects.filter(bordereau=presente).update(bordereau=None)
    )
    refuse("ne se modifie pas", lambda: Presentation.objects.update(circuit=None))


# --- Reading and reminding --------------------------------------------------------------------
def test_on_ne_signe_en_lot_que_ce_qu_on_a_lu(agent, ordonnateur):
    lu, non_lu = bordereau_depense(agent), bordereau_depense(agent)
    marquer_lu(lu, lire_a_signer(lu).empreinte, par=ordonnateur)
    marquer_lu(non_lu, "0" * 64, par=ordonnateur)

    signes, refus = signer_lus([lu, non_lu], par=ordonnateur)

    assert signes == [lu]
    assert refus == [
        f"Le bordereau {non_lu.reference} : lisez-le d’abord, il n’est pas lu tel qu’il est."
    ]
    assert LectureBordereau.objects.count() == 2


def test_ce_qui_attend_est_rappele_une_fois(
    agent, responsable, deux_visas, monkeypatch, django_capture_on_commit_callbacks
):
    bordereau = bordereau_depense(agent)
    presentation = presenter(bordereau, par=agent)
    mail.outbox.clear()
    assert relancer() == 0
    jour = timezone.localdate() + timedelta(days=4)
    monkeypatch.setattr(timezone, "localdate", lambda *_: jour)

    with django_capture_on_commit_callbacks(execute=True):
        assert (relancer(), relancer()) == (1, 0)

    assert RelanceParapheur.objects.get().presentation == presentation
    assert [message.to for message in mail.outbox] == [[responsable.email]]
    assert bordereau.reference in mail.outbox[0].body


# --- Pages ------------------------------------------------------------------------------------
def test_un_service_ne_lit_que_ce_qui_est_de_sa_direction(
    client, agent, personne, responsable, deux_visas
):
    bordereau = bordereau_depense(agent)
    presenter(bordereau, par=agent)
    autre = personne("Sylvie", Role.SERVICE)
    autre.service = ServiceGestionnaire.objects.get(code="DEPS")
    autre.save()
    document = bordereau.pieces.get().justificatifs.get()
    adresses = [
        reverse("exports_tps:viser", args=[bordereau.pk]),
        reverse("exports_tps:lire_piece", args=[bordereau.pieces.get().pk]),
        reverse("exports_tps:justificatif", args=[document.pk]),
    ]

    def reponses(qui):
        client.force_login(qui)
        return [client.get(adresse) for adresse in adresses]

    assert [r.status_code for r in reponses(autre)] == [404, 404, 404]
    siennes = reponses(responsable)
    assert [r.status_code for r in siennes] == [200, 200, 200]
    siennes[-1].close()


def test_le_parapheur_coute_autant_pour_trois_que_pour_un(
    client, agent, ordonnateur, administrateur, django_assert_max_num_queries
):
    ouvrir(administrateur)
    client.force_login(ordonnateur)

    def compter(limite):
        presenter(bordereau_depense(agent), par=agent)
        with django_assert_max_num_queries(limite) as requetes:
            client.get(reverse("exports_tps:parapheur"))
        return len(requetes)

    premier = compter(30)

    assert max(compter(premier), compter(premier)) <= premier
