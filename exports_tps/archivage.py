"""Archives for the chambre territoriale des comptes: asked for, made, found again.

Kept at least as long as the parameter `conservation_comptable_annees` says after the exercice;
nothing in the product removes what was exchanged.
"""

import re
import tempfile
from datetime import date

import structlog
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.db.models import Q, QuerySet
from django.utils import timezone

from exports_tps.contenu_archive import ecrire_archive
from exports_tps.models import ArchiveTPS, Flux, MessageTPS, RecettePercue
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Bordereau, Exercice, Parametre, SensPiece
from facturier.grand_livre.presentations import pieces_des

journal = structlog.get_logger(__name__)
CONSERVATION = "conservation_comptable_annees"
SANS_LIMITE = 2**62  # bytes
REFERENCE = re.compile(r"(\d{4})-([DR])-(\d{1,7})")
SENS = {"D": SensPiece.DEPENSE, "R": SensPiece.RECETTE}


def fin_de_conservation(exercice: int) -> date:
    """Return the last day that the exchanges of an exercice must be kept."""
    fin = date(exercice, 12, 31)
    return fin.replace(year=exercice + Parametre.objects.entier(CONSERVATION, fin))


def demander_archive(
    *, exercice: int, par: Utilisateur, motif: str, references: str = ""
) -> ArchiveTPS:
    """Record that an archive is asked for, and by whom; `achever_archive` makes it.

    Args:
        references: bordereaux, such as 2026-D-12, apart by spaces or commas; empty for all.

    Raises:
        ActeInterdit: `par` is neither finance staff nor the comptable.
        ValidationError: unknown exercice or bordereau, nothing sent, no reason.
    """
    if not par.a_role(Role.AGENT, Role.COMPTABLE):
        raise ActeInterdit("Seul un agent des finances ou le comptable demande une archive.")
    if not Exercice.objects.filter(pk=exercice).exists():
        raise ValidationError(f"L’exercice {exercice} n’est pas connu.")
    if not motif.strip():
        raise ValidationError("Dites pour qui, ou pourquoi, cette archive est faite.")
    choisis = bordereaux_choisis(exercice, references)
    if not flux_a_archiver(exercice, choisis, est_entier=not references.strip()).exists():
        raise ValidationError("Rien n’a encore été transmis de ce qui est demandé.")
    return ArchiveTPS.objects.create(
        exercice_id=exercice,
        bordereaux=" ".join(sorted(b.reference for b in choisis)) if references.strip() else "",
        motif=motif.strip(),
        demandee_le=timezone.now().replace(microsecond=0),
        par=par,
        conserver_jusqu_au=fin_de_conservation(exercice),
    )


def achever_archive(archive: ArchiveTPS) -> ArchiveTPS:
    """Make the file of an archive; what prevents it is kept on its row, to be tried again."""
    if archive.achevee_le:
        return archive
    choisis = bordereaux_choisis(archive.exercice_id, archive.bordereaux)
    est_entier = not archive.bordereaux
    flux = flux_a_archiver(archive.exercice_id, choisis, est_entier=est_entier)
    messages = messages_a_archiver(flux, choisis, archive.exercice_id if est_entier else None)
    try:
        settings.DOCUMENTS_RACINE.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=settings.DOCUMENTS_RACINE) as fichier:
            ecrire_archive(archive, fichier, flux=flux, bordereaux=choisis, messages=messages)
            fichier.seek(0)
            range_ = fichiers.ranger(
                fichier, racine=settings.DOCUMENTS_RACINE, taille_maximale=SANS_LIMITE
            )
    except OSError as erreur:
        return _renoncer(archive, f"Le fichier n’a pas pu être écrit : {cause(erreur)}.")
    except (
        ImproperlyConfigured,
        fichiers.FichierAltere,
        fichiers.FichierIntrouvable,
    ) as erreur:
        return _renoncer(archive, str(erreur))
    archive.sha256, archive.taille = range_.sha256, range_.taille
    archive.nombre_flux, archive.nombre_messages = flux.count(), messages.count()
    archive.achevee_le, archive.erreur = timezone.now(), ""
    archive.save()
    return archive


def achever_archives() -> int:
    """Make the archives that wait: work lost with a killed worker is found again from its rows."""
    attente = ArchiveTPS.objects.filter(achevee_le=None).order_by("pk")
    return sum(1 for archive in attente if achever_archive(archive).achevee_le)


def bordereaux_choisis(exercice: int, references: str) -> QuerySet[Bordereau]:
    """Return the bordereaux named, or all those of the exercice that were sent.

    Raises:
        ValidationError: a reference is not one, or designates nothing of the exercice.
    """
    mots = [mot for mot in re.split(r"[\s,;]+", references) if mot]
    bordereaux = Bordereau.objects.filter(exercice=exercice)
    if not mots:
        envoyes = bordereaux.filter(lignes_flux__flux__transmis_le__isnull=False)
        return envoyes.distinct().order_by("sens", "numero")
    critere = Q()
    for mot in mots:
        trouve = REFERENCE.fullmatch(mot)
        if trouve is None or int(trouve[1]) != exercice:
            raise ValidationError(
                f"« {mot} » n’est pas un bordereau de {exercice} : écrivez {exercice}-D-12."
            )
        critere |= Q(sens=SENS[trouve[2]], numero=int(trouve[3]))
    choisis = bordereaux.filter(critere).order_by("sens", "numero")
    connus = {bordereau.reference for bordereau in choisis}
    if inconnus := sorted(set(mots) - connus):
        raise ValidationError(f"Bordereau inconnu : {', '.join(inconnus)}.")
    return choisis


def flux_a_archiver(
    exercice: int, choisis: QuerySet[Bordereau], *, est_entier: bool
) -> QuerySet[Flux]:
    """Return the flux sent that hold the bordereaux, or a document of theirs.

    The whole exercice also has those that another program made.
    """
    cles = choisis.order_by().values("pk")
    externes = Q(depot_externe__isnull=False) if est_entier else Q(pk=None)
    pieces = pieces_des(choisis).order_by().values("pk")
    documents = Q(lignes__justificatif__rattachements__piece__in=pieces)
    concernes = Flux.objects.filter(
        documents | externes | Q(lignes__bordereau__in=cles),
        exercice=exercice,
        transmis_le__isnull=False,
    )
    return Flux.objects.filter(pk__in=concernes.order_by().values("pk")).order_by("pk")


def messages_a_archiver(
    flux: QuerySet[Flux], choisis: QuerySet[Bordereau], exercice: int | None = None
) -> QuerySet[MessageTPS]:
    """Return the answers on these flux, and those that speak of a pièce of the bordereaux.

    A receipt before its titre (P503) goes with the titre that it settles. With an `exercice`, all
    that was applied while it ran comes too, be it a receipt without its titre or what says nothing
    new.
    """
    cles = choisis.order_by().values("pk")
    pieces = pieces_des(choisis).order_by().values("pk")
    titrees = Q(regularisations__titre__in=pieces, regularisations__annulation=None)
    recettes = RecettePercue.objects.filter(titrees | Q(exercice=exercice)).order_by()
    retenus = MessageTPS.objects.filter(
        Q(flux__in=flux.order_by().values("pk"))
        | Q(verdicts__bordereau__in=cles)
        | Q(verdicts__piece__in=pieces)
        | Q(verdicts__piece_externe__flux__in=flux.order_by().values("pk"))
        | Q(pk__in=recettes.values("message"))
        | (Q(applique_le__year=exercice) if exercice else Q())
    )
    return MessageTPS.objects.filter(pk__in=retenus.order_by().values("pk")).order_by("pk")


def _renoncer(archive: ArchiveTPS, raison: str) -> ArchiveTPS:
    journal.error("archive_impossible", archive=archive.pk, raison=raison)
    archive.erreur = raison
    archive.save(update_fields=["erreur"])
    return archive
