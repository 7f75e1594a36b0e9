"""Settings of the project. Every variable is described in docs/exploitation.md.

`FACTURIER_MODE` names the situation: `embarque` (default: one machine, SQLite, demonstration
secrets), `essai` (test suite) or `production` (refuses to start on a missing secret).
"""

from pathlib import Path
from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

from facturier import environnement as env

RACINE = Path(__file__).resolve().parent.parent
MODE = env.texte("FACTURIER_MODE", "embarque")
if MODE not in {"embarque", "essai", "production"}:
    raise ImproperlyConfigured(
        f"FACTURIER_MODE vaut « {MODE} » : attendu embarque, essai ou production."
    )
EN_PRODUCTION = MODE == "production"

# --- What the running product writes ----------------------------------------------------------
VAR = Path(env.texte("FACTURIER_VAR", str(RACINE / "var"))).absolute()
DOCUMENTS_RACINE = VAR / "documents"
CLES_RACINE = Path(env.texte("FACTURIER_CLES", str(VAR / "cles")))
TPS_ENVOIS = Path(env.texte("TPS_ENVOIS", str(VAR / "tps" / "envois")))
TPS_RETOURS = Path(env.texte("TPS_RETOURS", str(VAR / "tps" / "retours")))
TPS_TRANSPORT = env.choix("TPS_TRANSPORT", ("dossier", "sftp"))
TPS_SFTP = env.serveur_sftp("TPS_SFTP") if TPS_TRANSPORT == "sftp" else None
TPS_PASSTRANS = env.passtrans("TPS_PASSTRANS")
PES_XSD_DIR = env.texte("PES_XSD_DIR")
SIGNATURE_MOT_DE_PASSE = env.secret(
    "SIGNATURE_MOT_DE_PASSE", demonstration="mot-de-passe-de-demonstration", exige=EN_PRODUCTION
)
SIGNATURE_JETON = env.jeton("SIGNATURE_JETON")
TAILLE_MAXIMALE_DEPOT = env.entier("TAILLE_MAXIMALE_DEPOT", 20 * 1024 * 1024)  # bytes
CLAMD_SOCKET = env.texte("CLAMD_SOCKET")  # path of a Unix socket or machine:port; empty: no scan

# --- Security ---------------------------------------------------------------------------------
DEBUG = env.booleen("FACTURIER_DEBUG", defaut=False)
if EN_PRODUCTION and DEBUG:
    raise ImproperlyConfigured("FACTURIER_DEBUG doit rester à 0 en production.")
SECRET_KEY = env.secret(
    "FACTURIER_SECRET_KEY",
    demonstration="cle-de-demonstration-publique-a-ne-jamais-employer-ailleurs-0123456789",
    exige=EN_PRODUCTION,
)
HOTES_LOCAUX = "127.0.0.1,localhost,[::1],testserver"
ALLOWED_HOSTS = env.liste("FACTURIER_HOTES", "" if EN_PRODUCTION else HOTES_LOCAUX)
ADRESSE_PUBLIQUE = env.texte("FACTURIER_ADRESSE", "http://127.0.0.1:8000").rstrip("/")
CSRF_TRUSTED_ORIGINS = [ADRESSE_PUBLIQUE]
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = EN_PRODUCTION
SESSION_COOKIE_NAME = "__Host-session" if EN_PRODUCTION else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if EN_PRODUCTION else "csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = env.entier("SESSION_DUREE_SECONDES", 30 * 60)  # idle time, seconds
SESSION_DUREE_FOURNISSEUR = env.entier("SESSION_DUREE_FOURNISSEUR_SECONDES", 15 * 60)
CHEMINS_SANS_COPIE = ("/payer/", "/compte/", "/api/v1/")  # kept by no cache, account or not
SESSION_SAVE_EVERY_REQUEST = True
SECURE_SSL_REDIRECT = EN_PRODUCTION
SECURE_HSTS_SECONDS = 31_536_000 if EN_PRODUCTION else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = EN_PRODUCTION
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if EN_PRODUCTION else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
IDENTITES = [  # OpenID Connect providers that one may arrive through
    *env.identite("nc-connect", "NC_CONNECT", "NC Connect", en_production=EN_PRODUCTION),
    *env.identite(
        "compte-provincial",
        "COMPTE_PROVINCIAL",
        "le compte provincial",
        en_production=EN_PRODUCTION,
    ),
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *(identite["origine"] for identite in IDENTITES)],
        "frame-src": ["'self'"],  # a proof beside what it proves; it alone lets itself be framed
        "manifest-src": ["'self'"],
        "frame-ancestors": ["'none'"],
        "base-uri": ["'none'"],
    }
}

# --- Applications -----------------------------------------------------------------------------
INSTALLED_APPS = [
    "facturier.accueil",
    "exports_tps",
    "facturier.api",
    "facturier.suivi",
    "telepaiement",
    "fournisseurs",
    "facturier.grand_livre",
    "facturier.acces",
    "facturier.commun",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.usersessions",
    "axes",
    "csp",
    "django_htmx",
    "mailer",
    "template_partials",
    "rest_framework",
    "drf_spectacular",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "facturier.commun.journalisation.IdentifiantRequeteMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "telepaiement.passerelles.patience.PatienceDePageMiddleware",
    "facturier.acces.sessions.SessionsMiddleware",
    "facturier.acces.controle.ControleAccesMiddleware",
    "facturier.accueil.erreurs.AdresseLisibleMiddleware",
    "facturier.accueil.erreurs.EcritureRefuseeMiddleware",
    "facturier.accueil.erreurs.DocumentPerduMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "facturier.urls"
WSGI_APPLICATION = "facturier.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [RACINE / "facturier" / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "facturier.accueil.navigation.navigation",
            ],
            "string_if_invalid": "<<variable inconnue : %s>>" if MODE == "essai" else "",
        },
    },
]

FORM_RENDERER = "facturier.commun.rendu.RenduFormulaire"
CSRF_FAILURE_VIEW = "facturier.accueil.erreurs.jeton_refuse"

# --- Database ---------------------------------------------------------------------------------
DATABASES = {
    "default": environ.Env.db_url_config(
        env.texte("DATABASE_URL") or f"sqlite:///{VAR / 'facturier.sqlite3'}"
    )
}
EST_SQLITE = "sqlite" in DATABASES["default"]["ENGINE"]
if EN_PRODUCTION and EST_SQLITE:
    raise ImproperlyConfigured("DATABASE_URL doit désigner une base PostgreSQL en production.")
if EST_SQLITE:
    try:
        VAR.mkdir(parents=True, exist_ok=True)  # SQLite makes the file, never its folder
    except OSError:
        raise ImproperlyConfigured(
            f"Le dossier {VAR} ne peut pas être créé : donnez-vous ce droit, ou choisissez-en un "
            "autre avec FACTURIER_VAR."
        ) from None
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
    }
    DATABASES["default"]["TEST"] = {"NAME": str(VAR / "essai.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = env.entier("DATABASE_DUREE_CONNEXION", 600)
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- Accounts ---------------------------------------------------------------------------------
AUTH_USER_MODEL = "acces.Utilisateur"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
PASSWORD_HASHERS = (
    ["django.contrib.auth.hashers.MD5PasswordHasher"]  # the test suite only
    if MODE == "essai"
    else ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
)
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "accueil:tableau"
LOGOUT_REDIRECT_URL = "accueil:portes"
ACCOUNT_ADAPTER = "facturier.acces.comptes.AdaptateurCompte"
SOCIALACCOUNT_ADAPTER = "facturier.acces.identites.AdaptateurIdentites"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_SIGNUP_FORM_CLASS = "facturier.acces.forms.InscriptionForm"
ACCOUNT_FORMS = {
    "login": "facturier.acces.forms_compte.ConnexionForm",
    "signup": "facturier.acces.forms_compte.CreationForm",
    "add_email": "facturier.acces.forms_compte.AdresseForm",
    "reset_password": "facturier.acces.forms_compte.OubliForm",
    "reset_password_from_key": "facturier.acces.forms_compte.NouveauMotDePasseForm",
    "change_password": "facturier.acces.forms_compte.ChangementForm",
    "reauthenticate": "facturier.acces.forms_compte.ConfirmationForm",
}
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # before a change of e-mail or password
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login_failed": None}  # django-axes counts failures, with a trace
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 1  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_TEMPLATE = "account/verrouille.html"
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

# --- Language, time ---------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Pacific/Noumea"
USE_TZ = True
USE_THOUSAND_SEPARATOR = True

# --- Static files -----------------------------------------------------------------------------
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "statiques"
STATICFILES_DIRS = [RACINE / "facturier" / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if MODE == "essai"
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = MODE == "essai"  # nothing is collected there
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 1000  # beyond what a form takes, so that the form itself says it
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o640

# --- Mail -------------------------------------------------------------------------------------
EMAIL_BACKEND = "facturier.commun.courriels.FileDEnvoi"
if EN_PRODUCTION:
    EMAIL_CONFIG = environ.Env.email_url_config(env.texte("EMAIL_URL", "smtp://localhost:25"))
    MAILER_EMAIL_BACKEND = EMAIL_CONFIG.pop("EMAIL_BACKEND")
    vars().update(EMAIL_CONFIG)
else:
    MAILER_EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    EMAIL_FILE_PATH = VAR / "courriels"
MAILER_USE_FILE_LOCK = False  # each message is locked in the database
MAILER_EMAIL_MAX_RETRIES = 288  # every ten minutes: two days
MAILER_ERROR_HANDLER = "facturier.commun.courriels.garder_pour_plus_tard"
DEFAULT_FROM_EMAIL = env.texte("FACTURIER_EXPEDITEUR", "ne-pas-repondre@province-sud.example")

# --- Background tasks -------------------------------------------------------------------------
CELERY_BROKER_URL = env.texte("CELERY_BROKER_URL", "filesystem://localhost//")
FILE_ATTENTE = VAR / "file_attente"
COURTIER_SANS_ATTENTE: dict[str, Any] = {  # a page waits for the broker to take its task
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
}
CELERY_BROKER_TRANSPORT_OPTIONS = COURTIER_SANS_ATTENTE
if CELERY_BROKER_URL.startswith("filesystem"):
    CELERY_BROKER_TRANSPORT = "facturier.commun.courtier:Transport"
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(FILE_ATTENTE / "messages"),
        "data_folder_out": str(FILE_ATTENTE / "messages"),
        "control_folder": str(FILE_ATTENTE / "controle"),
    }
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ALWAYS_EAGER = MODE == "essai"
CELERY_TASK_EAGER_PROPAGATES = True
CELERY_TIMEZONE = TIME_ZONE
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True

# --- Card payments ----------------------------------------------------------------------------
PAIEMENT_PASSERELLE = env.texte("PAIEMENT_PASSERELLE", "stripe")
PASSERELLES = ("stripe", "lyra")
if PAIEMENT_PASSERELLE not in PASSERELLES:
    raise ImproperlyConfigured(
        f"PAIEMENT_PASSERELLE vaut « {PAIEMENT_PASSERELLE} » : attendu stripe ou lyra."
    )
STRIPE_EXIGE = EN_PRODUCTION and PAIEMENT_PASSERELLE == "stripe"
BANC_STRIPE = "http://127.0.0.1:12111"
STRIPE_API_BASE = env.texte(
    "STRIPE_API_BASE", "https://api.stripe.com" if EN_PRODUCTION else BANC_STRIPE
)
STRIPE_JS_URL = env.texte(
    "STRIPE_JS_URL", "https://js.stripe.com/v3/" if EN_PRODUCTION else f"{BANC_STRIPE}/v3/"
)
STRIPE_SECRET_KEY = env.secret(
    "STRIPE_SECRET_KEY", demonstration="sk_test_demonstration", exige=STRIPE_EXIGE
)
STRIPE_PUBLIC_KEY = env.secret(
    "STRIPE_PUBLIC_KEY", demonstration="pk_test_demonstration", exige=STRIPE_EXIGE
)
STRIPE_WEBHOOK_SECRETS = [
    valeur.strip()
    for valeur in env.secret(
        "STRIPE_WEBHOOK_SECRETS", demonstration="whsec_demonstration", exige=STRIPE_EXIGE
    ).split(",")
]

LYRA_EXIGE = EN_PRODUCTION and PAIEMENT_PASSERELLE == "lyra"
LYRA_ADRESSE = env.texte(
    "LYRA_ADRESSE", "https://epaync.nc" if EN_PRODUCTION else "http://127.0.0.1:12112"
)
LYRA_BOUTIQUE = env.texte("LYRA_BOUTIQUE", "" if EN_PRODUCTION else "12345678")
LYRA_MODE = env.texte("LYRA_MODE", "PRODUCTION" if EN_PRODUCTION else "TEST")
LYRA_CLES = env.secret("LYRA_CLES", demonstration="cle_banc_lyra", exige=LYRA_EXIGE).split(",")
LYRA_MOT_DE_PASSE = env.secret(
    "LYRA_MOT_DE_PASSE", demonstration="testpassword_banc", exige=LYRA_EXIGE
)
if PAIEMENT_PASSERELLE == "lyra" and (
    not LYRA_BOUTIQUE.isdecimal() or LYRA_MODE not in {"TEST", "PRODUCTION"}
):
    raise ImproperlyConfigured("LYRA_BOUTIQUE est un nombre, et LYRA_MODE vaut TEST ou PRODUCTION.")

LIMITES_PAIEMENT = {  # against card testing and guessing; durations as their names say
    "recherches": env.entier("PAIEMENT_RECHERCHES", 10),
    "recherches_periode_secondes": env.entier("PAIEMENT_RECHERCHES_SECONDES", 600),
    "recherches_sous_alerte": env.entier("PAIEMENT_RECHERCHES_SOUS_ALERTE", 2),
    "recherches_par_borne": env.entier("PAIEMENT_RECHERCHES_PAR_BORNE", 100),
    "cles_fausses": env.entier("PAIEMENT_CLES_FAUSSES", 300),
    "paiements_par_heure_et_titre": env.entier("PAIEMENT_PAR_HEURE_ET_TITRE", 5),
    "paiements_par_heure_et_adresse": env.entier("PAIEMENT_PAR_HEURE_ET_ADRESSE", 5),
    "paiements_par_heure_et_borne": env.entier("PAIEMENT_PAR_HEURE_ET_BORNE", 60),
    "refus_par_paiement": env.entier("PAIEMENT_REFUS", 5),
    "pause_minutes": env.entier("PAIEMENT_PAUSE_MINUTES", 30),
    "alerte_essais": env.entier("PAIEMENT_ALERTE_ESSAIS", 20),
    "alerte_refus": env.entier("PAIEMENT_ALERTE_REFUS_POUR_CENT", 60),
    "creation_minutes": env.entier("PAIEMENT_CREATION_MINUTES", 10),
    "verification_minutes": env.entier("PAIEMENT_VERIFICATION_MINUTES", 15),
    "expiration_minutes": env.entier("PAIEMENT_EXPIRATION_MINUTES", 90),
    "repos_minutes": env.entier("PAIEMENT_REPOS_MINUTES", 5),
    "page_banque_minutes": env.entier("PAIEMENT_PAGE_BANQUE_MINUTES", 15),
    "lien_jours": env.entier("PAIEMENT_LIEN_JOURS", 7),
    "liens_par_titre": env.entier("PAIEMENT_LIENS_PAR_TITRE", 5),
}
ATTENTE_PASSERELLE = {  # how long the gateway is waited for, and when it is no longer called
    "page_secondes": env.entier("PAIEMENT_ATTENTE_PAGE_SECONDES", 4),
    "secondes": env.entier("PAIEMENT_ATTENTE_SECONDES", 10),
    "muettes": env.entier("PAIEMENT_APPELS_SANS_REPONSE", 5),
    "fenetre_secondes": env.entier("PAIEMENT_SANS_REPONSE_SECONDES", 60),
    "coupure_secondes": env.entier("PAIEMENT_COUPURE_SECONDES", 30),
}
PAIEMENT_BORNE_CLE = env.texte("PAIEMENT_BORNE_CLE")  # address of the kiosks; none when empty
MANDATAIRES_DE_CONFIANCE = env.liste("FACTURIER_MANDATAIRES")  # whose X-Forwarded-For counts

# --- API --------------------------------------------------------------------------------------
CACHES = {"default": env.cache("CACHE_URL")}
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["facturier.api.authentification.AuthentificationParCle"],
    "DEFAULT_PERMISSION_CLASSES": ["facturier.api.authentification.PorteeRequise"],
    "DEFAULT_THROTTLE_CLASSES": ["facturier.api.limites.LimiteParCle"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "facturier.api.negociation.ToujoursJson",
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "facturier.api.openapi.Schema",
    "EXCEPTION_HANDLER": "facturier.api.erreurs.traduire",
}
API_LIMITES = {  # requests a minute: of a key, and of an address that shows unknown keys
    "lecture": env.entier("API_LECTURES_PAR_MINUTE", 600),
    "ecriture": env.entier("API_ECRITURES_PAR_MINUTE", 60),
    "cles_inconnues": env.entier("API_CLES_INCONNUES_PAR_MINUTE", 30),
}
WEBHOOKS_VERS_LE_RESEAU_LOCAL = env.booleen("WEBHOOKS_VERS_LE_RESEAU_LOCAL", defaut=False)
if EN_PRODUCTION and WEBHOOKS_VERS_LE_RESEAU_LOCAL:
    raise ImproperlyConfigured("WEBHOOKS_VERS_LE_RESEAU_LOCAL doit rester à 0 en production.")
SPECTACULAR_SETTINGS = {
    "TITLE": "API des fournisseurs de la province Sud",
    "DESCRIPTION": "Déposer une facture, la suivre jusqu’à son paiement.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVERS": [{"url": ADRESSE_PUBLIQUE}],
    "COMPONENT_SPLIT_REQUEST": True,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "facturier.api.openapi.fermer_les_objets",
    ],
}

# --- Logs -------------------------------------------------------------------------------------
LOGGING_CONFIG = "facturier.commun.journalisation.configurer"
LOGGING = {"niveau": env.texte("FACTURIER_NIVEAU_JOURNAL", "INFO"), "silencieux": MODE == "essai"}
