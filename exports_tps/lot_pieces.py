"""The profile of the accord local: a ZIP of bordereaux, documents, index and manifest (A8).

Names in the archive: `bordereaux/<reference>.pdf` (what people read), `bordereaux/<reference>.xml`
(what was signed), `pieces/<identifiant>-<nom>`, `index.csv`, and `manifeste.sha256` that seals all
the others in the format of `sha256sum`. Same flux, same bytes.
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterator
from typing import BinaryIO

from django.conf import settings
from django.utils import timezone

from exports_tps.edition import editer_bordereau
from exports_tps.models import Flux
from exports_tps.pieces_jointes import nom_accepte
from facturier.commun import fichiers
from facturier.commun.csv_sur import cellule_sure
from facturier.grand_livre.models import Bordereau, PieceJustificative, RattachementPiece

LOT = 2000
COLONNES = ("bordereau", "piece", "tiers", "montant_ttc", "document", "fichier", "sha256")


class _Archive:
    """A ZIP being written; remembers the digest of each entry."""

    def __init__(self, sortie: BinaryIO, flux: Flux) -> None:
        self._zip = zipfile.ZipFile(sortie, "w", zipfile.ZIP_DEFLATED, compresslevel=6)
        self._moment = timezone.localtime(flux.constitue_le).timetuple()[:6]
        self.manifeste: list[str] = []

    def ajouter(self, nom: str, contenu: BinaryIO) -> str:
        """Copy `contenu` as `nom`, by blocks; return its SHA-256."""
        empreinte = hashlib.sha256()
        with self._zip.open(zipfile.ZipInfo(nom, self._moment), "w", force_zip64=True) as entree:
            while bloc := contenu.read(fichiers.TAILLE_BLOC):
                empreinte.update(bloc)
                entree.write(bloc)
        self.manifeste.append(f"{empreinte.hexdigest()}  {nom}")
        return empreinte.hexdigest()

    def clore(self) -> None:
        """Write the manifest and end the archive."""
        texte = "\n".join(self.manifeste) + "\n"
        self._zip.writestr(zipfile.ZipInfo("manifeste.sha256", self._moment), texte)
        self._zip.close()


def ecrire_lot(flux: Flux, sortie: BinaryIO) -> None:
    """Write the bundle of `flux` to `sortie`.

    Raises:
        FichierAltere, FichierIntrouvable: a document or a signed bordereau is not as it was.
    """
    archive = _Archive(sortie, flux)
    bordereaux = list(
        Bordereau.objects.filter(lignes_flux__flux=flux).select_related("budget").order_by("pk")
    )
    for bordereau in bordereaux:
        _ajouter_range(archive, f"bordereaux/{bordereau.reference}.xml", bordereau.empreinte_signee)
        pdf = io.BytesIO(editer_bordereau(bordereau, etabli_le=flux.constitue_le))
        archive.ajouter(f"bordereaux/{bordereau.reference}.pdf", pdf)
    _ajouter_pieces(archive, flux)
    index = io.StringIO()
    ecriture = csv.writer(index, delimiter=";")
    ecriture.writerow(COLONNES)
    ecriture.writerows(_lignes_index(bordereaux))
    archive.ajouter("index.csv", io.BytesIO(index.getvalue().encode("utf-8-sig")))
    archive.clore()


def _ajouter_range(archive: _Archive, nom: str, sha256: str) -> None:
    with fichiers.ouvrir(sha256, settings.DOCUMENTS_RACINE) as contenu:
        if archive.ajouter(nom, contenu) != sha256:
            raise fichiers.FichierAltere(f"« {nom} » a été modifié depuis son dépôt.")


def _ajouter_pieces(archive: _Archive, flux: Flux) -> None:
    documents = PieceJustificative.objects.filter(lignes_flux__flux=flux)
    for document in documents.order_by("lignes_flux__pk").iterator(chunk_size=LOT):
        nom = _nom_document(document.identifiant, document.nom, document.type_mime)
        _ajouter_range(archive, nom, document.sha256)


def _nom_document(identifiant: str, nom: str, type_mime: str) -> str:
    return f"pieces/{identifiant}-{nom_accepte(nom, type_mime)}"


def _lignes_index(bordereaux: list[Bordereau]) -> Iterator[tuple[str, ...]]:
    """Yield one row per document of each pièce, those sent by an earlier flux included."""
    for bordereau in bordereaux:
        rattachements = (
            RattachementPiece.objects.filter(piece__bordereau=bordereau)
            .select_related("piece", "justificatif")
            .order_by("piece__numero", "rang", "pk")
        )
        for lien in rattachements.iterator(chunk_size=LOT):
            document = lien.justificatif
            yield (
                bordereau.reference,
                lien.piece.reference,
                str(cellule_sure(lien.piece.nom_tiers)),
                str(lien.piece.montant_ttc),
                document.get_genre_display(),
                _nom_document(document.identifiant, document.nom, document.type_mime),
                document.sha256,
            )
