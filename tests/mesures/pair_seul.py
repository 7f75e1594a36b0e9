"""What the programs of the peers share: raw statements in turn with theirs, and the JSON line."""

import json
import time
from collections.abc import Callable
from statistics import median

TOURS = 5
FOIS = 200


def comparer(nom: str, pair: Callable[[], None]) -> None:
    """Print the entries per second of `pair`, beside those of raw statements with two lines."""
    from django.db import connection, transaction  # noqa: PLC0415  (configured by the caller)

    def brut() -> None:
        with transaction.atomic():
            curseur.execute("INSERT INTO mesure_entete (libelle) VALUES ('Mesure') RETURNING id")
            pk = curseur.fetchone()[0]
            curseur.execute(
                "INSERT INTO mesure_ligne VALUES (%s, 'D', 100), (%s, 'C', 100)", [pk, pk]
            )

    with connection.cursor() as curseur:
        curseur.execute("SET synchronous_commit = off")
        curseur.execute("CREATE TABLE mesure_entete (id bigserial PRIMARY KEY, libelle text)")
        curseur.execute("CREATE TABLE mesure_ligne (entete bigint, sens char, montant bigint)")
        tours = [(_debit(pair), _debit(brut)) for _ in range(TOURS)]
    valeur, reference = (median(serie) for serie in zip(*tours, strict=True))
    mesure = {"mesure": nom, "valeur": round(valeur, 1)}
    mesure |= {"reference": round(reference, 1), "ratio": round(valeur / reference, 3)}
    print(json.dumps(mesure | {"objectif": ""}, ensure_ascii=False))


def _debit(acte: Callable[[], None]) -> float:
    debut = time.perf_counter()
    for _ in range(FOIS):
        acte()
    return FOIS / (time.perf_counter() - debut)
