"""Filters of the supplier's list, kept in the address, and the name under which he keeps them."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode

from django import forms

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.montants import afficher
from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from facturier.suivi.etats import ATTENDENT_FOURNISSEUR, TERMINAUX, EtatFacture
from facturier.suivi.libelles import ETAT_PUBLIC, INTERNES
from facturier.suivi.models import Facture, VueEnregistree
from facturier.suivi.querysets import FactureQuerySet
from fournisseurs.models import Etablissement

SITUATIONS: dict[str, tuple[str, frozenset[EtatFacture]]] = {
    "a_completer": ("À compléter par vous", ATTENDENT_FOURNISSEUR),
    "en_cours": (
        "En cours de traitement",
        frozenset(EtatFacture) - TERMINAUX - {EtatFacture.BROUILLON},
    ),
    "terminees": ("Terminées", TERMINAUX),
}
ETATS_LUS = [etat for etat in EtatFacture if etat not in INTERNES]


class FiltreFacturesForm(forms.Form):
    """What a supplier may ask of his list; what is typed wrong is told, the rest applies."""

    etat = forms.ChoiceField(
        label="État",
        required=False,
        choices=[
            ("", "Tous"),
            ("Situation", [(code, libelle) for code, (libelle, _) in SITUATIONS.items()]),
            ("État précis", [(etat.value, etat.label) for etat in ETATS_LUS]),
        ],
    )
    q = forms.CharField(label="Numéro de facture ou de commande", required=False, max_length=60)
    etablissement: Any = forms.ModelChoiceField(
        Etablissement.objects.none(), label="Établissement", required=False, empty_label="Tous"
    )
    nature = forms.ChoiceField(
        label="Nature",
        required=False,
        choices=[("", "Factures et avoirs"), *((n.value, f"{n.label}s") for n in Facture.Nature)],
    )
    direction = forms.ChoiceField(label="Direction", required=False)
    depuis = SaisieJourField(label="Déposée depuis le", required=False)
    jusqu_au = SaisieJourField(label="Déposée jusqu’au", required=False)
    minimum = SaisieMontantField(label="Montant TTC minimal", required=False)
    maximum = SaisieMontantField(label="Montant TTC maximal", required=False)

    def __init__(self, *arguments: Any, utilisateur: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        visibles = Etablissement.objects.representes_par(utilisateur).order_by("denomination")
        champ: Any = self.fields["etablissement"]
        champ.queryset = visibles
        self.etablissements: list[Etablissement] = list(visibles)
        champ.choices = [("", "Tous"), *((e.pk, str(e)) for e in self.etablissements)]
        champ_direction: Any = self.fields["direction"]
        champ_direction.choices = [("", "Toutes"), *_directions()]

    def clean(self) -> dict[str, Any]:
        """Refuse a period or a bracket of amounts that is upside down."""
        donnees = super().clean() or {}
        depuis, jusqu_au = donnees.get("depuis"), donnees.get("jusqu_au")
        if depuis and jusqu_au and jusqu_au < depuis:
            self.add_error("jusqu_au", "La période finit avant de commencer : échangez les dates.")
        minimum, maximum = donnees.get("minimum"), donnees.get("maximum")
        if minimum is not None and maximum is not None and maximum < minimum:
            self.add_error("maximum", "Le maximum est plus petit que le minimum : échangez-les.")
        return donnees

    @property
    def valeurs(self) -> Mapping[str, Any]:
        """The filters that were typed right."""
        return self.cleaned_data if self.is_bound and hasattr(self, "cleaned_data") else {}

    @property
    def est_filtree(self) -> bool:
        """Whether something was asked for, right or wrong."""
        return any(self.data.get(nom) for nom in self.fields)

    @property
    def est_detaillee(self) -> bool:
        """Whether one of the filters folded away is used."""
        return any(self.data.get(nom) for nom in list(self.fields)[2:])

    def appliquer(self, factures: FactureQuerySet) -> FactureQuerySet:
        """Keep what was asked for."""
        valeurs = self.valeurs
        choix = {
            "etablissement": valeurs.get("etablissement"),
            "nature": valeurs.get("nature"),
            "service__direction": valeurs.get("direction"),
            "montant_ttc__gte": valeurs.get("minimum"),
            "montant_ttc__lte": valeurs.get("maximum"),
        }
        lignes = factures.filter(
            **{nom: valeur for nom, valeur in choix.items() if valeur not in (None, "")}
        ).deposees_entre(valeurs.get("depuis"), valeurs.get("jusqu_au"))
        if etat := valeurs.get("etat"):
            lignes = lignes.filter(etat__in=_etats(etat))
        if recherche := valeurs.get("q"):
            lignes = lignes.portant_le_numero(recherche)
        return lignes

    @property
    def parametres(self) -> str:
        """The filters in use, as they are in the address."""
        return urlencode({nom: self.data[nom] for nom in self.fields if self.data.get(nom)})

    def en_mots(self) -> str:
        """Return the filters in use as a sentence, for the head of a printed list."""
        return ", ".join(self._mots()) or "Toutes les factures"

    def _mots(self) -> Iterator[str]:
        for nom, valeur in self.valeurs.items():
            if valeur in (None, ""):
                continue
            texte = str(valeur)
            if nom == "etat":
                texte = SITUATIONS[valeur][0] if valeur in SITUATIONS else EtatFacture(valeur).label
            elif nom == "nature":
                texte = f"{Facture.Nature(valeur).label}s"
            elif nom in ("minimum", "maximum"):
                texte = afficher(valeur)
            elif nom in ("depuis", "jusqu_au"):
                texte = f"{valeur:%d/%m/%Y}"
            yield f"{self.fields[nom].label} : {texte}"


class VueForm(forms.ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """The name of a view to keep; its filters come with it, hidden."""

    class Meta:
        model = VueEnregistree
        fields = ("nom", "parametres")
        labels = {"nom": "Nom de la vue"}
        widgets = {"parametres": forms.HiddenInput}
        error_messages = {
            "nom": {"required": "Donnez un nom à cette vue."},
            "parametres": {"required": "Choisissez d’abord des filtres : la vue les garde."},
        }


def _etats(choix: str) -> set[EtatFacture]:
    """Return the states that a choice stands for; one shown may hide one that stays inside."""
    if choix in SITUATIONS:
        return set(SITUATIONS[choix][1])
    lu = EtatFacture(choix)
    return {lu} | {interne for interne, public in ETAT_PUBLIC.items() if public == lu}


def _directions() -> list[tuple[str, str]]:
    noms = ServiceGestionnaire.objects.order_by("direction").values_list("direction", flat=True)
    return [(nom, nom) for nom in dict.fromkeys(noms)]
