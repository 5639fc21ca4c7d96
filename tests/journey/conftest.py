from collections.abc import Iterator

import pytest

from tests.product import Product, running_product

SIZES = {"customers": 60, "items": 25, "employees": 20}


@pytest.fixture
def product(tmp_path) -> Iterator[Product]:
    """A running product with a company and a small simulator; settings not entered yet."""
    with running_product(tmp_path) as product:
        product.start(**SIZES)
        yield product


@pytest.fixture(scope="module")
def shared_product(tmp_path_factory) -> Iterator[Product]:
    """One running product, settings entered, for the tests of a module that leave its worker running."""
    with running_product(tmp_path_factory.mktemp("product")) as product:
        product.start(**SIZES)
        product.configure("--export-start", "2026-01-01")
        yield product
