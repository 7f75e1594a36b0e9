"""A request sent back to be completed: what is asked, by document or field, and the answer.

The acts themselves are `demandes.renvoyer` and `completer`, and those of `modifications.retours`.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.calendrier import compter_jours_ouvres
from facturier.commun.etats import TransitionInterdite
from fournisseurs.models import Complement, DemandeEtablissement, DemandeModification, Justificatif
from fournisseurs.modifications.donnees import CHAMPS, LIBELLES
from fournisseurs.modifications.pieces import EXIGENCES

Demande = DemandeEtablissement | DemandeModification
PIECE = "piece_"
Genre = Justificatif.Genre
CHAMPS_DECLARES = (
    "denomination",
    "adresse_complement",
    "adresse_voie",
    "code_postal",
    "ville",
    "pays",
    "telephone",
    "courriel",
    "fonction",
    "service",
    "iban",
    "bic",
    "titulaire",
)
PIECES_DECLAREES = (Genre.AVIS_RIDET, Genre.KBIS, Genre.MANDAT, Genre.RIB)


def objets_possibles(demande: Demande) -> dict[str, str]:
    """Return what may be asked to be completed, documents first: code and label."""
    if isinstance(demande, DemandeModification):
        genres = [genre for exigence in EXIGENCES[demande.genre] for genre in exigence.genres]
        champs = {champ: LIBELLES[champ] for champ in CHAMPS[demande.genre]}
        genres = [*genres, Genre.AUTRE]
    else:
        genres = [*PIECES_DECLAREES]
        champs = {champ: _libelle(champ) for champ in CHAMPS_DECLARES}
    return {f"{PIECE}{genre}": str(Genre(genre).label) for genre in genres} | champs


def _libelle(champ: str) -> str:
    nom = str(DemandeEtablissement._meta.get_field(champ).verbose_name)  # type: ignore[union-attr]
    return LIBELLES.get(champ) or nom[:1].upper() + nom[1:]


def demander_complements(
    demande: Demande, attentes: Mapping[str, str], *, par: Utilisateur
) -> list[Complement]:
    """Record what `par` asks to be completed: the reason by code of `objets_possibles`.

    Raises:
        TransitionInterdite: nothing is asked, or of something that the request does not have.
    """
    libelles = objets_possibles(demande)
    motifs = {objet: motif.strip() for objet, motif in attentes.items() if motif.strip()}
    if not motifs:
        raise TransitionInterdite(
            "Dites ce qui est à compléter, pour un document ou une donnée au moins."
        )
    if not motifs.keys() <= libelles.keys():
        raise TransitionInterdite("Cette donnée ne fait pas partie de la demande.")
    return Complement.objects.bulk_create(
        Complement(**_de(demande), objet=objet, libelle=libelles[objet], motif=motif[:300], par=par)
        for objet, motif in motifs.items()
    )


def resumer(complements: Iterable[Complement]) -> str:
    """Return what is asked on one line, for the trace."""
    return " ; ".join(str(complement).rstrip(".") for complement in complements)


def _de(demande: Demande) -> dict[str, Demande]:
    lien = "modification" if isinstance(demande, DemandeModification) else "demande"
    return {lien: demande}


def manques(demande: Demande, faits: Collection[str], reponse: str) -> dict[str, str]:
    """Return, by code, what an answer still lacks: a document asked for, or a word on a field.

    `faits` are the codes of the documents joined and of the fields corrected.
    """
    attendus = [c for c in demande.complements.attendus() if c.objet not in faits]
    erreurs = {
        c.objet: f"Ce document vous est demandé : {c.motif}"
        for c in attendus
        if c.objet.startswith(PIECE)
    }
    inchanges = [c.libelle for c in attendus if c.objet not in erreurs]
    if inchanges and not reponse.strip():
        erreurs["reponse"] = (
            f"Corrigez, ou répondez ici pourquoi rien n’est à corriger : {', '.join(inchanges)}."
        )
    return erreurs


def repondre(demande: Demande, reponse: str) -> None:
    """Close what was asked, with what the requester says."""
    demande.complements.attendus().update(reponse=reponse.strip()[:500], repondu_le=timezone.now())


def jours_d_attente(demande: Demande, au: date) -> int:
    """Return the working days that `demande` spent with its requester until `au`.

    Reads its passages, which a list fetches once for all.
    """
    jours, debut = 0, None
    for passage in demande.passages.all():
        jour = timezone.localdate(passage.le)
        if debut is not None:
            jours += compter_jours_ouvres(debut, jour)
        debut = jour if passage.acte == "renvoyer" else None
    return jours + (compter_jours_ouvres(debut, au) if debut is not None else 0)
