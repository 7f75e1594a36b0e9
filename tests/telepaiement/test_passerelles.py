"""The same acceptance on every gateway: Stripe, and a bank of the Lyra family."""

import hashlib
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest
import requests
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import (
    execution_remboursements,
    rapprochement,
    releves,
    remboursements,
    sommes_a_rendre,
    verification,
    versements,
)
from telepaiement.balayage import balayer
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    EtatTentative,
    EvenementRecu,
    LigneBancaire,
    OrigineRemboursement,
    Quittance,
    Remboursement,
    Tentative,
)
from telepaiement.passerelles.contrat import PasserelleMuette
from telepaiement.passerelles.lyra import signer
from telepaiement.propositions import proposer
from telepaiement.synchronisation import fermer, synchroniser
from telepaiement.tentatives import ouvrir
from tests.telepaiement.conftest import DELAI, oublier_passerelle
from tests.telepaiement.factories import titre_payable
from tests.telepaiement.maisons import Maison, MaisonStripe

pytestmark = pytest.mark.django_db


@pytest.fixture(params=["stripe", "lyra"])
def maison(request, regies) -> Maison:
    """Each gateway in turn."""
    if request.param == "lyra":
        maison_lyra: Maison = request.getfixturevalue("lyra")
        return maison_lyra
    return MaisonStripe(request.getfixturevalue("banc"))


def commencer(montant: int = 12_500, titre=None) -> Tentative:
    """Open an attempt from a browser of its own."""
    return ouvrir(titre_id=(titre or titre_payable(montant)).pk, session_payeur=uuid4())


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def test_un_paiement_accepte_solde_la_dette(maison):
    tentative = commencer(12_500)
    maison.payer(tentative)

    apres = synchroniser(tentative, source="retour")

    encaissement = apres.encaissement
    assert apres.etat == EtatTentative.REUSSIE
    assert reste_du(encaissement.titre) == 0
    assert (encaissement.marque, len(encaissement.quatre_derniers)) == ("visa", 4)
    assert solde("5115", exercice=2026).debit == 12_500


def test_un_refus_puis_une_autre_carte(maison):
    tentative = commencer()
    maison.payer(tentative, accepte=False)
    refusee = synchroniser(tentative, source="retour")
    maison.payer(tentative)

    payee = synchroniser(refusee, source="retour")

    assert (refusee.etat, refusee.nb_refus) == (EtatTentative.INITIEE, 1)
    assert payee.etat == EtatTentative.REUSSIE


def test_la_notification_seule_regle_et_se_repete_sans_effet(maison):
    tentative = commencer()
    maison.payer(tentative)
    corps = maison.notification(tentative)

    statuts = [maison.poster(corps) for _ in range(5)]

    assert statuts == [200] * 5
    assert (Encaissement.objects.count(), Quittance.objects.count()) == (1, 1)
    assert EvenementRecu.objects.count() == 1


def test_ni_carte_ni_payeur_ne_restent_en_base_ni_aux_journaux(maison, capfd, caplog):
    tentative = commencer()
    maison.payer(tentative, accepte=False)
    corps = [maison.notification(tentative)]
    maison.poster(corps[0])
    maison.payer(tentative)
    corps.append(maison.notification(tentative))
    maison.poster(corps[1])

    garde = " ".join([*map(str, _toute_la_base()), *capfd.readouterr(), caplog.text])

    assert EvenementRecu.objects.count() == 2
    assert Encaissement.objects.exists()
    assert any(b"Camille" in un and re.search(rb"exp(iry)?_month", un) for un in corps)
    assert not re.search(
        r"Camille|exp(iry)?_|fingerprint|billing_|_secret_|vads_(cust|card)"
        r"|4242424242|4970100",
        garde,
    )
    assert set(EvenementRecu.objects.values_list("empreinte", flat=True)) == {
        hashlib.sha256(un).hexdigest() for un in corps
    }
    assert "12500" in str(EvenementRecu.objects.first().faits)


def test_ce_que_la_banque_reprend_est_de_nouveau_du_et_le_debiteur_le_sait(
    maison, agent, client, mailoutbox, django_capture_on_commit_callbacks
):
    tentative = commencer()
    Tentative.objects.filter(pk=tentative.pk).update(courriel="lou@mail.example")
    maison.payer(tentative)
    encaissement = synchroniser(tentative, source="retour").encaissement

    with django_capture_on_commit_callbacks(execute=True):
        maison.reprendre(encaissement, agent)

    litige = encaissement.litiges.get()
    (courriel,) = [un for un in mailoutbox if "n’a pas abouti" in un.subject]
    adresse = reverse("telepaiement:verification", args=[encaissement.quittance.code])
    assert (litige.etat, litige.est_debite, litige.montant) == ("perdu", True, 12_500)
    assert reste_du(encaissement.titre) == 12_500
    assert "la banque a repris la somme reçue" in client.get(adresse).content.decode()
    assert courriel.to == ["lou@mail.example"]
    assert "repris la somme payée par carte" in courriel.body
    assert encaissement.titre.reference in courriel.body
    assert _anomalies() == []


def _toute_la_base() -> Iterator[object]:
    """Yield every row of every table, as the engine tells it."""
    with connection.cursor() as curseur:
        for table in connection.introspection.table_names(curseur):
            curseur.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608
            yield from curseur


def test_une_notification_falsifiee_est_refusee(maison):
    tentative = commencer()
    maison.payer(tentative)

    statut = maison.poster(maison.notification(tentative), vraie=False)

    assert statut == 400
    assert not EvenementRecu.objects.exists()


def test_tout_perdu_le_balayage_encaisse(maison):
    tentative = commencer()
    maison.payer(tentative)
    Tentative.objects.update(creee_le=timezone.now() - timedelta(minutes=16))

    bilan = balayer()

    assert bilan == {"examinees": 1, "closes": 1, "en_panne": 0}
    assert Encaissement.objects.get().tentative == tentative


def test_une_lecture_sans_reponse_reste_a_verifier_puis_aboutit(maison):
    tentative = commencer()
    maison.payer(tentative)
    maison.tomber(1)
    with pytest.raises(PasserelleMuette):
        synchroniser(tentative, source="retour")
    tentative.refresh_from_db()
    douteuse = tentative.etat

    apres = synchroniser(tentative, source="balayage")

    assert douteuse == EtatTentative.A_VERIFIER
    assert apres.etat == EtatTentative.REUSSIE


def test_un_montant_qui_differe_attend_une_personne(maison):
    tentative = commencer()
    maison.fausser(tentative)
    maison.payer(tentative)

    apres = synchroniser(tentative, source="retour")

    assert apres.etat == EtatTentative.A_VERIFIER
    assert "attendu 12\u202f500\u202fF" in apres.anomalie
    assert not Encaissement.objects.exists()


def test_abandonner_ferme_et_un_succes_tardif_est_encaisse(maison):
    abandonnee, devancee = commencer(), commencer()
    maison.payer(devancee)

    fermee = fermer(abandonnee, "annuler", source="abandon")
    gagnee = fermer(devancee, "annuler", source="abandon")

    assert fermee.etat == EtatTentative.ANNULEE
    assert gagnee.etat == EtatTentative.REUSSIE


@pytest.mark.parametrize("montant", [1, 99_999_999])
def test_les_montants_extremes_ne_se_divisent_jamais(maison, montant):
    tentative = commencer(montant)
    maison.payer(tentative)

    apres = synchroniser(tentative, source="retour")

    assert apres.encaissement.montant == montant


def test_deux_cartes_sur_une_dette_laissent_un_trop_percu(maison):
    titre = titre_payable(12_500)
    tentatives = [commencer(titre=titre), commencer(titre=titre)]
    for tentative in tentatives:
        maison.payer(tentative)
        synchroniser(tentative, source="retour")

    trop_percus = Encaissement.objects.order_by("trop_percu").values_list("trop_percu", flat=True)

    assert list(trop_percus) == [0, 12_500]
    assert _anomalies() == []


def test_trois_remboursements_puis_un_franc_de_trop(maison, agent, collegue):
    tentative = commencer(12_500)
    maison.payer(tentative)
    encaissement = synchroniser(tentative, source="retour").encaissement

    def demander(montant: int) -> Remboursement:
        return remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=montant,
            montant_disponible=sommes_a_rendre.disponible(encaissement),
            motif="erreur",
            par=agent,
        )

    faits = [
        remboursements.approuver(remboursement_id=demander(montant).pk, par=collegue)
        for montant in (5_000, 5_000, 2_500)
    ]

    assert {un.etat for un in faits} == {EtatRemboursement.REUSSI}
    assert len({un.reference for un in faits}) == 3
    with pytest.raises(ValidationError):
        demander(1)
    assert solde("5115", exercice=2026).solde == 0
    assert _anomalies() == []


def test_un_paiement_autorise_se_rend_entier_le_jour_meme(maison, agent, collegue):
    tentative = commencer(12_500)
    maison.payer(tentative, remis=False)
    encaissement = synchroniser(tentative, source="retour").encaissement

    fait = remboursements.approuver(
        remboursement_id=_demander(encaissement, 12_500, agent).pk, par=collegue
    )
    execution_remboursements.relire(encaissement)

    assert Remboursement.objects.get().etat == fait.etat == EtatRemboursement.REUSSI
    assert (sommes_a_rendre.disponible(encaissement), reste_du(encaissement.titre)) == (0, 12_500)
    assert solde("5115", exercice=2026).solde == 0
    assert _anomalies() == []


def test_une_part_d_un_paiement_autorise_attend_sa_remise(maison, agent, collegue, monkeypatch):
    tentative = commencer(12_500)
    maison.payer(tentative, remis=False)
    encaissement = synchroniser(tentative, source="retour").encaissement
    fait = remboursements.approuver(
        remboursement_id=_demander(encaissement, 5_000, agent).pk, par=collegue
    )
    avant = fait.etat
    monkeypatch.setattr(execution_remboursements, "REPOS", timedelta(0))
    execution_remboursements.relancer()
    maison.remettre()

    execution_remboursements.relancer()

    fait.refresh_from_db()
    assert avant == ("reussi" if isinstance(maison, MaisonStripe) else "transmis")
    assert fait.etat == EtatRemboursement.REUSSI
    assert sommes_a_rendre.disponible(encaissement) == 7_500
    assert _anomalies() == []


@pytest.mark.parametrize("est_relue", [False, True], ids=["redemande", "notification"])
def test_une_annulation_dont_la_reponse_s_est_perdue_est_la_notre(
    lyra, agent, collegue, monkeypatch, est_relue
):
    tentative = commencer(12_500)
    lyra.payer(tentative, remis=False)
    encaissement = synchroniser(tentative, source="retour").encaissement
    monkeypatch.setattr(execution_remboursements, "REPOS", timedelta(0))
    lyra.tomber(1)
    fait = remboursements.approuver(
        remboursement_id=_demander(encaissement, 12_500, agent).pk, par=collegue
    )
    lyra.rembourser(encaissement, 12_500)  # what the call had done, of which nothing was heard

    if est_relue:
        lyra.poster(lyra.notification(tentative))
    else:
        execution_remboursements.relancer()

    fait.refresh_from_db()
    assert Remboursement.objects.count() == 1
    assert (fait.etat, fait.reference) == (EtatRemboursement.REUSSI, encaissement.charge)
    assert _anomalies() == []


def _demander(encaissement: Encaissement, montant: int, par) -> Remboursement:
    return remboursements.demander(
        encaissement_id=encaissement.pk,
        montant=montant,
        montant_disponible=sommes_a_rendre.disponible(encaissement),
        motif="erreur",
        par=par,
    )


def test_un_remboursement_fait_ailleurs_puis_echoue(maison):
    tentative = commencer(12_500)
    maison.payer(tentative)
    encaissement = synchroniser(tentative, source="retour").encaissement
    maison.rembourser(encaissement, 4_000)
    statut = maison.poster(maison.notification(tentative))
    rendu = Remboursement.objects.get()
    apres = (rendu.origine, rendu.etat, reste_du(encaissement.titre))

    maison.echouer(rendu)
    execution_remboursements.relire(encaissement)

    rendu.refresh_from_db()
    assert statut == 200
    assert apres == (OrigineRemboursement.EXTERNE, EtatRemboursement.REUSSI, 4_000)
    assert (rendu.etat, reste_du(encaissement.titre)) == (EtatRemboursement.ECHOUE, 0)
    assert _anomalies() == []


def test_un_remboursement_sans_reponse_ne_part_qu_une_fois(maison, agent, collegue, monkeypatch):
    tentative = commencer(12_500)
    maison.payer(tentative)
    encaissement = synchroniser(tentative, source="retour").encaissement
    demande = remboursements.demander(
        encaissement_id=encaissement.pk,
        montant=5_000,
        montant_disponible=12_500,
        motif="erreur",
        par=agent,
    )
    maison.tomber(1)
    envoye = remboursements.approuver(remboursement_id=demande.pk, par=collegue)
    monkeypatch.setattr(execution_remboursements, "REPOS", timedelta(0))

    execution_remboursements.relancer()
    execution_remboursements.relancer()

    assert envoye.etat == EtatRemboursement.TRANSMIS
    envoye.refresh_from_db()
    assert envoye.etat == EtatRemboursement.REUSSI
    assert sommes_a_rendre.disponible(encaissement) == 7_500


def test_la_page_de_lyra_porte_un_formulaire_signe_au_franc(lyra):
    tentative = commencer(12_500)

    reponse = Client().get(reverse("telepaiement:paiement", args=[tentative.jeton]))

    page = reponse.content.decode()
    champs = dict(reponse.context["formulaire"].champs)
    partir = reverse("telepaiement:partir", args=[tentative.jeton])
    assert f'action="{partir}"' in page
    assert lyra.adresse in reponse["Content-Security-Policy"].partition("form-action")[2]
    assert "stripe" not in page.lower()
    assert (champs["vads_amount"], champs["vads_currency"]) == ("12500", "953")
    assert champs["signature"] == signer(champs, "cle_banc_lyra")


def test_une_autre_carte_se_presente_apres_un_refus_chez_lyra(lyra):
    tentative = commencer(12_500)
    adresse = reverse("telepaiement:paiement", args=[tentative.jeton])
    champs = dict(Client().get(adresse).context["formulaire"].champs)
    lyra.faire("formulaire", **champs)
    lyra.faire("payer", commande=tentative.reference, numero="4970100000000071")
    rejoue = requests.post(f"{lyra.adresse}/vads-payment/", data=champs, timeout=DELAI)
    suivants = dict(Client().get(adresse).context["formulaire"].champs)
    accepte = requests.post(f"{lyra.adresse}/vads-payment/", data=suivants, timeout=DELAI)

    assert champs["vads_trans_id"] != suivants["vads_trans_id"]
    assert (rejoue.status_code, accepte.status_code) == (400, 200)
    assert champs["vads_validation_mode"] == "0"


def test_le_formulaire_de_lyra_ne_part_que_si_la_dette_tient(lyra):
    tentative, autre = commencer(12_500), commencer(4_500)
    client = Client(enforce_csrf_checks=True)
    partir = reverse("telepaiement:partir", args=[tentative.jeton])
    page = client.get(reverse("telepaiement:paiement", args=[tentative.jeton]))
    champs = dict(page.context["formulaire"].champs)

    part = client.post(partir, champs)
    d_un_autre = client.post(reverse("telepaiement:partir", args=[autre.jeton]), champs)
    lyra.payer(tentative)
    synchroniser(tentative, source="retour")
    trop_tard = client.post(partir, champs)

    assert (part.status_code, part["Location"]) == (307, f"{lyra.adresse}/vads-payment/")
    assert d_un_autre.status_code == trop_tard.status_code == 302


def test_un_montant_change_dans_la_page_est_refuse_par_la_banque(lyra):
    tentative = commencer(12_500)
    page = Client().get(reverse("telepaiement:paiement", args=[tentative.jeton]))
    champs = dict(page.context["formulaire"].champs)

    honnete = requests.post(f"{lyra.adresse}/vads-payment/", data=champs, timeout=DELAI)
    altere = requests.post(
        f"{lyra.adresse}/vads-payment/", data=champs | {"vads_amount": "1"}, timeout=DELAI
    )
    devise = requests.post(
        f"{lyra.adresse}/vads-payment/", data=champs | {"vads_currency": "978"}, timeout=DELAI
    )

    assert [honnete.status_code, altere.status_code, devise.status_code] == [200, 400, 400]


def test_le_panneau_de_lyra_agit_sans_script(lyra):
    tentative = commencer(12_500)
    lyra.deposer(tentative)
    panneau = f"{lyra.adresse}/panneau"

    def presser(controle: str, **champs: object) -> str:
        adresse = f"{lyra.adresse}/_controle/{controle}"
        return str(requests.post(adresse, data=champs, timeout=DELAI).text)

    a_payer = requests.get(panneau, timeout=DELAI).text
    reglee = presser("pannes", retarder=20)
    presser("pannes", retarder=0)
    presser("payer", commande=tentative.reference, numero="4970100000000071")
    presser("payer", commande=tentative.reference, numero="4970100000000055", en_cours=1)
    presser("changer", uuid=lyra.transactions(tentative)[-1]["uuid"], etat="CAPTURED")
    payee = synchroniser(tentative, source="retour")
    debit = payee.encaissement.charge
    presser("rembourser", uuid=debit)
    execution_remboursements.relire(payee.encaissement)
    rendu = Remboursement.objects.get()
    de_trop = presser("rembourser", uuid=debit)
    rejete = presser("changer", uuid=rendu.reference, etat="REFUSED")
    execution_remboursements.relire(payee.encaissement)
    d_ailleurs = requests.post(
        f"{lyra.adresse}/_controle/oublier", headers={"Origin": "http://ailleurs.nc"}, timeout=DELAI
    )

    rendu.refresh_from_db()
    assert tentative.reference in a_payer
    assert "12\u202f500\u202fF CFP" in a_payer
    assert "retard pour la prochaine notification\u202f: 20" in reglee
    assert (rendu.montant, rendu.etat) == (12_500, EtatRemboursement.ECHOUE)
    assert 'role="alert"' in de_trop
    assert "C’est fait." in rejete
    assert d_ailleurs.status_code == 403


def test_les_notifications_de_lyra_se_perdent_se_doublent_et_se_renvoient(lyra):
    envois = []
    for panne in ("perdre", "dupliquer"):
        tentative = commencer()
        lyra.deposer(tentative, notification="http://127.0.0.1:1/lyra/")
        lyra.faire("pannes", **{panne: 1})
        lyra.faire("payer", commande=tentative.reference, numero="4970100000000055")
        envois.append(lyra.notifications(tentative))
    lyra.faire("renvoyer", uuid=lyra.transactions(tentative)[-1]["uuid"])

    assert [un["resultat"] for un in envois[0]] == ["perdue"]
    assert len(envois[1]) == 2
    assert "perdue" not in {un["resultat"] for un in envois[1]}
    assert len(lyra.notifications(tentative)) == 3


def test_une_notification_de_l_autre_mode_est_refusee_chez_lyra(lyra, settings):
    tentative = commencer()
    lyra.payer(tentative)
    corps = lyra.notification(tentative)
    settings.LYRA_MODE = "PRODUCTION"
    oublier_passerelle()

    assert lyra.poster(corps) == 400


def _credite(agent, montant, **colonnes) -> LigneBancaire:
    """Import a statement of one movement."""
    noms, valeurs = ";".join(colonnes), ";".join(map(str, colonnes.values()))
    jour = timezone.localdate().isoformat()
    texte = f"date;libelle;montant;{noms}\n{jour};REMISE CB EPAYNC;{montant};{valeurs}\n"
    releves.importer(texte.encode(), nom="releve.csv", par=agent, executer=True)
    return LigneBancaire.objects.order_by("-pk")[0]


def test_ce_que_lyra_encaisse_se_rapproche_du_releve_par_jour(lyra, agent, client):
    payes = []
    for montant in (12_500, 7_500):
        tentative = commencer(montant)
        lyra.payer(tentative)
        payes.append(synchroniser(tentative, source="retour").encaissement)
    lyra.rembourser(payes[0], 2_000)
    execution_remboursements.relire(payes[0])
    autre = _credite(agent, 17_600, commission=100)
    ligne = _credite(agent, 17_700, commission=300)
    propositions = [une for une in proposer(ligne) if une.lot]

    fait = rapprochement.confirmer(ligne_id=ligne.pk, cle=propositions[0].cle, par=agent)

    versement = fait.versement
    assert [une for une in proposer(autre) if une.lot] == []
    assert [une.commission for une in propositions] == [300]
    assert (versement.brut, versement.commission, versement.montant) == (18_000, 300, 17_700)
    assert (versement.origine, versement.lignes.count()) == ("banque", 4)
    assert [solde(un, exercice=2026).solde for un in ("515", "4722", "5115")] == [17_700, 300, 0]
    assert _anomalies() == []
    client.force_login(agent)
    page = client.get(reverse("telepaiement:versement", args=[versement.pk])).content.decode()
    assert "Constaté sur le relevé bancaire" in page

    rapprochement.annuler(ligne_id=ligne.pk, motif="Mauvais jour", par=agent)

    plus_tard = timezone.now() + timedelta(days=8)
    assert set(versements.non_verses(a=plus_tard)) == set(payes)
    assert [solde(un, exercice=2026).solde for un in ("515", "4722", "5115")] == [0, 0, 18_000]
    cle = next(une.cle for une in proposer(ligne) if une.lot)
    rapprochement.confirmer(ligne_id=ligne.pk, cle=cle, par=agent)
    assert not versements.non_verses(a=plus_tard).exists()
    assert _anomalies() == []
