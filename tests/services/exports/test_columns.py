"""Cells of an export: no formula, no comma for a point, no moment without its zone."""

import csv
import io
from datetime import UTC, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest

from app.services.exports import columns


def order(**values):
    given = dict.fromkeys(
        ("external_id", "paid_at", "customer_email", "refunded_minor", "gateway_payment_id")
    )
    given |= {
        "id": "ord_1",
        "created_at": datetime(2026, 7, 1, 22, 30, 5, 999, tzinfo=UTC),
        "status": "paid",
        "item_name": "Ticket",
        "amount_minor": 123450,
        "currency": "EUR",
        "provider": "Bitloader",
        "gateway": "stripe",
        "test_mode": True,
    }
    return SimpleNamespace(**{**given, **values})


def cells(row, *names, zone="UTC"):
    text = columns.lines([row], names, ZoneInfo(zone)).decode("utf-8")
    return next(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r"])
def test_no_cell_begins_as_a_formula_does(first):
    evil = f"{first}HYPERLINK('https://evil.example')"
    row = order(
        item_name=evil, external_id=evil, customer_email=evil, provider=evil,
        gateway_payment_id=evil,
    )  # fmt: skip
    found = cells(row, *columns.COLUMNS)
    assert found.count(f"'{evil}") == 5
    assert not [one for one in found if one.startswith(first)]


def test_what_is_no_formula_stays_as_it_is():
    assert cells(order(item_name='Água, "fria" 1+1=2\nnova'), "item") == [
        'Água, "fria" 1+1=2\nnova'
    ]


def test_amounts_have_a_point_and_their_currencys_decimals():
    names = ("amount", "refunded", "currency")
    assert cells(order(refunded_minor=0), *names) == ["1234.50", "0.00", "EUR"]
    assert cells(order(currency="JPY"), *names) == ["123450", "", "JPY"]
    assert cells(order(currency="KWD"), *names) == ["123.450", "", "KWD"]


def test_moments_are_iso_8601_in_the_zone_that_was_chosen():
    assert cells(order(), "created_at", "paid_at") == ["2026-07-01T22:30:05+00:00", ""]
    assert cells(order(), "created_at", zone="Europe/Lisbon") == ["2026-07-01T23:30:05+01:00"]
    assert cells(order(), "created_at", zone="Asia/Kolkata") == ["2026-07-02T04:00:05+05:30"]


def test_columns_come_in_the_order_they_were_asked_for_under_their_names():
    assert columns.title_line(["item", "order_id"]) == b"item,order_id\r\n"
    assert cells(order(), "item", "order_id") == ["Ticket", "ord_1"]
