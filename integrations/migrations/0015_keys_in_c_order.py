"""The keys of staged names in the order of the records' keys, with which they are compared."""

from django.db import migrations

import reconpro.fields


class Migration(migrations.Migration):
    dependencies = [
        ("integrations", "0014_check_counts"),
    ]

    operations = [
        migrations.AlterField(
            model_name="stagedclient",
            name="name_key",
            field=reconpro.fields.KeyField(blank=True, editable=False, max_length=220, null=True),
        ),
        migrations.AlterField(
            model_name="stagedclient",
            name="search_key",
            field=reconpro.fields.KeyField(blank=True, editable=False, max_length=220, null=True),
        ),
        migrations.AlterField(
            model_name="stagedemployee",
            name="name_key",
            field=reconpro.fields.KeyField(blank=True, editable=False, max_length=220, null=True),
        ),
        migrations.AlterField(
            model_name="stagedemployee",
            name="search_key",
            field=reconpro.fields.KeyField(blank=True, editable=False, max_length=220, null=True),
        ),
        migrations.AlterField(
            model_name="stagedservice",
            name="name_key",
            field=reconpro.fields.KeyField(blank=True, editable=False, max_length=220, null=True),
        ),
        migrations.AlterField(
            model_name="stagedservice",
            name="search_key",
            field=reconpro.fields.KeyField(blank=True, editable=False, max_length=220, null=True),
        ),
    ]
