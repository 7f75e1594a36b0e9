"""What programs send: what is accepted, field by field, with Chorus Pro's words."""

import json
from datetime import date
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from facturier.acces.models import ServiceGestionnaire
from facturier.api.models import CleApi
from facturier.api.representation import lire_curseur
from facturier.grand_livre.models import PieceJustificative
from facturier.suivi.brouillon import NOMBRE_MAXIMAL_JOINTS
from facturier.suivi.etats import EtatFacture
from facturier.suivi.lecture.photos import PAGES_MAXIMALES
from facturier.suivi.libelles import ETAT_PUBLIC, INTERNES
from facturier.suivi.models import BonCommande, Facture, TypeDepense, normaliser_numero
from facturier.suivi.querysets import FactureQuerySet
from facturier.suivi.saisie import PartTaxe, trouver_corrigee

MONTANT_MAXIMAL = 999_999_999_999  # francs
NOMBRE_TAUX = 10
TAILLE_METADONNEES = 100_000  # bytes
ANNEE_MINIMALE, ANNEE_MAXIMALE = 1950, 2099
TAILLE_PAGE = 25
TAILLE_PAGE_MAXIMALE = 100
ETATS_PUBLICS = [
    (etat.value, etat.label) for etat in EtatFacture if etat not in INTERNES | {"brouillon"}
]
TYPES_FACTURE = [(nature.value.upper(), nature.label) for nature in Facture.Nature]
ETATS_REELS = {
    public: [etat for etat in EtatFacture if ETAT_PUBLIC.get(etat, etat) == public]
    for public, _ in ETATS_PUBLICS
}


def exiger_annee_plausible(jour: date) -> None:
    """Refuse a day outside of the century around us.

    Raises:
        ValidationError: mistyped, surely.
    """
    if not ANNEE_MINIMALE <= jour.year <= ANNEE_MAXIMALE:
        raise serializers.ValidationError(
            f"L’année va de {ANNEE_MINIMALE} à {ANNEE_MAXIMALE}, comme dans « 2026-11-23 »."
        )


class JourField(serializers.DateField):
    """A day, `AAAA-MM-JJ`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            required=False,
            input_formats=["iso-8601"],
            validators=[exiger_annee_plausible],
            **options,
        )


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a name it does not know: a misspelt datum is not silently left out."""

    def to_internal_value(self, data: Any) -> Any:
        """Check the names, then the values."""
        inconnus = sorted(set(data) - set(self.fields)) if isinstance(data, dict) else []
        if inconnus:
            raise serializers.ValidationError(
                {
                    nom[:60]: [f"Donnée inconnue. Attendu : {', '.join(self.fields)}."]
                    for nom in inconnus
                }
            )
        return super().to_internal_value(data)


class MontantField(serializers.IntegerField):
    """Whole francs (XPF)."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=MONTANT_MAXIMAL, **options)


class TaxeSerializer(StrictSerializer):
    """The TGC of one rate."""

    taux = serializers.DecimalField(
        max_digits=5,
        decimal_places=2,
        min_value=0,
        max_value=100,
        coerce_to_string=False,
        help_text="Taux de TGC, en pour cent.",
    )
    base = MontantField(help_text="Base hors taxe à ce taux, en francs.")
    montant = MontantField(help_text="TGC à ce taux, en francs.")


class DestinataireSerializer(StrictSerializer):
    """To whom the invoice is addressed: an order, or the service that ordered."""

    numeroBonCommande = serializers.CharField(
        required=False, max_length=30, help_text="Numéro d’un de vos bons de commande ouverts."
    )
    codeService = serializers.CharField(
        required=False,
        max_length=10,
        help_text="Code du service qui a commandé (« /api/v1/services »), sans bon de commande.",
    )

    def validate_numeroBonCommande(self, valeur: str) -> BonCommande:
        """Find the order among those addressed to the établissement of the key."""
        cle: CleApi = self.context["cle"]
        ouverts = BonCommande.objects.facturables_par(cle.etablissement).select_related("service")
        commande: BonCommande | None = ouverts.filter(numero__iexact=valeur).first()
        if commande is None:
            raise serializers.ValidationError(
                "Aucun bon de commande ouvert de ce numéro n’est adressé à cet établissement."
            )
        return commande

    def validate_codeService(self, valeur: str) -> ServiceGestionnaire:
        """Find the service."""
        service = ServiceGestionnaire.objects.filter(code__iexact=valeur).first()
        if service is None:
            raise serializers.ValidationError("Aucun service n’a ce code : voyez /api/v1/services.")
        return service


class MetadonneesSerializer(DestinataireSerializer):
    """The data of an invoice that prevail over what is read in its file; none is obligatory."""

    typeFacture = serializers.ChoiceField(
        choices=TYPES_FACTURE, required=False, help_text="Lu dans le fichier, sinon FACTURE."
    )
    numeroFactureCorrigee = serializers.CharField(
        required=False,
        max_length=30,
        help_text="Facture déposée que l’avoir corrige : il en prend la commande et le service.",
    )
    numeroFacture = serializers.CharField(
        required=False, max_length=30, help_text="Numéro de la facture."
    )
    dateFacture = JourField(help_text="Date de la facture.")
    montantHt = MontantField(required=False, help_text="Montant hors taxe, en francs.")
    montantTgc = MontantField(required=False, help_text="TGC, en francs ; 0 s’il n’y en a pas.")
    montantTtc = MontantField(required=False, help_text="Montant TTC, en francs.")
    taxes = TaxeSerializer(many=True, required=False, help_text="La TGC, taux par taux.")
    typeDepense = serializers.ChoiceField(
        choices=TypeDepense.choices,
        required=False,
        help_text="Ce qui est facturé ; les pièces à joindre en dépendent.",
    )
    objet = serializers.CharField(
        required=False, max_length=100, allow_blank=True, help_text="Ce qui est facturé."
    )
    periodeDebut = JourField(help_text="Premier jour facturé.")
    periodeFin = JourField(help_text="Dernier jour facturé.")

    def validate_typeFacture(self, valeur: str) -> str:
        """Return the nature."""
        return valeur.lower()

    def validate_numeroFactureCorrigee(self, valeur: str) -> Facture:
        """Find the invoice among those of the établissement of the key."""
        cle: CleApi = self.context["cle"]
        facture = trouver_corrigee(valeur, cle.etablissement)
        if facture is None:
            raise serializers.ValidationError(
                "Aucune facture déposée de ce numéro pour cet établissement."
            )
        return facture

    def validate_taxes(self, parts: list[dict[str, Any]]) -> tuple[PartTaxe, ...]:
        """Refuse the same rate twice."""
        if len({part["taux"] for part in parts}) < len(parts) or len(parts) > NOMBRE_TAUX:
            raise serializers.ValidationError("Donnez chaque taux une seule fois.")
        return tuple(
            PartTaxe(taux=part["taux"], base=part["base"], taxe=part["montant"]) for part in parts
        )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        debut, fin = attrs.get("periodeDebut"), attrs.get("periodeFin")
        if fin and (debut is None or fin < debut):
            raise serializers.ValidationError(
                {"periodeFin": "La période finit après avoir commencé."}
            )
        return attrs


COMPLEMENTS = {  # data of `Saisie`
    "typeFacture": "nature",
    "numeroFactureCorrigee": "facture_corrigee",
    "numeroFacture": "numero",
    "dateFacture": "date_emission",
    "montantHt": "montant_ht",
    "montantTgc": "montant_tgc",
    "montantTtc": "montant_ttc",
    "taxes": "taxes",
    "typeDepense": "type_depense",
    "objet": "objet",
    "numeroBonCommande": "bon_commande",
    "codeService": "service",
    "periodeDebut": "periode_debut",
    "periodeFin": "periode_fin",
}


@extend_schema_field(MetadonneesSerializer)
class MetadonneesField(serializers.Field[Any, Any, Any, Any]):
    """The same as JSON, in one part of a form: text, or a file."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the fields of `Saisie` that prevail."""
        if isinstance(data, UploadedFile):
            data = data.read(TAILLE_METADONNEES + 1)
        try:
            if len(data) > TAILLE_METADONNEES:
                raise ValueError
            contenu = json.loads(data)
        except (ValueError, RecursionError):
            raise serializers.ValidationError("Ce n’est pas un objet JSON lisible.") from None
        metadonnees = MetadonneesSerializer(data=contenu, context=self.context)
        metadonnees.is_valid(raise_exception=True)
        return {COMPLEMENTS[nom]: valeur for nom, valeur in metadonnees.validated_data.items()}


class PiecesField(serializers.ListField):
    """Supporting documents."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            child=serializers.FileField(max_length=255, allow_empty_file=True),
            required=False,
            max_length=NOMBRE_MAXIMAL_JOINTS,
            help_text="PDF, XML, PNG, JPEG, HEIC ou XLSX, 20 Mo au plus chacun.",
            **options,
        )


class GenreField(serializers.ChoiceField):
    """What the supporting documents are."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            choices=PieceJustificative.Genre.choices,
            default=PieceJustificative.Genre.AUTRE,
            help_text="Nature des pièces jointes.",
            **options,
        )


class DepotSerializer(serializers.Serializer[Any]):
    """An invoice file, its supporting documents, and what prevails over the file."""

    pieceJointePrincipale = serializers.FileField(
        max_length=255,
        allow_empty_file=True,
        help_text="La facture : PDF, Factur-X, UBL ou CII, 20 Mo au plus ; ou la photo (JPEG, PNG, "
        "HEIC) de sa première page.",
    )
    pagesSuivantes = serializers.ListField(
        child=serializers.FileField(max_length=255, allow_empty_file=True),
        required=False,
        max_length=PAGES_MAXIMALES - 1,
        help_text="Les photos des pages suivantes, si la facture est photographiée.",
    )
    piecesJointesComplementaires = PiecesField()
    genrePieces = GenreField()
    metadonnees = MetadonneesField(
        required=False, default=dict, help_text="Ce qui prévaut sur le fichier, en JSON."
    )


class ComplementSerializer(serializers.Serializer[Any]):
    """The answer to a request for a document or a precision."""

    reponse = serializers.CharField(
        required=False,
        max_length=2000,
        allow_blank=True,
        default="",
        help_text="Votre réponse, si les pièces ne suffisent pas.",
    )
    piecesJointesComplementaires = PiecesField()
    genrePieces = GenreField()


class RetraitSerializer(StrictSerializer):
    """Why an invoice is withdrawn."""

    motif = serializers.CharField(max_length=500, help_text="Pourquoi vous la retirez.")


class CurseurField(serializers.CharField):
    """Where a page begins: the value of `curseurSuivant`."""

    def to_internal_value(self, data: Any) -> Any:
        """Return the key that the page comes after."""
        cle = lire_curseur(super().to_internal_value(data))
        if cle is None:
            raise serializers.ValidationError(
                "Ce curseur n’est pas l’un des nôtres : reprenez « curseurSuivant »."
            )
        return cle


class PageSerializer(serializers.Serializer[Any]):
    """Which page of a list."""

    curseur = CurseurField(required=False, help_text="« curseurSuivant » de la page précédente.")
    taille = serializers.IntegerField(
        required=False,
        default=TAILLE_PAGE,
        min_value=1,
        max_value=TAILLE_PAGE_MAXIMALE,
        help_text="Nombre de lignes.",
    )


class FiltreSerializer(PageSerializer):
    """Which invoices."""

    etat = serializers.ChoiceField(choices=ETATS_PUBLICS, required=False, help_text="État.")
    typeFacture = serializers.ChoiceField(
        choices=TYPES_FACTURE, required=False, help_text="Factures, ou avoirs."
    )
    numeroFacture = serializers.CharField(
        required=False, max_length=30, help_text="Numéro exact ; casse et espaces ne comptent pas."
    )
    deposeeDepuis = JourField(help_text="Premier jour de dépôt.")
    deposeeJusqua = JourField(help_text="Dernier jour de dépôt.")

    def filtrer(self, factures: FactureQuerySet) -> FactureQuerySet:
        """Keep the invoices asked for."""
        donnees = self.validated_data
        factures = factures.deposees_entre(
            donnees.get("deposeeDepuis"), donnees.get("deposeeJusqua")
        )
        if etat := donnees.get("etat"):
            factures = factures.filter(etat__in=ETATS_REELS[etat])
        if nature := donnees.get("typeFacture"):
            factures = factures.filter(nature=nature.lower())
        if numero := donnees.get("numeroFacture"):
            factures = factures.filter(numero_normalise=normaliser_numero(numero))
        return factures
