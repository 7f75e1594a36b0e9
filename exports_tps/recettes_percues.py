"""Receipts collected before their titre, told by a Retour (TypBord 05, « P503 »).

Each line is kept and posted once: D 515, C 47138, but for what a régie posted already. The titre
that regularises it (décret 2012-1246, art. 24) is told by the RattachPiece of the line, then or
later, or named by an agent: D 47138, C 4111.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet, Value
from django.db.models.functions import Concat, Trim
from django.utils import timezone

from exports_tps.alertes import alerter
from exports_tps.models import MessageTPS, RecettePercue, RegularisationRecette
from exports_tps.pes.lecture import PieceLue
from facturier.acces.models import Utilisateur
from facturier.commun.etats import TransitionInterdite
from facturier.commun.montants import afficher
from facturier.grand_livre.emission import CodesPiece
from facturier.grand_livre.models import (
    APRES_ENCAISSEMENT,
    PIECES_SANS_EFFET,
    Budget,
    SensPiece,
    Tiers,
    Titre,
)
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.soldes import reste_du
from facturier.grand_livre.tresorerie import percevoir_avant_titre, regulariser_recette_percue
from facturier.suivi.mandatement import exiger_agent
from telepaiement.models import Produit
from telepaiement.titres import DemandeTitre, emettre

TYPE_P503 = "05"


def est_p503(lue: PieceLue) -> bool:
    """Whether a pièce of a Retour tells receipts collected before their titre."""
    return lue.sens == SensPiece.RECETTE and lue.type_bordereau == TYPE_P503


def a_regulariser() -> QuerySet[RecettePercue]:
    """Return the receipts that no titre regularises yet; a régie regularises its own sales."""
    return RecettePercue.objects.filter(regularisation=None, regie="")


def constater(
    message: MessageTPS, budgets: list[Budget], lues: Iterable[PieceLue], *, par: Utilisateur
) -> list[str]:
    """Keep what the P503 of a message tell, and settle the titres that they name.

    A line told again changes nothing; a titre that is named later is settled then.

    Returns:
        What could not be done, in French; the receipt is kept all the same, and waits.
    """
    reserves: list[str] = []
    en_attente: list[RecettePercue] = []
    for lue in lues:
        lignes: Any = lue.piece.lignes
        for ligne in lignes:
            recette, est_nouvelle, reserve = _enregistrer(message, budgets, lue, ligne, par)
            if reserve:
                reserves.append(reserve)
            if recette is None:
                continue
            if raison := _rattacher(recette, ligne, message, par):
                reserves.append(raison)
            elif est_nouvelle and ligne.rattachement is None and not recette.regie:
                en_attente.append(recette)
    if en_attente:
        alerter("recettes", {"recettes": en_attente})
    return reserves


def _enregistrer(
    message: MessageTPS, budgets: list[Budget], lue: PieceLue, ligne: Any, par: Utilisateur
) -> tuple[RecettePercue | None, bool, str]:
    """Return the receipt of a line, whether it is new, and what is wrong with it."""
    nom = f"P503 {lue.exercice or '?'}-{lue.piece.numero}, ligne {ligne.numero}"
    montant, jour = _encaisse(ligne)
    if not lue.exercice or not lue.piece.numero or montant <= 0:
        return None, False, f"{nom} : montant ou exercice illisible ; à reprendre à la main."
    if len(budgets) != 1:
        return None, False, f"{nom} : le fichier ne dit pas de quel budget."
    cle = {
        "budget": budgets[0],
        "exercice": lue.exercice,
        "numero": lue.piece.numero,
        "ligne": ligne.numero or "1",
    }
    if connue := RecettePercue.objects.filter(**cle).first():
        ecart = f"{nom} : {afficher(montant)}, mais {afficher(connue.montant)} déjà connus."
        return connue, False, "" if connue.montant == montant else ecart
    liens = ligne.liens
    regie = (liens.regie or "") if liens else ""
    jour = jour or lue.piece.date_prise_en_charge or timezone.localdate()
    reference = "-".join(str(cle[c]) for c in ("exercice", "numero", "ligne"))
    ecriture = None
    if not regie:
        ecriture = percevoir_avant_titre(
            montant=montant,
            date_comptable=_jour_comptable(jour),
            reference=f"{budgets[0].code}-{reference}",
            par=par,
        )
    recette = RecettePercue.objects.create(
        **cle,
        message=message,
        bordereau=lue.numero_bordereau or "",
        code_produit=ligne.code_produit or "",
        payeur=_payeur(ligne),
        objet=(lue.piece.objet or "")[:160],
        regie=regie,
        montant=montant,
        encaissee_le=jour,
        ecriture=ecriture,
    )
    return recette, True, ""


def _encaisse(ligne: Any) -> tuple[int, date | None]:
    """Return what was collected on a line, and the day of the last receipt."""
    jours = [r.date_reglement for r in ligne.reglements if r.date_reglement]
    total = int(sum(r.montant or 0 for r in ligne.reglements))
    if not total and ligne.cumul is not None:
        total = int(ligne.cumul.montant or 0)
    return total or int((ligne.montant_ht or 0) + (ligne.montant_tva or 0)), max(
        jours, default=None
    )


def _payeur(ligne: Any) -> str:
    tiers = ligne.tiers
    return " ".join(filter(None, (tiers.nom, tiers.prenom)))[:80] if tiers else ""


def _jour_comptable(jour: date) -> date:
    """Return `jour`, or today when its exercice is over."""
    aujourdhui = timezone.localdate()
    return jour if jour.year == aujourdhui.year and jour <= aujourdhui else aujourdhui


def _rattacher(recette: RecettePercue, ligne: Any, message: MessageTPS, par: Utilisateur) -> str:
    """Settle the titre that a line names, once; return why it cannot be."""
    lien = ligne.rattachement
    if (
        lien is None
        or recette.regie
        or RegularisationRecette.objects.filter(recette=recette).exists()
    ):
        return ""
    numero = lien.numero_piece or ""
    titre = Titre.objects.filter(
        budget=recette.budget,
        exercice=lien.exercice,
        numero=int(numero) if numero.isdigit() else 0,
    ).first()
    if titre is None:
        return f"{recette} : rattachée au titre {lien.exercice}-{numero}, inconnu ici."
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
    return _regulariser(recette, titre, par=par)


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
    if RegularisationRecette.objects.filter(recette=verrou).exists():
        raise TransitionInterdite("Cette recette règle déjà un titre.")
    total = demande.montant_ht + (demande.montant_tgc or 0)
    if total != verrou.montant:
        raise ValidationError(
            f"Le titre fait {afficher(total)}, pour {afficher(verrou.montant)} perçus : il "
            "régularise la recette entière, ni plus ni moins. Corrigez les montants."
        )
    if not verrou.numero.isdigit():
        raise ValidationError(f"Le numéro « {verrou.numero} » de ce P503 n’est pas un nombre.")
    codes = CodesPiece(type=APRES_ENCAISSEMENT, encaissement=(verrou.exercice, int(verrou.numero)))
    titre = emettre(demande, par=par, codes=codes)
    try:
        _regulariser(verrou, titre, par=par)
    except EcritureRefusee as refus:
        raise ValidationError(str(refus)) from refus
    return titre


@transaction.atomic
def _regulariser(
    recette: RecettePercue, titre: Titre, *, par: Utilisateur, message: MessageTPS | None = None
) -> RegularisationRecette:
    verrou = Titre.objects.select_for_update(of=("self",)).get(pk=titre.pk)
    if RegularisationRecette.objects.filter(recette=recette).exists():
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
        montant=recette.montant,
        date_comptable=timezone.localdate(),
        reference=str(recette.pk),
        par=par,
    )
    return RegularisationRecette.objects.create(
        recette=recette, titre=verrou, ecriture=ecriture, message=message, par=par
    )
