"""Addresses of the exchanges with the treasury."""

from django.urls import path

from exports_tps.views import (
    archives,
    blocage,
    bordereaux,
    comptable,
    corrections,
    depots,
    documents,
    flux,
    lecture,
    parapheur,
    penalites,
    pouvoirs,
    preparation,
    recettes,
    remises,
    reponses,
    tableau,
)

ACTES_DU_PARAPHEUR = {
    "presenter": "presenter",
    "reprendre": "reprendre",
    "viser": "viser",
    "renvoyer": "renvoyer",
    "marquer_lu": "lu",
    "signer": "signer",
}

app_name = "exports_tps"
urlpatterns = [
    path("gestion/bordereaux/", bordereaux.bordereaux, name="bordereaux"),
    path("gestion/preparation/", preparation.accueil, name="preparation"),
    path("gestion/bordereaux/<int:pk>/", bordereaux.bordereau, name="bordereau"),
    path("gestion/bordereaux/<int:pk>/profils/", lecture.profils, name="profils"),
    *(
        path(f"gestion/bordereaux/<int:pk>/{chemin}/", getattr(parapheur, acte), name=acte)
        for acte, chemin in ACTES_DU_PARAPHEUR.items()
    ),
    path("gestion/bordereaux/<int:pk>/a-signer.xml", parapheur.a_signer, name="a_signer"),
    path("gestion/bordereaux/<int:pk>/signature/", parapheur.deposer, name="deposer_signature"),
    path(
        "gestion/bordereaux/<int:pk>/signature/retirer/",
        bordereaux.retirer_signature,
        name="retirer_signature",
    ),
    path(
        "gestion/bordereaux/<int:pk>/pieces/<int:piece>/retirer/",
        parapheur.retirer,
        name="retirer_piece",
    ),
    path("gestion/bordereaux/<int:pk>/abandonner/", parapheur.abandonner, name="abandonner"),
    path("gestion/pieces/<int:pk>/", lecture.piece, name="lire_piece"),
    path("gestion/justificatifs/<int:pk>/montrer/", lecture.montre, name="montrer_justificatif"),
    path("gestion/parapheur/", parapheur.accueil, name="parapheur"),
    path("gestion/parapheur/signer/", parapheur.signer_lot, name="signer_lot"),
    path("gestion/parapheur/circuits/", pouvoirs.circuits, name="circuits"),
    path("gestion/parapheur/circuits/nouveau/", pouvoirs.nouveau_circuit, name="nouveau_circuit"),
    path("gestion/parapheur/circuits/<int:pk>/clore/", pouvoirs.clore, name="clore_circuit"),
    path("gestion/parapheur/pouvoirs/", pouvoirs.pouvoirs, name="pouvoirs"),
    path("gestion/parapheur/pouvoirs/deleguer/", pouvoirs.deleguer, name="deleguer"),
    path("gestion/parapheur/pouvoirs/absence/", pouvoirs.absence, name="absence"),
    path("gestion/parapheur/pouvoirs/<int:pk>/revoquer/", pouvoirs.revoquer, name="revoquer"),
    path("gestion/parapheur/certificats/nouveau/", pouvoirs.certificat, name="certificat"),
    path(
        "gestion/parapheur/certificats/<int:pk>/retirer/",
        pouvoirs.oublier_certificat,
        name="oublier_certificat",
    ),
    path("gestion/bordereaux/<int:pk>/reemettre/", bordereaux.reemettre, name="reemettre"),
    path("gestion/bordereaux/<int:pk>/constituer/", bordereaux.constituer, name="constituer"),
    path("gestion/bordereaux/<int:pk>/bordereau.pdf", bordereaux.bordereau_pdf, name="pdf"),
    path("gestion/bordereaux/<int:pk>/signe.xml", bordereaux.fragment, name="fragment"),
    path("gestion/justificatifs/<int:pk>/", lecture.justificatif, name="justificatif"),
    path("gestion/pourquoi/mandats/<int:pk>/", blocage.mandat, name="pourquoi_mandat"),
    path("gestion/pourquoi/factures/<int:pk>/", blocage.facture, name="pourquoi_facture"),
    path("gestion/mandats/<int:pk>/requisition/", corrections.requerir, name="requerir"),
    path("gestion/mandats/<int:pk>/reduction/", corrections.reduire, name="reduire_mandat"),
    path("gestion/recettes-percues/", recettes.liste, name="recettes_percues"),
    path(
        "gestion/recettes-percues/<int:pk>/titre/",
        recettes.regulariser,
        name="regulariser_recette",
    ),
    path("gestion/recettes-percues/<int:pk>/emission/", recettes.titrer, name="titrer_recette"),
    path("gestion/recettes-percues/<int:pk>/detacher/", recettes.detacher, name="detacher_recette"),
    path("gestion/titres-refuses/", remises.liste, name="titres_refuses"),
    path(
        "gestion/titres-refuses/<int:pk>/remettre/",
        remises.remettre,
        name="remettre_en_preparation",
    ),
    path("gestion/penalites/", penalites.liste, name="penalites"),
    path("gestion/mandats/<int:pk>/penalites/", penalites.titrer, name="titrer_penalites"),
    path(
        "gestion/mandats/<int:pk>/requisition/acte/",
        corrections.acte_de_requisition,
        name="acte_requisition",
    ),
    path("gestion/flux/", flux.liste, name="flux_liste"),
    path("gestion/flux/archives/", archives.archives, name="archives"),
    path("gestion/flux/archives/<int:pk>/", archives.archive, name="archive"),
    path("gestion/flux/deposer/", depots.deposer, name="deposer_pes"),
    *(
        path(
            f"gestion/flux/externes/<int:pk>/{chemin}/",
            getattr(parapheur, acte),
            {"depot": True},
            name=f"{acte}_depot",
        )
        for acte, chemin in ACTES_DU_PARAPHEUR.items()
    ),
    path("gestion/flux/externes/<int:pk>/fichier/", depots.fichier, name="fichier_depose"),
    path("gestion/flux/externes/<int:pk>/completer/", depots.completer, name="completer_depot"),
    path("gestion/flux/pieces/<int:pk>/joindre/", depots.ajouter, name="ajouter_document"),
    path("gestion/flux/documents/<int:pk>/joindre/", depots.joindre, name="joindre_document"),
    path("gestion/flux/documents/refuses/", documents.liste, name="documents_refuses"),
    path(
        "gestion/flux/documents/<int:pk>/remplacer/",
        documents.remplacer_document,
        name="remplacer_document",
    ),
    path(
        "gestion/flux/documents/<int:pk>/envoyer-de-nouveau/",
        documents.renvoyer_document,
        name="renvoyer_document",
    ),
    path("gestion/flux/documents/", flux.documents, name="constituer_documents"),
    path("gestion/flux/tableau/", tableau.page, name="tableau"),
    path(
        "gestion/flux/tableau/<int:volet>/<slug:extension>/",
        tableau.exporter_volet,
        name="exporter_tableau",
    ),
    path("gestion/flux/messages/", reponses.liste, name="messages"),
    path("gestion/flux/messages/<int:pk>/", reponses.message, name="message"),
    path("gestion/flux/messages/<int:pk>/fichier/", reponses.fichier, name="fichier_message"),
    path("gestion/flux/messages/<int:pk>/verdicts/", reponses.verdicts, name="verdicts_message"),
    path("gestion/flux/messages/<int:pk>/appliquer/", reponses.appliquer, name="appliquer_message"),
    path(
        "gestion/flux/messages/<int:pk>/traiter/",
        reponses.traiter_reserves,
        name="traiter_message",
    ),
    path(
        "gestion/flux/messages/<int:pk>/reserves/<int:reserve>/traiter/",
        reponses.traiter_reserves,
        name="traiter_reserve",
    ),
    path("gestion/flux/<int:pk>/", flux.detail, name="flux"),
    path("gestion/flux/<int:pk>/transmettre/", flux.envoyer, name="transmettre"),
    path("gestion/flux/<int:pk>/deposer-de-nouveau/", flux.redeposer, name="redeposer"),
    path("gestion/flux/<int:pk>/ecarter/", flux.ecarter, name="ecarter_flux"),
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
