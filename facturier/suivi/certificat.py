"""The certificate of deposit: what was deposited, when, and how anyone can check it."""

import io

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from facturier.commun.heures import jour_et_heure
from facturier.commun.montants import afficher
from facturier.commun.pdf import Document
from facturier.suivi.models import Facture


def certificat(facture: Facture) -> io.BytesIO:
    """Return the PDF certificate of a deposited invoice; same invoice, same bytes.

    Raises:
        ValueError: the invoice is still a draft.
    """
    if facture.deposee_le is None:
        raise ValueError("un brouillon n’a pas de certificat de dépôt")
    sortie = io.BytesIO()
    adresse = adresse_verification(facture)
    depot = timezone.localtime(facture.deposee_le)
    with Document(
        sortie,
        titre=f"Certificat de dépôt, {facture}",
        etabli_le=facture.deposee_le,
        reference=facture.code_verification,
    ) as pdf:
        pdf.titre("Certificat de dépôt", str(facture))
        pdf.encadre(
            "Déposée le (heure de Nouméa)",
            jour_et_heure(depot, a_la_seconde=True),
            "Cette date est opposable."
            if facture.est_avoir
            else "Cette date est opposable : le délai de mandatement court à partir d’elle.",
        )
        pdf.resume(_lignes(facture))
        pdf.intertitre("Vérifier ce certificat")
        pdf.paragraphe(
            "Toute personne peut vérifier ce certificat à l’adresse ci-dessous ; l’empreinte "
            "SHA-256 permet de s’assurer qu’un fichier est bien celui qui a été déposé."
        )
        pdf.code_qr(adresse, legende=("Code de vérification", facture.code_verification, adresse))
    sortie.seek(0)
    return sortie


def adresse_verification(facture: Facture) -> str:
    """Return the public address at which the certificate is checked."""
    return adresse_de_verification(facture.code_verification)


def adresse_de_verification(code: str) -> str:
    """Return the public address at which the document that bears `code` is checked."""
    return f"{settings.ADRESSE_PUBLIQUE}{reverse('suivi:verification', args=[code])}"


def normaliser_code(saisie: str) -> str:
    """Return a code as it is kept, `ABCD-EFGH-JKLM-NPQR`, typed in any way; empty for nothing."""
    code = "".join(saisie.split()).replace("-", "").upper()
    return "-".join(code[debut : debut + 4] for debut in range(0, len(code), 4))


def trouver_par_code(saisie: str) -> Facture | None:
    """Return the invoice that a code designates, typed in any case, with or without dashes."""
    code = normaliser_code(saisie)
    facture: Facture | None = (
        Facture.objects.deposees()
        .select_related("etablissement")
        .filter(code_verification=code)
        .first()
        if code
        else None
    )
    return facture


def _corrigee(facture: Facture) -> list[tuple[str, str]]:
    corrigee = facture.facture_corrigee
    return [("Facture corrigée", corrigee.numero)] if corrigee else []


def _lignes(facture: Facture) -> list[tuple[str, str]]:
    destinataire = str(facture.service)
    if facture.bon_commande:
        destinataire += f", bon de commande {facture.bon_commande.numero}"
    return [
        ("Fournisseur", facture.etablissement.denomination),
        ("RIDET", facture.etablissement.ridet_affiche),
        (f"Numéro de {'l’avoir' if facture.est_avoir else 'la facture'}", facture.numero),
        ("En date du", f"{facture.date_emission:%d/%m/%Y}"),
        *_corrigee(facture),
        ("Montant TTC", afficher(facture.montant_ttc or 0)),
        ("Destinataire", destinataire),
        ("Déposée par", str(facture.deposee_par)),
        ("Fichier", facture.document_principal.nom),
        ("Empreinte SHA-256", f"{facture.sha256[:32]} {facture.sha256[32:]}"),  # two even lines
    ]
