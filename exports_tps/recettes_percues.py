"""Receipts collected before their titre, told by a Retour (TypBord 05, « P503 »).

Each line is kept and posted once: D 515, C 47138, but for what a régie posted already. The titre
that regularises it (décret 2012-1246, art. 24) is told by the RattachPiece of the line, then or
later, or named by an agent: D 47138, C 4111.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Concat, Trim
from django.utils import timezone

from exports_tps.alertes import alerter
from exports_tps.lignes_retour import reserve_de_decimales
from exports_tps.models import (
    AnnulationRegularisation,
    MessageTPS,
    RecettePercue,
    RegularisationRecette,
    Reserve,
)
from exports_tps.pes.lecture import PieceLue
from exports_tps.remises import RENVOYABLES, numeros_pris, rejetes_apres_coup
from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.emission import CodesPiece
from facturier.grand_livre.models import (
    APRES_ENCAISSEMENT,
    PIECES_SANS_EFFET,
    Budget,
    EtatPiece,
    Piece,
    SensPiece,
    Tiers,
    Titre,
)
from facturier.grand_livre.passation import EcritureRefusee, contrepasser
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.tresorerie import (
    Perception,
    percevoir_avant_titre,
    regulariser_recette_percue,
)
from facturier.suivi.mandatement import exiger_agent
from telepaiement.models import Produit
from telepaiement.titres import DemandeTitre, emettre

TYPE_P503 = "05"
AUCUN_TITRE = "Cette recette ne règle aucun titre : rechargez la page."
CHIFFRES_DE_TITRE = 8  # of IdPce
Cle = tuple[int, int, str, str]
Nature = Reserve.Nature


def est_p503(lue: PieceLue) -> bool:
    """Whether a pièce of a Retour tells receipts collected before their titre."""
    return lue.sens == SensPiece.RECETTE and lue.type_bordereau == TYPE_P503


def a_regulariser() -> QuerySet[RecettePercue]:
    """Return the receipts that no titre regularises yet; a régie regularises its own sales."""
    reglant = RegularisationRecette.objects.en_vigueur().filter(recette=OuterRef("pk"))
    return RecettePercue.objects.filter(~Exists(reglant), regie="")


def constater(
    message: MessageTPS, budgets: list[Budget], lues: Iterable[PieceLue], *, par: Utilisateur
) -> list[Reserve]:
    """Keep what the P503 of a message tell, and settle the titres that they name.

    A line told again changes nothing; a titre that is named later is settled then.

    Returns:
        What could not be done; the receipt is kept all the same, and waits.
    """
    reserves: list[Reserve] = []
    lignes: list[tuple[RecettePercue, Any]] = []
    nouvelles: dict[Cle, RecettePercue] = {}
    lues = list(lues)
    connues = _connues(budgets, lues)
    for lue in lues:
        for ligne in _lignes(lue):
            recette, dites = _lire(message, budgets, lue, ligne)
            if recette is not None:
                cle = _cle(recette)
                connue = connues.get(cle) or nouvelles.get(cle)
                if connue and connue.montant != recette.montant:
                    deja = f"{afficher(connue.montant)} déjà connus"
                    texte = f"{recette} : {afficher(recette.montant)}, mais {deja}."
                    dites = _reserve(Nature.MONTANT, texte)
                lignes.append((connue or nouvelles.setdefault(cle, recette), ligne))
            reserves += dites
    _enregistrer(list(nouvelles.values()), par)
    libres = _a_rattacher(lignes)
    nommes = [(recette, li.rattachement) for recette, li in libres if li.rattachement is not None]
    titres = _titres(budgets, [lien for _, lien in nommes])
    for recette, lien in nommes:
        titre = titres.get((recette.budget_id, *_designe(lien)))
        refus = _rattacher(recette, lien, titre, message, par)
        reserves += _reserve(Nature.NON_COMPTABILISE, refus)
    if en_attente := [r for r, li in libres if not li.rattachement and _cle(r) in nouvelles]:
        alerter("recettes", {"recettes": en_attente})
    return reserves


def _reserve(nature: Reserve.Nature, texte: str) -> list[Reserve]:
    return [Reserve(nature=nature, texte=texte)] if texte else []


def _lignes(lue: PieceLue) -> Iterable[Any]:
    lignes: Any = lue.piece.lignes
    return lignes  # type: ignore[no-any-return]


def _cle(recette: RecettePercue) -> Cle:
    return recette.budget_id, recette.exercice, recette.numero, recette.ligne


def _connues(budgets: list[Budget], lues: Iterable[PieceLue]) -> dict[Cle, RecettePercue]:
    """Return the receipts of the P503 told that are known already, in one query."""
    recettes = RecettePercue.objects.filter(
        budget__in=budgets,
        exercice__in={lue.exercice for lue in lues if lue.exercice},
        numero__in={lue.piece.numero for lue in lues if lue.piece.numero},
    ).select_related("budget")
    return {_cle(recette): recette for recette in recettes}


def _lire(
    message: MessageTPS, budgets: list[Budget], lue: PieceLue, ligne: Any
) -> tuple[RecettePercue | None, list[Reserve]]:
    """Return the receipt that a line tells, not saved, if it can be read; and what is wrong."""
    nom = f"P503 {lue.exercice or '?'}-{lue.piece.numero}, ligne {ligne.numero}"
    exact, jour = _encaisse(ligne)
    montant, decimales = int(exact), reserve_de_decimales(exact)
    if not lue.exercice or not lue.piece.numero or montant <= 0:
        texte = f"{nom} : montant ou exercice illisible ; à reprendre à la main."
        return None, _reserve(Nature.NON_COMPTABILISE, texte)
    if len(budgets) != 1:
        texte = f"{nom} : le fichier ne dit pas de quel budget."
        return None, _reserve(Nature.NON_COMPTABILISE, texte)
    return RecettePercue(
        budget=budgets[0],
        exercice=lue.exercice,
        numero=lue.piece.numero,
        ligne=ligne.numero or "1",
        message=message,
        bordereau=lue.numero_bordereau or "",
        code_produit=ligne.code_produit or "",
        payeur=_payeur(ligne),
        objet=(lue.piece.objet or "")[:160],
        regie=(ligne.liens.regie or "") if ligne.liens else "",
        montant=montant,
        encaissee_le=jour or lue.piece.date_prise_en_charge or timezone.localdate(),
    ), _reserve(Nature.MONTANT, f"{nom} : {decimales}" if decimales else "")


def _enregistrer(recettes: list[RecettePercue], par: Utilisateur) -> None:
    """Keep new receipts, and post those that no régie posted, in a fixed number of queries."""
    perceptions = {_cle(recette): _perception(recette) for recette in recettes if not recette.regie}
    ecritures = percevoir_avant_titre(list(perceptions.values()), par=par)
    for recette in recettes:
        if perception := perceptions.get(_cle(recette)):
            recette.ecriture_id = ecritures[perception.reference]
    RecettePercue.objects.bulk_create(recettes)


def _perception(recette: RecettePercue) -> Perception:
    return Perception(
        montant=recette.montant,
        jour=_jour_comptable(recette.encaissee_le),
        reference=f"{recette.budget.code}-{recette.exercice}-{recette.numero}-{recette.ligne}",
        nom=str(recette),
    )


def _a_rattacher(
    lignes: Iterable[tuple[RecettePercue, Any]],
) -> list[tuple[RecettePercue, Any]]:
    """Leave out the receipts of a régie, and those that settle a titre already; one query."""
    lignes = [(recette, ligne) for recette, ligne in lignes if not recette.regie]
    reglees = set(
        RegularisationRecette.objects.en_vigueur()
        .filter(recette__in=[recette.pk for recette, _ in lignes])
        .values_list("recette", flat=True)
    )
    return [(recette, ligne) for recette, ligne in lignes if recette.pk not in reglees]


def _encaisse(ligne: Any) -> tuple[Decimal, date | None]:
    """Return what was collected on a line, as told, and the day of the last receipt."""
    jours = [r.date_reglement for r in ligne.reglements if r.date_reglement]
    total = sum(r.montant or 0 for r in ligne.reglements)
    if not total and ligne.cumul is not None:
        total = ligne.cumul.montant or 0
    total = total or (ligne.montant_ht or 0) + (ligne.montant_tva or 0)
    return Decimal(total), max(jours, default=None)


def _payeur(ligne: Any) -> str:
    tiers = ligne.tiers
    return " ".join(filter(None, (tiers.nom, tiers.prenom)))[:80] if tiers else ""


def _jour_comptable(jour: date) -> date:
    """Return `jour`, or today when its exercice is over."""
    aujourdhui = timezone.localdate()
    return jour if jour.year == aujourdhui.year and jour <= aujourdhui else aujourdhui


def _designe(lien: Any) -> tuple[int, int]:
    """Return the exercice and the number that a link names; 0 for what cannot be a number."""
    numero = lien.numero_piece or ""
    est_numero = numero.isdecimal() and len(numero) <= CHIFFRES_DE_TITRE
    return lien.exercice or 0, int(numero) if est_numero else 0


def _titres(budgets: list[Budget], liens: Iterable[Any]) -> dict[tuple[int, int, int], Titre]:
    """Return the titres that links name, by budget, exercice and number; one query for all."""
    designes = {_designe(lien) for lien in liens}
    titres = Titre.objects.filter(
        budget__in=budgets,
        exercice__in={exercice for exercice, _ in designes},
        numero__in={numero for _, numero in designes},
    )
    return {(titre.budget_id, titre.exercice_id, titre.numero): titre for titre in titres}


def _rattacher(
    recette: RecettePercue, lien: Any, titre: Titre | None, message: MessageTPS, par: Utilisateur
) -> str:
    """Settle the titre that a line names, once; return why it cannot be."""
    if titre is None:
        designe = f"{lien.exercice}-{lien.numero_piece or ''}"
        return f"{recette} : rattachée au titre {designe}, inconnu ici."
    try:
        _regulariser(recette, titre, par=par, message=message)
    except (ValidationError, EcritureRefusee) as refus:
        raisons = refus.messages if isinstance(refus, ValidationError) else [str(refus)]
        return f"{recette} : {' '.join(raisons)}"
    return ""


def regulariser(recette: RecettePercue, titre: Titre, *, par: Utilisateur) -> RegularisationRecette:
    """Settle `titre` with a receipt collected before it.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the receipt settles a titre already.
        ValidationError: the titre is cancelled, or calls for less than was collected.
    """
    exiger_agent(par)
    try:
        return _regulariser(recette, titre, par=par)
    except IntegrityError as erreur:  # somebody named another titre meanwhile
        raise TransitionInterdite("Cette recette règle déjà un titre.") from erreur


def proposer_titre(recette: RecettePercue) -> dict[str, Any]:
    """Return what is known of the titre of a receipt, by field of its form.

    The tiers is proposed when one alone bears the name that the treasury gives.
    """
    nomme = Trim(Concat("nom", Value(" "), "prenom"))
    connus = Tiers.objects.filter(absorbe_par=None).annotate(nomme=nomme)
    homonymes = list(connus.filter(nomme__iexact=recette.payeur)[:2]) if recette.payeur else []
    return {
        "tiers": homonymes[0].code if len(homonymes) == 1 else None,
        "produit": Produit.objects.filter(code=recette.code_produit).first(),
        "objet": recette.objet[:100],
        "bases_liquidation": f"{recette} : {afficher(recette.montant)} perçus par la Trésorerie "
        f"le {recette.encaissee_le:%d/%m/%Y}, avant titre"
        + (f", de {recette.payeur}." if recette.payeur else "."),
        "montant_ht": recette.montant,
        "montant_tgc": 0,
    }


@transaction.atomic
def titrer(recette: RecettePercue, demande: DemandeTitre, *, par: Utilisateur) -> Titre:
    """Issue the titre of a receipt (TypPce 05, naming its P503), which the receipt settles at once.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the receipt settles a titre already.
        ValidationError: another amount than what was collected, or the titre is refused.
    """
    exiger_agent(par)
    verrou = RecettePercue.objects.select_for_update().get(pk=recette.pk)
    if RegularisationRecette.objects.en_vigueur().filter(recette=verrou).exists():
        raise TransitionInterdite("Cette recette règle déjà un titre.")
    total = demande.montant_ht + (demande.montant_tgc or 0)
    if total != verrou.montant:
        raise ValidationError(
            f"Le titre fait {afficher(total)}, pour {afficher(verrou.montant)} perçus : il "
            "régularise la recette entière, ni plus ni moins. Corrigez les montants."
        )
    if not verrou.numero.isdecimal():
        raise ValidationError(f"Le numéro « {verrou.numero} » de ce P503 n’est pas un nombre.")
    codes = CodesPiece(type=APRES_ENCAISSEMENT, encaissement=(verrou.exercice, int(verrou.numero)))
    titre = emettre(demande, par=par, codes=codes)
    try:
        _regulariser(verrou, titre, par=par)
    except EcritureRefusee as refus:
        raise ValidationError(str(refus)) from refus
    return titre


@transaction.atomic
def annuler_regularisation(recette: RecettePercue, *, motif: str, par: Utilisateur) -> Titre:
    """Take a receipt off the titre that it settles, by the reversal of that entry: it waits again.

    The titre owes again what the receipt had settled; it is cancelled apart, where it is wrong.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: the receipt settles nothing, or its titre is neither in preparation,
            nor refused under a number that serves no more, nor rejected once taken in charge.
        ValidationError: no reason, or the ledger refuses.
    """
    exiger_agent(par)
    if not motif.strip():
        raise ValidationError({"motif": "Dites pourquoi cette recette ne règle pas ce titre."})
    RecettePercue.objects.select_for_update(of=("self",)).get(pk=recette.pk)
    reglant = RegularisationRecette.objects.en_vigueur().filter(recette=recette.pk)
    lien = reglant.select_related("ecriture").first()
    if lien is None:
        raise TransitionInterdite(AUCUN_TITRE)
    titre: Titre = Titre.objects.select_for_update(of=("self",)).get(pk=lien.titre_id)
    if raison := ce_qui_interdit_de_detacher(titre):
        raise TransitionInterdite(raison)
    try:
        ecriture = contrepasser(
            lien.ecriture, par=par, motif=motif.strip(), date_comptable=timezone.localdate()
        )
    except EcritureRefusee as refus:
        raise ValidationError(str(refus)) from refus
    lien.annulation = AnnulationRegularisation.objects.create(
        ecriture=ecriture, motif=motif.strip(), par=par
    )
    lien.save(update_fields=["annulation"])
    return titre


def ce_qui_interdit_de_detacher(titre: Piece) -> str:
    """Say why the receipt that settles `titre` may not be taken off it; empty when it may."""
    if titre.etat == EtatPiece.EMISE and titre.bordereau_id is None:
        return ""
    if titre.etat == EtatPiece.EMISE:
        return f"{titre} est dans un bordereau : retirez-l’en d’abord."
    if titre.etat in RENVOYABLES and numeros_pris([titre.pk]):  # it goes back no more
        return ""
    if rejetes_apres_coup([titre.pk]):  # it is rejected, and not reduced, once nothing settles it
        return ""
    return (
        f"{titre} est « {titre.get_etat_display()} » : la recette ne se détache que d’un titre en "
        "préparation. Si la Trésorerie l’a refusé, remettez-le d’abord en préparation ; s’il est "
        "pris en charge, réduisez-le."
    )


@transaction.atomic
def _regulariser(
    recette: RecettePercue, titre: Titre, *, par: Utilisateur, message: MessageTPS | None = None
) -> RegularisationRecette:
    verrou = Titre.objects.select_for_update(of=("self",)).get(pk=titre.pk)
    regularisations = RegularisationRecette.objects.filter(recette=recette)
    if regularisations.en_vigueur().exists():
        raise TransitionInterdite("Cette recette règle déjà un titre.")
    if recette.regie:
        raise ValidationError(f"La régie {recette.regie} régularise elle-même ses ventes.")
    if verrou.etat in PIECES_SANS_EFFET:
        raise ValidationError(f"Le titre {verrou.reference} est sans effet.")
    if verrou.budget_id != recette.budget_id:
        raise ValidationError(f"Le titre {verrou.reference} est d’un autre budget.")
    reste = reste_du(verrou)
    if recette.montant > reste:
        raise ValidationError(
            f"Le titre {verrou.reference} ne réclame plus que {afficher(reste)}, pour "
            f"{afficher(recette.montant)} perçus : émettez un titre du montant perçu."
        )
    ecriture = regulariser_recette_percue(
        verrou,
        _perception(recette),
        fois=regularisations.count() + 1,
        date_comptable=timezone.localdate(),
        par=par,
    )
    return RegularisationRecette.objects.create(
        recette=recette, titre=verrou, ecriture=ecriture, message=message, par=par
    )
