"""What the pages share: keyset pages, files to download, acts that may be refused, summaries."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Model, QuerySet
from django.http import FileResponse, HttpRequest
from django.urls import reverse

from exports_tps.a_signer import ASigner
from exports_tps.enregistrements import tete_pes
from exports_tps.etapes import Etat, empechement, qui_vise, refus_de_viser
from exports_tps.models import (
    Delegation,
    DepotExterne,
    Presentable,
    SignatureBordereau,
    VisaParapheur,
)
from exports_tps.presentables import est_a_signer, est_presente
from exports_tps.viseurs import attente_de, blocage_de
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.montants import afficher
from facturier.commun.nombres import lire_entier
from facturier.commun.templatetags.coquille import jour, moment
from facturier.grand_livre.models import Bordereau

TAILLE_PAGE = 50
LECTEURS = (Role.AGENT, Role.ORDONNATEUR, Role.COMPTABLE)
M = TypeVar("M", bound=Model)


class RequeteConnectee(HttpRequest):
    """A request whose person is known: the access control lets no other through."""

    user: Utilisateur


def page_par_cle(
    requete: HttpRequest, objets: QuerySet[M], *, cle: str = "apres", ordre: str = "-pk"
) -> tuple[list[M], str]:
    """Return a page of `objets`, newest first, and the query string of the next, or nothing.

    Args:
        cle: parameter that holds where the page begins; a page with two lists has two.
        ordre: "pk" lists them as they were recorded, for instance in the order of a file; "numero"
            by their number, which no two of them share.
    """
    champ = ordre.removeprefix("-")
    if (apres := lire_entier(requete.GET.get(cle, ""))) is not None:
        sens = "lt" if ordre != champ else "gt"
        objets = objets.filter(**{f"{champ}__{sens}": apres})
    page = list(objets.order_by(ordre)[: TAILLE_PAGE + 1])
    if len(page) <= TAILLE_PAGE:
        return page, ""
    parametres = requete.GET.copy()
    parametres[cle] = str(getattr(page[TAILLE_PAGE - 1], champ))
    return page[:TAILLE_PAGE], f"?{parametres.urlencode()}"


def tenter(requete: HttpRequest, acte: Callable[[], Any], reussite: str) -> bool:
    """Carry out an act; tell its success, or each reason why it was refused."""
    try:
        acte()
    except ValidationError as refus:
        for raison in refus.messages:
            messages.error(requete, raison)
        return False
    messages.success(requete, reussite)
    return True


def fichier_range(sha256: str, *, nom: str, type_mime: str) -> FileResponse:
    """Answer a file of the store, to be saved.

    Raises:
        fichiers.FichierIntrouvable: it is not in the store.
    """
    contenu = fichiers.ouvrir(sha256, settings.DOCUMENTS_RACINE)
    return FileResponse(contenu, as_attachment=True, filename=nom, content_type=type_mime)


def adresse_de(objet: Presentable, par: Utilisateur) -> str:
    """Return where `par` reads a bordereau or a file: its page, or the one of his visa."""
    if not par.a_role(*LECTEURS):
        return adresse_d_acte(objet, "viser")
    page = "bordereau" if isinstance(objet, Bordereau) else "flux"
    return reverse(f"exports_tps:{page}", args=[objet.pk])


def adresse_d_acte(objet: Presentable, acte: str) -> str:
    """Return the page of one act of the parapheur on a bordereau or a file."""
    nom = acte if isinstance(objet, Bordereau) else f"{acte}_depot"
    return reverse(f"exports_tps:{nom}", args=[objet.pk])


def lignes_depot(depot: DepotExterne) -> list[tuple[str, str]]:
    """Return what tells the origin of the flux, as (label, value)."""
    signature = SignatureBordereau.objects.filter(depot=depot).select_related("par").first()
    signe = "non"
    if signature is not None:
        ou = "avant son dépôt" if depot.est_signe else "ici"
        signe = f"oui, {ou}, par {signature.par.nom_complet}"
    return [
        ("Origine", "logiciel financier de la province"),
        ("Fichier déposé", f"{depot.nom}, par {depot.par.nom_complet}"),
        ("Empreinte du dépôt", depot.sha256),
        ("Signé", signe),
    ]


def lignes_bordereau(objet: Bordereau, lu: ASigner | None = None) -> list[tuple[str, str]]:
    """Return what sums a bordereau up, as (label, value); `lu` when it has just been read."""
    tete = (lu.tete if lu else None) or tete_pes(objet)
    ht, tgc = int(tete.montant_ht), int(tete.montant_tva or 0)
    lignes = [
        ("Sens", objet.get_sens_display()),
        ("Budget et exercice", f"{objet.budget} – {objet.exercice_id}"),
        ("Date d’émission", jour(objet.date_emission)),
        ("Nombre de pièces", str(tete.nombre_pieces)),
        ("Montant HT", afficher(ht)),
        ("TGC", afficher(tgc)),
        ("Montant TTC", afficher(ht + tgc)),
    ]
    if objet.signe_le:
        lignes += [
            ("Signé le", moment(objet.signe_le)),
            ("Certificat", objet.signataire),
            ("Empreinte signée", objet.empreinte_signee),
        ]
    return lignes


def circuit_de_la_page(objet: Presentable, etat: Etat | None) -> dict[str, Any]:
    """Return what a page shows of the circuit: `etapes`, and `blocage` where nobody may act."""
    if etat is None:
        return {"etapes": []}
    attente = attente_de(objet, etat)
    return {
        "etapes": _etapes(etat, attente.en_leur_absence),
        "blocage": blocage_de(objet, etat, attente),
    }


def _etapes(etat: Etat, en_leur_absence: Sequence[Delegation]) -> list[dict[str, Any]]:
    """Return the steps of the circuit, each with what was decided: two queries."""
    visas = {v.rang: v for v in etat.presentation.visas.select_related("par", "pour__delegant")}
    circuit = etat.presentation.circuit
    etapes = list(circuit.etapes.select_related("titulaire")) if circuit else []
    lignes: list[dict[str, Any]] = [
        {
            "libelle": str(etape),
            "qui": qui_vise(etape),
            "visa": visas.get(etape.rang),
            "est_attendue": etape.rang == etat.rang,
        }
        for etape in etapes
    ]
    signataire = circuit.signataire if circuit else None
    lignes.append(
        {
            "libelle": "Signature",
            "qui": str(signataire or "Tout ordonnateur"),
            "visa": None,
            "est_attendue": etat.etape is None,
        }
    )
    for ligne in lignes:
        ligne["absences"] = en_leur_absence if ligne["est_attendue"] else []
    return lignes


def ce_que_peut(par: Utilisateur, objet: Presentable, etat: Etat | None) -> dict[str, Any]:
    """Return what `par` may do now of a bordereau or a file: a visa, a signature, or why not."""
    a_signer = est_a_signer(objet) and par.a_role(Role.ORDONNATEUR)
    raison = empechement(objet, par) if a_signer else ""
    return {
        "peut_viser": etat is not None and not refus_de_viser(objet, etat, par),
        "peut_examiner": a_signer,
        "empechement": raison,
    }


def dernier_renvoi(objet: Presentable) -> VisaParapheur | None:
    """Return why what is in preparation last came back, if it did."""
    if est_presente(objet) or not est_a_signer(objet):
        return None
    renvois = VisaParapheur.objects.filter(
        presentation__in=objet.presentations.all(), decision="renvoye"
    )
    return renvois.select_related("par").order_by("-pk").first()
