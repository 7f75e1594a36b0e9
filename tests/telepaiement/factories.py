"""Titres in the situations of the tests, reached through the real acts."""

from datetime import date

from exports_tps.models import SignatureBordereau
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import franchir, franchir_lot
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import EtatBordereau, Piece, SensPiece, Titre
from tests.grand_livre.factories import JOUR, titre

EMPREINTE = "a" * 64


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


def titre_emis(montant: int = 12_500) -> Titre:
    """Issue a titre that no bordereau holds."""
    return titre(Utilisateur.objects.systeme(), montant=montant)


def titre_payable(montant: int = 12_500, *, le: date = JOUR) -> Titre:
    """Issue a titre and have its bordereau signed: it is executory."""
    emis = titre_emis(montant)
    bordereau = creer_bordereau(
        sens=SensPiece.RECETTE,
        pieces=[emis.pk],
        date_emission=le,
        par=Utilisateur.objects.systeme(),
    )
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
    franchir_lot(Piece, [emis.pk], "signer", par=signe_par)
    signe: Titre = Titre.objects.select_related("tiers").get(pk=emis.pk)
    return signe
