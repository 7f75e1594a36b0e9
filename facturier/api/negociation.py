"""Which form an answer takes: always the same, whatever the request prefers."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request


class ToujoursJson(BaseContentNegotiation):
    """JSON, or the file asked for; an `Accept` that wants another is not a reason to refuse."""

    def select_parser(self, request: Request, parsers: Iterable[Any]) -> Any:
        """Return the parser of the content type sent; None (415) when none reads it."""
        type_mime = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == type_mime), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[Any], format_suffix: str | None = None
    ) -> tuple[Any, str]:
        """Return the first renderer."""
        premier = next(iter(renderers))
        return premier, premier.media_type
