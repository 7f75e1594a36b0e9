"""Money that comes back: the debt stands again, and is settled again, once."""

import re
from datetime import date

import pytest
from django.core.exceptions import ValidationError

from exports_tps import visa
from exports_tps.constitution import constituer_flux
from exports_tps.models import Reserve
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.acces.models import Role
from facturier.api.representation import COLONNES, _valeur
from facturier.api.representation import ligne as ligne_d_api
from facturier.commun.etats import TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Piece
from facturier.grand_livre.soldes import reste_du, solde
from facturier.suivi.etats import PAIEMENT_REVENU
from facturier.suivi.libelles import detenteur, libelle_public
from facturier.suivi.models import DelaiConstate, Facture
from tests.exports_tps.factories import bordereau_recette, flux_transmis, tresorerie
from tests.exports_tps.reponses import ligne, mandat, repondre, titre
from tests.suivi.factories import FactureFactory, acteur, remettre_a_la_tresorerie

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("circuit")]
LISTE = "/factures/"
VERSE = ("2026-11-24", 111_000)


def revenir(par, montant=111_000, **options):
    visa.constater_retour(
        Piece.objects.get(),
        montant=montant,
        date_retour=options.get("le", date(2026, 11, 26)),
        motif="Compte clos.",
        par=par,
    )


def test_un_virement_rejete_est_du_puis_paye_de_nouveau(agent, ordonnateur, comptable, settings):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    repondre(settings, flux, "a.xml", mandat(piece, "05", ligne(reglements=[VERSE])))
    lire_retours()

    revenir(comptable)

    piece.refresh_from_db()
    assert (piece.etat, reste_du(piece)) == ("prise_en_charge", 111_000)
    assert solde("515", exercice=2026).solde == 0
    assert piece.passages.last().motif.endswith("revenus le 26/11/2026. Compte clos.")

    with pytest.raises(TransitionInterdite, match="des fonds sont revenus"):
        visa.rejeter(piece, motif="Compte clos", par=comptable)

    repondre(settings, flux, "b.xml", mandat(piece, "02", ligne(reglements=[VERSE])))
    lire_retours()  # told again, of before the money came back
    assert reste_du(piece) == 111_000

    nouveau = [VERSE, ("2026-11-26", -111_000), ("2026-11-27", 111_000)]
    repondre(settings, flux, "c.xml", mandat(piece, "05", ligne(reglements=nouveau)))
    lire_retours()

    piece.refresh_from_db()
    assert (piece.etat, reste_du(piece)) == ("payee", 0)
    assert solde("515", exercice=2026).solde == -111_000


def test_un_cheque_impaye_rend_le_titre_du(agent, ordonnateur, comptable, settings):
    bordereau = signer_bordereau(bordereau_recette(agent, 1), par=ordonnateur)
    flux = transmettre(constituer_flux([bordereau], par=agent), par=agent)
    piece = Piece.objects.get()
    encaisse = titre(piece, "02", 45_000, jour="2026-11-24")
    repondre(settings, flux, "a.xml", encaisse, sens="Recette")
    lire_retours()

    revenir(comptable, 25_000)

    assert (Piece.objects.get().etat, reste_du(piece)) == ("prise_en_charge", 25_000)
    assert solde("4111", exercice=2026).solde == 25_000
    with pytest.raises(ValidationError, match="entre 1 et"):
        revenir(comptable, 20_001)
    with pytest.raises(ValidationError, match="datez d’après"):
        revenir(comptable, 20_000, le=date(2026, 11, 25))


def test_un_paiement_que_la_tresorerie_dit_revenu_se_constate_sur_la_page(
    client, agent, ordonnateur, comptable
):
    flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    plan = f'[[defaut]]\nacte = "rejeter_paiement"\npiece = {piece.numero}\n'
    tresorerie("--jusqu-au-bout", plan=plan)
    lire_retours()

    piece.refresh_from_db()
    dits = list(Reserve.objects.values_list("texte", flat=True))
    assert (piece.etat, reste_du(piece), len(dits)) == ("payee", 0, 1)
    assert (
        f"{afficher(0)} payés à ce jour d’après la Trésorerie, contre {afficher(111_000)}"
        in dits[0]
    )
    client.force_login(comptable)
    page = client.get(f"/tps/pieces/{piece.pk}/").text
    assert "Constater un retour de fonds" in page
    cumuls = re.findall(r'Payé à ce jour" class="montant">([^<]*)<', page)
    assert [c.split()[:1] for c in cumuls] == [[], ["111"], ["0"]]

    client.post(
        f"/tps/pieces/{piece.pk}/constater-retour/",
        {"montant": "111 000", "date_retour": "26/11/2026", "motif": "Compte clos."},
    )

    assert reste_du(piece) == 111_000


def test_le_fournisseur_lit_que_son_paiement_est_revenu_puis_refait(client, comptable):
    facture = FactureFactory(prise_en_charge=True)
    remettre_a_la_tresorerie(facture.mandat)
    Piece.objects.filter(pk=facture.mandat_id).update(etat="prise_en_charge")
    client.force_login(acteur(Role.FOURNISSEUR))

    def payer(jour, reference):
        visa.payer(
            Piece.objects.get(),
            montant=111_000,
            date_paiement=date(2026, 11, jour),
            reference=reference,
            par=comptable,
        )
        lue = Facture.objects.get()
        page, liste = (client.get(adresse).text for adresse in (lue.get_absolute_url(), LISTE))
        return lue, page, liste

    payer(24, "VIR-1")
    revenir(comptable)
    revenue = Facture.objects.get()
    page, liste = (client.get(adresse).text for adresse in (revenue.get_absolute_url(), LISTE))

    assert revenue.est_paiement_revenu
    assert (libelle_public(revenue), revenue.payee_le) == ("Paiement revenu", date(2026, 11, 24))
    assert "Paiement revenu" in liste
    assert "puis revenue à la Trésorerie le 26\xa0novembre 2026" in page
    assert detenteur(revenue, pour_fournisseur=True) == "la Trésorerie de la province Sud"
    assert ligne_d_api({n: _valeur(revenue, n) for n in COLONNES})["libelleEtat"] == PAIEMENT_REVENU

    repayee, page, liste = payer(27, "VIR-2")

    assert not repayee.est_paiement_revenu
    assert "Paiement revenu" not in liste
    assert "payée de nouveau le 27\xa0novembre 2026" in page
    assert (DelaiConstate.objects.count(), repayee.payee_le) == (1, date(2026, 11, 24))
    assert repayee.messages.last().texte == "Payée de nouveau le 27/11/2026, référence VIR-2."


def test_des_fonds_dits_revenus_avant_le_paiement_lui_meme_se_disent_quand_meme(
    agent, ordonnateur, comptable, settings
):
    flux = flux_transmis(agent, ordonnateur)
    piece = Piece.objects.get()
    revenus = [VERSE, ("2026-11-26", -111_000)]
    repondre(settings, flux, "a.xml", mandat(piece, "02", ligne(reglements=revenus)))
    lire_retours()
    assert (reste_du(piece), Reserve.objects.count()) == (111_000, 0)

    repondre(settings, flux, "b.xml", mandat(piece, "05", ligne(reglements=[VERSE])))
    lire_retours()  # of before the money came back, read after it

    assert reste_du(piece) == 0
    dit = Reserve.objects.get(message__nom="b.xml")
    assert f"{afficher(0)} payés à ce jour d’après la Trésorerie" in dit.texte
    revenir(comptable)
    assert reste_du(piece) == 111_000
