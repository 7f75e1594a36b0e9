"""Attestation de créance certaine: what a mandated, unpaid invoice is worth, checked by anyone."""

import io
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.montants import afficher
from facturier.commun.pdf import Document
from facturier.grand_livre.models import SensPiece
from facturier.grand_livre.soldes import reste_du_par_tiers
from facturier.suivi.brouillon import exiger_droit
from facturier.suivi.certificat import adresse_de_verification, normaliser_code
from facturier.suivi.depot import tirer_code
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import Attestation, Facture

CERTAINS = frozenset(
    {
        EtatFacture.MANDATEE,
        EtatFacture.TRANSMISE_TPS,
        EtatFacture.SUSPENDUE_TPS,
        EtatFacture.PRISE_EN_CHARGE,
        EtatFacture.PARTIELLEMENT_PAYEE,
    }
)


def montant_certain(facture: Facture) -> int:
    """Return the whole francs that a signed mandat still owes the supplier for `facture`.

    What the mandat pays to others, and what the treasury has paid, are out of it; 0 when no
    signed mandat pays the invoice, or when nothing is left.
    """
    if facture.mandat is None or facture.etat not in CERTAINS:
        return 0
    mandat = facture.mandat
    restes = reste_du_par_tiers([mandat.pk], sens=SensPiece.DEPENSE)
    reste = restes.get(mandat.pk, {}).get(mandat.tiers_id, 0)
    net: int = (facture.montant_liquide or 0) - sum(part.montant for part in facture.parts_cedees)
    certain: int = max(0, min(net, reste))
    return certain


@transaction.atomic
def attester(facture: Facture, *, par: Utilisateur) -> Attestation:
    """Attest what is owed for `facture` now; the same day and amount give the same attestation.

    Raises:
        PermissionDenied: `par` may not act for the établissement.
        ValidationError: no signed mandat pays it, or nothing is left.
    """
    exiger_droit(facture.etablissement, par)
    verrouillee = Facture.objects.select_for_update(of=("self",)).get(pk=facture.pk)
    montant = montant_certain(verrouillee)
    if montant == 0:
        raise ValidationError(
            "Cette facture n’est pas mandatée, ou rien ne reste à vous payer : sa créance ne "
            "s’atteste pas."
        )
    derniere = Attestation.objects.filter(facture=facture).first()
    if derniere and derniere.montant == montant and _jour(derniere) == timezone.localdate():
        return derniere
    return Attestation.objects.create(
        facture=facture, montant=montant, code_verification=tirer_code(), etablie_par=par
    )


def trouver_attestation(saisie: str) -> Attestation | None:
    """Return the attestation that a code designates, typed in any case, with or without dashes."""
    code = normaliser_code(saisie)
    return (
        Attestation.objects.filter(code_verification=code)
        .select_related("facture__etablissement", "facture__mandat")
        .first()
        if code
        else None
    )


def situation(attestation: Attestation) -> str:
    """Say what has become of the claim since it was attested."""
    facture = attestation.facture
    if facture.est_paiement_revenu:
        return "Payée, mais le paiement est revenu à la Trésorerie : elle reste due."
    if facture.payee_le:
        return f"Payée depuis le {facture.payee_le:%d/%m/%Y} : elle n’est plus due."
    reste = montant_certain(facture)
    if reste == 0:
        return "Elle n’est plus certaine à ce jour : demandez une nouvelle attestation."
    if reste < attestation.montant:
        return f"Il reste {afficher(reste)} à payer."
    return "Toujours due en entier."


def dessiner(attestation: Attestation) -> io.BytesIO:
    """Return the PDF of an attestation; same attestation, same bytes."""
    sortie = io.BytesIO()
    facture = attestation.facture
    adresse = adresse_de_verification(attestation.code_verification)
    with Document(
        sortie,
        titre=f"Attestation de créance certaine, facture {facture.numero}",
        etabli_le=attestation.etablie_le,
        reference=attestation.code_verification,
    ) as pdf:
        pdf.titre("Attestation de créance certaine", f"Facture {facture.numero}")
        pdf.paragraphe(
            "La province Sud atteste que l’ordonnateur a mandaté la facture ci-dessous et qu’à la "
            "date de cette attestation la somme suivante reste à payer à son fournisseur."
        )
        pdf.encadre(
            "Somme due au fournisseur",
            afficher(attestation.montant),
            f"À la date du {_jour(attestation):%d/%m/%Y}.",
        )
        pdf.resume(_lignes(facture))
        pdf.intertitre("Vérifier cette attestation")
        pdf.paragraphe(
            "Un paiement a pu suivre : l’adresse ci-dessous dit ce qui reste dû aujourd’hui. Cette "
            "attestation ne vaut ni cession de créance ni engagement sur une date de paiement."
        )
        pdf.code_qr(
            adresse, legende=("Code de vérification", attestation.code_verification, adresse)
        )
    sortie.seek(0)
    return sortie


def _jour(attestation: Attestation) -> date:
    return timezone.localdate(attestation.etablie_le)


def _lignes(facture: Facture) -> list[tuple[str, str]]:
    mandat = facture.mandat
    lignes = [
        ("Fournisseur", facture.etablissement.denomination),
        ("RIDET", facture.etablissement.ridet_affiche),
        ("Facture", f"{facture.numero} du {facture.date_emission:%d/%m/%Y}"),
        ("Montant TTC facturé", afficher(facture.montant_ttc or 0)),
        ("Montant liquidé", afficher(facture.montant_liquide or 0)),
    ]
    if mandat:
        lignes.append(("Mandat", f"{mandat.reference} du {mandat.date_emission:%d/%m/%Y}"))
    return lignes
