"""Bad input at the deposit, each one told: what happened, where, what to do. Nothing is lost."""

import base64
import io
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.test import Client, TestCase
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.commun.etats import TransitionInterdite
from facturier.commun.fichiers import FichierRefuse, chemin
from facturier.suivi import brouillon, depot, instruction, quarantaine
from facturier.suivi.brouillon import remplir
from facturier.suivi.controles import controler
from facturier.suivi.depot_lot import ouvrir_brouillons
from facturier.suivi.horloges import horloges
from facturier.suivi.models import DepotEnAttente, Document, Facture
from facturier.suivi.saisie import PartTaxe, saisie_du_brouillon
from tests import antivirus as antivirus_d_essai
from tests.suivi.factories import (
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
    retour,
)
from tests.suivi.lecture import echantillons

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("referentiel")]
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


@pytest.fixture
def clamd(settings, monkeypatch):
    """An antivirus that knows the EICAR test file."""
    monkeypatch.setattr(antivirus_d_essai, "SIGNATURE", EICAR)
    with antivirus_d_essai.clamd() as adresse:
        settings.CLAMD_SOCKET = adresse
        yield


def commencer(octets, nom="facture.xml", **ridet):
    return brouillon.commencer(
        io.BytesIO(octets),
        nom=nom,
        etablissement=EtablissementFactory(**ridet),
        par=acteur(Role.FOURNISSEUR),
    )


def ubl_avec_joint(octets):
    """Put an attachment in base64 inside an UBL invoice."""
    joint = base64.b64encode(octets)
    balise = (
        b'<cac:AdditionalDocumentReference xmlns:cac="urn:oasis:names:specification:ubl:schema:xsd:'
        b'CommonAggregateComponents-2" xmlns:cbc="urn:oasis:names:specification:ubl:schema:xsd:'
        b'CommonBasicComponents-2"><cbc:ID>1</cbc:ID><cac:Attachment>'
        b'<cbc:EmbeddedDocumentBinaryObject mimeCode="application/pdf" filename="annexe.pdf">'
        + joint
        + b"</cbc:EmbeddedDocumentBinaryObject></cac:Attachment></cac:AdditionalDocumentReference>"
    )
    xml = echantillons.xml(forme="ubl-2.1")
    avant = xml.index(b"<cac:AccountingSupplierParty")
    return xml[:avant] + balise + xml[avant:]


# --- Files ---------------------------------------------------------------------------------------
@pytest.mark.usefixtures("clamd")
@pytest.mark.parametrize(
    ("octets", "nom"),
    [
        (ubl_avec_joint(EICAR), "facture.xml"),
        (echantillons.pdf_avec_joint("annexe.txt", EICAR), "facture.pdf"),
        (echantillons.pdf_facturx(echantillons.xml()) + EICAR, "facture.pdf"),
    ],
    ids=["base64 d’un XML", "joint d’un PDF", "à la suite d’un PDF"],
)
def test_un_virus_est_trouve_ou_qu_il_se_cache_et_rien_n_est_garde(octets, nom, settings):
    with pytest.raises(FichierRefuse, match="virus"):
        commencer(octets, nom)

    assert not Facture.objects.exists()
    assert not [f for f in settings.DOCUMENTS_RACINE.rglob("*") if f.is_file()]


@pytest.mark.usefixtures("clamd")
def test_un_fichier_sain_passe_l_antivirus_avec_ses_joints():
    facture = commencer(ubl_avec_joint(b"%PDF-1.4 annexe"), ridet="9000019001")

    assert facture.montant_ttc == 159_950


def test_un_antivirus_declare_et_muet_ne_laisse_rien_entrer(settings):
    settings.CLAMD_SOCKET = "/inexistant/clamd.socket"

    with pytest.raises(FichierRefuse, match="Redéposez ce fichier dans quelques minutes"):
        commencer(echantillons.xml())


def test_un_antivirus_muet_met_le_fichier_de_cote_puis_le_depot_prend_son_heure(
    settings, mailoutbox
):
    settings.CLAMD_SOCKET = "/inexistant/clamd.socket"
    par = acteur(Role.FOURNISSEUR)
    etablissement = EtablissementFactory(ridet="9000019001")
    sains, infectes = (
        ouvrir_brouillons(
            [("facture.xml", io.BytesIO(octets))],
            etablissement=etablissement,
            par=par,
        )
        for octets in (echantillons.xml(), ubl_avec_joint(EICAR))
    )
    facture, infectee = (Facture.objects.get(pk=s[0].facture or 0) for s in (sains, infectes))
    for une in (facture, infectee):
        remplir(une, replace(saisie_du_brouillon(une), service=ServiceFactory.create()), par=par)
    Facture.objects.filter(pk=infectee.pk).update(numero="AUTRE", numero_normalise="AUTRE")
    infectee.refresh_from_db()
    client = Client()
    client.force_login(par)
    assert not depot.demander_depot(facture, par=par)
    assert not depot.demander_depot(infectee, par=par)
    demande = DepotEnAttente.objects.get(facture=facture).demande_le
    document = facture.documents.get()
    assert client.get(f"/factures/{facture.pk}/documents/{document.pk}/").status_code == 404
    assert "le fichier est à l’analyse" in client.get(f"/factures/{facture.pk}/verifier/").text
    assert client.get(f"/factures/{facture.pk}/saisie/").status_code == 302
    assert quarantaine.relire() == {"sains": 0, "infectes": 0, "deposes": 0}

    with antivirus_d_essai.clamd() as adresse, TestCase.captureOnCommitCallbacks(execute=True):
        settings.CLAMD_SOCKET = adresse
        with patch.object(antivirus_d_essai, "SIGNATURE", EICAR):
            perdu = chemin(document.sha256, settings.DOCUMENTS_RACINE)
            perdu.rename(perdu.with_suffix(".ailleurs"))
            sans_le_perdu = quarantaine.relire()
            perdu.with_suffix(".ailleurs").rename(perdu)
            bilan = quarantaine.relire()

    facture.refresh_from_db()
    assert sans_le_perdu == {"sains": 0, "infectes": 1, "deposes": 0}
    assert bilan == {"sains": 1, "infectes": 0, "deposes": 1}
    assert (facture.etat, facture.deposee_le) == ("deposee", demande)
    assert horloges(facture)[0].debut == demande
    assert "a trouvé un virus" in client.get(f"/factures/{infectee.pk}/verifier/").text
    assert any("le dépôt est arrêté" in message.subject for message in mailoutbox)
    with pytest.raises(depot.DepotRefuse, match="quarantaine"):
        depot.deposer(infectee, par=par)
    depot.renoncer(infectee, par=par)
    assert not Facture.objects.filter(pk=infectee.pk).exists()


def test_soixante_millions_d_octets_sont_refuses_sans_tout_lire():
    class Enorme(io.RawIOBase):
        lus = 0

        def read(self, taille=-1):
            self.lus += taille
            return b"%PDF-1.4\n".ljust(taille, b"0") if self.lus <= 60_000_000 else b""

        def seekable(self):
            return True

        def tell(self):
            return 0

        def seek(self, *_):
            return 0

    flux = Enorme()
    with pytest.raises(FichierRefuse, match="dépasse"):
        brouillon.commencer(
            flux,
            nom="enorme.pdf",
            etablissement=EtablissementFactory(),
            par=acteur(Role.FOURNISSEUR),
        )
    assert flux.lus < 30_000_000


def test_un_xml_en_utf_16_se_lit_comme_un_autre():
    texte = echantillons.xml(forme="ubl-2.1").decode().replace("UTF-8", "UTF-16", 1)

    facture = commencer(texte.encode("utf-16"), ridet="9000019001")

    assert (facture.numero, facture.montant_ttc) == ("FA-2026-0042", 159_950)


def test_un_factur_x_que_la_saisie_contredit_est_dit_sans_perdre_la_saisie():
    facture = commencer(
        echantillons.pdf_facturx(echantillons.xml()), "facture.pdf", ridet="9000019001"
    )
    saisie = saisie_du_brouillon(facture)
    brouillon.remplir(
        facture,
        type(saisie)(
            **{
                **{nom: getattr(saisie, nom) for nom in saisie.__slots__},
                "montant_ht": 145_001,
                "montant_ttc": 159_951,
                "service": ServiceFactory(),
            }
        ),
        par=acteur(Role.FOURNISSEUR),
    )

    messages = [a.message for a in controler(facture) if a.champ == "montant_ttc"]

    assert messages == [
        "Le fichier porte 159\u202f950\u202fF\u00a0CFP, et vous avez saisi "
        "159\u202f951\u202fF\u00a0CFP : vérifiez le montant TTC."
    ]


def test_une_facture_de_deux_mille_lignes_se_lit_en_entier():
    lignes = [
        {
            "BT-126": str(rang),
            "BT-129": "1",
            "BT-130": "H87",
            "BT-131": "100",
            "BT-146": "100",
            "BT-151": "S",
            "BT-152": "11",
            "BT-153": f"Article {rang}",
        }
        for rang in range(1, 2_001)
    ]
    totaux = {"BT_106": "200000", "BT_109": "200000", "BT_110": "22000", "BT_112": "222000"}
    parts = [{"BT-116": "200000", "BT-117": "22000", "BT-118": "S", "BT-119": "11"}]

    facture = commencer(
        echantillons.xml(BG_25=lignes, BG_23=parts, BT_115="222000", **totaux), ridet="9000019001"
    )

    assert facture.lignes.count() == 2_000
    assert facture.montant_ttc == 222_000
    assert [a for a in controler(facture) if a.champ != "service"] == []


# --- Amounts and numbers -------------------------------------------------------------------------
@pytest.mark.parametrize(("tgc", "champs"), [(11_001, set()), (11_002, {"taxes"})])
def test_un_franc_d_arrondi_passe_et_deux_francs_se_disent(tgc, champs):
    part = (PartTaxe(taux=Decimal(11), base=100_000, taxe=tgc),)
    facture = FactureFactory(montant_tgc=tgc, taxes=part)

    assert {a.champ for a in controler(facture) if a.est_bloquante} == champs


# --- Two at once ---------------------------------------------------------------------------------
def test_deux_agents_sur_une_facture_le_second_est_prevenu(agent):
    facture = FactureFactory(recue=True)
    vue_par_l_autre = Facture.objects.get(pk=facture.pk)

    instruction.demander_certification(facture, par=agent)

    with pytest.raises(TransitionInterdite, match="Rechargez la page"):
        instruction.rejeter(vue_par_l_autre, retour("NON_CONFORME"), par=acteur(Role.AGENT))


# --- Time ----------------------------------------------------------------------------------------
def test_l_horloge_passe_le_nouvel_an_et_une_suspension_sans_fin_ne_compte_pas(agent):
    with time_machine.travel(datetime(2026, 12, 20, tzinfo=UTC), tick=False):
        facture = FactureFactory(recue=True, date_emission=timezone.localdate())
    with time_machine.travel(datetime(2026, 12, 30, tzinfo=UTC), tick=False):
        instruction.suspendre(facture, retour("JUSTIF_ABS"), par=agent)

    (horloge,) = horloges(facture, au=datetime(2029, 6, 1, tzinfo=UTC))

    assert horloge.jours_ecoules == 10
    assert horloge.est_en_pause
    assert horloge.jours_de_pause > 365 * 2
    assert horloge.jours_restants == 20
    assert horloge.echeance > datetime(2029, 6, 1, tzinfo=UTC).date() + timedelta(days=15)


# --- Reasons -------------------------------------------------------------------------------------
def test_un_retrait_sans_motif_est_refuse_et_ne_change_rien():
    facture = FactureFactory(recue=True)

    with pytest.raises(ValidationError, match="Donnez le motif du retrait"):
        instruction.retirer(facture, motif="  ", par=acteur(Role.FOURNISSEUR))

    facture.refresh_from_db()
    assert facture.etat == "recue"


@pytest.mark.parametrize("acte", ["suspendre", "reorienter", "rejeter"])
def test_un_retour_sans_motif_est_refuse_sur_la_page(client, agent, acte):
    facture = FactureFactory(recue=True)
    client.force_login(agent)

    reponse = client.post(reverse("suivi:gestion_acte", args=[facture.pk, acte]), {})

    facture.refresh_from_db()
    assert reponse.status_code == 422
    assert "Choisissez un motif." in reponse.text
    assert facture.etat == "recue"


def test_un_document_garde_son_nom_sans_chemin_ni_caractere_de_commande():
    facture = commencer(echantillons.pdf(), "dossier/../sous/facture.pdf")

    assert "/" not in Document.objects.get(facture=facture).nom
