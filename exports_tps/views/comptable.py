"""Pages of the comptable: what was sent to him, and his decisions on one pièce."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods

from exports_tps import visa
from exports_tps.forms import EncaissementForm, MotifForm, PaiementForm, RetourDeFondsForm
from exports_tps.models import Flux, SignatureBordereau
from exports_tps.partages import nombre_de_documents
from exports_tps.remises import nombre_de_parties
from exports_tps.requisition import requisition_de
from exports_tps.reserves import totaux_a_demander
from exports_tps.views.pages import RequeteConnectee, page_par_cle
from facturier.acces.controle import reserver_a
from facturier.acces.models import Role
from facturier.commun.banque import afficher_iban
from facturier.commun.confirmation import confirmer
from facturier.commun.montants import afficher
from facturier.commun.templatetags.coquille import jour, moment
from facturier.grand_livre.models import EtatPiece, PartCedee, Piece, SensPiece
from facturier.grand_livre.soldes import reste_du, reste_du_par_tiers, tenu_par_la_tresorerie
from fournisseurs.gel import signaler

FIL = [("Trésorerie", "/tps/")]
ETATS_VISIBLES = [
    EtatPiece.TRANSMISE,
    EtatPiece.SUSPENDUE,
    EtatPiece.PRISE_EN_CHARGE,
    EtatPiece.REJETEE,
    EtatPiece.PAYEE,
]
FAITS = {
    "prendre_en_charge": "prise en charge enregistrée.",
    "suspendre": "suspension enregistrée ; l’ordonnateur voit votre motif.",
    "rejeter": "rejet enregistré et écriture contrepassée.",
    "rendre": "rendu à l’ordonnateur avec votre motif ; il le présentera de nouveau.",
    "payer": "paiement enregistré.",
    "encaisser": "encaissement enregistré ; le débiteur doit d’autant moins.",
    "constater_retour": "retour de fonds enregistré ; la somme est due de nouveau.",
}
ACTES: dict[str, tuple[str, str, Callable[..., None], type[Any] | None]] = {
    "prendre_en_charge": (
        "Prendre en charge",
        "La pièce est acceptée ; une suspension en cours est levée.",
        visa.prendre_en_charge,
        None,
    ),
    "payer": (
        "Enregistrer un paiement",
        "L’écriture de paiement est passée et le fournisseur est prévenu.",
        visa.payer,
        PaiementForm,
    ),
    "encaisser": (
        "Enregistrer un encaissement",
        "L’écriture d’encaissement est passée : le débiteur doit d’autant moins.",
        visa.encaisser,
        EncaissementForm,
    ),
    "suspendre": (
        "Suspendre",
        "Le délai de paiement s’arrête et l’ordonnateur est informé de votre motif.",
        visa.suspendre,
        MotifForm,
    ),
    "rejeter": (
        "Rejeter",
        "La pièce est écartée, son écriture est contrepassée, et ses factures sont à reprendre.",
        visa.rejeter,
        MotifForm,
    ),
    "rendre": (
        "Rendre à l’ordonnateur",
        "Ce titre est déjà réglé : il ne se rejette pas, ce qui est encaissé le reste. Il quitte "
        "son bordereau et revient en préparation avec votre motif, sous le même numéro.",
        visa.rendre,
        MotifForm,
    ),
    "constater_retour": (
        "Constater un retour de fonds",
        "Un virement rejeté par la banque, un chèque impayé : l’écriture est passée, la somme est "
        "due de nouveau, et le fournisseur d’un mandat est prévenu.",
        visa.constater_retour,
        RetourDeFondsForm,
    ),
}


@reserver_a(Role.COMPTABLE)
@require_GET
def accueil(requete: RequeteConnectee) -> HttpResponse:
    """List the pièces that were sent, by state, and the last flux."""
    etat = requete.GET.get("etat", EtatPiece.TRANSMISE)
    etat = etat if etat in ETATS_VISIBLES else EtatPiece.TRANSMISE
    transmises = Piece.objects.filter(etat__in=ETATS_VISIBLES)
    nombres = dict(transmises.values_list("etat").annotate(Count("pk")).order_by())
    page, suivant = page_par_cle(requete, transmises.filter(etat=etat))
    return render(
        requete,
        "exports_tps/tps.html",
        {
            "pieces": page,
            "suivant": suivant,
            "etat": etat,
            "etats": [(e.value, e.label, nombres.get(e, 0)) for e in ETATS_VISIBLES],
            "flux": Flux.objects.filter(transmis_le__isnull=False)
            .annotate(
                nombre=Count("lignes__bordereau__pieces") + nombre_de_parties(),
                documents=nombre_de_documents(),
            )
            .order_by("-transmis_le", "-pk")[:10],
        },
    )


@reserver_a(Role.COMPTABLE)
@require_GET
def piece(requete: RequeteConnectee, pk: int) -> HttpResponse:
    """Show a pièce as it was sent: identity, lines, documents, flux, verdicts, timeline."""
    objet = _lire(pk)
    return render(
        requete,
        "exports_tps/piece.html",
        {
            "piece": objet,
            "fil": FIL,
            "requisition": requisition_de(objet),
            "signalement": signaler(objet.tiers_id) if objet.sens == SensPiece.DEPENSE else "",
            "lignes": _resume(objet),
            "totaux": totaux_a_demander(objet).select_related("message"),
            "bordereau": objet.bordereau,
            "preuves": _preuves(objet),
            "imputations": objet.lignes_piece.select_related("compte"),
            "parts": PartCedee.objects.filter(ligne__piece=objet).select_related("ligne"),
            "documents": objet.justificatifs.order_by("rattachements__rang"),
            "flux": Flux.objects.filter(
                Q(lignes__bordereau__pieces=objet) | Q(lignes__bordereau__remises__piece=objet)
            )
            .prefetch_related("verifications__par")
            .order_by("-pk")
            .distinct(),
            "verdicts": objet.verdicts.select_related("message", "piece"),
            "actes": [
                (acte, ACTES[acte][0], reverse(f"exports_tps:tps_{acte}", args=[pk]))
                for acte in ACTES
                if not visa.obstacle(objet, acte)
            ],
        },
    )


@reserver_a(Role.COMPTABLE)
@require_http_methods(["GET", "POST"])
def decider(requete: RequeteConnectee, pk: int, acte: str) -> HttpResponse:
    """Confirm an act on a pièce, with its reason or its payment, then carry it out."""
    objet = _lire(pk)
    libelle, consequence, fonction, classe = ACTES[acte]
    adresse = reverse("exports_tps:tps_piece", args=[pk])
    if raison := visa.obstacle(objet, acte):
        messages.error(requete, raison)
        return redirect(adresse)
    return confirmer(
        requete,
        _formulaire(requete, objet, acte, classe) if classe else None,
        lambda donnees: fonction(objet, par=requete.user, **donnees),
        {
            "titre": f"{libelle} – {objet}",
            "consequence": consequence,
            "action": libelle,
            "retour": adresse,
            "lignes": [*_resume(objet), *_a_clore(objet, acte)],
            "est_dangereux": acte == "rejeter",
        },
        reussite=f"{objet} : {FAITS[acte]}",
        vers=reverse("exports_tps:tps") if acte == "rendre" else adresse,  # no more the treasury’s
    )


def _formulaire(requete: RequeteConnectee, objet: Piece, acte: str, classe: type[Any]) -> Any:
    """Return the form of an act; that of a payment knows whom the mandat pays."""
    options: dict[str, Any] = {} if acte == "encaisser" else {"sens": objet.sens}
    if acte == "payer":
        options = {
            "initial": {"montant": reste_du(objet)},
            "beneficiaires": [
                (tiers, nom) for tiers, nom, reste in _beneficiaires(objet) if reste > 0
            ],
        }
    if acte == "constater_retour":
        tenu = tenu_par_la_tresorerie(objet)
        options = {
            "initial": {"montant": sum(tenu.values())},
            "beneficiaires": [
                (tiers, nom) for tiers, nom, _ in _beneficiaires(objet) if tiers in tenu
            ],
        }
    return classe(requete.POST or None, **options)


def _a_clore(objet: Piece, acte: str) -> list[tuple[str, str]]:
    """Return the reserves that an act on money settles."""
    if acte not in {"payer", "encaisser"}:
        return []
    return [("Réserve close par cet acte", un.texte) for un in totaux_a_demander(objet)]


def _beneficiaires(objet: Piece) -> list[tuple[int, str, int]]:
    """Return whom a mandat pays and what each is still owed, the tiers of the mandat first."""
    restes = reste_du_par_tiers([objet.pk], sens=objet.sens).get(objet.pk, {})
    noms = {objet.tiers_id: objet.nom_tiers} | dict(
        PartCedee.objects.filter(ligne__piece=objet).values_list("tiers", "nom_tiers")
    )
    return [(tiers, nom, restes[tiers]) for tiers, nom in noms.items() if tiers in restes]


def _lire(pk: int) -> Piece:
    objet: Piece = get_object_or_404(Piece, pk=pk, etat__in=ETATS_VISIBLES)
    return objet


def _preuves(objet: Piece) -> list[tuple[str, str]]:
    """Return who signed the bordereau of a pièce, by which power, and its digests."""
    bordereau = objet.bordereau
    if bordereau is None or bordereau.signe_le is None:
        return []
    signature = (
        SignatureBordereau.objects.filter(bordereau=bordereau, retiree_le=None)
        .select_related("par", "delegation__delegant")
        .first()
    )
    lignes = [("Bordereau", bordereau.reference), ("Signé le", moment(bordereau.signe_le))]
    if signature is not None:
        lignes += [
            ("Par", f"{signature.par}, {signature.qualite}"),
            ("Mode de signature", signature.get_mode_display()),
            ("Empreinte de ce qui est signé", signature.empreinte or "non conservée"),
        ]
    return [
        *lignes,
        ("Certificat", bordereau.signataire),
        ("Empreinte du fragment signé", bordereau.empreinte_signee),
    ]


def _resume(objet: Piece) -> list[tuple[str, str]]:
    lignes = [
        ("Tiers", objet.nom_tiers),
        ("Objet", objet.objet),
        ("Montant HT", afficher(objet.montant_ht)),
        ("TGC", afficher(objet.montant_tgc)),
        ("Montant TTC", afficher(objet.montant_ttc)),
        ("Reste dû", afficher(reste_du(objet))),
    ]
    if objet.sens == SensPiece.DEPENSE:
        compte = f"{afficher_iban(objet.iban)} – {objet.titulaire_compte}"
        lignes.append(("Compte à créditer", compte))
    if objet.fin_delai:
        lignes.append(("À payer avant le", jour(objet.fin_delai)))
    return lignes
