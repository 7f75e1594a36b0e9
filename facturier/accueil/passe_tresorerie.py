"""The treasury in the past of the demonstration: flux really signed, sent, answered and corrected.

The simulated treasury runs beside, one pass a working day at its date; what it answers is read by
the same acts as today. Some flux carry a fault, each with its reason, and the province corrects.
"""

import os
import random
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, timedelta
from itertools import groupby
from pathlib import Path
from typing import IO, Final, cast

from django.conf import settings
from django.utils import timezone

from exports_tps import cles, documents_refuses, reemission, repartition, visa
from exports_tps.models import Flux, Reserve
from exports_tps.retours import Bilan, lire_retours
from exports_tps.schemas_officiels import dossier_schemas
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from exports_tps.transports.dossier import SessionDossier
from facturier.acces.models import Role, Utilisateur
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import (
    Bordereau,
    EtatBordereau,
    EtatPiece,
    Mandat,
    Piece,
    SensPiece,
)
from facturier.grand_livre.soldes import reste_du
from facturier.suivi.etats import EtatFacture
from facturier.suivi.mandatement import remandater
from facturier.suivi.models import Facture

MEMOIRE: Final = "simulateur.sqlite3"  # that the launcher gives the simulator too
NON_PAYES, NON_VISES = timedelta(days=12), timedelta(days=5)  # before the end of the past
JOURS_AVANT_REPAIEMENT = 5
CORRIGE = "Corrigé d’après le motif de la Trésorerie."
REVENUS = "Virement rejeté par la banque du fournisseur : compte clos."

# What the treasury does with the n-th flux: {b} its last bordereau, {p} the first mandat of it.
AVARIES: Final[Mapping[int, str]] = {
    2: 'acte = "refuser_bordereau"\nbordereau = {b}\npiece = {p}\nligne = 1\n'
    'anomalie = "ERREUR_CODIFICATION"\nlibelle = "Code service inconnu"',
    4: 'acte = "rejeter_piece"\npiece = {p}\nmotifs = ["02"]\n'
    'commentaire = "Bon de commande signé absent"',
    6: 'acte = "suspendre_piece"\npiece = {p}\nmotifs = ["01"]\npasses = 6\n'
    'commentaire = "Facture illisible, à produire de nouveau"',
    8: 'acte = "refuser_pj"\nrang = 1\nanomalie = "ERREUR_PJ"\n'
    'libelle = "Pièce justificative illisible"',
    9: 'acte = "rejeter_paiement"\npiece = {p}\npasses = 2',
    11: 'acte = "refuser_flux"\nanomalie = "ERREUR_CODIQUE"\nlibelle = "Codique du poste inconnu"',
    13: 'acte = "rejeter_piece"\npiece = {p}\nmotifs = ["05"]\n'
    'commentaire = "Date du service fait absente du certificat"',
    15: 'acte = "payer_en_deux_fois"\npiece = {p}',
    16: 'acte = "suspendre_piece"\npiece = {p}\nmotifs = ["16"]\npasses = 9\n'
    'commentaire = "Créancier à identifier"',
    18: 'acte = "rejeter_piece"\npiece = {p}\nmotifs = ["02"]\ncommentaire = "Devis absent"',
    20: 'acte = "refuser_pj"\nrang = 2\nanomalie = "ERREUR_PJ"\n'
    'libelle = "Extension du fichier non admise"',
    21: 'acte = "suspendre_piece"\npiece = {p}\nmotifs = ["02"]\n'
    'commentaire = "Procès-verbal de réception attendu"',
}


class TresoreriePassee:
    """The program of the simulated treasury, which passes once for each day that it is told."""

    def __init__(self) -> None:
        self._racine = settings.TPS_ENVOIS.parent
        self._plan = self._racine / "plan_du_passe.toml"
        self._defauts: list[str] = []
        self._processus: subprocess.Popen[str] | None = None

    def planifier(self, texte: str) -> None:
        """Add the faults of a flux that leaves; several may on one day."""
        self._defauts.append(texte)
        self._racine.mkdir(parents=True, exist_ok=True)
        self._plan.write_text("\n".join(self._defauts), encoding="utf-8")

    def passer(self, jour: date) -> bool:
        """Let it pick up and answer on `jour`; return whether it answered.

        Raises:
            RuntimeError: the program stopped.
        """
        processus = self._processus or self._lancer()
        entree, sortie = cast(IO[str], processus.stdin), cast(IO[str], processus.stdout)
        entree.write(f"{jour.isoformat()}\n")
        entree.flush()
        self._defauts.clear()  # what they decide is decided when the flux is received
        for ligne in sortie:
            if ligne.startswith("Passe du "):
                return not ligne.rstrip().endswith(" 0.")
        raise RuntimeError(f"Le simulateur de la Trésorerie s’est arrêté ({processus.wait()}).")

    def fermer(self) -> None:
        """Let it end."""
        if self._processus is not None:
            self._processus.communicate()
        self._plan.unlink(missing_ok=True)

    def _lancer(self) -> subprocess.Popen[str]:
        for dossier in (settings.TPS_ENVOIS, settings.TPS_RETOURS):
            dossier.mkdir(parents=True, exist_ok=True)
        commande = [
            *(sys.executable, "-m", "exports_tps.simulateur", "--jours"),
            *("--envois", str(settings.TPS_ENVOIS), "--retours", str(settings.TPS_RETOURS)),
            *("--etat", str(self._racine / MEMOIRE), "--plan", str(self._plan)),
            *("--autorites", str(settings.CLES_RACINE / cles.DOSSIER / cles.AUTORITES)),
        ]
        schemas = dossier_schemas()
        self._processus = subprocess.Popen(  # noqa: S603
            [*commande, *(("--schemas", str(schemas)) if schemas else ())],
            cwd=settings.RACINE,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        return self._processus


@contextmanager
def fichiers_a_leur_jour() -> Iterator[None]:
    """Date the files that leave by the clock of the past, as their proof tells it."""
    ecrire = SessionDossier.ecrire

    def ecrire_a_son_jour(session: SessionDossier, nom: str, source: object) -> None:
        ecrire(session, nom, source)  # type: ignore[arg-type]
        dater(settings.TPS_ENVOIS / nom)

    SessionDossier.ecrire = ecrire_a_son_jour  # type: ignore[method-assign,assignment]
    try:
        yield
    finally:
        SessionDossier.ecrire = ecrire  # type: ignore[method-assign]


def dater(fichier: Path) -> None:
    """Give `fichier` the time of the clock of the past, a minute ago."""
    moment = timezone.now().timestamp() - 60
    os.utime(fichier, (moment, moment))


def oublier_ce_qui_ne_part_de_rien() -> None:
    """Remove the files of a past that was interrupted: no flux is known, so none of them was sent.

    Its flux will bear the same names.
    """
    if Flux.objects.exists():
        return
    for dossier in (settings.TPS_ENVOIS, settings.TPS_RETOURS):
        for fichier in dossier.iterdir() if dossier.is_dir() else ():
            if fichier.is_file():
                fichier.unlink()
    (settings.TPS_ENVOIS.parent / MEMOIRE).unlink(missing_ok=True)


class Envois:
    """What the province sends each week, reads each day, and corrects."""

    def __init__(
        self,
        gens: Mapping[Role, Utilisateur],
        *,
        fin: date,
        prevoir: Callable[[timedelta, Callable[[], None]], None],
    ) -> None:
        self.agent, self.ordonnateur = gens[Role.AGENT], gens[Role.ORDONNATEUR]
        self.comptable = gens[Role.COMPTABLE]
        self.fin, self.prevoir = fin, prevoir
        self.hasard = random.Random(1987)  # noqa: S311  (plausible, not secret)
        self.tresorerie = TresoreriePassee()
        self.rang = 0
        self.lus: set[str] = set()
        self.a_rembourser: set[int] = set()  # mandats whose transfer will be rejected

    def envoyer(self) -> None:
        """Correct what was refused, then send all that is signed, and the documents left."""
        self._corriger()
        signes = Bordereau.objects.filter(etat=EtatBordereau.SIGNE).order_by("exercice", "numero")
        for _, groupe in groupby(signes, lambda bordereau: bordereau.exercice_id):
            for flux in repartition.constituer(list(groupe), par=self.agent):
                self._transmettre(flux)
        for flux in repartition.constituer_documents(par=self.agent):
            self._transmettre(flux)
        for document in list(repartition.documents_refuses()):
            for flux in documents_refuses.renvoyer(document, par=self.agent):
                self._transmettre(flux)

    def relever(self) -> None:
        """Let the treasury work for a day, then read what it answered."""
        if self.rang and self.tresorerie.passer(timezone.localdate()):
            for fichier in settings.TPS_RETOURS.iterdir():
                if fichier.name not in self.lus:
                    self.lus.add(fichier.name)
                    dater(fichier)
            self._constater(lire_retours())

    def _transmettre(self, flux: Flux) -> None:
        self.rang += 1
        self.tresorerie.planifier(self._plan(flux))
        transmettre(flux, par=self.agent)

    def _plan(self, flux: Flux) -> str:
        """Tell how long this flux takes, and what goes wrong in it."""
        depuis = self.fin - timezone.localdate()
        attentes = {
            "acquit": self.hasard.randint(0, 2),
            "prise_en_charge": self.hasard.randint(1, 5) if depuis > NON_VISES else 0,
            "paiement": self.hasard.randint(2, 11) if depuis > NON_PAYES else 0,
        }
        defauts = [
            f'acte = "retarder"\nreponse = "{reponse}"\npasses = {passes}'
            for reponse, passes in attentes.items()
            if passes
        ]
        if depuis <= NON_PAYES:  # it waits on the screens
            tue = "prise_en_charge" if depuis <= NON_VISES else "paiement"
            defauts.append(f'acte = "taire"\nreponse = "{tue}"')
        mandats = Piece.objects.filter(bordereau__lignes_flux__flux=flux)
        visee = mandats.order_by("-bordereau__numero", "numero").select_related("bordereau").first()
        if self.rang in AVARIES and visee is not None and visee.bordereau is not None:
            avarie = AVARIES[self.rang]
            defauts.append(avarie.format(b=visee.bordereau.numero, p=visee.numero))
            if "rejeter_paiement" in avarie:
                self.a_rembourser.add(visee.pk)
        nom = f'flux = "{flux.nom_fichier}"'
        return "\n".join(f"[[defaut]]\n{nom}\n{defaut}" for defaut in defauts)

    # --- Corrections ---------------------------------------------------------------------------
    def _corriger(self) -> None:
        """Issue again what was refused: what is not blamed as it was, the rest corrected."""
        for bordereau in Bordereau.objects.filter(etat=EtatBordereau.REFUSE).order_by("pk"):
            if reemission.epargnees(bordereau).exists():
                reemis = reemission.reemettre(bordereau, par=self.agent).bordereau
                if reemis is not None:
                    signer_bordereau(reemis, par=self.ordonnateur)
        for mandat in Piece.objects.filter(
            sens=SensPiece.DEPENSE,
            etat=EtatPiece.REJETEE,
            pk__in=Facture.objects.filter(etat=EtatFacture.REJETEE_TPS).values("mandat"),
        ).order_by("pk"):
            self._signer_seul(remandater(mandat, par=self.agent, motif=CORRIGE))

    def _signer_seul(self, mandat: Mandat) -> None:
        bordereau = creer_bordereau(
            sens=SensPiece.DEPENSE,
            pieces=[mandat.pk],
            date_emission=timezone.localdate(),
            par=self.agent,
        )
        signer_bordereau(bordereau, par=self.ordonnateur)

    def _constater(self, bilan: Bilan) -> None:
        """Let the comptable post the money that came back, then pay again."""
        reserves = Reserve.objects.filter(
            message__in=bilan.a_examiner, nature=Reserve.Nature.MONTANT
        )
        revenus = set(reserves.values_list("piece", flat=True))
        for mandat in Piece.objects.filter(pk__in=self.a_rembourser):
            if mandat.pk in revenus:
                self.a_rembourser.discard(mandat.pk)
                visa.constater_retour(
                    mandat,
                    montant=mandat.montant_ttc,
                    date_retour=timezone.localdate(),
                    motif=REVENUS,
                    par=self.comptable,
                )
                attente = timedelta(days=JOURS_AVANT_REPAIEMENT)
                self.prevoir(attente, lambda piece=mandat: self._payer(piece))  # type: ignore[misc]

    def _payer(self, mandat: Piece) -> None:
        jour = timezone.localdate()
        visa.payer(
            mandat,
            montant=reste_du(mandat),
            date_paiement=jour,
            reference=f"VIR-{jour:%y%m%d}",
            par=self.comptable,
        )
