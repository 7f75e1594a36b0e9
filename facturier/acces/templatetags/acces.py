"""Links that are shown to those alone who may follow them: `{% load acces %}`."""

from django import template
from django.template.context import Context
from django.urls import resolve, reverse
from django.utils.html import format_html

from facturier.acces.controle import motif_de_refus

register = template.Library()


@register.simple_tag(takes_context=True)
def adresse_ouverte(context: Context, nom: str, *arguments: object) -> str:
    """Return the address of a page, or "" when its view does not serve who looks.

    `{% adresse_ouverte "suivi:mandat" facture.mandat_id as adresse %}`
    """
    adresse = reverse(nom, args=arguments)
    return "" if motif_de_refus(resolve(adresse).func, context["request"].user) else adresse


@register.simple_tag(takes_context=True)
def lien_ouvert(context: Context, nom: str, texte: object, *arguments: object) -> str:
    """Show `texte`, as a link to a page when its view serves who looks.

    `{% lien_ouvert "suivi:mandat" mandat.reference mandat.pk %}`
    """
    adresse = adresse_ouverte(context, nom, *arguments)
    return format_html('<a href="{}">{}</a>', adresse, texte) if adresse else str(texte)
