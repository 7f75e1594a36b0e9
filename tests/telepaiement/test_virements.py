"""Money back by transfer: asked, approved, executed, told by the bank, come back, and posted."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from facturier.acces.models import Role
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.soldes import solde
from facturier.grand_livre.verification import verifier
from fournisseurs.coordonnees import Compte, enregistrer_compte
from fournisseurs.models import CoordonneesBancaires
from telepaiement import (
    caisse,
    execution_remboursements,
    navigation,
    rapprochement,
    releves,
    remboursements,
    virements,
)
from telepaiement.models import (
    Encaissement,
    EtatRemboursement,
    LigneBancaire,
    Mode,
    OrdreVirement,
    Remboursement,
)
from telepaiement.passerelles.contrat import RemboursementDistant, StatutRemboursement
from telepaiement.passerelles.stripe import PasserelleStripe
from telepaiement.propositions import proposer
from tests.fournisseurs.factories import IBAN_NOUVEAU, FournisseurFactory
from tests.telepaiement.factories import titre_payable, titres_payables
from tests.telepaiement.test_banque import camt
from tests.telepaiement.test_remboursements import rejeter

pytestmark = pytest.mark.django_db
IBAN = "FR7617499000000000000000118"
COMPTE = Compte(iban=IBAN, bic="", titulaire="Lou Fictive")


@pytest.fixture
def comptable(personne):
    """Who executes transfers."""
    return personne("Célestin", Role.COMPTABLE)


@pytest.fixture
def payer_au_guichet(regies, regisseur, banc):
    """Have 500 F paid at the counter for a titre that the treasury then rejects."""

    def faire(mode, **champs) -> Encaissement:
        encaissement = caisse.encaisser_au_guichet(
            session=caisse.ouvrir_session(guichet=regies, fonds_caisse=0, par=regisseur),
            titre_id=titre_payable(500).pk,
            saisie=caisse.Saisie(mode=mode, montant=500, **champs),
            par=regisseur,
        )
        rejeter(encaissement.titre)
        return encaissement

    return faire


@pytest.fixture
def payer_en_trop(regies, banc, agent):
    """Have a titre paid by a transfer of 500 F too much."""

    def faire(titre=None) -> Encaissement:
        titre = titre or titre_payable(10_000)
        _confirmer(agent, 10_500, f"VIR {titre.reference}", nature="titre")
        return titre.encaissements.get()

    return faire


@pytest.fixture
def demander(agent):
    """Ask for a transfer of what is owed back."""

    def faire(encaissement, montant=500, **champs) -> Remboursement:
        return virements.demander(
            encaissement_id=encaissement.pk,
            montant=montant,
            montant_disponible=champs.pop("disponible", virements.rendable(encaissement)),
            motif=champs.pop("motif", "payé en trop"),
            par=agent,
            **({"compte": COMPTE} | champs),
        )

    return faire


def _comptes(*numeros: str) -> list[int]:
    return [solde(numero, exercice=2026).solde for numero in numeros]


def _confirmer(
    agent, montant: int, libelle: str = "VIR", *, nature: str = "remboursement"
) -> LigneBancaire:
    sens = "DBIT" if montant < 0 else "CRDT"
    releve = camt({"montant": abs(montant), "sens": sens, "libelle": libelle, "reference": libelle})
    releves.importer(releve, nom="releve.xml", par=agent, executer=True)
    ligne = LigneBancaire.objects.get(etat="a_rapprocher")
    cle = next(p.cle for p in proposer(ligne) if p.nature == nature)
    rapprochement.confirmer(ligne_id=ligne.pk, cle=cle, par=agent)
    return ligne


@pytest.mark.parametrize(
    ("mode", "champs"),
    [
        (None, {}),
        (Mode.CHEQUE, {"banque": "BCI", "numero_cheque": "77", "tireur": "Lou Fictive"}),
        (Mode.ESPECES, {"somme_remise": 500}),
        (Mode.TPE, {"numero_ticket": "1", "numero_autorisation": "A1"}),
    ],
    ids=["virement", "cheque", "especes", "tpe"],
)
def test_ce_qu_aucune_carte_n_a_paye_se_rend_par_virement_que_le_releve_constate(
    payer_en_trop,
    payer_au_guichet,
    demander,
    agent,
    collegue,
    mode,
    champs,
    mailoutbox,
    django_capture_on_commit_callbacks,
):
    encaissement = payer_au_guichet(mode, **champs) if mode else payer_en_trop()
    compte = "4111" if mode else "466"
    demande = demander(encaissement, courriel="lou@essai.example")
    with pytest.raises(ValidationError, match="un autre agent"):
        remboursements.approuver(remboursement_id=demande.pk, par=agent)
    transmis = remboursements.approuver(remboursement_id=demande.pk, par=collegue)
    avant = _comptes(compte, "515")
    assert execution_remboursements.relancer()["examines"] == 0

    with django_capture_on_commit_callbacks(execute=True):
        ligne = _confirmer(agent, -500, f"VIR {transmis.reference}")

    demande.refresh_from_db()
    apres = _comptes(compte, "515")
    assert (demande.etat, demande.trop_percu) == (EtatRemboursement.REUSSI, 0 if mode else 500)
    assert [avant[0], apres[0], apres[1] - avant[1]] == [-500, 0, -500]
    assert ligne.rapprochements.get().remboursement == demande
    assert demande.recu.reference in mailoutbox[-1].subject
    assert "FR76" in mailoutbox[-1].body
    assert IBAN not in mailoutbox[-1].body
    assert list(Encaissement.objects.en_trop()) == []
    assert list(verifier()) == []


def test_ce_qui_n_est_pas_a_rendre_ainsi_est_refuse(payer_en_trop, encaisser, demander, agent):
    encaissement, carte = payer_en_trop(), encaisser(1_000)
    for options, mots in [
        ({"montant": 10_501}, "ce qui reste de ce paiement"),
        ({"disponible": 400}, "a changé depuis l’affichage"),
        ({"motif": " "}, "pourquoi"),
        ({"compte": None}, "compte bancaire du payeur"),
        ({"compte": Compte(iban="FR7617499000000000000000119", bic="", titulaire="Lou")}, "IBAN"),
    ]:
        with pytest.raises(ValidationError, match=mots):
            demander(encaissement, **options)
    with pytest.raises(ValidationError, match="sur la carte qui a payé"):
        demander(carte, montant=1)
    assert not OrdreVirement.objects.exists()

    demande = demander(encaissement, montant=10_500)

    with pytest.raises(ValidationError, match="est déjà rendu"):
        demander(encaissement, montant=1)
    for lot in (OrdreVirement.objects.all(), Remboursement.objects.filter(pk=demande.pk)):
        champs = {"iban": "FR00"} if lot.model is OrdreVirement else {"virement": None}
        with pytest.raises(IntegrityError, match="ne se"), transaction.atomic():
            lot.update(**champs)
    with pytest.raises(IntegrityError, match="à un compte nommé"), transaction.atomic():
        Remboursement.objects.create(
            encaissement=encaissement, montant=1, motif="sans compte", demande_par=agent
        )


def test_un_paiement_dont_une_part_est_a_rendre_par_virement_ne_s_annule_plus(
    payer_au_guichet, demander, regisseur
):
    encaissement = payer_au_guichet(Mode.ESPECES, somme_remise=500)
    demander(encaissement)

    with (
        pytest.raises((IntegrityError, ValidationError), match="ne s’annule plus"),
        transaction.atomic(),
    ):
        caisse.annuler_encaissement(encaissement_id=encaissement.pk, motif="Non", par=regisseur)


def test_rien_n_est_a_rendre_d_un_paiement_annule(payer_au_guichet, demander, regisseur):
    encaissement = payer_au_guichet(Mode.ESPECES, somme_remise=500)
    caisse.annuler_encaissement(encaissement_id=encaissement.pk, motif="Erreur", par=regisseur)

    with pytest.raises(ValidationError, match="est annulé"):
        demander(encaissement)


def test_un_fournisseur_est_rendu_a_son_compte_verifie_et_a_lui_seul(
    payer_en_trop, demander, agent, collegue
):
    fournisseur = FournisseurFactory()
    encaissement = payer_en_trop(titre=titres_payables([10_000], tiers=fournisseur.tiers)[0])
    connu = CoordonneesBancaires.objects.get(fournisseur=fournisseur).iban

    demande = demander(encaissement)

    assert (demande.virement.iban, demande.virement.est_verifie) == (connu, True)
    enregistrer_compte(
        fournisseur=fournisseur,
        compte=Compte(iban=IBAN_NOUVEAU, bic="", titulaire="Lou Fictive"),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=agent,
    )
    with pytest.raises(ValidationError, match="a changé depuis la demande"):
        remboursements.approuver(remboursement_id=demande.pk, par=collegue)


def test_le_comptable_dit_le_virement_fait_le_releve_le_retrouve_puis_il_revient(
    payer_en_trop, demander, agent, collegue, comptable
):
    demande = demander(payer_en_trop())
    remboursements.approuver(remboursement_id=demande.pk, par=collegue)
    fait = {"remboursement_id": demande.pk, "jour": timezone.localdate(), "reference": "B-12"}
    with pytest.raises(ActeInterdit):
        virements.executer(**fait, par=agent)

    virements.executer(**fait, par=comptable)
    avant = _comptes("466", "515")
    ligne = _confirmer(agent, -500, "SORTIE")

    assert (avant[0], _comptes("466", "515")) == (0, avant)
    assert ligne.rapprochements.get().ecriture is None
    with pytest.raises(ValidationError, match="n’attend pas d’être exécuté"):
        virements.executer(**fait, par=comptable)
    virements.declarer_revenu(remboursement_id=demande.pk, motif="Compte clos", par=comptable)
    retour = _confirmer(agent, 500, "RETOUR")
    assert _comptes("466", "515") == [-500, avant[1] + 500]
    assert retour.rapprochements.get().remboursement == demande
    assert [un.a_rendre for un in Encaissement.objects.en_trop()] == [500]
    assert list(verifier()) == []
    assert demander(demande.encaissement).virement.numero == 2


def test_un_rapprochement_annule_defait_le_virement_qu_il_avait_constate(
    payer_en_trop, demander, agent, collegue
):
    demande = demander(payer_en_trop())
    remboursements.approuver(remboursement_id=demande.pk, par=collegue)
    ligne = _confirmer(agent, -500)

    rapprochement.annuler(ligne_id=ligne.pk, motif="Autre virement", par=agent)

    demande.refresh_from_db()
    assert demande.etat == EtatRemboursement.ECHOUE
    assert _comptes("466") == [-500]
    assert list(verifier()) == []


def test_une_carte_refusee_par_sa_banque_se_rend_par_virement(
    encaisser, demander, agent, collegue, monkeypatch
):
    encaissement = encaisser(1_000)
    rejeter(encaissement.titre)
    demande = remboursements.demander(
        encaissement_id=encaissement.pk,
        montant=1_000,
        montant_disponible=1_000,
        motif="x",
        par=agent,
    )
    echec = RemboursementDistant(
        identifiant="re_1",
        cle=str(demande.jeton),
        montant=1_000,
        statut=StatutRemboursement.ECHOUE,
        motif_echec="carte expirée",
    )
    monkeypatch.setattr(PasserelleStripe, "rembourser", lambda *_, **__: echec)
    remboursements.approuver(remboursement_id=demande.pk, par=collegue)

    par_virement = demander(encaissement, montant=1_000)
    remboursements.approuver(remboursement_id=par_virement.pk, par=collegue)
    _confirmer(agent, -1_000)

    assert _comptes("4111") == [0]
    assert list(verifier()) == []


def test_les_pages_demandent_approuvent_et_executent(
    client, payer_en_trop, agent, collegue, comptable, regisseur
):
    encaissement = payer_en_trop()
    client.force_login(agent)
    liste = client.get(reverse("telepaiement:trop_percus")).content.decode()
    adresse = reverse("telepaiement:virement_demander", args=[encaissement.pk])
    saisie = {"montant": "500", "motif": "payé en trop", "disponible": "10500", "titulaire": "Lou"}
    faux = client.post(adresse, saisie | {"iban": "FR76"})
    client.post(adresse, saisie | {"iban": IBAN})
    demande = Remboursement.objects.get()
    client.force_login(collegue)
    approbation = reverse("telepaiement:remboursement_approuver", args=[demande.pk])
    lue = client.get(approbation).content.decode()
    client.post(approbation)
    client.force_login(comptable)
    execution = reverse("telepaiement:virement_executer", args=[demande.pk])
    a_faire = client.get(reverse("telepaiement:remboursements")).content.decode()
    accueils = [{une.libelle for une in navigation.cartes(un)} for un in (comptable, regisseur)]
    demain = client.post(execution, {"jour": "31/12/2099", "reference": "B-1"})

    fin = client.post(
        execution, {"jour": f"{timezone.localdate():%d/%m/%Y}", "reference": "B-1"}, follow=True
    )

    assert "Rendre par virement" in liste
    assert (faux.status_code, demain.status_code) == (422, 422)
    assert IBAN in lue
    assert execution in a_faire
    assert ["Virements à faire" in un for un in accueils] == [True, False]
    assert "le reçu est émis" in fin.content.decode()
    assert (
        client.get(reverse("telepaiement:remboursement_recu", args=[demande.pk])).status_code == 200
    )
