"""A mandat of which a part is assigned: written, sent, paid and read back payee by payee."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from exports_tps import visa
from exports_tps.beneficiaires import tiers_par_ligne, versements
from exports_tps.constitution import constituer_flux
from exports_tps.enregistrements import pieces_pes
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun.etats import franchir
from facturier.grand_livre.emission import DeductionImputee
from facturier.grand_livre.models import EtatPiece, PartCedee, Piece
from facturier.grand_livre.soldes import reste_du_par_tiers, solde
from facturier.grand_livre.verification import verifier
from tests.exports_tps.factories import bordereau_depense, mandat_documente, tresorerie
from tests.grand_livre.factories import cession

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def transmis(agent, ordonnateur):
    """A mandat of 111 000 F, 40 000 F of it assigned, sent to the treasury."""
    bordereau = bordereau_depense(agent, cessions=[cession(montant=40_000)])
    signer_bordereau(bordereau, par=ordonnateur)
    transmettre(constituer_flux([bordereau], par=agent), par=agent)
    return bordereau.pieces.get()


def _valeurs(ecrit, balise):
    return [element.get("V") for element in etree.fromstring(ecrit.texte).iter(balise)]


def _restes(piece):
    return reste_du_par_tiers([piece.pk], sens="depense")[piece.pk]


def _cessionnaire(piece):
    return PartCedee.objects.get(ligne__piece=piece).tiers_id


def test_le_pes_porte_une_ligne_par_beneficiaire(agent):
    bordereau = bordereau_depense(agent, cessions=[cession(montant=40_000)])

    (ecrit,) = pieces_pes(bordereau)

    assert (ecrit.ht, ecrit.tva) == (100_000, 11_000)
    assert _valeurs(ecrit, "IdLigne") == ["1", "2"]
    assert _valeurs(ecrit, "MtHT") == ["63964", "36036"]
    assert _valeurs(ecrit, "MtTVA") == ["7036", "3964"]
    assert [iban[-3:] for iban in _valeurs(ecrit, "IBAN")] == ["118", "215"]
    assert _valeurs(ecrit, "LibVir2")[-1].startswith("OPP-2026-0001 Société fictive")


def test_un_mandat_cede_en_entier_n_a_que_la_ligne_du_cessionnaire(agent):
    bordereau = bordereau_depense(agent, cessions=[cession(montant=111_000)])

    (ecrit,) = pieces_pes(bordereau)

    assert (_valeurs(ecrit, "IdLigne"), _valeurs(ecrit, "Nom")) == (["1"], ["Banque fictive"])


@pytest.mark.deux_moteurs
def test_la_tresorerie_paie_chacun_sa_part(transmis):
    tresorerie("--jusqu-au-bout")

    lire_retours()

    transmis.refresh_from_db()
    assert transmis.etat == EtatPiece.PAYEE
    assert set(_restes(transmis).values()) == {0}
    assert (solde("4011", exercice=2026).debit, solde("40172", exercice=2026).debit) == (
        71_000,
        40_000,
    )
    assert list(verifier()) == []


def test_un_paiement_en_deux_fois_se_repartit_ligne_par_ligne(transmis):
    plan = f'[[defaut]]\nacte = "payer_en_deux_fois"\npiece = {transmis.numero}\n'
    tresorerie("--une-fois", plan=plan)
    tresorerie("--une-fois", plan=plan)
    tresorerie("--une-fois", plan=plan)
    lire_retours()
    apres_la_premiere = _restes(transmis)
    tresorerie("--jusqu-au-bout", plan=plan)

    lire_retours()

    assert apres_la_premiere == {transmis.tiers_id: 35_500, _cessionnaire(transmis): 20_000}
    assert set(_restes(transmis).values()) == {0}
    assert list(verifier()) == []


def _retenue(montant):
    return DeductionImputee(rang_imputation=1, nature="garantie", montant=montant)


def test_ce_que_le_mandat_retient_est_une_ligne_sans_compte(agent):
    bordereau = bordereau_depense(
        agent, cessions=[cession(montant=40_000)], deductions=[_retenue(5_550)]
    )

    (ecrit,) = pieces_pes(bordereau)

    assert (ecrit.ht, ecrit.tva) == (100_000, 11_000)
    assert _valeurs(ecrit, "ModRegl") == ["03", "03", "08"]
    assert [iban[-3:] for iban in _valeurs(ecrit, "IBAN")] == ["118", "215"]
    assert _valeurs(ecrit, "LibVir2")[-1].endswith("Retenue de garantie")


@pytest.mark.deux_moteurs
def test_la_tresorerie_ne_paie_pas_ce_qui_est_retenu(agent, ordonnateur):
    bordereau = bordereau_depense(agent, deductions=[_retenue(5_550)])
    signer_bordereau(bordereau, par=ordonnateur)
    transmettre(constituer_flux([bordereau], par=agent), par=agent)
    tresorerie("--jusqu-au-bout")

    messages = lire_retours()

    piece = bordereau.pieces.get()
    assert (piece.etat, _restes(piece)) == (EtatPiece.PAYEE, {piece.tiers_id: 0})
    assert solde("515", exercice=2026).credit == 105_450
    assert solde("40171", exercice=2026).credit == 5_550
    assert list(verifier()) == []
    assert messages


def _prendre_en_charge(piece, comptable):
    franchir(piece, "prendre_en_charge", par=comptable)


def test_le_comptable_dit_qui_il_paie(transmis, comptable):
    _prendre_en_charge(Piece.objects.get(pk=transmis.pk), comptable)

    visa.payer(
        transmis,
        montant=40_000,
        date_paiement=date(2026, 11, 24),
        reference="VIR-1",
        beneficiaire=_cessionnaire(transmis),
        par=comptable,
    )

    assert _restes(transmis) == {transmis.tiers_id: 71_000, _cessionnaire(transmis): 0}


def test_la_page_du_paiement_demande_le_beneficiaire(client, transmis, comptable):
    _prendre_en_charge(Piece.objects.get(pk=transmis.pk), comptable)
    client.force_login(comptable)
    adresse = f"/tps/pieces/{transmis.pk}/payer/"
    donnees = {"montant": "40 000", "date_paiement": "2026-11-24", "reference": "VIR-1"}

    refuse = client.post(adresse, donnees, follow=True)
    client.post(adresse, {**donnees, "beneficiaire": _cessionnaire(transmis)})

    assert "dites lequel est payé" in refuse.text
    assert _restes(transmis)[_cessionnaire(transmis)] == 0


def test_la_page_de_la_piece_montre_qui_est_paye(client, transmis, comptable):
    client.force_login(comptable)

    page = client.get(f"/tps/pieces/{transmis.pk}/").text

    assert "Payé à un autre que le tiers" in page
    assert "Banque fictive" in page


def test_les_lignes_envoyees_disent_qui_est_paye(agent):
    emis = mandat_documente(agent, cessions=[cession(montant=40_000)])
    seul = mandat_documente(agent)

    numeros = tiers_par_ligne({emis.pk: emis.tiers_id, seul.pk: seul.tiers_id})

    assert numeros == {emis.pk: {1: emis.tiers_id, 2: _cessionnaire(emis)}}


@given(
    ht=st.integers(1, 10**9),
    taux=st.integers(0, 100),
    coupes=st.lists(st.integers(0, 1_000), max_size=4),
)
def test_les_versements_font_la_ligne_au_franc_pres(ht, taux, coupes):
    tgc = ht * taux // 100
    total = ht + tgc
    parts: list[dict[str, int]] = []
    for coupe in coupes:
        montant = (total - sum(p["montant"] for p in parts)) * coupe // 1_000
        if montant:
            parts.append({"montant": montant})

    faits = list(versements(ht, tgc, parts))

    assert (sum(v.ht for v in faits), sum(v.tgc for v in faits)) == (ht, tgc)
    assert all(v.ht >= 0 and v.tgc >= 0 and v.ht + v.tgc > 0 for v in faits)
    assert [v.ht + v.tgc for v in faits if v.part] == [p["montant"] for p in parts]
