"""Reading what the treasury answers: each file is stored raw, then applied once.

A message is applied in one transaction: killed half way, it is read again whole. The content of a
file is its identity, so that the same answer twice, under any name, changes nothing; a truncated
file is kept with its error, and is another message once it has changed.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from lxml import etree

from exports_tps.alertes import alerter
from exports_tps.application_acquit import appliquer_acquit
from exports_tps.application_retour import appliquer_retour
from exports_tps.messages import Etranger, Illisible, hors_format, par_lots
from exports_tps.models import EtatMessage, GenreMessage, MessageTPS, Releve
from exports_tps.pes.messages import ErreurPES
from exports_tps.reserves import (
    Reserves,
    citer,
    lever_l_empechement,
    noter_l_empechement,
)
from exports_tps.transmission import constater_envois
from exports_tps.transports import TransportEnPanne, est_entier, transport
from exports_tps.verdicts import pieces_inconnues
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.commun.etats import ActeInterdit, TransitionInterdite
from facturier.grand_livre.passation import EcritureRefusee

journal = structlog.get_logger(__name__)

GENRES = {
    "PES_ACQUIT": GenreMessage.ACQUIT,
    "PES_NonAcquit": GenreMessage.ACQUIT,
    "PES_Retour": GenreMessage.RETOUR,
}
APPLICATIONS: dict[str, Callable[..., None]] = {
    GenreMessage.ACQUIT: appliquer_acquit,
    GenreMessage.RETOUR: appliquer_retour,
}
ETRANGERS = (".ocr", ".ocre")  # of another circuit of the same relay: put aside, untouched (§7)
NAISSANCE = 600  # seconds in which who writes a file is expected to write something
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
        if message.reserves.ouvertes().exists():
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
    if reprendre:
        _recuperer(dossier or settings.TPS_RETOURS)
    etats = A_REPRENDRE if reprendre else {EtatMessage.RECU}
    for message in MessageTPS.objects.filter(etat__in=etats).order_by("pk"):
        bilan.noter(appliquer(message, par=acteur))  # RECU: left by a reading that was killed
    _lire_boite(dossier or settings.TPS_RETOURS, bilan, acteur)
    if bilan.a_examiner and not reprendre:
        alerter("reponses", {"messages": [(m, *citer(m)) for m in bilan.a_examiner]})
    return bilan


def _lire_boite(dossier: Path, bilan: Bilan, acteur: Utilisateur) -> None:
    pannes = 0
    for fichier, est_inchange in _inchanges(_fichiers(dossier)):
        if est_inchange:
            bilan.deja_lus.append(fichier.name)
            continue
        try:
            message, est_nouveau = recevoir(fichier)
        except OSError as erreur:
            bilan.refuses.append(_signaler(fichier, erreur))
            pannes += 1
            continue
        if message.etat == EtatMessage.RECU:
            bilan.noter(appliquer(message, par=acteur))
        elif est_nouveau:
            bilan.noter(message)  # refused at the door
        else:
            bilan.deja_lus.append(message.nom)
    derniere = Releve.objects.filter(adresse=str(dossier)[:300]).order_by("-pk").first()
    if derniere is not None and not derniere.est_reussie and not pannes:
        Releve.objects.create(faite_le=timezone.now(), adresse=derniere.adresse, est_reussie=True)


def relever() -> str:
    """Fetch what waits in a distant inbox; return why it could not be, in French, or nothing.

    A visit is recorded when it brings files, when it fails, and when it works again; a failure is
    told by mail once.
    """
    canal = transport()
    precedente = Releve.objects.filter(adresse=canal.adresse).order_by("-pk").first()
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


def _inchanges(fichiers_lus: Iterator[Path]) -> Iterator[tuple[Path, bool]]:
    """Yield files with whether a message of that name and size came after each was last written.

    Spares reading again, each minute, an inbox that the treasury never empties; one query for many
    files. What was received « later than now », by a clock since set back, spares nothing.
    """
    for lot in par_lots(fichiers_lus):
        recus = MessageTPS.objects.filter(
            nom__in=[fichier.name[:255] for fichier in lot], recu_le__lte=timezone.now()
        )
        derniers = {
            (nom, taille): recu_le
            for nom, taille, recu_le in recus.values_list("nom", "taille")
            .annotate(Max("recu_le"))
            .order_by()
        }
        for fichier in lot:
            etat = fichier.stat()
            recu_le = derniers.get((fichier.name[:255], etat.st_size))
            ecrit_le = datetime.fromtimestamp(etat.st_mtime, UTC)
            yield fichier, recu_le is not None and recu_le > ecrit_le


def recevoir(fichier: Path) -> tuple[MessageTPS, bool]:
    """Store a file as received; return its message, and whether it is new.

    One that is empty, or larger than any answer of the treasury, is not stored: its message says
    so, and it is left where it is.

    Raises:
        OSError: it cannot be read, or the store takes no more.
    """
    refus: dict[str, str] = {}
    with fichier.open("rb") as contenu:
        try:
            range_ = fichiers.ranger(
                contenu, racine=settings.DOCUMENTS_RACINE, taille_maximale=TAILLE_MAXIMALE
            )
            sha256, taille = range_.sha256, range_.taille
        except fichiers.FichierRefuse as raison:
            journal.warning("fichier_tps_refuse", nom=fichier.name, raison=str(raison))
            contenu.seek(0)
            sha256 = hashlib.file_digest(contenu, "sha256").hexdigest()
            taille = contenu.tell()
            refus = {"etat": EtatMessage.EN_ERREUR, "erreur": _refus(taille)}
    with transaction.atomic():
        message, est_nouveau = MessageTPS.objects.get_or_create(
            sha256=sha256, defaults={"nom": fichier.name[:255], "taille": taille, **refus}
        )
        if est_nouveau and refus:
            noter_l_empechement(message)
    return message, est_nouveau


def _refus(taille: int) -> str:
    mesure = f"fait {fichiers.taille_lisible(taille)}, plus qu’une réponse ne doit faire"
    return (
        f"Le fichier {mesure if taille else 'est vide'}. Il n’est ni gardé ni lu, et reste dans la "
        "boîte de réception ; demandez à la Trésorerie de l’envoyer de nouveau."
    )


def _recuperer(dossier: Path) -> None:
    """Receive again what was refused at the door and is still there: a limit may have moved."""
    for message in MessageTPS.objects.filter(etat=EtatMessage.EN_ERREUR):
        _retrouver(message, dossier)


def _retrouver(message: MessageTPS, dossier: Path) -> None:
    fichier = dossier / message.nom
    if not est_garde(message) and fichier.is_file():
        recevoir(fichier)


def est_garde(message: MessageTPS) -> bool:
    """Whether the content of a message was kept: not when it was refused at the door."""
    return fichiers.chemin(message.sha256, settings.DOCUMENTS_RACINE).exists()


def _signaler(fichier: Path, erreur: OSError) -> str:
    """Tell by mail, once a day for one cause, that a file cannot be received; return it."""
    detail = f"{fichier.name} : {cause(erreur)}"
    journal.warning("fichier_tps_illisible", nom=fichier.name, raison=str(erreur))
    adresse, maintenant = str(fichier.parent)[:300], timezone.now()
    deja = Releve.objects.filter(
        adresse=adresse, detail=detail, faite_le__gt=maintenant - timedelta(days=1)
    )
    if not deja.exists():
        releve = Releve.objects.create(
            faite_le=maintenant, adresse=adresse, est_reussie=False, detail=detail
        )
        alerter("releve", {"releve": releve})
    return detail


def appliquer(
    message: MessageTPS, *, par: Utilisateur, demande_par: Utilisateur | None = None
) -> MessageTPS:
    """Apply a message that was received, once; what prevents it is kept on the message.

    `par` carries the decisions of the comptable; `demande_par` asked for it to be tried again.
    """
    try:
        return _appliquer(message.pk, par, demande_par or par)
    except Etranger as raison:
        return _ecarter(message, EtatMessage.MIS_DE_COTE, raison)
    except fichiers.FichierIntrouvable:
        return message  # refused at the door: nothing of it was kept, its message says why
    except (Illisible, ErreurPES, EcritureRefusee) as raison:
        return _ecarter(message, EtatMessage.EN_ERREUR, raison)


@transaction.atomic
def _appliquer(cle: int, par: Utilisateur, demande_par: Utilisateur) -> MessageTPS:
    message = MessageTPS.objects.select_for_update(of=("self",)).get(pk=cle)
    if message.etat == EtatMessage.APPLIQUE:
        return message  # another worker was first
    message.genre = _genre(message)
    reserves = Reserves(message)
    APPLICATIONS[message.genre](message, reserves, par=par)
    reserves.noter(*pieces_inconnues(message), *hors_format(message))
    reserves.enregistrer()
    lever_l_empechement(message, par=demande_par)
    message.etat, message.applique_le, message.erreur = EtatMessage.APPLIQUE, timezone.now(), ""
    champs = ["genre", "etat", "applique_le", "flux", "erreur", "nombre_anomalies", "anomalies"]
    message.save(update_fields=champs)
    return message


def appliquer_de_nouveau(message: MessageTPS, *, par: Utilisateur) -> MessageTPS:
    """Try again a message that was set aside or could not be applied, as a reading does.

    Raises:
        ActeInterdit: `par` is not finance staff.
        TransitionInterdite: it is applied already.
        ValidationError: it cannot be applied yet, and why.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances applique de nouveau une réponse.")
    message = MessageTPS.objects.get(pk=message.pk)
    if message.etat not in A_REPRENDRE:
        raise TransitionInterdite("Cette réponse est déjà appliquée.")
    _retrouver(message, settings.TPS_RETOURS)
    repris = appliquer(message, par=Utilisateur.objects.systeme(), demande_par=par)
    if repris.etat != EtatMessage.APPLIQUE:
        raise ValidationError(f"Toujours impossible : {repris.erreur}")
    return repris


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
            raise Illisible(
                "Le fichier n’est pas un document XML, ou son début est abîmé : demandez à la "
                "Trésorerie de l’envoyer de nouveau."
            ) from erreur
    nom = etree.QName(racine).localname
    if nom not in GENRES:
        raise Etranger(f"« {nom} » n’est ni un acquittement ni un retour de la Trésorerie.")
    return GENRES[nom]


@transaction.atomic
def _ecarter(message: MessageTPS, etat: EtatMessage, raison: Exception) -> MessageTPS:
    journal.warning("message_tps_ecarte", nom=message.nom, etat=str(etat), raison=str(raison))
    message.etat, message.erreur = etat, str(raison)
    with suppress(Etranger, Illisible, fichiers.DocumentPerdu):
        message.genre = _genre(message)  # known even of what is not applied, if it can be read
    message.save(update_fields=["etat", "erreur", "genre"])
    if not message.nom.endswith(ETRANGERS):
        noter_l_empechement(message)
    return message


def _fichiers(dossier: Path) -> Iterator[Path]:
    """Yield the files of the inbox, whole ones only, by name; one just born may still be empty."""
    if not dossier.is_dir():
        return
    for fichier in sorted(dossier.iterdir()):
        if not est_entier(fichier.name) or not fichier.is_file():
            continue
        etat = fichier.stat()
        if etat.st_size or etat.st_mtime < timezone.now().timestamp() - NAISSANCE:
            yield fichier
