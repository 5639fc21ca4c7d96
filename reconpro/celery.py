"""The Celery application. What it does is in the tasks of `integrations`; this only wires it."""

import os

from celery import Celery

from reconpro import file_broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reconpro.settings")

file_broker.use()
app = Celery("reconpro")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks(["integrations.runs", "integrations.schedules"])
