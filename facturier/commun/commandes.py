"""What every management command of the product has in common (conception.md, section 4).

`--json` prints one JSON object on standard output and nothing else; exit 0 = done, 1 = refused or
anomalies found (told on standard error), 2 = wrong use. Never a traceback for bad input.
"""

import json
import re
import sys
from argparse import Action, ArgumentParser, ArgumentTypeError
from typing import Any, NoReturn

from django.core.exceptions import ValidationError
from django.core.management.base import (
    BaseCommand,
    CommandError,
    CommandParser,
    DjangoHelpFormatter,
)
from django.db import InterfaceError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

AIDE = {  # what the framework says in English of the options that every command has
    "help": "montre cette aide",
    "version": "montre la version du cadriciel",
    "verbosity": "ce que la commande raconte : 0 le moins, 3 le plus",
    "settings": "module de réglages, à la place de DJANGO_SETTINGS_MODULE",
    "pythonpath": "dossier à ajouter au chemin de Python",
    "traceback": "montre où un refus est né dans le code",
    "no_color": "sans couleurs",
    "force_color": "avec des couleurs, même hors d’un terminal",
    "skip_checks": "sans les contrôles de l’installation",
}
ENTIER_MAXIMAL = 10**15  # francs and numbers are far below; no base holds more than 2**63
PARTIES = {"positional arguments": "arguments", "options": "options"}
USAGE = (  # what argparse says of a command line, and how it is said here
    (r"the following arguments are required: (.*)", r"Il manque : \1."),
    (r"unrecognized arguments: (.*)", r"Option inconnue : \1."),
    (r"argument (\S+): expected (?:at least )?one argument", r"L’option \1 attend une valeur."),
    (
        r"argument (\S+): invalid choice: '?(.*?)'? \(choose from (.*)\)",
        r"\1 ne peut valoir « \2 », mais \3.",
    ),
    (r"argument (\S+): (.*)", r"\1 : \2."),
)


class Refus(CommandError):
    """Something was refused or found wrong: exit 1."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=1)


class MauvaisUsage(CommandError):
    """The command was called in a way it cannot serve: exit 2."""

    def __init__(self, message: str) -> None:
        super().__init__(message, returncode=2)


def _entier(texte: str) -> int:
    try:
        entier = int(texte)
    except ValueError:
        raise ArgumentTypeError(f"« {texte} » n’est pas un nombre entier") from None
    if abs(entier) > ENTIER_MAXIMAL:
        raise ArgumentTypeError(f"« {texte} » est trop grand")
    return entier


def _en_francais(message: str) -> str:
    for anglais, francais in USAGE:
        if trouve := re.fullmatch(anglais, message, re.DOTALL):
            return trouve.expand(francais)
    return message


class _Aide(DjangoHelpFormatter):
    """The help of a command, in French around what the command says of itself."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        """Name the line that shows how to call it."""
        super().add_usage(usage, actions, groups, prefix or "Usage : ")

    def start_section(self, heading: str | None) -> None:
        """Name the two parts of the help."""
        super().start_section(PARTIES.get(heading or "", heading))

    def add_argument(self, action: Action) -> None:
        """Say in French what the framework says in English."""
        action.help = AIDE.get(action.dest, action.help)
        super().add_argument(action)


class CommandeMetier(BaseCommand):
    """A command that computes a result, then tells it in French or as JSON."""

    requires_migrations_checks = True

    def create_parser(self, prog_name: str, subcommand: str, **kwargs: Any) -> CommandParser:
        """Read the command line, and explain in French one that cannot be read (exit 2)."""
        kwargs.setdefault("formatter_class", _Aide)
        analyseur = super().create_parser(prog_name, subcommand, **kwargs)
        analyseur.register("type", int, _entier)

        def refuser(message: str) -> NoReturn:
            phrase = _en_francais(message)
            if analyseur.called_from_command_line:
                analyseur.print_usage(sys.stderr)
                analyseur.exit(2, f"{phrase}\n")
            raise MauvaisUsage(phrase)

        analyseur.error = refuser  # type: ignore[method-assign]
        return analyseur

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add `--json`, then the arguments of the command."""
        parser.add_argument(
            "--json", action="store_true", help="un objet JSON sur la sortie, et rien d’autre"
        )
        self.ajouter_arguments(parser)

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the arguments of this command; none by default."""

    def executer(self, **options: Any) -> dict[str, Any]:
        """Do the work and return the result, which `--json` prints as it is.

        An entry `anomalies` that is not empty makes the command exit 1.
        """
        raise NotImplementedError

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the result to a person, on standard output."""
        for cle, valeur in resultat.items():
            self.stdout.write(f"{cle.replace('_', ' ')} : {valeur}")

    def execute(self, *args: Any, **options: Any) -> Any:
        """Run the command; from a terminal, a refusal is its sentence and its exit code."""
        try:
            return self._executer_si_base(*args, **options)
        except (Refus, MauvaisUsage) as refus:
            if not getattr(self, "_called_from_command_line", False):
                raise
            self.stderr.write(str(refus))
            sys.exit(refus.returncode)

    def _executer_si_base(self, *args: Any, **options: Any) -> Any:
        try:
            return super().execute(*args, **options)
        except (OperationalError, InterfaceError) as panne:
            if connection.connection is not None and connection.is_usable():
                raise  # it is there: the failure is that of the command
            detail = str(panne).strip().splitlines()[0]
            raise Refus(f"La base de données ne répond pas (DATABASE_URL) : {detail}") from panne

    def check_migrations(self) -> None:
        """Refuse to work on tables that are not those of this version."""
        executeur = MigrationExecutor(connection)
        attendues = executeur.migration_plan(executeur.loader.graph.leaf_nodes())
        if attendues:
            raise Refus(
                f"La base n’est pas à jour (migrations à appliquer : {len(attendues)}) : lancez "
                "« manage.py migrate », puis cette commande."
            )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command and set its exit code."""
        try:
            resultat = self.executer(**options)
        except ValidationError as erreur:
            raise Refus(" ".join(erreur.messages)) from erreur
        if options["json"]:
            self.stdout.write(json.dumps(resultat, ensure_ascii=False, default=str))
        else:
            self.raconter(resultat)
        if resultat.get("anomalies"):
            sys.exit(1)
