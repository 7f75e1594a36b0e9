"""What a claim is worth: attested with a code, and what lateness adds, by worked examples."""

import io
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from facturier.acces.models import Role
from facturier.grand_livre.models import Parametre
from facturier.suivi import avancement, instruction, interets
from facturier.suivi.attestation import attester, montant_certain, situation, trouver_attestation
from facturier.suivi.models import Attestation, DecisionInterets, Facture
from tests.suivi.factories import FactureFactory, acteur, retour

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]
DEPOT = datetime(2026, 9, 1, 8, tzinfo=timezone.get_default_timezone())


def client_de(utilisateur):
    client = Client()
    client.force_login(utilisateur)
    return client


def texte_du_pdf(reponse):
    lu = PdfReader(io.BytesIO(b"".join(reponse.streaming_content))).pages[0].extract_text()
    return " ".join(lu.split())


def payee(jours, *, montant_ht=1_000_000, montant_tgc=110_000):
    """Return an invoice deposited on 1 September and paid so many days later."""
    with time_machine.travel(DEPOT, tick=False):
        facture = FactureFactory(
            prise_en_charge=True,
            date_emission=DEPOT.date(),
            montant_ht=montant_ht,
            montant_tgc=montant_tgc,
        )
    paiement = avancement.PaiementMandat(DEPOT.date() + timedelta(days=jours), "VIR-9")
    avancement.constater_paiement({facture.mandat_id: paiement}, par=acteur(Role.COMPTABLE))
    facture.refresh_from_db()
    return facture


# --- Attestation ---------------------------------------------------------------------------
def test_une_facture_mandatee_s_atteste_avec_un_code_que_chacun_verifie():
    facture = FactureFactory(mandatee=True)
    client = client_de(acteur(Role.FOURNISSEUR))

    reponse = client.post(reverse("suivi:attester", args=[facture.pk]), follow=True)
    attestation = Attestation.objects.get()
    code = attestation.code_verification.lower().replace("-", "")
    verification = Client().get(reverse("suivi:verifier_code"), {"code": code}, follow=True)

    assert "111 000 F CFP" in texte_du_pdf(reponse)
    assert verification.status_code == 200
    assert "Cette attestation de créance est authentique" in verification.text
    assert "Toujours due en entier" in verification.text


@pytest.mark.parametrize("jusque", ["deposee", "liquidee", "mandat_emis", "payee"])
def test_une_facture_non_mandatee_ou_payee_ne_s_atteste_pas(jusque):
    facture = FactureFactory(jusque=jusque)

    with pytest.raises(ValidationError):
        attester(facture, par=acteur(Role.FOURNISSEUR))


def test_un_mandat_rejete_par_la_tresorerie_n_est_plus_certain():
    facture = FactureFactory(transmise=True)
    code = attester(facture, par=acteur(Role.FOURNISSEUR)).code_verification
    avancement.constater_rejet({facture.mandat_id: "Crédits"}, par=acteur(Role.COMPTABLE))

    assert "n’est plus certaine" in situation(trouver_attestation(code))


def test_la_verification_dit_que_la_creance_est_payee():
    facture = FactureFactory(prise_en_charge=True)
    code = attester(facture, par=acteur(Role.FOURNISSEUR)).code_verification
    avancement.constater_paiement(
        {facture.mandat_id: avancement.PaiementMandat(date(2026, 11, 20))},
        par=acteur(Role.COMPTABLE),
    )

    page = Client().get(reverse("suivi:verification", args=[code])).text

    assert "Payée depuis le 20/11/2026" in page


def test_la_meme_journee_donne_la_meme_attestation():
    facture = FactureFactory(mandatee=True)
    par = acteur(Role.FOURNISSEUR)

    assert attester(facture, par=par) == attester(facture, par=par)


def test_une_attestation_ne_se_retouche_pas_et_ne_se_donne_pas_a_autrui(intrus):
    facture = FactureFactory(mandatee=True)
    attestation = attester(facture, par=acteur(Role.FOURNISSEUR))
    intrus.attribuer(Role.FOURNISSEUR)

    page = client_de(intrus).get(reverse("suivi:attestation", args=[facture.pk, attestation.pk]))

    assert page.status_code == 404
    with pytest.raises(PermissionDenied):
        attester(facture, par=intrus)
    with pytest.raises(IntegrityError), transaction.atomic():
        Attestation.objects.update(montant=1)


def test_un_code_inconnu_n_est_pas_une_attestation():
    assert Client().get(reverse("suivi:verification", args=["AAAA-BBBB"])).status_code == 404
    assert trouver_attestation("") is None


def test_ce_qu_un_mandat_verse_a_un_autre_n_est_pas_atteste(monkeypatch):
    facture = FactureFactory(mandatee=True)
    part = type("Part", (), {"montant": 11_000})()
    monkeypatch.setattr(Facture, "parts_cedees", property(lambda f: [part]))

    assert montant_certain(facture) == 100_000


# --- Intérêts moratoires: 30 + 10 days are allowed; 10.15 % a year; 4 773 F ------------------
@pytest.mark.parametrize(
    ("montant_ht", "montant_tgc", "jours", "retard", "attendus"),
    [
        (1_000_000, 110_000, 41, 1, 309),  # 1 110 000 x 10.15 % x 1 / 365 = 308.67
        (1_000_000, 110_000, 70, 30, 9_260),  # x 30 = 9 260.14
        (18_000, 1_980, 100, 60, 333),  # 19 980 x 10.15 % x 60 / 365 = 333.36
        (100_000, 11_000, 405, 365, 11_267),  # a whole year: 11 266.50, half up
    ],
)
def test_les_interets_se_calculent_au_jour_pres(montant_ht, montant_tgc, jours, retard, attendus):
    facture = payee(jours, montant_ht=montant_ht, montant_tgc=montant_tgc)

    decompte = interets.decompte(facture)

    assert (decompte.jours, decompte.interets) == (retard, attendus)
    assert decompte.total == attendus + 4_773
    assert decompte.est_definitif


@pytest.mark.parametrize("jours", [0, 39, 40])
def test_rien_n_est_du_jusqu_au_dernier_jour(jours):
    assert interets.decompte(payee(jours)) is None


def test_les_parametres_sont_ceux_de_leur_date():
    Parametre.objects.create(
        cle="taux_interets_moratoires", debut=date(2026, 10, 12), valeur="4", source="essai"
    )
    Parametre.objects.create(
        cle="delai_tps_jours", debut=date(2026, 9, 2), valeur="1", source="essai"
    )

    decompte = interets.decompte(payee(70))

    assert decompte.echeance == date(2026, 10, 11)
    assert decompte.taux == Decimal(4)
    assert decompte.interets == 3_649  # 1 110 000 x 4 % x 30 / 365 = 3 649.32


def test_l_attente_du_fournisseur_repousse_le_dernier_jour(agent):
    with time_machine.travel(DEPOT, tick=False):
        facture = FactureFactory(recue=True, date_emission=DEPOT.date())
        instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)
    with time_machine.travel(DEPOT + timedelta(days=12), tick=False):
        instruction.completer(facture, reponse="Voici", par=acteur(Role.FOURNISSEUR))
    facture.refresh_from_db()

    decompte = interets.decompte(facture, au=date(2026, 11, 1))

    assert decompte.echeance == date(2026, 10, 23)
    assert (decompte.jours, decompte.est_definitif) == (9, False)


@pytest.mark.parametrize("code", ["rejeter", "retirer"])
def test_une_facture_rejetee_ou_retiree_ne_porte_pas_d_interets(agent, code):
    with time_machine.travel(DEPOT, tick=False):
        facture = FactureFactory(recue=True, date_emission=DEPOT.date())
    par = acteur(Role.FOURNISSEUR)
    actes = {
        "rejeter": lambda: instruction.rejeter(facture, retour("NON_CONFORME"), par=agent),
        "retirer": lambda: instruction.retirer(facture, motif="Erreur", par=par),
    }
    actes[code]()
    facture.refresh_from_db()

    assert interets.decompte(facture) is None


def test_les_agents_voient_les_decomptes_et_les_exportent(agent, django_assert_max_num_queries):
    facture = payee(70)
    payee(20)
    client = client_de(agent)

    page = client.get(reverse("suivi:interets"))
    export = client.get(reverse("suivi:exporter_interets", args=["csv"]))
    lignes = b"".join(export.streaming_content).decode("utf-8-sig").splitlines()

    assert [un.facture for un, _ in page.context["decomptes"]] == [facture]
    assert len(lignes) == 2
    assert lignes[1].endswith(";9260;4773;14033;")


def test_le_fournisseur_lit_le_decompte_sans_rien_demander(intrus):
    facture = payee(70)
    client = client_de(acteur(Role.FOURNISSEUR))
    adresse = reverse("suivi:decompte", args=[facture.pk])

    page = client.get(reverse("suivi:detail", args=[facture.pk])).text
    texte = texte_du_pdf(client.get(adresse))

    assert "vous n’avez rien à demander" in page
    assert "14 033 F CFP" in texte
    assert "10,15 %" in texte
    intrus.attribuer(Role.FOURNISSEUR)
    assert client_de(intrus).get(adresse).status_code == 404


def test_sans_retard_il_n_y_a_pas_de_decompte():
    facture = payee(20)
    adresse = reverse("suivi:decompte", args=[facture.pk])

    assert client_de(acteur(Role.FOURNISSEUR)).get(adresse).status_code == 404


# --- Interest set aside ----------------------------------------------------------------------
def test_des_interets_ecartes_le_sont_avec_un_motif_que_le_fournisseur_lit(
    agent, django_capture_on_commit_callbacks
):
    facture = payee(80)
    with django_capture_on_commit_callbacks(execute=True):
        interets.decider(facture, est_ecartee=True, motif="Retard du fournisseur", par=agent)

    page = client_de(acteur(Role.FOURNISSEUR)).get(facture.get_absolute_url()).text
    liste = client_de(agent).get(reverse("suivi:interets")).text
    assert "Proposition écartée" in page
    assert "Retard du fournisseur" in page
    assert "Retard du fournisseur" in liste
    assert "Retard du fournisseur" in mail.outbox[-1].body


def test_une_proposition_ecartee_revient_par_une_autre_decision(agent):
    facture = payee(80)
    client, adresse = client_de(agent), reverse("suivi:decider_interets", args=[facture.pk])

    client.post(adresse, {"motif": "Doublon de décompte"})
    client.post(adresse, {"motif": "Erreur de notre part"})

    prises = DecisionInterets.objects.order_by("pk").values_list("est_ecartee", "motif")
    assert list(prises) == [(True, "Doublon de décompte"), (False, "Erreur de notre part")]


@pytest.mark.parametrize(("jours", "motif"), [(80, "  "), (10, "Sans retard")])
def test_des_interets_sans_motif_ou_sans_retard_ne_s_ecartent_pas(agent, jours, motif):
    with pytest.raises(ValidationError):
        interets.decider(payee(jours), est_ecartee=True, motif=motif, par=agent)


def test_une_decision_sur_des_interets_reste(agent):
    decision = interets.decider(payee(80), est_ecartee=True, motif="Litige", par=agent)

    with pytest.raises(PermissionDenied):
        interets.decider(
            decision.facture, est_ecartee=False, motif="x", par=acteur(Role.FOURNISSEUR)
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        DecisionInterets.objects.filter(pk=decision.pk).update(motif="autre")
