"""A mail to those who may act, as soon as something arrives at their step of the parapheur."""

from exports_tps.courriels import joignables, prevenir_de_l_arrivee, prevenir_du_blocage
from exports_tps.etapes import etat_de
from exports_tps.models import AnnonceParapheur, Presentable
from exports_tps.viseurs import attente_de, blocage_de
from facturier.acces.models import Utilisateur


def annoncer(objet: Presentable, *, par: Utilisateur) -> None:
    """Tell those who may take the step that `objet`, locked, just reached; not `par`, who knows.

    Where nobody may, who presented it and the administrators are told so, with the reason. Called
    in the transaction of the act: the mails are queued if it is committed, and only then. The row
    says how many were told; there is one a step, so that nothing is announced twice.
    """
    etat = etat_de(objet)
    if etat is None:
        return
    attente = attente_de(objet, etat)
    personnes = [*attente.presents, *attente.partis]
    blocage = blocage_de(objet, etat, attente)
    if blocage:
        personnes += [etat.presentation.presentee_par, *blocage.administrateurs]
    adresses = joignables(personne for personne in personnes if personne.pk != par.pk)
    AnnonceParapheur.objects.create(
        presentation=etat.presentation, rang=etat.rang, destinataires=len(adresses)
    )
    if blocage:
        prevenir_du_blocage(etat.presentation, blocage=blocage, adresses=adresses)
    else:
        prevenir_de_l_arrivee(
            etat.presentation, etape=str(etat.etape) if etat.etape else "", adresses=adresses
        )
