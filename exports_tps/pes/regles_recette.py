"""Conditional rules of a titre."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from exports_tps.pes import regles
from exports_tps.pes.messages import Niveau
from exports_tps.pes.recette import BordereauRecette, LigneTitre, TiersRecette, Titre
from exports_tps.pes.referentiel import Triplet
from exports_tps.pes.regles import Ecart

_ENCAISSEMENT = "03"
_MAJORATION = "05"
_APRES_ENCAISSEMENT = "05"
_ORMC = "15"
_BORDEREAU_ORMC = "06"
_ROLE = "01 06 01"
_EDITIONS_SANS_ORMC = ("01", "02", "05")
_EDITIONS_ORMC = ("03", "06", "07", "08")


def tete(bordereau: BordereauRecette, *, est_dematerialisee: bool) -> Iterator[Ecart]:
    """Rules of the head of a recette bordereau."""
    yield from regles.tete_bordereau(
        bordereau, est_dematerialisee=est_dematerialisee, interdits="04 05"
    )
    if bordereau.objet is not None and bordereau.type != _BORDEREAU_ORMC:
        yield Ecart("Objet", "ormc", "Objet est réservé aux bordereaux ORMC (TypBord 06).")


def piece(bordereau: BordereauRecette, titre: Titre) -> Iterator[Ecart]:
    """Rules of one titre and of its lines."""
    codes = f"{bordereau.type} {titre.type} {titre.nature}"
    triplet, inconnu = regles.triplet_connu("recette", codes)
    if inconnu:
        yield inconnu
    yield from _titre(bordereau, titre, codes)
    yield from _ormc(titre)
    for rang, ligne in enumerate(titre.lignes):
        for ecart in _ligne(bordereau, triplet, titre, ligne):
            yield replace(ecart, rang=rang)


def _titre(bordereau: BordereauRecette, titre: Titre, codes: str) -> Iterator[Ecart]:
    if (titre.role is not None) != (codes == _ROLE):
        message = f"IdRol va avec le triplet {_ROLE}, et lui seul."
        yield Ecart("IdRol", "role", message)
    if titre.date_avis and titre.date_avis < bordereau.date_emission:
        message = "DteAsp ne peut pas précéder l’émission du bordereau."
        yield Ecart("DteAsp", "date_avis", message)
    if titre.debut_facturation or titre.fin_facturation:
        message = "DebFact et FinFact sont réservés aux établissements hospitaliers."
        yield Ecart("DebFact", "facturation", message)


def _ormc(titre: Titre) -> Iterator[Ecart]:
    """The fields and editions that only titres ORMC may have, or may not."""
    est_ormc = titre.type == _ORMC
    if not est_ormc and any((titre.numero_dette, titre.periode, titre.cle1, titre.cle2)):
        message = "NumDette, Per, Cle1 et Cle2 sont réservés aux titres ORMC."
        yield Ecart("NumDette", "ormc", message)
    if titre.edition in (_EDITIONS_SANS_ORMC if est_ormc else _EDITIONS_ORMC):
        message = f"l’édition {titre.edition} ne convient pas à ce titre (ORMC ou non)."
        yield Ecart("Edition", "ormc", message)


def _ligne(
    bordereau: BordereauRecette, triplet: Triplet, titre: Titre, ligne: LigneTitre
) -> Iterator[Ecart]:
    yield from regles.rattachement(
        triplet, ligne.rattachement, exercice=bordereau.exercice, natures_sans_ligne="03"
    )
    yield from _origine(titre, ligne)
    if triplet.convention and not (ligne.liens and ligne.liens.convention):
        yield Ecart("IdConv", "convention", f"IdConv est obligatoire pour {triplet.codes}.")
    yield from _majoration(ligne)
    yield from regles.marche(ligne.liens, ligne.ventilation_marche)
    for tiers in ligne.tiers:
        yield from _tiers(tiers)
    if ligne.prelevement_sepa and not any(tiers.compte for tiers in ligne.tiers):
        message = "un prélèvement SEPA demande le compte bancaire du débiteur."
        yield Ecart("InfoPrelevementSEPA", "prelevement", message)
    if any(recouvrement.type_flux == "02" for recouvrement in ligne.recouvrements):
        yield Ecart("TypFlux", "recouvrement", "TypFlux 02 est réservé au Trésor.")


def _origine(titre: Titre, ligne: LigneTitre) -> Iterator[Ecart]:
    nature = ligne.rattachement.nature if ligne.rattachement else ""
    if nature == _ENCAISSEMENT and titre.type != _APRES_ENCAISSEMENT:
        message = "NatPceOrig 03 va avec TypPce 05, et lui seul."
        yield Ecart("NatPceOrig", "rattachement", message)


def _majoration(ligne: LigneTitre) -> Iterator[Ecart]:
    donnees = (ligne.date_majoration, ligne.taux_majoration)
    nature = ligne.rattachement.nature if ligne.rattachement else ""
    if not ligne.est_majoree:
        if any(donnee is not None for donnee in donnees) or nature == _MAJORATION:
            message = "sans majoration, retirer DteMajo, TxMajo et le rattachement de nature 05."
            yield Ecart("Majo", "majoration", message)
        return
    if any(donnee is None for donnee in donnees) or nature != _MAJORATION:
        message = "une majoration demande DteMajo, TxMajo et RattachPiece de NatPceOrig 05."
        yield Ecart("Majo", "majoration", message)


def _tiers(tiers: TiersRecette) -> Iterator[Ecart]:
    yield from regles.identite(tiers)
    yield from regles.adresse(tiers.adresse)
    if tiers.compte is not None:
        yield from regles.compte(tiers.compte)
    if tiers.categorie != "01" and (tiers.date_naissance or tiers.lieu_naissance):
        message = "DteNaissance et LieuNaissance sont réservés aux personnes physiques."
        yield Ecart("DteNaissance", "personne_morale", message)
    if tiers.type == "05":
        message = "TypTiers 05 est réservé aux établissements hospitaliers."
        yield Ecart("TypTiers", "type_tiers", message, Niveau.BORDEREAU)
