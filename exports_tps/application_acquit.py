"""PES_ACQUIT: accepted or refused, element by element (pes_v2, §7).

Matching is lenient: name of the flux and code collectivité; when the code is missing, the name, and
the SIRET in the head or in that name. Acceptance may be partial; a bordereau that the message
leaves out waits for another one, unless the file as a whole is accepted or refused.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from django.utils import timezone

from exports_tps.application_externe import (
    ENSEMBLE,
    PREALABLES,
    SANS_VERDICT,
    appliquer_acquit_externe,
    illisible,
    mots,
)
from exports_tps.cloture import conclure_flux, refus_douteux
from exports_tps.decisions import reglees, rejeter
from exports_tps.depots import est_externe
from exports_tps.messages import Etranger, conclure_lecture, contenu, par_lots
from exports_tps.models import EtatFlux, Flux, LigneFlux, MessageTPS, Reserve, Verdict
from exports_tps.pes.acquit import DetailPiece, ElementAcquit, ErreurAcquit
from exports_tps.pes.lecture import Tete, lire_acquit
from exports_tps.reserves import Reserves
from exports_tps.verdicts import enregistrer_verdicts
from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir_lot
from facturier.grand_livre.models import Bordereau, EtatBordereau, Piece, RattachementPiece
from facturier.grand_livre.presentations import pieces_de

DOMAINE_PJ: Final = "4"
DEJA_TENU: Final = {"ERREUR_DOUBLON_BORDEREAU", "ERREUR_DOUBLON_PIECE"}
PJ_DEJA_RECUE: Final = "ERREUR_DOUBLON_PJ"
SIRET_SEUL: Final = (
    "Code de la collectivité (CodCol) absent ou illisible : la réponse est reconnue au nom du "
    "fichier et au SIRET (IdColl) qu’elle cite, ceux d’un envoi d’ici. Signalez-le à la Trésorerie."
)
SENS: Final = {"5": "depense", "6": "recette"}
Portee, Decision, Nature = Verdict.Portee, Verdict.Decision, Reserve.Nature


@dataclass(slots=True)
class Bilan:
    """What an acquittement said so far of one flux."""

    flux: Flux
    reserves: Reserves
    bordereaux: dict[tuple[int, int, str], Bordereau]
    acceptes: set[int] = field(default_factory=set)
    refuses: dict[int, str] = field(default_factory=dict)
    en_doute: set[int] = field(default_factory=set)  # refused as held already
    est_accepte: bool | None = None  # the file as a whole
    est_douteux: bool = False  # refused as a whole, perhaps for having been deposited twice
    motif: str = ""
    nombre: int = 0  # elements read
    documents_refuses: set[int] = field(default_factory=set)
    documents_tenus: set[int] = field(default_factory=set)  # refused as received already

    def noter(self, nature: Reserve.Nature, texte: str, **objet: Any) -> None:
        """Keep what a person must look at; `objet` is the bordereau or the document concerned."""
        self.reserves.noter(Reserve(nature=nature, texte=texte, **objet))

    def designer(self, element: ElementAcquit) -> list[Bordereau]:
        """Return the bordereaux that an element speaks of (both sides for a signature).

        None for a number that is missing or cannot be read: it is not guessed.
        """
        sens = SENS.get(element.domaine)
        if not (element.numero_bordereau or "").isdecimal():
            return []
        return [
            bordereau
            for (numero, exercice, cote), bordereau in self.bordereaux.items()
            if numero == int(element.numero_bordereau or 0)
            and element.exercice in (None, "", str(exercice))
            and sens in (None, cote)
        ]


def appliquer_acquit(message: MessageTPS, reserves: Reserves, *, par: Utilisateur) -> None:
    """Apply an acquittement; set `message.flux`; what could not be applied goes to `reserves`.

    Raises:
        Etranger: no flux of that name was sent, or it may be that of another collectivité.
        Illisible: the file is truncated.
    """
    with contenu(message) as fichier:
        tete, elements = lire_acquit(fichier)
        flux = _flux(tete)
        message.flux = flux
        if not tete.code_collectivite:
            reserves.noter(_sans_code(flux, tete))
        if est_externe(flux):
            appliquer_acquit_externe(message, flux, tete, elements, reserves, par=par)
            conclure_lecture(message, tete)
            return
        bilan = Bilan(flux, reserves, _bordereaux(flux))
        for lot in par_lots(elements):
            enregistrer_verdicts(message, _verdicts(message, bilan, lot))
        conclure_lecture(message, tete)
    if bilan.nombre == 0 and not tete.est_sans_acquit:
        bilan.noter(Nature.INCOHERENT, SANS_VERDICT)
        return
    if bilan.nombre == 0:
        bilan.est_accepte = True
        entier = Verdict(
            message=message,
            portee=Portee.FLUX,
            identifiant=flux.nom_fichier[:60],
            decision=Decision.ACCEPTE,
        )
        enregistrer_verdicts(message, [entier])
    _conclure(bilan, par)


def _flux(tete: Tete) -> Flux:
    """Find the flux that the head names.

    Raises:
        Etranger: it names none, there is none, or it never left.
    """
    if not tete.nom_fichier:
        raise Etranger(
            "Cet acquittement ne dit pas à quel flux il répond : il est coupé, ou abîmé. Demandez "
            "à la Trésorerie de l’envoyer de nouveau."
        )
    candidats = Flux.objects.filter(nom_fichier=tete.nom_fichier, transmis_le__isnull=False)
    if tete.code_collectivite:
        candidats = candidats.filter(code_collectivite=tete.code_collectivite)
    elif siens := candidats.filter(budget__identifiant_collectivite=tete.identifiant_collectivite):
        candidats = siens
    flux = candidats.select_for_update(of=("self",)).order_by("-pk").first()
    if flux is None:
        raise Etranger(
            f"Aucun flux « {tete.nom_fichier} » de la collectivité "
            f"« {tete.code_collectivite or 'non précisée'} » n’a été envoyé d’ici."
        )
    return flux


def _sans_code(flux: Flux, tete: Tete) -> Reserve:
    """Return what is to be looked at in an answer that does not say its collectivité.

    Raises:
        Etranger: its SIRET is another one, or nothing but a name says whose it is.
    """
    siret, dit = flux.budget.identifiant_collectivite, tete.identifiant_collectivite
    if dit == siret:
        return Reserve(nature=Nature.FORMAT, texte=SIRET_SEUL)  # told once, whatever the flux
    if dit:
        raise Etranger(
            f"Cet acquittement porte le nom de {flux}, sans code de collectivité lisible, et le "
            f"SIRET {dit} au lieu de {siret} : il est peut-être d’une autre collectivité. Rien "
            "n’est appliqué ; demandez à la Trésorerie à qui il répond."
        )
    if siret not in flux.nom_fichier:
        raise Etranger(
            f"Cet acquittement porte le nom de {flux}, mais ne dit lisiblement ni le code de sa "
            "collectivité ni son SIRET : rien ne prouve qu’il réponde à la nôtre. Rien n’est "
            "appliqué ; demandez à la Trésorerie de l’envoyer de nouveau, complet."
        )
    parti_le = timezone.localtime(flux.transmis_le)
    return Reserve(
        nature=Nature.INCOHERENT,
        texte=f"{flux}, envoyé le {parti_le:%d/%m/%Y} : cette réponse ne dit lisiblement ni le "
        "code de sa collectivité (CodCol) ni son SIRET (IdColl). Elle est appliquée parce que le "
        f"nom de fichier qu’elle cite, {flux.nom_fichier}, est le sien et contient le SIRET "
        f"{siret}. Avant de vous y fier, comparez avec ce flux les numéros de bordereau et les "
        "documents qu’elle nomme, et sa date : s’ils diffèrent, appelez la Trésorerie.",
    )


def _bordereaux(flux: Flux) -> dict[tuple[int, int, str], Bordereau]:
    return {
        (b.numero, b.exercice_id, b.sens): b
        for b in Bordereau.objects.filter(lignes_flux__flux=flux).order_by("pk")
    }


def _verdicts(
    message: MessageTPS, bilan: Bilan, elements: list[ElementAcquit]
) -> Iterator[Verdict]:
    documents = _documents(bilan.flux, elements)
    bilan.nombre += len(elements)
    for element in elements:
        motif = _motif(element.erreurs)
        if element.est_accepte is None:  # read leniently: what is not understood decides nothing
            bilan.noter(Nature.INCOHERENT, illisible(element))
            continue
        decision = Decision.ACCEPTE if element.est_accepte else Decision.REFUSE
        commun = {"message": message, "decision": decision, "code": _codes(element.erreurs)}
        if element.identifiant_unique or element.domaine == DOMAINE_PJ:
            cle = documents.get(element.identifiant_unique or "")
            if not element.est_accepte:
                _noter_document(bilan, cle, element, motif)
            yield Verdict(
                **commun,
                portee=Portee.JUSTIFICATIF,
                identifiant=element.identifiant_unique or "",
                justificatif_id=cle,
                libelle=motif,
            )
        elif designes := bilan.designer(element):
            for bordereau in designes:
                yield from _verdicts_bordereau(commun, bilan, bordereau, element)
        elif element.domaine not in ENSEMBLE:
            bilan.noter(Nature.INCONNU, _sans_bordereau(element, motif))
        else:
            _noter_ensemble(bilan, element, motif)
            yield Verdict(
                **commun,
                portee=Portee.FLUX,
                identifiant=bilan.flux.nom_fichier[:60],
                libelle=motif,
            )


def _sans_bordereau(element: ElementAcquit, motif: str) -> str:
    if element.numero_bordereau:
        numero = element.numero_bordereau
        return f"Bordereau {numero} (domaine {element.domaine}) : absent de ce flux."
    verdict = "accepte" if element.est_accepte else "refuse"
    cause = f" ({motif})" if motif else ""
    return (
        f"Domaine {element.domaine} : la Trésorerie {verdict} sans dire quel bordereau{cause}. "
        "Rien n’est appliqué ; demandez-lui lequel."
    )


def _documents(flux: Flux, elements: list[ElementAcquit]) -> dict[str, int]:
    """Map the identifiers told to the documents of the flux, in one query."""
    identifiants = {e.identifiant_unique for e in elements if e.identifiant_unique}
    lignes = LigneFlux.objects.filter(flux=flux, justificatif__identifiant__in=identifiants)
    return dict(lignes.values_list("justificatif__identifiant", "justificatif_id"))


def _noter_document(bilan: Bilan, cle: int | None, element: ElementAcquit, motif: str) -> None:
    """Take the refusal of a document: it is free to be sent again, unless it was received."""
    nom = f"Document {element.identifiant_unique or 'sans identifiant'}"
    if cle is None:
        cause = f" ({motif})" if motif else ""
        bilan.noter(
            Nature.INCONNU,
            f"{nom} : refusé par la Trésorerie{cause}, mais absent de ce flux ; demandez-lui "
            "lequel.",
        )
    elif any(erreur.code == PJ_DEJA_RECUE for erreur in element.erreurs):
        bilan.documents_tenus.add(cle)
        texte = f"{nom} : la Trésorerie l’a déjà reçu ; il n’est pas renvoyé."
        bilan.noter(Nature.DOCUMENT, texte, justificatif_id=cle)
    else:
        bilan.documents_refuses.add(cle)


def _noter_ensemble(bilan: Bilan, element: ElementAcquit, motif: str) -> None:
    """Take a verdict on the file as a whole; one refusal prevails.

    That its signature is good accepts nothing yet.
    """
    if element.est_accepte and element.domaine in PREALABLES:
        return
    if element.est_accepte:
        bilan.est_accepte = bilan.est_accepte is not False
    elif doute := refus_douteux(bilan.flux, motif, _tous_les_codes(element)):
        bilan.noter(Nature.CONTRADICTION, doute)
        bilan.est_douteux = True
    else:
        bilan.est_accepte = False
        bilan.motif = bilan.motif or motif


def _verdicts_bordereau(
    commun: dict[str, object], bilan: Bilan, bordereau: Bordereau, element: ElementAcquit
) -> Iterator[Verdict]:
    details = list(_details(element.pieces))
    motif = _motif(element.erreurs) or " ; ".join(libelle for *_, libelle in details[:5])
    if element.est_accepte:
        if element.domaine not in PREALABLES:
            bilan.acceptes.add(bordereau.pk)
    elif DEJA_TENU & _tous_les_codes(element):
        bilan.en_doute.add(bordereau.pk)
        bilan.noter(
            Nature.CONTRADICTION,
            f"{bordereau} : la Trésorerie dit l’avoir déjà ({motif}). Il n’est pas refusé ici, ses "
            "pièces seraient payées deux fois ; voyez avec elle ce qu’elle tient.",
            bordereau=bordereau,
        )
    else:
        bilan.refuses[bordereau.pk] = motif or "Bordereau refusé par la Trésorerie."
    yield Verdict(
        **commun,
        portee=Portee.BORDEREAU,
        identifiant=bordereau.reference,
        bordereau=bordereau,
        libelle=motif,
    )
    numeros = {int(numero) for numero, *_ in details if numero.isdecimal()}
    cles = dict(pieces_de(bordereau).filter(numero__in=numeros).values_list("numero", "pk"))
    for numero, ligne, code, libelle in details:
        cle = cles.get(int(numero)) if numero.isdecimal() else None
        nom = numero if cle else f"Pièce {numero or 'illisible'} du bordereau {bordereau.reference}"
        yield Verdict(
            **{**commun, "code": code},
            portee=Portee.PIECE,
            identifiant=nom[:60],
            bordereau=bordereau,
            piece_id=cle,
            ligne=ligne,
            libelle=libelle,
        )


def _details(pieces: tuple[DetailPiece, ...]) -> Iterator[tuple[str, str, str, str]]:
    """Yield number of pièce, of line, code and label of each reason."""
    for piece in pieces:
        for erreur in piece.erreurs:
            yield piece.numero or "", "", erreur.code or "", mots(erreur)
        for ligne in piece.lignes:
            for erreur in ligne.erreurs:
                yield (
                    piece.numero or "",
                    ligne.numero or "",
                    erreur.code or "",
                    mots(erreur),
                )


def _tous_les_codes(element: ElementAcquit) -> set[str]:
    """Return the codes of the errors of an element, of its pièces and of their lines."""
    erreurs = [*element.erreurs]
    for piece in element.pieces:
        erreurs += piece.erreurs
        erreurs += [erreur for ligne in piece.lignes for erreur in ligne.erreurs]
    return {erreur.code for erreur in erreurs if erreur.code}


def _motif(erreurs: tuple[ErreurAcquit, ...]) -> str:
    return " ; ".join(filter(None, map(mots, erreurs)))


def _codes(erreurs: tuple[ErreurAcquit, ...]) -> str:
    return ", ".join(erreur.code for erreur in erreurs if erreur.code)[:100]


# --- Consequences -----------------------------------------------------------------------------
def _conclure(bilan: Bilan, par: Utilisateur) -> None:
    """Carry bordereaux, pièces, documents and flux where the verdicts lead."""
    tous = {bordereau.pk for bordereau in bilan.bordereaux.values()}
    reste = tous - bilan.acceptes - bilan.refuses.keys() - bilan.en_doute
    if bilan.est_accepte is False:
        bilan.refuses |= dict.fromkeys(reste, bilan.motif or "Flux refusé par la Trésorerie.")
    elif bilan.est_accepte:
        bilan.acceptes |= reste
    acceptables = bilan.acceptes - bilan.refuses.keys() - bilan.en_doute
    franchir_lot(Bordereau, acceptables, "accepter", par=par)
    _refuser(bilan, par)
    _relever_contradictions(bilan, acceptables)
    _dire_refus_tardifs(bilan)
    if not bilan.est_douteux:
        conclure_flux(
            bilan.flux,
            par=par,
            a_refus_pj=bool(bilan.documents_refuses),
            est_refuse=bilan.est_accepte is False,
        )


def _relever_contradictions(bilan: Bilan, acceptes: set[int]) -> None:
    """Tell the bordereaux that an earlier answer carried to the contrary."""
    for bordereau in Bordereau.objects.filter(pk__in=bilan.refuses, etat=EtatBordereau.ACCEPTE):
        texte = f"{bordereau} : refusé après avoir été accepté ; à vérifier."
        bilan.noter(Nature.CONTRADICTION, texte, bordereau=bordereau)
    for bordereau in Bordereau.objects.filter(pk__in=acceptes, etat=EtatBordereau.REFUSE):
        bilan.noter(
            Nature.CONTRADICTION,
            f"{bordereau} : accepté après avoir été refusé. Ses pièces, hors titres déjà réglés, "
            "sont rejetées et contrepassées ; avant de les émettre de nouveau, voyez avec la "
            "Trésorerie si elle les paie.",
            bordereau=bordereau,
        )


def _dire_refus_tardifs(bilan: Bilan) -> None:
    """Name the documents refused once the flux had its verdicts, with the pièces they prove."""
    if bilan.flux.etat == EtatFlux.TRANSMIS or not bilan.documents_refuses:
        return
    liens = RattachementPiece.objects.filter(justificatif__in=bilan.documents_refuses)
    for lien in liens.select_related("justificatif", "piece").order_by("pk"):
        bilan.noter(
            Nature.DOCUMENT,
            f"{lien.justificatif}, joint à {lien.piece} : refusé après l’acquittement du flux ; il "
            "est à remplacer, ou à envoyer de nouveau.",
            justificatif=lien.justificatif,
            piece=lien.piece,
        )


def _refuser(bilan: Bilan, par: Utilisateur) -> None:
    """Refuse bordereaux: their pièces are rejected, what they held may be sent again."""
    refuses = franchir_lot(Bordereau, bilan.refuses, "refuser", par=par, motifs=bilan.refuses)
    pieces = Piece.objects.filter(bordereau__in=refuses).values_list("pk", "bordereau")
    motifs = {pk: bilan.refuses[bordereau] for pk, bordereau in pieces if bordereau}
    rejeter(motifs, date_rejet=timezone.localdate(), par=par)
    for cle, texte in reglees(motifs).items():
        bilan.noter(Nature.CONTRADICTION, texte, piece_id=cle)
    lignes = bilan.flux.lignes.filter(liberee_le=None)
    maintenant = timezone.now()
    lignes.filter(justificatif__in=bilan.documents_refuses).update(liberee_le=maintenant)
    if bilan.est_accepte is False:
        documents = lignes.filter(justificatif__isnull=False)
        documents.exclude(justificatif__in=bilan.documents_tenus).update(liberee_le=maintenant)
