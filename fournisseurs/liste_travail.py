"""The one work list of agents: every request, of both models, with its age and due day."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, cast

from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone

from facturier.commun.calendrier import ajouter_jours_ouvres
from facturier.commun.exports import Colonne, Tableau
from facturier.commun.nombres import lire_entier
from facturier.grand_livre.models import Parametre
from fournisseurs.complements import jours_d_attente
from fournisseurs.models import (
    DemandeEtablissement,
    DemandeModification,
    EtatDemande,
    EtatModification,
    GenreModification,
)

RATTACHEMENT = "rattachement"
GENRES = [(RATTACHEMENT, "Rattachement d’établissement"), *GenreModification.choices]
# Tab: label, states of a rattachement, states of a modification.
ONGLETS: Mapping[str, tuple[str, tuple[str, ...], tuple[str, ...]]] = {
    "a_controler": ("À contrôler", (EtatDemande.DEPOSEE,), (EtatModification.DEPOSEE,)),
    "a_completer": (
        "Chez le demandeur",
        (EtatDemande.INCOMPLETE,),
        (EtatModification.INCOMPLETE,),
    ),
    "a_approuver": ("À approuver", (), (EtatModification.CONTROLEE,)),
    "contestees": ("Contestées", (), (EtatModification.CONTESTEE,)),
    "en_delai": ("En délai de sécurité", (), (EtatModification.APPROUVEE,)),
    "acceptees": ("Acceptées", (EtatDemande.ACCEPTEE,), (EtatModification.APPLIQUEE,)),
    "refusees": ("Refusées", (EtatDemande.REFUSEE,), (EtatModification.REFUSEE,)),
    "retirees": ("Retirées", (EtatDemande.RETIREE,), (EtatModification.RETIREE,)),
}
TITRES = (
    "Demande",
    "Sorte",
    "Établissement",
    "RIDET",
    "Demandeur",
    "Déposée le",
    "Jours",
    "À traiter avant",
    "En retard",
    "Signes de risque",
    "État",
)
TAILLE_LOT = 500
A_AGIR = ("a_controler", "a_approuver", "contestees")
Demande = DemandeEtablissement | DemandeModification
Rang = tuple[datetime, str, int]  # moment of deposit, model, key


@dataclass(frozen=True, slots=True)
class Ligne:
    """One request of the list; `echeance` is the last day to answer within the commitment.

    It moves by the working days that the request spent with its author.
    """

    demande: Demande
    genre: str
    echeance: date
    age: int
    est_en_retard: bool
    est_en_pause: bool

    @property
    def est_modification(self) -> bool:
        """Whether it changes a datum of an établissement already known."""
        return isinstance(self.demande, DemandeModification)

    @property
    def rang(self) -> Rang:
        """Place of the request in the order of the list."""
        sorte = "m" if self.est_modification else "e"
        return _depot(self.demande), sorte, self.demande.pk

    @property
    def cle(self) -> str:
        """The same, for an address."""
        moment, sorte, pk = self.rang
        return f"{moment.isoformat()}|{sorte}|{pk}"


def _depot(demande: Demande) -> datetime:
    """When the request was deposited; the list holds no draft."""
    return cast(datetime, demande.deposee_le)


def compter() -> dict[str, int]:
    """Return how many requests each tab holds: two queries."""
    rattachements = _par_etat(DemandeEtablissement.objects.all())
    modifications = _par_etat(DemandeModification.objects.filter(deposee_le__isnull=False))
    return {
        code: sum(rattachements.get(e, 0) for e in etats_r)
        + sum(modifications.get(e, 0) for e in etats_m)
        for code, (_, etats_r, etats_m) in ONGLETS.items()
    }


def nombre_a_traiter() -> int:
    """Return how many requests wait for an agent: to check, to approve, contested."""
    nombres = compter()
    return sum(nombres[onglet] for onglet in A_AGIR)


def _par_etat(demandes: QuerySet[Any]) -> dict[str, int]:
    return dict(demandes.order_by().values_list("etat").annotate(nombre=Count("pk")))


def lister(
    onglet: str, *, genre: str = "", apres: str = "", taille: int = 50
) -> tuple[list[Ligne], str]:
    """Return one page of a tab, the oldest first, and the key of its last line if others follow.

    `apres` is the key of the line before the page; one that means nothing begins the list.
    """
    _, etats_r, etats_m = ONGLETS[onglet]
    demandes: list[Demande] = []
    if etats_r and genre in ("", RATTACHEMENT):
        rattachements = DemandeEtablissement.objects.filter(etat__in=etats_r)
        demandes += _suite(rattachements.select_related("demandeur"), "e", apres, taille)
    if genre != RATTACHEMENT:
        modifications = DemandeModification.objects.filter(
            etat__in=etats_m, deposee_le__isnull=False
        ).select_related("demandeur", "etablissement", "fournisseur__tiers")
        if genre:
            modifications = modifications.filter(genre=genre)
        demandes += _suite(modifications, "m", apres, taille)
    delai = Parametre.objects.entier("delai_instruction_jours_ouvres", timezone.localdate())
    lignes = sorted((_ligne(d, delai) for d in demandes), key=lambda ligne: ligne.rang)
    page = lignes[:taille]
    return page, page[-1].cle if lignes[taille:] else ""


def tableau(onglet: str, *, genre: str = "") -> Tableau:
    """Return every request of a tab, to export."""
    return Tableau(
        nom=f"demandes-{onglet}",
        titre="Demandes des fournisseurs",
        description=ONGLETS[onglet][0],
        colonnes=[Colonne(titre) for titre in TITRES],
        lignes=_cellules(onglet, genre),
    )


def _cellules(onglet: str, genre: str) -> Iterator[tuple[object, ...]]:
    """Yield the cells of each request, a few queries for five hundred of them."""
    apres, reste = "", True
    while reste:
        lignes, apres = lister(onglet, genre=genre, apres=apres, taille=TAILLE_LOT)
        for ligne in lignes:
            objet: Any = ligne.demande
            etablissement = objet.etablissement if ligne.est_modification else objet
            yield (
                objet.pk,
                ligne.genre,
                etablissement.denomination,
                etablissement.ridet,
                objet.demandeur.nom_complet,
                timezone.localdate(_depot(objet)),
                ligne.age,
                "" if ligne.est_en_pause else ligne.echeance,
                "oui" if ligne.est_en_retard else "",
                " ".join(getattr(objet, "libelles_risques", [])),
                objet.get_etat_display(),
            )
        reste = bool(apres)


def _suite(demandes: QuerySet[Any], sorte: str, apres: str, taille: int) -> list[Demande]:
    """Return what follows the key `apres` among the requests of one model."""
    rang = _lire_rang(apres)
    if rang is not None:
        moment, sorte_apres, pk = rang
        a_egalite = Q(deposee_le=moment)
        if sorte == sorte_apres:
            a_egalite &= Q(pk__gt=pk)
        suivent = Q(deposee_le__gt=moment)
        demandes = demandes.filter(suivent | a_egalite if sorte >= sorte_apres else suivent)
    suivantes = demandes.order_by(F("deposee_le").asc(), "pk").prefetch_related("passages")
    return list(suivantes[: taille + 1])


def _lire_rang(cle: str) -> Rang | None:
    moment, _, reste = cle.partition("|")
    sorte, _, suite = reste.partition("|")
    pk = lire_entier(suite)
    if sorte not in ("e", "m") or pk is None:
        return None
    try:
        lu = datetime.fromisoformat(moment)
    except ValueError:
        return None
    return (lu, sorte, pk) if lu.tzinfo else None


def _ligne(demande: Demande, delai: int) -> Ligne:
    depot = timezone.localdate(_depot(demande))
    aujourd_hui = timezone.localdate()
    echeance = ajouter_jours_ouvres(depot, delai + jours_d_attente(demande, aujourd_hui))
    court = demande.etat not in (
        EtatModification.INCOMPLETE,
        EtatDemande.ACCEPTEE,
        EtatModification.APPLIQUEE,
        EtatModification.APPROUVEE,
        EtatModification.REFUSEE,
        EtatModification.RETIREE,
    )
    genre = dict(GENRES)[getattr(demande, "genre", RATTACHEMENT)]
    return Ligne(
        demande=demande,
        genre=genre,
        echeance=echeance,
        age=(aujourd_hui - depot).days,
        est_en_retard=court and echeance < aujourd_hui,
        est_en_pause=demande.etat == EtatModification.INCOMPLETE,
    )
