"""What the panels of the benches share: page, table, button, message, and who may press."""

import datetime
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

NOUMEA = datetime.timezone(datetime.timedelta(hours=11))
DERNIERS = 30
STATIQUE = Path(__file__).parent / "statique"
POLITIQUE = "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'"
ENTETES = {"Content-Security-Policy": POLITIQUE, "Referrer-Policy": "same-origin"}


def montant_affiche(montant: int, devise: str = "xpf") -> str:
    """Return an amount as read in New Caledonia: `138 750 F CFP`."""
    unite = "F CFP" if devise == "xpf" else devise.upper()
    return f"{montant:,} {unite}".replace(",", "\u202f").replace(" ", "\u202f", 1)


def moment(secondes: float) -> str:
    """Return a Unix time as read in Nouméa."""
    return datetime.datetime.fromtimestamp(secondes, NOUMEA).strftime(
        "%d/%m/%Y à %-H\u00a0h\u00a0%M\u00a0min\u00a0%S\u00a0s"
    )


def page(titre: str, corps: str) -> str:
    """Return a whole page; `corps` is HTML, already escaped."""
    return (
        '<!doctype html><html lang="fr"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{titre}</title><link rel="stylesheet" href="/panneau.css"></head>'
        f"<body><main><h1>{titre}</h1>{corps}</main></body></html>"
    )


def bouton(controle: str, libelle: str, /, **champs: object) -> str:
    """Return a form of one button that posts `champs` to a control."""
    caches = "".join(
        f'<input type="hidden" name="{nom}" value="{escape(str(valeur))}">'
        for nom, valeur in champs.items()
    )
    return (
        f'<form method="post" action="/_controle/{controle}">{caches}'
        f"<button>{escape(libelle)}</button></form>"
    )


def tableau(titre: str, entetes: tuple[str, ...], lignes: Sequence[tuple[str, ...]]) -> str:
    """Return a captioned table; cells are HTML, already escaped."""
    if not lignes:
        return f"<h2>{titre}</h2><p>Rien pour l’instant.</p>"
    tete = "".join(f'<th scope="col">{entete}</th>' for entete in entetes)
    corps = "".join(
        "<tr>" + "".join(f"<td>{cellule}</td>" for cellule in ligne) + "</tr>" for ligne in lignes
    )
    return (
        f'<h2>{titre}</h2><div class="defile" role="region" aria-label="{titre}" tabindex="0">'
        f"<table><thead><tr>{tete}</tr></thead><tbody>{corps}</tbody></table></div>"
    )


def annonce(question: Mapping[str, str]) -> str:
    """Return the message of a panel: the error, or the act just done, that its address names."""
    if "erreur" in question:
        return f'<p role="alert" class="erreur">{escape(question["erreur"])}</p>'
    return '<p role="status">C’est fait.</p>' if "fait" in question else ""


def a_venir(noms: Mapping[str, str], pannes: Mapping[str, float]) -> str:
    """Return the list of the faults that are set, by the words of `noms`; "" when there is none."""
    lignes = [
        f"<li>{escape(noms[nom])}\u202f: {valeur:g}</li>"
        for nom, valeur in pannes.items()
        if valeur
    ]
    return f"<p>Pannes à venir\u202f:</p><ul>{''.join(lignes)}</ul>" if lignes else ""


def est_d_ailleurs(origine: str | None, hote: str | None) -> bool:
    """Tell whether a control comes from a page of another site."""
    return origine is not None and origine != f"http://{hote or ''}"
