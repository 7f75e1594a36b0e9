"""Objects of invoice tracking; each trait reaches its state through the real acts."""

# mypy: ignore-errors
# (factory_boy exports nothing explicitly, and its factories are not generic)

import io
from datetime import date
from decimal import Decimal

import factory
from django.conf import settings
from django.utils import timezone

from facturier.acces.models import Role, ServiceGestionnaire, Utilisateur
from facturier.commun import fichiers
from facturier.grand_livre.emission import creer_bordereau
from facturier.grand_livre.models import Piece, Tiers
from facturier.suivi import avancement, brouillon, depot, instruction, mandatement
from facturier.suivi.lecture import FactureLue, Format
from facturier.suivi.models import BonCommande, Facture, MotifRetour
from facturier.suivi.saisie import PartTaxe, Saisie
from fournisseurs.coordonnees import Compte, enregistrer_compte
from fournisseurs.models import (
    CoordonneesBancaires,
    Etablissement,
    Fournisseur,
    Habilitation,
    Representant,
)

ETAPES = (
    "brouillon",
    "deposee",
    "recue",
    "en_certification",
    "service_fait",
    "liquidee",
    "mandat_emis",
    "mandatee",
    "transmise_tps",
    "prise_en_charge",
    "payee",
)


def acteur(role, service=None):
    """Return the one user of `role` that factories act with."""
    utilisateur = Utilisateur.objects.filter(email=f"{role}@usine.example").first()
    if utilisateur is None:
        utilisateur = Utilisateur.objects.create_user(
            f"{role}@usine.example", prenom=role.capitalize(), nom="Usine"
        )
        utilisateur.attribuer(role)
    if service is not None and utilisateur.service_id != service.pk:
        utilisateur.service = service
        utilisateur.save(update_fields=["service"])
    return utilisateur


def habiliter(utilisateur, etablissement):
    """Let `utilisateur` consult and deposit for `etablissement`."""
    representant, _ = Representant.objects.get_or_create(utilisateur=utilisateur)
    habilitation, _ = Habilitation.objects.get_or_create(
        representant=representant,
        etablissement=etablissement,
        defaults={"a_droit_deposer": True, "accordee_par": Utilisateur.objects.systeme()},
    )
    return habilitation


class ServiceFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = ServiceGestionnaire
        django_get_or_create = ("code",)

    code = "DSIN"
    libelle = "Service des systèmes d’information"
    direction = "Direction des systèmes d’information et du numérique"


class EtablissementFactory(factory.django.DjangoModelFactory):
    """An établissement with its supplier, its verified account and a person habilitée."""

    class Meta:
        model = Etablissement
        django_get_or_create = ("ridet",)
        skip_postgeneration_save = True

    ridet = factory.Sequence(lambda n: f"{9000019 + n:07d}001")
    denomination = factory.Sequence(lambda n: f"Mangrove Fictive {n}")
    adresse_voie = "1 rue Inventée"
    code_postal = "98800"
    ville = "Nouméa"

    @factory.lazy_attribute
    def fournisseur(self):
        tiers = Tiers.objects.create(code=self.ridet[:7], nom=self.denomination, ridet=self.ridet)
        fournisseur = Fournisseur.objects.create(
            tiers=tiers,
            rid=self.ridet[:7],
            est_creancier=True,
            adresse_voie="1 rue Inventée",
            code_postal="98800",
            ville="Nouméa",
        )
        enregistrer_compte(
            fournisseur=fournisseur,
            compte=Compte("FR7617499000000000000000118", "BCADNCNN", self.denomination),
            origine=CoordonneesBancaires.Origine.IMPORT,
            par=Utilisateur.objects.systeme(),
        )
        return fournisseur

    @factory.post_generation
    def habilites(self, cree, extrait, **options):
        habiliter(acteur(Role.FOURNISSEUR), self)


class BonCommandeFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = BonCommande

    numero = factory.Sequence(lambda n: f"BC-2026-{n:04d}")
    objet = "Fournitures de bureau"
    date_commande = date(2026, 10, 1)
    fournisseur = factory.LazyAttribute(lambda o: EtablissementFactory().fournisseur)
    service = factory.SubFactory(ServiceFactory)
    compte = "6064"
    fonction = "930"
    montant_engage = 1_000_000


class FactureFactory(factory.Factory):
    """An invoice, a draft by default; `FactureFactory(liquidee=True)` goes further."""

    class Meta:
        model = Facture

    class Params:
        deposee = factory.Trait(jusque="deposee")
        recue = factory.Trait(jusque="recue")
        en_certification = factory.Trait(jusque="en_certification")
        certifiee = factory.Trait(jusque="service_fait")
        liquidee = factory.Trait(jusque="liquidee")
        mandat_emis = factory.Trait(jusque="mandat_emis")
        mandatee = factory.Trait(jusque="mandatee")
        transmise = factory.Trait(jusque="transmise_tps")
        prise_en_charge = factory.Trait(jusque="prise_en_charge")
        payee = factory.Trait(jusque="payee")

    etablissement = factory.SubFactory(EtablissementFactory)
    service = factory.SubFactory(ServiceFactory)
    bon_commande = None
    numero = factory.Sequence(lambda n: f"FA-{n:05d}")
    date_emission = date(2026, 11, 2)
    montant_ht = 100_000
    montant_tgc = 11_000
    taxes = factory.LazyAttribute(
        lambda o: (PartTaxe(taux=Decimal(11), base=o.montant_ht, taxe=o.montant_tgc),)
    )
    contenu = factory.LazyAttribute(lambda o: f"%PDF-1.4\n{o.numero}\n".encode())
    lue = factory.LazyFunction(lambda: FactureLue(format=Format.PDF))
    jusque = "brouillon"

    @classmethod
    def _create(cls, modele, *, jusque, contenu, lue, etablissement, **champs):
        deposant = acteur(Role.FOURNISSEUR)
        facture = brouillon.ouvrir(
            lue,
            fichiers.ranger(
                io.BytesIO(contenu), racine=settings.DOCUMENTS_RACINE, taille_maximale=1_000_000
            ),
            nom="facture.pdf",
            etablissement=etablissement,
            par=deposant,
        )
        saisie = Saisie(montant_ttc=champs["montant_ht"] + champs["montant_tgc"], **champs)
        brouillon.remplir(facture, saisie, par=deposant)
        for etape in ETAPES[1 : ETAPES.index(jusque) + 1]:
            AVANCER[etape](facture)
            facture.refresh_from_db()
        return facture


AVANCER = {
    "deposee": lambda f: depot.deposer(f, par=acteur(Role.FOURNISSEUR)),
    "recue": lambda f: instruction.recevoir(f, par=acteur(Role.AGENT)),
    "en_certification": lambda f: instruction.demander_certification(f, par=acteur(Role.AGENT)),
    "service_fait": lambda f: instruction.certifier_service_fait(
        f, date_service_fait=timezone.localdate(), par=acteur(Role.SERVICE, f.service)
    ),
    "liquidee": lambda f: instruction.liquider(
        f, compte="6064", fonction="930", par=acteur(Role.AGENT)
    ),
    "mandat_emis": lambda f: mandatement.mandater([f.pk], par=acteur(Role.AGENT)),
    "mandatee": lambda f: avancement.constater_signature(
        [f.mandat_id], par=acteur(Role.ORDONNATEUR)
    ),
    "transmise_tps": lambda f: avancement.constater_transmission(
        [f.mandat_id], par=acteur(Role.AGENT)
    ),
    "prise_en_charge": lambda f: avancement.constater_prise_en_charge(
        [f.mandat_id], par=acteur(Role.COMPTABLE)
    ),
    "payee": lambda f: avancement.constater_paiement(
        {f.mandat_id: avancement.PaiementMandat(date(2026, 11, 20), "VIR-1")},
        par=acteur(Role.COMPTABLE),
    ),
}


def remettre_a_la_tresorerie(piece):
    """Put a mandat or a titre in a bordereau, as one that was sent."""
    bordereau = creer_bordereau(
        sens=piece.sens,
        pieces=[piece.pk],
        date_emission=piece.date_emission,
        par=acteur(Role.AGENT),
    )
    Piece.objects.filter(pk=piece.pk).update(etat="transmise", bordereau=bordereau)


def retour(code, **champs):
    """Return the content of a return for reason `code`."""
    return instruction.Retour(motif=MotifRetour.objects.get(pk=code), **champs)
