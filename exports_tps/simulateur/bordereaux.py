"""What Hélios holds against one bordereau: totals and counts gathered while its pièces go by."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from exports_tps.simulateur.anomalies import DOMAINES, Anomalie, Verdict
from exports_tps.simulateur.lecture import DEPENSE, Noeud, Saut
from exports_tps.simulateur.plan import Defaut
from exports_tps.simulateur.regles import AUTRE, REGLES, Contexte, montant

TYPES_ALLER = {"depense": {"01", "02", "03"}, "recette": {"01", "02", "03", "06"}}
SANS_PAIEMENT = {"03", "05", "07"}  # ordre budgétaire, émis après paiement, non-valeurs
ANNULATION = "02"
SUPPORT_ELECTRONIQUE = "01"
ANOMALIES_PAR_BORDEREAU = 200  # an answer stays readable when all is wrong


@dataclass
class BordereauRecu:
    """One bordereau as read; `rang` is its place in the file, from 0, both sides together.

    `sauts` is what to pass over in the file to read it again.
    """

    sens: str
    rang: int
    sauts: tuple[Saut, ...]
    identifiant: str
    dematerialise: bool
    bloc: Noeud = field(default_factory=lambda: Noeud("BlocBordereau", "", 0, {}))
    est_signe: bool = False
    pieces: set[str] = field(default_factory=set)
    nombre: int = 0
    sans_paiement: list[str] = field(default_factory=list)
    total_ht: Decimal = Decimal(0)
    total_tva: Decimal = Decimal(0)
    anomalies: list[Anomalie] = field(default_factory=list)
    papier: set[str] = field(default_factory=set)  # IdUnique said to travel outside the flux
    a_reference_incomplete: bool = False
    vises: list[tuple[Defaut, str]] = field(default_factory=list)  # (planned fault, pièce)

    @property
    def exercice(self) -> str:
        return self.bloc.valeur("Exer")

    @property
    def numero(self) -> str:
        """The number without leading zeros, as Hélios knows it."""
        return self.bloc.valeur("IdBord").lstrip("0")

    @property
    def type_bordereau(self) -> str:
        return self.bloc.valeur("TypBord")

    @property
    def se_paie(self) -> bool:
        """True when payments may follow: a dépense that is not an annulation."""
        return self.sens == DEPENSE and self.type_bordereau != ANNULATION

    @property
    def s_encaisse(self) -> bool:
        """True when money may be collected: a recette that is not an annulation."""
        return self.sens != DEPENSE and self.type_bordereau != ANNULATION

    def ajouter(self, piece: Noeud) -> str:
        """Take one pièce into account; return its number."""
        contexte = Contexte(self.sens, self.bloc, piece)
        self.nombre += 1
        if contexte.numero in self.pieces:
            libelle = "numéro de pièce en double"
            self.noter(contexte.anomalie(libelle, code="ERREUR_DOUBLON_PIECE"))
        self.pieces.add(contexte.numero)
        if contexte.triplet[1] in SANS_PAIEMENT:
            self.sans_paiement.append(contexte.numero)
        for _, ligne in contexte.lignes():
            bloc = f"BlocLignePiece/{contexte.nom_info}"
            self.total_ht += montant(ligne.valeur(f"{bloc}/MtHT"))
            self.total_tva += montant(ligne.valeur(f"{bloc}/MtTVA"))
            self._referencer(ligne.tous(f"{bloc}/PJRef"))
        self._referencer(contexte.bloc.tous("PJRef"))
        for regle in REGLES:
            for anomalie in regle(contexte):
                self.noter(anomalie)
        return contexte.numero

    def _referencer(self, references: Iterable[Noeud]) -> None:
        for reference in references:
            support, identifiant = reference.valeur("Support"), reference.valeur("IdUnique")
            if not (support and identifiant):
                self.a_reference_incomplete = True
            elif support != SUPPORT_ELECTRONIQUE:
                self.papier.add(identifiant)

    def noter(self, anomalie: Anomalie) -> None:
        """Hold `anomalie` against the bordereau, up to a bound."""
        if len(self.anomalies) < ANOMALIES_PAR_BORDEREAU:
            self.anomalies.append(anomalie)

    def terminer(self) -> None:
        """Compare the header with what the pièces add up to."""
        for anomalie in self._incoherences():
            self.noter(anomalie)

    def verdict(self) -> Verdict:
        """The verdict to answer."""
        return Verdict(
            DOMAINES[self.sens], self.numero[:7], self.exercice[:4], anomalies=self.anomalies
        )

    def _incoherences(self) -> Iterator[Anomalie]:
        balise = "MtBordHT" if self.sens == DEPENSE else "MtBordHt"
        if self.type_bordereau not in TYPES_ALLER[self.sens]:
            yield Anomalie(AUTRE, f"type de bordereau {self.type_bordereau} non admis")
        if self.bloc.valeur("NbrPce").lstrip("0") != str(self.nombre):
            annonce = self.bloc.valeur("NbrPce")
            yield Anomalie(AUTRE, f"NbrPce annonce {annonce} pièces, {self.nombre} lues")
        if montant(self.bloc.valeur(balise)) != self.total_ht:
            yield Anomalie("ERREUR_CUMUL_MONTANTS", "total HT différent de la somme des lignes")
        if montant(self.bloc.valeur("MtBordTVA")) != self.total_tva:
            yield Anomalie("ERREUR_CUMUL_MONTANTS", "total TVA différent de la somme des lignes")
        if self.dematerialise and not self.bloc.valeur("MtCumulAnnuel"):
            yield Anomalie("ERREUR_CUMUL_MONTANTS", "MtCumulAnnuel absent (flux dématérialisé)")
