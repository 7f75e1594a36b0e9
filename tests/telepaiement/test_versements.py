"""Payouts and disputes: every line tied to what it settles, posted whole or not at all."""

import json
from datetime import timedelta

import pytest
import stripe
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.grand_livre.models import Compte, LigneEcriture
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import (
    execution_remboursements,
    litiges,
    rapprochement,
    releves,
    sommes_a_rendre,
    verification,
    versements,
)
from telepaiement.models import (
    Encaissement,
    EtatLitige,
    EtatRemboursement,
    EtatVersement,
    LigneBancaire,
    LigneVersement,
    Litige,
    NatureLigne,
    Remboursement,
    Versement,
)
from telepaiement.propositions import proposer
from telepaiement.synchronisation import synchroniser
from telepaiement.verification_imputations import imputations_mal_ecrites
from tests.telepaiement.factories import titre_payable

pytestmark = pytest.mark.django_db
COMMISSION = 218  # 1.5 % + 30 F of 12 500 F


@pytest.fixture
def verser(banc_neuf):
    """Have the bench pay out all that it holds; return the reference of the payout."""

    def faire() -> str:
        return str(banc_neuf.faire("verser")["id"])

    return faire


def _comptes(*numeros: str) -> list[int]:
    return [solde(numero, exercice=2026).solde for numero in numeros]


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def test_un_versement_se_lit_ligne_a_ligne_et_s_ecrit_net_de_commission(encaisser, verser, banc):
    encaissement = encaisser(12_500)
    banc.faire("rembourser", payment_intent=encaissement.tentative.reference, montant=2_500)

    versement = versements.constater(verser())

    assert versement.etat == EtatVersement.COMPTABILISE
    assert (versement.brut, versement.commission, versement.montant) == (10_000, COMMISSION, 9_782)
    assert _comptes("515", "4722", "5115") == [9_782, COMMISSION, 0]
    assert Remboursement.objects.get().etat == EtatRemboursement.REUSSI
    assert _anomalies() == []


def test_un_versement_rejoue_ne_change_rien(encaisser, verser, notifier, banc):
    encaisser(12_500)
    reference = verser()
    evenements = [
        objet
        for objet in banc.etat()["objets"]["event"]
        if objet["type"].startswith("payout.") and objet["data"]["object"]["id"] == reference
    ]
    corps = [json.dumps(evenement).encode() for evenement in reversed(evenements)]

    statuts = [notifier(un) for un in corps + corps]
    versements.rapprocher()
    versements.rapprocher()

    assert set(statuts) == {200}
    assert Versement.objects.count() == 1
    assert LigneVersement.objects.count() == 1
    assert _comptes("515", "5115") == [12_500 - COMMISSION, 0]


def test_un_paiement_dont_tout_s_est_perdu_se_retrouve_au_versement(commencer, banc, verser):
    banc.faire("oublier")
    tentative = commencer(titre_payable(12_500))
    banc.payer(tentative)

    versement = versements.constater(verser())

    assert versement.etat == EtatVersement.COMPTABILISE
    assert Encaissement.objects.get().tentative == tentative


@pytest.mark.parametrize(
    ("gater", "mot"),
    [
        ({"controle": "ajouter_mouvement", "nature": "advance", "montant": 900}, "« advance » inc"),
        ({"controle": "ajouter_mouvement", "nature": "charge", "montant": 700}, "aucun encaisseme"),
    ],
    ids=["nature inconnue", "debit inconnu"],
)
def test_ce_qui_n_est_pas_reconnu_met_le_versement_de_cote(encaisser, verser, banc, gater, mot):
    encaisser(12_500)
    banc.faire(gater["controle"], nature=gater["nature"], montant=gater["montant"])

    versement = versements.constater(verser())

    assert versement.etat == EtatVersement.EN_ECART
    assert mot in versement.anomalie
    assert _comptes("515", "4722", "5115") == [0, 0, 12_500]
    assert versement.lignes.filter(anomalie="").count() == 1
    assert versements.rapprocher(depuis=timezone.now() + timedelta(days=1))["en_ecart"] == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Versement.objects.filter(pk=versement.pk).update(etat="comptabilise", anomalie="")
    assert _anomalies() == []


def test_une_somme_differente_de_ses_lignes_n_est_jamais_ecrite_a_moitie(encaisser, verser, banc):
    encaisser(12_500)
    reference = verser()
    banc.faire("fausser_versement", payout=reference, montant=12_000)

    ecarte = versements.constater(reference)
    avant = (ecarte.etat, ecarte.anomalie, _comptes("515"))
    banc.faire("fausser_versement", payout=reference, montant=12_500 - COMMISSION)

    corrige = versements.constater(reference)

    assert avant[0] == EtatVersement.EN_ECART
    assert "les lignes font" in avant[1]
    assert avant[2] == [0]
    assert corrige.etat == EtatVersement.COMPTABILISE


def test_des_frais_sans_paiement_diminuent_le_versement(encaisser, verser, banc):
    encaisser(12_500)
    banc.faire("prelever_frais", montant=45)

    versement = versements.constater(verser())

    assert versement.etat == EtatVersement.COMPTABILISE
    assert _comptes("515", "4722") == [12_500 - COMMISSION - 45, COMMISSION + 45]
    assert versement.lignes.get(nature=NatureLigne.FRAIS).montant == 0
    assert _anomalies() == []


def test_un_versement_comptabilise_et_ses_lignes_ne_changent_plus(encaisser, verser):
    encaisser(12_500)
    versement = versements.constater(verser())

    for lot, champs in (
        (Versement.objects.filter(pk=versement.pk), {"montant": 1}),
        (Versement.objects.filter(pk=versement.pk), {"etat": "en_ecart", "anomalie": "x"}),
        (versement.lignes.all(), {"montant": 1}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            lot.update(**champs)
    with pytest.raises(IntegrityError), transaction.atomic():
        versement.lignes.all().delete()


def test_un_versement_rejete_revient_et_repart_dans_le_suivant(encaisser, verser, banc):
    encaisser(12_500)
    premier = verser()
    versements.constater(premier)
    banc.faire("rejeter_versement", payout=premier)
    rejete = versements.constater(premier)
    apres_rejet = _comptes("515", "4722", "5115")
    encaisser(1_000)

    second = versements.constater(verser())

    net = 12_500 - COMMISSION
    assert rejete.etat == EtatVersement.REJETE
    assert apres_rejet == [0, COMMISSION, net]
    assert second.etat == EtatVersement.COMPTABILISE
    assert second.lignes.get(nature=NatureLigne.ECHEC_VERSEMENT).versement_rejete == rejete
    assert _comptes("5115") == [0]
    assert _anomalies() == []


def test_un_versement_manuel_est_mis_de_cote_avec_le_motif(encaisser, banc):
    banc.faire("oublier")
    encaisser(12_500)
    client = stripe.StripeClient(
        settings.STRIPE_SECRET_KEY, base_addresses={"api": settings.STRIPE_API_BASE}
    )
    manuel = client.v1.payouts.create({"amount": 1_000, "currency": "xpf"})

    versement = versements.constater(manuel.id)

    assert versement.etat == EtatVersement.EN_ECART
    assert "manuel" in versement.anomalie


def test_la_commande_dit_ce_qui_est_en_ecart_et_sort_en_erreur(encaisser, verser, banc, capsys):
    encaisser(12_500)
    banc.faire("ajouter_mouvement", nature="advance", montant=900)
    verser()

    with pytest.raises(SystemExit) as sortie:
        call_command("rapprocher_versements", "--json")

    lu = json.loads(capsys.readouterr().out)
    assert sortie.value.code == 1
    assert (lu["lus"], lu["en_ecart"], lu["comptabilises"]) == (1, 1, 0)
    assert "« advance » inconnue" in lu["anomalies"][0]


def test_ce_que_la_banque_n_a_pas_verse_en_sept_jours_se_voit(encaisser, verser):
    encaissement = encaisser(12_500)
    dans_huit_jours = timezone.now() + timedelta(days=8)

    avant = list(versements.non_verses(a=dans_huit_jours))
    versements.constater(verser())

    assert avant == [encaissement]
    assert list(versements.non_verses(a=timezone.now())) == []
    assert list(versements.non_verses(a=dans_huit_jours)) == []


def _litige(banc, encaissement) -> Litige:
    banc.faire("contester", payment_intent=encaissement.tentative.reference)
    litiges.relire(encaissement)
    return Litige.objects.get()


def test_un_litige_perdu_fait_renaitre_la_dette(encaisser, verser, banc):
    encaissement = encaisser(12_500)
    litige = _litige(banc, encaissement)
    ouvert = (litige.etat, litige.frais, _comptes("51175", "5115"))
    banc.faire("clore_litige", dispute=litige.reference, issue="lost")
    litiges.relire(encaissement)
    encaisser(50_000)

    versement = versements.constater(verser())

    litige.refresh_from_db()
    assert ouvert == (EtatLitige.OUVERT, 1_790, [12_500, 0])
    assert litige.etat == EtatLitige.PERDU
    assert reste_du(encaissement.titre) == 12_500
    assert versement.etat == EtatVersement.COMPTABILISE
    assert _comptes("51175", "5115") == [0, 0]
    assert _anomalies() == []


def test_un_litige_gagne_rend_la_somme(encaisser, verser, banc, notifier):
    encaissement = encaisser(12_500)
    litige = _litige(banc, encaissement)
    banc.faire("clore_litige", dispute=litige.reference, issue="won")
    clos = [
        objet
        for objet in banc.etat()["objets"]["event"]
        if objet["type"] == "charge.dispute.closed"
    ][-1]

    notifier(json.dumps(clos).encode())
    versements.constater(verser())

    litige.refresh_from_db()
    assert litige.etat == EtatLitige.GAGNE
    assert reste_du(encaissement.titre) == 0
    assert _comptes("51175", "5115") == [0, 0]
    assert sommes_a_rendre.disponible(encaissement) == 12_500
    assert _anomalies() == []


def test_un_litige_relu_deux_fois_ou_a_l_envers_ne_compte_qu_une_fois(encaisser, banc):
    encaissement = encaisser(12_500)
    litige = _litige(banc, encaissement)
    banc.faire("clore_litige", dispute=litige.reference, issue="lost")

    for _ in range(3):
        litiges.relire(encaissement)
        synchroniser(encaissement.tentative, source="rejeu")

    assert list(litige.passages.order_by("pk").values_list("acte", flat=True)) == [
        "ouvrir",
        "perdre",
        "demander_lettre",  # its debtor has no mail address
    ]
    assert reste_du(encaissement.titre) == 12_500


def test_une_falsification_est_nommee(encaisser, verser):
    encaisser(12_500)
    versement = versements.constater(verser())
    with connection.cursor() as curseur:
        curseur.execute("SET CONSTRAINTS ALL IMMEDIATE")
        curseur.execute("ALTER TABLE telepaiement_ligneversement DISABLE TRIGGER USER")
        LigneVersement.objects.update(montant=12_400)
        curseur.execute("ALTER TABLE telepaiement_ligneversement ENABLE TRIGGER USER")

    objets = {a.objet for controle in verification.CONTROLES for a in controle()}

    ligne = versement.lignes.get()
    assert objets == {f"versement {versement.pk}", f"ligne de versement {ligne.pk}"}


def test_un_versement_negatif_s_ecrit_a_l_envers_et_se_rejette(encaisser, verser, banc, agent):
    encaissement = encaisser(12_500)
    versements.constater(verser())
    banc.faire("rembourser", payment_intent=encaissement.tentative.reference, montant=2_500)
    execution_remboursements.relire(encaissement)
    avant = _comptes("515", "5115")

    reference = str(banc.faire("verser", est_debit=True)["id"])
    debit = versements.constater(reference)
    ecrit = _comptes("515", "5115")
    banc.faire("rejeter_versement", payout=reference)
    rejete = versements.constater(reference)

    net = 12_500 - COMMISSION
    assert (avant, debit.montant, debit.ecriture.evenement) == (
        [net, -2_500],
        -2_500,
        "prelevement_cartes",
    )
    assert ecrit == [net - 2_500, 0]
    assert rejete.etat == EtatVersement.REJETE
    assert _comptes("515", "5115") == [net, -2_500]
    assert _anomalies() == []


def test_un_versement_en_euros_attend_que_la_banque_dise_les_francs(
    encaisser, banc_neuf, agent, client
):
    encaisser(12_500)
    reference = str(banc_neuf.faire("verser", devise="eur", taux=119.33)["id"])
    attend = versements.constater(reference)
    client.force_login(agent)
    page = client.get(reverse("telepaiement:versement", args=[attend.pk])).content.decode()
    avant = (attend.etat, attend.somme_en_devise, _comptes("515", "5115"))
    ligne = _credit(agent, 12_200, attend.arrive_le)
    proposition = next(p for p in proposer(ligne) if p.versement == attend.pk)

    rapprochement.confirmer(ligne_id=ligne.pk, cle=proposition.cle, par=agent)

    attend.refresh_from_db()
    assert avant == (EtatVersement.EN_ECART, "102,92 EUR", [0, 12_500])
    assert "en dit les francs" in page
    assert (attend.etat, attend.montant) == (EtatVersement.COMPTABILISE, 12_200)
    assert attend.brut - attend.commission - attend.ecart_change == 12_200
    assert _comptes("515", "5115", "4722") == [12_200, 0, attend.commission]
    assert _anomalies() == []

    rapprochement.annuler(ligne_id=ligne.pk, motif="Autre mouvement", par=agent)

    relu = Versement.objects.vivants().get()
    assert (relu.etat, relu.reference, relu.pk != attend.pk) == ("en_ecart", reference, True)
    assert _comptes("515", "5115", "4722") == [0, 12_500, 0]
    encore = next(p for p in proposer(ligne) if p.versement == relu.pk)
    rapprochement.confirmer(ligne_id=ligne.pk, cle=encore.cle, par=agent)
    assert _comptes("515", "5115") == [12_200, 0]
    assert _anomalies() == []

    change = LigneEcriture.objects.filter(compte__numero__in=["4718", "4728"])
    with connection.cursor() as curseur:
        curseur.execute("SET LOCAL session_replication_role = replica")
        change.update(compte=Compte.objects.get(exercice=2026, numero="4722"))
        curseur.execute("SET LOCAL session_replication_role = origin")
    assert {a.objet for a in imputations_mal_ecrites()} == {
        f"versement {un.pk}" for un in (attend, relu)
    }


def _credit(agent, montant, jour):
    contenu = f"date;libelle;montant\n{jour.isoformat()};VIR STRIPE;{montant}\n"
    releves.importer(contenu.encode(), nom="releve.csv", par=agent, executer=True)
    return LigneBancaire.objects.get()
