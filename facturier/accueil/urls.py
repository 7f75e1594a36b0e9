"""Addresses of the home page, the dashboard, the legal pages and the health checks."""

from django.urls import path

from facturier.accueil import sante, views

app_name = "accueil"
urlpatterns = [
    path("", views.portes, name="portes"),
    path("tableau/", views.tableau, name="tableau"),
    path("aide/", views.aide, name="aide"),
    path("accessibilite/", views.accessibilite, name="accessibilite"),
    path("donnees/", views.donnees, name="donnees"),
    path("favicon.ico", views.icone),
    path("sante/vive", sante.vive, name="sante_vive"),
    path("sante/prete", sante.prete, name="sante_prete"),
]
