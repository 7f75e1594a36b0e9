"""« Prête à payer »: what the comptable will check, told to the supplier before the deposit.

The comptable public pays once he has checked the debt, its calculation, its documents, who is paid
and on which account (décret 2012-1246, art. 19 and 20). Each point says whether it holds, and what
to do otherwise; only those of `controles` stop a deposit.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import models
from django.utils import timezone

from facturier.commun.montants import afficher
from facturier.commun.tons import Ton
from facturier.suivi.controles import CONTROLES, Anomalie, relever
from facturier.suivi.exigences import rang_paiement
from facturier.suivi.lecture import Format
from facturier.suivi.mandatement import pieces_manquantes
from facturier.suivi.models import Facture
from fournisseurs.coordonnees import CompteIntrouvable, compte_en_vigueur
from fournisseurs.gel import raison_du_gel

MENTIONS_A_RELIRE = (
    "Relisez sur le document : votre nom et votre adresse, ceux de la province, la date de "
    "l’opération, et pour chaque ligne la quantité, la désignation, le prix hors taxe et le taux "
    "de TGC (ou la mention « Franchise en base – TGC non applicable »)."
)

SANS_COMPTE = (
    "Aucun compte bancaire vérifié : déclarez-le avec son relevé d’identité bancaire. Sans lui, "
    "rien ne peut être payé."
)
COMPTE_GELE = (
    "Un changement de compte est en cours de vérification : le paiement attendra qu’il soit décidé."
)
COMPTE_INCONNU = (
    "Le compte imprimé sur la facture n’est pas celui que la province a vérifié, où ira le "
    "virement : si vous en avez changé, déclarez-le."
)


class Verdict(models.TextChoices):
    """How a point stands."""

    OK = "ok", "Conforme"
    A_VERIFIER = "a_verifier", "À vérifier"
    A_CORRIGER = "a_corriger", "À corriger"


TONS = {Verdict.OK: Ton.SUCCES, Verdict.A_VERIFIER: Ton.ATTENTE, Verdict.A_CORRIGER: Ton.REFUS}


@dataclass(frozen=True, slots=True)
class Point:
    """One check: its question, how it stands, what holds or what is wrong, and its legal text.

    `anomalies` come each with the datum to correct; `constat` is said when there is none.
    """

    code: str
    question: str
    texte: str
    constat: str
    anomalies: tuple[Anomalie, ...]
    est_a_relire: bool = False

    @property
    def verdict(self) -> Verdict:
        """A blocking anomaly is to correct; any other, or what nobody but a person can read."""
        if any(anomalie.est_bloquante for anomalie in self.anomalies):
            return Verdict.A_CORRIGER
        return Verdict.A_VERIFIER if self.anomalies or self.est_a_relire else Verdict.OK

    @property
    def ton(self) -> Ton:
        """The tone of the verdict."""
        return TONS[self.verdict]


def verifier_avant_depot(facture: Facture) -> list[Point]:
    """Return the points that the comptable will check on a draft, in his order."""
    poser = _AVOIR if facture.est_avoir else _FACTURE
    return [question(facture) for question in poser]


def _mentions(facture: Facture) -> Point:
    est_relue = facture.lecture.get("format") in {Format.UBL, Format.CII, Format.FACTURX}
    return Point(
        "mentions",
        "Les mentions obligatoires y sont-elles ?",
        "code des impôts, Lp. 514",
        "Numéro, date, RIDET et destinataire sont là."
        if est_relue
        else f"Numéro, date et destinataire sont là. {MENTIONS_A_RELIRE}",
        tuple(relever(facture, CONTROLES["mentions"])),
        est_a_relire=not est_relue,
    )


def _calculs(facture: Facture) -> Point:
    ttc = afficher(facture.montant_ttc or 0)
    return Point(
        "calculs",
        "Les calculs sont-ils justes, taux par taux ?",
        "décret 2012-1246, art. 20 (exactitude de la liquidation)",
        f"Le hors taxe et la TGC font {ttc} ; à chaque taux, la TGC est juste à 1 F près.",
        tuple(relever(facture, CONTROLES["calculs"])),
    )


def _compte(facture: Facture) -> Point:
    etablissement = facture.etablissement
    anomalies, constat = [], ""
    try:
        compte = compte_en_vigueur(
            etablissement.fournisseur, timezone.localdate(), etablissement=etablissement
        )
    except CompteIntrouvable:
        conseil = COMPTE_GELE if raison_du_gel(etablissement.fournisseur) else SANS_COMPTE
        anomalies.append(Anomalie("compte", conseil, est_bloquante=False))
    else:
        constat = f"Le virement ira sur le compte {compte.iban_masque}, vérifié par la province."
    if facture.lecture.get("compte_inconnu"):
        anomalies.append(Anomalie("compte", COMPTE_INCONNU, est_bloquante=False))
    return Point(
        "compte",
        "Votre compte bancaire est-il connu et vérifié ?",
        "décret 2012-1246, art. 20 (caractère libératoire du paiement)",
        constat,
        tuple(anomalies),
    )


def _commande(facture: Facture) -> Point:
    commande = facture.bon_commande
    anomalies = relever(facture, CONTROLES["commande"])
    constat = ""
    if commande is None:
        conseil = (
            "Sans bon de commande, la direction devra retrouver ce qu’elle a commandé : "
            "demandez-lui le numéro, la facture sera traitée plus vite."
        )
        anomalies.append(Anomalie("bon_commande", conseil, est_bloquante=False))
    elif not anomalies:
        reste = commande.reste() - (facture.montant_ttc or 0)
        constat = (
            f"Bon de commande {commande.numero} : il restera {afficher(reste)} à facturer après "
            "celle-ci."
        )
    return Point(
        "commande",
        "La commande couvre-t-elle la facture ?",
        "décret 2012-1246, art. 20 (disponibilité des crédits)",
        constat,
        tuple(anomalies),
    )


def _pieces(facture: Facture) -> Point:
    absentes = pieces_manquantes(
        [facture], type_depense=facture.type_depense, rang=rang_paiement(facture.bon_commande)
    )
    nature = facture.get_type_depense_display().lower()
    return Point(
        "pieces",
        "Les pièces justificatives sont-elles jointes ?",
        "décret du 2 septembre 1996, annexe",
        f"Rien ne manque pour : {nature}.",
        tuple(
            Anomalie(
                "documents",
                f"{exigence.libelle} : joignez ce document ci-dessous, ou le paiement sera "
                f"suspendu ({exigence.article}).",
                est_bloquante=False,
            )
            for exigence in absentes
        ),
    )


def _doublon(facture: Facture) -> Point:
    return Point(
        "doublon",
        "Est-elle déposée une seule fois ?",
        "décret 2012-1246, art. 20 (validité de la dette)",
        "Aucune de vos factures déposées n’a ce numéro, ce fichier, ni ce montant à cette date.",
        tuple(relever(facture, CONTROLES["doublon"])),
    )


def _nature(facture: Facture) -> Point:
    corrigee = facture.facture_corrigee
    return Point(
        "avoir",
        "Corrige-t-il une facture déposée, sans la dépasser ?"
        if facture.est_avoir
        else "Est-ce bien une facture ?",
        "décret 2012-1246, art. 20 (validité de la dette)",
        f"Il sera déduit de la facture {corrigee.numero}."
        if corrigee
        else "Le document est une facture, et non un avoir.",
        tuple(relever(facture, CONTROLES["avoir"])),
    )


Question = Callable[[Facture], Point]
_FACTURE: Iterable[Question] = (_nature, _mentions, _calculs, _compte, _commande, _pieces, _doublon)
_AVOIR: Iterable[Question] = (_nature, _mentions, _calculs, _doublon)
