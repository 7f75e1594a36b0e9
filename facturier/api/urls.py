"""Addresses of the API, of its documentation, and of the pages of keys and webhooks."""

from django.urls import path, re_path

from facturier.api.views import documentation, espace, factures

app_name = "api"
RIDET = "fournisseur/etablissements/<str:ridet>/api/"
FACTURE = "api/v1/factures/<int:pk>"
urlpatterns = [
    path(RIDET, espace.acces, name="acces"),
    path(f"{RIDET}cles/nouvelle/", espace.nouvelle_cle, name="nouvelle_cle"),
    path(f"{RIDET}cles/<int:pk>/revoquer/", espace.revoquer, name="revoquer_cle"),
    path(f"{RIDET}webhooks/nouveau/", espace.nouveau_webhook, name="nouveau_webhook"),
    path(f"{RIDET}webhooks/<int:pk>/", espace.webhook, name="webhook"),
    path(f"{RIDET}webhooks/<int:pk>/resilier/", espace.resilier_webhook, name="resilier_webhook"),
    path(f"{RIDET}webhooks/<int:pk>/etats/", espace.choisir_etats, name="choisir_etats"),
    path(f"{RIDET}webhooks/<int:pk>/essayer/", espace.essayer_webhook, name="essayer_webhook"),
    path(
        f"{RIDET}webhooks/<int:pk>/envois/<int:envoi>/rejouer/",
        espace.rejouer_envoi,
        name="rejouer_envoi",
    ),
    path("api/schema/", documentation.schema, name="schema"),
    path("api/documentation/", documentation.documentation, name="documentation"),
    path("api/v1/cle", factures.CleView.as_view(), name="cle"),
    path("api/v1/services", factures.ServicesView.as_view(), name="services"),
    path("api/v1/bons-commande", factures.BonsCommandeView.as_view(), name="bons_commande"),
    path("api/v1/factures", factures.FacturesView.as_view(), name="factures"),
    path(
        "api/v1/factures/verification",
        factures.VerificationView.as_view(),
        name="verification",
    ),
    path(FACTURE, factures.FactureView.as_view(), name="facture"),
    path(f"{FACTURE}/historique", factures.HistoriqueView.as_view(), name="historique"),
    path(f"{FACTURE}/completer", factures.CompleterView.as_view(), name="completer"),
    path(f"{FACTURE}/recycler", factures.RecyclerView.as_view(), name="recycler"),
    path(f"{FACTURE}/retirer", factures.RetirerView.as_view(), name="retirer"),
    path(f"{FACTURE}/certificat", factures.CertificatView.as_view(), name="certificat"),
    path(f"{FACTURE}/documents/<int:document>", factures.DocumentView.as_view(), name="document"),
    re_path(r"^api/(?P<chemin>.*)$", factures.InconnueView.as_view(), name="inconnue"),
]
