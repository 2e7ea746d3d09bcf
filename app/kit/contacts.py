"""How people are called and reached, as they type it: names, telephone numbers, addresses."""

import re

__all__ = [
    "HOME",
    "MAIL",
    "BadNumber",
    "international",
    "is_mail_address",
    "is_name",
    "is_sender",
    "split",
]

# A look at the shape alone; whether anybody reads it shows when something is sent there.
MAIL = r"^[^@\s]+@[^@\s]+\.[^@\s]+$"

HOME = "PT"  # where a number without a country code belongs: the only country that asks for one


class BadNumber(ValueError):
    """Not a telephone number that exists."""


def international(typed: str) -> str:
    """The number as E.164 writes it, `+351912345678`. Raises BadNumber."""
    import phonenumbers  # 0.1 s and 6 MB that only who types a number should pay

    try:
        found = phonenumbers.parse(typed, HOME)
    except phonenumbers.NumberParseException as error:
        raise BadNumber("not a telephone number") from error
    if not phonenumbers.is_valid_number(found):
        raise BadNumber("no such telephone number")
    return str(phonenumbers.format_number(found, phonenumbers.PhoneNumberFormat.E164))


def split(number: str) -> tuple[str, str]:
    """Country code and the rest of a number in E.164: `351` and `912345678`. Raises BadNumber."""
    import phonenumbers

    try:
        found = phonenumbers.parse(number)
    except phonenumbers.NumberParseException as error:
        raise BadNumber("not a telephone number") from error
    return str(found.country_code), str(phonenumbers.national_significant_number(found))


def is_mail_address(typed: str) -> bool:
    """True when it looks like a mail address."""
    return bool(re.match(MAIL, typed))


def is_name(typed: str) -> bool:
    """True when it can be read, and stands on one line."""
    return bool(typed.strip()) and typed.isprintable()


def is_sender(typed: str) -> bool:
    """True when it looks like who a mail is from: an address, or `Name <address>`."""
    named = re.fullmatch(r"[^<>\r\n]*<([^<>]+)>", typed)
    return is_mail_address(named[1] if named else typed) and typed.isprintable()
