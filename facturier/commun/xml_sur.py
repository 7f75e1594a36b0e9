"""XML from outside: a hardened parser, without entity, network nor DOCTYPE."""

from lxml import etree

from facturier.commun.fichiers import FichierRefuse

DOCTYPE = (
    "Ce XML contient une déclaration DOCTYPE, refusée par sécurité : réexportez {objet} sans "
    "DOCTYPE depuis votre logiciel."
)


def lire_xml(contenu: bytes, *, objet: str) -> etree._Element:
    """Parse XML without entity, network or DTD.

    Args:
        objet: what it is, in French with its article, for the message: « la facture ».

    Raises:
        FichierRefuse: a DOCTYPE, or XML that is not well formed.
    """
    parseur = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        racine = etree.fromstring(contenu, parseur)
    except etree.XMLSyntaxError as erreur:
        if b"<!DOCTYPE" in contenu.replace(b"\0", b""):
            raise FichierRefuse(DOCTYPE.format(objet=objet)) from None
        raise FichierRefuse(
            f"Ce XML est mal formé (ligne {erreur.lineno or 1}) : réexportez {objet} depuis "
            "votre logiciel."
        ) from None
    if racine.getroottree().docinfo.internalDTD is not None:
        raise FichierRefuse(DOCTYPE.format(objet=objet))
    return racine
