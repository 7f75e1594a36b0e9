"""Demandes de modification: what may be asked, who decides, when it takes effect."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Role
from facturier.commun.etats import TransitionInterdite
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur, enregistrer_compte
from fournisseurs.habilitations import habiliter
from fournisseurs.models import (
    CoordonneesBancaires,
    DemandeModification,
    Droit,
    Etablissement,
    Habilitation,
    Justificatif,
)
from fournisseurs.modifications.application import appliquer_modifications
from fournisseurs.modifications.depot import deposer, preparer, retirer
from fournisseurs.modifications.donnees import afficher
from fournisseurs.modifications.instruction import (
    appeler,
    approuver,
    contester,
    controler,
    lever_contestation,
    refuser,
)
from fournisseurs.modifications.saisie import ModificationRefusee
from tests.fournisseurs.factories import (
    IBAN_BCI,
    IBAN_CCP,
    IBAN_NOUVEAU,
    FournisseurFactory,
    ModificationFactory,
    UtilisateurFactory,
    compte,
    confirmer_au_telephone,
    creer_agent,
    preuve,
)
from tests.grand_livre.factories import SYDNEY

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("reference")]
PASSE_LE_DELAI = timedelta(hours=49)


def iban_paye(demande):
    """Return the IBAN that would be paid today."""
    return compte_en_vigueur(demande.fournisseur, timezone.localdate()).iban


def demander(fournisseur, genre, saisies, *, preuves=(), par=None):
    """Prepare and deposit a change."""
    par = par or Habilitation.objects.first().representant.utilisateur
    demande = preparer(
        etablissement=fournisseur.etablissements.get(),
        genre=genre,
        saisies=saisies,
        preuves=preuves,
        par=par,
    )
    return deposer(demande, par=par, a_confirme=True)


def test_un_changement_de_compte_prend_effet_apres_deux_agents_un_appel_et_le_delai():
    demande = ModificationFactory(approuvee=True)
    assert appliquer_modifications() == {
        "appliquees": 0,
        "a_reexaminer": 0,
        "en_attente_d_avis": 0,
    }

    bilan = appliquer_modifications(timezone.now() + PASSE_LE_DELAI)

    demande.refresh_from_db()
    assert bilan["appliquees"] == 1
    assert demande.etat == "appliquee"
    assert iban_paye(demande) == IBAN_NOUVEAU
    assert demande.compte.verifiee_par == demande.approuvee_par


def test_appliquer_deux_fois_ne_change_rien():
    ModificationFactory(appliquee=True)

    bilan = appliquer_modifications(timezone.now() + PASSE_LE_DELAI)

    assert bilan["appliquees"] == 0


def test_tant_que_la_demande_est_ouverte_aucun_compte_ne_sert_a_un_mandat():
    demande = ModificationFactory()

    with pytest.raises(CompteIntrouvable, match="changement de compte bancaire est en cours"):
        iban_paye(demande)

    retirer(demande, par=demande.demandeur)
    assert iban_paye(demande) == IBAN_BCI


def test_qui_part_a_l_etranger_donne_son_pays_sans_code_postal():
    fiche = FournisseurFactory()
    demande = demander(fiche, "adresse", SYDNEY | {"code_postal": ""})

    approuver(demande, par=creer_agent())

    fiche.refresh_from_db()
    assert (fiche.code_postal, fiche.pays) == ("99999", "AU")
    assert fiche.lignes_adresse == ["12 rue des Essais", "Sydney NSW 2000", "AUSTRALIE"]
    assert afficher("pays", "AU") == "Australie"
    assert afficher("code_postal", "99999") == "sans code postal"


def test_un_changement_d_adresse_ne_gele_rien_et_prend_effet_aussitot():
    fiche = FournisseurFactory()
    saisies = {"adresse_voie": "BP 12", "code_postal": "98849", "ville": "Nouméa"}
    demande = demander(fiche, "adresse", saisies)
    assert iban_paye(demande) == IBAN_BCI

    approuver(demande, par=creer_agent())

    fiche.refresh_from_db()
    assert demande.etat == "appliquee"
    assert fiche.etablissements.get().adresse_voie == "BP 12"
    assert fiche.adresse_voie == "BP 12"


@pytest.mark.parametrize(
    ("genre", "saisies", "piece", "lu"),
    [
        (
            "contacts",
            {"telephone": "27 00 01", "courriel": "neuf@cagou.example"},
            None,
            lambda f: f.etablissements.get().telephone == "+687270001",
        ),
        (
            "nom",
            {"nom": "Cagou SARL", "denomination": "Jardin du Cagou"},
            "kbis",
            lambda f: f.tiers.nom == "Cagou SARL",
        ),
        ("forme_juridique", {"nature_juridique": "06"}, "kbis", lambda f: f.tiers.nature_juridique),
        (
            "representants",
            {"representants": "Jeanne Fictive, gérante\nPaul  Inventé , cogérant"},
            "pv",
            lambda f: (
                [str(r) for r in f.representants_legaux.order_by("nom")]
                == ["Jeanne Fictive, gérante", "Paul Inventé, cogérant"]
            ),
        ),
    ],
)
def test_chaque_donnee_se_change_avec_sa_preuve(genre, saisies, piece, lu):
    fiche = FournisseurFactory()
    demande = demander(fiche, genre, saisies, preuves=[preuve(piece)] if piece else [])

    approuver(demande, par=creer_agent())

    fiche = type(fiche).objects.get(pk=fiche.pk)
    assert demande.etat == "appliquee"
    assert lu(fiche)


def test_un_representant_remplace_reste_dans_l_historique():
    fiche = FournisseurFactory()
    for texte in ("Jeanne Fictive, gérante", "Paul Inventé, gérant"):
        demande = demander(
            fiche, "representants", {"representants": texte}, preuves=[preuve("pv", nom=texte)]
        )
        approuver(demande, par=creer_agent())

    assert [(r.nom, r.fin is None) for r in fiche.representants_legaux.all()] == [
        ("Jeanne Fictive", False),
        ("Paul Inventé", True),
    ]


@pytest.mark.parametrize(
    ("genre", "saisies", "champ", "message"),
    [
        ("contacts", {"telephone": "1"}, "telephone", "n’existe pas"),
        ("contacts", {"courriel": "pas-une-adresse"}, "courriel", "adresse"),
        ("adresse", {"adresse_voie": "BP 1", "code_postal": "9", "ville": "X"}, "code_postal", "9"),
        ("adresse", {"code_postal": "98800", "ville": "Nouméa"}, "adresse_voie", "obligatoire"),
        ("adresse", SYDNEY | {"pays": "XX"}, "pays", "inconnu"),
        ("adresse", SYDNEY | {"pays": ""}, "pays", "choisissez le pays"),
        ("adresse", SYDNEY | {"code_postal": "2000"}, "code_postal", "laissez le code postal vide"),
        ("compte_principal", {"iban": IBAN_NOUVEAU, "titulaire": "Lagon 🏝"}, "titulaire", "🏝"),
        ("nom", {"nom": "Lagon 🏝", "denomination": "Lagon"}, "nom", "Écrivez-le autrement"),
        ("compte_principal", {"iban": "FR76", "titulaire": "X"}, "iban", "IBAN"),
        ("compte_principal", {"iban": IBAN_NOUVEAU, "titulaire": "X" * 40}, "titulaire", "32"),
        ("forme_juridique", {"nature_juridique": "99"}, "nature_juridique", "liste"),
        ("representants", {"representants": "Jeanne Fictive"}, "representants", "Ligne 1"),
        ("compte_principal", {"iban": IBAN_NOUVEAU, "titulaire": "X"}, "piece_rib", "Joignez"),
        ("representants", {"representants": "Jeanne, gérante"}, "piece_pv", "Procès-verbal"),
    ],
)
def test_une_saisie_fautive_est_nommee(genre, saisies, champ, message):
    fiche = FournisseurFactory()

    with pytest.raises(ModificationRefusee) as refus:
        demander(fiche, genre, saisies)

    assert message in " ".join(refus.value.message_dict[champ])
    assert not DemandeModification.objects.exists()


def test_rien_de_change_se_dit():
    fiche = FournisseurFactory()
    saisies = {"telephone": "25 81 22", "courriel": "contact@cagou.example"}

    with pytest.raises(ModificationRefusee, match="Rien n’a changé"):
        demander(fiche, "contacts", saisies)


def test_une_seule_demande_ouverte_par_donnee():
    demande = ModificationFactory()

    with pytest.raises(ModificationRefusee, match="déjà en cours"):
        demander(
            demande.fournisseur,
            "compte_principal",
            {"iban": IBAN_CCP, "titulaire": "Pépinière du Cagou"},
            preuves=[preuve()],
            par=demande.demandeur,
        )


def test_deux_brouillons_confirmes_l_un_apres_l_autre_un_seul_passe():
    premier = ModificationFactory(brouillon=True)
    collegue = UtilisateurFactory()
    habiliter_aussi(premier.etablissement, collegue)
    second = ModificationFactory(
        brouillon=True, representant=collegue, fournisseur=premier.fournisseur
    )
    deposer(premier, par=premier.demandeur, a_confirme=True)

    with pytest.raises(ModificationRefusee, match="déjà en cours"):
        deposer(second, par=collegue, a_confirme=True)


def habiliter_aussi(etablissement, utilisateur):
    """Let another person manage the data."""
    habiliter(
        utilisateur=utilisateur,
        etablissement=etablissement,
        droits=[Droit.GERER_DONNEES],
        par=creer_agent(),
    )


def test_sans_le_droit_de_gerer_les_donnees_rien_ne_se_demande():
    fiche = FournisseurFactory()

    with pytest.raises(PermissionDenied):
        demander(fiche, "contacts", {"telephone": "27 00 01"}, par=UtilisateurFactory())


def test_un_compte_ne_se_demande_pas_sans_confirmer_son_mot_de_passe():
    demande = ModificationFactory(brouillon=True)
    demande.demandeur.set_password("un-lagon-tres-bleu")
    demande.demandeur.save()

    with pytest.raises(ModificationRefusee, match="mot de passe"):
        deposer(demande, par=demande.demandeur)


def test_le_controle_attend_un_appel_qui_confirme():
    demande, agent = ModificationFactory(), creer_agent()
    with pytest.raises(TransitionInterdite, match="contre-appel"):
        controler(demande, par=agent)

    confirmer_au_telephone(demande)
    controler(demande, par=agent)

    assert demande.etat == "controlee"


def test_un_numero_donne_dans_la_demande_ou_ailleurs_n_est_pas_appele():
    demande, autre = ModificationFactory(), ModificationFactory()
    etranger = autre.contacts.filter(genre="telephone").first()

    with pytest.raises(TransitionInterdite, match="connu avant"):
        appeler(
            demande,
            contact=etranger,
            resultat="confirme",
            interlocuteur="X",
            par=creer_agent(),
        )
    with pytest.raises(TransitionInterdite, match="Choisissez le numéro"):
        appeler(demande, contact=None, resultat="confirme", interlocuteur="X", par=creer_agent())


def test_celui_qui_controle_n_approuve_pas():
    demande = ModificationFactory(controlee=True)

    with pytest.raises(TransitionInterdite, match="un autre agent"):
        approuver(demande, par=demande.controlee_par)


def test_un_compte_ne_s_approuve_pas_sans_premier_agent():
    demande = ModificationFactory(appelee=True)

    with pytest.raises(TransitionInterdite, match="premier agent"):
        approuver(demande, par=creer_agent())


def test_l_agent_qui_saisit_pour_un_fournisseur_n_approuve_pas():
    agent = creer_agent()
    fiche = FournisseurFactory()
    demande = preparer(
        etablissement=fiche.etablissements.get(),
        genre="contacts",
        saisies={"telephone": "27 00 01"},
        preuves=[],
        par=agent,
        canal="guichet",
    )
    deposer(demande, par=agent)

    with pytest.raises(TransitionInterdite, match="un autre agent"):
        approuver(demande, par=agent)
    approuver(demande, par=creer_agent())

    assert demande.etat == "appliquee"


def test_la_base_refuse_un_compte_approuve_par_une_seule_personne():
    demande = ModificationFactory(controlee=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        DemandeModification.objects.filter(pk=demande.pk).update(
            etat="approuvee", approuvee_par=demande.controlee_par, applicable_le=timezone.now()
        )


def test_la_base_refuse_que_le_demandeur_approuve():
    demande = ModificationFactory()

    with pytest.raises(IntegrityError), transaction.atomic():
        DemandeModification.objects.filter(pk=demande.pk).update(approuvee_par=demande.demandeur)


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("relation", ["champs", "contacts", "appels", "passages"])
def test_la_trace_d_une_modification_ne_s_efface_pas(relation):
    demande = ModificationFactory(controlee=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        getattr(demande, relation).all()._raw_delete("default")


@pytest.mark.deux_moteurs
def test_un_contact_est_prevenu_une_seule_fois():
    demande = ModificationFactory()
    contact = demande.contacts.filter(genre="courriel").first()
    demande.contacts.filter(pk=contact.pk).update(prevenu_le=timezone.now())

    with pytest.raises(IntegrityError), transaction.atomic():
        demande.contacts.filter(pk=contact.pk).update(prevenu_le=timezone.now())


def test_une_donnee_changee_entre_temps_est_dite_a_l_agent():
    demande = ModificationFactory(controlee=True)
    enregistrer_compte(
        fournisseur=demande.fournisseur,
        compte=compte(IBAN_CCP),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=creer_agent(),
    )

    with pytest.raises(TransitionInterdite, match="La donnée a changé depuis le dépôt"):
        approuver(demande, par=creer_agent())


def test_une_donnee_changee_pendant_le_delai_revient_aux_agents():
    demande = ModificationFactory(approuvee=True)
    enregistrer_compte(
        fournisseur=demande.fournisseur,
        compte=compte(IBAN_CCP),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=creer_agent(),
    )

    bilan = appliquer_modifications(timezone.now() + PASSE_LE_DELAI)

    demande.refresh_from_db()
    assert bilan["a_reexaminer"] == 1
    assert (demande.etat, demande.approuvee_par) == ("deposee", None)


def test_qui_ne_reconnait_pas_la_demande_au_telephone_l_arrete():
    demande = ModificationFactory()
    appeler(
        demande,
        contact=demande.contacts.filter(genre="telephone").first(),
        resultat="non_reconnu",
        interlocuteur="Mme Fictive",
        par=creer_agent(),
    )

    assert demande.etat == "contestee"
    with pytest.raises(CompteIntrouvable):
        iban_paye(demande)


def test_contester_deux_fois_est_sans_effet():
    demande = ModificationFactory(contestee=True)

    assert not contester(demande, par=creer_agent(), motif="Encore.")
    assert demande.passages.filter(acte="contester").count() == 1


def test_une_contestation_ne_se_leve_qu_apres_un_nouvel_appel():
    demande = ModificationFactory(controlee=True, contestee=True)
    with pytest.raises(TransitionInterdite, match="appelez d’abord"):
        lever_contestation(demande, par=creer_agent(), motif="Erreur.")

    confirmer_au_telephone(demande)
    lever_contestation(demande, par=creer_agent(), motif="Fausse alerte, confirmée au téléphone.")

    assert (demande.etat, demande.controlee_par) == ("deposee", None)


def test_refuser_une_demande_contestee_apres_coup_remet_l_ancien_compte():
    demande = ModificationFactory(appliquee=True)
    assert iban_paye(demande) == IBAN_NOUVEAU
    contester(demande, par=creer_agent(), motif="Ce n’est pas nous.")

    refuser(demande, par=creer_agent(), motif="Fraude confirmée.")

    assert demande.etat == "refusee"
    assert iban_paye(demande) == IBAN_BCI


def test_un_refus_demande_un_motif():
    demande = ModificationFactory()

    with pytest.raises(ValidationError, match="motif"):
        refuser(demande, par=creer_agent(), motif="  ")


def test_une_demande_appliquee_ne_se_retire_plus():
    demande = ModificationFactory(appliquee=True)

    with pytest.raises(TransitionInterdite):
        retirer(demande, par=demande.demandeur)


def test_un_document_deja_fourni_et_valable_est_repris():
    fiche = FournisseurFactory()

    demande = demander(fiche, "nom", {"nom": "Cagou SARL", "denomination": "Jardin"})

    assert [d.genre for d in demande.reemployes.all()] == ["avis_ridet"]
    assert not demande.justificatifs.exists()


def test_un_avis_trop_ancien_est_redemande():
    fiche = FournisseurFactory()
    Justificatif.objects.update(valable_jusqu_au=timezone.localdate() - timedelta(days=1))

    with pytest.raises(ModificationRefusee, match="Joignez"):
        demander(fiche, "nom", {"nom": "Cagou SARL", "denomination": "Jardin"})


def test_le_rib_d_un_autre_compte_ne_prouve_pas_le_nouveau():
    fiche = FournisseurFactory()

    with pytest.raises(ModificationRefusee, match="identité bancaire"):
        demander(fiche, "compte_principal", {"iban": IBAN_NOUVEAU, "titulaire": "Cagou"})


def test_un_avis_depose_aujourd_hui_vaut_quatre_vingt_dix_jours():
    FournisseurFactory()

    avis = Justificatif.objects.get(genre="avis_ridet")

    assert avis.valable_jusqu_au == timezone.localdate() + timedelta(days=90)


def test_les_documents_d_une_demande_appliquee_rejoignent_la_fiche():
    demande = ModificationFactory(appliquee=True)

    document = demande.justificatifs.get()

    assert document.fournisseur == demande.fournisseur
    assert document.etablissement == demande.etablissement


def test_les_demandes_ne_se_montrent_qu_a_qui_gere_les_donnees(intrus, agent):
    demande = ModificationFactory()
    visibles = DemandeModification.objects.visibles_par

    assert list(visibles(demande.demandeur)) == [demande]
    assert list(visibles(agent)) == [demande]
    assert not visibles(intrus).exists()
    assert agent.a_role(Role.AGENT)
    assert Etablissement.objects.visibles_par(demande.demandeur, "gerer_donnees").exists()
