"""The shape of a catalogue entry: a service, its fields, and what a gateway can do."""

import importlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from app.kit.money import CURRENCIES, exponent
from app.registry.places import Place

__all__ = ["Category", "Field", "GatewaySpec", "Method", "Spec", "mark"]

Category = Literal["Payments", "Notifications", "Analytics", "Media"]
Kind = Literal["text", "secret", "choice", "number", "switch", "address"]
Pace = Literal["page", "push", "reference"]

CAP = 99_999_999  # minor units, where a gateway does not set its own


def mark(message: str) -> str:
    """Mark a text for translation where the language is not known yet."""
    return message


def _class(path: str) -> type[Any]:
    """A class below app.adapters, imported now."""
    module, _, name = path.partition(":")
    found: type[Any] = getattr(importlib.import_module(f"app.adapters.{module}"), name)
    return found


@dataclass(frozen=True)
class Field:
    """One value a merchant, or the environment, configures."""

    name: str
    label: str
    env: tuple[str, ...]
    kind: Kind = "text"
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    help: str = ""
    prefixes: tuple[str, ...] = ()  # what every value begins with, where there is such a thing
    pattern: str = ""  # what a whole value looks like, as a regular expression; "": anything
    example: str = ""  # such a value, for whoever typed another
    # True where it decides which server the secrets beside it are sent to: they are typed anew when
    # it changes, so that nobody who cannot read them has them sent to a server of theirs.
    leads: bool = False

    @property
    def is_secret(self) -> bool:
        return self.kind == "secret"


@dataclass(frozen=True)
class Method:
    """One way to pay at a gateway, as the customer sees it."""

    name: str
    title: str
    hint: str = ""
    currencies: frozenset[str] | None = None  # None: all the gateway takes
    asks: tuple[str, ...] = ()  # what the customer types at checkout: phone, email
    # How customers pay, and so how often the gateway is asked: on a page at once, in an app that
    # was notified within minutes, or by a reference within days.
    pace: Pace = "page"
    # True where being asked is enough for something to happen: an app rings, money moves. Else
    # nobody can pay what they were never shown, whether the gateway has answered us or not.
    acts_alone: bool = False
    # False for one that the API names, and that no page of ours can offer.
    is_offered: bool = True
    # True where what was given up here may still be paid there, because it cannot be taken back; of
    # a reference that is known already.
    lingers: bool = False


@dataclass(frozen=True)
class GatewaySpec:
    """What a service that moves money adds to its entry."""

    adapter: str | None  # "module:Class" below app.adapters.gateways; None until it exists
    display_name: str
    methods: tuple[Method, ...]
    creates_at: Literal["api", "pay"]
    currencies: frozenset[str] = frozenset(CURRENCIES)
    minimum: Mapping[str, int] = field(default_factory=dict)  # minor units by currency
    cap: Mapping[str, int] = field(default_factory=dict)  # minor units by currency
    decimals: Mapping[str, int] = field(default_factory=dict)  # where fewer than ISO 4217's
    event_secret: str = ""  # the field that holds the secret of its calls to us
    seller_event_secret: str = ""  # of those about sellers, where they are signed with another
    registers: bool = False  # it has an API at which our address is registered and looked at
    # {field: value}: where a field chooses between companies, with which of them it does.
    registers_with: Mapping[str, str] = field(default_factory=dict)
    is_builtin: bool = False  # ours: it needs no credentials and may be switched off
    base_url_env: str = ""
    # {field: (value, variable)}: where a field chooses between companies, another one's address.
    other_base_url: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    tells: Literal["account", "payment"] = "account"  # where it learns our address for its calls
    calls_by: Literal["POST", "GET"] = "POST"  # how it calls us
    finds_refunds: bool = True  # a refund that went unanswered can be asked about
    # Where all customers of an account come back to one address, the same that is called: the name
    # in its query that holds our payment's id.
    returns_by: str = ""
    places: tuple[Place, ...] = ()  # where our address is typed in there, by hand
    # {as its adapter says it: as people read it, marked}: why something failed, in words of ours.
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        return self.adapter is not None

    def decimals_of(self, currency: str) -> int:
        """Decimal places this gateway takes of a currency."""
        return self.decimals.get(currency, exponent(currency))

    def step_of(self, currency: str) -> int:
        """The smallest amount it can count in a currency, in minor units."""
        return int(10 ** (exponent(currency) - self.decimals_of(currency)))

    def takes(self, minor: int, currency: str) -> bool:
        """True for an amount, in minor units, that can be paid through it."""
        smallest, largest = self.limits_of(currency)
        return smallest <= minor <= largest and minor % self.step_of(currency) == 0

    def limits_of(self, currency: str) -> tuple[int, int]:
        """Smallest and largest amount, in minor units."""
        return self.minimum.get(currency, 1), self.cap.get(currency, CAP)

    def base_url_of(self, values: Mapping[str, str]) -> str:
        """The name of the variable with which an operator moves these values' host; may be ""."""
        for name, (value, variable) in self.other_base_url.items():
            if values.get(name) == value:
                return variable
        return self.base_url_env

    def can_register(self, values: Mapping[str, object]) -> bool:
        """Whether our address is registered by an API, at the company that these values choose."""
        return self.registers and all(
            values.get(name) == value for name, value in self.registers_with.items()
        )

    def hears_with_payments(self, values: Mapping[str, object]) -> bool:
        """Whether our address needs no registering, since it goes along with every payment."""
        return self.tells == "payment" and not self.can_register(values)

    def method(self, name: str | None) -> Method | None:
        """The method of that name, where the catalogue has it."""
        return next((one for one in self.methods if one.name == name), None)

    def methods_for(self, currency: str) -> tuple[Method, ...]:
        """The methods that take this currency, in the catalogue's order."""
        if currency not in self.currencies:
            return ()
        return tuple(m for m in self.methods if not m.currencies or currency in m.currencies)

    def load(self) -> type[Any]:
        """The adapter class, imported when first used. Raises LookupError without one."""
        if self.adapter is None:
            raise LookupError("this gateway has no adapter")
        return _class(f"gateways.{self.adapter}")


@dataclass(frozen=True)
class Spec:
    """One outside company we can talk to."""

    key: str
    title: str
    category: Category
    fields: tuple[Field, ...]
    gateway: GatewaySpec | None = None
    # Of a service that moves no money: "room.module:Class" below app.adapters; None until there is
    # one.
    adapter: str | None = None
    base_url_env: str = ""  # of such a service, as in GatewaySpec
    # {value: variable}: where such a service has several hosts, as the adapter calls them.
    addresses: Mapping[str, str] = field(default_factory=dict)
    calls_proven_by: str = ""  # the field that holds the secret of such a service's calls to us
    # Fields of which at least one must be set, beside those that are required by themselves.
    any_of: tuple[str, ...] = ()
    # Fields of which none is of use without the others beside it.
    together: tuple[str, ...] = ()
    # {field: (value, fields it makes required)}: BTCPay needs a server, NOWPayments does not.
    also_required: Mapping[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    # {field: beginnings}: a value that begins so is of test mode, any other of live mode.
    tests: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def is_active(self) -> bool:
        """True once there is something that speaks to this company."""
        return self.gateway.is_active if self.gateway else self.adapter is not None

    @property
    def room(self) -> str:
        """What a service that moves no money is for: `mail`, `analytics`; empty for any other."""
        return (self.adapter or "").partition(".")[0]

    @property
    def event_secret(self) -> str:
        """The field that holds the secret of their calls to us; empty where there is none."""
        return self.gateway.event_secret if self.gateway else self.calls_proven_by

    @property
    def calls_us(self) -> bool:
        """True where they have an address of ours to call."""
        return self.gateway is not None or bool(self.calls_proven_by)

    @property
    def event_secrets(self) -> tuple[str, ...]:
        """The fields that hold secrets of their calls to us."""
        both = (self.event_secret, self.gateway.seller_event_secret if self.gateway else "")
        return tuple(one for one in both if one)

    @property
    def keys(self) -> tuple[Field, ...]:
        """The fields that decide whose account at a gateway is spoken to and in which mode: API
        secrets, and what is required, chooses the company or tells the mode beside them."""
        if self.gateway is None:
            return ()
        candidates = [one for one in self.fields if not self.proves_calls(one.name)]
        beside = {*self.tests, *self.also_required}
        beside |= {name for _, others in self.also_required.values() for name in others}
        return tuple(
            one for one in candidates if one.is_secret or one.required or one.name in beside
        )

    def proves_calls(self, name: str) -> bool:
        """True for the name of a field with which their calls to us are verified."""
        return name in self.event_secrets

    def base_url_of(self, values: Mapping[str, str]) -> str:
        """The name of the variable with which an operator moves these values' host; may be ""."""
        return self.gateway.base_url_of(values) if self.gateway else self.base_url_env

    @property
    def base_url_names(self) -> tuple[str, ...]:
        """The names of every variable with which an operator moves a host of theirs."""
        names = [self.base_url_env, *self.addresses.values()]
        if self.gateway:
            names.append(self.gateway.base_url_env)
            names += [variable for _, variable in self.gateway.other_base_url.values()]
        return tuple(one for one in names if one)

    def load(self) -> type[Any]:
        """The adapter class, imported when first used. Raises LookupError without one."""
        if self.gateway is not None:
            return self.gateway.load()
        if self.adapter is None:
            raise LookupError("this service has no adapter")
        return _class(self.adapter)

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for one in self.fields:
            if one.name == name:
                return one
        raise KeyError(name)

    def missing(self, values: Mapping[str, object]) -> list[str]:
        """Names of the fields that still have to be set for the service to work."""
        absent = [one.name for one in self.fields if one.required and not values.get(one.name)]
        if self.any_of and not any(values.get(name) for name in self.any_of):
            absent += self.any_of
        for name, (value, others) in self.also_required.items():
            chosen = values.get(name) or self.field(name).default
            if chosen == value:
                absent += [other for other in others if not values.get(other)]
        return absent

    def test_mode(self, values: Mapping[str, str]) -> bool | None:
        """Whether values, whole or only their beginnings, are of test mode; None if unknown."""
        for name, beginnings in self.tests.items():
            if value := values.get(name) or self.field(name).default:
                return value.startswith(beginnings)
        return None

    def mixed_modes(self, values: Mapping[str, str]) -> str | None:
        """The first field whose mode differs from an earlier one's, among those that are given."""
        given = [(name, values[name]) for name in self.tests if values.get(name)]
        modes = {name: value.strip().startswith(self.tests[name]) for name, value in given}
        return next((name for name in modes if modes[name] != next(iter(modes.values()))), None)
