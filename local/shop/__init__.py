"""A plausible shop, generated: who its customers are and what they do in a day. The model is told in docs/demo.md."""

from local.shop.day import shop_day
from local.shop.script import Delivery, Script

__all__ = ["Delivery", "Script", "shop_day"]
