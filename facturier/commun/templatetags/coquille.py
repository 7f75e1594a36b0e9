"""Filters and tags of the shell: `{% load coquille %}`."""

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import template
from django.core.exceptions import ValidationError
from django.forms import BaseForm, CheckboxSelectMultiple, RadioSelect
from django.forms.boundfield import BoundField
from django.forms.formsets import BaseFormSet
from django.template.context import Context
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.safestring import SafeString

from facturier.commun import banque, heures, montants, typographie
from facturier.commun import ridet as ridets
from facturier.commun.tons import ICONES, ton_de
from facturier.commun.typographie import espacer

register = template.Library()
ESPACE_D_UN_MONTANT = re.compile(r"(?<=\d)\u202f(?=[\dF])")
SANS_NOM = {"required", "max_length", "min_length", "null_characters_not_allowed"}  # told by Django


# --- Values ------------------------------------------------------------------------------------
@register.filter
def francs(montant: int | None) -> str:
    """Show whole francs, `138 750 F CFP`; nothing when there is no amount.

    The font of the screens draws the narrow space so thin that thousands run together: the
    ordinary no-break space replaces it.
    """
    return "" if montant is None else montants.afficher(montant).replace("\u202f", "\u00a0")


@register.filter
def ecran(valeur: Any) -> Any:
    """Show a text written in the code with the spaces of French, and amounts as `francs` does.

    HTML stays as it is.
    """
    if isinstance(valeur, SafeString):
        return valeur
    return ESPACE_D_UN_MONTANT.sub("\u00a0", espacer(str(valeur)))


@register.filter
def de(nom: object) -> str:
    """Show « de » before a name, elided before a vowel."""
    return typographie.de(nom)


@register.filter
def jour(valeur: date | datetime | None) -> str:
    """Show a day, `23 novembre 2026`, that of Nouméa for a moment."""
    if valeur is None:
        return ""
    local = timezone.localtime(valeur) if isinstance(valeur, datetime) else valeur
    nom_du_jour = "1er" if local.day == 1 else str(local.day)
    return f"{nom_du_jour}\u00a0{date_format(local, 'F Y')}"


@register.filter
def moment(valeur: datetime | None) -> str:
    """Show a moment in the time of Nouméa, `23 novembre 2026 à 10 h 05`."""
    if valeur is None:
        return ""
    local = timezone.localtime(valeur)
    return f"{jour(local)} à {heures.heure(local)}"


@register.filter
def heure(valeur: datetime | None) -> str:
    """Show the hour of a moment in the time of Nouméa, `10 h 05`."""
    return "" if valeur is None else heures.heure(timezone.localtime(valeur))


@register.filter
def jours(nombre: int) -> str:
    """Show a length in days, `0 jour`, `1 jour`, `2 jours`: French counts zero as singular."""
    return f"{nombre} jour{'s' if nombre > 1 else ''}"


@register.filter
def ridet(valeur: str | None) -> str:
    """Show a RIDET as people write it, `0 300 137.001`."""
    return ridets.afficher(valeur) if valeur else ""


@register.filter
def iban_masque(valeur: str | None) -> str:
    """Show an IBAN that can be recognised and not used."""
    return banque.masquer_iban(valeur) if valeur else ""


@register.filter
def octets(taille: int) -> str:
    """Show the size of a file, `1,4 Mo`."""
    for unite, seuil in (("Mo", 1_000_000), ("ko", 1_000)):
        if taille >= seuil:
            return f"{taille / seuil:.1f}".replace(".", ",").removesuffix(",0") + f"\u00a0{unite}"
    return f"{taille}\u00a0octet{'s' if taille > 1 else ''}"


# --- States ------------------------------------------------------------------------------------
@register.inclusion_tag("partiels/badge.html")
def etat(objet: Any) -> dict[str, str]:
    """Show the state of `objet`: text, icon and colour."""
    ton = ton_de(objet)
    return {"texte": objet.get_etat_display(), "ton": ton, "icone_du_ton": ICONES[ton]}


@register.inclusion_tag("partiels/badge.html")
def badge(texte: str, ton: str = "neutre") -> dict[str, str]:
    """Show `texte` in a tone: neutre, cours, attente, succes or refus."""
    return {"texte": texte, "ton": ton, "icone_du_ton": ICONES[ton]}


@register.inclusion_tag("partiels/chronologie.html")
def chronologie(objet: Any, a_venir: Any = (), systeme: str = "") -> dict[str, Any]:
    """Show the passages of `objet`, oldest first, then the labels of the steps to come.

    `systeme` is who acted where the system did it for somebody who has no account.

    The passages are read once, with who acted. A passage is called by the state it leads to, or,
    where it leads nowhere, by what the `ACTES` of its model call it.
    """
    libelles = dict(objet._meta.get_field("etat").flatchoices)
    actes = getattr(objet, "ACTES", {})
    etapes = []
    for passage in objet.passages.select_related("par").order_by("pk"):
        ton = ton_de(objet, passage.arrivee)
        libelle = actes.get(passage.acte) or libelles.get(passage.arrivee, passage.arrivee)
        etapes.append(
            {"passage": passage, "libelle": libelle, "ton": ton, "icone_du_ton": ICONES[ton]}
        )
    return {"etapes": etapes, "a_venir": a_venir, "systeme": systeme}


@register.inclusion_tag("partiels/icone.html")
def icone(nom: str) -> dict[str, str]:
    """Show one drawing of icones.svg, hidden from screen readers."""
    return {"nom_icone": nom}


# --- Forms -------------------------------------------------------------------------------------
def _erreurs(formulaire: BaseForm) -> Iterator[tuple[str, str]]:
    """Yield (identifier to focus, message) for each error of a form, in the order of fields."""
    champs = [formulaire[nom] for nom in formulaire.fields]
    premier = next((cible(champ) for champ in champs if not champ.is_hidden), "")
    for message in formulaire.non_field_errors():
        yield premier, str(message)
    for champ in champs:
        for erreur in champ.errors.as_data():
            yield cible(champ), _message(champ, erreur)


def _message(champ: BoundField, erreur: ValidationError) -> str:
    """The message of an error, with the name of its field where it would suit any."""
    message = " ".join(erreur.messages)
    if erreur.code not in SANS_NOM:
        return message
    if champ.label.endswith("?"):
        return f"{champ.label} {message}"
    return f"{champ.label}\u202f: {message[:1].lower()}{message[1:]}"


@register.filter
def cible(champ: BoundField) -> str:
    """Return the identifier of the first input of a field: what an error message links to."""
    if isinstance(champ.field.widget, RadioSelect | CheckboxSelectMultiple):
        return f"{champ.auto_id}_0"
    return champ.id_for_label or champ.auto_id


@register.inclusion_tag("partiels/resume_erreurs.html")
def resume_erreurs(*formulaires: "BaseForm | BaseFormSet[Any]") -> dict[str, Any]:
    """Show the summary of the errors of forms or formsets, each linked to its field."""
    erreurs: list[tuple[str, str]] = []
    for formulaire in formulaires:
        if isinstance(formulaire, BaseFormSet):
            erreurs += [("", str(message)) for message in formulaire.non_form_errors()]
            for partie in formulaire.forms:
                erreurs += _erreurs(partie)
        elif formulaire.is_bound:
            erreurs += _erreurs(formulaire)
    return {"erreurs": erreurs}


@register.simple_tag
def champ(champ_lie: BoundField) -> SafeString:
    """Show one field with its label, hint and errors; `{{ form }}` shows them all."""
    return champ_lie.as_field_group()


def _est_fautif(valeur: Any) -> bool:
    if isinstance(valeur, BaseFormSet):
        return valeur.is_bound and valeur.total_error_count() > 0
    return isinstance(valeur, BaseForm) and valeur.is_bound and bool(valeur.errors)


@register.simple_tag(takes_context=True)
def prefixe_erreur(context: Context) -> str:
    """Return « Erreur : » for the title of a page that shows a form with errors."""
    fautifs = any(map(_est_fautif, context.flatten().values()))
    return "Erreur\u202f: " if fautifs else ""


@register.simple_tag(takes_context=True)
def filtre_url(context: Context, **parametres: Any) -> str:
    """Return the query string of the page with `parametres` changed (None removes one)."""
    requete = context["request"].GET.copy()
    for nom, valeur in parametres.items():
        requete.pop(nom, None)
        if valeur is not None:
            requete[nom] = str(valeur)
    return f"?{requete.urlencode()}" if requete else "?"
