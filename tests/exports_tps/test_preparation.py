"""The preparation screen: the comptable's controls on each free pièce, no query per pièce."""

import re

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.urls import reverse

from exports_tps import profils
from exports_tps.blocage import expliquer_mandat
from exports_tps.prealable import controler_pieces
from exports_tps.preparation import CONTROLES, examiner_pieces, reunir, totaux_libres
from facturier.grand_livre.models import Bordereau, Parametre, Piece
from tests.exports_tps.factories import bordereau_depense, mandat_documente
from tests.grand_livre.factories import mandat, titre

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]


def test_chaque_piece_dit_si_elle_est_prete_et_pourquoi_non(agent):
    prete, nue, sienne = mandat_documente(agent), mandat(agent), titre(agent)

    examinees = {e.piece: e for e in examiner_pieces(list(Piece.objects.all()))}

    par_controle = {f.nom: f for f in examinees[nue].familles}
    assert tuple(par_controle) == CONTROLES
    assert [e.est_prete for e in (examinees[prete], examinees[nue], examinees[sienne])] == [
        True,
        False,
        True,
    ]
    validite = par_controle["Validité de la dette"]
    assert "aucune pièce justificative" in validite.defauts[0].constat
    assert validite.a_faire[0].endswith(" (le bureau des finances).")
    assert ". (" not in validite.a_faire[0]
    assert {(t.libelle, t.nombre, t.montant) for t in totaux_libres()} == {
        ("Mandats", 2, 222_000),
        ("Titres", 1, 45_000),
    }


def test_l_examen_coute_autant_pour_six_que_pour_deux(agent, django_assert_max_num_queries):
    for _ in range(6):
        mandat_documente(agent)

    pieces = list(Piece.objects.select_related("bordereau"))
    with django_assert_max_num_queries(30) as deux:
        examiner_pieces(pieces[:2])
    with django_assert_max_num_queries(len(deux)):
        examinees = examiner_pieces(pieces)

    assert [examinee.piece for examinee in examinees] == pieces
    assert all(famille.points for examinee in examinees for famille in examinee.familles)


def test_ce_que_le_format_refuserait_est_dit_avant_le_bordereau(
    client, agent, django_assert_max_num_queries
):
    objet, rib, mode, sienne = (mandat_documente(agent) for _ in range(4))
    nulle = titre(agent)
    with connection.cursor() as curseur:  # what an earlier version, or an import, could leave
        curseur.execute("SET LOCAL session_replication_role = replica")
        Piece.objects.filter(pk=objet.pk).update(objet="Achat de 茶")
        Piece.objects.filter(pk=rib.pk).update(iban=f"{rib.iban[:-2]}{int(rib.iban[-2:]) ^ 1:02d}")
        Piece.objects.filter(pk=mode.pk).update(mode_reglement="04")
        Piece.objects.filter(pk=nulle.pk).update(nature_piece="99")
        curseur.execute("SET LOCAL session_replication_role = origin")

    with django_assert_max_num_queries(14) as une:
        controler_pieces(Piece.objects.filter(pk=sienne.pk), "depense")
    with django_assert_max_num_queries(len(une)):
        mandats = controler_pieces(Piece.objects.filter(sens="depense"), "depense")
    titres = controler_pieces(Piece.objects.filter(sens="recette"), "recette")
    client.force_login(agent)
    page = client.get(reverse("exports_tps:preparation")).content.decode()

    dits = {}
    for cle, controles in (mandats | titres).items():
        (controle,) = [c for c in controles if c.libelle == "Règles du format"]
        dits[cle] = " ".join(controle.anomalies)
    assert dits[sienne.pk] == ""
    for fautive, raison in (
        (objet, "Libellé du virement (LibVir1)\u202f: caractère sans équivalent"),
        (rib, "clé incorrecte. Annulez la pièce"),
        (mode, "un compte bancaire est interdit avec ModRegl 04"),
        (nulle, "la valeur «\u202f99\u202f» est refusée"),
    ):
        assert raison in dits[fautive.pk]
    assert f"Inscrire {sienne.reference}" in page
    assert not any(f"Inscrire {p.reference}" in page for p in (objet, rib, mode))
    a_faire = [point.libelle for point in expliquer_mandat(objet).bloquants]
    assert a_faire == ["Règles du format", "Qualité de l’ordonnateur"]


def test_ce_qui_est_bloque_ne_se_coche_pas(client, agent):
    prete, nue = mandat_documente(agent), mandat(agent)
    client.force_login(agent)

    page = client.get(reverse("exports_tps:preparation")).content.decode()
    client.post(reverse("exports_tps:preparation"), {"pieces": [prete.pk]})

    assert f"Inscrire {prete.reference}" in page
    assert f"Inscrire {nue.reference}" not in page
    assert list(Bordereau.objects.get().pieces.all()) == [prete]


def coches(reponse):
    return re.findall(r'name="pieces" value="(\d+)" checked', reponse.content.decode())


def test_rien_n_est_coche_pour_l_agent_et_un_lien_coche_tout(client, agent):
    pretes = [mandat_documente(agent) for _ in range(3)]
    mandat(agent)
    client.force_login(agent)
    adresse = reverse("exports_tps:preparation")

    nue, toute = client.get(adresse), client.get(adresse, {"cocher": "tout"})

    assert coches(nue) == []
    assert "Cocher les 3 pièces prêtes" in nue.content.decode()
    assert sorted(map(int, coches(toute))) == sorted(piece.pk for piece in pretes)
    assert "Tout décocher" in toute.content.decode()


def test_un_refus_garde_ce_qui_est_coche(client, agent):
    libre, prise = mandat_documente(agent), mandat_documente(agent)
    bordereau_depense(agent)
    client.force_login(agent)
    Piece.objects.filter(pk=prise.pk).update(bordereau=Bordereau.objects.get())

    reponse = client.post(reverse("exports_tps:preparation"), {"pieces": [libre.pk, prise.pk]})

    assert reponse.status_code == 422
    assert "vient d’être placée dans un autre bordereau" in reponse.content.decode()
    assert coches(reponse) == [str(libre.pk)]


def test_au_dela_du_maximum_plusieurs_bordereaux_sont_crees_et_dits(client, agent):
    Parametre.objects.filter(cle="flux_pieces_maximum").update(valeur="3")
    pieces = [mandat_documente(agent) for _ in range(7)]
    client.force_login(agent)
    adresse = reverse("exports_tps:preparation")
    assert "Un bordereau réunit au plus 3 pièces" in client.get(adresse).content.decode()

    reponse = client.post(adresse, {"pieces": [piece.pk for piece in pieces]}, follow=True)

    crees = list(Bordereau.objects.order_by("numero"))
    assert [bordereau.pieces.count() for bordereau in crees] == [3, 3, 1]
    assert list(Piece.objects.order_by("bordereau__numero", "pk")) == pieces
    cites = ", ".join(bordereau.reference for bordereau in crees)
    assert f"3 bordereaux créés\u202f: {cites}" in reponse.content.decode()


def test_des_pieces_de_types_differents_ne_creent_rien(agent):
    Parametre.objects.filter(cle="flux_pieces_maximum").update(valeur="1")
    sienne, recette = mandat_documente(agent), titre(agent)

    with pytest.raises(ValidationError, match="émise et libre"):
        reunir(
            sens="depense",
            pieces=[sienne.pk, recette.pk],
            date_emission=sienne.date_emission,
            par=agent,
        )

    assert not Bordereau.objects.exists()


def test_les_deux_profils_se_comparent_par_ce_qu_ils_ecrivent(client, agent):
    bordereau = bordereau_depense(agent)
    client.force_login(agent)

    page = client.get(reverse("exports_tps:profils", args=[bordereau.pk])).content.decode()
    donnees = {ecart.objet: ecart for ecart in profils.donnees(bordereau)}

    piece = bordereau.pieces.get()
    assert f"bordereaux/{bordereau.reference}.pdf" in page
    assert profils.comparer_document(profils.documents(bordereau).get()).pes_v2.endswith(".pdf")
    objet = next(e for e in donnees.values() if e.pes_v2 == piece.objet)
    assert objet.lot_pieces == "PDF"
    assert any(e.lot_pieces == profils.DONNEES for e in donnees.values())


def test_une_piece_se_lit_comme_la_lira_la_tresorerie(client, agent):
    mandat_lu = mandat_documente(agent)
    client.force_login(agent)

    page = client.get(reverse("exports_tps:lire_piece", args=[mandat_lu.pk])).content.decode()
    document = mandat_lu.justificatifs.get()
    montre = client.get(reverse("exports_tps:montrer_justificatif", args=[document.pk]))

    montre.close()
    assert "Ce que lira la Trésorerie" in page
    assert mandat_lu.iban not in page
    assert montre["X-Frame-Options"] == "SAMEORIGIN"
