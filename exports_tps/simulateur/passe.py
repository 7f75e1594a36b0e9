"""One pass of the treasury: pick up what is new, issue the answers that are due."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from exports_tps.simulateur.calendrier import prevoir
from exports_tps.simulateur.causes import cause
from exports_tps.simulateur.etat import Etat, Reponse
from exports_tps.simulateur.examen import Outils, empreinte, examiner
from exports_tps.simulateur.lecture import DEPENSE
from exports_tps.simulateur.publication import SUFFIXE_PARTIEL, publier
from exports_tps.simulateur.rangement import Examen
from exports_tps.simulateur.retour import nom_retour

GENRES = {
    "acquit": "acquittement",
    "prise_en_charge": "prise en charge",
    "rejet": "rejet",
    "instance": "mise en instance",
    "annulation": "annulation de prise en charge",
    "paiement": "paiement",
    "encaissement": "encaissement",
    "retour_fonds": "retour de fonds",
}

APRES_LA_PRISE_EN_CHARGE = {"annulation", "paiement", "encaissement", "retour_fonds"}
A_REGARDER = {"rejet", "instance", "annulation", "retour_fonds"}


class FluxModifie(Exception):
    """The file sent is no longer there, or no longer the one that was picked up."""


@dataclass
class Bilan:
    """What was done since the start, for the last line or the JSON object."""

    passes: int = 0
    recus: list[dict[str, object]] = field(default_factory=list)
    emises: list[dict[str, object]] = field(default_factory=list)
    anomalies: list[str] = field(default_factory=list)
    signalements: list[str] = field(default_factory=list)  # accepted, but to be looked at
    reste: int = 0
    tues: int = 0  # answers that the plan never lets out

    @property
    def est_sain(self) -> bool:
        """True when nothing was refused and nothing went wrong."""
        return not self.anomalies


@dataclass
class Tresorerie:
    """The simulated treasury: folders, tools, memory, and where it tells what it does."""

    envois: Path
    retours: Path
    outils: Outils
    etat: Etat
    jour: str  # AAAA-MM-JJ, or '' for the machine clock
    dire: Callable[[str], None]
    arret_demande: Callable[[], bool]
    bilan: Bilan = field(default_factory=Bilan)
    vus: dict[str, tuple[int, int, str]] = field(default_factory=dict)  # size, time, digest

    def passer(self) -> bool:
        """Do one pass; True when a flux was picked up or answers are still to come."""
        for reponse in self.etat.commencees():
            self._emettre(reponse)
        passe = self.etat.ouvrir_passe(datetime.now(UTC).isoformat(timespec="seconds"))
        self.bilan.passes += 1
        a_recu = False
        for fichier in self._nouveaux():
            if self.arret_demande():
                break
            a_recu = self._recevoir(fichier, passe) or a_recu
        for reponse in self.etat.dues(passe):
            if self.arret_demande():
                break
            self._dater(reponse)
        self.bilan.reste, self.bilan.tues = self.etat.reste(), self.etat.tues()
        return a_recu or bool(self.bilan.reste)

    def sauter_l_attente(self) -> None:
        """Count as done the passes that would say nothing before the next answer."""
        self.etat.avancer(datetime.now(UTC).isoformat(timespec="seconds"))

    def _nouveaux(self) -> Iterator[Path]:
        for fichier in sorted(self.envois.iterdir()):
            if fichier.name.startswith(".") or fichier.suffix == SUFFIXE_PARTIEL:
                continue
            if fichier.is_file():
                infos = fichier.stat()
                if not self.etat.est_connu(fichier.name, infos.st_size, infos.st_mtime_ns):
                    yield fichier

    def _recevoir(self, fichier: Path, passe: int) -> bool:
        try:
            signature = empreinte(fichier)
            if self.etat.reconnaitre(fichier.name, signature, fichier.stat().st_mtime_ns):
                return False
            examen = examiner(fichier, self.outils)
        except OSError as erreur:
            self._signaler(f"{fichier.name}\u202f: fichier illisible ({cause(erreur)}).")
            return False
        if examen.est_pes and examen.entete.get("NomFic"):
            self._enregistrer(fichier, signature, examen, passe)
        elif examen.retours_acquittes and not examen.refus:
            self._noter_acquit_retour(fichier, signature, examen)
        else:
            raison = examen.refus[0].libelle if examen.refus else "ce n’est pas un PES_Aller"
            self.etat.recevoir(
                fichier=fichier, empreinte=signature, entete=examen.entete, etat="sans_reponse"
            )
            self._signaler(f"{fichier.name}\u202f: aucune réponse possible, {raison}")
        return True

    def _noter_acquit_retour(self, fichier: Path, signature: str, examen: Examen) -> None:
        """The ordonnateur says which answers it received; each must have been issued."""
        self.etat.recevoir(
            fichier=fichier, empreinte=signature, entete=examen.entete, etat="acquit_retour"
        )
        emis = self.etat.retours_emis(examen.retours_acquittes)
        inconnus = [nom for nom in examen.retours_acquittes if nom not in emis]
        connus = len(examen.retours_acquittes) - len(inconnus)
        self.dire(f"Reçu {fichier.name}\u202f: retours acquittés {connus}.")
        for nom in inconnus:
            self._signaler(f"{fichier.name}\u202f: retour « {nom} » jamais émis.")

    def _enregistrer(self, fichier: Path, signature: str, examen: Examen, passe: int) -> None:
        refuse = examen.est_refuse
        bordereaux = [] if refuse else [b for b in examen.bordereaux if not b.anomalies]
        jointes = [] if refuse else [pj for pj in examen.pieces_jointes if not pj.anomalies]
        self.etat.recevoir(
            fichier=fichier,
            empreinte=signature,
            entete=examen.entete,
            etat="refuse" if refuse else "recu",
            bordereaux=examen.rangs,
            pieces_jointes=[jointe.id_unique for jointe in jointes],
            reponses=prevoir(examen, self.outils.plan, passe),
        )
        self.bilan.recus.append(
            {
                "fichier": fichier.name,
                "nom_fic": examen.entete["NomFic"],
                "est_refuse": refuse,
                "bordereaux": len(examen.bordereaux),
                "bordereaux_acceptes": len(bordereaux),
                "pieces_jointes": len(examen.pieces_jointes),
                "pieces_jointes_acceptees": len(jointes),
            }
        )
        self.dire(
            f"Reçu {fichier.name}\u202f: bordereaux acceptés {len(bordereaux)} sur"
            f" {len(examen.bordereaux)}, PJ acceptées {len(jointes)} sur"
            f" {len(examen.pieces_jointes)}."
        )
        for signalement in examen.signalements:
            self.bilan.signalements.append(f"{fichier.name}, {signalement}.")
            self.dire(f"{fichier.name}, {signalement}\u202f: accepté, à vérifier.")
        for verdict in examen.verdicts():
            for anomalie in verdict.anomalies:
                objet = f"{fichier.name}, {verdict.objet}"
                self._signaler(f"{objet}\u202f: refusé, {anomalie.phrase} [{anomalie.code}].")

    def _dater(self, reponse: Reponse) -> None:
        contexte = self.etat.contexte_reference(reponse) or self._contexte(reponse)
        datee = replace(reponse, contexte=contexte)
        self.etat.commencer(datee, nom="" if datee.genre == "acquit" else nom_retour(datee))
        self._emettre(datee)

    def _contexte(self, reponse: Reponse) -> dict[str, str]:
        """The dates of an answer, fixed for ever when it is issued."""
        jour = self.jour or datetime.now().astimezone().date().isoformat()
        contexte = {"jour": jour}
        if reponse.genre == "prise_en_charge":
            contexte["prise_en_charge"] = jour
        elif reponse.genre in APRES_LA_PRISE_EN_CHARGE:
            emise = self.etat.contexte_emis(reponse, "prise_en_charge", 0)
            contexte["prise_en_charge"] = emise.get("jour", jour)
        if reponse.contenu.get("part") == 2:  # noqa: PLR2004
            premiere = self.etat.contexte_emis(reponse, "paiement", 1)
            contexte["premier_paiement"] = premiere.get("jour", jour)
        if reponse.genre == "retour_fonds":
            verse = "paiement" if reponse.contenu["sens"] == DEPENSE else "encaissement"
            premier = self.etat.contexte_emis(reponse, verse, 0)
            contexte["premier_paiement"] = premier.get("jour", jour)
        return contexte

    def _emettre(self, reponse: Reponse) -> None:
        genre = GENRES[reponse.genre]
        try:
            self._verifier_source(reponse)
            fichier = publier(reponse, envois=self.envois, retours=self.retours)
        except FluxModifie as erreur:
            self.etat.terminer(reponse, "abandonnee")
            self._signaler(f"{genre} de {reponse.flux.fichier} abandonnée\u202f: {erreur}.")
            return
        self.etat.terminer(reponse)
        altere = reponse.alteration.get("acte", "")
        self.bilan.emises.append(
            {
                "fichier": fichier.name,
                "genre": reponse.genre,
                "flux": reponse.flux.fichier,
                "bordereau": reponse.contenu.get("numero", ""),
                "alteration": altere,
            }
        )
        numero = reponse.contenu.get("numero")
        objet = f", bordereau {reponse.contenu['exercice']}/{numero}" if numero else ""
        suite = f" (défaut du plan\u202f: {altere})" if altere else ""
        self.dire(f"Émis {fichier.name}\u202f: {genre}{objet}{suite}.")
        if reponse.genre in A_REGARDER:
            pieces = ", ".join(reponse.contenu["seulement"])
            self._signaler(f"{genre} des pièces {pieces}{objet}.")

    def _verifier_source(self, reponse: Reponse) -> None:
        """An answer about pièces reads the file again: it must still be the same."""
        if reponse.genre == "acquit":
            return
        fichier = self.envois / reponse.flux.fichier
        try:
            signature = self._empreinte(fichier)
        except OSError as erreur:
            raise FluxModifie("le fichier envoyé n’est plus lisible") from erreur
        if signature != reponse.flux.empreinte:
            raise FluxModifie("le fichier envoyé a changé depuis sa réception")

    def _empreinte(self, fichier: Path) -> str:
        """The digest of a file, computed once while its size and its time stay the same."""
        infos = fichier.stat()
        taille, modifie, signature = self.vus.get(fichier.name, (-1, -1, ""))
        if (taille, modifie) != (infos.st_size, infos.st_mtime_ns):
            signature = empreinte(fichier)
            self.vus[fichier.name] = infos.st_size, infos.st_mtime_ns, signature
        return signature

    def _signaler(self, message: str) -> None:
        self.bilan.anomalies.append(message)
        self.dire(message)
