"""ImageKit's API as we use it, against a stand-in that refuses what ImageKit refuses."""

import json
from ipaddress import ip_network

import pytest
import requests

from app.adapters.gateways import base
from app.adapters.gateways.guarded import Guarded
from app.adapters.media.base import Kept
from app.adapters.media.imagekit import ImageKit
from app.kit.images import Picture, picture_of
from tests.fakes.imagekit import ImageKitFake
from tests.kit.pictures import drawn

SUBJECT = "org_01J00000000000000000000000"
KEY = "private_test_key"


@pytest.fixture
def fake():
    with ImageKitFake() as running:
        yield running


@pytest.fixture
def account(fake):
    return fake.account(KEY)


@pytest.fixture
def connect(fake, monkeypatch):
    guarded = Guarded([ip_network("127.0.0.0/8")], https_only=False)
    monkeypatch.setattr(ImageKit, "guarded", guarded, raising=False)

    def connected(key: str = KEY, **more: str) -> ImageKit:
        values = {
            "privateKey": key,
            "urlEndpoint": "https://ik.imagekit.io/demo/",
            "apiBase": fake.url,
            "uploadBase": fake.url,
        }
        return ImageKit(base.Credentials(values | more))

    return connected


@pytest.fixture
def picture() -> Picture:
    return picture_of(drawn())


def test_an_uploaded_picture_is_shown_byte_for_byte_at_its_address(connect, fake, account, picture):
    kept = connect().keep(SUBJECT, picture)
    assert fake.shown(kept.url) == (200, picture.content)
    (stored,) = account.files.values()
    assert kept.ref == stored.id
    assert stored.path.startswith(f"/gatehouse/{SUBJECT}/{picture.digest}_")


def test_an_account_that_refuses_unsigned_addresses_takes_ours(connect, fake, account, picture):
    account.signed_only = True
    url = connect(removeBackground="on").keep(SUBJECT, picture).url
    assert fake.shown(url)[0] == 200
    assert fake.shown(url.partition("&ik-s")[0])[0] == 401
    assert fake.shown(url.replace("w-320", "w-9999"))[0] == 401, "other changes cannot be asked for"


def test_the_background_goes_first_and_only_where_it_is_switched_on(connect, account, picture):
    without = connect(removeBackground="on").keep(SUBJECT, picture).url
    assert "?tr=e-bgremove:w-320,h-160,c-at_max&ik-s=" in without
    assert "bgremove" not in connect().keep(SUBJECT, picture).url


@pytest.mark.parametrize(
    ("path", "steps", "signature"),
    [
        ("/logos/acme.png", (), "c09d04bfa7b6fb8f95115c2e7092efe9ef15a716"),
        ("/logos/acme.png", ("w-200,h-100",), "64e8e9c1bcaecfba77b10237a365dd9e2f58956d"),
        ("/tr:e-bgremove:w-200/logos/acme.png", (), "92bc7a93b74e4857ee12d82b3e3b07ed8f31ea32"),
    ],
)
def test_addresses_are_signed_as_the_official_sdk_signs_them(connect, path, steps, signature):
    url = connect().address(path, *steps)
    assert url.startswith("https://ik.imagekit.io/demo/")
    assert url.endswith(f"ik-s={signature}")


def test_a_path_is_encoded_before_it_is_signed(connect):
    assert "/demo/a%20b/%C3%A7.webp?" in connect().address("/a b/ç.webp")


def test_deleting_takes_the_file_and_the_copies_browsers_are_given(connect, fake, account, picture):
    kit = connect()
    kept = kit.keep(SUBJECT, picture)
    fake.shown(kept.url)
    kit.drop(kept)
    assert account.files == {}
    assert fake.shown(kept.url)[0] == 404


def test_deleting_goes_on_where_it_broke_off(connect, fake, account, picture):
    kit = connect()
    kept = kit.keep(SUBJECT, picture)
    fake.shown(kept.url)
    fake.fail_next("POST /v1/files/purge", 500)
    with pytest.raises(base.Unavailable):
        kit.drop(kept)
    kit.drop(kept)
    assert fake.shown(kept.url)[0] == 404


def test_equal_pictures_are_files_of_their_own_so_deleting_one_leaves_the_other(
    connect, fake, account, picture
):
    kit = connect()
    first, second = kit.keep(SUBJECT, picture), kit.keep(SUBJECT, picture)
    kit.drop(first)
    assert fake.shown(second.url)[0] == 200


def test_testing_the_connection_names_the_account_and_changes_nothing(connect, fake, account):
    assert connect().verify().account == "https://ik.imagekit.io/demo"
    assert [one.method for one in fake.requests] == ["GET"]


def test_a_key_they_do_not_know_is_said_to_be_one(connect, account, picture):
    for call in (lambda kit: kit.verify(), lambda kit: kit.keep(SUBJECT, picture)):
        with pytest.raises(base.Misconfigured, match="cannot be authenticated"):
            call(connect("private_wrong"))


def test_what_they_say_of_a_refusal_is_passed_on_and_never_the_key(connect, fake, account, picture):
    fake.fail_next("POST /api/v1/files/upload", 400, body={"message": "No room left", "help": ""})
    with pytest.raises(base.Declined) as caught:
        connect().keep(SUBJECT, picture)
    assert caught.value.reason == "No room left"
    assert KEY not in repr(connect().__dict__["_api"])


@pytest.mark.parametrize("body", [{}, {"fileId": 3, "filePath": "/x"}, {"fileId": "a"}, []])
def test_an_answer_without_the_file_is_no_success(connect, fake, account, picture, body):
    fake.fail_next("POST /api/v1/files/upload", 200, body=body or {"message": "?"})
    with pytest.raises(base.Unavailable, match="did not say"):
        connect().keep(SUBJECT, picture)


def test_an_upload_that_went_unanswered_is_not_sent_twice(connect, fake, account, picture):
    fake.fail_next("POST /api/v1/files/upload", 503)
    with pytest.raises(base.Unavailable):
        connect().keep(SUBJECT, picture)
    assert len(fake.calls("POST", "/api/v1/files/upload")) == 1


def test_a_name_with_a_path_in_it_stays_a_name(connect, fake, account):
    connect().drop(Kept("../purge"))
    assert fake.calls("DELETE", "/v1/files/..%2Fpurge")


# --- the stand-in itself


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"file": b"x"}, "Missing fileName"),
        ({"fileName": b"a.png"}, "Missing file parameter"),
        ({"file": b"x", "fileName": b"a.png", "colour": b"red"}, "invalid parameters"),
        ({"file": bytes(25 * 1024 * 1024 + 1), "fileName": b"a.png"}, "size limit"),
        ({"file": b"x", "fileName": b"a.png", "useUniqueFileName": b"True"}, "true or false"),
    ],
)
def test_the_stand_in_refuses_what_imagekit_refuses(fake, account, fields, said):
    parts = {name: (None, value) for name, value in fields.items()}
    sent = requests.post(f"{fake.url}/api/v1/files/upload", files=parts, auth=(KEY, ""), timeout=5)
    assert sent.status_code == 400
    assert said in json.loads(sent.text)["message"]
    assert account.files == {}


def test_the_stand_in_lets_nobody_in_without_the_private_key(fake, account):
    for auth in (None, ("public_test_key", ""), (KEY, "a password")):
        assert requests.get(f"{fake.url}/v1/files", auth=auth, timeout=5).status_code == 401
