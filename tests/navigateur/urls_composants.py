"""A page that shows every component at once, one that is slow; for the browser tests only."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from time import sleep
from types import SimpleNamespace

from django import forms
from django.http import HttpResponse, StreamingHttpResponse
from django.template import engines
from django.urls import path

from facturier import urls
from facturier.acces.controle import ouvrir_a_tous
from facturier.commun.saisie import SaisieJourField, SaisieMontantField, SaisieRidetField
from facturier.commun.tons import Ton

PAGE = (Path(__file__).parent / "composants.html").read_text()


class ComposantsForm(forms.Form):
    """One field of each kind."""

    objet = forms.CharField(label="Objet", help_text="En une phrase.")
    montant = SaisieMontantField(label="Montant TTC", help_text="Tel qu’il figure sur la facture.")
    date_facture = SaisieJourField(label="Date de la facture")
    ridet = SaisieRidetField()
    service = forms.ChoiceField(label="Service", choices=[("", "Choisir"), ("dfi", "Finances")])
    mode = forms.ChoiceField(
        label="Avez-vous un bon de commande ?",
        choices=[("oui", "Oui"), ("non", "Non, la commande était verbale")],
        widget=forms.RadioSelect,
    )
    avis = forms.MultipleChoiceField(
        label="Me prévenir",
        choices=[("depot", "Au dépôt"), ("paiement", "Au paiement")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    piece = forms.FileField(label="Facture", help_text="PDF, 20 Mo au plus.")
    message = forms.CharField(label="Message", widget=forms.Textarea, required=False)
    certifie = forms.BooleanField(label="Je certifie l’exactitude de cette facture")


class FactureMontree:
    """What the timeline asks of an object."""

    TONS = {"suspendue": Ton.ATTENTE}
    ETAPES = [("deposee", ""), ("suspendue", "Le RIB est illisible."), ("recue", "")]
    _meta = SimpleNamespace(
        get_field=lambda nom: SimpleNamespace(
            flatchoices=[("deposee", "Déposée"), ("suspendue", "Suspendue"), ("recue", "Reçue")]
        )
    )

    @property
    def passages(self):
        """The rows, behind the two calls of a queryset."""
        le = datetime(2026, 11, 22, 23, 5, tzinfo=UTC)
        lignes = [
            SimpleNamespace(acte="", arrivee=etat, le=le, par="Léa Fictive", motif=motif)
            for etat, motif in self.ETAPES
        ]
        tri = SimpleNamespace(order_by=lambda cle: lignes)
        return SimpleNamespace(select_related=lambda nom: tri)


@ouvrir_a_tous
def composants(requete):
    """Show the page; with `?faux` its form has been sent empty."""
    form = ComposantsForm({"montant": "12,5"}) if "faux" in requete.GET else ComposantsForm()
    form.fields["objet"].lu_dans_le_fichier = True
    contexte = {
        "form": form,
        "montant": 1138750,
        "facture": FactureMontree(),
        "suite": ["Liquidée", "Payée"],
        "etapes": [("Tableau de bord", "/"), ("Mes factures", "/")],
        "lignes": [
            ("Fournisseur", "Établissements Le Fictif", "/"),
            ("Échéance", date(2026, 12, 22).isoformat()),
        ],
    }
    return HttpResponse(engines["django"].from_string(PAGE).render(contexte, requete))


@ouvrir_a_tous
def lente(requete):
    """Show a page that a slow machine sends in two times, and that leads to itself."""

    def morceaux() -> Iterator[str]:
        yield "<!doctype html>"
        sleep(0.5)
        yield '<html lang="fr"><head><title>Lente</title></head><body>'
        yield '<main><h1>Lente</h1><a href="">Suite</a></main></body></html>'

    return StreamingHttpResponse(morceaux())


urlpatterns = [path("composants/", composants), path("lente/", lente), *urls.urlpatterns]
