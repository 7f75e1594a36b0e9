"""The partials and tags of the shell, rendered."""

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.template import engines
from django.test import RequestFactory

from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from facturier.commun.templatetags.coquille import francs, heure, jour, moment, octets
from facturier.commun.tons import Ton, ton_de, ton_par_convention


class DepenseForm(forms.Form):
    objet = forms.CharField(label="Objet", help_text="En une phrase.")
    mode = forms.ChoiceField(
        label="Mode", choices=[("a", "Par carte"), ("b", "En espèces")], widget=forms.RadioSelect
    )
    montant = SaisieMontantField(label="Montant", minimum=1)
    echeance = SaisieJourField(label="Échéance", required=False)


def rendre(source, **contexte):
    gabarit = engines["django"].from_string("{% load coquille %}" + source)
    return gabarit.render(contexte)


def test_un_montant_s_affiche_avec_ses_espaces_fines():
    assert francs(138750) == "138\u00a0750\u00a0F\u00a0CFP"


def test_un_montant_absent_ne_s_affiche_pas():
    assert francs(None) == ""


def test_un_moment_s_affiche_a_l_heure_de_noumea():
    assert moment(datetime(2026, 11, 22, 23, 5, tzinfo=UTC)) == (
        "23\u00a0novembre 2026 à 10\u00a0h\u00a005"
    )
    assert heure(datetime(2026, 11, 22, 11, 47, tzinfo=UTC)) == "22\u00a0h\u00a047"


def test_le_premier_du_mois_s_ecrit_1er():
    assert jour(date(2026, 12, 1)) == "1er\u00a0décembre 2026"


@pytest.mark.parametrize(
    ("taille", "attendu"),
    [(1, "1\u00a0octet"), (12_000, "12\u00a0ko"), (1_400_000, "1,4\u00a0Mo")],
)
def test_une_taille_s_affiche_dans_son_unite(taille, attendu):
    assert octets(taille) == attendu


@pytest.mark.parametrize(
    ("code", "ton"),
    [
        ("deposee", Ton.COURS),
        ("a_completer", Ton.ATTENTE),
        ("payee", Ton.SUCCES),
        ("rejetee_tps", Ton.REFUS),
        ("brouillon", Ton.NEUTRE),
    ],
)
def test_le_ton_se_lit_dans_le_code_de_l_etat(code, ton):
    assert ton_par_convention(code) == ton


def test_un_modele_choisit_le_ton_de_ses_etats():
    class Modele:
        TONS = {"deposee": Ton.SUCCES}
        etat = "deposee"

    assert ton_de(Modele()) == Ton.SUCCES


def test_un_badge_porte_un_texte_et_un_dessin():
    html = rendre("{% badge 'Payée' 'succes' %}")

    assert "Payée" in html
    assert "icones.svg#coche" in html


def test_une_erreur_est_reliee_a_son_champ():
    html = rendre("{{ form }}", form=DepenseForm({"objet": "", "mode": "a", "montant": "12"}))

    assert 'aria-describedby="id_objet_helptext id_objet_error"' in html
    assert 'id="id_objet_error"' in html


def test_le_resume_mene_au_premier_choix_d_une_liste_de_boutons():
    html = rendre("{% resume_erreurs form %}", form=DepenseForm({}))

    assert 'href="#id_mode_0"' in html
    assert "Montant\u202f: ce champ est obligatoire." in html


@pytest.mark.parametrize(
    ("valeur", "attendu"), [("x" * 9, "comporte au plus 5"), ("a\0", "caractère nul")]
)
def test_le_resume_nomme_les_champs_que_django_ne_nomme_pas(valeur, attendu):
    class CourtForm(forms.Form):
        numero = forms.CharField(label="Numéro", max_length=5)

    html = rendre("{% resume_erreurs form %}", form=CourtForm({"numero": valeur}))

    assert ">Numéro\u202f: " in html
    assert attendu in html


def test_un_formulaire_juste_n_a_pas_de_resume():
    donnees = {"objet": "Fournitures", "mode": "a", "montant": "138 750 F CFP"}

    html = rendre("{% resume_erreurs form %}", form=DepenseForm(donnees))

    assert html.strip() == ""


def test_le_titre_annonce_l_erreur():
    assert rendre("{% prefixe_erreur %}", form=DepenseForm({})) == "Erreur\u202f: "


def test_le_titre_d_un_formulaire_vierge_n_annonce_rien():
    assert rendre("{% prefixe_erreur %}", form=DepenseForm()) == ""


def test_un_champ_facultatif_le_dit():
    html = rendre("{% champ form.echeance %}", form=DepenseForm())

    assert "(facultatif)" in html


def test_un_champ_lu_dans_le_fichier_le_dit():
    formulaire = DepenseForm()
    formulaire.fields["objet"].lu_dans_le_fichier = True

    assert "lu dans le fichier" in rendre("{% champ form.objet %}", form=formulaire)


def test_la_saisie_d_un_montant_montre_son_unite():
    html = rendre("{% champ form.montant %}", form=DepenseForm(initial={"montant": 138750}))

    assert 'value="138\u202f750"' in html
    assert "F CFP" in html


@pytest.mark.parametrize(
    ("source", "attendu"),
    [
        ("{% include 'partiels/resume.html' with lignes=l %}", "<dt>Objet</dt>"),
        ("{% include 'partiels/vide.html' with titre='Rien' texte='Déposez.' %}", "Déposez."),
        ("{% include 'partiels/pagination.html' with suivant='?apres=3' %}", 'rel="next"'),
        ("{% include 'partiels/fil.html' with etapes=l %}", 'href="Fournitures"'),
        ("{% include 'formulaires/lot.html' with formset=lot %}", "Ligne 1"),
    ],
)
def test_chaque_partiel_se_rend(source, attendu):
    lot = forms.formset_factory(DepenseForm)()

    html = rendre(source, l=[("Objet", "Fournitures")], lot=lot)

    assert attendu in html
    assert "variable inconnue" not in html


def test_la_page_de_confirmation_dit_la_consequence():
    gabarit = engines["django"].get_template("confirmation.html")
    contexte = {
        "titre": "Rejeter la facture",
        "consequence": "Le fournisseur en sera averti.",
        "action": "Rejeter",
        "retour": "/",
        "est_dangereux": True,
    }

    html = gabarit.render(contexte, RequestFactory().get("/"))

    assert "Le fournisseur en sera averti." in html
    assert "btn-danger" in html


def test_les_filtres_de_l_adresse_se_changent_un_a_un():
    requete = RequestFactory().get("/", {"etat": "deposee", "apres": "12"})

    html = rendre("{% filtre_url etat='payee' apres=None %}", request=requete)

    assert html == "?etat=payee"


def test_un_montant_dans_un_texte_s_affiche_comme_les_autres():
    assert rendre("{{ texte|ecran }}", texte="5\u202f000\u202fF\u00a0CFP\u202f: payé") == (
        "5\u00a0000\u00a0F\u00a0CFP\u202f: payé"
    )
