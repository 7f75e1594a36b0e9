"""Two people act at once on the same invoice: one does it, the other is told."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.utils import timezone

from facturier.acces.models import Role
from facturier.grand_livre.models import Mandat
from facturier.suivi import depot, instruction, mandatement
from facturier.suivi.models import Facture
from fournisseurs.modifications.depot import deposer as deposer_modification
from fournisseurs.modifications.depot import preparer
from fournisseurs.retenues import disponibles
from tests.fournisseurs.factories import IBAN_NOUVEAU, OppositionFactory, creer_agent, preuve
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    acteur,
    retour,
)

GEL = "changement de compte bancaire est en cours"
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("referentiel")]


def ensemble(*actes):
    """Run the acts in threads that start together; return what each raised, or None."""
    depart = threading.Barrier(len(actes))
    issues: list[ValidationError | None] = [None for _ in actes]

    def jouer(rang, acte):
        depart.wait()
        try:
            acte()
        except ValidationError as erreur:
            issues[rang] = erreur
        finally:
            connections.close_all()

    fils = [threading.Thread(target=jouer, args=couple) for couple in enumerate(actes)]
    for fil in fils:
        fil.start()
    for fil in fils:
        fil.join()
    return issues


def copie(facture):
    return Facture.objects.get(pk=facture.pk)


def test_deux_agents_recoivent_la_meme_facture_un_seul_passage_reste():
    facture = FactureFactory(deposee=True)
    agent = acteur(Role.AGENT)
    premier, second = copie(facture), copie(facture)

    issues = ensemble(
        lambda: instruction.recevoir(premier, par=agent),
        lambda: instruction.recevoir(second, par=agent),
    )

    assert issues.count(None) == 1
    assert facture.passages.filter(acte="recevoir").count() == 1


def test_deux_agents_mandatent_la_meme_facture_un_seul_mandat_existe():
    facture = FactureFactory(liquidee=True)
    agent = acteur(Role.AGENT)

    issues = ensemble(
        lambda: mandatement.mandater([facture.pk], par=agent),
        lambda: mandatement.mandater([facture.pk], par=agent),
    )

    assert issues.count(None) == 1
    assert Mandat.objects.count() == 1


def test_un_mandat_et_une_suspension_ne_passent_pas_ensemble():
    facture = FactureFactory(liquidee=True)
    agent = acteur(Role.AGENT)
    suspendue = copie(facture)
    motif = retour("JUSTIF_ABS")

    issues = ensemble(
        lambda: mandatement.mandater([facture.pk], par=agent),
        lambda: instruction.suspendre(suspendue, motif, par=agent),
    )

    facture.refresh_from_db()
    assert issues.count(None) == 1
    assert (facture.mandat is None) == (facture.etat == "suspendue")


def test_le_meme_numero_depose_deux_fois_a_la_fois_n_entre_qu_une():
    etablissement = EtablissementFactory.create()
    brouillons = [
        FactureFactory(etablissement=etablissement, numero="FA42", contenu=f"%PDF-1.4 {i}".encode())
        for i in range(2)
    ]
    deposant = acteur(Role.FOURNISSEUR)

    issues = ensemble(*(lambda b=b: depot.deposer(b, par=deposant) for b in brouillons))

    assert issues.count(None) == 1
    assert Facture.objects.deposees().count() == 1
    assert timezone.now() > Facture.objects.deposees().get().deposee_le


def test_deux_factures_deposees_a_la_fois_ne_depassent_pas_leur_commande():
    etablissement = EtablissementFactory.create()
    commande = BonCommandeFactory.create(
        fournisseur=etablissement.fournisseur, montant_engage=150_000
    )
    brouillons = [
        FactureFactory(
            etablissement=etablissement, bon_commande=commande, contenu=f"%PDF-1.4 {i}".encode()
        )
        for i in range(2)
    ]
    deposant = acteur(Role.FOURNISSEUR)

    issues = ensemble(*(lambda b=b: depot.deposer(b, par=deposant) for b in brouillons))

    assert issues.count(None) == 1
    assert commande.reste() == 39_000


def test_un_mandat_n_echappe_pas_au_gel_d_un_changement_de_compte_depose_a_l_instant():
    facture = FactureFactory(liquidee=True)
    agent, guichet = acteur(Role.AGENT), creer_agent()
    demande = preparer(
        etablissement=facture.etablissement,
        genre="compte_principal",
        saisies={"iban": IBAN_NOUVEAU, "titulaire": "Mangrove Fictive"},
        preuves=[preuve("rib")],
        par=guichet,
        canal="guichet",
    )
    en_depot = threading.Event()
    issues: list[ValidationError] = []

    def mandater():
        en_depot.wait()
        try:
            mandatement.mandater([facture.pk], par=agent)
        except ValidationError as refus:
            issues.append(refus)
        finally:
            connections.close_all()

    fil = threading.Thread(target=mandater)
    fil.start()
    with transaction.atomic():
        deposer_modification(demande, par=guichet)
        en_depot.set()
        fil.join(timeout=1)  # without the lock, the mandat is issued before the commit
        attend = fil.is_alive()
    fil.join()

    assert attend
    assert [GEL in str(refus) for refus in issues] == [True]
    assert not Mandat.objects.exists()


def test_deux_mandats_a_la_fois_ne_depassent_pas_une_cession():
    premiere = FactureFactory(liquidee=True)
    seconde = FactureFactory(liquidee=True, etablissement=premiere.etablissement)
    fournisseur = premiere.etablissement.fournisseur
    cession = OppositionFactory(fournisseur=fournisseur, plafond=150_000)
    agent = acteur(Role.AGENT)

    issues = ensemble(
        lambda: mandatement.mandater([premiere.pk], par=agent),
        lambda: mandatement.mandater([seconde.pk], par=agent),
    )

    assert issues == [None, None]
    assert disponibles([cession]) == {cession.pk: 0}


def test_un_double_clic_ne_depose_qu_une_facture_et_l_autre_est_prevenu():
    facture = FactureFactory()
    deposant = acteur(Role.FOURNISSEUR)
    premier, second = copie(facture), copie(facture)

    issues = ensemble(
        lambda: depot.deposer(premier, par=deposant), lambda: depot.deposer(second, par=deposant)
    )

    assert issues.count(None) == 1
    assert facture.passages.count() == 1


def test_deux_avoirs_deposes_ensemble_ne_depassent_pas_leur_facture():
    facture = FactureFactory(deposee=True)
    premier, second = (
        FactureFactory(
            nature="avoir",
            facture_corrigee=facture,
            etablissement=facture.etablissement,
            montant_ht=60_000,
            montant_tgc=6_600,
        )
        for _ in range(2)
    )
    deposant = acteur(Role.FOURNISSEUR)

    issues = ensemble(
        lambda: depot.deposer(copie(premier), par=deposant),
        lambda: depot.deposer(copie(second), par=deposant),
    )

    assert issues.count(None) == 1
    assert facture.avoirs.vivantes().count() == 1
