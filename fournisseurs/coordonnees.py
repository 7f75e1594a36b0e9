"""Bank accounts of a supplier: which one to pay, and how a new version follows the last."""

from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from facturier.acces.models import Utilisateur
from fournisseurs.gel import raison_du_gel
from fournisseurs.journal import consigner
from fournisseurs.models import (
    ActeJournal,
    CoordonneesBancaires,
    DemandeEtablissement,
    Etablissement,
    Fournisseur,
)


class CompteIntrouvable(LookupError):
    """No verified bank account is in force; the message, in French, says what to do."""


@dataclass(frozen=True, slots=True)
class Compte:
    """A bank account as declared: normalised IBAN and BIC (may be empty), name of the holder."""

    iban: str
    bic: str
    titulaire: str


def compte_en_vigueur(
    fournisseur: Fournisseur, au: date, *, etablissement: Etablissement | None = None
) -> CoordonneesBancaires:
    """Return the verified account to pay `fournisseur` on day `au`.

    The account kept for `etablissement` comes first, then the main one of the supplier.

    Raises:
        CompteIntrouvable: there is neither, the supplier is suspended, or a change of account of
            his is being checked.
    """
    if not fournisseur.est_actif:
        raise CompteIntrouvable(
            f"{fournisseur.tiers.nom_complet} est suspendu : réactivez la fiche avant de payer."
        )
    if raison := raison_du_gel(fournisseur):
        raise CompteIntrouvable(raison)
    comptes = CoordonneesBancaires.objects.filter(fournisseur=fournisseur).en_vigueur(au)
    if etablissement is not None:
        propre = comptes.filter(etablissement=etablissement).order_by("-debut", "-pk").first()
        if propre is not None:
            return propre
    principal = comptes.filter(etablissement__isnull=True).order_by("-debut", "-pk").first()
    if principal is None:
        raise CompteIntrouvable(
            f"{fournisseur.tiers.nom_complet} n’a aucun compte bancaire vérifié en vigueur le "
            f"{au:%d/%m/%Y} : demandez-lui un relevé d’identité bancaire."
        )
    return principal


@transaction.atomic
def enregistrer_compte(
    *,
    fournisseur: Fournisseur,
    compte: Compte,
    origine: CoordonneesBancaires.Origine,
    par: Utilisateur,
    etablissement: Etablissement | None = None,
    demande: DemandeEtablissement | None = None,
) -> CoordonneesBancaires:
    """Make `compte`, verified by `par`, the live version from today; the last one ends.

    The row of the supplier is locked, so that two versions cannot both become the live one. The
    same account again changes nothing.

    Returns:
        The live version.
    """
    Fournisseur.objects.select_for_update(of=("self",)).get(pk=fournisseur.pk)
    aujourd_hui = timezone.localdate()
    courantes = CoordonneesBancaires.objects.filter(
        fournisseur=fournisseur, etablissement=etablissement
    ).courantes()
    courante = courantes.first()
    if courante and (courante.iban, courante.bic, courante.titulaire) == (
        compte.iban,
        compte.bic,
        compte.titulaire,
    ):
        return courante
    courantes.filter(debut__gt=aujourd_hui).update(fin=F("debut"))
    courantes.update(fin=aujourd_hui)
    nouvelle: CoordonneesBancaires = CoordonneesBancaires.objects.create(
        fournisseur=fournisseur,
        etablissement=etablissement,
        iban=compte.iban,
        bic=compte.bic,
        titulaire=compte.titulaire,
        origine=origine,
        demande=demande,
        verifiee_par=par,
        verifiee_le=timezone.now(),
        debut=aujourd_hui,
    )
    consigner(
        ActeJournal.COMPTE_REMPLACE if courante else ActeJournal.COMPTE_AJOUTE,
        par=par,
        fournisseur=fournisseur,
        sur=nouvelle,
        iban=compte.iban,
        ancien_iban=courante.iban if courante else "",
        motif=origine.label,
    )
    return nouvelle
