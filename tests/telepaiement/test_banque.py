"""The statement of the bank: read, refused, matched, posted, and what stays with its age."""

import pytest
from django.core.exceptions import ValidationError
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.commun.fichiers import FichierRefuse
from facturier.grand_livre.soldes import reste_du, solde
from telepaiement import (
    caisse,
    rapprochement,
    releves,
    verification,
    versements,
)
from telepaiement.models import (
    Encaissement,
    LigneBancaire,
    Mode,
    NatureRapprochement,
    RapprochementBancaire,
)
from telepaiement.propositions import proposer
from tests.telepaiement.factories import titre_payable, titres_payables

pytestmark = pytest.mark.django_db
ENTREE = """<Ntry><Amt Ccy="{devise}">{montant}</Amt><CdtDbtInd>{sens}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{jour}</Dt></BookgDt><AcctSvcrRef>{reference}</AcctSvcrRef>
<NtryDtls><TxDtls><RmtInf><Ustrd>{libelle}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>"""
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><GrpHdr/>
<Stmt><Acct><Id><IBAN>FR7610071988000000100000015</IBAN></Id></Acct>{entrees}</Stmt>
</BkToCstmrStmt></Document>"""
BOMBE = """<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]>
<Document><BkToCstmrStmt><Stmt>&c;</Stmt></BkToCstmrStmt></Document>"""


def camt(*entrees: dict[str, object]) -> bytes:
    """Write a statement of these entries."""
    jour = timezone.localdate().isoformat()
    defauts = {"devise": "XPF", "sens": "CRDT", "jour": jour, "libelle": "VIREMENT"}
    lignes = [
        ENTREE.format(**(defauts | {"reference": f"REF{rang}"} | entree))
        for rang, entree in enumerate(entrees)
    ]
    return CAMT.format(entrees="".join(lignes)).encode()


@pytest.fixture
def importer(agent):
    """Import a statement for good; return what it did."""
    return lambda contenu: releves.importer(contenu, nom="releve.xml", par=agent, executer=True)


@pytest.fixture
def session(regies, regisseur, banc):
    """Open a till."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)


@pytest.fixture
def encaisser_au_guichet(session, regisseur):
    """Have a titre paid at the counter."""

    def faire(mode, montant, tiers=None, **champs) -> Encaissement:
        saisie = caisse.Saisie(mode=mode, montant=montant, **champs)
        (titre,) = titres_payables([montant], tiers=tiers)
        return caisse.encaisser_au_guichet(
            session=session, titre_id=titre.pk, saisie=saisie, par=regisseur
        )

    return faire


def confirmer(agent, nature) -> RapprochementBancaire:
    ligne = LigneBancaire.objects.get(etat="a_rapprocher")
    une = next(p for p in proposer(ligne) if p.nature == nature)
    return rapprochement.confirmer(ligne_id=ligne.pk, cle=une.cle, par=agent)


def anomalies() -> list[str]:
    return [str(a) for controle in verification.CONTROLES for a in controle()]


def test_un_essai_a_blanc_ne_garde_rien_puis_l_import_et_son_rejeu(agent, importer):
    contenu = camt({"montant": "12500.00"}, {"montant": "300", "sens": "DBIT"})

    a_blanc = releves.importer(contenu, nom="releve.xml", par=agent)
    rien = LigneBancaire.objects.count()
    premier, second = importer(contenu), importer(contenu)
    chevauchant = importer(
        camt({"montant": "12500"}, {"montant": "300", "sens": "DBIT"}, {"montant": "7"})
    )

    assert (a_blanc.crees, rien) == (2, 0)
    assert (premier.crees, second.crees, second.inchanges) == (2, 0, 2)
    assert (chevauchant.crees, chevauchant.inchanges) == (1, 2)
    assert sorted(LigneBancaire.objects.values_list("montant", flat=True)) == [-300, 7, 12_500]


def test_une_mauvaise_ligne_est_rejetee_avec_son_motif_et_n_arrete_pas_les_autres(importer):
    bilan = importer(
        camt(
            {"montant": "1", "devise": "EUR"},
            {"montant": "12.50"},
            {"montant": "0"},
            {"montant": "1", "jour": "26 novembre"},
            {"montant": "1", "sens": "??"},
            {"montant": "500"},
        )
    )

    motifs = " ".join(motif for _, _, motif in bilan.rejets)
    assert (bilan.crees, len(bilan.rejets)) == (1, 5)
    for mot in ("devise EUR", "centimes", "nul", "ne se lit pas", "CdtDbtInd"):
        assert mot in motifs


@pytest.mark.parametrize(
    ("contenu", "mot"),
    [
        (b"", "vide"),
        (BOMBE.encode(), "DOCTYPE"),
        (b"<Document", "mal form"),
        (b"<Autre/>", "CAMT.053"),
        (b"\xff\xfe\x00", "ni un CAMT.053 ni un CSV"),
        (b"a;b\n1;2\n", "colonnes attendues"),
        (b"x" * 10_000_001, "10 Mo"),
    ],
    ids=["vide", "entites", "coupe", "autre xml", "binaire", "colonnes", "trop gros"],
)
def test_un_fichier_hostile_ou_etranger_est_refuse(importer, contenu, mot):
    with pytest.raises(FichierRefuse, match=mot):
        importer(contenu)

    assert not LigneBancaire.objects.exists()


def test_un_csv_se_lit_en_montant_ou_en_debit_et_credit(importer):
    signe = "Date;Libellé;Montant;Référence\n26/11/2026;REMISE;1 500;R1\n2026-11-26;FRAIS;-20;R2\n"
    double = "\ufeffdate,libelle,debit,credit\n" + "26/11/2026,VIR,,900\n" * 2 + "26/11/2026,X,,\n"

    bilans = [importer(signe.encode()), importer(double.encode())]

    assert [bilan.crees for bilan in bilans] == [2, 2]
    assert bilans[1].rejets == [(4, "", "aucun montant")]


def test_un_versement_se_rapproche_sans_nouvelle_ecriture(encaisser, banc_neuf, importer, agent):
    encaisser(12_500)
    versement = versements.constater(banc_neuf.faire("verser")["id"])
    avant = solde("515", exercice=2026).solde
    importer(camt({"montant": versement.montant, "jour": versement.arrive_le.isoformat()}))

    fait = confirmer(agent, NatureRapprochement.VERSEMENT)

    assert fait.versement == versement
    assert solde("515", exercice=2026).solde == avant
    assert anomalies() == []


def test_la_remise_du_terminal_se_rapproche_nette_de_commission(
    encaisser_au_guichet, importer, agent
):
    for rang, montant in enumerate((10_000, 2_500)):
        encaisser_au_guichet(Mode.TPE, montant, numero_ticket=f"{rang}", numero_autorisation="A1")
    importer(camt({"montant": "12400", "libelle": "REMISE CB TPE-0001"}))

    fait = confirmer(agent, NatureRapprochement.REMISE_TPE)

    comptes = [solde(numero, exercice=2026).solde for numero in ("515", "4722", "5115")]
    assert (fait.commission, fait.encaissements.count()) == (100, 2)
    assert comptes == [12_400, 100, 0]
    assert anomalies() == []


def test_un_cheque_puis_une_remise_de_cheques(encaisser_au_guichet, importer, agent):
    for rang, montant in enumerate((1_000, 2_000, 3_000)):
        encaisser_au_guichet(
            Mode.CHEQUE, montant, banque="BCI", numero_cheque=f"{rang}", tireur="M. Fictif"
        )
    importer(camt({"montant": "1000"}))
    un = confirmer(agent, NatureRapprochement.REMISE_CHEQUES)
    importer(camt({"montant": "5000", "reference": "AUTRE"}))

    deux = confirmer(agent, NatureRapprochement.REMISE_CHEQUES)

    assert (un.encaissements.count(), deux.encaissements.count()) == (1, 2)
    assert solde("5118", exercice=2026).solde == 0
    assert anomalies() == []


def test_un_virement_qui_cite_un_titre_le_paie_et_le_trop_percu_se_voit(
    banc, regies, importer, agent
):
    titre = titre_payable(12_500)
    importer(camt({"montant": "13000", "libelle": f"VIR M FICTIF {titre.reference}"}))

    fait = confirmer(agent, NatureRapprochement.TITRE)

    encaissement = fait.encaissements.get().encaissement
    assert (encaissement.mode, encaissement.session, encaissement.trop_percu) == (
        Mode.VIREMENT,
        None,
        500,
    )
    assert reste_du(titre) == 0
    assert encaissement.quittance.numero == 1
    assert anomalies() == []


def test_un_virement_constate_au_guichet_ne_s_encaisse_pas_deux_fois(
    encaisser_au_guichet, importer, agent
):
    constate = encaisser_au_guichet(Mode.VIREMENT, 4_000, reference_virement="VIR-77")
    importer(camt({"montant": "4000", "libelle": "VIR-77"}))

    fait = confirmer(agent, NatureRapprochement.VIREMENT)

    assert fait.ecriture is None
    assert fait.encaissements.get().encaissement == constate
    assert solde("515", exercice=2026).solde == 4_000


def test_une_ligne_ne_se_rapproche_qu_une_fois_et_ne_se_reecrit_pas(
    encaisser_au_guichet, importer, agent
):
    encaisser_au_guichet(Mode.VIREMENT, 4_000, reference_virement="VIR-77")
    importer(camt({"montant": "4000"}))
    fait = confirmer(agent, NatureRapprochement.VIREMENT)

    with pytest.raises(ValidationError, match="impossible"):
        rapprochement.confirmer(ligne_id=fait.ligne_id, cle="virement-1", par=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        LigneBancaire.objects.update(montant=5)
    with pytest.raises(IntegrityError), transaction.atomic():
        RapprochementBancaire.objects.all().delete()


def test_un_rapprochement_s_annule_et_la_ligne_se_rapproche_autrement(
    encaisser_au_guichet, importer, agent
):
    for rang, montant in enumerate((10_000, 2_500)):
        encaisser_au_guichet(Mode.TPE, montant, numero_ticket=f"{rang}", numero_autorisation="A1")
    importer(camt({"montant": "12400"}))
    premier = confirmer(agent, NatureRapprochement.REMISE_TPE)
    with pytest.raises(ValidationError, match="pourquoi"):
        rapprochement.annuler(ligne_id=premier.ligne_id, motif=" ", par=agent)
    with pytest.raises(IntegrityError), transaction.atomic():
        LigneBancaire.objects.update(etat="a_rapprocher")

    annulation = rapprochement.annuler(ligne_id=premier.ligne_id, motif="Autre jour", par=agent)

    comptes = [solde(numero, exercice=2026).solde for numero in ("515", "4722", "5115")]
    assert annulation.ecriture.contrepasse == premier.ecriture
    assert comptes == [0, 0, 12_500]
    second = confirmer(agent, NatureRapprochement.REMISE_TPE)
    assert second.encaissements.count() == 2
    with pytest.raises(IntegrityError, match="déjà rapproché"), transaction.atomic():
        RapprochementBancaire.objects.create(
            ligne=second.ligne, nature=NatureRapprochement.VIREMENT, par=agent
        )
    assert solde("515", exercice=2026).solde == 12_400
    assert anomalies() == []


def test_un_titre_paye_par_virement_est_du_a_nouveau_si_le_rapprochement_est_annule(
    banc, regies, importer, agent, client
):
    titre = titre_payable(12_500)
    importer(camt({"montant": "12500", "libelle": f"VIR {titre.reference}"}))
    fait = confirmer(agent, NatureRapprochement.TITRE)
    client.force_login(agent)
    adresse = reverse("telepaiement:banque_annuler", args=[fait.ligne_id])
    sans_motif = client.post(adresse, {"motif": ""})

    client.post(adresse, {"motif": "Virement d’un autre"})

    page = client.get(reverse("telepaiement:banque_ligne", args=[fait.ligne_id])).content.decode()
    assert sans_motif.status_code == 422
    assert reste_du(titre) == 12_500
    assert fait.encaissements.get().encaissement.est_annule
    assert "Rapprocher" in page
    assert confirmer(agent, NatureRapprochement.TITRE).encaissements.count() == 1
    assert reste_du(titre) == 0
    assert anomalies() == []


def test_une_commission_nulle_n_ecarte_pas_la_ligne(importer):
    entree = camt({"montant": "800"}).decode()
    frais = "<Chrgs><TtlChrgsAndTaxAmt>0.00</TtlChrgsAndTaxAmt></Chrgs><BookgDt>"
    importer(b"date;libelle;montant;commission\n2026-11-20;REMISE CB;12500;0\n")
    importer(b"date;libelle;debit;credit\n2026-11-20;CHEQUE;700;0\n2026-11-20;VIR;0;600\n")
    bilan = importer(entree.replace("<BookgDt>", frais).encode())

    lignes = LigneBancaire.objects.order_by("pk").values_list("montant", "commission")
    assert list(lignes) == [(12_500, 0), (-700, None), (600, None), (800, 0)]
    assert bilan.rejets == []


def test_un_lot_de_virements_se_lit_un_par_un_et_une_remise_de_cartes_reste_entiere(importer):
    detail = (
        "<TxDtls><Refs><EndToEndId>E{0}</EndToEndId></Refs><Amt Ccy='XPF'>{1}</Amt>"
        "<RmtInf><Ustrd>TITRE {0}</Ustrd></RmtInf></TxDtls>"
    )
    details = detail.format(1, 500) + detail.format(2, 300)
    cartes = "<BkTxCd><Domn><Fmly><Cd>MCRD</Cd></Fmly></Domn></BkTxCd><NtryDtls>"
    for rang, balise in enumerate(("<NtryDtls>", cartes)):
        releve = camt({"montant": "800", "reference": f"LOT{rang}"}).decode()
        debut, _, reste = releve.partition("<NtryDtls>")
        importer(f"{debut}{balise}{details}</NtryDtls>{reste.partition('</NtryDtls>')[2]}".encode())

    lignes = LigneBancaire.objects.order_by("pk").values_list("montant", "reference", "libelle")
    assert list(lignes) == [
        (500, "E1", "TITRE 1"),
        (300, "E2", "TITRE 2"),
        (800, "LOT1", "TITRE 1 – TITRE 2"),
    ]


def test_le_nom_du_payeur_se_lit_dans_les_deux_versions_du_releve(importer):
    for rang, partie in enumerate(("<Nm>Lou Fictive</Nm>", "<Pty><Nm>Lou Fictive</Nm></Pty>")):
        nomme = f"<RltdPties><Dbtr>{partie}</Dbtr></RltdPties><RmtInf>"
        releve = camt({"montant": "800", "reference": f"N{rang}"}).decode()
        importer(releve.replace("<RmtInf>", nomme).encode())

    libelles = set(LigneBancaire.objects.values_list("libelle", flat=True))
    assert (LigneBancaire.objects.count(), libelles) == (2, {"VIREMENT – Lou Fictive"})


def test_une_commission_prise_a_part_s_ecrit_et_s_annule(importer, agent, encaisser_au_guichet):
    encaisser_au_guichet(Mode.TPE, 40_000, numero_ticket="000123", numero_autorisation="A1B2C3")
    importer(camt({"montant": "400", "sens": "DBIT", "libelle": "COM CB NOVEMBRE"}))

    fait = confirmer(agent, NatureRapprochement.COMMISSION)

    assert [solde(un, exercice=2026).solde for un in ("515", "4722")] == [-400, 400]
    rapprochement.annuler(ligne_id=fait.ligne_id, motif="Frais d’un autre compte", par=agent)
    assert [solde(un, exercice=2026).solde for un in ("515", "4722")] == [0, 0]
    assert anomalies() == []


def test_ce_qui_ne_ressemble_a_rien_se_garde_s_ecarte_et_se_reprend(importer, agent):
    importer(camt({"montant": "77777", "jour": "2026-10-01"}))
    ligne = LigneBancaire.objects.get()
    propositions = proposer(ligne)
    with pytest.raises(ValidationError, match="pourquoi"):
        rapprochement.ecarter(ligne_id=ligne.pk, motif=" ", par=agent)

    rapprochement.ecarter(ligne_id=ligne.pk, motif="dotation de l’État", par=agent)
    ecartee = list(rapprochement.a_rapprocher())
    rapprochement.reprendre(ligne_id=ligne.pk, par=agent)

    assert (propositions, ecartee) == ([], [])
    assert list(rapprochement.a_rapprocher()) == [ligne]


def test_la_commande_importe_et_dit_ce_qu_elle_refuse(tmp_path, capsys, db):
    fichier = tmp_path / "releve.csv"
    fichier.write_text("date;libelle;montant\n26/11/2026;VIR;100\n", encoding="utf-8")

    call_command("importer_releve", str(fichier), "--executer", "--json")

    assert '"crees": 1' in capsys.readouterr().out
    with pytest.raises(CommandError, match="Impossible de lire"):
        call_command("importer_releve", str(tmp_path / "absent.csv"))
