"""What the treasury collected on a titre without telling its total: the comptable enters it."""

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from exports_tps import visa
from exports_tps.constitution import constituer_flux
from exports_tps.models import MessageTPS
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Piece
from facturier.grand_livre.soldes import reste_du, solde
from tests.exports_tps.factories import bordereau_recette, flux_transmis
from tests.exports_tps.reponses import ligne, mandat, repeter, repondre, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


@pytest.fixture
def douteux(agent, ordonnateur, settings):
    """The flux of a titre of 45 000 F, told 20 000 F twice, without a total: one reserve."""
    signe = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    for nom, jour in (("a.xml", "2026-11-20"), ("b.xml", "2026-11-22")):
        dit = titre(Piece.objects.get(), "02", 20_000, etat_ligne="04", jour=jour)
        repondre(settings, flux, nom, dit, sens="Recette")
        lire_retours()
    return flux


def encaisser(par, montant=20_000, reference="VIR-22", le=date(2026, 11, 22)):
    visa.encaisser(
        Piece.objects.get(), montant=montant, date_encaissement=le, reference=reference, par=par
    )


def ouvertes():
    return sum(message.reserves.ouvertes().count() for message in MessageTPS.objects.all())


def test_le_comptable_enregistre_ce_qui_manque_et_la_reserve_est_close(douteux, client, comptable):
    piece = Piece.objects.get()
    adresse = reverse("exports_tps:tps_encaisser", args=[piece.pk])
    client.force_login(comptable)
    page = client.get(reverse("exports_tps:tps_piece", args=[piece.pk])).text
    assert adresse in page
    assert "(MtRecoTot)" in page
    assert "Réserve close par cet acte" in client.get(adresse).text

    saisie = {"montant": "20 000", "date_encaissement": "22/11/2026", "reference": "VIR-22"}
    suite = client.post(adresse, saisie, follow=True).text

    assert "encaissement enregistré" in suite
    assert "(MtRecoTot)" not in suite
    assert (reste_du(piece), solde("4111", exercice=2026).solde) == (5_000, 5_000)
    passage = piece.passages.last()
    dit = f"{afficher(20_000)} encaissés le 22/11/2026, référence VIR-22."
    assert (passage.acte, passage.motif, passage.par) == ("encaisser", dit, comptable)
    reserve = MessageTPS.objects.get(nom="b.xml").reserves.get()
    assert (reserve.traitement.commentaire, reserve.traitement.par) == (dit, comptable)


def test_la_meme_reference_ne_s_enregistre_qu_une_fois(douteux, comptable):
    encaisser(comptable)

    with pytest.raises(ValidationError, match="déjà enregistré"):
        encaisser(comptable, 5_000, reference=" vir-22 ")

    assert reste_du(Piece.objects.get()) == 5_000


def test_le_total_dit_ensuite_ne_le_comptabilise_pas_deux_fois(douteux, comptable, settings):
    encaisser(comptable)
    tout = titre(Piece.objects.get(), "02", 40_000, etat_ligne="04", jour="2026-11-24")
    repondre(settings, douteux, "c.xml", tout, sens="Recette")
    lire_retours()

    assert reste_du(Piece.objects.get()) == 5_000
    assert ouvertes() == 0


def test_le_total_dit_avant_la_saisie_clot_la_reserve(douteux, settings):
    piece = Piece.objects.get()
    repeter(settings, "b.xml", "encore.xml", b"HELIOS", b"HELIOS 2")
    lire_retours()
    assert (reste_du(piece), ouvertes()) == (25_000, 1)  # the same doubt, told again

    tout = titre(piece, "02", 40_000, etat_ligne="04", jour="2026-11-24")
    repondre(settings, douteux, "c.xml", tout, sens="Recette")
    lire_retours()

    assert (reste_du(piece), ouvertes()) == (5_000, 0)


def test_une_reference_saisie_n_est_jamais_celle_d_un_total(douteux, comptable, settings):
    encaisser(comptable, 5_000, reference="45000")
    encaisser(comptable, 2_000, reference="20000")
    tout = titre(Piece.objects.get(), "02", 45_000, etat_ligne="04", jour="2026-11-24")
    repondre(settings, douteux, "c.xml", tout, sens="Recette")
    lire_retours()

    assert reste_du(Piece.objects.get()) == 0


def test_jamais_plus_que_ce_qui_est_du_et_la_saisie_est_gardee(douteux, client, comptable):
    piece = Piece.objects.get()
    adresse = reverse("exports_tps:tps_encaisser", args=[piece.pk])
    client.force_login(comptable)
    saisie = {"montant": "25 001", "date_encaissement": "22/11/2026", "reference": "VIR-22"}

    refus = client.post(adresse, saisie)

    assert refus.status_code == 422
    texte = refus.text.replace("\u00a0", "\u202f")
    assert f"entre 1 et {afficher(25_000)}".replace("\u00a0", "\u202f") in texte
    assert 'value="VIR-22"' in refus.text
    assert (reste_du(piece), ouvertes()) == (25_000, 1)
    saisie |= {"montant": "1", "date_encaissement": "31/12/2099"}
    assert client.post(adresse, saisie).status_code == 422
    saisie |= {"date_encaissement": "22/11/2026", "reference": "  "}
    assert client.post(adresse, saisie).status_code == 422
    saisie |= {"date_encaissement": "22/11/2016", "reference": "VIR"}
    assert client.post(adresse, saisie).status_code == 422
    assert (reste_du(piece), ouvertes()) == (25_000, 1)


def test_un_encaissement_ne_precede_pas_des_fonds_revenus(douteux, comptable):
    piece = Piece.objects.get()
    visa.constater_retour(
        piece, montant=20_000, date_retour=date(2026, 11, 23), motif="Impayé.", par=comptable
    )

    with pytest.raises(ValidationError, match="Des fonds sont revenus le 23/11/2026"):
        encaisser(comptable)
    encaisser(comptable, le=date(2026, 11, 23))

    assert reste_du(piece) == 25_000


def test_seul_le_comptable_et_seul_un_titre_du_s_encaisse(douteux, agent, comptable):
    with pytest.raises(ActeInterdit):
        encaisser(agent)
    encaisser(comptable, 25_000)

    with pytest.raises(TransitionInterdite, match="Il ne reste rien à encaisser"):
        encaisser(comptable, 1, reference="VIR-23")


def test_le_paiement_enregistre_sur_un_mandat_clot_sa_reserve(
    agent, ordonnateur, comptable, settings
):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    for nom, jour in (("a.xml", "2026-11-20"), ("b.xml", "2026-11-22")):
        verse = ligne(reglements=[(jour, 50_000)])
        repondre(settings, flux, nom, mandat(piece, "02", verse))
        lire_retours()
    assert ouvertes() == 1
    with pytest.raises(TransitionInterdite, match="c’est une dépense"):
        encaisser(comptable)

    visa.payer(
        piece,
        montant=50_000,
        date_paiement=date(2026, 11, 22),
        reference="VIR-2",
        par=comptable,
    )

    assert (reste_du(piece), ouvertes()) == (11_000, 0)
