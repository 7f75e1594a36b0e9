"""Pages of the counter."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from facturier.grand_livre.models import Exercice
from telepaiement import caisse
from telepaiement.models import DelivranceQuittance, Encaissement, SessionCaisse
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.conftest import CARTE_3DS
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db


@pytest.fixture
def guichet(client, regies, regisseur, banc, fonds):
    """A browser at a counter whose till is open."""
    client.force_login(regisseur)
    donnees = {"guichet": regies.pk, "fonds_caisse": "20 000"}
    client.post(reverse("telepaiement:guichet"), donnees)
    return client


@pytest.fixture
def encaisser(guichet):
    """Type cash for a titre, confirm, and return the payment."""

    def faire(titre):
        adresse = reverse("telepaiement:guichet_titre", args=[titre.pk], query={"mode": "especes"})
        saisie = {"montant": "12 500", "somme_remise": "15 000"}
        confirmation = guichet.post(adresse, saisie)["Location"]
        guichet.post(confirmation)
        return Encaissement.objects.latest("pk")

    return faire


def test_la_caisse_s_ouvre_et_montre_sa_position(guichet):
    texte = guichet.get(reverse("telepaiement:guichet")).content.decode()

    assert SessionCaisse.objects.get().fonds_caisse == 20_000
    assert "Guichet 1 du centre administratif" in texte


def test_une_caisse_dit_que_l_exercice_est_clos_et_n_enregistre_rien(guichet):
    titre = titre_payable(12_500)
    adresse = reverse("telepaiement:guichet_titre", args=[titre.pk], query={"mode": "especes"})
    confirmation = guichet.post(adresse, {"montant": "12500", "somme_remise": "15000"})["Location"]
    Exercice.objects.update(clos_le=timezone.now())

    reponse = guichet.post(confirmation)

    assert reponse.status_code == 409
    assert "est clos" in reponse.content.decode()
    assert "Rien n’a été enregistré" in reponse.content.decode()
    assert not Encaissement.objects.exists()


def test_un_encaissement_se_saisit_puis_se_confirme(guichet):
    titre = titre_payable(12_500)
    adresse = reverse("telepaiement:guichet_titre", args=[titre.pk], query={"mode": "especes"})
    saisie = {"montant": "12500", "somme_remise": "15000"}
    confirmation = guichet.post(adresse, saisie)["Location"]
    avant = Encaissement.objects.count()

    texte = guichet.get(confirmation).content.decode()
    guichet.post(confirmation)

    assert (avant, Encaissement.objects.count()) == (0, 1)
    assert "2\u00a0500\u00a0F" in texte


def test_un_paiement_en_ligne_se_voit_avant_d_encaisser(guichet, banc, commencer):
    engagee = commencer(titre_payable(12_500))
    banc.faire("pannes", traitement=60)
    banc.payer(engagee)
    synchroniser(engagee, source="retour")
    commencee = commencer(titre_payable(4_500))
    adresse = "telepaiement:guichet_titre"

    bloque, prevenu, libre = (
        guichet.get(reverse(adresse, args=[titre.pk])).content.decode()
        for titre in (engagee.titre, commencee.titre, titre_payable(1_000))
    )

    assert "N’encaissez rien avant d’en connaître l’issue" in bloque
    assert "Il sera annulé quand vous encaisserez" in prevenu
    assert "commencé le" not in libre


def test_les_paiements_commences_se_disent_en_une_phrase_puis_se_taisent_une_fois_paye(
    guichet, client, banc, commencer, encaisser
):
    titre = titre_payable(12_500)
    tentatives = [commencer(titre) for _ in range(3)]
    adresse = reverse("telepaiement:guichet_titre", args=[titre.pk])
    avant = guichet.get(adresse).text
    vieux = reverse("telepaiement:paiement", args=[tentatives[0].jeton])

    encaisser(titre)
    apres, onglet = guichet.get(adresse).text, client.get(vieux).text

    assert "3 paiements par carte de ce titre ont été commencés" in avant
    assert avant.count("sans carte débitée") == 1
    assert "entièrement payé\u202f: il n’y a plus rien à payer" in apres
    assert "sans carte débitée" not in apres
    assert "vous n’avez plus" not in apres
    assert "Il n’y a plus rien à payer</h1>" in onglet
    assert "aucune somme n’a été prélevée" in onglet
    assert "Vous n’avez pas payé" not in onglet


def test_un_paiement_en_ligne_abandonne_s_annule_au_guichet(guichet, banc, commencer):
    tentative = commencer(titre_payable(12_500))
    banc.payer(tentative, CARTE_3DS)
    tentative = synchroniser(tentative, source="retour")
    page = guichet.get(reverse("telepaiement:guichet_titre", args=[tentative.titre_id]))
    adresse = reverse("telepaiement:guichet_annuler_en_ligne", args=[tentative.jeton])

    banc.faire("pannes", panne_api=50)
    muette = guichet.post(adresse, follow=True).content.decode()
    banc.faire("pannes", panne_api=0)
    faite = guichet.post(adresse, follow=True).content.decode()

    assert adresse in page.content.decode()
    assert "on ne sait pas si ce paiement a abouti" in muette
    assert "rien n’a été prélevé" in faite
    tentative.refresh_from_db()
    assert tentative.etat == "annulee"
    assert tentative.passages.last().par.nom_complet.startswith("Remi")


def test_un_paiement_en_ligne_que_la_banque_prend_ne_s_annule_pas(guichet, banc, commencer):
    engagee, payee = commencer(titre_payable(12_500)), commencer(titre_payable(9_000))
    banc.payer(payee)
    banc.faire("pannes", traitement=60)
    banc.payer(engagee)
    synchroniser(engagee, source="retour")

    textes = [
        guichet.post(
            reverse("telepaiement:guichet_annuler_en_ligne", args=[une.jeton]), follow=True
        ).content.decode()
        for une in (engagee, payee)
    ]

    assert "ce paiement ne s’annule pas" in textes[0]
    assert "n’encaissez rien d’autre" in textes[1]
    assert Encaissement.objects.get().montant == 9_000


def test_un_mode_demande_ses_informations(guichet):
    adresse = reverse("telepaiement:guichet_titre", args=[titre_payable().pk])
    choix = guichet.get(adresse).content.decode()

    reponse = guichet.post(f"{adresse}?mode=tpe", {"montant": "12500"})

    assert "?mode=tpe" in choix
    assert reponse.status_code == 422
    assert set(reponse.context["form"].errors) == {"numero_ticket", "numero_autorisation"}


def test_un_numero_de_carte_entier_est_refuse_a_la_saisie(guichet):
    adresse = reverse("telepaiement:guichet_titre", args=[titre_payable().pk])
    saisie = {"montant": "1", "numero_ticket": "1", "numero_autorisation": "1"}

    reponse = guichet.post(f"{adresse}?mode=tpe", saisie | {"quatre_derniers": "4242424242424242"})

    assert "jamais le numéro de la carte" in reponse.content.decode()


@pytest.mark.parametrize("forme", ["{0.reference}", "https://x/?reference={0.reference}&cle=1"])
def test_la_recherche_lit_une_reference_ou_un_code_scanne(guichet, forme):
    titre = titre_payable()

    reponse = guichet.get(reverse("telepaiement:guichet_recherche"), {"q": forme.format(titre)})

    assert reponse["Location"] == reverse("telepaiement:guichet_titre", args=[titre.pk])


def test_la_recherche_par_nom_propose_les_titres(guichet):
    titres = [titre_payable(), titre_payable()]

    texte = guichet.get(reverse("telepaiement:guichet_recherche"), {"q": "fictive"})

    assert all(titre.reference in texte.content.decode() for titre in titres)


def test_une_recherche_trop_large_dit_qu_elle_a_une_suite(guichet, monkeypatch):
    monkeypatch.setattr("telepaiement.views.guichet.RESULTATS", 1)
    ancien, recent = titre_payable(), titre_payable()
    adresse = reverse("telepaiement:guichet_recherche")

    premiere = guichet.get(adresse, {"q": "fictive"})
    seconde = guichet.get(adresse, {"q": "fictive", "apres": premiere.context["suivant"]})

    assert "D’autres titres répondent" in premiere.content.decode()
    assert recent.reference in premiere.content.decode()
    assert ancien.reference in seconde.content.decode()
    assert "D’autres titres répondent" not in seconde.content.decode()


def _imprimer(guichet, papier, fait) -> bytes:
    """Ask for a receipt as its button does; a copy is a mere link."""
    adresse = reverse(f"telepaiement:guichet_{papier}", args=[fait.pk])
    demander = guichet.get if papier == "duplicata" else guichet.post
    return bytes(demander(adresse).content)


def test_la_quittance_et_son_duplicata_s_impriment(guichet, encaisser):
    fait = encaisser(titre_payable(12_500))

    pdfs = [_imprimer(guichet, nom, fait) for nom in ("quittance", "duplicata")]

    assert [len(PdfReader(BytesIO(pdf)).pages) for pdf in pdfs] == [1, 1]
    assert pdfs[0] != pdfs[1]


def test_la_seconde_impression_est_un_duplicata_quel_que_soit_le_papier(guichet, encaisser):
    fait = encaisser(titre_payable(12_500))

    textes = []
    for nom in ("ticket", "quittance", "ticket"):
        pdf = _imprimer(guichet, nom, fait)
        textes.append("".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages))

    page = guichet.get(reverse("telepaiement:guichet_encaissement", args=[fait.pk]))
    assert ["DUPLICATA" in texte for texte in textes] == [False, True, True]
    assert "Original délivré le" in page.content.decode()
    with pytest.raises(IntegrityError), transaction.atomic():
        DelivranceQuittance.objects.all()._raw_delete(DelivranceQuittance.objects.db)


def test_ce_qui_s_imprime_d_un_encaissement_annule_dit_qu_il_l_est(guichet, encaisser, regisseur):
    fait = encaisser(titre_payable(12_500))
    caisse.annuler_encaissement(encaissement_id=fait.pk, motif="Erreur", par=regisseur)

    for nom in ("quittance", "ticket", "duplicata"):
        pdf = _imprimer(guichet, nom, fait)
        texte = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
        assert "QUITTANCE ANNULÉE" in texte
        assert "Elle ne prouve aucun paiement" in " ".join(texte.split())
    assert not DelivranceQuittance.objects.exists()


def test_un_produit_hors_de_l_acte_se_dit_avant_la_saisie(guichet, regies):
    regies.regie.produits.clear()

    page = guichet.get(reverse("telepaiement:guichet_titre", args=[titre_payable().pk]))

    assert "ne permet pas d’encaisser ce produit" in page.content.decode()
    assert "Comment paie-t-on" not in page.content.decode()


def test_lire_l_adresse_de_la_quittance_ne_prend_pas_l_original(guichet, encaisser):
    fait = encaisser(titre_payable(12_500))

    for papier in ("quittance", "ticket"):
        adresse = reverse(f"telepaiement:guichet_{papier}", args=[fait.pk])
        assert guichet.get(adresse).status_code == 405
    assert not DelivranceQuittance.objects.exists()


def test_un_encaissement_de_la_veille_ne_se_propose_pas_a_l_annulation(guichet, encaisser):
    fait = encaisser(titre_payable(12_500))
    adresse = reverse("telepaiement:guichet_encaissement", args=[fait.pk])
    du_jour = guichet.get(adresse).content.decode()
    with time_machine.travel(timezone.now() + timedelta(days=1)):
        guichet.force_login(fait.par)
        lendemain = guichet.get(adresse).content.decode()

    assert "Annuler cet encaissement" in du_jour
    assert "Annuler cet encaissement" not in lendemain


def test_un_encaissement_s_annule_avec_un_motif(guichet, encaisser):
    fait = encaisser(titre_payable(12_500))
    adresse = reverse("telepaiement:guichet_annuler", args=[fait.pk])

    sans_motif = guichet.post(adresse, {"motif": ""})
    guichet.post(adresse, {"motif": "Erreur de titre"})

    assert sans_motif.status_code == 422
    assert Encaissement.objects.get().annulation.motif == "Erreur de titre"


def test_le_journal_montre_les_encaissements_et_leurs_totaux(guichet, encaisser):
    fait = encaisser(titre_payable(12_500))

    texte = guichet.get(reverse("telepaiement:guichet_journal")).content.decode()

    assert fait.quittance.reference in texte
    assert "Annulé" not in texte


def test_la_cloture_refuse_un_ecart_sans_motif_puis_scelle(guichet, encaisser):
    encaisser(titre_payable(12_500))
    adresse = reverse("telepaiement:guichet_cloture")
    affichage = guichet.get(adresse)
    compte = {"coupure_10000": "3", "coupure_1000": "2", "terminal": 0, "tickets": 0, "cheques": 0}
    refus = guichet.post(adresse, compte)

    fin = guichet.post(adresse, compte | {"coupure_500": "1"}, follow=True)

    assert (affichage.status_code, refus.status_code) == (200, 422)
    assert "clôture n° 1" in fin.content.decode()


def test_l_encaissement_d_un_autre_regisseur_n_existe_pas(encaisser, client, personne):
    fait = encaisser(titre_payable(12_500))
    autre = personne("Ramona", "regisseur")
    client.force_login(autre)

    reponse = client.get(reverse("telepaiement:guichet_encaissement", args=[fait.pk]))

    assert reponse.status_code == 404


def test_sans_caisse_ouverte_rien_ne_s_encaisse(client, regies, regisseur):
    client.force_login(regisseur)

    reponse = client.get(reverse("telepaiement:guichet_journal"))

    assert reponse.status_code == 404


def test_la_monnaie_qui_ne_se_rend_pas_est_une_alerte_avant_de_confirmer(guichet):
    titre = titre_payable(12_497)
    adresse = reverse("telepaiement:guichet_titre", args=[titre.pk], query={"mode": "especes"})
    saisie = {"montant": "12497", "somme_remise": "15000"}

    page = guichet.get(guichet.post(adresse, saisie)["Location"]).content.decode()

    alertes = [morceau.split("</div>")[0] for morceau in page.split('role="alert"')[1:]]
    assert any("ne se rendent pas exactement" in alerte for alerte in alertes)


def test_une_adresse_illisible_ou_inconnue_n_est_jamais_une_panne(guichet, client):
    recherche = reverse("telepaiement:guichet_recherche")
    cas = [
        (client.get, recherche, {"q": "a\x00b"}, 400),
        (client.get, recherche, {"q": "http://[x/?reference=1"}, 200),
        (client.get, recherche, {"q": "ab", "apres": "9" * 5_000}, 200),
        (client.get, reverse("telepaiement:guichet_titre", args=[10**20]), {}, 404),
        (client.post, reverse("telepaiement:guichet_lien_creer", args=[10**20]), {}, 404),
    ]

    statuts = [acte(adresse, donnees).status_code for acte, adresse, donnees, _ in cas]

    assert statuts == [attendu for *_, attendu in cas]
    assert "n’a pas été comprise" in client.get(recherche, {"q": "\x00"}).content.decode()


def test_un_montant_refuse_au_lecteur_reste_avec_son_erreur(guichet, regies):
    type(regies).objects.filter(pk=regies.pk).update(lecteur="tmr_essai")
    adresse = reverse("telepaiement:lecteur_lancer", args=[titre_payable(12_500).pk])

    reponse = guichet.post(adresse, {"montant": "12,50"})

    assert reponse.status_code == 422
    assert 'value="12,50"' in reponse.content.decode()
    assert "aria-invalid" in reponse.content.decode()


def test_une_caisse_close_dans_un_autre_onglet_se_dit(client, regies, regisseur):
    client.force_login(regisseur)

    reponse = client.post(reverse("telepaiement:guichet_cloture"), {})

    assert reponse.status_code == 404
    assert "vient d’être clôturée dans un autre onglet" in reponse.content.decode()
