"""Indexes that the product's own columns need."""

from typing import Any

from django.contrib.postgres.indexes import HashIndex
from django.db import models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


class SameKeyIndex(models.Index):
    """Finds those of a company that have one and the same key: `fields` are the company and the key.

    Nothing is sorted by it. So PostgreSQL keeps it by hash, which takes one column, the key: names come in no
    order, and each new one written among all others took as long as three other indexes together.
    """

    def create_sql(
        self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor, using: str = "", **how: Any
    ) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return super().create_sql(model, schema_editor, using, **how)
        by_hash = HashIndex(fields=self.fields[1:], name=self.name, condition=self.condition)
        return by_hash.create_sql(model, schema_editor)
