"""Forms of payers, counters and staff."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError

from facturier.acces.models import ServiceGestionnaire
from facturier.commun.cartes import FormulaireSansCarte
from facturier.commun.fichiers import taille_lisible
from facturier.commun.montants import afficher
from facturier.commun.pays import AIDE_VILLE, choix_pays, code_postal_de, ecart_de_pays
from facturier.commun.saisie import (
    FichiersField,
    FichiersInput,
    SaisieJourField,
    SaisieMontantField,
)
from facturier.commun.transmissible import exiger_transmissible
from facturier.grand_livre.models import EtatPiece, Tiers, Titre
from fournisseurs.coordonnees import Compte
from fournisseurs.forms import ACCEPTE, CHAMPS_RIB, CompteForm
from telepaiement.models import (
    DOCUMENTS_MAXIMUM,
    ECHEANCES_MAXIMUM,
    ECHEANCES_MINIMUM,
    Guichet,
    Mode,
    NatureDemande,
    Produit,
)
from telepaiement.titres import ADRESSE_EXIGEE, CHAMPS_ADRESSE, adresse_connue

CODE_CARTE = r"^[0-9]{4}$"
NUMERO_CHEQUE: dict[str, Any] = {  # a bank names a cheque that it takes back by its digits alone
    "regex": r"^[0-9]{5,20}$",
    "label": "Numéro du chèque",
    "error_messages": {"invalid": "Recopiez les chiffres du chèque, au moins cinq : 0001234."},
}
A_RECHOISIR = (
    "Choisissez de nouveau vos documents : le navigateur ne les garde pas quand la demande est à "
    "corriger."
)


class RechercheForm(FormulaireSansCarte):
    """The two elements that identify a debt."""

    reference = forms.CharField(
        label="Référence du titre",
        max_length=30,
        help_text="En haut de votre avis, par exemple 2026-T-000123.",
        widget=forms.TextInput({"autocomplete": "off", "class": "court"}),
    )
    cle = forms.CharField(
        label="Clé de paiement",
        max_length=20,
        help_text="Dix lettres et chiffres, à côté du code à scanner.",
        widget=forms.TextInput({"autocomplete": "off", "class": "court", "spellcheck": "false"}),
    )


class ReglementForm(FormulaireSansCarte):
    """What the payer adds before paying; with an échéancier, how many instalments he pays."""

    echeances = forms.TypedChoiceField(
        label="Ce que vous payez", coerce=int, widget=forms.RadioSelect
    )
    courriel = forms.EmailField(
        label="Adresse électronique",
        required=False,
        help_text="Pour recevoir la quittance. Elle ne sert à rien d’autre.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )

    def __init__(
        self, *arguments: Any, choix: Sequence[tuple[int, int]] = (), **options: Any
    ) -> None:
        """Take `choix`: numbers of instalments and their francs; without any, the whole."""
        super().__init__(*arguments, **options)
        if not choix:
            del self.fields["echeances"]
            return
        champ = self.fields["echeances"]
        champ.choices = [  # type: ignore[attr-defined]
            (nombre, _libelle_choix(nombre, montant, len(choix))) for nombre, montant in choix
        ]
        champ.initial = 1


def _libelle_choix(nombre: int, montant: int, total: int) -> str:
    somme = afficher(montant)
    if nombre == total:
        return f"Tout ce qui reste dû : {somme}"
    if nombre == 1:
        return f"La prochaine échéance : {somme}"
    return f"Les {nombre} prochaines échéances : {somme}"


class CourrielForm(FormulaireSansCarte):
    """Where to send a receipt once the payment is made."""

    courriel = forms.EmailField(
        label="Adresse électronique", widget=forms.EmailInput({"autocomplete": "email"})
    )


class EnvoiForm(CourrielForm):
    """Where a counter sends a receipt or a link; sent once the payer has read it again."""

    relue = forms.CharField(required=False, widget=forms.HiddenInput())

    def demander_de_relire(self) -> None:
        """Keep the address that was typed, hidden, for the next step to confirm it."""
        self.fields["courriel"].widget = forms.HiddenInput()
        self.data = {**self.cleaned_data, "relue": self.cleaned_data["courriel"]}

    @property
    def est_relue(self) -> bool:
        """Whether the address that is confirmed is the one that was shown."""
        return bool(self.cleaned_data["relue"] == self.cleaned_data["courriel"])


class DemandeForm(FormulaireSansCarte):
    """What a debtor asks about a titre."""

    nombre_souhaite = forms.TypedChoiceField(
        label="En combien de fois souhaitez-vous payer ?",
        coerce=int,
        choices=[
            (nombre, f"{nombre} fois") for nombre in range(ECHEANCES_MINIMUM, ECHEANCES_MAXIMUM + 1)
        ],
    )
    texte = forms.CharField(
        max_length=2000,
        widget=forms.Textarea({"rows": 6}),
    )
    documents = FichiersField(
        label="Documents à joindre",
        maximum=DOCUMENTS_MAXIMUM,
        au_dela="ou réunissez-les dans un seul PDF",
        required=False,
        allow_empty_file=True,  # refused when it is received, with its name
        widget=FichiersInput(attrs={**ACCEPTE}),
    )
    courriel = forms.EmailField(
        label="Adresse électronique",
        required=False,
        help_text="Pour recevoir la réponse. Sans elle, la réponse se lit ici, avec votre avis.",
        widget=forms.EmailInput({"autocomplete": "email"}),
    )
    TEXTES = {
        NatureDemande.CONTESTATION: (
            "Pourquoi contestez-vous cette somme ?",
            "Dites ce qui est faux (la personne, l’objet, la quantité, le tarif) et depuis quand.",
        ),
        NatureDemande.ECHEANCIER: (
            "Pourquoi demandez-vous à payer en plusieurs fois ?",
            "Quelques mots sur votre situation suffisent.",
        ),
        NatureDemande.RATTACHEMENT: (
            "Qui êtes-vous pour ce débiteur ?",
            "Par exemple : c’est moi, je suis son gérant, je suis son tuteur.",
        ),
    }

    def __init__(self, *arguments: Any, nature: str, **options: Any) -> None:
        """Take `nature`, which words the question."""
        super().__init__(*arguments, **options)
        question, aide = self.TEXTES[NatureDemande(nature)]
        self.fields["texte"].label, self.fields["texte"].help_text = question, aide
        self.fields["documents"].help_text = (
            f"{DOCUMENTS_MAXIMUM} au plus, PDF, JPEG ou PNG, "
            f"{taille_lisible(settings.TAILLE_MAXIMALE_DEPOT)} au plus chacun. Choisissez-les "
            "tous à la fois."
        )
        if nature != NatureDemande.ECHEANCIER:
            del self.fields["nombre_souhaite"]

    def redemander_les_documents(self) -> None:
        """Say, once the request is refused, that the files it was not refused for are lost too."""
        choisis = self.files.getlist("documents") if self.files else []
        if "documents" in self.fields and len(choisis) > len(self.errors.get("documents", [])):
            self.add_error("documents", A_RECHOISIR)


class DecisionForm(FormulaireSansCarte):
    """The answer to a request."""

    reponse = forms.CharField(
        label="Réponse",
        max_length=2000,
        help_text="Le demandeur la lit telle quelle.",
        widget=forms.Textarea({"rows": 5}),
    )


class EcheanceForm(FormulaireSansCarte):
    """One instalment to agree on; a row left empty counts for nothing."""

    le = SaisieJourField(label="À payer avant le")
    montant = SaisieMontantField(label="Montant", minimum=1)


EcheancesFormSet = forms.formset_factory(
    EcheanceForm, extra=0, max_num=ECHEANCES_MAXIMUM, validate_max=True
)


class VerificationForm(FormulaireSansCarte):
    """The code printed on a receipt."""

    code = forms.CharField(
        label="Code de vérification",
        max_length=20,
        help_text="Douze lettres et chiffres, au bas de la quittance ou du reçu.",
        widget=forms.TextInput({"autocomplete": "off", "class": "court"}),
    )


class OuvertureForm(FormulaireSansCarte):
    """Opening a till."""

    guichet = forms.ModelChoiceField(
        Guichet.objects.filter(est_ouvert=True).select_related("regie"),
        label="Guichet",
        empty_label="Choisissez",
    )
    fonds_caisse = SaisieMontantField(
        label="Fonds de caisse", help_text="Ce que contient la caisse avant le premier paiement."
    )


class EncaissementForm(FormulaireSansCarte):
    """A payment at the counter: the fields of its mode, all of them needed."""

    montant = SaisieMontantField(label="Montant", minimum=1)
    somme_remise = SaisieMontantField(
        label="Somme remise", help_text="La monnaie à rendre est calculée à la page suivante."
    )
    numero_ticket = forms.CharField(label="Numéro de ticket", max_length=20)
    numero_autorisation = forms.CharField(label="Numéro d’autorisation", max_length=20)
    quatre_derniers = forms.RegexField(
        CODE_CARTE,
        label="Quatre derniers chiffres de la carte",
        required=False,
        help_text="Jamais le numéro entier.",
        error_messages={"invalid": "Saisissez quatre chiffres, et jamais le numéro de la carte."},
    )
    banque = forms.CharField(max_length=60)
    numero_cheque = forms.RegexField(**NUMERO_CHEQUE)
    tireur = forms.CharField(max_length=100, help_text="Le nom du titulaire du chèque.")
    reference_virement = forms.CharField(label="Référence du virement", max_length=60)

    CHAMPS = {
        Mode.ESPECES: ("montant", "somme_remise"),
        Mode.TPE: ("montant", "numero_ticket", "numero_autorisation", "quatre_derniers"),
        Mode.CHEQUE: ("montant", "banque", "numero_cheque", "tireur"),
        Mode.VIREMENT: ("montant", "reference_virement"),
    }

    def __init__(self, *args: Any, mode: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields = {nom: self.fields[nom] for nom in self.CHAMPS[Mode(mode)]}


class MotifForm(FormulaireSansCarte):
    """Why something is undone."""

    motif = forms.CharField(max_length=200, help_text="Il reste dans l’historique.")


class ReductionTitreForm(FormulaireSansCarte):
    """What is taken back from a titre, and the act that founds it."""

    rang = forms.TypedChoiceField(label="Imputation", coerce=int)
    montant_ht = SaisieMontantField(label="Montant hors taxe à réduire", minimum=1)
    montant_tgc = SaisieMontantField(label="TGC à réduire")
    motif = forms.CharField(max_length=60, help_text="Il figure sur la pièce de réduction.")
    fichier = forms.FileField(label="Acte qui fonde la réduction", help_text="PDF.")

    def __init__(self, *args: Any, titre: Titre, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lignes = titre.lignes_piece.select_related("compte").order_by("rang")
        champs: Any = self.fields
        champs["montant_tgc"].initial = 0
        champs["rang"].choices = [
            (ligne.rang, f"{ligne.compte.numero}, {afficher(ligne.montant_ttc)}")
            for ligne in lignes
        ]


class RemboursementForm(FormulaireSansCarte):
    """A refund to ask for. `disponible` is what the page showed, sent back with it."""

    montant = SaisieMontantField(label="Montant à rendre", minimum=1)
    motif = forms.CharField(max_length=200, help_text="Il figure sur le reçu que le payeur reçoit.")
    disponible = forms.IntegerField(min_value=0, widget=forms.HiddenInput())


class VirementForm(RemboursementForm, CompteForm):
    """A refund by transfer to ask for, with the account of the payer unless it is known."""

    courriel = forms.EmailField(
        label="Adresse électronique du payeur",
        required=False,
        help_text="Le reçu lui est envoyé quand le virement est fait.",
    )
    field_order = ("montant", "motif", "titulaire", *CHAMPS_RIB, "iban", "bic", "courriel")

    def __init__(self, *arguments: Any, est_verifie: bool, **options: Any) -> None:
        """Take `est_verifie`: the account is known, and is not typed."""
        super().__init__(*arguments, **options)
        self.est_verifie = est_verifie
        if est_verifie:
            for champ in (*CHAMPS_RIB, "iban", "bic", "titulaire"):
                del self.fields[champ]

    def clean(self) -> dict[str, Any]:
        """Read the account, when one is asked for."""
        return self.cleaned_data if self.est_verifie else super().clean()

    def _post_clean(self) -> None:
        """Look for card numbers everywhere but in the IBAN, whose digits may look like one."""
        iban = self.cleaned_data.pop("iban", None)
        super()._post_clean()
        if iban is not None:
            self.cleaned_data["iban"] = iban

    @property
    def compte(self) -> Compte | None:
        """The account typed; None when it is known."""
        if self.est_verifie:
            return None
        lues = self.cleaned_data
        return Compte(lues["iban"], lues["bic"], lues["titulaire"])


class ExecutionForm(FormulaireSansCarte):
    """When a transfer left the bank, and under which reference."""

    jour = SaisieJourField(label="Date du virement")
    reference = forms.CharField(
        label="Référence à la banque",
        max_length=60,
        help_text="Celle du bordereau ou de la ligne de virement.",
    )


class RestitutionForm(ExecutionForm):
    """What the treasury gave back to a debtor, when, and under which reference."""

    montant = SaisieMontantField(label="Montant rendu", minimum=1)
    field_order = ("montant", "jour", "reference")


class RetourForm(FormulaireSansCarte):
    """On which titre of the sale a refund is put, and why."""

    titre = forms.TypedChoiceField(label="Titre", coerce=int)
    motif = forms.CharField(max_length=200, help_text="Il reste dans l’historique.")

    def __init__(self, *arguments: Any, choix: list[tuple[int, str]], **options: Any) -> None:
        super().__init__(*arguments, **options)
        champs: Any = self.fields
        champs["titre"].choices = choix


class FiltreTitresForm(FormulaireSansCarte):
    """Filters of the list of titres."""

    q = forms.CharField(label="Référence ou nom", required=False, max_length=100)
    etat = forms.ChoiceField(
        label="État", required=False, choices=[("", "Tous les états"), *EtatPiece.choices]
    )
    exercice = forms.IntegerField(required=False, min_value=2000, max_value=2100)


ADRESSE_INCONNUE = "Nous ne connaissons pas l’adresse de ce débiteur : saisissez-la en entier."


class TitreForm(FormulaireSansCarte):
    """A titre de recettes to issue."""

    tiers = forms.ModelChoiceField(
        Tiers.objects.filter(absorbe_par__isnull=True),
        label="Code du débiteur",
        to_field_name="code",
        widget=forms.TextInput({"autocomplete": "off", "class": "court"}),
        help_text="Le code d’un tiers qui existe déjà.",
        error_messages={"invalid_choice": "Aucun tiers ne porte ce code : créez-le d’abord."},
    )
    adresse_complement = forms.CharField(
        label="Complément d’adresse",
        max_length=38,
        required=False,
        validators=[exiger_transmissible],
        help_text="Laissez les champs de l’adresse vides : celle que nous connaissons du "
        "débiteur est reprise. Ne la saisissez que s’il n’en a pas, ou pour en employer une autre.",
    )
    pays = forms.ChoiceField(choices=choix_pays, required=False)
    adresse_voie = forms.CharField(
        label="Voie ou boîte postale",
        max_length=38,
        required=False,
        validators=[exiger_transmissible],
    )
    code_postal = forms.RegexField(
        r"^[0-9]{5}$",
        label="Code postal",
        required=False,
        widget=forms.TextInput({"class": "court", "inputmode": "numeric"}),
        error_messages={
            "invalid": "Saisissez les cinq chiffres du code postal ; à l’étranger, laissez-le vide."
        },
    )
    ville = forms.CharField(
        label="Commune",
        max_length=38,
        required=False,
        help_text=AIDE_VILLE,
        validators=[exiger_transmissible],
    )
    service = forms.ModelChoiceField(
        ServiceGestionnaire.objects.all(), label="Service gestionnaire", empty_label="Choisissez"
    )
    produit = forms.ModelChoiceField(
        Produit.objects.all(), label="Produit", empty_label="Choisissez"
    )
    fonction = forms.CharField(
        max_length=10, required=False, widget=forms.TextInput({"class": "court"})
    )
    objet = forms.CharField(max_length=100, validators=[exiger_transmissible])
    bases_liquidation = forms.CharField(
        label="Bases de liquidation",
        widget=forms.Textarea({"rows": 4}),
        validators=[exiger_transmissible],
        help_text="Texte, quantités et tarif : sans elles, le titre est irrégulier.",
    )
    montant_ht = SaisieMontantField(label="Montant hors taxe", minimum=1)
    montant_tgc = SaisieMontantField(label="TGC", required=False)
    date_echeance = SaisieJourField(label="Date d’échéance", required=False)

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        for champ in ADRESSE_EXIGEE:
            self.fields[champ].selon_le_cas = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Take the address we know when none is typed; ask for what is missing of another."""
        donnees: dict[str, Any] = super().clean() or {}
        tiers = donnees.get("tiers")
        if tiers is None or any(champ in self.errors for champ in CHAMPS_ADRESSE):
            return donnees
        if not any(donnees[champ] for champ in CHAMPS_ADRESSE):
            donnees |= adresse_connue(tiers)
        donnees["code_postal"] = code_postal_de(donnees["code_postal"], donnees["pays"])
        if ecart := ecart_de_pays(donnees["code_postal"], donnees["pays"]):
            self.add_error(*ecart)
            return donnees
        for champ in ADRESSE_EXIGEE:
            if not donnees[champ]:
                self.add_error(champ, ValidationError(ADRESSE_INCONNUE, code="required"))
        return donnees
