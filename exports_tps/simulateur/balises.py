"""Writes the tags of an answer: Latin-1, value in attribute V, fixed order left to the caller."""

from exports_tps.simulateur.etat import Reponse

DECLARATION = '<?xml version="1.0" encoding="ISO-8859-1"?>\n'
_LATIN = str.maketrans(
    {
        "’": "'",
        "\u2018": "'",
        "\u202f": "\u00a0",
        "–": "-",
        "—": "-",
        "œ": "oe",
        "Œ": "OE",
        "…": "...",
    }
)
_ECHAPPEMENT = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\n": " ", "\r": " ", "\t": " "}
)


def latin(texte: str, longueur: int) -> str:
    """`texte` cut to `longueur` characters, its typography brought back to Latin-1."""
    return texte.translate(_LATIN).encode("latin-1", "replace").decode("latin-1")[:longueur]


def balise(nom: str, valeur: str) -> str:
    """An element that carries its value in V."""
    return f'<{nom} V="{valeur.translate(_ECHAPPEMENT)}"/>'


def balises_presentes(*paires: tuple[str, str]) -> str:
    """The elements whose value is not empty, in the order given."""
    return "".join(balise(nom, valeur) for nom, valeur in paires if valeur)


def enveloppe(reponse: Reponse, *, type_fichier: str, nom_fichier: str) -> str:
    """The Enveloppe of an answer: from Hélios, to whoever sent the flux."""
    entete = reponse.flux.entete
    spoliee = reponse.alteration.get("acte") == "invalider"
    emetteur = balise("Sigle", "HELIOS") + balise("Adresse", "Simulateur de la TPS")
    destinataire = balises_presentes(
        ("Sigle", entete.get("Sigle", "")), ("Adresse", entete.get("Adresse", ""))
    )
    return (
        "<Enveloppe><Parametres>"
        + balise("Version", "2")
        + balise("TypFic", "UNKNOWN_TYPE" if spoliee else type_fichier)
        + balise("NomFic", nom_fichier)
        + "</Parametres>"
        + ("" if spoliee else f"<Emetteur>{emetteur}</Emetteur>")
        + (f"<Recepteur>{destinataire}</Recepteur>" if destinataire else "")
        + "</Enveloppe>\n"
    )


def entete(reponse: Reponse, *, balise_collectivite: str) -> str:
    """The EnTetePES of an answer; the tag of the collectivité is not the same in both formats."""
    lu = reponse.flux.entete
    collectivite = lu.get("CodCol", "")
    if reponse.alteration.get("acte") == "tromper_collectivite":
        collectivite = reponse.alteration["collectivite"]
    return (
        "<EnTetePES>"
        + balise("DteStr", reponse.contexte["jour"])
        + balises_presentes(
            ("IdPost", lu.get("IdPost", "")), ("LibellePoste", lu.get("LibellePoste", ""))
        )
        + balise("IdColl", lu.get("IdColl", ""))
        + balises_presentes(
            (balise_collectivite, collectivite),
            ("CodBud", lu.get("CodBud", "")),
            ("LibelleColBud", lu.get("LibelleColBud", "")),
        )
        + "</EnTetePES>\n"
    )
