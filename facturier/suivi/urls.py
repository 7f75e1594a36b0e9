"""Pages of invoice tracking: the supplier's, the public one, finance staff's."""

from django.urls import path

from facturier.suivi.views import depot, fournisseur, gestion, liste, mandats, public

app_name = "suivi"
urlpatterns = [
    path("factures/", liste.liste, name="liste"),
    path("factures/export/<slug:extension>/", liste.exporter_liste, name="exporter_liste"),
    path("factures/vues/", liste.garder_vue, name="garder_vue"),
    path("factures/vues/<int:pk>/supprimer/", liste.supprimer_vue, name="supprimer_vue"),
    path("factures/deposer/", depot.deposer, name="deposer"),
    path("factures/avis/", fournisseur.avis, name="avis"),
    path("factures/verification/", public.verification, name="verifier_code"),
    path("factures/verification/<str:code>/", public.verification, name="verification"),
    path("factures/<int:pk>/", fournisseur.detail, name="detail"),
    path("factures/<int:pk>/saisie/", depot.saisie, name="saisie"),
    path("factures/<int:pk>/verifier/", depot.verifier, name="verifier"),
    path("factures/<int:pk>/joindre/", depot.joindre, name="joindre"),
    path("factures/<int:pk>/abandonner/", depot.abandonner, name="abandonner"),
    path("factures/<int:pk>/depose/", depot.depose, name="depose"),
    path("factures/<int:pk>/completer/", fournisseur.completer, name="completer"),
    path("factures/<int:pk>/destinataire/", fournisseur.readresser, name="readresser"),
    path("factures/<int:pk>/retirer/", fournisseur.retirer, name="retirer"),
    path("factures/<int:pk>/messages/", fournisseur.message, name="message"),
    path("factures/<int:pk>/certificat/", fournisseur.telecharger_certificat, name="certificat"),
    path("factures/<int:pk>/documents/<int:document>/", fournisseur.document, name="document"),
    path("gestion/factures/", gestion.liste, name="gestion_liste"),
    path("gestion/certifier/<str:jeton>/", gestion.certifier_par_lien, name="certifier_par_lien"),
    path("gestion/factures/lot/", gestion.lot, name="gestion_lot"),
    path("gestion/factures/<int:pk>/prise/", gestion.prendre_facture, name="gestion_prise"),
    path("gestion/factures/<int:pk>/confier/", gestion.confier_facture, name="gestion_confier"),
    path("gestion/factures/<int:pk>/", gestion.detail, name="gestion_detail"),
    path("gestion/factures/<int:pk>/messages/", gestion.message, name="gestion_message"),
    path(
        "gestion/factures/<int:pk>/documents/<int:document>/",
        gestion.document,
        name="gestion_document",
    ),
    path(
        "gestion/factures/<int:pk>/documents/<int:document>/apercu/",
        gestion.apercu,
        name="gestion_apercu",
    ),
    path("gestion/factures/<int:pk>/<slug:code>/", gestion.acte, name="gestion_acte"),
    path("gestion/mandats/", mandats.liste, name="mandats"),
    path("gestion/mandats/nouveau/", mandats.mandater, name="mandater"),
    path("gestion/mandats/bordereau/", mandats.bordereau, name="bordereau"),
    path("gestion/mandats/<int:pk>/", mandats.detail, name="mandat"),
    path("gestion/mandats/<int:pk>/annuler/", mandats.annuler, name="annuler_mandat"),
    path(
        "gestion/mandats/<int:pk>/justificatifs/<int:justificatif>/",
        mandats.justificatif,
        name="justificatif",
    ),
]
