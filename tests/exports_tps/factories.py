"""Bordereaux, flux and answers of the treasury, made through the real acts."""

import io
import subprocess
import sys
from pathlib import Path

from django.conf import settings

from exports_tps.cles import AUTORITES, DOSSIER
from exports_tps.constitution import constituer_flux
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from facturier.grand_livre.documents import ranger_justificatif
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import PartCedee, Piece, RattachementPiece
from fournisseurs.coordonnees import Compte, enregistrer_compte
from fournisseurs.models import CoordonneesBancaires, Fournisseur
from tests.grand_livre.factories import JOUR, mandat, titre

RACINE = Path(__file__).resolve().parents[2]
DATE_TPS = "2026-11-24"


def compte_verifie(tiers, iban, par):
    """Let `tiers` be known with a verified account."""
    fournisseur, _ = Fournisseur.objects.get_or_create(
        tiers=tiers,
        defaults={
            "est_creancier": True,
            "adresse_voie": "1 rue Fictive",
            "code_postal": "98800",
            "ville": "Nouméa",
        },
    )
    enregistrer_compte(
        fournisseur=fournisseur,
        compte=Compte(iban, "", "Société fictive"),
        origine=CoordonneesBancaires.Origine.IMPORT,
        par=par,
    )


def mandat_documente(par, **champs):
    """Issue a mandat with an invoice."""
    cree = mandat(par, **champs)
    compte_verifie(cree.tiers, cree.iban, par)
    for part in PartCedee.objects.filter(ligne__piece=cree):
        compte_verifie(part.tiers, part.iban, par)
    contenu = io.BytesIO(f"%PDF-1.4\n% facture du mandat {cree.pk}\n".encode())
    document = ranger_justificatif(contenu, nom=f"facture-{cree.pk}.pdf", genre="facture")
    RattachementPiece.objects.create(piece=cree, justificatif=document)
    return cree


def bordereau_depense(par, nombre=1, **champs):
    """List `nombre` new mandats."""
    pieces = [mandat_documente(par, **champs).pk for _ in range(nombre)]
    return creer_bordereau(sens="depense", pieces=pieces, date_emission=JOUR, par=par)


def bordereau_recette(par, nombre=1):
    """List `nombre` new titres."""
    pieces = [titre(par).pk for _ in range(nombre)]
    return creer_bordereau(sens="recette", pieces=pieces, date_emission=JOUR, par=par)


def flux_constitue(agent, ordonnateur, nombre=1, bordereaux=1):
    """Constitute a flux of signed bordereaux of mandats."""
    faits = [bordereau_depense(agent, nombre) for _ in range(bordereaux)]
    signes = [signer_bordereau(bordereau, par=ordonnateur) for bordereau in faits]
    return constituer_flux(signes, par=agent)


def flux_transmis(agent, ordonnateur, nombre=1, bordereaux=1):
    """Send a flux of mandats."""
    return transmettre(flux_constitue(agent, ordonnateur, nombre, bordereaux), par=agent)


def pieces_du(flux):
    """Return the pièces that a flux of ours holds, in their order."""
    return Piece.objects.filter(bordereau__lignes_flux__flux=flux).order_by("pk")


def tresorerie(*options, plan=""):
    """Let the simulated treasury do what it has to do, in a process of its own."""
    dossier = settings.TPS_ENVOIS.parent
    fichier_plan = dossier / "plan.toml"
    fichier_plan.write_text(plan, encoding="utf-8")
    commande = [
        sys.executable,
        "-m",
        "exports_tps.simulateur",
        *("--envois", settings.TPS_ENVOIS),
        *("--retours", settings.TPS_RETOURS),
        *("--autorites", settings.CLES_RACINE / DOSSIER / AUTORITES),
        *("--plan", fichier_plan),
        *("--date", DATE_TPS),
        "--json",
        *options,
    ]
    settings.TPS_RETOURS.mkdir(parents=True, exist_ok=True)
    resultat = subprocess.run(
        [str(mot) for mot in commande], cwd=RACINE, capture_output=True, text=True, check=False
    )
    assert resultat.returncode < 2, resultat.stderr
    return resultat
