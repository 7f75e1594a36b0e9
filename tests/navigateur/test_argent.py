"""Money given back and money reconciled, by two agents, in a real browser."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.accueil.verification import verifier
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import litiges
from telepaiement.models import Encaissement, EtatVersement, LigneBancaire, Versement
from telepaiement.reference import charger_regies
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import ouvrir
from tests.navigateur.visite import Visite
from tests.telepaiement.conftest import Banc, brancher, lancer_banc, oublier_passerelle
from tests.telepaiement.factories import titre_payable

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.lent]
COMMISSIONS = 218 + 630  # 1.5 % + 30 F of 12 500 F and of 40 000 F
FRAIS_LITIGE = 1_790


@pytest.fixture
def banc_sourd(settings) -> Iterator[Banc]:
    """A bench whose messages are all lost: what it knows has to be read."""
    lancement = lancer_banc()
    banc = next(lancement)
    brancher(settings, banc)
    yield banc
    lancement.close()
    oublier_passerelle()


@pytest.fixture
def collegue(personne) -> Utilisateur:
    """Someone else of the finance staff, who approves."""
    return personne("Camille", Role.AGENT)


@pytest.fixture
def payes(banc_sourd, reference) -> list[Encaissement]:
    """Two titres paid by card: 12 500 F and 40 000 F."""
    charger_regies()
    encaissements = []
    for montant in (12_500, 40_000):
        tentative = ouvrir(titre_id=titre_payable(montant).pk, session_payeur=uuid4())
        banc_sourd.payer(tentative)
        encaissements.append(synchroniser(tentative, source="retour").encaissement)
    return encaissements


def test_l_argent_rendu_conteste_verse_et_rapproche(
    visite: Visite, entrer, banc_sourd, payes, agent, collegue
):
    rendu, conteste = payes
    demander(visite, rendu, agent, entrer)
    approuver(visite, rendu, collegue, entrer)
    contester(visite, banc_sourd, conteste)
    versement = lire_un_versement_faux_puis_juste(visite, banc_sourd)
    vire = titre_payable(9_000)
    rapprocher(visite, versement, vire)

    assert [reste_du(titre) for titre in (rendu.titre, conteste.titre, vire)] == [2_500, 40_000, 0]
    assert solde("515", exercice=2026).solde == versement.montant + 9_000
    assert solde("4722", exercice=2026).solde == COMMISSIONS + FRAIS_LITIGE
    assert solde("5115", exercice=2026).solde == 0
    assert list(verifier()) == []


def demander(visite, encaissement, agent, entrer) -> None:
    """One agent asks, at first for too much; she is offered no way to approve."""
    entrer(agent, f"/gestion/encaissements/{encaissement.pk}/")
    visite.examiner("encaissement")
    visite.au_clavier("Demander un remboursement")
    visite.page.keyboard.press("Enter")
    visite.remplir("Montant", "12 501")
    visite.remplir("Motif", "Terrasse réduite de moitié")
    visite.presser("Demander le remboursement")
    visite.attendre("Le montant va de 1 F")
    visite.examiner("rembourser-erreur")
    visite.remplir("Montant", "2 500")
    visite.presser("Demander le remboursement")
    visite.attendre("attend l’approbation d’un autre agent")
    visite.examiner("remboursement-demande")
    visite.page.goto("/gestion/remboursements/")
    assert visite.page.get_by_role("link", name="Approuver").count() == 0


def approuver(visite, encaissement, collegue, entrer) -> None:
    """Another agent reads who asked and why, and gives the money back."""
    entrer(collegue, "/gestion/remboursements/")
    visite.examiner("remboursements")
    visite.suivre("Approuver")
    visite.attendre("Terrasse réduite de moitié")
    visite.examiner("remboursement-approuver")
    visite.presser("Approuver et rembourser")
    visite.attendre("sont rendus, le reçu est émis")
    assert encaissement.titre.reference in visite.telecharger("Reçu", "remboursement")


def contester(visite, banc: Banc, encaissement) -> None:
    """A payer contests at his bank; nothing is offered to be given back; the province loses."""
    litige = banc.faire("contester", payment_intent=encaissement.tentative.reference)
    litiges.relire(encaissement)
    visite.page.goto("/gestion/litiges/")
    visite.attendre("À envoyer")
    visite.examiner("litiges")
    visite.suivre(encaissement.titre.reference)
    visite.attendre("répondre avant")
    assert visite.page.get_by_role("link", name="Demander un remboursement").count() == 0
    banc.faire("clore_litige", dispute=litige["id"], issue="lost")
    litiges.relire(encaissement)
    visite.page.goto(f"/gestion/encaissements/{encaissement.pk}/")
    visite.attendre("Perdu")


def lire_un_versement_faux_puis_juste(visite, banc: Banc) -> Versement:
    """A payout differs from its lines: it is set aside, then posted once the provider mended it."""
    brut = banc.faire("verser")
    banc.faire("fausser_versement", payout=brut["id"], montant=brut["amount"] - 500)
    visite.page.goto("/gestion/versements/")
    visite.presser("Lire les versements maintenant")
    visite.attendre("en écart : 1")
    visite.examiner("versements-ecart")
    visite.suivre(brut["id"])
    visite.attendre("Rien n’est comptabilisé")
    visite.examiner("versement-ecart")
    banc.faire("fausser_versement", payout=brut["id"], montant=brut["amount"])
    visite.page.goto("/gestion/versements/")
    visite.presser("Lire les versements maintenant")
    visite.attendre("dont comptabilisés : 1")
    visite.suivre(brut["id"])
    visite.examiner("versement")
    versement = Versement.objects.get()
    assert (versement.etat, versement.montant) == (EtatVersement.COMPTABILISE, brut["amount"])
    return versement


def rapprocher(visite, versement: Versement, titre) -> None:
    """The statement of the bank holds the payout, a transfer, a stranger, and a broken line."""
    jour = f"{timezone.localdate():%d/%m/%Y}"
    releve = (
        "date;libelle;montant\n"
        f"{jour};VIR STRIPE;{versement.montant}\n"
        f"{jour};VIR M FICTIF {titre.reference};9000\n"
        f"{jour};FRAIS DE TENUE;77\n"
        f"{jour};ILLISIBLE;beaucoup\n"
    )
    visite.page.goto("/gestion/banque/importer/")
    visite.page.get_by_label("Relevé bancaire").set_input_files(
        {"name": "releve.csv", "mimeType": "text/csv", "buffer": releve.encode()}
    )
    visite.presser("Importer")
    visite.attendre("Ligne 5")
    visite.examiner("banque-importer")
    visite.suivre("Revenir aux mouvements")
    visite.examiner("banque")
    for libelle, proposition in (("VIR STRIPE", "ersement"), (titre.reference, "Virement pour")):
        visite.suivre(libelle)
        visite.page.get_by_label(proposition).first.check()
        visite.examiner(f"banque-ligne-{proposition.split()[0].lower()}")
        visite.presser("Rapprocher")
        visite.attendre("rapprochés")
    visite.suivre("FRAIS DE TENUE")
    visite.attendre("Rien de ce que nous connaissons n’a ce montant")
    visite.suivre("Écarter ce mouvement")
    visite.remplir("Motif", "Hors régie")
    visite.presser("Écarter")
    visite.attendre("Le mouvement est écarté")
    assert not LigneBancaire.objects.filter(etat="a_rapprocher").exists()
