"""The one list of columns in which sealed values lie, and how to read through them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from operator import attrgetter
from typing import Any

from sqlalchemy import Select, Text, cast, func, select
from sqlalchemy.orm import InstrumentedAttribute

from app.extensions import reading, settings
from app.kit.crypto import PREFIX, CannotOpen, Place, Sealed
from app.kit.tenancy import across_organizations
from app.models import (
    CredentialNote,
    InboundEvent,
    IntegrationConfig,
    ProviderCredentials,
    User,
    WebhookEndpoint,
)
from app.registry import services
from app.services import credentials

__all__ = ["BATCH", "COLUMNS", "SealedColumn", "Value", "batches", "kids"]

BATCH = 500  # rows read, or written in one step
_START = len(PREFIX) + 9  # characters of an envelope up to its key id and the colon after it

_Part = Callable[[Any], str]


@dataclass(frozen=True)
class Value:
    """One stored value: sealed, or plaintext where it should be sealed. Prints where it lies."""

    stored: Sealed | str = field(repr=False)
    place: Place
    name: str  # in its object, or of its column

    def open(self) -> str:
        """Its text. Raises CannotOpen."""
        if isinstance(self.stored, str):
            raise CannotOpen("plaintext")
        return credentials.open_field(self.stored, **asdict(self.place))

    def __str__(self) -> str:
        return f"{self.place.table} {self.place.owner} {self.name}"


@dataclass(frozen=True)
class SealedColumn:
    """One column of sealed values, and how a row says what its values are bound to."""

    attribute: InstrumentedAttribute[Any]
    owner: _Part
    service: _Part
    field: _Part | None = None  # None for an object: the names in it are the fields
    is_record: bool = False  # kept to look at; nothing works less while it does not open

    @property
    def model(self) -> type[Any]:
        return self.attribute.parent.class_

    @property
    def name(self) -> str:
        return f"{self.model.__tablename__}.{self.attribute.key}"

    @property
    def text(self) -> Any:
        """The column as it lies in the database: text of an object, too, can be compared there."""
        return cast(self.attribute, Text)

    @property
    def start(self) -> Any:
        """The envelope's beginning, `enc:v1:<kid>:`, for columns that hold one value."""
        return func.substr(self.text, 1, _START)

    def values(self, row: Any) -> list[Value]:
        """A row's sealed values; in production also what should be sealed and is not."""
        stored = getattr(row, self.attribute.key)
        if stored is None:
            return []
        if self.field:
            place = self._place(row, self.field(row))
            return [Value(stored, place, self.attribute.key)]
        sealed = [
            Value(one, self._place(row, name), name)
            for name, one in stored.items()
            if isinstance(one, Sealed)
        ]
        return sealed + (self.plaintext(row) if settings().is_production else [])

    def plaintext(self, row: Any) -> list[Value]:
        """The secrets in a row's object that are not sealed."""
        service = services().get(self.service(row))
        stored = {} if self.field or service is None else getattr(row, self.attribute.key)
        return [
            Value(stored[one.name], self._place(row, one.name), one.name)
            for one in (service.fields if service else ())
            if one.is_secret and stored.get(one.name) and isinstance(stored[one.name], str)
        ]

    def with_values(self, row: Any, fresh: dict[str, Sealed]) -> Any:
        """What the column holds once some of the row's values, by name, are others."""
        if self.field:
            return fresh[self.attribute.key]
        return {**getattr(row, self.attribute.key), **fresh}

    def _place(self, row: Any, field_name: str) -> Place:
        return Place(self.model.__tablename__, self.owner(row), self.service(row), field_name)


def _always(text: str) -> _Part:
    return lambda _row: text


_ID, _OWNER, _SERVICE = attrgetter("id"), attrgetter("owner"), attrgetter("service")
_WEBHOOK, _SECRET = _always("webhook"), _always("secret")

COLUMNS = (
    SealedColumn(IntegrationConfig.config, _OWNER, _SERVICE),
    SealedColumn(ProviderCredentials.config, _OWNER, _SERVICE),
    SealedColumn(WebhookEndpoint.secret, _ID, _WEBHOOK, _SECRET),
    # The same place as its successor's: a secret that is replaced moves over as it is.
    SealedColumn(WebhookEndpoint.previous_secret, _ID, _WEBHOOK, _SECRET),
    SealedColumn(User.totp, _ID, _always("totp"), _always("totp")),
    SealedColumn(CredentialNote.previous, _ID, _SERVICE, attrgetter("field")),
    SealedColumn(InboundEvent.body, _ID, attrgetter("gateway"), _always("body"), is_record=True),
)


def batches(column: SealedColumn, query: Select[Any]) -> Iterator[Sequence[Any]]:
    """What a query of the column's model finds in all organizations, in batches by id, each read
    for itself: a table of any length needs the memory of one batch, and no connection between."""
    key, after = column.model.id, ""
    while True:
        part = query.where(key > after).order_by(key).limit(BATCH)
        with across_organizations("the operator looks at every row"), reading() as session:
            rows = session.execute(part).all()
        if not rows:
            return
        yield rows
        after = rows[-1][0].id


def kids(columns: Sequence[SealedColumn] = COLUMNS) -> Counter[str]:
    """How many values each key sealed, by key id; an empty one stands for what is damaged or not
    sealed. Columns of single values are counted by the database: there may be very many."""
    found: Counter[str] = Counter()
    with across_organizations("the operator asks about every row"), reading() as session:
        for column in columns:
            if column.field is None:
                for config in session.scalars(select(column.attribute)):
                    sealed = (one for one in config.values() if isinstance(one, Sealed))
                    found.update(one.kid or "" for one in sealed)
                continue
            counted = select(column.start.label("start"), func.count())
            query = counted.where(column.attribute.is_not(None)).group_by("start")
            for start, count in session.execute(query):
                found[Sealed(f"{start}{'A' * 38}").kid or ""] += count
    return found
