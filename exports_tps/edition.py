"""The bordereau as a PDF: what the ordonnateur reads before signing, and what is archived."""

import io
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Sum
from django.utils import timezone

from facturier.commun.banque import masquer_iban
from facturier.commun.heures import jour_et_heure
from facturier.commun.pdf import Colonne, Document
from facturier.grand_livre.models import Bordereau, PartCedee, SensPiece
from facturier.grand_livre.presentations import pieces_de

COLONNES = (
    Colonne("Pièce", 1.9),
    Colonne("Tiers", 2.4),
    Colonne("Objet", 2.6),
    Colonne("HT", 1.5, est_nombre=True),
    Colonne("TGC", 1.4, est_nombre=True),
    Colonne("TTC", 1.5, est_nombre=True),
)
COLONNES_PARTS = (
    Colonne("Pièce", 1.9),
    Colonne("Bénéficiaire", 2.4),
    Colonne("Cause", 3.2),
    Colonne("Compte", 2.2),
    Colonne("TTC", 1.5, est_nombre=True),
)


def editer_bordereau(bordereau: Bordereau, *, etabli_le: datetime) -> bytes:
    """Return the PDF of `bordereau`, its pièces in order; same input, same bytes."""
    genre = "mandats" if bordereau.sens == SensPiece.DEPENSE else "titres de recettes"
    totaux = pieces_de(bordereau).aggregate(
        ht=Sum("montant_ht", default=0), tgc=Sum("montant_tgc", default=0)
    )
    sortie = io.BytesIO()
    with Document(
        sortie,
        titre=f"Bordereau de {genre} {bordereau.reference}",
        etabli_le=etabli_le,
        reference=f"Bordereau {bordereau.reference}",
    ) as pdf:
        pdf.titre(f"Bordereau de {genre} nº {bordereau.numero}", bordereau.budget.libelle)
        pdf.resume(_resume(bordereau))
        pdf.intertitre("Pièces")
        total = totaux["ht"] + totaux["tgc"]
        pdf.tableau(
            COLONNES,
            rangees(bordereau),
            total=("Total", "", "", totaux["ht"], totaux["tgc"], total),
        )
        _parts_cedees(pdf, bordereau)
        _signature(pdf, bordereau)
    return sortie.getvalue()


def _resume(bordereau: Bordereau) -> list[tuple[str, str]]:
    return [
        ("Exercice", str(bordereau.exercice_id)),
        ("Date d’émission", f"{bordereau.date_emission:%d/%m/%Y}"),
        ("Nombre de pièces", str(pieces_de(bordereau).count())),
        ("État", bordereau.get_etat_display()),
    ]


def rangees(bordereau: Bordereau) -> Iterator[tuple[str | int, ...]]:
    """Yield what is read of each pièce, by number."""
    for piece in pieces_de(bordereau).order_by("numero").iterator(chunk_size=2000):
        yield (
            piece.reference,
            piece.nom_tiers,
            piece.objet,
            piece.montant_ht,
            piece.montant_tgc,
            piece.montant_ttc,
        )


def _parts_cedees(pdf: Document, bordereau: Bordereau) -> None:
    """List what is paid to others than the tiers of the mandats, when there is such a part."""
    parts = (
        PartCedee.objects.filter(ligne__piece__bordereau=bordereau)
        .select_related("ligne__piece")
        .order_by("ligne__piece__numero", "rang")
    )
    if not parts.exists():
        return
    pdf.intertitre("Parts payées à un autre que le tiers du mandat")
    pdf.tableau(
        COLONNES_PARTS,
        (
            (
                part.ligne.piece.reference,
                part.nom_tiers,
                f"{part.creance} : {part.motif}",
                masquer_iban(part.iban),
                part.montant,
            )
            for part in parts.iterator(chunk_size=2000)
        ),
    )


def _signature(pdf: Document, bordereau: Bordereau) -> None:
    pdf.intertitre("Signature de l’ordonnateur")
    if bordereau.signe_le is None:
        pdf.paragraphe("Ce bordereau n’est pas signé : il n’a pas de valeur exécutoire.")
        return
    moment = timezone.localtime(bordereau.signe_le)
    pdf.resume(
        [
            ("Signé le", f"{jour_et_heure(moment, a_la_seconde=True)} (heure de Nouméa)"),
            ("Certificat", bordereau.signataire),
            ("Empreinte SHA-256 du fragment signé", bordereau.empreinte_signee),
        ]
    )
