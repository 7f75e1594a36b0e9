"""In the parapheur: presented, given its visas, sent back, read, then signed.

What is there is a bordereau, or a file of other software (`presentables`). Its state says where it
is; a `Presentation` says which circuit it follows this time, and its `VisaParapheur` how far it
went.
"""

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.arrivees import annoncer
from exports_tps.circuits import circuit_de, passe_par_le_parapheur
from exports_tps.courriels import prevenir_du_renvoi
from exports_tps.etapes import (
    RENVOYE,
    VISE,
    Etat,
    etat_de,
    exiger_viseur,
    ou_il_en_est,
    pouvoir_pour,
)
from exports_tps.models import (
    Delegation,
    DepotExterne,
    EtapeCircuit,
    EtatFlux,
    LectureBordereau,
    PieceExterne,
    Presentable,
    Presentation,
    VisaParapheur,
)
from exports_tps.pouvoirs import supplees
from exports_tps.presentables import (
    champs_de,
    est_a_signer,
    genre_de,
    suivi_de,
    verrouiller,
)
from exports_tps.visibilite import bordereaux_visibles, codes_de, depots_visibles
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir
from facturier.grand_livre.models import Bordereau, EtatBordereau, Piece, SensPiece
from facturier.grand_livre.suite import exiger_composition_libre, exiger_vide


@transaction.atomic
def presenter(objet: Presentable, *, par: Utilisateur) -> Presentation:
    """Put a bordereau, or a file, into the parapheur: on the circuit of its direction and amount.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: it is there already, or signed.
        ValidationError: a check before signing fails; each message says what to do.
    """
    verrouille = verrouiller(objet)
    a_signer = est_a_signer(verrouille)
    franchir(suivi_de(verrouille), "presenter", par=par)
    if not a_signer:
        raise TransitionInterdite("Ce fichier est déjà signé : il n’a plus à être présenté.")
    if isinstance(verrouille, Bordereau) and (anomalies := lire_a_signer(verrouille).anomalies):
        raise ValidationError(anomalies)
    circuit = circuit_de(verrouille, timezone.localdate())
    _refleter(objet, verrouille)
    presentation = Presentation.objects.create(
        **champs_de(verrouille), circuit=circuit, presentee_par=par
    )
    annoncer(verrouille, par=par)
    return presentation


@transaction.atomic
def reprendre(objet: Presentable, *, motif: str, par: Utilisateur) -> None:
    """Take a bordereau or a file back from the parapheur, to correct it.

    Raises:
        TransitionInterdite: it is not there any more.
        ValidationError: no reason.
    """
    verrouille = verrouiller(objet)
    raison = _exiger(motif, "Dites pourquoi.")
    franchir(suivi_de(verrouille), "reprendre", par=par, motif=raison)
    _refleter(objet, verrouille)


@transaction.atomic
def viser(objet: Presentable, *, commentaire: str = "", par: Utilisateur) -> VisaParapheur:
    """Give the visa that is expected.

    Raises:
        ActeInterdit: it is not expected of `par`.
        TransitionInterdite: it is not in the parapheur, or waits for its signature.
    """
    verrouille = verrouiller(objet)
    etat = _exiger_au_parapheur(verrouille)
    if etat.etape is None:
        raise TransitionInterdite(
            f"Tous les visas sont donnés : le {genre_de(objet)} attend sa signature."
        )
    pour = exiger_viseur(verrouille, etat.etape, par)
    franchir(suivi_de(verrouille), "viser", par=par, motif=commentaire.strip())
    visa = _noter(etat, VISE, commentaire, par, pour)
    annoncer(verrouille, par=par)
    return visa


@transaction.atomic
def renvoyer(objet: Presentable, *, commentaire: str, par: Utilisateur) -> VisaParapheur:
    """Send a bordereau or a file back to whoever presented it, who is told why by mail.

    Raises:
        ActeInterdit: neither the visa nor the signature is expected of `par`.
        TransitionInterdite: it is not in the parapheur.
        ValidationError: no comment.
    """
    verrouille = verrouiller(objet)
    etat = _exiger_au_parapheur(verrouille)
    texte = _exiger(commentaire, "Dites pourquoi vous le renvoyez : l’agent doit savoir corriger.")
    if etat.etape is None:
        pour = pouvoir_pour(verrouille, par, etat)
    else:
        pour = exiger_viseur(verrouille, etat.etape, par)
    franchir(suivi_de(verrouille), "renvoyer", par=par, motif=texte)
    _refleter(objet, verrouille)
    visa = _noter(etat, RENVOYE, texte, par, pour)
    transaction.on_commit(lambda: prevenir_du_renvoi(visa), robust=True)
    return visa


@transaction.atomic
def retirer(bordereau: Bordereau, piece: Piece, *, par: Utilisateur) -> None:
    """Take a pièce out of a bordereau in preparation: it is free for another one.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the bordereau is presented or signed, or the pièce is not in it.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances compose un bordereau.")
    verrouille = verrouiller(bordereau)
    if verrouille.etat != EtatBordereau.OUVERT:
        raise TransitionInterdite(
            f"Ce bordereau est « {verrouille.get_etat_display()} » : ses pièces ne changent plus."
        )
    exiger_composition_libre(verrouille)
    if not Piece.objects.filter(pk=piece.pk, bordereau=verrouille).update(bordereau=None):
        raise TransitionInterdite(f"{piece} n’est plus dans ce bordereau.")
    verrouille.passages.create(
        acte="retirer",
        depart=verrouille.etat,
        arrivee=verrouille.etat,
        par=par,
        motif=str(piece),
    )


@transaction.atomic
def abandonner(bordereau: Bordereau, *, par: Utilisateur) -> None:
    """End a bordereau that was emptied of its pièces: its number serves no more.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: it is not in preparation.
        ValidationError: it still lists pièces.
    """
    verrouille = verrouiller(bordereau)
    if verrouille.etat == EtatBordereau.OUVERT:
        exiger_vide(verrouille)
    franchir(verrouille, "abandonner", par=par)
    _refleter(bordereau, verrouille)


def marquer_lu(objet: Presentable, empreinte: str, *, par: Utilisateur) -> None:
    """Record that `par` read `objet` as `empreinte` says it was; harmless when repeated."""
    LectureBordereau.objects.get_or_create(**champs_de(objet), lu_par=par, empreinte=empreinte)


def est_lu(objet: Presentable, empreinte: str, par: Utilisateur) -> bool:
    """Whether `par` read exactly this."""
    return LectureBordereau.objects.filter(
        **champs_de(objet), lu_par=par, empreinte=empreinte
    ).exists()


# --- What is expected --------------------------------------------------------------------------
def presentations_en_cours() -> QuerySet[Any]:
    """Return what is in the parapheur, with the rank, role and person of the step expected.

    Annotations: `rang`, `etape` (key), `etape_libelle`, `etape_role`, `etape_titulaire`.
    """
    dernieres = Presentation.objects.order_by("-pk").values("pk")
    du_bordereau = dernieres.filter(bordereau=OuterRef("bordereau"))[:1]
    du_depot = dernieres.filter(depot=OuterRef("depot"))[:1]
    visas = (
        VisaParapheur.objects.filter(presentation=OuterRef("pk"), decision=VISE)
        .order_by()
        .values("presentation")
        .annotate(nombre=Count("pk"))
        .values("nombre")
    )
    etape = EtapeCircuit.objects.filter(circuit=OuterRef("circuit"), rang=OuterRef("rang"))
    return (
        Presentation.objects.filter(
            Q(bordereau__etat=EtatBordereau.PRESENTE, pk=Subquery(du_bordereau))
            | Q(depot__flux__etat=EtatFlux.AU_PARAPHEUR, pk=Subquery(du_depot))
        )
        .annotate(rang=Coalesce(Subquery(visas), 0) + Value(1))
        .annotate(
            etape=Subquery(etape.values("pk")[:1]),
            etape_libelle=Subquery(etape.values("libelle")[:1]),
            etape_role=Subquery(etape.values("role")[:1]),
            etape_titulaire=Subquery(etape.values("titulaire")[:1]),
        )
    )


def attendus_de(par: Utilisateur, jour: date) -> QuerySet[Any]:
    """Return what waits in the parapheur for a visa or the signature of `par`."""
    pour = [par.pk, *supplees(par, jour)]
    de_sa_direction = Exists(
        Piece.objects.filter(bordereau=OuterRef("bordereau"), service__direction=par.direction)
    ) | Exists(PieceExterne.objects.filter(flux=OuterRef("depot"), code_service__in=codes_de(par)))
    filtre = Q(etape_titulaire__in=pour)
    roles = par.roles - {Role.SERVICE}
    filtre |= Q(etape__isnull=False, etape_titulaire=None, etape_role__in=roles)
    if par.a_role(Role.SERVICE) and par.direction:
        filtre |= Q(de_sa_direction, etape_titulaire=None, etape_role=Role.SERVICE)
    if par.a_role(Role.ORDONNATEUR):
        signataires = [par.pk, *_delegants(par, jour)]
        filtre |= Q(etape=None) & (
            Q(circuit=None) | Q(circuit__signataire=None) | Q(circuit__signataire__in=signataires)
        )
    return presentations_en_cours().filter(filtre)


def bordereaux_attendus(par: Utilisateur) -> QuerySet[Bordereau]:
    """Return the bordereaux that wait for a visa or the signature of `par`.

    Where no circuit is in force, those in preparation wait for a signature.
    """
    jour = timezone.localdate()
    filtre = Q(pk__in=attendus_de(par, jour).exclude(bordereau=None).values("bordereau"))
    if par.a_role(Role.ORDONNATEUR):
        libres = [sens for sens in SensPiece.values if not passe_par_le_parapheur(sens, jour)]
        filtre |= Q(etat=EtatBordereau.OUVERT, sens__in=libres)
    return bordereaux_visibles(par).filter(filtre)


def depots_attendus(par: Utilisateur) -> QuerySet[DepotExterne]:
    """Return the files of other software that wait for a visa or the signature of `par`."""
    jour = timezone.localdate()
    filtre = Q(pk__in=attendus_de(par, jour).exclude(depot=None).values("depot"))
    if par.a_role(Role.ORDONNATEUR):
        tenus = [sens for sens in SensPiece.values if passe_par_le_parapheur(sens, jour)]
        a_presenter = PieceExterne.objects.filter(flux=OuterRef("pk"), sens__in=tenus)
        filtre |= ~Exists(a_presenter) & Q(
            flux__etat=EtatFlux.EN_CONSTITUTION, est_signe=False, sha256_signe=""
        )
    return depots_visibles(par).filter(filtre)


def _delegants(par: Utilisateur, jour: date) -> list[int]:
    recues: Any = par.delegations_recues.filter(debut__lte=jour, fin__gte=jour)
    return list(
        recues.filter(Q(revoquee_le=None) | Q(revoquee_le__gt=jour)).values_list(
            "delegant", flat=True
        )
    )


# --- Rows -------------------------------------------------------------------------------------
def _exiger_au_parapheur(objet: Presentable) -> Etat:
    etat = etat_de(objet)
    if etat is None:
        raise TransitionInterdite(f"{ou_il_en_est(objet)} Il n’est pas au parapheur.")
    return etat


def _refleter(objet: Presentable, verrouille: Presentable) -> None:
    """Let the caller's instance say where the object now is."""
    suivi_de(objet).etat = suivi_de(verrouille).etat


def _exiger(texte: str, refus: str) -> str:
    if not texte.strip():
        raise ValidationError(refus)
    return texte.strip()


def _noter(
    etat: Etat, decision: str, commentaire: str, par: Utilisateur, pour: Delegation | None
) -> VisaParapheur:
    return VisaParapheur.objects.create(
        presentation=etat.presentation,
        rang=etat.rang,
        decision=decision,
        par=par,
        pour=pour,
        commentaire=commentaire.strip(),
    )
