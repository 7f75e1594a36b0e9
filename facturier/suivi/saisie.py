"""What a supplier states about an invoice, whether typed or read in the file."""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from facturier.acces.models import ServiceGestionnaire
from facturier.commun.transmissible import en_transmissible
from facturier.suivi.lecture import Donnee, FactureLue, Origine, TypeDocument
from facturier.suivi.models import BonCommande, Facture, TypeDepense, normaliser_numero
from fournisseurs.models import Etablissement

LONGUEUR_NUMERO = 30
CHAMPS_LUS = ("numero", "date_emission", "montant_ht", "montant_tgc", "montant_ttc")


@dataclass(frozen=True, slots=True, kw_only=True)
class PartTaxe:
    """TGC of one rate: percent, base and tax in whole francs."""

    taux: Decimal
    base: int
    taxe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Saisie:
    """The data of a draft; what is not known yet is empty. Amounts are whole francs.

    An avoir takes the order and the service of the invoice that it corrects.
    """

    nature: str = Facture.Nature.FACTURE
    facture_corrigee: Facture | None = None
    type_depense: str = TypeDepense.BON_COMMANDE
    numero: str = ""
    date_emission: date | None = None
    montant_ht: int | None = None
    montant_tgc: int | None = None
    montant_ttc: int | None = None
    taxes: tuple[PartTaxe, ...] = field(default=())
    objet: str = ""
    bon_commande: BonCommande | None = None
    service: ServiceGestionnaire | None = None
    periode_debut: date | None = None
    periode_fin: date | None = None


def saisie_lue(lue: FactureLue, etablissement: Etablissement) -> Saisie:
    """Turn what was read in a file into the data of a draft."""
    if _valeur(lue.type_document) == TypeDocument.AVOIR:
        return _saisie_d_avoir(lue, etablissement)
    commande = _commande(lue, etablissement)
    return Saisie(
        numero=_numero(lue),
        date_emission=_valeur(lue.date_emission),
        montant_ht=_valeur(lue.montant_ht),
        montant_tgc=_valeur(lue.montant_tgc),
        montant_ttc=_valeur(lue.montant_ttc),
        taxes=_taxes(lue),
        objet=commande.objet if commande else "",
        bon_commande=commande,
        service=commande.service if commande else None,
    )


def _numero(lue: FactureLue) -> str:
    """Propose the number without the signs that a deposit would refuse."""
    return en_transmissible(_valeur(lue.numero) or "")[:LONGUEUR_NUMERO]


def _saisie_d_avoir(lue: FactureLue, etablissement: Etablissement) -> Saisie:
    """An avoir is written with positive amounts; some programs give them a minus sign."""
    numero = _valeur(lue.numero_corrige)
    return Saisie(
        nature=Facture.Nature.AVOIR,
        facture_corrigee=trouver_corrigee(numero, etablissement) if numero else None,
        numero=_numero(lue),
        date_emission=_valeur(lue.date_emission),
        montant_ht=_positif(_valeur(lue.montant_ht)),
        montant_tgc=_positif(_valeur(lue.montant_tgc)),
        montant_ttc=_positif(_valeur(lue.montant_ttc)),
        taxes=tuple(
            PartTaxe(taux=part.taux, base=abs(part.base), taxe=abs(part.taxe))
            for part in _taxes(lue)
        ),
    )


def trouver_corrigee(numero: str, etablissement: Etablissement) -> Facture | None:
    """Return the live invoice of `etablissement` that bears `numero`, case and spaces aside."""
    trouvee: Facture | None = (
        Facture.objects.vivantes()
        .filter(
            etablissement=etablissement,
            nature=Facture.Nature.FACTURE,
            numero_normalise=normaliser_numero(numero),
        )
        .select_related("bon_commande", "service")
        .first()
    )
    return trouvee


def _positif(montant: int | None) -> int | None:
    return None if montant is None else abs(montant)


def saisie_du_brouillon(facture: Facture) -> Saisie:
    """Return the data of a draft as they stand, to replace some of them."""
    return Saisie(
        nature=facture.nature,
        facture_corrigee=facture.facture_corrigee,
        type_depense=facture.type_depense,
        numero=facture.numero,
        date_emission=facture.date_emission,
        montant_ht=facture.montant_ht,
        montant_tgc=facture.montant_tgc,
        montant_ttc=facture.montant_ttc,
        taxes=tuple(
            PartTaxe(taux=part.taux, base=part.base, taxe=part.taxe) for part in facture.taxes.all()
        ),
        objet=facture.objet,
        bon_commande=facture.bon_commande,
        service=facture.service,
        periode_debut=facture.periode_debut,
        periode_fin=facture.periode_fin,
    )


def trace_lecture(lue: FactureLue, saisie: Saisie) -> dict[str, Any]:
    """Describe how each datum was read, kept with the draft and shown beside the form."""
    champs = {nom: getattr(lue, nom).origine.value for nom in CHAMPS_LUS if getattr(lue, nom)}
    if lue.repartition:
        champs["taxes"] = lue.repartition.origine.value
    if saisie.bon_commande and lue.numero_commande:
        champs["bon_commande"] = lue.numero_commande.origine.value
    avertissements = list(lue.avertissements)
    if saisie.facture_corrigee and lue.numero_corrige:
        champs["numero_corrige"] = lue.numero_corrige.origine.value
    if saisie.nature == Facture.Nature.AVOIR:
        avertissements += _avis_d_avoir(lue, saisie)
    elif lue.numero_commande and not saisie.bon_commande:
        avertissements.append(
            f"Le bon de commande « {lue.numero_commande.valeur[:30]} » lu dans le fichier n’est "
            "pas l’un de vos bons de commande ouverts : choisissez-le dans la liste, ou indiquez "
            "le service qui a commandé."
        )
    return {
        "format": lue.format.value,
        "lus": _valeurs_certaines(lue, saisie),
        "champs": champs,
        "avertissements": avertissements,
        "ridet": lue.ridet_emetteur.valeur if lue.ridet_emetteur else "",
        "ridet_certain": bool(lue.ridet_emetteur and not lue.ridet_emetteur.est_a_verifier),
        "est_avoir": saisie.nature == Facture.Nature.AVOIR if lue.type_document else None,
        "nature_certaine": bool(lue.type_document and not lue.type_document.est_a_verifier),
    }


def _valeurs_certaines(lue: FactureLue, saisie: Saisie) -> dict[str, str | int]:
    """Keep what the structure of the file says: what is keyed in is compared with it."""
    lus: dict[str, str | int] = {}
    for nom in CHAMPS_LUS:
        donnee = getattr(lue, nom)
        if donnee and not donnee.est_a_verifier:
            valeur = getattr(saisie, nom)
            lus[nom] = valeur.isoformat() if isinstance(valeur, date) else valeur
    return lus


def _avis_d_avoir(lue: FactureLue, saisie: Saisie) -> list[str]:
    if saisie.facture_corrigee or lue.numero_corrige is None:
        return []
    return [
        f"La facture « {lue.numero_corrige.valeur[:30]} » que cet avoir corrige n’est pas l’une de "
        "vos factures déposées : indiquez le bon numéro."
    ]


def mention(origine: str) -> str:
    """Return what a person reads beside a prefilled datum."""
    return "lu dans le fichier" if origine == Origine.STRUCTURE else "à vérifier"


def _valeur(donnee: Donnee[Any] | None) -> Any:
    return None if donnee is None else donnee.valeur


def _commande(lue: FactureLue, etablissement: Etablissement) -> BonCommande | None:
    if lue.numero_commande is None:
        return None
    ouvertes = BonCommande.objects.facturables_par(etablissement).select_related("service")
    commande: BonCommande | None = ouvertes.filter(
        numero__iexact=lue.numero_commande.valeur.strip()
    ).first()
    return commande


def _taxes(lue: FactureLue) -> tuple[PartTaxe, ...]:
    """Add up the parts of the same rate; a lone rate without base has the whole HT amount."""
    if lue.repartition is None:
        return ()
    lus = lue.repartition.valeur
    seule_base = _valeur(lue.montant_ht) if len(lus) == 1 else None
    parts: dict[Decimal, PartTaxe] = {}
    for part in lus:
        base = part.base if part.base is not None else seule_base
        if base is None:
            return ()
        deja = parts.get(part.taux, PartTaxe(taux=part.taux, base=0, taxe=0))
        parts[part.taux] = PartTaxe(
            taux=part.taux, base=deja.base + base, taxe=deja.taxe + part.taxe
        )
    return tuple(parts.values())
