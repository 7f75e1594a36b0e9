"""The pages: whom they serve, what they show, what their buttons do."""

import io
import re

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from exports_tps import visa
from exports_tps.models import EtatFlux, Flux
from exports_tps.repartition import constituer
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from exports_tps.views import pages
from facturier.commun.banque import afficher_iban
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.models import EtatBordereau, EtatPiece, RattachementPiece
from facturier.grand_livre.soldes import solde
from facturier.suivi.mandatement import annuler_mandat
from tests.exports_tps import reponses
from tests.exports_tps.factories import (
    bordereau_depense,
    bordereau_recette,
    flux_constitue,
    flux_transmis,
    mandat_documente,
    pieces_du,
    tresorerie,
)
from tests.grand_livre.factories import mandat

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]

ABSENTES = "Pièces justificatives absentes."


def page(client, utilisateur, nom, *arguments, **donnees):
    """Ask for a page as `utilisateur`; post when there are data."""
    client.force_login(utilisateur)
    adresse = reverse(f"exports_tps:{nom}", args=arguments)
    reponse = client.post(adresse, donnees) if donnees else client.get(adresse)
    if not getattr(reponse, "streaming", False):
        assert "variable inconnue" not in reponse.content.decode(errors="replace")
    return reponse


def corps(reponse):
    return reponse.content.decode()


def test_l_agent_met_des_mandats_en_bordereau(client, agent):
    pieces = [mandat_documente(agent), mandat_documente(agent)]

    reponse = page(client, agent, "preparation", pieces=[piece.pk for piece in pieces])

    pieces[0].refresh_from_db()
    assert reponse.status_code == 302
    assert pieces[0].bordereau.pieces.count() == 2


def test_l_ordonnateur_voit_ce_qui_manque_avant_de_signer(client, agent, ordonnateur):
    sans_document = mandat(agent)
    bordereau = bordereau_depense(agent)
    sans_document.bordereau = bordereau
    sans_document.save(update_fields=["bordereau"])

    reponse = page(client, ordonnateur, "signer", bordereau.pk)

    assert sans_document.reference in corps(reponse)
    assert "Signer le bordereau</button>" not in corps(reponse)


def test_signer_constituer_transmettre_par_les_pages(client, agent, ordonnateur):
    bordereau = bordereau_depense(agent)

    page(client, ordonnateur, "signer", bordereau.pk, oui="1")
    page(client, agent, "constituer", bordereau.pk, profil="pes_v2")
    page(client, agent, "transmettre", Flux.objects.get().pk, oui="1")

    bordereau.refresh_from_db()
    flux = Flux.objects.get()
    texte = corps(page(client, agent, "flux", flux.pk))
    assert bordereau.etat == EtatBordereau.TRANSMIS
    assert flux.etat == EtatFlux.TRANSMIS
    assert (texte.count("Envoi demandé"), texte.count("Constitué et contrôlé")) == (1, 1)


@pytest.mark.parametrize("nom", ["bordereaux", "flux_liste", "messages"])
def test_les_listes_se_lisent(client, agent, ordonnateur, nom):
    flux_constitue(agent, ordonnateur)

    assert page(client, agent, nom).status_code == 200


def test_le_flux_montre_ses_preuves_et_ses_verdicts(client, agent, ordonnateur, comptable):
    flux = flux_transmis(agent, ordonnateur)
    tresorerie("--jusqu-au-bout")
    lire_retours()

    texte = corps(page(client, comptable, "flux", flux.pk))

    assert flux.sha256 in texte
    assert "Pris en charge" in texte


def test_le_comptable_verifie_les_signatures(client, agent, ordonnateur, comptable):
    flux = flux_transmis(agent, ordonnateur)

    page(client, comptable, "verifier", flux.pk, oui="1")

    assert "Le fichier est intact" in corps(page(client, comptable, "flux", flux.pk))


def test_le_comptable_prend_en_charge_puis_paie(client, agent, ordonnateur, comptable):
    flux = flux_transmis(agent, ordonnateur)
    piece = pieces_du(flux).get()

    page(client, comptable, "tps_prendre_en_charge", piece.pk, oui="1")
    page(
        client,
        comptable,
        "tps_payer",
        piece.pk,
        montant="111 000",
        date_paiement_0="22",
        date_paiement_1="11",
        date_paiement_2="2026",
        date_paiement="2026-11-22",
        reference="VIR-1",
    )

    piece.refresh_from_db()
    assert piece.etat == EtatPiece.PAYEE
    assert solde("515", exercice=2026).credit == 111_000
    payee = corps(page(client, comptable, "tps_piece", piece.pk))
    assert f"{afficher_iban(piece.iban)} – {piece.titulaire_compte}" in payee
    retour = re.search(r'href="([^"]+)">Constater un retour de fonds', payee)
    assert retour is not None
    assert "Constater un retour de fonds – Mandat" in corps(client.get(retour[1]))


def test_le_comptable_ne_suspend_pas_sans_motif(client, agent, ordonnateur, comptable):
    flux = flux_transmis(agent, ordonnateur)
    piece = pieces_du(flux).get()

    reponse = page(client, comptable, "tps_suspendre", piece.pk, motif="", nature=ABSENTES)

    assert reponse.status_code == 422


def test_une_precision_que_le_tresor_ne_lit_pas_se_corrige_sur_place(
    client, agent, ordonnateur, comptable
):
    piece = pieces_du(flux_transmis(agent, ordonnateur)).get()

    reponse = page(
        client, comptable, "tps_suspendre", piece.pk, motif="Absente 🙁", nature=ABSENTES
    )

    assert reponse.status_code == 422
    assert "Absente 🙁" in corps(reponse)
    assert "Écrivez-le autrement" in corps(reponse)
    with pytest.raises(ValidationError, match="Écrivez-le autrement"):
        visa.suspendre(piece, motif="Absente 🙁", par=comptable)


@pytest.mark.parametrize("acte", ["suspendre", "rejeter"])
def test_le_comptable_suspend_ou_rejette(client, agent, ordonnateur, comptable, acte):
    flux = flux_transmis(agent, ordonnateur)
    piece = pieces_du(flux).get()

    page(client, comptable, f"tps_{acte}", piece.pk, motif="Procès-verbal absent", nature=ABSENTES)

    assert "Procès-verbal absent" in corps(page(client, comptable, "tps_piece", piece.pk))


@pytest.mark.parametrize(
    ("actes", "acte", "raison"),
    [
        ([], "payer", "seul un mandat pris en charge se paie"),
        ([], "constater_retour", "aucun fonds ne peut en revenir"),
        (["rejeter"], "payer", "seul un mandat pris en charge se paie"),
        (["rejeter"], "rejeter", "cet acte n’est plus possible"),
        (["rejeter"], "suspendre", "cet acte n’est plus possible"),
        (["prendre_en_charge"], "prendre_en_charge", "cet acte n’est plus possible"),
        (["prendre_en_charge"], "suspendre", "cet acte n’est plus possible"),
    ],
)
def test_un_acte_impossible_renvoie_a_la_piece_et_dit_pourquoi(
    client, agent, ordonnateur, comptable, actes, acte, raison
):
    piece = pieces_du(flux_transmis(agent, ordonnateur)).get()
    for fait in actes:
        page(client, comptable, f"tps_{fait}", piece.pk, motif="Absent", nature=ABSENTES)
    client.force_login(comptable)
    adresse = reverse(f"exports_tps:tps_{acte}", args=[piece.pk])

    for reponse in (client.get(adresse, follow=True), client.post(adresse, {}, follow=True)):
        assert reponse.redirect_chain == [(reverse("exports_tps:tps_piece", args=[piece.pk]), 302)]
        assert raison in corps(reponse)
        assert adresse not in corps(reponse)


def test_un_titre_ne_se_paie_pas(client, agent, ordonnateur, comptable):
    bordereau = bordereau_recette(agent)
    signer_bordereau(bordereau, par=ordonnateur)
    (flux,) = constituer([bordereau], par=agent)
    transmettre(flux, par=agent)
    titre = pieces_du(flux).get()
    client.force_login(comptable)
    reponse = client.get(reverse("exports_tps:tps_payer", args=[titre.pk]), follow=True)

    assert "c’est une recette, que la Trésorerie encaisse" in corps(reponse)


def test_un_montant_trop_grand_garde_ce_qui_est_saisi(client, agent, ordonnateur, comptable):
    piece = pieces_du(flux_transmis(agent, ordonnateur)).get()
    page(client, comptable, "tps_prendre_en_charge", piece.pk, oui="1")

    reponse = page(
        client,
        comptable,
        "tps_payer",
        piece.pk,
        montant="999 000",
        date_paiement="2026-11-22",
        reference="VIR-77",
    )

    assert reponse.status_code == 422
    texte = corps(reponse)
    assert "doit être compris entre 1 et 111\u202f000" in texte.replace("\u00a0", "\u202f")
    assert 'value="VIR-77"' in texte
    assert 'href="#id_montant"' in texte
    assert "999" in texte
    piece.refresh_from_db()
    assert piece.etat == EtatPiece.PRISE_EN_CHARGE


@pytest.mark.parametrize(
    ("nom", "qui", "code"),
    [
        ("bordereaux", "fournisseur", 403),
        ("flux_liste", "intrus", 403),
        ("tps", "agent", 403),
        ("tps", "ordonnateur", 403),
        ("tps", "comptable", 200),
        ("preparation", "ordonnateur", 403),
        ("preparation", "agent", 200),
    ],
)
def test_chacun_ne_voit_que_ses_pages(client, request, nom, qui, code):
    assert page(client, request.getfixturevalue(qui), nom).status_code == code


def test_l_agent_ne_signe_pas(client, agent):
    bordereau = bordereau_depense(agent)

    assert page(client, agent, "signer", bordereau.pk, oui="1").status_code == 403


def test_les_fichiers_se_telechargent_tels_quels(client, agent, ordonnateur):
    flux = flux_constitue(agent, ordonnateur)
    bordereau = flux.lignes.get(bordereau__isnull=False).bordereau

    fichier = b"".join(page(client, agent, "fichier", flux.pk).streaming_content)
    fragment = b"".join(page(client, agent, "fragment", bordereau.pk).streaming_content)
    pdf = b"".join(page(client, agent, "pdf", bordereau.pk).streaming_content)

    assert fragment.decode().encode("iso-8859-1", "xmlcharrefreplace") in fichier
    assert pdf.startswith(b"%PDF")


def test_la_liste_des_pieces_coute_autant_pour_dix_que_pour_deux(
    client, agent, django_assert_max_num_queries
):
    deux, dix = bordereau_depense(agent, 2), bordereau_depense(agent, 10)
    client.force_login(agent)

    with django_assert_max_num_queries(26) as requetes:
        client.get(reverse("exports_tps:bordereau", args=[deux.pk]))
    with django_assert_max_num_queries(len(requetes)):
        lue = corps(client.get(reverse("exports_tps:bordereau", args=[dix.pk])))

    numeros = dix.pieces.values_list("numero", flat=True)
    assert [numero for numero in numeros if f"2026-M-{numero:06d}" not in lue] == []


def test_un_verdict_dit_si_c_est_un_mandat_et_y_mene(client, agent, ordonnateur, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = pieces_du(flux).get()
    reponses.repondre(settings, flux, "retour.xml", reponses.mandat(piece, "02"))
    lire_retours()
    client.force_login(agent)

    texte = client.get(flux.get_absolute_url()).content.decode()

    adresse = reverse("exports_tps:lire_piece", args=[piece.pk])
    assert f'<a href="{adresse}">Mandat {piece.reference}</a>' in texte


def test_les_pieces_libres_se_comptent_en_francais(client, agent):
    def bouton():
        texte = corps(page(client, agent, "bordereaux"))
        return re.search(r"Préparer un bordereau \(([^)]+)\)", texte)

    aucune = bouton()[1]
    mandat(agent)
    une = bouton()[1]
    mandat(agent)

    assert (aucune, une, bouton()[1]) == ("aucune pièce libre", "1 pièce libre", "2 pièces libres")


def test_on_n_explique_pas_un_blocage_a_qui_n_est_pas_bloque(client, agent):
    piece = mandat(agent)
    lien = reverse("exports_tps:pourquoi_mandat", args=[piece.pk])
    fiche = reverse("suivi:mandat", args=[piece.pk])
    client.force_login(agent)
    en_cours = client.get(fiche)
    annuler_mandat(piece, motif="Doublon", par=agent)

    annule = client.get(fiche)
    suivi = client.get(lien, follow=True)

    assert (lien in corps(en_cours), lien in corps(annule)) == (True, False)
    assert suivi.redirect_chain == [(fiche, 302)]
    assert "il est annulé" in corps(suivi)


@pytest.mark.parametrize("nom", ["bordereau", "signer", "viser"])
def test_les_pieces_d_un_bordereau_se_lisent_par_numero_de_page_en_page(
    client, agent, ordonnateur, monkeypatch, nom
):
    bordereau = bordereau_depense(agent, 5)
    numeros = [f"{piece.reference}<" for piece in bordereau.pieces.order_by("numero")]
    monkeypatch.setattr(pages, "TAILLE_PAGE", 2)
    client.force_login(ordonnateur)
    adresse = reverse(f"exports_tps:{nom}", args=[bordereau.pk])

    lus, suite = [], "?"
    while suite:
        texte = client.get(f"{adresse}{suite}").content.decode()
        lus += sorted((n for n in numeros if n in texte), key=texte.index)
        trouvee = re.search(r'href="(\?apres=\d+)"', texte)
        suite = trouvee.group(1) if trouvee else ""

    assert lus == numeros


def test_les_documents_d_une_piece_se_lisent_dans_leur_ordre(client, agent, ordonnateur):
    bordereau = bordereau_depense(agent, 2)
    premiere, seconde = bordereau.pieces.order_by("numero")
    facture = premiere.justificatifs.get()
    bon = ranger_justificatif(io.BytesIO(b"%PDF-1.4 bon"), nom="bon.pdf", genre="autre")
    RattachementPiece.objects.create(piece=premiere, justificatif=bon, rang=2)
    RattachementPiece.objects.create(piece=seconde, justificatif=facture, rang=3)
    RattachementPiece.objects.create(piece=seconde, justificatif=bon, rang=2)

    texte = corps(page(client, ordonnateur, "bordereau", bordereau.pk))

    lus = re.findall(r">([\w-]+\.pdf)</a>", texte)
    sienne = seconde.justificatifs.exclude(pk__in=[bon.pk, facture.pk]).get()
    assert lus == [facture.nom, bon.nom, sienne.nom, bon.nom, facture.nom]
