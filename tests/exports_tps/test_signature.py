"""Signing: who may, what is checked first, and a signature that others verify."""

import subprocess

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.constitution import constituer_flux
from exports_tps.enregistrements import tete_pes
from exports_tps.models import Transmission
from exports_tps.parapheur import presenter
from exports_tps.preuves import verifier_sur_demande
from exports_tps.retours import lire_retours
from exports_tps.retrait_signature import retirer_signature
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Role
from facturier.commun import fichiers
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre import emission
from facturier.grand_livre.emission import CodesPiece, CompteBancaire, creer_bordereau
from facturier.grand_livre.models import Bordereau, EtatBordereau, EtatPiece
from facturier.suivi.etats import EtatFacture
from tests.exports_tps.factories import (
    bordereau_depense,
    flux_constitue,
    flux_transmis,
    mandat_documente,
)
from tests.exports_tps.reponses import acquitter, element
from tests.exports_tps.test_commandes import lancer
from tests.grand_livre.factories import JOUR, TiersFactory, mandat
from tests.suivi.factories import FactureFactory, acteur

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
XMLSEC = ["xmlsec1", "--verify", "--id-attr:Id", "Bordereau", "--id-attr:Id", "SignedProperties"]

SANS_DOCUMENT = "aucune pièce justificative ; annulez le mandat et émettez-le avec ses documents."


def xmlsec1(fichier, settings):
    """Verify the first signature of a file with an independent program."""
    autorites = settings.CLES_RACINE / "signature" / "autorites.pem"
    commande = [*XMLSEC, "--trusted-pem", str(autorites), str(fichier)]
    return subprocess.run(commande, capture_output=True, check=False).returncode


def fichier_du_flux(flux, settings, tmp_path, avant=b"", apres=b""):
    """Copy the file of a flux, with one replacement."""
    contenu = fichiers.chemin(flux.sha256, settings.DOCUMENTS_RACINE).read_bytes()
    assert avant in contenu
    copie = tmp_path / "copie.xml"
    copie.write_bytes(contenu.replace(avant, apres, 1) if avant else contenu)
    return copie


def test_signer_rend_les_pieces_executoires(agent, ordonnateur):
    facture = FactureFactory(mandat_emis=True)
    bordereau = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )

    signer_bordereau(bordereau, par=ordonnateur)

    facture.refresh_from_db()
    assert (bordereau.etat, facture.etat) == (EtatBordereau.SIGNE, EtatFacture.MANDATEE)
    assert facture.mandat.etat == EtatPiece.SIGNEE


def test_qui_a_liquide_ne_signe_pas(agent):
    facture = FactureFactory(mandat_emis=True)
    bordereau = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )
    liquidateur = acteur(Role.AGENT)
    liquidateur.attribuer(Role.ORDONNATEUR)

    with pytest.raises(ActeInterdit, match="liquidé une facture"):
        signer_bordereau(bordereau, par=liquidateur)


def test_un_jeton_absent_se_dit_et_ne_signe_rien(agent, ordonnateur, settings, tmp_path):
    bordereau = bordereau_depense(agent)
    settings.SIGNATURE_JETON = {
        "nom": "ordonnateur",
        "bibliotheque": str(tmp_path / "jeton.so"),
        "code": "1234",
        "etiquette": "",
    }

    with pytest.raises(ValidationError, match="absente ou illisible"):
        signer_bordereau(bordereau, par=ordonnateur)

    bordereau.refresh_from_db()
    assert bordereau.etat == EtatBordereau.OUVERT


def test_un_agent_ne_signe_pas(agent):
    with pytest.raises(ActeInterdit):
        signer_bordereau(bordereau_depense(agent), par=agent)


def test_un_bordereau_ne_se_signe_qu_une_fois(agent, ordonnateur):
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)

    with pytest.raises(TransitionInterdite):
        signer_bordereau(bordereau, par=ordonnateur)


def test_un_mandat_sans_document_est_nomme(agent, ordonnateur):
    nu = mandat(agent)
    pieces = [nu.pk, mandat_documente(agent).pk]
    bordereau = creer_bordereau(sens="depense", pieces=pieces, date_emission=JOUR, par=agent)

    with pytest.raises(ValidationError, match=f"{nu.reference} : aucune pièce justificative"):
        signer_bordereau(bordereau, par=ordonnateur)


def test_un_iban_faux_est_refuse_avant_signature(agent, ordonnateur):
    faux = CompteBancaire(iban="FR7617499000000000000000119", titulaire="Société fictive")
    bordereau = bordereau_depense(agent, compte=faux)

    with pytest.raises(ValidationError, match="IBAN"):
        signer_bordereau(bordereau, par=ordonnateur)


@pytest.fixture
def tout_s_emet(monkeypatch):
    """Issue pièces as before what they may say was looked at."""
    monkeypatch.setattr(emission, "TEXTES_TRANSMIS", ())


def test_un_caractere_impossible_nomme_le_mandat(agent, ordonnateur, tout_s_emet):
    bordereau = bordereau_depense(agent, tiers=TiersFactory(nom="株式会社"))

    with pytest.raises(ValidationError, match=r"Mandat \d+ : .*sans équivalent"):
        signer_bordereau(bordereau, par=ordonnateur)


@pytest.mark.parametrize(
    ("champs", "raison"),
    [
        (
            {"compte": CompteBancaire(iban="DE89370400440532013000", titulaire="Muster GmbH")},
            "le BIC est obligatoire pour une banque étrangère",
        ),
        (
            {"tiers": {"categorie": "50", "civilite": "M.", "prenom": "Jean"}},
            "réservés aux personnes physiques",
        ),
    ],
)
def test_ce_que_la_tresorerie_refuserait_ne_se_signe_pas(agent, ordonnateur, champs, raison):
    if "tiers" in champs:
        champs = {"tiers": TiersFactory(**champs["tiers"])}
    fautif, bon = mandat_documente(agent, **champs), mandat_documente(agent)
    bordereau = creer_bordereau(
        sens="depense", pieces=[bon.pk, fautif.pk], date_emission=JOUR, par=agent
    )

    lu = lire_a_signer(bordereau)
    with pytest.raises(ValidationError) as refus:
        signer_bordereau(bordereau, par=ordonnateur)
    with pytest.raises(ValidationError, match=raison):
        presenter(bordereau, par=agent)

    (anomalie,) = lu.anomalies
    assert anomalie.startswith(f"{fautif} : ")
    assert raison in anomalie
    assert refus.value.messages == lu.anomalies
    bordereau.refresh_from_db()
    assert bordereau.etat == EtatBordereau.OUVERT


def test_ce_que_le_comptable_verrait_se_dit_avant_ce_que_le_format_refuse(
    agent, ordonnateur, tout_s_emet
):
    nus = [mandat(agent, tiers=TiersFactory(nom="株式会社")), mandat(agent)]
    pieces = [piece.pk for piece in nus]
    bordereau = creer_bordereau(sens="depense", pieces=pieces, date_emission=JOUR, par=agent)

    with pytest.raises(ValidationError) as refus:
        signer_bordereau(bordereau, par=ordonnateur)

    assert [m.partition(" : ")[2] for m in refus.value.messages][:2] == [SANS_DOCUMENT] * 2
    assert "sans équivalent" not in str(refus.value)


def test_une_anomalie_ne_laisse_pas_de_fragment(agent, ordonnateur, settings):
    bordereau = creer_bordereau(
        sens="depense", pieces=[mandat(agent).pk], date_emission=JOUR, par=agent
    )
    avant = sorted(settings.DOCUMENTS_RACINE.rglob("*"))

    with pytest.raises(ValidationError, match="aucune pièce justificative"):
        signer_bordereau(bordereau, par=ordonnateur)

    assert sorted(settings.DOCUMENTS_RACINE.rglob("*")) == avant


def test_xmlsec1_verifie_la_signature(agent, ordonnateur, settings, tmp_path):
    flux = flux_constitue(agent, ordonnateur)

    assert xmlsec1(fichier_du_flux(flux, settings, tmp_path), settings) == 0


def test_un_octet_change_est_refuse_par_tous(agent, ordonnateur, settings, tmp_path):
    flux = flux_constitue(agent, ordonnateur)
    copie = fichier_du_flux(flux, settings, tmp_path, b'MtHT V="100000"', b'MtHT V="100001"')

    code, resultat = lancer("controler_pes", copie)

    regles = {anomalie["regle"] for anomalie in resultat["fichiers"][0]["anomalies"]}
    assert (code, "signature" in regles) == (1, True)
    assert xmlsec1(copie, settings) != 0


def test_un_fragment_altere_n_entre_pas_dans_un_flux(agent, ordonnateur, settings):
    bordereau = signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    chemin = fichiers.chemin(bordereau.empreinte_signee, settings.DOCUMENTS_RACINE)
    contenu = chemin.read_bytes()
    chemin.unlink()
    chemin.write_bytes(contenu.replace(b'MtHT V="100000"', b'MtHT V="900000"'))

    with pytest.raises(ValidationError, match="modifié depuis son dépôt"):
        constituer_flux([bordereau], par=agent)


def test_une_archive_alteree_se_voit(agent, ordonnateur, settings):
    flux = flux_constitue(agent, ordonnateur)
    chemin = fichiers.chemin(flux.sha256, settings.DOCUMENTS_RACINE)
    contenu = chemin.read_bytes()
    chemin.unlink()
    chemin.write_bytes(contenu + b" ")

    faite = verifier_sur_demande(flux, par=ordonnateur)

    constituee = flux.verifications.get(occasion="constitution")
    assert (constituee.est_intacte, constituee.sha256) == (True, flux.sha256)
    assert len(constituee.signatures) == 1
    assert not faite.est_intacte
    assert "modifié depuis son dépôt" in faite.anomalies


@pytest.mark.deux_moteurs
def test_une_verification_conservee_ne_change_pas(agent, ordonnateur, client):
    flux = flux_constitue(agent, ordonnateur)
    client.force_login(ordonnateur)
    client.post(f"/gestion/flux/{flux.pk}/verifier/")

    page = client.get(f"/gestion/flux/{flux.pk}/").content.decode()

    occasions = flux.verifications.values_list("occasion", "par")
    assert list(occasions) == [("demande", ordonnateur.pk), ("constitution", agent.pk)]
    assert "Dernière vérification des signatures" in page
    assert f"par {ordonnateur}, sur demande" in page
    certificat = flux.verifications.first().signatures[0]["certificat"]
    assert certificat in page
    for changer in (
        lambda: flux.verifications.update(est_intacte=False, anomalies="x"),
        lambda: flux.verifications.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            changer()


@pytest.mark.deux_moteurs
def test_la_preuve_d_envoi_ne_se_modifie_pas(agent, ordonnateur):
    flux_transmis(agent, ordonnateur)

    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        Transmission.objects.update(sha256="0" * 64)


def test_le_cumul_annuel_ne_compte_ni_ce_qui_est_refuse_ni_ce_qui_reduit(
    agent, ordonnateur, settings
):
    refuse = flux_transmis(agent, ordonnateur, nombre=2)
    acquitter(settings, refuse, "a.xml", element("0", 0, code="ERREUR_AUTRE"))
    lire_retours()
    premier = signer_bordereau(bordereau_depense(agent), par=ordonnateur)
    reduction = mandat(agent, codes=CodesPiece("02", "06", premier.pieces.get()))
    reducteur = creer_bordereau(
        sens="depense", pieces=[reduction.pk], date_emission=JOUR, par=agent
    )

    cumuls = [tete_pes(b).cumul_annuel for b in (premier, reducteur, bordereau_depense(agent))]

    assert cumuls == [111_000, 111_000, 222_000]


def test_une_signature_se_retire_puis_se_redonne_sous_le_meme_numero(client, agent, ordonnateur):
    facture = FactureFactory(mandat_emis=True)
    bordereau = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )
    signer_bordereau(bordereau, par=ordonnateur)
    adresse = reverse("exports_tps:retirer_signature", args=[bordereau.pk])
    client.force_login(ordonnateur)
    client.post(adresse, {"motif": "Montant à revoir"}, follow=True)
    facture.refresh_from_db()
    bordereau.refresh_from_db()
    apres = (bordereau.etat, facture.etat, facture.mandat.etat, bordereau.empreinte_signee)

    signer_bordereau(bordereau, par=ordonnateur)

    facture.refresh_from_db()
    assert apres == (EtatBordereau.OUVERT, EtatFacture.LIQUIDEE, EtatPiece.EMISE, "")
    assert bordereau.passages.get(acte="retirer_signature").motif == "Montant à revoir"
    assert (bordereau.etat, facture.etat) == (EtatBordereau.SIGNE, EtatFacture.MANDATEE)
    assert bordereau.signatures.count() == 2
    assert bordereau.signatures.get(retiree_le=None).par == ordonnateur


def test_la_signature_d_un_bordereau_en_flux_ne_se_retire_pas(agent, ordonnateur):
    flux = flux_constitue(agent, ordonnateur)
    bordereau = Bordereau.objects.get()

    with pytest.raises(ActeInterdit):
        retirer_signature(bordereau, motif="Erreur", par=agent)
    with pytest.raises(ValidationError, match=str(flux)):
        retirer_signature(bordereau, motif="Erreur", par=ordonnateur)
    with pytest.raises(ValidationError, match="Dites pourquoi"):
        retirer_signature(bordereau, motif=" ", par=ordonnateur)


@pytest.mark.deux_moteurs
def test_la_base_garde_les_signatures_et_ce_qui_est_en_flux(agent, ordonnateur):
    flux_constitue(agent, ordonnateur)
    bordereau = Bordereau.objects.get()

    with pytest.raises(IntegrityError, match="dans un flux"), transaction.atomic():
        Bordereau.objects.update(etat=EtatBordereau.OUVERT)
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        bordereau.signatures.update(jour=JOUR, retiree_le=timezone.now())
    bordereau.signatures.update(retiree_le=timezone.now())
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        bordereau.signatures.update(retiree_le=timezone.now())
