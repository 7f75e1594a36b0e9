"""Values that no answer should hold, each tried on a real pièce: told, and no money lost."""

from types import SimpleNamespace

import pytest
from django.utils import timezone

from exports_tps.constitution import constituer_flux
from exports_tps.models import MessageTPS, Verdict
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.grand_livre.models import EtatPiece, Exercice, Piece
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.verification import verifier
from facturier.suivi.mandatement import annuler_mandat
from telepaiement.titres import annuler
from tests.exports_tps.factories import bordereau_recette, flux_transmis, mandat_documente
from tests.exports_tps.reponses import acquitter, dites, element, ligne, mandat, repondre, titre
from tests.grand_livre.factories import titre as emettre_titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
PAYE = ("2026-11-26", 111_000)


@pytest.fixture
def flux(agent, ordonnateur):
    return flux_transmis(agent, ordonnateur)


def lire():
    lire_retours()
    return MessageTPS.objects.latest("pk")


def paye():
    return solde("515", exercice=2026).credit


def alterer(settings, *remplacements):
    fichier = settings.TPS_RETOURS / "a.xml"
    texte = fichier.read_text(encoding="iso-8859-1")
    for avant, apres in remplacements:
        assert avant in texte
        texte = texte.replace(avant, apres)
    fichier.write_text(texte, encoding="iso-8859-1")


@pytest.mark.parametrize("etat", ["02", "05"])
def test_de_l_argent_sur_un_mandat_annule_se_dit(flux, settings, agent, etat):
    annule = mandat_documente(agent)
    annuler_mandat(annule, motif="Double emploi.", par=agent)
    repondre(settings, flux, "a.xml", mandat(annule, etat, ligne(reglements=[PAYE])))

    message = lire()

    reserve = message.reserves.get()
    assert (reserve.nature, reserve.piece_id) == ("contradiction", annule.pk)
    assert "« Annulé » ici" in reserve.texte
    assert "111" in reserve.texte
    assert paye() == 0
    assert Verdict.objects.get().piece_id == annule.pk


def test_de_l_argent_sur_un_titre_annule_se_dit(flux, settings, agent):
    annule = emettre_titre(agent)
    annuler(annule.pk, motif="Erreur.", par=agent)
    repondre(settings, flux, "a.xml", titre(annule, "02", 45_000), sens="Recette")

    message = lire()

    assert message.reserves.get().piece_id == annule.pk
    assert "45\u202f000\u202fF\xa0CFP à ce jour d’après la Trésorerie" in dites(message)
    assert solde("4111", exercice=2026).solde == 0


def test_de_l_argent_sur_un_mandat_jamais_envoye_se_dit(flux, settings, agent):
    garde = mandat_documente(agent)
    repondre(settings, flux, "a.xml", mandat(garde, "02", ligne(reglements=[PAYE])))

    message = lire()

    assert "« Émis » ici" in dites(message)
    garde.refresh_from_db()
    assert (garde.etat, paye()) == (EtatPiece.EMISE, 0)


def test_un_paiement_sur_un_exercice_clos_est_une_reserve(flux, settings):
    piece = Piece.objects.get()
    Exercice.objects.filter(pk=2026).update(clos_le=timezone.now())
    repondre(settings, flux, "a.xml", mandat(piece, "05", ligne(reglements=[PAYE])))

    message = lire()

    assert "n’a pas pu être comptabilisée" in dites(message)
    assert (message.etat, paye()) == ("applique", 0)


@pytest.mark.parametrize(
    "reglements",
    [[("2026-11-26", -111_000)], [PAYE, ("2026-11-27", -200_000)]],
)
def test_un_total_negatif_ne_passe_aucune_ecriture(flux, settings, reglements):
    repondre(
        settings, flux, "a.xml", mandat(Piece.objects.get(), "02", ligne(reglements=reglements))
    )

    message = lire()

    assert (message.etat, paye()) == ("applique", 0)
    assert "négatif" in dites(message)


def test_un_encaissement_negatif_ne_passe_aucune_ecriture(agent, ordonnateur, settings):
    bordereau = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([bordereau], par=agent), par=agent)
    repondre(settings, flux, "a.xml", titre(Piece.objects.get(), "02", -5_000), sens="Recette")

    message = lire()

    assert (message.etat, solde("515", exercice=2026).debit) == ("applique", 0)
    assert "négatif" in dites(message)


@pytest.mark.parametrize("jour", ["9999-12-31", "0001-01-01", "2026-02-30", ""])
def test_une_date_impossible_ne_paie_rien_a_cette_date(flux, settings, jour):
    piece = Piece.objects.get()
    repondre(settings, flux, "a.xml", mandat(piece, "05", ligne(reglements=[(jour, 111_000)])))

    message = lire()

    assert message.etat == "applique"
    assert message.reserves.exists()
    assert list(verifier()) == []


@pytest.mark.parametrize(
    "remplacement",
    [
        ('IdPce V="1"', f'IdPce V="{"9" * 30}"'),
        ('IdPce V="1"', 'IdPce V=""'),
        ('IdLigne V="1"', f'IdLigne V="{"9" * 30}"'),
        ('MtPay V="111000"', f'MtPay V="{"9" * 30}"'),
        ('MtPay V="111000"', 'MtPay V=""'),
        ('MtPay V="111000"', 'MtPay V="1e9"'),
        ('Exer V="2026"', 'Exer V="0000"'),
        ('Exer V="2026"', 'Exer V=""'),
        ('EtatPce V="05"', 'EtatPce V=""'),
        ('TypPce V="01"', 'TypPce V=""'),
        ('<IdBord V="1"/>', f'<IdBord V="{"9" * 30}"/>'),
        ('DtePcePec V="2026-11-24"', 'DtePcePec V="9999-12-31"'),
    ],
)
def test_une_valeur_absurde_n_arrete_ni_ne_casse_rien(flux, settings, remplacement):
    repondre(settings, flux, "a.xml", mandat(Piece.objects.get(), "05", ligne(reglements=[PAYE])))
    alterer(settings, remplacement)

    message = lire()

    assert message.etat == "applique"
    assert paye() in {0, 111_000}
    assert list(verifier()) == []


@pytest.mark.parametrize(
    "remplacement",
    [
        ('LibelleAnoAck V="motif"', 'LibelleAnoAck V=""'),
        ('LibelleAnoAck V="motif"', f'LibelleAnoAck V="{"x" * 5000}"'),
        ('NumAnoAck V="ERREUR_AUTRE"', 'NumAnoAck V="ERREUR_INVENTEE"'),
        ('ExerciceBord V="2026"', 'ExerciceBord V="999999999999999999999999999999"'),
        ('DomaineAck V="5"', 'DomaineAck V=""'),
    ],
)
def test_un_acquittement_absurde_se_lit_sans_casser(flux, settings, remplacement):
    dit = element("5", 0, bordereau=Piece.objects.get().bordereau, code="ERREUR_AUTRE")
    acquitter(settings, flux, "a.xml", dit)
    alterer(settings, remplacement)

    message = lire()

    assert message.etat == "applique"
    assert list(verifier()) == []


@pytest.mark.parametrize(
    ("remplacement", "nombre"),
    [
        (('MtReco V="12000"', 'MtReco V="-12000"'), 0),
        (('DteReco V="2026-12-01"', 'DteReco V="9999-12-31"'), 1),
        (('IdPce V="501"', f'IdPce V="{"9" * 30}"'), 0),
        (('IdPce V="501"', 'IdPce V=""'), 0),
        (('IdLigne V="1"', 'IdLigne V=""'), 1),
        (('Exer V="2026"', 'Exer V="1850"'), 1),
    ],
)
def test_un_p503_absurde_est_garde_ou_dit(flux, settings, remplacement, nombre):
    p503 = titre(SimpleNamespace(numero=501), "02", 12_000)
    repondre(settings, flux, "a.xml", p503, sens="Recette", type_bordereau="05")
    alterer(settings, remplacement)

    message = lire()

    assert message.etat == "applique"
    assert message.recettes_percues.count() == nombre
    assert nombre or "illisible" in dites(message)
    assert list(verifier()) == []
