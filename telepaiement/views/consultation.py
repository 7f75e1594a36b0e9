"""What the pages of a debt share: who may see it, and where it stands."""

from datetime import timedelta
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.forms import Form
from django.http import HttpRequest
from django.utils import timezone

from facturier.grand_livre.models import Parametre, Titre
from facturier.grand_livre.soldes import reste_du
from telepaiement import creances, demandes, echeanciers, recus_apurement
from telepaiement.decompte import decompte
from telepaiement.passerelles import passerelle
from telepaiement.recours import recours

CONSULTES = "titres_consultes"
PAYEUR = "payeur"
BORNE = "borne"
CODE_SCANNE = "code_scanne"
LIENS = "liens_ouverts"
RETENUS = 20  # debts, and links, that a session remembers
DUREE_DU_CODE = timedelta(minutes=10)
Saisie = TypeVar("Saisie", bound=Form)


def retenir(request: HttpRequest, titre: Titre) -> None:
    """Remember in the session that this payer proved to know the key of this debt."""
    _ajouter(request, CONSULTES, titre.pk)
    payeur(request)


def _ajouter(request: HttpRequest, liste: str, cle: int) -> None:
    """Put a key last in a list of the session, which keeps the last twenty."""
    connues = request.session.get(liste, [])
    request.session[liste] = [*[pk for pk in connues if pk != cle], cle][-RETENUS:]


def retenir_le_lien(request: HttpRequest, cle: int) -> None:
    """Remember in the session that this payer holds a payment link."""
    _ajouter(request, LIENS, cle)


def lien_retenu(request: HttpRequest, cle: int) -> bool:
    """Tell whether this session was opened by this payment link."""
    return cle in request.session.get(LIENS, [])


def retenir_le_code(request: HttpRequest) -> None:
    """Keep for ten minutes what a scanned code brings in its address, which is then left."""
    lus = {champ: request.GET.get(champ, "")[:30] for champ in ("reference", "cle")}
    jusqu_a = (timezone.now() + DUREE_DU_CODE).timestamp()
    request.session[CODE_SCANNE] = {**lus, "jusqu_a": jusqu_a}


def code_retenu(request: HttpRequest) -> dict[str, str]:
    """Return the reference and the key scanned a short while ago, or nothing."""
    retenu = request.session.get(CODE_SCANNE)
    if not retenu or retenu["jusqu_a"] < timezone.now().timestamp():
        request.session.pop(CODE_SCANNE, None)
        return {}
    return {champ: retenu[champ] for champ in ("reference", "cle")}


def payeur(request: HttpRequest) -> UUID:
    """Return the identity of this browser session among payers, drawn when first asked."""
    return UUID(request.session.setdefault(PAYEUR, str(uuid4())))


def titre_consulte(request: HttpRequest, titre_id: int) -> Titre | None:
    """Return the titre if this session proved to know its key."""
    if titre_id not in request.session.get(CONSULTES, []):
        return None
    titres = Titre.objects.select_related("tiers", "service").filter(pk=titre_id)
    titre: Titre | None = titres.first()
    return titre


def sans_memoire(request: HttpRequest, form: Saisie) -> Saisie:
    """Return `form`, of which the browser of a kiosk neither keeps nor proposes the address.

    Nor does a kiosk open its own files to who stands before it.
    """
    if request.session.get(BORNE):
        form.fields.pop("documents", None)
        if "courriel" in form.fields:
            form.fields["courriel"].widget.attrs["autocomplete"] = "off"
    return form


def situation(titre: Titre) -> dict[str, Any]:
    """Return what is owed, how it may be paid, and how to contest it."""
    reste = reste_du(titre)
    impayable = creances.motif_impayable(titre, reste)
    choix = [] if impayable else echeanciers.choix(titre, reste)
    moindre = choix[0][1] if choix else reste
    hors_ligne = (
        "" if impayable else creances.motif_hors_ligne(titre, passerelle().montant_maximal, moindre)
    )
    echeancier = echeanciers.en_cours(titre)
    return {
        "reste": max(reste, 0),
        "impayable": impayable,
        "hors_ligne": hors_ligne,
        "choix": choix,
        "echeances": echeanciers.suivies(echeancier, reste) if echeancier else [],
        "decompte": decompte(titre),
        "admet_une_demande": demandes.admet_une_demande(titre),
        "recours": recours(titre),
        "recus": recus_apurement.recus_de(titre),
        "suspension": Parametre.objects.valeur("mention_suspension_titre", titre.date_emission),
        "regle_echeancier": Parametre.objects.valeur(
            "mention_echeancier_titre", titre.date_emission
        ),
    }
