"""Room beside the stage's rows on PostgreSQL: each is rewritten once, when it is compared, and what fits on its own
page needs no new entry in any index."""

from django.db import migrations

STAGES = ("stagedclient", "stagedservice", "stagedemployee")


def fill(schema_editor, percent):
    if schema_editor.connection.vendor == "postgresql":
        for name in STAGES:
            schema_editor.execute(f"ALTER TABLE integrations_{name} SET (fillfactor = {percent})")


def with_room(apps, schema_editor):
    fill(schema_editor, 50)


def without(apps, schema_editor):
    fill(schema_editor, 100)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0011_what_was_compared")]

    operations = [migrations.RunPython(with_room, without)]
