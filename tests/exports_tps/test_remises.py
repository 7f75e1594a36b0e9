"""A titre settled, then refused by the treasury: presented again, itself, on another bordereau."""

import io
import re
import zipfile

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exports_tps import visa
from exports_tps.archivage import achever_archive, demander_archive
from exports_tps.constitution import constituer_flux
from exports_tps.documents_refuses import remplacer
from exports_tps.enregistrements import tete_pes
from exports_tps.models import MessageTPS, RecettePercue, Verdict
from exports_tps.motifs import MOTIFS, libelle_motifs
from exports_tps.nouveau_depot import ce_qui_l_interdit
from exports_tps.reemission import reemettre, regles_epargnes
from exports_tps.remises import a_remettre, remettre_en_preparation
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun import fichiers
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.evenements import encaisser
from facturier.grand_livre.models import (
    Bordereau,
    Ecriture,
    Piece,
    RattachementPiece,
    RemiseEnPreparation,
    Titre,
)
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.soldes import EVENEMENTS_D_EMISSION, reste_du
from facturier.grand_livre.verification import verifier
from telepaiement.titres import annuler
from tests.exports_tps.factories import bordereau_recette, tresorerie
from tests.exports_tps.reponses import acquitter, dites, element, repeter, repondre, titre
from tests.exports_tps.test_recettes_percues import ligne, recevoir
from tests.grand_livre.factories import JOUR, mandat
from tests.grand_livre.factories import titre as emettre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
REFUS_DU_1 = '[[defaut]]\nacte = "refuser_bordereau"\nbordereau = 1\nsens = "recette"\n'
NATURE = libelle_motifs("recette", [min(MOTIFS["recette"])])
MOTIF = "L’acte qui manquait est joint"


@pytest.fixture
def envoyer(agent, ordonnateur):
    """Sign and send a bordereau; answer the simulated treasury, by a plan of faults."""

    def faire(bordereau, plan=""):
        signe = signer_bordereau(bordereau, par=ordonnateur)
        flux = transmettre(constituer_flux([signe], par=agent), par=agent)
        tresorerie("--jusqu-au-bout", plan=plan)
        lire_retours()
        return flux

    return faire


@pytest.fixture
def transmis(agent, ordonnateur):
    """A flux of one bordereau of two titres, the first settled at a counter; not answered yet."""
    signe = signer_bordereau(bordereau_recette(agent, 2), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    payer(Titre.objects.earliest("pk"), agent)
    return flux


def payer(titre, par, montant=45_000):
    encaisser(
        titre, mode="virement", montant=montant, date_comptable=JOUR, reference=f"g{titre.pk}",
        par=par,
    )  # fmt: skip


def ne_plus_regler(titre, par):
    """Reverse what `payer` posted."""
    encaissement = Ecriture.objects.get(cle=f"encaissement-g{titre.pk}")
    contrepasser(encaissement, par=par, motif="Rendu", date_comptable=JOUR)


def relire(objet):
    return type(objet).objects.get(pk=objet.pk)


def lister(*titres, par):
    return creer_bordereau(
        sens="recette", pieces=[t.pk for t in titres], date_emission=JOUR, par=par
    )


def refuser(settings, flux, nom="refus.xml"):
    """Refuse the only bordereau of a flux as a whole."""
    tete = Bordereau.objects.get(lignes_flux__flux=flux)
    acquitter(settings, flux, nom, element("6", 0, bordereau=tete, code="ERREUR_AUTRE"))
    lire_retours()
    return relire(tete)


def test_un_titre_p503_mis_en_cause_repart_sous_son_numero(client, agent, settings, envoyer):
    refuse = bordereau_recette(agent, 2)
    regle, autre = Titre.objects.order_by("pk")
    recevoir(settings, ligne(montant=45_000, rattache=regle.numero))
    flux = envoyer(refuse, REFUS_DU_1 + f"piece = {regle.numero}\n")
    garde, dit = relire(regle), dites(MessageTPS.objects.filter(genre="acquit").get())
    client.force_login(agent)

    accueil = client.get("/tableau/").content.decode()
    page = client.get(f"/gestion/titres/{regle.pk}/").content.decode()
    liste = client.get("/gestion/titres-refuses/").content.decode()
    vide = client.post(f"/gestion/titres-refuses/{regle.pk}/remettre/", {"motif": " "})
    faite = client.post(f"/gestion/titres-refuses/{regle.pk}/remettre/", {"motif": MOTIF})

    assert (garde.etat, relire(autre).etat) == ("transmise", "rejetee")
    assert "La Trésorerie détient cette somme (P503)" in dit
    assert "remettez-le en préparation" in dit
    assert "Titres réglés et refusés" in accueil
    assert f"/gestion/titres-refuses/{regle.pk}/remettre/" in page
    assert "Refus demandé par le plan de simulation" in liste
    assert vide.status_code == 422
    assert faite.status_code == 302
    libre = relire(regle)
    assert (libre.etat, libre.bordereau, libre.cle_paiement) == ("emise", None, regle.cle_paiement)
    remise = RemiseEnPreparation.objects.get()
    assert (remise.piece_id, remise.bordereau, remise.motif) == (regle.pk, refuse, MOTIF)
    assert "plan de simulation" in remise.refus
    assert regle.passages.latest("pk").motif.endswith(f". {MOTIF}")
    assert list(a_remettre()) == []

    preparation = client.get("/gestion/preparation/?genre=recette-01").content.decode()
    ancienne = client.get(f"/gestion/bordereaux/{refuse.pk}/").content.decode()
    page = client.get(f"/gestion/titres/{regle.pk}/").content.decode()
    envoyer(lister(regle, par=agent))

    assert f"refusée sur {refuse.reference}" in preparation
    assert regle.reference in ancienne
    assert "90\xa0000" in ancienne
    assert MOTIF in page
    pris = relire(regle)
    assert (pris.etat, pris.numero, reste_du(pris)) == ("prise_en_charge", regle.numero, 0)
    assert client.get(flux.get_absolute_url()).status_code == 200
    assert list(verifier()) == []


def test_un_titre_paye_que_le_retour_rejette_est_accepte_une_seconde_fois(agent, envoyer):
    premier = bordereau_recette(agent, 2)
    regle, autre = Titre.objects.order_by("pk")
    payer(regle, agent, 20_000)
    rejet = f'[[defaut]]\nacte = "rejeter_piece"\nsens = "recette"\npiece = {regle.numero}\n'
    envoyer(premier, rejet)
    avant = relire(regle).etat, relire(autre).etat, relire(premier).etat

    remettre_en_preparation(regle, motif=MOTIF, par=agent)
    second = lister(relire(regle), par=agent)
    cumuls = [tete_pes(relire(un)).cumul_annuel for un in (premier, second)]
    envoyer(second)

    assert avant == ("transmise", "prise_en_charge", "accepte")
    assert (tete_pes(relire(premier)).nombre_pieces, cumuls) == (2, [90_000, 135_000])
    assert (relire(regle).etat, relire(second).etat) == ("prise_en_charge", "accepte")
    assert reste_du(regle) == 25_000
    assert list(verifier()) == []


def test_un_titre_regle_epargne_rejoint_ce_qui_est_emis_de_nouveau(client, agent, envoyer):
    refuse = bordereau_recette(agent, 3)
    fautif, regle, impaye = Titre.objects.order_by("pk")
    payer(regle, agent)
    envoyer(refuse, REFUS_DU_1 + f"piece = {fautif.numero}\n")
    client.force_login(agent)
    page = f"/gestion/bordereaux/{refuse.pk}/"

    offerte = client.get(page).content.decode()
    annonce = client.get(f"{page}reemettre/").content.decode()
    reponse = client.post(f"{page}reemettre/", follow=True).content.decode()
    nouveau = Bordereau.objects.latest("pk")
    envoyer(nouveau)

    assert "Émettre de nouveau les pièces épargnées (2)" in offerte
    assert "Titres réglés à présenter" in annonce
    assert "leur numéro et ce qui est encaissé ne changent pas" in annonce
    assert "Titres réglés présentés de nouveau\u202f: 1" in reponse
    presentees = list(nouveau.pieces.order_by("pk"))
    assert presentees[0].numero == regle.numero
    assert presentees[1].piece_origine_id == impaye.pk
    assert {p.etat for p in presentees} == {"prise_en_charge"}
    assert list(verifier()) == []


def test_un_refus_d_ensemble_se_dit_autrement(client, agent, transmis, settings):
    refuse = refuser(settings, transmis)
    client.force_login(agent)
    page = client.get(f"/gestion/bordereaux/{refuse.pk}/").content.decode()
    annonce = client.get(f"/gestion/bordereaux/{refuse.pk}/reemettre/").content.decode()

    bilan = reemettre(refuse, par=agent)

    assert "Émettre de nouveau ses pièces (2)" in page
    assert "ne met aucune pièce en cause" in annonce
    assert "restent à corriger" not in annonce
    assert (bilan.nombre, bilan.presentes, bilan.laissees) == (1, 1, [])
    assert bilan.bordereau.pieces.count() == 2


def test_un_titre_d_un_autre_exercice_attend_son_bordereau(agent, transmis, settings, monkeypatch):
    refuse = refuser(settings, transmis)
    demain = timezone.localdate().replace(year=2027)
    monkeypatch.setattr("exports_tps.reemission.timezone.localdate", lambda: demain)

    bilan = reemettre(refuse, par=agent)

    regle = Titre.objects.earliest("pk")
    assert (bilan.presentes, regle.etat, regle.bordereau) == (0, "emise", None)
    assert "attend son propre bordereau" in "".join(bilan.laissees)


def test_les_titres_regles_se_presentent_en_un_nombre_fixe_de_requetes(agent):
    def mesurer(nombre):
        titres = [emettre(agent) for _ in range(nombre)]
        tete = lister(*titres, par=agent)
        for un in titres:
            payer(un, agent)
        Bordereau.objects.filter(pk=tete.pk).update(
            etat="refuse", signe_le=timezone.now(), empreinte_signee="0" * 64
        )
        Piece.objects.filter(bordereau=tete).update(etat="transmise")
        assert regles_epargnes(relire(tete)).count() == nombre
        with CaptureQueriesContext(connection) as lues:
            reemettre(tete, par=agent)
        return len(lues)

    mesurer(1)  # the counter of the year begins
    assert mesurer(2) == mesurer(6)


def test_le_refuse_garde_la_trace_de_ce_qu_il_a_presente(client, agent, transmis, settings):
    refuse = refuser(settings, transmis)
    regle = Titre.objects.earliest("pk")
    reemettre(refuse, par=agent)
    client.force_login(agent)

    archive = achever_archive(demander_archive(exercice=2026, motif="Contrôle", par=agent))
    with zipfile.ZipFile(fichiers.chemin(archive.sha256, settings.DOCUMENTS_RACINE)) as contenu:
        page = contenu.read(f"bordereaux/{refuse.reference}.html").decode()
        index = contenu.read("index.html").decode().replace("\xa0", "\u202f")

    assert f">{regle.numero}</th>" in page
    assert "90\u202f000" in index
    assert (tete_pes(refuse).nombre_pieces, tete_pes(refuse).cumul_annuel) == (2, 0)
    assert "déjà" in ce_qui_l_interdit(transmis) or relire(transmis).etat == "refuse"
    for adresse in (
        f"/gestion/bordereaux/{refuse.pk}/bordereau.pdf",
        f"/gestion/bordereaux/{refuse.pk}/profils/",
        "/gestion/bordereaux/?etat=refuse",
        "/gestion/flux/",
        "/gestion/flux/tableau/",
        transmis.get_absolute_url(),
        f"/gestion/pieces/{regle.pk}/",
    ):
        assert client.get(adresse).status_code == 200, adresse
    liste = client.get("/gestion/bordereaux/?etat=refuse").content.decode()
    assert "90\xa0000" in liste


def test_une_reponse_ancienne_ne_vaut_pas_pour_le_nouveau_bordereau(agent, envoyer, settings):
    premier = bordereau_recette(agent, 1)
    regle = Titre.objects.get()
    payer(regle, agent)
    rejet = f'[[defaut]]\nacte = "rejeter_piece"\nsens = "recette"\npiece = {regle.numero}\n'
    flux = envoyer(premier, rejet)
    remettre_en_preparation(regle, motif=MOTIF, par=agent)
    repondre(settings, flux, "encore.xml", titre(regle, "04", 0, etat_ligne="01"), sens="Recette")
    lire_retours()
    en_preparation = relire(regle).etat
    second = signer_bordereau(lister(relire(regle), par=agent), par=_ordonnateur())
    transmettre(constituer_flux([second], par=agent), par=agent)
    repeter(settings, "encore.xml", "tard.xml", b'DteStr V="2026-11-23"', b'DteStr V="2026-11-25"')
    repondre(settings, flux, "pris.xml", titre(regle, "02", 0), sens="Recette")
    lire_retours()

    assert en_preparation == "emise"
    assert dites(MessageTPS.objects.get(nom="encore.xml")) == ""
    assert "sur un bordereau qu’il a quitté" in dites(MessageTPS.objects.get(nom="pris.xml"))
    assert dites(MessageTPS.objects.get(nom="tard.xml")) == ""
    assert set(Verdict.objects.filter(piece=regle).values_list("bordereau", flat=True)) == {
        premier.pk
    }
    assert (relire(regle).etat, list(a_remettre())) == ("transmise", [])
    with pytest.raises(TransitionInterdite, match="ne peut plus lui être présenté"):
        remettre_en_preparation(regle, motif=MOTIF, par=agent)


def _ordonnateur():
    return Bordereau.objects.earliest("pk").passages.get(acte="signer").par


def test_la_reponse_repetee_sur_un_titre_annule_depuis_ne_dit_rien(agent, transmis, settings):
    faux = Titre.objects.earliest("pk")
    rejet = titre(faux, "04", 0, etat_ligne="01")
    repondre(settings, transmis, "a.xml", rejet, sens="Recette")
    lire_retours()
    remettre_en_preparation(faux, motif=MOTIF, par=agent)
    ne_plus_regler(faux, agent)
    annuler(faux.pk, motif="Débiteur erroné", par=agent)
    repeter(settings, "a.xml", "b.xml", b'<IdBord V="1"/>', b"")
    lire_retours()

    assert not MessageTPS.objects.get(nom="b.xml").reserves.filter(piece=faux).exists()


def test_ce_que_rien_ne_regle_plus_ne_se_presente_pas_avec_le_reste(agent, transmis, settings):
    rembourse, _ = Titre.objects.order_by("pk")
    refuse = refuser(settings, transmis)
    ne_plus_regler(rembourse, agent)

    bilan = reemettre(refuse, par=agent)

    assert (bilan.nombre, bilan.presentes) == (1, 0)
    assert (relire(rembourse).etat, relire(rembourse).bordereau) == ("transmise", refuse)


def test_ce_qui_ne_se_remet_pas_en_preparation(agent, comptable, transmis, settings):
    regle, impaye = Titre.objects.order_by("pk")

    def refus(objet, motif=MOTIF):
        with pytest.raises(ValidationError) as dit:
            remettre_en_preparation(objet, motif=motif, par=agent)
        return " ".join(dit.value.messages)

    assert "n’a pas refusé" in refus(regle)
    assert "Dites pourquoi" in refus(regle, "  ")
    assert "Rien ne règle" in refus(impaye)
    assert "seul un titre" in refus(mandat(agent))
    assert "Il n’est pas parti" in refus(emettre(agent))
    with pytest.raises(ActeInterdit):
        remettre_en_preparation(regle, motif=MOTIF, par=comptable)
    visa.prendre_en_charge(regle, par=comptable)
    assert "réduisez-le" in refus(regle)
    visa.rejeter(impaye, motif="Débiteur erroné", par=comptable)
    assert "Il est rejeté" in refus(impaye)
    assert not RemiseEnPreparation.objects.exists()


def test_la_base_ne_laisse_quitter_que_ce_qui_est_refuse(agent, transmis, settings):
    regle, impaye = Titre.objects.order_by("pk")
    tete = regle.bordereau

    def tenter(acte):
        with pytest.raises(IntegrityError), transaction.atomic():
            acte()

    def inscrire(piece, bordereau=tete):
        return RemiseEnPreparation.objects.create(
            piece=piece, bordereau=bordereau, refus="Refusé", motif=MOTIF, par=agent
        )

    tenter(lambda: inscrire(regle))  # not answered
    refuser(settings, transmis)
    tenter(lambda: inscrire(impaye))  # rejected
    tenter(lambda: Piece.objects.filter(pk=regle.pk).update(bordereau=None, etat="emise"))
    remise = inscrire(regle)
    tenter(lambda: inscrire(regle))
    autre = lister(emettre(agent), par=agent)
    tenter(lambda: Piece.objects.filter(pk=regle.pk).update(bordereau=autre))
    tenter(lambda: RemiseEnPreparation.objects.filter(pk=remise.pk).update(motif="Autre"))
    tenter(remise.delete)
    Piece.objects.filter(pk=regle.pk).update(bordereau=None, etat="emise")
    tenter(lambda: Piece.objects.filter(pk=regle.pk).update(bordereau=tete))


@pytest.mark.deux_moteurs
def test_la_base_ne_laisse_quitter_que_ce_que_quelque_chose_regle(agent, transmis, settings):
    rendu = Titre.objects.earliest("pk")
    tete = refuser(settings, transmis)

    def quitter(piece):
        return RemiseEnPreparation.objects.create(
            piece=piece, bordereau=tete, refus="Refusé", motif=MOTIF, par=agent
        )

    with transaction.atomic():
        quitter(rendu)
        transaction.set_rollback(True)
    ne_plus_regler(rendu, agent)

    with pytest.raises(IntegrityError, match="quelque chose règle"), transaction.atomic():
        quitter(rendu)


@pytest.mark.deux_moteurs
def test_la_base_et_l_acte_lisent_de_meme_ce_qui_regle():
    lire = (
        "SELECT sql FROM sqlite_master WHERE name = 'remise_reglee'"
        if connection.vendor == "sqlite"
        else "SELECT pg_get_functiondef('grand_livre_remise_juste'::regproc)"
    )
    with connection.cursor() as curseur:
        curseur.execute(lire)
        regle = curseur.fetchone()[0]

    exclus = regle.split("NOT IN (")[1].split(")")[0]
    assert set(re.findall(r"'(\w+)'", exclus)) == set(EVENEMENTS_D_EMISSION)


def test_le_comptable_rend_un_titre_regle_au_lieu_de_le_rejeter(client, agent, comptable, transmis):
    regle, impaye = Titre.objects.order_by("pk")
    client.force_login(comptable)
    offerts = client.get(f"/tps/pieces/{regle.pk}/").content.decode()
    autres = client.get(f"/tps/pieces/{impaye.pk}/").content.decode()

    vide = client.post(f"/tps/pieces/{regle.pk}/rendre/", {"motif": ""})
    fait = client.post(
        f"/tps/pieces/{regle.pk}/rendre/", {"nature": NATURE, "motif": "Acte absent"}, follow=True
    )

    assert f"/tps/pieces/{regle.pk}/rendre/" in offerts
    assert f"/tps/pieces/{regle.pk}/rejeter/" not in offerts
    assert f"/tps/pieces/{impaye.pk}/rejeter/" in autres
    assert f"/tps/pieces/{impaye.pk}/rendre/" not in autres
    assert vide.status_code == 422
    assert "rendu à l’ordonnateur" in fait.content.decode()
    assert (relire(regle).etat, regle.remises.get().refus) == ("emise", f"{NATURE} Acte absent")
    assert relire(regle.bordereau).etat == "accepte"
    with pytest.raises(TransitionInterdite, match="Rien ne règle"):
        visa.rendre(impaye, motif="Acte absent", par=comptable)
    with pytest.raises(ActeInterdit):
        visa.rendre(impaye, motif="Acte absent", par=agent)


def test_une_recette_se_detache_d_un_titre_faux(client, agent, settings, envoyer):
    refuse = bordereau_recette(agent, 1)
    faux = Titre.objects.get()
    recevoir(settings, ligne(montant=45_000, rattache=faux.numero))
    recette = RecettePercue.objects.get()
    envoyer(refuse, REFUS_DU_1)
    client.force_login(agent)
    page = f"/gestion/recettes-percues/{recette.pk}/detacher/"

    trop_tot = client.post(page, {"motif": "Débiteur erroné"})
    remettre_en_preparation(faux, motif=MOTIF, par=agent)
    offerte = client.get(f"/gestion/titres/{faux.pk}/").content.decode()
    vide = client.post(page, {"motif": ""})
    faite = client.post(page, {"motif": "Débiteur erroné"})
    encore = client.post(page, {"motif": "Débiteur erroné"})

    assert trop_tot.status_code == 422
    assert "remettez-le d’abord en préparation" in trop_tot.content.decode()
    assert page in offerte
    assert (vide.status_code, faite.status_code, encore.status_code) == (422, 302, 422)
    assert (reste_du(faux), relire(recette).titre_regle) == (45_000, None)
    attendues = client.get("/gestion/recettes-percues/").content.decode()
    assert f"/gestion/recettes-percues/{recette.pk}/titre/" in attendues
    client.post(f"/gestion/titres/{faux.pk}/annuler/", {"motif": "Débiteur erroné"})
    juste = emettre(agent)
    client.post(
        f"/gestion/recettes-percues/{recette.pk}/titre/", {"exercice": 2026, "numero": juste.numero}
    )
    assert (relire(faux).etat, reste_du(juste)) == ("annulee", 0)
    assert relire(recette).titre_regle == juste
    liens = recette.regularisations.order_by("pk")
    assert [lien.annulation is None for lien in liens] == [False, True]
    with pytest.raises(IntegrityError), transaction.atomic():
        liens.filter(pk=liens[1].pk).update(annulation=liens[0].annulation)
    with pytest.raises(IntegrityError), transaction.atomic():
        liens.filter(pk=liens[0].pk).update(annulation=None)
    assert list(verifier()) == []


def test_le_document_qui_remplace_celui_qui_manquait_part_seul_avec_le_titre(
    agent, envoyer, settings
):
    refuse = bordereau_recette(agent, 1)
    regle = Titre.objects.get()
    ancien = ranger_justificatif(
        io.BytesIO(b"%PDF-1.4\n% illisible\n"), nom="acte.pdf", genre="decision"
    )
    RattachementPiece.objects.create(piece=regle, justificatif=ancien)
    payer(regle, agent)
    envoyer(
        refuse, f'{REFUS_DU_1}piece = {regle.numero}\n[[defaut]]\nacte = "refuser_pj"\nrang = 1\n'
    )
    nouveau = remplacer(ancien, io.BytesIO(b"%PDF-1.4\n% lisible\n"), nom="acte.pdf", par=agent)
    remettre_en_preparation(regle, motif=MOTIF, par=agent)

    flux = envoyer(lister(relire(regle), par=agent))

    contenu = fichiers.chemin(flux.sha256, settings.DOCUMENTS_RACINE).read_text("latin-1")
    assert nouveau.identifiant in contenu
    assert ancien.identifiant not in contenu
    assert (relire(regle).etat, relire(flux).etat) == ("prise_en_charge", "acquitte")
