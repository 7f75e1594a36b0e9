"""Forms of the pages about keys and webhooks."""

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from facturier.api.models import Portee
from facturier.api.models.cles import DROIT_DE_PORTEE
from facturier.commun.saisie import SaisieJourField
from facturier.suivi.etats import EtatFacture
from facturier.suivi.libelles import INTERNES
from fournisseurs.models import Droit

VALIDITE_PROPOSEE = timedelta(days=180)
VALIDITE_MAXIMALE = timedelta(days=366)


def dans_un_an() -> date:
    """Return the last day that a key may have."""
    return timezone.localdate() + VALIDITE_MAXIMALE


class CleForm(forms.Form):
    """What a key is for, what it allows, until when."""

    nom = forms.CharField(
        label="Nom de la clé",
        max_length=60,
        help_text="Le logiciel qui s’en servira, par exemple « Comptabilité ».",
        error_messages={"required": "Donnez un nom à la clé, pour la reconnaître."},
    )
    portees = forms.TypedMultipleChoiceField(
        label="Ce que la clé permet",
        coerce=Portee,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "Choisissez au moins une chose que la clé permet."},
    )
    dernier_jour = SaisieJourField(
        label="Dernier jour de la clé",
        au_plus_tot=timezone.localdate,
        au_plus_tard=dans_un_an,
        help_text="Un an au plus. Créez la suivante avant ce jour.",
    )

    def __init__(self, *arguments: Any, droits: Collection[Droit], **options: Any) -> None:
        super().__init__(*arguments, **options)
        champ: Any = self.fields["portees"]
        champ.choices = [
            (portee.value, portee.label) for portee in Portee if DROIT_DE_PORTEE[portee] in droits
        ]
        self.fields["dernier_jour"].initial = timezone.localdate() + VALIDITE_PROPOSEE


ETATS_ANNONCES = [
    (etat.value, etat.label) for etat in EtatFacture if etat not in INTERNES | {"brouillon"}
]


class EtatsForm(forms.Form):
    """What a webhook is told of."""

    etats = forms.MultipleChoiceField(
        label="États annoncés",
        choices=ETATS_ANNONCES,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Sans choix, tous les états sont annoncés, ceux qui viendraient aussi.",
    )


class WebhookForm(EtatsForm):
    """Where to send."""

    field_order = ("adresse", "etats")

    adresse = forms.CharField(
        label="Adresse de votre système",
        max_length=500,
        help_text="Elle commence par « https:// ». Nous y envoyons un message quand une facture de "
        "l’établissement change d’état.",
        widget=forms.TextInput({"inputmode": "url", "autocomplete": "off", "spellcheck": "false"}),
        error_messages={"required": "Saisissez l’adresse à prévenir."},
    )
