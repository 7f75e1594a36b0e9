"""Invoice files made for the tests: structured by factur-x, printed by reportlab, or hostile."""

import io
import zlib
from copy import deepcopy
from datetime import date

import facturx
import pikepdf
from facturx import generate_xml
from PIL import Image, ImageDraw
from pillow_heif import register_heif_opener
from reportlab.pdfgen import canvas

TERMES = {
    "BT-1": "FA-2026-0042",
    "BT-2": date(2026, 11, 2),
    "BT-3": "380",
    "BT-5": "XPF",
    "BT-9": date(2026, 12, 2),
    "BT-13": "BC-2026-118",
    "BG-4": {
        "name": "Mangrove Fictive SARL",
        "legal_identifier": "9000019001",
        "legal_identifier_schemeid": "0228",
        "vat_identifier": "NC9000019001",
        "country_code": "NC",
        "city": "Nouméa",
        "postcode": "98800",
        "addr_l1": "1 rue Inventée",
    },
    "BG-7": {"name": "Province Sud", "country_code": "NC"},
    "BT-72": date(2026, 10, 30),
    "BT-81": "30",
    "BT-84": "FR7617499000000000000000118",
    "BT-106": "145000",
    "BT-109": "145000",
    "BT-110": "14950",
    "BT-112": "159950",
    "BT-115": "159950",
    "BG-23": [
        {"BT-116": "125000", "BT-117": "13750", "BT-118": "S", "BT-119": "11"},
        {"BT-116": "20000", "BT-117": "1200", "BT-118": "S", "BT-119": "6"},
    ],
    "BG-25": [
        {
            "BT-126": "1",
            "BT-129": "50",
            "BT-130": "H87",
            "BT-131": "125000",
            "BT-146": "2500",
            "BT-151": "S",
            "BT-152": "11",
            "BT-153": "Ramette de papier",
        },
        {
            "BT-126": "2",
            "BT-129": "1",
            "BT-130": "H87",
            "BT-131": "20000",
            "BT-146": "20000",
            "BT-151": "S",
            "BT-152": "6",
            "BT-153": "Livraison",
        },
    ],
}

LIGNES_PDF = (
    "MANGROVE FICTIVE SARL",
    "1 rue Inventée, 98800 Nouméa - RIDET : 9 000 019.001",
    "Facture n° FA-2026/0042",
    "Date : 02/11/2026",
    "Échéance : 2 décembre 2026",
    "Bon de commande n° BC-2026-118",
    "Total HT : 125 000 F CFP",
    "TGC 11 % : 13 750 F CFP",
    "Total TTC : 138 750 F CFP",
    "IBAN : FR76 1749 9000 0000 0000 0000 118",
)

MINIMUM = """<?xml version="1.0" encoding="UTF-8"?>
<rsm:CrossIndustryInvoice
  xmlns:rsm="urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100"
  xmlns:ram="urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100"
  xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
  <rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
    <ram:ID>urn:factur-x.eu:1p0:minimum</ram:ID>
  </ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
  <rsm:ExchangedDocument><ram:ID>FA-2026-0042</ram:ID><ram:TypeCode>380</ram:TypeCode>
    <ram:IssueDateTime><udt:DateTimeString format="102">20261102</udt:DateTimeString>
    </ram:IssueDateTime></rsm:ExchangedDocument>
  <rsm:SupplyChainTradeTransaction>
    <ram:ApplicableHeaderTradeAgreement>
      <ram:SellerTradeParty><ram:Name>Mangrove Fictive SARL</ram:Name>
        <ram:SpecifiedLegalOrganization><ram:ID schemeID="0228">9000019001</ram:ID>
        </ram:SpecifiedLegalOrganization>
        <ram:PostalTradeAddress><ram:CountryID>NC</ram:CountryID></ram:PostalTradeAddress>
      </ram:SellerTradeParty>
      <ram:BuyerTradeParty><ram:Name>Province Sud</ram:Name></ram:BuyerTradeParty>
    </ram:ApplicableHeaderTradeAgreement>
    <ram:ApplicableHeaderTradeDelivery/>
    <ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>XPF</ram:InvoiceCurrencyCode>
      <ram:SpecifiedTradeSettlementHeaderMonetarySummation>
        <ram:TaxBasisTotalAmount>145000</ram:TaxBasisTotalAmount>
        <ram:TaxTotalAmount currencyID="XPF">14950</ram:TaxTotalAmount>
        <ram:GrandTotalAmount>159950</ram:GrandTotalAmount>
        <ram:DuePayableAmount>159950</ram:DuePayableAmount>
      </ram:SpecifiedTradeSettlementHeaderMonetarySummation>
    </ram:ApplicableHeaderTradeSettlement>
  </rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>
"""


def xml(*, forme="factur-x", profil="en16931", **termes):
    """Generate the XML of the sample invoice, some of its terms (`BT_3="381"`) replaced."""
    donnees = deepcopy(TERMES) | {nom.replace("_", "-"): valeur for nom, valeur in termes.items()}
    octets = generate_xml(donnees, flavor=forme, level=profil, check_schematron=None)
    return octets if isinstance(octets, bytes) else octets.encode()


def xml_de_profil(profil):
    """Return the sample in any Factur-X profile; the library writes three of the five."""
    if profil == "minimum":
        return MINIMUM.encode()
    if profil == "basic":
        complet = xml(profil="en16931")
        return complet.replace(
            b"urn:cen.eu:en16931:2017<",
            b"urn:cen.eu:en16931:2017#compliant#urn:factur-x.eu:1p0:basic<",
        )
    return xml(profil=profil)


def pdf(lignes=LIGNES_PDF):
    """Print lines of text on one page."""
    sortie = io.BytesIO()
    page = canvas.Canvas(sortie)
    for rang, ligne in enumerate(lignes):
        page.drawString(60, 780 - 18 * rang, ligne)
    page.showPage()
    page.save()
    return sortie.getvalue()


def pdf_facturx(contenu_xml):
    """Embed an XML in the printed invoice."""
    return facturx.generate_from_binary(pdf(), contenu_xml, check_xsd=False, check_schematron=False)


def pdf_avec_joint(nom, octets, *, en_annotation=False):
    """Attach a file to the printed invoice: in the catalogue, or behind an annotation only."""
    with pikepdf.open(io.BytesIO(pdf())) as document:
        fiche = pikepdf.AttachedFileSpec(
            document,
            octets,
            filename=nom,
            description="",
            mime_type="text/plain",
            creation_date="",
            mod_date="",
        )
        if en_annotation:
            annotation = pikepdf.Dictionary(
                Type=pikepdf.Name.Annot,
                Subtype=pikepdf.Name.FileAttachment,
                Rect=[0, 0, 10, 10],
                FS=fiche.obj,
            )
            document.pages[0].Annots = pikepdf.Array([document.make_indirect(annotation)])
        else:
            document.attachments[nom] = fiche
        return _enregistrer(document)


def pdf_chiffre(*, utilisateur, proprietaire):
    """Encrypt the printed invoice."""
    with pikepdf.open(io.BytesIO(pdf())) as document:
        return _enregistrer(
            document, encryption=pikepdf.Encryption(user=utilisateur, owner=proprietaire)
        )


def pdf_page_bombe():
    """A page whose content swells to 320 MB once decompressed."""
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.pages[0].Contents = _flux_gonflable(document, b"0 0 m\n  ", 40)
        return _enregistrer(document, compress_streams=False)


def pdf_joint_bombe():
    """An embedded file that swells to 1 GB once decompressed."""
    with pikepdf.open(io.BytesIO(pdf())) as document:
        flux = _flux_gonflable(document, b"\0" * 8, 125)
        fiche = pikepdf.Dictionary(
            Type=pikepdf.Name.Filespec, UF="zeros.txt", EF=pikepdf.Dictionary(F=flux)
        )
        document.Root.AF = pikepdf.Array([document.make_indirect(fiche)])
        return _enregistrer(document, compress_streams=False)


def _flux_gonflable(document, motif, mega_octets_huit):
    """Repeat 8 MB of `motif` (8 bytes) in a deflate stream, without ever holding them all."""
    bloc = motif * 1_000_000
    compresseur = zlib.compressobj(9)
    morceaux = [
        compresseur.compress(bloc) + compresseur.flush(zlib.Z_FULL_FLUSH)
        for _ in range(mega_octets_huit)
    ]
    flux = pikepdf.Stream(document, b"".join((*morceaux, compresseur.flush())))
    flux.Filter = pikepdf.Name.FlateDecode
    return flux


def _enregistrer(document, **options):
    sortie = io.BytesIO()
    document.save(sortie, **options)
    return sortie.getvalue()


def photo(
    *,
    taille=(900, 1200),
    texte="Facture n° FA-7",
    orientation=1,
    gps=False,
    papier=235,
    encre=20,
    pied_sombre=False,
    genre="JPEG",
):
    """Photograph a page of `taille` with a camera held as `orientation` (EXIF) says.

    `genre` is JPEG, or HEIF as an iPhone keeps its photos.
    """
    page = Image.new("RGB", taille, (papier,) * 3)
    trait = ImageDraw.Draw(page)
    for ligne in range(6):
        trait.text((60, 60 + 60 * ligne), texte, fill=(encre,) * 3, font_size=40)
    if pied_sombre:
        trait.rectangle((0, taille[1] - 200, taille[0], taille[1]), fill=(encre,) * 3)
    tourner = {
        1: None,
        3: Image.Transpose.ROTATE_180,
        6: Image.Transpose.ROTATE_90,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    if gps:
        exif[0x010F] = "Appareil Fictif"
        exif.get_ifd(0x8825)[2] = (22.0, 16.0, 33.0)
    sortie = io.BytesIO()
    register_heif_opener()
    (page.transpose(tourner) if tourner is not None else page).save(
        sortie, genre, exif=exif.tobytes()
    )
    return sortie.getvalue()


def heic_bombe():
    """A HEIC of a few kilobytes that says it is 400 million points."""
    octets = bytearray(photo(taille=(640, 640), genre="HEIF"))
    debut = octets.index(b"ispe") + 8  # the name of the box, then its version
    octets[debut : debut + 8] = (20_000).to_bytes(4) * 2
    return bytes(octets)


def png_bombe():
    """A PNG of a few kilobytes that would be 400 million points."""
    sortie = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(sortie, "PNG")
    return sortie.getvalue()
