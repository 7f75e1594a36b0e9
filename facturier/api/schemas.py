"""What is answered, described for the OpenAPI document; `representation` makes the values."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from facturier.api.idempotence import ENTETE, MOTIF_IDENTIFIANT
from facturier.api.models import Portee
from facturier.api.serializers import ETATS_PUBLICS, TYPES_FACTURE, MontantField, TaxeSerializer
from facturier.commun.problemes import PROBLEMES, TYPE_MIME
from facturier.suivi.prete import Verdict


class ErreurSerializer(serializers.Serializer[Any]):
    """One datum at fault."""

    champ = serializers.CharField()
    message = serializers.CharField()
    facture = serializers.IntegerField(required=False, help_text="La facture que cela nomme.")


class ProblemeSerializer(serializers.Serializer[Any]):
    """An error (RFC 9457)."""

    type = serializers.CharField(help_text="Genre de problème ; son adresse l’explique.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="Ce qui s’est passé, et quoi faire.")
    requete = serializers.CharField(help_text="À donner au support.")
    erreurs = ErreurSerializer(many=True, required=False)


class LigneFactureSerializer(serializers.Serializer[Any]):
    """An invoice, in a list."""

    id = serializers.IntegerField()
    typeFacture = serializers.ChoiceField(choices=TYPES_FACTURE)
    numeroFacture = serializers.CharField()
    numeroFactureCorrigee = serializers.CharField(
        allow_null=True, help_text="Facture que cet avoir corrige."
    )
    dateFacture = serializers.DateField(allow_null=True)
    dateDepot = serializers.DateTimeField(help_text="Opposable.")
    etat = serializers.ChoiceField(choices=ETATS_PUBLICS)
    libelleEtat = serializers.CharField()
    objet = serializers.CharField(allow_blank=True)
    montantHt = MontantField()
    montantTgc = MontantField()
    montantTtc = MontantField()
    devise = serializers.CharField()
    codeService = serializers.CharField(allow_null=True)
    numeroBonCommande = serializers.CharField(allow_null=True)
    datePaiement = serializers.DateField(allow_null=True)
    referenceVirement = serializers.CharField(allow_blank=True)


class PauseSerializer(serializers.Serializer[Any]):
    """A stretch during which a clock waits."""

    debut = serializers.DateTimeField()
    fin = serializers.DateTimeField(allow_null=True)
    raison = serializers.CharField()


class HorlogeSerializer(serializers.Serializer[Any]):
    """A clock: délai de mandatement, then délai of the treasury."""

    nom = serializers.CharField()
    debut = serializers.DateTimeField()
    dureeLimite = serializers.IntegerField(help_text="Jours.")
    joursEcoules = serializers.IntegerField()
    echeance = serializers.DateField()
    enPause = serializers.BooleanField()
    arretee = serializers.BooleanField()
    pauses = PauseSerializer(many=True)


class RetourSerializer(serializers.Serializer[Any]):
    """Why an invoice came back: reason, action, datum, value expected."""

    nature = serializers.CharField()
    codeMotif = serializers.CharField()
    motif = serializers.CharField()
    codeAction = serializers.CharField()
    action = serializers.CharField()
    consigne = serializers.CharField()
    champ = serializers.CharField(allow_blank=True, help_text="Donnée en cause.")
    valeurAttendue = serializers.CharField(allow_blank=True)
    commentaire = serializers.CharField(allow_blank=True)
    doublonDe = serializers.CharField(allow_null=True)
    date = serializers.DateTimeField()
    reponse = serializers.CharField(allow_blank=True)
    dateReponse = serializers.DateTimeField(allow_null=True)
    enAttente = serializers.BooleanField(help_text="Une réponse de votre part est attendue.")


class DocumentSerializer(serializers.Serializer[Any]):
    """A file of an invoice."""

    id = serializers.IntegerField()
    nom = serializers.CharField()
    genre = serializers.CharField()
    typeMime = serializers.CharField()
    taille = serializers.IntegerField(help_text="Octets.")
    sha256 = serializers.CharField()
    lien = serializers.CharField()


class EtablissementSerializer(serializers.Serializer[Any]):
    """Who sent the invoice."""

    ridet = serializers.CharField()
    denomination = serializers.CharField()


class LiensSerializer(serializers.Serializer[Any]):
    """Addresses of what goes with an invoice."""

    facture = serializers.CharField()
    historique = serializers.CharField()
    certificat = serializers.CharField()
    page = serializers.CharField()


class AvoirSerializer(serializers.Serializer[Any]):
    """An avoir that corrects an invoice."""

    id = serializers.IntegerField()
    numeroFacture = serializers.CharField()
    montantTtc = MontantField()
    etat = serializers.ChoiceField(choices=ETATS_PUBLICS)
    lien = serializers.CharField()


class FactureSerializer(LigneFactureSerializer):
    """An invoice, whole."""

    enClair = serializers.CharField()
    detenteur = serializers.CharField(allow_blank=True, help_text="Qui l’a en main.")
    etablissement = EtablissementSerializer()
    periodeDebut = serializers.DateField(allow_null=True)
    periodeFin = serializers.DateField(allow_null=True)
    taxes = TaxeSerializer(many=True)
    horloges = HorlogeSerializer(many=True)
    retours = RetourSerializer(many=True)
    documents = DocumentSerializer(many=True)
    avoirs = AvoirSerializer(many=True)
    codeVerification = serializers.CharField()
    avertissements = ErreurSerializer(many=True)
    liens = LiensSerializer()


class AnomalieSerializer(ErreurSerializer):
    """Something to correct or to look at."""

    bloquante = serializers.BooleanField(help_text="Le dépôt serait refusé.")


class PointSerializer(serializers.Serializer[Any]):
    """One check of the comptable."""

    code = serializers.CharField()
    question = serializers.CharField()
    verdict = serializers.ChoiceField(choices=Verdict.choices)
    libelleVerdict = serializers.CharField()
    constat = serializers.CharField(allow_blank=True, help_text="Ce qui tient.")
    texte = serializers.CharField(help_text="Le texte qui le demande.")
    anomalies = AnomalieSerializer(many=True)


class VerificationSerializer(serializers.Serializer[Any]):
    """What the comptable would check in an invoice."""

    deposable = serializers.BooleanField(help_text="Aucun point n’est à corriger.")
    preteAPayer = serializers.BooleanField(help_text="Tous les points sont conformes.")
    points = PointSerializer(many=True)


class PassageSerializer(serializers.Serializer[Any]):
    """A change of state."""

    etat = serializers.CharField()
    libelleEtat = serializers.CharField()
    date = serializers.DateTimeField()
    par = serializers.CharField()
    motif = serializers.CharField(allow_blank=True)


class HistoriqueSerializer(serializers.Serializer[Any]):
    """The changes of state of an invoice, in their order."""

    passages = PassageSerializer(many=True)


class ServiceSerializer(serializers.Serializer[Any]):
    """A service that may have ordered."""

    codeService = serializers.CharField()
    libelle = serializers.CharField()
    direction = serializers.CharField()


class ServicesSerializer(serializers.Serializer[Any]):
    """The services."""

    resultats = ServiceSerializer(many=True)


class BonCommandeSerializer(serializers.Serializer[Any]):
    """An open order, and what is left to invoice."""

    numeroBonCommande = serializers.CharField()
    objet = serializers.CharField()
    dateCommande = serializers.DateField()
    codeService = serializers.CharField()
    montantEngage = serializers.IntegerField()
    montantRestant = serializers.IntegerField()


class CleSerializer(serializers.Serializer[Any]):
    """The key itself."""

    nom = serializers.CharField()
    etablissement = EtablissementSerializer()
    portees = serializers.ListField(child=serializers.ChoiceField(choices=Portee.choices))
    dateExpiration = serializers.DateTimeField()


def page_de(nom: str, lignes: serializers.Serializer[Any]) -> Any:
    """Return the description of a page of a list."""
    return inline_serializer(
        nom,
        {
            "resultats": lignes,
            "curseurSuivant": serializers.CharField(
                allow_null=True, help_text="À donner à « curseur » ; nul sur la dernière page."
            ),
        },
    )


IDENTIFIANT = OpenApiParameter(
    ENTETE,
    {"type": "string", "pattern": MOTIF_IDENTIFIANT, "maxLength": 128},
    OpenApiParameter.HEADER,
    required=True,
    description="Un texte nouveau pour chaque envoi, un UUID par exemple. La même requête envoyée "
    "deux fois avec le même n’est faite qu’une fois, et reçoit la même réponse pendant 30 jours.",
)


def reponses(statut: int, succes: Any, *codes: str) -> dict[Any, Any]:
    """Return the answers of an operation: its success, and the problems it may tell."""
    communs = ("requete-illisible", "cle-refusee", "acces-refuse", "trop-de-requetes")
    statuts = {PROBLEMES[code][0]: PROBLEMES[code][1] for code in (*communs, *codes)}
    attendues: dict[Any, Any] = {statut: succes}
    for numero, titre in sorted(statuts.items()):
        attendues[(numero, TYPE_MIME)] = OpenApiResponse(ProblemeSerializer, titre)
    return attendues
