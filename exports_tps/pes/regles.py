"""Conditional rules shared by both domains; each takes records and yields what departs from them.

The rules come from README §3 to §6 and §10 of the format. `Ecart` names a tag and, for a rule of a
line, the rank of the line in its pièce.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from exports_tps.pes.cles import est_iban_valide, est_identifiant_valide, est_rib_valide
from exports_tps.pes.communs import (
    Adresse,
    CompteBancaire,
    EnTete,
    VentilationMarcheDepense,
)
from exports_tps.pes.depense import (
    BordereauDepense,
    LiensDepense,
    RattachementDepense,
    TiersDepense,
)
from exports_tps.pes.messages import Niveau
from exports_tps.pes.pieces_jointes import FichePJ, ReferenceComptable
from exports_tps.pes.recette import (
    BordereauRecette,
    LiensRecette,
    RattachementRecette,
    TiersRecette,
)
from exports_tps.pes.referentiel import Triplet, referentiel

BORDEREAU = Niveau.BORDEREAU
_FRANCE = "100"
_PAYS_FRANCAIS = ("FR", "MC")
_CODE_POSTAL_ETRANGER = "99999"
_TYPES_OBJET = {"01": ("01", "02", "03"), "02": ("01", "02", "03", "06")}
_MARCHE = "06"
_PERSONNE_PHYSIQUE = "01"


@dataclass(frozen=True, slots=True)
class Ecart:
    """A rule not followed: tag, name of the rule, French message, level, rank of the line."""

    balise: str
    regle: str
    message: str
    niveau: Niveau = BORDEREAU
    rang: int | None = None


def entete(tete: EnTete) -> Iterator[Ecart]:
    """Rules of EnTetePES."""
    if tete.finess:
        message = "FINESS réservé aux établissements hospitaliers : retirer FinJur."
        yield Ecart("FinJur", "finess", message, Niveau.FLUX)
    if not tete.identifiant_collectivite:
        message = "IdColl est vide : les retours du Trésor ne pourront pas être routés."
        yield Ecart("IdColl", "identifiant", message, Niveau.AVERTISSEMENT)


def tete_bordereau(
    bordereau: BordereauDepense | BordereauRecette, *, est_dematerialisee: bool, interdits: str
) -> Iterator[Ecart]:
    """Rules of BlocBordereau; `interdits` lists the TypBord that the treasury keeps for itself."""
    if bordereau.type in interdits.split():
        message = f"le type de bordereau {bordereau.type} n’est pas admis à l’aller."
        yield Ecart("TypBord", "type_bordereau", message)
    if est_dematerialisee and bordereau.cumul_annuel is None:
        message = "MtCumulAnnuel est obligatoire quand les bordereaux sont dématérialisés."
        yield Ecart("MtCumulAnnuel", "cumul_annuel", message)
    propre = bordereau.montant_ht + (bordereau.montant_tva or 0)
    if bordereau.cumul_annuel is not None and bordereau.cumul_annuel < propre:
        message = (
            f"MtCumulAnnuel {bordereau.cumul_annuel} est inférieur au montant du bordereau "
            f"({propre}), qui en fait partie."
        )
        yield Ecart("MtCumulAnnuel", "cumul_annuel", message)


def triplet_connu(domaine: str, codes: str) -> tuple[Triplet, Ecart | None]:
    """Return what is known of a triplet: a warning if nothing is, a refusal if it cannot be."""
    tables, est_depense = referentiel(), domaine == "depense"
    grille = tables.depense if est_depense else tables.recette
    origines = tables.origines_depense if est_depense else tables.origines_recette
    triplet = grille.get(codes, Triplet(codes, ""))
    type_piece = codes.split()[1]
    if type_piece in origines and not triplet.natures_origine:
        triplet = replace(triplet, natures_origine=origines[type_piece])
    if codes in grille:
        return triplet, None
    if tables.annulation.est_impossible(codes):
        message = (
            f"triplet {codes} impossible : un bordereau d’annulation (02) va avec TypPce 02 et "
            "NatPce 06 ou 10 ; NatPce 09 va avec TypPce 02."
        )
        return triplet, Ecart("TypPce", "triplet", message)
    message = f"triplet {codes} absent de la table connue : à confirmer avec le Trésor."
    return triplet, Ecart("TypPce", "triplet", message, Niveau.AVERTISSEMENT)


def marche(
    liens: LiensDepense | LiensRecette | None,
    ventilation: VentilationMarcheDepense | None,
) -> Iterator[Ecart]:
    """Rule of VentilationMarche, whose IdMarche prevails over that of LiensIdent."""
    if not (liens and liens.marche and ventilation) or liens.marche == ventilation.marche:
        return
    message = (
        f"IdMarche {ventilation.marche} de VentilationMarche l’emporte sur {liens.marche} : "
        "n’en garder qu’un."
    )
    yield Ecart("IdMarche", "marche", message, Niveau.AVERTISSEMENT)


def rattachement(
    triplet: Triplet,
    lien: RattachementDepense | RattachementRecette | None,
    *,
    exercice: int,
    natures_sans_ligne: str,
) -> Iterator[Ecart]:
    """Rules of RattachPiece: presence, origin, exercice, line of origin."""
    if lien is None:
        if triplet.rattachement:
            message = f"RattachPiece est obligatoire pour le triplet {triplet.codes}."
            yield Ecart("RattachPiece", "rattachement", message)
        return
    if triplet.natures_origine and lien.nature not in triplet.natures_origine:
        admises = " ou ".join(triplet.natures_origine)
        message = f"NatPceOrig {lien.nature} refusée pour {triplet.codes} : {admises} attendue."
        yield Ecart("NatPceOrig", "rattachement", message)
    if triplet.exercice == "courant" and lien.exercice != exercice:
        message = f"ExerRat doit être l’exercice du bordereau ({exercice})."
        yield Ecart("ExerRat", "rattachement", message)
    if triplet.exercice == "anterieur" and lien.exercice >= exercice:
        message = f"ExerRat doit être antérieur à l’exercice du bordereau ({exercice})."
        yield Ecart("ExerRat", "rattachement", message)
    yield from _ligne_origine(lien, natures_sans_ligne)


def _ligne_origine(
    lien: RattachementDepense | RattachementRecette, natures_sans_ligne: str
) -> Iterator[Ecart]:
    ligne = int(lien.numero_ligne or 0)
    if lien.nature in natures_sans_ligne.split():
        if ligne:
            message = f"IdLigneOrig doit être absent ou nul avec NatPceOrig {lien.nature}."
            yield Ecart("IdLigneOrig", "rattachement", message)
    elif not ligne:
        message = f"IdLigneOrig doit valoir 1 au moins avec NatPceOrig {lien.nature}."
        yield Ecart("IdLigneOrig", "rattachement", message)


def identite(tiers: TiersDepense | TiersRecette) -> Iterator[Ecart]:
    """Rules of InfoTiers common to both domains."""
    if (tiers.identifiant is None) != (tiers.nature_identifiant is None):
        message = "IdTiers et NatIdTiers vont ensemble : l’un des deux manque."
        yield Ecart("IdTiers", "identifiant", message)
    elif not est_identifiant_valide(tiers.nature_identifiant or "", tiers.identifiant or ""):
        message = (
            f"l’identifiant « {tiers.identifiant} » n’a pas la forme ou la clé de sa nature "
            f"({tiers.nature_identifiant})."
        )
        yield Ecart("IdTiers", "identifiant", message)
    if tiers.nature_juridique not in referentiel().couples.get(tiers.categorie, frozenset()):
        message = (
            f"couple CatTiers {tiers.categorie}, NatJur {tiers.nature_juridique} absent de la "
            "table connue : à confirmer avec le Trésor."
        )
        yield Ecart("NatJur", "couple_tiers", message, Niveau.AVERTISSEMENT)
    if tiers.categorie == _PERSONNE_PHYSIQUE and not (tiers.civilite and tiers.prenom):
        message = "Civilite et Prenom sont obligatoires pour une personne physique."
        yield Ecart("Civilite", "personne_physique", message)


def adresse(adr: Adresse | None) -> Iterator[Ecart]:
    """Rules of Adresse: postal code and country."""
    if adr is None:
        return
    if len(adr.code_postal) != 5:  # noqa: PLR2004
        message = (
            f"le code postal « {adr.code_postal} » doit avoir 5 chiffres (99999 à l’étranger)."
        )
        yield Ecart("CP", "code_postal", message)
    elif adr.est_non_resident and adr.code_postal != _CODE_POSTAL_ETRANGER:
        message = f"à l’étranger, le code postal s’écrit {_CODE_POSTAL_ETRANGER}."
        yield Ecart("CP", "code_postal", message, Niveau.AVERTISSEMENT)
    if adr.est_non_resident and adr.code_pays is None:
        yield Ecart("CodPays", "pays", "CodPays est obligatoire pour un non-résident.")
    if not adr.est_non_resident and adr.code_pays not in (None, _FRANCE):
        message = f"CodPays doit être absent ou {_FRANCE} pour un résident."
        yield Ecart("CodPays", "pays", message)


def compte(bancaire: CompteBancaire) -> Iterator[Ecart]:
    """Rules of CpteBancaire: keys of RIB and IBAN, BIC of a foreign bank."""
    if bancaire.iban is not None:
        yield from _iban(bancaire.iban, bancaire.bic)
        return
    if (bancaire.pays_international is None) != (bancaire.banque_internationale is None):
        yield Ecart("IdPayInt", "rib", "IdPayInt et IdBancInt vont ensemble.")
    parties = (
        bancaire.code_etablissement or "",
        bancaire.code_guichet or "",
        bancaire.numero_compte or "",
        bancaire.cle_rib or "",
    )
    if bancaire.pays_international is None and not est_rib_valide(*parties):
        message = f"le RIB « {' '.join(parties)} » est invalide : longueur ou clé."
        yield Ecart("CleRib", "rib", message)


def _iban(iban: str, bic: str | None) -> Iterator[Ecart]:
    if iban != iban.upper():
        message = f"l’IBAN « {iban} » doit être en majuscules."
        yield Ecart("IBAN", "iban", message, Niveau.FLUX)
    elif not est_iban_valide(iban):
        yield Ecart("IBAN", "iban", f"l’IBAN « {iban} » est invalide : clé incorrecte.")
    if not iban.startswith(_PAYS_FRANCAIS) and bic is None:
        yield Ecart("BIC", "iban", "le BIC est obligatoire pour une banque étrangère.")


def fiche_pj(fiche: FichePJ) -> Iterator[Ecart]:
    """Rules of one PJ: its type must fit the domain it is attached to."""
    for reference in fiche.references_comptables:
        admis = referentiel().types_pj.get(reference.domaine)
        if admis is None:
            message = f"Domaine {reference.domaine} non admis pour une PJ : 01, 02, 04 ou 06."
            yield Ecart("Domaine", "domaine_pj", message, Niveau.PJ)
        elif fiche.type is not None and fiche.type not in admis:
            yield type_pj(fiche.type, reference.domaine)
        yield from _reference_comptable(reference)


def type_pj(type_document: str, domaine: str) -> Ecart:
    """Return what departs when a document has not a type of its domain (README §5)."""
    message = f"TypePJ {type_document} ne convient pas au domaine {domaine}."
    return Ecart("TypePJ", "domaine_pj", message, Niveau.PJ)


def _reference_comptable(reference: ReferenceComptable) -> Iterator[Ecart]:
    admis = _TYPES_OBJET.get(reference.domaine)
    if admis is not None and reference.type_objet not in admis:
        message = (
            f"TypeObjet {reference.type_objet} n’est pas un type de bordereau du domaine "
            f"{reference.domaine}."
        )
        yield Ecart("TypeObjet", "reference_comptable", message, Niveau.PJ)
    if admis is not None and reference.identifiant is None:
        message = "sans Identifiant (numéro de mandat ou de titre), la PJ ne se rattache à rien."
        yield Ecart("Identifiant", "reference_comptable", message, Niveau.PJ)
    if reference.identifiant_tiers is not None and reference.domaine != _MARCHE:
        message = "IdTiers d’une RefCompta est réservé aux marchés (Domaine 06)."
        yield Ecart("IdTiers", "reference_comptable", message, Niveau.AVERTISSEMENT)
