"""Which documents prove a change, how long each holds, and which ones were given already.

Dites-le-nous une seule fois: a document that is verified and still valid is never asked again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun import banque, ridet
from fournisseurs.models import (
    Etablissement,
    EtablissementRegistre,
    GenreModification,
    Justificatif,
)
from fournisseurs.modifications.donnees import lire
from fournisseurs.modifications.registre import inscription_qui_confirme

Genre = Justificatif.Genre
DE_L_ETABLISSEMENT = frozenset({Genre.AVIS_RIDET})


@dataclass(frozen=True, slots=True)
class Exigence:
    """One proof that a kind of change asks for: any one of `genres` does."""

    libelle: str
    genres: tuple[Justificatif.Genre, ...]
    aide: str

    @property
    def champ(self) -> str:
        """Name of the field of the form where the document is handed in."""
        return f"piece_{self.genres[0]}"


EXISTENCE = Exigence(
    "Avis de situation au RIDET ou extrait Kbis",
    (Genre.AVIS_RIDET, Genre.KBIS),
    "De moins de trois mois. PDF ou image.",
)
RIB = Exigence(
    "Relevé d’identité bancaire du nouveau compte",
    (Genre.RIB,),
    "Délivré par la banque. PDF ou image.",
)
PV = Exigence(
    "Procès-verbal de nomination",
    (Genre.PV,),
    "Celui qui nomme ou remplace les représentants. PDF ou image.",
)
EXIGENCES: Mapping[str, tuple[Exigence, ...]] = {
    GenreModification.ADRESSE: (),
    GenreModification.CONTACTS: (),
    GenreModification.COMPTE_PRINCIPAL: (RIB,),
    GenreModification.COMPTE_ETABLISSEMENT: (RIB,),
    GenreModification.NOM: (EXISTENCE,),
    GenreModification.FORME_JURIDIQUE: (EXISTENCE,),
    GenreModification.REPRESENTANTS: (PV,),
}


def documents_valables(etablissement: Etablissement, au: date | None = None) -> QuerySet[Any]:
    """Return the documents verified for the établissement, or its enterprise, that still hold.

    An avis de situation speaks of one établissement alone.
    """
    documents: QuerySet[Any] = Justificatif.objects.valables(au or timezone.localdate()).filter(
        Q(etablissement=etablissement) | ~Q(genre__in=DE_L_ETABLISSEMENT),
        fournisseur=etablissement.fournisseur_id,
    )
    return documents.exclude(analyse=Justificatif.Analyse.INFECTE)


def deja_fourni(
    etablissement: Etablissement, genres: Iterable[str], *, iban: str = ""
) -> Justificatif | None:
    """Return the latest valid document of one of `genres`; a RIB holds for its own `iban` only."""
    documents = documents_valables(etablissement).filter(genre__in=list(genres))
    pour_ce_compte = Q(demande__iban=iban) | Q(
        modification__champs__champ="iban", modification__champs__apres=iban
    )
    if iban:
        documents = documents.filter(~Q(genre=Genre.RIB) | pour_ce_compte)
    else:
        documents = documents.exclude(genre=Genre.RIB)
    dernier: Justificatif | None = documents.order_by("-depose_le", "-pk").first()
    return dernier


@dataclass(frozen=True, slots=True)
class Reprise:
    """What a request need not be given: documents, and a line of the register; what it lacks."""

    reemployes: list[Justificatif]
    inscription: EtablissementRegistre | None
    manquantes: list[Exigence]


def retenir(
    etablissement: Etablissement, genre: str, *, remis: Iterable[str], valeurs: Mapping[str, str]
) -> Reprise:
    """Return what is known already that proves a request of `genre`, and what is missing.

    `remis` are the kinds of the documents handed in now, which come first; `valeurs` the fields
    asked for, normalised. What the register says of them needs no avis de situation.
    """
    actuelles = lire(etablissement, genre)
    changes = {champ: v for champ, v in valeurs.items() if v != actuelles[champ]}
    inscription = inscription_qui_confirme(etablissement, changes)
    remis = {*remis, *([Genre.AVIS_RIDET] if inscription else [])}
    reemployes, manquantes = [], []
    for exigence in EXIGENCES[genre]:
        if remis & set(exigence.genres):
            continue
        connu = deja_fourni(etablissement, exigence.genres, iban=valeurs.get("iban", ""))
        if connu is None:
            manquantes.append(exigence)
        else:
            reemployes.append(connu)
    return Reprise(reemployes, inscription, manquantes)


def deja_fournis_par(demandeur: Utilisateur, saisi: str, iban: str) -> list[Justificatif]:
    """Return what `demandeur` gave for another établissement of the same enterprise.

    Its Kbis, and the RIB of that very account, from établissements whose data he manages; nothing
    when the RIDET or the IBAN typed cannot be read.
    """
    try:
        rid, normalise = ridet.rid(ridet.normaliser(saisi)), banque.normaliser_iban(iban)
    except ValueError:
        return []
    geres = Etablissement.objects.visibles_par(demandeur, "gerer_donnees")
    etablissement = geres.filter(fournisseur__rid=rid).order_by("pk").first()
    if etablissement is None:
        return []
    trouves = (deja_fourni(etablissement, [g], iban=normalise) for g in (Genre.KBIS, Genre.RIB))
    return [document for document in trouves if document is not None]
