"""The credential envelope: its exact bytes, and everything that must not open."""

import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.kit.crypto import CannotOpen, Key, Keyring, Place, Sealed

# Published with the format, so anybody can check an implementation of their own against it.
SECRET = "gatehouse-test-vector-key-do-not-use-0001"
NONCE = bytes(range(12))
PLACE = Place("integration_config", "org_1", "stripe", "secretKey")
VECTORS = {
    "sk_test_123": "enc:v1:2a25163a:AAECAwQFBgcICQoLOA6_DUS33MUJR5OZWuiun4tXJXjuY8i2BZc2",
    "": "enc:v1:2a25163a:AAECAwQFBgcICQoLFIBpaZHWqMG5onNPS63MHw",
}
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
RING = Keyring([SECRET])


def test_keys_are_derived_as_published():
    key = Key(SECRET)
    assert key.root.hex() == "37272e4f1e485b9c9ae702a0f8be1ce370f8aeab69773aee9c3867d322726906"
    assert key.kid == "2a25163a"
    derived = key.derive("enc:v1/credentials").hex()
    assert derived == "02d1c5871336efd47cdd2c477dd74b60face822b34813e0a1e609411d5cf39b3"


@pytest.mark.parametrize(("plaintext", "envelope"), VECTORS.items())
def test_the_published_envelopes_are_written_and_read(plaintext, envelope):
    assert RING.seal(plaintext, PLACE, nonce=NONCE) == Sealed(envelope)
    assert RING.open(Sealed(envelope), PLACE) == plaintext


@given(st.text(max_size=200))
def test_whatever_is_sealed_opens_again(plaintext):
    assert RING.open(RING.seal(plaintext, PLACE), PLACE) == plaintext


@pytest.mark.parametrize("envelope", VECTORS.values())
def test_no_other_letter_at_any_position_opens(envelope):
    start = envelope.rindex(":") + 1
    for position in range(start, len(envelope)):
        for letter in ALPHABET.replace(envelope[position], ""):
            refuses(envelope[:position] + letter + envelope[position + 1 :])


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60), st.data())
def test_a_tampered_value_never_opens(plaintext, data):
    envelope = RING.seal(plaintext, PLACE).envelope
    for position in range(envelope.rindex(":") + 1, len(envelope)):
        letter = data.draw(st.sampled_from(ALPHABET.replace(envelope[position], "")))
        refuses(envelope[:position] + letter + envelope[position + 1 :])


@pytest.mark.parametrize("envelope", VECTORS.values())
@pytest.mark.parametrize("junk", ["=", "==", "\n", " ", "*", "A", "+", "/", "é", "\x00", "."])
def test_base64_that_is_not_canonical_never_opens(envelope, junk):
    for position in range(len(envelope) + 1):
        refuses(envelope[:position] + junk + envelope[position:])


def test_a_shortened_value_never_opens():
    for envelope in VECTORS.values():
        for end in range(len(envelope)):
            refuses(envelope[:end])


@pytest.mark.parametrize("number", range(20))
@pytest.mark.parametrize(
    "moved",
    [
        Place("provider_credentials", "org_1", "stripe", "secretKey"),
        Place("integration_config", "org_2", "stripe", "secretKey"),
        Place("integration_config", "org_1", "square", "secretKey"),
        Place("integration_config", "org_1", "stripe", "webhookSecret"),
        Place("integration_config", "provider:org_1", "stripe", "secretKey"),
    ],
    ids=["table", "organization", "service", "field", "kind of owner"],
)
def test_a_value_moved_elsewhere_does_not_open(moved, number):
    sealed = RING.seal(f"sk_test_{number}", PLACE)
    with pytest.raises(CannotOpen):
        RING.open(sealed, moved)
    assert RING.open(sealed, PLACE) == f"sk_test_{number}"


def test_letters_cannot_move_from_one_part_of_the_place_to_the_next():
    sealed = RING.seal("x", Place("t", "ab", "c", "d"))
    for place in (
        Place("t", "a", "bc", "d"),
        Place("ta", "b", "c", "d"),
        Place("t", "ab", "", "cd"),
    ):
        with pytest.raises(CannotOpen):
            RING.open(sealed, place)


@pytest.mark.parametrize(
    "envelope",
    ["sk_live_plaintext", "", "enc:v1:", "enc:v9:2a25163a:" + "A" * 60, "enc:v2:2a25163a:AAAA",
     "ENC:v1:2a25163a:" + "A" * 60, "enc:v1:2A25163A:" + "A" * 60, "enc:v1:2a25163a"],
)  # fmt: skip
def test_what_is_no_envelope_of_ours_never_opens(envelope):
    refuses(envelope)
    assert Sealed(envelope).kid is None


def test_an_unknown_key_is_named_and_does_not_open():
    stranger = Keyring(["another-key-of-somebody-else-000000000"]).seal("x", PLACE)
    with pytest.raises(CannotOpen, match=f"no key with id {stranger.kid}"):
        RING.open(stranger, PLACE)


def test_the_key_id_is_authenticated_too():
    other = Keyring(["another-key-of-somebody-else-000000000"])
    both = Keyring([SECRET, "another-key-of-somebody-else-000000000"])
    swapped = RING.seal("x", PLACE).envelope.replace("2a25163a", other.first.kid)
    with pytest.raises(CannotOpen):
        both.open(Sealed(swapped), PLACE)


def test_previous_keys_open_and_the_first_one_seals():
    old, new = "old-key-00000000000000000000000000000001", "new-key-0000000000000000000000000000002"
    sealed = Keyring([old]).seal("x", PLACE)
    ring = Keyring([new, old])
    assert ring.open(sealed, PLACE) == "x"
    assert ring.seal("x", PLACE).kid == Key(new).kid
    with pytest.raises(CannotOpen):
        Keyring([new]).open(sealed, PLACE)


def test_no_nonce_comes_twice():
    count = 20_000
    blobs = {RING.seal("same", PLACE).envelope.rsplit(":", 1)[1] for _ in range(count)}
    nonces = {base64.urlsafe_b64decode(blob + "=" * (-len(blob) % 4))[:12] for blob in blobs}
    assert len(nonces) == len(blobs) == count


def test_a_keyring_without_a_key_is_refused():
    with pytest.raises(ValueError, match="at least one key"):
        Keyring([])


def test_neither_keys_nor_sealed_values_print_what_they_hold():
    sealed = RING.seal("sk_test_123", PLACE, nonce=NONCE)
    for text in (f"{sealed}", repr(sealed), str([sealed]), repr(Key(SECRET)), f"{Key(SECRET)}"):
        assert "2a25163a" in text
        assert SECRET not in text
        assert "AAECAw" not in text
    assert str(Sealed("sk_live_plaintext")) == "<Sealed plaintext or damaged>"


def test_a_failure_does_not_repeat_the_value():
    with pytest.raises(CannotOpen) as caught:
        RING.open(Sealed("sk_live_plaintext"), PLACE)
    assert "sk_live" not in str(caught.value)


def refuses(envelope: str) -> None:
    with pytest.raises(CannotOpen):
        RING.open(Sealed(envelope), PLACE)
