"""E-mail addresses and phone numbers by the libraries that know them; each is loaded when the first of its kind comes."""

from typing import Final

from kairos.domain.sources.parts import BadEvent

NUMBER: Final = "must be a phone number"
WITH_COUNTRY: Final = "with its country, such as +45 20 12 34 56"


def email(value: str, field: str) -> str:
    """The address in the one form that SES takes it in: its domain in small letters of ASCII. Raises BadEvent.

    Whether the mailbox exists only its provider knows; nobody is asked.
    """
    from email_validator import EmailNotValidError, validate_email

    try:
        found = validate_email(value.strip(), check_deliverability=False, allow_smtputf8=False, test_environment=True)
    except EmailNotValidError as wrong:
        raise BadEvent("bad_value", f"must be an e-mail address: {_plain(str(wrong))}", field) from wrong
    return found.ascii_email or found.normalized


def phone(value: str, field: str, country: str = "") -> str:
    """The number as carriers write it (E.164); one without its country is of `country` (ISO 3166), if that is given. Raises BadEvent.

    Its length is what its country has; whether somebody has that number only the carrier knows.
    """
    import phonenumbers

    text, region = value.strip(), country.upper()
    given = f"+{text[2:]}" if text.startswith("00") else text
    known = region in phonenumbers.SUPPORTED_REGIONS
    try:
        number = phonenumbers.parse(given, region if known else None)
    except phonenumbers.NumberParseException as wrong:
        if wrong.error_type != phonenumbers.NumberParseException.INVALID_COUNTRY_CODE:
            raise BadEvent("bad_value", NUMBER, field) from wrong
        hint = f"; {country!r} is no code of a country such as DK" if region and not known else ""
        raise BadEvent("bad_value", f"{NUMBER} {WITH_COUNTRY}{hint}", field) from wrong
    if any(char.isalpha() for char in given) or number.extension:
        raise BadEvent("bad_value", f"{NUMBER} of digits, without an extension", field)
    if not phonenumbers.is_possible_number(number):
        raise BadEvent("bad_value", f"{NUMBER} as long as its country has them", field)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _plain(text: str) -> str:
    """The library's words as part of a sentence."""
    return text[:1].lower() + text[1:].rstrip(".")
