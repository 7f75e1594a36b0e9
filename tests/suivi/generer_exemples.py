"""Write the sample invoices of the demonstration: `python -m tests.suivi.generer_exemples`.

One file of each form, from suppliers of fixtures/fournisseurs_demo.csv, quoting orders of
fixtures/bons_commande_demo.csv. The files are committed; the test compares what is read in them.
"""

from datetime import date, timedelta
from pathlib import Path

from facturx import generate_from_binary, generate_xml

from tests.suivi.lecture import echantillons

DOSSIER = Path(__file__).resolve().parents[2] / "fixtures" / "factures_demo"

LIGNES_PDF = (
    "PÉPINIÈRE DU CAGOU",
    "12 rue des Banians, 98800 Nouméa - RIDET : 9 000 019.001",
    "Facturé à : Province Sud, direction de l’équipement",
    "Facture n° PDC-2026-118",
    "Date : 09/11/2026",
    "Bon de commande n° BC-2026-0101",
    "120 arbustes, livrés et plantés le 5 novembre 2026",
    "Total HT : 300 000 F CFP",
    "TGC 3 % : 9 000 F CFP",
    "Total TTC : 309 000 F CFP",
    "IBAN : FR76 1749 9000 0000 0000 0000 118",
)

LIGNES_FACTURX = (
    "ÉLECTRICITÉ DU LAGON",
    "4 rue de la Soudure, 98800 Nouméa - RIDET : 9 000 027.001",
    "Facture n° EL-26-0457 du 12/11/2026",
    "Bon de commande n° BC-2026-0102",
    "Total HT : 850 000 F CFP",
    "TGC 6 % : 51 000 F CFP",
    "Total TTC : 901 000 F CFP",
)


def termes(*, numero, emission, commande, nom, ridet, ht, taux, lignes, iban=None):
    """Return the terms of an invoice at one rate, as the generator of XML takes them."""
    taxe = round(ht * taux / 100)
    total = {
        "BT-106": str(ht),
        "BT-109": str(ht),
        "BT-110": str(taxe),
        "BT-112": str(ht + taxe),
        "BT-115": str(ht + taxe),
        "BG-23": [{"BT-116": str(ht), "BT-117": str(taxe), "BT-118": "S", "BT-119": str(taux)}],
    }
    vendeur = {
        "name": nom,
        "legal_identifier": ridet,
        "legal_identifier_schemeid": "0228",
        "vat_identifier": f"NC{ridet}",
        "country_code": "NC",
        "city": "Nouméa",
        "postcode": "98800",
        "addr_l1": "Adresse fictive",
    }
    detail = [
        {
            "BT-126": str(rang),
            "BT-129": str(quantite),
            "BT-130": "H87",
            "BT-131": str(quantite * prix),
            "BT-146": str(prix),
            "BT-151": "S",
            "BT-152": str(taux),
            "BT-153": libelle,
        }
        for rang, (libelle, quantite, prix) in enumerate(lignes, start=1)
    ]
    return {
        "BT-1": numero,
        "BT-2": emission,
        "BT-3": "380",
        "BT-5": "XPF",
        "BT-9": emission + timedelta(days=30),
        "BT-72": emission,
        "BT-13": commande,
        "BG-4": vendeur,
        "BG-7": {"name": "Province Sud", "country_code": "NC"},
        "BT-81": "30",
        "BT-84": iban,
        **total,
        "BG-25": detail,
    }


ELECTRICITE = termes(
    numero="EL-26-0457",
    emission=date(2026, 11, 12),
    commande="BC-2026-0102",
    nom="Électricité du Lagon",
    ridet="9000027001",
    ht=850_000,
    taux=6,
    lignes=[("Tableau électrique", 2, 275_000), ("Pose et contrôle", 1, 300_000)],
    iban="FR7614889000000000000000287",
)
TRANSPORTS = termes(
    numero="TSS/2026/10",
    emission=date(2026, 11, 3),
    commande="BC-2026-0104",
    nom="Transports scolaires du Sud",
    ridet="9000043001",
    ht=2_100_000,
    taux=3,
    lignes=[("Rotations d’octobre 2026", 42, 50_000)],
    iban="FR7617499000000000000000409",
)
NETTOYAGE = termes(
    numero="NA-2026-1031",
    emission=date(2026, 11, 2),
    commande="BC-2026-0105",
    nom="Nettoyage Alizés",
    ridet="9000050001",
    ht=378_000,
    taux=11,
    lignes=[("Nettoyage des bureaux, octobre 2026", 1, 378_000)],
    iban="FR7617939000000000000000534",
)


def xml(donnees, forme):
    """Generate one structured invoice."""
    octets = generate_xml(donnees, flavor=forme, level="en16931", check_schematron=None)
    return octets if isinstance(octets, bytes) else octets.encode()


def pdf_facturx(lignes, donnees):
    """Print an invoice and embed its XML."""
    contenu = xml(donnees, "factur-x")
    return generate_from_binary(
        echantillons.pdf(lignes), contenu, check_xsd=False, check_schematron=False
    )


def exemples():
    """Return the content of each file, by name."""
    return {
        "pepiniere-du-cagou.pdf": echantillons.pdf(LIGNES_PDF),
        "electricite-du-lagon-facturx.pdf": pdf_facturx(LIGNES_FACTURX, ELECTRICITE),
        "transports-scolaires-ubl.xml": xml(TRANSPORTS, "ubl-2.1"),
        "nettoyage-alizes-cii.xml": xml(NETTOYAGE, "factur-x"),
    }


def main():
    """Write the files."""
    DOSSIER.mkdir(parents=True, exist_ok=True)
    for nom, contenu in exemples().items():
        (DOSSIER / nom).write_bytes(contenu)
        print(f"{nom} : {len(contenu)} octets")


if __name__ == "__main__":
    main()
