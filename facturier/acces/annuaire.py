"""Finding accounts: by e-mail or name, by role, in the order of names."""

from django.db.models import Q, QuerySet

from facturier.acces.models import Utilisateur
from facturier.commun.nombres import lire_entier


def rechercher(
    *, recherche: str = "", role: str = "", etat: str = ""
) -> QuerySet[Utilisateur, Utilisateur]:
    """Return the accounts of people that match, by name, with their roles.

    Args:
        recherche: words, each found in the e-mail, the first name or the name.
        role: code of a role held.
        etat: `actif` or `inactif`; both when empty.
    """
    comptes = Utilisateur.objects.filter(est_systeme=False)
    for mot in recherche.split():
        comptes = comptes.filter(
            Q(email__icontains=mot) | Q(nom__icontains=mot) | Q(prenom__icontains=mot)
        )
    if role:
        comptes = comptes.filter(attributions__role=role)
    if etat:
        comptes = comptes.filter(is_active=etat == "actif")
    return (
        comptes.select_related("service")
        .prefetch_related("attributions")
        .order_by("nom", "prenom", "pk")
    )


def apres(
    comptes: QuerySet[Utilisateur, Utilisateur], cle: str
) -> QuerySet[Utilisateur, Utilisateur]:
    """Keep what follows the account of key `cle` in the order of names; all when unknown."""
    lue = lire_entier(cle)
    dernier = Utilisateur.objects.filter(pk=lue).first() if lue is not None else None
    if dernier is None:
        return comptes
    nom, prenom = dernier.nom, dernier.prenom
    return comptes.filter(
        Q(nom__gt=nom)
        | Q(nom=nom, prenom__gt=prenom)
        | Q(nom=nom, prenom=prenom, pk__gt=dernier.pk)
    )
