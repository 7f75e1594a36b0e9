"""Deposit of an invoice: what is checked, and the act that starts the délai de mandatement.

The checks are those the desk would make (domaine: mandatory mentions, TGC by rate, duplicates),
run before the invoice leaves the supplier's hands and said in its words.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, BinaryIO

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir
from facturier.commun.fichiers import FichierRefuse
from facturier.commun.montants import afficher, appliquer_taux
from facturier.commun.ridet import afficher as afficher_ridet
from facturier.grand_livre.models import Parametre
from facturier.suivi.brouillon import commencer, exiger_droit, joindre, remplir
from facturier.suivi.models import Facture, PrevisionPaiement, RepartitionTaxe, TypeAvis
from facturier.suivi.notifications import prevenir
from facturier.suivi.prevision import prevoir
from facturier.suivi.saisie import saisie_du_brouillon
from fournisseurs.models import Etablissement

ALPHABET_CODE = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # without the signs that look alike
GROUPES_CODE = 4
ANNEES_DECHEANCE = 4


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Something wrong in a draft: which field, what to do, and whether it stops the deposit."""

    champ: str
    message: str
    est_bloquante: bool = True
    facture: Facture | None = None


class DepotRefuse(ValidationError):
    """The draft cannot be deposited; `anomalies` says why, field by field."""

    def __init__(self, anomalies: list[Anomalie]) -> None:
        super().__init__([anomalie.message for anomalie in anomalies])
        self.anomalies = anomalies


def deposer(facture: Facture, *, par: Utilisateur) -> Facture:
    """Deposit a draft: its date becomes opposable and its data are frozen.

    Raises:
        PermissionDenied: `par` may not deposit for the établissement.
        DepotRefuse: a check failed, or the same number was deposited meanwhile.
        TransitionInterdite: the invoice is deposited already.
    """
    exiger_droit(facture.etablissement, par)
    if facture.est_brouillon:
        bloquantes = [anomalie for anomalie in controler(facture) if anomalie.est_bloquante]
        if bloquantes:
            raise DepotRefuse(bloquantes)
    try:
        with transaction.atomic():
            franchir(
                facture,
                "deposer",
                par=par,
                deposee_le=timezone.now(),
                deposee_par=par,
                code_verification=tirer_code(),
            )
            prevoir([facture.pk], PrevisionPaiement.Jalon.DEPOT)
            prevenir(facture, TypeAvis.DEPOT)
    except IntegrityError as erreur:
        facture.refresh_from_db()
        if doublons := _doublons(facture):
            raise DepotRefuse(doublons) from erreur
        raise
    return facture


@dataclass(frozen=True, slots=True)
class PieceFournie:
    """A supporting document as it comes: name, content, kind (`PieceJustificative.Genre`)."""

    nom: str
    flux: BinaryIO
    genre: str

    def joindre_a(self, facture: Facture, *, par: Utilisateur) -> None:
        """Add it to an invoice. Raises what `joindre` raises, the file named in the message."""
        try:
            joindre(facture, self.flux, nom=self.nom, genre=self.genre, par=par)
        except FichierRefuse as refus:
            raise FichierRefuse(f"{self.nom} : {refus}") from None


def deposer_fichier(
    flux: BinaryIO,
    *,
    nom: str,
    etablissement: Etablissement,
    par: Utilisateur,
    complements: Mapping[str, Any],
    pieces: Iterable[PieceFournie] = (),
) -> tuple[Facture, list[Anomalie]]:
    """Deposit an invoice in one go, all or nothing; return it with what deserves attention.

    Args:
        complements: fields of `Saisie` that prevail over what is read in the file.
        pieces: supporting documents, deposited with it.

    Raises what `commencer`, `joindre` and `deposer` raise; a refused file leaves no draft.
    """
    with transaction.atomic():
        facture = commencer(flux, nom=nom, etablissement=etablissement, par=par)
        saisie = replace(saisie_du_brouillon(facture), **complements)
        remplir(facture, saisie, par=par)
        for piece in pieces:
            piece.joindre_a(facture, par=par)
        alertes = [anomalie for anomalie in controler(facture) if not anomalie.est_bloquante]
        return deposer(facture, par=par), alertes


def controler(facture: Facture) -> list[Anomalie]:
    """Run every check on a draft; blocking anomalies and mere warnings, in reading order."""
    return [anomalie for controle in CONTROLES for anomalie in controle(facture)]


def tirer_code() -> str:
    """Draw a verification code, `ABCD-EFGH-JKLM-NPQR`."""
    return "-".join(
        "".join(secrets.choice(ALPHABET_CODE) for _ in range(4)) for _ in range(GROUPES_CODE)
    )


def _completude(facture: Facture) -> list[Anomalie]:
    attendus = (
        ("numero", facture.numero_normalise, "Saisissez le numéro de la facture."),
        ("date_emission", facture.date_emission, "Saisissez la date de la facture."),
        ("montant_ht", facture.montant_ht, "Saisissez le montant hors taxe."),
        (
            "montant_tgc",
            facture.montant_tgc is not None,
            "Saisissez le montant de la TGC (0 si la facture n’en porte pas).",
        ),
        ("montant_ttc", facture.montant_ttc, "Saisissez le montant TTC."),
        (
            "service",
            facture.service_id,
            "Choisissez le bon de commande, ou le service qui a commandé.",
        ),
    )
    return [Anomalie(champ, message) for champ, valeur, message in attendus if not valeur]


def _emetteur(facture: Facture) -> list[Anomalie]:
    anomalies = []
    lecture = facture.lecture
    if not facture.fournisseur.est_actif:
        anomalies.append(
            Anomalie(
                "etablissement",
                "Ce fournisseur est suspendu : contactez la direction des finances.",
            )
        )
    if lecture.get("est_avoir"):
        anomalies.append(
            Anomalie(
                "fichier",
                "Ce fichier est un avoir : écrivez au bureau des finances depuis la page de la "
                "facture qu’il corrige.",
            )
        )
    ridet_lu = lecture.get("ridet") or facture.etablissement.ridet
    if ridet_lu != facture.etablissement.ridet:
        anomalies.append(
            Anomalie(
                "etablissement",
                f"Le fichier porte le RIDET {afficher_ridet(ridet_lu)}, qui n’est pas celui de "
                "l’établissement choisi : choisissez le bon établissement.",
                bool(lecture.get("ridet_certain")),
            )
        )
    return anomalies


def _dates(facture: Facture) -> list[Anomalie]:
    emission = facture.date_emission
    if emission is None:
        return []
    aujourdhui = timezone.localdate()
    if emission > aujourdhui:
        return [Anomalie("date_emission", "La date de la facture est dans l’avenir.")]
    if aujourdhui.year - emission.year > ANNEES_DECHEANCE:
        return [
            Anomalie(
                "date_emission",
                "Cette créance a plus de quatre ans : elle est peut-être prescrite (déchéance "
                "quadriennale).",
                est_bloquante=False,
            )
        ]
    return []


def _montants(facture: Facture) -> list[Anomalie]:
    ht, tgc, ttc = facture.montant_ht, facture.montant_tgc, facture.montant_ttc
    if ht is None or tgc is None or ttc is None:
        return []
    if ht < 0 or tgc < 0:
        return [
            Anomalie("montant_ht", "Les montants sont positifs : un avoir ne se dépose pas ici.")
        ]
    if ht + tgc != ttc:
        return [
            Anomalie(
                "montant_ttc",
                f"Le total HT et la TGC font {afficher(ht + tgc)}, et non {afficher(ttc)} : "
                "corrigez l’un des trois montants.",
            )
        ]
    return _taxes(facture, ht, tgc)


def _taxes(facture: Facture, ht: int, tgc: int) -> list[Anomalie]:
    """Compare the tax of each rate with its base, one franc of rounding being tolerated."""
    taxes = list(facture.taxes.all())
    if not taxes:
        return [Anomalie("taxes", "Indiquez la TGC par taux.")] if tgc else []
    jour = facture.date_emission or timezone.localdate()
    tolerance = Parametre.objects.entier("tolerance_tgc_francs", jour)
    en_vigueur = {Decimal(taux) for taux in Parametre.objects.valeur("taux_tgc", jour).split(";")}
    anomalies = []
    for part in taxes:
        attendue = appliquer_taux(part.base, part.taux)
        if part.taux not in en_vigueur:
            connus = ", ".join(f"{taux.normalize():f}" for taux in sorted(en_vigueur))
            anomalies.append(
                Anomalie(
                    "taxes",
                    f"Le taux {part.taux.normalize():f} % n’est pas un taux de TGC en vigueur "
                    f"({connus} %).",
                )
            )
        elif abs(part.taxe - attendue) > tolerance:
            anomalies.append(
                Anomalie(
                    "taxes",
                    f"À {part.taux.normalize():f} %, la TGC de {afficher(part.base)} est "
                    f"{afficher(attendue)}, et non {afficher(part.taxe)}.",
                )
            )
    return anomalies + _totaux_taxes(ht, tgc, taxes, tolerance)


def _totaux_taxes(
    ht: int, tgc: int, taxes: list[RepartitionTaxe], tolerance: int
) -> list[Anomalie]:
    anomalies = []
    marge = tolerance * len(taxes)
    bases = sum(part.base for part in taxes)
    somme = sum(part.taxe for part in taxes)
    if abs(bases - ht) > marge:
        anomalies.append(
            Anomalie(
                "taxes",
                f"Les bases par taux font {afficher(bases)}, et non {afficher(ht)} : ajoutez le "
                "taux qui manque (0 % pour une part exonérée).",
            )
        )
    if abs(somme - tgc) > marge:
        anomalies.append(
            Anomalie("taxes", f"La TGC par taux fait {afficher(somme)}, et non {afficher(tgc)}.")
        )
    return anomalies


def _commande(facture: Facture) -> list[Anomalie]:
    commande, ttc = facture.bon_commande, facture.montant_ttc
    if commande is None or ttc is None:
        return []
    if commande.fournisseur_id != facture.etablissement.fournisseur_id or commande.est_clos:
        return [
            Anomalie("bon_commande", "Ce bon de commande est clos, ou n’est pas adressé à vous.")
        ]
    reste = commande.reste()
    if ttc > reste:
        return [
            Anomalie(
                "bon_commande",
                f"Il ne reste que {afficher(max(reste, 0))} à facturer sur ce bon de commande : "
                "la direction devra l’augmenter avant de payer.",
                est_bloquante=False,
            )
        ]
    return []


def _doublons(facture: Facture) -> list[Anomalie]:
    autres = Facture.objects.vivantes().du_meme_fournisseur(facture)
    meme_numero = autres.filter(numero_normalise=facture.numero_normalise).first()
    if meme_numero and facture.numero_normalise:
        return [
            Anomalie(
                "numero",
                f"La facture {meme_numero.numero} est déjà déposée depuis le "
                f"{timezone.localtime(meme_numero.deposee_le):%d/%m/%Y}.",
                facture=meme_numero,
            )
        ]
    if meme_fichier := autres.filter(sha256=facture.sha256).first():
        return [
            Anomalie(
                "fichier",
                f"Ce fichier est déjà déposé : c’est la facture {meme_fichier.numero}.",
                facture=meme_fichier,
            )
        ]
    ressemblante = autres.filter(
        montant_ttc=facture.montant_ttc, date_emission=facture.date_emission
    ).first()
    if ressemblante:
        return [
            Anomalie(
                "numero",
                f"La facture {ressemblante.numero} a le même montant et la même date : vérifiez "
                "que ce n’est pas la même.",
                est_bloquante=False,
                facture=ressemblante,
            )
        ]
    return []


CONTROLES: tuple[Callable[[Facture], list[Anomalie]], ...] = (
    _completude,
    _emetteur,
    _dates,
    _montants,
    _commande,
    _doublons,
)
