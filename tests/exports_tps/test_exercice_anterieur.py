"""Pièces of an earlier exercice corrected: a titre on 773, a mandat on 673, to the treasury."""

import io
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from exports_tps.apercu_pes import arbre, feuilles
from exports_tps.constitution import constituer_flux
from exports_tps.decisions import CumulPaye, payer, reglees, rejeter
from exports_tps.models import Reserve
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.grand_livre.credits import lignes_de_credits
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.evenements import encaisser
from facturier.grand_livre.models import CreditOuvert, Piece, Titre
from facturier.grand_livre.soldes import reste_du, solde
from facturier.grand_livre.verification import verifier
from facturier.suivi.corrections import reduire_mandat
from telepaiement.creances import motif_impayable
from telepaiement.models import Produit
from telepaiement.reductions import reduire_titre
from tests.exports_tps.factories import compte_verifie, tresorerie
from tests.grand_livre.factories import COMPTE_BANCAIRE, JOUR, mandat, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
EN_2025 = date(2025, 12, 1)


def accepte(piece, par, etat="prise_en_charge", *, le=EN_2025):
    """Carry a pièce, of 2025 by default, to where the treasury had it."""
    bordereau = creer_bordereau(sens=piece.sens, pieces=[piece.pk], date_emission=le, par=par)
    Piece.objects.filter(pk=piece.pk).update(etat=etat, bordereau=bordereau)
    piece.refresh_from_db()
    return piece


def acte():
    return ranger_justificatif(io.BytesIO(b"%PDF-1.4 acte"), nom="acte.pdf", genre="decision")


def annuler(piece, par, montant, **champs):
    """Take back a part of a mandat or titre."""
    corriger = reduire_mandat if piece.sens == "depense" else reduire_titre
    defaut = {"montant_ht": montant, "motif": "Erreur", "justificatifs": [acte()]}
    return corriger(piece, par=par, **(defaut | champs))


@pytest.fixture
def du_mandat(agent):
    """A mandat of 2025, taken in charge and not paid."""
    return accepte(mandat(agent, date_emission=EN_2025), agent)


@pytest.fixture
def du_titre(agent):
    """A titre of 2025, taken in charge and not paid."""
    return accepte(titre(agent, date_emission=EN_2025), agent)


def test_un_mandat_paye_en_2025_devient_un_titre_que_le_fournisseur_paie(client, agent, du_mandat):
    Piece.objects.filter(pk=du_mandat.pk).update(etat="payee")
    produit = Produit.objects.create(code="E773", libelle="Mandats annulés", compte="773")
    client.force_login(agent)
    page = f"/gestion/mandats/{du_mandat.pk}/reduction/"
    annonce = client.get(page).content.decode()
    saisie = {"rang": "1", "montant_ht": "10 000", "montant_tgc": "1 100", "motif": "Remise"}
    fichier = {"fichier": SimpleUploadedFile("decision.pdf", b"%PDF-1.4 acte")}
    sans_produit = client.post(page, saisie | {"produit": ""} | fichier)
    fichier = {"fichier": SimpleUploadedFile("decision.pdf", b"%PDF-1.4 acte")}
    faite = client.post(page, saisie | {"produit": produit.pk} | fichier, follow=True)

    emis = Titre.objects.get()
    contenu = dict(feuilles(arbre(emis)))
    assert "compte 773 est émis au nom du fournisseur" in annonce
    assert sans_produit.context["form"].fields["produit"].initial == produit
    assert (sans_produit.status_code, faite.status_code) == (422, 200)
    assert (emis.type_piece, emis.nature_piece, emis.code_produit) == ("02", "09", "E773")
    assert (reste_du(emis), motif_impayable(emis, 11_100)[:30]) == (
        11_100,
        "Ce titre n’est pas encore sign",
    )
    assert du_mandat.reference in faite.content.decode()
    assert emis.reference in client.get(f"/gestion/mandats/{du_mandat.pk}/").content.decode()
    assert str(du_mandat.numero) in contenu.values()
    assert solde("773", exercice=2026).credit == 11_100
    with pytest.raises(ValidationError, match="Il reste 90"):
        annuler(du_mandat, agent, 90_001, code_produit="E773")
    with pytest.raises(ValidationError, match="produit local"):
        annuler(du_mandat, agent, 1)


def test_ce_que_la_tresorerie_accepte_annule_la_piece_de_2025(
    agent, ordonnateur, du_mandat, du_titre
):
    recette = annuler(du_mandat, agent, 100_000, montant_tgc=11_000, code_produit="E773")
    depense = annuler(du_titre, agent, 45_000)
    assert (reste_du(du_mandat), reste_du(du_titre), reste_du(recette)) == (0, 0, 0)
    assert depense.mode_reglement == "08"

    for piece in (recette, depense):
        bordereau = creer_bordereau(
            sens=piece.sens, pieces=[piece.pk], date_emission=JOUR, par=agent
        )
        signer_bordereau(bordereau, par=ordonnateur)
        assert bordereau.type_bordereau == "01"
        transmettre(constituer_flux([bordereau], par=agent), par=agent)
    tresorerie("--jusqu-au-bout")
    lire_retours()

    etats = {p.pk: p.etat for p in Piece.objects.all()}
    assert (etats[du_mandat.pk], etats[du_titre.pk]) == ("annulee", "annulee")
    assert (etats[recette.pk], etats[depense.pk]) == ("prise_en_charge", "prise_en_charge")
    assert list(verifier()) == []


def test_ce_qui_etait_paye_en_2025_est_rendu_par_la_tresorerie_ou_a_elle(
    agent, ordonnateur, comptable, du_mandat, du_titre
):
    encaisser(
        du_titre, mode="virement", montant=45_000, date_comptable=JOUR, reference="v", par=agent
    )
    with pytest.raises(ValidationError, match="n’a pas de compte bancaire connu"):
        annuler(du_titre, agent, 5_000)
    compte_verifie(du_titre.tiers, COMPTE_BANCAIRE.iban, agent)
    with pytest.raises(ValidationError, match="à rendre"):
        annuler(du_titre, agent, 45_001)
    rendu = annuler(du_titre, agent, 5_000)
    cumul = CumulPaye(montant=111_000, date_paiement=JOUR, reference="v")
    payer({du_mandat.pk: cumul}, par=comptable)
    du_mandat.refresh_from_db()
    reclame = annuler(du_mandat, agent, 10_000, montant_tgc=1_100, code_produit="E773")
    for piece in (rendu, reclame):
        bordereau = creer_bordereau(
            sens=piece.sens, pieces=[piece.pk], date_emission=JOUR, par=agent
        )
        signer_bordereau(bordereau, par=ordonnateur)
        transmettre(constituer_flux([bordereau], par=agent), par=agent)
    tresorerie(
        "--jusqu-au-bout",
        plan=f'[[defaut]]\nacte = "encaisser_titre"\npiece = {reclame.numero}\n',
    )
    lire_retours()

    for piece in (rendu, reclame, du_titre):
        piece.refresh_from_db()
    assert (rendu.etat, reste_du(rendu), rendu.iban) == ("payee", 0, COMPTE_BANCAIRE.iban)
    assert (du_titre.etat, solde("673", exercice=2026).debit) == ("prise_en_charge", 5_000)
    assert (reclame.etat, reste_du(reclame)) == ("prise_en_charge", 0)
    assert solde("515", exercice=2026).solde == 45_000 - 5_000 - 111_000 + 11_100
    assert not Reserve.objects.exists()
    assert list(verifier()) == []


def test_ce_qui_corrige_un_exercice_anterieur_se_rejette_comme_toute_piece(
    agent, comptable, du_mandat, du_titre
):
    Piece.objects.filter(pk=du_mandat.pk).update(etat="payee")
    encaisser(
        du_titre, mode="virement", montant=45_000, date_comptable=JOUR, reference="v", par=agent
    )
    compte_verifie(du_titre.tiers, COMPTE_BANCAIRE.iban, agent)
    recette = accepte(annuler(du_mandat, agent, 10_000, code_produit="E773"), agent, "transmise")
    depense = accepte(annuler(du_titre, agent, 5_000), agent, "transmise")

    rejetees = rejeter(
        {recette.pk: "Acte non signé.", depense.pk: "Acte non signé."},
        date_rejet=timezone.localdate(),
        par=comptable,
    )

    assert rejetees == {recette.pk, depense.pk}
    assert (reste_du(recette), reste_du(depense), reglees(rejetees)) == (0, 0, {})
    assert [solde(compte, exercice=2026).solde for compte in ("773", "673")] == [0, 0]
    annuler(du_mandat, agent, 10_000, code_produit="E773")


def test_un_mandat_sur_673_consomme_des_credits(agent, du_titre, reference):
    CreditOuvert.objects.create(
        exercice_id=2026, budget=reference, compte="673", acte="BP 2026", montant=10_000
    )
    with pytest.raises(ValidationError, match="Crédits insuffisants en 2026, compte 673"):
        annuler(du_titre, agent, 10_001)

    annuler(du_titre, agent, 4_000)

    (ligne,) = lignes_de_credits(2026, reference.pk)
    assert ligne.mandate == 4_000


def test_la_correction_d_un_exercice_anterieur_a_sa_liste_a_preparer(client, agent, du_titre):
    ordinaire, correctif = mandat(agent), annuler(du_titre, agent, 1_000)
    client.force_login(agent)

    page = client.get("/gestion/preparation/?genre=depense-02-09").content.decode()

    assert correctif.reference in page
    assert ordinaire.reference not in page
    assert "Mandats annulant un titre d’un exercice antérieur" in page
