"""Issuing pièces: numbers, frozen identity, bordereaux."""

from dataclasses import replace
from datetime import date
from functools import partial

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facturier.grand_livre import evenements
from facturier.grand_livre.documents import enregistrer_justificatif
from facturier.grand_livre.emission import CompteBancaire, Imputation, creer_bordereau
from facturier.grand_livre.models import (
    Bordereau,
    Budget,
    Compte,
    Ecriture,
    Exercice,
    LignePiece,
    Mandat,
    Piece,
    SchemaComptable,
    Titre,
)
from facturier.grand_livre.numerotation import prendre_numero
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du
from tests.grand_livre.concurrence import ensemble
from tests.grand_livre.factories import (
    COMPTE_BANCAIRE,
    JOUR,
    NOUMEA,
    TiersFactory,
    mandat,
    titre,
)

pytestmark = pytest.mark.django_db
deux_moteurs = pytest.mark.deux_moteurs


def _bordereau(par, pieces, sens="depense"):
    return creer_bordereau(sens=sens, pieces=pieces, date_emission=JOUR, par=par)


@deux_moteurs
def test_les_numeros_se_suivent_par_sens(reference, agent):
    mandats = [mandat(agent).reference for _ in range(3)]

    assert mandats == ["2026-M-000001", "2026-M-000002", "2026-M-000003"]
    assert titre(agent).reference == "2026-T-000001"


@deux_moteurs
def test_un_numero_abandonne_est_rendu(reference, agent):
    mandat(agent)
    with transaction.atomic():
        mandat(agent)
        transaction.set_rollback(True)

    assert mandat(agent).numero == 2


@deux_moteurs
def test_plusieurs_numeros_se_prennent_d_un_coup(reference):
    assert prendre_numero("essai", combien=5) == 1
    assert prendre_numero("essai") == 6


@pytest.mark.django_db(transaction=True)
def test_un_numero_ne_se_prend_pas_hors_transaction():
    with pytest.raises(RuntimeError, match="dans une transaction"):
        prendre_numero("essai")


@pytest.mark.parametrize("emettre", [mandat, titre])
def test_ce_que_la_tresorerie_ne_peut_lire_n_est_pas_emis(emettre, reference, agent):
    assert (
        emettre(agent, objet="Œuvre à 5 €, de l’Ōtautahi").numero == 1
    )  # each has its replacement

    with pytest.raises(EcritureRefusee, match=r"Objet, .*⅓.*🏝.*Écrivez-le autrement"):
        emettre(agent, objet="Îlot 🏝, ⅓ de l’année")
    with pytest.raises(EcritureRefusee, match=r"Nom du tiers, .*木"):
        emettre(agent, tiers=TiersFactory.create(nom="Scierie 木"))

    assert Piece.objects.count() == 1


@deux_moteurs
def test_le_mandat_porte_ses_montants_son_passage_et_ses_justificatifs(reference, agent):
    facture = enregistrer_justificatif(
        sha256="a" * 64, taille=12, type_mime="application/pdf", nom="facture.pdf", genre="facture"
    )

    emis = mandat(agent, justificatifs=iter([facture, facture]))

    passage = emis.passages.get()
    assert (emis.montant_ht, emis.montant_tgc, emis.montant_ttc) == (100_000, 11_000, 111_000)
    assert (passage.acte, passage.arrivee, passage.par) == ("emettre", "emise", agent)
    assert [r.rang for r in emis.rattachements.all()] == [1]
    assert reste_du(emis) == 111_000


@deux_moteurs
def test_un_mandat_d_investissement_en_porte_la_nature(reference, agent):
    emis = mandat(agent, imputations=[Imputation(compte="21838", montant_ht=5_000)])

    assert emis.nature_piece == "02"
    assert emis.lignes.get().compte.numero == "4041"


@deux_moteurs
def test_la_piece_garde_l_identite_de_son_emission(reference, agent):
    tiers = TiersFactory.create(nom="Ancien nom")
    emise = titre(agent, tiers=tiers)

    tiers.nom = "Nouveau nom"
    tiers.save()

    emise.refresh_from_db()
    assert emise.nom_tiers == "Ancien nom"


@deux_moteurs
@pytest.mark.parametrize(
    "champs",
    [
        {"iban": "FR7600000000000000000000000"},
        {"montant_ht": 1},
        {"numero": 99},
        {"nom_tiers": "Un autre"},
    ],
)
def test_une_piece_emise_ne_se_retouche_pas(reference, agent, champs):
    emise = mandat(agent)

    with pytest.raises(IntegrityError, match="ne se retouche pas"), transaction.atomic():
        Piece.objects.filter(pk=emise.pk).update(**champs)


@deux_moteurs
def test_une_piece_emise_et_ses_lignes_ne_s_effacent_pas(reference, agent):
    emise = mandat(agent)

    with pytest.raises(IntegrityError, match="ne s’efface pas"), transaction.atomic():
        LignePiece.objects.filter(piece=emise).delete()
    with pytest.raises(IntegrityError, match="ne s’efface pas"), transaction.atomic():
        Piece.objects.filter(pk=emise.pk)._raw_delete("default")


@deux_moteurs
@pytest.mark.parametrize(
    ("champs", "message"),
    [
        ({"imputations": []}, "au moins une imputation"),
        ({"imputations": [Imputation(compte="999", montant_ht=5)]}, "inconnu ou non imputable"),
        ({"imputations": [Imputation(compte="617", montant_ht=0)]}, "hors taxe .* est positif"),
        (
            {
                "imputations": [
                    Imputation(compte="617", montant_ht=10),
                    Imputation(compte="617", montant_ht=0),
                ]
            },
            "ligne de pièce est positif",
        ),
        ({"compte": CompteBancaire(iban="", titulaire="")}, "porte un compte bancaire"),
    ],
)
def test_un_mandat_fautif_est_refuse_en_francais(reference, agent, champs, message):
    with pytest.raises(EcritureRefusee, match=message):
        mandat(agent, **champs)

    assert not Piece.objects.exists()
    assert mandat(agent).numero == 1


def test_une_valeur_trop_longue_est_refusee_en_francais(reference, agent):
    with pytest.raises(EcritureRefusee, match="trop long"):
        mandat(agent, compte=CompteBancaire(iban="X" * 60, titulaire="Société fictive"))


@deux_moteurs
def test_un_titre_echu_avant_son_emission_est_refuse(reference, agent):
    with pytest.raises(EcritureRefusee, match="une échéance"):
        titre(agent, date_echeance=date(2026, 1, 1))


@deux_moteurs
def test_un_compte_non_imputable_est_refuse(reference, agent):
    Compte.objects.filter(exercice=2026, numero="617").update(est_imputable=False)

    with pytest.raises(EcritureRefusee, match="non imputable en 2026 : 617"):
        mandat(agent, imputations=[Imputation(compte="617", montant_ht=5)])


@deux_moteurs
def test_les_mandats_et_les_titres_se_lisent_a_part(reference, agent):
    depense, recette = mandat(agent), titre(agent)

    assert [str(m) for m in Mandat.objects.all()] == ["Mandat 2026-M-000001"]
    assert [t.pk for t in Titre.objects.all()] == [recette.pk]
    assert {p.pk for p in Piece.objects.all()} == {depense.pk, recette.pk}


# --- Bordereaux -------------------------------------------------------------------------------


@deux_moteurs
def test_un_bordereau_reunit_des_pieces_et_garde_trace_de_sa_creation(reference, agent):
    pieces = [mandat(agent).pk, mandat(agent).pk]

    bordereau = _bordereau(agent, iter(pieces))

    passage = bordereau.passages.get()
    assert bordereau.reference == "2026-D-1"
    assert (passage.acte, passage.arrivee, passage.par) == ("creer", "ouvert", agent)
    assert set(bordereau.pieces.values_list("pk", flat=True)) == set(pieces)


@deux_moteurs
def test_un_bordereau_sans_piece_est_refuse(reference, agent):
    with pytest.raises(ValidationError, match="au moins une pièce"):
        _bordereau(agent, [])


@deux_moteurs
def test_une_piece_n_entre_que_dans_un_bordereau(reference, agent):
    prise, libre = mandat(agent).pk, mandat(agent).pk
    _bordereau(agent, [prise])

    with pytest.raises(ValidationError, match="dans un autre bordereau"):
        _bordereau(agent, [prise, libre])


@deux_moteurs
def test_un_bordereau_ne_melange_pas_les_sens(reference, agent):
    with pytest.raises(ValidationError, match="dans un autre bordereau"):
        _bordereau(agent, [mandat(agent).pk, titre(agent).pk])


@deux_moteurs
def test_un_bordereau_ne_melange_pas_les_budgets(reference, agent):
    annexe = Budget.objects.create(
        code="annexe",
        libelle="Budget annexe",
        codique_poste="099999",
        identifiant_collectivite="1",
        code_collectivite="001",
        code_budget="02",
    )

    with pytest.raises(ValidationError, match="un seul budget"):
        _bordereau(agent, [mandat(agent).pk, mandat(agent, budget=annexe).pk])


# --- Payments and reversals -------------------------------------------------------------------


def _payer(piece, montant, par, reference="ordre-1"):
    return evenements.payer_mandat(
        piece, montant=montant, date_paiement=JOUR, reference=reference, par=par
    )


@deux_moteurs
def test_un_paiement_relu_ne_se_passe_qu_une_fois(reference, agent):
    emis = mandat(agent)
    premier = _payer(emis, 111_000, agent)

    assert _payer(emis, 111_000, agent).pk == premier.pk
    assert reste_du(emis) == 0


@deux_moteurs
def test_un_paiement_ne_depasse_pas_ce_qui_est_du(reference, agent):
    emis = mandat(agent)
    _payer(emis, 100_000, agent)

    with pytest.raises(EcritureRefusee, match="dépasse de 9000 F"):
        _payer(emis, 20_000, agent, reference="ordre-2")

    assert reste_du(emis) == 11_000


@deux_moteurs
def test_un_mandat_sur_deux_sections_ne_se_paie_pas_par_morceaux(reference, agent):
    emis = mandat(
        agent,
        imputations=[
            Imputation(compte="617", montant_ht=10),
            Imputation(compte="2051", montant_ht=10),
        ],
    )

    with pytest.raises(EcritureRefusee, match="deux sections"):
        _payer(emis, 5, agent)


@deux_moteurs
def test_une_piece_ne_s_annule_qu_une_fois(reference, agent):
    emis = mandat(agent)
    evenements.annuler_emission(emis, motif="erreur", date_comptable=JOUR, par=agent)

    with pytest.raises(EcritureRefusee, match="déjà contrepassée"):
        evenements.annuler_emission(emis, motif="erreur", date_comptable=JOUR, par=agent)


@deux_moteurs
def test_une_piece_sans_ecriture_ne_s_annule_pas(reference, agent):
    with pytest.raises(EcritureRefusee, match="n’a pas d’écriture"):
        evenements.annuler_emission(
            Piece(pk=0, sens="depense", exercice_id=2026, numero=0),
            motif="erreur",
            date_comptable=JOUR,
            par=agent,
        )


@deux_moteurs
def test_l_annulation_d_un_exercice_clos_va_a_l_exercice_ouvert(reference, agent):
    emis = mandat(agent)
    Exercice.objects.filter(annee=2026).update(clos_le="2027-02-01T00:00:00+11:00")

    inverse = evenements.annuler_emission(
        emis, motif="erreur", date_comptable=date(2027, 2, 3), par=agent
    )

    assert inverse.exercice_id == 2027
    assert reste_du(emis) == 0


@deux_moteurs
def test_un_mode_d_encaissement_inconnu_est_une_faute_du_programme(reference, agent):
    with pytest.raises(ValueError, match="troc"):
        evenements.encaisser(
            titre(agent), mode="troc", montant=5, date_comptable=JOUR, reference="r", par=agent
        )


@deux_moteurs
def test_un_evenement_sans_schema_est_refuse(reference, agent):
    SchemaComptable.objects.filter(evenement="titre").delete()

    with pytest.raises(EcritureRefusee, match="Aucun schéma comptable « titre »"):
        titre(agent)


# --- Two sessions -----------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_deux_sessions_numerotent_sans_trou_ni_doublon(reference, agent):
    tiers = [TiersFactory.create() for _ in range(4)]

    def emettre(a_qui):
        return [mandat(agent, tiers=a_qui).numero for _ in range(5)]

    emis = ensemble([partial(emettre, a_qui) for a_qui in tiers])

    assert sorted(numero for lot in emis for numero in lot) == list(range(1, 21))


@pytest.mark.django_db(transaction=True)
def test_deux_sessions_ne_mettent_pas_la_meme_piece_dans_deux_bordereaux(reference, agent):
    piece = mandat(agent).pk

    issues = ensemble([lambda: _bordereau(agent, [piece])] * 2)

    assert sorted(type(issue).__name__ for issue in issues) == ["Bordereau", "ValidationError"]
    assert Bordereau.objects.get().numero == 1


@pytest.mark.django_db(transaction=True)
def test_deux_sessions_ne_paient_pas_deux_fois_la_meme_dette(reference, agent):
    emis = mandat(agent)

    issues = ensemble(
        [partial(_payer, emis, 111_000, agent, reference=f"ordre-{rang}") for rang in range(4)]
    )

    assert [type(issue) for issue in issues].count(Ecriture) == 1
    assert reste_du(emis) == 0


@deux_moteurs
@pytest.mark.parametrize(
    ("champ", "donnees"),
    [
        ("complément d’adresse", {"adresse": {**NOUMEA, "adresse_complement": "A\0B"}}),
        ("titulaire du compte", {"compte": replace(COMPTE_BANCAIRE, titulaire="A\0B")}),
        (
            "libellé",
            {"imputations": [Imputation(compte="60612", montant_ht=1, libelle="A\0B")]},
        ),
    ],
)
def test_aucune_piece_ne_prend_de_caractere_nul(reference, agent, champ, donnees):
    with pytest.raises(EcritureRefusee, match=f"« {champ} » contient un caractère nul"):
        mandat(agent, **donnees)
    assert not Piece.objects.exists()
