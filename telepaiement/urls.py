"""Addresses of the payments: payers, counters, staff, gateway."""

from django.urls import path

from telepaiement.views import guichet, notifications, payer, quittances, titres

app_name = "telepaiement"
urlpatterns = [
    path("payer/", payer.accueil, name="accueil"),
    path("payer/titre/<int:titre_id>/", payer.creance, name="creance"),
    path("payer/paiement/<uuid:jeton>/", payer.paiement, name="paiement"),
    path("payer/paiement/<uuid:jeton>/retour/", payer.retour, name="retour"),
    path("payer/paiement/<uuid:jeton>/controle/", payer.controle, name="controle"),
    path("payer/paiement/<uuid:jeton>/abandonner/", payer.abandonner, name="abandonner"),
    path("payer/paiement/<uuid:jeton>/quittance.pdf", payer.telecharger, name="quittance"),
    path("payer/quittance/", quittances.verifier, name="verifier"),
    path("payer/quittance/<str:code>/", quittances.verification, name="verification"),
    path("guichet/", guichet.accueil, name="guichet"),
    path("guichet/recherche/", guichet.recherche, name="guichet_recherche"),
    path("guichet/titres/<int:titre_id>/", guichet.titre, name="guichet_titre"),
    path("guichet/saisies/<uuid:identifiant>/", guichet.confirmer, name="guichet_confirmer"),
    path(
        "guichet/encaissements/<int:encaissement_id>/",
        guichet.encaissement,
        name="guichet_encaissement",
    ),
    path(
        "guichet/encaissements/<int:encaissement_id>/quittance.pdf",
        guichet.quittance,
        name="guichet_quittance",
    ),
    path(
        "guichet/encaissements/<int:encaissement_id>/duplicata.pdf",
        guichet.duplicata,
        name="guichet_duplicata",
    ),
    path(
        "guichet/encaissements/<int:encaissement_id>/annuler/",
        guichet.annuler,
        name="guichet_annuler",
    ),
    path("guichet/journal/", guichet.journal, name="guichet_journal"),
    path("guichet/cloture/", guichet.cloture, name="guichet_cloture"),
    path("guichet/sessions/<int:session_id>/", guichet.session_close, name="guichet_session"),
    path("gestion/titres/", titres.liste, name="titres"),
    path("gestion/titres/creer/", titres.creer, name="titre_creer"),
    path("gestion/titres/bordereau/", titres.mettre_en_bordereau, name="titres_bordereau"),
    path("gestion/titres/<int:titre_id>/", titres.detail, name="titre"),
    path("gestion/titres/<int:titre_id>/avis.pdf", titres.avis_pdf, name="titre_avis"),
    path("gestion/titres/<int:titre_id>/annuler/", titres.annuler, name="titre_annuler"),
    path(
        "gestion/titres/tentatives/<int:tentative_id>/verifier/",
        titres.verifier,
        name="verifier_tentative",
    ),
    path("gestion/paiements/a-verifier/", titres.a_verifier, name="paiements_a_verifier"),
    path("gestion/paiements/trop-percus/", titres.trop_percus, name="trop_percus"),
    path("telepaiement/stripe/", notifications.stripe, name="stripe"),
]
