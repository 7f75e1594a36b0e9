"""Titres: issued, listed, cancelled, sent to the debtor."""

import io

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from facturier.acces.models import Role, ServiceGestionnaire
from facturier.grand_livre.models import Bordereau, Titre
from facturier.grand_livre.soldes import reste_du
from fournisseurs.models import Fournisseur
from telepaiement import avis
from telepaiement.avis import adresse_paiement, editer
from telepaiement.models import Produit
from tests.fournisseurs.factories import FournisseurFactory
from tests.grand_livre.factories import TiersFactory
from tests.telepaiement.factories import titre_emis, titre_payable

pytestmark = pytest.mark.django_db


@pytest.fixture
def bureau(client, regies, agent):
    """A browser of the finance staff."""
    client.force_login(agent)
    return client


def formulaire(**champs):
    """Return a form that issues a titre of 15 000 F."""
    return {
        "tiers": TiersFactory().code,
        "adresse_voie": "1 rue Fictive",
        "code_postal": "98800",
        "ville": "Nouméa",
        "service": ServiceGestionnaire.objects.get(code="DEPS").pk,
        "produit": Produit.objects.get(code="D001").pk,
        "objet": "Occupation du domaine public",
        "bases_liquidation": "Terrasse de 5 m² à 3 000 F le m²",
        "montant_ht": "15 000",
        **champs,
    }


def texte_pdf(contenu: bytes) -> str:
    """Return the text of all the pages."""
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(contenu)).pages)


def test_un_titre_s_emet_avec_le_compte_de_son_produit(bureau):
    bureau.post(reverse("telepaiement:titre_creer"), formulaire())

    titre = Titre.objects.get()
    assert titre.lignes_piece.get().compte.numero == "70323"
    assert reste_du(titre) == 15_000
    assert (titre.date_echeance - titre.date_emission).days == 30


SANS_ADRESSE = {"adresse_voie": "", "code_postal": "", "ville": ""}


def test_l_adresse_d_un_tiers_connu_n_est_pas_demandee_une_seconde_fois(bureau):
    fiche = FournisseurFactory()
    Fournisseur.objects.filter(pk=fiche.pk).update(adresse_voie="12 rue des Banians")

    bureau.post(
        reverse("telepaiement:titre_creer"),
        formulaire(tiers=fiche.tiers.code, **SANS_ADRESSE),
    )

    titre = Titre.objects.get()
    assert (titre.adresse_voie, titre.code_postal, titre.ville) == (
        "12 rue des Banians",
        "98800",
        "Nouméa",
    )


def test_l_adresse_donnee_une_fois_sert_au_titre_suivant(bureau):
    premier = formulaire()
    bureau.post(reverse("telepaiement:titre_creer"), premier)
    bureau.post(reverse("telepaiement:titre_creer"), premier | SANS_ADRESSE)

    assert [t.adresse_voie for t in Titre.objects.all()] == ["1 rue Fictive"] * 2


def test_une_adresse_saisie_passe_avant_celle_de_la_fiche(bureau):
    fiche = FournisseurFactory()

    bureau.post(reverse("telepaiement:titre_creer"), formulaire(tiers=fiche.tiers.code))

    assert Titre.objects.get().adresse_voie == "1 rue Fictive"


@pytest.mark.parametrize("vides", [SANS_ADRESSE, {"ville": ""}])
def test_une_adresse_inconnue_est_demandee(bureau, vides):
    reponse = bureau.post(reverse("telepaiement:titre_creer"), formulaire(**vides))

    assert reponse.status_code == 422
    assert set(reponse.context["form"].errors) == set(vides)
    resume = reponse.text.split('"resume-erreurs"')[1].split("</ul>")[0]
    assert resume.count("nous ne connaissons pas l’adresse") == len(vides)
    assert "ce débiteur" in resume


@pytest.mark.parametrize(
    ("champ", "valeur"),
    [
        ("tiers", "INCONNU"),
        ("montant_ht", "12,5"),
        ("montant_ht", "0"),
        ("date_echeance", "2020-01-01"),
        ("bases_liquidation", ""),
        ("bases_liquidation", "⅓ de terrasse"),
        ("objet", "Terrasse 🏝"),
        ("adresse_voie", "1 rue 🏝"),
    ],
)
def test_une_saisie_fausse_est_montree_a_son_champ(bureau, champ, valeur):
    reponse = bureau.post(reverse("telepaiement:titre_creer"), formulaire(**{champ: valeur}))

    assert reponse.status_code == 422
    assert champ in reponse.context["form"].errors
    assert not Titre.objects.exists()


@pytest.mark.parametrize(
    ("adresse", "champ"), [({"pays": "BE"}, "code_postal"), ({"code_postal": "99999"}, "pays")]
)
def test_un_pays_et_un_code_postal_qui_se_contredisent_se_disent_a_leur_champ(
    bureau, adresse, champ
):
    reponse = bureau.post(reverse("telepaiement:titre_creer"), formulaire(**adresse))

    assert list(reponse.context["form"].errors) == [champ]


def test_un_montant_hors_du_tarif_publie_est_refuse(bureau):
    piscine = Produit.objects.get(code="S001").pk

    reponse = bureau.post(
        reverse("telepaiement:titre_creer"), formulaire(produit=piscine, montant_ht="700")
    )

    assert "montant_ht" in reponse.context["form"].errors


def test_un_titre_emis_s_annule_et_sa_dette_disparait(bureau):
    titre = titre_emis()

    bureau.post(reverse("telepaiement:titre_annuler", args=[titre.pk]), {"motif": "Doublon"})

    titre.refresh_from_db()
    assert titre.etat == Titre.Etat.ANNULEE
    assert reste_du(titre) == 0


def test_un_titre_en_bordereau_ne_s_annule_plus_ici(bureau):
    titre = titre_payable()

    reponse = bureau.post(
        reverse("telepaiement:titre_annuler", args=[titre.pk]), {"motif": "Doublon"}
    )

    assert reponse.status_code == 422


def test_les_titres_choisis_partent_en_bordereau(bureau):
    titres = [titre_emis(), titre_emis()]

    bureau.post(reverse("telepaiement:titres_bordereau"), {"titre": [t.pk for t in titres]})

    assert Bordereau.objects.get().pieces.count() == 2


def test_un_bordereau_sans_titre_est_refuse(bureau):
    reponse = bureau.post(reverse("telepaiement:titres_bordereau"), {})

    message = str(next(iter(get_messages(reponse.wsgi_request))))
    assert "au moins une pièce" in message


def test_la_liste_se_filtre_et_compte_peu_de_requetes(bureau, django_assert_max_num_queries):
    titres = [titre_emis(), titre_payable(), titre_payable()]

    with django_assert_max_num_queries(12):
        texte = bureau.get(reverse("telepaiement:titres"), {"etat": "signee"}).content.decode()

    assert titres[0].reference not in texte
    assert titres[1].reference in texte


def test_la_liste_se_parcourt_par_cle(bureau):
    titres = [titre_emis(), titre_emis()]

    texte = bureau.get(reverse("telepaiement:titres"), {"apres": titres[1].pk}).content.decode()

    assert titres[0].reference in texte
    assert titres[1].reference not in texte


def test_le_detail_montre_lignes_et_historique(bureau):
    titre = titre_payable()

    texte = bureau.get(reverse("telepaiement:titre", args=[titre.pk])).content.decode()

    assert titre.cle_paiement in texte
    assert "70323" in texte


def test_l_avis_porte_ses_quinze_mentions(regies):
    titre = titre_payable(15_000)

    texte = texte_pdf(editer(titre, le=timezone.now())).replace("\u202f", " ").replace("\xa0", " ")

    mentions = [
        f"{titre.numero} de l’exercice 2026",
        titre.objet,
        "70323",
        "Terrasse de 15 m²",
        "15 000 F CFP",
        titre.tiers.nom,
        "1 rue Fictive",
        "Intérêts",
        "23/11/2026",
        "Rendu exécutoire le",
        "Solange Fictive, Directrice",
        "Comment payer",
        "tribunal administratif",
        "Trésorerie de la province Sud",
        "Talon de paiement",
        titre.cle_paiement,
    ]
    assert [mention for mention in mentions if mention not in texte] == []


def test_l_avis_attend_la_signature(bureau):
    titre = titre_emis()

    reponse = bureau.get(reverse("telepaiement:titre_avis", args=[titre.pk]), follow=True)

    assert "pas encore exécutoire" in reponse.content.decode()


def test_le_code_de_l_avis_mene_au_formulaire_rempli(client, regies):
    titre = titre_payable()
    chemin = adresse_paiement(titre).removeprefix("http://127.0.0.1:8000")

    texte = client.get(chemin, follow=True).content.decode()

    assert f'value="{titre.reference}"' in texte
    assert f'value="{titre.cle_paiement}"' in texte


def test_l_avis_est_le_meme_pour_le_meme_moment(regies):
    titre, moment = titre_payable(), timezone.now()

    assert avis.editer(titre, le=moment) == avis.editer(titre, le=moment)


PERSONNEL = [
    ("telepaiement:titres", {Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE, Role.REGISSEUR}),
    ("telepaiement:titre_creer", {Role.AGENT}),
    ("telepaiement:paiements_a_verifier", {Role.AGENT, Role.COMPTABLE}),
    ("telepaiement:trop_percus", {Role.AGENT, Role.COMPTABLE}),
    ("telepaiement:guichet", {Role.REGISSEUR}),
]


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize(("adresse", "admis"), PERSONNEL)
def test_chaque_page_ne_sert_que_ses_roles(client, regies, personne, role, adresse, admis):
    client.force_login(personne("Camille", role))

    reponse = client.get(reverse(adresse))

    assert reponse.status_code == (200 if role in admis else 403)
