"""What may happen to a valid file: to its tree, then to its bytes."""

from copy import deepcopy

from hypothesis import strategies as st
from lxml import etree

XSI = "http://www.w3.org/2001/XMLSchema-instance"
VALEURS = st.one_of(
    st.sampled_from(["", " ", ".", "nc", "0", "00", "000", "-1", "0.001", "12000.005", "1e3"]),
    st.sampled_from(["2026-02-30", "2026-13-01", "0000", "1899-12-31", "true", "TRUE", "99"]),
    st.sampled_from(["1" * 15, "x" * 39, "x" * 101, "a.b", "a.pdf", "abc\ndef", "0\n0", "98800"]),
    st.sampled_from(["+5", " 7 ", "12.10", "15", "é", "INF", "NaN", "-0", "+", "1.", ".5", "0x1"]),
    st.sampled_from(["2026-11-22Z", "2026-11-22+11:00", "-2026-01-01", "12026-01-01", "2026"]),
    st.sampled_from(["\u0661", "\uff11", "1_000", "n", "c", "NC", "nc ", " nc", "..", "\t", "0.0"]),
    st.sampled_from(["x" * 400, "x" * 501, "1" * 5, "1" * 8, "00000000001", "1.000", "a.xhtml"]),
    st.text(max_size=12).filter(lambda texte: texte.isprintable()),
)
BALISES = st.sampled_from(
    ["IdPce", "MtHT", "PJ", "Inconnue", "Tiers", "BIC", "CodServ", "IdVer", "Erreur", "Piece", "V"]
)


def _element(racine, rang):
    elements = list(racine.iter(etree.Element))
    return elements[rang % len(elements)]


def _porteur(racine, rang):
    porteurs = racine.xpath("descendant-or-self::*[@V]") or [_element(racine, rang)]
    return porteurs[rang % len(porteurs)]


def changer_valeur(racine, rang, valeur, balise):
    _porteur(racine, rang).set("V", valeur)


def retoucher_valeur(racine, rang, valeur, balise):
    """Something before, after or instead of one character of a value that was good."""
    porteur = _porteur(racine, rang)
    avant = porteur.get("V", "")
    place = len(valeur) % (len(avant) + 1)
    porteur.set("V", avant[:place] + valeur[:2] + avant[place + rang % 2 :])


def emprunter_valeur(racine, rang, valeur, balise):
    """The value of another element, good where it was."""
    _porteur(racine, rang).set("V", _porteur(racine, rang * 7 + len(valeur)).get("V", ""))


def supprimer(racine, rang, valeur, balise):
    element = _element(racine, rang)
    parent = element.getparent()
    _ = parent is not None and parent.remove(element)


def vider(racine, rang, valeur, balise):
    element = _element(racine, rang)
    for enfant in list(element):
        element.remove(enfant)


def doubler(racine, rang, valeur, balise):
    element = _element(racine, rang)
    if element.getparent() is not None:
        for _ in range(1 + 12 * (len(valeur) % 2)):
            element.addnext(deepcopy(element))


def echanger(racine, rang, valeur, balise):
    element = _element(racine, rang)
    suivant = element.getnext()
    _ = suivant is not None and suivant.addnext(element)


def deplacer(racine, rang, valeur, balise):
    """Anywhere else, whole."""
    element, ailleurs = _element(racine, rang), _element(racine, rang * 13 + len(valeur))
    if element.getparent() is not None and element not in [ailleurs, *ailleurs.iterancestors()]:
        ailleurs.append(element)


def remonter(racine, rang, valeur, balise):
    """Children take the place of their parent."""
    element = _element(racine, rang)
    if element.getparent() is not None:
        for enfant in list(element):
            element.addprevious(enfant)
        element.getparent().remove(element)


def renommer(racine, rang, valeur, balise):
    _element(racine, rang).tag = balise


def renommer_comme_un_autre(racine, rang, valeur, balise):
    _element(racine, rang).tag = _element(racine, rang * 11 + len(valeur)).tag


def changer_espace(racine, rang, valeur, balise):
    element = _element(racine, rang)
    espace = racine.nsmap.get(racine.prefix, "urn:autre") if len(valeur) % 2 else "urn:autre"
    element.tag = f"{{{espace}}}{etree.QName(element).localname}"


def oter_espace(racine, rang, valeur, balise):
    racine.tag = etree.QName(racine).localname


def ajouter_enfant(racine, rang, valeur, balise):
    etree.SubElement(_element(racine, rang), balise, V="1")


def ajouter_attribut(racine, rang, valeur, balise):
    noms = [balise, "Id", f"{{{XSI}}}nil", f"{{{XSI}}}type", f"{{{XSI}}}schemaLocation"]
    noms += ["{http://www.w3.org/XML/1998/namespace}lang", "v", "MIMEType"]
    _element(racine, rang).set(noms[len(valeur) % len(noms)], "1")


def oter_attributs(racine, rang, valeur, balise):
    _element(racine, rang).attrib.clear()


def renommer_attribut(racine, rang, valeur, balise):
    porteur = _porteur(racine, rang)
    porteur.set(balise, porteur.attrib.pop("V", "1"))


def ajouter_texte(racine, rang, valeur, balise):
    _element(racine, rang).text = valeur


def ajouter_apres(racine, rang, valeur, balise):
    element = _element(racine, rang)
    if element.getparent() is not None:
        element.tail = valeur


def commenter(racine, rang, valeur, balise):
    element = _element(racine, rang)
    element.insert(0, etree.Comment("x") if rang % 2 else etree.ProcessingInstruction("x", "y"))


ARBRE = [
    *(changer_valeur, changer_valeur, changer_valeur, retoucher_valeur, retoucher_valeur),
    *(emprunter_valeur, supprimer, vider, doubler, echanger, deplacer, remonter, renommer),
    *(renommer_comme_un_autre, changer_espace, oter_espace, ajouter_enfant, ajouter_attribut),
    *(oter_attributs, renommer_attribut, ajouter_texte, ajouter_apres, commenter),
]
MUTATIONS = st.sampled_from(ARBRE)


def _intacts(octets, place, ajout):
    return octets


def _tronquer(octets, place, ajout):
    return octets[:place]


def _oter_un_octet(octets, place, ajout):
    return octets[:place] + octets[place + 1 :]


def _changer_un_octet(octets, place, ajout):
    return octets[:place] + ajout + octets[place + 1 :]


def _ajouter(octets, place, ajout):
    return octets[:place] + ajout + octets[place:]


def _changer_d_encodage(octets, place, ajout):
    encodages = ["utf-8", "utf-16", "utf-16-le", "cp1252", "ascii", "iso-8859-15", "utf-7"]
    encodage = encodages[place % len(encodages)]
    texte = octets.decode("iso-8859-1")
    if place % 2:
        texte = texte.replace("ISO-8859-1", encodage.upper(), 1)
    return texte.encode(encodage, "xmlcharrefreplace")


def _annoncer_un_autre_encodage(octets, place, ajout):
    annonces = [b"UTF-8", b"US-ASCII", b"UTF-16", b"EBCDIC", b"latin1", b"", b"ISO-8859-2"]
    return octets.replace(b"ISO-8859-1", annonces[place % len(annonces)], 1)


def _oter_la_declaration(octets, place, ajout):
    return octets[octets.index(b"?>") + 2 :]


OCTETS = st.sampled_from(
    [
        *[_intacts] * 12,
        *(_tronquer, _oter_un_octet, _oter_un_octet, _changer_un_octet, _changer_un_octet),
        *(_ajouter, _ajouter, _changer_d_encodage, _annoncer_un_autre_encodage),
        _oter_la_declaration,
    ]
)
AJOUTS = st.sampled_from(
    [
        *(
            b"<",
            b">",
            b"&",
            b'"',
            b"'",
            b"\x00",
            b"\x01",
            b"\x85",
            b"\xff",
            b"\xef\xbb\xbf",
            b"]]>",
        ),
        *(b"&#0;", b"&#xD800;", b"&inconnue;", b"&amp;", b"&#160;", b"<!-- -->", b"<!-- -- -->"),
        *(b"<![CDATA[x]]>", b"<?x y?>", b'<?xml version="1.0"?>', b"<!DOCTYPE a>", b" ", b"\n"),
        *(b' xmlns:z=""', b' xmlns="urn:z"', b' xmlns:xml="urn:z"', b' z:V="1"', b' xml:space="x"'),
        *(b' V="1"', b"<a/>", b"</a>", b"x", b"0", b"="),
    ]
)
"""What may be put anywhere in the bytes."""


def serialiser(racine, changer, place, ajout):
    """Return the bytes of a tree, then changed."""
    octets = etree.tostring(racine, xml_declaration=True, encoding="ISO-8859-1")
    return changer(octets, place % (len(octets) + 1), ajout)
