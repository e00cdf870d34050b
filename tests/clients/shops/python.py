"""A shop with one of PyPI's libraries of the Segment protocol: LIBRARY URL KEY CUSTOMER."""

import sys
from importlib import import_module

LIBRARIES = {
    "segment_python": (
        "segment.analytics.client",
        {"upload_size": 250, "upload_interval": 1, "gzip": True, "timeout": 60},
    ),
    "analytics_python": (
        "analytics.client",
        {"upload_size": 250, "upload_interval": 1},
    ),  # not kept any more, and running
    "rudder_python": ("rudder_analytics.client", {"flush_at": 250, "flush_interval": 1, "timeout": 60}),
}

library, url, key, who = sys.argv[1:]
module, options = LIBRARIES[library]
client = import_module(module).Client(key, host=url, **options)
client.identify(who, {"email": f"{who}@shop.example", "firstName": "Ada"}, context={"timezone": "Europe/London"})
client.track(who, "Signed Up", {"type": "organic", "email": f"{who}@shop.example"})
client.track(who, "Product Added", {"cart_id": f"cart-{who}", "product_id": "kite", "name": "Oak kite", "price": 34.5})
for number in range(250):
    client.track(who, "Product Viewed", {"product_id": f"p-{number}"})
client.flush()
client.join()
