"""Alerts through the Python API and the command line, over the starter dossier: what people type, and what is kept afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from msgspec import to_builtins
from typer.testing import CliRunner

from theriac.api import Theriac, open_home, restore
from theriac.doors.cli import app
from theriac.errors import HomeError, UnknownName, UserError
from theriac.settings import Settings
from theriac.store import alerts as kept
from theriac.store.alert_tables import OUTBOX, SUBSCRIPTION

SITE = "https://theriac.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Theriac]:
    with open_home(tmp_path / "home", create=True, settings=Settings(home=tmp_path / "home", workers=1, site=SITE)) as opened:
        opened.begin()
        yield opened


def test_the_feed_is_read_by_its_secret_and_the_link_in_a_mail_ends_the_alert(store: Theriac) -> None:
    added = store.alerts.add("drug:imiquimod", every="day", to=["feed"], also_when_nothing=True)
    assert added.feed is not None
    store.alerts.run("2099-01-01T12:00:00Z")
    found = feedparser.parse(store.alerts.feed(added.feed))
    assert not found.bozo and found.entries and found.feed.links[0].href == f"{SITE}/feeds/alerts/{added.feed}.atom"
    assert list((store.home.folder / "outgoing" / "feeds").iterdir())
    assert store.alerts.unsubscribe(added.feed).state == "removed"
    assert not list((store.home.folder / "outgoing" / "feeds").iterdir())
    for ask in (store.alerts.unsubscribe, store.alerts.feed):
        with pytest.raises(UnknownName):
            ask(added.feed)
    with pytest.raises(UnknownName):
        store.alerts.unsubscribe("")


TO = ["https://hooks.example/T0KEN", "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js", "mailto:a@example.org"]
SECRETS = ("T0KEN", "JHMHI8qBe7bk2ZwO5U711o3dV_js")


def rows_and_backup(store: Theriac, name: str) -> str:
    """Everything that a query or a backup gives to whoever holds it, and the catalog's own bytes."""
    copy = store.home.folder.parent / name
    store.backup(copy)
    files = [copy, *store.home.folder.glob("catalog.sqlite*")]
    return "".join(path.read_bytes().decode("latin-1") for path in files)


def test_neither_catalog_nor_backup_holds_a_secret_in_clear(store: Theriac, tmp_path: Path) -> None:
    added = store.alerts.add("drug:imiquimod", every="day", to=TO, also_when_nothing=True)
    store.alerts.run("2099-01-01T12:00:00Z")
    secrets = (*added.signing_secrets.values(), *SECRETS)
    held = rows_and_backup(store, "one.tar")
    assert len(secrets) == 3 and added.alert.id in held and not [secret for secret in secrets if secret in held]
    (kept_one,) = kept.subscriptions(store.home)
    assert kept_one.token not in json.dumps(to_builtins([store.alerts.digests(added.alert.id), store.alerts.listed(), store.alerts.deliveries()]))
    assert [target.address for target in kept_one.targets][:2] == TO[:2] and kept_one.targets[0].secret == secrets[0]
    key = store.home.folder / "secrets.key"
    assert key.stat().st_mode & 0o077 == 0

    with restore(tmp_path / "one.tar", Settings(home=tmp_path / "again", workers=1)) as again:
        (line,) = again.alerts.listed()
        assert [one for one in line.targets if "sealed" in one] == line.targets[:2]
        again.alerts.run("2099-01-03T12:00:00Z")
        assert any("secrets.key" in one.detail for one in again.alerts.deliveries())
    (tmp_path / "again" / "secrets.key").write_bytes(key.read_bytes())
    with open_home(tmp_path / "again") as again:
        assert [target.address for target in kept.subscriptions(again.home)[0].targets][:2] == TO[:2]
    (tmp_path / "again" / "secrets.key").write_text("no key")
    with open_home(tmp_path / "again") as again, pytest.raises(HomeError, match="holds no key"):
        again.alerts.listed()


def test_an_alert_that_has_ended_leaves_no_secret_behind(store: Theriac) -> None:
    added = store.alerts.add("drug:imiquimod", every="day", to=TO, also_when_nothing=True)
    store.alerts.run("2099-01-01T12:00:00Z")
    store.alerts.remove(added.alert.id)
    with store.home.engine.connect() as connection:
        texts = [str(row) for table in (SUBSCRIPTION, OUTBOX) for row in connection.execute(table.select())]
    assert len(texts) > 2 and not [text for text in texts if "sealed:" in text or "MIME-Version" in text]


def test_what_was_given_up_can_be_tried_again(store: Theriac) -> None:
    store.alerts.add("drug:imiquimod", every="day", to=["mailto:a@example.org"], also_when_nothing=True)
    for day in range(1, 16):
        store.alerts.run(f"2099-01-{day:02d}T12:00:00Z")
    dead = {line.digest for line in store.alerts.deliveries(state="dead")}
    assert dead
    one = min(dead)
    assert store.alerts.retry(one) == 1
    assert one not in {line.digest for line in store.alerts.deliveries(state="dead")}
    with pytest.raises(UserError):
        store.alerts.retry(one)


def test_the_commands_change_test_and_retry(tmp_path: Path) -> None:
    home = ["--home", str(tmp_path / "home")]
    run = CliRunner()
    with open_home(tmp_path / "home", create=True, settings=Settings(home=tmp_path / "home", workers=1)) as opened:
        opened.begin()
    made = json.loads(run.invoke(app, ["alert", "add", "drug:imiquimod", "--every", "week", *home, "--json"]).stdout)
    number = made["alert"]["id"]
    for flag, wanted in (("--also-when-nothing", True), ("--only-changes", False)):
        changed = json.loads(run.invoke(app, ["alert", "edit", number, flag, *home, "--json"]).stdout)
        assert changed["alert"]["also_when_nothing"] is wanted
    asked = ["alert", "test", "drug:imiquimod", "--every", "week", "--at", "7:30", "--on", "friday", "--tz", "Europe/Berlin"]
    tested = json.loads(run.invoke(app, [*asked, *home, "--json"]).stdout)
    assert tested["schedule"] == "every week on friday at 07:30, Europe/Berlin"
    refused = run.invoke(app, ["deliveries", "--retry", number, *home])
    assert refused.exit_code == 1 and "no digest that was given up" in refused.output
