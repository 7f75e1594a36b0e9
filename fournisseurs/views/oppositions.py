"""Pages of oppositions, cessions and nantissements, for the finance staff."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Sum
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import RequeteConnectee, reserver_aux_finances
from facturier.acces.models import Role
from facturier.commun.confirmation import rapporter
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import afficher
from facturier.commun.nombres import lire_entier
from facturier.grand_livre.models import PIECES_SANS_EFFET, PartCedee, Piece
from fournisseurs import oppositions as actes
from fournisseurs.forms import MotifForm
from fournisseurs.forms_oppositions import (
    VUES,
    FiltreOppositionsForm,
    LeveeForm,
    OppositionForm,
)
from fournisseurs.liste_oppositions import filtrer_oppositions, tableau
from fournisseurs.models import ROLES_GESTION, EtatOpposition, Fournisseur, Opposition
from fournisseurs.retenues import deja_servi, disponibles
from fournisseurs.views.exports import donner

TAILLE_PAGE = 50
FIL = [("Oppositions et cessions", "/gestion/oppositions/")]


def _filtre(requete: RequeteConnectee) -> tuple[FiltreOppositionsForm, dict[str, Any]]:
    form = FiltreOppositionsForm(requete.GET)
    form.is_valid()
    return form, form.cleaned_data


@reserver_aux_finances(*ROLES_GESTION)
@require_GET
def liste(requete: RequeteConnectee) -> HttpResponse:
    """List oppositions, those in force first, with filters in the address."""
    form, filtre = _filtre(requete)
    trouvees = filtrer_oppositions(filtre, timezone.localdate())
    if (avant := lire_entier(requete.GET.get("avant", ""))) is not None:
        trouvees = trouvees.filter(pk__lt=avant)
    page = list(trouvees[: TAILLE_PAGE + 1])
    montrees = page[:TAILLE_PAGE]
    suivant = ""
    if page[TAILLE_PAGE:]:
        parametres = requete.GET.copy()
        parametres["avant"] = str(montrees[-1].pk)
        suivant = f"?{parametres.urlencode()}"
    servis, restes = deja_servi(montrees), disponibles(montrees)
    contexte = {
        "form": form,
        "vue": VUES[filtre.get("vue") or "vivantes"],
        "oppositions": [(o, servis[o.pk], restes[o.pk]) for o in montrees],
        "suivant": suivant,
    }
    return render(
        requete,
        "fournisseurs/oppositions/liste.html",
        contexte,
        status=422 if form.errors else 200,
    )


@reserver_aux_finances(*ROLES_GESTION)
@require_GET
def exporter_liste(requete: RequeteConnectee, extension: str) -> HttpResponseBase:
    """Give the whole list that the filters of the address show."""
    _, filtre = _filtre(requete)
    a_donner = tableau(filtre, timezone.localdate())
    return donner(requete, a_donner, extension, retour=reverse("fournisseurs:oppositions"))


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def nouvelle(requete: RequeteConnectee, code: str) -> HttpResponse:
    """Enter what was notified about a supplier."""
    fournisseur = get_object_or_404(Fournisseur.objects.select_related("tiers"), tiers__code=code)
    form = OppositionForm(requete.POST or None, requete.FILES or None, fournisseur=fournisseur)
    if form.is_bound and form.is_valid():
        try:
            cree = actes.enregistrer_opposition(
                fournisseur, form.notification, form.preuve, par=requete.user
            )
        except (ValidationError, FichierRefuse) as refus:
            _reporter(form, refus)
        else:
            messages.success(requete, f"{cree} attend la validation d’un autre agent.")
            return redirect("fournisseurs:opposition", cree.pk)
    contexte = {
        "form": form,
        "fournisseur": fournisseur,
        "fil": [
            ("Tiers", "/gestion/tiers/"),
            (fournisseur.tiers.nom_complet, reverse("fournisseurs:gestion_fiche", args=[code])),
        ],
    }
    return render(
        requete,
        "fournisseurs/oppositions/nouvelle.html",
        contexte,
        status=422 if form.errors else 200,
    )


def _reporter(form: forms.Form, refus: ValidationError | FichierRefuse) -> None:
    """Put what the act refused beside the fields of the form."""
    if isinstance(refus, FichierRefuse):
        form.add_error("document", str(refus))
    else:
        rapporter(form, refus)


@reserver_aux_finances(*ROLES_GESTION)
@require_GET
def fiche(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show an opposition: what was notified, what was served, with whom it competes, its story."""
    objet = _lire(pk)
    est_agent = requete.user.a_role(Role.AGENT)
    return render(
        requete,
        "fournisseurs/oppositions/fiche.html",
        {
            "opposition": objet,
            "fil": FIL,
            "lignes": _resume(objet),
            "actes": _actes_possibles(objet, requete.user.pk) if est_agent else [],
            "attend_un_autre": est_agent and _attend_un_autre(objet, requete.user.pk),
            "documents": [d for d in (objet.justificatif, objet.justificatif_levee) if d],
            "concurrentes": _concurrentes(objet),
            "mandats": _mandats(objet),
            "ecarts": objet.decisions.exclude(motif_ecart="").select_related("mandat", "par"),
        },
    )


def _lire(pk: int) -> Opposition:
    objet: Opposition = get_object_or_404(
        Opposition.objects.select_related(
            "fournisseur__tiers",
            "beneficiaire__tiers",
            "etablissement",
            "justificatif",
            "justificatif_levee",
            "saisie_par",
            "decidee_par",
        ),
        pk=pk,
    )
    return objet


def _resume(objet: Opposition) -> list[tuple[str, str]]:
    servi, reste = deja_servi([objet])[objet.pk], disponibles([objet])[objet.pk]
    fin = f" jusqu’au {objet.date_fin:%d/%m/%Y}" if objet.date_fin else ", sans date de fin"
    lignes = [
        ("Nature", objet.get_genre_display()),
        ("Fournisseur", str(objet.fournisseur.tiers)),
        ("Payé à sa place", str(objet.beneficiaire.tiers)),
        ("Créances concernées", objet.perimetre),
        ("Notifiée le", f"{objet.notifiee_le:%d/%m/%Y}, {objet.reference}"),
        ("À servir", f"à partir du {objet.date_debut:%d/%m/%Y}{fin}"),
        (
            "Montant maximal",
            "toute la créance" if objet.plafond is None else afficher(objet.plafond),
        ),
        ("Déjà servi", afficher(servi)),
    ]
    if reste is not None:
        lignes.append(("Reste à servir", afficher(reste)))
    lignes.append(("Saisie par", str(objet.saisie_par)))
    if objet.levee_le:
        lignes.append(("Mainlevée", f"{objet.levee_le:%d/%m/%Y}, {objet.motif_levee}"))
    return lignes


def _concurrentes(objet: Opposition) -> list[tuple[Opposition, str]]:
    """Return the others in force on the same supplier, and who comes first."""
    if not objet.est_vivante and objet.etat != EtatOpposition.A_VALIDER:
        return []
    autres = Opposition.objects.contre(objet.fournisseur).vivantes(timezone.localdate())
    rang = (objet.notifiee_le, objet.pk)
    return [
        (autre, _priorite((autre.notifiee_le, autre.pk), rang))
        for autre in autres.exclude(pk=objet.pk).select_related("beneficiaire__tiers")
    ]


def _priorite(autre: tuple[Any, int], rang: tuple[Any, int]) -> str:
    if autre[0] == rang[0]:
        return "notifiée le même jour : vérifiez l’heure, l’ordre de saisie s’applique"
    return "servie avant celle-ci" if autre < rang else "servie après celle-ci"


def _mandats(objet: Opposition) -> list[tuple[Piece, int]]:
    """Return the mandats that serve it, with what each pays, the latest first."""
    servis = dict(
        PartCedee.objects.filter(creance=objet.numero)
        .exclude(ligne__piece__etat__in=PIECES_SANS_EFFET)
        .order_by("-ligne__piece")
        .values_list("ligne__piece")
        .annotate(montant=Sum("montant"))[:50]
    )
    pieces = Piece.objects.in_bulk(servis)
    return [(pieces[pk], montant) for pk, montant in servis.items()]


@dataclass(frozen=True, slots=True)
class Acte:
    """An act of the page: from which state, its words, its form, whom it is closed to."""

    departs: tuple[EtatOpposition, ...]
    libelle: str
    consequence: str
    fait: str
    fonction: Callable[..., None]
    form: type[forms.Form] | None = None
    est_dangereux: bool = False


ACTES: dict[str, Acte] = {
    "valider": Acte(
        (EtatOpposition.A_VALIDER,),
        "Valider",
        "Les mandats de ce fournisseur paieront le bénéficiaire, dans les limites de l’acte.",
        "est en vigueur.",
        actes.valider_opposition,
    ),
    "ecarter": Acte(
        (EtatOpposition.A_VALIDER,),
        "Écarter",
        "L’acte ne sera pas servi ; la saisie et votre motif restent dans l’historique.",
        "est écartée.",
        actes.ecarter_opposition,
        MotifForm,
        est_dangereux=True,
    ),
    "proposer-levee": Acte(
        (EtatOpposition.EN_VIGUEUR,),
        "Enregistrer une mainlevée",
        "L’opposition reste servie jusqu’à ce qu’un autre agent valide la mainlevée.",
        ": la mainlevée attend la validation d’un autre agent.",
        actes.proposer_levee,
        LeveeForm,
    ),
    "lever": Acte(
        (EtatOpposition.LEVEE_PROPOSEE,),
        "Valider la mainlevée",
        "Le fournisseur sera de nouveau payé lui-même.",
        "est levée.",
        actes.lever,
    ),
    "maintenir": Acte(
        (EtatOpposition.LEVEE_PROPOSEE,),
        "Refuser la mainlevée",
        "L’opposition reste en vigueur ; votre motif reste dans l’historique.",
        "reste en vigueur.",
        actes.maintenir,
        MotifForm,
        est_dangereux=True,
    ),
}


def _attend_un_autre(objet: Opposition, utilisateur: int) -> bool:
    """Whether the next step belongs to someone else than who took the last one."""
    premier = {
        EtatOpposition.A_VALIDER: objet.saisie_par_id,
        EtatOpposition.LEVEE_PROPOSEE: objet.levee_proposee_par_id,
    }
    return premier.get(EtatOpposition(objet.etat)) == utilisateur


def _actes_possibles(objet: Opposition, utilisateur: int) -> list[tuple[str, Acte]]:
    if _attend_un_autre(objet, utilisateur):
        return []
    return [(code, acte) for code, acte in ACTES.items() if objet.etat in acte.departs]


@reserver_aux_finances(Role.AGENT)
@require_http_methods(["GET", "POST"])
def decider(requete: RequeteConnectee, pk: int, code: str) -> HttpResponse:
    """Confirm an act on an opposition, then carry it out, or say why it is impossible."""
    objet, acte = _lire(pk), ACTES[code]
    form = acte.form(requete.POST or None, requete.FILES or None) if acte.form else None
    if requete.method == "POST" and (form is None or form.is_valid()):
        try:
            acte.fonction(objet, par=requete.user, **_arguments(form))
        except PermissionDenied as refus:
            messages.error(requete, str(refus))
            return redirect("fournisseurs:opposition", pk)
        except (ValidationError, FichierRefuse) as refus:
            if form is None:
                messages.error(requete, _texte(refus))
                return redirect("fournisseurs:opposition", pk)
            _reporter(form, refus)
        else:
            messages.success(requete, f"{objet} {acte.fait}")
            return redirect("fournisseurs:opposition", pk)
    contexte = {
        "titre": f"{acte.libelle} – {objet}",
        "consequence": acte.consequence,
        "action": acte.libelle,
        "retour": reverse("fournisseurs:opposition", args=[pk]),
        "form": form,
        "lignes": _resume(objet),
        "est_dangereux": acte.est_dangereux,
    }
    statut = 422 if form is not None and form.errors else 200
    return render(requete, "confirmation.html", contexte, status=statut)


def _texte(refus: ValidationError | FichierRefuse) -> str:
    return refus.messages[0] if isinstance(refus, ValidationError) else str(refus)


def _arguments(form: Any) -> dict[str, Any]:
    if form is None:
        return {}
    donnees = {nom: valeur for nom, valeur in form.cleaned_data.items() if nom != "document"}
    return donnees | ({"preuve": form.preuve} if "document" in form.cleaned_data else {})
