import pytest

from tests.product import Product, running_product


@pytest.fixture
def product(tmp_path) -> Product:
    """A running product with a company and a small simulator; settings not entered yet."""
    with running_product(tmp_path) as product:
        product.start(customers=60, items=25, employees=20)
        yield product
