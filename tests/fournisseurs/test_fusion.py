"""Merging two tiers: nobody is paid elsewhere, nothing accounting moves, and it can be undone."""

import pytest
from django.db import IntegrityError, transaction
from django.utils.timezone import localdate as aujourd_hui

from facturier.accueil.verification import verifier
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.evenements import payer_mandat
from facturier.grand_livre.models import Piece
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import releve, totaux_tiers
from fournisseurs.coordonnees import compte_en_vigueur
from fournisseurs.fusion import (
    abandonner_fusion,
    annuler_fusion,
    empechement_a_l_annulation,
    executer_fusion,
    modeles_qui_suivent,
    proposer_fusion,
)
from fournisseurs.models import Doublon, Etablissement, Fournisseur
from fournisseurs.modifications.donnees import representants
from fournisseurs.releves import situation
from tests.fournisseurs.factories import (
    IBAN_BCI,
    IBAN_CCP,
    FournisseurFactory,
    ModificationFactory,
    compte,
    preuve,
)
from tests.grand_livre import factories as grand_livre

pytestmark = [pytest.mark.django_db, pytest.mark.deux_moteurs]


@pytest.fixture
def garde(reference, agent):
    """The supplier to keep, to whom 111 000 F are owed."""
    fiche = FournisseurFactory(ridet="9000019001", champs={"compte": compte(IBAN_BCI)})
    grand_livre.mandat(agent, tiers=fiche.tiers)
    return fiche


@pytest.fixture
def absorbe(reference, agent):
    """His double on the same account, to whom as much is owed, and who owes 45 000 F."""
    fiche = FournisseurFactory(
        ridet="9000027001",
        champs={"denomination": "Pépinière Cagou", "telephone": "28 00 00", "ville": "Dumbéa"},
    )
    grand_livre.mandat(agent, tiers=fiche.tiers)
    grand_livre.titre(agent, tiers=fiche.tiers)
    return fiche


@pytest.fixture
def autre_compte(reference, agent):
    """A double paid on another account."""
    return FournisseurFactory(
        ridet="9000035001",
        champs={"compte": compte(IBAN_CCP, "Cagou"), "denomination": "Cagou"},
    )


@pytest.fixture
def second_agent(personne):
    return personne("Benoît", "agent")


def fusionner(garde, absorbe, par, *choix):
    return proposer_fusion(
        garde=garde, absorbe=absorbe, choix=choix, par=par, motif="Même entreprise."
    )


def relu(fiche: Fournisseur) -> Fournisseur:
    return Fournisseur.objects.select_related("tiers").get(pk=fiche.pk)


def test_le_releve_du_tiers_garde_montre_les_deux(garde, absorbe, agent):
    fusionner(garde, absorbe, agent)

    etat = situation(garde.tiers)
    assert (etat.total_du_au_tiers, etat.total_du_par_le_tiers) == (222_000, 45_000)
    assert len(list(releve(garde.tiers))) == 3
    assert totaux_tiers(garde.tiers).credit == 222_000
    assert list(verifier()) == []


def test_la_fusion_prend_les_donnees_choisies_et_les_deux_fiches_gardent_leur_trace(
    garde, absorbe, agent
):
    fusionner(garde, absorbe, agent, "telephone", "identite")

    garde, absorbe = relu(garde), relu(absorbe)
    assert (garde.tiers.nom, garde.telephone) == ("Pépinière Cagou", "+687280000")
    assert (garde.ville, garde.rid) == ("Nouméa", "9000019")
    assert absorbe.etat == "fusionne"
    assert [p.acte for p in absorbe.passages.all()] == ["fusionner"]
    assert [p.acte for p in garde.passages.all()] == ["absorber"]


def test_le_ridet_du_tiers_absorbe_peut_etre_pris_puis_rendu(garde, absorbe, agent):
    fusion = fusionner(garde, absorbe, agent, "ridet")
    assert (relu(garde).rid, relu(garde).tiers.ridet) == ("9000027", "9000027001")

    annuler_fusion(fusion, par=agent, motif="Erreur.")

    assert (relu(garde).rid, relu(absorbe).rid) == ("9000019", "9000027")


def test_les_etablissements_et_documents_changent_de_main_et_personne_n_est_paye_ailleurs(
    garde, autre_compte, agent, second_agent
):
    etablissement = autre_compte.etablissements.get()
    fusion = fusionner(garde, autre_compte, agent)
    assert fusion.etat == "proposee"

    executer_fusion(fusion, par=second_agent)

    etablissement.refresh_from_db()
    assert etablissement.fournisseur == garde
    assert garde.justificatifs.count() == 4
    assert compte_en_vigueur(garde, aujourd_hui()).iban == IBAN_BCI
    assert compte_en_vigueur(garde, aujourd_hui(), etablissement=etablissement).iban == IBAN_CCP
    assert not autre_compte.coordonnees.courantes().exists()


def test_des_comptes_differents_demandent_un_second_agent(garde, autre_compte, agent):
    fusion = fusionner(garde, autre_compte, agent)

    with pytest.raises(TransitionInterdite, match="un autre agent"):
        executer_fusion(fusion, par=agent)

    assert relu(autre_compte).est_actif


def test_les_quatre_yeux_tiennent_dans_la_base(garde, autre_compte, agent, second_agent):
    fusion = fusionner(garde, autre_compte, agent)
    executer_fusion(fusion, par=second_agent)

    with pytest.raises(IntegrityError), transaction.atomic():
        type(fusion).objects.filter(pk=fusion.pk).update(validee_par=agent)


def test_une_fusion_proposee_s_abandonne(garde, autre_compte, agent):
    fusion = fusionner(garde, autre_compte, agent)

    abandonner_fusion(fusion, par=agent, motif="Deux enseignes.")

    assert (fusion.etat, relu(autre_compte).etat) == ("abandonnee", "actif")


def test_l_annulation_rend_tout(garde, autre_compte, agent, second_agent):
    fusion = fusionner(garde, autre_compte, agent, "identite", "telephone")
    executer_fusion(fusion, par=second_agent)

    annuler_fusion(fusion, par=agent, motif="Deux sociétés distinctes.")

    etablissement = Etablissement.objects.get(ridet="9000035001")
    garde, autre = relu(garde), relu(autre_compte)
    assert (garde.tiers.nom, autre.etat) == ("Pépinière du Cagou", "actif")
    assert etablissement.fournisseur == autre
    assert compte_en_vigueur(autre, aujourd_hui(), etablissement=etablissement).iban == IBAN_CCP
    assert compte_en_vigueur(garde, aujourd_hui()).iban == IBAN_BCI
    assert (garde.coordonnees.courantes().count(), autre.coordonnees.courantes().count()) == (1, 1)
    assert autre.justificatifs.count() == 2
    assert list(verifier()) == []


def test_l_annulation_laisse_ce_qui_a_change_depuis(garde, absorbe, agent):
    fusion = fusionner(garde, absorbe, agent, "telephone")
    Fournisseur.objects.filter(pk=garde.pk).update(telephone="+687299999")

    annuler_fusion(fusion, par=agent, motif="Erreur.")

    assert relu(garde).telephone == "+687299999"


@pytest.mark.parametrize("paye", ["garde", "absorbe"])
def test_un_paiement_interdit_l_annulation(garde, absorbe, agent, paye):
    fusion = fusionner(garde, absorbe, agent)
    mandat = Piece.objects.get(
        tiers={"garde": garde, "absorbe": absorbe}[paye].tiers, sens="depense"
    )
    payer_mandat(mandat, montant=111_000, date_paiement=aujourd_hui(), reference="VIR-1", par=agent)

    with pytest.raises(TransitionInterdite, match="Un paiement a suivi la fusion"):
        annuler_fusion(fusion, par=agent, motif="Erreur.")

    assert empechement_a_l_annulation(fusion)
    assert list(verifier()) == []


def test_le_tiers_absorbe_ne_recoit_plus_de_piece(garde, absorbe, agent):
    fusionner(garde, absorbe, agent)

    with pytest.raises(EcritureRefusee, match="a été fusionné"):
        grand_livre.mandat(agent, tiers=relu(absorbe).tiers)


def test_la_base_refuse_une_piece_au_tiers_absorbe(garde, absorbe, agent):
    fusionner(garde, absorbe, agent)
    ancienne = Piece.objects.filter(tiers=absorbe.tiers, sens="depense").get()
    ancienne.pk, ancienne.numero = None, 999

    with pytest.raises(IntegrityError, match="fusionné"), transaction.atomic():
        ancienne.save(force_insert=True)


def test_une_chaine_de_fusions_reste_plate_et_se_defait_a_rebours(garde, absorbe, agent, reference):
    troisieme = FournisseurFactory(ridet="9123456001")
    premiere = fusionner(garde, absorbe, agent)
    seconde = fusionner(troisieme, relu(garde), agent)
    assert relu(absorbe).tiers.absorbe_par == troisieme.tiers

    with pytest.raises(TransitionInterdite, match="annulez d’abord"):
        annuler_fusion(premiere, par=agent, motif="Erreur.")
    annuler_fusion(seconde, par=agent, motif="Erreur.")

    assert relu(absorbe).tiers.absorbe_par == garde.tiers
    assert relu(garde).tiers.absorbe_par is None
    assert list(verifier()) == []


def test_une_demande_du_rid_absorbe_va_au_tiers_garde(garde, absorbe, agent):
    fusionner(garde, absorbe, agent)

    assert Fournisseur.objects.du_rid("9000027") == garde


@pytest.mark.parametrize("motif", ["", "  "])
def test_une_fusion_sans_motif_est_refusee(garde, absorbe, agent, motif):
    with pytest.raises(TransitionInterdite, match="motif"):
        proposer_fusion(garde=garde, absorbe=absorbe, choix=(), par=agent, motif=motif)


def test_un_tiers_ne_se_fusionne_ni_avec_lui_meme_ni_deux_fois(garde, absorbe, agent):
    with pytest.raises(TransitionInterdite, match="deux tiers différents"):
        fusionner(garde, garde, agent)
    fusionner(garde, absorbe, agent)

    with pytest.raises(TransitionInterdite, match="deux tiers actifs"):
        fusionner(garde, absorbe, agent)


def test_seul_un_agent_fusionne(garde, absorbe, ordonnateur):
    with pytest.raises(ActeInterdit):
        fusionner(garde, absorbe, ordonnateur)


RESTENT_A_LEUR_TIERS = {
    "AnomalieTiers",  # made again every night
    "CoordonneesBancaires",  # ended and begun again
    "DemandeModification",  # an open one forbids the merge
    "EntreeJournal",
    "Fusion",
    "MotFournisseur",  # made again at once
    "Opposition",  # binds the tiers kept, which answers for its family
    "PassageFournisseur",
}
SUIVENT = {"BonCommande", "Etablissement", "Facture", "Justificatif", "RepresentantLegal"}


def test_chaque_modele_d_un_fournisseur_dit_s_il_suit_une_fusion():
    modeles = {relation.related_model.__name__ for relation in Fournisseur._meta.related_objects}

    assert {modele.__name__ for modele in modeles_qui_suivent()} == SUIVENT
    assert modeles == SUIVENT | RESTENT_A_LEUR_TIERS


def test_une_demande_de_modification_en_cours_interdit_la_fusion(garde, absorbe, agent):
    gerant = absorbe.etablissements.get().habilitations.get().representant.utilisateur
    ModificationFactory(fournisseur=absorbe, representant=gerant)

    with pytest.raises(TransitionInterdite, match="demande de modification"):
        fusionner(garde, absorbe, agent)


def nommer_representants(fiche: Fournisseur, *lignes: str) -> None:
    """Have the representatives of `fiche` changed by a request, through the real acts."""
    ModificationFactory(
        fournisseur=fiche,
        representant=fiche.etablissements.get().habilitations.get().representant.utilisateur,
        genre="representants",
        saisies={"representants": "\n".join(lignes)},
        preuves=[preuve("pv")],
        appliquee=True,
    )


def test_les_representants_legaux_suivent_la_fusion_et_reviennent(garde, absorbe, agent):
    nommer_representants(garde, "Jeanne Fictive, gérante")
    nommer_representants(absorbe, "Jeanne Fictive, gérante", "Paul Inventé, cogérant")

    fusion = fusionner(garde, absorbe, agent)
    apres = [str(r) for r in representants(garde)]
    annuler_fusion(fusion, par=agent, motif="Erreur.")

    assert sorted(apres) == ["Jeanne Fictive, gérante", "Paul Inventé, cogérant"]
    assert [str(r) for r in representants(garde)] == ["Jeanne Fictive, gérante"]
    assert sorted(str(r) for r in representants(absorbe)) == sorted(apres)


def test_la_paire_connue_suit_la_fusion(garde, absorbe, agent):
    paire = Doublon.objects.create(
        premier=garde, second=absorbe, score=90, raisons=["nom"], vu_le="2026-11-25T00:00:00Z"
    )
    fusion = fusionner(garde, absorbe, agent)
    paire.refresh_from_db()
    assert paire.etat == "fusionne"

    annuler_fusion(fusion, par=agent, motif="Erreur.")

    paire.refresh_from_db()
    assert paire.etat == "a_examiner"
