"""What `controler` follows along a PES_Aller: bordereaux, totals, identifiers, documents."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from exports_tps.pes import regles, regles_depense, regles_recette
from exports_tps.pes.evenements import Borne, Document, Evenement, Scelle, Unite
from exports_tps.pes.formes import Forme, Reprise
from exports_tps.pes.memoire import Memoire
from exports_tps.pes.messages import Anomalie, Niveau
from exports_tps.pes.pieces_jointes import FichePJ
from exports_tps.pes.referentiel import referentiel
from exports_tps.pes.regles import Ecart

REGLES: Final[dict[str, Any]] = {"Depense": regles_depense, "Recette": regles_recette}
_BALISE_HT: Final = {"Depense": "MtBordHT", "Recette": "MtBordHt"}
_ELECTRONIQUE: Final = "01"
_DOMAINES: Final = {"Depense": "01", "Recette": "02"}


class Numeros:
    """A set of integers kept as intervals: constant memory for numbers that follow each other."""

    def __init__(self) -> None:
        self._debuts: list[int] = []
        self._fins: list[int] = []

    def ajouter(self, numero: int) -> bool:
        """Add `numero`; False when it was already there."""
        rang = bisect_right(self._debuts, numero) - 1
        if rang >= 0 and numero <= self._fins[rang]:
            return False
        if rang >= 0 and numero == self._fins[rang] + 1:
            self._fins[rang] = numero
        else:
            self._debuts.insert(rang + 1, numero)
            self._fins.insert(rang + 1, numero)
        return True


@dataclass(slots=True)
class BordereauLu:
    """A bordereau of the file: where it is, who signs it, what its pièces add up to."""

    domaine: str
    ligne: int
    identifiant: str
    debut: int
    fin: int = 0
    scelle: Scelle | None = None
    tete: Any = None
    ligne_tete: int = 0
    nombre: int = 0
    ht: Any = 0
    tva: Any = 0
    est_complet: bool = True
    est_dematerialise: bool = False
    memoire: Memoire | None = None


class _Rangs:
    """Where `Suivi` finds, among the values of a shape, what it counts and what it links."""

    def __init__(self, forme: Forme) -> None:
        piece = forme.rangs
        self.numero: int = piece.numero
        self.lignes = [(li.numero, li.montant_ht, li.montant_tva) for li in piece.lignes]
        self.references = [(r.support, r.identifiant_unique) for r in _references(piece)]


def _references(piece: Any) -> Iterator[Any]:
    """Yield the references of a pièce, then of its lines."""
    yield from piece.references_pj
    for ligne in piece.lignes:
        yield from ligne.references_pj


@dataclass(slots=True)
class Suivi:
    """Takes the events of one PES_Aller; yields the anomalies that rules see."""

    domaine: str = ""
    est_dematerialisee: bool = False
    a_facture: bool = False
    bordereaux: list[BordereauLu] = field(default_factory=list)
    scelle_global: Scelle | None = None
    racine: Borne | None = None
    fin_racine: int = 0
    _courant: BordereauLu | None = None
    _vus: set[tuple[Any, ...]] = field(default_factory=set)
    _pieces: dict[tuple[Any, ...], Numeros] = field(default_factory=dict)
    _references: dict[str, tuple[int, str]] = field(default_factory=dict)  # line, domain
    _papier: set[str] = field(default_factory=set)
    _fiches: set[str] = field(default_factory=set)
    _a_pj: bool = False  # one was met, readable or not
    _isolees: dict[str, int] = field(default_factory=dict)
    _rangs: dict[Forme, _Rangs] = field(default_factory=dict)

    def prendre(self, evenement: Evenement | Reprise) -> Iterable[Anomalie]:
        """Take one event and return its anomalies, found as they are asked for."""
        if isinstance(evenement, Reprise):
            return self._reprendre(evenement)
        if isinstance(evenement, Unite):
            return self._unite(evenement)
        if isinstance(evenement, Borne):
            return self._borne(evenement)
        if isinstance(evenement, Scelle):
            self._sceller(evenement)
            return ()
        return self._contenu(evenement)

    def _borne(self, borne: Borne) -> Iterator[Anomalie]:
        if borne.balise == "PES_Aller":
            self._borner_racine(borne)
        elif borne.balise == "PES_Facture":
            self.a_facture = True
        elif borne.balise.endswith("Aller"):
            self.domaine = borne.balise.removeprefix("PES_").removesuffix("Aller")
            self.est_dematerialisee = False
        elif borne.balise == "Bordereau" and borne.est_debut:
            self._courant = BordereauLu(
                self.domaine,
                borne.ligne,
                borne.identifiant,
                borne.decalage,
                est_dematerialise=self.est_dematerialisee,
            )
        elif borne.balise == "Bordereau" and self._courant is not None:
            self._courant.fin = borne.decalage
            yield from self._clore(self._courant)
            self._courant.memoire = None
            self.bordereaux.append(self._courant)
            self._courant = None

    def _borner_racine(self, borne: Borne) -> None:
        if borne.est_debut:
            self.racine = borne
        else:
            self.fin_racine = borne.decalage

    def _sceller(self, scelle: Scelle) -> None:
        if self._courant is not None:
            self._courant.scelle = scelle
        else:
            self.scelle_global = scelle

    def _contenu(self, document: Document) -> Iterator[Anomalie]:
        if document.est_vide:
            message = "le contenu de la pièce jointe est vide."
            yield Anomalie(document.ligne, "Fichier", "contenu_pj", message, Niveau.PJ)
        elif not document.est_gzip:
            message = "le contenu doit être compressé (gzip) avant d’être mis en base64."
            yield Anomalie(document.ligne, "Fichier", "contenu_pj", message, Niveau.PJ)

    def _unite(self, unite: Unite) -> Iterator[Anomalie]:
        if unite.balise == "PJ":
            self._a_pj = True
        if unite.objet is None:
            if self._courant is not None:
                self._courant.est_complet = False
            return
        actes: dict[str, Callable[[Unite], Iterator[Anomalie]]] = {
            "Piece": self._piece,
            "PJ": self._pj,
            "BlocBordereau": self._tete,
            "EnTetePES": lambda lue: anomalies_de(lue, regles.entete(lue.objet)),
            "EnTeteDepense": self._entete,
            "EnTeteRecette": self._entete,
        }
        acte = actes.get(unite.balise)
        if acte is not None:
            yield from acte(unite)

    def _entete(self, unite: Unite) -> Iterator[Anomalie]:
        self.est_dematerialisee = bool(unite.objet.est_dematerialisee)
        yield from ()

    def _tete(self, unite: Unite) -> Iterator[Anomalie]:
        courant, tete = self._courant, unite.objet
        if courant is None:
            return
        courant.tete, courant.ligne_tete = tete, unite.ligne
        courant.memoire = Memoire(REGLES[courant.domaine].piece, tete)
        cle = (courant.domaine, tete.exercice, tete.type, tete.numero)
        if cle in self._vus:
            message = f"bordereau {tete.numero} en double dans le fichier."
            yield Anomalie(unite.ligne, "IdBord", "doublon", message, Niveau.BORDEREAU)
        self._vus.add(cle)
        ecarts = REGLES[courant.domaine].tete(tete, est_dematerialisee=self.est_dematerialisee)
        yield from anomalies_de(unite, ecarts)

    def _piece(self, unite: Unite) -> Iterator[Anomalie]:
        courant, piece = self._courant, unite.objet
        if courant is None:
            return
        lignes = [(ligne.numero, ligne.montant_ht, ligne.montant_tva) for ligne in piece.lignes]
        yield from self._compter(courant, unite.ligne, piece.numero, lignes)
        if courant.tete is not None:
            ecarts = REGLES[courant.domaine].piece(courant.tete, piece)
            yield from anomalies_de(unite, ecarts)
        for reference in _references(piece):
            self._noter_reference(reference.support, reference.identifiant_unique, unite.ligne)

    def _reprendre(self, reprise: Reprise) -> list[Anomalie]:
        """Do as `_piece`, of the values alone: no record is made of a pièce like another."""
        courant, valeurs = self._courant, reprise.valeurs
        if courant is None:
            return []
        rangs = self._rangs.get(reprise.forme)
        if rangs is None:
            rangs = self._rangs[reprise.forme] = _Rangs(reprise.forme)
        ligne = reprise.ligne
        lignes = [
            (valeurs[numero], valeurs[ht], None if tva is None else valeurs[tva])
            for numero, ht, tva in rangs.lignes
        ]
        anomalies = list(self._compter(courant, ligne, valeurs[rangs.numero], lignes))
        if courant.memoire is not None and (ecarts := courant.memoire.ecarts(reprise)):
            anomalies += anomalies_de(reprise.unite(), iter(ecarts))
        for support, identifiant in rangs.references:
            self._noter_reference(valeurs[support], valeurs[identifiant], ligne)
        return anomalies

    def _compter(
        self, courant: BordereauLu, ou: int, numero: int, lignes: list[tuple[int, Any, Any]]
    ) -> Iterator[Anomalie]:
        """Add a pièce and its lines (number, amount, tax) up; yield the numbers seen already."""
        courant.nombre += 1
        for _, ht, tva in lignes:
            courant.ht += ht
            courant.tva += tva or 0
        if len(lignes) > 1 and len({ligne[0] for ligne in lignes}) != len(lignes):
            message = f"pièce {numero} : numéros de ligne en double."
            yield Anomalie(ou, "IdLigne", "doublon", message, Niveau.BORDEREAU)
        if courant.tete is None:
            return
        cle = (courant.domaine, courant.tete.exercice, courant.tete.type)
        if not self._pieces.setdefault(cle, Numeros()).ajouter(numero):
            message = f"pièce {numero} en double dans l’exercice."
            yield Anomalie(ou, "IdPce", "doublon", message, Niveau.BORDEREAU)

    def _noter_reference(self, support: str, identifiant: str, ligne: int) -> None:
        if support == _ELECTRONIQUE:
            self._references.setdefault(identifiant, (ligne, self.domaine))
        else:
            self._papier.add(identifiant)

    def _pj(self, unite: Unite) -> Iterator[Anomalie]:
        fiche = unite.objet
        identifiant = fiche.identifiant_unique
        if identifiant in self._fiches:
            message = f"IdUnique « {identifiant} » en double : une PJ ne se répète jamais."
            yield Anomalie(unite.ligne, "IdUnique", "doublon", message, Niveau.PJ)
        self._fiches.add(identifiant)
        if identifiant in self._papier:
            message = f"PJ « {identifiant} » jointe, mais annoncée sur un autre support."
            yield Anomalie(unite.ligne, "Support", "support", message, Niveau.PJ)
        if not fiche.references_comptables:
            self._isolees[identifiant] = unite.ligne
        yield from anomalies_de(unite, regles.fiche_pj(fiche))
        yield from anomalies_de(unite, self._rattachement(fiche))

    def _rattachement(self, fiche: FichePJ) -> Iterator[Ecart]:
        """Rules of a document that comes with its pièce."""
        _, domaine = self._references.get(fiche.identifiant_unique, (0, ""))
        if not domaine:
            return
        code = _DOMAINES[domaine]
        if fiche.type is not None and fiche.type not in referentiel().types_pj[code]:
            yield regles.type_pj(fiche.type, code)
        if fiche.references_comptables:
            message = "RefCompta est de trop : la PJ est dans le même fichier que sa pièce."
            yield Ecart("RefCompta", "lien_pj", message, Niveau.AVERTISSEMENT)

    def _clore(self, bordereau: BordereauLu) -> Iterator[Anomalie]:
        """Compare the head of a bordereau with the sum of its pièces."""
        tete = bordereau.tete
        if tete is None or not bordereau.est_complet:
            return
        tva = tete.montant_tva or 0
        comparaisons = (
            ("NbrPce", tete.nombre_pieces, bordereau.nombre),
            (_BALISE_HT[bordereau.domaine], tete.montant_ht, bordereau.ht),
            ("MtBordTVA", tva, bordereau.tva),
        )
        for balise, annonce, reel in comparaisons:
            if annonce != reel:
                message = f"bordereau {tete.numero} : {annonce} annoncé, {reel} trouvé."
                yield Anomalie(bordereau.ligne_tete, balise, "totaux", message, Niveau.BORDEREAU)

    def conclure(self, ligne: int) -> Iterator[Anomalie]:
        """Yield what can only be told at the end of the file."""
        est_vide = not self.bordereaux and not self._a_pj
        if est_vide and self.a_facture:
            message = "une PES_Facture seule n’est jamais acquittée : la joindre (TypePJ 006)."
            yield Anomalie(ligne, "PES_Facture", "flux_vide", message, Niveau.AVERTISSEMENT)
        elif est_vide:
            message = "le flux ne contient ni bordereau ni pièce jointe."
            yield Anomalie(ligne, "PES_Aller", "flux_vide", message)
        for identifiant, (ou, _) in self._references.items():
            if identifiant not in self._fiches:
                message = f"la PJ « {identifiant} » n’est pas dans ce fichier : envoi séparé ?"
                yield Anomalie(ou, "PJRef", "lien_pj", message, Niveau.AVERTISSEMENT)
        for identifiant, ou in self._isolees.items():
            if identifiant not in self._references:
                message = f"la PJ « {identifiant} » n’est rattachée à aucune pièce."
                yield Anomalie(ou, "RefCompta", "lien_pj", message, Niveau.PJ)


def anomalies_de(unite: Unite, ecarts: Iterator[Ecart]) -> Iterator[Anomalie]:
    """Yield what departs from the rules in a record that was read, with its line."""
    for ecart in ecarts:
        ligne = unite.ligne
        if ecart.rang is not None and ecart.rang < len(unite.lignes):
            ligne = unite.lignes[ecart.rang]
        yield Anomalie(ligne, ecart.balise, ecart.regle, ecart.message, ecart.niveau)
