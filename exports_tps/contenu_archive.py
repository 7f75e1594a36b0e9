"""What an archive of the exchanges holds; written by pieces, in flat memory.

`index.html` and `bordereaux/*.html` are read offline in any browser; `flux/` is what was sent,
`reponses/` what was received, `documents/` what the pièces rest on, `preuves/` the digests, moments
and acknowledgements; `verifier.py` compares it all, `LISEZMOI.txt` says how.
"""

import io
import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string

from exports_tps.archive import VERIFICATION, Archive, archive
from exports_tps.edition import editer_bordereau
from exports_tps.models import ArchiveTPS, Flux, MessageTPS, Verdict
from exports_tps.pieces_jointes import nom_accepte
from facturier.grand_livre.models import Bordereau, PieceJustificative
from facturier.grand_livre.presentations import avec_totaux, pieces_de, pieces_des

LOT = 500
VERIFICATEUR = Path(__file__).with_name("verifier_archive.py")
LISEZMOI = """Échanges avec la Trésorerie, exercice {exercice} : province Sud.

Ouvrir index.html dans un navigateur : rien n’est demandé à l’internet.

Vérifier l’archive, avec Python seulement :
    python3 verifier.py

"""


def ecrire_archive(
    demande: ArchiveTPS,
    sortie: BinaryIO,
    *,
    flux: QuerySet[Flux],
    bordereaux: QuerySet[Bordereau],
    messages: QuerySet[MessageTPS],
) -> None:
    """Write the archive of `demande` to `sortie`.

    Raises:
        FichierAltere, FichierIntrouvable: something exchanged is not as it was.
        ImproperlyConfigured: the seal of the province is missing.
    """
    with archive(sortie, demande.demandee_le) as ouverte:
        for un in flux.iterator(chunk_size=LOT):
            ouverte.ajouter_range(chemin_flux(un), un.sha256)
            ouverte.ajouter_texte(f"preuves/{un.nom_fichier}.json", _preuve(un))
        for message in messages.iterator(chunk_size=LOT):
            ouverte.ajouter_range(chemin_message(message), message.sha256)
        _ajouter_documents(ouverte, bordereaux)
        for bordereau in bordereaux.select_related("budget").iterator(chunk_size=LOT):
            _ajouter_bordereau(ouverte, demande, bordereau)
        _ajouter_page(ouverte, "index.html", _index(demande, flux, bordereaux, messages))
        ouverte.ajouter_texte("verifier.py", VERIFICATEUR.read_text("utf-8"))
        texte = LISEZMOI.format(exercice=demande.exercice_id) + VERIFICATION
        ouverte.ajouter_texte("LISEZMOI.txt", texte)


def chemin_flux(flux: Flux) -> str:
    """Where a flux lies in the archive."""
    return f"flux/{flux.nom_physique}"


def chemin_message(message: MessageTPS) -> str:
    """Where an answer lies in the archive: two of them may bear one name."""
    return f"reponses/{message.pk:06d}-{nom_accepte(message.nom, 'application/xml')}"


def chemin_document(document: PieceJustificative) -> str:
    """Where a document lies in the archive."""
    return f"documents/{document.identifiant}-{nom_accepte(document.nom, document.type_mime)}"


def _preuve(flux: Flux) -> str:
    """Return what proves the sending of one flux, as JSON."""
    return json.dumps(
        {
            "flux": flux.numero,
            "nom": flux.nom_fichier,
            "collectivite": flux.code_collectivite,
            "etat": flux.get_etat_display(),
            "constitue_le": flux.constitue_le,
            "transmis_le": flux.transmis_le,
            "fichier": {"chemin": chemin_flux(flux), "sha256": flux.sha256, "octets": flux.taille},
            "envois": list(
                flux.transmissions.values(
                    "tentee_le",
                    "destination",
                    "issue",
                    "sha256",
                    "detail",
                    depot=Coalesce("nouveau_depot__rang", 1),
                )
            ),
            "passages": list(
                flux.passages.values(
                    "acte", "depart", "arrivee", "le", "motif", agent=F("par__nom")
                )
            ),
            "verifications": list(
                flux.verifications.order_by("pk").values(
                    "occasion",
                    "faite_le",
                    "sha256",
                    "est_intacte",
                    "anomalies",
                    "signatures",
                    "autorites",
                    agent=F("par__nom"),
                )
            ),
            "messages": [_message(message) for message in flux.messages.order_by("pk")],
        },
        ensure_ascii=False,
        indent=1,
        default=str,
    )


def _message(message: MessageTPS) -> dict[str, object]:
    """Return what is kept of a message: where it lies, its reserves, how each was settled."""
    return {
        "chemin": chemin_message(message),
        "sha256": message.sha256,
        "recu_le": message.recu_le,
        "applique_le": message.applique_le,
        "reserves": list(
            message.reserves.values(
                "nature",
                "texte",
                "constatee_le",
                traitee_le=F("traitement__traite_le"),
                traitee_par=F("traitement__par__nom"),
                traitement_dit=F("traitement__commentaire"),
            )
        ),
    }


def _ajouter_documents(ouverte: Archive, bordereaux: QuerySet[Bordereau]) -> None:
    documents = PieceJustificative.objects.filter(
        rattachements__piece__in=pieces_des(bordereaux).order_by().values("pk")
    )
    for document in documents.distinct().order_by("pk").iterator(chunk_size=LOT):
        ouverte.ajouter_range(chemin_document(document), document.sha256)


def _ajouter_bordereau(ouverte: Archive, demande: ArchiveTPS, bordereau: Bordereau) -> None:
    """Add a bordereau as it reads, as it was signed, and with what became of its pièces."""
    nom = f"bordereaux/{bordereau.reference}"
    pdf = editer_bordereau(bordereau, etabli_le=demande.demandee_le)
    ouverte.ajouter(f"{nom}.pdf", io.BytesIO(pdf))
    if bordereau.empreinte_signee:
        ouverte.ajouter_range(f"{nom}.xml", bordereau.empreinte_signee)
    _ajouter_page(ouverte, f"{nom}.html", _page_bordereau(bordereau))


def _page_bordereau(bordereau: Bordereau) -> Iterator[str]:
    """Yield the page of a bordereau, its pièces a lot at a time."""
    contexte = {
        "bordereau": bordereau,
        "titre": f"Bordereau {bordereau.reference}",
        "racine": "../",
    }
    yield _rendre("debut", contexte)
    yield _rendre("bordereau", contexte)
    pieces = pieces_de(bordereau).prefetch_related("justificatifs", "verdicts__message")
    for lot in _par_lots(pieces.order_by("numero").iterator(chunk_size=LOT)):
        yield _rendre("pieces", {"pieces": [_piece(piece) for piece in lot]})
    yield _rendre("fin_tableau", {})
    yield _rendre("fin", {})


def _piece(piece: Any) -> dict[str, Any]:
    return {
        "piece": piece,
        "documents": [
            {"nom": document.nom, "chemin": f"../{chemin_document(document)}"}
            for document in piece.justificatifs.all()
        ],
        "verdicts": [_verdict(verdict) for verdict in piece.verdicts.all()],
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {"verdict": verdict, "chemin": f"../{chemin_message(verdict.message)}"}


def _index(
    demande: ArchiveTPS,
    flux: QuerySet[Flux],
    bordereaux: QuerySet[Bordereau],
    messages: QuerySet[MessageTPS],
) -> Iterator[str]:
    """Yield the first page, each table a lot at a time."""
    titre = f"Échanges avec la Trésorerie, exercice {demande.exercice_id}"
    yield _rendre("debut", {"titre": titre, "racine": ""})
    yield _rendre("index", {"demande": demande})
    yield _rendre("tete_bordereaux", {})
    for lot in _par_lots(avec_totaux(bordereaux).iterator(chunk_size=LOT)):
        yield _rendre("bordereaux", {"bordereaux": lot})
    yield _rendre("fin_tableau", {})
    yield _rendre("tete_flux", {})
    for envois in _par_lots(flux.prefetch_related("transmissions").iterator(chunk_size=LOT)):
        yield _rendre("flux", {"flux": [(un, chemin_flux(un)) for un in envois]})
    yield _rendre("fin_tableau", {})
    yield _rendre("tete_reponses", {})
    recus = messages.select_related("flux").iterator(chunk_size=LOT)
    for reponses in _par_lots(recus):
        yield _rendre("reponses", {"reponses": [(un, chemin_message(un)) for un in reponses]})
    yield _rendre("fin_tableau", {})
    yield _rendre("fin", {})


def _rendre(partie: str, contexte: dict[str, Any]) -> str:
    return render_to_string(f"exports_tps/archive.html#{partie}", contexte)


def _ajouter_page(ouverte: Archive, nom: str, morceaux: Iterable[str]) -> None:
    """Write a page through a file: the archive takes one entry at a time."""
    with tempfile.TemporaryFile() as page:
        for morceau in morceaux:
            page.write(morceau.encode())
        page.seek(0)
        ouverte.ajouter(nom, page)


def _par_lots(objets: Iterator[Any]) -> Iterator[list[Any]]:
    while lot := list(islice(objets, LOT)):
        yield lot
