"""What each profile would send of a bordereau, side by side: files, documents, data.

Read from what writes them: the tree of the file, the rows of the PDF and of the index.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from exports_tps.apercu_pes import arbre, feuilles
from exports_tps.edition import rangees
from exports_tps.limites import documents_jamais_envoyes, refus_par_nom
from exports_tps.lot_pieces import ecrire_index, nom_document
from exports_tps.pieces_jointes import nom_accepte
from facturier.grand_livre.models import Bordereau, PieceJustificative, RattachementPiece
from facturier.grand_livre.presentations import pieces_de

ABSENT = ""
REFUSE = "refusé, attend votre décision"
DONNEES = "Seulement dans le fragment signé (XML)"


@dataclass(frozen=True, slots=True)
class Ecart:
    """One thing, and what each profile makes of it; empty: that profile does not hold it."""

    objet: str
    pes_v2: str
    lot_pieces: str


def fichiers(bordereau: Bordereau) -> list[Ecart]:
    """Return the files that each profile makes of a bordereau."""
    nom = f"bordereaux/{bordereau.reference}"
    return [
        Ecart("Le bordereau signé, avec toutes ses données", "dans le fichier XML", f"{nom}.xml"),
        Ecart("Le bordereau tel qu’on le lit", ABSENT, f"{nom}.pdf"),
        Ecart("La liste des documents de chaque pièce", "balises PJRef", "index.csv"),
        Ecart("Le budget, l’exercice, le poste comptable", "en-tête du fichier", ABSENT),
        Ecart("Une explication, et de quoi vérifier sans nous", ABSENT, "LISEZMOI.txt"),
        Ecart("Une réponse lue automatiquement", "acquittement puis retour", ABSENT),
    ]


def documents(bordereau: Bordereau) -> QuerySet[PieceJustificative]:
    """Return the documents of a bordereau, each told whether it was sent, or refused."""
    restants = documents_jamais_envoyes().filter(pk=OuterRef("pk"))
    choisis: QuerySet[PieceJustificative] = (
        PieceJustificative.objects.filter(rattachements__piece__in=pieces_de(bordereau))
        .annotate(est_nouveau=Exists(restants), est_refuse=Exists(refus_par_nom()))
        .distinct()
    )
    return choisis


def comparer_document(document: PieceJustificative) -> Ecart:
    """Return what each profile makes of one of `documents`."""
    if not document.est_nouveau:  # type: ignore[attr-defined]
        return Ecart(document.nom, "déjà envoyé : cité (PJRef)", "déjà envoyé : dans l’index")
    if document.est_refuse:  # type: ignore[attr-defined]
        return Ecart(document.nom, f"{REFUSE} : cité (PJRef)", f"{REFUSE} : dans l’index")
    nom = nom_accepte(document.nom, document.type_mime)
    return Ecart(
        document.nom,
        f"joint sous le nom {nom}",
        nom_document(document.identifiant, document.nom, document.type_mime),
    )


def donnees(bordereau: Bordereau) -> Iterator[Ecart]:
    """Yield each datum of the first pièce, and where people read it in the bundle.

    Raises:
        exports_tps.pes.messages.ChampRefuse: the format refuses a value.
    """
    pieces = pieces_de(bordereau)
    piece = pieces.order_by("numero").first()
    if piece is None:
        return
    pdf = " ; ".join(str(valeur) for valeur in next(rangees(bordereau)))
    index = ecrire_index(RattachementPiece.objects.filter(piece__in=pieces))
    for chemin, valeur in feuilles(arbre(piece)):
        lisible = [nom for nom, texte in (("PDF", pdf), ("index", index)) if _lit(valeur, texte)]
        yield Ecart(chemin, valeur, ", ".join(lisible) or DONNEES)


def _lit(valeur: str, texte: str) -> bool:
    """Whether a value of more than a sign or two is read in a text."""
    return len(valeur) > 2 and valeur in texte  # noqa: PLR2004  (a code says nothing to people)
