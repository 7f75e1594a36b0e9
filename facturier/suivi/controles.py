"""What is checked in a draft before it leaves the supplier's hands, said in its words.

These are the checks that the desk, then the comptable, would make: mandatory mentions, TGC by rate,
duplicates, what is left to invoice (domaine: décret 2012-1246, art. 19 and 20).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils import timezone

from facturier.commun.montants import afficher, appliquer_taux
from facturier.commun.ridet import afficher as afficher_ridet
from facturier.commun.transmissible import refus_du_tresor
from facturier.grand_livre.models import Parametre
from facturier.suivi.etats import SANS_EFFET
from facturier.suivi.models import Facture, RepartitionTaxe
from facturier.suivi.rapprochement import depassement

ANNEES_DECHEANCE = 4
NOMS_LUS = {
    "numero": "le numéro",
    "date_emission": "la date",
    "montant_ht": "le montant hors taxe",
    "montant_tgc": "la TGC",
    "montant_ttc": "le montant TTC",
}


@dataclass(frozen=True, slots=True)
class Anomalie:
    """Something wrong in a draft: which field, what to do, and whether it stops the deposit."""

    champ: str
    message: str
    est_bloquante: bool = True
    facture: Facture | None = None

    @property
    def message_pour_agent(self) -> str:
        """The same, told to somebody else than who keyed it in."""
        return self.message.replace("vous avez saisi", "le fournisseur a saisi")


Controle = Callable[[Facture], list[Anomalie]]


def prescrite_apres(emission: date) -> date:
    """Return the last day of a claim: 31 December of the fourth year (déchéance quadriennale)."""
    return date(emission.year + ANNEES_DECHEANCE, 12, 31)


def controler(facture: Facture) -> list[Anomalie]:
    """Run every check on a draft; blocking anomalies and mere warnings, in reading order."""
    return [a for controles in CONTROLES.values() for a in relever(facture, controles)]


def relever(facture: Facture, controles: Iterable[Controle]) -> list[Anomalie]:
    """Run some checks on a draft."""
    return [anomalie for controle in controles for anomalie in controle(facture)]


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
            facture.service_id or facture.est_avoir,
            "Choisissez le bon de commande, ou le service qui a commandé.",
        ),
    )
    return [Anomalie(champ, message) for champ, valeur, message in attendus if not valeur]


def _ecriture(facture: Facture) -> list[Anomalie]:
    """Refuse what the mandat could not say to the treasury: it is told weeks before."""
    textes = (("numero", "Numéro", facture.numero), ("objet", "Objet", facture.objet))
    return [
        Anomalie(champ, f"{nom}, {refus}")
        for champ, nom, texte in textes
        if (refus := refus_du_tresor(texte))
    ]


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
    if aujourdhui > prescrite_apres(emission):
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
            Anomalie(
                "montant_ht",
                "Les montants sont positifs, y compris ceux d’un avoir : choisissez « Avoir » "
                "comme nature du document.",
            )
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
    if commande is None or ttc is None or facture.est_avoir:
        return []
    if commande.fournisseur_id != facture.etablissement.fournisseur_id or commande.est_clos:
        return [
            Anomalie("bon_commande", "Ce bon de commande est clos, ou n’est pas adressé à vous.")
        ]
    if refus := depassement(commande, ttc):
        return [Anomalie("bon_commande", refus)]
    return []


def contradictions(facture: Facture) -> list[Anomalie]:
    """Tell what was keyed in otherwise than the structure of the file says."""
    return [
        Anomalie(
            champ,
            f"Le fichier porte {_ecrire(lu)}, et vous avez saisi {_ecrire(saisi)} : vérifiez "
            f"{NOMS_LUS[champ]}.",
            est_bloquante=False,
        )
        for champ, lu in facture.lecture.get("lus", {}).items()
        if (saisi := _comme_lu(getattr(facture, champ))) != lu
    ]


def _comme_lu(valeur: Any) -> Any:
    return valeur.isoformat() if isinstance(valeur, date) else valeur


def _ecrire(valeur: Any) -> str:
    if isinstance(valeur, int):
        return afficher(valeur)
    return f"« {valeur} »" if valeur else "rien"


def _avoir(facture: Facture) -> list[Anomalie]:
    """Check the nature against what was read, then what an avoir corrects."""
    est_lu_avoir = facture.lecture.get("est_avoir")
    if est_lu_avoir is not None and est_lu_avoir != facture.est_avoir:
        lu, choisi = ("un avoir", "Facture") if est_lu_avoir else ("une facture", "Avoir")
        anomalies = [
            Anomalie(
                "nature",
                f"Le fichier est {lu}, et vous avez choisi « {choisi} » : vérifiez la nature du "
                "document.",
                bool(facture.lecture.get("nature_certaine")),
            )
        ]
    else:
        anomalies = []
    return [*anomalies, *ecarts_d_avoir(facture)] if facture.est_avoir else anomalies


def ecarts_d_avoir(avoir: Facture) -> list[Anomalie]:
    """Tell what keeps an avoir from correcting its invoice."""
    corrigee = avoir.facture_corrigee
    if corrigee is None:
        return [
            Anomalie("numero_corrige", "Indiquez le numéro de la facture que cet avoir corrige.")
        ]
    if (
        corrigee.etablissement_id != avoir.etablissement_id
        or corrigee.etat in SANS_EFFET
        or corrigee.est_avoir
    ):
        return [
            Anomalie(
                "numero_corrige",
                f"La facture {corrigee.numero} n’est pas une facture déposée de cet établissement, "
                "ou elle est rejetée ou retirée : un avoir n’y change rien.",
            )
        ]
    reste = corrigee.reste_a_compenser()
    if (avoir.montant_ttc or 0) > reste:
        return [
            Anomalie(
                "montant_ttc",
                f"Il ne reste que {afficher(reste)} à rendre sur la facture {corrigee.numero}, "
                "avoirs déjà déposés déduits : corrigez le montant de l’avoir.",
                facture=corrigee,
            )
        ]
    return []


def doublons(facture: Facture) -> list[Anomalie]:
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


CONTROLES: dict[str, tuple[Controle, ...]] = {
    "mentions": (_completude, _ecriture, _emetteur, _dates, contradictions),
    "calculs": (_montants,),
    "commande": (_commande,),
    "doublon": (doublons,),
    "avoir": (_avoir,),
}
