"""What each answer of each provider means."""

from dataclasses import replace

import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ReadTimeoutError,
    SSLError,
)
from botocore.stub import Stubber

from kairos.service.ports import CircuitOpen, InDoubt, NotTaken, Refused
from tests.integration.adapters.providers import (
    ARN,
    CHAT,
    MAIL,
    NOW,
    PUSH,
    SMS,
    eum_push,
    eum_sms,
    ses,
    sns_push,
    sns_sms,
    whatsapp,
)

ENDPOINT = replace(PUSH, to={"token": ARN, "platform": "sns"})
WAYS = {
    "ses": (ses, "ses", "send_email", MAIL),
    "sns sms": (sns_sms, "sns", "publish", SMS),
    "sns push": (sns_push, "sns", "publish", ENDPOINT),
    "eum sms": (eum_sms, "sms_voice", "send_text_message", SMS),
    "eum push": (eum_push, "pinpoint", "send_messages", PUSH),
    "whatsapp": (whatsapp, "social", "send_whatsapp_message", CHAT),
}

FAILED, UNDELIVERABLE = "failed_provider", "undeliverable"
ANSWERS = [
    ("ses", "TooManyRequestsException", "", 429, NotTaken),
    ("ses", "ThrottlingException", "", 400, NotTaken),
    ("ses", "LimitExceededException", "", 400, CircuitOpen),
    ("ses", "AccountSuspendedException", "", 400, CircuitOpen),
    ("ses", "SendingPausedException", "", 400, CircuitOpen),
    ("ses", "MailFromDomainNotVerifiedException", "", 400, CircuitOpen),
    ("ses", "NotFoundException", "", 404, CircuitOpen),
    ("ses", "AccessDeniedException", "", 403, CircuitOpen),
    ("ses", "ExpiredTokenException", "", 403, NotTaken),
    ("ses", "MessageRejected", "", 400, FAILED),
    ("ses", "BadRequestException", "", 400, FAILED),
    ("ses", "SomethingNew", "", 400, FAILED),
    ("ses", "SomethingNew", "", 429, NotTaken),
    ("ses", "InternalFailure", "", 500, InDoubt),
    ("ses", "ServiceUnavailable", "", 503, InDoubt),
    ("sns sms", "Throttling", "", 400, NotTaken),
    ("sns sms", "ThrottledException", "", 429, NotTaken),
    ("sns sms", "KMSThrottling", "", 400, NotTaken),
    ("sns sms", "AuthorizationError", "", 403, CircuitOpen),
    ("sns sms", "InvalidSecurity", "", 403, CircuitOpen),
    ("sns sms", "InvalidParameter", "", 400, FAILED),
    ("sns sms", "OptedOut", "", 400, UNDELIVERABLE),
    ("sns sms", "ParameterValueInvalid", "", 400, FAILED),
    ("sns sms", "ValidationException", "", 400, FAILED),
    ("sns sms", "InternalError", "", 500, InDoubt),
    ("sns push", "EndpointDisabled", "", 400, UNDELIVERABLE),
    ("sns push", "NotFound", "", 404, UNDELIVERABLE),
    ("sns push", "InvalidParameter", "", 400, FAILED),
    ("sns push", "PlatformApplicationDisabled", "", 400, CircuitOpen),
    ("sns push", "InternalError", "", 500, InDoubt),
    ("whatsapp", "ThrottledRequestException", "", 429, NotTaken),
    ("whatsapp", "AccessDeniedException", "", 403, CircuitOpen),
    ("whatsapp", "ResourceNotFoundException", "", 404, CircuitOpen),
    ("whatsapp", "InvalidParametersException", "", 400, FAILED),
    ("whatsapp", "ValidationException", "", 400, FAILED),
    ("whatsapp", "DependencyException", "", 502, InDoubt),
    ("whatsapp", "InternalServiceException", "", 500, InDoubt),
    ("eum sms", "ThrottlingException", "", 400, NotTaken),
    ("eum sms", "ServiceQuotaExceededException", "MONTHLY_SPEND_LIMIT_REACHED_FOR_TEXT", 400, CircuitOpen),
    ("eum sms", "AccessDeniedException", "ACCOUNT_DISABLED", 400, CircuitOpen),
    ("eum sms", "ResourceNotFoundException", "", 400, CircuitOpen),
    ("eum sms", "ConflictException", "DESTINATION_PHONE_NUMBER_OPTED_OUT", 400, UNDELIVERABLE),
    ("eum sms", "ConflictException", "DESTINATION_PHONE_NUMBER_NOT_VERIFIED", 400, FAILED),
    ("eum sms", "ConflictException", "DESTINATION_COUNTRY_BLOCKED_BY_PROTECT_CONFIGURATION", 400, FAILED),
    ("eum sms", "ConflictException", "DESTINATION_PHONE_NUMBER_BLOCKED_BY_PROTECT_NUMBER_OVERRIDE", 400, UNDELIVERABLE),
    ("eum sms", "ConflictException", "NO_ORIGINATION_IDENTITIES_FOUND", 400, CircuitOpen),
    ("eum sms", "ConflictException", "RESOURCE_NOT_ACTIVE", 400, CircuitOpen),
    ("eum sms", "ConflictException", "REGISTRATION_NOT_COMPLETE", 400, CircuitOpen),
    ("eum sms", "ConflictException", "MESSAGE_TYPE_MISMATCH", 400, FAILED),
    ("eum sms", "ValidationException", "PRICE_OVER_THRESHOLD", 400, FAILED),
    ("eum sms", "ValidationException", "COUNTRY_NOT_ENABLED", 400, FAILED),
    ("eum sms", "ValidationException", "DESTINATION_COUNTRY_BLOCKED", 400, FAILED),
    ("eum sms", "ValidationException", "INTERNATIONAL_SENDING_NOT_SUPPORTED", 400, FAILED),
    ("eum sms", "ValidationException", "INVALID_IDENTITY_FOR_DESTINATION_COUNTRY", 400, FAILED),
    ("eum sms", "InternalServerException", "", 500, InDoubt),
    ("eum push", "TooManyRequestsException", "", 429, NotTaken),
    ("eum push", "ForbiddenException", "", 403, CircuitOpen),
    ("eum push", "NotFoundException", "", 404, CircuitOpen),
    ("eum push", "BadRequestException", "", 400, FAILED),
    ("eum push", "PayloadTooLargeException", "", 413, FAILED),
    ("eum push", "MethodNotAllowedException", "", 405, FAILED),
    ("eum push", "InternalServerErrorException", "", 500, InDoubt),
]


def assert_means(error: BaseException, meaning: type[Exception] | str) -> None:
    if isinstance(meaning, str):
        assert isinstance(error, Refused)
        assert error.reason == meaning
    else:
        assert type(error) is meaning


@pytest.mark.parametrize(("way", "code", "reason", "status", "meaning"), ANSWERS)
def test_an_answer_means(aws, way, code, reason, status, meaning):
    provider, client, operation, message = WAYS[way]
    stub = Stubber(getattr(aws, client))
    more = {"Reason": reason} if reason else None
    stub.add_client_error(operation, code, http_status_code=status, modeled_fields=more)
    with stub, pytest.raises((NotTaken, Refused, InDoubt)) as told:
        provider(aws).send(message, NOW)
    assert_means(told.value, meaning)
    stub.assert_no_pending_responses()  # asked once, never again


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(
    ("failure", "meaning"),
    [
        (EndpointConnectionError(endpoint_url=""), NotTaken),
        (ConnectTimeoutError(endpoint_url=""), NotTaken),
        (NoCredentialsError(), CircuitOpen),
        (ReadTimeoutError(endpoint_url=""), InDoubt),
        (ConnectionClosedError(endpoint_url=""), InDoubt),
        (SSLError(endpoint_url="", error=OSError("bad record")), InDoubt),
    ],
    ids=lambda value: getattr(value, "__name__", type(value).__name__),
)
def test_a_broken_connection_means(aws, way, failure, meaning):
    provider, name, _, message = WAYS[way]
    client = getattr(aws, name)

    def fail(**_):
        raise failure

    client.meta.events.register_first(f"before-send.{client.meta.service_model.service_id.hyphenize()}", fail)
    with pytest.raises((NotTaken, Refused, InDoubt)) as told:
        provider(aws).send(message, NOW)
    assert_means(told.value, meaning)


@pytest.mark.parametrize(
    ("status", "code", "meaning"),
    [
        ("THROTTLED", 429, NotTaken),
        ("TEMPORARY_FAILURE", 503, NotTaken),
        ("PERMANENT_FAILURE", 410, UNDELIVERABLE),
        ("PERMANENT_FAILURE", 413, FAILED),
        ("PERMANENT_FAILURE", 403, CircuitOpen),
        ("OPT_OUT", 200, UNDELIVERABLE),
        ("DUPLICATE", 200, FAILED),
        ("UNKNOWN_FAILURE", 400, InDoubt),
        ("SOMETHING_NEW", 400, InDoubt),
    ],
)
def test_a_push_that_the_device_platform_did_not_take_means(aws, status, code, meaning):
    stub = Stubber(aws.pinpoint)
    result = {"tok": {"DeliveryStatus": status, "StatusCode": code}}
    stub.add_response("send_messages", {"MessageResponse": {"ApplicationId": "app", "Result": result}})
    with stub, pytest.raises((NotTaken, Refused, InDoubt)) as told:
        eum_push(aws).send(PUSH, NOW)
    assert_means(told.value, meaning)


def test_a_request_that_the_model_refuses_never_goes_out(aws):
    with pytest.raises(Refused) as refused:
        eum_sms(aws).send(replace(SMS, text=""), NOW)
    assert refused.value.reason == "failed_provider"


@pytest.mark.parametrize(
    ("way", "text"),
    [
        ("sns sms", "Invalid parameter: PhoneNumber Reason: +45 is not valid to publish to"),
        ("sns push", "Invalid parameter: TargetArn Reason: No endpoint found for the target arn specified"),
    ],
)
def test_an_address_that_sns_finds_wrong_is_undeliverable(aws, way, text):
    provider, client, operation, message = WAYS[way]
    stub = Stubber(getattr(aws, client))
    stub.add_client_error(operation, "InvalidParameter", text, 400)
    with stub, pytest.raises(Refused) as refused:
        provider(aws).send(message, NOW)
    assert refused.value.reason == "undeliverable"
