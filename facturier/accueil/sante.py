"""Health of the product, for the supervisor: is it alive, is it ready to serve."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from facturier.acces.controle import ouvrir_a_tous
from facturier.commun import fichiers

journal = structlog.get_logger(__name__)


def base_de_donnees() -> None:
    """Raise `DatabaseError` when the database does not answer."""
    with connection.cursor() as curseur:
        curseur.execute("SELECT 1")


def documents() -> None:
    """Raise `OSError` when no file can be written in the document store."""
    fichiers.exiger_inscriptible(settings.DOCUMENTS_RACINE)


def migrations() -> None:
    """Raise `RuntimeError` when migrations wait to be applied."""
    executeur = MigrationExecutor(connection)
    if executeur.migration_plan(executeur.loader.graph.leaf_nodes()):
        raise RuntimeError("des migrations restent à appliquer")


VERIFICATIONS: dict[str, Callable[[], None]] = {
    "base_de_donnees": base_de_donnees,
    "documents": documents,
    "migrations": migrations,
}


@require_safe
@never_cache
@ouvrir_a_tous
def vive(requete: HttpRequest) -> JsonResponse:
    """200 as soon as the process answers; touches nothing else."""
    return JsonResponse({"etat": "vive"})


@require_safe
@never_cache
@ouvrir_a_tous
def prete(requete: HttpRequest) -> JsonResponse:
    """200 when every check passes, else 503; the detail of a failure goes to the log only."""
    resultats = {}
    for nom, verifier in VERIFICATIONS.items():
        try:
            verifier()
            resultats[nom] = "ok"
        except (DatabaseError, OSError, RuntimeError) as erreur:
            journal.error("sante_en_echec", verification=nom, erreur=str(erreur))
            resultats[nom] = "echec"
    est_prete = set(resultats.values()) == {"ok"}
    contenu = {"etat": "prete" if est_prete else "indisponible", "verifications": resultats}
    return JsonResponse(contenu, status=200 if est_prete else 503)
