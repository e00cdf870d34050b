"""What is known of products, on the table of template.yaml: written by whoever has read it last."""

import pytest

from kairos.adapters.dynamodb.products import DynamoProducts
from kairos.adapters.dynamodb.table import Table
from kairos.domain.products import Known
from tests.integration.adapters.making import HOUR, NOW

LAMP = Known(NOW, {"b": 396.0, "c": 495.0}, True, {"u1": {}, "u2": {"dropped": ["b", 495.0, 396.0]}})
KEPT = NOW + HOUR


@pytest.fixture
def products(table: Table) -> DynamoProducts:
    return DynamoProducts(table)


def test_nothing_is_known_at_first(products: DynamoProducts) -> None:
    assert products.read("lamp") == (None, 0)


@pytest.mark.parametrize("product", ["lamp", "lamp#7 €", "l" * 3000])
def test_what_was_written_is_read_back_in_its_order(products: DynamoProducts, product: str) -> None:
    assert products.write(product, LAMP, seen=0, kept=KEPT)
    known, version = products.read(product)
    assert (known, version) == (LAMP, 1)
    assert known is not None
    assert list(known.told) == ["u1", "u2"]
    assert products.read("other") == (None, 0)


def test_only_who_has_read_the_last_word_writes(products: DynamoProducts) -> None:
    assert products.write("lamp", LAMP, seen=0, kept=KEPT)
    assert not products.write("lamp", LAMP, seen=0, kept=KEPT)
    assert products.write("lamp", LAMP, seen=1, kept=KEPT)
    assert not products.write("lamp", LAMP, seen=1, kept=KEPT)
    assert products.read("lamp")[1] == 2


def test_what_nobody_hears_of_is_forgotten(products: DynamoProducts, table: Table) -> None:
    products.write("lamp", LAMP, seen=0, kept=KEPT)
    item = table.client.get_item(TableName=table.name, Key={"pk": {"S": "P#lamp"}, "sk": {"S": "P"}})["Item"]
    assert item["ttl"]["N"] == str(KEPT // 1000)
