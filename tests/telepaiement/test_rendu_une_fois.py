"""What was paid on a titre of an earlier exercice goes back once: by mandat, or by refund."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.exceptions import ValidationError

from facturier.grand_livre.models import Piece
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.verification import verifier
from facturier.suivi.mandatement import annuler_mandat
from telepaiement import (
    caisse,
    execution_remboursements,
    remboursements,
    sommes_a_rendre,
    virements,
)
from telepaiement.models import Mode, Remboursement
from telepaiement.synchronisation import synchroniser
from tests.exports_tps.factories import compte_verifie
from tests.exports_tps.test_exercice_anterieur import EN_2025, accepte, annuler
from tests.grand_livre.factories import COMPTE_BANCAIRE, titre
from tests.telepaiement.conftest import fermer_connexion

pytestmark = pytest.mark.django_db


@pytest.fixture
def du_titre(agent, reference):
    """A titre of 2025 of 45 000 F, taken in charge, whose debtor has a verified account."""
    emis = accepte(titre(agent, date_emission=EN_2025), agent)
    compte_verifie(emis.tiers, COMPTE_BANCAIRE.iban, agent)
    return emis


@pytest.fixture
def par_carte(encaisser, du_titre):
    """All of it paid online."""
    return encaisser(titre=du_titre)


@pytest.fixture
def par_cheque(regies, regisseur, du_titre):
    """All of it paid by cheque at the counter."""
    saisie = {"banque": "BCI", "numero_cheque": "77", "tireur": "Lou Fictive"}
    return caisse.encaisser_au_guichet(
        session=caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur),
        titre_id=du_titre.pk,
        saisie=caisse.Saisie(mode=Mode.CHEQUE, montant=45_000, **saisie),
        par=regisseur,
    )


def demander(encaissement, montant, par, *, affiche=None):
    """Ask for a refund, to the card or by transfer as the payment wants."""
    module = remboursements if encaissement.charge else virements
    lire = sommes_a_rendre.disponible if encaissement.charge else virements.rendable
    return module.demander(
        encaissement_id=encaissement.pk,
        montant=montant,
        montant_disponible=lire(encaissement) if affiche is None else affiche,
        motif="Erreur",
        par=par,
    )


@pytest.mark.parametrize("paye", ["par_carte", "par_cheque"])
def test_ce_qu_un_mandat_rend_ne_se_rembourse_plus(request, agent, du_titre, paye):
    encaissement = request.getfixturevalue(paye)
    partiel = annuler(du_titre, agent, 5_000)

    with pytest.raises(ValidationError, match="a changé depuis l’affichage"):
        demander(encaissement, 45_000, agent, affiche=45_000)
    with pytest.raises(ValidationError, match="Le montant va de 1"):
        demander(encaissement, 40_001, agent)
    annuler(du_titre, agent, 40_000)
    with pytest.raises(ValidationError, match=rf"déjà rendu .* mandat .{partiel.reference}, "):
        demander(encaissement, 1, agent, affiche=45_000)

    assert not Remboursement.objects.exists()
    annuler_mandat(partiel, motif="Émis à tort", par=agent)
    assert demander(encaissement, 5_000, agent).montant == 5_000


@pytest.mark.parametrize("paye", ["par_carte", "par_cheque"])
def test_ce_qui_se_rembourse_ne_se_rend_plus_par_mandat(request, agent, collegue, du_titre, paye):
    demande = demander(request.getfixturevalue(paye), 30_000, agent)

    with pytest.raises(ValidationError, match="CFP sont déjà rendus ou vont l’être"):
        annuler(du_titre, agent, 15_001)
    annuler(du_titre, agent, 15_000)
    with pytest.raises(ValidationError, match=r"dont 0.*CFP payés et à rendre"):
        annuler(du_titre, agent, 1)

    remboursements.refuser(remboursement_id=demande.pk, motif="Par mandat", par=collegue)
    annuler(du_titre, agent, 30_000)
    assert Piece.objects.filter(piece_origine=du_titre).count() == 2
    assert reste_du(du_titre) == 0


def test_un_remboursement_fait_laisse_une_dette_que_le_mandat_efface_sans_la_payer(
    agent, collegue, du_titre, par_carte
):
    demande = demander(par_carte, 30_000, agent)
    remboursements.approuver(remboursement_id=demande.pk, par=collegue)

    efface = annuler(du_titre, agent, 30_000)
    rendu = annuler(du_titre, agent, 15_000)

    assert (efface.mode_reglement, rendu.mode_reglement) == ("08", "03")
    assert sommes_a_rendre.disponible(par_carte) == 0
    assert list(verifier()) == []


def test_l_exces_reste_a_rembourser_apres_le_mandat(banc, commencer, agent, du_titre):
    tentatives = [commencer(du_titre), commencer(du_titre)]
    [banc.payer(tentative) for tentative in tentatives]
    payes = [synchroniser(une, source="retour").encaissement for une in tentatives]

    annuler(du_titre, agent, 45_000)

    assert [sommes_a_rendre.disponible(paye) for paye in payes] == [0, 45_000]


@pytest.mark.django_db(transaction=True)
def test_ensemble_un_seul_des_deux_rend_l_argent(agent, du_titre, par_carte):
    def tenter(rang):
        try:
            if rang:
                annuler(du_titre, agent, 45_000)
            else:
                demander(par_carte, 45_000, agent, affiche=45_000)
        except ValidationError:
            return 0
        finally:
            fermer_connexion()
        return 1

    with ThreadPoolExecutor(2) as fils:
        assert sum(fils.map(tenter, range(2))) == 1


def test_ce_qu_un_mandat_et_le_prestataire_rendent_tous_deux_se_signale(
    banc, agent, du_titre, par_carte, mailoutbox, django_capture_on_commit_callbacks
):
    mandat = annuler(du_titre, agent, 45_000)
    banc.faire("rembourser", payment_intent=par_carte.tentative.reference, montant=45_000)
    mailoutbox.clear()

    with django_capture_on_commit_callbacks(execute=True):
        execution_remboursements.relire(par_carte)
        execution_remboursements.relire(par_carte)

    (alerte,) = {un.subject: un for un in mailoutbox}.values()
    assert alerte.subject == f"Une même somme rendue deux fois\u202f: titre {du_titre.reference}"
    assert mandat.reference in alerte.body
    assert reste_du(du_titre) == 45_000
