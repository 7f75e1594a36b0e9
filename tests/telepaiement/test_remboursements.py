"""Money back to the card: two persons, never too much, whatever breaks or comes first."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.grand_livre.evenements import annuler_emission
from facturier.grand_livre.models import Piece, Titre
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import (
    caisse,
    execution_remboursements,
    litiges,
    recus,
    remboursements,
    sommes_a_rendre,
    verification,
    virements,
)
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    Mode,
    OrigineRemboursement,
    RecuRemboursement,
    Remboursement,
)
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.passerelles.stripe import PasserelleStripe
from telepaiement.synchronisation import synchroniser
from tests.telepaiement.conftest import fermer_connexion
from tests.telepaiement.factories import titre_payable
from tests.telepaiement.test_concurrence import reduire

pytestmark = pytest.mark.django_db


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def test_trois_remboursements_partiels_rendent_tout_et_pas_un_franc_de_plus(
    encaisser, rendre, agent
):
    encaissement = encaisser(12_500, courriel="payeur@essai.example")

    faits = [rendre(encaissement, montant) for montant in (5_000, 5_000, 2_500)]

    assert {un.etat for un in faits} == {EtatRemboursement.REUSSI}
    assert reste_du(encaissement.titre) == 12_500
    assert solde("5115", exercice=2026).solde == 0
    assert [recu.numero for recu in RecuRemboursement.objects.order_by("pk")] == [1, 2, 3]
    with pytest.raises(ValidationError, match="déjà rendu"):
        remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=1,
            montant_disponible=0,
            motif="un de trop",
            par=agent,
        )
    assert _anomalies() == []


def test_un_franc_de_trop_est_refuse_par_la_page_puis_par_la_base(encaisser, agent):
    encaissement = encaisser(12_500)

    with pytest.raises(ValidationError, match="ce qui reste de ce paiement"):
        remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=12_501,
            montant_disponible=12_500,
            motif="erreur",
            par=agent,
        )
    with pytest.raises(IntegrityError, match="dépasse ce qui reste"), transaction.atomic():
        Remboursement.objects.create(
            encaissement=encaissement, montant=12_501, motif="erreur", demande_par=agent
        )


def test_une_somme_disponible_perimee_est_refusee(encaisser, rendre, agent):
    encaissement = encaisser(12_500)
    rendre(encaissement, 1_000)

    with pytest.raises(ValidationError, match="a changé depuis l’affichage"):
        remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=500,
            montant_disponible=12_500,
            motif="page ancienne",
            par=agent,
        )


def test_qui_demande_n_approuve_pas(encaisser, agent):
    encaissement = encaisser()
    demande = remboursements.demander(
        encaissement_id=encaissement.pk,
        montant=1_000,
        montant_disponible=12_500,
        motif="erreur",
        par=agent,
    )

    with pytest.raises(ValidationError, match="un autre agent"):
        remboursements.approuver(remboursement_id=demande.pk, par=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Remboursement.objects.filter(pk=demande.pk).update(etat="approuve", approuve_par=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Remboursement.objects.filter(pk=demande.pk).update(etat="transmis")


@pytest.mark.parametrize(
    "champs",
    [{"montant": 2}, {"motif": "autre"}, {"origine": "externe"}, {"etat": "demande"}],
    ids=lambda champs: next(iter(champs)),
)
def test_un_remboursement_refuse_ne_se_reecrit_pas(encaisser, agent, collegue, champs):
    demande = remboursements.demander(
        encaissement_id=encaisser().pk,
        montant=1_000,
        montant_disponible=12_500,
        motif="erreur",
        par=agent,
    )
    remboursements.refuser(remboursement_id=demande.pk, motif="sans objet", par=collegue)

    with pytest.raises(IntegrityError), transaction.atomic():
        Remboursement.objects.filter(pk=demande.pk).update(**champs)
    with pytest.raises(IntegrityError), transaction.atomic():
        Remboursement.objects.filter(pk=demande.pk).delete()


@pytest.mark.django_db(transaction=True)
def test_deux_demandes_ensemble_ne_depassent_pas_le_paiement(encaisser, agent):
    encaissement = encaisser(12_500)

    def demander(_rang):
        try:
            remboursements.demander(
                encaissement_id=encaissement.pk,
                montant=10_000,
                montant_disponible=12_500,
                motif="ensemble",
                par=agent,
            )
        except ValidationError as refus:
            return refus.message
        finally:
            fermer_connexion()
        return ""

    with ThreadPoolExecutor(2) as fils:
        reponses = sorted(fils.map(demander, range(2)))

    assert reponses[0] == ""
    assert "a changé" in reponses[1]
    assert Remboursement.objects.count() == 1


def test_le_trop_percu_est_rendu_avant_que_la_dette_ne_renaisse(banc, commencer, encaisser, rendre):
    titre = titre_payable(12_500)
    premier = commencer(titre)
    encaisser(titre=titre)
    banc.payer(premier)
    double = synchroniser(premier, source="retour").encaissement

    rendre(double, 12_500)

    assert double.trop_percu == 12_500
    assert reste_du(titre) == 0
    assert solde("466", exercice=2026).solde == 0
    assert _anomalies() == []


def test_un_remboursement_fait_chez_le_prestataire_est_constate(banc, encaisser, notifier):
    encaissement = encaisser(12_500)
    banc.faire("rembourser", payment_intent=encaissement.tentative.reference, montant=4_000)
    evenement = [
        objet for objet in banc.etat()["objets"]["event"] if objet["type"] == "refund.created"
    ][-1]

    statut = notifier(json.dumps(evenement).encode())
    notifier(json.dumps(evenement | {"id": "evt_rejeu"}).encode())

    rendu = Remboursement.objects.get()
    assert statut == 200
    assert (rendu.origine, rendu.etat) == (OrigineRemboursement.EXTERNE, EtatRemboursement.REUSSI)
    assert reste_du(encaissement.titre) == 4_000
    assert _anomalies() == []


def test_un_remboursement_rejete_au_panneau_rend_la_somme_a_rembourser(
    banc, encaisser, rendre, notifier
):
    encaissement = encaisser(12_500)
    fait = rendre(encaissement, 12_500)
    panneau = requests.get(f"{banc.adresse}/panneau", timeout=15).text
    rejet = f"{banc.adresse}/_controle/rejeter_remboursement"
    fois = [requests.post(rejet, data={"refund": fait.reference}, timeout=15) for _ in range(2)]
    echecs = [un for un in banc.etat()["objets"]["event"] if un["type"] == "refund.failed"]
    corps = json.dumps(echecs[-1]).encode()

    statuts = [notifier(corps), notifier(corps)]

    fait.refresh_from_db()
    assert f'name="refund" value="{fait.reference}"' in panneau
    assert "C’est fait." in fois[0].text
    assert 'role="alert"' in fois[1].text
    assert statuts == [200, 200]
    assert fait.etat == EtatRemboursement.ECHOUE
    assert fait.motif_echec == "la carte est perdue ou volée"
    assert reste_du(encaissement.titre) == 0
    assert sommes_a_rendre.disponible(encaissement) == 12_500
    assert _anomalies() == []


def test_un_paiement_conteste_ne_se_rembourse_pas(banc, encaisser, agent, client):
    encaissement = encaisser(12_500)
    banc.faire("contester", payment_intent=encaissement.tentative.reference)
    litiges.relire(encaissement)

    with pytest.raises(ValidationError, match="conteste ce paiement"):
        remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=1,
            montant_disponible=12_500,
            motif="erreur",
            par=agent,
        )
    with pytest.raises(IntegrityError, match="contesté"), transaction.atomic():
        Remboursement.objects.create(
            encaissement=encaissement, montant=1, motif="erreur", demande_par=agent
        )
    client.force_login(agent)
    page = client.get(reverse("telepaiement:encaissement", args=[encaissement.pk]))
    assert "Demander un remboursement" not in page.content.decode()


def test_un_litige_ouvert_entre_demande_et_envoi_fait_echouer_sans_rien_ecrire(
    banc, encaisser, rendre
):
    encaissement = encaisser(12_500)
    banc.faire("contester", payment_intent=encaissement.tentative.reference)

    fait = rendre(encaissement, 5_000)

    assert fait.etat == EtatRemboursement.ECHOUE
    assert fait.motif_echec == "ce paiement est contesté par le payeur (400 charge_disputed)"
    assert solde("5115", exercice=2026).credit == 0
    assert virements.rendable(encaissement) == 12_500
    litiges.relire(encaissement)
    assert virements.rendable(encaissement) == 0


def test_un_envoi_sans_reponse_ne_rembourse_qu_une_fois(banc, encaisser, rendre, monkeypatch):
    encaissement = encaisser(12_500)
    rembourser = PasserelleStripe.rembourser

    def couper(soi, *args, **options):
        rembourser(soi, *args, **options)
        raise PasserelleMuette("délai dépassé")

    monkeypatch.setattr(PasserelleStripe, "rembourser", couper)
    envoye = rendre(encaissement, 5_000)
    monkeypatch.setattr(PasserelleStripe, "rembourser", rembourser)
    monkeypatch.setattr(execution_remboursements, "REPOS", execution_remboursements.REPOS * 0)

    bilan = execution_remboursements.relancer()

    envoye_apres = Remboursement.objects.get()
    assert envoye.etat == EtatRemboursement.TRANSMIS
    assert bilan == {"examines": 1, "en_panne": 0}
    assert envoye_apres.etat == EtatRemboursement.REUSSI
    assert (
        len([r for r in banc.etat()["objets"]["refund"] if r["charge"] == encaissement.charge]) == 1
    )


def test_un_remboursement_en_attente_s_ecrit_quand_il_reussit(banc, encaisser, rendre, monkeypatch):
    encaissement = encaisser(12_500, numero="4000000000007726")
    fait = rendre(encaissement, 12_500)
    avant = solde("5115", exercice=2026).credit
    monkeypatch.setattr(execution_remboursements, "REPOS", execution_remboursements.REPOS * 0)

    banc.faire("finir_remboursement", refund=fait.reference)
    execution_remboursements.relancer()

    assert (fait.etat, avant) == (EtatRemboursement.TRANSMIS, 0)
    fait.refresh_from_db()
    assert fait.etat == EtatRemboursement.REUSSI


def rejeter(titre: Titre) -> None:
    """Reject a titre whose payment was not known yet."""
    systeme, motif = Utilisateur.objects.systeme(), "Débiteur inconnu"
    franchir_lot(Piece, [titre.pk], "transmettre", par=systeme)
    franchir_lot(Piece, [titre.pk], "rejeter", par=systeme, motifs={titre.pk: motif})
    annuler_emission(titre, motif=motif, date_comptable=timezone.localdate(), par=systeme)


def test_un_titre_paye_puis_rejete_est_a_rendre(encaisser, rendre):
    titre = titre_payable(12_500)
    premier = encaisser(titre=titre)
    rendre(premier, 5_000)
    second = encaisser(titre=titre)
    rejeter(titre)

    a_rendre = list(Encaissement.objects.en_trop().values_list("pk", "a_rendre"))
    anomalies = _anomalies()
    rendre(second, sommes_a_rendre.a_rendre(second))

    assert sorted(a_rendre) == [(premier.pk, 7_500), (second.pk, 5_000)]
    assert anomalies == []
    assert (reste_du(titre), sommes_a_rendre.a_rendre(premier)) == (-7_500, 7_500)
    rendre(premier, 7_500)
    assert (reste_du(titre), Encaissement.objects.en_trop().count(), _anomalies()) == (0, 0, [])


def test_un_remboursement_echoue_apres_une_reduction_est_a_rendre(encaisser, rendre, agent, banc):
    titre = titre_payable(12_500)
    encaissement = encaisser(titre=titre)
    fait = rendre(encaissement, 500)
    reduire(titre, 500, agent)
    banc.faire("rejeter_remboursement", refund=fait.reference)
    execution_remboursements.relire(encaissement)

    assert reste_du(titre) == -500
    assert sommes_a_rendre.a_rendre(encaissement) == 500
    assert _anomalies() == []


def test_la_nuit_voit_un_trop_percu_hors_de_la_liste(encaisser, agent):
    titre = encaisser(12_500).titre
    annuler_emission(titre, motif="essai", date_comptable=timezone.localdate(), par=agent)

    [anomalie] = _anomalies()

    assert f"titre {titre.pk}" in anomalie
    assert "12500 F reçus de plus que ce qu’il demande, 0 F à rendre" in anomalie


def test_les_especes_ne_se_rendent_pas_sur_une_carte(regies, regisseur, agent, banc):
    session = caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)
    saisie = caisse.Saisie(mode=Mode.ESPECES, montant=12_500, somme_remise=12_500)
    encaissement = caisse.encaisser_au_guichet(
        session=session, titre_id=titre_payable(12_500).pk, saisie=saisie, par=regisseur
    )

    with pytest.raises(ValidationError, match="ordre de virement"):
        remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=1,
            montant_disponible=12_500,
            motif="erreur",
            par=agent,
        )


def test_le_recu_part_par_courriel_et_se_garde(
    encaisser, rendre, django_capture_on_commit_callbacks
):
    encaissement = encaisser(12_500, courriel="payeur@essai.example")

    with django_capture_on_commit_callbacks(execute=True):
        fait = rendre(encaissement, 2_500)

    assert fait.recu.reference == f"ENLIGNE-R-{fait.recu.annee}-000001"
    assert recus.original(fait.recu).startswith(b"%PDF")
    courriel = mail.outbox[-1]
    assert courriel.to == ["payeur@essai.example"]
    assert "2\u202f500\u202fF" in courriel.body.replace("\xa0", "\u202f")
