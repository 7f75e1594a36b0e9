"""Whom a mandat pays: the supplier, and those whom oppositions and cessions put before him.

The proposal follows what is in force; an agent may depart from it with a written reason, kept in a
`DecisionPaiement` (GBCP, art. 20: discharging character of the payment).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models.functions import Coalesce

from facturier.acces.models import Utilisateur
from facturier.commun.montants import afficher
from facturier.grand_livre.documents import enregistrer_justificatif
from facturier.grand_livre.emission import Cession, CompteBancaire, Destinataire
from facturier.grand_livre.models import Mandat, PieceJustificative
from facturier.suivi.models import Facture
from fournisseurs.coordonnees import compte_en_vigueur
from fournisseurs.models import DecisionPaiement, Fournisseur, Justificatif, Opposition
from fournisseurs.retenues import (
    Dette,
    Retenue,
    RetenueImpossible,
    en_attente,
    oppositions_a_servir,
    partager,
)


@dataclass(frozen=True, slots=True)
class Choix:
    """What an agent decided for one opposition: francs, and why when it is not the proposal."""

    montant: int
    motif: str = ""


@dataclass(frozen=True, slots=True)
class Retenues:
    """What a mandat is to pay to others: what is proposed, what is decided, in the same order."""

    proposees: list[Retenue]
    decidees: list[Retenue]
    motifs: Mapping[int, str]


def dettes(factures: Iterable[Facture]) -> list[Dette]:
    """Return what the invoices owe once liquidated, one debt an invoice, in their order."""
    return [
        Dette(
            etablissement=facture.etablissement_id,
            commande=facture.bon_commande.numero if facture.bon_commande else "",
            montant=facture.montant_liquide or 0,
        )
        for facture in factures
    ]


def proposer(factures: Sequence[Facture], au: date) -> list[Retenue]:
    """Return what oppositions in force on day `au` take from the invoices of one supplier."""
    if not factures:
        return []
    fournisseur = factures[0].etablissement.fournisseur
    return partager(dettes(factures), oppositions_a_servir(fournisseur, au))


def sous_opposition(factures: Iterable[Facture], au: date) -> set[int]:
    """Return the keys of the suppliers of `factures` whom an opposition concerns, or may."""
    fournisseurs = {
        facture.etablissement.fournisseur.tiers_id: facture.etablissement.fournisseur_id
        for facture in factures
    }
    racine = Coalesce("fournisseur__tiers__absorbe_par", "fournisseur__tiers")
    oppositions = Opposition.objects.annotate(racine=racine).filter(racine__in=fournisseurs)
    tiers = {
        *oppositions.vivantes(au).values_list("racine", flat=True),
        *oppositions.a_decider().values_list("racine", flat=True),
    }
    return {fournisseurs[cle] for cle in tiers}


def retenir(
    factures: Sequence[Facture], au: date, choix: Mapping[int, Choix] | None = None
) -> Retenues:
    """Decide what invoices of one supplier pay to others, as `retenir_sur` does."""
    return retenir_sur(factures[0].etablissement.fournisseur, dettes(factures), au, choix)


def retenir_sur(
    fournisseur: Fournisseur,
    dues: Sequence[Dette],
    au: date,
    choix: Mapping[int, Choix] | None = None,
) -> Retenues:
    """Decide what is paid to others; the oppositions stay locked until the mandat is issued.

    Args:
        choix: what an agent decided, by key of opposition; None follows the proposal.

    Raises:
        ValidationError: an opposition waits for its validation, those in force are not those
            that the agent saw, an amount does not fit, or departs from the proposal without reason.
    """
    if attente := en_attente(fournisseur, dues):
        cites = ", ".join(str(opposition) for opposition in attente)
        raise ValidationError(
            f"À valider ou à écarter avant de mandater : {cites} (tiers {fournisseur.tiers.code})."
        )
    vivantes = oppositions_a_servir(fournisseur, au, verrouiller=True)
    proposees = partager(dues, vivantes)
    if choix is None:
        return Retenues(proposees, proposees, {})
    if {retenue.opposition.pk for retenue in proposees} != choix.keys():
        raise ValidationError(
            "Les oppositions de ce tiers viennent de changer : relisez les bénéficiaires proposés."
        )
    _exiger_motifs(proposees, choix)
    montants = {cle: decision.montant for cle, decision in choix.items()}
    try:
        decidees = partager(dues, vivantes, choix=montants)
    except RetenueImpossible as erreur:
        raise ValidationError(str(erreur)) from erreur
    motifs = {cle: decision.motif.strip() for cle, decision in choix.items()}
    return Retenues(proposees, decidees, motifs)


def _exiger_motifs(proposees: Iterable[Retenue], choix: Mapping[int, Choix]) -> None:
    sans_motif = [
        f"{retenue.opposition} : {afficher(retenue.montant)} proposés ; pour payer un autre "
        "montant, écrivez pourquoi."
        for retenue in proposees
        if choix[retenue.opposition.pk].montant != retenue.montant
        and not choix[retenue.opposition.pk].motif.strip()
    ]
    if sans_motif:
        raise ValidationError(sans_motif)


def cessions(retenues: Retenues, au: date) -> list[Cession]:
    """Return what each imputation of the mandat pays to others, with the account of each.

    Raises:
        fournisseurs.coordonnees.CompteIntrouvable: a payee has no verified account in force.
    """
    return [
        cession
        for retenue in retenues.decidees
        if retenue.montant
        for cession in _cessions(retenue, au)
    ]


def _cessions(retenue: Retenue, au: date) -> list[Cession]:
    opposition = retenue.opposition
    compte = compte_en_vigueur(opposition.paye, au)
    bancaire = CompteBancaire(iban=compte.iban, bic=compte.bic, titulaire=compte.titulaire)
    return [
        Cession(
            rang_imputation=rang,
            montant=montant,
            destinataire=_destinataire(opposition.paye),
            compte=bancaire,
            creance=opposition.numero,
            motif=opposition.motif,
        )
        for rang, montant in enumerate(retenue.par_dette, start=1)
        if montant
    ]


def _destinataire(beneficiaire: Fournisseur) -> Destinataire:
    return Destinataire(
        tiers=beneficiaire.tiers,
        adresse_complement=beneficiaire.adresse_complement,
        adresse_voie=beneficiaire.adresse_voie,
        code_postal=beneficiaire.code_postal,
        ville=beneficiaire.ville,
        pays=beneficiaire.pays,
    )


def actes(retenues: Retenues) -> list[Justificatif]:
    """Return the notified acts, which found the mandat as documents (domaine.md, A9)."""
    return [retenue.opposition.justificatif for retenue in retenues.decidees]


def documents(actes: Iterable[Justificatif]) -> list[PieceJustificative]:
    """Record notified acts as documents of a mandat."""
    return [
        enregistrer_justificatif(
            sha256=acte.sha256,
            taille=acte.taille,
            type_mime=acte.type_mime,
            nom=acte.nom,
            genre=PieceJustificative.Genre.OPPOSITION,
        )
        for acte in actes
    ]


def noter(mandat: Mandat, retenues: Retenues, *, par: Utilisateur) -> None:
    """Keep, for each opposition, what was proposed, what was decided and why."""
    decidees = {retenue.opposition.pk: retenue.montant for retenue in retenues.decidees}
    DecisionPaiement.objects.bulk_create(
        DecisionPaiement(
            opposition=retenue.opposition,
            mandat_id=mandat.pk,
            montant_propose=retenue.montant,
            montant_retenu=decidees[retenue.opposition.pk],
            motif_ecart=retenues.motifs.get(retenue.opposition.pk, "")[:300],
            par=par,
        )
        for retenue in retenues.proposees
    )
