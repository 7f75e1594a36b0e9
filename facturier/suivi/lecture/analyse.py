"""From bytes to `FactureLue`: chooses the reader, falls back on the text, compares the totals.

Each reader is imported where it serves: the libraries weigh more than the reading, and a plain PDF
needs none of those of an XML invoice.
"""
# ruff: noqa: PLC0415

from dataclasses import replace

from facturier.commun import types_contenu
from facturier.suivi.lecture.facture_lue import FactureLue, Format


def analyser(contenu: bytes, type_mime: str) -> FactureLue:
    """Read a PDF or an XML invoice. Raises `FichierRefuse`."""
    lue = _analyser_pdf(contenu) if type_mime == types_contenu.PDF else _analyser_xml(contenu)
    return replace(lue, avertissements=(*lue.avertissements, *_ecarts(lue)))


def _analyser_xml(contenu: bytes) -> FactureLue:
    from facturier.suivi.lecture.structure import lire_structure
    from facturier.suivi.lecture.xml_sur import lire_xml, objets_joints

    racine = lire_xml(contenu)
    return replace(lire_structure(racine), fichiers_joints=tuple(objets_joints(racine)))


def _analyser_pdf(contenu: bytes) -> FactureLue:
    from facturier.suivi.lecture.document_pdf import inspecter

    document = inspecter(contenu)
    if document.xml is None:
        return replace(_analyser_texte(contenu), fichiers_joints=document.fichiers_joints)
    lue = _analyser_xml(document.xml)
    joints = (*document.fichiers_joints, *lue.fichiers_joints)
    if lue.numero is None:
        depuis_texte = _analyser_texte(contenu)
        avertissements = (*lue.avertissements, *depuis_texte.avertissements)
        lue = replace(depuis_texte, profil=lue.profil, avertissements=avertissements)
    return replace(lue, format=Format.FACTURX, fichiers_joints=joints)


def _analyser_texte(contenu: bytes) -> FactureLue:
    from facturier.suivi.lecture.texte import lire_texte
    from facturier.suivi.lecture.texte_pdf import extraire_texte

    return lire_texte(extraire_texte(contenu))


def _ecarts(lue: FactureLue) -> list[str]:
    """Compare the totals with each other; one franc of rounding is tolerated for each rate."""
    ht, tgc, ttc = (
        None if donnee is None else donnee.valeur
        for donnee in (lue.montant_ht, lue.montant_tgc, lue.montant_ttc)
    )
    taux = lue.repartition.valeur if lue.repartition else ()
    ecarts = []
    if ht is not None and tgc is not None and ttc is not None and ht + tgc != ttc:
        ecarts.append(
            "Le total HT et la TGC ne donnent pas le total TTC : vérifiez les trois montants."
        )
    if tgc is not None and taux and abs(sum(part.taxe for part in taux) - tgc) > len(taux):
        ecarts.append("La TGC par taux ne donne pas la TGC totale : vérifiez la répartition.")
    return ecarts
