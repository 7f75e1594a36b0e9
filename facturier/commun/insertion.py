"""Insertions that Django does not write: out of other rows, or but for one conflict alone."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models, transaction
from django.db.models import Value
from django.db.models.sql import InsertQuery


def inserer_depuis(
    modele: type[models.Model], source: "models.QuerySet[Any, Any]", *, rendre: str, **champs: Any
) -> list[Any]:
    """Insert one row of `modele` for each row of `source`, in one statement.

    Args:
        champs: by field of `modele`, an expression over `source` or a plain value; a field left
            out is NULL.

    Returns:
        What the field `rendre` holds in the rows inserted.
    """
    declares: dict[str, Any] = {nom: modele._meta.get_field(nom) for nom in champs}
    expressions = [
        valeur
        if hasattr(valeur, "resolve_expression")
        else Value(valeur, output_field=_simple(declares[nom]))
        for nom, valeur in champs.items()
    ]
    try:
        sql, parametres = source.values_list(*expressions).query.sql_with_params()
    except EmptyResultSet:  # Django sees that there is no row
        return []
    nommer = connection.ops.quote_name
    colonnes = ", ".join(nommer(champ.column) for champ in declares.values())
    retour: Any = modele._meta.get_field(rendre)
    table, rendue = nommer(modele._meta.db_table), nommer(retour.column)
    with connection.cursor() as curseur:
        curseur.execute(f"INSERT INTO {table} ({colonnes}) {sql} RETURNING {rendue}", parametres)
        return [valeur for (valeur,) in curseur.fetchall()]


def inserer_sauf_connus(objets: Sequence[models.Model], *, unique: str) -> None:
    """Insert `objets`, of one model and without automatic keys, but those known already.

    Any other fault is raised: `bulk_create(ignore_conflicts=True)` hides on SQLite what breaks a
    check, or misses a value. The objects get no key.

    Args:
        unique: the name of the unique constraint, or of the field; what breaks it is left out.
    """
    if not objets:
        return
    modele: Any = type(objets[0])
    champs = [
        champ for champ in modele._meta.concrete_fields if champ is not modele._meta.auto_field
    ]
    cible = _cible(modele, unique)
    taille = connection.ops.bulk_batch_size(champs, objets)
    with transaction.atomic(savepoint=False), connection.cursor() as curseur:
        for debut in range(0, len(objets), taille):
            insertion = InsertQuery(modele)
            insertion.insert_values(champs, list(objets[debut : debut + taille]))
            for sql, parametres in insertion.get_compiler(connection=connection).as_sql():
                curseur.execute(f"{sql} ON CONFLICT {cible} DO NOTHING", parametres)


def _cible(modele: Any, unique: str) -> str:
    """Return what names the index of a unique constraint in ON CONFLICT, its condition included."""
    nommer = connection.ops.quote_name
    contrainte = next((c for c in modele._meta.constraints if c.name == unique), None)
    if contrainte is None:
        return f"({nommer(modele._meta.get_field(unique).column)})"
    colonnes = ", ".join(nommer(modele._meta.get_field(c).column) for c in contrainte.fields)
    condition = contrainte._get_condition_sql(modele, connection.schema_editor())
    return f"({colonnes}) WHERE {condition}" if condition else f"({colonnes})"


def _simple(champ: Any) -> Any:
    """Return the field that holds the value of a foreign key, or the field itself."""
    return champ.target_field if champ.is_relation else champ
