"""Sign what waits in the parapheur, one or many: a bordereau, or a file of other software."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from exports_tps.a_signer import lire_a_signer
from exports_tps.depots import signer_depot
from exports_tps.models import Presentable
from exports_tps.parapheur import est_lu
from exports_tps.presentables import nommer
from exports_tps.signature import signer_bordereau
from facturier.acces.models import Utilisateur
from facturier.commun.etats import ActeInterdit
from facturier.grand_livre.models import Bordereau


def signer(objet: Presentable, *, par: Utilisateur, empreinte_lue: str = "") -> None:
    """Sign `objet`, as `signer_bordereau` or `signer_depot` do."""
    if isinstance(objet, Bordereau):
        signer_bordereau(objet, par=par, empreinte_lue=empreinte_lue)
    else:
        signer_depot(objet.flux, par=par, empreinte_lue=empreinte_lue)


def signer_lus(
    objets: Iterable[Presentable], *, par: Utilisateur
) -> tuple[list[Presentable], list[str]]:
    """Sign, each on its own, what `par` has read as it now is.

    Returns:
        What is signed, and for each other one why it is not.
    """
    signes: list[Presentable] = []
    refus: list[str] = []
    for objet in objets:
        nom = nommer(objet)
        empreinte = lire_a_signer(objet).empreinte
        if not empreinte or not est_lu(objet, empreinte, par):
            refus.append(f"{nom} : lisez-le d’abord, il n’est pas lu tel qu’il est.")
            continue
        try:
            signer(objet, par=par, empreinte_lue=empreinte)
        except ValidationError as erreur:
            refus += [f"{nom} : {message}" for message in erreur.messages]
        except ActeInterdit as erreur:
            refus.append(f"{nom} : {erreur}")
        else:
            signes.append(objet)
    return signes, refus
