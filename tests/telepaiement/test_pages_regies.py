"""Pages of the régies, and those of the counter that go with them."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from telepaiement import caisse
from telepaiement.cloture import cloturer_caisse
from telepaiement.models import (
    Encaissement,
    Guichet,
    Nomination,
    Produit,
    Regie,
    VersementRegie,
)
from tests.telepaiement.factories import decompte, titre_payable

pytestmark = pytest.mark.django_db
NOMINATION = {
    "qualite": "mandataire",
    "debut": "2026-02-01",
    "arrete": "Arrêté fictif 12",
    "date_arrete": "2026-01-20",
    "date_avis_conforme": "2026-01-15",
    "date_accord_regisseur": "2026-01-16",
}


def _adresse(nom, *arguments):
    return reverse(f"telepaiement:{nom}", args=arguments)


@pytest.fixture
def aux_finances(client, regies, fonds, agent):
    """A browser of the finance staff, and a régie at work."""
    client.force_login(agent)
    return client


@pytest.fixture
def au_guichet(client, regies, fonds, regisseur):
    """A browser at an open till."""
    client.force_login(regisseur)
    caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=regisseur)
    return client


def test_la_position_de_la_regie_se_lit_a_tout_moment(aux_finances, agent):
    liste = aux_finances.get(_adresse("regies")).content.decode()
    texte = aux_finances.get(_adresse("regie", "CENTRE")).content.decode()

    assert "Régie de recettes du centre administratif" in liste
    assert "Remi Fictif répond de la régie" in texte
    assert "20\u00a0000\u00a0F" in texte


def test_un_regisseur_ne_voit_que_ses_regies(client, regies, personne, regisseur):
    client.force_login(personne("Ramona", Role.REGISSEUR))
    etrangere = client.get(_adresse("regie", "CENTRE")).status_code
    client.force_login(regisseur)

    assert (etrangere, client.get(_adresse("regie", "CENTRE")).status_code) == (404, 200)


def test_une_nomination_se_saisit_puis_prend_fin(aux_finances, personne):
    aide = personne("Ramona", Role.REGISSEUR)
    adresse = _adresse("regie_nommer", "CENTRE")
    refus = aux_finances.post(adresse, NOMINATION | {"personne": aide.pk, "debut": "2026-01-01"})
    aux_finances.post(adresse, NOMINATION | {"personne": aide.pk})
    nomination = Nomination.objects.get(personne=aide)

    aux_finances.post(
        _adresse("nomination_terminer", nomination.pk),
        {"fin": "2026-11-26", "arrete": "Arrêté fictif 13"},
    )

    nomination.refresh_from_db()
    assert refus.status_code == 422
    assert "précède l’arrêté" in refus.content.decode()
    assert (nomination.etat, nomination.passages.count()) == ("terminee", 2)


def test_l_acte_et_les_guichets_se_modifient_avec_leur_trace(aux_finances):
    regie = Regie.objects.get(code="CENTRE")
    champs = {
        nom: getattr(regie, nom)
        for nom in ("libelle", "acte", "date_acte", "date_avis_conforme", "comptable")
    }
    produits = [produit.pk for produit in Produit.objects.filter(code__in=["S001", "D001"])]
    champs |= {"plafond_encaisse": "500 000", "fonds_caisse": "20 000", "versement_jours": "32"}
    champs |= {"produits": produits, "motif": "Arrêté fictif 14", "accepte_especes": "on"}
    illisible = aux_finances.post(
        _adresse("regie_modifier", "CENTRE"), champs | {"libelle": "Régie 🏝"}
    )
    trop_rare = aux_finances.post(_adresse("regie_modifier", "CENTRE"), champs)
    aux_finances.post(_adresse("regie_modifier", "CENTRE"), champs | {"versement_jours": "15"})
    guichet = {"code": "CENTRE9", "libelle": "Guichet 9", "est_ouvert": "on", "motif": "Ouverture"}

    aux_finances.post(_adresse("guichet_creer", "CENTRE"), guichet)

    assert "au moins une fois par mois" in trop_rare.content.decode()
    assert "Écrivez-le autrement" in illisible.content.decode()
    guichet |= {"terminal": "TPE-9", "motif": "Terminal posé"}
    cree = Guichet.objects.get(code="CENTRE9")
    aux_finances.post(_adresse("guichet_modifier", "CENTRE", cree.pk), guichet)
    motifs = " | ".join(passage.motif for passage in regie.passages.all()).replace("\u202f", " ")
    assert "encaisse maximale : 1 000 000 F CFP → 500 000 F CFP" in motifs.replace("\xa0", " ")
    assert "accepte les chèques : oui → non" in motifs
    assert "terminal bancaire (TPE) : rien → TPE-9" in motifs
    assert Guichet.objects.get(code="CENTRE9").regie == regie


def test_les_proces_verbaux_s_etablissent_et_s_impriment(aux_finances):
    compte = {"coupure_10000": "2", "cheques_comptes": "0", "en_presence_de": "Remi Fictif"}
    aux_finances.post(_adresse("regie_verification", "CENTRE"), compte)
    seconde = aux_finances.post(
        _adresse("regie_remise", "CENTRE"),
        {"coupure_10000": "2", "cheques_comptes": "0", "entrant": Nomination.objects.get().pk},
    )
    regie = Regie.objects.get(code="CENTRE")

    pdfs = [
        aux_finances.get(_adresse("remise_pdf", regie.remiseservices.get().pk)),
        aux_finances.get(_adresse("verification_regie_pdf", regie.verificationregies.get().pk)),
    ]

    assert "répond déjà de la régie" in seconde.content.decode()
    assert all(pdf.content.startswith(b"%PDF") for pdf in pdfs)


def test_le_cautionnement_et_le_fonds_se_saisissent(aux_finances):
    nomination = Nomination.objects.get()
    aux_finances.post(
        _adresse("nomination_cautionner", nomination.pk), {"montant": "500 000", "reference": "C"}
    )
    rendu = {"nature": "restitution", "montant": "5 000", "jour": "2026-11-26", "reference": "F-9"}

    aux_finances.post(_adresse("regie_fonds", "CENTRE"), rendu)

    nomination.refresh_from_db()
    assert nomination.cautionnement == 500_000
    assert "15\u00a0000\u00a0F" in aux_finances.get(_adresse("regie", "CENTRE")).content.decode()


def test_une_vente_se_choisit_se_paie_et_se_confirme(au_guichet):
    produit = Produit.objects.get(code="S001")
    vide = au_guichet.post(_adresse("vente"), {})
    choix = au_guichet.post(_adresse("vente"), {f"produit_{produit.pk}": "3", "payeur": "Club"})
    confirmation = au_guichet.post(f"{choix['Location']}?mode=especes", {"somme_remise": "2 000"})
    recapitulatif = au_guichet.get(confirmation["Location"]).content.decode()

    fin = au_guichet.post(confirmation["Location"], follow=True).content.decode()

    fait = Encaissement.objects.get()
    assert vide.status_code == 422
    assert "Monnaie à rendre" in recapitulatif
    assert "Rendez 500" in fin
    assert fait.vente.payeur == "Club"
    ticket = au_guichet.post(_adresse("guichet_ticket", fait.pk)).content
    assert ticket.startswith(b"%PDF")
    assert "Vente" in au_guichet.get(_adresse("guichet_journal")).content.decode()


def test_une_cloture_se_contresigne_puis_se_verse(au_guichet, client, agent, regisseur):
    session = caisse.session_ouverte(regisseur)
    saisie = caisse.Saisie(mode="especes", montant=12_500, somme_remise=12_500)
    caisse.encaisser_au_guichet(
        session=session, titre_id=titre_payable().pk, saisie=saisie, par=regisseur
    )
    rien = au_guichet.get(_adresse("regie_verser", "CENTRE"), follow=True).content.decode()
    assert "Aucune caisse clôturée n’a d’espèces" in rien
    cloturer_caisse(session_id=session.pk, coupures=decompte(32_500), motif_ecart="", par=regisseur)
    soi_meme = au_guichet.post(_adresse("session_contresigner", session.pk), {})
    faux = au_guichet.post(_adresse("regie_verser", "CENTRE"), {"coupure_10000": "1"})
    compte = {"coupure_10000": "1", "coupure_1000": "2", "coupure_500": "1"}
    for motif in ("Chèque oublié", ""):
        au_guichet.post(_adresse("regie_verser", "CENTRE"), compte)
        if motif:
            faite = VersementRegie.objects.get()
            au_guichet.post(_adresse("versement_regie_annuler", faite.pk), {"motif": motif})
    versement = VersementRegie.objects.get(etat="etabli")
    client.force_login(agent)
    client.post(_adresse("session_contresigner", session.pk), {"observations": "Vu"})
    client.post(_adresse("versement_regie_recevoir", versement.pk), {"recepisse": "R-1"})
    signee = client.get(_adresse("session_contresigner", session.pk), follow=True)

    page = client.get(_adresse("guichet_session", session.pk)).content.decode()
    pdfs = [
        client.get(_adresse("session_pdf", session.pk)).content,
        client.get(_adresse("versement_regie_pdf", versement.pk)).content,
    ]

    assert faux.status_code == 422
    assert "recomptez les billets et les pièces à verser" in faux.content.decode()
    assert versement.numero == 2
    assert "autre personne" in soi_meme.content.decode()
    assert "Agathe Fictif" in page
    assert "déjà contresignée" in signee.content.decode()
    assert all(pdf.startswith(b"%PDF") for pdf in pdfs)
    versement.refresh_from_db()
    assert versement.etat == "recu"


@pytest.fixture
def feuillets(aux_finances, regies, regisseur):
    """A booklet of four leaves, and what is typed of one, at an open till five minutes later."""
    debut = timezone.localtime()
    if (debut + timedelta(minutes=5)).date() != debut.date():
        debut -= timedelta(minutes=10)  # midnight does not fall in between
    with time_machine.travel(debut, tick=False):
        aux_finances.post(
            _adresse("carnet_emettre", "CENTRE"), {"nombre": "4", "remis_a": regisseur.pk}
        )
        carnet = regies.regie.carnets.get()
        caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
        aux_finances.force_login(regisseur)
    with time_machine.travel(debut + timedelta(minutes=5), tick=False):
        moment = {
            "jour": f"{debut:%Y-%m-%d}",
            "heure": f"{debut + timedelta(minutes=3):%H:%M}",
            "mode": "especes",
        }
        yield carnet, moment


def _page(reponse) -> str:
    return reponse.content.decode().replace("\u00a0", " ").replace("\u202f", " ")


def test_un_feuillet_se_verifie_puis_se_confirme(aux_finances, feuillets):
    carnet, moment = feuillets
    page, produit = _adresse("feuillet_saisir"), Produit.objects.get(code="S001")
    reference = titre_payable(10_000).reference
    saisie = moment | {"feuillet": f"{carnet.reference}-001", "montant": "12 000"}
    inconnu = aux_finances.post(page, saisie | {"reference": "2026-T-999999"})
    les_deux = aux_finances.post(
        page, saisie | {"reference": reference, f"produit_{produit.pk}": "2"}
    )
    verifie = aux_finances.post(page, saisie | {"reference": reference})["Location"]
    avant = _page(aux_finances.get(verifie))
    aucun = Encaissement.objects.count()

    fin = aux_finances.post(verifie, follow=True)

    encore = aux_finances.post(verifie, follow=True)
    relu = aux_finances.get(verifie, follow=True)
    suites = list(carnet.feuillets.get(numero=1).passages.values_list("acte", flat=True))
    double = aux_finances.post(page, saisie | {"reference": reference})
    assert "Aucun titre ne porte cette référence" in _page(inconnu)
    assert "pas les deux" in _page(les_deux)
    assert aucun == 0
    assert all(un in avant for un in ("Plus que le reste dû", "Débiteur", "12 000 F"))
    assert "Plus que le reste dû" in _page(fin)
    assert encore.redirect_chain == fin.redirect_chain == relu.redirect_chain
    assert suites == ["saisir"]
    assert "Ce feuillet est déjà saisi" in _page(double)
    assert aux_finances.get(_adresse("feuillet_confirmer", uuid4())).status_code == 404


def test_un_feuillet_nomme_chaque_champ_que_son_mode_demande(aux_finances, feuillets):
    carnet, moment = feuillets
    saisie = moment | {"feuillet": f"{carnet.reference}-001", "montant": "500", "mode": "tpe"}

    reponse = aux_finances.post(_adresse("feuillet_saisir"), saisie | {"reference": "x"})

    resume = _page(reponse).split('"resume-erreurs"')[1].split("</ul>")[0]
    for champ in ("Numéro de ticket", "Numéro d’autorisation"):
        assert resume.count(f"{champ} : ce mode de paiement le demande") == 1


def test_une_vente_ecrite_a_la_main_et_le_rapport_de_conflits(aux_finances, feuillets, agent):
    carnet, moment = feuillets
    page, produit = _adresse("feuillet_saisir"), Produit.objects.get(code="S001")
    vente = moment | {
        "feuillet": f"{carnet.reference}-003",
        f"produit_{produit.pk}": "3",
        "payeur": "Club",
    }
    faux_prix = aux_finances.post(page, vente | {"montant": "1 400"})
    vendu = aux_finances.post(page, vente | {"montant": "1 500"})["Location"]
    prix = _page(aux_finances.get(vendu))
    aux_finances.post(vendu)
    double = aux_finances.post(page, vente | {"montant": "1 500"})
    gate = {"feuillet": f"{carnet.reference}-004", "motif": "Gâché"}
    aux_finances.post(_adresse("feuillet_annuler"), gate)
    aux_finances.force_login(agent)
    troisieme, quatrieme = carnet.feuillets.filter(numero__gt=2).order_by("numero")
    aux_finances.post(
        _adresse("feuillet_decider", troisieme.pk), {"decision": "Numéro mal recopié"}
    )

    textes = [
        _page(aux_finances.get(_adresse(nom, cle)))
        for nom, cle in (("carnet", carnet.pk), ("regie_conflits", "CENTRE"))
    ]

    assert "cette vente vaut 1 500" in _page(faux_prix)
    assert "3 à 500 F" in prix
    assert double.status_code == 422
    assert Encaissement.objects.get().quittance.code == troisieme.code
    for texte in textes:
        assert "Présenté une seconde fois : 1 500" in texte
        assert "Numéro manquant" in texte
        assert "Numéro mal recopié" in texte
    assert quatrieme.etat == "annule"
    assert aux_finances.get(_adresse("feuillet_decider", quatrieme.pk)).status_code == 404
    alerte = _page(aux_finances.get(_adresse("regie", "CENTRE")))
    assert f"manquants : {carnet.reference}-001, {carnet.reference}-002." in alerte
    assert aux_finances.get(_adresse("carnet_pdf", carnet.pk)).content.startswith(b"%PDF")
    assert aux_finances.get(_adresse("conflits_pdf", carnet.pk)).content.startswith(b"%PDF")
