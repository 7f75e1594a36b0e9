"""Pages of what follows a payment: refunds by two people, payouts, disputes, bank."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from telepaiement import litiges, versements
from telepaiement.models import EtatRemboursement, LigneBancaire, Remboursement
from telepaiement.views.communs import page_par_cle
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


def _lire(client, nom, *args, **question) -> str:
    reponse = client.get(reverse(f"telepaiement:{nom}", args=args), question)
    assert reponse.status_code == 200
    return str(reponse.content.decode().replace("\xa0", " ").replace("\u202f", " "))


def test_un_agent_demande_un_autre_approuve_et_le_recu_se_telecharge(
    client, encaisser, agent, collegue
):
    encaissement = encaisser(12_500)
    adresse = reverse("telepaiement:rembourser", args=[encaissement.pk])
    client.force_login(agent)
    forme = _lire(client, "rembourser", encaissement.pk)
    perimee = client.post(adresse, {"montant": "500", "motif": "x", "disponible": 9_000})
    client.post(adresse, {"montant": "2 500", "motif": "double paiement", "disponible": 12_500})
    fait = Remboursement.objects.get()
    sans_bouton = _lire(client, "remboursements")
    client.post(reverse("telepaiement:remboursement_approuver", args=[fait.pk]))
    fait.refresh_from_db()
    etat_avant = fait.etat

    client.force_login(collegue)
    avec_bouton = _lire(client, "remboursements", etat="demande")
    assert "Approuver et rembourser" in _lire(client, "remboursement_approuver", fait.pk)
    client.post(reverse("telepaiement:remboursement_approuver", args=[fait.pk]))
    page = _lire(client, "encaissement", encaissement.pk)
    recu = client.get(reverse("telepaiement:remboursement_recu", args=[fait.pk]))
    decisions = [
        client.get(reverse(f"telepaiement:remboursement_{acte}", args=[fait.pk]), follow=True)
        for acte in ("approuver", "refuser")
    ]

    fait.refresh_from_db()
    assert "12 500 F CFP peuvent encore être rendus" in forme
    assert perimee.status_code == 422
    assert ">Approuver</a>" not in sans_bouton
    assert etat_avant == EtatRemboursement.DEMANDE
    assert ">Approuver</a>" in avec_bouton
    assert fait.etat == EtatRemboursement.REUSSI
    assert "Remboursé" in page
    assert "10 000 F CFP" in page
    assert recu["Content-Type"] == "application/pdf"
    assert all("n’est plus à approuver" in une.content.decode() for une in decisions)


def test_un_remboursement_refuse_dit_pourquoi(client, encaisser, agent, collegue):
    encaissement = encaisser(12_500)
    client.force_login(agent)
    client.post(
        reverse("telepaiement:rembourser", args=[encaissement.pk]),
        {"montant": "1", "motif": "x", "disponible": 12_500},
    )
    fait = Remboursement.objects.get()
    client.force_login(collegue)
    adresse = reverse("telepaiement:remboursement_refuser", args=[fait.pk])

    sans_motif = client.post(adresse, {"motif": ""})
    client.post(adresse, {"motif": "pièce manquante"})

    fait.refresh_from_db()
    assert sans_motif.status_code == 422
    assert fait.etat == EtatRemboursement.REFUSE


def test_les_trop_percus_proposent_le_remboursement_puis_disparaissent(
    client, banc, commencer, encaisser, agent, collegue
):
    titre = titre_payable(12_500)
    premier = commencer(titre)
    encaisser(titre=titre)
    banc.payer(premier)
    client.force_login(agent)
    client.post(reverse("telepaiement:verifier_tentative", args=[premier.pk]))
    double = premier.encaissement

    propose = _lire(client, "trop_percus")
    client.post(
        reverse("telepaiement:rembourser", args=[double.pk]),
        {"montant": "12500", "motif": "double paiement", "disponible": 12_500},
    )
    demande = _lire(client, "trop_percus")
    client.force_login(collegue)
    client.post(
        reverse("telepaiement:remboursement_approuver", args=[Remboursement.objects.get().pk])
    )

    assert ">Rembourser</a>" in propose
    assert "Remboursement demandé" in demande
    assert "Rien à rendre" in _lire(client, "trop_percus")


def test_les_versements_se_lisent_et_disent_leur_ecart(client, banc_neuf, encaisser, agent):
    encaissement = encaisser(12_500)
    banc_neuf.faire("ajouter_mouvement", nature="advance", montant=900)
    banc_neuf.faire("verser")
    client.force_login(agent)

    client.post(reverse("telepaiement:versements_lire"))
    liste = _lire(client, "versements", etat="en_ecart")
    versement = versements.Versement.objects.get()

    assert "« advance » inconnue" in liste
    detail = _lire(client, "versement", versement.pk)
    assert "Rien n’est comptabilisé" in detail
    assert encaissement.titre.reference in detail
    assert "Tout est versé" in _lire(client, "versements_attendus")


def test_un_litige_se_voit_avec_sa_date_limite(client, banc, encaisser, agent):
    encaissement = encaisser(12_500)
    banc.faire("contester", payment_intent=encaissement.tentative.reference)
    litiges.relire(encaissement)
    client.force_login(agent)

    page = _lire(client, "litiges", etat="ouvert")

    assert "À envoyer" in page
    assert "1 790 F CFP" in page
    assert "Litiges à défendre" in client.get(reverse("accueil:tableau")).content.decode()


def test_un_releve_s_importe_se_rapproche_et_s_ecarte(client, regies, banc, agent):
    titre = titre_payable(12_500)
    jour = timezone.localdate().isoformat()
    texte = (
        f"date;libelle;montant\n{jour};VIR {titre.reference};12500\n{jour};DIVERS;7\n{jour};X;a\n"
    )
    client.force_login(agent)
    adresse = reverse("telepaiement:banque_importer")

    refuse = client.post(adresse, {"fichier": SimpleUploadedFile("r.xml", b"<!DOCTYPE a []><a/>")})
    importe = client.post(adresse, {"fichier": SimpleUploadedFile("r.csv", texte.encode())})
    virement, divers = LigneBancaire.objects.order_by("pk")
    liste = _lire(client, "banque")
    propose = _lire(client, "banque_ligne", virement.pk)
    rien = _lire(client, "banque_ligne", divers.pk)
    page = reverse("telepaiement:banque_ligne", args=[virement.pk])
    sans_choix = client.post(page)
    client.post(page, {"cle": f"titre-{titre.pk}"})
    client.post(reverse("telepaiement:banque_ecarter", args=[divers.pk]), {"motif": "hors régie"})

    assert refuse.status_code == 422
    assert "DOCTYPE" in refuse.content.decode()
    assert "Ligne 4" in importe.content.decode()
    assert "0 jour" in liste
    assert f"Virement pour le titre {titre.reference}" in propose
    assert "Rien de ce que nous connaissons n’a ce montant" in rien
    assert sans_choix.status_code == 422
    assert titre.reference in _lire(client, "titre", titre.pk)
    etats = list(LigneBancaire.objects.order_by("pk").values_list("etat", flat=True))
    assert etats == ["rapprochee", "ecartee"]
    client.post(reverse("telepaiement:banque_reprendre", args=[divers.pk]))
    divers.refresh_from_db()
    assert divers.etat == "a_rapprocher"


def test_les_cartes_non_versees_se_lisent_et_s_exportent_toutes(
    client, encaisser, agent, monkeypatch
):
    monkeypatch.setattr(page_par_cle, "__kwdefaults__", {"taille": 1, "croissant": False})
    ancien, recent = encaisser(12_500), encaisser(9_000)
    client.force_login(agent)
    with time_machine.travel(timezone.now() + timedelta(days=9)):
        client.force_login(agent)
        premiere = _lire(client, "versements_attendus")
        seconde = _lire(client, "versements_attendus", apres=ancien.pk)
        export = client.get(reverse("telepaiement:versements_attendus_export", args=["csv"]))
        lignes = export.getvalue().decode("utf-8-sig").splitlines()

    assert [ligne.split(";")[0] for ligne in lignes] == [
        "Quittance",
        ancien.quittance.reference,
        recent.quittance.reference,
    ]
    assert lignes[1].endswith(";9;12500")
    assert "2 paiements par carte" in premiere
    assert f"apres={ancien.pk}" in premiere
    assert recent.quittance.reference not in premiere
    assert recent.quittance.reference in seconde


PAGES_APRES_PAIEMENT = [
    ("versements", "Versements"),
    ("versements_attendus", "Non versés"),
    ("banque", "Banque"),
    ("recettes_a_classer", "À classer"),
    ("trop_percus", "Trop-perçus"),
    ("remboursements", "Remboursements"),
    ("litiges", "Litiges"),
    ("imputations", "Imputations"),
    ("excedents", "Excédents"),
    ("paiements_a_verifier", "À vérifier"),
]


def test_chaque_page_dit_ou_elle_est_parmi_les_siennes(client, regies, agent):
    client.force_login(agent)
    atteintes: set[str] = set()

    for nom, libelle in PAGES_APRES_PAIEMENT:
        onglets = _lire(client, nom).split('aria-label="Après le paiement"')[1].split("</nav>")[0]
        atteintes |= set(re.findall(r'href="([^"]+)"', onglets))
        assert re.findall(r'aria-current="page" href="[^"]+">([^<]+)<', onglets) == [libelle]
        assert onglets.count('aria-current="true"') == 1

    assert atteintes == {reverse(f"telepaiement:{nom}") for nom, _ in PAGES_APRES_PAIEMENT}
