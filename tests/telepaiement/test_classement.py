"""A leaf whose titre nobody finds: the money is kept, listed, then classed to a titre or a sale."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.soldes import reste_du, solde
from facturier.grand_livre.verification import verifier
from fournisseurs.coordonnees import Compte
from telepaiement import caisse, carnets, classement, depots, ventes, virements
from telepaiement.cloture import cloturer_caisse
from telepaiement.internet import cloturer_internet
from telepaiement.models import AnnulationEncaissement, Encaissement, Mode, Produit, Quittance
from telepaiement.position import position
from tests.telepaiement.factories import decompte, titre_payable, verser

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(regies, regisseur):
    """An open till."""
    return caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur)


@pytest.fixture
def feuillets(session, regisseur, agent):
    """A booklet of three leaves."""
    carnet = carnets.emettre_carnet(regie=session.regie, nombre=3, remis_a=regisseur, par=agent)
    return list(carnet.feuillets.order_by("numero"))


@pytest.fixture
def recevoir(session, feuillets, regisseur):
    """Enter a leaf that names a titre nobody finds."""

    def faire(montant=1_500, mention="2026-T-9?9, école", rang=0) -> Encaissement:
        return carnets.saisir_feuillet(
            feuillet_id=feuillets[rang].pk,
            session=session,
            donnees=carnets.SaisieFeuillet(
                titre_id=None,
                mention=mention,
                saisie=caisse.Saisie(mode=Mode.ESPECES, montant=montant, somme_remise=montant),
                recu_le=timezone.now(),
            ),
            par=regisseur,
        )

    return faire


def _comptes(*numeros: str) -> list[int]:
    return [solde(numero, exercice=2026).solde for numero in numeros]


def test_la_somme_entre_en_caisse_et_attend_en_4718(recevoir, session, feuillets, regisseur):
    with pytest.raises(ValidationError, match="Recopiez"):
        recevoir(mention=" ")
    recue = recevoir()
    feuillets[0].refresh_from_db()
    cloturer_caisse(session_id=session.pk, coupures=decompte(1_500), motif_ecart="", par=regisseur)
    versement = verser(session.regie, regisseur)

    assert (recue.objet, recue.quittance.code) == ("Recette à classer", feuillets[0].code)
    assert "est à classer" in feuillets[0].conflits[0]
    assert position(session.regie).encaisse == 1_500
    assert depots.recapituler(versement) == [("Recettes à classer", "", 1_500)]
    assert _comptes("5412", "4718") == [1_500, -1_500]
    assert list(classement.a_classer()) == [recue]
    assert list(verifier()) == []


def test_une_recette_classee_a_un_titre_le_paie_et_l_exces_est_a_rendre(
    recevoir, agent, regisseur, session
):
    titre, recue = titre_payable(1_000), recevoir()
    with pytest.raises(ActeInterdit):
        classement.classer_au_titre(encaissement_id=recue.pk, titre_id=titre.pk, par=regisseur)

    fait = classement.classer_au_titre(encaissement_id=recue.pk, titre_id=titre.pk, par=agent)

    assert (reste_du(titre), fait.trop_percu, fait.provenance) == (0, 500, recue)
    assert session.encaissements.totaux_par_mode() == {"especes": 1_500}
    assert Quittance.objects.count() == 2
    assert _comptes("4718", "4111", "466") == [0, 0, -500]
    assert list(classement.a_classer()) == []
    with pytest.raises(ValidationError, match="déjà classée"):
        classement.classer_au_titre(encaissement_id=recue.pk, titre_id=titre.pk, par=agent)
    with pytest.raises(ValidationError, match="déjà classée"):
        caisse.annuler_encaissement(encaissement_id=recue.pk, motif="Erreur", par=regisseur)
    with pytest.raises(IntegrityError, match="déjà classée"), transaction.atomic():
        AnnulationEncaissement.objects.create(
            encaissement=recue, ecriture=fait.ecriture, motif="Erreur", par=regisseur
        )
    cloturer_internet(jusqu_a=timezone.localdate() + timedelta(days=1))
    assert list(verifier()) == []


def test_une_recette_classee_a_une_vente_vaut_exactement_la_somme(recevoir, agent, session):
    recue, produit = recevoir(), Produit.objects.get(code="S001")
    with pytest.raises(ValidationError, match="vaut maintenant"):
        classement.classer_a_la_vente(
            encaissement_id=recue.pk, quantites={produit.pk: 2}, payeur="", par=agent
        )

    fait = classement.classer_a_la_vente(
        encaissement_id=recue.pk, quantites={produit.pk: 3}, payeur="Club", par=agent
    )

    assert (fait.vente.montant, fait.mode) == (1_500, Mode.CLASSEMENT)
    assert _comptes("4718", "47138") == [0, -1_500]
    a_venir = ventes.sommes_a_regulariser(session.regie, timezone.localdate())
    assert a_venir == [(produit, 1_500)]
    assert list(verifier()) == []


def test_une_recette_annulee_le_jour_meme_n_est_plus_a_classer(recevoir, agent, regisseur):
    recue = recevoir()
    caisse.annuler_encaissement(encaissement_id=recue.pk, motif="Erreur", par=regisseur)

    with pytest.raises(ValidationError, match="annulée"):
        classement.classer_au_titre(
            encaissement_id=recue.pk, titre_id=titre_payable().pk, par=agent
        )

    assert _comptes("4718") == [0]
    assert list(verifier()) == []


def test_les_pages_saisissent_listent_et_classent(client, session, feuillets, regisseur, agent):
    titre = titre_payable(2_000)
    client.force_login(regisseur)
    saisie = {
        "feuillet": feuillets[0].reference,
        "reference": "2026-T-999999",
        "jour": timezone.localdate().isoformat(),
        "heure": timezone.localtime().strftime("%H:%M"),
        "mode": "especes",
        "montant": "2 000",
    }
    adresse = reverse("telepaiement:feuillet_saisir")
    inconnu = client.post(adresse, saisie)
    carnets.annuler_feuillet(feuillet_id=feuillets[2].pk, motif="Gâché", par=regisseur)
    recue = carnets.saisir_feuillet(
        feuillet_id=feuillets[1].pk,
        session=session,
        donnees=carnets.SaisieFeuillet(
            titre_id=None,
            mention="Cantine de Lou",
            saisie=caisse.Saisie(mode=Mode.ESPECES, montant=2_000, somme_remise=2_000),
            recu_le=timezone.now(),
        ),
        par=regisseur,
    )
    guichet = client.get(reverse("telepaiement:guichet_encaissement", args=[recue.pk]))
    client.force_login(agent)
    liste = client.get(reverse("telepaiement:recettes_a_classer")).content.decode()
    acte = reverse("telepaiement:classer_au_titre", args=[recue.pk])
    faux = client.post(acte, {"reference": "2026-T-999999"})

    fin = client.post(acte, {"reference": titre.reference}, follow=True).content.decode()

    assert "cochez la case" in inconnu.content.decode()
    assert "Cantine de Lou" in guichet.content.decode()
    assert "Cantine de Lou" in liste
    assert faux.status_code == 422
    assert "le titre est payé d’autant" in fin
    assert recue.quittance.reference in fin
    assert reste_du(titre) == 0
    vente = client.get(reverse("telepaiement:classer_a_la_vente", args=[recue.pk]))
    assert vente.status_code == 200


def test_un_classement_errone_s_annule_et_la_recette_se_classe_autrement(
    recevoir, agent, collegue, regisseur, client
):
    faux, juste, recue = titre_payable(1_500), titre_payable(1_000), recevoir()
    fait = classement.classer_au_titre(encaissement_id=recue.pk, titre_id=faux.pk, par=agent)
    with pytest.raises(ActeInterdit):
        classement.declasser(encaissement_id=fait.pk, motif="Erreur", par=regisseur)
    client.force_login(agent)
    acte = reverse("telepaiement:declasser", args=[fait.pk])
    sans_motif = client.post(acte, {"motif": ""})

    fin = client.post(acte, {"motif": "Autre titre"}, follow=True).content.decode()

    assert sans_motif.status_code == 422
    assert "elle attend d’être classée" in fin
    assert (reste_du(faux), _comptes("4718"), list(classement.a_classer())) == (
        1_500,
        [-1_500],
        [recue],
    )
    with pytest.raises(ValidationError, match="déjà annulé"):
        classement.declasser(encaissement_id=fait.pk, motif="Encore", par=agent)
    second = classement.classer_au_titre(encaissement_id=recue.pk, titre_id=juste.pk, par=agent)
    assert (reste_du(juste), second.trop_percu, _comptes("4718")) == (0, 500, [0])
    virements.demander(
        encaissement_id=second.pk,
        montant=500,
        montant_disponible=1_500,
        motif="payé en trop",
        par=agent,
        compte=Compte(iban="FR7617499000000000000000118", bic="", titulaire="Lou Fictive"),
    )
    with pytest.raises(ValidationError, match="rendue, ou va l’être"):
        classement.declasser(encaissement_id=second.pk, motif="Trop tard", par=agent)
    assert list(verifier()) == []
