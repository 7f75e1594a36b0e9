"""Receipts: numbered in the transaction of the money, kept as issued, verifiable by a code."""

import io
import secrets
from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from facturier.commun import fichiers, montants
from facturier.commun.pdf import Document
from facturier.grand_livre.numerotation import prendre_numero
from telepaiement.models import Encaissement, Mode, Quittance

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the signs that look alike
GROUPES, LONGUEUR_GROUPE = 3, 4
TAILLE_MAXIMALE = 1_000_000  # bytes


def emettre(encaissement: Encaissement) -> Quittance:
    """Issue the receipt of money just recorded; called inside its transaction.

    The number is taken last: its counter stays locked until the transaction ends, so that a
    rollback leaves no gap (telepaiement.md, §8.4, I11).
    """
    moment = timezone.now()
    annee = timezone.localtime(moment).year
    quittance = Quittance(
        encaissement=encaissement,
        regie=encaissement.regie,
        annee=annee,
        numero=prendre_numero(f"quittance-{encaissement.regie.code}-{annee}"),
        code=_tirer_code(),
        emise_le=moment,
    )
    contenu = dessiner(quittance)
    quittance.sha256 = fichiers.ranger(
        io.BytesIO(contenu), racine=settings.DOCUMENTS_RACINE, taille_maximale=TAILLE_MAXIMALE
    ).sha256
    quittance.save(force_insert=True)
    return quittance


def original(quittance: Quittance) -> bytes:
    """Return the PDF as it was issued.

    Raises:
        facturier.commun.fichiers.FichierIntrouvable: it is no longer in the store.
    """
    with fichiers.ouvrir(quittance.sha256, settings.DOCUMENTS_RACINE) as fichier:
        return fichier.read()


def lire_code(saisie: str) -> str:
    """Return a verification code as it is stored: capitals, three groups of four."""
    compact = "".join(signe for signe in saisie.upper() if signe in ALPHABET)
    return "-".join(
        compact[debut : debut + LONGUEUR_GROUPE]
        for debut in range(0, len(compact), LONGUEUR_GROUPE)
    )


def dessiner(quittance: Quittance, *, duplicata_du: datetime | None = None) -> bytes:
    """Return the PDF of a receipt; with `duplicata_du`, marked as a copy made at that moment."""
    encaissement = quittance.encaissement
    titre = encaissement.titre
    adresse = reverse("telepaiement:verification", args=[quittance.code])
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Quittance {quittance.reference}",
        etabli_le=quittance.emise_le,
        reference=f"Quittance {quittance.reference}",
        emetteur=(quittance.regie.libelle, quittance.regie.acte),
    ) as pdf:
        pdf.titre(f"Quittance n° {quittance.reference}", "Preuve de paiement : à conserver.")
        if duplicata_du is not None:
            jour = timezone.localtime(duplicata_du)
            pdf.encadre(f"Copie délivrée le {jour:%d/%m/%Y à %H:%M}", "DUPLICATA")
        pdf.encadre("Somme reçue", montants.afficher(encaissement.montant))
        pdf.resume(_lignes(quittance))
        pdf.intertitre("Vérifier cette quittance")
        pdf.code_qr(
            f"{settings.ADRESSE_PUBLIQUE}{adresse}",
            legende=(
                "Adresse de vérification :",
                f"{settings.ADRESSE_PUBLIQUE}{reverse('telepaiement:verifier')}",
                f"Code : {quittance.code}",
                f"Titre {titre.reference}",
            ),
        )
    return sortie.getvalue()


def _lignes(quittance: Quittance) -> list[tuple[str, str]]:
    encaissement = quittance.encaissement
    moment = timezone.localtime(encaissement.encaisse_le)
    lignes = [
        ("Reçu de", encaissement.titre.tiers.nom_complet),
        ("Titre de recettes", f"{encaissement.titre.reference} – {encaissement.titre.objet}"),
        ("Date du paiement", f"{moment:%d/%m/%Y à %H:%M} (heure de Nouméa)"),
        ("Mode de paiement", mode_detaille(encaissement)),
        ("Régie", f"{quittance.regie.libelle} ({quittance.regie.acte})"),
        ("Comptable assignataire", quittance.regie.comptable),
        ("Code de vérification", quittance.code),
    ]
    if encaissement.trop_percu:
        lignes.insert(3, ("Dont à vous rendre", montants.afficher(encaissement.trop_percu)))
    if encaissement.session_id:
        lignes.append(("Reçu par", encaissement.par.nom_complet))
    return lignes


def mode_detaille(encaissement: Encaissement) -> str:
    """Return how the money came, in French, with at most four digits of a card."""
    carte = " ".join(
        filter(
            None,
            (
                encaissement.marque.replace("_", " ").capitalize(),
                f"•••• {encaissement.quatre_derniers}" if encaissement.quatre_derniers else "",
            ),
        )
    )
    precisions = {
        Mode.CARTE: carte,
        Mode.TPE: f"{carte} ticket {encaissement.numero_ticket}".strip(),
        Mode.CHEQUE: f"n° {encaissement.numero_cheque}, {encaissement.banque}",
        Mode.VIREMENT: encaissement.reference_virement,
    }
    precision = precisions.get(Mode(encaissement.mode), "")
    libelle = encaissement.get_mode_display()
    return f"{libelle} ({precision})" if precision else libelle


def _tirer_code() -> str:
    signes = "".join(secrets.choice(ALPHABET) for _ in range(GROUPES * LONGUEUR_GROUPE))
    return lire_code(signes)
