"""Checks that are kept already have no counts, so they are out of date; reading them again changes nothing."""

from django.db import migrations, models


def forget_kept(apps, schema_editor):
    apps.get_model("integrations", "Check").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("integrations", "0013_check_pages_in_order")]

    operations = [
        migrations.RunPython(forget_kept, migrations.RunPython.noop),
        migrations.AddField(
            model_name="check",
            name="counts",
            field=models.JSONField(default=dict),
            preserve_default=False,
        ),
    ]
