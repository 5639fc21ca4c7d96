"""Records of one name are found by an index, whichever the database (I-8)."""

import pytest
from django.db import connection

from reconpro.company.kinds import KINDS
from tests import factories
from tests.plans import believe_large


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_those_of_one_name_are_found_by_its_key(company, kind):
    kind.model.objects.bulk_create(
        kind.model(company=owner, search_key=f"name {n}", name_key=f"name{n}")
        for owner in (company, factories.a_company())
        for n in range(400)
    )
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"ANALYZE {kind.model._meta.db_table}")
    believe_large(kind.model)

    alike = kind.model.objects.filter(company=company, name_key="name17").exclude(name_key="")

    assert [record.search_key for record in alike] == ["name 17"]
    assert f"{kind.singular}_name_key" in alike.explain()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.plural)
def test_postgresql_keeps_them_by_hash_so_that_a_new_name_is_written_without_a_place_among_all(db, kind):
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, kind.model._meta.db_table)
    index = found[f"{kind.singular}_name_key"]

    if connection.vendor == "postgresql":
        assert (index["type"], index["columns"]) == ("hash", ["name_key"])
    else:
        assert index["columns"] == ["company_id", "name_key"]
