"""Pages of the counter: one till per régisseur, payments typed then confirmed."""

from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from facturier.acces.alertes import signaler_document_perdu
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun import confirmation, montants
from facturier.commun.fichiers import DocumentPerdu
from facturier.grand_livre.models import Titre
from facturier.grand_livre.soldes import reste_du, reste_du_par_piece
from telepaiement import (
    au_lecteur,
    caisse,
    creances,
    echeanciers,
    monnaie,
    quittances,
    registres,
)
from telepaiement.forms import EncaissementForm, MotifForm, OuvertureForm
from telepaiement.forms_regie import LecteurForm
from telepaiement.models import (
    DelivranceQuittance,
    Encaissement,
    EtatTentative,
    Mode,
    Quittance,
    SessionCaisse,
    Tentative,
)
from telepaiement.position import position
from telepaiement.views.communs import (
    CaisseFermee,
    agent,
    page_par_cle,
    reponse_pdf,
    retenir,
    retenue,
)

SAISIES = "saisies_guichet"
RESULTATS = 20
LONGUEUR_MINIMALE = 2


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def accueil(request: HttpRequest) -> HttpResponse:
    """Open the till, or show where it stands and search a debt."""
    session = caisse.session_ouverte(agent(request))
    if session is not None:
        return render(request, "telepaiement/guichet/accueil.html", _position(session))
    form = OuvertureForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            caisse.ouvrir_session(par=agent(request), **form.cleaned_data)
        except ValidationError as erreur:
            confirmation.rapporter(form, erreur)
        else:
            return redirect("telepaiement:guichet")
    statut = 422 if form.errors else 200
    return render(request, "telepaiement/guichet/ouverture.html", {"form": form}, status=statut)


def _position(session: SessionCaisse) -> dict[str, Any]:
    etat = position(session.regie)
    return {
        "session": session,
        "en_attente": au_lecteur.en_attente(session),
        "especes": caisse.especes_en_caisse(session),
        "encaisse": etat.encaisse,
        "disponible": etat.disponible,
        "est_d_un_autre_jour": session.jour != timezone.localdate(),
    }


def session_exigee(request: HttpRequest) -> SessionCaisse:
    """Return the till that the person has open; without one the page does not exist."""
    session = caisse.session_ouverte(agent(request))
    if session is None:
        raise CaisseFermee("Aucune caisse ouverte.")
    return session


@reserver_a(Role.REGISSEUR)
@never_cache
@require_GET
def recherche(request: HttpRequest) -> HttpResponse:
    """Find a debt by its reference, the name of its debtor, or the text of its QR code."""
    session_exigee(request)
    texte = request.GET.get("q", "").strip()
    if texte.startswith("http"):
        texte = parse_qs(texte.partition("?")[2]).get("reference", [""])[0]
    titres, suivant = _chercher(texte, request.GET.get("apres", ""))
    if len(titres) == 1 and suivant is None and "apres" not in request.GET:
        return redirect("telepaiement:guichet_titre", titre_id=titres[0].pk)
    restes = reste_du_par_piece([titre.pk for titre in titres], sens="recette")
    return render(
        request,
        "telepaiement/guichet/recherche.html",
        {
            "q": texte,
            "lignes": [(titre, restes.get(titre.pk, 0)) for titre in titres],
            "suivant": suivant,
        },
    )


def _chercher(texte: str, apres: str) -> tuple[list[Titre], int | None]:
    """Return a page of the titres found, newest first, and the key of the next page."""
    if creances.lire_reference(texte):
        return creances.par_reference(texte), None
    if len(texte) < LONGUEUR_MINIMALE:
        return [], None
    return page_par_cle(creances.nommes(texte), apres, taille=RESULTATS)


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def titre(request: HttpRequest, titre_id: int) -> HttpResponse:
    """Choose a mode, then type a payment; it is only recorded once confirmed on the next page."""
    session = session_exigee(request)
    dette = get_object_or_404(Titre.objects.select_related("tiers"), pk=titre_id)
    contexte = contexte_du_titre(session, dette)
    mode = request.GET.get("mode", "")
    if mode not in caisse.modes_admis(session.regie):
        return render(request, "telepaiement/guichet/titre.html", contexte)
    initial = {"montant": contexte["propose"]}
    form = EncaissementForm(request.POST or None, mode=mode, initial=initial)
    if request.method == "POST" and form.is_valid():
        saisie = caisse.Saisie(mode=mode, **form.cleaned_data)
        try:
            caisse.controler_saisie(session=session, titre=dette, saisie=saisie)
        except ValidationError as erreur:
            confirmation.rapporter(form, erreur)
        else:
            donnees = champs_retenus(saisie) | {"titre_id": dette.pk}
            retenir(request, SAISIES, saisie.identifiant, donnees)
            return redirect("telepaiement:guichet_confirmer", identifiant=saisie.identifiant)
    contexte |= {"form": form, "mode": Mode(mode).label}
    statut = 422 if form.errors else 200
    return render(request, "telepaiement/guichet/titre.html", contexte, status=statut)


def contexte_du_titre(session: SessionCaisse, dette: Titre) -> dict[str, Any]:
    """Return what the page of a titre shows to the counter; `propose` is the sum to ask for."""
    reste = max(reste_du(dette), 0)
    echeancier = echeanciers.en_cours(dette)
    choix = echeanciers.choix(dette, reste)
    propose = choix[0][1] if choix else reste
    ailleurs = list(caisse.paiements_ailleurs(session, dette))
    return {
        "titre": dette,
        "reste": reste,
        "propose": propose,
        "en_attente": au_lecteur.en_attente(session),
        "engages": [une for une in ailleurs if une.engagee],
        "sans_carte": [une for une in ailleurs if not une.engagee],
        "impayable": creances.motif_impayable(dette, reste)
        or ("" if session.regie.admet(dette.code_produit) else caisse.HORS_ACTE),
        "modes": [(code, Mode(code).label) for code in caisse.modes_admis(session.regie)],
        "a_un_lecteur": session.guichet.lecteur and session.regie.accepte_tpe,
        "echeances": echeanciers.suivies(echeancier, reste) if echeancier else [],
        "lecteur": LecteurForm(initial={"montant": propose}),
    }


@reserver_a(Role.REGISSEUR)
@require_POST
def annuler_en_ligne(request: HttpRequest, jeton: UUID) -> HttpResponse:
    """Cancel the online payment of a titre that the payer, now at the counter, has left."""
    session_exigee(request)
    tentative = get_object_or_404(Tentative, jeton=jeton, titre__isnull=False)
    try:
        apres = caisse.annuler_en_ligne(tentative, par=agent(request))
    except ValidationError as erreur:
        messages.error(request, erreur.message)
    else:
        if apres.etat == EtatTentative.REUSSIE:
            messages.warning(request, "La carte avait déjà payé : n’encaissez rien d’autre.")
        else:
            messages.success(request, "Le paiement en ligne est annulé : rien n’a été prélevé.")
    return redirect("telepaiement:guichet_titre", titre_id=tentative.titre_id)


def champs_retenus(saisie: caisse.Saisie) -> dict[str, Any]:
    """Return what JSON keeps of a payment that was typed: all but its identifier."""
    noms = saisie.__dataclass_fields__.keys() - {"identifiant"}
    return {nom: getattr(saisie, nom) for nom in noms}


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def confirmer(request: HttpRequest, identifiant: UUID) -> HttpResponse:
    """Show what was typed and the change to give; a POST records the money."""
    session = session_exigee(request)
    champs = dict(retenue(request, SAISIES, identifiant))
    dette = get_object_or_404(Titre.objects.select_related("tiers"), pk=champs.pop("titre_id"))
    saisie = caisse.Saisie(identifiant=identifiant, **champs)
    contexte = {
        "titre": "Confirmer l’encaissement",
        "consequence": "La quittance sera émise et numérotée. Vérifiez le titre et la somme.",
        "action": "Confirmer et émettre la quittance",
        "retour": reverse("telepaiement:guichet_titre", args=[dette.pk]),
        "lignes": _recapitulatif(dette, saisie),
        "alertes": monnaie.alertes(
            saisie.montant,
            saisie.somme_remise,
            timezone.localdate(),
            en_caisse=caisse.especes_en_caisse(session),
        ),
    }
    if request.method == "POST":
        try:
            fait = caisse.encaisser_au_guichet(
                session=session, titre_id=dette.pk, saisie=saisie, par=agent(request)
            )
        except ValidationError as erreur:
            contexte["consequence"] = " ".join(erreur.messages)
            return render(request, "confirmation.html", contexte, status=422)
        return redirect("telepaiement:guichet_encaissement", encaissement_id=fait.pk)
    return render(request, "confirmation.html", contexte)


def _recapitulatif(dette: Titre, saisie: caisse.Saisie) -> list[tuple[str, str]]:
    lignes = [
        ("Titre", f"{dette.reference} – {dette.objet}"),
        ("Débiteur", dette.tiers.nom_complet),
        ("Mode de paiement", Mode(saisie.mode).label),
        ("Montant", montants.afficher(saisie.montant)),
    ]
    if saisie.somme_remise is not None:
        lignes += monnaie.lignes(saisie.montant, saisie.somme_remise)
    return lignes + details_du_moyen(saisie)


def details_du_moyen(saisie: caisse.Saisie) -> list[tuple[str, str]]:
    """Return what was typed of a ticket, a cheque or a transfer, line by line."""
    details = (
        ("Numéro de ticket", saisie.numero_ticket),
        ("Numéro d’autorisation", saisie.numero_autorisation),
        ("Chèque", f"{saisie.banque} {saisie.numero_cheque} {saisie.tireur}".strip()),
        ("Référence du virement", saisie.reference_virement),
    )
    return [(libelle, valeur) for libelle, valeur in details if valeur]


def encaissement_du_guichet(request: HttpRequest, encaissement_id: int) -> Encaissement:
    """Return a payment of one's own tills; another's answers 404."""
    return get_object_or_404(
        Encaissement.objects.select_related(
            "titre__tiers",
            "vente",
            "quittance__regie",
            "quittance__delivrance",
            "session",
            "annulation",
            "par",
            "feuillet",
        ),
        pk=encaissement_id,
        session__agent=agent(request),
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_GET
def encaissement(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Show a recorded payment and its receipt."""
    fait = encaissement_du_guichet(request, encaissement_id)
    return render(
        request,
        "telepaiement/guichet/encaissement.html",
        {
            "encaissement": fait,
            "mode": quittances.mode_detaille(fait),
            "annulation": getattr(fait, "annulation", None),
            "delivrance": getattr(fait.quittance, "delivrance", None),
            "envois": fait.quittance.envois.select_related("par"),
            "feuillet": getattr(fait, "feuillet", None),
            "est_annulable": caisse.est_annulable(fait, par=agent(request)),
        },
    )


def original_perdu(request: HttpRequest, quittance: Quittance, perdu: DocumentPerdu) -> str:
    """Tell the administrators that an original is lost; return what the counter reads of it."""
    signaler_document_perdu(perdu, request)
    return (
        f"L’original de la quittance {quittance.reference} ne se lit plus dans les archives : rien "
        "n’est imprimé ni envoyé, et l’administrateur est prévenu. Le paiement n’est pas en "
        "cause : remettez au payeur le ticket de 80 mm, ou un duplicata."
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_POST
def quittance(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Give the receipt to print: the original the first time, then a copy."""
    fait = encaissement_du_guichet(request, encaissement_id)
    try:
        contenu = quittances.delivrer(
            fait.quittance, DelivranceQuittance.Support.A5, par=agent(request)
        )
    except DocumentPerdu as perdu:
        messages.error(request, original_perdu(request, fait.quittance, perdu))
        return redirect("telepaiement:guichet_encaissement", encaissement_id=fait.pk)
    return reponse_pdf(contenu, f"quittance-{fait.quittance.reference}.pdf")


@reserver_a(Role.REGISSEUR)
@never_cache
@require_GET
def duplicata(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Give a copy of the receipt, marked as such."""
    fait = encaissement_du_guichet(request, encaissement_id)
    contenu = quittances.dessiner(fait.quittance, duplicata_du=timezone.now())
    return reponse_pdf(contenu, f"quittance-{fait.quittance.reference}-duplicata.pdf")


@reserver_a(Role.REGISSEUR)
@never_cache
@require_POST
def ticket(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Give the receipt for a roll of 80 mm: the original the first time, then a copy."""
    fait = encaissement_du_guichet(request, encaissement_id)
    contenu = quittances.delivrer(
        fait.quittance, DelivranceQuittance.Support.TICKET, par=agent(request)
    )
    return reponse_pdf(contenu, f"ticket-{fait.quittance.reference}.pdf")


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def annuler(request: HttpRequest, encaissement_id: int) -> HttpResponse:
    """Cancel a payment of the day, with a reason."""
    fait = encaissement_du_guichet(request, encaissement_id)
    contexte = {
        "titre": f"Annuler l’encaissement de {montants.afficher(fait.montant)}",
        "consequence": "La quittance ne vaudra plus, et la somme sera due à nouveau. "
        "Rendez au payeur ce qu’il a remis.",
        "action": "Annuler l’encaissement",
        "retour": reverse("telepaiement:guichet_encaissement", args=[fait.pk]),
        "est_dangereux": True,
    }
    return confirmation.confirmer(
        request,
        MotifForm(request.POST or None),
        lambda saisie: caisse.annuler_encaissement(
            encaissement_id=fait.pk, par=agent(request), **saisie
        ),
        contexte,
        reussite="L’encaissement est annulé ; la somme est due à nouveau.",
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_GET
def journal(request: HttpRequest) -> HttpResponse:
    """List the payments of the open till, newest first."""
    session = session_exigee(request)
    quittances_emises = registres.quittances_de_caisse(session)
    return render(
        request,
        "telepaiement/guichet/journal.html",
        {
            "session": session,
            "quittances": registres.ordonner(quittances_emises).reverse(),
            "totaux": registres.totaux(quittances_emises),
        },
    )
