"""The checks before signing: what the comptable will look at (GBCP art. 19-2° and 20).

Each check is a function of one pièce; the anomaly names the pièce and says what to do.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Count, Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from exports_tps.enregistrements import lire_pieces, refus_des_libres
from exports_tps.limites import dire_trop_lourd, document_maximal
from exports_tps.models import LigneFlux
from exports_tps.oppositions import comptes_verifies, manquements
from exports_tps.pes.bordereau import Bordereau as TetePES
from exports_tps.pes.cles import est_iban_valide
from exports_tps.pes.controle_bordereau import ControleBordereau
from exports_tps.pes.messages import Anomalie
from exports_tps.projections import (
    COLONNES_CONTROLE,
    COLONNES_LIGNE,
    COLONNES_PIECE,
    ORIGINES,
    PieceLue,
)
from exports_tps.remises import numeros_pris
from facturier.commun.pays import CODE_POSTAL_ETRANGER
from facturier.commun.typographie import autres
from facturier.grand_livre.models import Bordereau, Piece, RattachementPiece, SensPiece
from facturier.suivi import regles
from fournisseurs.gel import COMPTE_CONTESTE, demandes_en_cours, dire, ibans_contestes

MAXIMUM_CITE = 20  # pièces named by one check; the rest is counted
CODE_POSTAL = 5
FORMAT = "Règles du format"
NUMERO_PRIS = (
    "la Trésorerie l’a déjà pris en charge, son numéro ne peut plus lui être présenté ; sa page "
    "dit que faire."
)
CORRIGER = "Annulez la pièce, corrigez-la et émettez-la de nouveau."

Constat = dict[str, Any]
CHAMPS = (*COLONNES_PIECE, *COLONNES_CONTROLE)
HT, TGC = COLONNES_LIGNE.index("montant_ht"), COLONNES_LIGNE.index("montant_tgc")


@dataclass(slots=True)
class Controle:
    """One line of the checklist, with what it holds against which pièces."""

    libelle: str
    reference: str
    regle: Callable[[Constat], str]
    sens: str | None = None
    est_bloquant: bool = True
    anomalies: list[str] = field(default_factory=list)
    nombre: int = 0

    @property
    def est_conforme(self) -> bool:
        """Whether no pièce fails the check."""
        return self.nombre == 0

    def noter(self, nom: str, message: str) -> None:
        """Hold `message` against what `nom` names, a pièce in general."""
        self.nombre += 1
        if self.nombre <= MAXIMUM_CITE:
            self.anomalies.append(f"{nom} : {message}")


def _nom(constat: Constat) -> str:
    genre, lettre = ("Mandat", "M") if constat["sens"] == SensPiece.DEPENSE else ("Titre", "T")
    return f"{genre} {constat['exercice_id']}-{lettre}-{constat['numero']:06d}"


def _liquidation(constat: Constat) -> str:
    attendus = (constat["montant_ht"], constat["montant_tgc"])
    if (constat["total_ht"], constat["total_tgc"]) == attendus:
        return ""
    return "les lignes ne font pas le montant de la pièce ; annulez-la et émettez-la de nouveau."


def _justificatifs(constat: Constat) -> str:
    if constat["documents"]:
        return ""
    return "aucune pièce justificative ; annulez le mandat et émettez-le avec ses documents."


def _compte_bancaire(constat: Constat) -> str:
    if constat["mode_reglement"] not in {"03", "05"}:
        return ""
    if not est_iban_valide(constat["iban"]):
        return (
            f"l’IBAN « {constat['iban']} » est invalide ; corrigez la fiche du fournisseur, "
            "puis émettez le mandat de nouveau."
        )
    if not constat["titulaire_compte"].strip():
        return "le titulaire du compte manque ; complétez la fiche du fournisseur."
    return ""


def _compte_verifie(constat: Constat) -> str:
    if constat["mode_reglement"] not in {"03", "05"} or constat["a_compte_verifie"]:
        return ""
    return (
        "le compte payé n’est celui d’aucun relevé vérifié de ce tiers ; faites vérifier son "
        "relevé d’identité bancaire, puis annulez le mandat et émettez-le de nouveau."
    )


def _adresse(constat: Constat) -> str:
    code = constat["code_postal"]
    if not constat["adresse_voie"].strip() or not constat["ville"].strip():
        return "l’adresse du tiers est incomplète ; complétez sa voie et sa ville."
    if len(code) != CODE_POSTAL or not code.isdigit():
        return f"le code postal « {code} » n’a pas cinq chiffres : corrigez-le sur la fiche."
    if code == CODE_POSTAL_ETRANGER and not constat["pays"]:
        return "le pays manque ; donnez-le sur la fiche du tiers, puis émettez la pièce de nouveau."
    return ""


def _produit(constat: Constat) -> str:
    if constat["code_produit"].isalnum():
        return ""
    return "le code produit local manque ; annulez le titre et choisissez son produit."


def _bases(constat: Constat) -> str:
    return "" if constat["bases_liquidation"].strip() else "les bases de liquidation manquent."


def _liste(payes_a_tort: Mapping[int, str], refuses: Mapping[int, str]) -> list[Controle]:
    """Return the checklist.

    Args:
        payes_a_tort: by key, which mandats do not pay who they must, and why.
        refuses: by key, which mandats a rule learned from the treasury stops, and why.
    """

    def oppositions(constat: Constat) -> str:
        return payes_a_tort.get(constat["pk"], "")

    def apprises(constat: Constat) -> str:
        return refuses.get(constat["pk"], "")

    depense, recette = SensPiece.DEPENSE, SensPiece.RECETTE
    return [
        Controle("Liquidation exacte", "GBCP, art. 20", _liquidation),
        Controle("Pièces justificatives présentes", "GBCP, art. 20", _justificatifs, depense),
        Controle("Caractère libératoire : compte", "GBCP, art. 20", _compte_bancaire, depense),
        Controle(
            "Caractère libératoire : compte vérifié", "GBCP, art. 20", _compte_verifie, depense
        ),
        Controle(
            "Caractère libératoire : oppositions et cessions", "GBCP, art. 20", oppositions, depense
        ),
        Controle("Règles apprises de la Trésorerie", "GBCP, art. 38", apprises, depense),
        Controle("Identité et adresse du tiers", "GBCP, art. 19", _adresse),
        Controle("Produit local désigné", "GBCP, art. 24", _produit, recette),
        Controle("Bases de liquidation indiquées", "GBCP, art. 24", _bases, recette),
    ]


def _comptes(pieces: QuerySet[Piece]) -> list[Controle]:
    """Return the checks about accounts whose change is asked for, or contested, at this moment."""
    tiers = pieces.values("tiers")
    en_cours, contestes = demandes_en_cours(tiers), ibans_contestes(tiers)

    def changement(constat: Constat) -> str:
        demande = en_cours.get(constat["tiers_id"])
        return dire(demande) if demande else ""

    def contestation(constat: Constat) -> str:
        demande = contestes.get((constat["tiers_id"], constat["iban"]))
        return COMPTE_CONTESTE.format(numero=demande) if demande else ""

    depense = SensPiece.DEPENSE
    return [
        Controle("Compte non contesté", "GBCP, art. 20", contestation, depense),
        Controle(
            "Aucun changement de compte en cours", "GBCP, art. 20", changement, depense, False
        ),
    ]


def _numeros(pieces: QuerySet[Piece]) -> Controle:
    """Return the check that the treasury has not taken the number of a titre in charge already."""
    pris = numeros_pris(pieces.values("pk"))

    def numero(constat: Constat) -> str:
        return NUMERO_PRIS if constat["pk"] in pris else ""

    return Controle("Numéro libre à la Trésorerie", "PES V2, § 8", numero)


def _documents(pieces: QuerySet[Piece]) -> Controle:
    """Return the check that each document still to be sent fits in a flux of its own."""
    maximum = document_maximal(timezone.now())
    partis = LigneFlux.objects.filter(justificatif=OuterRef("justificatif"), liberee_le=None)
    liens = RattachementPiece.objects.filter(
        ~Exists(partis), piece__in=pieces.values("pk"), justificatif__taille__gt=maximum
    )
    lourds = {
        cle: f"le document « {nom} » fait {dire_trop_lourd(taille, maximum)} ; allégez-le ou "
        f"scindez-le. {CORRIGER}"
        for cle, nom, taille in liens.values_list(
            "piece", "justificatif__nom", "justificatif__taille"
        )
    }
    return Controle(
        "Documents transmissibles", "PES V2, § 2", lambda constat: lourds.get(constat["pk"], "")
    )


def controles_de(pieces: QuerySet[Piece], sens: str) -> list[Controle]:
    """Return the checklist of `pieces`, all of one side, still empty."""
    jour = timezone.localdate()
    if sens == SensPiece.DEPENSE:
        tous = _liste(manquements(pieces, jour), regles.manquements(pieces, jour))
    else:
        tous = [*_liste({}, {}), _numeros(pieces)]
    tous += [*_comptes(pieces), _documents(pieces)]
    return [c for c in tous if c.sens in (None, sens)]


def _format(pieces: QuerySet[Piece], sens: str) -> Controle:
    """Return the check that no rule of the format stops a pièce."""
    refus = refus_des_libres(pieces, sens)

    def regle(constat: Constat) -> str:
        trouves = refus.get(constat["pk"], [])
        return f"{' '.join(trouves)} {CORRIGER}" if trouves else ""

    return Controle(FORMAT, "PES V2, § 10", regle)


def controler_piece(piece: Piece) -> list[Controle]:
    """Return the checklist of one pièce, in a bordereau or not yet."""
    return controler_pieces(Piece.objects.filter(pk=piece.pk), piece.sens)[piece.pk]


def controler_pieces(pieces: QuerySet[Piece], sens: str) -> dict[int, list[Controle]]:
    """Return, by key, the checklist of each of `pieces`, all of one side.

    As many queries for one pièce as for many.
    """
    modeles = [*controles_de(pieces, sens), _format(pieces, sens)]
    documents = (
        RattachementPiece.objects.filter(piece=OuterRef("pk"))
        .order_by()
        .values("piece")
        .annotate(nombre=Count("pk"))
        .values("nombre")
    )
    constats = pieces.annotate(
        a_compte_verifie=Exists(comptes_verifies()),
        total_ht=Sum("lignes_piece__montant_ht"),
        total_tgc=Sum("lignes_piece__montant_tgc"),
        documents=Coalesce(Subquery(documents), 0),
        **ORIGINES,
    ).values(*CHAMPS, "total_ht", "total_tgc", "documents")
    resultats = {}
    for constat in constats:
        controles = [replace(modele, anomalies=[], nombre=0) for modele in modeles]
        for controle in controles:
            if message := controle.regle(constat):
                controle.noter(_nom(constat), message)
        resultats[constat["pk"]] = controles
    return resultats


class Examen:
    """The checklist of one bordereau, filled in as its pièces are read."""

    def __init__(self, bordereau: Bordereau) -> None:
        """Prepare it; as many queries for one pièce as for many."""
        self.controles = controles_de(bordereau.pieces.all(), bordereau.sens)
        self._bordereau = bordereau
        self._nombre = 0

    def examiner(self, lue: PieceLue) -> None:
        """Apply each check to one pièce."""
        self._nombre += 1
        constat = dict(zip(CHAMPS, (*lue.piece, *lue.controle), strict=True))
        constat["total_ht"] = sum([ligne[HT] for ligne in lue.lignes])
        constat["total_tgc"] = sum([ligne[TGC] for ligne in lue.lignes])
        constat["documents"] = len(lue.references)
        for controle in self.controles:
            if message := controle.regle(constat):
                controle.noter(_nom(constat), message)

    def controler_format(self, tete: TetePES) -> ControleBordereau:
        """Return what examines the pièces as they are written; its rules join the checklist."""
        controle = Controle(FORMAT, "PES V2, § 10", lambda constat: "")
        self.controles.append(controle)
        bordereau = self._bordereau

        def noter(numero: int | None, anomalie: Anomalie) -> None:
            if numero is None:
                controle.noter(str(bordereau), anomalie.message)
                return
            annee, sens = bordereau.exercice_id, bordereau.sens
            nom = _nom({"exercice_id": annee, "sens": sens, "numero": numero})
            controle.noter(nom, f"{anomalie.message} {CORRIGER}")

        return ControleBordereau(tete, noter)

    def anomalies(self) -> Iterator[str]:
        """Yield what keeps the bordereau, all read, from being signed."""
        bordereau = self._bordereau
        if not self._nombre:
            yield f"{bordereau} : il ne contient aucune pièce."
        if bordereau.exercice.clos_le is not None:
            yield f"{bordereau} : l’exercice {bordereau.exercice_id} est clos."
        for controle in filter(lambda controle: controle.est_bloquant, self.controles):
            yield from controle.anomalies
            if controle.nombre > MAXIMUM_CITE:
                yield f"{controle.libelle} : et {autres(controle.nombre - MAXIMUM_CITE, 'pièce')}."

    def exiger(self) -> None:
        """Raise ValidationError, naming pièces and what to do, unless all is right."""
        if anomalies := list(self.anomalies()):
            raise ValidationError(anomalies)


def examiner(bordereau: Bordereau) -> Examen:
    """Read `bordereau` for its checklist alone."""
    examen = Examen(bordereau)
    for lue in lire_pieces(bordereau):
        examen.examiner(lue)
    return examen
