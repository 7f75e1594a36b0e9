"""Gathers what is read in a flux, and what is held against each of its parts."""

from dataclasses import dataclass, field
from pathlib import Path

from exports_tps.simulateur import anomalies as domaines
from exports_tps.simulateur.anomalies import Anomalie, Verdict
from exports_tps.simulateur.bordereaux import BordereauRecu
from exports_tps.simulateur.lecture import Evenement, Noeud, Saut, XmlIllisible, lire
from exports_tps.simulateur.pieces_jointes import PieceJointeRecue, examiner_piece_jointe
from exports_tps.simulateur.plan import ACTES_PIECE, Plan
from exports_tps.simulateur.series import Rang, Serie
from exports_tps.simulateur.signatures import SignatureLue

ESPACE_ALLER = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/aller"


@dataclass
class Examen:
    """What was read in the flux and what is held against it.

    `refus` and `refus_signatures` stop the whole flux; bordereaux and PJ carry their own.
    """

    entete: dict[str, str] = field(default_factory=dict)
    est_pes: bool = False
    refus: list[Anomalie] = field(default_factory=list)
    refus_signatures: list[Verdict] = field(default_factory=list)
    bordereaux: list[BordereauRecu] = field(default_factory=list)
    pieces_jointes: list[PieceJointeRecue] = field(default_factory=list)
    signatures: list[SignatureLue] = field(default_factory=list)
    porteurs: list[BordereauRecu | None] = field(default_factory=list)
    versions: list[str] = field(default_factory=list)
    a_facture: bool = False
    rangs: list[Rang] = field(default_factory=list)  # of its bordereaux, in their series
    signalements: list[str] = field(default_factory=list)  # told, and accepted
    retours_acquittes: list[str] = field(default_factory=list)  # NomFic of answers received

    @property
    def est_refuse(self) -> bool:
        """True when the flux as a whole is refused."""
        return bool(self.refus or self.refus_signatures)

    def verdicts(self) -> list[Verdict]:
        """The verdicts to answer, in the order of the file."""
        if self.est_refuse:
            refus = self.refus or [Anomalie("ERREUR_PES_SIGNATURE", "Signature refusée")]
            return [Verdict(domaines.DOMAINE_TECHNIQUE, anomalies=refus), *self.refus_signatures]
        objets: list[BordereauRecu | PieceJointeRecue] = [*self.bordereaux, *self.pieces_jointes]
        return [objet.verdict() for objet in objets]

    def serie(self, bordereau: BordereauRecu) -> Serie:
        """Where its numbers are unique for each type: a budget, a side, an exercice."""
        tete = self.entete
        budget = (tete["IdPost"], tete["CodCol"], tete["CodBud"])
        return (*budget, bordereau.sens, bordereau.exercice)


def ranger(fichier: Path, plan: Plan) -> Examen:
    """Read `fichier` to its end, or to where its XML breaks, which is noted as a refusal."""
    examen = Examen()
    rangement = _Rangement(examen, plan)
    try:
        for evenement in lire(fichier):
            rangement.ranger(evenement)
    except XmlIllisible as erreur:
        examen.refus.append(Anomalie("ERREUR_SCHEMA_INCOMPLET", str(erreur)))
    return examen


class _Rangement:
    """Sorts the events of the reader into an `Examen`."""

    def __init__(self, examen: Examen, plan: Plan) -> None:
        self.examen = examen
        self.plan = plan
        self.courant: BordereauRecu | None = None
        self.sauts: tuple[Saut, ...] = ()
        self.dematerialise = False
        self.version_pj = ""

    def ranger(self, evenement: Evenement) -> None:
        self.sauts = evenement.sauts
        getattr(self, f"_{evenement.genre}")(evenement.sens, evenement.noeud)

    def _racine(self, _sens: str, noeud: Noeud) -> None:
        self.examen.est_pes = noeud.nom == "PES_Aller"
        self.identifiant = noeud.attributs.get("Id", "")
        if self.examen.est_pes and noeud.espace != ESPACE_ALLER:
            libelle = f"espace de noms inattendu\u202f: {noeud.espace or 'aucun'}"
            self.examen.refus.append(Anomalie("ERREUR_SCHEMA_INCOMPLET", libelle))

    def _enveloppe(self, _sens: str, noeud: Noeud) -> None:
        for nom in ("Version", "TypFic", "NomFic"):
            self.examen.entete[nom] = noeud.valeur(f"Parametres/{nom}")
        for nom in ("Sigle", "Adresse"):
            self.examen.entete[nom] = noeud.valeur(f"Emetteur/{nom}")

    def _entete(self, _sens: str, noeud: Noeud) -> None:
        for enfant in noeud.enfants:
            self.examen.entete[enfant.nom] = enfant.attributs.get("V", "")

    def _entete_domaine(self, _sens: str, noeud: Noeud) -> None:
        self.examen.versions.append(noeud.valeur("IdVer"))
        self.dematerialise = noeud.valeur("InfoDematerialisee") in {"1", "true"}

    def _debut_bordereau(self, sens: str, noeud: Noeud) -> None:
        rang, identifiant = len(self.examen.bordereaux), noeud.attributs.get("Id", "")
        self.courant = BordereauRecu(sens, rang, self.sauts, identifiant, self.dematerialise)
        self.examen.bordereaux.append(self.courant)

    def _bordereau(self, _sens: str, noeud: Noeud) -> None:
        if self.courant:
            self.courant.bloc = noeud

    def _piece(self, _sens: str, noeud: Noeud) -> None:
        bordereau = self.courant
        if bordereau is None:
            return
        numero = bordereau.ajouter(noeud)
        for defaut in self.plan.pour(self.examen.entete.get("NomFic", ""), *ACTES_PIECE):
            if defaut.vise_piece(numero) and defaut.vise_bordereau(
                sens=bordereau.sens, exercice=bordereau.exercice, numero=bordereau.numero
            ):
                bordereau.vises.append((defaut, numero))

    def _signature(self, sens: str, noeud: Noeud) -> None:
        rang = len(self.examen.signatures)
        porteur = self.courant if sens else None
        attendu = porteur.identifiant if porteur else self.identifiant
        if porteur:
            porteur.est_signe = True
        self.examen.signatures.append(SignatureLue(rang, noeud, attendu, sur_racine=not sens))
        self.examen.porteurs.append(porteur)

    def _fin_bordereau(self, _sens: str, _noeud: Noeud) -> None:
        if self.courant:
            self.courant.terminer()
        self.courant = None

    def _facture(self, _sens: str, _noeud: Noeud) -> None:
        self.examen.a_facture = True

    def _acquit_retour(self, _sens: str, noeud: Noeud) -> None:
        self.examen.retours_acquittes.append(noeud.valeur("NomFichierRetour"))

    def _entete_pj(self, _sens: str, noeud: Noeud) -> None:
        self.version_pj = noeud.valeur("IdVer")

    def _pj(self, _sens: str, noeud: Noeud) -> None:
        rang = len(self.examen.pieces_jointes) + 1
        recue = examiner_piece_jointe(noeud, rang, self.version_pj)
        self.examen.pieces_jointes.append(recue)
