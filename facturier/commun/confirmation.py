"""The page that confirms an act: what it means, its form, then the act or why it is refused."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from facturier.commun.etats import ActeInterdit

NON_TRAITABLE = 422


def rapporter(form: BaseForm, refus: ValidationError) -> None:
    """Put the refusal of an act at its fields, or at the head of the form."""
    par_champ: dict[str, list[ValidationError]] = getattr(refus, "error_dict", {})
    for champ, erreurs in par_champ.items():
        for une in erreurs:
            form.add_error(champ if champ in form.fields else None, une)
    if not par_champ:
        form.add_error(None, refus)


def confirmer(
    requete: HttpRequest,
    form: BaseForm | None,
    acte: Callable[[dict[str, Any]], object],
    contexte: Mapping[str, Any],
    *,
    reussite: str | Callable[[dict[str, Any]], str],
    vers: str = "",
) -> HttpResponse:
    """Show an act with its consequence and form, then carry it out.

    A refusal stays on the page; without a form it is told where one goes back to.

    Args:
        acte: takes what the form read; nothing without a form.
        contexte: what `confirmation.html` tells.
        reussite: said once the act is carried out; may be made of what the form read.
        vers: where one goes then, the `retour` of the page unless told.
    """
    if requete.method == "POST" and (form is None or form.is_valid()):
        saisie = form.cleaned_data if form else {}
        try:
            acte(saisie)
        except (ValidationError, ActeInterdit) as interdit:
            refus = (
                interdit
                if isinstance(interdit, ValidationError)
                else ValidationError(str(interdit))
            )
            if form is None:
                messages.error(requete, " ".join(refus.messages))
                return redirect(contexte["retour"])
            rapporter(form, refus)
        else:
            messages.success(requete, reussite if isinstance(reussite, str) else reussite(saisie))
            return redirect(vers or contexte["retour"])
    statut = NON_TRAITABLE if form is not None and form.errors else 200
    return render(requete, "confirmation.html", {**contexte, "form": form}, status=statut)
