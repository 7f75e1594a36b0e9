"""A past for the demonstration: a year of invoices, so that reports and predictions have a ground.

The same acts as today, at their day: lots of invoices of a service go from the deposit to the
payment, some are sent back or rejected, the last ones are still under way. The draws are always
the same. What the treasury received long ago is not kept, and its bordereaux say so; the flux of
the last months are all there (`passe_tresorerie`).
"""

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from hashlib import sha256
from itertools import groupby
from typing import Any, cast

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Value, When
from django.utils import timezone

from exports_tps import decisions
from exports_tps.cloture import accepter_bordereaux
from exports_tps.models import SignatureBordereau
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.accueil import horloge
from facturier.accueil.facture_type import FactureType, dessiner
from facturier.accueil.passe_tresorerie import (
    Envois,
    fichiers_a_leur_jour,
    oublier_ce_qui_ne_part_de_rien,
)
from facturier.commun import fichiers, types_contenu
from facturier.commun.etats import franchir, franchir_lot
from facturier.commun.montants import appliquer_taux
from facturier.grand_livre.documents import enregistrer_justificatif
from facturier.grand_livre.emission import (
    CompteBancaire,
    Delai,
    Destinataire,
    Imputation,
    creer_bordereau,
    emettre_mandat,
)
from facturier.grand_livre.models import Bordereau, Mandat, Piece, PieceJustificative, SensPiece
from facturier.suivi import avancement, instruction
from facturier.suivi.depot import tirer_code
from facturier.suivi.etats import EtatFacture
from facturier.suivi.mandatement import budget_courant, objet_du_mandat
from facturier.suivi.models import (
    Avis,
    Document,
    Facture,
    MotifRetour,
    PrevisionPaiement,
    RepartitionTaxe,
    ServiceFait,
    normaliser_numero,
)
from facturier.suivi.observatoire import relever_delais
from facturier.suivi.passages import tracer
from facturier.suivi.prevision import prevoir
from fournisseurs.models import CoordonneesBancaires, Etablissement

SEMAINES = 54
SEMAINES_ENVOYEES = 26  # the last ones, whose flux are really sent
ENVOI, RELEVE = 15, 16  # hours of the days when flux leave and answers are read
JOUR_D_ENVOI = 3  # Thursday
FACTURES_PAR_LOT, FOURNISSEURS_PAR_LOT = (4, 7), 2
PREFIXE = "H"
JOURS_OUVRES, SAMEDI = 5, 5
ECART = timedelta(minutes=10)
PART_REJETEE, PART_SUSPENDUE = 0.25, 0.35
MONTANTS = (18_500, 42_000, 96_300, 148_000, 265_400, 610_000, 1_240_000)
OBJETS = {
    "6064": "Fournitures de bureau",
    "60632": "Petit équipement",
    "6156": "Maintenance",
    "611": "Prestation de service",
    "617": "Étude",
    "6262": "Télécommunications",
}
TAUX = (Decimal(3), Decimal(6), Decimal(11), Decimal(11), Decimal(22))
LENTEURS = {"DSIN": 0.7, "DEFE": 1.0, "DEPS": 1.5, "DCJS": 1.1}  # of a service, against the usual
# Days from a step to the next, at the pace of the first of them.
ETAPES: tuple[tuple[str, int, int], ...] = (
    ("recevoir", 1, 2),
    ("demander_certification", 0, 2),
    ("certifier", 2, 14),
    ("liquider", 1, 5),
    ("mandater", 1, 5),
    ("prendre_en_charge", 1, 4),
    ("payer", 3, 14),
)


@dataclass
class Lot:
    """Invoices of one service that go together, and the bordereau that pays them."""

    service: ServiceGestionnaire
    factures: list[int] = field(default_factory=list)
    mandats: list[Mandat] = field(default_factory=list)
    bordereau: Bordereau | None = None
    est_envoye: bool = False  # in a flux, to a treasury that answers


@transaction.atomic
def charger_passe() -> int:
    """Make the past once; return how many invoices it has.

    The moment of each act is its own: the clock of the process is turned back meanwhile.
    """
    if Facture.objects.filter(numero__startswith=PREFIXE).exists():
        return 0
    oublier_ce_qui_ne_part_de_rien()
    passe = _Passe()
    try:
        with fichiers_a_leur_jour():
            passe.jouer()
    finally:
        passe.envois.tresorerie.fermer()
    factures = Facture.objects.filter(numero__startswith=PREFIXE)
    Avis.objects.filter(facture__in=factures).delete()  # told, read and gone long ago
    relever_delais()
    return factures.count()


class _Passe:
    """The year as a queue of acts, each at its moment."""

    def __init__(self) -> None:
        self.hasard = random.Random(2026)  # noqa: S311  (plausible, not secret)
        hier = timezone.localtime() - timedelta(days=1)
        self.fin = hier.replace(hour=17, minute=0, second=0, microsecond=0)
        self.debut = self.fin.replace(hour=8) - timedelta(weeks=SEMAINES)
        self.gens: dict[Role, Utilisateur] = {role: _qui(role) for role in Role}
        self.systeme = Utilisateur.objects.systeme()
        self.services = list(ServiceGestionnaire.objects.filter(code__in=LENTEURS))
        self.comptes = {
            compte.fournisseur_id: compte
            for compte in CoordonneesBancaires.objects.courantes().filter(etablissement=None)
        }
        self.etablissements = list(
            Etablissement.objects.filter(
                fournisseur__in=self.comptes, fournisseur__est_creancier=True
            )
            .select_related("fournisseur__tiers")
            .order_by("ridet")
        )
        self.rejets = list(MotifRetour.objects.filter(est_de_rejet=True))
        self.suspensions = list(MotifRetour.objects.filter(est_de_suspension=True))
        self.rang = self.rang_acte = 0
        self.envois = Envois(self.gens, fin=self.fin.date(), prevoir=self._prevoir_dans)
        est_jouable = settings.TPS_TRANSPORT == "dossier"
        self.debut_envois = self.fin - timedelta(weeks=SEMAINES_ENVOYEES if est_jouable else 0)
        self.file: list[tuple[datetime, int, Callable[[], None]]] = []

    def jouer(self) -> None:
        """Act in the order of time, until yesterday."""
        for semaine in range(SEMAINES if self.etablissements else 0):
            moment = _ouvre(self.debut + timedelta(weeks=semaine, days=semaine % JOURS_OUVRES))
            service = self.services[semaine % len(self.services)]
            self._prevoir(moment, partial(self._deposer, moment, service))
        for jour in range((self.fin - self.debut_envois).days + 1):
            moment = self.debut_envois.replace(minute=30) + timedelta(days=jour)
            if moment.weekday() == JOUR_D_ENVOI:
                self._prevoir(moment.replace(hour=ENVOI), self.envois.envoyer)
            if moment.weekday() < JOURS_OUVRES:
                self._prevoir(moment.replace(hour=RELEVE), self.envois.relever)
        while self.file:
            moment, _, agir = heapq.heappop(self.file)
            with horloge.a(moment):
                agir()

    def _prevoir(self, moment: datetime, agir: Callable[[], None]) -> None:
        """Put an act in the queue; what would come after yesterday never does."""
        if moment <= self.fin:
            self.rang_acte += 1
            heapq.heappush(self.file, (moment, self.rang_acte, agir))

    def _prevoir_dans(self, attente: timedelta, agir: Callable[[], None]) -> None:
        self._prevoir(_ouvre(timezone.now() + attente), agir)

    # --- Supplier ------------------------------------------------------------------------------
    def _deposer(self, moment: datetime, service: ServiceGestionnaire) -> None:
        lot = Lot(service)
        combien = self.hasard.randint(*FACTURES_PAR_LOT)
        qui = self.hasard.sample(self.etablissements, FOURNISSEURS_PAR_LOT)
        brouillons = [
            self._facture(moment, service, self.hasard.choice(qui)) for _ in range(combien)
        ]
        Facture.objects.bulk_create([facture for facture, _ in brouillons])
        Document.objects.bulk_create(
            Document(
                facture=facture,
                sha256=range_.sha256,
                nom=f"facture-{facture.numero}.pdf",
                type_mime=range_.type_mime,
                taille=range_.taille,
                genre=PieceJustificative.Genre.FACTURE,
                depose_par=self.systeme,
            )
            for facture, range_ in brouillons
        )
        RepartitionTaxe.objects.bulk_create(
            RepartitionTaxe(
                facture=facture,
                taux=facture.lecture["taux"],
                base=facture.montant_ht,
                taxe=facture.montant_tgc,
            )
            for facture, _ in brouillons
        )
        lot.factures = [facture.pk for facture, _ in brouillons]
        franchir_lot(
            Facture,
            lot.factures,
            "deposer",
            par=self.systeme,
            deposee_le=moment,
            deposee_par=self.systeme,
            code_verification=Case(*(When(pk=pk, then=Value(tirer_code())) for pk in lot.factures)),
        )
        prevoir(lot.factures, PrevisionPaiement.Jalon.DEPOT)
        self._enchainer(lot, moment)

    def _facture(
        self, moment: datetime, service: ServiceGestionnaire, etablissement: Etablissement
    ) -> tuple[Facture, fichiers.FichierRange]:
        self.rang += 1
        taux = self.hasard.choice(TAUX)
        ht = self.hasard.choice(MONTANTS) + 100 * self.hasard.randint(0, 180)
        compte = self.hasard.choice(list(OBJETS))
        numero = f"{PREFIXE}{moment:%y%m}-{self.rang:04d}"
        tgc = appliquer_taux(ht, taux)
        emise_le = timezone.localdate(moment) - timedelta(days=self.hasard.randint(0, 4))
        objet = OBJETS[compte]
        page = dessiner(
            FactureType(
                emetteur=etablissement.denomination,
                ridet=etablissement.ridet,
                adresse=etablissement.adresse_voie,
                numero=numero,
                date=emise_le,
                objet=objet,
                montant_ht=ht,
                montant_tgc=tgc,
                taux=int(taux),
            )
        )
        range_ = _ranger(page, types_contenu.PDF)
        facture = Facture(
            fournisseur=etablissement.fournisseur,
            etablissement=etablissement,
            numero=numero,
            numero_normalise=normaliser_numero(numero),
            objet=objet,
            date_emission=emise_le,
            montant_ht=ht,
            montant_tgc=tgc,
            montant_ttc=ht + tgc,
            service=service,
            sha256=range_.sha256,
            lecture={"format": "pdf", "taux": int(taux), "compte": compte},
            cree_par=self.systeme,
        )
        return facture, range_

    # --- Province and treasury -----------------------------------------------------------------
    def _enchainer(
        self, lot: Lot, moment: datetime, etapes: tuple[tuple[str, int, int], ...] = ETAPES
    ) -> None:
        """Put the next steps of a lot in the queue: each service has its pace, which improves."""
        part = (moment - self.debut) / (self.fin - self.debut)
        lenteur = LENTEURS[lot.service.code] * (1.35 - 0.5 * part)
        for etape, minimum, maximum in etapes:
            jours = round(self.hasard.randint(minimum, maximum) * lenteur) or minimum
            heure, minute = self.hasard.randint(8, 15), self.hasard.randint(0, 59)
            suivant = _ouvre(moment + timedelta(days=jours)).replace(hour=heure, minute=minute)
            moment = max(suivant, moment + ECART)
            self._prevoir(moment, partial(getattr(self, f"_{etape}"), lot))

    def _lot(self, lot: Lot, acte: str, role: Role, **champs: Any) -> set[int]:
        return franchir_lot(Facture, lot.factures, acte, par=self.gens[role], **champs)

    def _recevoir(self, lot: Lot) -> None:
        self._lot(lot, "recevoir", Role.AGENT)
        if self.hasard.random() < PART_SUSPENDUE:
            self._suspendre(Lot(lot.service, [lot.factures.pop(0)]))

    def _suspendre(self, retardee: Lot) -> None:
        """Ask for something; once the answer is there, the invoice follows its own way."""
        facture = Facture.objects.get(pk=retardee.factures[0])
        motif = self.hasard.choice(self.suspensions)
        agent = self.gens[Role.AGENT]
        instruction.suspendre(facture, instruction.Retour(motif=motif), par=agent)
        reponse = _ouvre(timezone.now() + timedelta(days=self.hasard.randint(1, 9)))
        self._prevoir(reponse, partial(self._completer, retardee, facture))

    def _completer(self, retardee: Lot, facture: Facture) -> None:
        instruction.completer(facture, reponse="Voici ce que vous demandiez.", par=self.systeme)
        instruction.reprendre(facture, par=self.gens[Role.AGENT])
        self._enchainer(retardee, timezone.now(), ETAPES[1:])

    def _demander_certification(self, lot: Lot) -> None:
        self._lot(lot, "demander_certification", Role.AGENT)

    def _certifier(self, lot: Lot) -> None:
        if self.hasard.random() < PART_REJETEE:
            facture = Facture.objects.get(pk=lot.factures[-1])
            if facture.etat == EtatFacture.EN_CERTIFICATION:
                motif = self.hasard.choice(self.rejets)
                retour = instruction.Retour(motif=motif)
                instruction.rejeter(facture, retour, par=self.gens[Role.AGENT])
        certifiees = self._lot(lot, "certifier_service_fait", Role.SERVICE)
        ServiceFait.objects.bulk_create(
            ServiceFait(
                facture_id=pk,
                date_service_fait=timezone.localdate() - timedelta(days=1),
                certifie_par=self.gens[Role.SERVICE],
            )
            for pk in certifiees
        )

    def _liquider(self, lot: Lot) -> None:
        a_liquider = Facture.objects.filter(pk__in=lot.factures, etat=EtatFacture.SERVICE_FAIT)
        for facture in a_liquider.order_by("pk"):
            instruction.liquider(
                facture,
                compte=facture.lecture["compte"],
                fonction="930",
                par=self.gens[Role.AGENT],
            )

    def _mandater(self, lot: Lot) -> None:
        """Issue one mandat an établissement, list them on a bordereau, and sign it."""
        factures = (
            Facture.objects.filter(pk__in=lot.factures, etat=EtatFacture.LIQUIDEE)
            .select_related("etablissement__fournisseur__tiers", "service")
            .prefetch_related("documents")
            .order_by("etablissement", "pk")
        )
        for _, siennes in groupby(factures, lambda facture: facture.etablissement_id):
            lot.mandats.append(self._emettre(list(siennes)))
        if not lot.mandats:
            return
        jour, ordonnateur = timezone.localdate(), self.gens[Role.ORDONNATEUR]
        cles = [mandat.pk for mandat in lot.mandats]
        lot.bordereau = creer_bordereau(
            sens=SensPiece.DEPENSE, pieces=cles, date_emission=jour, par=self.gens[Role.AGENT]
        )
        if timezone.now() >= self.debut_envois:
            signer_bordereau(lot.bordereau, par=ordonnateur)
            lot.est_envoye = True
        else:
            self._reprendre(lot, lot.bordereau)

    def _reprendre(self, lot: Lot, bordereau: Bordereau) -> None:
        """Sign and hand over a bordereau of which nothing else was kept, at once.

        None is left signed and waiting: its fragment is not one that a flux may copy.
        """
        jour, ordonnateur = timezone.localdate(), self.gens[Role.ORDONNATEUR]
        cles = [mandat.pk for mandat in lot.mandats]
        trace = f"Bordereau {bordereau.reference} de la démonstration, repris sans son flux."
        range_ = _ranger(trace.encode(), types_contenu.TEXTE)
        SignatureBordereau.objects.create(
            bordereau=bordereau,
            par=ordonnateur,
            jour=jour,
            mode=SignatureBordereau.Mode.HISTORIQUE,
        )
        franchir(
            bordereau,
            "signer",
            par=ordonnateur,
            signe_le=timezone.now(),
            signataire="Historique de démonstration",
            empreinte_signee=range_.sha256,
        )
        franchir_lot(Piece, cles, "signer", par=ordonnateur)
        avancement.constater_signature(cles, par=ordonnateur)
        self._transmettre(lot, bordereau)

    def _emettre(self, factures: list[Facture]) -> Mandat:
        etablissement, agent = factures[0].etablissement, self.gens[Role.AGENT]
        compte = self.comptes[etablissement.fournisseur_id]
        jour = timezone.localdate()
        depot = timezone.localdate(factures[0].deposee_le)
        mandat = emettre_mandat(
            exercice=jour.year,
            budget=budget_courant(),
            destinataire=Destinataire(
                tiers=etablissement.fournisseur.tiers,
                ridet=etablissement.ridet,
                adresse_voie=etablissement.adresse_voie,
                code_postal=etablissement.code_postal,
                ville=etablissement.ville,
            ),
            compte=CompteBancaire(iban=compte.iban, bic=compte.bic, titulaire=compte.titulaire),
            objet=objet_du_mandat(factures),
            service=cast(ServiceGestionnaire, factures[0].service),
            imputations=[
                Imputation(
                    compte=facture.compte,
                    fonction=facture.fonction,
                    montant_ht=facture.montant_ht,
                    montant_tgc=facture.montant_tgc,
                    libelle=facture.objet,
                    reference_facture=facture.numero,
                )
                for facture in factures
            ],
            justificatifs=[
                enregistrer_justificatif(
                    sha256=document.sha256,
                    taille=document.taille,
                    type_mime=document.type_mime,
                    nom=document.nom,
                    genre=document.genre,
                )
                for facture in factures
                for document in facture.documents.all()
            ],
            delai=Delai(debut=depot, fin=depot + timedelta(days=30), duree=30),
            date_emission=jour,
            par=agent,
        )
        Facture.objects.filter(pk__in=[facture.pk for facture in factures]).update(mandat=mandat.pk)
        tracer(factures, "mandater", f"Mandat {mandat.reference}", agent)
        return mandat

    def _transmettre(self, lot: Lot, bordereau: Bordereau) -> None:
        cles = [mandat.pk for mandat in lot.mandats]
        franchir_lot(Piece, cles, "transmettre", par=self.gens[Role.AGENT])
        franchir(bordereau, "transmettre", par=self.gens[Role.AGENT])
        avancement.constater_transmission(cles, par=self.gens[Role.AGENT])

    def _prendre_en_charge(self, lot: Lot) -> None:
        cles, comptable = [mandat.pk for mandat in lot.mandats], self.gens[Role.COMPTABLE]
        if cles and not lot.est_envoye:
            accepter_bordereaux(cles, par=comptable)
            decisions.prendre_en_charge(cles, par=comptable)

    def _payer(self, lot: Lot) -> None:
        if lot.est_envoye:
            return  # the treasury says when
        jour = timezone.localdate()
        cumuls = {
            mandat.pk: decisions.CumulPaye(
                montant=mandat.montant_ttc, date_paiement=jour, reference=f"VIR-{jour:%y%m%d}"
            )
            for mandat in lot.mandats
        }
        decisions.payer(cumuls, par=self.gens[Role.COMPTABLE])


def _ouvre(moment: datetime) -> datetime:
    """Return the same hour of the day, or of the Monday that follows a Saturday or a Sunday."""
    repos = max(0, moment.weekday() - SAMEDI + 1)
    return moment + timedelta(days=(0, 2, 1)[repos])


def _qui(role: Role) -> Utilisateur:
    """Return the first person of the demonstration who holds `role`."""
    return Utilisateur.objects.filter(attributions__role=role).order_by("pk").first() or (
        Utilisateur.objects.systeme()
    )


def _ranger(octets: bytes, type_mime: str) -> fichiers.FichierRange:
    """Put a file in the store without waiting for the disk: the demonstration can be made again."""
    empreinte = sha256(octets).hexdigest()
    destination = fichiers.chemin(empreinte, settings.DOCUMENTS_RACINE)
    if not destination.exists():
        destination.parent.mkdir(parents=True, exist_ok=True)
        destination.write_bytes(octets)
        destination.chmod(fichiers.MODE_FICHIER)
    return fichiers.FichierRange(empreinte, len(octets), type_mime)
