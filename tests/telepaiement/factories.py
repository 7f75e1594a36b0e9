"""Titres and régies in the situations of the tests, reached through the real acts."""

from collections.abc import Sequence
from datetime import date

from exports_tps.models import SignatureBordereau
from exports_tps.remises import renvoyer
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import franchir, franchir_lot
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Bordereau, EtatBordereau, Piece, SensPiece, Tiers, Titre
from telepaiement.coupures import en_coupures
from telepaiement.depots import especes_a_verser, etablir_versement
from telepaiement.models import MouvementFonds, Nomination, Regie, VersementRegie
from telepaiement.nominations import Arrete, nommer
from telepaiement.proces_verbaux import remettre_service
from telepaiement.regies import mouvoir_fonds_caisse
from tests.grand_livre.factories import JOUR, titre

EMPREINTE = "a" * 64
ARRETE = Arrete(
    reference="Arrêté fictif 2026-010",
    date_arrete=date(2026, 1, 12),
    date_avis_conforme=date(2026, 1, 5),
    date_accord_regisseur=date(2026, 1, 8),
)


def decompte(montant: int) -> dict[int, int]:
    """Return `montant` francs as they are counted in a till."""
    return en_coupures(montant, JOUR)


def verser(regie: Regie, par: Utilisateur) -> VersementRegie:
    """Put what the closed tills hold on a bordereau, counted."""
    especes = max(especes_a_verser(regie), 0)
    return etablir_versement(regie=regie, coupures=decompte(especes), par=par)


def nommer_regisseur(regie: Regie, personne: Utilisateur) -> Nomination:
    """Appoint a régisseur, who is not installed yet."""
    return nommer(
        regie=regie,
        personne=personne,
        qualite=Nomination.Qualite.REGISSEUR,
        arrete=ARRETE,
        debut=ARRETE.date_arrete,
        par=Utilisateur.objects.systeme(),
    )


def installer(regie: Regie, personne: Utilisateur) -> Nomination:
    """Appoint a régisseur and hand the régie over to him, empty."""
    nomination = nommer_regisseur(regie, personne)
    remettre_service(
        entrant=nomination,
        coupures={},
        cheques_comptes=0,
        observations="",
        par=Utilisateur.objects.systeme(),
    )
    return nomination


def doter(regie: Regie) -> None:
    """Entrust the fonds de caisse of the acte to a régie."""
    mouvoir_fonds_caisse(
        regie=regie,
        nature=MouvementFonds.Nature.REMISE,
        montant=regie.fonds_caisse,
        jour=JOUR,
        reference="F-1",
        par=Utilisateur.objects.systeme(),
    )


def signataire() -> Utilisateur:
    """Return an ordonnateur, made once per test."""
    trouve = Utilisateur.objects.filter(email="signataire@essai.example").first()
    if trouve is not None:
        return trouve
    utilisateur = Utilisateur.objects.create_user(
        "signataire@essai.example", prenom="Solange", nom="Fictive", fonction="Directrice"
    )
    utilisateur.attribuer(Role.ORDONNATEUR)
    return utilisateur


def titre_emis(montant: int = 12_500, *, tiers: Tiers | None = None) -> Titre:
    """Issue a titre that no bordereau holds."""
    return titre(Utilisateur.objects.systeme(), montant=montant, tiers=tiers)


def titre_payable(montant: int = 12_500, *, le: date = JOUR) -> Titre:
    """Issue a titre and have its bordereau signed: it is executory."""
    return titres_payables([montant], le=le)[0]


def titres_payables(
    montants: Sequence[int], *, tiers: Tiers | None = None, le: date = JOUR
) -> list[Titre]:
    """Issue a titre of each amount, all in one bordereau that is signed."""
    return rendre_executoires([titre_emis(montant, tiers=tiers) for montant in montants], le=le)


def refuser_et_rendre(titre: Titre, *, par: Utilisateur) -> None:
    """Send a titre that money settles, have it refused, and put it back in preparation."""
    refuser(titre)
    refuse = Piece.objects.get(pk=titre.pk)
    renvoyer([refuse], {titre.pk: "Débiteur inconnu"}, motif="Débiteur erroné", par=par)


def refuser(titre: Titre) -> None:
    """Send the signed bordereau of a titre, and have it refused."""
    systeme = Utilisateur.objects.systeme()
    franchir_lot(Piece, [titre.pk], "transmettre", par=systeme)
    for acte in ("transmettre", "refuser"):
        franchir_lot(Bordereau, [Bordereau.objects.get(pieces=titre.pk).pk], acte, par=systeme)


def rendre_executoires(titres: Sequence[Titre], *, le: date = JOUR) -> list[Titre]:
    """Put titres in one bordereau, and have it signed."""
    systeme = Utilisateur.objects.systeme()
    emis = [titre.pk for titre in titres]
    bordereau = creer_bordereau(sens=SensPiece.RECETTE, pieces=emis, date_emission=le, par=systeme)
    signe_par = signataire()
    SignatureBordereau.objects.create(bordereau=bordereau, par=signe_par, jour=le)
    franchir(
        bordereau,
        "signer",
        par=signe_par,
        signe_le="2026-11-23T00:00:00Z",
        signataire="CN=Essai",
        empreinte_signee=EMPREINTE,
    )
    assert bordereau.etat == EtatBordereau.SIGNE
    franchir_lot(Piece, emis, "signer", par=signe_par)
    return list(Titre.objects.select_related("tiers").filter(pk__in=emis).order_by("pk"))
