"""A request sent back to be completed: same number, delay suspended, answer checked."""

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.commun.calendrier import ajouter_jours_ouvres, compter_jours_ouvres
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from fournisseurs import demandes
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.liste_travail import compter, lister
from fournisseurs.models import ChampModifie, Complement, EntreeJournal
from fournisseurs.modifications.instruction import controler
from fournisseurs.modifications.retours import completer, renvoyer
from fournisseurs.modifications.saisie import ModificationRefusee
from tests.fournisseurs.factories import (
    IBAN_BCI,
    IBAN_CCP,
    IBAN_NOUVEAU,
    PDF,
    DemandeEtablissementFactory,
    ModificationFactory,
    compte,
    confirmer_au_telephone,
    creer_agent,
    declaration,
    preuve,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
COMPTE = {"iban": IBAN_NOUVEAU, "bic": "CEPANCNM", "titulaire": "Pépinière du Cagou"}
RIB_ILLISIBLE = {"piece_rib": "Le relevé est illisible."}


def renvoyee(attentes=RIB_ILLISIBLE, **traits):
    """Return a change of account sent back to its author."""
    demande = ModificationFactory(**traits)
    renvoyer(demande, attentes=attentes, par=creer_agent())
    return demande


def repondre(demande, saisies=COMPTE, preuves=(), reponse="", **options):
    completer(
        demande,
        saisies=saisies,
        preuves=list(preuves),
        reponse=reponse,
        par=demande.demandeur,
        **options,
    )


@pytest.mark.deux_moteurs
def test_une_demande_renvoyee_se_complete_sous_le_meme_numero(
    mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        demande = renvoyee()
    mailoutbox_depart = [m for m in mailoutbox if m.subject.endswith("est à compléter")]

    with django_capture_on_commit_callbacks(execute=True):
        repondre(demande, preuves=[preuve("rib", nom="lisible.pdf")])

    demande.refresh_from_db()
    assert demande.etat == "deposee"
    assert "Le relevé est illisible." in mailoutbox_depart[0].body
    assert mailoutbox[-1].subject == f"La demande {demande.pk} est complétée"
    assert [p.acte for p in demande.passages.all()] == ["deposer", "renvoyer", "completer"]
    assert demande.justificatifs.count() == 2
    assert not demande.complements.attendus().exists()


def test_le_document_demande_doit_etre_joint():
    demande = renvoyee()

    with pytest.raises(ModificationRefusee) as refus:
        repondre(demande, reponse="Le voici.")

    assert "illisible" in refus.value.message_dict["piece_rib"][0]
    assert demande.complements.attendus().count() == 1


@pytest.mark.deux_moteurs
def test_un_autre_iban_demande_son_rib_le_mot_de_passe_et_previent_de_nouveau(
    mailoutbox, django_capture_on_commit_callbacks
):
    demande = renvoyee({"iban": "La clé ne correspond pas au RIB."})
    autre = COMPTE | {"iban": IBAN_CCP, "bic": ""}
    demande.demandeur.set_password("un-lagon-tres-bleu")
    demande.demandeur.save()

    with pytest.raises(ModificationRefusee, match="mot de passe"):
        repondre(demande, autre, [preuve("rib")])
    with pytest.raises(ModificationRefusee, match="Joignez"):
        repondre(demande, autre, a_confirme=True)
    mailoutbox.clear()
    with django_capture_on_commit_callbacks(execute=True):
        repondre(demande, autre, [preuve("rib")], a_confirme=True)

    versions = ChampModifie.versions.filter(demande=demande, champ="iban")
    assert [v.apres for v in versions] == [IBAN_NOUVEAU, IBAN_CCP]
    assert demande.champs.get(champ="iban").apres == IBAN_CCP
    assert any("a été corrigée" in message.subject for message in mailoutbox)
    assert all(IBAN_CCP not in message.body for message in mailoutbox)


def test_une_donnee_laissee_telle_quelle_demande_une_reponse():
    demande = renvoyee({"titulaire": "Est-ce bien son nom ?"})

    with pytest.raises(ModificationRefusee, match="Titulaire du compte"):
        repondre(demande)
    repondre(demande, reponse="Oui, c’est le nom commercial.")

    assert demande.complements.get().reponse == "Oui, c’est le nom commercial."


def test_une_reponse_remet_en_doute_l_appel_et_le_controle():
    demande = renvoyee(controlee=True)

    repondre(demande, preuves=[preuve("rib")])

    assert (demande.etat, demande.controlee_par) == ("deposee", None)
    with pytest.raises(TransitionInterdite, match="contre-appel"):
        controler(demande, par=creer_agent())
    confirmer_au_telephone(demande)
    controler(demande, par=creer_agent())


def test_les_paiements_attendent_tant_qu_elle_est_chez_le_demandeur():
    demande = renvoyee()

    with pytest.raises(CompteIntrouvable, match="changement de compte"):
        compte_en_vigueur(demande.fournisseur, timezone.localdate())


@pytest.mark.parametrize(
    ("attentes", "message"),
    [({}, "Dites ce qui est à compléter"), ({"ville": "?"}, "ne fait pas partie")],
)
def test_un_renvoi_dit_quoi_completer(attentes, message):
    demande = ModificationFactory()

    with pytest.raises(TransitionInterdite, match=message):
        renvoyer(demande, attentes=attentes, par=creer_agent())


def test_un_fournisseur_ne_renvoie_rien(intrus):
    with pytest.raises(ActeInterdit):
        renvoyer(ModificationFactory(), attentes=RIB_ILLISIBLE, par=intrus)


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("changement", [{"motif": "Autre"}, {"repondu_le": None}])
def test_ce_qui_fut_demande_ne_se_recrit_pas(changement):
    demande = renvoyee()
    repondre(demande, preuves=[preuve("rib")])

    with pytest.raises(IntegrityError), transaction.atomic():
        Complement.objects.update(**changement)
    with pytest.raises(IntegrityError), transaction.atomic():
        Complement.objects.all()._raw_delete("default")


@pytest.mark.deux_moteurs
def test_les_versions_d_un_champ_ne_s_effacent_pas():
    demande = renvoyee()

    with pytest.raises(IntegrityError), transaction.atomic():
        ChampModifie.versions.filter(demande=demande).update(apres="")


def test_le_delai_est_suspendu_pendant_l_attente():
    demande = renvoyee()
    il_y_a = timezone.now() - timedelta(days=30)
    type(demande).objects.filter(pk=demande.pk).update(deposee_le=il_y_a)
    lignes, _ = lister("a_completer")

    assert [(ligne.demande, ligne.est_en_retard, ligne.est_en_pause) for ligne in lignes] == [
        (demande, False, True)
    ]
    assert compter()["a_completer"] == 1


def test_l_echeance_recule_des_jours_ouvres_passes_chez_le_demandeur():
    demande = renvoyee()
    avant = lister("a_completer")[0][0].echeance
    plus_tard = timezone.now() + timedelta(days=10)

    with time_machine.travel(plus_tard, tick=True):
        repondre(demande, preuves=[preuve("rib")])
        (ligne,), _ = lister("a_controler")

    attente = compter_jours_ouvres(timezone.localdate(), timezone.localdate(plus_tard))
    assert attente >= 6
    assert ligne.echeance == ajouter_jours_ouvres(avant, attente)
    assert not ligne.est_en_retard


def test_le_tableau_de_bord_mene_a_la_demande_a_completer(client):
    demande = renvoyee()
    client.force_login(demande.demandeur)

    page = client.get(reverse("accueil:tableau")).content.decode()

    assert reverse("fournisseurs:completer_modification", args=[demande.pk]) in page


@pytest.mark.parametrize("jours", [0, 1, 9, 40])
def test_compter_les_jours_ouvres_est_l_inverse_de_les_ajouter(jours):
    depart = timezone.localdate()

    assert compter_jours_ouvres(depart, ajouter_jours_ouvres(depart, jours)) == jours


# --- Rattachements ------------------------------------------------------------------------------
def rattachement_renvoye(attentes):
    demande = DemandeEtablissementFactory()
    demandes.renvoyer(demande, attentes=attentes, par=creer_agent())
    return demande


def declarer(demande, preuves=(), reponse="", **champs):
    demandes.completer(
        demande,
        declaration=declaration(demande.ridet, **champs),
        preuves=list(preuves),
        reponse=reponse,
        par=demande.demandeur,
    )


@pytest.mark.deux_moteurs
def test_un_rattachement_renvoye_se_corrige_et_s_accepte(agent):
    demande = rattachement_renvoye(
        {"piece_kbis": "Joignez l’extrait.", "adresse_voie": "Le numéro manque."}
    )

    declarer(demande, [preuve("kbis")], adresse_voie="14 rue des Banians")
    demandes.accepter(demande, par=agent)

    demande.refresh_from_db()
    assert (demande.etat, demande.adresse_voie) == ("acceptee", "14 rue des Banians")
    assert [p.acte for p in demande.passages.all()] == [
        "deposer",
        "renvoyer",
        "completer",
        "accepter",
    ]
    assert demande.passages.get(acte="completer").motif == "Voie ou boîte postale ; Extrait Kbis"


def test_un_rattachement_incomplet_ne_s_accepte_pas(agent):
    demande = rattachement_renvoye({"piece_kbis": "Joignez l’extrait."})

    with pytest.raises(TransitionInterdite):
        demandes.accepter(demande, par=agent)


def test_un_autre_compte_d_un_rattachement_demande_son_rib():
    demande = rattachement_renvoye({"iban": "La clé est fausse."})

    with pytest.raises(demandes.DemandeRefusee) as refus:
        declarer(demande, compte=compte(IBAN_CCP))

    assert "rib" in refus.value.message_dict


def test_seul_le_demandeur_complete_son_rattachement(intrus):
    demande = rattachement_renvoye({"piece_kbis": "Joignez l’extrait."})
    demande_vue = type(demande).objects.get(pk=demande.pk)

    with pytest.raises(TransitionInterdite):
        demandes.completer(
            demande_vue,
            declaration=declaration(demande.ridet),
            preuves=[preuve("kbis")],
            reponse="",
            par=intrus,
        )


# --- Pages --------------------------------------------------------------------------------------
def document(nom="document.pdf"):
    return SimpleUploadedFile(nom, PDF, "application/pdf")


@pytest.mark.parametrize("sorte", ["demande", "modification"])
def test_l_agent_renvoie_et_le_demandeur_repond_sur_ses_pages(client, agent, sorte):
    demande = DemandeEtablissementFactory() if sorte == "demande" else ModificationFactory()
    client.force_login(agent)
    vide = client.post(reverse(f"fournisseurs:renvoyer_{sorte}", args=[demande.pk]), {})
    client.post(reverse(f"fournisseurs:renvoyer_{sorte}", args=[demande.pk]), RIB_ILLISIBLE)
    client.force_login(demande.demandeur)
    page = client.get(reverse(f"fournisseurs:{sorte}", args=[demande.pk])).content.decode()
    adresse = reverse(f"fournisseurs:completer_{sorte}", args=[demande.pk])
    formulaire = client.get(adresse)
    champs = {nom: valeur for nom, valeur in formulaire.context["form"].initial.items() if valeur}
    sans_document = client.post(adresse, champs)
    champ = "rib" if sorte == "demande" else "piece_rib"
    reponse = client.post(adresse, champs | {champ: document()})

    demande.refresh_from_db()
    assert (vide.status_code, sans_document.status_code) == (422, 422)
    assert "Le relevé est illisible." in page
    assert adresse in page
    assert (IBAN_BCI in formulaire.content.decode(), formulaire.status_code) == (False, 200)
    assert (reponse.status_code, demande.etat) == (302, "deposee")


def test_le_retour_d_un_compte_est_journalise(agent):
    demande = ModificationFactory()
    renvoyer(demande, attentes=RIB_ILLISIBLE, par=agent)
    repondre(demande, preuves=[preuve("rib")])

    actes = list(EntreeJournal.objects.order_by("-numero").values_list("acte", flat=True)[:2])

    assert actes == ["demande_completee", "demande_renvoyee"]
