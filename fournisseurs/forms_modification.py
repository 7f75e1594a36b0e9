"""Forms of the pages about demandes de modification: one per kind of datum, then the acts."""

from collections.abc import Mapping
from typing import Any

from django import forms

from facturier.commun.pays import AIDE_VILLE, code_postal_a_saisir
from facturier.grand_livre.models import NatureJuridique
from fournisseurs.coordonnees import Compte
from fournisseurs.depots import Preuve
from fournisseurs.forms import (
    CompteForm,
    SansChangerLeCompte,
    choisir_pays,
    court,
    fichier,
    reponse,
    texte,
)
from fournisseurs.models import (
    ContactConnu,
    ContreAppel,
    DemandeModification,
    Etablissement,
    GenreModification,
    Justificatif,
)
from fournisseurs.modifications.donnees import CHAMPS, lire
from fournisseurs.modifications.pieces import EXIGENCES, retenir


class ModificationForm(forms.Form):
    """What every change asks for besides its values: documents, and the channel for an agent."""

    genre = ""

    def __init__(
        self,
        donnees: Any,
        fichiers: Any,
        *,
        etablissement: Etablissement,
        par_agent: bool,
        d_apres: Mapping[str, str] | None = None,
    ) -> None:
        """`d_apres`: values to propose in place of ours, and the channel they come through."""
        initiales = self._initiales(etablissement) | dict(d_apres or {})
        super().__init__(donnees, fichiers, initial=initiales)
        self.etablissement = etablissement
        self._ajouter_documents()
        if par_agent:
            self.fields["canal"] = forms.ChoiceField(
                label="Comment la demande vous est-elle parvenue ?",
                choices=[
                    choix
                    for choix in DemandeModification.Canal.choices[1:]
                    if d_apres or choix[0] != DemandeModification.Canal.REGISTRE
                ],
                widget=forms.RadioSelect,
            )

    def _initiales(self, etablissement: Etablissement) -> dict[str, str]:
        initiales = lire(etablissement, self.genre)
        if "code_postal" in initiales:
            initiales["code_postal"] = code_postal_a_saisir(initiales["code_postal"])
        return initiales

    def _ajouter_documents(self) -> None:
        genres = [genre for exigence in EXIGENCES[self.genre] for genre in exigence.genres]
        aides = {exigence.genres[0]: exigence.aide for exigence in EXIGENCES[self.genre]}
        for genre in genres:
            self.fields[f"piece_{genre}"] = fichier(
                str(genre.label), requis=False, aide=aides.get(genre, "PDF ou image.")
            )
            self.fields[f"piece_{genre}"].selon_le_cas = True  # type: ignore[attr-defined]
        self.fields["piece_autre"] = fichier(
            "Autre document utile", requis=False, aide="Si vous voulez appuyer votre demande."
        )

    def clean(self) -> dict[str, Any]:
        """Tell what is missing with the other errors: one round is enough."""
        donnees: dict[str, Any] = super().clean() or {}
        remis = [
            genre for genre in Justificatif.Genre if self.files.get(f"piece_{genre}") is not None
        ]
        self._exiger_documents(
            remis, {champ: donnees.get(champ, "") for champ in CHAMPS[self.genre]}
        )
        return donnees

    def _exiger_documents(
        self, remis: list[Justificatif.Genre], valeurs: Mapping[str, str]
    ) -> None:
        reprise = retenir(self.etablissement, self.genre, remis=remis, valeurs=valeurs)
        for exigence in reprise.manquantes:
            self.add_error(exigence.champ, f"Joignez : {exigence.libelle}.")

    @property
    def saisies(self) -> dict[str, str]:
        """The values typed, once the form is valid."""
        return {champ: self.cleaned_data.get(champ, "") for champ in CHAMPS[self.genre]}

    @property
    def preuves(self) -> list[Preuve]:
        """The documents handed in, once the form is valid."""
        return [
            Preuve(genre, document.name, document.file)
            for genre in Justificatif.Genre
            if (document := self.cleaned_data.get(f"piece_{genre}"))
        ]


class AdresseForm(ModificationForm):
    """Where to write to the établissement."""

    genre = GenreModification.ADRESSE
    pays = choisir_pays()
    adresse_complement = texte(
        "Complément d’adresse",
        "adresse_complement",
        requis=False,
        aide="Immeuble, tribu, lieu-dit.",
    )
    adresse_voie = texte("Voie ou boîte postale", "adresse_voie")
    code_postal = texte("Code postal", "code_postal", requis=False, est_court=True)
    ville = texte("Commune", "ville", aide=AIDE_VILLE)


class ContactsForm(ModificationForm):
    """How to reach the établissement."""

    genre = GenreModification.CONTACTS
    telephone = forms.CharField(label="Téléphone", max_length=30, required=False, widget=court())
    courriel = forms.EmailField(label="Adresse électronique de l’établissement", required=False)


class ComptePrincipalForm(ModificationForm, CompteForm):
    """The bank account of the enterprise; the form begins empty, as the RIB must be copied."""

    genre = GenreModification.COMPTE_PRINCIPAL

    def _initiales(self, etablissement: Etablissement) -> dict[str, str]:
        return {}


class CompteEtablissementForm(ComptePrincipalForm):
    """The bank account of one établissement."""

    genre = GenreModification.COMPTE_ETABLISSEMENT


class NomForm(ModificationForm):
    """Names, as the register writes them."""

    genre = GenreModification.NOM
    nom = forms.CharField(
        label="Nom de l’entreprise", max_length=100, help_text="Tel qu’écrit au registre."
    )
    nom_commercial = forms.CharField(label="Nom commercial", max_length=100, required=False)
    denomination = texte("Enseigne de l’établissement", "denomination")


class FormeJuridiqueForm(ModificationForm):
    """Legal form, in the words of the treasury."""

    genre = GenreModification.FORME_JURIDIQUE
    nature_juridique = forms.ChoiceField(label="Forme juridique", choices=NatureJuridique.choices)


class RepresentantsForm(ModificationForm):
    """Those who bind the enterprise by law."""

    genre = GenreModification.REPRESENTANTS
    representants = forms.CharField(
        label="Représentants légaux",
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="Une personne par ligne : prénom et nom, une virgule, puis la qualité. Par "
        "exemple : Jeanne Fictive, gérante.",
    )


FORMULAIRES: Mapping[str, type[ModificationForm]] = {
    classe.genre: classe
    for classe in (
        AdresseForm,
        ContactsForm,
        ComptePrincipalForm,
        CompteEtablissementForm,
        NomForm,
        FormeJuridiqueForm,
        RepresentantsForm,
    )
}


class ReponseForm(SansChangerLeCompte, ModificationForm):
    """An answer to what an agent asked to complete; the act tells what is still missing."""

    def __init__(self, donnees: Any, fichiers: Any, *, demande: DemandeModification) -> None:
        self.demande = demande
        super().__init__(donnees, fichiers, etablissement=demande.etablissement, par_agent=False)
        if demande.est_compte:
            self._garder_le_compte()
        self.fields["reponse"] = reponse()

    def _initiales(self, etablissement: Etablissement) -> dict[str, str]:
        valeurs = lire(etablissement, self.genre)
        valeurs |= dict(self.demande.champs.values_list("champ", "apres"))
        if self.demande.est_compte:
            iban = valeurs.pop("iban")
            self.compte_demande = Compte(iban, valeurs["bic"], valeurs["titulaire"])
        return valeurs

    def _exiger_documents(
        self, remis: list[Justificatif.Genre], valeurs: Mapping[str, str]
    ) -> None:
        """Leave it to the act, which knows those joined already."""


REPONSES: Mapping[str, type[ReponseForm]] = {
    genre: type(f"Reponse{classe.__name__}", (ReponseForm, classe), {})
    for genre, classe in FORMULAIRES.items()
}


class AppelForm(forms.Form):
    """A call back: the number comes from those on record before the request."""

    contact = forms.ModelChoiceField(
        label="Numéro appelé",
        queryset=ContactConnu.objects.none(),
        required=False,
        empty_label=None,
        widget=forms.RadioSelect,
        help_text="Seuls les numéros connus avant la demande sont proposés.",
    )
    interlocuteur = forms.CharField(
        label="Qui a répondu ?", max_length=100, required=False, help_text="Nom et fonction."
    )
    resultat = forms.ChoiceField(
        label="Résultat", choices=ContreAppel.Resultat.choices, widget=forms.RadioSelect
    )
    commentaire = forms.CharField(
        label="Commentaire", required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, donnees: Any = None, *, demande: DemandeModification) -> None:
        super().__init__(donnees)
        self.fields["interlocuteur"].selon_le_cas = True  # type: ignore[attr-defined]
        numeros = demande.contacts.filter(genre=ContactConnu.Genre.TELEPHONE)
        if numeros.exists():
            self.fields["contact"].queryset = numeros  # type: ignore[attr-defined]
            self.fields["contact"].required = True
        else:
            del self.fields["contact"]
            self.fields["interlocuteur"].label = "Qui s’est présenté au guichet ?"
            self.fields["interlocuteur"].help_text = "Nom, fonction, pièce d’identité vue."
