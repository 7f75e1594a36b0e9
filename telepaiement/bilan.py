"""What an import of titres or of bank movements did, for its command and its page."""

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Bilan:
    """What an import did, or would do. `rejets` holds (line, reference, reason)."""

    crees: int = 0
    inchanges: int = 0
    rejets: list[tuple[int, str, str]] = field(default_factory=list)

    def en_objet(self) -> dict[str, Any]:
        """Return the object that `--json` prints (conception.md, section 4)."""
        return {
            "crees": self.crees,
            "modifies": 0,
            "inchanges": self.inchanges,
            "rejetes": len(self.rejets),
            "anomalies": [
                {"ligne": ligne, "reference": reference, "motif": motif}
                for ligne, reference, motif in self.rejets
            ],
        }
