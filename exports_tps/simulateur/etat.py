"""The memory of the treasury: one SQLite file, so that a kill at any moment loses nothing.

An answer is decided in a transaction (`Reponse` rows), dated in another, then written to disk: a
restart writes again exactly what had been decided.
"""

import json
import sqlite3
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from exports_tps.simulateur.series import Rang, Serie

SCHEMA = """
CREATE TABLE IF NOT EXISTS passe (numero INTEGER PRIMARY KEY, ouverte_le TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS flux (
    numero INTEGER PRIMARY KEY, fichier TEXT NOT NULL, taille INTEGER NOT NULL,
    modifie_ns INTEGER NOT NULL, empreinte TEXT NOT NULL, nom_fic TEXT NOT NULL,
    cod_col TEXT NOT NULL, entete TEXT NOT NULL, etat TEXT NOT NULL,
    UNIQUE (fichier, empreinte));
CREATE INDEX IF NOT EXISTS flux_par_nom ON flux (nom_fic, cod_col);
CREATE TABLE IF NOT EXISTS bordereau (
    serie TEXT NOT NULL, type TEXT NOT NULL, numero INTEGER NOT NULL, centimes INTEGER NOT NULL,
    est_accepte INTEGER NOT NULL, flux INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS bordereau_par_serie ON bordereau (serie);
CREATE TABLE IF NOT EXISTS piece_prise (
    serie TEXT NOT NULL, type TEXT NOT NULL, numero TEXT NOT NULL,
    PRIMARY KEY (serie, type, numero)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS piece_jointe_acceptee (
    id_unique TEXT PRIMARY KEY, flux INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS reponse (
    numero INTEGER PRIMARY KEY, flux INTEGER NOT NULL REFERENCES flux, genre TEXT NOT NULL,
    reference INTEGER NOT NULL, passe INTEGER NOT NULL, contenu TEXT NOT NULL,
    alteration TEXT NOT NULL, contexte TEXT, nom TEXT, etat TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS reponse_par_etat ON reponse (etat, passe);
CREATE INDEX IF NOT EXISTS reponse_par_reference ON reponse (reference);
CREATE INDEX IF NOT EXISTS reponse_par_nom ON reponse (nom) WHERE etat = 'emise';
CREATE INDEX IF NOT EXISTS reponse_par_dossier ON reponse (
    flux, genre, json_extract(contenu, '$.dossier'), json_extract(contenu, '$.part'));
"""

REPONSES = """
SELECT r.numero, r.genre, r.reference, r.contenu, r.alteration, r.contexte,
       f.numero, f.fichier, f.empreinte, f.entete
FROM reponse r JOIN flux f ON f.numero = r.flux
WHERE r.etat = ? AND r.passe <= ? ORDER BY r.passe, r.numero
"""
CONTEXTE_EMIS = """
SELECT contexte FROM reponse
WHERE flux = ? AND genre = ? AND contexte IS NOT NULL
  AND json_extract(contenu, '$.dossier') = ? AND json_extract(contenu, '$.part') = ?
ORDER BY numero LIMIT 1
"""
CONTEXTE_REFERENCE = """
SELECT contexte FROM reponse WHERE reference = ? AND contexte IS NOT NULL LIMIT 1
"""
SANS_LIMITE = 2**62


class EtatInutilisable(Exception):
    """The state file cannot be used; the message says why."""


@dataclass(frozen=True)
class FluxConnu:
    """A flux already picked up."""

    numero: int
    fichier: str
    empreinte: str
    entete: dict[str, str]


@dataclass(frozen=True)
class Reponse:
    """One answer decided. `reference` numbers its content: a repeat shares it.

    `contexte` holds the dates given when it is issued; `alteration` is the planned damage.
    """

    numero: int
    flux: FluxConnu
    genre: str
    reference: int
    contenu: dict[str, Any]
    alteration: dict[str, str]
    contexte: dict[str, str]


@dataclass
class ReponsePrevue:
    """One answer to schedule, or never to give; `modele` is the index of the one it repeats."""

    genre: str
    passe: int
    contenu: dict[str, Any]
    alteration: dict[str, str]
    modele: int | None = None
    est_tue: bool = False


class Etat:
    """Opens, or creates, the state file. Only one simulator may use it at a time."""

    def __init__(self, fichier: Path) -> None:
        try:
            self.base = sqlite3.connect(fichier, isolation_level=None, timeout=0.5)
        except sqlite3.Error as erreur:
            raise EtatInutilisable(
                f"Fichier d’état {fichier}\u202f: il ne peut pas être ouvert."
            ) from erreur
        try:
            self._preparer()
        except sqlite3.DatabaseError as erreur:
            self.base.close()
            raison = "ce n’est pas un état du simulateur"
            if isinstance(erreur, sqlite3.OperationalError):
                raison = "il est déjà utilisé par un autre simulateur, ou protégé"
            raise EtatInutilisable(f"Fichier d’état {fichier}\u202f: {raison}.") from erreur

    def _preparer(self) -> None:
        self.base.execute("PRAGMA locking_mode = EXCLUSIVE")
        self.base.execute("PRAGMA synchronous = FULL")
        self.base.execute("BEGIN EXCLUSIVE")
        for instruction in SCHEMA.split(";"):
            self.base.execute(instruction)
        self.base.execute("COMMIT")

    def fermer(self) -> None:
        """Release the file."""
        self.base.close()

    def ouvrir_passe(self, moment: str) -> int:
        """Count one pass more; return its number."""
        curseur = self.base.execute("INSERT INTO passe (ouverte_le) VALUES (?)", [moment])
        return curseur.lastrowid or 0

    def avancer(self, moment: str) -> None:
        """Go to the eve of the next answer to come, if it is not there yet."""
        self.base.execute(
            "INSERT INTO passe SELECT prochaine - 1, ?"
            " FROM (SELECT min(passe) AS prochaine FROM reponse WHERE etat = 'attendue')"
            " WHERE prochaine - 1 > (SELECT max(numero) FROM passe)",
            [moment],
        )

    def est_connu(self, fichier: str, taille: int, modifie_ns: int) -> bool:
        """True when that file, unchanged, has been picked up."""
        return self._existe(
            "SELECT 1 FROM flux WHERE fichier = ? AND taille = ? AND modifie_ns = ?",
            fichier,
            taille,
            modifie_ns,
        )

    def reconnaitre(self, fichier: str, empreinte: str, modifie_ns: int) -> bool:
        """True when the same content was picked up under that name (the file was only touched)."""
        curseur = self.base.execute(
            "UPDATE flux SET modifie_ns = ? WHERE fichier = ? AND empreinte = ?",
            [modifie_ns, fichier, empreinte],
        )
        return curseur.rowcount > 0

    def nom_connu(self, nom_fic: str, cod_col: str) -> bool:
        """True when that NomFic was received before for that collectivité."""
        return self._existe(
            "SELECT 1 FROM flux WHERE nom_fic = ? AND cod_col = ?", nom_fic, cod_col
        )

    def bordereaux_recus(self, serie: Serie) -> list[Rang]:
        """The bordereaux of a series received so far, refused ones included."""
        requete = "SELECT type, numero, centimes, est_accepte FROM bordereau WHERE serie = ?"
        return [
            Rang(serie, type_, numero, centimes, bool(est_accepte))
            for type_, numero, centimes, est_accepte in self.base.execute(
                requete, [json.dumps(serie)]
            )
        ]

    def pieces_prises(
        self, serie: Serie, type_bordereau: str, numeros: Collection[str]
    ) -> set[str]:
        """Those of `numeros` that a new pièce of the series may not bear."""
        requete = (
            "SELECT numero FROM piece_prise WHERE serie = ? AND type = ?"
            " AND numero IN (SELECT value FROM json_each(?))"
        )
        valeurs = [json.dumps(serie), type_bordereau, json.dumps(list(numeros))]
        return {numero for (numero,) in self.base.execute(requete, valeurs)}

    def piece_jointe_connue(self, id_unique: str) -> bool:
        """True when an attachment of that IdUnique was accepted."""
        return self._existe("SELECT 1 FROM piece_jointe_acceptee WHERE id_unique = ?", id_unique)

    def recevoir(
        self,
        *,
        fichier: Path,
        empreinte: str,
        entete: dict[str, str],
        etat: str,
        bordereaux: Sequence[Rang] = (),
        pieces_jointes: Iterable[str] = (),
        reponses: Iterable[ReponsePrevue] = (),
    ) -> None:
        """Record a flux, what it holds and every answer it will get, all or nothing."""
        infos = fichier.stat()
        valeurs = [fichier.name, infos.st_size, infos.st_mtime_ns, empreinte]
        valeurs += [entete.get("NomFic", ""), entete.get("CodCol", ""), json.dumps(entete), etat]
        self.base.execute("BEGIN")
        curseur = self.base.execute(
            "INSERT INTO flux (fichier, taille, modifie_ns, empreinte, nom_fic, cod_col, entete,"
            " etat) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            valeurs,
        )
        flux = curseur.lastrowid or 0
        self.base.executemany(
            "INSERT INTO bordereau VALUES (?, ?, ?, ?, ?, ?)",
            (
                (json.dumps(b.serie), b.type, b.numero, b.centimes, b.est_accepte, flux)
                for b in bordereaux
            ),
        )
        self.base.executemany(
            "INSERT INTO piece_prise VALUES (?, ?, ?)",
            ((json.dumps(b.serie), b.type, numero) for b in bordereaux for numero in b.pieces),
        )
        self.base.executemany(
            "INSERT INTO piece_jointe_acceptee VALUES (?, ?)",
            ((id_unique, flux) for id_unique in pieces_jointes),
        )
        self._prevoir(flux, reponses)
        self.base.execute("COMMIT")

    def _prevoir(self, flux: int, reponses: Iterable[ReponsePrevue]) -> None:
        numeros: list[int] = []
        premier = self.base.execute("SELECT coalesce(max(numero), 0) + 1 FROM reponse").fetchone()[
            0
        ]
        for numero, reponse in enumerate(reponses, start=premier):
            numeros.append(numero)
            reference = numero if reponse.modele is None else numeros[reponse.modele]
            self.base.execute(
                "INSERT INTO reponse (numero, flux, genre, reference, passe, contenu, alteration,"
                " etat) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    numero,
                    flux,
                    reponse.genre,
                    reference,
                    reponse.passe,
                    json.dumps(reponse.contenu),
                    json.dumps(reponse.alteration),
                    "tue" if reponse.est_tue else "attendue",
                ],
            )

    def commencees(self) -> list[Reponse]:
        """The answers dated but perhaps not written: what a kill interrupted."""
        return self._reponses("commencee", SANS_LIMITE)

    def dues(self, passe: int) -> list[Reponse]:
        """The answers to issue by that pass."""
        return self._reponses("attendue", passe)

    def retours_emis(self, noms: Collection[str]) -> set[str]:
        """Those of `noms` that are answers on disk."""
        requete = (
            "SELECT nom FROM reponse WHERE etat = 'emise'"
            " AND nom IN (SELECT value FROM json_each(?))"
        )
        return {nom for (nom,) in self.base.execute(requete, [json.dumps(list(noms))])}

    def reste(self) -> int:
        """How many answers are still to come."""
        return self._compter("attendue", "commencee")

    def tues(self) -> int:
        """How many answers will never come, as the plan wants it."""
        return self._compter("tue")

    def _compter(self, *etats: str) -> int:
        requete = "SELECT count(*) FROM reponse WHERE etat IN (SELECT value FROM json_each(?))"
        return int(self.base.execute(requete, [json.dumps(etats)]).fetchone()[0])

    def contexte_emis(self, reponse: Reponse, genre: str, part: int) -> dict[str, str]:
        """The dates of the answer of that kind already issued for the same pièces, if any."""
        dossier = reponse.contenu.get("dossier")
        return self._contexte(CONTEXTE_EMIS, [reponse.flux.numero, genre, dossier, part])

    def contexte_reference(self, reponse: Reponse) -> dict[str, str]:
        """The dates already given to the same content (a repeat keeps them)."""
        return self._contexte(CONTEXTE_REFERENCE, [reponse.reference])

    def commencer(self, reponse: Reponse, *, nom: str) -> None:
        """Fix the dates of an answer, and its NomFic if it is a Retour, before it is written."""
        self.base.execute(
            "UPDATE reponse SET etat = 'commencee', contexte = ?, nom = ? WHERE numero = ?",
            [json.dumps(reponse.contexte), nom, reponse.numero],
        )

    def terminer(self, reponse: Reponse, etat: str = "emise") -> None:
        """The answer is on disk ('emise'), or can never be ('abandonnee')."""
        self.base.execute("UPDATE reponse SET etat = ? WHERE numero = ?", [etat, reponse.numero])

    def _contexte(self, requete: str, valeurs: list[Any]) -> dict[str, str]:
        ligne = self.base.execute(requete, valeurs).fetchone()
        return json.loads(ligne[0]) if ligne else {}

    def _reponses(self, etat: str, passe: int) -> list[Reponse]:
        return [
            Reponse(
                numero=ligne[0],
                genre=ligne[1],
                reference=ligne[2],
                contenu=json.loads(ligne[3]),
                alteration=json.loads(ligne[4]),
                contexte=json.loads(ligne[5] or "{}"),
                flux=FluxConnu(ligne[6], ligne[7], ligne[8], json.loads(ligne[9])),
            )
            for ligne in self.base.execute(REPONSES, [etat, passe])
        ]

    def _existe(self, requete: str, *valeurs: object) -> bool:
        return self.base.execute(requete, valeurs).fetchone() is not None
