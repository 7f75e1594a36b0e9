"""Forms: wording and shape only; the rules are in the acts."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.saisie import SaisieJourField
from facturier.commun.templatetags.coquille import francs
from facturier.grand_livre.models import Mandat, PieceJustificative
from facturier.suivi.instruction import Retour, motifs
from facturier.suivi.models import (
    Abonnement,
    BonCommande,
    EnvoiAvis,
    Facture,
    MotifRetour,
    RangPaiement,
    TypeAvis,
    TypeDepense,
    normaliser_numero,
)


class ServiceField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """A service by the names that a supplier knows, without the code."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the service, and its direction."""
        return f"{obj.libelle} ({obj.direction})"


class CommandeField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not subscriptable at run time
    """An order with what is left to invoice on it; the queryset comes with `avec_reste`."""

    def label_from_instance(self, obj: Any) -> str:
        """Return number, object, and the amount left."""
        return f"{obj} (reste {francs(max(obj.montant_restant, 0))} à facturer)"


class ReponseForm(forms.Form):
    """The answer of the supplier to a return."""

    reponse = forms.CharField(
        label="Votre réponse", widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    genre = forms.ChoiceField(
        label="Nature du document joint",
        choices=PieceJustificative.Genre.choices,
        initial=PieceJustificative.Genre.AUTRE,
        required=False,
    )
    fichier = forms.FileField(
        label="Document demandé", required=False, help_text="PDF, XML, PNG, JPEG, HEIC ou XLSX."
    )


class MotifForm(forms.Form):
    """Why an act is done."""

    motif = forms.CharField(label="Motif", widget=forms.Textarea(attrs={"rows": 3}), max_length=500)


class DestinataireForm(forms.Form):
    """The right order, or the right service."""

    bon_commande = CommandeField(
        BonCommande.objects.none(),
        label="Bon de commande",
        required=False,
        empty_label="Aucun bon de commande",
    )
    service = ServiceField(
        ServiceGestionnaire.objects.order_by("libelle"),
        label="Service qui a commandé",
        required=False,
        empty_label="Choisissez",
    )

    def __init__(self, *arguments: Any, facture: Facture, **options: Any) -> None:
        super().__init__(*arguments, **options)
        commandes: Any = self.fields["bon_commande"]
        ouvertes = BonCommande.objects.facturables_par(facture.etablissement)
        commandes.queryset = ouvertes.avec_reste()


class CertificationForm(forms.Form):
    """The day of the service fait."""

    date_service_fait = SaisieJourField(
        label="Date du service fait", au_plus_tard=timezone.localdate
    )
    commentaire = forms.CharField(
        label="Commentaire", required=False, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *arguments: Any, facture: Facture, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.facture = facture


class RetourForm(forms.Form):
    """Reason, value expected and comment of a return."""

    motif: Any = forms.ModelChoiceField(
        MotifRetour.objects.none(),
        widget=forms.RadioSelect,
        empty_label=None,
        error_messages={"required": "Choisissez un motif."},
    )
    valeur_attendue = forms.CharField(
        label="Valeur attendue",
        max_length=200,
        required=False,
        help_text="Ce que la facture devrait porter, par exemple le montant exact.",
    )
    numero_doublon = forms.CharField(
        label="Numéro de la facture déjà déposée",
        max_length=30,
        required=False,
        help_text="Seulement pour un doublon : le fournisseur en verra le lien.",
    )
    commentaire = forms.CharField(
        label="Précision pour le fournisseur",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *arguments: Any, facture: Facture, nature: str, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.facture = facture
        choix: Any = self.fields["motif"]
        choix.queryset = motifs(nature)
        if nature != "rejet":
            del self.fields["numero_doublon"]

    def clean_numero_doublon(self) -> Facture | None:
        """Find the invoice that the number designates, for the same supplier."""
        numero = self.cleaned_data["numero_doublon"]
        if not numero:
            return None
        trouvee: Facture | None = (
            Facture.objects.vivantes()
            .du_meme_fournisseur(self.facture)
            .filter(numero_normalise=normaliser_numero(numero))
            .first()
        )
        if trouvee is None:
            raise ValidationError("Ce fournisseur n’a pas d’autre facture de ce numéro.")
        return trouvee

    @property
    def retour(self) -> Retour:
        """The return, as the act takes it."""
        donnees = self.cleaned_data
        return Retour(
            motif=donnees["motif"],
            valeur_attendue=donnees["valeur_attendue"],
            commentaire=donnees["commentaire"],
            doublon_de=donnees.get("numero_doublon"),
        )


class MessageForm(forms.Form):
    """A question or an answer."""

    texte = forms.CharField(
        label="Votre message", max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class MessageInterneForm(MessageForm):
    """The same, for staff, who may keep it inside the province."""

    est_interne = forms.BooleanField(
        label="Message interne, que le fournisseur ne voit pas", required=False
    )


class AvisForm(forms.Form):
    """How one wants each kind of notice by mail."""

    def __init__(self, *arguments: Any, utilisateur: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.utilisateur = utilisateur
        choisis = dict(
            Abonnement.objects.filter(utilisateur=utilisateur).values_list("type_avis", "envoi")
        )
        for type_avis in TypeAvis:
            self.fields[type_avis.value] = forms.ChoiceField(
                label=type_avis.label,
                choices=EnvoiAvis.choices,
                initial=choisis.get(type_avis.value, EnvoiAvis.IMMEDIAT),
            )

    def enregistrer(self) -> None:
        """Keep one choice a kind of notice, in one statement."""
        Abonnement.objects.bulk_create(
            [
                Abonnement(utilisateur=self.utilisateur, type_avis=type_avis, envoi=envoi)
                for type_avis, envoi in self.cleaned_data.items()
            ],
            update_conflicts=True,
            unique_fields=["utilisateur", "type_avis"],
            update_fields=["envoi"],
        )


class MandatementForm(forms.Form):
    """The invoices to pay by one mandat, and the kind of expense."""

    factures = forms.ModelMultipleChoiceField(
        Facture.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    type_depense = forms.ChoiceField(label="Type de dépense", choices=TypeDepense.choices)
    rang = forms.ChoiceField(
        label="Rang du paiement",
        required=False,
        choices=[("", "Selon les mandats précédents"), *RangPaiement.choices],
    )

    def __init__(self, *arguments: Any, factures: QuerySet[Facture], **options: Any) -> None:
        super().__init__(*arguments, **options)
        choix: Any = self.fields["factures"]
        choix.queryset = factures


class BordereauForm(forms.Form):
    """The mandats to list on a bordereau."""

    mandats = forms.ModelMultipleChoiceField(
        Mandat.objects.none(), widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *arguments: Any, mandats: QuerySet[Any], **options: Any) -> None:
        super().__init__(*arguments, **options)
        choix: Any = self.fields["mandats"]
        choix.queryset = mandats


def filtrer_texte(factures: Any, recherche: str) -> Any:
    """Keep the invoices whose number, order or supplier contains what was typed."""
    texte = recherche.strip()
    if not texte:
        return factures
    return factures.correspondant_a(texte)
