"""Suppliers and requests; each trait reaches its situation through the real acts."""

import io
from typing import Any

import factory

from facturier.acces.models import Role, Utilisateur
from fournisseurs.coordonnees import Compte
from fournisseurs.demandes import Declaration, accepter, deposer_demande, refuser, retirer
from fournisseurs.depots import Preuve
from fournisseurs.models import DemandeEtablissement, Fournisseur, Justificatif
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
