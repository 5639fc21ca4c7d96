"""Model fields that the product's own columns need."""

from typing import Any

from django.db import models


class KeyField(models.CharField):  # type: ignore[type-arg]  # is generic in the stubs only
    """Text that is made to be compared and sorted, on every database in the order of its characters' numbers.

    PostgreSQL would compare by the rules of a language, and writing an index is mostly comparing. SQLite
    compares so anyway, and knows no collation of this name.
    """

    def db_parameters(self, connection: Any) -> dict[str, Any]:
        parameters: dict[str, Any] = {**super().db_parameters(connection)}
        if connection.vendor == "postgresql":
            parameters["collation"] = "C"
        return parameters
