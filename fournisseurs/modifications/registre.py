"""What the register of établissements says of a change: shown beside it, and taken as its proof."""

from collections.abc import Mapping

from django.utils import timezone

from facturier.commun.recherche import mots
from fournisseurs.models import (
    DemandeModification,
    Etablissement,
    EtablissementRegistre,
    Justificatif,
    PreuveRegistre,
)
from fournisseurs.models.registre import Inscription
from fournisseurs.modifications.donnees import afficher
from fournisseurs.modifications.validite import fin_de_validite

COPIES = tuple(champ.name for champ in Inscription._meta.fields)


def au_registre(inscription: Inscription | None) -> dict[str, str]:
    """Return, by field, what the register says, to set beside a request or to propose in it."""
    if inscription is None:
        return {}
    return {
        "nom": inscription.denomination,
        "denomination": inscription.enseigne or inscription.denomination,
        "adresse_voie": inscription.adresse,
        "code_postal": inscription.code_postal,
        "ville": inscription.ville,
        "nature_juridique": inscription.forme_juridique,
    }


def confirme(inscription: Inscription, changes: Mapping[str, str]) -> bool:
    """Tell whether the register says each of the values asked for; case and accents set aside.

    One value that it does not say, and it proves nothing: the rest would pass with it.
    """
    inscrites = au_registre(inscription)
    noms = (inscription.denomination, inscription.enseigne)
    permises: dict[str, tuple[str, ...]] = {champ: (valeur,) for champ, valeur in inscrites.items()}
    permises |= {"denomination": noms, "nom_commercial": noms}
    return bool(changes) and all(
        any(mots(afficher(champ, valeur)) == mots(permise) for permise in permises.get(champ, ()))
        for champ, valeur in changes.items()
    )


def est_probante(inscription: EtablissementRegistre) -> bool:
    """Tell whether the line may prove a request today: as long as an avis de situation would.

    That of an établissement that has closed proves nothing.
    """
    jour = timezone.localdate()
    fin = fin_de_validite(Justificatif.Genre.AVIS_RIDET, inscription.extrait_le)
    return (
        inscription.cesse_le is None
        and inscription.extrait_le <= jour
        and (fin is None or fin >= jour)
    )


def inscription_qui_confirme(
    etablissement: Etablissement, changes: Mapping[str, str]
) -> EtablissementRegistre | None:
    """Return the line of the last extract that proves the values asked for, if there is one."""
    inscription = EtablissementRegistre.objects.filter(pk=etablissement.ridet).first()
    if inscription is None or not confirme(inscription, changes) or not est_probante(inscription):
        return None
    return inscription


def joindre(demande: DemandeModification, inscription: EtablissementRegistre) -> PreuveRegistre:
    """Keep the line of the register as a proof of the request, whatever the next extract says."""
    return PreuveRegistre.objects.create(
        demande=demande,
        ridet=inscription.pk,
        **{nom: getattr(inscription, nom) for nom in COPIES},
    )
