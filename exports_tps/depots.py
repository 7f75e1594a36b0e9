"""PES_Aller that the finance software of the province made: checked, completed, signed, followed.

Such a file becomes a flux: its NomFic is never used again either, and it leaves, is proved and
answered as ours are. Nothing of it is posted: the ledger of the product knows only its own pièces.
"""

import re
import secrets
import tempfile
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, BinaryIO

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from exports_tps.constitution import numero_de_flux
from exports_tps.etapes import exiger_pouvoir
from exports_tps.horloge import exiger_apres
from exports_tps.limites import TAILLE, taille_maximale
from exports_tps.models import (
    DepotExterne,
    DocumentExterne,
    EtatFlux,
    Flux,
    LigneFlux,
    PieceExterne,
    ProfilExport,
    SignatureBordereau,
    Verdict,
    qualite,
)
from exports_tps.numeros_externes import exiger_inconnues
from exports_tps.pes.apposition import apposer, est_signe
from exports_tps.pes.lecture import PieceAller, Tete, lire_aller
from exports_tps.pes.messages import ErreurPES
from exports_tps.pes.pieces_jointes import FichePJ, PieceJointe, ReferenceComptable
from exports_tps.pes.recette import Titre
from exports_tps.pes.signature import Signature
from exports_tps.pes.verification import Lue
from exports_tps.pieces_jointes import nom_accepte
from exports_tps.presentables import verrouiller
from exports_tps.preuves import Occasion, Preuve, conserver, examiner
from exports_tps.projections import TYPE_PJ
from exports_tps.signataire_de_depot import enregistrer_signataire
from exports_tps.signature import QUALITE, ouvrir_cle
from exports_tps.signature_deposee import signataires_admis
from facturier.acces.models import Role, Utilisateur
from facturier.commun import fichiers
from facturier.commun.causes import cause
from facturier.commun.etats import ActeInterdit, TransitionInterdite, franchir
from facturier.grand_livre.models import Budget, Exercice, SensPiece

LOT = 1000
NOM = re.compile(r"[0-9A-Za-z][\w.-]{0,99}")  # NomFic, as a name of file anywhere
DOMAINES = {SensPiece.DEPENSE: "01", SensPiece.RECETTE: "02"}


def deposer_pes(fichier: BinaryIO, *, nom: str, par: Utilisateur) -> Flux:
    """Take a PES_Aller in, checked as ours are; return its flux, the same one for the same file.

    Args:
        fichier: at most the size of a flux; signed already by a person known here, who had the
            power to, or not.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: each message says what is wrong in the file, and where.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances dépose un fichier PES.")
    settings.DOCUMENTS_RACINE.mkdir(parents=True, exist_ok=True)
    try:
        range_ = _ranger(fichier)
    except fichiers.FichierTropLourd as refus:
        maximum = fichiers.taille_lisible(taille_maximale(timezone.now()))
        raise ValidationError(
            f"Le fichier dépasse {maximum}, le plus que prend un flux (paramètre {TAILLE}) : "
            "faites-le produire en plusieurs fichiers."
        ) from refus
    except fichiers.FichierRefuse as refus:
        raise ValidationError(str(refus)) from refus
    except OSError as erreur:
        raise ValidationError(f"Le fichier n’a pas pu être reçu : {cause(erreur)}.") from erreur
    if deja := DepotExterne.objects.filter(sha256=range_.sha256).select_related("flux").first():
        if deja.flux.etat == EtatFlux.EN_ERREUR:
            raise ValidationError(
                f"Ce fichier a été écarté ({deja.flux}) : déposez le fichier corrigé, que le "
                "logiciel financier produit sous un autre nom."
            )
        return deja.flux
    with fichiers.ouvrir(range_.sha256, settings.DOCUMENTS_RACINE) as contenu:
        try:
            signe = est_signe(contenu)
            preuve = _exiger_conforme(contenu, est_signe=signe)
            contenu.seek(0)
            return _enregistrer(contenu, range_.sha256, nom, preuve.signatures, par)
        except ErreurPES as erreur:
            raise ValidationError(str(erreur)) from erreur


def joindre_document(
    document: DocumentExterne, fichier: BinaryIO, *, nom: str, par: Utilisateur
) -> DocumentExterne:
    """Attach what a pièce refers to; once, and before the flux is completed.

    Raises:
        ActeInterdit, TransitionInterdite, ValidationError: see the message.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances joint un document.")
    _exiger_ouvert(document.flux)
    if document.est_present:
        raise ValidationError(f"« {document} » est déjà joint : il ne se remplace pas.")
    try:
        range_ = fichiers.ranger(
            fichier,
            racine=settings.DOCUMENTS_RACINE,
            taille_maximale=settings.TAILLE_MAXIMALE_DEPOT,
        )
    except fichiers.FichierRefuse as refus:
        raise ValidationError(str(refus)) from refus
    document.nom = nom_accepte(document.nom or nom, range_.type_mime)
    document.sha256, document.taille = range_.sha256, range_.taille
    document.type_mime = range_.type_mime
    document.joint_le, document.joint_par = timezone.now(), par
    document.save()
    return document


def ajouter_document(
    piece: PieceExterne, fichier: BinaryIO, *, nom: str, par: Utilisateur
) -> DocumentExterne:
    """Attach a document that its pièce does not refer to: it will name the pièce (RefCompta)."""
    _exiger_ouvert(piece.flux)
    document = DocumentExterne(
        flux=piece.flux, piece=piece, identifiant=secrets.token_hex(16), est_inclus=False
    )
    return joindre_document(document, fichier, nom=nom, par=par)


@transaction.atomic
def signer_depot(flux: Flux, *, par: Utilisateur, empreinte_lue: str = "") -> Flux:
    """Sign each bordereau of a file that was dropped unsigned, once its circuit is gone through.

    Args:
        empreinte_lue: digest of what `par` was shown; what is signed must be just that.

    Raises:
        ActeInterdit: `par` is not ordonnateur, or his délégation does not reach a bordereau of it.
        TransitionInterdite: signed already, or a visa is missing.
        ValidationError: the key cannot be opened, what is signed would be rejected, or the clock
            was set back.
    """
    depot = verrouiller(flux.depot_externe)
    pouvoir = exiger_pouvoir(depot, par)
    if empreinte_lue not in ("", depot.sha256):
        raise ValidationError("Ce n’est pas le fichier que vous avez lu : relisez-le, puis signez.")
    moment = timezone.now().replace(microsecond=0)
    exiger_apres(moment, depot.depose_le, f"le fichier {depot.nom} a été déposé")
    signature = Signature(
        signataire=ouvrir_cle(), signee_le=moment, role=qualite(par, pouvoir)[:QUALITE]
    )
    range_, _ = _ecrire(depot.sha256, signature=signature)
    SignatureBordereau.objects.create(
        depot=depot,
        par=par,
        delegation=pouvoir,
        jour=timezone.localdate(moment),
        empreinte=depot.sha256,
    )
    dite = qualite(par, pouvoir) if pouvoir else ""
    franchir(depot.flux, "signer_depot", par=par, motif=dite)
    DepotExterne.objects.filter(pk=depot.pk).update(sha256_signe=range_.sha256)
    flux.refresh_from_db()
    flux.depot_externe.refresh_from_db()
    return flux


def completer_depot(flux: Flux, *, par: Utilisateur) -> Flux:
    """Add the documents attached, check the whole, and make the flux ready to leave.

    Raises:
        ActeInterdit: `par` is not finance staff.
        ValidationError: not signed yet, a document is missing, or the file would be rejected.
    """
    if not par.a_role(Role.AGENT):
        raise ActeInterdit("Seul un agent des finances constitue un flux.")
    _exiger_ouvert(flux)
    depot = flux.depot_externe
    if not (depot.est_signe or depot.sha256_signe):
        raise ValidationError("L’ordonnateur n’a pas encore signé ce fichier.")
    if manquants := documents_manquants(flux):
        cites = ", ".join(str(document) for document in manquants[:5])
        raise ValidationError(f"Documents à joindre d’abord : {cites}.")
    range_, preuve = _ecrire(depot.empreinte, pieces_jointes=list(_pieces_jointes(flux)))
    with transaction.atomic():
        franchir(flux, "controler", par=par, sha256=range_.sha256, taille=range_.taille)
        conserver(flux, preuve, sha256=range_.sha256, occasion=Occasion.CONSTITUTION, par=par)
    return flux


def documents_manquants(flux: Flux) -> list[DocumentExterne]:
    """Return the documents that the pièces refer to, and that nothing carries or carried."""
    attendus = list(flux.documents_externes.filter(est_inclus=False, sha256=""))
    return [d for d in attendus if d.identifiant not in _deja_envoyes(attendus, flux)]


# --- Taking in --------------------------------------------------------------------------------
@transaction.atomic
def _enregistrer(
    contenu: BinaryIO, sha256: str, nom: str, signatures: Sequence[Lue], par: Utilisateur
) -> Flux:
    tete, elements = lire_aller(contenu)
    budget = _budget(tete)
    nom_fichier = tete.nom_fichier or ""
    if not NOM.fullmatch(nom_fichier):
        raise ValidationError(
            f"NomFic « {nom_fichier} » ne peut pas nommer un fichier : lettres, chiffres, tiret, "
            "point et soulignement seulement."
        )
    if Flux.objects.filter(
        code_collectivite=budget.code_collectivite, nom_fichier=nom_fichier
    ).exists():
        raise ValidationError(
            f"NomFic « {nom_fichier} » a déjà servi : la Trésorerie confondrait les réponses. "
            "Faites produire le fichier sous un autre nom."
        )
    pieces: list[PieceExterne] = []
    references: dict[str, tuple[int, str]] = {}
    inclus: dict[str, str] = {}
    for element in elements:
        if isinstance(element, PieceAller):
            _noter_references(references, element.piece, len(pieces))
            pieces.append(_piece(element))
        else:
            inclus[element.identifiant_unique] = element.nom
    flux = _ouvrir(budget, nom_fichier, pieces, par)
    depot = DepotExterne.objects.create(
        flux=flux,
        nom=nom[:255],
        sha256=sha256,
        est_signe=bool(signatures),
        depose_le=timezone.now(),
        par=par,
    )
    for piece in pieces:
        piece.flux = flux
    exiger_inconnues(budget, pieces)
    PieceExterne.objects.bulk_create(pieces, batch_size=LOT)
    _enregistrer_documents(flux, pieces, references, inclus)
    if signatures:
        enregistrer_signataire(depot, signatures)
    return flux


def _budget(tete: Tete) -> Budget:
    budget = Budget.objects.filter(
        code_collectivite=tete.code_collectivite or "", code_budget=tete.code_budget or ""
    ).first()
    if budget is None:
        raise ValidationError(
            f"La collectivité « {tete.code_collectivite} », budget « {tete.code_budget} », n’est "
            "pas gérée ici."
        )
    return budget


def _ouvrir(budget: Budget, nom: str, pieces: Sequence[PieceExterne], par: Utilisateur) -> Flux:
    if not pieces:
        raise ValidationError("Ce fichier ne contient aucun mandat ni titre.")
    annee = max(piece.exercice for piece in pieces)
    if not Exercice.objects.filter(pk=annee).exists():
        raise ValidationError(f"L’exercice {annee} n’est pas ouvert ici.")
    flux = Flux.objects.create(
        exercice_id=annee,
        budget=budget,
        profil=ProfilExport.PES_V2,
        numero=numero_de_flux(),
        code_collectivite=budget.code_collectivite,
        nom_fichier=nom,
        constitue_le=timezone.now().replace(microsecond=0),
    )
    flux.passages.create(acte="deposer", depart="", arrivee=flux.etat, par=par)
    return flux


def _piece(element: PieceAller) -> PieceExterne:
    piece, tete = element.piece, element.bordereau
    est_titre = isinstance(piece, Titre)
    premiers: Any = piece.lignes[0].tiers if piece.lignes else None
    tiers = premiers[0] if isinstance(premiers, tuple) and premiers else premiers
    return PieceExterne(
        sens=SensPiece.RECETTE if est_titre else SensPiece.DEPENSE,
        exercice=tete.exercice,
        bordereau=tete.numero,
        type_bordereau=tete.type,
        numero=piece.numero,
        nom_tiers=" ".join(filter(None, (tiers.nom, tiers.prenom)))[:120] if tiers else "",
        objet=(piece.objet or "")[:160],
        code_service=piece.code_service or "",
        montant_ttc=int(sum(li.montant_ht + (li.montant_tva or 0) for li in piece.lignes)),
    )


def _noter_references(references: dict[str, tuple[int, str]], piece: Any, rang: int) -> None:
    """Keep the electronic documents that a pièce refers to, and the first pièce that does."""
    for reference in (*piece.references_pj, *(r for li in piece.lignes for r in li.references_pj)):
        if reference.support == "01":
            references.setdefault(reference.identifiant_unique, (rang, reference.nom or ""))


def _enregistrer_documents(
    flux: Flux,
    pieces: Sequence[PieceExterne],
    references: dict[str, tuple[int, str]],
    inclus: dict[str, str],
) -> None:
    nouveaux = [
        DocumentExterne(
            flux=flux,
            identifiant=identifiant,
            nom=(inclus.get(identifiant) or nom)[:100],
            piece=pieces[rang],
            est_inclus=identifiant in inclus,
        )
        for identifiant, (rang, nom) in references.items()
    ]
    nouveaux += [
        DocumentExterne(flux=flux, identifiant=identifiant, nom=nom[:100], est_inclus=True)
        for identifiant, nom in inclus.items()
        if identifiant not in references
    ]
    repetes = _deja_envoyes([d for d in nouveaux if d.est_inclus], flux)
    if repetes:
        raise ValidationError(
            f"Identifiants de documents déjà employés : {', '.join(sorted(repetes)[:5])}. Un "
            "IdUnique ne sert qu’une fois."
        )
    DocumentExterne.objects.bulk_create(nouveaux, batch_size=LOT)


def _deja_envoyes(documents: Sequence[DocumentExterne], flux: Flux) -> set[str]:
    """Return the identifiers that a flux already carried, ours or another file's."""
    identifiants = {document.identifiant for document in documents}
    notres = LigneFlux.objects.filter(
        justificatif__identifiant__in=identifiants, liberee_le=None
    ).values_list("justificatif__identifiant", flat=True)
    autres = DocumentExterne.objects.filter(identifiant__in=identifiants).exclude(
        flux__etat__in=[EtatFlux.EN_ERREUR, EtatFlux.REFUSE]
    )
    refuses = Verdict.objects.filter(
        message__flux=OuterRef("flux"),
        portee=Verdict.Portee.JUSTIFICATIF,
        identifiant=OuterRef("identifiant"),
        decision=Verdict.Decision.REFUSE,
    )
    portes = autres.exclude(flux=flux).exclude(est_inclus=False, sha256="")
    acceptes = portes.exclude(Exists(refuses)).values_list("identifiant", flat=True)
    return set(notres) | set(acceptes)


# --- Writing ----------------------------------------------------------------------------------
def _ecrire(
    sha256: str,
    *,
    signature: Signature | None = None,
    pieces_jointes: Sequence[PieceJointe] = (),
) -> tuple[fichiers.FichierRange, Preuve]:
    """Complete a stored file, check the result, store it.

    Returns:
        What is stored, and what the check read of its signatures.

    Raises:
        ValidationError: it would be rejected, or the archive takes no more.
    """
    try:
        with (
            tempfile.TemporaryFile(dir=settings.DOCUMENTS_RACINE) as sortie,
            fichiers.ouvrir(sha256, settings.DOCUMENTS_RACINE) as source,
        ):
            apposer(source, sortie, signature=signature, pieces_jointes=pieces_jointes)
            preuve = _exiger_conforme(sortie, est_signe=True)
            sortie.seek(0)
            range_ = _ranger(sortie)
    except fichiers.FichierRefuse as refus:
        raise ValidationError(
            f"Une fois complété, ce fichier ne peut pas partir. {refus} Allégez ses documents, ou "
            "faites-le produire en plusieurs fichiers."
        ) from refus
    except ErreurPES as erreur:
        raise ValidationError(str(erreur)) from erreur
    except OSError as erreur:
        raise ValidationError(
            f"Le fichier n’a pas pu être écrit dans les archives : {cause(erreur)}."
        ) from erreur
    return range_, preuve


def _ranger(contenu: BinaryIO) -> fichiers.FichierRange:
    """Store what is to leave; FichierRefuse for more than the treasury takes."""
    limite = taille_maximale(timezone.now())
    return fichiers.ranger(contenu, racine=settings.DOCUMENTS_RACINE, taille_maximale=limite)


def _exiger_conforme(contenu: BinaryIO, *, est_signe: bool) -> Preuve:
    contenu.seek(0)
    preuve = examiner(
        contenu,
        sans_signature=not est_signe,
        signataires=signataires_admis() if est_signe else None,
    )
    if not preuve.est_intacte:
        raise ValidationError(["Ce fichier serait rejeté par la Trésorerie.", *preuve.anomalies])
    return preuve


def _pieces_jointes(flux: Flux) -> Iterator[PieceJointe]:
    """Yield the documents attached here; one that no pièce refers to names its own."""
    for document in flux.documents_externes.exclude(sha256="").select_related("piece"):
        piece = document.piece
        if piece is None:
            continue
        references = (
            ReferenceComptable(
                domaine=DOMAINES[SensPiece(piece.sens)],
                exercice=piece.exercice,
                type_objet=piece.type_bordereau,
                identifiant=str(piece.numero),
            ),
        )
        yield PieceJointe(
            fiche=FichePJ(
                identifiant_unique=document.identifiant,
                nom=document.nom,
                type=TYPE_PJ[SensPiece(piece.sens)],
                description="Document joint",
                references_comptables=references,
            ),
            ouvrir=partial(fichiers.ouvrir, document.sha256, settings.DOCUMENTS_RACINE),
            type_mime=document.type_mime,
        )


def _exiger_ouvert(flux: Flux) -> None:
    if flux.etat != EtatFlux.EN_CONSTITUTION:
        raise TransitionInterdite(f"{flux} est « {flux.get_etat_display()} » : il ne change plus.")


def est_externe(flux: Flux) -> bool:
    """Whether another program made the flux."""
    return DepotExterne.objects.filter(pk=flux.pk).exists()


def identifiants_de(flux: Flux) -> set[str]:
    """Return the references of the bordereaux of a file that another program made."""
    triplets = flux.pieces_externes.values_list("exercice", "sens", "bordereau").distinct()
    return {f"{exercice}-{sens[0].upper()}-{numero}" for exercice, sens, numero in triplets}


def documents_connus(flux: Flux) -> set[str]:
    """Return the identifiers of the documents that such a flux carries."""
    return {d.identifiant for d in flux.documents_externes.all() if d.est_present}


def chercher(
    budgets: Sequence[Budget], cles: set[tuple[str, int, int]]
) -> dict[tuple[str, int, int], PieceExterne]:
    """Find pièces that such files sent, by side, exercice and number; one query."""
    trouvees = PieceExterne.objects.filter(
        flux__budget__in=budgets,
        flux__transmis_le__isnull=False,
        exercice__in={exercice for _, exercice, _ in cles},
        numero__in={numero for *_, numero in cles},
    ).order_by("pk")
    return {(p.sens, p.exercice, p.numero): p for p in trouvees}
