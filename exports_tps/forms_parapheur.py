"""Forms of the parapheur: comments, circuits, powers, signed files."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils import timezone

from exports_tps.circuits import Etape, sans_role
from exports_tps.models.parapheur import ROLES_VISEURS
from exports_tps.pouvoirs import A_ACCORDER, refus_de_deleguer, refus_de_suppleer
from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun.confirmation import rapporter
from facturier.commun.saisie import SaisieJourField, SaisieMontantField
from facturier.grand_livre.models import SensPiece

ETAPES = 4  # visas of one circuit


def personnes(*roles: Role) -> QuerySet[Utilisateur]:
    """Return the active people who hold one of `roles`."""
    return (
        Utilisateur.objects.filter(is_active=True, attributions__role__in=roles)
        .order_by("nom", "prenom", "pk")
        .distinct()
    )


def proposer(champ: Any, autres: QuerySet[Utilisateur]) -> None:
    """Let a field choose one of `autres`; where there is nobody, say what is to be done."""
    champ.queryset = autres
    if not autres.exists():
        champ.help_text = f"Personne d’autre n’a ce rôle : {A_ACCORDER}."


class VisaForm(forms.Form):
    """A remark with a visa."""

    commentaire = forms.CharField(
        label="Observation",
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="Facultative ; lue par tous ceux du circuit.",
    )


class RenvoiForm(forms.Form):
    """Why a bordereau comes back."""

    commentaire = forms.CharField(
        label="Ce qui est à corriger",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text="Envoyé par courriel à qui a présenté le bordereau.",
    )


class RepriseForm(forms.Form):
    """Why a bordereau is taken back from the parapheur."""

    motif = forms.CharField(label="Motif", max_length=400, widget=forms.Textarea(attrs={"rows": 3}))


class SignatureForm(forms.Form):
    """The file signed elsewhere."""

    fichier = forms.FileField(
        label="Fichier signé",
        help_text="Le fichier XML téléchargé ici, signé par bordereau (XAdES) sans autre "
        "changement.",
    )


class CertificatForm(forms.Form):
    """The certificate with which one signs elsewhere."""

    fichier = forms.FileField(
        label="Certificat", help_text="Format PEM ou DER (.pem, .crt, .cer) : jamais la clé."
    )


class CircuitForm(forms.Form):
    """A circuit and its visas, in order."""

    libelle = forms.CharField(label="Nom du circuit", max_length=100)
    sens = forms.ChoiceField(choices=SensPiece)
    direction = forms.ChoiceField(required=False)
    montant_minimum = SaisieMontantField(label="À partir du montant TTC du bordereau")
    debut = SaisieJourField(label="En vigueur à partir du")
    signataire = forms.ModelChoiceField(
        Utilisateur.objects.none(), required=False, empty_label="Tout ordonnateur"
    )

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        champs: Any = self.fields
        directions = ServiceGestionnaire.objects.order_by("direction").values_list(
            "direction", flat=True
        )
        champs["direction"].choices = [("", "Toutes"), *((d, d) for d in directions.distinct())]
        champs["signataire"].queryset = personnes(Role.ORDONNATEUR)
        champs["montant_minimum"].initial = 0
        champs["debut"].initial = timezone.localdate()
        viseurs = personnes(*ROLES_VISEURS)
        roles = [("", "Pas de visa"), *((role.value, role.label) for role in ROLES_VISEURS)]
        for rang in range(1, ETAPES + 1):
            champs[f"role_{rang}"] = forms.ChoiceField(
                label=f"Visa {rang} : rôle", choices=roles, required=False
            )
            champs[f"titulaire_{rang}"] = forms.ModelChoiceField(
                viseurs,
                label=f"Visa {rang} : personne",
                required=False,
                empty_label="Toute personne de ce rôle",
            )
            champs[f"libelle_{rang}"] = forms.CharField(
                label=f"Visa {rang} : nom", max_length=80, required=False
            )

    def clean(self) -> dict[str, Any]:
        """Gather the visas: a name or a person alone asks for the role, a person has his own."""
        donnees: dict[str, Any] = super().clean() or {}
        etapes = []
        for rang in range(1, ETAPES + 1):
            role, titulaire, libelle = (
                donnees.pop(f"{champ}_{rang}", None) for champ in ("role", "titulaire", "libelle")
            )
            if role:
                nom = libelle or f"Visa {rang}"
                etapes.append(Etape(libelle=nom, role=role, titulaire=titulaire))
                if titulaire and (raison := sans_role(titulaire, role)):
                    self.add_error(f"titulaire_{rang}", raison)
            elif titulaire or libelle:
                self.add_error(f"role_{rang}", f"Visa {rang} : choisissez son rôle.")
        donnees["etapes"] = etapes
        return donnees


class DelegationForm(forms.Form):
    """Who signs for an ordonnateur, until when and up to how much."""

    delegataire = forms.ModelChoiceField(
        Utilisateur.objects.none(), label="Délégataire", empty_label="Choisissez"
    )
    acte = forms.CharField(
        label="Acte", max_length=60, help_text="Numéro et date de l’arrêté de délégation."
    )
    debut = SaisieJourField(label="Du", au_plus_tot=timezone.localdate)
    fin = SaisieJourField(label="Au", au_plus_tot=timezone.localdate)
    plafond = SaisieMontantField(label="Plafond TTC par bordereau", minimum=1)

    def __init__(self, *arguments: Any, par: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        proposer(self.fields["delegataire"], personnes(Role.ORDONNATEUR).exclude(pk=par.pk))

    def clean(self) -> dict[str, Any]:
        """Tell what the act would refuse with the errors of the fields, not after them."""
        donnees: dict[str, Any] = super().clean() or {}
        lus = (donnees.get(champ) for champ in ("delegataire", "debut", "fin"))
        if refus := refus_de_deleguer(*lus):
            rapporter(self, ValidationError(refus))
        return donnees


class AbsenceForm(forms.Form):
    """Who is absent, when, and who stands in; an administrator says it of anybody."""

    absent = forms.ModelChoiceField(
        Utilisateur.objects.none(), label="Personne absente", empty_label="Choisissez"
    )
    suppleant = forms.ModelChoiceField(
        Utilisateur.objects.none(), label="Suppléant", empty_label="Choisissez"
    )
    debut = SaisieJourField(label="Absence du", au_plus_tot=timezone.localdate)
    fin = SaisieJourField(label="Au", au_plus_tot=timezone.localdate)

    def __init__(self, *arguments: Any, par: Utilisateur, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.par = par
        champs: Any = self.fields
        tous = personnes(*ROLES_VISEURS)
        if par.a_role(Role.ADMINISTRATEUR):
            champs["absent"].queryset = tous
            proposer(champs["suppleant"], tous.exclude(pk=par.pk))
            return
        del champs["absent"]
        roles = [Role.ORDONNATEUR] if par.a_role(Role.ORDONNATEUR) else list(ROLES_VISEURS)
        proposer(champs["suppleant"], personnes(*roles).exclude(pk=par.pk))

    def clean(self) -> dict[str, Any]:
        """Tell what the act would refuse with the errors of the fields, not after them."""
        donnees: dict[str, Any] = super().clean() or {}
        absent = donnees.get("absent") if "absent" in self.fields else self.par
        lus = (donnees.get(champ) for champ in ("suppleant", "debut", "fin"))
        if refus := refus_de_suppleer(absent, *lus):
            rapporter(self, ValidationError(refus))
        return donnees
