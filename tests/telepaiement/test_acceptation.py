"""Where each acceptance test of the payments is: what is demanded, and the tests that show it.

A name is the test's, in the module before it; those of `navigateur` are journeys in a browser.
"""

import ast
from functools import cache
from pathlib import Path

import pytest

RACINE = Path(__file__).parents[1]
DOSSIER = "telepaiement/test_"
ABUS, CAISSE, CONCURRENCE = f"{DOSSIER}abus", f"{DOSSIER}caisse", f"{DOSSIER}concurrence"
LECTEUR, LIENS = f"{DOSSIER}au_lecteur", f"{DOSSIER}liens_et_borne"
MESSAGES, PAGES = f"{DOSSIER}notifications", f"{DOSSIER}pages_payer"
PAIEMENT, PANNES = f"{DOSSIER}paiement", f"{DOSSIER}pannes"
PASSERELLES, REGIES = f"{DOSSIER}passerelles", f"{DOSSIER}regies"
RENDUS, TEMPETE = f"{DOSSIER}remboursements", f"{DOSSIER}tempete"
VERSEMENTS = f"{DOSSIER}versements"

ACCEPTATION: dict[str, list[str]] = {
    # Payment
    "accepted": [
        f"{PAIEMENT}::test_un_paiement_accepte_solde_la_dette_et_donne_une_quittance",
        f"{PASSERELLES}::test_un_paiement_accepte_solde_la_dette",
    ],
    "declined, then accepted on the same attempt": [
        f"{PAIEMENT}::test_un_refus_laisse_payer_avec_une_autre_carte",
        f"{PASSERELLES}::test_un_refus_puis_une_autre_carte",
        "navigateur/test_paiement::"
        "test_un_echeancier_se_demande_s_accorde_et_un_proche_en_paie_la_premiere",
    ],
    "3DS accepted": [
        f"{PAIEMENT}::test_l_authentification_acceptee_paie",
        "navigateur/test_paiement::"
        "test_la_banque_demande_une_authentification_l_autre_passerelle_a_sa_page",
    ],
    "3DS refused": [f"{PAIEMENT}::test_l_authentification_refusee_laisse_recommencer"],
    "browser closed after confirm: the webhook alone settles": [
        f"{MESSAGES}::test_la_notification_seule_regle_le_paiement",
        "navigateur/test_paiement::test_navigateur_ferme_la_notification_regle_seule_et_une_fois",
    ],
    "webhook lost: the return page settles": [
        f"{PAGES}::test_le_paiement_fait_donne_sa_quittance_en_pdf"
    ],
    "both lost: the sweeper settles": [
        f"{PANNES}::test_notification_et_retour_perdus_le_balayage_encaisse",
        f"{PASSERELLES}::test_tout_perdu_le_balayage_encaisse",
    ],
    # Webhooks
    "the same one five times in parallel": [
        f"{MESSAGES}::test_cinq_notifications_ensemble_donnent_un_encaissement"
    ],
    "failed arriving after succeeded": [
        f"{MESSAGES}::test_un_echec_arrive_apres_le_succes_est_sans_effet"
    ],
    "bad, absent or old signature; a moment in the future": [
        f"{MESSAGES}::test_une_signature_fausse_ou_hors_delai_est_refusee",
        f"{PASSERELLES}::test_une_notification_falsifiee_est_refusee",
    ],
    "rotated secret": [f"{MESSAGES}::test_l_ancien_secret_vaut_pendant_son_remplacement"],
    "2 MB body": [f"{MESSAGES}::test_un_corps_de_deux_mega_octets_est_refuse"],
    "not JSON": [f"{MESSAGES}::test_un_corps_illisible_est_refuse"],
    "event of another livemode": [
        f"{MESSAGES}::test_un_evenement_de_l_autre_mode_est_refuse",
        f"{PASSERELLES}::test_une_notification_de_l_autre_mode_est_refusee_chez_lyra",
    ],
    "unknown payment": [f"{MESSAGES}::test_un_paiement_inconnu_est_garde_et_ignore"],
    "wrong amount or wrong currency": [
        f"{ABUS}::test_un_autre_montant_ou_une_autre_devise_attend_une_personne_et_alerte",
        f"{PASSERELLES}::test_un_montant_qui_differe_attend_une_personne",
    ],
    # Concurrency
    "two tabs": [
        f"{CONCURRENCE}::test_deux_onglets_partagent_la_meme_tentative",
        f"{CONCURRENCE}::test_deux_cartes_debitees_ensemble_laissent_un_trop_percu",
    ],
    "two agents": [f"{ABUS}::test_deux_agents_ensemble_n_encaissent_une_dette_qu_une_fois"],
    "online and counter on one debt": [
        f"{ABUS}::test_deux_onglets_et_le_guichet_ensemble_s_accordent_au_franc",
        f"{CAISSE}::test_un_paiement_en_ligne_deja_fait_arrete_le_guichet",
        f"{CAISSE}::test_un_encaissement_ferme_le_paiement_en_ligne_commence",
    ],
    "debt changed between display and confirm": [
        f"{CONCURRENCE}::test_une_dette_changee_depuis_l_affichage_ne_se_paie_pas"
    ],
    # Crashes
    "between creation and save": [
        f"{PANNES}::test_une_coupure_entre_creation_et_enregistrement_retrouve_le_meme_paiement"
    ],
    "timeout on confirm": [
        f"{PANNES}::test_une_lecture_sans_reponse_reste_a_verifier_puis_aboutit",
        f"{PASSERELLES}::test_une_lecture_sans_reponse_reste_a_verifier_puis_aboutit",
    ],
    "expiry racing with success": [f"{PANNES}::test_un_succes_devance_l_expiration"],
    "2,000 payments with random kills": [
        "telepaiement/test_arrets_brutaux::"
        "test_des_paiements_pendant_des_arrets_brutaux_s_accordent_au_franc"
    ],
    "all of it in another order: the same ledger": [
        f"{TEMPETE}::test_le_meme_monde_raconte_dans_le_desordre_donne_le_meme_grand_livre",
        f"{TEMPETE}::test_le_meme_monde_chez_l_autre_passerelle_donne_le_meme_grand_livre",
    ],
    # Refunds
    "refunded in three parts; over by 1 F": [
        f"{RENDUS}::test_trois_remboursements_partiels_rendent_tout_et_pas_un_franc_de_plus",
        f"{RENDUS}::test_un_franc_de_trop_est_refuse_par_la_page_puis_par_la_base",
        f"{PASSERELLES}::test_trois_remboursements_puis_un_franc_de_trop",
    ],
    "concurrent refunds": [f"{RENDUS}::test_deux_demandes_ensemble_ne_depassent_pas_le_paiement"],
    "refund made in the dashboard": [
        f"{RENDUS}::test_un_remboursement_fait_chez_le_prestataire_est_constate",
        f"{PASSERELLES}::test_un_remboursement_fait_ailleurs_puis_echoue",
    ],
    "refund failed later": [
        f"{RENDUS}::test_un_remboursement_rejete_au_panneau_rend_la_somme_a_rembourser"
    ],
    "refund while disputed": [f"{RENDUS}::test_un_paiement_conteste_ne_se_rembourse_pas"],
    "refund, dispute, payout and statement, by hand": [
        "navigateur/test_argent::test_l_argent_rendu_conteste_verse_et_rapproche"
    ],
    # Reader
    "reader busy": [
        f"{LECTEUR}::test_un_lecteur_occupe_le_dit",
        f"{LECTEUR}::test_un_lecteur_occupe_par_un_autre_logiciel_ferme_la_tentative",
    ],
    "reader off line": [f"{LECTEUR}::test_un_lecteur_hors_ligne_propose_aussitot_un_autre_moyen"],
    "card declined by the reader": [
        f"{LECTEUR}::test_une_carte_refusee_se_presente_a_nouveau_sur_le_meme_paiement",
        "navigateur/test_guichet::test_une_journee_de_guichet",
    ],
    "cancelled at the reader": [
        f"{LECTEUR}::test_un_paiement_annule_libere_le_lecteur_et_la_dette"
    ],
    "late success after cancel": [
        f"{LECTEUR}::test_la_carte_gagne_la_course_contre_l_annulation",
        f"{CONCURRENCE}::test_un_succes_tardif_corrige_un_etat_final",
    ],
    # Closing
    "closing with attempts to verify": [
        f"{LECTEUR}::test_un_succes_connu_apres_la_cloture_reste_a_la_regie_hors_caisse"
    ],
    "closing with a difference": [
        f"{CAISSE}::test_un_ecart_de_caisse_demande_un_motif",
        f"{REGIES}::test_un_ecart_de_caisse_est_passe_en_ecriture",
    ],
    "closing twice": [f"{CAISSE}::test_une_caisse_ne_se_cloture_pas_deux_fois"],
    "closing after midnight of Nouméa": [
        f"{REGIES}::test_une_caisse_se_cloture_apres_minuit_mais_n_encaisse_plus",
        f"{REGIES}::test_la_session_internet_se_cloture_a_minuit_de_noumea",
    ],
    # Payouts
    "payout: sum mismatch": [
        f"{VERSEMENTS}::test_une_somme_differente_de_ses_lignes_n_est_jamais_ecrite_a_moitie"
    ],
    "payout: unknown transaction type": [
        f"{VERSEMENTS}::test_ce_qui_n_est_pas_reconnu_met_le_versement_de_cote"
    ],
    "payout: fee on a failed payment": [
        f"{VERSEMENTS}::test_des_frais_sans_paiement_diminuent_le_versement"
    ],
    "payout replayed": [f"{VERSEMENTS}::test_un_versement_rejoue_ne_change_rien"],
    # Amounts and data
    "1 F and 100,000,000 F": [
        f"{PAIEMENT}::test_les_montants_extremes_se_paient_au_franc",
        f"{PAIEMENT}::test_cent_millions_de_francs_ne_se_paient_pas_par_carte",
        f"{PASSERELLES}::test_les_montants_extremes_ne_se_divisent_jamais",
        f"{CAISSE}::test_un_cheque_de_cent_millions_s_encaisse",
    ],
    "no card number in the base or the logs": [
        f"{PASSERELLES}::test_ni_carte_ni_payeur_ne_restent_en_base_ni_aux_journaux"
    ],
    # Bad input and abuse
    "card testing": [
        f"{PAIEMENT}::test_trop_de_refus_en_dix_minutes_imposent_l_authentification",
        f"{PAIEMENT}::test_le_cinquieme_refus_ferme_la_tentative_et_suspend_la_dette",
        f"{PAIEMENT}::test_la_sixieme_tentative_en_une_heure_sur_une_dette_attend",
    ],
    "amount or currency altered in the page": [
        f"{ABUS}::test_un_montant_ajoute_a_la_page_n_est_pas_lu",
        f"{ABUS}::test_la_cle_de_la_page_ne_change_ni_le_montant_ni_la_devise",
        f"{PASSERELLES}::test_un_montant_change_dans_la_page_est_refuse_par_la_banque",
    ],
    "a key guessed by a robot": [
        f"{PAGES}::test_reference_inconnue_et_cle_fausse_ont_la_meme_reponse",
        f"{PAGES}::test_la_onzieme_recherche_en_dix_minutes_attend",
        f"{LIENS}::test_un_robot_qui_devine_de_partout_resserre_les_recherches",
    ],
    "a payment link posted publicly": [
        f"{LIENS}::test_un_lien_ne_montre_que_ce_qu_il_faut_et_quitte_son_jeton",
        f"{LIENS}::test_un_lien_publie_et_abuse_laisse_le_redevable_payer",
    ],
    "two tabs and the counter at once": [
        f"{ABUS}::test_deux_onglets_et_le_guichet_ensemble_s_accordent_au_franc"
    ],
    "a titre reduced or cancelled while being paid": [
        f"{CONCURRENCE}::test_un_titre_reduit_pendant_son_paiement_laisse_un_trop_percu",
        f"{TEMPETE}::test_un_titre_rejete_pendant_son_paiement_rend_tout",
    ],
    "a storm of webhooks, 30 % of them twice": [
        f"{TEMPETE}::test_une_tempete_de_messages_n_en_perd_et_n_en_double_aucun"
    ],
    "the gateway down for an hour": [
        f"{TEMPETE}::test_le_prestataire_absent_une_heure_ne_fait_rien_perdre"
    ],
    "the clock wrong by an hour": [
        f"{TEMPETE}::test_une_horloge_fausse_d_une_heure_refuse_les_messages_mais_encaisse"
    ],
}


@cache
def _tests_de(module: str) -> frozenset[str]:
    """Return the names of the tests of a module."""
    arbre = ast.parse((RACINE / f"{module}.py").read_text(encoding="utf-8"))
    return frozenset(
        noeud.name
        for noeud in arbre.body
        if isinstance(noeud, ast.FunctionDef) and noeud.name.startswith("test_")
    )


@pytest.mark.parametrize("exigence", ACCEPTATION)
def test_chaque_epreuve_demandee_a_son_test(exigence):
    inconnus = [
        nom
        for nom in ACCEPTATION[exigence]
        if nom.partition("::")[2] not in _tests_de(nom.partition("::")[0])
    ]

    assert ACCEPTATION[exigence]
    assert inconnus == []
