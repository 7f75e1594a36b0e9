"""WSGI entry point, for gunicorn."""

import os

from django.core.wsgi import get_wsgi_application

import facturier.celery  # noqa: F401  (pages hand tasks to its broker)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "facturier.settings")

application = get_wsgi_application()
