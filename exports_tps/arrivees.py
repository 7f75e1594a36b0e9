"""A mail to those who may act, as soon as something arrives at their step of the parapheur."""

from exports_tps.courriels import prevenir_de_l_arrivee, prevenir_du_blocage
from exports_tps.etapes import etat_de
from exports_tps.models import AnnonceParapheur, Presentable
from exports_tps.viseurs import administrateurs, attente_de, blocage_de
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
    raison = ""
    if not attente.presents:
        a_qui = administrateurs()
        raison = blocage_de(objet, etat, attente, a_qui)
        personnes += [etat.presentation.presentee_par, *a_qui]
    adresses = sorted({personne.email for personne in personnes if personne.pk != par.pk})
    AnnonceParapheur.objects.create(
        presentation=etat.presentation, rang=etat.rang, destinataires=len(adresses)
    )
    if raison:
        prevenir_du_blocage(etat.presentation, raison=raison, adresses=adresses)
    else:
        prevenir_de_l_arrivee(
            etat.presentation, etape=str(etat.etape) if etat.etape else "", adresses=adresses
        )
