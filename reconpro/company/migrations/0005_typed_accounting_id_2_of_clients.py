from django.db import migrations, models
from django.db.models import F


def keep_what_was_typed(apps, schema_editor):
    """Until now no import brought a client's Accounting ID 2: whatever stands there was typed."""
    clients = apps.get_model("company", "Client").objects
    clients.exclude(accounting_id_2="").update(accounting_id_2_typed=F("accounting_id_2"), accounting_id_2="")


def put_it_back(apps, schema_editor):
    clients = apps.get_model("company", "Client").objects
    clients.exclude(accounting_id_2_typed="").update(accounting_id_2=F("accounting_id_2_typed"))


class Migration(migrations.Migration):
    dependencies = [
        ("company", "0004_client_parents"),
    ]

    operations = [
        migrations.AddField(
            model_name="client",
            name="accounting_id_2_typed",
            field=models.CharField(blank=True, default="", max_length=200, verbose_name="Accounting ID 2"),
        ),
        migrations.RunPython(keep_what_was_typed, put_it_back),
    ]
