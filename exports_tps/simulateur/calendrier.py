"""Which answers a flux will get, and at which pass: decided once, when it is received."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from exports_tps.simulateur.anomalies import vers_json
from exports_tps.simulateur.bordereaux import BordereauRecu
from exports_tps.simulateur.etat import ReponsePrevue
from exports_tps.simulateur.plan import TOUTES, Defaut, Plan
from exports_tps.simulateur.rangement import Examen

ALTERATIONS = ("tronquer", "invalider", "tromper_collectivite")
TEMPS = ("retarder", "taire", "desordonner", "repeter")
DESORDRE = 2  # passes by which a disordered answer comes after the one that should follow it


def prevoir(examen: Examen, plan: Plan, passe: int) -> list[ReponsePrevue]:
    """The answers to `examen`, received at `passe`: acquit now, then the life of each bordereau.

    A prise en charge comes one pass later, a payment one more; the plan moves, repeats or spoils.
    """
    defauts = list(plan.pour(examen.entete.get("NomFic", ""), *TEMPS, *ALTERATIONS))
    generaux = [d for d in defauts if not (d.bordereau or d.sens or d.exercice)]
    verdicts = [vers_json(verdict) for verdict in examen.verdicts()]
    acquit = ReponsePrevue("acquit", passe, {"verdicts": verdicts}, {})
    depart = passe + _retard(acquit, [acquit], generaux)
    est_muet = _est_tue(acquit, [acquit], generaux)
    reponses = _derouler([acquit], generaux, decalage=0)
    for bordereau in [] if examen.est_refuse else examen.bordereaux:
        if not bordereau.anomalies:
            vises = [d for d in defauts if _vise(d, bordereau)]
            suite = [replace(r, est_tue=est_muet) for r in _suite(bordereau, depart)]
            reponses += _derouler(suite, vises, decalage=len(reponses))
    return reponses


def _vise(defaut: Defaut, bordereau: BordereauRecu) -> bool:
    return defaut.vise_bordereau(
        sens=bordereau.sens, exercice=bordereau.exercice, numero=bordereau.numero
    )


def _concerne(defaut: Defaut, genre: str) -> bool:
    return defaut.reponse in {TOUTES, genre}


def _retard(
    reponse: ReponsePrevue, suite: Sequence[ReponsePrevue], defauts: Iterable[Defaut]
) -> int:
    """Passes by which the delays planned on this answer, and on those before it, hold it back."""
    genres = _jusqu_a(reponse, suite)
    return sum(
        max(defaut.passes, 1)
        for defaut in defauts
        if defaut.acte == "retarder"
        for genre in genres
        if _concerne(defaut, genre)
    )


def _est_tue(
    reponse: ReponsePrevue, suite: Sequence[ReponsePrevue], defauts: Iterable[Defaut]
) -> bool:
    """True when the plan never gives this answer, or one before it."""
    genres = _jusqu_a(reponse, suite)
    return reponse.est_tue or any(
        _concerne(defaut, genre) for defaut in defauts if defaut.acte == "taire" for genre in genres
    )


def _jusqu_a(reponse: ReponsePrevue, suite: Sequence[ReponsePrevue]) -> set[str]:
    return {autre.genre for autre in suite if autre.passe < reponse.passe} | {reponse.genre}


def _derouler(
    suite: Sequence[ReponsePrevue], defauts: Sequence[Defaut], *, decalage: int
) -> list[ReponsePrevue]:
    """Apply the plan to `suite`; repeats come last and point at `decalage` + their model."""
    reponses = [
        replace(
            reponse,
            passe=reponse.passe + _retard(reponse, suite, defauts),
            est_tue=_est_tue(reponse, suite, defauts),
        )
        for reponse in suite
    ]
    copies: list[ReponsePrevue] = []
    for rang, reponse in enumerate(reponses):
        for defaut in defauts:
            if _concerne(defaut, reponse.genre):
                copies += _appliquer(defaut, reponse, modele=decalage + rang)
    return reponses + copies


def _appliquer(defaut: Defaut, reponse: ReponsePrevue, *, modele: int) -> list[ReponsePrevue]:
    if defaut.acte == "desordonner":
        reponse.passe += defaut.passes or DESORDRE
    elif defaut.acte == "repeter":
        passe = reponse.passe + defaut.passes
        return [replace(reponse, passe=passe, alteration={}, modele=modele)]
    elif defaut.acte in ALTERATIONS:
        copie = replace(reponse, passe=reponse.passe + 1, modele=modele)
        reponse.alteration = {"acte": defaut.acte, "collectivite": defaut.collectivite}
        return [copie] if defaut.reemettre else []
    return []


class _Visees:
    """The pièces of one bordereau that the plan sets apart; the first fault on a pièce wins."""

    def __init__(self, bordereau: BordereauRecu) -> None:
        self.par_acte: dict[str, dict[str, Defaut]] = {}
        prises: set[str] = set()
        for defaut, piece in bordereau.vises:
            if piece not in prises:
                prises.add(piece)
                self.par_acte.setdefault(defaut.acte, {})[piece] = defaut

    def pour(self, acte: str) -> dict[str, Defaut]:
        return self.par_acte.get(acte, {})


def _suite(bordereau: BordereauRecu, passe: int) -> list[ReponsePrevue]:
    """The answers about one accepted bordereau, acknowledged at `passe`."""
    visees = _Visees(bordereau)
    rejetees, suspendues = visees.pour("rejeter_piece"), visees.pour("suspendre_piece")
    annulees = visees.pour("annuler_prise_en_charge")
    ecartees = rejetees.keys() | suspendues.keys()
    suite: list[ReponsePrevue] = []
    if len(bordereau.pieces) > len(ecartees):
        contenu = _contenu(bordereau, sauf=ecartees)
        suite.append(ReponsePrevue("prise_en_charge", passe + 1, contenu, {}))
    for genre, pieces, attente in (
        ("rejet", rejetees, 1),
        ("instance", suspendues, 1),
        ("annulation", annulees, 2),
    ):
        if pieces:
            contenu = _contenu(bordereau, motifs=pieces)
            suite.append(ReponsePrevue(genre, passe + attente, contenu, {}))
    suite += _paiements(bordereau, visees, ecartees | annulees.keys(), passe)
    suite += _encaissements(bordereau, visees, passe)
    suite += _retours_de_fonds(bordereau, visees.pour("rejeter_paiement"), passe)
    suite += _reprises(bordereau, suspendues, passe)
    return suite


def _paiements(
    bordereau: BordereauRecu, visees: _Visees, ecartees: set[str], passe: int
) -> list[ReponsePrevue]:
    if not bordereau.se_paie:
        return []
    en_deux_fois = visees.pour("payer_en_deux_fois")
    moities = set(en_deux_fois) - set(bordereau.sans_paiement)
    sans_rappel = any(en_deux_fois[piece].sans_rappel for piece in moities)
    exclues = ecartees | moities | set(bordereau.sans_paiement)
    suite: list[ReponsePrevue] = []
    if bordereau.pieces - exclues:
        contenu = _contenu(bordereau, sauf=exclues)
        suite.append(ReponsePrevue("paiement", passe + 2, contenu, {}))
    for part in (1, 2) if moities else ():
        contenu = _contenu(bordereau, seulement=moities, part=part) | {"sans_rappel": sans_rappel}
        suite.append(ReponsePrevue("paiement", passe + 1 + part, contenu, {}))
    return suite


def _encaissements(bordereau: BordereauRecu, visees: _Visees, passe: int) -> list[ReponsePrevue]:
    """The titres that their debtors pay to the treasury itself, be it for nothing in the end."""
    pieces = visees.pour("encaisser_titre").keys() | visees.pour("rejeter_paiement").keys()
    if not (pieces and bordereau.s_encaisse):
        return []
    contenu = _contenu(bordereau, seulement=pieces)
    return [ReponsePrevue("encaissement", passe + 2, contenu, {})]


def _retours_de_fonds(
    bordereau: BordereauRecu, rejetes: dict[str, Defaut], passe: int
) -> list[ReponsePrevue]:
    """A transfer that a bank rejects, a cheque unpaid: told after the payment that it undoes."""
    verses = rejetes.keys() - set(bordereau.sans_paiement)
    if not (bordereau.se_paie or bordereau.s_encaisse):
        return []
    suite: list[ReponsePrevue] = []
    for attente in sorted({max(rejetes[piece].passes, 1) for piece in verses}):
        pieces = {piece for piece in verses if max(rejetes[piece].passes, 1) == attente}
        contenu = _contenu(bordereau, seulement=pieces)
        suite.append(ReponsePrevue("retour_fonds", passe + 2 + attente, contenu, {}))
    return suite


def _reprises(
    bordereau: BordereauRecu, suspendues: dict[str, Defaut], passe: int
) -> list[ReponsePrevue]:
    """A suspended pièce whose fault names a number of passes is taken up again afterwards."""
    suite: list[ReponsePrevue] = []
    for duree in sorted({defaut.passes for defaut in suspendues.values() if defaut.passes}):
        pieces = {piece for piece, defaut in suspendues.items() if defaut.passes == duree}
        depart = passe + 1 + duree
        contenu = _contenu(bordereau, seulement=pieces, groupe=f"/{duree}")
        suite.append(ReponsePrevue("prise_en_charge", depart, contenu, {}))
        payees = pieces - set(bordereau.sans_paiement)
        if bordereau.se_paie and payees:
            contenu = _contenu(bordereau, seulement=payees, groupe=f"/{duree}")
            suite.append(ReponsePrevue("paiement", depart + 1, contenu, {}))
    return suite


def _contenu(
    bordereau: BordereauRecu,
    *,
    sauf: Iterable[str] = (),
    seulement: Iterable[str] | None = None,
    motifs: dict[str, Defaut] | None = None,
    part: int = 0,
    groupe: str = "",
) -> dict[str, Any]:
    if motifs is not None:
        seulement = motifs
    return {
        "sauts": bordereau.sauts,
        "numero": bordereau.numero,
        "exercice": bordereau.exercice,
        "sens": bordereau.sens,
        "dossier": f"{bordereau.rang}{groupe}",
        "part": part,
        "sauf": sorted(sauf),
        "seulement": None if seulement is None else sorted(seulement),
        "motifs": {
            piece: {"observation": "-".join(defaut.motifs), "commentaire": defaut.commentaire}
            for piece, defaut in (motifs or {}).items()
        },
    }
