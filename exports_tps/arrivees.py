"""A mail to those who may act, as soon as something arrives at their step of the parapheur."""

from collections.abc import Iterable

from django.utils import timezone

from exports_tps.courriels import prevenir_de_l_arrivee
from exports_tps.etapes import Etat, empechement, etat_de
from exports_tps.models import AnnonceParapheur, Presentable
from exports_tps.pouvoirs import suppleants_de
from exports_tps.presentables import directions_de
from facturier.acces.models import Role, Utilisateur


def annoncer(objet: Presentable, *, par: Utilisateur) -> None:
    """Tell those who may take the step that `objet`, locked, just reached; not `par`, who knows.

    Called in the transaction of the act: the mails are queued if it is committed, and only then.
    The row says how many were told; there is one a step, so that nothing is announced twice.
    """
    etat = etat_de(objet)
    if etat is None:
        return
    adresses = sorted({p.email for p in _destinataires(objet, etat) if p.pk != par.pk})
    AnnonceParapheur.objects.create(
        presentation=etat.presentation, rang=etat.rang, destinataires=len(adresses)
    )
    prevenir_de_l_arrivee(
        etat.presentation, etape=str(etat.etape) if etat.etape else "", adresses=adresses
    )


def _destinataires(objet: Presentable, etat: Etat) -> Iterable[Utilisateur]:
    """Return the people of whom the step is expected, or who may sign when only that is left."""
    personnes = Utilisateur.objects.filter(is_active=True, est_systeme=False)
    etape = etat.etape
    if etape is None:
        ordonnateurs = personnes.filter(attributions__role=Role.ORDONNATEUR)
        return [personne for personne in ordonnateurs if not empechement(objet, personne)]
    if etape.titulaire is not None:
        suppleants = suppleants_de(etape.titulaire, timezone.localdate())
        return personnes.filter(pk__in=[etape.titulaire.pk, *suppleants])
    personnes = personnes.filter(attributions__role=etape.role)
    if etape.role == Role.SERVICE:
        directions = filter(None, directions_de(objet))
        personnes = personnes.filter(service__direction__in=list(directions))
    return personnes
