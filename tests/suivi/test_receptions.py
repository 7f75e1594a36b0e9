"""Order, deliveries, invoices: nothing is received beyond the order, nothing invoiced either."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit
from facturier.suivi import instruction
from facturier.suivi.models import BonCommande, Facture, LigneCommande, Reception
from facturier.suivi.rapprochement import (
    annuler_reception,
    constater_reception,
    rapprocher,
    rapprocher_lignes,
)
from fournisseurs.models import Etablissement
from tests.suivi.factories import (
    BonCommandeFactory,
    EtablissementFactory,
    FactureFactory,
    ServiceFactory,
    acteur,
    retour,
)
from tests.suivi.test_commandes import ENTETE, lancer
from tests.suivi.test_pages import envoyer, page, texte

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.deux_moteurs,
    pytest.mark.usefixtures("referentiel"),
]
LE_JOUR = date(2026, 11, 2)


@pytest.fixture
def etablissement():
    return EtablissementFactory.create()


@pytest.fixture
def commande(etablissement):
    return BonCommandeFactory.create(fournisseur=etablissement.fournisseur, montant_engage=200_000)


@pytest.fixture
def chaises(commande):
    return LigneCommande.objects.create(
        commande=commande, rang=1, libelle="Chaises", quantite=3, montant_ttc=200_000
    )


def recevoir(commande, **donnees):
    defaut = {"date_reception": LE_JOUR, "description": "Première livraison"}
    return constater_reception(
        commande, par=acteur(Role.SERVICE, commande.service), **(defaut | donnees)
    )


def test_une_livraison_partielle_laisse_un_reste_a_recevoir(commande):
    recevoir(commande, montant=80_000, bon_livraison="BL-12")

    fait = rapprocher(commande)
    assert (fait.recu, fait.reste_a_recevoir, fait.reste_a_facturer) == (80_000, 120_000, 200_000)


def test_trois_tiers_d_une_ligne_en_font_le_montant_au_franc(commande, chaises):
    recues = [recevoir(commande, quantites={chaises.pk: Decimal(1)}).montant for _ in range(3)]

    assert recues == [66_667, 66_666, 66_667]
    assert rapprocher_lignes(commande)[0].reste == 0


@pytest.mark.parametrize(
    ("donnees", "phrase"),
    [
        ({"montant": 200_001}, "Il ne reste que 200"),
        ({}, "Indiquez le montant reçu"),
        ({"montant": 1, "date_reception": timezone.localdate() + timedelta(days=1)}, "l’avenir"),
        ({"quantites": {0: Decimal(1)}}, "n’est pas de ce bon de commande"),
    ],
)
def test_une_reception_impossible_est_refusee(commande, donnees, phrase):
    with pytest.raises(ValidationError, match=phrase):
        recevoir(commande, **donnees)


def test_on_ne_recoit_pas_plus_de_chaises_que_commande(commande, chaises):
    recevoir(commande, quantites={chaises.pk: Decimal(2)})

    with pytest.raises(ValidationError, match="il reste 1 à recevoir, et non 2"):
        recevoir(commande, quantites={chaises.pk: Decimal(2)})


def test_seul_le_service_de_la_commande_constate(commande, agent):
    with pytest.raises(ActeInterdit):
        constater_reception(
            commande, date_reception=LE_JOUR, description="Livraison", montant=1, par=agent
        )


def test_la_base_refuse_une_reception_au_dela_de_la_commande(commande, agent):
    with pytest.raises(IntegrityError, match="dépasse le bon de commande"), transaction.atomic():
        Reception.objects.create(
            commande=commande,
            date_reception=LE_JOUR,
            description="Trop",
            montant=200_001,
            constatee_par=agent,
        )


def test_la_base_refuse_une_facture_au_dela_de_la_commande(etablissement, commande):
    FactureFactory(deposee=True, etablissement=etablissement, bon_commande=commande)
    seconde = FactureFactory(
        deposee=True, etablissement=etablissement, montant_ht=150_000, montant_tgc=16_500
    )

    with pytest.raises(IntegrityError, match="dépassent le bon"), transaction.atomic():
        Facture.objects.filter(pk=seconde.pk).update(bon_commande=commande)


def test_la_base_refuse_de_descendre_une_commande_sous_ce_qui_est_facture(etablissement, commande):
    FactureFactory(deposee=True, etablissement=etablissement, bon_commande=commande)

    with pytest.raises(IntegrityError, match="ne descend pas"), transaction.atomic():
        BonCommande.objects.filter(pk=commande.pk).update(montant_engage=110_999)


def test_une_reception_ne_se_modifie_pas(commande):
    reception = recevoir(commande, montant=80_000)

    with pytest.raises(IntegrityError), transaction.atomic():
        Reception.objects.filter(pk=reception.pk).update(montant=1)


def test_une_reception_annulee_rend_ce_qu_elle_avait_recu(commande, chaises):
    service = acteur(Role.SERVICE, commande.service)
    reception = recevoir(commande, quantites={chaises.pk: Decimal(2)})

    annuler_reception(reception, motif="Saisie en double", par=service)

    assert rapprocher(commande).recu == 0
    assert rapprocher_lignes(commande)[0].reste == 3
    with pytest.raises(ValidationError, match="déjà annulée"):
        annuler_reception(reception, motif="Encore", par=service)


def test_certifier_recoit_ce_que_la_facture_a_de_plus(etablissement, commande):
    recevoir(commande, montant=80_000)

    facture = FactureFactory(certifiee=True, etablissement=etablissement, bon_commande=commande)

    assert [r.montant for r in commande.receptions.all()] == [80_000, 31_000]
    assert rapprocher(commande).recu == facture.montant_ttc


def test_une_reception_facturee_et_certifiee_ne_s_annule_plus(etablissement, commande):
    reception = recevoir(commande, montant=80_000)
    FactureFactory(certifiee=True, etablissement=etablissement, bon_commande=commande)

    with pytest.raises(ValidationError, match="Demandez un avoir"):
        annuler_reception(reception, motif="Erreur", par=acteur(Role.SERVICE, commande.service))


def test_readresser_vers_une_commande_trop_petite_est_refuse(etablissement, commande, agent):
    petite = BonCommandeFactory.create(fournisseur=etablissement.fournisseur, montant_engage=10)
    facture = FactureFactory(recue=True, etablissement=etablissement, bon_commande=commande)
    instruction.reorienter(facture, retour("CMD_ERR"), par=agent)

    with pytest.raises(ValidationError, match="Il reste 10"):
        instruction.readresser(facture, bon_commande=petite, par=agent)

    assert facture.bon_commande == commande


class TestImport:
    """An order comes with its lines, one row each."""

    colonnes = ENTETE.strip() + ";ligne;designation;quantite;montant_ligne\n"

    def importer(self, tmp_path, *rangees):
        if not Etablissement.objects.exists():
            EtablissementFactory.create(ridet="9000019001")
        ServiceFactory.create(code="DEPS", libelle="Domaine public")
        fichier = tmp_path / "bons.csv"
        tete = "BC1;Mobilier;2026-10-01;9000019001;DEPS;6064;930;300 000;"
        fichier.write_text(self.colonnes + "".join(f"{tete};{r}\n" for r in rangees))
        return lancer("importer_bons_commande", fichier, "--executer")[1]

    def test_deux_rangees_font_une_commande_de_deux_lignes(self, tmp_path):
        rangees = ("1;Chaises;3;100 000", "2;Tables;1,5;200 000")
        resultat = self.importer(tmp_path, *rangees)
        seconde = self.importer(tmp_path, *rangees)

        commande = BonCommande.objects.get(numero="BC1")
        lignes = commande.lignes.values_list("libelle", "quantite", "montant_ttc")
        assert (resultat["crees"], seconde["inchanges"]) == (1, 1)
        assert list(lignes) == [
            ("Chaises", Decimal(3), 100_000),
            ("Tables", Decimal("1.5"), 200_000),
        ]

    @pytest.mark.parametrize(
        ("rangee", "motif"),
        [
            ("1;Chaises;3;100 000", "font 100\u202f000"),
            ("un;Chaises;3;300 000", "n’est pas un nombre"),
            ("1;;3;300 000", "désignation"),
            ("1;Chaises;NaN;300 000", "n’est pas un nombre"),
        ],
    )
    def test_une_ligne_fautive_ecarte_sa_commande(self, tmp_path, rangee, motif):
        resultat = self.importer(tmp_path, rangee)

        assert resultat["rejetes"] == 1
        assert motif in resultat["anomalies"][0]["motif"]

    def test_une_commande_ne_descend_pas_sous_ce_qui_est_facture(self, tmp_path):
        self.importer(tmp_path, "1;Chaises;3;300 000")
        commande = BonCommande.objects.get()
        FactureFactory(
            deposee=True,
            etablissement=commande.etablissement,
            bon_commande=commande,
            montant_ht=290_000,
            montant_tgc=0,
            taxes=(),
        )
        fichier = tmp_path / "moins.csv"
        fichier.write_text(ENTETE + "BC1;Mobilier;2026-10-01;9000019001;DEPS;6064;930;10;\n")

        _, resultat = lancer("importer_bons_commande", fichier, "--executer")

        assert "déjà facturés" in resultat["anomalies"][0]["motif"]


def test_le_service_constate_une_reception_a_l_ecran(commande, chaises):
    service = acteur(Role.SERVICE, commande.service)

    recue = envoyer(
        service,
        "recevoir_commande",
        commande.pk,
        date_reception="2026-11-02",
        description="Deux chaises",
        **{f"quantite_{chaises.pk}": "2"},
    )
    refusee = envoyer(
        service,
        "recevoir_commande",
        commande.pk,
        date_reception="2026-11-02",
        description="Deux autres",
        **{f"quantite_{chaises.pk}": "2"},
    )

    assert "Deux chaises" in texte(recue)
    assert "il reste 1 à recevoir" in texte(refusee)


def test_chacun_voit_ce_qui_reste_de_sa_commande(etablissement, commande, agent, deposant, intrus):
    FactureFactory(deposee=True, etablissement=etablissement, bon_commande=commande)
    fournisseur = deposant(etablissement)

    for lecteur, vues in (
        (agent, ("commandes", "commande")),
        (fournisseur, ("mes_commandes", "ma_commande")),
    ):
        for vue, arguments in zip(vues, ((), (commande.pk,)), strict=True):
            assert "89\xa0000" in texte(page(lecteur, vue, *arguments))
    assert page(intrus, "ma_commande", commande.pk).status_code == 404
