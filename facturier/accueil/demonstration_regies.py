"""The régies of the demonstration at work: their régisseur, his fonds de caisse, a hand-over."""

from django.utils import timezone

from facturier.acces.models import Role, Utilisateur
from telepaiement.coupures import en_coupures
from telepaiement.models import MouvementFonds, Nomination, Regie
from telepaiement.nominations import Arrete, nommer
from telepaiement.proces_verbaux import remettre_service
from telepaiement.regies import mouvoir_fonds_caisse


def installer_regisseur() -> None:
    """Have the régisseur of the demonstration hold its régies; harmless when they have one."""
    regisseur = Utilisateur.objects.filter(attributions__role=Role.REGISSEUR).order_by("pk").first()
    if regisseur is None:
        return
    systeme, jour = Utilisateur.objects.systeme(), timezone.localdate()
    for regie in Regie.objects.filter(nominations__isnull=True):
        nomination = nommer(
            regie=regie,
            personne=regisseur,
            qualite=Nomination.Qualite.REGISSEUR,
            arrete=Arrete(
                reference=f"Arrêté fictif de nomination, {regie.code}",
                date_arrete=regie.date_acte,
                date_avis_conforme=regie.date_avis_conforme,
            ),
            debut=regie.date_acte,
            par=systeme,
        )
        if regie.fonds_caisse:
            mouvoir_fonds_caisse(
                regie=regie,
                nature=MouvementFonds.Nature.REMISE,
                montant=regie.fonds_caisse,
                jour=jour,
                reference="Reçu fictif 1",
                par=systeme,
            )
        remettre_service(
            entrant=nomination,
            coupures=en_coupures(regie.fonds_caisse, jour),
            cheques_comptes=0,
            observations="",
            par=systeme,
        )
