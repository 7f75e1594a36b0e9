"""Two suppliers side by side: what differs, and the data one may take from the other."""

from collections.abc import Iterable
from dataclasses import dataclass

from facturier.commun import banque, ridet, telephone
from fournisseurs.models import Fournisseur


@dataclass(frozen=True, slots=True)
class Donnee:
    """A datum chosen as a whole: its fields on the tiers, then on the supplier."""

    code: str
    libelle: str
    du_tiers: tuple[str, ...] = ()
    de_la_fiche: tuple[str, ...] = ()

    def valeurs(self, fiche: Fournisseur) -> dict[str, str]:
        """Return the values by field, those of the tiers under `tiers.`."""
        tiers = {f"tiers.{champ}": getattr(fiche.tiers, champ) for champ in self.du_tiers}
        return tiers | {champ: getattr(fiche, champ) for champ in self.de_la_fiche}


DONNEES = (
    Donnee(
        "identite",
        "Identité",
        du_tiers=("nom", "prenom", "civilite", "categorie", "nature_juridique"),
    ),
    Donnee("ridet", "RIDET", du_tiers=("ridet",), de_la_fiche=("rid",)),
    Donnee("nom_commercial", "Nom commercial", de_la_fiche=("nom_commercial",)),
    Donnee(
        "adresse",
        "Adresse",
        de_la_fiche=("adresse_complement", "adresse_voie", "code_postal", "ville", "pays"),
    ),
    Donnee("telephone", "Téléphone", de_la_fiche=("telephone",)),
    Donnee("courriel", "Adresse électronique", de_la_fiche=("courriel",)),
)
PAR_CODE = {donnee.code: donnee for donnee in DONNEES}


@dataclass(frozen=True, slots=True)
class Ecart:
    """One datum of both, for display; `est_choisi` takes that of the absorbed one."""

    donnee: Donnee
    garde: str
    absorbe: str

    @property
    def differe(self) -> bool:
        """Whether a choice is to be made."""
        return self.garde != self.absorbe


def comparer(garde: Fournisseur, absorbe: Fournisseur) -> list[Ecart]:
    """Return every datum of both suppliers, as people read it."""
    return [Ecart(donnee, _texte(donnee, garde), _texte(donnee, absorbe)) for donnee in DONNEES]


def _texte(donnee: Donnee, fiche: Fournisseur) -> str:
    tiers = fiche.tiers
    match donnee.code:
        case "identite":
            nature = tiers.get_nature_juridique_display()
            return f"{tiers.nom_complet}, {tiers.get_categorie_display()}, {nature}"
        case "ridet":
            return ridet.afficher(tiers.ridet) if tiers.ridet else fiche.rid or "sans objet"
        case "adresse":
            return ", ".join(fiche.lignes_adresse)
        case "telephone":
            return telephone.afficher(fiche.telephone) if fiche.telephone else "non indiqué"
        case code:
            return getattr(fiche, code) or "non indiqué"


def comptes_masques(fiche: Fournisseur) -> list[str]:
    """Return the accounts in force, masked, with the établissement each is kept for."""
    courants = fiche.coordonnees.courantes().select_related("etablissement").order_by("pk")
    return [
        f"{banque.masquer_iban(compte.iban)}, {compte.titulaire}"
        + (f" (pour {compte.etablissement})" if compte.etablissement else "")
        for compte in courants
    ]


def comptes_different(une: Fournisseur, autre: Fournisseur) -> bool:
    """Tell whether an account of either is not one of the other; none at all is no difference."""
    ibans = [
        set(fiche.coordonnees.courantes().values_list("iban", flat=True)) for fiche in (une, autre)
    ]
    return all(ibans) and ibans[0] != ibans[1]


def relire(fiches: Iterable[Fournisseur]) -> None:
    """Read suppliers and their tiers again, once their rows are locked."""
    for fiche in fiches:
        fiche.refresh_from_db()
        fiche.tiers.refresh_from_db()
