"""Life of a request to represent an établissement."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.models import Tiers
from fournisseurs.demandes import DemandeRefusee, accepter, deposer_demande, refuser, retirer
from fournisseurs.models import DemandeEtablissement, Droit, Etablissement, Fournisseur
from tests.fournisseurs.factories import (
    IBAN_BCI,
    IBAN_CCP,
    DemandeEtablissementFactory,
    FournisseurFactory,
    UtilisateurFactory,
    compte,
    declaration,
    preuve,
    preuves,
)

pytestmark = pytest.mark.django_db


def test_une_demande_deposee_garde_ce_qui_est_declare_et_ses_documents(fournisseur):
    demande = deposer_demande(
        demandeur=fournisseur, declaration=declaration("9 000 019.001"), preuves=preuves()
    )

    assert (demande.etat, demande.ridet, demande.iban) == ("deposee", "9000019001", IBAN_BCI)
    assert demande.telephone == "+687258122"
    assert [doc.analyse for doc in demande.justificatifs.all()] == ["non_analyse"] * 2


@pytest.mark.parametrize(
    ("champs", "champ", "explication"),
    [
        ({"ridet": "90000190AB"}, "ridet", "autre chose que des chiffres"),
        ({"ridet": "9000019"}, "ridet", "est un RID"),
        ({"compte": compte("FR7617499000000000000000119")}, "iban", "chiffres de contrôle"),
        ({"code_postal": "9880"}, "code_postal", "cinq chiffres"),
        ({"telephone": "12"}, "telephone", "n’existe pas"),
        ({"denomination": "x" * 300}, "denomination", "100"),
        ({"courriel": "pas une adresse"}, "courriel", "valide"),
        ({"denomination": "Lagon 🏝"}, "denomination", "Écrivez-le autrement"),
        ({"adresse_voie": "12 rue 🏝"}, "adresse_voie", "Écrivez-le autrement"),
        ({"compte": compte(titulaire="Lagon 🏝")}, "titulaire", "Écrivez-le autrement"),
    ],
)
def test_une_declaration_fautive_est_refusee_champ_par_champ(
    fournisseur, champs, champ, explication
):
    with pytest.raises(DemandeRefusee) as refus:
        deposer_demande(demandeur=fournisseur, declaration=declaration(**champs), preuves=preuves())

    assert explication in refus.value.message_dict[champ][0]
    assert not DemandeEtablissement.objects.exists()


@pytest.mark.parametrize(("genre", "manquant"), [("rib", "avis_ridet"), ("kbis", "rib")])
def test_une_demande_sans_ses_preuves_est_refusee(fournisseur, genre, manquant):
    with pytest.raises(DemandeRefusee) as refus:
        deposer_demande(demandeur=fournisseur, declaration=declaration(), preuves=[preuve(genre)])

    assert list(refus.value.message_dict) == [manquant]


@pytest.mark.parametrize("contenu", [b"", b"MZ\x90\x00\x03", b"<html><script>alert(1)</script>"])
def test_un_document_vide_ou_d_un_autre_type_refuse_la_demande(fournisseur, contenu):
    documents = [preuve("kbis"), preuve("rib", contenu=contenu)]

    with pytest.raises(DemandeRefusee) as refus:
        deposer_demande(demandeur=fournisseur, declaration=declaration(), preuves=documents)

    assert list(refus.value.message_dict) == ["rib"]
    assert not DemandeEtablissement.objects.exists()


def test_la_meme_demande_ne_se_depose_pas_deux_fois():
    demande = DemandeEtablissementFactory()

    with pytest.raises(DemandeRefusee, match="déjà une demande en cours"):
        DemandeEtablissementFactory(demandeur=demande.demandeur, ridet=demande.ridet)


def test_une_demande_refusee_peut_etre_refaite():
    demande = DemandeEtablissementFactory(refusee=True)

    seconde = DemandeEtablissementFactory(demandeur=demande.demandeur, ridet=demande.ridet)

    assert seconde.etat == "deposee"


def test_un_etablissement_deja_administre_ne_se_demande_plus():
    demande = DemandeEtablissementFactory(acceptee=True)

    with pytest.raises(DemandeRefusee, match="représentez déjà"):
        DemandeEtablissementFactory(demandeur=demande.demandeur, ridet=demande.ridet)


def test_accepter_cree_la_fiche_le_compte_et_l_administrateur(agent):
    demande = DemandeEtablissementFactory()

    etablissement = accepter(demande, par=agent)

    fournisseur = etablissement.fournisseur
    assert (fournisseur.tiers.code, fournisseur.tiers.ridet) == (demande.rid, demande.ridet)
    assert fournisseur.est_creancier
    version = fournisseur.coordonnees.get()
    assert (version.iban, version.verifiee_par, version.demande) == (IBAN_BCI, agent, demande)
    habilitation = etablissement.habilitations.get()
    assert habilitation.representant.utilisateur == demande.demandeur
    assert habilitation.droits == list(Droit)
    assert fournisseur.justificatifs.count() == 2
    actes = [(passage.acte, passage.par) for passage in demande.passages.all()]
    assert actes == [("deposer", demande.demandeur), ("accepter", agent)]


def test_un_second_etablissement_rejoint_la_fiche_de_l_entreprise(agent):
    premier = FournisseurFactory(ridet="9000027001")
    demande = DemandeEtablissementFactory(ridet="9000027002", champs={"compte": compte(IBAN_CCP)})

    etablissement = accepter(demande, par=agent)

    assert etablissement.fournisseur == premier
    assert Tiers.objects.filter(code="9000027").count() == 1
    ibans = premier.coordonnees.order_by("pk").values_list("iban", "etablissement__ridet")
    assert list(ibans) == [(IBAN_BCI, None), (IBAN_CCP, "9000027002")]


def test_accepter_pour_un_etablissement_connu_ne_change_pas_son_compte(agent):
    premier = FournisseurFactory(ridet="9000027001")
    demande = DemandeEtablissementFactory(ridet="9000027001", champs={"compte": compte(IBAN_CCP)})

    etablissement = accepter(demande, par=agent)

    assert [c.iban for c in premier.coordonnees.all()] == [IBAN_BCI]
    assert etablissement.habilitations.en_vigueur().count() == 2


def test_un_tiers_connu_du_grand_livre_seul_devient_fournisseur(agent):
    tiers = Tiers.objects.create(code="ANCIEN-12", nom="Pépinière", ridet="9000027001")
    demande = DemandeEtablissementFactory(ridet="9000027001")

    accepter(demande, par=agent)

    assert Fournisseur.objects.get(rid="9000027").tiers == tiers


def test_le_demandeur_n_accepte_pas_sa_propre_demande(agent):
    demande = DemandeEtablissementFactory(demandeur=agent)

    with pytest.raises(TransitionInterdite, match="un autre agent"):
        accepter(demande, par=agent)

    assert not Etablissement.objects.exists()


def test_la_base_refuse_que_le_demandeur_traite_sa_demande(agent):
    demande = DemandeEtablissementFactory(demandeur=agent)

    with pytest.raises(IntegrityError, match="demande_quatre_yeux"), transaction.atomic():
        DemandeEtablissement.objects.filter(pk=demande.pk).update(traitee_par=agent)


def test_un_fournisseur_n_accepte_rien(intrus):
    demande = DemandeEtablissementFactory()

    with pytest.raises(ActeInterdit):
        accepter(demande, par=intrus)

    assert not Etablissement.objects.exists()


@pytest.mark.parametrize("suite", ["acceptee", "refusee", "retiree"])
def test_une_demande_traitee_ne_se_traite_plus(agent, suite):
    demande = DemandeEtablissementFactory(**{suite: True})

    with pytest.raises(TransitionInterdite, match="impossible"):
        accepter(demande, par=agent)
    with pytest.raises(TransitionInterdite, match="impossible"):
        refuser(demande, par=agent, motif="Trop tard.")
    with pytest.raises(TransitionInterdite, match="impossible"):
        retirer(demande, par=demande.demandeur)


def test_un_refus_demande_un_motif(agent):
    demande = DemandeEtablissementFactory()

    with pytest.raises(TransitionInterdite, match="motif"):
        refuser(demande, par=agent, motif="  ")

    with pytest.raises(IntegrityError, match="demande_refusee_motivee"), transaction.atomic():
        DemandeEtablissement.objects.filter(pk=demande.pk).update(etat="refusee")


def test_seul_le_demandeur_retire_sa_demande(intrus):
    demande = DemandeEtablissementFactory()

    with pytest.raises(TransitionInterdite, match="Seule la personne"):
        retirer(demande, par=intrus)


def test_le_demandeur_est_prevenu_de_l_acceptation(agent, django_capture_on_commit_callbacks):
    demande = DemandeEtablissementFactory()

    with django_capture_on_commit_callbacks(execute=True):
        accepter(demande, par=agent)

    courriel = mail.outbox[0]
    assert courriel.to == [demande.demandeur.email]
    assert courriel.subject.endswith("est rattaché à votre compte")
    assert f"/fournisseur/demandes/{demande.pk}/" in courriel.body


def test_le_demandeur_recoit_le_motif_du_refus_tel_quel(agent, django_capture_on_commit_callbacks):
    demande = DemandeEtablissementFactory()

    with django_capture_on_commit_callbacks(execute=True):
        refuser(demande, par=agent, motif="L’avis & le RIB ne concordent pas.")

    assert "L’avis & le RIB ne concordent pas." in mail.outbox[0].body


def test_deux_personnes_peuvent_demander_le_meme_etablissement(agent):
    premiere = DemandeEtablissementFactory(ridet="9000027001")
    seconde = DemandeEtablissementFactory(ridet="9000027001", demandeur=UtilisateurFactory())

    accepter(premiere, par=agent)
    accepter(seconde, par=agent)

    assert Etablissement.objects.get().habilitations.en_vigueur().count() == 2


def test_le_second_etablissement_reprend_les_documents_de_l_entreprise():
    premiere = DemandeEtablissementFactory(
        ridet="9000035001", preuves=[preuve("kbis"), preuve("rib")], acceptee=True
    )

    demande = deposer_demande(
        demandeur=premiere.demandeur, declaration=declaration("9000035002"), preuves=[]
    )

    assert {d.genre for d in demande.reemployes.all()} == {"kbis", "rib"}


def test_les_documents_d_une_autre_personne_ne_sont_pas_repris(intrus):
    DemandeEtablissementFactory(
        ridet="9000035001", preuves=[preuve("kbis"), preuve("rib")], acceptee=True
    )

    with pytest.raises(DemandeRefusee, match="Joignez"):
        deposer_demande(demandeur=intrus, declaration=declaration("9000035002"), preuves=[])


def test_le_rib_d_un_autre_compte_n_est_pas_repris():
    premiere = DemandeEtablissementFactory(
        ridet="9000035001", preuves=[preuve("kbis"), preuve("rib")], acceptee=True
    )
    autre = declaration("9000035002", compte=compte(IBAN_CCP))

    with pytest.raises(DemandeRefusee, match="identité bancaire"):
        deposer_demande(demandeur=premiere.demandeur, declaration=autre, preuves=[])
