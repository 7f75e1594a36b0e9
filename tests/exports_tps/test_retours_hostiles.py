"""Answers that no treasury should send: told, kept, never a crash, never half applied."""

import errno
import os
import re
from datetime import timedelta

import pytest
from django.utils import timezone

from exports_tps import retours
from exports_tps.models import EtatMessage, MessageTPS, Releve, Reserve
from exports_tps.retours import lire_retours
from facturier.grand_livre.models import EtatPiece, Piece
from facturier.grand_livre.soldes import solde
from tests.exports_tps.factories import flux_transmis, tresorerie
from tests.exports_tps.reponses import ligne, mandat, repondre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def disque_plein(*args, **options):
    """Fail as a store that takes no more."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def alterer(settings, motif, avant, apres):
    """Rewrite the answers whose name matches `motif`."""
    (fichier,) = settings.TPS_RETOURS.glob(motif)
    texte = fichier.read_text(encoding="iso-8859-1")
    altere, nombre = re.subn(avant, apres, texte)
    assert nombre
    fichier.write_text(altere, encoding="iso-8859-1")


ALTERATIONS = [
    ('IdPce V="[^"]*"', 'IdPce V="9999999999999"'),
    ('IdPce V="[^"]*"', 'IdPce V="abc"'),
    ("<IdPce [^>]*>", ""),
    ('Exer V="[^"]*"', 'Exer V="9999"'),
    ('Exer V="[^"]*"', 'Exer V="x"'),
    ('EtatPce V="[^"]*"', 'EtatPce V="77"'),
    ("<InfoPiece>.*?</InfoPiece>", ""),
    ("(?s)<Piece>.*</Piece>", "<Piece/>"),
]


@pytest.mark.parametrize(("avant", "apres"), ALTERATIONS)
def test_une_piece_indechiffrable_est_une_reserve(agent, ordonnateur, settings, avant, apres):
    flux_transmis(agent, ordonnateur)
    tresorerie("--une-fois")
    tresorerie("--une-fois")
    alterer(settings, "PES2R*", avant, apres)

    lire_retours()

    message = MessageTPS.objects.get(genre="retour")
    assert message.reserves.exists()
    assert Piece.objects.get().etat == EtatPiece.TRANSMISE


@pytest.mark.parametrize(
    ("avant", "apres"),
    [
        ('NumBord V="[^"]*"', 'NumBord V="9999999"'),
        ('NumBord V="[^"]*"', 'NumBord V="x"'),
        ('EtatAck V="[^"]*"', 'EtatAck V="peut-être"'),
        ('NomFic V="[^"]*"', 'NomFic V="PESALR2_INCONNU"'),
    ],
)
def test_un_acquittement_indechiffrable_n_accepte_rien(agent, ordonnateur, settings, avant, apres):
    flux = flux_transmis(agent, ordonnateur)
    tresorerie("--une-fois")
    alterer(settings, "PES_ACQUIT*", avant, apres)

    lire_retours()

    flux.refresh_from_db()
    assert flux.etat == "transmis"
    assert Piece.objects.get().etat == EtatPiece.TRANSMISE


def test_ce_qui_n_est_pas_du_xml_se_dit_sans_l_analyseur(reference, settings):
    settings.TPS_RETOURS.mkdir(parents=True, exist_ok=True)
    (settings.TPS_RETOURS / "notes.txt").write_bytes(b"bonjour")

    lire_retours()

    message = MessageTPS.objects.get()
    assert "demandez à la Trésorerie" in message.erreur
    assert "line 1" not in message.erreur


def test_un_paiement_tronque_n_est_pas_applique_a_moitie(agent, ordonnateur, settings):
    flux_transmis(agent, ordonnateur, nombre=2)
    tresorerie("--jusqu-au-bout")
    paiement = sorted(settings.TPS_RETOURS.glob("PES2R*"))[-1]
    entier = paiement.read_bytes()
    paiement.write_bytes(entier[:-200])
    lire_retours()
    premier = solde("515", exercice=2026).credit
    paiement.write_bytes(entier)

    lire_retours()

    assert (premier, solde("515", exercice=2026).credit) == (0, 222_000)
    assert MessageTPS.objects.filter(etat=EtatMessage.EN_ERREUR).count() == 1


def test_un_paiement_superieur_au_du_est_une_reserve(agent, ordonnateur, settings):
    flux_transmis(agent, ordonnateur)
    tresorerie("--jusqu-au-bout")
    alterer(settings, "PES2R*000003*", 'MtPay V="111000"', 'MtPay V="150000"')

    lire_retours()

    assert solde("515", exercice=2026).credit == 111_000
    assert "excédent" in Reserve.objects.get().texte


def test_un_fichier_d_un_autre_circuit_est_garde_sans_etre_lu_ni_signale(settings):
    settings.TPS_RETOURS.mkdir(parents=True)
    for nom in ("releve.ocr", "releve.ocre", "inconnu.xml"):
        (settings.TPS_RETOURS / nom).write_text(f"<{nom}/>", encoding="ascii")

    bilan = lire_retours()

    assert len(bilan.mis_de_cote) == 3
    assert [message.nom for message in bilan.a_examiner] == ["inconnu.xml"]
    assert MessageTPS.objects.get(nom="releve.ocr").etat == EtatMessage.MIS_DE_COTE


def test_une_horloge_reculee_ne_cache_pas_une_reponse_changee(settings, time_machine):
    settings.TPS_RETOURS.mkdir(parents=True)
    reponse = settings.TPS_RETOURS / "reponse.xml"
    reponse.write_text("<a1/>", encoding="ascii")
    time_machine.move_to(timezone.now() + timedelta(days=3))
    lire_retours()
    time_machine.move_to(timezone.now() - timedelta(days=3))
    reponse.write_text("<a2/>", encoding="ascii")  # same name, same size

    lire_retours()

    assert MessageTPS.objects.count() == 2


def test_ce_qui_ne_se_recoit_pas_est_garde_en_memoire_et_dit_une_fois(
    agent, settings, monkeypatch, mailoutbox, django_capture_on_commit_callbacks
):
    settings.TPS_RETOURS.mkdir(parents=True)
    gros, vide = settings.TPS_RETOURS / "gros.xml", settings.TPS_RETOURS / "vide.xml"
    gros.write_text("<PES_Retour>" + "x" * 5000 + "</PES_Retour>", encoding="ascii")
    vide.touch()
    os.utime(vide, (0, 0))
    monkeypatch.setattr(retours, "TAILLE_MAXIMALE", 1000)

    with django_capture_on_commit_callbacks(execute=True):
        bilans = [lire_retours(), lire_retours(), lire_retours(reprendre=True)]

    refuses = dict(MessageTPS.objects.values_list("nom", "erreur"))
    assert sorted(refuses) == ["gros.xml", "vide.xml"]
    assert all("ni gardé ni lu" in erreur for erreur in refuses.values())
    assert [len(bilan.a_examiner) for bilan in bilans] == [2, 0, 2]
    (courriel,) = mailoutbox
    assert "gros.xml" in courriel.body


def test_un_disque_plein_a_la_reception_est_dit_une_fois_et_rien_n_est_perdu(
    agent, ordonnateur, settings, monkeypatch, mailoutbox, django_capture_on_commit_callbacks
):
    flux = flux_transmis(agent, ordonnateur)
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "02"))
    with monkeypatch.context() as plein:
        plein.setattr(retours.fichiers, "ranger", disque_plein)
        with django_capture_on_commit_callbacks(execute=True):
            lire_retours()
            bilan = lire_retours()

    lire_retours()

    assert [refus.partition(" : ")[0] for refus in bilan.refuses] == ["a.xml"]
    assert len(mailoutbox) == 1
    assert Piece.objects.get().etat == EtatPiece.PRISE_EN_CHARGE
    assert list(Releve.objects.values_list("est_reussie", flat=True)) == [False, True]


def test_une_reserve_est_dite_par_courriel(
    agent, ordonnateur, settings, mailoutbox, django_capture_on_commit_callbacks
):
    flux = flux_transmis(agent, ordonnateur)
    trop = ligne(reglements=[("2026-11-26", 150_000)])
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "05", trop))

    with django_capture_on_commit_callbacks(execute=True):
        lire_retours()
        lire_retours()

    (courriel,) = mailoutbox
    assert "est appliqué, sauf ceci" in courriel.body
    assert "excédent" in courriel.body


def test_un_acquittement_coupe_avant_son_nom_se_dit_coupe(agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    tresorerie("--une-fois")
    (fichier,) = settings.TPS_RETOURS.glob("PES_ACQUIT*")
    octets = fichier.read_bytes()
    fichier.write_bytes(octets[: octets.index(b"<Parametres>")])

    lire_retours()

    message = MessageTPS.objects.get()
    flux.refresh_from_db()
    assert message.etat == EtatMessage.MIS_DE_COTE
    assert "ne dit pas à quel flux il répond : il est coupé" in message.erreur
    assert flux.etat == "transmis"
