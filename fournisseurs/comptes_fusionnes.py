"""Bank accounts of two suppliers that are merged: nobody is paid elsewhere than before.

The account of the one kept stays. That of the absorbed one goes on for his établissements alone;
it becomes the main one only where there was none. Versions are ended and begun, never changed.
"""

from typing import Any

from django.db.models import F
from django.utils import timezone

from facturier.acces.models import Utilisateur
from fournisseurs.coordonnees import Compte, enregistrer_compte
from fournisseurs.journal import consigner
from fournisseurs.models import ActeJournal, CoordonneesBancaires, Etablissement, Fournisseur

CleCompte = int | None  # key of the établissement, None for the main account


def reprendre_comptes(
    garde: Fournisseur, absorbe: Fournisseur, deplaces: dict[str, list[int]], *, par: Utilisateur
) -> dict[str, Any]:
    """End the accounts of `absorbe`, begin them again under `garde`; return what to remember."""
    finis = _finir(absorbe, par)
    principal = finis.pop(None, None)
    du_garde = garde.coordonnees.courantes().filter(etablissement__isnull=True)
    if principal is not None and not du_garde.exists():
        finis[None] = principal
    elif principal is not None and not du_garde.filter(iban=principal.iban).exists():
        for etablissement in deplaces.get(Etablissement._meta.label, []):
            finis.setdefault(etablissement, principal)
    for cle, compte in finis.items():
        _commencer(garde, cle, compte, par)
    return {
        "principal": principal.pk if principal else None,
        "principal_repris": None in finis,
    }


def rendre_comptes(
    garde: Fournisseur, absorbe: Fournisseur, memoire: dict[str, Any], *, par: Utilisateur
) -> None:
    """Give `absorbe` his main account back, and those of his établissements as they are now."""
    comptes = memoire["comptes"]
    principal = CoordonneesBancaires.objects.filter(pk=comptes["principal"]).first()
    rendus = [
        cle
        for cle in memoire["deplaces"].get(Etablissement._meta.label, [])
        if Etablissement.objects.filter(pk=cle, fournisseur=garde).exists()
    ]
    finis = _finir(garde, par, etablissements=rendus, principal=comptes["principal_repris"])
    principal = finis.pop(None, principal)
    if principal is not None:
        _commencer(absorbe, None, principal, par)
    for cle, compte in finis.items():
        if principal is None or compte.iban != principal.iban:
            _commencer(absorbe, cle, compte, par)


def _finir(
    fiche: Fournisseur,
    par: Utilisateur,
    *,
    etablissements: list[int] | None = None,
    principal: bool = True,
) -> dict[CleCompte, CoordonneesBancaires]:
    """End the live accounts (all, or those named), and return them by établissement."""
    courants = fiche.coordonnees.courantes()
    vises = {
        compte.etablissement_id: compte
        for compte in courants
        if (principal if compte.etablissement_id is None else _vise(compte, etablissements))
    }
    jour = timezone.localdate()
    lignes = CoordonneesBancaires.objects.filter(pk__in=[compte.pk for compte in vises.values()])
    lignes.filter(debut__gt=jour).update(fin=F("debut"))
    lignes.courantes().update(fin=jour)
    for compte in vises.values():
        consigner(
            ActeJournal.COMPTE_CLOS,
            par=par,
            fournisseur=fiche,
            sur=compte,
            ancien_iban=compte.iban,
        )
    return vises


def _vise(compte: CoordonneesBancaires, etablissements: list[int] | None) -> bool:
    return etablissements is None or compte.etablissement_id in etablissements


def _commencer(
    fiche: Fournisseur, cle: CleCompte, compte: CoordonneesBancaires, par: Utilisateur
) -> None:
    enregistrer_compte(
        fournisseur=fiche,
        etablissement=Etablissement.objects.get(pk=cle) if cle else None,
        compte=Compte(compte.iban, compte.bic, compte.titulaire),
        origine=CoordonneesBancaires.Origine.FUSION,
        par=par,
    )
