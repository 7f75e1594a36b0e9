"""PES_Retour as other treasuries may write it: nothing lost, nothing guessed, the rest goes on."""

import pytest
from django.utils import timezone

from exports_tps.constitution import constituer_flux
from exports_tps.models import MessageTPS, Verdict
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Budget, Ecriture, EtatPiece, Piece
from facturier.grand_livre.soldes import reste_du, solde
from tests.exports_tps.factories import bordereau_recette, flux_transmis
from tests.exports_tps.reponses import dites, ligne, mandat, repeter, repondre, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def lire():
    """Read the inbox; return the last message."""
    lire_retours()
    return MessageTPS.objects.latest("pk")


def etats():
    return list(Piece.objects.order_by("pk").values_list("etat", flat=True))


def paye():
    return solde("515", exercice=2026).credit


def test_un_paiement_en_deux_fois_se_lit_par_son_cumul(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    repondre(settings, flux, "a.xml", mandat(piece, "02", ligne(cumul=50_000)))
    lire()
    moitie = paye()
    solde_ = ligne(cumul=111_000, reglements=[("2026-11-26", 61_000)])
    repondre(settings, flux, "b.xml", mandat(piece, "05", solde_))

    message = lire()

    assert (moitie, paye(), etats(), dites(message)) == (50_000, 111_000, [EtatPiece.PAYEE], "")


def test_un_mandat_dit_solde_pour_moins_que_son_du_est_une_reserve(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    reste = ligne(reglements=[("2026-11-26", 61_000)])
    repondre(settings, flux, "a.xml", mandat(piece, "05", reste))

    message = lire()

    assert "dit soldé, mais 61" in dites(message)
    assert (paye(), etats()) == (61_000, [EtatPiece.PRISE_EN_CHARGE])


def test_un_second_paiement_dit_seul_donne_les_deux_sommes_et_ce_qu_il_faut_faire(
    agent, ordonnateur, settings
):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    premier, second = ("2026-11-26", 50_000), ("2026-11-28", 50_000)
    repondre(settings, flux, "a.xml", mandat(piece, "02", ligne(reglements=[premier])))
    seul = lire()
    repondre(settings, flux, "b.xml", mandat(piece, "02", ligne(reglements=[second])))

    message = lire()

    assert (dites(seul), paye()) == ("", 50_000)
    (reserve,) = message.reserves.all()
    assert (reserve.piece, reserve.nature) == (piece, "sans_total")
    for mot in (
        f"{afficher(50_000)} payés depuis le 28/11/2026, sans total à ce jour",
        f"{afficher(50_000)} l’étaient déjà au 26/11/2026",
        "(MtPayTot)",
        f"S’il est de {afficher(100_000)}, le comptable enregistre ce qui manque",
    ):
        assert mot in reserve.texte
    # What it leaves to do is done by hand, or by an answer that tells the total.
    total = ligne(cumul=100_000, reglements=[second])
    repondre(settings, flux, "c.xml", mandat(piece, "02", total))
    assert (dites(lire()), paye()) == ("", 100_000)


@pytest.mark.parametrize(
    ("suite", "attendu"),
    [
        ([("2026-11-26", 50_000), ("2026-11-28", 10_000)], 60_000),  # it repeats the first
        ([("2026-11-26", 60_000)], 60_000),  # of the same day: another figure of the same
    ],
)
def test_des_paiements_qui_repetent_les_premiers_se_lisent_comme_un_total(
    agent, ordonnateur, settings, suite, attendu
):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    premiere = ligne(reglements=[("2026-11-26", 50_000)])
    repondre(settings, flux, "a.xml", mandat(piece, "02", premiere))
    lire()
    repondre(settings, flux, "b.xml", mandat(piece, "02", ligne(reglements=suite)))

    assert (dites(lire()), paye()) == ("", attendu)


def test_un_second_paiement_moindre_ou_dit_solde_n_a_qu_une_reserve(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    repondre(
        settings, flux, "a.xml", mandat(piece, "02", ligne(reglements=[("2026-11-26", 61_000)]))
    )
    lire()
    repondre(
        settings, flux, "b.xml", mandat(piece, "05", ligne(reglements=[("2026-11-28", 50_000)]))
    )

    (reserve,) = lire().reserves.all()

    assert f"S’il est de {afficher(111_000)}" in reserve.texte
    assert (paye(), etats()) == (61_000, [EtatPiece.PRISE_EN_CHARGE])


def test_un_second_encaissement_dit_seul_attend_le_total_de_la_tresorerie(
    agent, ordonnateur, settings
):
    signe = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([signe], par=agent), par=agent)
    piece = Piece.objects.get()
    for nom, jour in (("a.xml", "2026-11-26"), ("b.xml", "2026-11-28")):
        dit = titre(piece, "02", 20_000, etat_ligne="04", jour=jour)
        repondre(settings, flux, nom, dit, sens="Recette")
        message = lire()

    (reserve,) = message.reserves.all()
    assert "encaissés depuis le 28/11/2026" in reserve.texte
    assert "le comptable enregistre ce qui manque sur la page du titre" in reserve.texte
    assert "(MtRecoTot)" in reserve.texte
    assert reste_du(Piece.objects.get()) == 25_000


def test_un_retour_qui_ne_dit_pas_son_budget_est_mis_de_cote(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    annexe = Budget.objects.get(pk=flux.budget_id)
    annexe.pk, annexe.code, annexe.code_budget = None, "transports", "77"
    annexe.save()
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "05"), a_code_budget=False)

    message = lire()

    assert message.etat == "mis_de_cote"
    assert "de quel budget" in message.erreur
    assert etats() == [EtatPiece.TRANSMISE]


def test_une_reponse_impossible_a_comptabiliser_n_arrete_pas_les_autres(
    agent, ordonnateur, settings
):
    flux = flux_transmis(agent, ordonnateur, nombre=3)
    jours = ("2026-11-25", "2031-01-02", "2026-11-25")
    pieces = list(Piece.objects.order_by("pk"))
    payes = [
        mandat(piece, "05", ligne(reglements=[(jour, 111_000)]))
        for piece, jour in zip(pieces, jours, strict=True)
    ]
    repondre(settings, flux, "a.xml", *payes)

    message = lire()

    assert etats() == [EtatPiece.PAYEE, EtatPiece.TRANSMISE, EtatPiece.PAYEE]
    assert (message.etat, paye()) == ("applique", 222_000)
    assert dites(message).startswith(f"{pieces[1]} : la réponse n’a pas pu être comptabilisée")


def test_deux_rejets_sont_contrepasses_chacun_a_sa_date(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur, nombre=2)
    rejets = [
        mandat(piece, "04", dates=None, fin=f'<ObsEtat V="06"/><DtePceRej V="{jour}"/>')
        for piece, jour in zip(
            Piece.objects.order_by("pk"), ("2026-11-25", "2026-12-30"), strict=True
        )
    ]
    repondre(settings, flux, "a.xml", *rejets)

    lire()

    jours = Ecriture.objects.order_by("-pk").values_list("date_comptable", flat=True)[:2]
    assert {f"{jour}" for jour in jours} == {"2026-11-25", "2026-12-30"}


def test_le_motif_d_une_ligne_est_celui_de_son_mandat(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    raison = '<ObsEtat V="05"/><Commentaire V="Bon de livraison absent"/>'
    refusee = mandat(Piece.objects.get(), "04", ligne(etat="02", observations=raison), dates=None)
    repondre(settings, flux, "a.xml", refusee)

    lire()

    verdict = Verdict.objects.get()
    assert (verdict.code, verdict.decision) == ("05", "rejete")
    assert verdict.libelle == "Ligne 1 : Service fait non justifié. Bon de livraison absent"
    assert Piece.objects.get().passages.last().motif == verdict.libelle


def test_une_ligne_en_instance_d_un_mandat_pris_en_charge_est_une_reserve(
    agent, ordonnateur, settings
):
    flux = flux_transmis(agent, ordonnateur)
    en_instance = ligne(etat="16", observations='<Commentaire V="RIB manquant"/>')
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "02", en_instance))

    message = lire()

    assert dites(message).endswith("ligne 1 mise en instance. RIB manquant")


@pytest.mark.parametrize(("jour", "est_dite"), [("2026-11-26", True), ("2026-11-23", False)])
def test_une_suspension_apres_la_prise_en_charge_est_une_reserve(
    agent, ordonnateur, settings, jour, est_dite
):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    repondre(settings, flux, "a.xml", mandat(piece, "02"))
    lire()
    fin = f'<ObsEtat V="02"/><Commentaire V="RIB douteux"/><DtePceInst V="{jour}"/>'
    repondre(settings, flux, "b.xml", mandat(piece, "01", fin=fin))

    message = lire()

    assert ("RIB douteux" in dites(message)) is est_dite
    assert etats() == [EtatPiece.PRISE_EN_CHARGE]


def test_ce_que_la_tresorerie_encaisse_d_un_titre_n_est_plus_du(agent, ordonnateur, settings):
    bordereau = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([bordereau], par=agent), par=agent)
    piece = Piece.objects.get()
    repondre(settings, flux, "a.xml", titre(piece, "02", 20_000, etat_ligne="04"), sens="Recette")
    lire()
    apres_un, deja = reste_du(piece), solde("515", exercice=2026).debit
    repondre(settings, flux, "b.xml", titre(piece, "02", 50_000), sens="Recette")

    message = lire()

    assert (apres_un, deja, reste_du(piece)) == (25_000, 20_000, 0)
    assert solde("515", exercice=2026).debit == 45_000
    assert "encaissés par la Trésorerie au-delà de ce qui est dû" in dites(message)


def test_un_paiement_qui_revient_est_une_reserve(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    verse = ("2026-11-26", 111_000)
    ancienne = mandat(piece, "02", ligne(reglements=[("2026-11-25", 11_000)]))
    rejetee = mandat(piece, "02", ligne(reglements=[verse, ("2026-11-28", -111_000)]))
    repondre(settings, flux, "a.xml", mandat(piece, "05", ligne(reglements=[verse])))
    lire()
    repondre(settings, flux, "b.xml", ancienne)  # late, and says nothing new
    tardive = lire()
    repondre(settings, flux, "c.xml", rejetee)

    message = lire()

    assert (tardive.nom, dites(tardive), paye(), etats()) == ("b.xml", "", 111_000, ["payee"])
    assert dites(message).startswith(
        f"{piece} : {afficher(0)} payés à ce jour d’après la Trésorerie, contre {afficher(111_000)}"
    )


@pytest.fixture
def envoi_de_titre(agent, ordonnateur):
    bordereau = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    return transmettre(constituer_flux([bordereau], par=agent), par=agent)


def test_un_encaissement_qui_revient_est_une_reserve(envoi_de_titre, settings):
    piece = Piece.objects.get()
    repondre(settings, envoi_de_titre, "a.xml", titre(piece, "02", 45_000), sens="Recette")
    lire()
    impaye = titre(piece, "02", 20_000, etat_ligne="04", jour="2026-12-02")
    repondre(settings, envoi_de_titre, "b.xml", impaye, sens="Recette")

    message = lire()

    assert f"{afficher(20_000)} encaissés à ce jour" in dites(message)


def test_un_titre_pris_en_charge_en_partie_est_une_reserve(envoi_de_titre, settings):
    partie = titre(Piece.objects.get(), "03", 0, etat_ligne="04").replace("45000", "30000")
    repondre(settings, envoi_de_titre, "a.xml", partie, sens="Recette")

    message = lire()

    assert f"pour {afficher(30_000)} sur {afficher(45_000)}" in dites(message)
    assert etats() == [EtatPiece.PRISE_EN_CHARGE]


def test_des_decimales_sont_une_reserve(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    repondre(settings, flux, "a.xml", mandat(piece, "02", ligne(cumul="50000.75")))

    message = lire()

    assert paye() == 50_000
    assert dites(message).startswith(f"{piece}, ligne 1 : 50000.75 n’est pas un nombre entier")


def test_un_rejet_hors_de_son_exercice_est_contrepasse_au_jour_de_la_lecture(
    agent, ordonnateur, settings
):
    flux = flux_transmis(agent, ordonnateur)
    rejet = mandat(Piece.objects.get(), "04", dates=None, fin='<DtePceRej V="2025-01-01"/>')
    repondre(settings, flux, "a.xml", rejet)

    message = lire()

    contrepassation = Ecriture.objects.get(contrepasse__isnull=False)
    assert contrepassation.date_comptable == timezone.localdate()
    assert "rejeté le 01/01/2025 d’après la réponse" in dites(message)
    assert etats() == [EtatPiece.REJETEE]


def test_un_retour_repete_meme_en_retard_ne_dit_rien_de_nouveau(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    solde_ = ligne(reglements=[("2026-11-26", 111_000)])
    repondre(settings, flux, "a.xml", mandat(piece, "02"))
    lire()
    repondre(settings, flux, "b.xml", mandat(piece, "05", solde_))
    lire()

    for rang, nom in enumerate(("a.xml", "b.xml")):
        repeter(settings, nom, f"c{rang}.xml", b"</n:PES_Retour>", b"</n:PES_Retour>\n")
        lire()

    assert MessageTPS.objects.filter(etat="applique").count() == 4
    assert list(Verdict.objects.values_list("decision", flat=True)) == ["pris_en_charge", "paye"]
    assert (paye(), etats()) == (111_000, [EtatPiece.PAYEE])
