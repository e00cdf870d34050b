"""The few pages that a customer sees of Kairos: small, without scripts, nothing from third parties."""

from kairos.adapters.pages.pages import HtmlPages as HtmlPages
