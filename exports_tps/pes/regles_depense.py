"""Conditional rules of a mandat."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from exports_tps.pes import regles
from exports_tps.pes.depense import BordereauDepense, LigneMandat, Mandat, TiersDepense
from exports_tps.pes.messages import Niveau
from exports_tps.pes.referentiel import Triplet, referentiel
from exports_tps.pes.regles import Ecart

_A_L_ETRANGER = "06"
_SUR_MARCHE = "09"
_REGIE = "05"


def tete(bordereau: BordereauDepense, *, est_dematerialisee: bool) -> Iterator[Ecart]:
    """Rules of the head of a dépense bordereau."""
    return regles.tete_bordereau(bordereau, est_dematerialisee=est_dematerialisee, interdits="04")


def piece(bordereau: BordereauDepense, mandat: Mandat) -> Iterator[Ecart]:
    """Rules of one mandat and of its lines."""
    codes = f"{bordereau.type} {mandat.type} {mandat.nature}"
    triplet, inconnu = regles.triplet_connu("depense", codes)
    if inconnu:
        yield inconnu
    delai = mandat.delai_global_paiement
    if delai and delai.date_fin < delai.date_debut:
        message = "la fin du délai global de paiement précède son début."
        yield Ecart("DteFinDgp", "dgp", message, Niveau.AVERTISSEMENT)
    for rang, ligne in enumerate(mandat.lignes):
        for ecart in (*_ligne(bordereau, triplet, ligne), *_liens(mandat, ligne)):
            yield replace(ecart, rang=rang)


def _ligne(bordereau: BordereauDepense, triplet: Triplet, ligne: LigneMandat) -> Iterator[Ecart]:
    yield from regles.rattachement(
        triplet, ligne.rattachement, exercice=bordereau.exercice, natures_sans_ligne="03 04"
    )
    if triplet.convention and not (ligne.liens and ligne.liens.convention):
        yield Ecart("IdConv", "convention", f"IdConv est obligatoire pour {triplet.codes}.")
    yield from _compte(ligne)
    if ligne.tiers is not None:
        yield from _tiers(ligne.tiers)


def _liens(mandat: Mandat, ligne: LigneMandat) -> Iterator[Ecart]:
    """What the gateway lets pass and the comptable asks for later (README §10)."""
    liens, ventilation = ligne.liens, ligne.ventilation_marche
    yield from regles.marche(liens, ventilation)
    if mandat.type == _SUR_MARCHE and not (ventilation or (liens and liens.marche)):
        message = "IdMarche manque : le comptable le demandera pour un mandat sur marché."
        yield Ecart("IdMarche", "marche", message, Niveau.AVERTISSEMENT)
    if mandat.nature == _REGIE and not (liens and liens.regie):
        message = "IdRegie manque : le comptable le demandera pour une régie."
        yield Ecart("IdRegie", "regie", message, Niveau.AVERTISSEMENT)
    if ligne.montant_facture_ht == ligne.montant_ht:
        message = "MtFactHT est de trop : il ne s’écrit que s’il diffère de MtHT."
        yield Ecart("MtFactHT", "montant_facture", message, Niveau.AVERTISSEMENT)
    if ligne.tva_hlm is not None:
        message = "InfoTVAHLM est réservé à la nomenclature M31."
        yield Ecart("InfoTVAHLM", "nomenclature", message, Niveau.AVERTISSEMENT)


def _compte(ligne: LigneMandat) -> Iterator[Ecart]:
    """The mode de règlement decides whether an account must, may or must not be there."""
    compte = ligne.tiers.compte if ligne.tiers else None
    tables = referentiel()
    if compte is None:
        if ligne.mode_reglement in tables.modes_avec_compte:
            message = f"un compte bancaire est obligatoire avec ModRegl {ligne.mode_reglement}."
            yield Ecart("CpteBancaire", "mode_reglement", message)
        return
    if ligne.mode_reglement in tables.modes_sans_compte:
        message = f"un compte bancaire est interdit avec ModRegl {ligne.mode_reglement}."
        yield Ecart("CpteBancaire", "mode_reglement", message)
        return
    for ecart in regles.compte(compte):
        est_controle = ligne.mode_reglement != _A_L_ETRANGER or ecart.niveau == Niveau.FLUX
        yield ecart if est_controle else replace(ecart, niveau=Niveau.AVERTISSEMENT)


def _tiers(tiers: TiersDepense) -> Iterator[Ecart]:
    yield from regles.identite(tiers)
    yield from regles.adresse(tiers.adresse)
    if tiers.categorie != "01" and (tiers.civilite or tiers.prenom):
        message = "Civilite et Prenom sont réservés aux personnes physiques (CatTiers 01)."
        yield Ecart("Prenom", "personne_morale", message)
