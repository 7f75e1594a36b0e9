"""Reading what the treasury answers: each file is stored raw, then applied once.

A message is applied in one transaction: killed half way, it is read again whole. The content of a
file is its identity, so that the same answer twice, under any name, changes nothing; a truncated
file is kept with its error, and is another message once it has changed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from lxml import etree

from exports_tps.alertes import alerter
from exports_tps.application_acquit import appliquer_acquit
from exports_tps.application_retour import appliquer_retour
from exports_tps.messages import Etranger, Illisible
from exports_tps.models import EtatMessage, GenreMessage, MessageTPS, Releve
from exports_tps.pes.messages import ErreurPES
from exports_tps.transmission import constater_envois
from exports_tps.transports import TransportEnPanne, est_entier, transport
from facturier.acces.models import Utilisateur
from facturier.commun import fichiers
from facturier.grand_livre.passation import EcritureRefusee

journal = structlog.get_logger(__name__)

GENRES = {
    "PES_ACQUIT": GenreMessage.ACQUIT,
    "PES_NonAcquit": GenreMessage.ACQUIT,
    "PES_Retour": GenreMessage.RETOUR,
}
APPLICATIONS: dict[str, Callable[..., list[str]]] = {
    GenreMessage.ACQUIT: appliquer_acquit,
    GenreMessage.RETOUR: appliquer_retour,
}
ETRANGERS = (".ocr", ".ocre")  # of another circuit of the same relay: put aside, untouched (§7)
TAILLE_MAXIMALE = 150 * 1024 * 1024  # bytes; the limit of a tiers de télétransmission (README §2)


A_REPRENDRE = {EtatMessage.RECU, EtatMessage.MIS_DE_COTE, EtatMessage.EN_ERREUR}


@dataclass(slots=True)
class Bilan:
    """What one reading of the inbox did: names of files."""

    appliques: list[str] = field(default_factory=list)
    deja_lus: list[str] = field(default_factory=list)
    mis_de_cote: list[str] = field(default_factory=list)
    en_erreur: list[str] = field(default_factory=list)
    refuses: list[str] = field(default_factory=list)
    a_examiner: list[MessageTPS] = field(default_factory=list)

    def noter(self, message: MessageTPS) -> None:
        """Count one message by what became of it."""
        if message.etat != EtatMessage.APPLIQUE and not message.nom.endswith(ETRANGERS):
            self.a_examiner.append(message)
        listes = {
            EtatMessage.APPLIQUE: self.appliques,
            EtatMessage.MIS_DE_COTE: self.mis_de_cote,
            EtatMessage.EN_ERREUR: self.en_erreur,
        }
        listes[EtatMessage(message.etat)].append(message.nom)


def lire_retours(
    dossier: Path | None = None, *, par: Utilisateur | None = None, reprendre: bool = False
) -> Bilan:
    """Read every file of the inbox, and apply those that were not.

    Args:
        dossier: by default `TPS_RETOURS`; hidden files and `*.part` are left alone.
        par: by default the system account.
        reprendre: try again the messages that were set aside or could not be applied.
    """
    acteur = par or Utilisateur.objects.systeme()
    bilan = Bilan()
    if dossier is None and (panne := relever()):
        bilan.refuses.append(panne)
    constater_envois(par=acteur)  # no answer may be read before what it answers is recorded
    etats = A_REPRENDRE if reprendre else {EtatMessage.RECU}
    for message in MessageTPS.objects.filter(etat__in=etats).order_by("pk"):
        bilan.noter(appliquer(message, par=acteur))  # RECU: left by a reading that was killed
    for fichier in _fichiers(dossier or settings.TPS_RETOURS):
        if _est_inchange(fichier):
            bilan.deja_lus.append(fichier.name)
            continue
        try:
            message, est_nouveau = recevoir(fichier)
        except (OSError, fichiers.FichierRefuse) as erreur:
            journal.warning("fichier_tps_refuse", nom=fichier.name, raison=str(erreur))
            bilan.refuses.append(f"{fichier.name} : {erreur}")
            continue
        if est_nouveau or message.etat == EtatMessage.RECU:
            bilan.noter(appliquer(message, par=acteur))
        else:
            bilan.deja_lus.append(message.nom)
    if bilan.a_examiner and not reprendre:
        alerter("reponses", {"messages": bilan.a_examiner})
    return bilan


def relever() -> str:
    """Fetch what waits in a distant inbox; return why it could not be, in French, or nothing.

    A visit is recorded when it brings files, when it fails, and when it works again; a failure is
    told by mail once.
    """
    canal = transport()
    precedente = Releve.objects.order_by("-pk").first()
    etait_reussie = precedente is None or precedente.est_reussie
    noms: list[str] = []
    detail = ""
    try:
        noms = canal.relever()
    except TransportEnPanne as panne:
        detail = str(panne)
    if noms or etait_reussie == bool(detail):
        releve = Releve.objects.create(
            faite_le=timezone.now(),
            adresse=canal.adresse,
            est_reussie=not detail,
            fichiers=len(noms),
            detail=detail,
        )
        if detail:
            alerter("releve", {"releve": releve})
    return f"Relève de {canal.adresse} : {detail}." if detail else ""


def _est_inchange(fichier: Path) -> bool:
    """Whether a message of this name and size was received after the file was last written.

    Spares reading again, each minute, an inbox that the treasury never empties. What was received
    « later than now », by a clock since set back, spares nothing.
    """
    etat = fichier.stat()
    ecrit_le = datetime.fromtimestamp(etat.st_mtime, UTC)
    return MessageTPS.objects.filter(
        nom=fichier.name[:255],
        taille=etat.st_size,
        recu_le__gt=ecrit_le,
        recu_le__lte=timezone.now(),
    ).exists()


def recevoir(fichier: Path) -> tuple[MessageTPS, bool]:
    """Store a file as received; return its message, and whether it is new.

    Raises:
        fichiers.FichierRefuse: the file is larger than any answer of the treasury.
    """
    with fichier.open("rb") as contenu:
        range_ = fichiers.ranger(
            contenu, racine=settings.DOCUMENTS_RACINE, taille_maximale=TAILLE_MAXIMALE
        )
    return MessageTPS.objects.get_or_create(
        sha256=range_.sha256,
        defaults={"nom": fichier.name[:255], "taille": range_.taille},
    )


def appliquer(message: MessageTPS, *, par: Utilisateur) -> MessageTPS:
    """Apply a message that was received, once; what prevents it is kept on the message."""
    try:
        return _appliquer(message.pk, par)
    except Etranger as raison:
        return _ecarter(message, EtatMessage.MIS_DE_COTE, raison)
    except (Illisible, ErreurPES, EcritureRefusee) as raison:
        return _ecarter(message, EtatMessage.EN_ERREUR, raison)


@transaction.atomic
def _appliquer(cle: int, par: Utilisateur) -> MessageTPS:
    message = MessageTPS.objects.select_for_update(of=("self",)).get(pk=cle)
    if message.etat == EtatMessage.APPLIQUE:
        return message  # another worker was first
    message.genre = _genre(message)
    reserves = APPLICATIONS[message.genre](message, par=par)
    message.etat, message.applique_le = EtatMessage.APPLIQUE, timezone.now()
    message.reserves, message.erreur = "\n".join(reserves), ""
    message.save(update_fields=["genre", "etat", "applique_le", "flux", "reserves", "erreur"])
    return message


def _genre(message: MessageTPS) -> GenreMessage:
    """Tell what a message is by its root element."""
    if message.nom.endswith(ETRANGERS):
        raise Etranger("Fichier d’un autre circuit (.ocr) : gardé de côté, sans être lu.")
    with fichiers.ouvrir(message.sha256, settings.DOCUMENTS_RACINE) as contenu:
        lecture = etree.iterparse(
            contenu, events=("start",), resolve_entities=False, no_network=True, load_dtd=False
        )
        try:
            _, racine = next(iter(lecture))
        except (etree.XMLSyntaxError, StopIteration) as erreur:
            raise Illisible(f"Le fichier n’est pas un document XML : {erreur}.") from erreur
    nom = etree.QName(racine).localname
    if nom not in GENRES:
        raise Etranger(f"« {nom} » n’est ni un acquittement ni un retour de la Trésorerie.")
    return GENRES[nom]


def _ecarter(message: MessageTPS, etat: EtatMessage, raison: Exception) -> MessageTPS:
    journal.warning("message_tps_ecarte", nom=message.nom, etat=str(etat), raison=str(raison))
    message.etat, message.erreur = etat, str(raison)
    message.save(update_fields=["etat", "erreur"])
    return message


def _fichiers(dossier: Path) -> Iterator[Path]:
    """Yield the files of the inbox, whole ones only, by name."""
    if not dossier.is_dir():
        return
    for fichier in sorted(dossier.iterdir()):
        if est_entier(fichier.name) and fichier.is_file() and fichier.stat().st_size:
            yield fichier
