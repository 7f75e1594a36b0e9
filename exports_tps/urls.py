"""Addresses of the exchanges with the treasury."""

from django.urls import path

from exports_tps.views import blocage, bordereaux, comptable, corrections, flux, penalites

app_name = "exports_tps"
urlpatterns = [
    path("gestion/bordereaux/", bordereaux.bordereaux, name="bordereaux"),
    path(
        "gestion/bordereaux/nouveau/mandats/",
        bordereaux.nouveau,
        {"sens": "depense"},
        name="nouveau_bordereau_mandats",
    ),
    path(
        "gestion/bordereaux/nouveau/titres/",
        bordereaux.nouveau,
        {"sens": "recette"},
        name="nouveau_bordereau_titres",
    ),
    path("gestion/bordereaux/<int:pk>/", bordereaux.bordereau, name="bordereau"),
    path("gestion/bordereaux/<int:pk>/signer/", bordereaux.signer, name="signer"),
    path("gestion/bordereaux/<int:pk>/constituer/", bordereaux.constituer, name="constituer"),
    path("gestion/bordereaux/<int:pk>/bordereau.pdf", bordereaux.bordereau_pdf, name="pdf"),
    path("gestion/bordereaux/<int:pk>/signe.xml", bordereaux.fragment, name="fragment"),
    path("gestion/justificatifs/<int:pk>/", bordereaux.justificatif, name="justificatif"),
    path("gestion/pourquoi/mandats/<int:pk>/", blocage.mandat, name="pourquoi_mandat"),
    path("gestion/pourquoi/factures/<int:pk>/", blocage.facture, name="pourquoi_facture"),
    path("gestion/mandats/<int:pk>/requisition/", corrections.requerir, name="requerir"),
    path("gestion/mandats/<int:pk>/reduction/", corrections.reduire, name="reduire_mandat"),
    path("gestion/penalites/", penalites.liste, name="penalites"),
    path("gestion/mandats/<int:pk>/penalites/", penalites.titrer, name="titrer_penalites"),
    path(
        "gestion/mandats/<int:pk>/requisition/acte/",
        corrections.acte_de_requisition,
        name="acte_requisition",
    ),
    path("gestion/flux/", flux.liste, name="flux_liste"),
    path("gestion/flux/documents/", flux.documents, name="constituer_documents"),
    path("gestion/flux/messages/", flux.messages_tps, name="messages"),
    path("gestion/flux/messages/<int:pk>/fichier/", flux.message, name="message"),
    path("gestion/flux/<int:pk>/", flux.detail, name="flux"),
    path("gestion/flux/<int:pk>/transmettre/", flux.envoyer, name="transmettre"),
    path("gestion/flux/<int:pk>/verifier/", flux.verifier, name="verifier"),
    path("gestion/flux/<int:pk>/fichier/", flux.fichier, name="fichier"),
    path("tps/", comptable.accueil, name="tps"),
    path("tps/pieces/<int:pk>/", comptable.piece, name="tps_piece"),
    *(
        path(
            f"tps/pieces/<int:pk>/{acte.replace('_', '-')}/",
            comptable.decider,
            {"acte": acte},
            name=f"tps_{acte}",
        )
        for acte in comptable.ACTES
    ),
]
