"""What nothing explains in a payout: imputed by two persons, posted whole, cleared later."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Compte, Ecriture, Exercice, LigneEcriture
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.soldes import solde
from telepaiement import imputations, rapprochement, releves, verification, versements
from telepaiement.models import (
    EtatImputation,
    EtatVersement,
    ImputationVersement,
    LigneBancaire,
    LigneVersement,
    MouvementImpute,
    NatureLigne,
    Versement,
)
from telepaiement.propositions import proposer
from telepaiement.views.communs import PAR_PAGE

pytestmark = pytest.mark.django_db
COMMISSION = 218  # 1.5 % + 30 F of 12 500 F
COPIES = ("montant", "devise", "arrive_le", "etat", "anomalie")  # of a payout set aside


@pytest.fixture
def ecarter(banc_neuf, encaisser):
    """Have a payout of one payment set aside by movements that nothing explains."""

    def faire(*mouvements: tuple[str, int]) -> Versement:
        encaisser(12_500)
        for nature, montant in mouvements:
            banc_neuf.faire("ajouter_mouvement", nature=nature, montant=montant)
        versement = versements.constater(banc_neuf.faire("verser")["id"])
        assert versement is not None
        return versement

    return faire


def _comptes(*numeros: str) -> list[int]:
    return [solde(numero, exercice=2026).solde for numero in numeros]


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def test_un_agent_demande_un_autre_approuve_et_le_versement_se_comptabilise_entier(
    ecarter, agent, collegue
):
    versement = ecarter(("reserve_transaction", -900), ("adjustment", 400))
    demande = imputations.demander(versement_id=versement.pk, motif="réserve", par=agent)
    with pytest.raises(ValidationError, match="autre personne"):
        imputations.approuver(imputation_id=demande.pk, par=agent)
    versements.constater(versement.reference)  # the night reads it again meanwhile

    fait = imputations.approuver(imputation_id=demande.pk, par=collegue)

    net = 12_500 - 900 + 400 - COMMISSION
    assert fait.etat == EtatVersement.COMPTABILISE
    assert _comptes("515", "4722", "4728", "4718", "5115") == [net, COMMISSION, 900, -400, 0]
    assert {un.montant for un in imputations.en_attente()} == {-900, 400}
    assert list(demande.passages.order_by("pk").values_list("acte", flat=True)) == [
        "demander",
        "approuver",
    ]
    assert _anomalies() == []


def test_son_mouvement_bancaire_se_rapproche_ensuite(ecarter, agent, collegue):
    versement = ecarter(("adjustment", 700))
    demande = imputations.demander(versement_id=versement.pk, motif="à classer", par=agent)
    imputations.approuver(imputation_id=demande.pk, par=collegue)
    texte = f"date;libelle;montant\n{versement.arrive_le.isoformat()};VIR STRIPE;12982\n"
    releves.importer(texte.encode(), nom="releve.csv", par=agent, executer=True)
    ligne = LigneBancaire.objects.get()

    (proposition,) = [un for un in proposer(ligne) if un.versement == versement.pk]
    rapprochement.confirmer(ligne_id=ligne.pk, cle=proposition.cle, par=agent)

    ligne.refresh_from_db()
    assert ligne.etat == "rapprochee"


def test_un_refus_dit_pourquoi_et_laisse_redemander(ecarter, agent, collegue):
    versement = ecarter(("adjustment", 700))
    premiere = imputations.demander(versement_id=versement.pk, motif="a", par=agent)
    with pytest.raises(ValidationError, match="déjà demandée"):
        imputations.demander(versement_id=versement.pk, motif="b", par=collegue)
    with pytest.raises(ValidationError, match="pourquoi"):
        imputations.refuser(imputation_id=premiere.pk, motif=" ", par=collegue)

    imputations.refuser(imputation_id=premiere.pk, motif="à vérifier", par=collegue)
    imputations.demander(versement_id=versement.pk, motif="vérifié", par=agent)

    premiere.refresh_from_db()
    assert (premiere.etat, premiere.motif_refus) == (EtatImputation.REFUSEE, "à vérifier")
    assert _comptes("515", "4718") == [0, 0]


def test_ce_qui_s_expliquera_seul_ne_s_impute_pas(ecarter, banc_neuf, agent):
    versement = ecarter()
    banc_neuf.faire("fausser_versement", payout=versement.reference, montant=1)
    with pytest.raises(ValidationError, match="Rien ne s’impute"):
        imputations.demander(versement_id=versement.pk, motif="x", par=agent)


def test_deux_mouvements_contraires_se_compensent(ecarter, agent, collegue, comptable):
    for nature, montant in (("reserve_hold", -900), ("reserve_release", 900)):
        versement = ecarter((nature, montant), ("adjustment", 0))  # of which nothing waits
        demande = imputations.demander(versement_id=versement.pk, motif="réserve", par=agent)
        imputations.approuver(imputation_id=demande.pk, par=collegue)
    retenue, rendue = imputations.en_attente()
    choix = {"ligne_id": rendue.pk, "contraire_id": retenue.pk, "motif": "réserve levée"}
    with pytest.raises(ActeInterdit):
        imputations.compenser(**choix, par=agent)

    imputations.compenser(**choix, par=comptable)

    assert _comptes("4728", "4718") == [0, 0]
    assert not imputations.en_attente().exists()
    with pytest.raises(ValidationError, match="ne se compensent pas"):
        imputations.compenser(**choix, par=comptable)
    assert _anomalies() == []


def test_une_falsification_est_nommee(ecarter, agent, collegue, comptable):
    versement = ecarter(("reserve_hold", -900), ("reserve_release", 900))
    demande = imputations.demander(versement_id=versement.pk, motif="réserve", par=agent)
    imputations.approuver(imputation_id=demande.pk, par=collegue)
    retenue, rendue = imputations.en_attente()
    compensation = imputations.compenser(
        ligne_id=rendue.pk, contraire_id=retenue.pk, motif="levée", par=comptable
    )
    assert _anomalies() == []
    attente = LigneEcriture.objects.filter(ecriture__versement=versement, compte__numero="4718")
    autre = Compte.objects.get(exercice=2026, numero="4722")
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL session_replication_role = replica")
        attente.update(compte=autre)
        curseur.execute("SET LOCAL session_replication_role = origin")
    deplacee = [a.objet for controle in verification.CONTROLES for a in controle()]
    contrepasser(
        compensation.ecriture,
        par=comptable,
        motif="sans passer par l’acte",
        date_comptable=timezone.localdate(),
    )
    contrepassee = [a.objet for controle in verification.CONTROLES for a in controle()]

    assert deplacee == [f"versement {versement.pk}"]
    assert contrepassee == [*deplacee, f"compensation {compensation.pk}"]


def test_les_pages_demandent_approuvent_refusent_et_montrent_ce_qui_attend(
    client, ecarter, agent, collegue, comptable
):
    versement = ecarter(("reserve_hold", -900), ("reserve_release", 900))

    def poster(qui, nom, cle, **champs):
        client.force_login(qui)
        reponse = client.post(reverse(f"telepaiement:{nom}", args=[cle]), champs)
        return reponse.status_code

    client.force_login(agent)
    detail = client.get(reverse("telepaiement:versement", args=[versement.pk])).content.decode()
    vide = poster(agent, "imputer", versement.pk, motif="")
    assert poster(agent, "imputer", versement.pk, motif="réserve") == 302
    deux = poster(agent, "imputer", versement.pk, motif="réserve")
    demande = ImputationVersement.objects.get()
    soi_meme = poster(agent, "imputation_approuver", demande.pk)
    sans_motif = poster(collegue, "imputation_refuser", demande.pk, motif="")
    a_approuver = client.get(reverse("telepaiement:imputations")).content.decode()
    assert poster(collegue, "imputation_approuver", demande.pk) == 302
    decisions = [
        client.get(reverse(f"telepaiement:imputation_{acte}", args=[demande.pk]), follow=True)
        for acte in ("approuver", "refuser")
    ]
    attente = client.get(reverse("telepaiement:imputations")).content.decode()
    ligne, contraire = imputations.en_attente()
    mauvais = poster(comptable, "imputation_compenser", ligne.pk, contraire=0, motif="x")
    bon = poster(comptable, "imputation_compenser", ligne.pk, contraire=contraire.pk, motif="x")

    assert "Imputer en compte d’attente" in detail
    assert (vide, deux, soi_meme, sans_motif, mauvais, bon) == (422, 422, 422, 422, 422, 302)
    assert "À approuver" in a_approuver
    assert all("n’est plus à approuver" in une.content.decode() for une in decisions)
    assert "4728, dépense à régulariser" in attente
    assert not imputations.en_attente().exists()


def test_la_seconde_page_des_demandes_reprend_apres_la_premiere(client, ecarter, agent):
    versement = ecarter(("adjustment", 700))
    modele = {nom: getattr(versement, nom) for nom in COPIES}
    lot = Versement.objects.bulk_create(
        Versement(**modele, reference=f"po_page_{rang}") for rang in range(PAR_PAGE + 1)
    )
    demandes = ImputationVersement.objects.bulk_create(
        ImputationVersement(versement=un, motif=f"Motif {rang:02}", demande_par=agent)
        for rang, un in enumerate(lot)
    )
    client.force_login(agent)
    adresse = reverse("telepaiement:imputations")

    premiere = client.get(adresse)
    suite = f"demandes={demandes[PAR_PAGE - 1].pk}"
    seconde = client.get(f"{adresse}?{suite}")

    assert [un.context["demandes"] for un in (premiere, seconde)] == [demandes[:-1], demandes[-1:]]
    assert suite in premiere.text
    assert "demandes=" not in seconde.text
    assert "Motif 50" in seconde.text


@pytest.mark.deux_moteurs
def test_la_base_tient_les_deux_personnes_et_le_montant(ecarter, agent, collegue):
    versement = ecarter(("adjustment", 700))
    demande = imputations.demander(versement_id=versement.pk, motif="a", par=agent)
    demandes = ImputationVersement.objects.filter(pk=demande.pk)
    ligne = LigneVersement.objects.filter(nature=NatureLigne.INCONNUE)
    refus = [
        lambda: demandes.update(etat="approuvee", decide_par=agent),
        lambda: demandes.update(motif="autre"),
        demandes.delete,
        lambda: MouvementImpute.objects.update(montant=1),
        lambda: ligne.update(nature="imputee", imputation=demande, anomalie=""),
        lambda: demande.passages.all().delete(),
    ]
    for refuse in refus:
        with pytest.raises(IntegrityError), transaction.atomic():
            refuse()

    imputations.approuver(imputation_id=demande.pk, par=collegue)

    with pytest.raises(IntegrityError), transaction.atomic():
        demandes.update(etat="refusee", motif_refus="trop tard")
    assert Ecriture.objects.filter(versement=versement).count() == 1


def test_ce_que_le_grand_livre_refuse_se_dit_sur_la_page(
    ecarter, agent, collegue, comptable, client
):
    versement = ecarter(("adjustment", 700), ("adjustment", -700))
    demande = imputations.demander(versement_id=versement.pk, motif="à classer", par=agent)
    approuver = reverse("telepaiement:imputation_approuver", args=[demande.pk])

    def fermer(clos_le):
        Exercice.objects.update(clos_le=clos_le)

    fermer(timezone.now())
    with pytest.raises(ValidationError, match="L’exercice est clos"):
        imputations.approuver(imputation_id=demande.pk, par=collegue)
    client.force_login(collegue)
    refusee = client.post(approuver)
    fermer(None)
    imputations.approuver(imputation_id=demande.pk, par=collegue)
    credit, debit = (imputations.en_attente().get(montant=montant) for montant in (700, -700))
    acte = {"contraire_id": debit.pk, "motif": "Contraires"}
    fermer(timezone.now())
    with pytest.raises(ValidationError, match="L’exercice est clos"):
        imputations.compenser(ligne_id=credit.pk, par=comptable, **acte)
    client.force_login(comptable)
    compensee = client.post(
        reverse("telepaiement:imputation_compenser", args=[credit.pk]),
        {"contraire": debit.pk, "motif": "Contraires"},
    )

    for page in (refusee, compensee):
        assert page.status_code == 422
        assert "L’exercice est clos" in page.text
    assert 'value="Contraires"' in compensee.text  # nothing typed is lost
    assert imputations.en_attente().count() == 2
