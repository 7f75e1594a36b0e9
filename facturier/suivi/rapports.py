"""Reports for the staff: what is late, what waits, what comes back, what will be paid, year end.

Each report is a few parts; a part is a table, and the bars drawn from it. Tables are made with
pandas, which loads only when a report is asked for. Everybody sees the invoices he may read.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.formats import date_format

from facturier.acces.models import Role, Utilisateur
from facturier.commun.exports import Colonne
from facturier.commun.montants import afficher
from facturier.grand_livre.models import Parametre
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import (
    BonCommande,
    DelaiConstate,
    Facture,
    PrevisionPaiement,
    RetourFournisseur,
)
from facturier.suivi.querysets import FactureQuerySet

if TYPE_CHECKING:
    import pandas as pd
    from pandas.core.groupby import DataFrameGroupBy

SEUIL_JOURS = 30
SEMAINES_A_VENIR = 8
SANS_PREVISION = "Sans prévision"
TRANCHES = ((0, 7), (8, 15), (16, 30), (31, 60), (61, None))
ROLES_RAPPORTS = (
    Role.AGENT,
    Role.SERVICE,
    Role.ORDONNATEUR,
    Role.COMPTABLE,
    Role.ADMINISTRATEUR,
)
ROLES_FIN_D_EXERCICE = (Role.AGENT, Role.ORDONNATEUR, Role.ADMINISTRATEUR)
COLONNES_DELAIS = (
    Colonne("Factures payées", 1, est_nombre=True),
    Colonne("Médiane (jours)", 1, est_nombre=True),
    Colonne("P90 (jours)", 1, est_nombre=True),
    Colonne("Payées en 30 jours (%)", 1.2, est_nombre=True),
)
NOMBRE, MONTANT = (
    Colonne("Factures", 1, est_nombre=True),
    Colonne("Montant TTC", 2, est_montant=True),
)


LEGENDE_DELAIS = "Barre : la moitié des factures sont payées avant. Trait : neuf sur dix le sont."


@dataclass(frozen=True, slots=True)
class Barre:
    """One bar: its label, its length, what is written at its end, and a second mark if any."""

    libelle: str
    valeur: int
    texte: str
    repere: int | None = None


@dataclass(frozen=True, slots=True)
class Volet:
    """A part of a report: a table, and the bars drawn from it; `legende` says what they show."""

    titre: str
    colonnes: Sequence[Colonne]
    lignes: Sequence[tuple[Any, ...]]
    legende: str = ""
    barres: Sequence[Barre] = ()


@dataclass(frozen=True, slots=True)
class Demande:
    """Who asks, and for which time: the last `mois` months, or the year `annee`."""

    utilisateur: Utilisateur
    mois: int
    annee: int

    @property
    def factures(self) -> FactureQuerySet:
        """The deposited invoices that the person may read, avoirs apart."""
        visibles: FactureQuerySet = Facture.objects.visibles_par(self.utilisateur).deposees()
        return visibles.filter(nature=Facture.Nature.FACTURE)

    @property
    def debut(self) -> date:
        """First day of the first of the last months, this one included."""
        rang = timezone.localdate().year * 12 + timezone.localdate().month - self.mois
        return date(rang // 12, rang % 12 + 1, 1)


@dataclass(frozen=True, slots=True)
class Rapport:
    """A report: title, what it answers, how its parts are made, and who may read it."""

    titre: str
    question: str
    volets: Callable[[Demande], list[Volet]]
    roles: tuple[Role, ...] = ROLES_RAPPORTS
    est_annuel: bool = False
    est_passe: bool = True


def _table(lignes: "QuerySet[Any, Any]", colonnes: Sequence[str]) -> "pd.DataFrame":
    """Read rows of values as a table."""
    import pandas  # noqa: PLC0415  (one second, that only reports pay)

    return pandas.DataFrame.from_records(list(lignes), columns=list(colonnes))


# --- Délais ------------------------------------------------------------------------------------
def delais(demande: Demande) -> list[Volet]:
    """Median, ninetieth percentile and share paid in thirty days, by month and by direction."""
    constates = DelaiConstate.objects.filter(
        facture__in=demande.factures, payee_le__gte=demande.debut
    ).values_list("payee_le", "direction", "jours_nets")
    table = _table(constates, ("payee_le", "direction", "jours"))
    table["mois"] = [f"{jour:%Y-%m}" for jour in table["payee_le"]]
    return [
        _volet_delais("Par mois de paiement", "Mois", table.groupby("mois"), _mois),
        _volet_delais("Par direction", "Direction", table.groupby("direction"), str),
    ]


def durees(mediane: int, p90: int) -> str:
    """Say what a bar of delays and its mark are worth, in days."""
    return f"{mediane} j, 9 sur 10 en {p90} j"


def _mois(cle: object) -> str:
    annee, _, mois = str(cle).partition("-")
    return str(date_format(date(int(annee), int(mois), 1), "F Y"))


def _volet_delais(
    titre: str, nom: str, groupes: "DataFrameGroupBy[Any, Any]", nommer: Callable[[object], str]
) -> Volet:
    lignes: list[tuple[str, int, int, int, int]] = []
    for groupe, jours in groupes["jours"]:
        mediane, p90 = jours.quantile([0.5, 0.9], interpolation="lower").astype(int).tolist()
        a_temps = 100 * int((jours <= SEUIL_JOURS).sum()) // len(jours)
        lignes.append((nommer(groupe), len(jours), mediane, p90, a_temps))
    return Volet(
        titre,
        (Colonne(nom, 2.4), *COLONNES_DELAIS),
        lignes,
        LEGENDE_DELAIS,
        [Barre(ligne[0], ligne[2], durees(ligne[2], ligne[3]), ligne[3]) for ligne in lignes],
    )


# --- Stock -------------------------------------------------------------------------------------
def stock(demande: Demande) -> list[Volet]:
    """Invoices under way, by state and by age since the deposit."""
    en_cours = demande.factures.en_cours().values_list("etat", "deposee_le", "montant_ttc")
    table = _table(en_cours, ("etat", "deposee_le", "montant"))
    maintenant = timezone.now()
    table["age"] = [(maintenant - depot).days for depot in table["deposee_le"]]
    par_etat = [
        (str(etat.label), len(lot), int(lot["montant"].sum()), int(lot["age"].median()))
        for etat in EtatFacture
        if len(lot := table[table["etat"] == etat.value])
    ]
    par_age = []
    for debut, fin in TRANCHES:
        lot = table[(table["age"] >= debut) & ((table["age"] <= fin) if fin else True)]
        nom = f"{debut} à {fin} jours" if fin else f"plus de {debut - 1} jours"
        par_age.append((nom, len(lot), int(lot["montant"].sum())))
    return [
        Volet(
            "Par état",
            (Colonne("État", 3), NOMBRE, MONTANT, Colonne("Âge médian (jours)", est_nombre=True)),
            par_etat,
            "Nombre de factures.",
            [Barre(nom, nombre, str(nombre)) for nom, nombre, *_ in par_etat],
        ),
        Volet(
            "Par âge depuis le dépôt",
            (Colonne("Âge", 2), NOMBRE, MONTANT),
            par_age if len(table) else [],
            "Nombre de factures.",
            [Barre(nom, nombre, str(nombre)) for nom, nombre, _ in par_age] if len(table) else [],
        ),
    ]


# --- Rejets ------------------------------------------------------------------------------------
def rejets(demande: Demande) -> list[Volet]:
    """Why invoices come back: rejections, then requests, by reason."""
    retours = RetourFournisseur.objects.filter(
        facture__in=demande.factures, cree_le__date__gte=demande.debut
    ).values_list("nature", "motif__libelle", "facture__montant_ttc")
    table = _table(retours, ("nature", "motif", "montant"))
    return [
        _volet_motifs("Rejets", table[table["nature"] == RetourFournisseur.Nature.REJET]),
        _volet_motifs(
            "Demandes au fournisseur", table[table["nature"] != RetourFournisseur.Nature.REJET]
        ),
    ]


def _volet_motifs(titre: str, table: "pd.DataFrame") -> Volet:
    groupes = table.groupby("motif")["montant"].agg(["size", "sum"])
    groupes = groupes.sort_values("size", ascending=False)
    lignes = [
        (str(motif), int(nombre), int(somme)) for motif, nombre, somme in groupes.itertuples()
    ]
    barres = [Barre(motif, nombre, str(nombre)) for motif, nombre, _ in lignes]
    return Volet(
        titre, (Colonne("Motif", 4), NOMBRE, MONTANT), lignes, "Nombre de factures.", barres
    )


# --- Payments to come --------------------------------------------------------------------------
def paiements_a_venir(demande: Demande) -> list[Volet]:
    """What should be paid each week: the likely day last foretold of each invoice under way."""
    derniere = PrevisionPaiement.objects.filter(facture=OuterRef("pk")).order_by("-pk")
    en_cours = (
        demande.factures.en_cours()
        .annotate(
            tot=Subquery(derniere.values("au_plus_tot")[:1]),
            jour=Subquery(derniere.values("probable")[:1]),
            tard=Subquery(derniere.values("au_plus_tard")[:1]),
        )
        .values_list("tot", "jour", "tard", "montant_ttc")
    )
    table = _table(en_cours, ("tot", "jour", "tard", "montant"))
    aujourd_hui = timezone.localdate()
    table["semaine"] = [_semaine(jour, aujourd_hui) for jour in table["jour"]]
    groupes = table.groupby("semaine")["montant"].agg(["size", "sum"]).sort_index()
    lignes = [(nom, int(nombre), int(somme)) for (_, nom), nombre, somme in groupes.itertuples()]
    return [
        Volet(
            "Par semaine",
            (Colonne("Semaine", 3), NOMBRE, MONTANT),
            lignes,
            "Montant TTC attendu.",
            [
                Barre(nom, somme, afficher(somme))
                for nom, _, somme in lignes
                if nom != SANS_PREVISION
            ],
        ),
        _fourchette(table, aujourd_hui),
        _previsions_passees(demande),
    ]


def _fourchette(table: "pd.DataFrame", aujourd_hui: date) -> Volet:
    """How much is paid by the end of each week: at the earliest, probably, at the latest."""
    prevues = table[table["jour"].notna()]
    lundi = aujourd_hui - timedelta(days=aujourd_hui.weekday())
    fins = [lundi + timedelta(days=7 * rang - 1) for rang in range(1, SEMAINES_A_VENIR + 1)]
    lignes: list[tuple[str, int, int, int]] = []
    for fin in fins:
        moins, probable, plus = (
            int(prevues.loc[prevues[borne] <= fin, "montant"].sum())
            for borne in ("tard", "jour", "tot")
        )
        lignes.append((f"{fin:%d/%m/%Y}", moins, probable, plus))
    return Volet(
        "Cumul payé d’ici là, avec sa fourchette",
        (
            Colonne("Avant le", 1.5),
            Colonne("Au moins", 2, est_montant=True),
            Colonne("Probablement", 2, est_montant=True),
            Colonne("Au plus", 2, est_montant=True),
        ),
        lignes if len(prevues) else [],
        "Barre : montant probable. Trait : au plus, si tout est payé au plus tôt.",
        [
            Barre(f"Avant le {jour}", probable, afficher(probable), plus)
            for jour, _, probable, plus in lignes
        ],
    )


def _previsions_passees(demande: Demande) -> Volet:
    """What the predictions of the invoices paid lately were worth."""
    jugees = PrevisionPaiement.objects.filter(
        facture__in=demande.factures,
        ecart_jours__isnull=False,
        facture__delai_constate__payee_le__gte=demande.debut,
    ).values_list("jalon", "ecart_jours", "est_tenue")
    table = _table(jugees, ("jalon", "ecart", "tenue"))
    lignes = []
    for jalon in PrevisionPaiement.Jalon:
        lot = table[table["jalon"] == jalon.value]
        if len(lot):
            tenues = 100 * int(lot["tenue"].sum()) // len(lot)
            erreur = int(lot["ecart"].abs().median())
            lignes.append((str(jalon.label), len(lot), erreur, tenues))
    return Volet(
        "Ce que valaient les prévisions des douze derniers mois",
        (
            Colonne("Prévision faite", 2.4),
            Colonne("Factures payées", 1, est_nombre=True),
            Colonne("Erreur médiane (jours)", 1.2, est_nombre=True),
            Colonne("Dans la fourchette (%)", 1.2, est_nombre=True),
        ),
        lignes,
        "Erreur médiane, en jours, entre la date probable et le paiement.",
        [
            Barre(nom, erreur, f"{erreur} j, {tenues} % dans la fourchette")
            for nom, _, erreur, tenues in lignes
        ],
    )


def _semaine(jour: date | None, aujourd_hui: date) -> tuple[str, str]:
    """Return the order and the name of the week of `jour`."""
    if jour is None:
        return ("9", SANS_PREVISION)
    if jour < aujourd_hui:
        return ("0", "Date probable déjà passée")
    lundi = jour - timedelta(days=jour.weekday())
    return (f"1{lundi:%Y%m%d}", f"Semaine du {lundi:%d/%m/%Y}")


# --- Year end ----------------------------------------------------------------------------------
def fin_d_exercice(demande: Demande) -> list[Volet]:
    """What the year leaves: invoices without mandat, charges à payer (408), orders not invoiced."""
    fin = date(demande.annee, 12, 31)
    recues = (
        demande.factures.deposees_entre(None, fin)
        .vivantes()
        .filter(Q(mandat__isnull=True) | Q(mandat__exercice__gt=demande.annee))
        .select_related("etablissement", "service", "bon_commande", "service_fait")
        .order_by("deposee_le", "pk")
    )
    factures = list(recues)
    return [
        Volet(
            "Factures reçues sans mandat",
            (
                Colonne("Facture", 2),
                Colonne("Fournisseur", 3),
                Colonne("Service", 1.5),
                Colonne("Déposée le", 1.6),
                Colonne("État", 2.4),
                Colonne("Montant TTC", 2, est_montant=True),
            ),
            [
                (
                    facture.numero,
                    facture.etablissement.denomination,
                    facture.service.code if facture.service else "",
                    timezone.localdate(facture.deposee_le),
                    str(EtatFacture(facture.etat).label),
                    facture.montant_ttc,
                )
                for facture in factures
            ],
        ),
        _charges_a_payer(factures, fin),
        _commandes_non_facturees(demande, fin),
    ]


def _charges_a_payer(factures: Iterable[Facture], fin: date) -> Volet:
    """Candidates for account 408: delivered by the end of the year, not mandated, by account."""
    rendus = [
        (_compte(facture), facture.montant_ttc)
        for facture in factures
        if (service_fait := getattr(facture, "service_fait", None))
        and service_fait.date_service_fait <= fin
    ]
    table = _table(rendus, ("compte", "montant"))  # type: ignore[arg-type]
    groupes = table.groupby("compte")["montant"].agg(["size", "sum"])
    lignes = [
        (str(compte), int(nombre), int(somme)) for compte, nombre, somme in groupes.itertuples()
    ]
    return Volet(
        "Charges à payer proposées (compte 408), service fait avant la fin de l’année",
        (Colonne("Compte de charge", 2), NOMBRE, MONTANT),
        lignes,
        "Montant TTC à rattacher.",
        [Barre(f"Compte {compte}", somme, afficher(somme)) for compte, _, somme in lignes],
    )


def _compte(facture: Facture) -> str:
    if facture.compte:
        return facture.compte
    return facture.bon_commande.compte if facture.bon_commande else "à imputer"


def _commandes_non_facturees(demande: Demande, fin: date) -> Volet:
    """Open orders with something left: deliveries whose invoice may not have come (408 too)."""
    commandes: Any = BonCommande.objects.filter(est_clos=False, date_commande__lte=fin)
    if not demande.utilisateur.voit_toutes_les_directions:
        commandes = commandes.filter(service=demande.utilisateur.service_id)
    restantes = commandes.avec_reste().filter(montant_restant__gt=0)
    lues = restantes.select_related("fournisseur__tiers", "service").order_by("date_commande", "pk")
    return Volet(
        "Bons de commande dont une facture peut manquer",
        (
            Colonne("Bon de commande", 2),
            Colonne("Fournisseur", 3),
            Colonne("Service", 1.5),
            Colonne("Compte", 1.2),
            Colonne("Reste à facturer", 2, est_montant=True),
        ),
        [
            (c.numero, c.fournisseur.tiers.nom, c.service.code, c.compte, c.montant_restant)
            for c in lues
        ],
    )


def journee_complementaire(annee: int) -> date:
    """Return the last day on which a mandat of the year `annee` may be issued."""
    fin = date(annee, 12, 31)
    return fin + timedelta(days=Parametre.objects.entier("journee_complementaire_jours", fin))


RAPPORTS = {
    "delais": Rapport("Délais de paiement", "En combien de jours payons-nous ?", delais),
    "stock": Rapport("Factures en cours", "Qu’est-ce qui attend, et où ?", stock, est_passe=False),
    "rejets": Rapport("Rejets et demandes", "Pourquoi des factures reviennent-elles ?", rejets),
    "paiements": Rapport(
        "Paiements à venir",
        "Combien sera payé, et quand ?",
        paiements_a_venir,
        est_passe=False,
    ),
    "fin-exercice": Rapport(
        "Fin d’exercice",
        "Que reste-t-il à mandater ou à rattacher ?",
        fin_d_exercice,
        ROLES_FIN_D_EXERCICE,
        est_annuel=True,
        est_passe=False,
    ),
}
