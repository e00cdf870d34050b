"""Segment's names in the words of campaigns."""

import pytest

from kairos.domain.sources.vocabulary import Vocabulary
from tests.unit.domain.sources.spoken import EXAMPLES, VOCABULARY, example


def told(name):
    message = example(next(EXAMPLES.glob(f"*{name}.json")).name)
    return VOCABULARY.event(message["event"], message["properties"])


@pytest.mark.parametrize(
    ("example_of", "type", "expected"),
    [
        ("07_Product_Viewed", "product.viewed", {"product_id": "507f1f77bcf86cd799439011", "category": "Games", "currency": "USD"}),
        ("08_Product_Added", "cart.updated", {"cart_id": "skdjsidjsdkdj29j", "total": 18.99, "partial": True}),
        ("09_Product_Removed", "cart.updated", {"cart_id": "ksjdj92dj29dj92d2j", "partial": True, "removed": True}),
        ("10_Cart_Viewed", "cart.updated", {"cart_id": "d92jd29jd92jd29j92d92jd", "total": 22}),
        ("11_Checkout_Started", "checkout.started", {"order_id": "50314b8e9bcf000000000000", "total": 30, "revenue": 25.0}),
        ("16_Order_Completed", "order.placed", {"order_id": "50314b8e9bcf000000000000", "total": 27.5, "currency": "USD"}),
        ("17_Order_Refunded", "order.refunded", {"total": 30}),
        ("18_Order_Cancelled", "order.cancelled", {"total": 30}),
        ("19_Coupon_Entered", "coupon.entered", {"coupon": "may_deals_2016"}),
        ("02_Product_List_Viewed", "product_list.viewed", {"category": "Deals"}),
        ("22_Wishlist_Product_Added_to_Cart", "cart.updated", {"cart_id": "99j2d92j9dj29dj29d2d", "total": 18.99}),
        ("25_Product_Reviewed", "review.written", {"product_id": "507f1f77bcf86cd799439011"}),
        ("b2b-saas_03_Signed_Up", "customer.registered", {"type": "organic"}),
        ("b2b-saas_09_Trial_Started", "trial.started", {"trial_end_date": "2018-09-20T04:09:47Z"}),
        ("mobile_02_Application_Opened", "session.started", {"from_background": False}),
    ],
)  # fmt: skip
def test_the_shop_s_events_have_the_names_and_fields_that_campaigns_use(example_of, type, expected):
    found = told(example_of)
    assert found.type == type
    assert expected.items() <= found.properties.items()


def test_products_become_items_with_their_fields_renamed():
    items = told("16_Order_Completed").properties["items"]
    assert [item["product_id"] for item in items] == ["507f1f77bcf86cd799439011", "505bd76785ebb509fc183733"]
    assert items[0]["image"] == "https://www.example.com/product/path.jpg"
    assert "products" not in told("16_Order_Completed").properties and "image_url" not in items[0]


def test_what_is_added_is_the_one_item_that_is_known_and_what_is_removed_leaves_none():
    (item,) = told("08_Product_Added").properties["items"]
    assert (item["product_id"], item["price"], item["quantity"]) == ("507f1f77bcf86cd799439011", 18.99, 1)
    assert not {"items", "total"} & told("09_Product_Removed").properties.keys()


def test_signing_up_and_a_trial_also_tell_of_the_customer():
    assert told("b2b-saas_03_Signed_Up").traits == {
        "email": "pgibbons@example.com", "phone": "410-555-9412", "first_name": "Peter", "last_name": "Gibbons",
    }  # fmt: skip
    assert told("b2b-saas_09_Trial_Started").traits == {"trial_ends_at": "2018-09-20T04:09:47Z"}


@pytest.mark.parametrize(
    ("name", "properties", "expected"),
    [
        ("Cart Viewed", {"products": []}, {"items": [], "total": 0}),
        ("Cart Viewed", {"products": [{"price": "19.90", "quantity": "2"}]}, {"items": [{"price": 19.9, "quantity": 2}], "total": 39.8}),
        ("Cart Viewed", {"products": [{"price": 1}, {"name": "no price"}]}, {"items": [{"price": 1}, {"name": "no price"}]}),
        ("Cart Viewed", {"products": [{"price": True}, {"price": float("inf")}]}, {"items": [{"price": True}, {"price": float("inf")}]}),
        ("Cart Viewed", {"products": ["p1", 7]}, {"items": [{"product_id": "p1"}, {"product_id": 7}]}),
        ("Cart Viewed", {"products": "p1"}, {"items": "p1"}),
        ("Cart Viewed", {"total": "1e9", "products": None}, {"total": "1e9", "products": None}),
        ("cart VIEWED", {"total": 5, "items": [{"id": "p1"}], "products": []}, {"total": 5, "items": [{"product_id": "p1"}], "products": []}),
        ("Product Added", {"sku": "s1"}, {"product_id": "s1", "items": [{"product_id": "s1"}], "partial": True}),
        ("Completed Order", {"orderId": "o1", "value": "7"}, {"order_id": "o1", "total": 7}),
        ("Order Completed", {"total": None, "revenue": 9}, {"total": 9}),
        ("Order Completed", {"total": str(2**64 - 1)}, {"total": 2**64 - 1}),
        ("Order Completed", {"total": str(2**64)}, {"total": str(2**64)}),  # longer than what a queue can carry
        ("Order Completed", {"total": "9" * 25 + ".5"}, {"total": "9" * 25 + ".5"}),
        ("Chat Opened", {"products": [1], "currency": "usd"}, {"products": [1], "currency": "usd"}),
    ],
)  # fmt: skip
def test_the_odd_and_the_incomplete_stay_honest(name, properties, expected):
    assert VOCABULARY.event(name, properties).properties == expected


def test_what_no_mapping_names_keeps_its_name():
    assert VOCABULARY.event("Chat Opened", {}).type == "Chat Opened"
    assert Vocabulary().event("Order Completed", {"x": 1}).properties == {"x": 1}
