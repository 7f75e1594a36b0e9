"""Resources of `/api/v1/`: parse, call the act that the pages call, answer."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import FileResponse, Http404, HttpResponseBase
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiRequest, extend_schema
from rest_framework.parsers import JSONParser, MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer
from rest_framework.views import APIView

from facturier.acces.controle import CLE
from facturier.acces.models import ServiceGestionnaire
from facturier.api import representation, schemas
from facturier.api.authentification import AuthentificationParCle, PorteeRequise
from facturier.api.idempotence import une_seule_fois
from facturier.api.limites import LimiteParCle
from facturier.api.models import CleApi, Portee
from facturier.api.representation import COLONNES, faire_curseur
from facturier.api.serializers import (
    ComplementSerializer,
    DepotSerializer,
    DestinataireSerializer,
    FiltreSerializer,
    PageSerializer,
    RetraitSerializer,
)
from facturier.commun import types_contenu
from facturier.commun.etats import TransitionInterdite
from facturier.suivi import brouillon, depot, instruction
from facturier.suivi.certificat import certificat
from facturier.suivi.etats import EtatFacture
from facturier.suivi.models import BonCommande, Facture
from facturier.suivi.querysets import FactureQuerySet
from facturier.suivi.views.communs import envoyer_pdf, telecharger

COMMUNS_ECRITURE = ("introuvable", "etat-incompatible", "type-refuse", "donnees-refusees")
TAILLE_REQUETE = 120_000_000  # bytes, as Chorus Pro


class Ressource(APIView):
    """A resource that a key opens; `portees` says which it takes for each method."""

    roles_admis = frozenset({CLE})
    authentication_classes = [AuthentificationParCle]
    permission_classes = [PorteeRequise]
    throttle_classes = [LimiteParCle]
    portees: dict[str, Portee] = {}

    def initial(self, request: Request, *arguments: Any, **noms: Any) -> None:
        """Check the size that is announced, then the key, its portées and its limits."""
        if int(request.META.get("CONTENT_LENGTH") or 0) > TAILLE_REQUETE:
            raise RequestDataTooBig
        super().initial(request, *arguments, **noms)

    @property
    def cle(self) -> CleApi:
        """The key of the request."""
        cle = self.request.auth
        if not isinstance(cle, CleApi):
            raise TypeError("the resource is not closed to requests without a key")
        return cle

    def factures(self) -> FactureQuerySet:
        """The invoices that the key sees: those deposited by its établissement."""
        factures: FactureQuerySet = Facture.objects.deposees().filter(
            etablissement=self.cle.etablissement_id
        )
        return factures

    def facture(self, pk: int) -> Facture:
        """Return one of them with what is shown of it; any other answers 404."""
        facture: Facture = get_object_or_404(
            self.factures().select_related(
                "etablissement__fournisseur__tiers",
                "fournisseur",
                "service",
                "bon_commande",
                "facture_corrigee",
            ),
            pk=pk,
        )
        return facture

    def lire(self, serialiseur: type[Serializer[Any]], donnees: Any) -> Any:
        """Return a valid serializer of what was sent.

        Raises:
            rest_framework ValidationError: it is not.
        """
        lu = serialiseur(data=donnees, context={"cle": self.cle})
        lu.is_valid(raise_exception=True)
        return lu

    def une_fois(
        self, requete: Request, statut: int, acte: Callable[[], dict[str, Any]]
    ) -> Response:
        """Carry out `acte` once for the Idempotency-Key of the request."""
        return une_seule_fois(requete, self.cle, statut, acte)


class FacturesView(Ressource):
    """The invoices."""

    portees = {"GET": Portee.LIRE, "POST": Portee.DEPOSER}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="listerFactures",
        summary="Lister les factures déposées",
        description="De la plus récente à la plus ancienne, page par page.",
        parameters=[FiltreSerializer],
        responses=schemas.reponses(
            200,
            schemas.page_de("PageFactures", schemas.LigneFactureSerializer(many=True)),
            "donnees-refusees",
        ),
    )
    def get(self, requete: Request) -> Response:
        """List them."""
        filtre = self.lire(FiltreSerializer, requete.query_params.dict())
        rangees, suivant = _page(filtre.filtrer(self.factures()).values(*COLONNES), filtre)
        return Response(
            {"resultats": [representation.ligne(r) for r in rangees], "curseurSuivant": suivant}
        )

    @extend_schema(
        operation_id="deposerFacture",
        summary="Déposer une facture",
        description="Ce qui est lu dans le fichier est complété par « metadonnees », qui "
        "prévalent. La date de dépôt est opposable : le délai de paiement court.",
        parameters=[schemas.IDENTIFIANT],
        request={
            "multipart/form-data": OpenApiRequest(
                DepotSerializer, encoding={"metadonnees": {"contentType": "application/json"}}
            )
        },
        responses=schemas.reponses(
            201, schemas.FactureSerializer, "requete-trop-grande", *COMMUNS_ECRITURE
        ),
    )
    def post(self, requete: Request) -> Response:
        """Deposit one."""
        reponse = self.une_fois(requete, 201, lambda: self._deposer(requete))
        reponse["Location"] = reponse.data["liens"]["facture"]
        return reponse

    def _deposer(self, requete: Request) -> dict[str, Any]:
        envoi = _envoi(self.lire(DepotSerializer, requete.data).validated_data, self.cle)
        facture, alertes = depot.deposer_fichier(**envoi)
        return representation.detail(self.facture(facture.pk), alertes)


class VerificationView(Ressource):
    """What would be said of an invoice, if it were deposited."""

    portees = {"POST": Portee.DEPOSER}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="verifierFacture",
        summary="Vérifier une facture sans la déposer",
        description="Les contrôles que fera le comptable public, un par un, avec ce qu’il faut "
        "faire. Rien n’est déposé ni gardé.",
        request={
            "multipart/form-data": OpenApiRequest(
                DepotSerializer, encoding={"metadonnees": {"contentType": "application/json"}}
            )
        },
        responses=schemas.reponses(
            200,
            schemas.VerificationSerializer,
            "requete-trop-grande",
            "type-refuse",
            "donnees-refusees",
        ),
    )
    def post(self, requete: Request) -> Response:
        """Check it."""
        envoi = _envoi(self.lire(DepotSerializer, requete.data).validated_data, self.cle)
        return Response(representation.verification(depot.verifier_fichier(**envoi)))


class FactureView(Ressource):
    """One invoice."""

    portees = {"GET": Portee.LIRE}

    @extend_schema(
        operation_id="consulterFacture",
        summary="Consulter une facture : état, délais, retours, documents",
        responses=schemas.reponses(200, schemas.FactureSerializer, "introuvable"),
    )
    def get(self, requete: Request, pk: int) -> Response:
        """Show it."""
        return Response(representation.detail(self.facture(pk)))


class HistoriqueView(Ressource):
    """What happened to an invoice."""

    portees = {"GET": Portee.LIRE}

    @extend_schema(
        operation_id="consulterHistorique",
        summary="Consulter l’historique d’une facture",
        responses=schemas.reponses(200, schemas.HistoriqueSerializer, "introuvable"),
    )
    def get(self, requete: Request, pk: int) -> Response:
        """Show it."""
        return Response({"passages": representation.historique(self.facture(pk))})


class CompleterView(Ressource):
    """Answer a suspension."""

    portees = {"POST": Portee.COMPLETER}
    parser_classes = [MultiPartParser]

    @extend_schema(
        operation_id="completerFacture",
        summary="Compléter une facture suspendue",
        description="Répond à la pièce ou à la précision demandée. La facture garde son numéro.",
        parameters=[schemas.IDENTIFIANT],
        request={"multipart/form-data": ComplementSerializer},
        responses=schemas.reponses(
            200, schemas.FactureSerializer, "requete-trop-grande", *COMMUNS_ECRITURE
        ),
    )
    def post(self, requete: Request, pk: int) -> Response:
        """Answer."""
        return self.une_fois(requete, 200, lambda: self._completer(requete, pk))

    def _completer(self, requete: Request, pk: int) -> dict[str, Any]:
        facture = _en_attente(self.facture(pk), EtatFacture.SUSPENDUE)
        donnees = self.lire(ComplementSerializer, requete.data).validated_data
        par = self.cle.titulaire
        for piece in _pieces(donnees):
            piece.joindre_a(facture, par=par)
        instruction.completer(facture, reponse=donnees["reponse"], par=par)
        return representation.detail(self.facture(pk))


class RecyclerView(Ressource):
    """Give the right order, or the right service."""

    portees = {"POST": Portee.COMPLETER}
    parser_classes = [JSONParser]

    @extend_schema(
        operation_id="recyclerFacture",
        summary="Corriger le destinataire d’une facture à réorienter",
        description="Donnez le bon de commande, ou le service. La facture garde son numéro.",
        parameters=[schemas.IDENTIFIANT],
        request={"application/json": DestinataireSerializer},
        responses=schemas.reponses(200, schemas.FactureSerializer, *COMMUNS_ECRITURE),
    )
    def post(self, requete: Request, pk: int) -> Response:
        """Send it to the right place."""
        return self.une_fois(requete, 200, lambda: self._recycler(requete, pk))

    def _recycler(self, requete: Request, pk: int) -> dict[str, Any]:
        facture = _en_attente(self.facture(pk), EtatFacture.A_REORIENTER)
        donnees = self.lire(DestinataireSerializer, requete.data).validated_data
        instruction.readresser(
            facture,
            bon_commande=donnees.get("numeroBonCommande"),
            service=donnees.get("codeService"),
            par=self.cle.titulaire,
        )
        return representation.detail(self.facture(pk))


class RetirerView(Ressource):
    """Withdraw an invoice before its certification."""

    portees = {"POST": Portee.RETIRER}
    parser_classes = [JSONParser]

    @extend_schema(
        operation_id="retirerFacture",
        summary="Retirer une facture avant sa certification",
        description="La facture ne sera pas payée. Son numéro pourra resservir.",
        parameters=[schemas.IDENTIFIANT],
        request={"application/json": RetraitSerializer},
        responses=schemas.reponses(200, schemas.FactureSerializer, *COMMUNS_ECRITURE),
    )
    def post(self, requete: Request, pk: int) -> Response:
        """Withdraw it."""
        return self.une_fois(requete, 200, lambda: self._retirer(requete, pk))

    def _retirer(self, requete: Request, pk: int) -> dict[str, Any]:
        facture = self.facture(pk)
        motif = self.lire(RetraitSerializer, requete.data).validated_data["motif"]
        instruction.retirer(facture, motif=motif, par=self.cle.titulaire)
        return representation.detail(self.facture(pk))


class DocumentView(Ressource):
    """A file of an invoice."""

    portees = {"GET": Portee.LIRE}

    @extend_schema(
        operation_id="telechargerDocument",
        summary="Télécharger un document d’une facture",
        responses={
            **schemas.reponses(200, OpenApiTypes.BINARY, "introuvable"),
            **{(200, type_mime): OpenApiTypes.BINARY for type_mime in brouillon.TYPES_JOINTS},
        },
    )
    def get(self, requete: Request, pk: int, document: int) -> FileResponse:
        """Send it."""
        return telecharger(get_object_or_404(self.facture(pk).documents, pk=document))


class CertificatView(Ressource):
    """The certificate of deposit."""

    portees = {"GET": Portee.LIRE}

    @extend_schema(
        operation_id="telechargerCertificat",
        summary="Télécharger le certificat de dépôt",
        responses={
            **schemas.reponses(200, OpenApiTypes.BINARY, "introuvable"),
            (200, types_contenu.PDF): OpenApiTypes.BINARY,
        },
    )
    def get(self, requete: Request, pk: int) -> FileResponse:
        """Send it."""
        return envoyer_pdf(certificat(self.facture(pk)), f"certificat-depot-{pk}.pdf")


class ServicesView(Ressource):
    """The services that may have ordered."""

    portees = {"GET": Portee.DEPOSER}

    @extend_schema(
        operation_id="listerServices",
        summary="Lister les services de la province",
        responses=schemas.reponses(200, schemas.ServicesSerializer),
    )
    def get(self, requete: Request) -> Response:
        """List them."""
        services = ServiceGestionnaire.objects.values_list("code", "libelle", "direction")
        noms = ("codeService", "libelle", "direction")
        return Response(
            {"resultats": [dict(zip(noms, service, strict=True)) for service in services]}
        )


class BonsCommandeView(Ressource):
    """The open orders addressed to the établissement."""

    portees = {"GET": Portee.DEPOSER}

    @extend_schema(
        operation_id="listerBonsCommande",
        summary="Lister mes bons de commande ouverts, avec ce qu’il reste à facturer",
        parameters=[PageSerializer],
        responses=schemas.reponses(
            200,
            schemas.page_de("PageBonsCommande", schemas.BonCommandeSerializer(many=True)),
            "donnees-refusees",
        ),
    )
    def get(self, requete: Request) -> Response:
        """List them."""
        page = self.lire(PageSerializer, requete.query_params.dict())
        ouverts = BonCommande.objects.facturables_par(self.cle.etablissement).avec_reste()
        colonnes = ("numero", "objet", "date_commande", "service__code", "montant_engage")
        rangees, suivant = _page(ouverts.values("pk", *colonnes, "montant_restant"), page)
        return Response(
            {
                "resultats": [
                    {
                        "numeroBonCommande": rangee["numero"],
                        "objet": rangee["objet"],
                        "dateCommande": rangee["date_commande"],
                        "codeService": rangee["service__code"],
                        "montantEngage": rangee["montant_engage"],
                        "montantRestant": rangee["montant_restant"],
                    }
                    for rangee in rangees
                ],
                "curseurSuivant": suivant,
            }
        )


class CleView(Ressource):
    """The key that asks."""

    @extend_schema(
        operation_id="consulterCle",
        summary="Vérifier ma clé : établissement, portées, expiration",
        responses=schemas.reponses(200, schemas.CleSerializer),
    )
    def get(self, requete: Request) -> Response:
        """Show what it allows."""
        cle = self.cle
        return Response(
            {
                "nom": cle.nom,
                "etablissement": {
                    "ridet": cle.etablissement.ridet,
                    "denomination": cle.etablissement.denomination,
                },
                "portees": cle.portees,
                "dateExpiration": cle.expire_le,
            }
        )


class InconnueView(Ressource):
    """Any other address under `/api/`, with a key or without."""

    authentication_classes = []
    permission_classes = []
    throttle_classes = []

    @extend_schema(exclude=True)
    def get(self, requete: Request, chemin: str) -> HttpResponseBase:
        """Answer 404, whatever the key."""
        raise Http404

    post = put = patch = delete = get


def _page(lignes: Any, page: Any) -> tuple[list[dict[str, Any]], str | None]:
    """Cut `lignes` (values with `pk`) by key; return them and the cursor of the next page."""
    taille = page.validated_data["taille"]
    if apres := page.validated_data.get("curseur"):
        lignes = lignes.filter(pk__lt=apres)
    rangees = list(lignes.order_by("-pk")[: taille + 1])
    a_une_suite = len(rangees) > taille
    return rangees[:taille], faire_curseur(rangees[taille - 1]["pk"]) if a_une_suite else None


def _envoi(donnees: dict[str, Any], cle: CleApi) -> dict[str, Any]:
    """Return what the acts of deposit take, from a valid form."""
    fichier = donnees["pieceJointePrincipale"]
    return {
        "flux": fichier,
        "nom": fichier.name,
        "suites": [(page.name, page) for page in donnees.get("pagesSuivantes", ())],
        "etablissement": cle.etablissement,
        "par": cle.titulaire,
        "complements": donnees["metadonnees"],
        "pieces": _pieces(donnees),
    }


def _pieces(donnees: dict[str, Any]) -> list[depot.PieceFournie]:
    """Return the supporting documents of a form."""
    fichiers = donnees.get("piecesJointesComplementaires", ())
    return [depot.PieceFournie(f.name, f, donnees["genrePieces"]) for f in fichiers]


def _en_attente(facture: Facture, etat: EtatFacture) -> Facture:
    """Return the invoice if it waits for its supplier in `etat`.

    Raises:
        TransitionInterdite: it does not.
    """
    if facture.etat != etat:
        raise TransitionInterdite(
            "Rien de tel n’est attendu de vous sur cette facture : consultez son état."
        )
    return facture
