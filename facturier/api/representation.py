"""What programs read: plain values, amounts in whole francs, moments with their offset.

Lists are made from the rows of one query, without objects.
"""

import base64
import binascii
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from facturier.api.erreurs import champ_api, erreur_de
from facturier.commun.nombres import lire_entier
from facturier.suivi.chronologie import chronologie
from facturier.suivi.controles import Anomalie
from facturier.suivi.etats import PAIEMENT_REVENU, EtatFacture, est_revenu, libelle_etat
from facturier.suivi.horloges import Horloge, horloges
from facturier.suivi.libelles import ETAT_PUBLIC, detenteur, en_clair
from facturier.suivi.models import Facture, RetourFournisseur
from facturier.suivi.prete import Point, Verdict

COLONNES = (
    "pk",
    "nature",
    "numero",
    "facture_corrigee__numero",
    "date_emission",
    "deposee_le",
    "etat",
    "objet",
    "montant_ht",
    "montant_tgc",
    "montant_ttc",
    "service__code",
    "bon_commande__numero",
    "payee_le",
    "reference_virement",
    "mandat__etat",
)


def faire_curseur(cle: int) -> str:
    """Return the opaque text that stands for a place in a list."""
    return base64.urlsafe_b64encode(b"%d" % cle).decode().rstrip("=")


def lire_curseur(curseur: str) -> int | None:
    """Return the place that a cursor stands for; None for anything else."""
    try:
        octets = base64.urlsafe_b64decode(curseur + "=" * (-len(curseur) % 4))
        return lire_entier(octets.decode())
    except (ValueError, binascii.Error):
        return None


def ligne(rangee: dict[str, Any]) -> dict[str, Any]:
    """Return an invoice of a list, from its `COLONNES`."""
    etat = _public(rangee["etat"])
    nature = rangee["nature"]
    revient = est_revenu(etat, rangee["mandat__etat"])
    return {
        "id": rangee["pk"],
        "typeFacture": nature.upper(),
        "numeroFacture": rangee["numero"],
        "numeroFactureCorrigee": rangee["facture_corrigee__numero"],
        "dateFacture": _jour(rangee["date_emission"]),
        "dateDepot": _moment(rangee["deposee_le"]),
        "etat": etat.value,
        "libelleEtat": PAIEMENT_REVENU if revient else libelle_etat(etat, nature),
        "objet": rangee["objet"],
        "montantHt": rangee["montant_ht"],
        "montantTgc": rangee["montant_tgc"],
        "montantTtc": rangee["montant_ttc"],
        "devise": "XPF",
        "codeService": rangee["service__code"],
        "numeroBonCommande": rangee["bon_commande__numero"],
        "datePaiement": _jour(rangee["payee_le"]),
        "referenceVirement": rangee["reference_virement"],
    }


def detail(facture: Facture, alertes: Sequence[Anomalie] = ()) -> dict[str, Any]:
    """Return all that a supplier may read of one invoice, and what a deposit warned of."""
    return {
        **ligne({nom: _valeur(facture, nom) for nom in COLONNES}),
        "enClair": en_clair(facture),
        "detenteur": detenteur(facture, pour_fournisseur=True),
        "etablissement": {
            "ridet": facture.etablissement.ridet,
            "denomination": facture.etablissement.denomination,
        },
        "periodeDebut": _jour(facture.periode_debut),
        "periodeFin": _jour(facture.periode_fin),
        "taxes": [
            {"taux": float(part.taux), "base": part.base, "montant": part.taxe}
            for part in facture.taxes.all()
        ],
        "horloges": [_horloge(horloge) for horloge in horloges(facture)],
        "retours": [
            _retour(retour) for retour in facture.retours.select_related("motif", "doublon_de")
        ],
        "documents": [
            {
                "id": document.pk,
                "nom": document.nom,
                "genre": document.genre,
                "typeMime": document.type_mime,
                "taille": document.taille,
                "sha256": document.sha256,
                "lien": _lien("api:document", facture.pk, document.pk),
            }
            for document in facture.documents.all()
        ],
        "avoirs": [
            {
                "id": avoir.pk,
                "numeroFacture": avoir.numero,
                "montantTtc": avoir.montant_ttc,
                "etat": _public(avoir.etat).value,
                "lien": _lien("api:facture", avoir.pk),
            }
            for avoir in facture.avoirs.vivantes()
        ],
        "codeVerification": facture.code_verification,
        "avertissements": [
            *(erreur_de(alerte) for alerte in alertes),
            *(
                {"champ": "pieceJointePrincipale", "message": texte}
                for texte in facture.lecture.get("avertissements", [])
            ),
        ],
        "liens": {
            "facture": _lien("api:facture", facture.pk),
            "historique": _lien("api:historique", facture.pk),
            "certificat": _lien("api:certificat", facture.pk),
            "page": settings.ADRESSE_PUBLIQUE + facture.get_absolute_url(),
        },
    }


def verification(points: Sequence[Point]) -> dict[str, Any]:
    """Return the points that the comptable will check, and whether the invoice can be deposited."""
    verdicts = [point.verdict for point in points]
    return {
        "deposable": Verdict.A_CORRIGER not in verdicts,
        "preteAPayer": all(verdict == Verdict.OK for verdict in verdicts),
        "points": [
            {
                "code": point.code,
                "question": point.question,
                "verdict": verdict.value,
                "libelleVerdict": verdict.label,
                "constat": "" if point.anomalies else point.constat,
                "texte": point.texte,
                "anomalies": [
                    {**erreur_de(anomalie), "bloquante": anomalie.est_bloquante}
                    for anomalie in point.anomalies
                ],
            }
            for point, verdict in zip(points, verdicts, strict=True)
        ],
    }


def historique(facture: Facture) -> list[dict[str, Any]]:
    """Return the changes of state that a supplier may read, in their order."""
    return [
        {
            "etat": etape.etat.value,
            "libelleEtat": etape.libelle,
            "date": _moment(etape.le),
            "par": etape.qui,
            "motif": etape.motif,
        }
        for etape in chronologie(facture, est_interne=False)
    ]


def _horloge(horloge: Horloge) -> dict[str, Any]:
    return {
        "nom": horloge.nom,
        "debut": _moment(horloge.debut),
        "dureeLimite": horloge.duree_limite,
        "joursEcoules": horloge.jours_ecoules,
        "echeance": _jour(horloge.echeance),
        "enPause": horloge.est_en_pause,
        "arretee": horloge.est_arretee,
        "pauses": [
            {"debut": _moment(pause.debut), "fin": _moment(pause.fin), "raison": pause.raison}
            for pause in horloge.pauses
        ],
    }


def _retour(retour: RetourFournisseur) -> dict[str, Any]:
    return {
        "nature": retour.nature,
        "codeMotif": retour.motif_id,
        "motif": retour.motif.libelle,
        "codeAction": retour.motif.action,
        "action": retour.motif.get_action_display(),
        "consigne": retour.motif.consigne,
        "champ": champ_api(retour.champ),
        "valeurAttendue": retour.valeur_attendue,
        "commentaire": retour.commentaire,
        "doublonDe": retour.doublon_de.numero if retour.doublon_de else None,
        "date": _moment(retour.cree_le),
        "reponse": retour.reponse,
        "dateReponse": _moment(retour.repondu_le),
        "enAttente": retour.est_ouvert,
    }


def _public(etat: str) -> EtatFacture:
    valeur = EtatFacture(etat)
    return ETAT_PUBLIC.get(valeur, valeur)


def _valeur(facture: Facture, chemin: str) -> Any:
    objet: Any = facture
    for nom in chemin.split("__"):
        objet = getattr(objet, nom) if objet is not None else None
    return objet


def _jour(jour: date | None) -> str | None:
    return jour.isoformat() if jour else None


def _moment(moment: datetime | None) -> str | None:
    return timezone.localtime(moment).isoformat() if moment else None


def _lien(nom: str, *arguments: int) -> str:
    return settings.ADRESSE_PUBLIQUE + reverse(nom, args=arguments)
