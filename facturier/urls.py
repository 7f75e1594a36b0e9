"""The only place that knows every application."""

from django.urls import include, path

urlpatterns = [
    path("compte/", include("allauth.account.urls")),
    path("", include("facturier.accueil.urls")),
    path("", include("facturier.acces.urls")),
    path("", include("facturier.api.urls")),
    path("", include("facturier.suivi.urls")),
    path("", include("fournisseurs.urls")),
    path("", include("telepaiement.urls")),
    path("", include("exports_tps.urls")),
]

handler400 = "facturier.accueil.erreurs.requete_refusee"
handler403 = "facturier.accueil.erreurs.acces_refuse"
handler404 = "facturier.accueil.erreurs.page_introuvable"
handler500 = "facturier.accueil.erreurs.panne"
