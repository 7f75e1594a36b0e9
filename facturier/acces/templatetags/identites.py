"""The providers of identity, for the login page."""

from typing import Any

from django import template

from facturier.acces.identites import identites_proposees

register = template.Library()


@register.simple_tag
def identites() -> list[dict[str, Any]]:
    """Return the providers that are configured: none, no button."""
    return identites_proposees()
