"""What the pages of counters and staff share."""

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse

from facturier.acces.models import Utilisateur


def agent(request: HttpRequest) -> Utilisateur:
    """Return who is logged in; the access control saw to it that someone is."""
    if not isinstance(request.user, Utilisateur):
        raise TypeError("page ouverte sans compte")
    return request.user


def rapporter(form: Form, erreur: ValidationError) -> None:
    """Put the refusal of an act at its field, or at the head of the form."""
    par_champ: dict[str, list[ValidationError]] = getattr(erreur, "error_dict", {})
    for champ, erreurs in par_champ.items():
        for une in erreurs:
            form.add_error(champ if champ in form.fields else None, une)
    if not par_champ:
        form.add_error(None, erreur)


def reponse_pdf(contenu: bytes, nom: str) -> HttpResponse:
    """Return a PDF to download, which the browser neither guesses nor keeps."""
    return HttpResponse(
        contenu,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'attachment; filename="{nom}"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "private, no-store",
        },
    )
