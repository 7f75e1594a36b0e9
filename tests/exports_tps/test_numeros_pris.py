"""A number that the treasury took in charge, then rejected, serves no more (pes_v2, §8)."""

import io
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from exports_tps import remises, transmission, visa
from exports_tps.constitution import constituer_flux, ecarter_flux
from exports_tps.models import MessageTPS, RecettePercue
from exports_tps.parapheur import retirer
from exports_tps.recettes_percues import annuler_regularisation
from exports_tps.remises import a_remettre, numeros_pris, remettre_en_preparation
from exports_tps.retours import lire_retours
from exports_tps.retrait_signature import retirer_signature
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import EnvoiImpossible, transmettre
from facturier.commun.etats import TransitionInterdite
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.models import Piece, Titre
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.verification import verifier
from telepaiement import demandes
from telepaiement.reductions import reduire_titre
from telepaiement.titres import annuler
from tests.exports_tps.factories import bordereau_recette
from tests.exports_tps.reponses import acquitter, dites, element, repondre, titre
from tests.exports_tps.test_recettes_percues import ligne, recevoir
from tests.exports_tps.test_remises import MOTIF, lister, payer, relire
from tests.grand_livre.factories import titre as emettre

JOUR_DU_RETOUR = date(2026, 11, 26)
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def transmis(agent, ordonnateur):
    """A flux of one bordereau of two titres, the first settled at a counter; not answered yet."""
    signe = signer_bordereau(bordereau_recette(agent, 2), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    payer(Titre.objects.earliest("pk"), agent)
    return flux


@pytest.fixture
def rejete(agent, transmis, settings):
    """The settled titre, rejected without more, in preparation again."""
    regle = Titre.objects.earliest("pk")
    repondre(settings, transmis, "a.xml", titre(regle, "04", 0, etat_ligne="01"), sens="Recette")
    lire_retours()
    remettre_en_preparation(regle, motif=MOTIF, par=agent)
    return relire(regle)


@pytest.fixture
def dire_tard(settings, transmis):
    """Read, later, that the first rejection cancelled a prise en charge."""

    def faire(regle):
        repondre(settings, transmis, "b.xml", brule(regle), sens="Recette")
        lire_retours()

    return faire


def brule(piece):
    """A rejection that says besides that the titre had been taken in charge."""
    return titre(piece, "04", 0, etat_ligne="01").replace(
        '<EtatPce V="04"/>', '<DtePcePec V="2026-11-24"/><EtatPce V="04"/>'
    )


def test_un_numero_pris_en_charge_puis_rejete_ne_se_presente_plus(
    client, agent, comptable, transmis, settings
):
    regle = Titre.objects.earliest("pk")
    repondre(settings, transmis, "a.xml", brule(regle), sens="Recette")
    lire_retours()
    client.force_login(agent)

    assert (list(a_remettre()), numeros_pris([regle.pk])) == ([], {regle.pk})
    for acte, par in ((remettre_en_preparation, agent), (visa.rendre, comptable)):
        with pytest.raises(TransitionInterdite, match="ne peut plus lui être présenté"):
            acte(regle, motif=MOTIF, par=par)
    dit = dites(MessageTPS.objects.get(nom="a.xml"))
    assert "ne peut plus lui être présenté" in dit
    assert "remettez-le" not in dit
    page = client.get(f"/gestion/titres/{regle.pk}/").content.decode()
    assert "ne peut plus lui être présenté" in page


def test_un_rejet_sans_motif_qui_nomme_le_titre_n_est_pas_celui_du_bordereau(rejete):
    assert rejete.remises.get().refus == "Sans motif communiqué"


@pytest.mark.deux_moteurs
def test_un_numero_dit_pris_une_fois_le_bordereau_quitte_ne_part_plus(
    client, agent, rejete, dire_tard
):
    dire_tard(rejete)
    client.force_login(agent)

    page = client.get(f"/gestion/titres/{rejete.pk}/").content.decode()
    preparation = client.get("/gestion/preparation/?genre=recette-01").content.decode()
    ici = client.post("/gestion/preparation/?genre=recette-01", {"pieces": [rejete.pk]})
    la = client.post("/gestion/titres/bordereau/", {"titre": [rejete.pk]}, follow=True)

    dit = dites(MessageTPS.objects.get(nom="b.xml"))
    assert "pris en charge d’après la Trésorerie, sur un bordereau qu’il a quitté" in dit
    assert "Son numéro ne se présente plus" in dit
    assert "ne peut plus lui être présenté" in page
    assert "annulez-le, puis émettez-en un autre" in page
    assert "Inscrivez-le sur un bordereau" not in page
    assert "sa page dit que faire" in preparation
    assert f'value="{rejete.pk}"' not in preparation
    assert ici.status_code == 422
    assert "déjà pris en charge" in ici.content.decode()
    assert "déjà pris en charge" in la.content.decode()
    assert relire(rejete).bordereau is None
    autre = lister(emettre(agent), par=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Piece.objects.filter(pk=rejete.pk).update(bordereau=autre)


def test_ce_qui_est_inscrit_avec_un_numero_pris_ne_se_signe_pas(
    agent, ordonnateur, rejete, dire_tard
):
    second = lister(rejete, par=agent)
    dire_tard(rejete)

    with pytest.raises(ValidationError, match="ne peut plus lui être présenté"):
        signer_bordereau(second, par=ordonnateur)
    with pytest.raises(IntegrityError), transaction.atomic():
        Piece.objects.filter(pk=rejete.pk).update(etat="signee")
    retirer(second, rejete, par=agent)
    assert relire(rejete).bordereau is None


@pytest.mark.deux_moteurs
def test_ce_qui_est_signe_avec_un_numero_pris_ne_part_pas(
    client, agent, ordonnateur, rejete, dire_tard
):
    second = signer_bordereau(lister(rejete, par=agent), par=ordonnateur)
    flux = constituer_flux([second], par=agent)
    dire_tard(rejete)
    client.force_login(agent)

    with pytest.raises(EnvoiImpossible, match=rejete.reference):
        transmettre(flux, par=agent)
    assert not flux.transmissions.exists()
    with pytest.raises(IntegrityError), transaction.atomic():
        flux.transmissions.create(
            tentee_le=flux.constitue_le,
            destination="x",
            issue="engagee",
            sha256="0" * 64,
        )
    ecarter_flux(flux, motif="Numéro pris", par=agent)
    with pytest.raises(ValidationError, match=rejete.reference):
        constituer_flux([second], par=agent)
    page = client.get(f"/gestion/titres/{rejete.pk}/").content.decode()
    assert "retirez-le de son bordereau" in page
    retirer_signature(relire(second), motif="Numéro pris", par=ordonnateur)
    retirer(relire(second), relire(rejete), par=agent)
    assert relire(rejete).etat == "emise"


def test_un_numero_pris_pendant_l_envoi_se_dit_pour_ce_qu_il_est(
    agent, ordonnateur, rejete, dire_tard, monkeypatch
):
    """Told between the look and the copy engaged: the database refuses, for the true reason."""
    second = signer_bordereau(lister(rejete, par=agent), par=ordonnateur)
    flux = constituer_flux([second], par=agent)
    engager = transmission._engager

    def engager_trop_tard(*arguments):
        dire_tard(rejete)
        return engager(*arguments)

    monkeypatch.setattr(transmission, "_engager", engager_trop_tard)

    with pytest.raises(EnvoiImpossible, match="déjà pris en charge"):
        transmettre(flux, par=agent)


def test_les_numeros_pris_au_dela_de_ceux_qui_sont_nommes_se_comptent(agent, monkeypatch):
    bordereau = bordereau_recette(agent, 3)
    cles = list(Titre.objects.values_list("pk", flat=True))
    monkeypatch.setattr(remises, "CITES", 1)
    dits = []
    for pris in (cles, cles[:2], cles[:1], []):
        monkeypatch.setattr(remises, "numeros_pris", lambda _, pris=pris: set(pris))
        dits.append(remises.dire_numeros_pris([bordereau]))

    assert ", et 2 autres. Écartez" in dits[0]
    assert ", et 1 autre. Écartez" in dits[1]
    assert "autre" not in dits[2]
    assert dits[3] == ""


def test_refuse_deux_fois_un_numero_pris_ne_se_remet_pas_et_se_defait(
    agent, ordonnateur, comptable, settings
):
    """The treasury holds the money (P503): it is taken off, and the titre rejected."""
    signe = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    faux = Titre.objects.get()
    recevoir(settings, ligne(montant=45_000, rattache=faux.numero))
    rejet = titre(faux, "04", 0, etat_ligne="01")
    repondre(settings, flux, "a.xml", rejet, sens="Recette")
    lire_retours()
    remettre_en_preparation(faux, motif=MOTIF, par=agent)
    second = signer_bordereau(lister(relire(faux), par=agent), par=ordonnateur)
    nouveau = transmettre(constituer_flux([second], par=agent), par=agent)
    repondre(settings, flux, "b.xml", brule(faux), sens="Recette")
    acquitter(settings, nouveau, "c.xml", element("6", 0, bordereau=second, code="ERREUR_AUTRE"))
    lire_retours()

    assert (relire(second).etat, list(a_remettre())) == ("refuse", [])
    with pytest.raises(TransitionInterdite, match="ne peut plus lui être présenté"):
        remettre_en_preparation(faux, motif=MOTIF, par=agent)
    recette = RecettePercue.objects.get()
    annuler_regularisation(recette, motif="Numéro pris", par=agent)
    visa.rejeter(relire(faux), motif="Numéro pris", par=comptable)
    assert (relire(faux).etat, relire(recette).titre_regle) == ("rejetee", None)
    assert list(verifier()) == []


def test_en_preparation_un_numero_pris_s_annule_une_fois_defait_ce_qui_le_regle(
    agent, ordonnateur, settings
):
    signe = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    faux = Titre.objects.get()
    recevoir(settings, ligne(montant=45_000, rattache=faux.numero))
    repondre(settings, flux, "a.xml", titre(faux, "04", 0, etat_ligne="01"), sens="Recette")
    lire_retours()
    remettre_en_preparation(faux, motif=MOTIF, par=agent)
    repondre(settings, flux, "b.xml", brule(faux), sens="Recette")
    lire_retours()

    annuler_regularisation(RecettePercue.objects.get(), motif="Numéro pris", par=agent)
    annuler(faux.pk, motif="Numéro pris", par=agent)

    assert (relire(faux).etat, reste_du(faux)) == ("annulee", 0)
    assert numeros_pris([faux.pk]) == set()


def rejet_avec(piece, montant, jour="2026-12-01"):
    return titre(piece, "04", montant, etat_ligne="01", jour=jour)


def test_ce_que_la_tresorerie_a_encaisse_puis_rejete_se_defait_par_son_retour(
    client, agent, ordonnateur, comptable, settings
):
    """Decision 40, then a rejection: she says what becomes of the money, and the titre is free."""
    signe = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    faux = Titre.objects.get()
    jour = "2026-11-25"
    repondre(settings, flux, "a.xml", titre(faux, "02", 45_000, jour=jour), sens="Recette")
    lire_retours()
    repondre(settings, flux, "b.xml", rejet_avec(faux, 45_000, jour=jour), sens="Recette")
    lire_retours()
    client.force_login(comptable)
    a_la_tresorerie = client.get(f"/tps/pieces/{faux.pk}/").content.decode()
    client.force_login(agent)
    avant = client.get(f"/gestion/titres/{faux.pk}/").content.decode()
    with pytest.raises(TransitionInterdite, match="Constater un retour de fonds"):
        visa.rejeter(relire(faux), motif="Débiteur erroné", par=comptable)

    visa.constater_retour(
        relire(faux), montant=45_000, date_retour=JOUR_DU_RETOUR, motif="Au 47138", par=comptable
    )
    apres = client.get(f"/gestion/titres/{faux.pk}/").content.decode()
    visa.rejeter(relire(faux), motif="Débiteur erroné", par=comptable)

    dit = dites(MessageTPS.objects.get(nom="b.xml"))
    assert "rejeté ou annulé, après l’avoir pris en charge" in dit
    assert "réduisez-le" not in dit
    assert "rejeté ou annulé, après l’avoir pris en charge" in avant
    assert "rejeté ou annulé, après l’avoir pris en charge" in a_la_tresorerie
    assert "Plus rien ne le règle" in apres
    assert (relire(faux).etat, reste_du(faux)) == ("rejetee", 0)
    assert list(verifier()) == []


@pytest.mark.deux_moteurs
def test_un_titre_rejete_apres_sa_prise_en_charge_ne_se_reduit_plus(
    client, agent, ordonnateur, settings
):
    signe = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    faux = Titre.objects.get()
    client.force_login(agent)
    fiche, acte = f"/gestion/titres/{faux.pk}/", f"/gestion/titres/{faux.pk}/reduire/"
    contestation = demandes.deposer(titre_id=faux.pk, nature="contestation", texte="Non.")
    demandes.accepter(contestation, reponse="Oui.", par=agent)
    demande = reverse("telepaiement:demande_gestion", args=[contestation.pk])

    def offres():
        return [acte in client.get(adresse).text for adresse in (fiche, demande)]

    def reduire():
        decision = ranger_justificatif(
            io.BytesIO(b"%PDF-1.4 d"), nom="decision.pdf", genre="decision"
        )
        return reduire_titre(
            faux, montant_ht=1_000, motif="Erreur", justificatifs=[decision], par=agent
        )

    jour = "2026-11-25"
    repondre(settings, flux, "a.xml", titre(faux, "02", 5_000, jour=jour), sens="Recette")
    lire_retours()
    avant = offres()
    repondre(settings, flux, "b.xml", rejet_avec(faux, 5_000, jour=jour), sens="Recette")
    lire_retours()

    assert (avant, offres()) == ([True, True], [False, False])
    with pytest.raises(ValidationError, match="il ne se réduit plus"):
        reduire()
    dit = client.get(demande).text
    assert "sa page dit que faire" in dit
    repondre(settings, flux, "c.xml", titre(faux, "02", 6_000, jour=jour), sens="Recette")
    lire_retours()  # it says better since
    assert offres() == [True, True]
    assert reduire().montant_ttc == 1_000


def test_ce_que_la_tresorerie_encaisse_sans_prendre_en_charge_se_dit(agent, ordonnateur, settings):
    signe = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    faux = Titre.objects.get()

    repondre(settings, flux, "a.xml", rejet_avec(faux, 45_000), sens="Recette")
    lire_retours()

    dit = dites(MessageTPS.objects.get(nom="a.xml"))
    assert "n’est pas comptabilisée" in dit
    assert "P503" in dit
    assert relire(faux).etat == "rejetee"
