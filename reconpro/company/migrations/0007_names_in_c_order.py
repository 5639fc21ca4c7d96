"""Keys of names in the order of their characters' numbers, and two indexes less for a new record.

The order counts on PostgreSQL: old indexes go, columns change, new indexes come, so that none is made twice.
"""

import django.db.models.deletion
from django.db import migrations, models

import reconpro.fields

KINDS = ("client", "employee", "service")


def run(schema_editor, statement):
    if schema_editor.connection.vendor == "postgresql":
        for kind in KINDS:
            schema_editor.execute(statement.format(kind=kind))


def tell_planner(apps, schema_editor):
    """Books say which company it is. Without being told, PostgreSQL would expect a fraction of the rows
    wherever a query names both."""
    run(
        schema_editor,
        "CREATE STATISTICS company_{kind}_books (dependencies) ON company_id, books_id FROM company_{kind}",
    )


def untell_planner(apps, schema_editor):
    run(schema_editor, "DROP STATISTICS company_{kind}_books")


class Migration(migrations.Migration):
    dependencies = [
        ("company", "0006_leaner_indexes"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="client",
            name="client_list",
        ),
        migrations.RemoveIndex(
            model_name="client",
            name="client_search",
        ),
        migrations.RemoveIndex(
            model_name="employee",
            name="employee_list",
        ),
        migrations.RemoveIndex(
            model_name="employee",
            name="employee_search",
        ),
        migrations.RemoveIndex(
            model_name="service",
            name="service_list",
        ),
        migrations.RemoveIndex(
            model_name="service",
            name="service_search",
        ),
        migrations.AlterField(
            model_name="client",
            name="books",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="company.books",
            ),
        ),
        migrations.AlterField(
            model_name="client",
            name="name_key",
            field=reconpro.fields.KeyField(blank=True, default="", editable=False, max_length=220),
        ),
        migrations.AlterField(
            model_name="client",
            name="search_key",
            field=reconpro.fields.KeyField(blank=True, default="", editable=False, max_length=220),
        ),
        migrations.AlterField(
            model_name="employee",
            name="books",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="company.books",
            ),
        ),
        migrations.AlterField(
            model_name="employee",
            name="name_key",
            field=reconpro.fields.KeyField(blank=True, default="", editable=False, max_length=220),
        ),
        migrations.AlterField(
            model_name="employee",
            name="search_key",
            field=reconpro.fields.KeyField(blank=True, default="", editable=False, max_length=220),
        ),
        migrations.AlterField(
            model_name="service",
            name="books",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="company.books",
            ),
        ),
        migrations.AlterField(
            model_name="service",
            name="name_key",
            field=reconpro.fields.KeyField(blank=True, default="", editable=False, max_length=220),
        ),
        migrations.AlterField(
            model_name="service",
            name="search_key",
            field=reconpro.fields.KeyField(blank=True, default="", editable=False, max_length=220),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                fields=["company", "search_key", "id", "archived_reason"], name="client_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="client",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", False)),
                fields=["company", "search_key", "id"],
                name="client_archived",
            ),
        ),
        migrations.AddIndex(
            model_name="employee",
            index=models.Index(
                fields=["company", "search_key", "id", "archived_reason"], name="employee_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="employee",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", False)),
                fields=["company", "search_key", "id"],
                name="employee_archived",
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                fields=["company", "search_key", "id", "archived_reason"], name="service_by_name"
            ),
        ),
        migrations.AddIndex(
            model_name="service",
            index=models.Index(
                condition=models.Q(("archived_at__isnull", False)),
                fields=["company", "search_key", "id"],
                name="service_archived",
            ),
        ),
        migrations.RunPython(tell_planner, untell_planner),
    ]
