"""Messages in a storm, in any order, twice; the gateway away for an hour; a clock that is wrong."""

import json
import os
import random
import time
from collections import Counter
from datetime import timedelta
from typing import NamedTuple
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.grand_livre.evenements import annuler_emission
from facturier.grand_livre.models import Compte, Ecriture, Piece, Titre
from facturier.grand_livre.soldes import reste_du_par_piece, solde
from telepaiement import (
    au_lecteur,
    caisse,
    execution_remboursements,
    litiges,
    notifications,
    remboursements,
    verification,
    versements,
)
from telepaiement.balayage import balayer
from telepaiement.models import (
    Encaissement,
    EtatEvenement,
    EtatTentative,
    EvenementRecu,
    Guichet,
    Mode,
    Quittance,
    Tentative,
)
from telepaiement.synchronisation import synchroniser
from telepaiement.tentatives import PaiementIndisponible, PaiementRefuse, ouvrir
from tests.telepaiement.conftest import (
    CARTE,
    CARTE_REFUSEE,
    enregistrer_lecteur,
    oublier_passerelle,
    signature,
)
from tests.telepaiement.factories import titre_payable, titres_payables
from tests.telepaiement.maisons import MaisonLyra

pytestmark = pytest.mark.django_db
GrandLivre = tuple[list[int], list[tuple[str, int]], list[tuple[str, int]]]
NOMBRE = 5_000 if os.environ.get("GRAND") else 150
DOUBLES = 30  # per cent
GRAINE = 20_261_127


class Personnes(NamedTuple):
    """Who acts in a world, and at which counter."""

    guichet: Guichet
    regisseur: Utilisateur
    agent: Utilisateur
    collegue: Utilisateur


def _poster(client: Client, corps: bytes, *, age: int = 0) -> int:
    return client.post(
        "/telepaiement/stripe/",
        data=corps,
        content_type="application/json",
        headers={"Stripe-Signature": signature(corps, age=age)},
    ).status_code


def _anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def _payees(banc, commencer, nombre) -> list[Tentative]:
    tentatives = [commencer(titre_payable(1_000 + rang)) for rang in range(nombre)]
    for tentative in tentatives:
        banc.payer(tentative)
    return tentatives


def test_une_tempete_de_messages_n_en_perd_et_n_en_double_aucun(banc, commencer):
    hasard = random.Random(GRAINE)  # noqa: S311  (the same storm each time)
    tentatives = _payees(banc, commencer, 8)
    modeles = [json.loads(banc.evenement(un, "payment_intent.succeeded")) for un in tentatives]
    distincts = [
        json.dumps(hasard.choice(modeles) | {"id": f"evt_tempete_{rang}"}).encode()
        for rang in range(NOMBRE * (100 - DOUBLES) // 100)
    ]
    messages = distincts + hasard.choices(distincts, k=NOMBRE - len(distincts))
    hasard.shuffle(messages)
    client = Client()

    debut = time.perf_counter()
    statuts = Counter(_poster(client, corps) for corps in messages)
    recus = time.perf_counter() - debut
    gardes = EvenementRecu.objects.count()
    while EvenementRecu.objects.a_traiter(timezone.now()).exists():
        notifications.vider()
    traites = time.perf_counter() - debut - recus

    print(f"{NOMBRE} messages reçus en {recus:.1f} s, traités en {traites:.1f} s de plus")
    assert statuts == {200: NOMBRE}
    assert gardes == len(distincts)
    assert set(EvenementRecu.objects.values_list("etat", flat=True)) == {EtatEvenement.TRAITE}
    assert Encaissement.objects.count() == Quittance.objects.count() == len(tentatives)
    assert _anomalies() == []


class Monde:
    """One life of the payments: what happens at the bank, and messages that come as they can."""

    def __init__(self, banc, graine: int, personnes: Personnes) -> None:
        self.banc, self.hasard = banc, random.Random(graine)  # noqa: S311
        self.personnes = personnes
        self.client = Client()
        banc.faire("oublier")

    def annoncer(self, part: float) -> None:
        """Deliver some of the messages so far, in any order, some of them twice."""
        evenements = self.banc.etat()["objets"]["event"]
        choisis = [un for un in evenements if self.hasard.random() < part]
        choisis += self.hasard.choices(choisis, k=len(choisis) // 3) if choisis else []
        self.hasard.shuffle(choisis)
        for evenement in choisis:
            assert _poster(self.client, json.dumps(evenement).encode()) == 200
        notifications.vider()

    def vivre(self) -> GrandLivre:
        """Play the same facts, and return what the ledger says of them."""
        titres = titres_payables([10_000, 20_000, 30_000, 40_000, 50_000, 60_000])
        tentatives = [
            ouvrir(titre_id=titre.pk, session_payeur=uuid4()) for titre in [*titres[:4], titres[0]]
        ]
        for rang, tentative in enumerate(tentatives):
            if rang % 2:
                self.banc.payer(tentative, CARTE_REFUSEE)
            self.banc.payer(tentative, CARTE)
            self.annoncer(0.4)
        self._tenir_caisse(au_lecteur_=titres[4], en_especes=titres[5])
        self.banc.faire("rembourser", payment_intent=tentatives[1].reference, montant=5_000)
        rendu = self.banc.etat()["objets"]["refund"][-1]["id"]
        self.annoncer(0.4)
        self.banc.faire("rejeter_remboursement", refund=rendu)
        self.banc.faire("rembourser", payment_intent=tentatives[1].reference, montant=7_000)
        perdu, gagne = (
            self.banc.faire("contester", payment_intent=tentatives[rang].reference)["id"]
            for rang in (2, 3)
        )
        rejete = self.banc.faire("verser")["id"]
        self.annoncer(0.3)
        self.banc.faire("rejeter_versement", payout=rejete)
        self._rembourser(titres[4], 1_500)
        self.banc.faire("clore_litige", dispute=perdu, issue="lost")
        self.banc.faire("clore_litige", dispute=gagne, issue="won")
        self.annoncer(0.3)
        self.banc.faire("verser")
        self.annoncer(1.0)
        return grand_livre(titres)

    def _tenir_caisse(self, *, au_lecteur_: Titre, en_especes: Titre) -> None:
        """At the counter, a card is refused by the reader, another accepted; then cash."""
        regisseur, guichet = self.personnes.regisseur, self.personnes.guichet
        Guichet.objects.filter(pk=guichet.pk).update(lecteur=enregistrer_lecteur(self.banc))
        guichet.refresh_from_db()
        session = caisse.ouvrir_session(guichet=guichet, fonds_caisse=0, par=regisseur)
        for numero in (CARTE_REFUSEE, CARTE):
            au_lecteur.lancer(
                session=session, titre_id=au_lecteur_.pk, montant=50_000, par=regisseur
            )
            self.banc.faire("presenter_carte", lecteur=guichet.lecteur, numero=numero)
            self.annoncer(0.4)
            synchroniser(au_lecteur_.tentatives.get(), source="guichet")
        saisie = caisse.Saisie(mode=Mode.ESPECES, montant=60_000, somme_remise=60_000)
        caisse.encaisser_au_guichet(
            session=session, titre_id=en_especes.pk, saisie=saisie, par=regisseur
        )

    def _rembourser(self, titre: Titre, montant: int) -> None:
        """One agent asks, another approves."""
        encaissement = titre.encaissements.get()
        demande = remboursements.demander(
            encaissement_id=encaissement.pk,
            montant=montant,
            montant_disponible=encaissement.montant,
            motif="erreur",
            par=self.personnes.agent,
        )
        remboursements.approuver(remboursement_id=demande.pk, par=self.personnes.collegue)


def grand_livre(titres: list[Titre]) -> GrandLivre:
    """Return what is left of each titre, the balances, and the entries that stand."""
    restes = reste_du_par_piece([titre.pk for titre in titres], sens="recette")
    comptes = Compte.objects.filter(exercice=2026).values_list("numero", flat=True)
    soldes = {numero: solde(numero, exercice=2026).solde for numero in comptes}
    debout = Ecriture.objects.filter(contrepasse=None, contrepassee_par=None)
    return (
        [restes.get(titre.pk, 0) for titre in titres],
        sorted((numero, montant) for numero, montant in soldes.items() if montant),
        sorted(debout.exclude(evenement="titre").values_list("evenement", "total")),
    )


def test_le_meme_monde_raconte_dans_le_desordre_donne_le_meme_grand_livre(
    banc, regies, regisseur, agent, collegue
):
    personnes = Personnes(regies, regisseur, agent, collegue)
    grands_livres = []
    for graine in (1, 2):
        with transaction.atomic():
            grands_livres.append(Monde(banc, graine, personnes).vivre())
            assert _anomalies() == []
            transaction.set_rollback(True)

    restes, comptes, _ = grands_livres[0]
    assert grands_livres[0] == grands_livres[1]
    assert restes == [0, 7_000, 30_000, 0, 1_500, 0]
    assert dict(comptes)["466"] == -10_000
    assert dict(comptes)["5412"] == 60_000
    assert "5115" not in dict(comptes)
    assert "51175" not in dict(comptes)


def _vivre_chez_lyra(maison: MaisonLyra, graine: int, personnes: Personnes) -> GrandLivre:
    """The same facts at the second gateway, which signs its messages one transaction at a time."""
    hasard = random.Random(graine)  # noqa: S311
    maison.faire("oublier")

    def annoncer(part: float) -> None:
        corps = [
            maison.faire("notification", uuid=un["uuid"])["corps"].encode()
            for tentative in tentatives
            for un in maison.transactions(tentative)
            if hasard.random() < part
        ]
        corps += hasard.choices(corps, k=len(corps) // 3) if corps else []
        hasard.shuffle(corps)
        assert {maison.poster(un) for un in corps} <= {200}
        notifications.vider()

    titres = titres_payables([10_000, 20_000, 30_000])
    tentatives = [
        ouvrir(titre_id=titre.pk, session_payeur=uuid4()) for titre in [*titres, titres[0]]
    ]
    for rang, tentative in enumerate(tentatives):
        if rang % 2:
            maison.payer(tentative, accepte=False)
        maison.payer(tentative)
        annoncer(0.4)
    payes = [synchroniser(un, source="retour").encaissement for un in tentatives[1:3]]
    maison.rembourser(payes[0], 5_000)
    rendu = next(un for un in maison.transactions(tentatives[1]) if un["operationType"] == "CREDIT")
    annoncer(0.4)
    maison.faire("changer", uuid=rendu["uuid"], etat="REFUSED")
    maison.rembourser(payes[0], 7_000)
    demande = remboursements.demander(
        encaissement_id=payes[1].pk,
        montant=1_500,
        montant_disponible=30_000,
        motif="erreur",
        par=personnes.agent,
    )
    remboursements.approuver(remboursement_id=demande.pk, par=personnes.collegue)
    annoncer(1.0)
    return grand_livre(titres)


def test_le_meme_monde_chez_l_autre_passerelle_donne_le_meme_grand_livre(
    lyra, regies, regisseur, agent, collegue
):
    personnes = Personnes(regies, regisseur, agent, collegue)
    grands_livres = []
    for graine in (1, 2):
        with transaction.atomic():
            grands_livres.append(_vivre_chez_lyra(lyra, graine, personnes))
            assert _anomalies() == []
            transaction.set_rollback(True)

    restes, comptes, _ = grands_livres[0]
    assert grands_livres[0] == grands_livres[1]
    assert restes == [0, 7_000, 1_500]
    assert dict(comptes)["466"] == -10_000
    assert dict(comptes)["5115"] == 10_000 + 10_000 + 20_000 + 30_000 - 7_000 - 1_500


def test_le_prestataire_absent_une_heure_ne_fait_rien_perdre(banc, commencer, settings):
    payee, abandonnee = _payees(banc, commencer, 1)[0], commencer(titre_payable(5_000))
    bonne = settings.STRIPE_API_BASE
    evenement = banc.evenement(payee, "payment_intent.succeeded")
    settings.STRIPE_API_BASE = "http://127.0.0.1:9"
    oublier_passerelle()
    client = Client()
    statut = _poster(client, evenement)
    with pytest.raises(PaiementIndisponible, match="aucune somme n’a été prélevée"):
        ouvrir(titre_id=titre_payable(700).pk, session_payeur=uuid4())
    pendant = Client().get(f"/payer/paiement/{payee.jeton}/retour/").status_code
    Tentative.objects.update(creee_le=timezone.now() - timedelta(minutes=60))
    en_panne = balayer()["en_panne"]

    settings.STRIPE_API_BASE = bonne
    oublier_passerelle()
    cache.clear()  # the call that tries again, an hour later, opens the way
    EvenementRecu.objects.update(prochain_essai_le=timezone.now())
    notifications.vider()
    balayer(a=timezone.now() + timedelta(minutes=40))

    etats = dict(Tentative.objects.values_list("pk", "etat"))
    assert (statut, pendant, en_panne) == (200, 200, 3)
    assert etats[payee.pk] == EtatTentative.REUSSIE
    assert etats[abandonnee.pk] == EtatTentative.EXPIREE
    assert Encaissement.objects.get().tentative == payee
    assert not Tentative.objects.ouvertes().exists()


@pytest.mark.parametrize("decalage", [-3_600, 3_600])
def test_une_horloge_fausse_d_une_heure_refuse_les_messages_mais_encaisse(
    banc, commencer, decalage
):
    tentative = _payees(banc, commencer, 1)[0]
    evenement = banc.evenement(tentative, "payment_intent.succeeded")

    statut = _poster(Client(), evenement, age=decalage)
    apres = synchroniser(tentative, source="retour")

    assert statut == 400
    assert apres.etat == EtatTentative.REUSSIE
    encaisse_le = apres.encaissement.encaisse_le
    assert abs(encaisse_le - timezone.now()) < timedelta(minutes=5)  # the hour of the gateway


def test_un_titre_rejete_pendant_son_paiement_rend_tout(banc, commencer, agent):
    titre = titre_payable(12_500)
    tentative = commencer(titre)
    banc.payer(tentative)
    franchir_lot(Piece, [titre.pk], "rejeter", par=Utilisateur.objects.systeme())
    titre.refresh_from_db()
    annuler_emission(titre, motif="rejet", date_comptable=timezone.localdate(), par=agent)

    apres = synchroniser(tentative, source="retour")

    assert apres.encaissement.trop_percu == 12_500
    assert list(Encaissement.objects.en_trop()) == [apres.encaissement]
    with pytest.raises(PaiementRefuse):
        commencer(titre)
    assert _anomalies() == []


def test_rejouer_toute_la_boite_apres_remboursement_litige_et_versement_ne_change_rien(
    banc, commencer
):
    banc.faire("oublier")
    premiere, seconde = _payees(banc, commencer, 2)
    banc.faire("rembourser", payment_intent=premiere.reference, montant=100)
    banc.faire("contester", payment_intent=seconde.reference)
    client = Client()
    for evenement in banc.etat()["objets"]["event"]:
        _poster(client, json.dumps(evenement).encode())
    notifications.vider()
    for encaissement in Encaissement.objects.all():
        execution_remboursements.relire(encaissement)
        litiges.relire(encaissement)
    versements.rapprocher()
    avant = list(Ecriture.objects.order_by("pk").values_list("pk", "evenement", "total"))
    EvenementRecu.objects.update(etat=EtatEvenement.RECU, prochain_essai_le=timezone.now())

    notifications.vider()

    apres = list(Ecriture.objects.order_by("pk").values_list("pk", "evenement", "total"))
    assert avant == apres
    assert {"remboursement_carte", "litige_ouvert"} <= {evenement for _, evenement, _ in apres}
