"""Stage tables without a write-ahead log on PostgreSQL: a crash empties them, and ends the run that filled them."""

from django.db import migrations

STAGES = ("stagedclient", "stagedservice", "stagedemployee")


def set_logging(schema_editor, how):
    if schema_editor.connection.vendor == "postgresql":
        for name in STAGES:
            schema_editor.execute(f"ALTER TABLE integrations_{name} SET {how}")


def unlogged(apps, schema_editor):
    set_logging(schema_editor, "UNLOGGED")


def logged(apps, schema_editor):
    set_logging(schema_editor, "LOGGED")


class Migration(migrations.Migration):
    dependencies = [("integrations", "0001_initial")]

    operations = [migrations.RunPython(unlogged, logged)]
