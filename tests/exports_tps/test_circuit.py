"""The whole circuit with the simulated treasury, run as a process of its own."""

import pytest

from exports_tps.constitution import constituer_flux
from exports_tps.models import EtatFlux, EtatMessage, LigneFlux, MessageTPS, Verdict
from exports_tps.reemission import epargnees, reemettre
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Bordereau, EtatBordereau, EtatPiece, Piece
from facturier.grand_livre.soldes import reste_du_par_piece, solde
from facturier.grand_livre.verification import verifier
from facturier.suivi.etats import EtatFacture
from tests.exports_tps.factories import bordereau_recette, flux_transmis, pieces_du, tresorerie
from tests.grand_livre.factories import JOUR
from tests.suivi.factories import FactureFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def etats_pieces(flux):
    pieces = pieces_du(flux)
    return list(pieces.values_list("etat", flat=True))


def etats_bordereaux(flux):
    bordereaux = Bordereau.objects.filter(lignes_flux__flux=flux).order_by("pk")
    return list(bordereaux.values_list("etat", flat=True))


@pytest.mark.deux_moteurs
def test_un_mandat_transmis_est_paye_par_la_tresorerie(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur, nombre=2)
    tresorerie("--jusqu-au-bout")

    bilan = lire_retours()

    flux.refresh_from_db()
    assert (flux.etat, len(bilan.appliques)) == (EtatFlux.ACQUITTE, 3)
    assert etats_pieces(flux) == [EtatPiece.PAYEE, EtatPiece.PAYEE]
    assert solde("515", exercice=2026).credit == 222_000


def test_la_facture_suit_son_mandat_jusqu_au_paiement(agent, ordonnateur):
    facture = FactureFactory(mandat_emis=True)
    bordereau = creer_bordereau(
        sens="depense", pieces=[facture.mandat_id], date_emission=JOUR, par=agent
    )
    signer_bordereau(bordereau, par=ordonnateur)
    transmettre(constituer_flux([bordereau], par=agent), par=agent)
    tresorerie("--jusqu-au-bout")

    lire_retours()

    facture.refresh_from_db()
    assert facture.etat == EtatFacture.PAYEE
    assert f"{facture.payee_le}" == "2026-11-24"


def test_un_titre_transmis_est_pris_en_charge(agent, ordonnateur):
    bordereau = signer_bordereau(bordereau_recette(agent, 2), par=ordonnateur)
    flux = transmettre(constituer_flux([bordereau], par=agent), par=agent)
    tresorerie("--jusqu-au-bout")

    lire_retours()

    assert etats_pieces(flux) == [EtatPiece.PRISE_EN_CHARGE, EtatPiece.PRISE_EN_CHARGE]


def test_un_bordereau_refuse_n_entraine_pas_les_autres(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur, bordereaux=2)
    plan = '[[defaut]]\nacte = "refuser_bordereau"\nbordereau = 1\nsens = "depense"\n'
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    flux.refresh_from_db()
    assert flux.etat == EtatFlux.ACQUITTE_EN_PARTIE
    assert etats_bordereaux(flux) == [EtatBordereau.REFUSE, EtatBordereau.ACCEPTE]
    assert etats_pieces(flux) == [EtatPiece.REJETEE, EtatPiece.PAYEE]
    assert list(verifier()) == []


def test_un_mandat_fautif_n_arrete_pas_ceux_de_son_bordereau(client, agent, ordonnateur):
    """The bordereau is refused whole; what is not blamed is issued again, and paid."""
    fautive, saine = FactureFactory(mandat_emis=True), FactureFactory(mandat_emis=True)
    refuse = creer_bordereau(
        sens="depense", pieces=[fautive.mandat_id, saine.mandat_id], date_emission=JOUR, par=agent
    )
    transmettre(constituer_flux([signer_bordereau(refuse, par=ordonnateur)], par=agent), par=agent)
    plan = (
        '[[defaut]]\nacte = "refuser_bordereau"\nbordereau = 1\nsens = "depense"\n'
        f"piece = {fautive.mandat.numero}\n"
    )
    tresorerie("--jusqu-au-bout", plan=plan)
    lire_retours()
    page = f"/gestion/bordereaux/{refuse.pk}/reemettre/"

    client.force_login(agent)
    propose = client.get(page)
    reponse = client.post(page)
    nouveau = Bordereau.objects.latest("pk")
    transmettre(constituer_flux([signer_bordereau(nouveau, par=ordonnateur)], par=agent), par=agent)
    tresorerie("--jusqu-au-bout")
    lire_retours()

    assert "Pièces à émettre de nouveau" in propose.content.decode()
    assert reponse.headers["Location"] == f"/gestion/bordereaux/{nouveau.pk}/"
    fautive.refresh_from_db()
    saine.refresh_from_db()
    assert (fautive.etat, saine.etat) == (EtatFacture.REJETEE_TPS, EtatFacture.PAYEE)
    assert (nouveau.pieces.get().nature_piece, nouveau.pk) == ("08", saine.mandat.bordereau_id)
    assert list(epargnees(refuse)) == []
    assert list(verifier()) == []


def test_un_titre_epargne_est_emis_de_nouveau(agent, ordonnateur):
    refuse = signer_bordereau(bordereau_recette(agent, 2), par=ordonnateur)
    flux = transmettre(constituer_flux([refuse], par=agent), par=agent)
    tresorerie("--jusqu-au-bout", plan='[[defaut]]\nacte = "refuser_flux"\n')
    lire_retours()
    refuse.refresh_from_db()

    bilan = reemettre(refuse, par=agent)

    nouveau = Bordereau.objects.latest("pk")
    origines = Piece.objects.filter(pieces_correctives__bordereau=nouveau)
    assert etats_pieces(flux) == [EtatPiece.REJETEE, EtatPiece.REJETEE]
    assert (bilan.bordereau, bilan.nombre, bilan.laissees) == (nouveau, 2, [])
    assert [origine.bordereau for origine in origines] == [refuse, refuse]
    signe = signer_bordereau(nouveau, par=ordonnateur)
    transmettre(constituer_flux([signe], par=agent), par=agent)
    with pytest.raises(TransitionInterdite):
        reemettre(refuse, par=agent)


def test_un_flux_refuse_libere_ses_documents(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur)
    tresorerie("--jusqu-au-bout", plan='[[defaut]]\nacte = "refuser_flux"\n')

    lire_retours()

    flux.refresh_from_db()
    assert flux.etat == EtatFlux.REFUSE
    assert not LigneFlux.objects.filter(justificatif__isnull=False, liberee_le=None).exists()


def test_une_piece_jointe_refusee_est_un_acquittement_partiel(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur)
    tresorerie("--une-fois", plan='[[defaut]]\nacte = "refuser_pj"\nrang = 1\n')

    lire_retours()

    flux.refresh_from_db()
    refuse = Verdict.objects.get(portee=Verdict.Portee.JUSTIFICATIF)
    assert flux.etat == EtatFlux.ACQUITTE_EN_PARTIE
    assert (refuse.decision, refuse.justificatif) == (
        Verdict.Decision.REFUSE,
        flux.lignes.get(justificatif__isnull=False).justificatif,
    )


def test_un_mandat_rejete_au_visa_est_contrepasse(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur, nombre=2)
    numero = pieces_du(flux)[0].numero
    plan = f'[[defaut]]\nacte = "rejeter_piece"\npiece = {numero}\nmotifs = ["05"]\n'
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    rejete = Piece.objects.get(etat=EtatPiece.REJETEE)
    assert etats_pieces(flux) == [EtatPiece.REJETEE, EtatPiece.PAYEE]
    assert reste_du_par_piece([rejete.pk], sens="depense") == {rejete.pk: 0}
    assert "Service fait" in rejete.passages.get(acte="rejeter").motif


def test_un_mandat_suspendu_est_repris_puis_paye(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur)
    numero = pieces_du(flux).get().numero
    plan = f'[[defaut]]\nacte = "suspendre_piece"\npiece = {numero}\nmotifs = ["02"]\npasses = 2\n'
    tresorerie("--une-fois", plan=plan)
    tresorerie("--une-fois", plan=plan)
    lire_retours()
    suspendus = etats_pieces(flux)
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    assert (suspendus, etats_pieces(flux)) == ([EtatPiece.SUSPENDUE], [EtatPiece.PAYEE])


def test_un_paiement_en_deux_fois_solde_une_seule_fois(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur)
    numero = pieces_du(flux).get().numero
    plan = f'[[defaut]]\nacte = "payer_en_deux_fois"\npiece = {numero}\nsans_rappel = true\n'
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    assert etats_pieces(flux) == [EtatPiece.PAYEE]
    assert solde("515", exercice=2026).credit == 111_000


def test_des_reponses_repetees_ne_changent_rien(agent, ordonnateur):
    flux_transmis(agent, ordonnateur)
    tresorerie("--jusqu-au-bout", plan='[[defaut]]\nacte = "repeter"\nreponse = "toutes"\n')
    lire_retours()

    bilan = lire_retours()

    assert bilan.appliques == []
    assert solde("515", exercice=2026).credit == 111_000
    assert not MessageTPS.objects.exclude(etat=EtatMessage.APPLIQUE).exists()


def test_des_reponses_dans_le_desordre_menent_au_meme_etat(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur, nombre=2)
    plan = '[[defaut]]\nacte = "desordonner"\nreponse = "prise_en_charge"\n'
    tresorerie("--une-fois", plan=plan)
    tresorerie("--une-fois", plan=plan)
    lire_retours()
    avant = etats_pieces(flux)
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    assert EtatPiece.PRISE_EN_CHARGE not in avant
    assert etats_pieces(flux) == [EtatPiece.PAYEE, EtatPiece.PAYEE]


def test_un_acquittement_tronque_est_repris_entier(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur)
    plan = '[[defaut]]\nacte = "tronquer"\nreponse = "acquit"\nreemettre = true\n'
    tresorerie("--une-fois", plan=plan)
    premier = lire_retours()
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    flux.refresh_from_db()
    assert (len(premier.en_erreur), flux.etat) == (1, EtatFlux.ACQUITTE)
    assert etats_pieces(flux) == [EtatPiece.PAYEE]


def test_une_reponse_d_une_autre_collectivite_est_mise_de_cote(agent, ordonnateur):
    flux_transmis(agent, ordonnateur)
    plan = """[[defaut]]
acte = "tromper_collectivite"
reponse = "acquit"
collectivite = "999"
"""
    tresorerie("--une-fois", plan=plan)

    bilan = lire_retours()

    message = MessageTPS.objects.get()
    assert len(bilan.mis_de_cote) == 1
    assert "999" in message.erreur


def test_une_prise_en_charge_annulee_reprend_la_dette(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur, nombre=2)
    numero = pieces_du(flux)[0].numero
    plan = f'[[defaut]]\nacte = "annuler_prise_en_charge"\npiece = {numero}\nmotifs = ["05"]\n'
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    annulee = Piece.objects.get(etat=EtatPiece.REJETEE)
    assert etats_pieces(flux) == [EtatPiece.REJETEE, EtatPiece.PAYEE]
    assert reste_du_par_piece([annulee.pk], sens="depense") == {annulee.pk: 0}
    assert [p.acte for p in annulee.passages.order_by("pk")][-2:] == [
        "prendre_en_charge",
        "rejeter",
    ]
    assert not list(verifier())


def test_une_reponse_contraire_au_schema_se_lit_quand_meme(agent, ordonnateur):
    flux = flux_transmis(agent, ordonnateur)
    plan = '[[defaut]]\nacte = "invalider"\nreponse = "toutes"\n'
    tresorerie("--jusqu-au-bout", plan=plan)

    bilan = lire_retours()

    flux.refresh_from_db()
    assert (len(bilan.appliques), bilan.en_erreur) == (3, [])
    assert (flux.etat, etats_pieces(flux)) == (EtatFlux.ACQUITTE, [EtatPiece.PAYEE])
