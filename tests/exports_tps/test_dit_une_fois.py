"""What the treasury tells again, in another file or each week, is known once, reserves included."""

from types import SimpleNamespace

import pytest
from django.db import IntegrityError, transaction

from exports_tps.constitution import constituer_flux
from exports_tps.models import MessageTPS, Reserve, Verdict
from exports_tps.reserves import Reserves, messages_a_examiner, traiter
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from exports_tps.verdicts import enregistrer_verdicts
from facturier.grand_livre.models import Bordereau, Exercice, Piece
from tests.exports_tps.factories import bordereau_recette, flux_transmis
from tests.exports_tps.reponses import (
    acquitter,
    dites,
    element,
    ligne,
    mandat,
    repeter,
    repondre,
    titre,
)
from tests.exports_tps.test_depots import pret

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
JOUR, AUTRE_JOUR = b'DteStr V="2026-11-23"', b'DteStr V="2026-11-30"'
INCONNU = SimpleNamespace(numero=9000)


@pytest.fixture
def flux(agent, ordonnateur):
    return flux_transmis(agent, ordonnateur)


def tout():
    return Verdict.objects.count(), Reserve.objects.count()


def relire(settings, *, fois=2):
    """Read what was dropped, then the same again a week later, as often."""
    lire_retours()
    premiere = tout()
    for rang in range(1, fois):
        repeter(settings, "a.xml", f"b{rang}.xml", JOUR, JOUR.replace(b"23", b"%d" % (23 + rang)))
        lire_retours()
    return premiere


def test_un_mandat_inconnu_dit_chaque_semaine_est_dit_une_fois(flux, settings):
    repondre(settings, flux, "a.xml", mandat(INCONNU, "02"), mandat(INCONNU, "01", dates=None))

    premiere = relire(settings, fois=3)

    assert premiere == tout() == (2, 1)
    assert Reserve.objects.get().texte == "Mandat 9000 de l’exercice 2026 : inconnu ici."
    assert MessageTPS.objects.count() == 3


def test_un_numero_inconnu_n_est_pas_celui_d_un_titre_ni_d_un_autre_exercice(flux, settings):
    Exercice.objects.get_or_create(pk=2025)
    repondre(settings, flux, "a.xml", mandat(INCONNU, "02"))
    lire_retours()
    repeter(settings, "a.xml", "b.xml", b'Exer V="2026"', b'Exer V="2025"')
    recette = titre(INCONNU, "02", 0)
    repondre(settings, flux, "c.xml", recette, sens="Recette")

    lire_retours()

    assert sorted(Verdict.objects.values_list("identifiant", flat=True)) == [
        "Mandat 9000 de l’exercice 2025",
        "Mandat 9000 de l’exercice 2026",
        "Titre 9000 de l’exercice 2026",
    ]
    assert Reserve.objects.count() == 3


def test_ce_qui_est_nouveau_d_un_inconnu_est_garde(flux, settings):
    repondre(settings, flux, "a.xml", mandat(INCONNU, "02"))
    lire_retours()
    paye = mandat(INCONNU, "05", ligne(reglements=[("2026-11-26", 5_000)]))
    repondre(settings, flux, "b.xml", paye)

    lire_retours()

    assert list(Verdict.objects.values_list("decision", "montant")) == [
        ("pris_en_charge", None),
        ("paye", 5_000),
    ]


@pytest.mark.parametrize(
    "dit",
    [
        element("4", 0, pj="INCONNU1", code="ERREUR_PJ"),
        element("4", 0, code="ERREUR_PJ"),
        element("5", 0, bordereau=Bordereau(numero=777, exercice_id=2026), code="ERREUR_AUTRE"),
        element("5", "peut-être", bordereau=Bordereau(numero=777, exercice_id=2026)),
    ],
)
def test_un_objet_absent_du_flux_est_dit_une_fois(flux, settings, dit):
    acquitter(settings, flux, "a.xml", dit)

    premiere = relire(settings)

    assert premiere == tout()
    assert Reserve.objects.exclude(nature="format").count() == 1


def test_une_reserve_sur_une_piece_est_dite_une_fois_meme_traitee(flux, settings, agent):
    reste = ligne(reglements=[("2026-11-26", 61_000)])
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "05", reste))
    lire_retours()
    traiter(MessageTPS.objects.get(), commentaire="Une retenue.", par=agent)
    premiere = tout()
    repeter(settings, "a.xml", "b.xml", JOUR, AUTRE_JOUR)

    lire_retours()

    assert premiere == tout() == (1, 1)
    assert not messages_a_examiner().exists()


def test_ce_qui_ne_se_comptabilise_toujours_pas_est_redit_une_fois_traite(flux, settings, agent):
    impossible = ligne(reglements=[("2031-01-02", 111_000)])
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "05", impossible))
    relire(settings)
    ouvertes = Reserve.objects.ouvertes().count()
    traiter(MessageTPS.objects.order_by("pk").first(), commentaire="Exercice ouvert.", par=agent)
    repeter(settings, "a.xml", "z.xml", JOUR, AUTRE_JOUR)

    lire_retours()

    assert (ouvertes, Reserve.objects.ouvertes().count()) == (1, 1)
    assert "n’a pas pu être comptabilisée" in dites(MessageTPS.objects.latest("pk"))


@pytest.mark.deux_moteurs
def test_la_base_refuse_deux_fois_le_meme_dit(flux, settings):
    repondre(settings, flux, "a.xml", mandat(INCONNU, "02"))
    lire_retours()
    verdict, reserve = Verdict.objects.get(), Reserve.objects.get()
    verdict.pk = reserve.pk = None

    for double in (verdict, reserve):
        with pytest.raises(IntegrityError), transaction.atomic():
            double.save(force_insert=True)


def test_un_titre_encaisse_dit_deux_fois_est_dit_une_fois(agent, ordonnateur, settings):
    bordereau = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([bordereau], par=agent), par=agent)
    dit = titre(Piece.objects.get(), "03", 50_000)
    repondre(settings, flux, "a.xml", dit, sens="Recette")

    premiere = relire(settings)

    assert premiere == tout() == (1, 2)


def test_une_piece_inconnue_d_un_fichier_externe_est_dite_une_fois(agent, ordonnateur, settings):
    depot = transmettre(pret(agent, ordonnateur), par=agent)
    bordereau = SimpleNamespace(numero=depot.pieces_externes.first().bordereau, exercice_id=2026)
    erreur = '<Erreur><NumAnoAck V="ERREUR_AUTRE"/></Erreur>'
    detail = f'<DetailPiece><NumPiece V="77"/>{erreur}</DetailPiece>'
    refus = element("5", 0, bordereau=bordereau).replace("</Element", f"{detail}</Element")
    acquitter(settings, depot, "a.xml", refus)

    premiere = relire(settings)

    assert premiere == tout()
    inconnue = Verdict.objects.inconnus().get()
    assert inconnue.identifiant.startswith("Pièce 77 du bordereau 2026-D-")
    assert (inconnue.code, inconnue.libelle) == ("ERREUR_AUTRE", "Autre anomalie")
    assert Reserve.objects.get().texte == f"{inconnue.identifiant} : inconnu ici."


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("fautive", ["une réserve muette", "un verdict sans décision"])
def test_seul_ce_qui_est_deja_dit_est_laisse(flux, settings, fautive):
    """Any other fault of a row is told, on both engines, and nothing of the lot is kept."""
    repondre(settings, flux, "a.xml", mandat(INCONNU, "02"))
    lire_retours()
    message, avant = MessageTPS.objects.get(), tout()

    def enregistrer():
        if fautive == "une réserve muette":
            reserves = Reserves(message)
            reserves.noter(
                Reserve(nature="inconnu", texte="Dit"), Reserve(nature="inconnu", texte="")
            )
            reserves.enregistrer()
        else:
            dit = {"portee": "piece", "identifiant": "X", "decision": None}
            enregistrer_verdicts(message, [Verdict(message=message, **dit)])

    with pytest.raises(IntegrityError), transaction.atomic():
        enregistrer()

    assert tout() == avant
    reserves = Reserves(message)
    reserves.noter(*(Reserve(nature="inconnu", texte=t) for t in ("Un", "Un", "Deux")))
    reserves.enregistrer()
    assert Reserve.objects.filter(texte__in=["Un", "Deux"]).count() == 2
