"""The provider of each channel, put together as the policy says; only `deliver` needs any of it."""

from functools import cache
from typing import Any, Protocol

from kairos.adapters.aws import Aws, fresh
from kairos.adapters.end_user_messaging import EndUserMessagingPush, EndUserMessagingSms
from kairos.adapters.pace import pace, ses_quota
from kairos.adapters.ses import SesEmail
from kairos.adapters.sns import SnsPush, SnsSms
from kairos.adapters.whatsapp import WhatsApp
from kairos.service.ports import Provider


class Ways(Protocol):
    """What is known of how to send; the settings of `deliver` are one."""

    @property
    def configuration_set(self) -> str: ...
    @property
    def send_concurrency(self) -> int: ...
    @property
    def sms_configuration_set(self) -> str: ...
    @property
    def sms_origination(self) -> str: ...
    @property
    def push_application_id(self) -> str: ...
    @property
    def whatsapp_phone_number(self) -> str: ...
    @property
    def whatsapp_api_version(self) -> str: ...


def providers(env: Ways, aws: Aws, policy: Any) -> dict[str, Provider]:
    """The provider of each channel, as the policy says."""
    brand, chosen, mail = policy["brand"], policy["providers"], fresh(aws.ses)
    paced = pace(ses_quota(mail), env.send_concurrency)
    sms: Provider
    push: Provider
    if chosen["sms"] == "end_user_messaging":
        origination = env.sms_origination or brand.get("sms") or ""
        sms = EndUserMessagingSms(
            fresh(aws.sms_voice), configuration_set=env.sms_configuration_set, origination=origination
        )
    else:
        sms = SnsSms(fresh(aws.sns), sender_id=brand.get("sms") or "", origination="")
    if chosen["push"] == "end_user_messaging":
        push = EndUserMessagingPush(fresh(aws.pinpoint), application_id=env.push_application_id)
    else:
        push = SnsPush(fresh(aws.sns))
    email = SesEmail(mail, sender=brand["email"], configuration_set=env.configuration_set, pace=paced)
    number, version = env.whatsapp_phone_number, env.whatsapp_api_version
    social = cache(lambda: fresh(aws.social))  # most stacks never ask for it
    whatsapp = WhatsApp(lambda: social()(), phone_number=number, api_version=version)
    return {"email": email, "sms": sms, "push": push, "whatsapp": whatsapp}
