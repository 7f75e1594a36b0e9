"""When a bordereau is accepted, and when a flux has had all its verdicts."""

from collections.abc import Collection

from exports_tps.models import EtatFlux, Flux
from facturier.acces.models import Utilisateur
from facturier.commun.etats import franchir, franchir_lot
from facturier.grand_livre.models import Bordereau, EtatBordereau

TRANCHES = {EtatBordereau.ACCEPTE, EtatBordereau.REFUSE}


def accepter_bordereaux(pieces: Collection[int], *, par: Utilisateur) -> None:
    """Accept the bordereaux of pièces that the comptable handles.

    One that was refused stays so: what is handled of it all the same is told apart.
    """
    bordereaux = Bordereau.objects.filter(pieces__in=pieces).values_list("pk", flat=True).distinct()
    acceptes = franchir_lot(Bordereau, bordereaux, "accepter", par=par)
    for flux in Flux.objects.filter(lignes__bordereau__in=acceptes).distinct():
        conclure_flux(flux, par=par)


def conclure_flux(
    flux: Flux, *, par: Utilisateur, a_refus_pj: bool = False, est_refuse: bool = False
) -> None:
    """Carry a flux to its end once all its bordereaux are accepted or refused.

    A flux of documents alone ends with its first acknowledgement; `est_refuse` says that it
    refuses the file as a whole. One acknowledged in full is so in part only once a document of it
    is refused.
    """
    if flux.etat == EtatFlux.ACQUITTE and a_refus_pj:
        franchir(flux, "acquitter_en_partie", par=par)
        return
    etats = set(
        Bordereau.objects.filter(lignes_flux__flux=flux).values_list("etat", flat=True).distinct()
    )
    if flux.etat != EtatFlux.TRANSMIS or not etats <= TRANCHES:
        return
    if etats == {EtatBordereau.REFUSE} or (est_refuse and not etats):
        franchir(flux, "refuser", par=par)
    elif EtatBordereau.REFUSE in etats or a_refus_pj:
        franchir(flux, "acquitter_en_partie", par=par)
    else:
        franchir(flux, "acquitter", par=par)


def refus_douteux(flux: Flux, motif: str, codes: Collection[str]) -> str:
    """Say that a refusal of the whole file may only be that of a second deposit; else nothing.

    No code tells a name received already: it comes as ERREUR_AUTRE. What was accepted of the first
    deposit would be paid, and issued again here.
    """
    if set(codes) - {"ERREUR_AUTRE"} or not flux.nouveaux_depots.exists():
        return ""
    return (
        f"{flux} a été déposé deux fois : ce refus ({motif or 'sans motif'}) peut n’être que celui "
        "du second dépôt. Rien n’est rejeté ici ; demandez à la Trésorerie ce qu’elle tient."
    )
