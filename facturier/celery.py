"""Celery application, and the whole schedule of the product."""

import os

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "facturier.settings")

application = Celery("facturier")
application.config_from_object("django.conf:settings", namespace="CELERY")
application.autodiscover_tasks()

application.conf.beat_schedule = {
    "sceller": {"task": "grand_livre.sceller", "schedule": 60.0},
    "vider_evenements": {"task": "telepaiement.vider_evenements", "schedule": 60.0},
    "rattraper_evenements": {"task": "telepaiement.rattraper_evenements", "schedule": 3600.0},
    "synchroniser_paiements": {"task": "telepaiement.synchroniser_paiements", "schedule": 300.0},
    "relancer_remboursements": {
        "task": "telepaiement.relancer_remboursements",
        "schedule": 300.0,
    },
    "rapprocher_versements": {
        "task": "telepaiement.rapprocher_versements",
        "schedule": crontab(hour="0", minute="30"),
    },
    "cloturer_internet": {
        "task": "telepaiement.cloturer_internet",
        "schedule": crontab(hour="0", minute="0"),
    },
    "relancer_echeances": {
        "task": "telepaiement.relancer_echeances",
        "schedule": crontab(hour="7", minute="15"),
    },
    "surveiller_regies": {
        "task": "telepaiement.surveiller",
        "schedule": crontab(hour="7", minute="20"),
    },
    "lire_retours": {"task": "exports_tps.lire_retours", "schedule": 60.0},
    "reprendre_envois": {"task": "exports_tps.reprendre_envois", "schedule": 300.0},
    "achever_archives": {"task": "exports_tps.achever_archives", "schedule": 300.0},
    "envoyer_courriels": {"task": "commun.envoyer_courriels", "schedule": 60.0},
    "reessayer_courriels": {"task": "commun.reessayer_courriels", "schedule": 600.0},
    "purger_courriels": {
        "task": "commun.purger_courriels",
        "schedule": crontab(hour="2", minute="0"),
    },
    "chercher_doublons": {
        "task": "fournisseurs.chercher_doublons",
        "schedule": crontab(hour="1", minute="30"),
    },
    "appliquer_modifications": {
        "task": "fournisseurs.appliquer_modifications",
        "schedule": 300.0,
    },
    "annoncer_expirations": {
        "task": "fournisseurs.annoncer_expirations",
        "schedule": crontab(hour="7", minute="0"),
    },
    "relever_qualite": {
        "task": "fournisseurs.relever_qualite",
        "schedule": crontab(hour="2", minute="30"),
    },
    "constater_delais": {
        "task": "suivi.constater_delais",
        "schedule": crontab(hour="2", minute="15"),
    },
    "relever_delais": {
        "task": "suivi.relever_delais",
        "schedule": crontab(hour="2", minute="45"),
    },
    "rappeler_retours": {
        "task": "suivi.rappeler_retours",
        "schedule": crontab(hour="6", minute="30"),
    },
    "relancer_parapheur": {
        "task": "exports_tps.relancer_parapheur",
        "schedule": crontab(hour="6", minute="15"),
    },
    "relire_quarantaine": {"task": "suivi.relire_quarantaine", "schedule": 120.0},
    "recapituler_avis": {
        "task": "suivi.recapituler_avis",
        "schedule": crontab(hour="6", minute="45"),
    },
    "avancer_importations": {"task": "fournisseurs.avancer_importations", "schedule": 60.0},
    "envoyer_webhooks": {"task": "api.envoyer_webhooks", "schedule": 15.0},
    "purger_requetes": {"task": "api.purger_requetes", "schedule": crontab(hour="2", minute="15")},
    "verifier": {"task": "accueil.verifier", "schedule": crontab(hour="3", minute="0")},
}
