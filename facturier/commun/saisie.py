"""Form fields for what people type in every application: amounts, days, RIDET, IBAN, files.

Each returns the normalised value, and turns the French message of the reader into a form error.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from facturier.commun import banque, montants, ridet


class MontantInput(forms.TextInput):
    """A text input followed by the unit, with the numeric keyboard of phones."""

    template_name = "django/forms/widgets/montant.html"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        """Show an integer with its thousands apart, a refused text as it was typed."""
        if isinstance(value, int):
            return montants.afficher(value).removesuffix("\u202fF\u00a0CFP")
        return str(value) if value not in (None, "") else None


class LuField(forms.Field):
    """A text read by one function that raises a `ValueError` with a French message."""

    lecteur: Callable[[str], Any]
    valeur_vide: Any = ""

    def to_python(self, value: Any) -> Any:
        """Return what the reader makes of the text, or the empty value."""
        texte = str(value).strip() if value is not None else ""
        if not texte:
            return self.valeur_vide
        try:
            return type(self).lecteur(texte)
        except ValueError as erreur:
            raise ValidationError(str(erreur), code="invalid") from erreur


class SaisieMontantField(LuField):
    """An amount in whole francs, typed with or without spaces and unit; cleans to an int."""

    widget = MontantInput
    lecteur = staticmethod(montants.lire)
    valeur_vide = None

    def __init__(self, *, minimum: int = 0, maximum: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.minimum, self.maximum = minimum, maximum

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare amounts, not the way they are written."""
        try:
            return bool(self.to_python(data) != initial)
        except ValidationError:
            return True

    def validate(self, value: int | None) -> None:
        """Refuse an amount outside the bounds, both included."""
        super().validate(value)
        if value is None:
            return
        if value < self.minimum:
            raise ValidationError(
                f"Le montant doit être d’au moins {montants.afficher(self.minimum)}."
            )
        if self.maximum is not None and value > self.maximum:
            raise ValidationError(
                f"Le montant ne peut pas dépasser {montants.afficher(self.maximum)}."
            )


class SaisieRidetField(LuField):
    """A RIDET; cleans to its ten digits."""

    lecteur = staticmethod(ridet.normaliser)

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "RIDET")
        options.setdefault("help_text", "Dix chiffres, par exemple 0 300 137.001.")
        super().__init__(**options)
        self.widget.attrs.update({"inputmode": "numeric", "class": "court"})


class SaisieIbanField(LuField):
    """An IBAN; cleans to capitals without spaces."""

    lecteur = staticmethod(banque.normaliser_iban)

    def __init__(self, **options: Any) -> None:
        options.setdefault("label", "IBAN")
        options.setdefault("help_text", "Il figure sur le relevé d’identité bancaire.")
        super().__init__(**options)
        self.widget.attrs.update({"autocomplete": "off", "spellcheck": "false"})


ANNEES = range(1900, 2101)
DATE_ILLISIBLE = "Cette date ne se lit pas : écrivez-la comme 30/11/2026."


class JourInput(forms.DateInput):
    """The date picker of the browser, which also accepts typing."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class SaisieJourField(forms.DateField):
    """A day; bounds included, given as dates or functions without argument.

    A year out of `ANNEES` is a slip of the finger, and no date of ours.
    """

    widget = JourInput
    input_formats = ("%Y-%m-%d", "%d/%m/%Y", "%d/%m/%y")

    def __init__(
        self,
        *,
        au_plus_tot: date | Callable[[], date] | None = None,
        au_plus_tard: date | Callable[[], date] | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        if "invalid" not in options.get("error_messages", {}):
            self.error_messages["invalid"] = DATE_ILLISIBLE
        self.au_plus_tot, self.au_plus_tard = au_plus_tot, au_plus_tard

    def validate(self, value: date | None) -> None:
        """Refuse a day outside the bounds."""
        super().validate(value)
        if value is None:
            return
        if value.year not in ANNEES:
            raise ValidationError(f"L’année {value.year} est trop lointaine : vérifiez la date.")
        debut = self.au_plus_tot() if callable(self.au_plus_tot) else self.au_plus_tot
        fin = self.au_plus_tard() if callable(self.au_plus_tard) else self.au_plus_tard
        if debut is not None and value < debut:
            raise ValidationError(f"La date doit être le {debut:%d/%m/%Y} ou après.")
        if fin is not None and value > fin:
            raise ValidationError(f"La date doit être le {fin:%d/%m/%Y} ou avant.")


class FichiersInput(forms.ClearableFileInput):
    """A control that takes several files, chosen or dropped."""

    allow_multiple_selected = True


class FichiersField(forms.FileField):
    """Several files under one name; whether each is any good is said file by file, later."""

    widget = FichiersInput

    def __init__(self, *, maximum: int, au_dela: str, **options: Any) -> None:
        """Take how many files at most, and what to do about more than that."""
        super().__init__(**options)
        self.maximum, self.au_dela = maximum, au_dela

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        """Return the files, `maximum` at most; none when none is chosen nor required."""
        fichiers = data if isinstance(data, list | tuple) else [data]
        if len(fichiers) > self.maximum:
            raise ValidationError(
                f"Vous avez choisi {len(fichiers)} fichiers : déposez-en {self.maximum} à la "
                f"fois au plus, {self.au_dela}."
            )
        verifier = super().clean
        lus = [verifier(fichier, initial) for fichier in fichiers or [None]]
        return [fichier for fichier in lus if fichier]
