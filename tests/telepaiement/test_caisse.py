"""The till: modes, ceilings, change, cancelling, closing."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from facturier.grand_livre.models import Parametre
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import caisse, monnaie
from telepaiement.cloture import PREMIERE_EMPREINTE, cloturer_caisse
from telepaiement.models import Encaissement, EtatTentative, Mode, Quittance, Tentative
from telepaiement.models.tentatives import ETATS_OUVERTS
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementIndisponible
from tests.telepaiement.conftest import CARTE_3DS
from tests.telepaiement.factories import decompte, titre_payable

pytestmark = pytest.mark.django_db
TPE = {"numero_ticket": "000123", "numero_autorisation": "A1B2C3"}
SANS_REFERENCE = {EtatTentative.CREEE, EtatTentative.A_VERIFIER}
CHEQUE = {"banque": "Banque fictive", "numero_cheque": "0001234", "tireur": "M. Fictif"}


@pytest.fixture
def session(regies, regisseur, banc, fonds):
    """An open till of 20 000 F."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=20_000, par=regisseur)


@pytest.fixture
def encaisser(session, regisseur):
    """Type and confirm a payment."""

    def faire(titre, mode=Mode.ESPECES, montant=12_500, **details):
        if mode == Mode.ESPECES:
            details.setdefault("somme_remise", montant)
        saisie = caisse.Saisie(mode=mode, montant=montant, **details)
        return caisse.encaisser_au_guichet(
            session=session, titre_id=titre.pk, saisie=saisie, par=regisseur
        )

    return faire


@pytest.mark.parametrize(
    ("mode", "details", "compte"),
    [
        (Mode.ESPECES, {"somme_remise": 15_000}, "5412"),
        (Mode.TPE, TPE, "5115"),
        (Mode.CHEQUE, CHEQUE, "5118"),
        (Mode.VIREMENT, {"reference_virement": "VIR-1"}, "515"),
    ],
)
def test_chaque_mode_solde_la_dette_et_donne_une_quittance(encaisser, mode, details, compte):
    titre = titre_payable(12_500)

    encaissement = encaisser(titre, mode, **details)

    assert reste_du(titre) == 0
    recu = {ligne.compte.numero: ligne.montant for ligne in encaissement.ecriture.lignes.all()}
    assert recu[compte] == 12_500
    assert encaissement.quittance.reference == f"CENTRE-{encaissement.jour.year}-000001"


def test_un_numero_de_carte_n_est_pas_garde(encaisser):
    titre = titre_payable(12_500)

    with pytest.raises(ValidationError, match="numéro de carte bancaire"):
        encaisser(titre, Mode.TPE, **TPE | {"numero_autorisation": "4242 4242 4242 4242"})


def test_un_cheque_de_cent_millions_s_encaisse(encaisser):
    titre = titre_payable(100_000_000)

    encaissement = encaisser(titre, Mode.CHEQUE, 100_000_000, **CHEQUE)

    assert encaissement.montant == 100_000_000


def test_la_monnaie_a_rendre_se_deduit_de_la_somme_remise(encaisser):
    encaissement = encaisser(titre_payable(12_500), somme_remise=15_000)

    assert encaissement.rendu == 2_500


def test_confirmer_deux_fois_la_meme_saisie_encaisse_une_fois(encaisser):
    titre, identifiant = titre_payable(), uuid4()

    premier = encaisser(titre, identifiant=identifiant)
    second = encaisser(titre, identifiant=identifiant)

    assert premier == second
    assert Encaissement.objects.count() == 1


def test_une_dette_soldee_ne_s_encaisse_plus(encaisser):
    titre = titre_payable()
    encaisser(titre)

    with pytest.raises(ValidationError, match="entièrement payé"):
        encaisser(titre)


def test_on_n_encaisse_pas_plus_que_la_dette(encaisser):
    with pytest.raises(ValidationError, match="reste dû"):
        encaisser(titre_payable(12_500), montant=12_501)


def test_un_acompte_laisse_le_reste_du(encaisser):
    titre = titre_payable(12_500)

    encaisser(titre, montant=2_500)

    assert reste_du(titre) == 10_000


def test_les_especes_ne_depassent_pas_l_encaisse_maximale(encaisser):
    titre = titre_payable(990_000)

    with pytest.raises(ValidationError, match="encaisse maximale"):
        encaisser(titre, montant=990_000)


def test_un_produit_hors_de_l_acte_ne_s_encaisse_pas(encaisser, session):
    session.regie.produits.clear()

    with pytest.raises(ValidationError, match="ne permet pas d’encaisser ce produit"):
        encaisser(titre_payable())


def test_un_mode_hors_de_l_acte_est_refuse(encaisser, session):
    session.regie.accepte_cheque = False

    with pytest.raises(ValidationError, match="n’admet pas ce mode"):
        encaisser(titre_payable(), Mode.CHEQUE, **CHEQUE)


def test_un_ticket_deja_saisi_est_refuse(encaisser):
    encaisser(titre_payable(), Mode.TPE, **TPE)

    with pytest.raises(ValidationError, match="ticket du terminal est déjà saisi"):
        encaisser(titre_payable(), Mode.TPE, **TPE)


def test_un_ticket_annule_se_reprend_sur_le_bon_titre(encaisser, regisseur):
    faux = encaisser(titre_payable(), Mode.TPE, **TPE)
    caisse.annuler_encaissement(encaissement_id=faux.pk, motif="Mauvais titre", par=regisseur)

    bon = encaisser(titre_payable(), Mode.TPE, **TPE)

    assert bon.rectifie == faux


def test_un_encaissement_annule_rend_la_dette_et_sort_de_la_caisse(encaisser, session, regisseur):
    titre = titre_payable(12_500)
    fait = encaisser(titre)

    caisse.annuler_encaissement(encaissement_id=fait.pk, motif="Erreur de titre", par=regisseur)

    assert reste_du(titre) == 12_500
    assert caisse.especes_en_caisse(session) == 20_000
    assert solde("5412", exercice=2026).solde == 20_000


def test_un_encaissement_ne_s_annule_ni_deux_fois_ni_sans_motif(encaisser, regisseur):
    fait = encaisser(titre_payable())
    with pytest.raises(ValidationError, match="pourquoi"):
        caisse.annuler_encaissement(encaissement_id=fait.pk, motif=" ", par=regisseur)
    caisse.annuler_encaissement(encaissement_id=fait.pk, motif="Erreur", par=regisseur)

    with pytest.raises(ValidationError, match="déjà annulé"):
        caisse.annuler_encaissement(encaissement_id=fait.pk, motif="Erreur", par=regisseur)


def test_un_encaissement_ferme_le_paiement_en_ligne_commence(encaisser, commencer):
    titre = titre_payable()
    tentative = commencer(titre)

    encaisser(titre)

    tentative.refresh_from_db()
    assert tentative.etat == EtatTentative.ANNULEE


def test_un_paiement_en_ligne_deja_fait_arrete_le_guichet(banc, encaisser, commencer):
    titre = titre_payable()
    banc.payer(commencer(titre))

    with pytest.raises(ValidationError, match="entièrement payé"):
        encaisser(titre)

    assert Encaissement.objects.get().mode == Mode.CARTE


def test_un_paiement_en_cours_a_la_banque_arrete_le_guichet(banc, encaisser, commencer):
    titre = titre_payable()
    tentative = commencer(titre)
    banc.faire("pannes", traitement=600)
    banc.payer(tentative)

    for _essai in ("la page la croit encore ouverte", "elle est lue en cours"):
        with pytest.raises(ValidationError, match="en cours à la banque"):
            encaisser(titre)
    assert not Encaissement.objects.exists()


def test_une_creation_sans_reponse_n_arrete_pas_le_guichet(banc, encaisser, commencer):
    titre = titre_payable()
    banc.faire("pannes", panne_api=50)
    with pytest.raises(PaiementIndisponible, match="payez au guichet"):
        commencer(titre)
    tentative = titre.tentatives.get()
    assert (tentative.etat, tentative.reference) == (EtatTentative.A_VERIFIER, "")

    encaisser(titre)

    tentative.refresh_from_db()
    assert (tentative.etat, reste_du(titre)) == (EtatTentative.ANNULEE, 0)


def test_une_authentification_abandonnee_n_arrete_pas_le_guichet(banc, encaisser, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative, CARTE_3DS)
    tentative = synchroniser(tentative, source="retour")
    with pytest.raises(ValidationError, match="annulez-le sur la page du titre"):
        encaisser(tentative.titre)

    Tentative.objects.update(modifiee_le=timezone.now() - timedelta(minutes=6))
    encaisser(tentative.titre)

    tentative.refresh_from_db()
    assert (tentative.etat, reste_du(tentative.titre)) == (EtatTentative.ANNULEE, 0)
    assert banc.intentions(tentative)[0]["status"] == "canceled"


def test_une_tentative_est_engagee_tant_que_la_banque_peut_debiter(commencer):
    tentative = commencer(titre_payable())
    maintenant = timezone.now()
    for etat in sorted(ETATS_OUVERTS):
        for reference in ("", "pi_connue"):
            for age in (1, 6):
                Tentative.objects.filter(pk=tentative.pk).update(
                    etat=etat if reference or etat in SANS_REFERENCE else EtatTentative.CREEE,
                    reference=reference,
                    modifiee_le=maintenant - timedelta(minutes=age),
                )
                tentative.refresh_from_db()
                attendu = {
                    EtatTentative.EN_COURS: True,
                    EtatTentative.AUTHENTIFICATION: age < 5,
                    EtatTentative.A_VERIFIER: bool(reference),
                }.get(EtatTentative(tentative.etat), False)
                (vue,) = Tentative.objects.avec_engagement()
                dits = (tentative.est_engagee, vue.engagee, Tentative.objects.engagees().exists())
                assert dits == (attendu,) * 3, (etat, reference, age)


def test_une_caisse_par_guichet_et_par_agent(session, regies, regisseur):
    with pytest.raises(ValidationError, match="déjà ouverte"):
        caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)


def test_le_fonds_de_caisse_est_limite_par_l_acte(regies, regisseur):
    with pytest.raises(ValidationError, match="limite le fonds de caisse"):
        caisse.ouvrir_session(guichet=regies, fonds_caisse=20_001, par=regisseur)


def test_une_caisse_de_la_veille_se_cloture_avant_d_encaisser(encaisser):
    titre = titre_payable()

    with (
        time_machine.travel(timezone.now() + timedelta(days=1), tick=False),
        pytest.raises(ValidationError, match="autre jour"),
    ):
        encaisser(titre)


def test_la_cloture_compte_numerote_et_enchaine(encaisser, session, regies, regisseur):
    encaisser(titre_payable(12_500))
    premiere = cloturer_caisse(
        session_id=session.pk, coupures=decompte(32_500), motif_ecart="", par=regisseur
    )
    autre = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)

    seconde = cloturer_caisse(
        session_id=autre.pk, coupures=decompte(0), motif_ecart="", par=regisseur
    )

    assert (premiere.numero, seconde.numero) == (1, 2)
    assert premiere.totaux == {"especes": 12_500}
    assert premiere.empreinte not in {PREMIERE_EMPREINTE, seconde.empreinte}


def test_un_ecart_de_caisse_demande_un_motif(session, regisseur):
    with pytest.raises(ValidationError, match="recomptez"):
        cloturer_caisse(
            session_id=session.pk, coupures=decompte(19_500), motif_ecart="", par=regisseur
        )

    close = cloturer_caisse(
        session_id=session.pk,
        coupures=decompte(19_500),
        motif_ecart="Rendu en trop",
        par=regisseur,
    )

    assert close.ecart == -500


def test_une_caisse_ne_se_cloture_pas_deux_fois(session, regisseur):
    cloturer_caisse(session_id=session.pk, coupures=decompte(20_000), motif_ecart="", par=regisseur)

    with pytest.raises(ValidationError, match="déjà clôturée"):
        cloturer_caisse(
            session_id=session.pk, coupures=decompte(20_000), motif_ecart="", par=regisseur
        )


def test_la_caisse_d_un_autre_ne_se_touche_pas(session, personne):
    autre = personne("Ramona")

    with pytest.raises(ValidationError, match="autre agent"):
        cloturer_caisse(session_id=session.pk, coupures=decompte(20_000), motif_ecart="", par=autre)


def test_le_guichet_et_le_web_numerotent_chacun_leurs_quittances(banc, encaisser, commencer):
    tentative = commencer(titre_payable())
    banc.payer(tentative)
    encaisser(titre_payable())

    synchroniser(tentative, source="retour")

    numeros = Quittance.objects.order_by("pk").values_list("regie__code", "numero")
    assert list(numeros) == [("CENTRE", 1), ("ENLIGNE", 1)]


def test_plus_de_monnaie_que_la_caisse_n_en_contient_est_dit(reference):
    jour = date(2026, 6, 1)

    trop = monnaie.alertes(1_000, 21_100, jour, en_caisse=20_000)

    assert "ne peut pas rendre 20 100" in " ".join(trop).replace("\u202f", " ")
    assert monnaie.alertes(1_000, 21_000, jour, en_caisse=20_000) == []


@pytest.mark.parametrize(("jour", "est_dit"), [(date(2020, 6, 1), False), (date(2026, 6, 1), True)])
def test_la_monnaie_qui_ne_se_rend_pas_est_dite(reference, jour, est_dit):
    assert monnaie.appoint(2_500, jour) == ""
    assert ("ne se rendent pas" in monnaie.appoint(2_503, jour)) is est_dit
    assert [
        bool(monnaie.alertes(12_497, remis, jour, en_caisse=20_000)) for remis in (15_000, None)
    ] == [
        est_dit,
        False,
    ]


def test_un_plafond_d_especes_arrete_un_paiement_et_n_en_arrondit_aucun(encaisser):
    debut = timezone.localdate()
    Parametre.objects.create(cle="especes_plafond", debut=debut, valeur="10000", source="essai")

    with pytest.raises(ValidationError, match="espèces va jusqu’à"):
        encaisser(titre_payable(12_500))
    recu = encaisser(titre_payable(9_998), montant=9_998, somme_remise=10_000)

    assert (recu.montant, recu.rendu) == (9_998, 2)
    assert encaisser(titre_payable(12_500), Mode.CHEQUE, **CHEQUE).montant == 12_500
