"""Avoirs: what they correct, what they may not exceed, and what they give back."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone
from pypdf import PdfReader

from facturier.acces.models import Role
from facturier.commun.etats import TransitionInterdite
from facturier.suivi import depot, instruction, mandatement
from facturier.suivi.certificat import certificat
from facturier.suivi.controles import controler
from facturier.suivi.horloges import horloges
from facturier.suivi.interets import decompte
from facturier.suivi.lecture import Donnee, FactureLue, Format, Origine, TypeDocument
from facturier.suivi.models import Facture
from facturier.suivi.prevision import annonce
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    acteur,
    retour,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


def avoir_sur(facture, ht=10_000, tgc=1_100, **champs):
    """Return an avoir on `facture`, a draft unless a trait says more."""
    return FactureFactory(
        nature="avoir",
        facture_corrigee=facture,
        etablissement=facture.etablissement,
        montant_ht=ht,
        montant_tgc=tgc,
        **champs,
    )


def facture_sur_commande(engage=1_000_000):
    etablissement = EtablissementFactory()
    commande = BonCommandeFactory(fournisseur=etablissement.fournisseur, montant_engage=engage)
    return FactureFactory(deposee=True, etablissement=etablissement, bon_commande=commande)


def bloquantes(facture):
    return [a.champ for a in controler(facture) if a.est_bloquante]


def test_un_avoir_prend_le_service_et_la_commande_de_sa_facture():
    facture = facture_sur_commande()

    avoir = avoir_sur(facture, deposee=True)

    assert (avoir.bon_commande, avoir.service) == (facture.bon_commande, facture.service)
    assert list(facture.avoirs.all()) == [avoir]


def test_un_avoir_lu_dans_un_fichier_est_relie_a_sa_facture():
    facture = FactureFactory(deposee=True, numero="FA 42")
    lue = FactureLue(
        format=Format.CII,
        type_document=Donnee(TypeDocument.AVOIR, Origine.STRUCTURE),
        numero_corrige=Donnee("fa42", Origine.STRUCTURE),
        montant_ttc=Donnee(-11_100, Origine.STRUCTURE),
    )

    avoir = FactureFactory(lue=lue, etablissement=facture.etablissement)
    avoir.refresh_from_db()

    assert avoir.lecture["est_avoir"]
    assert avoir.lecture["champs"]["numero_corrige"] == "structure"


def test_une_facture_inconnue_lue_dans_un_avoir_est_signalee():
    lue = FactureLue(
        format=Format.CII,
        type_document=Donnee(TypeDocument.AVOIR, Origine.STRUCTURE),
        numero_corrige=Donnee("FA-INCONNUE", Origine.STRUCTURE),
    )

    avoir = FactureFactory(lue=lue)

    assert "« FA-INCONNUE » que cet avoir corrige" in avoir.lecture["avertissements"][0]


def test_un_avoir_sans_facture_ne_se_depose_pas():
    avoir = FactureFactory(nature="avoir")

    assert bloquantes(avoir) == ["numero_corrige"]
    with pytest.raises(depot.DepotRefuse):
        depot.deposer(avoir, par=acteur(Role.FOURNISSEUR))


def test_la_nature_lue_dans_un_fichier_structure_ne_se_contredit_pas():
    lue = FactureLue(format=Format.UBL, type_document=Donnee(TypeDocument.AVOIR, Origine.STRUCTURE))

    assert bloquantes(FactureFactory(lue=lue)) == ["nature"]


def test_un_avoir_dont_rien_ne_se_lit_n_est_pas_contredit():
    avoir = avoir_sur(FactureFactory(deposee=True), lue=FactureLue(format=Format.PHOTO))

    assert [a.champ for a in controler(avoir)] == []


def test_les_avoirs_ne_depassent_pas_leur_facture():
    facture = FactureFactory(deposee=True)  # 111 000 F with tax
    avoir_sur(facture, 60_000, 6_600, deposee=True)
    trop = avoir_sur(facture, 60_000, 6_600)

    assert bloquantes(trop) == ["montant_ttc"]
    assert bloquantes(avoir_sur(facture, 40_000, 4_400)) == []


def test_la_base_refuse_un_avoir_excessif_meme_sans_controle():
    facture = FactureFactory(deposee=True)
    trop = avoir_sur(facture, 200_000, 22_000)

    with pytest.raises(IntegrityError, match="dépassent"), transaction.atomic():
        _deposer_sans_controle(trop)


def test_la_base_refuse_un_avoir_sur_la_facture_d_un_autre():
    avoir = FactureFactory(nature="avoir", facture_corrigee=FactureFactory(deposee=True))

    assert bloquantes(avoir) == ["numero_corrige"]
    with pytest.raises(IntegrityError, match="même établissement"), transaction.atomic():
        _deposer_sans_controle(avoir)


def test_ce_qu_un_avoir_depose_corrige_ne_change_plus():
    facture = FactureFactory(deposee=True)
    avoir = avoir_sur(facture, deposee=True)
    autre = FactureFactory(deposee=True, etablissement=facture.etablissement)

    with pytest.raises(IntegrityError), transaction.atomic():
        Facture.objects.filter(pk=avoir.pk).update(facture_corrigee=autre)


def test_un_avoir_se_certifie_mais_ne_se_liquide_pas(agent):
    avoir = avoir_sur(FactureFactory(deposee=True), certifiee=True)

    with pytest.raises(TransitionInterdite, match="se déduit de la facture"):
        instruction.liquider(avoir, compte="6064", fonction="930", par=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        Facture.objects.filter(pk=avoir.pk).update(etat="liquidee")


def test_un_avoir_certifie_rend_au_bon_de_commande_ce_qu_il_corrige():
    facture = facture_sur_commande(200_000)
    commande = facture.bon_commande

    avoir = avoir_sur(facture, en_certification=True)
    avant = commande.reste()
    instruction.certifier_service_fait(
        avoir, date_service_fait=timezone.localdate(), par=acteur(Role.SERVICE, avoir.service)
    )

    assert (avant, commande.reste()) == (89_000, 100_100)


def test_une_facture_qu_un_avoir_corrige_ne_se_rejette_ni_ne_se_retire(agent):
    facture = FactureFactory(recue=True)
    avoir = avoir_sur(facture, deposee=True)

    with pytest.raises(TransitionInterdite, match=avoir.numero):
        instruction.rejeter(facture, retour("NON_CONFORME"), par=agent)
    with pytest.raises(TransitionInterdite, match=avoir.numero):
        instruction.retirer(facture, motif="erreur", par=acteur(Role.FOURNISSEUR))


def test_un_avoir_retire_libere_sa_facture(agent):
    facture = FactureFactory(recue=True)
    avoir = avoir_sur(facture, 100_000, 11_000, deposee=True)

    instruction.retirer(avoir, motif="erreur", par=acteur(Role.FOURNISSEUR))

    assert facture.reste_a_compenser() == facture.montant_ttc
    assert bloquantes(avoir_sur(facture, 100_000, 11_000)) == []


def test_un_avoir_n_a_ni_horloge_ni_prevision_ni_interets():
    avoir = avoir_sur(FactureFactory(deposee=True), deposee=True, date_emission=date(2020, 1, 2))

    assert horloges(avoir) == []
    assert annonce(avoir, []) is None
    assert decompte(avoir) is None


def _deposer_sans_controle(avoir):
    Facture.objects.filter(pk=avoir.pk).update(
        etat="deposee",
        deposee_le=timezone.now(),
        deposee_par=acteur(Role.FOURNISSEUR),
        code_verification=depot.tirer_code(),
    )


@pytest.mark.parametrize("jusque", ["service_fait", "liquidee"])
def test_un_avoir_du_tout_solde_la_facture_sans_mandat(jusque, agent, mailoutbox, client):
    facture = FactureFactory(jusque=jusque)
    avoir = avoir_sur(facture, 100_000, 11_000, certifiee=True)
    client.force_login(agent)
    page = client.get(f"/gestion/factures/{facture.pk}/").text

    with TestCase.captureOnCommitCallbacks(execute=True):
        instruction.solder_par_avoir(facture, par=agent)

    avoir.refresh_from_db()
    derniere = facture.liquidations.last()
    assert ("Solder par l’avoir" in page, ">Liquider<" in page, ">Mandater<" in page) == (
        True,
        False,
        False,
    )
    assert (facture.etat, avoir.etat, facture.mandat, derniere.net) == ("avoir", "avoir", None, 0)
    assert (derniere.avoirs, derniere.mandate, derniere.lignes.get().avoir_base) == (
        111_000,
        0,
        100_000,
    )
    assert horloges(facture)[0].est_arretee
    assert "la rend en entier (111 000 F" in " ".join(mailoutbox[-1].body.split())
    client.force_login(acteur(Role.FOURNISSEUR))
    assert "il n’y a rien à payer, elle est close" in client.get(f"/factures/{facture.pk}/").text
    assert client.get(f"/factures/{facture.pk}/").text.count("soldée") <= 2


def test_un_avoir_partiel_ne_solde_pas(agent):
    facture = FactureFactory(certifiee=True)
    avoir_sur(facture, certifiee=True)

    with pytest.raises(ValidationError, match="liquidez la facture"):
        instruction.solder_par_avoir(facture, par=agent)

    assert (facture.etat, facture.liquidations.count()) == ("service_fait", 0)


def test_un_avoir_accepte_apres_la_liquidation_retient_le_mandat(agent):
    facture = FactureFactory(liquidee=True)
    avoir_sur(facture, certifiee=True)

    with pytest.raises(ValidationError, match="revoyez la liquidation"):
        mandatement.mandater([facture.pk], par=agent)


def test_un_avoir_dont_la_place_est_refacturee_ne_se_reprend_plus(agent):
    facture = facture_sur_commande(111_000)
    avoir = avoir_sur(facture, certifiee=True)
    FactureFactory(
        deposee=True,
        etablissement=facture.etablissement,
        bon_commande=facture.bon_commande,
        montant_ht=10_000,
        montant_tgc=1_100,
    )

    for acte, motif in ((instruction.rejeter, "NON_CONFORME"), (instruction.suspendre, "CMD_ERR")):
        with pytest.raises(TransitionInterdite, match="refacturés depuis"):
            acte(avoir, retour(motif), par=agent)
    with pytest.raises(IntegrityError, match="dépassent"), transaction.atomic():
        Facture.objects.filter(pk=avoir.pk).update(
            etat="rejetee", motif_rejet=retour("NON_CONFORME").motif
        )


def test_changer_une_table_garde_les_declencheurs_d_avant():
    facture = FactureFactory(deposee=True)

    with pytest.raises(IntegrityError), transaction.atomic():
        Facture.objects.filter(pk=facture.pk).update(montant_ht=1)
    with pytest.raises(IntegrityError), transaction.atomic():
        Facture.objects.filter(pk=facture.pk).delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        facture.taxes.all()._raw_delete(using="default")


def test_le_certificat_d_un_avoir_dit_ce_qu_il_corrige_et_aucun_delai():
    facture = FactureFactory(deposee=True)

    texte = " ".join(
        PdfReader(certificat(avoir_sur(facture, deposee=True))).pages[0].extract_text().split()
    )

    assert f"Facture corrigée {facture.numero}" in texte
    assert "délai de mandatement" not in texte


def test_les_avis_appellent_un_avoir_par_son_nom(agent, mailoutbox):
    avoir = avoir_sur(FactureFactory(deposee=True), recue=True)

    with TestCase.captureOnCommitCallbacks(execute=True):
        instruction.suspendre(avoir, retour("JUSTIF_ABS"), par=agent)
        instruction.completer(avoir, reponse="Voici.", par=acteur(Role.FOURNISSEUR))
        instruction.reprendre(avoir, par=agent)
        instruction.rejeter(avoir, retour("NON_CONFORME"), par=agent)

    textes = [f"{m.subject}\n{m.body}" for m in mailoutbox]
    assert [avis.libelle for avis in avoir.avis.order_by("pk")][-1] == "Rejet d’un avoir"
    assert all(f"Avoir {avoir.numero}" in texte for texte in textes)
    assert not [un for un in textes if f"acture {avoir.numero}" in un or "mandatement" in un]
