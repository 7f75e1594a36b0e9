"""Signed elsewhere and deposited: accepted when it is that bordereau, signed by that person."""

import io
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from exports_tps import signature_deposee
from exports_tps.constitution import constituer_flux
from exports_tps.pes.autorite import creer_autorite, delivrer_certificat
from exports_tps.pes.signataire import SignataireLogiciel
from exports_tps.pes.signature import Signature
from exports_tps.preuves import verifier_flux
from exports_tps.signature import signer_bordereau
from exports_tps.signature_deposee import (
    deposer_signature,
    ecrire_a_signer,
    enregistrer_certificat,
    retirer_certificat,
)
from facturier.grand_livre.models import EtatBordereau
from tests.exports_tps.factories import bordereau_depense
from tests.exports_tps.pes.test_signature_externe import signer_ailleurs as signer_l_arbre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
DEPUIS = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def autorite():
    return creer_autorite(nom="Autorite", organisation="Essais", valable_du=DEPUIS)


@pytest.fixture(scope="module")
def identite(autorite):
    """Give a certificate to somebody; one key a name is enough."""
    connues = {}

    def delivrer(nom):
        if nom not in connues:
            connues[nom] = delivrer_certificat(
                autorite, nom=nom, organisation="Essais", valable_du=DEPUIS
            )
        return connues[nom]

    return delivrer


@pytest.fixture
def odile(ordonnateur, autorite, identite, monkeypatch):
    """The ordonnateur, whose certificate is registered and whose authority is trusted."""
    monkeypatch.setattr(signature_deposee, "autorites", lambda: [autorite.certificat])
    pem = identite("Odile").certificat.public_bytes(Encoding.PEM)
    enregistrer_certificat(io.BytesIO(pem), par=ordonnateur)
    return ordonnateur


def a_signer(bordereau):
    sortie = io.BytesIO()
    ecrire_a_signer(bordereau, sortie)
    return sortie.getvalue()


def signer_ailleurs(remis, identite, *, le=None, balise="Bordereau"):
    """Sign as another program would, with the certificate of `identite`."""
    signature = Signature(
        signataire=SignataireLogiciel(identite.certificat, identite.cle),
        signee_le=(le or timezone.now()).replace(microsecond=0),
    )
    return io.BytesIO(signer_l_arbre(remis, signature, balise))


def refus(bordereau, fichier, par):
    with pytest.raises(ValidationError) as erreur:
        deposer_signature(bordereau, fichier, par=par)
    bordereau.refresh_from_db()
    assert bordereau.etat == EtatBordereau.OUVERT
    return " ".join(erreur.value.messages)


def test_un_bordereau_signe_ailleurs_part_comme_les_autres(
    agent, odile, autorite, identite, monkeypatch
):
    bordereau = bordereau_depense(agent, 2)
    rendu = signer_ailleurs(a_signer(bordereau), identite("Odile"))

    deposer_signature(bordereau, rendu, par=odile)
    monkeypatch.setattr("exports_tps.preuves.autorites", lambda: [autorite.certificat])
    flux = constituer_flux([bordereau], par=agent)

    assert (bordereau.etat, bordereau.signatures.get().mode) == (EtatBordereau.SIGNE, "deposee")
    assert "CN=Odile" in bordereau.signataire
    assert verifier_flux(flux).est_intacte
    rendue, constituee = bordereau.verifications.get(), flux.verifications.get()
    assert (rendue.occasion, rendue.sha256) == ("rendu", bordereau.empreinte_signee)
    assert [s["titulaire"] for s in rendue.signatures] == ["Odile"]
    assert rendue.signatures[0]["empreinte"] == constituee.signatures[0]["empreinte"]


def test_la_signature_d_un_autre_bordereau_est_refusee(agent, odile, identite):
    le_mien, autre = bordereau_depense(agent), bordereau_depense(agent)

    assert "signe un autre bordereau" in refus(
        le_mien, signer_ailleurs(a_signer(autre), identite("Odile")), odile
    )


def test_un_contenu_change_est_refuse(agent, odile, identite):
    bordereau = bordereau_depense(agent)
    change = a_signer(bordereau).replace(b'MtHT V="100000"', b'MtHT V="100001"')

    assert refus(bordereau, signer_ailleurs(change, identite("Odile")), odile)


def test_le_certificat_d_une_autre_personne_est_refuse(agent, odile, identite):
    bordereau = bordereau_depense(agent)

    message = refus(bordereau, signer_ailleurs(a_signer(bordereau), identite("Paul")), odile)

    assert "Paul" in message
    assert "pas celui du signataire attendu" in message


def test_une_signature_d_avant_le_bordereau_est_refusee(agent, odile, identite):
    bordereau = bordereau_depense(agent)
    hier = timezone.now() - timedelta(days=1)

    message = refus(
        bordereau, signer_ailleurs(a_signer(bordereau), identite("Odile"), le=hier), odile
    )

    assert "hors de la période admise" in message


def test_un_certificat_expire_est_refuse(agent, odile, identite, monkeypatch):
    bordereau = bordereau_depense(agent)
    rendu = signer_ailleurs(a_signer(bordereau), identite("Odile"))
    perime = identite("Odile").certificat.not_valid_after_utc + timedelta(days=1)
    monkeypatch.setattr(signature_deposee.timezone, "now", lambda: perime)

    assert "a expiré le" in refus(bordereau, rendu, odile)
    pem = identite("Paul").certificat.public_bytes(Encoding.PEM)
    with pytest.raises(ValidationError, match="a expiré le"):
        enregistrer_certificat(io.BytesIO(pem), par=odile)


def test_un_fichier_signe_en_entier_dit_quoi_faire(agent, odile, identite):
    bordereau = bordereau_depense(agent)
    rendu = signer_ailleurs(a_signer(bordereau), identite("Odile"), balise="PES_Aller")

    assert "signature par bordereau" in refus(bordereau, rendu, odile)


def test_un_certificat_retire_ne_sert_plus(agent, odile, identite):
    retirer_certificat(odile.certificats.get(), par=odile)
    bordereau = bordereau_depense(agent)

    assert "Aucun certificat" in refus(
        bordereau, signer_ailleurs(a_signer(bordereau), identite("Odile")), odile
    )
    with pytest.raises(ValidationError, match="n’est pas un certificat"):
        enregistrer_certificat(io.BytesIO(b"%PDF-1.4"), par=odile)
    cle = b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"
    with pytest.raises(ValidationError, match="clé privée : rien n’en est gardé"):
        enregistrer_certificat(io.BytesIO(cle), par=odile)


def test_la_page_telecharge_puis_verifie(client, agent, odile, identite):
    bordereau = bordereau_depense(agent)
    client.force_login(odile)
    remis = b"".join(client.get(reverse("exports_tps:a_signer", args=[bordereau.pk])))
    adresse = reverse("exports_tps:deposer_signature", args=[bordereau.pk])

    refusee = client.post(adresse, {"fichier": SimpleUploadedFile("x.xml", remis)})
    signe = signer_ailleurs(remis, identite("Odile")).getvalue()
    acceptee = client.post(adresse, {"fichier": SimpleUploadedFile("x.xml", signe)})

    assert refusee.status_code == 422
    assert "n’est pas signé" in refusee.content.decode()
    assert acceptee.status_code == 302
    bordereau.refresh_from_db()
    assert bordereau.etat == EtatBordereau.SIGNE


def test_sans_certificat_la_page_mene_a_celle_ou_l_enregistrer(client, agent, ordonnateur):
    bordereau = bordereau_depense(agent)
    client.force_login(ordonnateur)

    reponse = client.get(reverse("exports_tps:deposer_signature", args=[bordereau.pk]), follow=True)

    assert reponse.redirect_chain[0][0] == reverse("exports_tps:certificat")
    assert "Aucun certificat n’est enregistré à votre nom" in reponse.content.decode()


def test_un_fichier_rendu_sans_signature_le_dit(agent, odile):
    bordereau = bordereau_depense(agent)

    message = refus(bordereau, io.BytesIO(a_signer(bordereau)), odile)

    assert message.startswith("Ce fichier n’est pas signé")


def test_qui_a_deux_certificats_n_est_nomme_qu_une_fois(agent, odile, autorite, identite):
    second = delivrer_certificat(autorite, nom="Odile", organisation="Essais", valable_du=DEPUIS)
    pem = second.certificat.public_bytes(Encoding.PEM)
    enregistrer_certificat(io.BytesIO(pem), par=odile)
    bordereau = bordereau_depense(agent)

    message = refus(bordereau, signer_ailleurs(a_signer(bordereau), identite("Paul")), odile)

    assert message.endswith("attendu\u202f: Odile.")


def test_un_bordereau_signe_n_attend_plus_de_fichier(client, agent, odile):
    bordereau = signer_bordereau(bordereau_depense(agent), par=odile)
    client.force_login(odile)

    page = client.get(reverse("exports_tps:deposer_signature", args=[bordereau.pk]), follow=True)

    assert page.redirect_chain == [(reverse("exports_tps:bordereau", args=[bordereau.pk]), 302)]
    assert f"{bordereau} est déjà signé." in page.content.decode()
