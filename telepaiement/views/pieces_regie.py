"""Papers of a régie: hand-overs, checks, versements, titres of sales."""

from datetime import date

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.cartes import FormulaireSansCarte
from facturier.commun.montants import afficher
from telepaiement import depots, etats_mensuels, nominations, proces_verbaux, rectifications, ventes
from telepaiement.forms_regie import (
    AnnulationVersementForm,
    RecepisseForm,
    RectificationForm,
    RegularisationForm,
    RemiseServiceForm,
    VerificationRegieForm,
    VersementForm,
)
from telepaiement.models import (
    EtatMensuel,
    EtatVersementRegie,
    RemiseService,
    VerificationRegie,
    VersementRegie,
)
from telepaiement.titres import adresse_connue
from telepaiement.views.communs import agent, reponse_pdf
from telepaiement.views.regies import (
    CONTROLEURS,
    LECTEURS,
    adresse,
    presenter,
    regie_visible,
    visibles,
)

MOIS_PAR_AN = 12


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def remise(request: HttpRequest, code: str) -> HttpResponse:
    """Hand a régie over, counted."""
    regie = regie_visible(request, code)
    en_fonction = nominations.en_fonction(regie, timezone.localdate())
    form = RemiseServiceForm(
        request.POST or None, entrants=[n for n in en_fonction if n.est_responsable]
    )
    return presenter(
        request,
        form,
        lambda: proces_verbaux.remettre_service(
            coupures=form.coupures,
            par=agent(request),
            **{
                nom: form.cleaned_data[nom]
                for nom in ("entrant", "cheques_comptes", "observations")
            },
        ),
        vers=lambda _: adresse(regie),
        titre=f"Remettre la {regie.libelle.lower()}",
        aide="Comptez en présence du sortant et de l’entrant, fonds de caisse compris, puis "
        "imprimez le procès-verbal pour le signer.",
        action="Établir le procès-verbal",
        retour=adresse(regie),
        succes="La remise de service est enregistrée : imprimez son procès-verbal.",
    )


@reserver_a(*CONTROLEURS)
@never_cache
@require_http_methods(["GET", "POST"])
def verification(request: HttpRequest, code: str) -> HttpResponse:
    """Record an unannounced check."""
    regie = regie_visible(request, code)
    form = VerificationRegieForm(request.POST or None)
    noms = ("cheques_comptes", "en_presence_de", "observations")
    return presenter(
        request,
        form,
        lambda: proces_verbaux.verifier_regie(
            regie=regie,
            coupures=form.coupures,
            par=agent(request),
            **{nom: form.cleaned_data[nom] for nom in noms},
        ),
        vers=lambda _: adresse(regie),
        titre=f"Vérifier la {regie.libelle.lower()}",
        aide="Comptez toutes les espèces de la régie, caisses ouvertes et fonds de caisse compris, "
        "avant de lire la somme attendue.",
        action="Établir le procès-verbal",
        retour=adresse(regie),
        succes="La vérification est enregistrée : imprimez son procès-verbal.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def remise_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the procès-verbal of a hand-over."""
    objet = get_object_or_404(
        RemiseService.objects.select_related(
            "regie", "par", "entrant__personne", "sortant__personne"
        ),
        pk=pk,
        regie__in=visibles(request),
    )
    nom = f"remise-service-{objet.regie.code}-{objet.numero}.pdf"
    return reponse_pdf(proces_verbaux.dessiner_remise(objet), nom)


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def verification_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the procès-verbal of an unannounced check."""
    objet = get_object_or_404(
        VerificationRegie.objects.select_related("regie", "par"),
        pk=pk,
        regie__in=visibles(request),
    )
    nom = f"verification-{objet.regie.code}-{objet.numero}.pdf"
    return reponse_pdf(proces_verbaux.dessiner_verification(objet), nom)


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def verser(request: HttpRequest, code: str) -> HttpResponse:
    """Pay over what the closed tills hold."""
    regie = regie_visible(request, code)
    sessions = depots.sessions_a_verser(regie)
    cheques = list(depots.cheques_a_verser(regie))
    especes = depots.especes_a_verser(regie)
    if request.method == "GET" and not especes and not cheques:
        messages.info(request, depots.RIEN_A_VERSER)
        return redirect(adresse(regie))
    form = VersementForm(
        request.POST if request.method == "POST" else None, a_des_especes=especes > 0
    )
    return presenter(
        request,
        form,
        lambda: depots.etablir_versement(regie=regie, coupures=form.coupures, par=agent(request)),
        vers=lambda _: adresse(regie),
        titre=f"Verser les fonds de la {regie.libelle.lower()}",
        aide="Le bordereau réunit toutes les caisses clôturées. Comptez les billets et les pièces "
        "à verser ; le fonds de caisse reste à la régie.",
        lignes=[
            ("Caisses clôturées", str(sessions.count())),
            ("Espèces à verser", afficher(especes)),
            ("Chèques", f"{len(cheques)} pour {afficher(sum(c.montant for c in cheques))}"),
            *(
                (f"Chèque {un.numero_cheque}", f"{un.banque}, {un.tireur} : {afficher(un.montant)}")
                for un in cheques
            ),
        ],
        action="Établir le bordereau de versement",
        retour=adresse(regie),
        succes="Le bordereau de versement est établi : imprimez-le et portez les fonds.",
    )


@reserver_a(Role.AGENT)
@never_cache
@require_http_methods(["GET", "POST"])
def regulariser(request: HttpRequest, code: str, produit: str) -> HttpResponse:
    """Issue the titre of the sales of one product."""
    regie = regie_visible(request, code)
    vendu = get_object_or_404(regie.produits, code=produit)
    connue = adresse_connue(regie.tiers) if regie.tiers else {}
    form = RegularisationForm(
        request.POST or None,
        initial={"jusqu_au": timezone.localdate(), "service": regie.service, **connue},
    )
    noms = ("adresse_voie", "code_postal", "ville")
    return presenter(
        request,
        form,
        lambda: ventes.regulariser_ventes(
            regie=regie,
            produit=vendu,
            jusqu_au=form.cleaned_data["jusqu_au"],
            service=form.cleaned_data["service"],
            adresse={nom: form.cleaned_data[nom] for nom in noms},
            par=agent(request),
        ),
        vers=lambda faite: reverse("telepaiement:titre", args=[faite.titre_id]),
        titre=f"Régulariser les ventes : {vendu.libelle.lower()}",
        aide="Le titre porte toutes les ventes des caisses clôturées ; il est soldé dès son "
        "émission par ce qui a été reçu.",
        action="Émettre le titre de régularisation",
        retour=adresse(regie),
        succes="Le titre de régularisation est émis.",
    )


def _versement(request: HttpRequest, pk: int) -> VersementRegie:
    return get_object_or_404(
        VersementRegie.objects.select_related("regie", "par"), pk=pk, regie__in=visibles(request)
    )


def _sommes(versement: VersementRegie) -> list[tuple[str, str]]:
    return [
        ("Espèces", afficher(versement.especes)),
        ("Chèques", f"{versement.nombre_cheques} pour {afficher(versement.montant_cheques)}"),
    ]


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def versement_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the bordereau de versement."""
    versement = _versement(request, pk)
    nom = f"bordereau-versement-{versement.reference}.pdf"
    return reponse_pdf(depots.dessiner_bordereau(versement), nom)


@reserver_a(Role.AGENT, Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def recevoir(request: HttpRequest, pk: int) -> HttpResponse:
    """Record that the treasury received a versement."""
    versement = _versement(request, pk)
    form = RecepisseForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: depots.recevoir_versement(
            versement_id=pk, recepisse=form.cleaned_data["recepisse"], par=agent(request)
        ),
        vers=lambda _: adresse(versement.regie),
        titre=f"Recevoir le versement {versement.reference}",
        lignes=_sommes(versement),
        action="Enregistrer le récépissé",
        retour=adresse(versement.regie),
        succes="Le versement est reçu et passé en écriture.",
    )


@reserver_a(Role.COMPTABLE)
@never_cache
@require_http_methods(["GET", "POST"])
def rectifier_versement(request: HttpRequest, pk: int) -> HttpResponse:
    """Correct the cash of a versement received that proves wrong."""
    versement = _versement(request, pk)
    if versement.etat != EtatVersementRegie.RECU or not versement.especes:
        raise Http404("Aucune espèce reçue à rectifier.")
    form = RectificationForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: rectifications.rectifier(versement_id=pk, par=agent(request), **form.cleaned_data),
        vers=lambda _: adresse(versement.regie),
        titre=f"Rectifier le versement {versement.reference}",
        aide="Le bordereau ne change pas : la différence est passée en écriture. Ce qui manque est "
        "un déficit que le régisseur comble (article 4) ; il en est prévenu.",
        lignes=[
            *_sommes(versement),
            ("Récépissé", versement.recepisse),
            ("Espèces après rectifications", afficher(rectifications.especes_reelles(versement))),
        ],
        action="Rectifier le versement",
        retour=adresse(versement.regie),
        succes="Le versement est rectifié et passé en écriture : la régie est prévenue.",
        est_dangereux=True,
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def annuler_versement(request: HttpRequest, pk: int) -> HttpResponse:
    """Cancel a versement that the treasury has not received."""
    versement = _versement(request, pk)
    form = AnnulationVersementForm(request.POST or None)
    return presenter(
        request,
        form,
        lambda: depots.annuler_versement(
            versement_id=pk, motif=form.cleaned_data["motif"], par=agent(request)
        ),
        vers=lambda _: adresse(versement.regie),
        titre=f"Annuler le versement {versement.reference}",
        aide="Ses caisses et ses chèques redeviennent à verser ; le bordereau annulé garde son "
        "numéro.",
        lignes=_sommes(versement),
        action="Annuler le versement",
        retour=adresse(versement.regie),
        succes="Le versement est annulé : établissez-en un autre.",
        est_dangereux=True,
    )


@reserver_a(Role.REGISSEUR)
@never_cache
@require_http_methods(["GET", "POST"])
def etablir_etat(request: HttpRequest, code: str, annee: int, mois: int) -> HttpResponse:
    """Justify a month of receipts to the treasury."""
    regie = regie_visible(request, code)
    if not 1 <= mois <= MOIS_PAR_AN or not date.min.year <= annee <= timezone.localdate().year:
        raise Http404("Mois inconnu.")
    debut = date(annee, mois, 1)
    sommes = etats_mensuels.ventiler(etats_mensuels.recettes_du_mois(regie, debut))
    nom = etats_mensuels.de_mois(debut)
    return presenter(
        request,
        FormulaireSansCarte(request.POST if request.method == "POST" else None),
        lambda: etats_mensuels.etablir_etat(regie=regie, mois=debut, par=agent(request)),
        vers=lambda _: adresse(regie),
        titre=f"État {nom}, {regie.libelle.lower()}",
        aide="L’état justifie à la Trésorerie toutes les recettes du mois, par produit et par mode "
        "de paiement (article 10).",
        lignes=[
            *((mode, afficher(somme)) for mode, somme in etats_mensuels.par_mode(sommes)),
            ("Total", afficher(sum(sommes.values()))),
            *(
                (f"Versement {une.versement.reference} rectifié", afficher(une.ecart))
                for une in etats_mensuels.rectifications_du_mois(regie, debut)
            ),
        ],
        action="Établir l’état",
        retour=adresse(regie),
        succes=f"L’état {nom} est établi : imprimez-le et adressez-le à la Trésorerie.",
    )


@reserver_a(*LECTEURS)
@never_cache
@require_GET
def etat_pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the état récapitulatif of a month."""
    etat = get_object_or_404(
        EtatMensuel.objects.select_related("regie", "par"), pk=pk, regie__in=visibles(request)
    )
    nom = f"etat-{etat.regie.code}-{etat.mois:%Y-%m}.pdf"
    return reponse_pdf(etats_mensuels.dessiner_etat(etat), nom)
