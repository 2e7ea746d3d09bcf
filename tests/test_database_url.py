"""Addresses as hosts print them: read where they make sense, else refused with a sentence."""

import pytest

from app import create_app
from config import load
from database_url import normalise_database_url
from tests.test_config import GOOD, refusal

SUPABASE = "postgresql://postgres.ref:pw@aws-0-eu-west-1.pooler.supabase.com"
UNPREPARED = {"prepare_threshold": None}


def engine_options(tmp_path, **environ):
    app = create_app({**GOOD, "GATEHOUSE_INSTANCE": str(tmp_path), **environ})
    return app.config["SQLALCHEMY_ENGINE_OPTIONS"]


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("postgres://u:p@h/d", "postgresql+psycopg://u:p@h/d"),
        ("postgresql://h/d?sslmode=require", "postgresql+psycopg://h/d?sslmode=require"),
        ("postgresql+psycopg://h/d", "postgresql+psycopg://h/d"),
        ("postgres://h/d?pgbouncer=true", "postgresql+psycopg://h/d"),
        (
            "postgres://h/d?sslmode=verify-full&pgbouncer=true&sslrootcert=/ca%20a.crt",
            "postgresql+psycopg://h/d?sslmode=verify-full&sslrootcert=/ca%20a.crt",
        ),
        ("sqlite:////tmp/x.db", "sqlite:////tmp/x.db"),
        ("", ""),
    ],
)
def test_database_addresses_of_every_host_work(given, used):
    assert normalise_database_url(given) == used


@pytest.mark.parametrize(
    ("environ", "is_pooled"),
    [
        ({}, False),
        ({"DATABASE_URL": f"{SUPABASE}:5432/postgres"}, False),
        ({"DATABASE_URL": f"{SUPABASE}:6543/postgres"}, True),
        ({"DATABASE_URL": "postgresql://u@/d?host=/run/pool&port=6543"}, True),
        ({"DATABASE_URL": "postgres://u:p@h/d?sslmode=require&pgbouncer=true"}, True),
        ({"DATABASE_URL": "postgres://u:p@h/d?pgbouncer=false"}, False),
        ({"DATABASE_MIGRATION_URL": "postgres://direct/d"}, True),
        ({"DATABASE_POOLER": "transaction"}, True),
        ({"DATABASE_POOLER": "Session", "DATABASE_MIGRATION_URL": "postgres://direct/d"}, False),
        ({"DATABASE_POOLER": "none", "DATABASE_URL": f"{SUPABASE}:6543/postgres"}, False),
        ({"DATABASE_URL": "sqlite:////tmp/6543.db"}, False),
    ],
)
def test_behind_a_transaction_pooler_nothing_is_prepared(environ, is_pooled, tmp_path):
    options = engine_options(tmp_path, **environ)
    assert load({**GOOD, **environ}, tmp_path).behind_pooler is is_pooled
    assert options.get("connect_args") == (UNPREPARED if is_pooled else None)
    assert bool(options.get("pool_pre_ping")) is is_pooled
    assert options.get("pool_recycle") == (300 if is_pooled else None)


def test_a_schema_is_named_in_every_statement(tmp_path):
    assert "execution_options" not in engine_options(tmp_path)
    options = engine_options(tmp_path, DATABASE_SCHEMA="gatehouse")
    assert options["execution_options"] == {"schema_translate_map": {None: "gatehouse"}}


@pytest.mark.parametrize("name", ["DATABASE_URL", "DATABASE_MIGRATION_URL"])
@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("postgres://u:p@h/d?prepare_threshold=0", "take it out and set DATABASE_POOLER=tr"),
        ("postgres://u:p@h/d?schema=x", "take it out and set DATABASE_SCHEMA"),
        ("postgres://u:p@h/d?pgbouncer=true&connection_limit=1", "not carry connection_limit"),
        ("postgres://u:p@h/d?Zq7Lm2x=9", "must not carry what PostgreSQL does not know"),
        ("postgres://u:p@h/d?autocommit=1", "must not carry what PostgreSQL does not know"),
        ("postgres://u:Zq7L@m2x@h/d", "password percent-encoded"),
        ("postgres://u:Zq7L@m2x?@h/d", "password percent-encoded"),
        ("postgres://u:p@h:Zq7L/d", "password percent-encoded"),
        ("postgres://u:[YOUR-PASSWORD]@h/d", "where [YOUR-PASSWORD] stands"),
    ],
)
def test_what_an_address_must_not_carry_is_said_without_showing_it(name, url, said, tmp_path):
    message = refusal({**GOOD, name: url}, tmp_path)
    assert f"{name} must " in message
    assert said in message
    assert "Zq7L" not in message


def test_a_password_that_is_percent_encoded_is_taken(tmp_path):
    load({**GOOD, "DATABASE_URL": "postgres://u:p%40s%3As%23%25@h:5432/d"}, tmp_path)


def test_sqlite_has_no_schemas(tmp_path):
    environ = {**GOOD, "DATABASE_URL": "sqlite:////tmp/x.db", "DATABASE_SCHEMA": "gatehouse"}
    assert "DATABASE_SCHEMA must be absent with SQLite" in refusal(environ, tmp_path)
