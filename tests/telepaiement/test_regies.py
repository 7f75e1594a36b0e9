"""Régies: who may hold one, what it sells, counts, pays over, and closes at midnight."""

import json
from datetime import date, datetime, timedelta
from io import BytesIO, StringIO

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.utils import timezone
from pypdf import PdfReader

from facturier.acces.models import Role, ServiceGestionnaire
from facturier.accueil.verification import verifier
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import (
    caisse,
    carnets,
    depots,
    nominations,
    position,
    proces_verbaux,
    ventes,
)
from telepaiement.cloture import cloturer_caisse, contresigner
from telepaiement.internet import cloturer_internet
from telepaiement.models import (
    Encaissement,
    Mode,
    MouvementFonds,
    Nomination,
    Produit,
    Regie,
    RemiseService,
    SessionInternet,
)
from telepaiement.regies import mouvoir_fonds_caisse
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.factories import (
    ARRETE,
    decompte,
    nommer_regisseur,
    titre_payable,
    verser,
)

pytestmark = pytest.mark.django_db
CHEQUE = {"banque": "Banque fictive", "numero_cheque": "0001234", "tireur": "M. Fictif"}


@pytest.fixture
def session(regies, regisseur, fonds):
    """An open till of 20 000 F."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=regisseur)


@pytest.fixture
def encaisser(session, regisseur):
    """Receive money for a titre."""

    def faire(montant=12_500, mode=Mode.ESPECES, **details):
        if mode == Mode.ESPECES:
            details.setdefault("somme_remise", montant)
        saisie = caisse.Saisie(mode=mode, montant=montant, **details)
        titre = titre_payable(montant)
        return caisse.encaisser_au_guichet(
            session=session, titre_id=titre.pk, saisie=saisie, par=regisseur
        )

    return faire


@pytest.fixture
def vendre(session, regisseur):
    """Sell entrances at 500 F."""

    def faire(quantite=3, code="S001", **details):
        details = {"mode": Mode.ESPECES, "somme_remise": 10_000, "montant": 1_500} | details
        return ventes.vendre(
            session=session,
            quantites={Produit.objects.get(code=code).pk: quantite},
            payeur="Club fictif",
            saisie=caisse.Saisie(**details),
            par=regisseur,
        )

    return faire


@pytest.fixture
def cloturer(session, regisseur):
    """Close the till on so many francs."""

    def faire(montant, motif=""):
        return cloturer_caisse(
            session_id=session.pk, coupures=decompte(montant), motif_ecart=motif, par=regisseur
        )

    return faire


def _texte(pdf: bytes) -> str:
    pages = PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())


# --- Appointments and hand-over -------------------------------------------------------------------
def test_seule_une_personne_nommee_ouvre_une_caisse(regies, personne):
    autre = personne("Ramona", Role.REGISSEUR)

    with pytest.raises(ValidationError, match="pas nommé"):
        caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=autre)


def test_sans_remise_de_service_personne_n_encaisse(regies, regisseur, personne, agent, fonds):
    nouveau = personne("Ramona", Role.REGISSEUR)
    ancienne = Nomination.objects.get()
    nominations.terminer(ancienne, fin=timezone.localdate(), arrete="Arrêté fictif 11", par=agent)
    nomination = nommer_regisseur(regies.regie, nouveau)
    with pytest.raises(ValidationError, match="remise de service"):
        caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=nouveau)

    remise = proces_verbaux.remettre_service(
        entrant=nomination, coupures=decompte(20_000), cheques_comptes=0, observations="", par=agent
    )

    assert caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=nouveau)
    assert remise.sortant == ancienne
    assert "Remi Fictif (régisseur)" in _texte(proces_verbaux.dessiner_remise(remise))


def test_un_mandataire_tient_une_caisse_sous_le_regisseur(regies, personne, agent):
    aide = personne("Ramona", Role.REGISSEUR)
    nominations.nommer(
        regie=regies.regie,
        personne=aide,
        qualite="mandataire",
        arrete=ARRETE,
        debut=ARRETE.date_arrete,
        par=agent,
    )

    assert caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=aide)


@pytest.mark.parametrize(
    ("champs", "motif"),
    [
        ({"qualite": "regisseur"}, "a déjà un régisseur"),
        ({"qualite": "suppleant", "fin": date(2026, 4, 30)}, "deux mois au plus"),
        ({"qualite": "suppleant"}, "date de fin"),
        ({"debut": date(2026, 1, 1)}, "précède l’arrêté"),
        ({"fin": date(2026, 1, 11)}, "suit leur début"),
    ],
)
def test_une_nomination_suit_les_regles_du_decret(regies, personne, agent, champs, motif):
    valides = {"qualite": "mandataire", "debut": ARRETE.date_arrete} | champs

    with pytest.raises(ValidationError, match=motif):
        nominations.nommer(
            regie=regies.regie,
            personne=personne("Ramona", Role.REGISSEUR),
            arrete=ARRETE,
            par=agent,
            **valides,
        )


@pytest.mark.deux_moteurs
def test_un_regisseur_n_est_jamais_ordonnateur(regies, regisseur, ordonnateur):
    autre = Regie.objects.get(code="ENLIGNE")
    with pytest.raises(ValidationError, match="n’a pas le rôle"):
        nommer_regisseur(autre, ordonnateur)
    regisseur.attributions.all().delete()

    with pytest.raises(IntegrityError, match="ne peut pas être ordonnateur"), transaction.atomic():
        regisseur.attribuer(Role.ORDONNATEUR)


@pytest.mark.deux_moteurs
def test_une_nomination_ne_se_reecrit_pas(regies):
    with pytest.raises(IntegrityError, match="ne se réécrit pas"), transaction.atomic():
        Nomination.objects.update(qualite="mandataire")


def test_le_cautionnement_est_demande_au_dela_du_seuil(regies, encaisser, agent):
    avant = [a.texte for a in position.alertes(regies.regie)]
    encaisser(3_700_000, Mode.CHEQUE, **CHEQUE)

    textes = [a.texte for a in position.alertes(regies.regie)]
    nominations.cautionner(Nomination.objects.get(), montant=500_000, reference="C-1", par=agent)

    assert not any("cautionnement" in texte for texte in avant)
    assert any("cautionnement" in texte for texte in textes)
    assert not any("cautionnement" in a.texte for a in position.alertes(regies.regie))


def test_le_versement_en_retard_et_la_caisse_oubliee_sont_signales(regies, encaisser):
    encaisser(950_000)

    with time_machine.travel(timezone.now() + timedelta(days=31), tick=False):
        textes = [a.texte for a in position.alertes(regies.regie)]

    assert any("devait se faire" in texte for texte in textes)
    assert any("n’est pas clôturée" in texte for texte in textes)
    assert any("97 % du maximum" in texte for texte in textes)


# --- Fonds de caisse ------------------------------------------------------------------------------
def test_le_fonds_de_caisse_reste_dans_l_acte_et_dans_la_regie(regies, session, agent):
    communs = {"regie": regies.regie, "jour": timezone.localdate(), "par": agent}
    nature = MouvementFonds.Nature
    with pytest.raises(ValidationError, match="limite le fonds"):
        mouvoir_fonds_caisse(nature=nature.REMISE, montant=1, reference="F-2", **communs)
    with pytest.raises(ValidationError, match=r"peut rendre 0\b"):
        mouvoir_fonds_caisse(nature=nature.RESTITUTION, montant=1, reference="F-3", **communs)


def test_le_fonds_ne_se_trouve_pas_dans_deux_caisses(regies, session, personne, agent):
    aide = personne("Ramona", Role.REGISSEUR)
    nominations.nommer(
        regie=regies.regie,
        personne=aide,
        qualite="mandataire",
        arrete=ARRETE,
        debut=ARRETE.date_arrete,
        par=agent,
    )
    autre = regies.regie.guichets.exclude(pk=regies.pk).get()

    with pytest.raises(ValidationError, match=r"n’a plus que 0\b"):
        caisse.ouvrir_session(guichet=autre, fonds_caisse=1_000, par=aide)


# --- Sales ----------------------------------------------------------------------------------------
def test_une_vente_attend_son_titre_en_47138(vendre):
    fait = vendre()

    assert (fait.titre, fait.vente.montant, fait.rendu) == (None, 1_500, 8_500)
    assert solde("47138", exercice=2026).credit == 1_500
    assert list(verifier()) == []


def test_la_quittance_d_une_vente_dit_ce_qui_est_vendu(vendre):
    from telepaiement import quittances  # noqa: PLC0415

    quittance = vendre().quittance

    for texte in map(
        _texte, (quittances.original(quittance), quittances.dessiner_ticket(quittance))
    ):
        assert "Club fictif" in texte
        assert "Droits d’entrée aux installations sportives" in texte
        assert quittance.code in texte


def test_un_produit_hors_de_l_acte_ne_se_vend_pas(vendre, session):
    session.regie.produits.remove(Produit.objects.get(code="S001"))

    with pytest.raises(ValidationError, match=r"art\. 8"):
        vendre()


def test_un_produit_sans_tarif_publie_ne_se_vend_pas(vendre):
    with pytest.raises(ValidationError, match="ne permet pas de vendre"):
        vendre(code="D001")


def test_une_vente_s_annule_le_jour_meme(vendre, regisseur, session):
    fait = vendre()

    caisse.annuler_encaissement(encaissement_id=fait.pk, motif="Erreur", par=regisseur)

    assert caisse.especes_en_caisse(session) == 20_000
    assert list(verifier()) == []


def test_un_titre_de_regularisation_solde_les_ventes(vendre, cloturer, session, agent):
    vendre()
    produit = Produit.objects.get(code="S001")
    communs = {
        "regie": session.regie,
        "produit": produit,
        "jusqu_au": timezone.localdate(),
        "service": ServiceGestionnaire.objects.first(),
        "adresse": {"adresse_voie": "BP 1", "code_postal": "98800", "ville": "NOUMEA"},
        "par": agent,
    }
    with pytest.raises(ValidationError, match="Aucune vente"):
        ventes.regulariser_ventes(**communs)
    cloturer(21_500)

    regularisation = ventes.regulariser_ventes(**communs)

    titre = regularisation.titre
    assert (titre.montant_ht, titre.type_piece, reste_du(titre)) == (1_500, "05", 0)
    assert solde("47138", exercice=2026).solde == 0
    assert ventes.sommes_a_regulariser(session.regie, timezone.localdate()) == []
    assert list(verifier()) == []


# --- Closing, difference, countersignature, versement ---------------------------------------------
@pytest.mark.parametrize(("compte", "attendu"), [(32_000, ("429", 500)), (33_000, ("4718", -500))])
def test_un_ecart_de_caisse_est_passe_en_ecriture(encaisser, cloturer, compte, attendu):
    encaisser(12_500)

    close = cloturer(compte, "Erreur de monnaie")

    assert solde(attendu[0], exercice=2026).solde == attendu[1]
    assert solde("5412", exercice=2026).solde == compte
    assert close.ecriture_ecart is not None
    assert list(verifier()) == []


def test_un_autre_contresigne_la_cloture(cloturer, regisseur, agent):
    close = cloturer(20_000)
    with pytest.raises(ValidationError, match="autre personne"):
        contresigner(session=close, observations="", par=regisseur)

    contresigner(session=close, observations="Compté ensemble", par=agent)

    with pytest.raises(ValidationError, match="déjà contresignée"):
        contresigner(session=close, observations="", par=agent)


def test_une_caisse_ouverte_ne_se_contresigne_pas(session, agent):
    with pytest.raises(ValidationError, match="une fois faite"):
        contresigner(session=session, observations="", par=agent)


def test_le_versement_solde_les_especes_et_remet_les_cheques(
    regies, encaisser, vendre, cloturer, regisseur, comptable
):
    encaisser(12_500)
    vendre()
    encaisser(30_000, Mode.CHEQUE, **CHEQUE)
    cloturer(33_900, "Manque 100 F")

    versement = verser(regies.regie, regisseur)
    avant = position.position(regies.regie)
    depots.recevoir_versement(versement_id=versement.pk, recepisse="R-7", par=comptable)

    apres = position.position(regies.regie)
    assert (versement.especes, versement.nombre_cheques) == (13_900, 1)
    assert (avant.encaisse, avant.nombre_cheques) == (33_900, 1)
    assert (apres.encaisse, apres.nombre_cheques) == (20_000, 0)
    assert solde("5412", exercice=2026).solde == 20_000
    assert list(verifier()) == []
    texte = _texte(depots.dessiner_bordereau(versement))
    assert "Bordereau de versement n° 1" in texte
    assert "Écarts de caisse" in texte


def test_rien_a_verser_ou_deux_fois_se_dit(regies, encaisser, cloturer, regisseur, agent):
    encaisser(12_500)
    with pytest.raises(ValidationError, match="Aucune caisse clôturée"):
        verser(regies.regie, regisseur)
    cloturer(32_500)
    versement = verser(regies.regie, regisseur)
    depots.recevoir_versement(versement_id=versement.pk, recepisse="R-7", par=agent)

    with pytest.raises(ValidationError, match="impossible"):
        depots.recevoir_versement(versement_id=versement.pk, recepisse="R-8", par=agent)
    with pytest.raises(ValidationError, match="Aucune caisse clôturée"):
        verser(regies.regie, regisseur)


# --- Checks ---------------------------------------------------------------------------------------
def test_la_verification_inopinee_compte_les_caisses_ouvertes(regies, encaisser, comptable):
    encaisser(12_500)
    communs = {"regie": regies.regie, "cheques_comptes": 0, "en_presence_de": "Remi Fictif"}
    with pytest.raises(ValidationError, match="diffère"):
        proces_verbaux.verifier_regie(
            coupures=decompte(32_000), observations="", par=comptable, **communs
        )

    verification = proces_verbaux.verifier_regie(
        coupures=decompte(32_000), observations="Il manque 500 F", par=comptable, **communs
    )

    assert (verification.numero, verification.ecart) == (1, -500)
    texte = _texte(proces_verbaux.dessiner_verification(verification))
    assert "Il manque 500 F" in texte
    assert "Déficit de 500" in texte


def test_la_verification_est_reservee_a_qui_controle(regies, regisseur):
    with pytest.raises(ActeInterdit):
        proces_verbaux.verifier_regie(
            regie=regies.regie,
            coupures={},
            cheques_comptes=0,
            en_presence_de="X",
            observations="",
            par=regisseur,
        )


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("modele", [RemiseService, MouvementFonds])
def test_ce_qui_est_signe_ne_se_reecrit_pas(regies, fonds, modele):
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        modele.objects.update(regie=regies.regie)


# --- Midnight in Nouméa ---------------------------------------------------------------------------
def test_la_session_internet_se_cloture_a_minuit_de_noumea(banc, commencer):
    titres = [titre_payable(), titre_payable()]
    minuit = datetime(2026, 11, 27, tzinfo=timezone.get_current_timezone())
    tentatives = [commencer(titre) for titre in titres]
    for tentative in tentatives:
        banc.payer(tentative)
        synchroniser(tentative, source="retour")
    _dater(tentatives[0], minuit - timedelta(minutes=5))
    _dater(tentatives[1], minuit + timedelta(minutes=5))

    with time_machine.travel(minuit, tick=False):
        closes = cloturer_internet()
        call_command("cloturer_internet", "--json", stdout=(encore := StringIO()))

    assert [(s.jour, s.nombre, s.total) for s in closes] == [(date(2026, 11, 26), 1, 12_500)]
    assert json.loads(encore.getvalue())["closes"] == 0
    assert SessionInternet.objects.get().numero == 1


def _dater(tentative, moment) -> None:
    """Have the money of an attempt received at a moment, as the gateway could have said."""
    from tests.telepaiement.test_verification import sans_garde  # noqa: PLC0415

    with sans_garde():
        Encaissement.objects.filter(tentative=tentative).update(
            encaisse_le=moment, jour=timezone.localdate(moment)
        )


def test_une_caisse_se_cloture_apres_minuit_mais_n_encaisse_plus(session, cloturer, regisseur):
    demain = timezone.localtime().replace(hour=0, minute=5) + timedelta(days=1)
    titre = titre_payable()
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500)

    with time_machine.travel(demain, tick=False):
        with pytest.raises(ValidationError, match="autre jour"):
            caisse.encaisser_au_guichet(
                session=session, titre_id=titre.pk, saisie=saisie, par=regisseur
            )
        close = cloturer(19_000, "Compté après minuit")

    assert close.jour == session.jour
    assert close.ecriture_ecart.date_comptable == session.jour
    assert timezone.localdate(close.cloturee_le) == session.jour + timedelta(days=1)


# --- Booklets -------------------------------------------------------------------------------------
@pytest.fixture
def feuillet(regies, regisseur, agent):
    """The first leaf of a booklet issued the day before."""
    with time_machine.travel(timezone.now() - timedelta(hours=5), tick=False):
        carnet = carnets.emettre_carnet(regie=regies.regie, nombre=2, remis_a=regisseur, par=agent)
    return carnet.feuillets.order_by("numero").first()


@pytest.fixture
def saisir(session, regisseur):
    """Enter a leaf on a titre."""

    def faire(feuillet, titre, montant=12_500):
        saisie = caisse.Saisie(mode=Mode.ESPECES, montant=montant, somme_remise=montant)
        return carnets.saisir_feuillet(
            feuillet_id=feuillet.pk,
            session=session,
            donnees=carnets.SaisieFeuillet(
                titre_id=titre.pk, saisie=saisie, recu_le=timezone.now() - timedelta(minutes=1)
            ),
            par=regisseur,
        )

    return faire


def test_un_feuillet_saisi_garde_le_code_que_tient_le_payeur(feuillet, saisir):
    titre = titre_payable(12_500)

    fait = saisir(feuillet, titre)

    feuillet.refresh_from_db()
    assert (feuillet.etat, feuillet.conflits) == ("saisi", [])
    assert fait.quittance.code == feuillet.code
    assert reste_du(titre) == 0
    with pytest.raises(ValidationError, match="2026-000001, titre 2026-T-"):
        saisir(feuillet, titre)
    assert "12 500" in feuillet.passages.get(acte="presenter_encore").motif.replace("\u202f", " ")


def test_un_feuillet_deja_paye_en_ligne_est_un_trop_percu(banc, commencer, feuillet, saisir):
    titre = titre_payable(12_500)
    tentative = commencer(titre)
    banc.payer(tentative)
    synchroniser(tentative, source="retour")

    fait = saisir(feuillet, titre)

    feuillet.refresh_from_db()
    assert fait.trop_percu == 12_500
    assert feuillet.conflits == [
        "Titre déjà payé (carte bancaire en ligne) : 12\u202f500\u202fF\u00a0CFP à rendre."
    ]
    assert list(verifier()) == []


def test_un_feuillet_s_annule_et_se_retrouve_par_son_numero(feuillet, saisir, regisseur):
    with pytest.raises(ValidationError, match="pourquoi"):
        carnets.annuler_feuillet(feuillet_id=feuillet.pk, motif=" ", par=regisseur)

    carnets.annuler_feuillet(feuillet_id=feuillet.pk, motif="Rature", par=regisseur)

    with pytest.raises(ValidationError, match="CENTRE-C-0001-001 est annulé"):
        saisir(feuillet, titre_payable(12_500))
    assert carnets.trouver("centre-c-0001-001") == feuillet
    assert carnets.trouver(feuillet.code.lower()) == feuillet
    assert carnets.trouver("rien") is None
    texte = _texte(carnets.dessiner_carnet(feuillet.carnet))
    assert "CENTRE-C-0001-002" in texte
    assert feuillet.code not in texte


def test_un_feuillet_ne_s_annule_que_dans_sa_regie(feuillet, regisseur, personne):
    etranger = personne("Manoa", Role.REGISSEUR)

    with pytest.raises(ValidationError, match="vous n’êtes pas nommé"):
        carnets.annuler_feuillet(feuillet_id=feuillet.pk, motif="Gâché", par=etranger)

    feuillet.refresh_from_db()
    assert feuillet.etat == "vierge"
