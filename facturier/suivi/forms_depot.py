"""Forms of a deposit: the file, the data of the invoice, its documents."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import timezone

from facturier.acces.models import ServiceGestionnaire, Utilisateur
from facturier.commun.saisie import (
    FichiersField,
    FichiersInput,
    SaisieJourField,
    SaisieMontantField,
)
from facturier.grand_livre.models import Parametre, PieceJustificative
from facturier.suivi import saisie as saisies
from facturier.suivi.forms import CommandeField, ServiceField
from facturier.suivi.models import BonCommande, Facture, TypeDepense
from facturier.suivi.saisie import PartTaxe, Saisie
from fournisseurs.models import Etablissement

FICHIERS_PAR_DEPOT = 20  # about ten seconds of reading


def cle_taux(taux: Decimal) -> str:
    """Return the part of a field name that stands for a rate: `11`, `5_5`."""
    return f"{taux.normalize():f}".replace(".", "_")


class FichierForm(forms.Form):
    """Step 1 of a deposit: for which établissement, and the file, or several."""

    etablissement = forms.ModelChoiceField(
        Etablissement.objects.none(), label="Établissement", empty_label="Choisissez"
    )
    fichier = FichiersField(
        maximum=FICHIERS_PAR_DEPOT,
        au_dela="ou passez par l’API",
        label="Fichier de la facture (un ou plusieurs)",
        help_text="PDF, Factur-X, UBL ou CII, 20 Mo au plus chacun, une facture par fichier ; ou "
        "les photos d’une facture papier (JPEG, PNG, HEIC). Un PDF issu d’un logiciel se lit "
        "mieux.",
        allow_empty_file=True,  # refused by the reading, with the others named
        widget=FichiersInput(
            attrs={
                "accept": ".pdf,.xml,.jpg,.jpeg,.png,.heic,.heif,application/pdf,image/jpeg,"
                "image/png,image/heic"
            }
        ),
    )
    photos_separees = forms.BooleanField(
        label="Chaque photo est une facture à part (sinon, elles sont les pages d’une seule)",
        required=False,
    )

    def __init__(self, *arguments: Any, utilisateur: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        choix = Etablissement.objects.visibles_par(utilisateur, "deposer").order_by("denomination")
        champ: Any = self.fields["etablissement"]
        champ.queryset = choix
        uniques = list(choix[:2])
        if len(uniques) == 1:
            champ.initial = uniques[0].pk


class FactureForm(forms.Form):
    """Step 2 of a deposit: the data of the invoice, prefilled with what was read."""

    nature = forms.ChoiceField(
        label="Nature du document",
        choices=Facture.Nature.choices,
        widget=forms.RadioSelect,
        help_text="Un avoir rend tout ou partie d’une facture déjà déposée.",
        error_messages={"required": "Choisissez « Facture » ou « Avoir »."},
    )
    numero_corrige = forms.CharField(
        label="Numéro de la facture corrigée",
        max_length=30,
        required=False,
        help_text="Seulement pour un avoir : il en prend le bon de commande et le service.",
    )
    numero = forms.CharField(
        label="Numéro du document",
        max_length=30,
        error_messages={"required": "Saisissez le numéro de la facture."},
    )
    date_emission = SaisieJourField(
        label="Date du document",
        error_messages={"required": "Saisissez la date de la facture."},
    )
    bon_commande = CommandeField(
        BonCommande.objects.none(),
        label="Bon de commande",
        required=False,
        empty_label="Je n’ai pas de bon de commande",
    )
    service = ServiceField(
        ServiceGestionnaire.objects.order_by("libelle"),
        label="Service qui a commandé",
        required=False,
        help_text="Seulement si vous n’avez pas de bon de commande.",
        empty_label="Choisissez",
    )
    type_depense = forms.ChoiceField(
        label="Ce que vous facturez",
        choices=TypeDepense.choices,
        required=False,
        help_text="Les pièces justificatives à joindre en dépendent.",
    )
    objet = forms.CharField(label="Objet", max_length=100, required=False)
    periode_debut = SaisieJourField(label="Début de la période facturée", required=False)
    periode_fin = SaisieJourField(label="Fin de la période facturée", required=False)
    montant_ht = SaisieMontantField(
        label="Montant hors taxe",
        error_messages={"required": "Saisissez le montant hors taxe."},
    )
    montant_tgc = SaisieMontantField(
        label="TGC",
        help_text="0 si la facture n’en porte pas.",
        error_messages={"required": "Saisissez le montant de la TGC (0 s’il n’y en a pas)."},
    )
    montant_ttc = SaisieMontantField(
        label="Montant TTC", error_messages={"required": "Saisissez le montant TTC."}
    )

    def __init__(self, *arguments: Any, facture: Facture, **options: Any) -> None:
        options["initial"] = _initial(facture)
        super().__init__(*arguments, **options)
        self.facture = facture
        jour = facture.date_emission or timezone.localdate()
        commandes: Any = self.fields["bon_commande"]
        ouvertes = BonCommande.objects.facturables_par(facture.etablissement)
        commandes.queryset = ouvertes.avec_reste()
        self.taux = [
            Decimal(taux) for taux in Parametre.objects.valeur("taux_tgc", jour).split(";")
        ]
        self._ajouter_taux(facture)
        self._marquer(facture.lecture.get("champs", {}))

    def _ajouter_taux(self, facture: Facture) -> None:
        lus = {part.taux: part for part in facture.taxes.all()}
        for taux in self.taux:
            part, cle = lus.get(taux), cle_taux(taux)
            libelle = f"{taux.normalize():f} %"
            self.fields[f"base_{cle}"] = SaisieMontantField(
                label=f"Base à {libelle}", required=False, initial=part.base if part else None
            )
            self.fields[f"taxe_{cle}"] = SaisieMontantField(
                label=f"TGC à {libelle}", required=False, initial=part.taxe if part else None
            )

    def _marquer(self, origines: dict[str, str]) -> None:
        """Say beside each prefilled datum whether it was read for sure, or must be checked."""
        for nom, origine in origines.items():
            champ: Any = self.fields.get(nom)
            if champ is None:
                continue
            if saisies.mention(origine) == "lu dans le fichier":
                champ.lu_dans_le_fichier = True
            else:
                champ.help_text = f"Lu dans le texte du PDF : à vérifier. {champ.help_text}".strip()

    def clean(self) -> dict[str, Any]:
        """Find what an avoir corrects; check the order of the period, as the database does."""
        donnees = super().clean() or {}
        donnees["facture_corrigee"] = self._corrigee(donnees)
        donnees["type_depense"] = donnees.get("type_depense") or TypeDepense.BON_COMMANDE
        debut, fin = donnees.get("periode_debut"), donnees.get("periode_fin")
        if fin and (debut is None or fin < debut):
            self.add_error("periode_fin", "La période finit après avoir commencé.")
        return donnees

    def _corrigee(self, donnees: dict[str, Any]) -> Facture | None:
        numero = donnees.get("numero_corrige")
        if donnees.get("nature") != Facture.Nature.AVOIR:
            return None
        if not numero:
            self.add_error("numero_corrige", "Saisissez le numéro de la facture corrigée.")
            return None
        trouvee = saisies.trouver_corrigee(numero, self.facture.etablissement)
        if trouvee is None:
            self.add_error(
                "numero_corrige",
                "Aucune facture déposée de ce numéro pour cet établissement : vérifiez-le, ou "
                "déposez d’abord la facture.",
            )
        return trouvee

    @property
    def lignes_taxe(self) -> list[tuple[str, Any, Any]]:
        """One row a rate: its name, and its two fields."""
        return [
            (
                f"{taux.normalize():f} %",
                self[f"base_{cle_taux(taux)}"],
                self[f"taxe_{cle_taux(taux)}"],
            )
            for taux in self.taux
        ]

    @property
    def saisie(self) -> Saisie:
        """What was typed, as the act takes it."""
        donnees = {
            nom: valeur
            for nom, valeur in self.cleaned_data.items()
            if not nom.startswith(("base_", "taxe_", "numero_corrige"))
        }
        return Saisie(**donnees, taxes=tuple(self._taxes()))

    def _taxes(self) -> list[PartTaxe]:
        parts = []
        for taux in self.taux:
            base = self.cleaned_data.get(f"base_{cle_taux(taux)}")
            taxe = self.cleaned_data.get(f"taxe_{cle_taux(taux)}")
            if base or taxe:
                parts.append(PartTaxe(taux=taux, base=base or 0, taxe=taxe or 0))
        return parts


class PieceJointeForm(forms.Form):
    """A document added to an invoice."""

    genre = forms.ChoiceField(label="Nature du document", choices=PieceJustificative.Genre.choices)
    fichier = forms.FileField(label="Document", help_text="PDF, XML, PNG, JPEG, HEIC ou XLSX.")


def _initial(facture: Facture) -> dict[str, Any]:
    champs = ["numero", "date_emission", "bon_commande", "service", "objet", "type_depense"]
    champs += ["periode_debut", "periode_fin", "montant_ht", "montant_tgc", "montant_ttc"]
    initial = {champ: getattr(facture, champ) for champ in champs}
    initial["nature"] = facture.nature
    initial["numero_corrige"] = facture.facture_corrigee.numero if facture.facture_corrigee else ""
    if facture.bon_commande:
        initial["service"] = None
    return initial
