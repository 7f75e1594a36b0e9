"""Suppliers and requests; each trait reaches its situation through the real acts."""

import io
from datetime import date, timedelta
from typing import Any

import factory
from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from fournisseurs.coordonnees import Compte
from fournisseurs.demandes import Declaration, accepter, deposer_demande, refuser, retirer
from fournisseurs.depots import Preuve
from fournisseurs.models import (
    DemandeEtablissement,
    DemandeModification,
    Fournisseur,
    Justificatif,
    Opposition,
)
from fournisseurs.modifications.application import appliquer_modifications
from fournisseurs.modifications.depot import deposer, preparer
from fournisseurs.modifications.instruction import appeler, approuver, contester, controler
from fournisseurs.oppositions import (
    Notification,
    enregistrer_opposition,
    lever,
    proposer_levee,
    valider_opposition,
)
from fournisseurs.suspension import suspendre

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
IBAN_BCI = "FR7617499000000000000000118"
IBAN_CCP = "FR5014158000000000001A01209"


def preuve(genre: str = "rib", contenu: bytes = PDF, nom: str = "document.pdf") -> Preuve:
    """Return a document to hand in."""
    return Preuve(Justificatif.Genre(genre), nom, io.BytesIO(contenu))


def preuves() -> list[Preuve]:
    """Return the two documents that every request needs."""
    return [preuve("avis_ridet", nom="avis.pdf"), preuve("rib", nom="rib.pdf")]


def compte(iban: str = IBAN_BCI, titulaire: str = "Pépinière du Cagou") -> Compte:
    """Return a bank account as declared."""
    return Compte(iban, "BCADNCNN" if iban == IBAN_BCI else "", titulaire)


def rid_fictif(rang: int) -> str:
    """Return the RID number `rang` of the range 9xxxxxx, whose Luhn sum is right."""
    racine = f"9{rang:05d}"
    doubles = [int(chiffre) * (2 if place % 2 else 1) for place, chiffre in enumerate(racine)]
    return f"{racine}{-sum(nombre // 10 + nombre % 10 for nombre in doubles) % 10}"


def declaration(ridet: str = "9000019001", **champs: Any) -> Declaration:
    """Return a declaration without anomaly."""
    valeurs = {
        "ridet": ridet,
        "denomination": "Pépinière du Cagou",
        "adresse_voie": "12 rue des Banians",
        "code_postal": "98800",
        "ville": "Nouméa",
        "telephone": "25 81 22",
        "courriel": "contact@cagou.example",
        "fonction": "gérante",
        "compte": compte(),
    }
    return Declaration(**{**valeurs, **champs})


class UtilisateurFactory(factory.django.DjangoModelFactory):
    """A supplier's user by default; `role` gives another role."""

    class Meta:
        model = Utilisateur

    email = factory.Sequence(lambda rang: f"personne{rang}@fictif.example")
    prenom = "Camille"
    nom = factory.Sequence(lambda rang: f"Fictif-{rang}")

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Utilisateur:
        role = kwargs.pop("role", Role.FOURNISSEUR)
        utilisateur = Utilisateur.objects.create_user(*args, **kwargs)
        utilisateur.attribuer(role)
        return utilisateur


def creer_agent() -> Utilisateur:
    """Return a member of the finance staff."""
    return UtilisateurFactory(role=Role.AGENT)


class DemandeEtablissementFactory(factory.Factory):
    """A request just made; `acceptee=True`, `refusee=True` or `retiree=True` carry it further."""

    class Meta:
        model = DemandeEtablissement

    demandeur = factory.SubFactory(UtilisateurFactory)
    ridet = factory.Sequence(lambda rang: f"{rid_fictif(rang)}001")
    preuves = factory.LazyFunction(preuves)
    champs = factory.LazyFunction(dict)
    acceptee = False
    refusee = False
    retiree = False

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> DemandeEtablissement:
        demande = deposer_demande(
            demandeur=kwargs["demandeur"],
            declaration=declaration(kwargs["ridet"], **kwargs["champs"]),
            preuves=kwargs["preuves"],
        )
        if kwargs["acceptee"]:
            accepter(demande, par=creer_agent())
        if kwargs["refusee"]:
            refuser(demande, par=creer_agent(), motif="RIB illisible.")
        if kwargs["retiree"]:
            retirer(demande, par=demande.demandeur)
        return demande


class FournisseurFactory(factory.Factory):
    """A supplier born of an accepted request; `suspendu=True` suspends him.

    `representant` is the user who made the request, administrator of the établissement; `actif` is
    the default, and may be written for the reader.
    """

    class Meta:
        model = Fournisseur

    representant = factory.SubFactory(UtilisateurFactory)
    ridet = factory.Sequence(lambda rang: f"{rid_fictif(50_000 + rang)}001")
    champs = factory.LazyFunction(dict)
    actif = True
    suspendu = False

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Fournisseur:
        demande = DemandeEtablissementFactory(
            demandeur=kwargs["representant"],
            ridet=kwargs["ridet"],
            champs=kwargs["champs"],
            acceptee=True,
        )
        fournisseur: Fournisseur = demande.etablissement.fournisseur
        if kwargs["suspendu"] or not kwargs["actif"]:
            suspendre(fournisseur, par=creer_agent(), motif="Contrôle en cours.")
        return fournisseur


IBAN_NOUVEAU = "FR7614889000010000000000175"


def agents(nombre: int = 2) -> list[Utilisateur]:
    """Return as many members of the finance staff."""
    return [creer_agent() for _ in range(nombre)]


class ModificationFactory(factory.Factory):
    """A change asked for by the administrator; traits carry it further, through the real acts.

    `brouillon=True` stops before the deposit; `appelee`, `controlee`, `approuvee`, `appliquee`
    and `contestee` go on from there (a change of account is applied two days later).
    """

    class Meta:
        model = DemandeModification

    representant = factory.SubFactory(UtilisateurFactory)
    fournisseur = factory.LazyAttribute(
        lambda objet: FournisseurFactory(representant=objet.representant)
    )
    genre = "compte_principal"
    saisies = factory.LazyFunction(
        lambda: {"iban": IBAN_NOUVEAU, "bic": "CEPANCNM", "titulaire": "Pépinière du Cagou"}
    )
    preuves = factory.LazyFunction(lambda: [preuve("rib", nom="nouveau-rib.pdf")])
    brouillon = False
    appelee = False
    controlee = False
    approuvee = False
    appliquee = False
    contestee = False

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> DemandeModification:
        demande = preparer(
            etablissement=kwargs["fournisseur"].etablissements.get(),
            genre=kwargs["genre"],
            saisies=kwargs["saisies"],
            preuves=kwargs["preuves"],
            par=kwargs["representant"],
        )
        if kwargs["brouillon"]:
            return demande
        deposer(demande, par=kwargs["representant"], a_confirme=True)
        cls._avancer(demande, kwargs)
        if kwargs["contestee"]:
            contester(demande, par=Utilisateur.objects.systeme(), motif="Ce n’est pas moi.")
        return demande

    @classmethod
    def _avancer(cls, demande: DemandeModification, traits: dict[str, Any]) -> None:
        approuvee = traits["approuvee"] or traits["appliquee"]
        controlee = traits["controlee"] or approuvee
        if demande.est_compte and (traits["appelee"] or controlee):
            confirmer_au_telephone(demande)
        if demande.est_compte and controlee:
            controler(demande, par=creer_agent())
        if approuvee:
            approuver(demande, par=creer_agent())
        if traits["appliquee"] and demande.est_compte:
            appliquer_modifications(timezone.now() + timedelta(hours=49))
            demande.refresh_from_db()


def confirmer_au_telephone(demande: DemandeModification, par: Utilisateur | None = None) -> None:
    """Record a call back that confirms the request."""
    appeler(
        demande,
        contact=demande.contacts.filter(genre="telephone").first(),
        resultat="confirme",
        interlocuteur="Mme Fictive, gérante",
        par=par or creer_agent(),
    )


IBAN_BANQUE = "FR7617499000000000000000215"


def creer_banque() -> Fournisseur:
    """Return someone to be paid instead of a supplier, with his own verified account."""
    champs = {
        "denomination": "Banque fictive",
        "compte": compte(IBAN_BANQUE, "Banque fictive"),
    }
    banque: Fournisseur = FournisseurFactory(champs=champs)
    return banque


class OppositionFactory(factory.Factory):
    """A cession in force, whole debt, notified on 3 November 2026.

    `a_valider=True` leaves it to be validated, `levee_proposee=True` and `levee=True` lift it.
    """

    class Meta:
        model = Opposition

    fournisseur = factory.SubFactory(FournisseurFactory)
    beneficiaire = factory.LazyFunction(creer_banque)
    genre = "cession"
    notifiee_le = date(2026, 11, 3)
    date_debut = factory.SelfAttribute("notifiee_le")
    date_fin = None
    plafond = None
    reference = "Acte fictif 12"
    etablissement = None
    commande = ""
    a_valider = False
    levee_proposee = False
    levee = False

    @classmethod
    def _create(cls, model_class: Any, *args: Any, **kwargs: Any) -> Opposition:
        fournisseur = kwargs.pop("fournisseur")
        etapes = {nom: kwargs.pop(nom) for nom in ("a_valider", "levee_proposee", "levee")}
        opposition = enregistrer_opposition(
            fournisseur,
            Notification(**kwargs),
            preuve("opposition", nom="acte.pdf"),
            par=creer_agent(),
        )
        if not etapes["a_valider"]:
            valider_opposition(opposition, par=creer_agent())
        if etapes["levee_proposee"] or etapes["levee"]:
            proposer_levee(
                opposition,
                levee_le=opposition.notifiee_le,
                motif="Dette réglée.",
                preuve=preuve("mainlevee", nom="mainlevee.pdf"),
                par=creer_agent(),
            )
        if etapes["levee"]:
            lever(opposition, par=creer_agent())
        return opposition
