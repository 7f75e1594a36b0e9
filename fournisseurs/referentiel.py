"""The editable tables: read at once for the checks, changed by agents, each change traced."""

from collections import defaultdict
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from facturier.acces.models import Role, Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.commun.nombres import lire_entier
from fournisseurs.models import Banque, ChangementReferentiel, CodePostal
from fournisseurs.verifications import Referentiel

Table = ChangementReferentiel.Table
TABLES: dict[type[Any], Table] = {Banque: Table.BANQUES, CodePostal: Table.CODES_POSTAUX}


def lire_referentiel() -> Referentiel:
    """Return the banks and the communes by postal code, in two queries."""
    communes: dict[str, set[str]] = defaultdict(set)
    for code, commune in CodePostal.objects.values_list("code", "commune"):
        communes[code].add(commune)
    return Referentiel(
        banques={banque.code: (banque.nom, banque.bic) for banque in Banque.objects.all()},
        communes={code: frozenset(noms) for code, noms in communes.items()},
    )


@transaction.atomic
def enregistrer_ligne(ligne: Banque | CodePostal, *, par: Utilisateur) -> None:
    """Add or change a row of a table, and keep who did; a row that does not change leaves no trace.

    Raises:
        ValidationError: by field, what is wrong.
        ActeInterdit: `par` is not an agent.
    """
    _exiger_agent(par)
    ligne.full_clean(validate_unique=ligne._state.adding)
    avant = type(ligne)._base_manager.select_for_update().filter(pk=ligne.pk).first()
    ligne.save()
    _tracer(ligne, _decrire(avant), _decrire(ligne), par)


@transaction.atomic
def retirer_ligne(ligne: Banque | CodePostal, *, par: Utilisateur) -> None:
    """Take a row out of a table, and keep who did. Checks only warn where a row is missing.

    Raises:
        ActeInterdit: `par` is not an agent.
    """
    _exiger_agent(par)
    avant = _decrire(ligne)
    supprimees, _ = type(ligne)._base_manager.filter(pk=ligne.pk).delete()
    if supprimees:
        _tracer(ligne, avant, "", par)


def _exiger_agent(par: Utilisateur) -> None:
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent tient les tables des banques et des codes postaux.")


def _decrire(ligne: Banque | CodePostal | None) -> str:
    match ligne:
        case Banque():
            return f"{ligne.code} {ligne.nom} {ligne.bic}".strip()
        case CodePostal():
            return str(ligne)
    return ""


def _tracer(ligne: Banque | CodePostal, avant: str, apres: str, par: Utilisateur) -> None:
    if avant != apres:
        ChangementReferentiel.objects.create(
            table=TABLES[type(ligne)], avant=avant, apres=apres, par=par
        )


def chercher_ligne(table: str, cle: str) -> Banque | CodePostal:
    """Return the row of `table` of key `cle`. Raises `ValidationError` when there is none."""
    ligne: Banque | CodePostal | None
    if table == Table.BANQUES:
        ligne = Banque.objects.filter(pk=cle).first()
    else:
        ligne = CodePostal.objects.filter(pk=lire_entier(cle) or 0).first()
    if ligne is None:
        raise ValidationError("Cette ligne n’est plus dans la table.")
    return ligne
