"""The profile of the accord local: a ZIP of bordereaux, documents, index and manifest (A8).

Names in the archive: `bordereaux/<reference>.pdf` (what people read), `bordereaux/<reference>.xml`
(what was signed), `pieces/<identifiant>-<nom>`, `index.csv`, `LISEZMOI.txt`, and what seals
them all (see `archive`). Same flux, same bytes.
"""

import csv
import io
from collections.abc import Iterator
from typing import BinaryIO

from django.db.models import QuerySet

from exports_tps.archive import VERIFICATION, Archive, archive
from exports_tps.edition import editer_bordereau
from exports_tps.limites import rattachements_cites
from exports_tps.models import Flux
from exports_tps.pieces_jointes import nom_accepte
from facturier.commun.csv_sur import cellule_sure
from facturier.grand_livre.models import Bordereau, PieceJustificative, RattachementPiece

LOT = 2000
COLONNES = ("bordereau", "piece", "tiers", "montant_ttc", "document", "fichier", "sha256")
LISEZMOI = """Lot de pièces du flux {flux}, province Sud.

index.csv s’ouvre dans un tableur : une ligne par document de chaque pièce.
bordereaux/ : chaque bordereau, tel qu’il se lit (.pdf) et tel qu’il a été signé (.xml).
pieces/ : les documents joints.

"""


def ecrire_lot(flux: Flux, sortie: BinaryIO) -> None:
    """Write the bundle of `flux` to `sortie`.

    Raises:
        FichierAltere, FichierIntrouvable: a document or a signed bordereau is not as it was.
        ImproperlyConfigured: the seal of the province is missing.
    """
    bordereaux = list(
        Bordereau.objects.filter(lignes_flux__flux=flux).select_related("budget").order_by("pk")
    )
    with archive(sortie, flux.constitue_le) as lot:
        for bordereau in bordereaux:
            nom = f"bordereaux/{bordereau.reference}"
            lot.ajouter_range(f"{nom}.xml", bordereau.empreinte_signee)
            pdf = editer_bordereau(bordereau, etabli_le=flux.constitue_le)
            lot.ajouter(f"{nom}.pdf", io.BytesIO(pdf))
        _ajouter_pieces(lot, flux)
        lot.ajouter("index.csv", io.BytesIO(ecrire_index(_rattachements(flux)).encode("utf-8-sig")))
        lot.ajouter_texte("LISEZMOI.txt", LISEZMOI.format(flux=flux.nom_fichier) + VERIFICATION)


def ecrire_index(rattachements: QuerySet[RattachementPiece]) -> str:
    """Return the index as a CSV that a spreadsheet opens: semicolons, no formula.

    One row per document of each pièce, those sent by an earlier flux included.
    """
    index = io.StringIO()
    ecriture = csv.writer(index, delimiter=";")
    ecriture.writerow(COLONNES)
    ecriture.writerows(_lignes_index(rattachements))
    return index.getvalue()


def _ajouter_pieces(lot: Archive, flux: Flux) -> None:
    documents = PieceJustificative.objects.filter(lignes_flux__flux=flux)
    for document in documents.order_by("lignes_flux__pk").iterator(chunk_size=LOT):
        nom = nom_document(document.identifiant, document.nom, document.type_mime)
        lot.ajouter_range(nom, document.sha256)


def nom_document(identifiant: str, nom: str, type_mime: str) -> str:
    """Return where a document is in the bundle."""
    return f"pieces/{identifiant}-{nom_accepte(nom, type_mime)}"


def _rattachements(flux: Flux) -> QuerySet[RattachementPiece]:
    """Return what the index of `flux` tells: a bundle of late documents has no bordereau."""
    bordereaux = Bordereau.objects.filter(lignes_flux__flux=flux).order_by().values("pk")
    if bordereaux.exists():
        return rattachements_cites().filter(piece__bordereau__in=bordereaux)
    return RattachementPiece.objects.filter(
        justificatif__lignes_flux__flux=flux, piece__bordereau__isnull=False
    )


def _lignes_index(rattachements: QuerySet[RattachementPiece]) -> Iterator[tuple[str, ...]]:
    ranges = rattachements.select_related("piece__bordereau", "justificatif").order_by(
        "piece__bordereau", "piece__numero", "rang", "pk"
    )
    for lien in ranges.iterator(chunk_size=LOT):
        document, bordereau = lien.justificatif, lien.piece.bordereau
        yield (
            bordereau.reference if bordereau else "",
            lien.piece.reference,
            str(cellule_sure(lien.piece.nom_tiers)),
            str(lien.piece.montant_ttc),
            document.get_genre_display(),
            nom_document(document.identifiant, document.nom, document.type_mime),
            document.sha256,
        )
