"""Addresses of the pages about suppliers and debtors."""

from django.urls import path

from fournisseurs.views import (
    doublons,
    espace,
    gestion,
    habilitations,
    imports,
    instruction,
    modifications,
    oppositions,
    qualite,
    registre,
    releves,
    securite,
    tables,
    tiers,
)

app_name = "fournisseurs"
urlpatterns = [
    path("fournisseur/", espace.accueil, name="accueil"),
    path("fournisseur/etablissements/demander/", espace.demander, name="demander"),
    path("fournisseur/etablissements/<str:ridet>/", espace.etablissement, name="etablissement"),
    path(
        "fournisseur/etablissements/<str:ridet>/habilitations/",
        habilitations.habilitations,
        name="habilitations",
    ),
    path(
        "fournisseur/etablissements/<str:ridet>/habilitations/<int:pk>/",
        habilitations.modifier_habilitation,
        name="modifier_habilitation",
    ),
    path(
        "fournisseur/etablissements/<str:ridet>/invitations/<int:pk>/retirer/",
        habilitations.retirer_l_invitation,
        name="retirer_invitation",
    ),
    path(
        "fournisseur/etablissements/<str:ridet>/quitter/",
        habilitations.quitter_etablissement,
        name="quitter",
    ),
    path("fournisseur/invitations/<str:jeton>/", habilitations.invitation, name="invitation"),
    path(
        "fournisseur/etablissements/<str:ridet>/habilitations/<int:pk>/retirer/",
        habilitations.retirer_droits,
        name="retirer_habilitation",
    ),
    path(
        "fournisseur/etablissements/<str:ridet>/documents/",
        modifications.documents,
        name="documents",
    ),
    path(
        "fournisseur/etablissements/<str:ridet>/modifier/",
        modifications.choisir,
        name="choisir_modification",
    ),
    path(
        "fournisseur/etablissements/<str:ridet>/modifier/<slug:genre>/",
        modifications.modifier,
        name="modifier",
    ),
    path("fournisseur/modifications/<int:pk>/", modifications.modification, name="modification"),
    path(
        "fournisseur/modifications/<int:pk>/verifier/",
        modifications.verifier,
        name="verifier_modification",
    ),
    path(
        "fournisseur/modifications/<int:pk>/retirer/",
        modifications.retirer_modification,
        name="retirer_modification",
    ),
    path("securite/coordonnees-bancaires/", modifications.securite, name="securite"),
    path("securite/contester/<str:jeton>/", modifications.contester, name="contester"),
    path("fournisseur/demandes/<int:pk>/", espace.demande, name="demande"),
    path(
        "fournisseur/modifications/<int:pk>/completer/",
        modifications.completer_modification,
        name="completer_modification",
    ),
    path(
        "fournisseur/demandes/<int:pk>/completer/",
        espace.completer_demande,
        name="completer_demande",
    ),
    path("fournisseur/demandes/<int:pk>/retirer/", espace.retirer_demande, name="retirer_demande"),
    path("fournisseur/justificatifs/<int:pk>/", espace.justificatif, name="justificatif"),
    path("fournisseur/justificatifs/<int:pk>/apercu/", espace.apercu, name="apercu"),
    path("fournisseur/comptes/<str:code>/", releves.releve_de_compte, name="releve"),
    path("fournisseur/comptes/<str:code>/releve.csv", releves.releve_csv, name="releve_csv"),
    path("fournisseur/comptes/<str:code>/releve.pdf", releves.releve_pdf, name="releve_pdf"),
    path("gestion/tiers/", tiers.liste, name="gestion_tiers"),
    path("gestion/tiers/demandes/", instruction.demandes, name="gestion_demandes"),
    path(
        "gestion/tiers/demandes/export/<slug:extension>/",
        instruction.exporter_demandes,
        name="exporter_demandes",
    ),
    path("gestion/tiers/demandes/<int:pk>/", gestion.demande, name="gestion_demande"),
    path("gestion/tiers/demandes/<int:pk>/iban/", gestion.voir_iban, name="voir_iban"),
    path(
        "gestion/tiers/demandes/<int:pk>/accepter/",
        gestion.accepter_demande,
        name="accepter_demande",
    ),
    path(
        "gestion/tiers/demandes/<int:pk>/refuser/", gestion.refuser_demande, name="refuser_demande"
    ),
    path(
        "gestion/tiers/demandes/<int:pk>/renvoyer/",
        gestion.renvoyer_demande,
        name="renvoyer_demande",
    ),
    path("gestion/tiers/imports/", imports.imports, name="imports"),
    path("gestion/tiers/imports/<int:pk>/", imports.importation, name="import"),
    path("gestion/tiers/imports/<int:pk>/lancer/", imports.lancer_import, name="lancer_import"),
    path(
        "gestion/tiers/imports/<int:pk>/abandonner/",
        imports.abandonner_import,
        name="abandonner_import",
    ),
    path("gestion/tiers/imports/<int:pk>/rejets.csv", imports.rejets_import, name="rejets_import"),
    path("gestion/tiers/registre/", registre.registre, name="registre"),
    path("gestion/tiers/registre/extrait/", registre.comparer_extrait, name="comparer_extrait"),
    path(
        "gestion/tiers/registre/export/<slug:extension>/",
        registre.exporter_ecarts,
        name="exporter_ecarts",
    ),
    path("gestion/tiers/export.csv", tiers.exporter_csv, name="tiers_csv"),
    path("gestion/tiers/export.xlsx", tiers.exporter_xlsx, name="tiers_xlsx"),
    path("gestion/tiers/qualite/", qualite.qualite, name="qualite"),
    path("gestion/tiers/tables/", tables.tables, name="tables"),
    path(
        "gestion/tiers/tables/banques/ajouter/",
        tables.modifier,
        {"table": "banques"},
        name="ajouter_banque",
    ),
    path(
        "gestion/tiers/tables/banques/<str:cle>/",
        tables.modifier,
        {"table": "banques"},
        name="modifier_banque",
    ),
    path(
        "gestion/tiers/tables/banques/<str:cle>/retirer/",
        tables.retirer,
        {"table": "banques"},
        name="retirer_banque",
    ),
    path(
        "gestion/tiers/tables/codes-postaux/ajouter/",
        tables.modifier,
        {"table": "codes_postaux"},
        name="ajouter_code_postal",
    ),
    path(
        "gestion/tiers/tables/codes-postaux/<int:cle>/",
        tables.modifier,
        {"table": "codes_postaux"},
        name="modifier_code_postal",
    ),
    path(
        "gestion/tiers/tables/codes-postaux/<int:cle>/retirer/",
        tables.retirer,
        {"table": "codes_postaux"},
        name="retirer_code_postal",
    ),
    path("gestion/tiers/doublons/export.csv", doublons.exporter_csv, name="doublons_csv"),
    path("gestion/tiers/doublons/export.xlsx", doublons.exporter_xlsx, name="doublons_xlsx"),
    path("gestion/tiers/doublons/", doublons.liste, name="doublons"),
    path("gestion/tiers/doublons/<int:pk>/ecarter/", doublons.ecarter, name="ecarter_doublon"),
    path("gestion/tiers/doublons/<int:pk>/rouvrir/", doublons.rouvrir, name="rouvrir_doublon"),
    path("gestion/tiers/rapprocher/", doublons.rapprocher, name="rapprocher"),
    path("gestion/tiers/fusions/", doublons.fusions, name="fusions"),
    path("gestion/tiers/fusions/<int:pk>/", doublons.fusion, name="fusion"),
    path("gestion/tiers/fusions/<int:pk>/valider/", doublons.valider, name="valider_fusion"),
    path(
        "gestion/tiers/fusions/<int:pk>/abandonner/", doublons.abandonner, name="abandonner_fusion"
    ),
    path("gestion/tiers/fusions/<int:pk>/annuler/", doublons.annuler, name="annuler_fusion"),
    path(
        "gestion/tiers/modifications/<int:pk>/",
        instruction.modification,
        name="gestion_modification",
    ),
    path(
        "gestion/tiers/modifications/<int:pk>/iban/",
        instruction.voir_iban_modification,
        name="voir_iban_modification",
    ),
    path(
        "gestion/tiers/modifications/<int:pk>/appels/",
        instruction.appeler,
        name="appeler_modification",
    ),
    path(
        "gestion/tiers/modifications/<int:pk>/renvoyer/",
        instruction.renvoyer_modification,
        name="renvoyer_modification",
    ),
    path(
        "gestion/tiers/modifications/<int:pk>/<slug:acte>/",
        instruction.agir,
        name="agir_modification",
    ),
    path(
        "gestion/tiers/etablissements/<str:ridet>/modifier/",
        instruction.gestion_choisir,
        name="gestion_choisir",
    ),
    path(
        "gestion/tiers/etablissements/<str:ridet>/modifier/<slug:genre>/",
        instruction.gestion_modifier,
        name="gestion_modifier",
    ),
    path("gestion/oppositions/", oppositions.liste, name="oppositions"),
    path(
        "gestion/oppositions/export/<slug:extension>/",
        oppositions.exporter_liste,
        name="exporter_oppositions",
    ),
    path("gestion/oppositions/<int:pk>/", oppositions.fiche, name="opposition"),
    *(
        path(
            f"gestion/oppositions/<int:pk>/{code}/",
            oppositions.decider,
            {"code": code},
            name=f"opposition_{code.replace('-', '_')}",
        )
        for code in oppositions.ACTES
    ),
    path(
        "gestion/tiers/<str:code>/oppositions/nouvelle/",
        oppositions.nouvelle,
        name="nouvelle_opposition",
    ),
    path("gestion/tiers/<str:code>/", gestion.fiche, name="gestion_fiche"),
    path(
        "gestion/tiers/<str:code>/suspendre/",
        gestion.changer_etat,
        {"acte": "suspendre"},
        name="suspendre",
    ),
    path(
        "gestion/tiers/<str:code>/reactiver/",
        gestion.changer_etat,
        {"acte": "reactiver"},
        name="reactiver",
    ),
    path("gestion/securite/journal/", securite.journal, name="journal_securite"),
    path("gestion/securite/journal/export.csv", securite.journal_csv, name="journal_csv"),
    path("gestion/securite/journal/chaine/", securite.chaine, name="journal_chaine"),
]
