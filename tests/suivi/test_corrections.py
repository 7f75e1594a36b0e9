"""After the sending: rejections to their desk, réductions, réémissions, réquisitions."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from lxml import etree

from exports_tps import decisions, visa
from exports_tps.enregistrements import pieces_pes
from exports_tps.requisition import requerir
from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import EtatPiece, Mandat, Piece
from facturier.grand_livre.soldes import reste_du, solde
from facturier.grand_livre.verification import verifier
from facturier.suivi import instruction, mandatement, reprises
from facturier.suivi.corrections import avoirs_a_reduire, reduire_mandat
from facturier.suivi.models import Facture
from facturier.suivi.navigation import cartes
from facturier.suivi.reprises import bureau_de
from tests.suivi.factories import FactureFactory, acteur, remettre_a_la_tresorerie, retour
from tests.suivi.test_avoirs import avoir_sur
from tests.suivi.test_blocage import suspendre

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


def acte_de(contenu=b"%PDF-1.4 acte"):
    return ranger_justificatif(BytesIO(contenu), nom="acte.pdf", genre="decision")


@pytest.fixture
def transmise():
    """An invoice whose mandat is at the treasury, both in their state."""
    facture = FactureFactory(transmise=True)
    remettre_a_la_tresorerie(facture.mandat)
    facture.refresh_from_db()
    return facture


@pytest.fixture
def pris_en_charge(transmise, comptable):
    decisions.prendre_en_charge([transmise.mandat_id], par=comptable)
    transmise.refresh_from_db()
    return transmise


def reduire(mandat, agent, **champs):
    defaut = {"montant_ht": 40_000, "montant_tgc": 4_400, "motif": "Avoir du fournisseur"}
    return reduire_mandat(mandat, justificatifs=[acte_de()], par=agent, **(defaut | champs))


def payer(mandat, montant, comptable):
    cumul = decisions.CumulPaye(
        montant=montant, date_paiement=date(2026, 11, 25), reference="VIR-1"
    )
    decisions.payer({mandat.pk: cumul}, par=comptable)


def rejeter(facture, motif, comptable):
    decisions.rejeter({facture.mandat_id: motif}, date_rejet=timezone.localdate(), par=comptable)
    facture.refresh_from_db()


@pytest.mark.parametrize(
    ("motif", "bureau"),
    [
        ("Service fait non justifié.", "service"),
        ("Domiciliation bancaire erronée.", "tiers"),
        ("Donneur d'ordre.", "ordonnateur"),
        ("Imputation erronée.", "liquidation"),
        ("Erreur de liquidation.", "liquidation"),
    ],
)
def test_un_rejet_revient_au_bureau_qui_peut_repondre(motif, bureau):
    assert bureau_de(motif) == bureau


def test_un_rejet_est_une_tache_du_service(transmise, comptable):
    rejeter(transmise, "Service fait non justifié.", comptable)
    serge = acteur(Role.SERVICE, transmise.service)

    taches = [carte for carte in cartes(serge) if "Rejets" in carte.libelle]

    client = Client()
    client.force_login(serge)
    liste = client.get("/gestion/factures/?bureau=service").text
    fiche = client.get(f"/gestion/factures/{transmise.pk}/").text
    assert [carte.nombre for carte in taches] == [1]
    assert transmise.numero in liste
    assert "Service fait non justifié." in fiche
    assert "Service gestionnaire" in fiche


def test_un_rejet_apres_la_prise_en_charge_ramene_la_facture(pris_en_charge, comptable):
    rejeter(pris_en_charge, "Imputation erronée.", comptable)

    assert (pris_en_charge.etat, pris_en_charge.mandat.etat) == ("rejetee_tps", "rejetee")
    assert reste_du(pris_en_charge.mandat) == 0
    assert list(verifier()) == []


def test_un_mandat_paye_en_partie_ne_se_rejette_plus(pris_en_charge, comptable):
    payer(pris_en_charge.mandat, 10_000, comptable)

    rejeter(pris_en_charge, "Imputation erronée.", comptable)

    assert pris_en_charge.mandat.etat == "prise_en_charge"
    with pytest.raises(ValidationError, match="déjà payés"):
        visa.rejeter(pris_en_charge.mandat, motif="Imputation erronée.", par=comptable)


def test_un_mandat_reemis_nomme_celui_qui_fut_rejete(transmise, agent, comptable):
    rejete = transmise.mandat
    rejeter(transmise, "Imputation erronée.", comptable)
    mandatement.reliquider(transmise, par=agent)

    mandat = mandatement.mandater([transmise.pk], par=agent)

    assert (mandat.nature_piece, mandat.piece_origine_id) == ("08", rejete.pk)
    assert list(verifier()) == []


def test_une_reduction_contrepasse_la_dette_et_la_depense(pris_en_charge, agent):
    mandat = pris_en_charge.mandat

    reduction = reduire(mandat, agent)

    assert (reduction.type_piece, reduction.nature_piece) == ("02", "06")
    assert reste_du(mandat) == 66_600
    assert (solde("6064", exercice=2026).credit, solde("4011", exercice=2026).debit) == (
        44_400,
        44_400,
    )
    assert list(verifier()) == []


def test_ce_qui_est_deja_paye_est_a_rendre(pris_en_charge, agent, comptable):
    mandat = pris_en_charge.mandat
    decisions.payer(
        {
            mandat.pk: decisions.CumulPaye(
                montant=111_000, date_paiement=date(2026, 11, 25), reference="VIR-1"
            )
        },
        par=comptable,
    )
    mandat.refresh_from_db()

    reduire(mandat, agent)

    assert (mandat.etat, reste_du(mandat)) == ("payee", 0)
    assert solde("40971", exercice=2026).debit == 44_400
    assert list(verifier()) == []


def test_une_reduction_totale_annule_une_fois_prise_en_charge(pris_en_charge, agent, comptable):
    mandat = pris_en_charge.mandat
    avoir = avoir_sur(pris_en_charge, ht=100_000, tgc=11_000, certifiee=True)
    reduction = reduire(mandat, agent, montant_ht=100_000, montant_tgc=11_000, avoir=avoir)
    avant = Piece.objects.get(pk=mandat.pk).etat
    Piece.objects.filter(pk=reduction.pk).update(etat="transmise", bordereau=mandat.bordereau)

    decisions.prendre_en_charge([reduction.pk], par=comptable)

    etats = dict(Facture.objects.values_list("pk", "etat"))
    assert (avant, Piece.objects.get(pk=mandat.pk).etat) == ("prise_en_charge", "annulee")
    assert (etats[pris_en_charge.pk], etats[avoir.pk]) == ("avoir", "avoir")
    assert list(verifier()) == []


def test_un_avoir_tenu_par_une_reduction_revient_si_elle_est_rejetee(
    pris_en_charge, agent, comptable
):
    mandat = pris_en_charge.mandat
    avoir = avoir_sur(pris_en_charge, ht=40_000, tgc=4_400, certifiee=True)
    reduction = reduire(mandat, agent, avoir=avoir)
    with pytest.raises(ValidationError, match="n’est plus libre"):
        reduire(mandat, agent, montant_ht=1, montant_tgc=0, avoir=avoir)
    with pytest.raises(ValidationError, match="annulez-la, ou attendez"):
        instruction.rejeter(avoir, retour("NON_CONFORME"), par=agent)
    with pytest.raises(IntegrityError, match="fondée sur cet avoir"), transaction.atomic():
        Facture.objects.filter(pk=avoir.pk).update(
            etat="rejetee", motif_rejet=retour("NON_CONFORME").motif
        )
    assert avoirs_a_reduire(mandat) == []
    Piece.objects.filter(pk=reduction.pk).update(etat="transmise", bordereau=mandat.bordereau)

    decisions.rejeter(
        {reduction.pk: "Acte non signé."}, date_rejet=timezone.localdate(), par=comptable
    )

    avoir.refresh_from_db()
    dernier = avoir.passages.last()
    assert (avoir.etat, avoirs_a_reduire(mandat)) == ("service_fait", [avoir])
    assert (dernier.acte, "Acte non signé." in dernier.motif) == ("liberer_avoir", True)
    assert [c.nombre for c in cartes(agent) if "Avoirs à déduire" in c.libelle] == [1]
    reduire(mandat, agent, avoir=avoir)
    assert list(verifier()) == []


@pytest.mark.parametrize(
    ("champs", "phrase"),
    [
        ({"montant_ht": 100_001}, "Il reste 100"),
        ({"montant_tgc": -1}, "Il reste 100"),
        ({"rang": 4}, "rang"),
        ({"motif": " "}, "Donnez le motif"),
    ],
)
def test_une_reduction_impossible_est_refusee(pris_en_charge, agent, champs, phrase):
    with pytest.raises(ValidationError, match=phrase):
        reduire(pris_en_charge.mandat, agent, **champs)

    assert Mandat.objects.count() == 1


def test_deux_reductions_ne_depassent_pas_le_mandat(pris_en_charge, agent):
    reduire(pris_en_charge.mandat, agent)

    with pytest.raises(ValidationError, match="Il reste 60"):
        reduire(pris_en_charge.mandat, agent, montant_ht=60_001)


def test_un_mandat_reduit_ne_se_rejette_qu_apres_sa_reduction(pris_en_charge, agent, comptable):
    mandat = pris_en_charge.mandat
    reduction = reduire(mandat, agent)
    Piece.objects.filter(pk=reduction.pk).update(etat="transmise", bordereau=mandat.bordereau)

    with pytest.raises(ValidationError, match="rejetez d’abord la réduction"):
        visa.rejeter(mandat, motif="Imputation", par=comptable)
    visa.rejeter(reduction, motif="Imputation", par=comptable)
    visa.rejeter(mandat, motif="Imputation", par=comptable)

    assert (reste_du(mandat), solde("6064", exercice=2026).solde) == (0, 0)
    assert list(verifier()) == []


def test_un_mandat_chez_le_comptable_ne_se_reduit_pas(transmise, agent):
    with pytest.raises(ValidationError, match="pris en charge ou payé"):
        reduire(transmise.mandat, agent)


def test_le_pes_d_une_reduction_nomme_le_mandat_corrige(pris_en_charge, agent):
    reduction = reduire(pris_en_charge.mandat, agent)
    bordereau = creer_bordereau(
        sens="depense", pieces=[reduction.pk], date_emission=reduction.date_emission, par=agent
    )

    (ecrit,) = pieces_pes(bordereau)

    valeurs = {e.tag: e.get("V") for e in etree.fromstring(ecrit.texte).iter() if e.get("V")}
    assert bordereau.type_bordereau == "02"
    assert [valeurs[b] for b in ("TypPce", "NatPce", "NatPceOrig", "ExerRat", "ModRegl")] == [
        "02",
        "06",
        "01",
        "2026",
        "08",
    ]
    assert (valeurs["IdPceOrig"], valeurs["IdLigneOrig"]) == (
        str(pris_en_charge.mandat.numero),
        "1",
    )
    assert "IBAN" not in valeurs


def test_la_reduction_se_fait_a_l_ecran(pris_en_charge, agent):
    client = Client()
    client.force_login(agent)
    donnees = {"rang": "1", "montant_ht": "10 000", "montant_tgc": "1 100", "motif": "Remise"}

    sans_acte = client.post(f"/gestion/mandats/{pris_en_charge.mandat_id}/reduction/", donnees)
    faite = client.post(
        f"/gestion/mandats/{pris_en_charge.mandat_id}/reduction/",
        donnees | {"fichier": SimpleUploadedFile("decision.pdf", b"%PDF-1.4 acte")},
        follow=True,
    )

    assert sans_acte.status_code == 422
    assert "opération d’ordre" in faite.text


class TestRequisition:
    """The ordonnateur orders a suspended mandat to be paid."""

    def requerir(self, mandat, par, **champs):
        defaut = {"acte": "2026-12/PR", "date_acte": date(2026, 11, 25), "motif": "Urgence"}
        return requerir(
            mandat, document=BytesIO(b"%PDF-1.4"), nom="acte.pdf", par=par, **(defaut | champs)
        )

    @pytest.fixture
    def suspendu(self):
        return suspendre(FactureFactory(transmise=True).mandat, "Service fait non justifié.")

    def test_un_mandat_requis_ne_se_suspend_plus(self, suspendu, ordonnateur, comptable):
        self.requerir(suspendu, ordonnateur)
        Piece.objects.filter(pk=suspendu.pk).update(etat="transmise")

        with pytest.raises(ValidationError, match="a requis ce paiement"):
            visa.suspendre(suspendu, motif="Encore", par=comptable)

        visa.prendre_en_charge(suspendu, par=comptable)
        suspendu.refresh_from_db()
        assert suspendu.etat == EtatPiece.PRISE_EN_CHARGE

    def test_une_requisition_impossible_est_refusee(self, suspendu, ordonnateur, agent):
        with pytest.raises(ActeInterdit):
            self.requerir(suspendu, agent)
        with pytest.raises(ValidationError, match="l’avenir"):
            self.requerir(suspendu, ordonnateur, date_acte=date(2030, 1, 1))
        self.requerir(suspendu, ordonnateur)
        with pytest.raises(ValidationError, match="déjà requis"):
            self.requerir(suspendu, ordonnateur)
        with pytest.raises(ValidationError, match="seul un mandat suspendu"):
            self.requerir(FactureFactory(mandat_emis=True).mandat, ordonnateur)

    def test_chacun_voit_la_requisition(self, suspendu, ordonnateur, comptable):
        client = Client()
        client.force_login(ordonnateur)
        donnees = {"acte": "2026-12/PR", "date_acte": "2026-11-25", "motif": "Urgence"}
        fichier = SimpleUploadedFile("acte.pdf", b"%PDF-1.4 acte")

        requise = client.post(
            f"/gestion/mandats/{suspendu.pk}/requisition/",
            {**donnees, "fichier": fichier},
            follow=True,
        )
        client.force_login(comptable)
        fiche = client.get(f"/tps/pieces/{suspendu.pk}/").text

        assert "Réquisition de payer" in requise.text
        assert "Urgence" in fiche
        acte = client.get(f"/gestion/mandats/{suspendu.pk}/requisition/acte/")
        assert acte.getvalue() == b"%PDF-1.4 acte"


def test_une_reprise_s_ouvre_une_fois_et_sans_bureau_est_une_faute(transmise, monkeypatch):
    def ouvrir():
        reprises.ouvrir([transmise.pk], {transmise.mandat_id: "Domiciliation fausse"})

    ouvrir()
    ouvrir()

    assert transmise.reprises.get().bureau == "tiers"
    monkeypatch.setattr(reprises, "bureau_de", lambda motif: None)
    with pytest.raises(IntegrityError), transaction.atomic():
        ouvrir()
