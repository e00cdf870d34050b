"""A shop with PyPI's segment-analytics-python: URL KEY CUSTOMER."""

import sys

from segment.analytics.client import Client

url, key, who = sys.argv[1:]
client = Client(key, host=url, upload_size=250, upload_interval=1, gzip=True)
client.identify(who, {"email": f"{who}@shop.example", "firstName": "Ada"}, context={"timezone": "Europe/London"})
client.track(who, "Signed Up", {"type": "organic", "email": f"{who}@shop.example"})
client.track(who, "Product Added", {"cart_id": f"cart-{who}", "product_id": "kite", "name": "Oak kite", "price": 34.5})
for number in range(250):
    client.track(who, "Product Viewed", {"product_id": f"p-{number}"})
client.shutdown()
