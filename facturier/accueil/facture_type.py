"""Papers of the demonstration: a supplier's Factur-X with every mandatory mention, a proof."""

from dataclasses import dataclass
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from django.utils import timezone
from facturx import generate_from_binary, generate_xml
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from facturier.commun.montants import afficher
from facturier.commun.pdf import Document
from facturier.commun.ridet import afficher as afficher_ridet

MARGE = 56
HAUTEUR = A4[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class FactureType:
    """What the invoice says. Amounts in whole francs, `taux` of TGC in percent."""

    numero: str
    date: date
    emetteur: str
    ridet: str
    adresse: str
    objet: str
    montant_ht: int
    montant_tgc: int
    taux: int
    numero_commande: str = ""

    @property
    def montant_ttc(self) -> int:
        """Amount with tax."""
        return self.montant_ht + self.montant_tgc


def editer(facture: FactureType) -> bytes:
    """Return the invoice as a PDF that carries its data as CII XML (Factur-X, EN 16931)."""
    xml = generate_xml(_termes(facture), flavor="factur-x", level="en16931", check_schematron=None)
    octets: bytes = generate_from_binary(
        dessiner(facture), xml, check_xsd=True, check_schematron=False, lang="fr-FR"
    )
    return octets


def _termes(facture: FactureType) -> dict[str, Any]:
    """Return the business terms of EN 16931; amounts as text, for the generator rounds floats."""
    ht, tgc, ttc = str(facture.montant_ht), str(facture.montant_tgc), str(facture.montant_ttc)
    return {
        "BT-1": facture.numero,
        "BT-2": facture.date,
        "BT-3": "380",
        "BT-5": "XPF",
        **({"BT-13": facture.numero_commande} if facture.numero_commande else {}),
        "BG-4": {
            "name": facture.emetteur,
            "legal_identifier": facture.ridet,
            "legal_identifier_schemeid": "0228",
            "vat_identifier": f"NC{facture.ridet}",
            "country_code": "NC",
            "city": "Nouméa",
            "postcode": "98800",
            "addr_l1": facture.adresse,
        },
        "BG-7": {"name": "Province Sud", "country_code": "NC"},
        "BT-9": facture.date + timedelta(days=30),
        "BT-72": facture.date,
        "BT-106": ht,
        "BT-109": ht,
        "BT-110": tgc,
        "BT-112": ttc,
        "BT-115": ttc,
        "BG-23": [{"BT-116": ht, "BT-117": tgc, "BT-118": "S", "BT-119": str(facture.taux)}],
        "BG-25": [
            {
                "BT-126": "1",
                "BT-129": "1",
                "BT-130": "C62",
                "BT-131": ht,
                "BT-146": ht,
                "BT-151": "S",
                "BT-152": str(facture.taux),
                "BT-153": facture.objet,
            }
        ],
    }


def dessiner(facture: FactureType) -> bytes:
    """Return the printed page of an invoice, without its data."""
    sortie = BytesIO()
    toile = Canvas(sortie, pagesize=A4, invariant=1, lang="fr-FR")
    toile.setTitle(f"Facture {facture.numero}")
    toile.setFont("Helvetica-Bold", 18)
    toile.drawString(MARGE, HAUTEUR - 80, facture.emetteur)
    toile.setFont("Helvetica", 10)
    lignes = [
        facture.adresse,
        "98800 Nouméa",
        f"RIDET {afficher_ridet(facture.ridet)}",
        "",
        f"Facture n° {facture.numero}",
        f"Date : {facture.date:%d/%m/%Y}",
        f"Bon de commande n° {facture.numero_commande}" if facture.numero_commande else "",
        "Client : Province Sud, Nouméa",
        "",
        facture.objet,
        f"Total HT : {afficher(facture.montant_ht)}",
        f"TGC {facture.taux} % : {afficher(facture.montant_tgc)}",
        f"Total TTC : {afficher(facture.montant_ttc)}",
    ]
    for rang, ligne in enumerate(lignes):
        toile.drawString(MARGE, HAUTEUR - 110 - rang * 16, ligne.replace("\u202f", " "))
    toile.save()
    return sortie.getvalue()


def document_de_preuve(titre: str, ridet: str, entreprise: str) -> bytes:
    """Draw a proof for a request, plainly fictitious."""
    sortie = BytesIO()
    with Document(sortie, titre=titre, etabli_le=timezone.now(), emetteur=()) as pdf:
        pdf.titre(titre, "Document fictif de démonstration")
        pdf.resume([("RIDET", afficher_ridet(ridet)), ("Entreprise", entreprise)])
    return sortie.getvalue()
