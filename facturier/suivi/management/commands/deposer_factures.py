"""manage.py deposer_factures: deposit every invoice file of a folder."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from facturier.acces.models import Utilisateur
from facturier.commun import ridet
from facturier.commun.commandes import CommandeMetier, MauvaisUsage
from facturier.suivi.depot_lot import deposer_dossier
from fournisseurs.models import Etablissement


class Command(CommandeMetier):
    """Dry by default: says what would be accepted or rejected."""

    help = (
        "Dépose les factures d’un dossier : PDF, Factur-X, UBL, CII ; ouvre un brouillon pour "
        "celles en photos JPEG, PNG ou HEIC (essai à blanc par défaut)"
    )

    def ajouter_arguments(self, parser: ArgumentParser) -> None:
        """Add the folder and `--executer`."""
        parser.add_argument("dossier", type=Path, help="dossier des fichiers à déposer")
        parser.add_argument(
            "--etablissement", metavar="RIDET", help="établissement émetteur des photos"
        )
        parser.add_argument("--executer", action="store_true", help="déposer pour de bon")

    def executer(self, **options: Any) -> dict[str, Any]:
        """Deposit file by file, tell the rejected ones on standard error."""
        dossier: Path = options["dossier"]
        if not dossier.is_dir():
            raise MauvaisUsage(f"Le dossier {dossier} n’existe pas.")
        emetteur = _etablissement(options["etablissement"])
        acceptes, brouillons, rejetes = [], [], []
        for sort in deposer_dossier(
            dossier,
            par=Utilisateur.objects.systeme(),
            executer=options["executer"],
            emetteur=emetteur,
        ):
            if sort.est_brouillon:
                brouillons.append({"fichier": sort.fichier, "facture": sort.facture})
            elif sort.est_accepte:
                acceptes.append(
                    {"fichier": sort.fichier, "numero": sort.numero, "facture": sort.facture}
                )
            else:
                rejetes.append({"fichier": sort.fichier, "motif": sort.motif})
                self.stderr.write(f"{sort.fichier} : {sort.motif}")
        return {
            "deposees": len(acceptes),
            "brouillons": len(brouillons),
            "rejetees": len(rejetes),
            "execute": options["executer"],
            "factures": acceptes,
            "a_completer": brouillons,
            "anomalies": rejetes,
        }

    def raconter(self, resultat: dict[str, Any]) -> None:
        """Tell the counts, and whether anything was deposited."""
        for facture in resultat["factures"]:
            self.stdout.write(f"{facture['fichier']} : facture {facture['numero']} acceptée")
        for brouillon in resultat["a_completer"]:
            self.stdout.write(f"{brouillon['fichier']} : brouillon à compléter sur le site")
        self.stdout.write(
            f"{resultat['deposees']} acceptées, {resultat['brouillons']} à compléter, "
            f"{resultat['rejetees']} rejetées."
        )
        if not resultat["execute"]:
            self.stdout.write(
                "Essai à blanc : rien n’est déposé. Ajoutez --executer pour le faire."
            )


def _etablissement(saisie: str | None) -> Etablissement | None:
    if saisie is None:
        return None
    try:
        trouve = Etablissement.objects.filter(ridet=ridet.normaliser(saisie)).first()
    except ridet.RidetInvalide as refus:
        raise MauvaisUsage(str(refus)) from None
    if trouve is None:
        raise MauvaisUsage(f"Le RIDET {saisie} n’est pas celui d’un fournisseur connu.")
    return trouve
