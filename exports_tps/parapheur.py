"""In the parapheur: presented, given its visas, sent back, read, then signed.

What is there is a bordereau, or a file of other software (`presentables`). Its state says where it
is; a `Presentation` says which circuit it follows this time, and its `VisaParapheur` how far it
went.
"""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from exports_tps.a_signer import lire_a_signer
from exports_tps.arrivees import annoncer
from exports_tps.attendus import a_signer_sans_circuit, attendus_de
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
    EtatFlux,
    LectureBordereau,
    PieceExterne,
    Presentable,
    Presentation,
    VisaParapheur,
)
from exports_tps.pouvoirs import SUPPLEANCE
from exports_tps.presentables import (
    champs_de,
    est_a_signer,
    suivi_de,
    verrouiller,
)
from exports_tps.visibilite import bordereaux_visibles, depots_visibles
from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir
from facturier.commun.typographie import de
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
    pour = exiger_viseur(verrouille, etat, par)
    franchir(suivi_de(verrouille), "viser", par=par, motif=_dire(etat, pour, commentaire))
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
        pour = exiger_viseur(verrouille, etat, par)
    franchir(suivi_de(verrouille), "renvoyer", par=par, motif=_dire(etat, pour, texte))
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
def bordereaux_attendus(par: Utilisateur) -> QuerySet[Bordereau]:
    """Return the bordereaux that wait for a visa or the signature of `par`, who may give it.

    Where no circuit is in force, those in preparation wait for a signature.
    """
    jour = timezone.localdate()
    filtre = Q(pk__in=attendus_de(par, jour).exclude(bordereau=None).values("bordereau"))
    if par.a_role(Role.ORDONNATEUR):
        libres = [sens for sens in SensPiece.values if not passe_par_le_parapheur(sens, jour)]
        signables, _ = a_signer_sans_circuit(par, jour)
        filtre |= Q(etat=EtatBordereau.OUVERT, sens__in=libres, pk__in=signables)
    return bordereaux_visibles(par).filter(filtre)


def depots_attendus(par: Utilisateur) -> QuerySet[DepotExterne]:
    """Return the files of other software that wait for `par`, as `bordereaux_attendus` does."""
    jour = timezone.localdate()
    filtre = Q(pk__in=attendus_de(par, jour).exclude(depot=None).values("depot"))
    if par.a_role(Role.ORDONNATEUR):
        tenus = [sens for sens in SensPiece.values if passe_par_le_parapheur(sens, jour)]
        a_presenter = PieceExterne.objects.filter(flux=OuterRef("pk"), sens__in=tenus)
        _, signables = a_signer_sans_circuit(par, jour)
        filtre |= ~Exists(a_presenter) & Q(
            pk__in=signables,
            flux__etat=EtatFlux.EN_CONSTITUTION,
            est_signe=False,
            sha256_signe="",
        )
    return depots_visibles(par).filter(filtre)


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


def _dire(etat: Etat, pour: Delegation | None, commentaire: str) -> str:
    """Say for the timeline at which step somebody decided, for whom, and what he added."""
    etape = f"« {etat.etape} »" if etat.etape else "« Signature »"
    absent = f", en l’absence {de(pour.delegant)}" if pour and pour.nature == SUPPLEANCE else ""
    return f"{etape}{absent}. {commentaire.strip()}".strip()


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
