"""Writes a PES_ACQUIT, V2 form: one ElementACQUIT per verdict (README §7)."""

from collections.abc import Iterator

from exports_tps.simulateur.anomalies import Anomalie, Verdict, depuis_json
from exports_tps.simulateur.balises import (
    DECLARATION,
    balise,
    balises_presentes,
    entete,
    enveloppe,
    latin,
)
from exports_tps.simulateur.etat import Reponse

ESPACE = "http://www.minefi.gouv.fr/cp/helios/pes_v2/Rev0/retour/v2"
LONGUEUR_LIBELLE = 500


def ecrire_acquit(reponse: Reponse) -> Iterator[str]:
    """The text of the answer, piece by piece."""
    lu = reponse.flux.entete
    yield DECLARATION + f'<n:PES_ACQUIT xmlns:n="{ESPACE}">\n'
    yield enveloppe(
        reponse, type_fichier=lu.get("TypFic") or "PESALR2", nom_fichier=lu.get("NomFic", "")
    )
    yield entete(reponse, balise_collectivite="CodCol")
    yield "<ACQUIT><EnTeteAcquit>" + balise("IdVer", "2") + "</EnTeteAcquit>\n"
    for donnees in reponse.contenu["verdicts"]:
        yield _element(depuis_json(donnees))
    yield "</ACQUIT>\n</n:PES_ACQUIT>\n"


def _element(verdict: Verdict) -> str:
    pieces = {anomalie.piece: None for anomalie in verdict.anomalies if anomalie.piece}
    return (
        "<ElementACQUIT>"
        + balise("DomaineAck", verdict.domaine)
        + balise("EtatAck", "1" if verdict.est_accepte else "0")
        + balises_presentes(
            ("NumBord", verdict.numero),
            ("ExerciceBord", verdict.exercice),
            ("IdUnique", verdict.id_unique),
        )
        + "".join(_erreur(anomalie) for anomalie in verdict.anomalies if not anomalie.piece)
        + "".join(_detail_piece(piece, verdict.anomalies) for piece in pieces)
        + "</ElementACQUIT>\n"
    )


def _detail_piece(piece: str, anomalies: list[Anomalie]) -> str:
    siennes = [anomalie for anomalie in anomalies if anomalie.piece == piece]
    lignes = {anomalie.ligne_piece: None for anomalie in siennes if anomalie.ligne_piece}
    details = "".join(
        "<DetailLigne>"
        + balise("NumLigne", ligne)
        + "".join(_erreur(anomalie) for anomalie in siennes if anomalie.ligne_piece == ligne)
        + "</DetailLigne>"
        for ligne in lignes
    )
    propres = "".join(_erreur(anomalie) for anomalie in siennes if not anomalie.ligne_piece)
    return f"<DetailPiece>{balise('NumPiece', piece)}{propres}{details}</DetailPiece>"


def _erreur(anomalie: Anomalie) -> str:
    libelle = balise("LibelleAnoAck", latin(anomalie.libelle, LONGUEUR_LIBELLE))
    return f"<Erreur>{balise('NumAnoAck', anomalie.code)}{libelle}</Erreur>"
