"""The régies themselves: what their acte allows, their counters, their fonds de caisse."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from facturier.acces.models import Utilisateur
from facturier.commun.champs import MontantField
from facturier.commun.montants import afficher
from facturier.grand_livre.passation import EcritureRefusee
from facturier.grand_livre.regies import mouvoir_fonds
from telepaiement.models import Guichet, MouvementFonds, Produit, Regie
from telepaiement.nominations import exiger_agent
from telepaiement.position import fonds_en_caisse, fonds_remis

LONGUEUR_MOTIF = 2000


@transaction.atomic
def enregistrer_regie(
    regie: Regie, *, produits: Sequence[Produit], motif: str, par: Utilisateur
) -> Regie:
    """Create a régie, or change what its acte allows, and record who did it and what changed.

    Args:
        produits: the products of the acte (art. 8).
        motif: the acte, constitutif or modificatif, that says so.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: a rule of the décret is broken, or no acte is named.
    """
    exiger_agent(par)
    if not motif.strip():
        raise ValidationError({"motif": "Indiquez l’acte qui crée ou modifie la régie."})
    avant = Regie.objects.select_for_update().filter(pk=regie.pk).first()
    anciens = set(avant.produits.all()) if avant else set()
    regie.full_clean()
    regie.save()
    regie.produits.set(produits)
    details = _differences(avant, regie)
    if anciens != set(produits):
        details.append("produits : " + ", ".join(produit.code for produit in produits))
    _noter(regie, "modifier" if avant else "creer", motif, details, par)
    return regie


@transaction.atomic
def enregistrer_guichet(guichet: Guichet, *, motif: str, par: Utilisateur) -> Guichet:
    """Create or change a counter of a régie, and record who did it and what changed.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: a field is wrong, or the reader is that of another counter.
    """
    exiger_agent(par)
    avant = Guichet.objects.select_for_update(of=("self",)).filter(pk=guichet.pk).first()
    guichet.full_clean()
    guichet.save()
    details = [f"guichet {guichet.code}", *_differences(avant, guichet)]
    _noter(guichet.regie, "modifier_guichet" if avant else "creer_guichet", motif, details, par)
    return guichet


def _differences(avant: Any, apres: Any) -> list[str]:
    """Say in words the fields that changed; nothing for what is new."""
    if avant is None:
        return []
    return [
        f"{champ.verbose_name} : {_dire(avant, champ)} → {_dire(apres, champ)}"
        for champ in apres._meta.concrete_fields
        if getattr(avant, champ.attname) != getattr(apres, champ.attname)
    ]


def _dire(objet: Any, champ: Any) -> str:
    """Return the value of a field as people read it; an empty one is told too."""
    valeur = getattr(objet, champ.name)
    if isinstance(valeur, bool):
        return "oui" if valeur else "non"
    if isinstance(valeur, date):
        return f"{valeur:%d/%m/%Y}"
    if isinstance(champ, MontantField):
        return afficher(valeur)
    return "rien" if valeur in {None, ""} else str(valeur)


def _noter(regie: Regie, acte: str, motif: str, details: list[str], par: Utilisateur) -> None:
    texte = " ; ".join(filter(None, [motif.strip(), *details]))
    regie.passages.create(acte=acte, depart="", arrivee="", motif=texte[:LONGUEUR_MOTIF], par=par)


@transaction.atomic
def mouvoir_fonds_caisse(
    *, regie: Regie, nature: str, montant: int, jour: date, reference: str, par: Utilisateur
) -> MouvementFonds:
    """Record the fonds de caisse that the treasury hands over, or takes back, and post it.

    Args:
        montant: whole francs; what is entrusted stays within the acte (art. 12).
        reference: number of the receipt, which makes it once only.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: beyond the acte, more than what the régie holds, or entered already.
    """
    exiger_agent(par)
    verrouillee = Regie.objects.select_for_update(of=("self",)).get(pk=regie.pk)
    est_remis = nature == MouvementFonds.Nature.REMISE
    confie = fonds_remis(verrouillee)
    if est_remis and confie + montant > verrouillee.fonds_caisse:
        raise ValidationError(
            {
                "montant": "L’acte de la régie limite le fonds de caisse à "
                f"{afficher(verrouillee.fonds_caisse)}."
            }
        )
    libre = confie - fonds_en_caisse(verrouillee)
    if not est_remis and montant > libre:
        raise ValidationError(
            {"montant": f"La régie peut rendre {afficher(libre)} : clôturez les caisses d’abord."}
        )
    if verrouillee.mouvements_fonds.filter(nature=nature, reference=reference).exists():
        raise ValidationError({"reference": "Ce reçu est déjà saisi."})
    try:
        ecriture = mouvoir_fonds(
            est_remis=est_remis,
            montant=montant,
            date_comptable=jour,
            reference=f"{regie.code}-{nature}-{reference}",
            par=par,
        )
        return MouvementFonds.objects.create(
            regie=regie,
            nature=nature,
            montant=montant,
            jour=jour,
            reference=reference,
            ecriture=ecriture,
            par=par,
        )
    except (EcritureRefusee, IntegrityError) as erreur:
        raise ValidationError(str(erreur)) from erreur
