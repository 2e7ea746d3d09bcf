"""Ifthenpay's euros, and references computed without asking anybody."""

import random
from decimal import Decimal

import pytest

from app.adapters.gateways import base
from app.adapters.gateways.ifthenpay import offline
from app.adapters.gateways.ifthenpay.amounts import from_euros, to_euros
from app.kit.money import Money
from app.registry import gateway
from tests.fakes import ifthenpay_world as world


def test_ten_thousand_amounts_come_back_as_they_went():
    largest = gateway("ifthenpay").limits_of("EUR")[1]
    picked = random.Random(7).sample(range(1, largest + 1), 9_000)
    for minor in [*range(1, 1_000), largest, *picked]:
        written = to_euros(Money(minor, "EUR"))
        assert written == f"{minor // 100}.{minor % 100:02d}"
        assert from_euros(written) == from_euros(Decimal(written)) == minor


@pytest.mark.parametrize(
    ("minor", "written"), [(1, "0.01"), (99, "0.99"), (100, "1.00"), (12345, "123.45")]
)
def test_every_offered_currency_is_written_as_documented(minor, written):
    assert gateway("ifthenpay").currencies == {"EUR"}
    assert to_euros(Money(minor, "EUR")) == written


@pytest.mark.parametrize("currency", ["USD", "GBP", "JPY", "BRL"])
def test_other_currencies_are_refused(currency):
    with pytest.raises(base.MethodUnavailable):
        to_euros(Money(2000, currency))


@pytest.mark.parametrize(
    ("written", "minor"),
    [("33.61", 3361), ("7.4", 740), ("20", 2000), ("20.0000", 2000), ("-5.00", -500),
     (22750, 2_275_000), (Decimal("10.99"), 1099), (Decimal("1E+3"), 100_000), ("0.10", 10)],
)  # fmt: skip
def test_numbers_and_texts_are_read(written, minor):
    assert from_euros(written) == minor


@pytest.mark.parametrize(
    "written",
    ["", "x", "1,00", "1e2", "NaN", "+1", " 1", "1.", ".5", "1.001", "0x10", "١", "1" * 30, True,
     None, 1.5, [], Decimal("NaN"), Decimal("Infinity"), Decimal("1.001"), Decimal("1E+40")],
)  # fmt: skip
def test_what_is_no_whole_number_of_cents_is_not(written):
    with pytest.raises(ValueError):
        from_euros(written)


VECTORS = [
    ("12345", "123", "01", 2000, "123000125"),
    ("11604", "999", "1234", 2586, "999123490"),  # an official library drops the cents
    ("11604", "999", "1234", 2500, "999123457"),
    ("93999", "99", "0404", 1450, "990040478"),
    ("11202", "000", "12345", 100, "000234589"),
    ("21312", "7", "123456", 1, "712345610"),
]


@pytest.mark.parametrize(("entity", "sub", "number", "minor", "reference"), VECTORS)
def test_references_are_those_of_the_published_examples(entity, sub, number, minor, reference):
    assert offline.reference(entity, sub, number, minor) == reference


def test_a_machine_that_checks_by_weights_takes_every_reference():
    pick = random.Random(11)
    for _ in range(2_000):
        sub = str(pick.randrange(1000))
        minor, number = pick.randrange(1, offline.LARGEST + 1), str(pick.randrange(10**20))
        reference = offline.reference("11604", sub, number, minor)
        assert len(reference) == 9
        assert world.is_reference_of("11604", reference, minor)


def test_a_reference_fits_one_amount_only():
    reference = offline.reference("11604", "999", "1234", 2586)
    assert [m for m in range(2500, 2596) if world.is_reference_of("11604", reference, m)] == [2586]


@pytest.mark.parametrize("minor", [0, -1, 100_000_000])
def test_an_amount_of_more_than_eight_digits_has_no_reference(minor):
    with pytest.raises(base.MethodUnavailable):
        offline.reference("11604", "999", "1", minor)


@pytest.mark.parametrize(
    ("entity", "sub", "fits"),
    [("11604", "999", True), ("11604", "1", True), ("00001", "00", True),
     ("21721", "999", False),  # has no check digits
     ("1160", "999", False), ("116044", "999", False), ("11604", "", False), ("", "999", False),
     ("11604", "1234", False), ("1160a", "999", False), ("11604", "9 9", False),
     ("١١٦٠٤", "999", False)],
)  # fmt: skip
def test_entity_and_sub_entity_are_looked_at(entity, sub, fits):
    assert offline.is_pair(entity, sub) is fits


def test_seeds_of_our_references_spread_over_all_there_are():
    from app.kit.tokens import short

    seeds = [int(offline.number_of(short(str(i)))[-4:]) for i in range(10_000)]
    assert len(set(seeds)) > 6_000  # of random ones 6,321 would differ
    assert all(sum(s // 1000 == d for s in seeds) > 800 for d in range(10))
