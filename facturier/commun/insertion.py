"""INSERT … SELECT, which Django does not write: rows made by the database out of others."""

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection, models
from django.db.models import Value


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


def _simple(champ: Any) -> Any:
    """Return the field that holds the value of a foreign key, or the field itself."""
    return champ.target_field if champ.is_relation else champ
