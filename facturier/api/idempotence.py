"""A request sent twice is done once: the header `Idempotency-Key`.

The row is inserted first, in the transaction of the act. A second request with the same identifier
waits for the first to end: it then finds the answer kept, or, when the first was refused, takes its
place. Nothing is kept of a refused request, so that it may be corrected and sent again.
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction
from django.http import QueryDict
from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from facturier.api.erreurs import IdentifiantDejaEmploye, RequeteIllisible
from facturier.api.models import CleApi, RequeteIdempotente

ENTETE = "Idempotency-Key"
MOTIF_IDENTIFIANT = r"^[!-~]{1,128}$"
CONSERVATION = timedelta(days=30)


def une_seule_fois(
    requete: Request, cle: CleApi, statut: int, acte: Callable[[], dict[str, Any]]
) -> Response:
    """Carry out `acte` once for the identifier of the request, and answer what it returns.

    `acte` returns what JSON can hold; what it raises undoes everything.

    Raises:
        RequeteIllisible: the header is missing or malformed.
        IdentifiantDejaEmploye: it served for another request.
    """
    identifiant = requete.headers.get(ENTETE, "")
    if not re.fullmatch(MOTIF_IDENTIFIANT, identifiant):
        raise RequeteIllisible(
            "Donnez à chaque envoi un en-tête Idempotency-Key, de 1 à 128 caractères sans espace "
            "ni accent : un UUID convient.",
            ENTETE,
        )
    empreinte = empreinte_requete(requete)
    with transaction.atomic():
        ligne = _reserver(cle, identifiant, empreinte)
        if ligne is None:
            return _repondre_encore(cle, identifiant, empreinte)
        ligne.statut, ligne.corps = statut, acte()
        ligne.save(update_fields=["statut", "corps"])
    return Response(ligne.corps, status=statut)


def _reserver(cle: CleApi, identifiant: str, empreinte: str) -> RequeteIdempotente | None:
    """Insert the row of a request; None when it is there already."""
    try:
        with transaction.atomic():
            return RequeteIdempotente.objects.create(
                cle=cle, identifiant=identifiant, empreinte=empreinte
            )
    except IntegrityError:
        return None


def _repondre_encore(cle: CleApi, identifiant: str, empreinte: str) -> Response:
    ligne = RequeteIdempotente.objects.get(cle=cle, identifiant=identifiant)
    if ligne.empreinte != empreinte:
        raise IdentifiantDejaEmploye(
            "Cet Idempotency-Key a déjà servi pour une autre requête : donnez-en un nouveau à "
            "chaque envoi, et gardez le même seulement pour renvoyer la même requête."
        )
    return Response(ligne.corps, status=ligne.statut, headers={"Idempotency-Replayed": "true"})


def empreinte_requete(requete: Request) -> str:
    """Return the SHA-256 of what was asked: method, path, fields and contents of files."""
    calcul = hashlib.sha256()
    for morceau in _morceaux(requete):
        calcul.update(hashlib.sha256(morceau).digest())
    return calcul.hexdigest()


def _morceaux(requete: Request) -> Iterator[bytes]:
    yield f"{requete.method} {requete.path}".encode()
    if not isinstance(requete.data, QueryDict):
        yield json.dumps(requete.data, sort_keys=True).encode()
        return
    for nom in sorted(requete.data):
        for valeur in requete.data.getlist(nom):
            yield nom.encode()
            if isinstance(valeur, UploadedFile):
                yield str(valeur.name).encode()
                yield from valeur.chunks()
                valeur.seek(0)
            else:
                yield str(valeur).encode()


def purger() -> int:
    """Forget the requests of more than thirty days; return how many."""
    anciennes = RequeteIdempotente.objects.filter(recue_le__lt=timezone.now() - CONSERVATION)
    return anciennes.delete()[0]
