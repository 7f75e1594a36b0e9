"""What differs from the register, told with both sides: read from the base, without tables."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import QuerySet

from fournisseurs.models import EcartRegistre, Etablissement, EtablissementRegistre

LOT = 20_000
Nature = EcartRegistre.Nature


@dataclass(frozen=True, slots=True)
class Ecart:
    """A difference, ready to be told: ours, theirs, and what to do."""

    etablissement: Etablissement
    nature: Nature
    notre: str
    registre: str

    @property
    def conseil(self) -> str:
        """What an agent can do about it."""
        return CONSEILS[self.nature]

    def en_objet(self) -> dict[str, str]:
        """Return what `--json` and the CSV file give of it."""
        return {
            "ridet": self.etablissement.ridet,
            "denomination": self.etablissement.denomination,
            "nature": str(self.nature),
            "notre": self.notre,
            "registre": self.registre,
        }


CONSEILS = {
    Nature.CESSE: "Suspendez la fiche, ou rattachez-la à l’établissement qui succède.",
    Nature.RENOMME: "Préparez la correction : cette ligne du registre en est la preuve.",
    Nature.DEMENAGE: "Préparez la correction ; demandez au fournisseur où va son courrier.",
    Nature.INCONNU: "Vérifiez le RIDET saisi : un chiffre faux suffit.",
}


@dataclass(frozen=True, slots=True)
class Comparaison:
    """What a comparison found. `rejets` are the lines of the extract left out, with the reason."""

    extraits: int
    compares: int
    ecarts: list[Ecart]
    rejets: list[tuple[int, str]]

    def nombre(self, nature: Nature) -> int:
        """How many differences are of one nature."""
        return sum(ecart.nature == nature for ecart in self.ecarts)


def decrire(ecarts: QuerySet[EcartRegistre] | list[EcartRegistre]) -> Iterator[Ecart]:
    """Yield differences with both sides, those that still hold; in as many queries as slices."""
    if isinstance(ecarts, QuerySet):
        ecarts = list(ecarts.select_related("etablissement__fournisseur__tiers"))
    ridets = [ecart.etablissement.ridet for ecart in ecarts]
    connus = _connus(ridets)
    for ecart in ecarts:
        registre = connus.get(ecart.etablissement.ridet)
        yield Ecart(ecart.etablissement, Nature(ecart.nature), *_cotes(ecart, registre))


def _connus(ridets: list[str]) -> dict[str, EtablissementRegistre]:
    connus: dict[str, EtablissementRegistre] = {}
    for debut in range(0, len(ridets), LOT):
        connus |= EtablissementRegistre.objects.in_bulk(ridets[debut : debut + LOT])
    return connus


def _cotes(ecart: EcartRegistre, registre: EtablissementRegistre | None) -> tuple[str, str]:
    notre = ecart.etablissement
    if registre is None:
        return notre.denomination, "absent de l’extrait"
    if ecart.nature == Nature.CESSE:
        return notre.denomination, f"cessé le {registre.cesse_le:%d/%m/%Y}"
    if ecart.nature == Nature.RENOMME:
        noms = [nom for nom in (registre.denomination, registre.enseigne) if nom]
        return notre.denomination, " / ".join(noms)
    return ", ".join(notre.lignes_adresse), registre.adresse_complete
