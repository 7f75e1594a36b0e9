"""Access log of the web server, without what opens something: keys of debts, tokens of links."""

import re
from typing import Any

from gunicorn.glogging import Logger  # type: ignore[import-untyped]

SECRET = re.compile(
    r"(/(?:payer/(?:lien|borne|paiement|quittance)|guichet/(?:paiements|lecteur)"
    r"|fournisseur/invitations|securite/contester|gestion/certifier"
    r"|compte/(?:confirm-email|password/reset/key))/)[^/\s]+"
)


def masquer(adresse: str) -> str:
    """Return an address or a request line without its query nor the token that its path holds."""
    return SECRET.sub(r"\1…", re.sub(r"\?\S*", "", adresse))


class JournalAcces(Logger):  # type: ignore[misc]
    """What gunicorn writes of each request: which page, never with which key."""

    def atoms(self, resp: Any, req: Any, environ: Any, request_time: Any) -> dict[str, Any]:
        """Return the parts of a line, those that hold an address masked."""
        parts: dict[str, Any] = super().atoms(resp, req, environ, request_time)
        return parts | {nom: masquer(str(parts[nom])) for nom in ("r", "U", "f")} | {"q": ""}
