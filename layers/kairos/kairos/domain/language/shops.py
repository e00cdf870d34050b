"""events/mapping/shopify.yaml: what a shop's consent is consent to."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field, ValidationInfo

from kairos.domain.language.scope import known, scope
from kairos.domain.language.values import Model, Text


def _known_topic(topic: str, info: ValidationInfo) -> str:
    return known("topic", topic, scope(info).topics)


Topics = list[Annotated[Text, AfterValidator(_known_topic)]]


class Consent(Model):
    """By channel, the topics that Shopify's one word on it speaks of."""

    email: Topics = Field(default_factory=list)
    sms: Topics = Field(default_factory=list)


class ShopifyMapping(Model):
    """The file."""

    consent: Consent = Consent()

    def bundle(self) -> dict[str, Any]:
        """As the functions load it."""
        return self.model_dump(exclude_defaults=True)
