"""Errors of the API, in Stripe's envelope."""

from typing import Any


class ErreurStripe(Exception):
    """An answer other than 2xx: `statut` is the HTTP status, `nature` the type of the error."""

    def __init__(
        self,
        message: str,
        *,
        statut: int = 400,
        nature: str = "invalid_request_error",
        code: str | None = None,
        parametre: str | None = None,
        **complements: Any,
    ) -> None:
        super().__init__(message)
        self.statut = statut
        champs = {"type": nature, "message": message, "code": code, "param": parametre}
        champs |= complements
        self.erreur = {cle: valeur for cle, valeur in champs.items() if valeur is not None}

    def enveloppe(self) -> dict[str, Any]:
        """Return the body of the answer: `{"error": {…}}`."""
        return {"error": self.erreur}


def introuvable(genre: str, identifiant: str, parametre: str = "id") -> ErreurStripe:
    """Return the 404 of an unknown object, in Stripe's words."""
    return ErreurStripe(
        f"No such {genre}: '{identifiant}'",
        statut=404,
        code="resource_missing",
        parametre=parametre,
    )
