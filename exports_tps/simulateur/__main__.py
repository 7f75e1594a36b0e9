"""Command line of the simulated treasury: `python -m exports_tps.simulateur --help`."""

import argparse
import json
import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path
from threading import Event

from exports_tps.simulateur.causes import cause
from exports_tps.simulateur.certificats import AutoritesIllisibles, lire_autorites
from exports_tps.simulateur.etat import Etat, EtatInutilisable
from exports_tps.simulateur.examen import Outils
from exports_tps.simulateur.passe import Tresorerie
from exports_tps.simulateur.plan import Plan, PlanInvalide, lire_plan
from exports_tps.simulateur.schemas import SchemasIllisibles, charger_schema

NOM_ETAT = "etat_simulateur_tps.sqlite3"
INTERVALLE = 5.0  # seconds
FAIT, ANOMALIES, MAUVAIS_USAGE = 0, 1, 2


class UsageInvalide(Exception):
    """An option cannot be honoured; the message says which and why."""


def lire_options(arguments: Sequence[str] | None) -> argparse.Namespace:
    """Read the command line; argparse itself leaves with code 2."""
    lecteur = argparse.ArgumentParser(
        prog="python -m exports_tps.simulateur",
        description="Simule la trésorerie\u202f: répond aux flux PES_Aller par des PES_ACQUIT "
        "et des PES_Retour.",
    )
    ajouter = lecteur.add_argument
    ajouter("--envois", type=Path, required=True, help="dossier des flux envoyés (jamais modifié)")
    ajouter("--retours", type=Path, required=True, help="dossier où écrire les réponses")
    ajouter("--schemas", type=Path, help="dossier des schémas officiels (contient PES_V2/)")
    ajouter("--autorites", type=Path, help="autorités de certification reconnues (PEM)")
    ajouter("--etat", type=Path, help=f"mémoire du simulateur (défaut\u202f: {NOM_ETAT})")
    ajouter("--plan", type=Path, help="plan de défauts (TOML)")
    ajouter("--date", type=date.fromisoformat, help="date des réponses, AAAA-MM-JJ")
    ajouter("--intervalle", type=float, default=INTERVALLE, help="secondes entre deux passes")
    ajouter("--json", action="store_true", help="un seul objet JSON, à la fin")
    mode = lecteur.add_mutually_exclusive_group()
    mode.add_argument("--une-fois", action="store_true", help="une seule passe")
    mode.add_argument(
        "--jusqu-au-bout", action="store_true", help="des passes tant qu’il reste à répondre"
    )
    mode.add_argument(
        "--jours",
        action="store_true",
        help="une passe par ligne AAAA-MM-JJ de l’entrée standard, datée de ce jour",
    )
    return lecteur.parse_args(arguments)


def ouvrir(options: argparse.Namespace, arret: Event) -> Tresorerie:
    """Build the treasury from the options. Raises UsageInvalide and the errors of each part."""
    if not options.envois.is_dir():
        raise UsageInvalide(f"Le dossier d’envois {options.envois} n’existe pas.")
    if not options.retours.is_dir():
        raise UsageInvalide(f"Le dossier de retours {options.retours} n’existe pas.")
    if not os.access(options.retours, os.W_OK):
        raise UsageInvalide(f"Le dossier de retours {options.retours} est protégé en écriture.")
    if options.intervalle <= 0:
        raise UsageInvalide("L’intervalle doit être un nombre de secondes positif.")
    plan = lire_plan(options.plan) if options.plan else Plan()
    schema = charger_schema(options.schemas) if options.schemas else None
    autorites = lire_autorites(options.autorites) if options.autorites else []
    etat = Etat(options.etat or options.retours.absolute().parent / NOM_ETAT)
    return Tresorerie(
        envois=options.envois,
        retours=options.retours,
        outils=Outils(schema=schema, autorites=autorites, plan=plan, memoire=etat),
        etat=etat,
        jour=options.date.isoformat() if options.date else "",
        dire=_taire if options.json else _dire,
        arret_demande=arret.is_set,
    )


def derouler(tresorerie: Tresorerie, options: argparse.Namespace, arret: Event) -> None:
    """Pass once, until nothing is left, day by day or for ever, as asked; stop when `arret` is set.

    Raises:
        UsageInvalide, PlanInvalide: a line read is not a day; the plan became wrong.
    """
    if options.jours:
        _jouer_les_jours(tresorerie, options.plan, arret)
        return
    continuer = True
    while continuer and not arret.is_set():
        reste = tresorerie.passer()
        if options.une_fois:
            continuer = False
        elif options.jusqu_au_bout:
            continuer = reste
            tresorerie.sauter_l_attente()
        else:
            arret.wait(options.intervalle)


def _jouer_les_jours(tresorerie: Tresorerie, plan: Path | None, arret: Event) -> None:
    """Pass once for each day read, and tell it is over; the plan may change in between."""
    for ligne in sys.stdin:
        if arret.is_set():
            return
        try:
            jour = date.fromisoformat(ligne.strip())
        except ValueError as erreur:
            raise UsageInvalide(f"« {ligne.strip()} » n’est pas un jour AAAA-MM-JJ.") from erreur
        tresorerie.jour = jour.isoformat()
        if plan:
            tresorerie.outils = replace(tresorerie.outils, plan=lire_plan(plan))
        avant = len(tresorerie.bilan.emises)
        tresorerie.passer()
        emises = len(tresorerie.bilan.emises) - avant
        tresorerie.dire(f"Passe du {tresorerie.jour}\u202f: réponses émises {emises}.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the simulator; return the exit code."""
    options = lire_options(arguments)
    arret = Event()
    for numero in (signal.SIGTERM, signal.SIGINT):
        signal.signal(numero, lambda *_: arret.set())
    try:
        tresorerie = ouvrir(options, arret)
    except (
        UsageInvalide,
        PlanInvalide,
        SchemasIllisibles,
        AutoritesIllisibles,
        EtatInutilisable,
    ) as erreur:
        print(erreur, file=sys.stderr)
        return MAUVAIS_USAGE
    try:
        derouler(tresorerie, options, arret)
    except (UsageInvalide, PlanInvalide) as erreur:
        print(erreur, file=sys.stderr)
        return MAUVAIS_USAGE
    except OSError as erreur:
        print(f"Arrêt\u202f: {cause(erreur)} ({erreur.filename}).", file=sys.stderr)
        return MAUVAIS_USAGE
    finally:
        tresorerie.etat.fermer()
    return _conclure(tresorerie, en_json=options.json)


def _conclure(tresorerie: Tresorerie, *, en_json: bool) -> int:
    bilan = tresorerie.bilan
    if en_json:
        print(json.dumps(asdict(bilan), ensure_ascii=False))
    else:
        _dire(
            f"Passes\u202f: {bilan.passes}. Flux reçus\u202f: {len(bilan.recus)}."
            f" Réponses émises\u202f: {len(bilan.emises)}, à venir\u202f: {bilan.reste}."
            f" Anomalies\u202f: {len(bilan.anomalies)}."
            f" Signalements\u202f: {len(bilan.signalements)}."
        )
        if bilan.tues:
            _dire(f"Réponses que le plan ne donne jamais\u202f: {bilan.tues}.")
    return FAIT if bilan.est_sain else ANOMALIES


def _dire(message: str) -> None:
    print(message, flush=True)


def _taire(_message: str) -> None:
    """With `--json`, nothing is said before the end."""


if __name__ == "__main__":
    sys.exit(main())
