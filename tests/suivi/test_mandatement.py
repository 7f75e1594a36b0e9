"""Mandats: what they freeze, what they require, what cancelling and rejecting free."""

from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from exports_tps.models import RemplacementDocument, SignatureBordereau
from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit, franchir, franchir_lot
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau, rattacher_justificatifs
from facturier.grand_livre.models import Ecriture, EtatPiece, Mandat, Piece
from facturier.grand_livre.soldes import reste_du
from facturier.suivi import avancement, mandatement
from facturier.suivi.models import Facture
from fournisseurs.models import CoordonneesBancaires
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
)

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]


def rejeter_par_tresorerie(facture, motif="Imputation inexacte"):
    """Carry the mandat of a transmitted invoice to its rejection."""
    mandat = facture.mandat
    bordereau = creer_bordereau(
        sens="depense",
        pieces=[mandat.pk],
        date_emission=mandat.date_emission,
        par=acteur(Role.AGENT),
    )
    Piece.objects.filter(pk=mandat.pk).update(etat=EtatPiece.TRANSMISE, bordereau=bordereau)
    franchir_lot(Piece, [mandat.pk], "rejeter", par=acteur(Role.COMPTABLE))
    avancement.constater_rejet({mandat.pk: motif}, par=acteur(Role.COMPTABLE))
    facture.refresh_from_db()


def test_un_mandat_fige_le_tiers_le_compte_et_le_delai(agent):
    facture = FactureFactory(liquidee=True, numero="FA1")

    mandat = mandatement.mandater([facture.pk], par=agent)

    assert (mandat.montant_ht, mandat.montant_tgc) == (100_000, 11_000)
    assert mandat.iban == "FR7617499000000000000000118"
    assert mandat.duree_delai == 30
    assert mandat.lignes_piece.get().reference_facture == "FA1"
    assert reste_du(mandat) == 111_000


def test_un_mandat_paie_plusieurs_factures_du_meme_etablissement(agent):
    premiere = FactureFactory(liquidee=True)
    seconde = FactureFactory(
        liquidee=True, etablissement=premiere.etablissement, date_emission=date(2026, 11, 3)
    )

    mandat = mandatement.mandater([premiere.pk, seconde.pk], par=agent)

    assert mandat.montant_ttc == 222_000
    assert set(mandat.factures.all()) == {premiere, seconde}


def test_le_bon_de_commande_cite_est_joint_au_premier_mandat_seulement(agent):
    etablissement = EtablissementFactory.create()
    commande = BonCommandeFactory.create(fournisseur=etablissement.fournisseur)
    premiere, seconde = (
        FactureFactory(
            liquidee=True, etablissement=etablissement, bon_commande=commande, montant_ht=ht
        )
        for ht in (100_000, 100_005)
    )

    genres = [
        sorted(
            mandatement.mandater([f.pk], par=agent).justificatifs.values_list("genre", flat=True)
        )
        for f in (premiere, seconde)
    ]

    assert genres == [["bon_commande", "facture"], ["facture"]]


def test_une_piece_exigee_et_absente_bloque_le_mandat(agent):
    facture = FactureFactory(liquidee=True)

    with pytest.raises(ValidationError, match="Contrat, annexes et notification"):
        mandatement.mandater([facture.pk], type_depense="marche", par=agent)

    assert not Mandat.objects.exists()


def test_deux_etablissements_ou_deux_directions_font_deux_mandats(agent):
    factures = [FactureFactory(liquidee=True).pk, FactureFactory(liquidee=True).pk]
    premiere = FactureFactory(liquidee=True)
    autre_direction = FactureFactory(
        liquidee=True,
        etablissement=premiere.etablissement,
        service=ServiceFactory.create(code="DEFE", libelle="Collèges"),
    )

    with pytest.raises(ValidationError, match="un seul établissement"):
        mandatement.mandater(factures, par=agent)
    with pytest.raises(ValidationError, match="une seule direction"):
        mandatement.mandater([premiere.pk, autre_direction.pk], par=agent)


def test_une_facture_deja_mandatee_ne_l_est_pas_deux_fois(agent):
    facture = FactureFactory(mandat_emis=True)

    with pytest.raises(ValidationError, match="au moins une facture"):
        mandatement.mandater([facture.pk], par=agent)


def test_sans_compte_verifie_rien_ne_se_mandate(agent):
    facture = FactureFactory(liquidee=True)
    CoordonneesBancaires.objects.filter(fournisseur=facture.fournisseur).update(
        fin=CoordonneesBancaires.objects.get(fournisseur=facture.fournisseur).debut
    )

    with pytest.raises(ValidationError, match="aucun compte bancaire vérifié"):
        mandatement.mandater([facture.pk], par=agent)


def test_seul_un_agent_mandate(service):
    facture = FactureFactory(liquidee=True)

    with pytest.raises(ActeInterdit):
        mandatement.mandater([facture.pk], par=service)


def test_un_mandat_annule_libere_ses_factures_et_se_contrepasse(agent):
    facture = FactureFactory(mandat_emis=True)
    mandat = facture.mandat

    mandatement.annuler_mandat(mandat, motif="Mauvaise imputation", par=agent)

    facture.refresh_from_db()
    assert (mandat.etat, facture.etat, facture.mandat) == ("annulee", "liquidee", None)
    assert reste_du(mandat) == 0
    assert Ecriture.objects.filter(contrepasse__isnull=False).count() == 1


def test_une_facture_dont_le_mandat_est_rejete_se_mandate_a_nouveau(agent):
    facture = FactureFactory(transmise=True)
    rejete = facture.mandat
    rejeter_par_tresorerie(facture)

    mandatement.reliquider(facture, par=agent)
    mandat = mandatement.mandater([facture.pk], par=agent)

    assert reste_du(rejete) == 0
    assert reste_du(mandat) == 111_000
    assert facture.passages.filter(acte="reliquider").get().motif.startswith("Mandat")


def test_le_liquidateur_d_un_mandat_est_connu():
    facture = FactureFactory(mandat_emis=True)
    mandats = Piece.objects.filter(pk=facture.mandat_id)

    assert mandatement.liquides_par(mandats, acteur(Role.AGENT)) == [facture.mandat_id]
    assert mandatement.liquides_par(mandats, acteur(Role.ORDONNATEUR)) == []


def test_un_mandat_rejete_ne_se_reliquide_pas_avant_son_rejet(agent):
    facture = FactureFactory(transmise=True)

    with pytest.raises(ValidationError, match="n’est pas rejeté"):
        mandatement.reliquider(facture, par=agent)

    assert Facture.objects.get(pk=facture.pk).etat == "transmise_tps"


def test_un_mandat_signe_ne_s_annule_plus(agent):
    facture = FactureFactory(mandatee=True)
    mandat = facture.mandat
    bordereau = creer_bordereau(
        sens="depense", pieces=[mandat.pk], date_emission=mandat.date_emission, par=agent
    )
    mandat.refresh_from_db()
    signataire = acteur(Role.ORDONNATEUR)
    SignatureBordereau.objects.create(
        bordereau=bordereau, par=signataire, jour=mandat.date_emission
    )
    franchir(
        bordereau,
        "signer",
        par=signataire,
        signe_le="2026-11-20T00:00:00Z",
        empreinte_signee="0" * 64,
    )
    mandat.refresh_from_db()

    with pytest.raises(ValidationError, match="est « Signé »"):
        mandatement.annuler_mandat(mandat, motif="Trop tard", par=agent)


def corriger(rejete, par):
    """Bring the invoices of a blamed mandat back, then issue another one, as its pages do."""
    factures = list(Facture.objects.filter(mandat=rejete.pk))
    for facture in factures:
        mandatement.reliquider(facture, par=par)
    return mandatement.mandater([facture.pk for facture in factures], par=par)


@pytest.mark.parametrize("emettre", [mandatement.remandater, corriger])
def test_un_mandat_emis_de_nouveau_porte_ce_qui_remplace_un_document(agent, emettre):
    etablissement = EtablissementFactory.create()
    commande = BonCommandeFactory.create(fournisseur=etablissement.fournisseur)
    facture = FactureFactory(transmise=True, etablissement=etablissement, bon_commande=commande)
    rejete = facture.mandat
    remplace, garde = rejete.justificatifs.order_by("-genre")
    nouveau = ranger_justificatif(BytesIO(b"%PDF-1.4\n% lisible"), nom="f.pdf", genre="facture")
    rattacher_justificatifs(rejete, [nouveau])
    RemplacementDocument.objects.create(ancien=remplace, nouveau=nouveau, par=agent)
    rejeter_par_tresorerie(facture)

    mandat = emettre(rejete, par=agent)

    assert (remplace.genre, garde.genre) == ("facture", "bon_commande")
    assert list(mandat.justificatifs.filter(genre="facture")) == [nouveau]
    assert list(mandat.justificatifs.order_by("pk")) == [garde, nouveau]
    for defaire in (
        lambda: RemplacementDocument.objects.update(nouveau=garde),
        lambda: RemplacementDocument.objects.all().delete(),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            defaire()
