"""What a handler of the API receives."""

import dataclasses
from collections.abc import Callable

from telepaiement.banc.registre import Objet, Registre


@dataclasses.dataclass(frozen=True, kw_only=True)
class Appel:
    """One call: checked parameters, the identifier of the path, and which key was used."""

    registre: Registre
    parametres: Objet
    cle: str = ""
    publique: bool = False


Action = Callable[[Appel], Objet]
