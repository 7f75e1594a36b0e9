"""Sample PES_Aller files: plain templates, signed with cryptography and lxml alone."""

import base64
import gzip
import hashlib
from datetime import UTC, datetime, timedelta
from io import BytesIO

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from lxml import etree

ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"
DS = "http://www.w3.org/2000/09/xmldsig#"
EXCLUSIVE = "http://www.w3.org/2001/10/xml-exc-c14n#"
INCLUSIVE = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"
SHA256 = "http://www.w3.org/2001/04/xmlenc#sha256"

TIERS = """<Tiers><InfoTiers>{supplement}<IdTiers V="0123456789"/><NatIdTiers V="08"/>
<CatTiers V="50"/><NatJur V="03"/>{type_tiers}<Nom V="SARL Récif &amp; Lagon"/></InfoTiers>
<Adresse><TypAdr V="1"/><Adr2 V="1 rue des Essais"/><CP V="98800"/><Ville V="Nouméa"/>
<CodRes V="0"/></Adresse>{compte}</Tiers>"""
COMPTE = """<CpteBancaire><CodeEtab V="17499"/><CodeGuic V="00000"/><IdCpte V="00000000001"/>
<CleRib V="{cle}"/><TitCpte V="SARL RECIF"/></CpteBancaire>"""


def mandat(numero, montant_ht=100_000, montant_tgc=11_000, *, pj="", cle_rib="18", nature="01"):
    """One mandat of one line, paid by transfer."""
    reference = f'<PJRef><Support V="01"/><IdUnique V="{pj}"/></PJRef>' if pj else ""
    compte = COMPTE.format(cle=cle_rib)
    return f"""<Piece><BlocPiece><InfoPce><IdPce V="{numero}"/><TypPce V="01"/>
<NatPce V="{nature}"/><Obj V="Travaux n° {numero}"/>{reference}</InfoPce></BlocPiece>
<LigneDePiece><BlocLignePiece><InfoLignePce><IdLigne V="1"/><Nature V="6061"/><Fonction V="01"/>
<ModRegl V="03"/><TVAIntraCom V="0"/><MtHT V="{montant_ht}"/><MtTVA V="{montant_tgc}"/>
</InfoLignePce></BlocLignePiece>{TIERS.format(supplement="", type_tiers="", compte=compte)}
</LigneDePiece></Piece>"""


def titre(numero, montant_ht=50_000):
    """One titre of one line."""
    tiers = TIERS.format(supplement="", type_tiers='<TypTiers V="01"/>', compte="")
    return f"""<Piece><BlocPiece><IdPce V="{numero}"/><TypPce V="01"/><NatPce V="01"/>
<ObjPce V="Location de salle"/></BlocPiece><LigneDePiece><BlocLignePiece><InfoLignePiece>
<IdLigne V="1"/><CodProdLoc V="A01"/><Nature V="752"/><Majo V="0"/><TvaIntraCom V="0"/>
<MtHT V="{montant_ht}"/></InfoLignePiece></BlocLignePiece>{tiers}</LigneDePiece></Piece>"""


def bordereau(
    numero,
    pieces,
    *,
    total_ht,
    total_tgc=0,
    nombre=None,
    recette=False,
    exercice=2026,
    cumul=9_000_000,
):
    """One bordereau around ready-made pièces."""
    balise = "MtBordHt" if recette else "MtBordHT"
    tgc = f'<MtBordTVA V="{total_tgc}"/>' if total_tgc else ""
    return f"""<Bordereau Id="B{numero}"><BlocBordereau><Exer V="{exercice}"/>
<IdBord V="{numero}"/><DteBordEm V="2026-11-20"/><TypBord V="01"/>
<NbrPce V="{len(pieces) if nombre is None else nombre}"/><MtCumulAnnuel V="{cumul}"/>
<{balise} V="{total_ht}"/>{tgc}</BlocBordereau>{"".join(pieces)}</Bordereau>"""


def piece_jointe(id_unique, *, nom="facture.pdf", contenu=b"%PDF-1.7 essai", brut=None):
    """One attachment; `brut` replaces the gzip and base64 of `contenu`."""
    texte = base64.b64encode(gzip.compress(contenu)).decode() if brut is None else brut
    return f"""<PJ><Contenu><Fichier MIMEType="application/pdf">{texte}</Fichier></Contenu>
<IdUnique V="{id_unique}"/><NomPJ V="{nom}"/><TypePJ V="003"/><Description V="Facture"/></PJ>"""


def flux(
    *bordereaux,
    nom="PESALR2_ESSAI_1",
    titres=(),
    pieces_jointes=(),
    collectivite="123",
    dematerialise=0,
    version="2",
):
    """A whole PES_Aller, as text."""
    domaines = ""
    for bloc, contenus in (("Depense", bordereaux), ("Recette", titres)):
        if contenus:
            domaines += f"""<PES_{bloc}Aller><EnTete{bloc}><IdVer V="{version}"/>
<InfoDematerialisee V="{dematerialise}"/></EnTete{bloc}>{"".join(contenus)}</PES_{bloc}Aller>"""
    if pieces_jointes:
        domaines += f"""<PES_PJ><EnTetePES_PJ><IdVer V="1"/></EnTetePES_PJ>
{"".join(pieces_jointes)}</PES_PJ>"""
    return f"""<?xml version="1.0" encoding="ISO-8859-1"?>
<n:PES_Aller xmlns:n="{ALLER}" Id="P1"><Enveloppe><Parametres><Version V="2"/>
<TypFic V="PESALR2"/><NomFic V="{nom}"/></Parametres><Emetteur><Sigle V="Facturier"/>
<Adresse V="Exports TPS 1.0"/></Emetteur></Enveloppe><EnTetePES><DteStr V="2026-11-21"/>
<IdPost V="9880010"/><IdColl V="0123456789"/><CodCol V="{collectivite}"/><CodBud V="00"/>
<LibelleColBud V="Province de démonstration"/></EnTetePES>{domaines}</n:PES_Aller>
"""


def flux_simple(nom="PESALR2_ESSAI_1", numero=12, id_unique="PJ1", **options):
    """One bordereau, two mandats (45 and 46 in bordereau 12), one attachment."""
    premier = 45 + 2 * (numero - 12)
    contenu = bordereau(
        numero,
        [mandat(premier, pj=id_unique), mandat(premier + 1)],
        total_ht=200_000,
        total_tgc=22_000,
    )
    return flux(contenu, nom=nom, pieces_jointes=[piece_jointe(id_unique)], **options)


class Autorite:
    """A certification authority for tests, and the signer it certifies."""

    def __init__(self, *, jours=30):
        debut = datetime.now(UTC) - timedelta(days=60)
        self.cle = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.cle_signataire = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        nom = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Autorité d’essai")])
        signataire = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Ordonnateur d’essai")])
        base = x509.CertificateBuilder().issuer_name(nom).not_valid_before(debut)
        base = base.not_valid_after(datetime.now(UTC) + timedelta(days=jours))
        self.racine = self._signer(
            base.subject_name(nom)
            .public_key(self.cle.public_key())
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        )
        self.certificat = self._signer(
            base.subject_name(signataire).public_key(self.cle_signataire.public_key())
        )

    def _signer(self, constructeur):
        numero = x509.random_serial_number()
        return constructeur.serial_number(numero).sign(self.cle, hashes.SHA256())

    def pem(self):
        """The root, as an operator would give it."""
        return self.racine.public_bytes(Encoding.PEM)


def signer(texte, autorite, *, porteur="B12", methode=EXCLUSIVE):
    """`texte` with a XAdES signature on the element whose Id is `porteur`."""
    racine = etree.fromstring(texte.encode("latin-1"))
    cible = next(element for element in racine.iter() if element.get("Id") == porteur)
    der = autorite.certificat.public_bytes(Encoding.DER)
    signature = etree.fromstring(
        f"""<ds:Signature xmlns:ds="{DS}" Id="S{porteur}"><ds:SignedInfo>
<ds:CanonicalizationMethod Algorithm="{methode}"/><ds:SignatureMethod
 Algorithm="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"/>
{_reference(porteur, _condensat(cible, methode), methode, enveloppee=True)}
{_reference(f"X{porteur}", "", methode, enveloppee=False)}</ds:SignedInfo>
<ds:SignatureValue/><ds:KeyInfo><ds:X509Data><ds:X509Certificate>
{base64.encodebytes(der).decode()}</ds:X509Certificate></ds:X509Data></ds:KeyInfo><ds:Object>
<xad:QualifyingProperties xmlns:xad="http://uri.etsi.org/01903/v1.3.2#" Target="#S{porteur}">
<xad:SignedProperties Id="X{porteur}"><xad:SignedSignatureProperties><xad:SigningTime>
{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}</xad:SigningTime><xad:SigningCertificate><xad:Cert>
<xad:CertDigest><ds:DigestMethod Algorithm="{SHA256}"/><ds:DigestValue>
{base64.b64encode(hashlib.sha256(der).digest()).decode()}</ds:DigestValue></xad:CertDigest>
</xad:Cert></xad:SigningCertificate></xad:SignedSignatureProperties></xad:SignedProperties>
</xad:QualifyingProperties></ds:Object></ds:Signature>"""
    )
    cible.append(signature)
    signes = next(element for element in signature.iter() if element.get("Id") == f"X{porteur}")
    signature.findall(f".//{{{DS}}}Reference/{{{DS}}}DigestValue")[1].text = _condensat(
        signes, methode
    )
    infos = next(signature.iter(f"{{{DS}}}SignedInfo"))
    canonique = etree.tostring(infos, method="c14n", exclusive=methode == EXCLUSIVE)
    brute = autorite.cle_signataire.sign(canonique, padding.PKCS1v15(), hashes.SHA256())
    valeur = next(signature.iter(f"{{{DS}}}SignatureValue"))
    valeur.text = base64.encodebytes(brute).decode()
    sortie = BytesIO()
    etree.ElementTree(racine).write(sortie, encoding="ISO-8859-1", xml_declaration=True)
    return sortie.getvalue().decode("latin-1")


def _condensat(element, methode):
    octets = etree.tostring(element, method="c14n", exclusive=methode == EXCLUSIVE, with_tail=False)
    return base64.b64encode(hashlib.sha256(octets).digest()).decode()


def _reference(identifiant, condensat, methode, *, enveloppee):
    transformation = f'<ds:Transform Algorithm="{DS}enveloped-signature"/>' if enveloppee else ""
    return f"""<ds:Reference URI="#{identifiant}"><ds:Transforms>{transformation}
<ds:Transform Algorithm="{methode}"/></ds:Transforms><ds:DigestMethod Algorithm="{SHA256}"/>
<ds:DigestValue>{condensat}</ds:DigestValue></ds:Reference>"""
