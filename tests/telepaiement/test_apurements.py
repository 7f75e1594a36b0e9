"""What waits in 4718 settles titres: a receipt imputed in a payout, an excédent of cash."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from exports_tps.models import MessageTPS, Verdict
from exports_tps.remises import remettre_en_preparation
from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir_lot
from facturier.commun.templatetags.coquille import jour
from facturier.grand_livre.models import Bordereau, Parametre, Piece
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.soldes import reste_du, solde
from facturier.grand_livre.verification import verifier
from facturier.suivi.corrections import constater_corrections
from telepaiement import apurements, caisse, imputations, navigation, restitutions, verification
from telepaiement.cloture import cloturer_caisse
from telepaiement.decompte import decompte as decompte_du
from telepaiement.depots import recevoir_versement
from telepaiement.models import Apurement, Encaissement
from telepaiement.rectifications import rectifier
from telepaiement.titres import annuler as annuler_titre
from tests.exports_tps.factories import compte_verifie
from tests.exports_tps.test_exercice_anterieur import accepte
from tests.grand_livre.factories import COMPTE_BANCAIRE
from tests.telepaiement.factories import (
    decompte,
    refuser,
    refuser_et_rendre,
    rendre_executoires,
    signataire,
    titre_payable,
    titres_payables,
    verser,
)
from tests.telepaiement.test_concurrence import reduire
from tests.telepaiement.test_imputations import ecarter as ecarter  # noqa: PLC0414
from tests.telepaiement.test_remboursements import rejeter

pytestmark = pytest.mark.django_db
ADRESSE = {"adresse_voie": "1 rue du Port", "code_postal": "98800", "ville": "Nouméa"}


@pytest.fixture
def imputee(ecarter, agent, collegue):
    """A receipt of 7 000 F imputed in a payout, and its contrary that waits too."""
    versement = ecarter(("adjustment", 7_000), ("adjustment", -7_000))
    demande = imputations.demander(versement_id=versement.pk, motif="inconnu", par=agent)
    imputations.approuver(imputation_id=demande.pk, par=collegue)
    return imputations.en_attente().get(montant=7_000)


@pytest.fixture
def excedent(regies, regisseur):
    """A till closed with 500 F too much."""
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    return cloturer_caisse(
        session_id=session.pk, coupures=decompte(500), motif_ecart="Erreur", par=regisseur
    )


@pytest.fixture
def sans_delai():
    """Let an excédent be kept as soon as it is found."""
    Parametre.objects.filter(cle="excedent_recherche_mois").update(valeur="0")


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def _en_4718() -> int:
    return solde("4718", exercice=2026).solde


def test_une_recette_imputee_regle_deux_titres_et_le_reste_attend(imputee, agent, comptable):
    premier, second = titres_payables([4_000, 12_500])
    choix = {"titre_id": premier.pk, "montant": 4_000, "motif": "Réf. T-4 au tableau de bord"}
    with pytest.raises(ActeInterdit):
        apurements.regler_titre(imputee, **choix, par=agent)
    for faux, mot in (
        ({"motif": " "}, "relie"),
        ({"montant": 4_001}, "va de 1 F à 4"),
        ({"montant": 0}, "va de 1 F"),
        ({"titre_id": second.pk, "montant": 7_001}, "il reste 7"),
    ):
        with pytest.raises(ValidationError, match=mot):
            apurements.regler_titre(imputee, **choix | faux, par=comptable)

    apurements.regler_titre(imputee, **choix, par=comptable)
    with pytest.raises(ValidationError, match="entièrement payé"):
        apurements.regler_titre(imputee, **choix, par=comptable)
    apurements.regler_titre(imputee, titre_id=second.pk, montant=2_500, motif="x", par=comptable)

    assert (reste_du(premier), reste_du(second), _en_4718()) == (0, 10_000, -500)
    (apurement,) = decompte_du(second).autres
    assert (apurement.quoi, apurement.montant) == ("Payé, retrouvé après coup", 2_500)
    (attend,) = imputations.en_attente().filter(montant__gt=0)
    assert (attend.pk, attend.reste, apurements.reste(imputee)) == (imputee.pk, 500, 500)
    assert not imputations.contraires(imputations.en_attente().get(montant=-7_000)).exists()
    assert _anomalies() == [] == list(verifier())


def test_un_apurement_s_annule_par_une_autre_personne_tant_que_rien_n_a_suivi(
    imputee, agent, comptable, regisseur, client
):
    titre = titre_payable(12_500)
    choix = {"titre_id": titre.pk, "montant": 7_000, "motif": "x", "par": comptable}
    fait = apurements.regler_titre(imputee, **choix)
    adresse = reverse("telepaiement:apurement_annuler", args=[fait.pk])
    fiche = reverse("telepaiement:titre", args=[titre.pk])
    for qui, motif, mot in ((comptable, "Erreur", "autre personne"), (agent, " ", "pourquoi")):
        with pytest.raises(ValidationError, match=mot):
            apurements.annuler(fait.pk, motif=motif, par=qui)
    with pytest.raises(ActeInterdit):
        apurements.annuler(fait.pk, motif="Erreur", par=regisseur)
    client.force_login(comptable)
    auteur = (client.get(fiche).text, client.get(adresse, follow=True).text)
    client.force_login(agent)
    offert = client.get(fiche).text
    vide = client.post(adresse, {"motif": ""})
    passe = client.post(adresse, {"motif": "Pas ce débiteur"}, follow=True).text
    encore = client.post(adresse, {"motif": "Pas ce débiteur"})

    assert f"le {jour(fait.le)} par {comptable.nom_complet}" in vide.text
    assert adresse not in auteur[0]
    assert "une autre personne doit l’annuler" in auteur[1]
    assert adresse in offert
    assert (vide.status_code, encore.status_code) == (422, 422)
    assert "déjà annulé" in encore.text
    assert "Pas ce débiteur" in passe
    assert adresse not in passe
    assert (reste_du(titre), apurements.reste(imputee), _en_4718()) == (12_500, 7_000, -7_000)
    assert not decompte_du(titre).autres
    assert _anomalies() == [] == list(verifier())
    apurements.regler_titre(imputee, **choix)
    assert (reste_du(titre), apurements.reste(imputee)) == (5_500, 0)
    assert _anomalies() == [] == list(verifier())


def test_ce_qui_a_suivi_garde_un_apurement(imputee, excedent, agent, comptable, sans_delai, client):
    titre = titre_payable(12_500)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable
    )
    reduire(titre, 500, agent)
    service = ServiceGestionnaire.objects.get(code="DCJS")
    garde = apurements.conserver(
        excedent, motif="Rien trouvé", service=service, adresse=ADRESSE, par=agent
    )

    for un, par, mot in ((fait, agent, "a été réduit depuis"), (garde, comptable, "conserve")):
        with pytest.raises(ValidationError, match=mot):
            apurements.annuler(un.pk, motif="Erreur", par=par)
        client.force_login(par)
        fiche = client.get(reverse("telepaiement:titre", args=[un.titre_id])).text
        assert "retrouvés au compte 4718" in fiche
        assert reverse("telepaiement:apurement_annuler", args=[un.pk]) not in fiche


def test_un_titre_refuse_remis_en_preparation_perd_son_apurement_puis_s_annule(
    imputee, agent, comptable, client
):
    titre = titre_payable(7_000)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable
    )
    refuser_et_rendre(titre, par=agent)
    client.force_login(agent)
    fiche = reverse("telepaiement:titre", args=[titre.pk])
    offerte = client.get(fiche).text

    apurements.annuler(fait.pk, motif="Débiteur erroné", par=agent)
    annuler_titre(titre.pk, motif="Débiteur erroné", par=agent)

    titre.refresh_from_db()
    assert reverse("telepaiement:apurement_annuler", args=[fait.pk]) in offerte
    assert (titre.etat, reste_du(titre), apurements.reste(imputee)) == ("annulee", 0, 7_000)
    assert _anomalies() == [] == list(verifier())


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(
    ("reponse", "decisions", "reste_fait"),
    [
        ("refuser", [], True),
        ("accepter", ["rejete"], True),
        ("accepter", ["rejete", "suspendu"], False),  # it said better since
        ("refuser", ["pris_en_charge"], False),  # a number that serves no more: it is rejected
        ("accepter", [], False),
    ],
)
def test_ce_qui_regle_un_titre_refuse_reste_tant_qu_il_n_est_pas_en_preparation(
    excedent, agent, comptable, client, reponse, decisions, reste_fait
):
    titre = titre_payable(300)
    fait = apurements.regler_titre(
        excedent, titre_id=titre.pk, montant=300, motif="x", par=comptable
    )
    systeme, bordereau = Utilisateur.objects.systeme(), Bordereau.objects.get(pieces=titre.pk)
    franchir_lot(Piece, [titre.pk], "transmettre", par=systeme)
    for acte in ("transmettre", reponse):
        franchir_lot(Bordereau, [bordereau.pk], acte, par=systeme)
    message = MessageTPS.objects.create(nom="r.xml", sha256="0" * 64, taille=1)
    for decision in decisions:
        Verdict.objects.create(
            message=message,
            portee="piece",
            identifiant="1",
            piece_id=titre.pk,
            bordereau=bordereau,
            decision=decision,
        )
    client.force_login(agent)
    fiche = client.get(reverse("telepaiement:titre", args=[titre.pk])).text

    defaire = reverse("telepaiement:apurement_annuler", args=[fait.pk])
    page = client.post(defaire, {"motif": "Autre débiteur"})

    assert (defaire in fiche) == (not reste_fait)
    assert ("il s’annule une fois le titre remis en préparation" in fiche) == reste_fait
    assert page.status_code == (422 if reste_fait else 302)
    assert ("remettez-le d’abord en préparation" in page.text) == reste_fait
    assert reste_du(titre) == (0 if reste_fait else 300)
    if reste_fait:
        assert 'value="Autre débiteur"' in page.text
        with pytest.raises(ValidationError, match="remettez-le d’abord en préparation"):
            apurements.annuler(fait.pk, motif="Autre débiteur", par=agent)
        remettre_en_preparation(titre, motif="Débiteur erroné", par=agent)
        apurements.annuler(fait.pk, motif="Autre débiteur", par=agent)
        assert reste_du(titre) == 300


@pytest.mark.deux_moteurs
def test_ce_qui_regle_un_titre_refuse_deux_fois_se_defait_si_son_numero_est_pris(
    excedent, agent, comptable
):
    """Told late, on the first bordereau: it is never in preparation again, it is to be rejected."""
    titre = titre_payable(300)
    fait = apurements.regler_titre(
        excedent, titre_id=titre.pk, montant=300, motif="x", par=comptable
    )
    premier = Bordereau.objects.get(pieces=titre.pk)
    refuser_et_rendre(titre, par=agent)
    rendre_executoires([titre])
    refuser(titre)
    Verdict.objects.create(
        message=MessageTPS.objects.create(nom="r.xml", sha256="0" * 64, taille=1),
        portee="piece",
        identifiant="1",
        piece_id=titre.pk,
        bordereau=premier,
        decision="pris_en_charge",
    )

    with pytest.raises(TransitionInterdite, match="ne peut plus lui être présenté"):
        remettre_en_preparation(titre, motif="Débiteur erroné", par=agent)
    apurements.annuler(fait.pk, motif="Autre débiteur", par=agent)

    assert reste_du(titre) == 300


@pytest.mark.deux_moteurs
def test_un_excedent_dont_l_apurement_est_annule_attend_a_nouveau(excedent, agent, comptable):
    titre = titre_payable(12_500)
    fait = apurements.regler_titre(
        excedent, titre_id=titre.pk, montant=300, motif="x", par=comptable
    )

    apurements.annuler(fait.pk, motif="Erreur", par=agent)

    assert (apurements.reste(excedent), reste_du(titre)) == (500, 12_500)


def test_un_mouvement_dont_l_apurement_est_annule_se_compense(imputee, agent, comptable):
    titre = titre_payable(12_500)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=3_000, motif="x", par=comptable
    )
    apurements.annuler(fait.pk, motif="Erreur", par=agent)
    contraire = imputations.en_attente().get(montant=-7_000)

    imputations.compenser(
        ligne_id=imputee.pk, contraire_id=contraire.pk, motif="Contraires", par=comptable
    )

    assert not imputations.en_attente().exists()
    assert _anomalies() == [] == list(verifier())


def test_un_excedent_regle_le_titre_de_qui_le_prouve_et_le_reste_se_conserve(
    excedent, comptable, agent, sans_delai
):
    titre = titre_payable(12_500)
    apurements.regler_titre(
        excedent, titre_id=titre.pk, montant=300, motif="Ticket n° 12", par=comptable
    )
    service = ServiceGestionnaire.objects.get(code="DCJS")
    commun = {"service": service, "adresse": ADRESSE}
    with pytest.raises(ActeInterdit):
        apurements.conserver(excedent, motif="Rien trouvé", par=comptable, **commun)

    fait = apurements.conserver(excedent, motif="Rien trouvé", par=agent, **commun)

    assert (fait.montant, fait.titre.type_piece, reste_du(fait.titre)) == (200, "05", 0)
    assert "clôture n° 1" in fait.titre.bases_liquidation
    assert [solde(un, exercice=2026).solde for un in ("4718", "7588")] == [0, -200]
    assert not apurements.excedents_de_caisse().exists()
    with pytest.raises(ValidationError, match="ne reste rien"):
        apurements.conserver(excedent, motif="x", par=agent, **commun)
    assert _anomalies() == [] == list(verifier())


def test_un_excedent_se_cherche_six_mois_avant_de_se_conserver(excedent, agent, client):
    client.force_login(agent)
    adresse = reverse("telepaiement:excedent_caisse_conserver", args=[excedent.pk])
    page = client.get(adresse, follow=True)
    assert page.redirect_chain[0][0] == reverse("telepaiement:excedents")
    assert "il se conserve à partir du" in page.text
    with pytest.raises(ValidationError, match="se cherche encore"):
        apurements.conserver(
            excedent,
            motif="Rien trouvé",
            service=ServiceGestionnaire.objects.get(code="DCJS"),
            adresse=ADRESSE,
            par=agent,
        )


def test_l_accueil_de_qui_conserve_dit_ce_qui_ne_se_cherche_plus(
    excedent, regisseur, agent, comptable, django_assert_num_queries
):
    versement = recevoir_versement(
        versement_id=verser(excedent.regie, regisseur).pk, recepisse="R-1", par=agent
    )
    rectifier(
        versement_id=versement.pk, nature="excedent", montant=200, motif="Recompté", par=comptable
    )

    def lire(qui):
        cartes = {une.libelle: une for une in navigation.cartes(qui)}
        return cartes.get("Excédents à conserver")

    trop_tot = lire(agent)
    Parametre.objects.filter(cle="excedent_recherche_mois").update(valeur="0")
    with django_assert_num_queries(2):  # the period, then both lots
        apurements.nombre_conservables()

    assert (trop_tot, lire(comptable)) == (None, None)
    assert (lire(agent).nombre, lire(agent).vue) == (2, "telepaiement:excedents")


def test_une_falsification_est_nommee(imputee, comptable):
    titre = titre_payable(12_500)
    fait = apurements.regler_titre(
        imputee, titre_id=titre.pk, montant=5_000, motif="x", par=comptable
    )
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL session_replication_role = replica")
        Apurement.objects.update(montant=8_000)
        curseur.execute("SET LOCAL session_replication_role = origin")
    gonfle = [a.objet for controle in verification.CONTROLES for a in controle()]
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL session_replication_role = replica")
        Apurement.objects.update(montant=5_000)
        curseur.execute("SET LOCAL session_replication_role = origin")
    contrepasser(
        fait.ecriture, par=comptable, motif="hors de l’acte", date_comptable=timezone.localdate()
    )

    assert gonfle == [f"apurement {fait.pk}", f"mouvement imputé {imputee.pk}"]
    assert [a.objet for controle in verification.CONTROLES for a in controle()] == [
        f"apurement {fait.pk}"
    ]


def test_la_liste_coute_autant_pour_deux_excedents_que_pour_un(
    client, excedent, regies, regisseur, agent, django_assert_max_num_queries
):
    client.force_login(agent)
    with CaptureQueriesContext(connection) as pour_un:
        client.get(reverse("telepaiement:excedents"))
    autre = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    cloturer_caisse(
        session_id=autre.pk, coupures=decompte(1_000), motif_ecart="Erreur", par=regisseur
    )

    with django_assert_max_num_queries(len(pour_un)):
        page = client.get(reverse("telepaiement:excedents")).content.decode()

    assert page.count("À conserver à partir du") == 2


def test_un_titre_regle_par_ce_qui_attendait_puis_reduit_se_rend_par_la_tresorerie(
    client, imputee, agent, comptable
):
    titre = titre_payable(12_500)
    apurements.regler_titre(imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable)
    reduire(titre, 12_500, agent)
    reduction = Piece.objects.get(piece_origine=titre.pk)
    a_rendre = (restitutions.a_rendre(titre.pk), decompte_du(titre).a_rendre, _anomalies())
    acte = {"jour": timezone.localdate(), "reference": "V-7", "par": comptable}

    with pytest.raises(ActeInterdit):
        restitutions.rendre(titre.pk, montant=1, **acte | {"par": agent})
    for montant, mot in ((7_001, "va de 1 F à 7"), (7_000, "pas encore prise en charge")):
        with pytest.raises(ValidationError, match=mot):
            restitutions.rendre(titre.pk, montant=montant, **acte)
    client.force_login(comptable)
    lieux = [
        reverse("telepaiement:trop_percus"),
        reverse("telepaiement:titre", args=[titre.pk]),
        reverse("telepaiement:titre_rendre", args=[titre.pk]),
    ]
    attend = [client.get(lieu, follow=True).text for lieu in lieux]
    accepte(reduction, agent, le=timezone.localdate())
    constater_corrections([reduction.pk], par=comptable)
    with pytest.raises(ValidationError, match="faites vérifier son relevé"):
        restitutions.rendre(titre.pk, montant=7_000, **acte)
    compte_verifie(titre.tiers, COMPTE_BANCAIRE.iban, agent)
    restitutions.rendre(titre.pk, montant=2_000, **acte)
    page, fiche, acte_a_faire = (client.get(lieu).text for lieu in lieux)
    cartes = {une.libelle: une.nombre for une in navigation.cartes(comptable)}
    saisie = {"montant": "5 000", "jour": "27/11/2026", "reference": "V-8"}
    statuts = [
        client.post(reverse("telepaiement:titre_rendre", args=[titre.pk]), saisie | autre)
        for autre in ({"montant": "5 001"}, {}, {})
    ]

    titre.refresh_from_db()
    assert (a_rendre, titre.etat) == ((7_000, 7_000, []), "annulee")
    for une in attend:
        assert "n’est pas encore prise en charge par la Trésorerie" in une
        assert "Rendre au débiteur" not in une
    assert "Rendre au débiteur" in page
    assert "Rendre au débiteur" in fiche
    assert COMPTE_BANCAIRE.titulaire in acte_a_faire
    assert COMPTE_BANCAIRE.iban in re.sub(r"\s", "", acte_a_faire)
    assert titre.tiers.nom_complet in acte_a_faire
    assert cartes["Titres à rendre"] == 1
    assert [un.status_code for un in statuts] == [422, 302, 422]
    assert (reste_du(titre), restitutions.a_rendre(titre.pk)) == (0, 0)
    assert sum(f.montant for f in decompte_du(titre).autres if f.montant < 0) == -7_000
    fait = client.get(lieux[1]).text
    assert fait.count("Rendu au débiteur") == 2
    assert "Rendre au débiteur" not in fait
    assert "virement V-8" in titre.passages.get(acte="rendre", motif__startswith="5").motif
    assert _anomalies() == [] == list(verifier())


def test_une_carte_rend_sa_part_et_la_tresorerie_le_reste(imputee, encaisser, agent, comptable):
    titre = titre_payable(12_500)
    apurements.regler_titre(imputee, titre_id=titre.pk, montant=7_000, motif="x", par=comptable)
    paye = encaisser(titre=titre)
    with pytest.raises(ValidationError, match="se rembourse d’abord"):
        reduire(titre, 7_001, agent)
    rejeter(titre)

    assert paye.montant == 5_500
    assert [un.a_rendre for un in Encaissement.objects.en_trop()] == [5_500]
    assert restitutions.a_rendre(titre.pk) == 7_000
    assert _anomalies() == []


@pytest.mark.deux_moteurs
def test_la_base_tient_le_montant_et_la_trace(excedent, comptable):
    titre = titre_payable(12_500)
    fait = apurements.regler_titre(
        excedent, titre_id=titre.pk, montant=300, motif="x", par=comptable
    )
    lot = Apurement.objects.filter(pk=fait.pk)
    copie = {"titre": titre, "motif": "x", "par": comptable, "session": excedent}
    autre = titre_payable(12_500)
    refus = [
        lambda: lot.update(montant=1),
        lot.delete,
        lambda: Apurement.objects.create(**copie, montant=201, ecriture_id=_ecriture(autre)),
        lambda: Apurement.objects.create(**copie, montant=0, ecriture_id=_ecriture(autre)),
        lambda: Apurement.objects.create(**copie, montant=-1, ecriture_id=_ecriture(autre)),
        lambda: Apurement.objects.create(
            **copie, montant=-300, annule=fait, ecriture_id=_ecriture(autre)
        ),
        lambda: Apurement.objects.create(
            **copie | {"par": signataire()},
            montant=-299,
            annule=fait,
            ecriture_id=_ecriture(autre),
        ),
    ]
    for acte in refus:
        with pytest.raises(IntegrityError), transaction.atomic():
            acte()
    assert lot.get().montant == 300


def _ecriture(titre) -> int:
    """Return the key of an entry that nothing bears yet."""
    return (
        titre.passages.model._meta.apps.get_model("grand_livre", "Ecriture")
        .objects.get(cle=f"titre-{titre.pk}")
        .pk
    )


def test_les_pages_listent_reglent_et_conservent(
    client, imputee, excedent, agent, comptable, regisseur, sans_delai
):
    versement = recevoir_versement(
        versement_id=verser(excedent.regie, regisseur).pk, recepisse="R-1", par=agent
    )
    trop = rectifier(
        versement_id=versement.pk, nature="excedent", montant=200, motif="Recompté", par=comptable
    )
    titre = titre_payable(12_500)

    def poster(qui, nom, cle, **champs):
        client.force_login(qui)
        return client.post(reverse(f"telepaiement:{nom}", args=[cle]), champs).status_code

    def lire(qui, nom):
        client.force_login(qui)
        return client.get(reverse(f"telepaiement:{nom}")).content.decode()

    juste = {"titre": titre.reference, "montant": "3 000", "motif": "Au tableau de bord"}
    listes = (
        lire(comptable, "imputations"),
        lire(comptable, "excedents"),
        lire(agent, "excedents"),
    )
    inconnu = poster(comptable, "imputation_regler", imputee.pk, **juste | {"titre": "2026-T-9999"})
    exces = poster(comptable, "imputation_regler", imputee.pk, **juste | {"montant": "8 000"})
    regles = [
        poster(comptable, "imputation_regler", imputee.pk, **juste),
        poster(comptable, "excedent_caisse_regler", excedent.pk, **juste | {"montant": "100"}),
        poster(comptable, "excedent_versement_regler", trop.pk, **juste | {"montant": "50"}),
    ]
    service = ServiceGestionnaire.objects.get(code="DCJS").pk
    champs = {"motif": "Rien trouvé", "service": service, **ADRESSE}
    vide = poster(
        agent,
        "excedent_caisse_conserver",
        excedent.pk,
        **champs | {"motif": "", "code_postal": "abc"},
    )
    conserves = [
        poster(agent, "excedent_caisse_conserver", excedent.pk, **champs),
        poster(agent, "excedent_versement_conserver", trop.pk, **champs),
        poster(agent, "excedent_versement_conserver", trop.pk, **champs),
    ]

    assert "Régler un titre" in listes[0]
    assert "Régler un titre" in listes[1]
    assert "Conserver" not in listes[1]
    assert listes[2].count("Conserver</a>") == 2
    assert (inconnu, exces, regles) == (422, 422, [302, 302, 302])
    assert (vide, conserves) == (422, [302, 302, 404])
    page = client.get(reverse("telepaiement:titre", args=[titre.pk])).content.decode()
    assert page.count("retrouvés au compte 4718") == 3
    assert "Au tableau de bord" in page
    assert "Aucun encaissement" not in page
    assert (reste_du(titre), _en_4718()) == (9_350, -4_000)
    assert _anomalies() == []
