"""How forms become HTML: the templates of the shell, for every form of every application."""

from django.forms.renderers import TemplatesSetting


class RenduFormulaire(TemplatesSetting):
    """`{{ form }}` and each of its fields follow the pattern of docs/interface.md."""

    form_template_name = "formulaires/formulaire.html"
    field_template_name = "formulaires/champ.html"
    formset_template_name = "formulaires/lot.html"
