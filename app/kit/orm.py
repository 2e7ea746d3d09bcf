"""What every table shares: naming, ids, moments in UTC, sealed columns."""

from datetime import UTC, datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, MetaData, Text, event, types
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapped, Mapper, mapped_column
from sqlalchemy.types import TypeDecorator

from app.kit import clock
from app.kit.crypto import Sealed, looks_sealed
from app.kit.tokens import new_id

__all__ = ["JSON", "Base", "EncryptedType", "Stamped", "UtcDateTime"]

JSON = types.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, always UTC, on databases with and without time zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a zone")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class EncryptedType(TypeDecorator[Any]):
    """A sealed text, or a JSON object whose secret values are sealed; never plaintext in Python.

    Loads and stores `Sealed`; opening one takes `services.credentials`, which knows the place it
    belongs to. In an object, whatever starts like an envelope is sealed and the rest is public.
    """

    impl = Text
    cache_ok = True

    def __init__(self, *, mapping: bool = False) -> None:
        super().__init__()
        self.mapping = mapping

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        # Text as it is: psycopg's own text type would become a VARCHAR in a new table.
        return dialect.type_descriptor(JSON) if self.mapping else self.impl_instance

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if self.mapping:
            return {name: _stored(one) for name, one in value.items()}
        if not isinstance(value, Sealed):
            raise TypeError("only a Sealed value goes into an encrypted column")
        return value.envelope

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        if value is None:
            return None
        if self.mapping:
            return {name: _loaded(one) for name, one in value.items()}
        return Sealed(value)


def _stored(value: Any) -> Any:
    return value.envelope if isinstance(value, Sealed) else value


def _loaded(value: Any) -> Any:
    return Sealed(value) if isinstance(value, str) and looks_sealed(value) else value


class Base(DeclarativeBase):
    """The declarative base: constraint names that migrations can rely on, ids with a prefix."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    ID_PREFIX: ClassVar[str] = ""

    def __init__(self, **values: Any) -> None:
        if self.ID_PREFIX and "id" not in values:
            values["id"] = new_id(self.ID_PREFIX)
        for name, value in values.items():
            if not hasattr(type(self), name):
                raise TypeError(f"{type(self).__name__} has no {name}")
            setattr(self, name, value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {getattr(self, 'id', '?')}>"


@event.listens_for(Mapper, "mapper_configured")
def _guarded(mapper: "Mapper[Any]", class_: type) -> None:
    """Refuse plaintext where it is assigned: a failing statement would print its parameters."""
    for one in mapper.column_attrs:
        kind = one.columns[0].type
        if isinstance(kind, EncryptedType) and not kind.mapping:
            event.listen(getattr(class_, one.key), "set", _only_sealed)


def _only_sealed(_target: object, value: object, _before: object, _initiator: object) -> None:
    if value is not None and not isinstance(value, Sealed):
        raise TypeError("only a Sealed value goes into an encrypted column")


class Stamped:
    """When a row was made and last changed."""

    created_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime, default=clock.now, onupdate=clock.now)
