"""Avis des sommes à payer: the copy of an executory titre sent to the debtor (domaine.md, E3)."""

import io
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from facturier.commun import montants
from facturier.commun.pays import lignes_d_enveloppe
from facturier.commun.pdf import Colonne, Document
from facturier.grand_livre.models import Parametre, PassageBordereau, Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement.creances import MOTIFS
from telepaiement.recours import recours
from telepaiement.reglements import Reglement, reglements

JOUR = "%d/%m/%Y"
HAUTEUR_PAIEMENT = 210.0  # points: the code to scan stays under its explanation
HAUTEUR_TALON = 150.0
COLONNES = (
    Colonne("Imputation", 2),
    Colonne("Libellé", 5),
    Colonne("HT", 2, est_nombre=True),
    Colonne("TGC", 2, est_nombre=True),
    Colonne("Total", 2, est_nombre=True),
)
COLONNES_REGLEMENTS = (
    Colonne("Date", 2),
    Colonne("Règlement", 8),
    Colonne("Montant", 3, est_nombre=True),
)


def adresse_paiement(titre: Titre) -> str:
    """Return the public address that the QR code leads to: the form, filled in."""
    parametres = urlencode({"reference": titre.reference, "cle": titre.cle_paiement})
    return f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:accueil')}?{parametres}"


def signature(titre: Titre) -> PassageBordereau:
    """Return the act that made the titre executory: the signing of its bordereau.

    Raises:
        ValidationError: nobody signed it yet, so that there is no avis to send.
    """
    passage = (
        PassageBordereau.objects.filter(bordereau_id=titre.bordereau_id, acte="signer")
        .select_related("par")
        .first()
        if titre.bordereau_id
        else None
    )
    if passage is None:
        raise ValidationError(
            "L’avis s’édite quand l’ordonnateur a signé le bordereau du titre : il n’est pas "
            "encore exécutoire."
        )
    return passage


def editer(titre: Titre, *, le: datetime) -> bytes:
    """Return the PDF of the avis, with the fifteen contents that the instruction asks for.

    Wordings and delays are those in force on the day the titre was issued. One that is settled
    already asks for nothing: it says what settled it, and how to contest the titre all the same.

    Raises:
        ValidationError: the titre is not executory yet, or nothing is asked of it any more.
    """
    signee = signature(titre)
    if titre.etat in MOTIFS:
        raise ValidationError(
            "L’avis d’un titre annulé, rejeté ou suspendu ne s’édite pas : rien n’est à payer."
        )
    reste, faits = max(reste_du(titre), 0), reglements(titre)
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Avis des sommes à payer {titre.reference}",
        etabli_le=le,
        reference=f"Titre {titre.reference}",
        emetteur=(titre.service.direction, titre.service.libelle),
    ) as pdf:
        pdf.adresse(adresse_postale(titre))
        pdf.titre("Avis des sommes à payer", f"Titre de recettes n° {titre.reference}")
        _somme(pdf, titre, reste, est_entier=not faits)
        pdf.resume(_creance(titre, signee))
        pdf.intertitre("Détail de la somme")
        pdf.tableau(COLONNES, _imputations(titre), total=_total(titre))
        if faits:
            _reglements(pdf, faits, reste)
        if reste > 0:
            _paiement(pdf, titre)
        pdf.paragraphe(f"Comptable : {parametre('coordonnees_comptable', titre)}")
        _recours(pdf, titre)
        if reste > 0:
            _talon(pdf, titre, reste)
    return sortie.getvalue()


def _somme(pdf: Document, titre: Titre, reste: int, *, est_entier: bool) -> None:
    if reste == 0:
        pdf.encadre("Somme à payer", "Déjà réglé, rien à payer")
        return
    pdf.encadre(
        "Somme à payer" if est_entier else "Reste à payer",
        montants.afficher(reste),
        f"avant le {titre.date_echeance:{JOUR}}",
    )


def parametre(cle: str, titre: Titre) -> str:
    """Return the wording `cle` in force on the day the titre was issued."""
    return Parametre.objects.valeur(cle, titre.date_emission)


def adresse_postale(titre: Titre) -> tuple[str, ...]:
    """Return the lines that the window of an envelope shows: the debtor as the titre names him."""
    return (titre.tiers.nom_complet, *lignes_d_enveloppe(titre))


def _creance(titre: Titre, signee: PassageBordereau) -> list[tuple[str, str]]:
    emetteur = signee.par
    executoire = timezone.localtime(signee.le)
    qualite = emetteur.fonction or "ordonnateur"
    return [
        ("Numéro d’ordre", f"{titre.numero} de l’exercice {titre.exercice_id}"),
        ("Nature de la créance", titre.objet),
        ("Bases de liquidation", titre.bases_liquidation),
        ("Débiteur", f"{titre.tiers.nom_complet} (code {titre.tiers.code})"),
        ("Intérêts", parametre("mention_interets_titre", titre)),
        ("Émis le", f"{titre.date_emission:{JOUR}}"),
        ("Rendu exécutoire le", f"{executoire:{JOUR}} – bordereau {signee.bordereau.reference}"),
        ("Émetteur", f"{emetteur.nom_complet}, {qualite}"),
        ("Caractère exécutoire", parametre("mention_executoire_titre", titre)),
    ]


def _imputations(titre: Titre) -> list[tuple[str | int, ...]]:
    lignes = titre.lignes_piece.select_related("compte").order_by("rang")
    return [
        (
            f"{ligne.compte.numero} {ligne.fonction}".strip(),
            ligne.libelle or ligne.compte.libelle,
            ligne.montant_ht,
            ligne.montant_tgc,
            ligne.montant_ttc,
        )
        for ligne in lignes
    ]


def _total(titre: Titre) -> tuple[str | int, ...]:
    return ("", "Total", titre.montant_ht, titre.montant_tgc, titre.montant_ttc)


def _reglements(pdf: Document, faits: list[Reglement], reste: int) -> None:
    pdf.intertitre("Ce qui est déjà réglé")
    pdf.tableau(
        COLONNES_REGLEMENTS,
        [(f"{fait.jour:{JOUR}}", fait.quoi, fait.montant) for fait in faits],
        total=("", "Reste à payer", reste),
    )


def _paiement(pdf: Document, titre: Titre) -> None:
    pdf.reserver(HAUTEUR_PAIEMENT)
    pdf.intertitre("Comment payer")
    pdf.paragraphe(parametre("moyens_paiement_titre", titre))
    pdf.code_qr(
        adresse_paiement(titre),
        legende=(
            "Par carte bancaire, à l’adresse :",
            f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:accueil')}",
            f"Référence : {titre.reference}",
            f"Clé de paiement : {titre.cle_paiement}",
        ),
    )


def _recours(pdf: Document, titre: Titre) -> None:
    pdf.intertitre("Voies et délais de recours")
    dit = recours(titre)
    pdf.paragraphe(dit.mention)
    pdf.paragraphe(f"{dit.delai}.")


def _talon(pdf: Document, titre: Titre, reste: int) -> None:
    pdf.reserver(HAUTEUR_TALON)
    pdf.intertitre("Talon de paiement – à joindre à votre règlement")
    pdf.resume(
        [
            ("Titre", titre.reference),
            ("Débiteur", titre.tiers.nom_complet),
            ("Clé de paiement", titre.cle_paiement),
            ("Somme à payer", montants.afficher(reste)),
            ("Échéance", f"{titre.date_echeance:{JOUR}}"),
        ]
    )
