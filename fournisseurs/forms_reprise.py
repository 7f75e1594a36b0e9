"""Forms that take a file of data: tiers to import, extract of the register."""

from pathlib import Path
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils import timezone

from facturier.commun.fichiers import taille_lisible
from facturier.commun.saisie import SaisieJourField

TAILLE_MAXIMALE = 100_000_000  # bytes
ACCEPTE = (
    ".csv,.txt,.xlsx,text/csv,application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
)


class FichierForm(forms.Form):
    """One file, CSV or XLSX."""

    fichier = forms.FileField(
        label="Fichier",
        help_text="CSV ou XLSX, la première ligne nomme les colonnes.",
        widget=forms.FileInput(attrs={"accept": ACCEPTE}),
    )

    def clean_fichier(self) -> "UploadedFile[bytes]":
        """Refuse a file that is out of proportion."""
        fichier: UploadedFile[bytes] = self.cleaned_data["fichier"]
        if (fichier.size or 0) > TAILLE_MAXIMALE:
            raise ValidationError(
                f"Le fichier dépasse {taille_lisible(TAILLE_MAXIMALE)} : coupez-le en plusieurs."
            )
        return fichier


class ExtraitForm(FichierForm):
    """An extract of the register, and its day."""

    extrait_le = SaisieJourField(label="Jour de l’extrait", required=False)

    def clean_extrait_le(self) -> Any:
        """Return today by default; an extract of tomorrow is a mistake."""
        jour = self.cleaned_data["extrait_le"] or timezone.localdate()
        if jour > timezone.localdate():
            raise ValidationError("Le jour de l’extrait est dans l’avenir : vérifiez la date.")
        return jour


def recopier(fichier: "UploadedFile[bytes]", destination: Path) -> None:
    """Write an uploaded file where the act can read it."""
    with destination.open("wb") as sortie:
        for bloc in fichier.chunks():
            sortie.write(bloc)
