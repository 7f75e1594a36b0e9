"""The official schemas, when the operator has them: what Hélios checks first."""

from pathlib import Path

from lxml import etree

from exports_tps.simulateur.anomalies import Anomalie

ALLER = "PES_V2/Rev0/PES_Aller.xsd"
ERREURS_MONTREES = 5


class SchemasIllisibles(Exception):
    """The folder does not hold usable schemas; the message says which file."""


def charger_schema(dossier: Path) -> etree.XMLSchema:
    """The schema of PES_Aller, from the folder that holds `PES_V2/`. Raises SchemasIllisibles."""
    chemin = dossier / ALLER
    try:
        return etree.XMLSchema(etree.parse(chemin))
    except (OSError, etree.LxmlError) as erreur:
        raise SchemasIllisibles(
            f"Schémas illisibles\u202f: {chemin} est absent ou incorrect."
        ) from erreur


def valider(fichier: Path, schema: etree.XMLSchema) -> list[Anomalie]:
    """The violations of `schema` in `fichier` (first ones only), read as a stream."""
    lecture = etree.iterparse(
        str(fichier),
        events=("end",),
        schema=schema,
        huge_tree=True,  # one attachment is one text node, often above 10 MB
        no_network=True,
        resolve_entities=False,
    )
    try:
        for _, element in lecture:
            if element.tag in {"Piece", "PJ", "Fichier"}:
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except etree.XMLSyntaxError as erreur:
        fautes = lecture.error_log.filter_from_errors() or [erreur]
        return [_anomalie(faute) for faute in list(fautes)[:ERREURS_MONTREES]]
    return []


def _anomalie(faute: object) -> Anomalie:
    ligne = getattr(faute, "line", 0) or getattr(faute, "lineno", 0)
    message = getattr(faute, "message", "") or str(faute)
    return Anomalie("ERREUR_SCHEMA_INCOMPLET", f"ligne {ligne}\u202f: {message}")
