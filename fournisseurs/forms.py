"""Forms of the pages about suppliers."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from facturier.commun import banque
from facturier.commun.pays import AIDE_VILLE, choix_pays, code_postal_a_saisir, code_postal_de
from facturier.commun.saisie import SaisieJourField, SaisieRidetField
from fournisseurs.anomalies import CATALOGUE, SERAIT_REJETE
from fournisseurs.complements import objets_possibles
from fournisseurs.coordonnees import Compte
from fournisseurs.demandes import Declaration
from fournisseurs.depots import Preuve
from fournisseurs.models import DemandeEtablissement, Justificatif
from fournisseurs.verifications import (
    Anomalie,
    Referentiel,
    verifier_adresse,
    verifier_telephone,
)

CHAMPS_RIB = ("rib_banque", "rib_guichet", "rib_compte", "rib_cle")
ACCEPTE = {"accept": ".pdf,.png,.jpg,.jpeg,application/pdf,image/png,image/jpeg"}
CHAMPS_DECLARATION = (
    "ridet",
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
)


def _refuser_si_bloquante(anomalies: Iterable[Anomalie]) -> None:
    for anomalie in anomalies:
        if anomalie.est_bloquante:
            raise ValidationError(anomalie.message)


def court() -> forms.TextInput:
    """An input as narrow as what one types in it."""
    return forms.TextInput(attrs={"class": "court", "autocomplete": "off"})


def texte(
    label: str, nom: str, *, requis: bool = True, aide: str = "", est_court: bool = False
) -> forms.CharField:
    """A text as long as the field `nom` of the model accepts."""
    champ: Any = DemandeEtablissement._meta.get_field(nom)
    return forms.CharField(
        label=label,
        max_length=champ.max_length,
        required=requis,
        help_text=aide,
        widget=court() if est_court else None,
    )


def fichier(label: str, *, requis: bool, aide: str = "") -> forms.FileField:
    return forms.FileField(
        label=label,
        required=requis,
        help_text=aide,
        widget=forms.FileInput(attrs=ACCEPTE),
    )


def choisir_pays() -> forms.ChoiceField:
    """The country of an address, before its postal code: abroad, this one may be left empty."""
    return forms.ChoiceField(label="Pays", choices=choix_pays, required=False)


class CompteForm(forms.Form):
    """A bank account: the four fields of the RIB, or the IBAN, or both when they agree."""

    rib_banque = forms.CharField(label="Code banque", max_length=5, required=False, widget=court())
    rib_guichet = forms.CharField(
        label="Code guichet", max_length=5, required=False, widget=court()
    )
    rib_compte = forms.CharField(
        label="Numéro de compte", max_length=11, required=False, widget=court()
    )
    rib_cle = forms.CharField(label="Clé RIB", max_length=2, required=False, widget=court())
    iban = forms.CharField(
        label="IBAN",
        max_length=50,
        required=False,
        help_text="À la place des quatre champs du RIB, ou en plus.",
    )
    bic = forms.CharField(label="BIC", max_length=15, required=False, widget=court())
    titulaire = texte("Titulaire du compte", "titulaire", aide="Tel qu’écrit sur le RIB.")

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for champ in (*CHAMPS_RIB, "iban"):
            self.fields[champ].selon_le_cas = True  # type: ignore[attr-defined]

    def clean_bic(self) -> str:
        """Normalise the BIC."""
        saisi: str = self.cleaned_data["bic"]
        try:
            return banque.normaliser_bic(saisi) if saisi else ""
        except banque.BicInvalide as erreur:
            raise ValidationError(str(erreur)) from erreur

    def clean(self) -> dict[str, Any]:
        """Make one IBAN of the RIB, of the IBAN, or of both when they agree."""
        donnees: dict[str, Any] = super().clean() or {}
        try:
            self._reunir_compte(donnees)
        except banque.RibInvalide as erreur:
            self.add_error("rib_cle", str(erreur))
        except banque.CoordonneesInvalides as erreur:
            self.add_error("iban", str(erreur))
        return donnees

    def _reunir_compte(self, donnees: dict[str, Any]) -> None:
        rib = "".join(donnees.get(champ, "") for champ in CHAMPS_RIB)
        iban_saisi = donnees.get("iban", "")
        if not rib and not iban_saisi:
            self.add_error("rib_banque", "Saisissez les quatre champs du RIB, ou l’IBAN.")
            return
        iban = banque.normaliser_iban(iban_saisi) if iban_saisi else ""
        if rib:
            iban_du_rib = banque.lire_rib(rib).iban
            if iban and iban[4:] != iban_du_rib[4:]:
                self.add_error("iban", "L’IBAN et le RIB ne désignent pas le même compte.")
            iban = iban or iban_du_rib
        donnees["iban"] = iban


class DemandeForm(CompteForm):
    """Everything a person declares to represent an établissement."""

    ridet = SaisieRidetField(
        help_text="Dix chiffres, par exemple 0 300 137.001. Il figure sur l’avis de situation."
    )
    denomination = texte("Dénomination de l’établissement", "denomination")
    fonction = texte("Votre fonction dans l’entreprise", "fonction", aide="Par exemple : gérant.")
    service = texte("Votre service", "service", requis=False)
    adresse_complement = texte(
        "Complément d’adresse",
        "adresse_complement",
        requis=False,
        aide="Immeuble, tribu, lieu-dit.",
    )
    pays = choisir_pays()
    adresse_voie = texte("Voie ou boîte postale", "adresse_voie")
    code_postal = texte("Code postal", "code_postal", requis=False, est_court=True)
    ville = texte("Commune", "ville", aide=AIDE_VILLE)
    telephone = forms.CharField(label="Téléphone", max_length=30, required=False, widget=court())
    courriel = forms.EmailField(label="Adresse électronique de l’établissement", required=False)
    avis_ridet = fichier(
        "Avis de situation au RIDET",
        requis=False,
        aide="PDF ou image. Joignez l’avis de situation ou l’extrait Kbis.",
    )
    kbis = fichier("Extrait Kbis de moins de trois mois", requis=False)
    mandat = fichier(
        "Mandat ou procès-verbal de gérance",
        requis=False,
        aide="Si vous n’êtes pas le représentant légal qui figure sur l’avis ou l’extrait.",
    )
    mandat_valable_jusqu_au = SaisieJourField(label="Mandat valable jusqu’au", required=False)
    rib = fichier("Relevé d’identité bancaire", requis=False, aide="Délivré par la banque.")

    def __init__(self, *arguments: Any, a_deja_fourni: bool = False, **options: Any) -> None:
        """`a_deja_fourni`: documents given for another établissement may do; the act tells."""
        super().__init__(*arguments, **options)
        self.fields["rib"].required = not a_deja_fourni
        for champ in ("avis_ridet", "kbis", "rib"):
            self.fields[champ].selon_le_cas = True  # type: ignore[attr-defined]
        self.a_deja_fourni = a_deja_fourni

    def clean_telephone(self) -> str:
        """Refuse a number that cannot exist."""
        numero: str = self.cleaned_data["telephone"]
        _refuser_si_bloquante(verifier_telephone(numero))
        return numero

    def clean_code_postal(self) -> str:
        """Refuse anything but five digits, or a field left empty abroad."""
        ailleurs = self.cleaned_data.get("pays", "")
        code: str = code_postal_de(self.cleaned_data["code_postal"], ailleurs)
        _refuser_si_bloquante(verifier_adresse(code, "", Referentiel(), pays=ailleurs))
        return code

    def clean(self) -> dict[str, Any]:
        """Ask for one of the two documents that prove that the établissement exists."""
        donnees = super().clean()
        joints = self.files.get("avis_ridet") or self.files.get("kbis")
        if not (joints or self.a_deja_fourni):
            self.add_error("avis_ridet", "Joignez l’avis de situation au RIDET ou l’extrait Kbis.")
        return donnees

    @property
    def declaration(self) -> Declaration:
        """What was declared, once the form is valid."""
        donnees = self.cleaned_data
        return Declaration(
            compte=Compte(donnees["iban"], donnees["bic"], donnees["titulaire"]),
            **{champ: donnees[champ] for champ in CHAMPS_DECLARATION},
        )

    @property
    def preuves(self) -> list[Preuve]:
        """The documents handed in, once the form is valid."""
        return [
            Preuve(
                genre,
                self.cleaned_data[genre].name,
                self.cleaned_data[genre].file,
                self.cleaned_data.get(f"{genre}_valable_jusqu_au"),
            )
            for genre in Justificatif.Genre
            if self.cleaned_data.get(genre)
        ]


class SansChangerLeCompte(forms.Form):
    """An answer: the account stays as it was asked for unless another is typed."""

    compte_demande: Compte

    def _garder_le_compte(self) -> None:
        self.fields["titulaire"].required = False
        self.fields["titulaire"].selon_le_cas = True  # type: ignore[attr-defined]
        self.fields[
            "iban"
        ].help_text = "Laissez le RIB et l’IBAN vides pour ne pas changer le compte."

    def _reunir_compte(self, donnees: dict[str, Any]) -> None:
        donnees["bic"] = donnees.get("bic") or self.compte_demande.bic
        donnees["titulaire"] = donnees.get("titulaire") or self.compte_demande.titulaire
        if any(donnees.get(champ) for champ in (*CHAMPS_RIB, "iban")):
            super()._reunir_compte(donnees)  # type: ignore[misc]
        else:
            donnees["iban"] = self.compte_demande.iban


def reponse() -> forms.CharField:
    """The word that goes with an answer."""
    return forms.CharField(
        label="Votre réponse",
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="Si les corrections et les documents ne suffisent pas.",
    )


class CompleterDemandeForm(SansChangerLeCompte, DemandeForm):
    """The declaration again, to correct, with the documents to add; the RIDET does not change."""

    def __init__(self, *arguments: Any, demande: DemandeEtablissement, **options: Any) -> None:
        self.compte_demande = Compte(demande.iban, demande.bic, demande.titulaire)
        champs = (*CHAMPS_DECLARATION, "bic", "titulaire")
        initial = {champ: getattr(demande, champ) for champ in champs}
        initial["code_postal"] = code_postal_a_saisir(demande.code_postal)
        super().__init__(*arguments, initial=initial, a_deja_fourni=True, **options)
        self.demande = demande
        del self.fields["ridet"]
        self._garder_le_compte()
        self.fields["reponse"] = reponse()

    def clean(self) -> dict[str, Any]:
        """Give back the RIDET of the request."""
        return (super().clean() or {}) | {"ridet": self.demande.ridet}


class RenvoiForm(forms.Form):
    """What is to be completed: a reason beside each document or field that needs one."""

    def __init__(self, *arguments: Any, demande: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for objet, libelle in objets_possibles(demande).items():
            self.fields[objet] = forms.CharField(label=libelle, max_length=300, required=False)
            self.fields[objet].selon_le_cas = True  # type: ignore[attr-defined]

    @property
    def attentes(self) -> dict[str, str]:
        """The reasons typed, by document or field."""
        return {objet: motif for objet, motif in self.cleaned_data.items() if motif}


class MotifForm(forms.Form):
    """The reason of an act."""

    motif = forms.CharField(
        label="Motif",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Dites ce qui ne va pas et ce qu’il faut faire.",
    )


class RechercheForm(forms.Form):
    """Search in the list of tiers."""

    recherche = forms.CharField(
        label="Nom, code, RIDET ou commune",
        required=False,
        max_length=100,
        help_text="le début de chaque mot suffit, dans n’importe quel ordre",
        widget=forms.TextInput({"type": "search", "autocomplete": "off", "spellcheck": "false"}),
    )
    qualite = forms.ChoiceField(
        label="Qualité",
        required=False,
        choices=[("", "Toutes"), ("creancier", "Créanciers"), ("debiteur", "Débiteurs")],
    )
    anomalie = forms.ChoiceField(
        label="Anomalie",
        required=False,
        choices=[
            ("", "Avec ou sans"),
            (SERAIT_REJETE, "Pièces rejetées par la Trésorerie"),
            *((defaut.code, defaut.libelle) for defaut in CATALOGUE.values()),
        ],
    )


class PeriodeForm(forms.Form):
    """Period of a statement."""

    debut = SaisieJourField(label="Du", required=False)
    fin = SaisieJourField(label="Au", required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        donnees: dict[str, Any] = super().clean() or {}
        debut, fin = donnees.get("debut"), donnees.get("fin")
        if debut and fin and fin < debut:
            self.add_error("fin", "La fin de la période précède son début.")
        return donnees
