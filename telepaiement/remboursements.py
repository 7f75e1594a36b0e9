"""Money back: asked for by one, approved by another (telepaiement.md, §8.6).

It goes to the card that paid; what goes by transfer is in `virements`.

The intention is committed before the gateway is called, with the key that makes the call
idempotent; what the gateway then says is applied under the lock of the debt, whoever brings the
news. A refund is posted once it has succeeded, and its entry is reversed if it fails later.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet, Sum
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.causes import phrase_de_la_base
from facturier.commun.etats import franchir
from facturier.commun.montants import afficher
from facturier.grand_livre.corrections import mandats_qui_rendent
from facturier.grand_livre.evenements import rembourser
from facturier.grand_livre.models import Titre
from facturier.grand_livre.passation import contrepasser
from facturier.grand_livre.soldes import encaisse_par_titre
from telepaiement import alertes, comptes_payeurs, echeanciers, recus
from telepaiement.creances import verrouiller_paiement
from telepaiement.encaissement import date_comptable
from telepaiement.models import (
    ETATS_REPRIS,
    Encaissement,
    EtatLitige,
    EtatRemboursement,
    LigneRegularisee,
    OrdreVirement,
    OrigineRemboursement,
    Remboursement,
    RetourVente,
)
from telepaiement.passerelles import passerelle
from telepaiement.passerelles.contrat import (
    PasserelleAttend,
    PasserelleMuette,
    PasserelleRefuse,
    RemboursementDistant,
    StatutRemboursement,
)
from telepaiement.querysets import EN_ROUTE

journal = structlog.get_logger(__name__)
MOTIF_EXTERNE = "Fait directement chez le prestataire de paiement"
SANS_CARTE = (
    "Seul un paiement par carte passé par le prestataire se rend sur la carte. Les autres se "
    "rendent par ordre de virement."
)
CHANGE = (
    "La somme remboursable a changé depuis l’affichage de la page : il reste {reste}. "
    "Vérifiez le montant, puis recommencez."
)
REPOS = timedelta(minutes=2)  # how long a call under way is left alone by the sweeper
RELECTURE_REFUS = timedelta(days=2)  # how long a refund refused is still looked for
LOT = 500


def disponible(encaissement: Encaissement) -> int:
    """Return what may still be given back on a payment, in whole francs.

    What a mandat on 673 pays back is not given back twice; its excess stays due.
    """
    demande = encaissement.remboursements.actifs().total()
    reste = int(encaissement.montant - demande)
    if encaissement.titre_id is None or not mandats_qui_rendent(encaissement.titre_id):
        return reste
    en_route = encaissement.remboursements.actifs().exclude(etat=EtatRemboursement.REUSSI).total()
    en_trop = max(0, trop_percu_restant(encaissement) - en_route)
    return min(reste, en_trop + acquis_sur_titre(encaissement.titre_id))


def acquis_sur_titre(titre_id: int) -> int:
    """Return what was collected on a titre that nothing gives back, nor contests, in whole francs.

    Refunds under way and living mandats on 673 count; read under the lock of the titre.
    """
    encaisse = encaisse_par_titre([titre_id]).get(titre_id, 0)
    payes = Encaissement.objects.valides().filter(titre=titre_id).avec_suites()
    engage = sum(
        max(0, un.en_remboursement + un.conteste - trop_percu_restant(un))
        for un in payes.filter(Q(en_remboursement__gt=0) | Q(conteste__gt=0))
    )
    rendu = sum(mandat.montant_ttc for mandat in mandats_qui_rendent(titre_id))
    return max(0, int(encaisse - engage - rendu))


def _refuser_deja_rendu(encaissement: Encaissement, reste: int) -> None:
    if reste > 0:
        return
    mandats = mandats_qui_rendent(encaissement.titre_id) if encaissement.titre_id else []
    if mandats:
        cites = ", ".join(mandat.reference for mandat in mandats)
        raise ValidationError(
            f"Ce qui a été payé sur ce titre est déjà rendu au débiteur par mandat ({cites}), au "
            "compte 673 : ne le remboursez pas. Si ce mandat ne doit pas partir, annulez-le "
            "d’abord."
        )
    raise ValidationError("Tout ce qui a été payé ici est déjà rendu, ou va l’être.")


def trop_percu_restant(encaissement: Encaissement) -> int:
    """Return the part of the excess that was not given back yet, in whole francs."""
    rendu = encaissement.remboursements.filter(etat=EtatRemboursement.REUSSI).aggregate(
        total=Sum("trop_percu", default=0)
    )
    perdu = encaissement.litiges.filter(etat=EtatLitige.PERDU).aggregate(
        total=Sum("trop_percu", default=0)
    )
    return max(0, int(encaissement.trop_percu - rendu["total"] - perdu["total"]))


def a_rendre(encaissement: Encaissement) -> int:
    """Return what is owed back on a payment now, in whole francs: its excess, whatever the cause.

    More than `trop_percu_restant` when the titre calls for less than what was paid on it.
    """
    lot = Encaissement.objects.filter(pk__gte=encaissement.pk)
    if encaissement.titre_id is None:
        lot = lot.filter(pk=encaissement.pk)
    suivants = lot.filter(titre=encaissement.titre_id).en_trop()
    return next((int(un.a_rendre) for un in suivants if un.pk == encaissement.pk), 0)


def demander(
    *, encaissement_id: int, montant: int, montant_disponible: int, motif: str, par: Utilisateur
) -> Remboursement:
    """Ask for a refund, for another person to approve.

    Args:
        montant: whole francs to give back.
        montant_disponible: what the page said could be given back; another refund made since is
            so noticed before anything is decided twice.

    Raises:
        ValidationError: not a card payment, contested, more than what is left, or no reason.
    """
    try:
        with transaction.atomic():
            encaissement = verrouiller_paiement(encaissement_id)
            if not encaissement.charge:
                raise ValidationError(SANS_CARTE)
            controler(
                encaissement,
                montant,
                reste=disponible(encaissement),
                montant_disponible=montant_disponible,
                motif=motif,
            )
            return inscrire(encaissement, montant, motif=motif, par=par)
    except IntegrityError as erreur:
        raise ValidationError(phrase_de_la_base(erreur)) from erreur


def inscrire(
    encaissement: Encaissement,
    montant: int,
    *,
    motif: str,
    par: Utilisateur,
    virement: OrdreVirement | None = None,
) -> Remboursement:
    """Keep a refund asked for, once `controler` let it pass: by `virement`, or to the card."""
    remboursement: Remboursement = Remboursement.objects.create(
        encaissement=encaissement,
        virement=virement,
        montant=montant,
        motif=motif.strip()[:200],
        demande_par=par,
    )
    remboursement.passages.create(
        acte="demander", depart="", arrivee=remboursement.etat, par=par, motif=motif.strip()
    )
    return remboursement


def controler(
    encaissement: Encaissement, montant: int, *, reste: int, montant_disponible: int, motif: str
) -> None:
    """Refuse what may not be given back on a payment, of which `reste` francs still may.

    Raises:
        ValidationError: cancelled, contested, given back already, another amount than the page
            said (`montant_disponible`), more than `reste`, no reason, or a sale in part.
    """
    if encaissement.est_annule:
        raise ValidationError("Ce paiement est annulé : rien n’en est à rendre.")
    _refuser_conteste(encaissement)
    _refuser_deja_rendu(encaissement, reste)
    if reste != montant_disponible:
        raise ValidationError(CHANGE.format(reste=afficher(reste)))
    if not 0 < montant <= reste:
        raise ValidationError(
            {"montant": f"Le montant va de 1 F à {afficher(reste)}, ce qui reste de ce paiement."}
        )
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi cette somme est rendue."})
    _controler_vente(encaissement, montant)


def _controler_vente(encaissement: Encaissement, montant: int) -> None:
    """A sale goes back whole, before its titre: the titre would bear what is no longer sold."""
    if encaissement.vente_id is None:
        return
    if montant != encaissement.montant:
        raise ValidationError({"montant": "Une vente au comptant se rend entière."})
    regularisee = LigneRegularisee.objects.filter(ligne__vente=encaissement.vente_id)
    ligne = regularisee.select_related("regularisation__titre").first()
    if ligne is not None:
        raise ValidationError(
            f"Cette vente est déjà régularisée par le titre {ligne.regularisation.titre.reference} "
            ": faites réduire ce titre ; la somme se rend par ordre de virement."
        )


def _refuser_conteste(encaissement: Encaissement) -> None:
    if encaissement.litiges.filter(etat__in=ETATS_REPRIS).exists():
        raise ValidationError(
            "Le payeur conteste ce paiement auprès de sa banque : il ne se rembourse pas, la "
            "banque a déjà repris la somme."
        )


def approuver(*, remboursement_id: int, par: Utilisateur) -> Remboursement:
    """Approve a refund asked for by another, and send it.

    Raises:
        ValidationError: asked for by `par`, contested since, or no longer to approve.
        facturier.commun.etats.ActeInterdit: `par` lacks the role.
    """
    with transaction.atomic():
        remboursement = verrouiller(remboursement_id)
        if remboursement.demande_par_id == par.pk:
            raise ValidationError(
                "Vous avez demandé ce remboursement : un autre agent doit l’approuver."
            )
        _refuser_conteste(remboursement.encaissement)
        comptes_payeurs.controler_compte(remboursement)
        _franchir(remboursement, "approuver", par, approuve_par=par)
    return transmettre(remboursement, par=par)


@transaction.atomic
def refuser(*, remboursement_id: int, motif: str, par: Utilisateur) -> Remboursement:
    """Refuse a refund, with a reason.

    Raises:
        ValidationError: no reason, or no longer to approve.
    """
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez pourquoi ce remboursement est refusé."})
    remboursement = verrouiller(remboursement_id)
    _franchir(remboursement, "refuser", par, motif=motif.strip())
    return remboursement


def transmettre(remboursement: Remboursement, *, par: Utilisateur) -> Remboursement:
    """Send an approved refund to the gateway, or find the one that an interrupted call made.

    One by transfer goes to the comptable, under the reference that the transfer will bear.
    Without an answer it stays `transmis`: the sweeper asks again with the same key.
    """
    ordre = remboursement.virement
    if remboursement.etat == EtatRemboursement.APPROUVE:
        reference = {"reference": ordre.reference} if ordre else {}
        _franchir(remboursement, "transmettre", par, **reference)
    if ordre is not None:
        return remboursement
    encaissement = remboursement.encaissement
    try:
        distant = _deja_fait(remboursement) or passerelle().rembourser(
            _reference(encaissement),
            charge=encaissement.charge,
            montant=remboursement.montant,
            cle=str(remboursement.jeton),
        )
    except PasserelleMuette as erreur:
        journal.warning("remboursement_sans_reponse", jeton=str(remboursement.jeton))
        motif = str(erreur) if isinstance(erreur, PasserelleAttend) else f"sans réponse : {erreur}"
        Remboursement.objects.filter(pk=remboursement.pk).update(
            modifie_le=timezone.now(), motif_echec=motif[:200]
        )
    except PasserelleRefuse as erreur:
        _appliquer(encaissement, [], refuse=remboursement, motif=str(erreur))
    else:
        _appliquer(encaissement, [distant])
    remboursement.refresh_from_db()
    return remboursement


def _deja_fait(remboursement: Remboursement) -> RemboursementDistant | None:
    """Return what an earlier call did: beyond a day, a key alone no longer tells.

    Raises:
        PasserelleMuette: the gateway cannot tell, or refuses to: a reading fails no refund.
    """
    if remboursement.passages.filter(acte="transmettre", le__gt=timezone.now() - REPOS).exists():
        return None
    try:
        distants = passerelle().lire_remboursements(_reference(remboursement.encaissement))
    except PasserelleRefuse as erreur:
        raise PasserelleMuette(f"la liste des remboursements est refusée : {erreur}") from erreur
    return next((un for un in distants if un.cle == str(remboursement.jeton)), None)


def relire(encaissement: Encaissement) -> None:
    """Read all the refunds of a payment at the gateway, and bring ours where they stand.

    One made in the dashboard is recorded as such.

    Raises:
        PasserelleMuette: the gateway cannot tell.
    """
    _appliquer(encaissement, passerelle().lire_remboursements(_reference(encaissement)))


def relancer() -> dict[str, int]:
    """Bring the refunds under way where the money is; one failure stops no other."""
    bilan = {"examines": 0, "en_panne": 0}
    systeme = Utilisateur.objects.systeme()
    for remboursement in _par_lots(_a_relancer(timezone.now())):
        bilan["examines"] += 1
        try:
            if remboursement.reference or remboursement.etat == EtatRemboursement.ECHOUE:
                relire(remboursement.encaissement)
            else:
                transmettre(remboursement, par=systeme)
        except (PasserelleMuette, PasserelleRefuse) as erreur:
            journal.warning("remboursement_en_panne", motif=str(erreur))
            bilan["en_panne"] += 1
        except Exception:  # whatever it is, the others go on
            journal.exception("remboursement_en_panne", jeton=str(remboursement.jeton))
            bilan["en_panne"] += 1
    return bilan


def _a_relancer(maintenant: datetime) -> QuerySet[Remboursement]:
    """Return the refunds under way, and those refused lately: the gateway may know them after all.

    Only one that was refused without a reference can be found again.
    """
    par_carte = Remboursement.objects.filter(
        virement__isnull=True, modifie_le__lt=maintenant - REPOS
    ).select_related("encaissement__tentative")
    refuses = Q(
        etat=EtatRemboursement.ECHOUE, reference="", modifie_le__gt=maintenant - RELECTURE_REFUS
    )
    return par_carte.filter(Q(etat__in=EN_ROUTE) | refuses)


def _par_lots(lot: QuerySet[Remboursement]) -> Iterator[Remboursement]:
    """Yield all the refunds of `lot`, oldest first, read a batch at a time."""
    dernier = 0
    while page := list(lot.filter(pk__gt=dernier).order_by("pk")[:LOT]):
        yield from page
        dernier = page[-1].pk


def _reference(encaissement: Encaissement) -> str:
    tentative = encaissement.tentative
    if tentative is None:
        raise PasserelleRefuse("cet encaissement ne vient pas de la passerelle")
    return tentative.reference


def verrouiller(remboursement_id: int) -> Remboursement:
    """Lock the debt, then the payment, then the refund: always in this order."""
    encaissements = Remboursement.objects.values_list("encaissement", flat=True)
    verrouiller_paiement(encaissements.get(pk=remboursement_id))
    return Remboursement.objects.select_for_update(of=("self",)).get(pk=remboursement_id)


@transaction.atomic
def _appliquer(
    encaissement: Encaissement,
    distants: list[RemboursementDistant],
    *,
    refuse: Remboursement | None = None,
    motif: str = "",
) -> None:
    """Apply what the gateway says: failures first, for they make room."""
    systeme = Utilisateur.objects.systeme()
    encaissement = verrouiller_paiement(encaissement.pk)
    if refuse is not None:
        echouer(Remboursement.objects.get(pk=refuse.pk), motif, systeme)
    for distant in sorted(distants, key=lambda un: un.statut != StatutRemboursement.ECHOUE):
        remboursement = _reconnaitre(encaissement, distant, systeme)
        if distant.statut == StatutRemboursement.ECHOUE:
            echouer(remboursement, distant.motif_echec, systeme)
        elif distant.statut == StatutRemboursement.REUSSI:
            reussir(remboursement, encaissement, systeme)


def _reconnaitre(
    encaissement: Encaissement, distant: RemboursementDistant, par: Utilisateur
) -> Remboursement:
    """Return our refund, made if the gateway alone knew it, with its reference."""
    connus = list(encaissement.remboursements.filter(virement__isnull=True))
    trouve = next((un for un in connus if un.reference == distant.identifiant), None)
    trouve = trouve or next((un for un in connus if str(un.jeton) == distant.cle), None)
    if trouve is None and distant.identifiant == encaissement.charge:
        # A debit cancelled bears no key: it is the whole refund that we asked for.
        entiers = [un for un in connus if un.montant == encaissement.montant]
        trouve = next((un for un in entiers if un.etat == EtatRemboursement.TRANSMIS), None)
    if trouve is None:
        journal.warning("remboursement_externe", reference=distant.identifiant)
        trouve = Remboursement.objects.create(
            encaissement=encaissement,
            origine=OrigineRemboursement.EXTERNE,
            etat=EtatRemboursement.TRANSMIS,
            montant=distant.montant,
            motif=MOTIF_EXTERNE,
            demande_par=par,
            reference=distant.identifiant,
        )
        trouve.passages.create(acte="constater", depart="", arrivee=trouve.etat, par=par)
    elif not trouve.reference:
        lue = {"reference": distant.identifiant, "motif_echec": ""}
        if trouve.etat == EtatRemboursement.ECHOUE:
            journal.error("remboursement_retrouve", reference=distant.identifiant)
            _franchir(trouve, "retrouver", par, motif="connu du prestataire", **lue)
        else:
            Remboursement.objects.filter(pk=trouve.pk).update(**lue)
            trouve.reference = distant.identifiant
    return trouve


def reussir(
    remboursement: Remboursement,
    encaissement: Encaissement,
    par: Utilisateur,
    *,
    jour: date | None = None,
    motif: str = "",
) -> None:
    """Post a refund that is done, and issue its receipt; called under its locks. Twice is once."""
    if remboursement.etat in {EtatRemboursement.REUSSI, EtatRemboursement.ECHOUE}:
        return
    trop_percu = min(remboursement.montant, trop_percu_restant(encaissement))
    ecriture = rembourser(
        encaissement.titre,
        moyen="virement" if remboursement.virement_id else "carte",
        montant=remboursement.montant,
        trop_percu=trop_percu,
        date_comptable=date_comptable(jour or timezone.localdate()),
        reference=remboursement.reference,
        par=par,
    )
    _franchir(remboursement, "reussir", par, motif=motif, ecriture=ecriture, trop_percu=trop_percu)
    if encaissement.titre is not None:
        echeanciers.suivre(encaissement.titre)
        _signaler_rendu_deux_fois(remboursement, encaissement.titre)
    recus.emettre(remboursement)


def _signaler_rendu_deux_fois(remboursement: Remboursement, titre: Titre) -> None:
    """Tell the finances that money a mandat gives back was given at the provider's too."""
    est_externe = remboursement.origine == OrigineRemboursement.EXTERNE
    mandats = list(mandats_qui_rendent(titre.pk)) if est_externe else []
    if not mandats:
        return
    journal.error("rendu_deux_fois", reference=remboursement.reference, titre=titre.reference)
    references = ", ".join(mandat.reference for mandat in mandats)
    dire = partial(alertes.signaler_rendu_deux_fois, remboursement, titre.reference, references)
    transaction.on_commit(dire, robust=True)


def echouer(remboursement: Remboursement, motif: str, par: Utilisateur) -> None:
    """Say that a refund was refused or came back, and reverse its entry; twice is once."""
    if remboursement.etat in {EtatRemboursement.ECHOUE, EtatRemboursement.REFUSE}:
        return
    retours = RetourVente.objects.filter(remboursement=remboursement).select_related("ecriture")
    ecrites = [retour.ecriture for retour in retours]
    if remboursement.ecriture is not None:
        ecrites.append(remboursement.ecriture)
    for ecriture in ecrites:
        contrepasser(
            ecriture,
            par=par,
            motif="remboursement échoué",
            date_comptable=timezone.localdate(),
        )
    _franchir(remboursement, "echouer", par, motif=motif, motif_echec=motif[:200])
    journal.error("remboursement_echoue", reference=remboursement.reference, motif=motif)


def _franchir(
    remboursement: Remboursement, acte: str, par: Utilisateur, *, motif: str = "", **champs: Any
) -> None:
    franchir(remboursement, acte, par=par, motif=motif, modifie_le=timezone.now(), **champs)
