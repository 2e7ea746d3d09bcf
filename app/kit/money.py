"""Money as integer minor units of an ISO 4217 currency; decimals only at the edges."""

import re
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal, InvalidOperation, localcontext
from functools import lru_cache

__all__ = [
    "CURRENCIES",
    "InvalidAmount",
    "Money",
    "any_decimal",
    "cut_to_minor",
    "exponent",
    "is_currency",
    "to_minor",
]

_DECIMAL = re.compile(r"\d{1,30}(\.\d{1,30})?", re.ASCII)

# ISO 4217 without funds codes, metals and testing codes; the exponent where it is not 2.
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split()
_THREE = "BHD IQD JOD KWD LYD OMR TND".split()
_TWO = """AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD
CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD
HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT
MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR
SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU
UZS VES WST XCD YER ZAR ZMW""".split()

CURRENCIES: dict[str, int] = (
    dict.fromkeys(_TWO, 2) | dict.fromkeys(_ZERO, 0) | dict.fromkeys(_THREE, 3)
)


class InvalidAmount(ValueError):
    """Not a positive decimal that the currency can hold."""


def is_currency(code: object) -> bool:
    """True for an upper-case ISO 4217 code that people pay in."""
    return isinstance(code, str) and code in CURRENCIES


@lru_cache(maxsize=256)
def exponent(currency: str) -> int:
    """Decimal places of a currency (ISO 4217): 0, 2 or 3. Raises KeyError for an unknown one."""
    return CURRENCIES[currency]


def read_decimal(value: object) -> Decimal:
    """A finite Decimal from a JSON number (already int or Decimal) or a plain numeric string.

    Raises InvalidAmount for everything else: booleans, floats, exponents in strings, NaN.
    """
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        raise InvalidAmount
    if isinstance(value, str) and not _DECIMAL.fullmatch(value):
        raise InvalidAmount
    try:
        number = Decimal(value)
    except InvalidOperation as error:
        raise InvalidAmount from error
    if not number.is_finite():
        raise InvalidAmount
    return number


def to_minor(number: Decimal, currency: str) -> int:
    """Major units to minor units, exactly.

    Raises InvalidAmount when the number is not positive, has more decimals than the currency
    (trailing zeros count as none) or is absurdly long.
    """
    if number <= 0 or abs(number.adjusted()) > 30 or len(number.as_tuple().digits) > 60:
        raise InvalidAmount
    with localcontext(prec=100):
        minor = number.scaleb(exponent(currency))
        if minor != minor.to_integral_value():
            raise InvalidAmount
        return int(minor)


def any_decimal(value: object) -> Decimal:
    """A number of a company's, which may come as text; 0 for none, and for what is no number."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal | str):
        return Decimal(0)
    try:
        number = Decimal(value)
    except InvalidOperation:
        return Decimal(0)
    return number if number.is_finite() and abs(number.adjusted()) <= 30 else Decimal(0)


def cut_to_minor(value: object, currency: str) -> int:
    """Such a number of major units in minor ones; what is less than one of them is cut off. A
    currency we do not know counts as one with two decimals."""
    with localcontext(prec=60):
        minor = any_decimal(value).scaleb(CURRENCIES.get(currency, 2))
        return int(minor.to_integral_value(ROUND_FLOOR))


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units and its currency."""

    minor: int
    currency: str

    @property
    def major(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor).scaleb(-exponent(self.currency))

    @property
    def number(self) -> int | float:
        """The amount as a JSON number: 100 for 100.00, 19.99 for 19.99.

        A double holds 15 significant digits, more than the API's cap of 8 needs; this is the
        only place where an amount becomes a float, on its way out.
        """
        major = self.major
        return int(major) if major == major.to_integral_value() else float(major)

    def __str__(self) -> str:
        return f"{self.currency} {self.major}"
