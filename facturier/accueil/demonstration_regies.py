"""The régies of the demonstration at work: régisseur, fonds de caisse, suppléance, hand-overs."""

from datetime import date, timedelta

from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from facturier.accueil import horloge
from telepaiement.coupures import en_coupures
from telepaiement.models import MouvementFonds, Nomination, Regie
from telepaiement.nominations import Arrete, nommer, terminer
from telepaiement.proces_verbaux import remettre_service
from telepaiement.regies import mouvoir_fonds_caisse

ANCIENNETE = timedelta(days=75)  # of the régisseur at his régies
ABSENCE, RETOUR = timedelta(days=40), timedelta(days=26)  # when he was replaced, and back


def installer_regies() -> None:
    """Have the régies of the demonstration held; harmless when they have somebody.

    The first person who may hold one is their régisseur. Where there is a fonds de caisse, the
    second replaced him for two weeks: the régie was handed over to him, and back.
    """
    personnes = Utilisateur.objects.filter(attributions__role=Role.REGISSEUR).order_by("pk")
    regisseur, suppleant = personnes[0], personnes[1]
    for regie in Regie.objects.filter(nominations__isnull=True):
        titulaire = _installer(regie, regisseur)
        if regie.fonds_caisse and _jour(ABSENCE) > titulaire.debut:
            _remplacer(titulaire, suppleant)


def _installer(regie: Regie, regisseur: Utilisateur) -> Nomination:
    """Appoint the régisseur, entrust him with the fonds de caisse, hand the régie over to him."""
    systeme = Utilisateur.objects.systeme()
    debut = max(_jour(ANCIENNETE), regie.date_acte)
    with horloge.a(timezone.now() - (timezone.localdate() - debut)):
        nomination = nommer(
            regie=regie,
            personne=regisseur,
            qualite=Nomination.Qualite.REGISSEUR,
            arrete=Arrete(
                reference=f"Arrêté fictif de nomination, {regie.code}",
                date_arrete=regie.date_acte,
                date_avis_conforme=regie.date_avis_conforme,
            ),
            debut=debut,
            par=systeme,
        )
        if regie.fonds_caisse:
            mouvoir_fonds_caisse(
                regie=regie,
                nature=MouvementFonds.Nature.REMISE,
                montant=regie.fonds_caisse,
                jour=debut,
                reference="Reçu fictif 1",
                par=systeme,
            )
        _remettre(nomination)
    return nomination


def _remplacer(titulaire: Nomination, suppleant: Utilisateur) -> None:
    """Have the régie held by a suppléant for a while, and taken back."""
    regie, debut, fin = titulaire.regie, _jour(ABSENCE), _jour(RETOUR)
    systeme = Utilisateur.objects.systeme()
    with horloge.a(timezone.now() - ABSENCE):
        nomination = nommer(
            regie=regie,
            personne=suppleant,
            qualite=Nomination.Qualite.SUPPLEANT,
            arrete=Arrete(
                reference=f"Arrêté fictif de suppléance, {regie.code}",
                date_arrete=debut,
                date_avis_conforme=debut,
                date_accord_regisseur=debut,
            ),
            debut=debut,
            fin=fin,
            par=systeme,
        )
        _remettre(nomination)
    with horloge.a(timezone.now() - RETOUR + timedelta(days=1)):
        _remettre(titulaire)
        terminer(nomination, fin=fin, arrete=f"Arrêté fictif de fin, {regie.code}", par=systeme)


def _remettre(entrant: Nomination) -> None:
    """Hand the régie over, its fonds de caisse counted."""
    remettre_service(
        entrant=entrant,
        coupures=en_coupures(entrant.regie.fonds_caisse, timezone.localdate()),
        cheques_comptes=0,
        observations="",
        par=Utilisateur.objects.systeme(),
    )


def _jour(anciennete: timedelta) -> date:
    """Return the day in Nouméa, so long ago."""
    return timezone.localdate() - anciennete
