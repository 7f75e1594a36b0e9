"""The whole circuit, played through the real acts: from deposit to paid, from titre to receipt.

Each step does what a person or the system would do, checks that it held, and returns the evidence
of it: numbers, digests, file names, écritures. Used by the demonstration and by the tests.
"""

import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import TypeVar

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils import timezone
from mailer.models import MessageLog

from exports_tps.circuits import passe_par_le_parapheur
from exports_tps.constitution import constituer_flux
from exports_tps.etapes import etat_de
from exports_tps.models import Flux, MessageTPS
from exports_tps.parapheur import presenter, viser
from exports_tps.retours import lire_retours
from exports_tps.signature import signer_bordereau
from exports_tps.transmission import transmettre
from exports_tps.viseurs import attente_de, blocage_de
from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.accueil.facture_type import FactureType, document_de_preuve, editer
from facturier.accueil.passerelle_banc import enregistrer_lecteur, presenter_carte
from facturier.accueil.verification import verifier
from facturier.commun import courriels
from facturier.commun.banque import Rib, cle_rib, masquer_iban
from facturier.commun.montants import afficher, appliquer_taux
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import (
    Bordereau,
    Ecriture,
    EtatBordereau,
    EtatPiece,
    Mandat,
    SensPiece,
    Titre,
)
from facturier.grand_livre.scellement import sceller
from facturier.grand_livre.soldes import reste_du, solde
from facturier.suivi.brouillon import commencer, remplir
from facturier.suivi.depot import deposer
from facturier.suivi.etats import EtatFacture
from facturier.suivi.instruction import (
    certifier_service_fait,
    demander_certification,
    liquider,
    recevoir,
)
from facturier.suivi.mandatement import mandater
from facturier.suivi.models import Facture
from facturier.suivi.saisie import PartTaxe, Saisie
from fournisseurs.coordonnees import Compte
from fournisseurs.demandes import Declaration, accepter, deposer_demande
from fournisseurs.depots import Preuve
from fournisseurs.models import Etablissement, Fournisseur, Justificatif
from telepaiement import caisse, tentatives, titres
from telepaiement.models import (
    EtatTentative,
    Guichet,
    Mode,
    Produit,
    Quittance,
    Tentative,
)
from telepaiement.nominations import responsable
from telepaiement.regies import enregistrer_guichet

Valeur = TypeVar("Valeur")
ATTENTE = 60.0  # seconds
RID = "9000506"
A_LAISSER = -2  # from there on, titres that whoever looks at the demonstration pays himself
TAUX = Decimal(11)


class EtapeManquee(Exception):
    """A step did not hold; the message, in French, says what was expected."""


def exiger(valeur: Valeur | None, message: str) -> Valeur:
    """Return `valeur`, and refuse to go on when it is missing or false."""
    if not valeur:
        raise EtapeManquee(message)
    return valeur


def saisie_de(piece: FactureType) -> Saisie:
    """Return what the supplier confirms on screen: what was read, and the service he names."""
    return Saisie(
        numero=piece.numero,
        date_emission=piece.date,
        montant_ht=piece.montant_ht,
        montant_tgc=piece.montant_tgc,
        montant_ttc=piece.montant_ttc,
        taxes=(PartTaxe(taux=TAUX, base=piece.montant_ht, taxe=piece.montant_tgc),),
        objet=piece.objet,
        service=ServiceGestionnaire.objects.get(code="DEFE"),
    )


@dataclass
class Circuit:
    """The people and what the steps have made so far."""

    etablissement: Etablissement | None = None
    factures: list[Facture] = field(default_factory=list)
    mandats: list[Mandat] = field(default_factory=list)
    titres: list[Titre] = field(default_factory=list)
    bordereaux: list[Bordereau] = field(default_factory=list)
    flux: list[Flux] = field(default_factory=list)
    quittances: list[Quittance] = field(default_factory=list)
    debut: datetime = field(default_factory=timezone.now)
    marque: str = field(default_factory=lambda: f"{timezone.localtime():%y%m%d%H%M%S}")

    def qui(self, role: Role) -> Utilisateur:
        """Return the first person of the demonstration who holds `role`."""
        return exiger(
            Utilisateur.objects.filter(attributions__role=role).order_by("pk").first(),
            f"Personne n’a le rôle « {role.label} » : lancez preparer_demonstration.",
        )

    @property
    def liquidateur(self) -> Utilisateur:
        """The last agent: whoever liquidates is not whoever mandates."""
        return exiger(
            Utilisateur.objects.filter(attributions__role=Role.AGENT).order_by("-pk").first(),
            "Aucun agent : lancez preparer_demonstration.",
        )

    # --- Supplier ------------------------------------------------------------------------------
    def inscrire(self) -> Iterator[str]:
        """The supplier asks for an établissement, with its account and proof; an agent accepts."""
        connus = Etablissement.objects.filter(ridet__startswith=RID).count()
        ridet = f"{RID}{connus + 1:03d}"
        compte = f"{connus + 1:011d}"
        rib = Rib("17499", "00000", compte, cle_rib("17499", "00000", compte))
        demande = deposer_demande(
            demandeur=self.qui(Role.FOURNISSEUR),
            declaration=Declaration(
                ridet=ridet,
                denomination="Lagon Fournitures",
                adresse_voie="12 rue des Essais",
                code_postal="98800",
                ville="Nouméa",
                compte=Compte(iban=rib.iban, bic="BCADNCNN", titulaire="Lagon Fournitures"),
                fonction="Gérante",
            ),
            preuves=[
                Preuve(
                    genre,
                    f"{genre}.pdf",
                    BytesIO(document_de_preuve(str(genre.label), ridet, "Lagon Fournitures")),
                )
                for genre in (Justificatif.Genre.AVIS_RIDET, Justificatif.Genre.RIB)
            ],
        )
        yield f"demande {demande.pk} pour le RIDET {ridet}, compte {masquer_iban(rib.iban)}"
        self.etablissement = accepter(demande, par=self.qui(Role.AGENT))
        yield f"acceptée par {self.qui(Role.AGENT)} : {self.etablissement}"

    # --- Expense -------------------------------------------------------------------------------
    def deposer(self) -> Iterator[str]:
        """The supplier deposits two Factur-X invoices and receives their certificates."""
        for rang, montant in enumerate((250_000, 84_300), start=1):
            facture = self._deposer_une(f"F-{self.marque}-{rang}", montant)
            self.factures.append(facture)
            yield (
                f"facture {facture.numero} de {afficher(facture.montant_ttc)}, code "
                f"{facture.code_verification}, fichier sha256 {facture.sha256[:16]}…"
            )

    def _deposer_une(self, numero: str, montant: int) -> Facture:
        fanny = self.qui(Role.FOURNISSEUR)
        etablissement = exiger(self.etablissement, "Aucun établissement n’a été accepté.")
        piece = FactureType(
            numero=numero,
            date=timezone.localdate(),
            emetteur=etablissement.denomination,
            ridet=etablissement.ridet,
            adresse=etablissement.adresse_voie,
            objet="Fournitures scolaires des collèges",
            montant_ht=montant,
            montant_tgc=appliquer_taux(montant, TAUX),
            taux=int(TAUX),
        )
        facture = commencer(
            BytesIO(editer(piece)), nom=f"{numero}.pdf", etablissement=etablissement, par=fanny
        )
        exiger(facture.numero == numero, "Le numéro n’a pas été lu dans le fichier Factur-X.")
        remplir(facture, saisie_de(piece), par=fanny)
        return deposer(facture, par=fanny)

    def instruire(self) -> Iterator[str]:
        """The desk receives, the service certifies, another agent liquidates."""
        agathe, serge = self.qui(Role.AGENT), self.qui(Role.SERVICE)
        for facture in self.factures:
            recevoir(facture, par=agathe)
            demander_certification(facture, par=agathe)
            certifier_service_fait(facture, date_service_fait=timezone.localdate(), par=serge)
            liquider(facture, par=self.liquidateur, compte="6067", fonction="221")
            exiger(facture.etat == EtatFacture.LIQUIDEE, "La facture n’est pas liquidée.")
            yield f"facture {facture.numero}  : reçue, certifiée, liquidée au 6067"

    def mandater(self) -> Iterator[str]:
        """One mandat for both invoices, on a bordereau."""
        agathe = self.qui(Role.AGENT)
        mandat = mandater([facture.pk for facture in self.factures], par=agathe)
        self.mandats.append(mandat)
        yield self._ecriture(mandat, "mandatement")
        yield self._mettre_en_bordereau(SensPiece.DEPENSE, [mandat.pk])

    def _mettre_en_bordereau(self, sens: str, pieces: list[int]) -> str:
        bordereau = creer_bordereau(
            sens=sens, pieces=pieces, date_emission=timezone.localdate(), par=self.qui(Role.AGENT)
        )
        self.bordereaux.append(bordereau)
        return f"bordereau {bordereau.reference} de {len(pieces)} pièce(s)"

    def _ecriture(self, piece: Mandat | Titre, evenement: str) -> str:
        ecriture = Ecriture.objects.get(cle=f"{evenement}-{piece.pk}")
        lignes = ", ".join(
            f"{ligne.sens} {ligne.compte.numero} {afficher(ligne.montant)}"
            for ligne in ecriture.lignes.select_related("compte").order_by("rang")
        )
        return f"{piece.nom_genre} {piece.reference}, écriture {ecriture.pk} : {lignes}"

    # --- Treasury ------------------------------------------------------------------------------
    def signer(self) -> Iterator[str]:
        """Each bordereau gets the visas of its circuit, if it has one; the ordonnateur signs it."""
        for bordereau in self.bordereaux:
            if passe_par_le_parapheur(bordereau.sens, timezone.localdate()):
                yield from self._viser(bordereau)
            signer_bordereau(bordereau, par=self.qui(Role.ORDONNATEUR))
            yield (
                f"bordereau {bordereau.reference} signé par « {bordereau.signataire} », "
                f"empreinte {bordereau.empreinte_signee[:16]}…"
            )

    def _viser(self, bordereau: Bordereau) -> Iterator[str]:
        """Present a bordereau to the parapheur, then give each visa that its circuit asks for."""
        presenter(bordereau, par=self.qui(Role.AGENT))
        while (etat := etat_de(bordereau)) is not None and etat.etape is not None:
            attente = attente_de(bordereau, etat)
            if blocage := blocage_de(bordereau, etat, attente):
                raise EtapeManquee(str(blocage))
            par = self.liquidateur if self.liquidateur in attente.presents else attente.presents[0]
            viser(bordereau, par=par)
            yield f"bordereau {bordereau.reference} : « {etat.etape} » donné par {par}"

    def transmettre(self) -> Iterator[str]:
        """The system builds one flux with its attachments, checks it and transmits it."""
        agathe = self.qui(Role.AGENT)
        signes = Bordereau.objects.filter(etat=EtatBordereau.SIGNE).order_by("pk")
        flux = constituer_flux(list(signes), par=agathe)  # with those that somebody signed since
        transmettre(flux, par=agathe)
        self.flux.append(flux)
        schema = "schémas officiels compris" if settings.PES_XSD_DIR else "contrôles du produit"
        yield f"flux {flux.nom_fichier}, {flux.taille} octets, sha256 {flux.sha256}"
        yield f"contrôlé ({schema}) et déposé dans {settings.TPS_ENVOIS}"

    def attendre_la_tresorerie(self) -> Iterator[str]:
        """The treasury acknowledges, takes charge, pays; the answers are applied."""
        self._attendre(self._tout_est_solde, "La Trésorerie n’a pas répondu à temps.", lire_retours)
        for facture in self.factures:
            yield (
                f"facture {facture.numero} payée le {facture.payee_le:%d/%m/%Y}, "
                f"référence {facture.reference_virement}"
            )
        for message in self._reponses():
            yield f"réponse appliquée : {message.nom}"

    def _reponses(self) -> QuerySet[MessageTPS]:
        des_pieces = Q(verdicts__piece__in=[piece.pk for piece in (*self.mandats, *self.titres)])
        reponses = MessageTPS.objects.filter(Q(flux__in=self.flux) | des_pieces)
        return reponses.distinct().order_by("pk")

    def _tout_est_solde(self) -> bool:
        for objet in (*self.factures, *self.mandats, *self.titres):
            objet.refresh_from_db()
        return (
            all(facture.etat == EtatFacture.PAYEE for facture in self.factures)
            and all(reste_du(mandat) == 0 for mandat in self.mandats)
            and all(titre.etat == EtatPiece.PRISE_EN_CHARGE for titre in self.titres)
        )

    def _attendre(
        self, condition: Callable[[], bool], sinon: str, agir: Callable[[], object]
    ) -> None:
        fin = time.monotonic() + ATTENTE
        while not condition():
            exiger(time.monotonic() < fin, sinon)
            agir()
            time.sleep(0.5)

    # --- Revenue -------------------------------------------------------------------------------
    def emettre_titres(self) -> Iterator[str]:
        """An agent issues titres, on a bordereau of recettes; the last two are left to be paid."""
        agathe = self.qui(Role.AGENT)
        debiteur = exiger(
            Fournisseur.objects.filter(est_debiteur=True).order_by("pk").first(),
            "Aucun débiteur de démonstration : lancez preparer_demonstration.",
        )
        for montant in (45_000, 12_500, 8_000, 23_600, 31_000, 6_400):
            titre = titres.emettre(
                titres.DemandeTitre(
                    tiers=debiteur.tiers,
                    adresse_voie=debiteur.adresse_voie,
                    code_postal=debiteur.code_postal,
                    ville=debiteur.ville,
                    service=ServiceGestionnaire.objects.get(code="DEPS"),
                    produit=Produit.objects.get(code="D001"),
                    objet="Occupation du domaine public",
                    bases_liquidation=f"Terrasse, redevance annuelle de {afficher(montant)}",
                    montant_ht=montant,
                    fonction="621",
                ),
                par=agathe,
            )
            self.titres.append(titre)
            yield self._ecriture(titre, "titre")
        yield self._mettre_en_bordereau(SensPiece.RECETTE, [titre.pk for titre in self.titres])

    def payer_en_ligne(self) -> Iterator[str]:
        """A citizen pays by card: a refusal first, then another card; the webhook settles."""
        titre = self.titres[0]
        tentative = tentatives.ouvrir(titre_id=titre.pk, session_payeur=uuid.uuid4())
        refus = presenter_carte(tentative, est_bonne=False)
        exiger(refus != "succeeded", "La carte refusée a payé.")
        statut = presenter_carte(tentative, est_bonne=True)
        exiger(statut == "succeeded", f"La carte n’a pas été acceptée : {statut}.")
        self._attendre(
            lambda: Tentative.objects.get(pk=tentative.pk).etat == EtatTentative.REUSSIE,
            "La notification de la banque n’est pas arrivée.",
            lambda: None,
        )
        yield f"tentative {tentative.jeton}, paiement {tentative.reference} : réussie par webhook"
        yield self._quittance(Quittance.objects.get(encaissement__tentative=tentative))

    def payer_au_guichet(self) -> Iterator[str]:
        """At the counter: the ticket of the bank's terminal, cash with change, a cheque."""
        guichet = exiger(
            Guichet.objects.filter(est_ouvert=True).order_by("pk").first(),
            "Aucun guichet en service.",
        )
        if settings.PAIEMENT_PASSERELLE == "stripe" and not guichet.lecteur:
            guichet.lecteur = enregistrer_lecteur(guichet.libelle)
            motif = "Lecteur simulé de la démonstration"
            enregistrer_guichet(guichet, motif=motif, par=self.qui(Role.AGENT))
            yield f"lecteur {guichet.lecteur} relié au {guichet.libelle}"
        en_charge = exiger(
            responsable(guichet.regie, timezone.localdate()),
            f"Personne ne répond de la régie « {guichet.regie.libelle} ».",
        ).personne
        session = caisse.session_ouverte(en_charge) or caisse.ouvrir_session(
            guichet=guichet,
            fonds_caisse=20_000,
            par=en_charge,
        )
        for titre, saisie in zip(self.titres[1:A_LAISSER], self._saisies(), strict=True):
            encaissement = caisse.encaisser_au_guichet(
                session=session, titre_id=titre.pk, saisie=saisie, par=en_charge
            )
            exiger(reste_du(titre) == 0, f"Le titre {titre.reference} n’est pas soldé.")
            yield self._quittance(encaissement.quittance)

    def a_payer(self) -> list[str]:
        """Return what the page « Payer une somme » asks for each titre left."""
        return [
            f"titre {titre.reference}, clé {titre.cle_paiement} : {afficher(titre.montant_ttc)}"
            for titre in self.titres[A_LAISSER:]
        ]

    def _saisies(self) -> list[caisse.Saisie]:
        tpe, especes, cheque = (titre.montant_ttc for titre in self.titres[1:A_LAISSER])
        return [
            caisse.Saisie(
                mode=Mode.TPE,
                montant=tpe,
                numero_ticket=self.marque[-6:],
                numero_autorisation="A12345",
            ),
            caisse.Saisie(mode=Mode.ESPECES, montant=especes, somme_remise=especes + 2_000),
            caisse.Saisie(
                mode=Mode.CHEQUE,
                montant=cheque,
                banque="Banque fictive",
                numero_cheque=self.marque[-7:],
                tireur="Paul Fictif",
            ),
        ]

    def _quittance(self, quittance: Quittance) -> str:
        self.quittances.append(quittance)
        return (
            f"quittance {quittance.reference}, {afficher(quittance.encaissement.montant)} "
            f"({quittance.encaissement.get_mode_display()}), code {quittance.code}"
        )

    # --- Ledger --------------------------------------------------------------------------------
    def verifier(self) -> Iterator[str]:
        """Entries are sealed, and everything is recomputed by another road."""
        bilan = sceller()
        yield f"{bilan.ecritures} écriture(s) scellée(s)"
        anomalies = list(verifier())
        exiger(not anomalies, " ; ".join(f"{a.objet} : {a.detail}" for a in anomalies))
        annee = timezone.localdate().year
        for compte in ("4011", "515", "4111", "5115", "5412", "5118"):
            mouvement = solde(compte, exercice=annee)
            yield (
                f"compte {compte} : débit {afficher(mouvement.debit)}, "
                f"crédit {afficher(mouvement.credit)}"
            )
        yield "grand livre vérifié : rien à dire"

    def prevenir(self) -> Iterator[str]:
        """Nothing waits in the queue of mails."""
        restants = courriels.envoyer()
        exiger(restants == 0, f"{restants} courriel(s) ne partent pas.")
        envoyes = MessageLog.objects.filter(when_attempted__gte=self.debut).order_by("pk")
        for envoye in envoyes:
            yield envoye.subject

    def etapes(self) -> list[tuple[str, Callable[[], Iterator[str]]]]:
        """Return the steps in their order, with the title of each."""
        return [
            ("Un fournisseur se fait connaître", self.inscrire),
            ("Le fournisseur dépose ses factures", self.deposer),
            ("La province reçoit, certifie et liquide", self.instruire),
            ("Un mandat est émis et mis en bordereau", self.mandater),
            ("Des titres de recettes sont émis", self.emettre_titres),
            ("L’ordonnateur signe les bordereaux", self.signer),
            ("Le flux PES V2 est constitué, contrôlé et transmis", self.transmettre),
            ("La Trésorerie répond et paie", self.attendre_la_tresorerie),
            ("Un usager paie par carte en ligne", self.payer_en_ligne),
            ("Des usagers paient au guichet", self.payer_au_guichet),
            ("Le grand livre est scellé et vérifié", self.verifier),
            ("Les intéressés sont prévenus par courriel", self.prevenir),
        ]
