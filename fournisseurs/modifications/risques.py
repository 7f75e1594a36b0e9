"""What was known before a request: whom to call, whom to warn, and what looks like a theft."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from facturier.acces.comptes import ACTE_COURRIEL, ACTE_MOT_DE_PASSE
from facturier.acces.models import PassageUtilisateur
from facturier.grand_livre.models import Parametre
from fournisseurs.models import (
    ChampModifie,
    ContactConnu,
    CoordonneesBancaires,
    DemandeModification,
    EtatModification,
    Habilitation,
    Risque,
)

Contact = tuple[str, str, str]  # kind, value, origin
TELEPHONE, COURRIEL = ContactConnu.Genre.TELEPHONE, ContactConnu.Genre.COURRIEL


def debut_vigilance() -> datetime:
    """Return the moment since which a change of access or contact makes a request suspect."""
    jours = Parametre.objects.entier("vigilance_compte_jours", timezone.localdate())
    return timezone.now() - timedelta(days=jours)


def evaluer(demande: DemandeModification, *, a_confirme: bool) -> list[str]:
    """Return the signs of risk of a change of bank account, as codes of `Risque`."""
    if not demande.est_compte:
        return []
    depuis = debut_vigilance()
    signes = {
        Risque.COURRIEL_CHANGE: _acte_recent(demande, ACTE_COURRIEL, depuis),
        Risque.MOT_DE_PASSE_CHANGE: _acte_recent(demande, ACTE_MOT_DE_PASSE, depuis),
        Risque.HABILITATION_RECENTE: demande.est_en_ligne
        and demande.etablissement.habilitations.en_vigueur()
        .de(demande.demandeur)
        .filter(accordee_le__gte=depuis)
        .exists(),
        Risque.CONTACTS_CHANGES: _champs_recents(demande, depuis).exists(),
        Risque.SANS_CONFIRMATION: demande.est_en_ligne and not a_confirme,
        Risque.COMPTE_PARTAGE: _compte_partage(demande),
    }
    return [risque.value for risque, est_present in signes.items() if est_present]


def _acte_recent(demande: DemandeModification, acte: str, depuis: datetime) -> bool:
    return demande.demandeur.passages.filter(acte=acte, le__gte=depuis).exists()


def _champs_recents(demande: DemandeModification, depuis: datetime) -> QuerySet[ChampModifie]:
    """Contacts of the enterprise that an applied request replaced since `depuis`."""
    return ChampModifie.objects.filter(
        demande__fournisseur=demande.fournisseur_id,
        demande__etat=EtatModification.APPLIQUEE,
        demande__appliquee_le__gte=depuis,
        champ__in=["telephone", "courriel"],
    )


def _compte_partage(demande: DemandeModification) -> bool:
    ibans = demande.champs.filter(champ="iban").values("apres")
    autres = CoordonneesBancaires.objects.courantes().filter(iban__in=ibans)
    return bool(autres.exclude(fournisseur=demande.fournisseur_id).exists())


def contacts_connus(demande: DemandeModification) -> list[ContactConnu]:
    """Return the contacts on record before the request, each once, not yet saved.

    A number or address put in place during the vigilance period is left aside: the one it
    replaced is taken instead. Former addresses of the accounts, and people whose habilitation was
    just taken back, are warned too.
    """
    depuis = debut_vigilance()
    recents = set(_champs_recents(demande, depuis).values_list("apres", flat=True))
    retenus: dict[tuple[str, str], ContactConnu] = {}
    for genre, valeur, origine in _releves(demande, depuis):
        if not valeur or (genre == TELEPHONE and valeur in recents):
            continue
        retenus.setdefault(
            (genre, valeur),
            ContactConnu(demande=demande, genre=genre, valeur=valeur, origine=origine),
        )
    return list(retenus.values())


def _releves(demande: DemandeModification, depuis: datetime) -> Iterator[Contact]:
    fournisseur = demande.fournisseur
    for etablissement in [demande.etablissement, *fournisseur.etablissements.order_by("pk")[:20]]:
        yield TELEPHONE, etablissement.telephone, f"établissement {etablissement.denomination}"
        yield COURRIEL, etablissement.courriel, f"établissement {etablissement.denomination}"
    yield TELEPHONE, fournisseur.telephone, "fiche de l’entreprise"
    yield COURRIEL, fournisseur.courriel, "fiche de l’entreprise"
    for ancien in _champs_recents(demande, depuis):
        genre = TELEPHONE if ancien.champ == "telephone" else COURRIEL
        yield genre, ancien.avant, "ancien contact, remplacé récemment"
    yield from _courriels_des_personnes(demande, depuis)


def _courriels_des_personnes(demande: DemandeModification, depuis: datetime) -> Iterator[Contact]:
    habilitations = Habilitation.objects.filter(
        Q(a_droit_gerer_donnees=True) | Q(a_droit_gerer_droits=True),
        Q(retiree_le__isnull=True) | Q(retiree_le__gte=depuis),
        etablissement__fournisseur=demande.fournisseur_id,
    ).select_related("representant__utilisateur")
    personnes = {h.representant.utilisateur for h in habilitations}
    for personne in sorted(personnes, key=lambda personne: personne.pk):
        yield COURRIEL, personne.email, f"compte de {personne.nom_complet}"
    anciennes = PassageUtilisateur.objects.filter(
        utilisateur__in=personnes, acte=ACTE_COURRIEL, le__gte=depuis
    ).select_related("utilisateur")
    for passage in anciennes:
        nom = passage.utilisateur.nom_complet
        yield COURRIEL, passage.motif, f"ancienne adresse du compte de {nom}"
