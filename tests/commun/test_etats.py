"""State machines: every (state, act) pair, races, batches."""

from itertools import product

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from exports_tps.models import SignatureBordereau
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import (
    ActeInterdit,
    Transition,
    TransitionInterdite,
    franchir,
    franchir_lot,
    transition,
)
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Bordereau, EtatBordereau, EtatPiece, Piece
from tests.grand_livre.concurrence import ensemble
from tests.grand_livre.factories import JOUR, mandat

pytestmark = pytest.mark.django_db
PAIRES = [
    pytest.param(modele, etat, acte, id=f"{modele.__name__}-{etat}-{acte}")
    for modele, etats in ((Piece, EtatPiece.values), (Bordereau, EtatBordereau.values))
    for etat, acte in product(etats, modele.TRANSITIONS)
]


@pytest.fixture
def tous_roles(db):
    """Return the system account, which may carry out any act."""
    return Utilisateur.objects.systeme()


@pytest.fixture
def bordereau(reference, agent):
    """Return a bordereau of one mandat, with the trace that its signature asks for."""
    piece = mandat(agent)
    cree = creer_bordereau(sens="depense", pieces=[piece.pk], date_emission=JOUR, par=agent)
    SignatureBordereau.objects.create(bordereau=cree, par=agent, jour=JOUR)
    return cree


def _mettre_en(modele, etat, bordereau):
    """Put the object in `etat` without walking there."""
    champs = {"etat": etat}
    if modele is Bordereau:
        champs |= {"signe_le": timezone.now(), "empreinte_signee": "a" * 64}
    objets = modele.objects.filter(pk=bordereau.pk) if modele is Bordereau else bordereau.pieces
    objets.update(**champs)
    return objets.get()


def _issue(objet, acte, par):
    try:
        franchir(objet, acte, par=par)
    except TransitionInterdite:
        return "interdite"
    return objet.etat


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(("modele", "etat", "acte"), PAIRES)
def test_chaque_couple_etat_acte_fait_ce_que_dit_la_table(
    bordereau, tous_roles, modele, etat, acte
):
    if modele is Bordereau and "abandonne" in (etat, modele.TRANSITIONS[acte].arrivee):
        bordereau.pieces.update(bordereau=None)  # an empty one alone is abandoned
    objet = _mettre_en(modele, etat, bordereau)
    avant = objet.passages.count()
    regle = modele.TRANSITIONS[acte]
    attendu = regle.arrivee if etat in regle.departs else "interdite"

    issue = _issue(objet, acte, tous_roles)

    assert issue == attendu
    assert modele.objects.get(pk=objet.pk).etat == (regle.arrivee if issue != "interdite" else etat)
    assert objet.passages.count() - avant == int(issue != "interdite")


@pytest.mark.deux_moteurs
def test_un_passage_dit_qui_quand_d_ou_et_pourquoi(bordereau, tous_roles):
    piece = bordereau.pieces.get()

    franchir(piece, "annuler", par=tous_roles, motif="erreur de tiers")

    passage = piece.passages.last()
    assert (passage.depart, passage.arrivee) == ("emise", "annulee")
    assert (passage.par, passage.motif) == (tous_roles, "erreur de tiers")
    assert str(passage) == "annuler : emise → annulee"


@pytest.mark.deux_moteurs
def test_un_acte_demande_son_role(bordereau, agent, comptable, ordonnateur):
    with pytest.raises(ActeInterdit, match="ne permet pas cet acte"):
        franchir_lot(Piece, [bordereau.pieces.get().pk], "signer", par=agent)
    with pytest.raises(ActeInterdit, match="ne permet pas cet acte"):
        franchir(bordereau.pieces.get(), "signer", par=comptable)

    franchir(bordereau.pieces.get(), "signer", par=ordonnateur)

    assert bordereau.pieces.get().etat == EtatPiece.SIGNEE


@pytest.mark.deux_moteurs
def test_les_champs_voyagent_dans_la_meme_mise_a_jour(bordereau, ordonnateur):
    franchir(
        bordereau,
        "signer",
        par=ordonnateur,
        signe_le=timezone.now(),
        empreinte_signee="b" * 64,
    )

    relu = Bordereau.objects.get()
    assert (relu.etat, relu.empreinte_signee) == (EtatBordereau.SIGNE, "b" * 64)
    assert bordereau.empreinte_signee == "b" * 64


@pytest.mark.deux_moteurs
def test_un_objet_lu_trop_tot_ne_franchit_plus_rien(bordereau, tous_roles):
    perime = bordereau.pieces.get()
    franchir(bordereau.pieces.get(), "signer", par=tous_roles)

    with pytest.raises(TransitionInterdite, match="Rechargez la page"):
        franchir(perime, "annuler", par=tous_roles)

    assert bordereau.pieces.get().etat == EtatPiece.SIGNEE


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("nombre", [1, 12])
def test_un_lot_coute_deux_instructions_quel_que_soit_son_nombre(reference, agent, nombre):
    systeme = Utilisateur.objects.systeme()
    pieces = [mandat(agent).pk for _ in range(nombre)]

    with CaptureQueriesContext(
        connection,
    ) as requetes:
        changees = franchir_lot(
            Piece, pieces, "annuler", par=systeme, motifs={pieces[0]: "erreur de tiers"}
        )

    instructions = [r["sql"] for r in requetes if "SAVEPOINT" not in r["sql"]]
    assert changees == set(pieces)
    assert len(instructions) == 2
    assert Piece.objects.get(pk=pieces[0]).passages.latest("pk").motif == "erreur de tiers"


@pytest.mark.deux_moteurs
def test_un_lot_laisse_de_cote_ce_qui_n_est_pas_au_depart(bordereau, agent, tous_roles):
    signee, emise = bordereau.pieces.get(), mandat(agent)
    franchir(signee, "signer", par=tous_roles)

    assert franchir_lot(Piece, [signee.pk, emise.pk], "annuler", par=tous_roles) == {emise.pk}
    assert franchir_lot(Piece, [], "annuler", par=tous_roles) == set()


def test_un_acte_sans_arrivee_demande_ou_aller(bordereau, tous_roles, monkeypatch):
    reprendre = transition({EtatPiece.SUSPENDUE}, None, Role.COMPTABLE)
    monkeypatch.setitem(Piece.TRANSITIONS, "reprendre", reprendre)
    piece = _mettre_en(Piece, EtatPiece.SUSPENDUE, bordereau)

    with pytest.raises(ValueError, match="demande l’état d’arrivée"):
        franchir(piece, "reprendre", par=tous_roles)
    with pytest.raises(ValueError, match="ne se fait pas en lot"):
        franchir_lot(Piece, [piece.pk], "reprendre", par=tous_roles)
    franchir(piece, "reprendre", par=tous_roles, vers=EtatPiece.TRANSMISE)

    assert bordereau.pieces.get().etat == EtatPiece.TRANSMISE


def test_une_transition_est_une_valeur():
    assert transition(["a"], "b", "c") == Transition(frozenset("a"), "b", frozenset("c"))


@pytest.mark.django_db(transaction=True)
def test_de_deux_actes_simultanes_un_seul_passe(reference, agent, personne):
    odile = personne("Odile", Role.ORDONNATEUR)
    piece = mandat(agent)
    creer_bordereau(sens="depense", pieces=[piece.pk], date_emission=JOUR, par=agent)

    issues = ensemble(
        [
            lambda: franchir(Piece.objects.get(pk=piece.pk), "signer", par=odile),
            lambda: franchir(Piece.objects.get(pk=piece.pk), "annuler", par=agent),
        ]
        * 3
    )

    gagnants = [issue for issue in issues if issue is None]
    assert len(gagnants) == 1
    assert Piece.objects.get().passages.exclude(acte="emettre").count() == 1
