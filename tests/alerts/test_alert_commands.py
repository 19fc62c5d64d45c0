"""Alerts through the Python API and the command line, over the starter dossier: what people type, and what is kept afterwards."""

import json
from collections.abc import Iterator
from pathlib import Path

import feedparser
import pytest
from typer.testing import CliRunner

from theriac.api import Theriac, open_home
from theriac.doors.cli import app
from theriac.errors import UnknownName, UserError
from theriac.settings import Settings

SITE = "https://theriac.example"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Theriac]:
    with open_home(tmp_path / "home", create=True, settings=Settings(home=tmp_path / "home", workers=1, site=SITE)) as opened:
        opened.begin()
        yield opened


def catalog_text(store: Theriac) -> str:
    """Every byte of the home that a stranger with the disk could read as text."""
    files = [path for path in store.home.folder.rglob("*") if path.is_file()]
    return "".join(path.name + path.read_bytes().decode("latin-1") for path in files)


def test_the_feed_is_read_by_its_secret_and_the_link_in_a_mail_ends_the_alert(store: Theriac) -> None:
    added = store.alerts.add("drug:imiquimod", every="day", to=["feed"], also_when_nothing=True)
    assert added.feed is not None
    store.alerts.run("2099-01-01T12:00:00Z")
    found = feedparser.parse(store.alerts.feed(added.feed))
    assert not found.bozo and len(found.entries) == 1 and found.feed.links[0].href == f"{SITE}/feeds/alerts/{added.feed}.atom"
    assert list((store.home.folder / "outgoing" / "feeds").iterdir())
    assert store.alerts.unsubscribe(added.feed).state == "removed"
    assert not list((store.home.folder / "outgoing" / "feeds").iterdir())
    for ask in (store.alerts.unsubscribe, store.alerts.feed):
        with pytest.raises(UnknownName):
            ask(added.feed)
    with pytest.raises(UnknownName):
        store.alerts.unsubscribe("")


def test_an_alert_that_has_ended_leaves_no_secret_behind(store: Theriac) -> None:
    added = store.alerts.add("drug:imiquimod", every="day", to=["https://hooks.example/T0KEN", "discord://4174216298/JHMHI8qBe7bk2ZwO5U711o3dV_js"])
    store.alerts.edit(added.alert.id, also_when_nothing=True)
    store.alerts.remove(added.alert.id)
    store.home.engine.dispose()
    kept = catalog_text(store)
    assert added.alert.id in kept
    # SQLite leaves deleted bytes on its pages, so what counts is what a query or a backup can still give.
    store.backup(store.home.folder.parent / "backup.tar")
    copy = (store.home.folder.parent / "backup.tar").read_bytes().decode("latin-1")
    for secret in (*added.signing_secrets.values(), "T0KEN", "JHMHI8qBe7bk2ZwO5U711o3dV_js"):
        assert secret not in copy


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
