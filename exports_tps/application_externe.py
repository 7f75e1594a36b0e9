"""What the treasury answers to a file that another program made: verdicts, and no entry.

The same messages as for our flux; they are kept on the pièces of the file, and the flux ends when
each of its bordereaux has its verdict, in whatever number of answers.
"""

from collections.abc import Iterator

from django.db.models import Q

from exports_tps.cloture import refus_douteux
from exports_tps.depots import documents_connus, identifiants_de
from exports_tps.messages import par_lots
from exports_tps.models import EtatFlux, Flux, MessageTPS, Reserve, Verdict
from exports_tps.motifs import libelle_anomalie
from exports_tps.pes.acquit import ElementAcquit, ErreurAcquit
from exports_tps.pes.lecture import Tete
from exports_tps.reserves import Reserves
from exports_tps.verdicts import enregistrer_verdicts
from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir

SENS = {"5": "D", "6": "R"}
DOMAINE_PJ = "4"
ENSEMBLE = {"0", "1", "2", "99"}  # domains that speak of the file as a whole
SANS_VERDICT = (
    "L’acquittement ne porte aucun verdict lisible : rien n’est accepté ni refusé. Ouvrez le "
    "fichier, et demandez à la Trésorerie de l’envoyer de nouveau."
)
PREALABLES = {"1", "2", "3", "99"}  # passing them is not being accepted (§7)
Portee, Decision, Nature = Verdict.Portee, Verdict.Decision, Reserve.Nature


def appliquer_acquit_externe(
    message: MessageTPS,
    flux: Flux,
    tete: Tete,
    elements: Iterator[ElementAcquit],
    reserves: Reserves,
    *,
    par: Utilisateur,
) -> None:
    """Keep the verdicts of an acknowledgement; what is not understood goes to `reserves`."""
    bordereaux, documents = identifiants_de(flux), documents_connus(flux)
    nombre = 0
    for lot in par_lots(elements):
        nombre += len(lot)
        verdicts = (
            verdict
            for element in lot
            for verdict in _verdicts(message, flux, element, bordereaux, documents, reserves)
        )
        enregistrer_verdicts(message, verdicts)
    if nombre == 0 and tete.est_sans_acquit:
        enregistrer_verdicts(message, [_ensemble(message, flux, Decision.ACCEPTE, (), "")])
    elif nombre == 0:
        reserves.noter(Reserve(nature=Nature.INCOHERENT, texte=SANS_VERDICT))
    _conclure(flux, message, bordereaux, par)


def _verdicts(
    message: MessageTPS,
    flux: Flux,
    element: ElementAcquit,
    bordereaux: set[str],
    documents: set[str],
    reserves: Reserves,
) -> Iterator[Verdict]:
    if element.est_accepte is None:
        texte = illisible(element)
        reserves.noter(Reserve(nature=Nature.INCOHERENT, texte=texte))
        return
    if element.est_accepte and element.domaine in PREALABLES:
        return
    decision = Decision.ACCEPTE if element.est_accepte else Decision.REFUSE
    identifiant = element.identifiant_unique or ""
    if identifiant or element.domaine == DOMAINE_PJ:
        if identifiant not in documents:
            texte = f"Document {identifiant or 'sans identifiant'} : absent de ce flux."
            reserves.noter(Reserve(nature=Nature.INCONNU, texte=texte))
        yield _verdict(message, Portee.JUSTIFICATIF, identifiant, decision, element.erreurs)
        return
    designes = _designer(element, bordereaux)
    for reference in designes:
        yield _verdict(message, Portee.BORDEREAU, reference, decision, element.erreurs)
        yield from _details(message, flux, element, reference, decision)
    if not designes:
        yield from _sans_designer(message, flux, element, reserves)


def illisible(element: ElementAcquit) -> str:
    """Name an element of which one cannot read whether it is accepted."""
    objet = element.identifiant_unique or element.numero_bordereau or "sans numéro"
    return f"Verdict indéchiffrable (domaine {element.domaine}, {objet})."


def _sans_designer(
    message: MessageTPS, flux: Flux, element: ElementAcquit, reserves: Reserves
) -> Iterator[Verdict]:
    """Yield what is said of the file as a whole; what it says of nothing known is a reserve."""
    if element.domaine not in ENSEMBLE:
        numero = element.numero_bordereau or "sans numéro"
        texte = f"Bordereau {numero} : absent de ce flux."
        reserves.noter(Reserve(nature=Nature.INCONNU, texte=texte))
    elif doute := _doute(flux, element):
        reserves.noter(Reserve(nature=Nature.CONTRADICTION, texte=doute))
    else:
        decision = Decision.ACCEPTE if element.est_accepte else Decision.REFUSE
        yield _ensemble(message, flux, decision, element.erreurs, _libelle(element.erreurs))


def _doute(flux: Flux, element: ElementAcquit) -> str:
    """Say why a verdict on the whole file may be that of a second deposit; nothing otherwise."""
    if element.est_accepte:
        return ""
    codes = {erreur.code for erreur in element.erreurs if erreur.code}
    return refus_douteux(flux, _libelle(element.erreurs), codes)


def _designer(element: ElementAcquit, bordereaux: set[str]) -> list[str]:
    """Return the bordereaux that an element speaks of (both sides for a signature)."""
    cote = SENS.get(element.domaine)
    return sorted(
        reference
        for reference in bordereaux
        for exercice, sens, numero in [reference.split("-")]
        if numero == (element.numero_bordereau or "").lstrip("0")
        and element.exercice in (None, "", exercice)
        and cote in (None, sens)
    )


def _details(
    message: MessageTPS, flux: Flux, element: ElementAcquit, reference: str, decision: str
) -> Iterator[Verdict]:
    """Yield what is said of each pièce and line, then that the others follow their bordereau."""
    exercice, sens, bordereau = reference.split("-")
    pieces = {
        piece.numero: piece
        for piece in flux.pieces_externes.filter(exercice=int(exercice), bordereau=int(bordereau))
        if piece.sens[0].upper() == sens
    }
    dits: list[tuple[int, str, tuple[ErreurAcquit, ...]]] = []
    for detail in element.pieces:
        numero = int(detail.numero) if (detail.numero or "").isdecimal() else 0
        dits += [(numero, "", detail.erreurs)] if detail.erreurs else []
        dits += [(numero, ligne.numero or "", ligne.erreurs) for ligne in detail.lignes]
    suivantes = pieces.keys() - {numero for numero, *_ in dits}
    dits += [(numero, "", element.erreurs) for numero in sorted(suivantes)]
    for numero, ligne, erreurs in dits:
        connue = pieces.get(numero)
        nom = str(numero) if connue else f"Pièce {numero or 'illisible'} du bordereau {reference}"
        verdict = _verdict(message, Portee.PIECE, nom, decision, erreurs)
        verdict.piece_externe, verdict.ligne = connue, ligne
        yield verdict


def _verdict(
    message: MessageTPS,
    portee: str,
    identifiant: str,
    decision: str,
    erreurs: tuple[ErreurAcquit, ...],
) -> Verdict:
    return Verdict(
        message=message,
        portee=portee,
        identifiant=identifiant[:60],
        decision=decision,
        code=", ".join(e.code for e in erreurs if e.code)[:100],
        libelle=_libelle(erreurs),
    )


def _ensemble(
    message: MessageTPS, flux: Flux, decision: str, erreurs: tuple[ErreurAcquit, ...], libelle: str
) -> Verdict:
    verdict = _verdict(message, Portee.FLUX, flux.nom_fichier, decision, erreurs)
    verdict.libelle = libelle
    return verdict


def _libelle(erreurs: tuple[ErreurAcquit, ...]) -> str:
    return " ; ".join(filter(None, map(mots, erreurs)))


def mots(erreur: ErreurAcquit) -> str:
    """Return a reason in words, be it told by its code alone."""
    return libelle_anomalie(erreur.code or "", erreur.libelle or "")


def _conclure(flux: Flux, message: MessageTPS, bordereaux: set[str], par: Utilisateur) -> None:
    """End the flux once every bordereau is accepted or refused, by all the answers so far."""
    if flux.etat not in {EtatFlux.TRANSMIS, EtatFlux.ACQUITTE}:
        return
    portees = [Portee.FLUX, Portee.BORDEREAU, Portee.JUSTIFICATIF]
    dits = list(
        Verdict.objects.filter(Q(message=message) | Q(message__flux=flux), portee__in=portees)
        .values_list("portee", "identifiant", "decision")
        .distinct()
    )
    refuses = {i for p, i, d in dits if p == Portee.BORDEREAU and d == Decision.REFUSE}
    acceptes = {i for p, i, d in dits if p == Portee.BORDEREAU and d == Decision.ACCEPTE}
    entiers = {d for p, _, d in dits if p == Portee.FLUX}
    if Decision.REFUSE in entiers:
        refuses |= bordereaux - acceptes
    elif entiers:
        acceptes |= bordereaux - refuses
    if not bordereaux <= refuses | acceptes:
        return
    pj_refusee = any(p == Portee.JUSTIFICATIF and d == Decision.REFUSE for p, _, d in dits)
    _franchir(flux, bordereaux <= refuses, bool(refuses) or pj_refusee, par)


def _franchir(flux: Flux, est_refuse: bool, est_partiel: bool, par: Utilisateur) -> None:
    """Carry the flux where its verdicts lead; what is acknowledged already may only lose a part."""
    if est_partiel and not (est_refuse and flux.etat == EtatFlux.TRANSMIS):
        franchir(flux, "acquitter_en_partie", par=par)
    elif flux.etat == EtatFlux.TRANSMIS:
        franchir(flux, "refuser" if est_refuse else "acquitter", par=par)
