"""The journal of bank data: what it keeps, what nobody can do to it, what it says of a break."""

import re
from functools import partial

import pytest
from django.db import IntegrityError, connection, transaction

from facturier.acces.models import Utilisateur
from facturier.accueil.verification import verifier
from facturier.commun.provenance import Provenance, provenir_de
from fournisseurs.journal import Objet, Trace, consigner, consigner_lot, tete, verifier_journal
from fournisseurs.models import ActeJournal, EntreeJournal
from tests.grand_livre.concurrence import ensemble

pytestmark = pytest.mark.django_db
IBAN = "FR7617499000000000000000118"
ANCIEN = "FR5014158000000000001A01209"


@pytest.fixture
def systeme():
    return Utilisateur.objects.systeme()


@pytest.fixture
def journal(systeme):
    """Four entries."""
    consigner_lot(
        [
            Trace(acte=ActeJournal.COMPTE_AJOUTE, par=systeme, iban=IBAN, motif=f"Essai {rang}")
            for rang in range(1, 5)
        ]
    )
    return list(EntreeJournal.objects.all())


def _falsifier(instruction: str) -> None:
    """Change the journal behind its back, as somebody with all rights on the base could."""
    with connection.cursor() as curseur:
        if connection.vendor == "postgresql":
            curseur.execute("DROP TRIGGER entree_journal_ajout_seul ON fournisseurs_entreejournal")
        else:
            curseur.execute("DROP TRIGGER entree_journal_sans_modification")
            curseur.execute("DROP TRIGGER entree_journal_sans_suppression")
        curseur.execute(instruction)


@pytest.mark.deux_moteurs
def test_chaque_entree_suit_la_precedente(journal):
    numeros = [entree.numero for entree in journal]

    assert numeros == [1, 2, 3, 4]
    assert [e.precedente for e in journal[1:]] == [e.empreinte for e in journal[:-1]]
    assert tete() == (4, journal[-1].empreinte)
    assert list(verifier_journal()) == []


def test_une_entree_dit_qui_d_ou_et_pourquoi_sans_l_iban(agent):
    with provenir_de(Provenance("192.0.2.7", "abc123")):
        consigner(
            ActeJournal.COMPTE_REMPLACE,
            par=agent,
            sur=agent,
            iban=IBAN,
            ancien_iban=ANCIEN,
            motif="Rappelé : le compte fr76 1749 9000 0000 0000 0000 118 est le bon.",
        )

    entree = EntreeJournal.objects.get()
    assert entree.auteur == "Agathe Fictif <agathe@essai.example>"
    assert (entree.adresse_ip, entree.requete) == ("192.0.2.7", "abc123")
    assert (entree.objet_type, entree.objet_id) == ("utilisateur", agent.pk)
    assert entree.iban.endswith("0118")
    assert entree.ancien_iban.endswith("1209")
    assert "1749" not in re.sub(r"\W", "", f"{entree.iban}{entree.motif}")


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(
    "acte",
    [
        lambda entrees: entrees.update(motif="Rien vu."),
        lambda entrees: entrees.delete(),
    ],
)
def test_le_journal_ne_se_reecrit_pas(journal, acte):
    with pytest.raises(IntegrityError, match="ne se modifie pas"), transaction.atomic():
        acte(EntreeJournal.objects.filter(numero=2))


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(
    "champs",
    [
        {"numero": 6, "precedente": "a" * 64},
        {"numero": 5, "precedente": "a" * 64},
        {"numero": 0, "precedente": "0" * 64},
    ],
)
def test_une_entree_hors_de_la_chaine_est_refusee(journal, champs):
    entree = EntreeJournal.objects.get(numero=4)
    for champ, valeur in champs.items():
        setattr(entree, champ, valeur)

    with pytest.raises(IntegrityError, match="suit la précédente"), transaction.atomic():
        entree.save(force_insert=True)


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("champ", ["iban", "ancien_iban", "motif", "objet"])
def test_un_iban_en_clair_n_entre_pas_dans_le_journal(journal, champ):
    entree = EntreeJournal.objects.get(numero=4)
    entree.numero, entree.precedente = 5, entree.empreinte
    setattr(entree, champ, IBAN)

    with pytest.raises(IntegrityError), transaction.atomic():
        entree.save(force_insert=True)


@pytest.mark.deux_moteurs
@pytest.mark.parametrize(
    ("instruction", "defaut"),
    [
        (
            "UPDATE fournisseurs_entreejournal SET motif = 'Rien' WHERE numero = 2",
            "entrée n° 2 du journal : son contenu a changé",
        ),
        (
            "UPDATE fournisseurs_entreejournal SET auteur = 'Personne' WHERE numero >= 3",
            "entrée n° 3 du journal : son contenu a changé",
        ),
        (
            "DELETE FROM fournisseurs_entreejournal WHERE numero = 2",
            "entrée n° 3 du journal : l’entrée n° 2 manque",
        ),
        (
            "UPDATE fournisseurs_entreejournal SET empreinte = precedente WHERE numero = 1",
            "entrée n° 1 du journal : son contenu a changé",
        ),
    ],
)
def test_la_verification_nomme_la_premiere_entree_rompue(journal, instruction, defaut):
    _falsifier(instruction)

    ruptures = [f"{a.objet} : {a.detail}" for a in verifier() if a.controle == "journal"]

    assert len(ruptures) == 1
    assert ruptures[0].startswith(defaut)


@pytest.mark.deux_moteurs
@pytest.mark.parametrize("nombre", [3, 1_001])
def test_un_lot_se_relit_tel_qu_il_a_ete_ecrit(
    systeme, agent, nombre, django_assert_max_num_queries
):
    consigner(ActeJournal.IBAN_MONTRE, par=agent)
    traces = [
        Trace(
            acte=ActeJournal.COMPTE_AJOUTE,
            par=systeme,
            fournisseur_id=rang if rang % 2 else None,
            sur=Objet("coordonneesbancaires", rang, f"compte {IBAN}") if rang % 3 else None,
            iban=IBAN,
            motif=f'Ligne {rang} ; « "virgule", et retour\nà la ligne »',
        )
        for rang in range(nombre)
    ]

    with django_assert_max_num_queries(10):
        consigner_lot(traces)

    deux, trois = EntreeJournal.objects.filter(numero__in=[2, 3])
    assert EntreeJournal.objects.count() == nombre + 1
    assert list(verifier_journal()) == []
    assert (deux.fournisseur_id, deux.objet_type, deux.objet_id) == (None, "", None)
    assert (trois.fournisseur_id, trois.objet_id) == (1, 1)
    assert "1749" not in trois.objet


def test_un_acte_annule_ne_laisse_pas_de_trou(systeme):
    with transaction.atomic():
        consigner(ActeJournal.COMPTE_AJOUTE, par=systeme)
        transaction.set_rollback(True)

    consigner(ActeJournal.COMPTE_AJOUTE, par=systeme)

    assert tete()[0] == 1
    assert list(verifier_journal()) == []


@pytest.mark.django_db(transaction=True)
def test_des_ecrivains_simultanes_ne_rompent_pas_la_chaine(transactional_db):
    par = Utilisateur.objects.systeme()

    def ecrire(rang):
        for tour in range(5):
            consigner_lot(
                [Trace(acte=ActeJournal.COMPTE_AJOUTE, par=par, motif=f"{rang}-{tour}")] * 3
            )

    resultats = ensemble([partial(ecrire, rang) for rang in range(6)])

    assert resultats == [None] * 6
    assert tete()[0] == 6 * 5 * 3
    assert list(verifier_journal()) == []
