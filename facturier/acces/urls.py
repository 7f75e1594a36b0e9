"""Addresses of the accounts: one's own, and those that an administrateur manages."""

from django.urls import path, register_converter

from facturier.acces import views, views_gestion, views_identite
from facturier.acces.models import Role


class RoleConverter:
    """A role code in an address; any other text is no address."""

    regex = "|".join(Role.values)

    def to_python(self, valeur: str) -> Role:
        """Return the role of code `valeur`."""
        return Role(valeur)

    def to_url(self, role: str) -> str:
        """Return the code of `role`."""
        return str(role)


register_converter(RoleConverter, "role")

app_name = "acces"
urlpatterns = [
    path("compte/", views.compte, name="compte"),
    path("compte/identite/<slug:fournisseur>/", views_identite.identite, name="identite"),
    path(
        "compte/identite/<slug:fournisseur>/retour/", views_identite.retour, name="identite_retour"
    ),
    path("compte/identites/", views_identite.identites, name="identites"),
    path(
        "compte/identites/<int:pk>/detacher/",
        views_identite.detacher_identite,
        name="detacher_identite",
    ),
    path(
        "compte/identites/<slug:fournisseur>/lier/",
        views_identite.lier_identite,
        name="lier_identite",
    ),
    path("compte/sessions/fermer/", views.fermer_sessions, name="fermer_sessions"),
    path("gestion/comptes/", views_gestion.comptes, name="comptes"),
    path("gestion/comptes/inviter/", views_gestion.inviter_personne, name="inviter"),
    path("gestion/comptes/<int:pk>/", views_gestion.fiche, name="fiche"),
    path("gestion/comptes/<int:pk>/affectation/", views_gestion.affectation, name="affectation"),
    path("gestion/comptes/<int:pk>/invitation/", views_gestion.relancer, name="relancer"),
    path(
        "gestion/comptes/<int:pk>/roles/<role:role>/accorder/",
        views_gestion.accorder_role,
        name="accorder",
    ),
    path(
        "gestion/comptes/<int:pk>/roles/<role:role>/retirer/",
        views_gestion.retirer_role,
        name="retirer",
    ),
    path("gestion/comptes/<int:pk>/desactiver/", views_gestion.fermer_acces, name="desactiver"),
    path("gestion/comptes/<int:pk>/reactiver/", views_gestion.rouvrir_acces, name="reactiver"),
]
