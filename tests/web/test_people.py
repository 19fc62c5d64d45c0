"""People: accounts, sessions without fixation, tokens with scopes, forms with their proof, and the address that others can reach."""

import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from fastapi.testclient import TestClient
from typer.testing import CliRunner
from web_homes import client_of, settings_of

from theriac import api
from theriac.accounts import NOBODY
from theriac.doors.cli import app
from theriac.doors.web.gate import Rates
from theriac.doors.web.pages_people import local
from theriac.doors.web.serve import refuse_strangers
from theriac.doors.web.visits import proof
from theriac.errors import UnknownName, UserError

PASSWORD = "a few unrelated words"
SESSION = "theriac_session"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    with api.open_home(settings=settings_of(folder), create=True) as store:
        for name, role in (("ada", "admin"), ("eve", "editor"), ("rob", "reader")):
            store.people().add(name, PASSWORD, role)
    return folder


@pytest.fixture
def asked(home: Path) -> Iterator[TestClient]:
    with client_of(settings_of(home)) as client:
        client.follow_redirects = False
        yield client


def proof_on(client: TestClient, path: str) -> str:
    found = re.search(r'name="csrf" value="([0-9a-f]+)"', client.get(path).text)
    assert found is not None
    return found[1]


def sign_in(client: TestClient, name: str, password: str = PASSWORD, after: str = "/account") -> int:
    form = {"csrf": proof_on(client, "/login"), "name": name, "password": password, "next": after}
    return client.post("/login", data=form).status_code


def test_without_an_account_this_machine_asks_without_signing_in(starter_home: Path, client: TestClient) -> None:
    assert client.get("/account").status_code == 200


def test_with_accounts_everything_but_signing_in_needs_one(asked: TestClient) -> None:
    page = asked.get("/account?x=1")
    assert (page.status_code, page.headers["location"]) == (303, "/login?next=%2Faccount%3Fx%3D1")
    assert asked.get("/metrics").status_code in (303, 401)
    assert asked.get("/health").status_code == 200


def test_signing_in_gives_a_new_session_and_ends_the_one_before(asked: TestClient) -> None:
    asked.cookies.set(SESSION, "chosen-by-an-attacker", domain="127.0.0.1", path="/")
    assert sign_in(asked, "rob") == 303
    first = next(value for value in asked.cookies.jar if value.name == SESSION and value.value != "chosen-by-an-attacker").value
    asked.cookies.clear()
    asked.cookies.set(SESSION, "chosen-by-an-attacker")
    assert asked.get("/account").status_code == 303
    asked.cookies.clear()
    asked.cookies.set(SESSION, str(first))
    assert asked.get("/account").status_code == 200
    assert sign_in(asked, "rob") == 303
    asked.cookies.clear()
    asked.cookies.set(SESSION, str(first))
    assert asked.get("/account").status_code == 303


def test_the_session_cookie_cannot_be_read_by_scripts_and_is_secure_over_https(home: Path) -> None:
    with client_of(settings_of(home, site="https://theriac.example"), base="https://theriac.example") as client:
        client.follow_redirects = False
        form = {"csrf": proof_on(client, "/login"), "name": "rob", "password": PASSWORD, "next": "/"}
        told = client.post("/login", data=form).headers["set-cookie"]
    assert told.startswith("__Host-theriac_session=")
    assert all(word in told for word in ("HttpOnly", "SameSite=Lax", "Secure", "Path=/"))


def test_a_form_without_its_proof_or_with_another_visitors_is_refused(home: Path, asked: TestClient) -> None:
    form = {"name": "rob", "password": PASSWORD, "next": "/"}
    assert asked.post("/login", data=form).status_code == 403
    with client_of(settings_of(home)) as other:
        foreign = proof_on(other, "/login")
    assert asked.post("/login", data={**form, "csrf": foreign}).status_code == 403
    assert sign_in(asked, "rob") == 303
    assert asked.post("/account/tokens", data={"title": "x", "scope": "read"}).status_code == 403


def test_nobody_is_sent_elsewhere_after_signing_in(asked: TestClient) -> None:
    elsewhere = ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:alert(1)", "/\t/evil.example", "\\\\e", "", "evil"]
    assert [local(target) for target in elsewhere] == ["/"] * len(elsewhere)
    target = elsewhere[1]
    form = {"csrf": proof_on(asked, "/login"), "name": "rob", "password": PASSWORD, "next": target}
    assert asked.post("/login", data=form).headers["location"] == "/"


def test_wrong_passwords_are_slowed_down_and_told_alike(asked: TestClient) -> None:
    unknown = asked.post("/login", data={"csrf": proof_on(asked, "/login"), "name": "nobody", "password": "x" * 12, "next": "/"})
    wrong = asked.post("/login", data={"csrf": proof_on(asked, "/login"), "name": "rob", "password": "x" * 12, "next": "/"})
    assert unknown.status_code == wrong.status_code == 401
    assert "Name or password is wrong." in unknown.text and "Name or password is wrong." in wrong.text
    assert [sign_in(asked, "rob", "x" * 12) for _ in range(4)] == [401] * 4
    assert sign_in(asked, "rob") == 429


def test_roles_and_scopes_limit_what_is_done(home: Path, asked: TestClient) -> None:
    with api.open_home(settings=settings_of(home)) as store:
        people = store.people()
        secrets = {(person, scope): people.add_token(person, "", scope)[1] for person in ("ada", "rob") for scope in ("read", "admin")}
        kept = people.tokens()
        assert not any(secret in str(one) for one in kept for secret in secrets.values())

    def status(person: str, scope: str, path: str) -> int:
        return asked.get(path, headers={"authorization": f"Bearer {secrets[person, scope]}"}).status_code

    assert status("ada", "admin", "/api/v1/audit") == 200
    assert status("ada", "read", "/api/v1/audit") == 403
    assert status("rob", "admin", "/api/v1/audit") == 403
    assert status("rob", "read", "/api/v1/sources") == 200
    assert asked.get("/account", headers={"authorization": "Bearer nonsense"}).status_code == 303


def test_a_token_makes_no_token_and_sends_no_form(home: Path, asked: TestClient) -> None:
    """A program knows the cookie that it sends itself, so a form's proof proves nothing of it."""
    with api.open_home(settings=settings_of(home)) as store:
        secrets = {scope: store.people().add_token("ada", "", scope)[1] for scope in ("read", "admin")}
    mark = "m" * 43
    asked.cookies.set("theriac_visit", mark)
    form = {"csrf": proof(mark), "title": "mine", "scope": "admin", "name": "mallory", "password": PASSWORD, "role": "admin", "rule": "kind:trial.*"}
    for secret in secrets.values():
        bearer = {"authorization": f"Bearer {secret}"}
        for path in ("/account/tokens", "/account/people", "/account/password", "/account/tokens/remove", "/alerts", "/flag"):
            assert asked.post(path, data=form, headers=bearer).status_code == 403, path
        assert [asked.get(path, headers=bearer).status_code for path in ("/account", "/account/trail")] == [403, 403]
    with api.open_home(settings=settings_of(home)) as store:
        assert len(store.people().tokens()) == 2 and len(store.people().listed()) == 3 and store.alerts.listed() == []


def test_a_token_reaches_no_further_than_its_maker(home: Path, asked: TestClient) -> None:
    assert sign_in(asked, "rob") == 303
    offered = asked.get("/account").text
    assert "<option>read</option>" in offered and "<option>edit</option>" not in offered
    form = {"csrf": proof_on(asked, "/account"), "title": "x"}
    assert [asked.post("/account/tokens", data={**form, "scope": scope}).status_code for scope in ("read", "edit", "admin")] == [200, 400, 400]
    with api.open_home(settings=settings_of(home)) as store:
        assert [one.scope for one in store.people().tokens("rob")] == ["read"]


def test_readers_preview_alerts_and_editors_set_them(home: Path, asked: TestClient) -> None:
    with api.open_home(settings=settings_of(home)) as store:
        theirs = store.alerts_of("rob").add("kind:trial.stopped").alert.id
    assert sign_in(asked, "rob") == 303
    form = {"csrf": proof_on(asked, "/account"), "rule": "kind:trial.*", "to": "https://hooks.example.org/x"}
    preview = asked.get("/alerts/new", params={"rule": "kind:trial.*"})
    assert preview.status_code == 200 and "needs the role editor" in preview.text and 'action="/alerts"' not in preview.text
    assert "/pause" not in asked.get(f"/alerts/{theirs}").text
    for path in ("/alerts", f"/alerts/{theirs}/edit", f"/alerts/{theirs}/pause", f"/alerts/{theirs}/remove"):
        assert asked.post(path, data=form).status_code == 403, path
    assert sign_in(asked, "eve") == 303
    made = asked.post("/alerts", data={**form, "csrf": proof_on(asked, "/account"), "to": "feed"})
    assert made.status_code == 303
    with api.open_home(settings=settings_of(home)) as store:
        assert sorted(one.owner for one in store.alerts.listed()) == ["eve", "rob"]


class Hashing:
    """Counts what argon2 is asked, and how much of it at the same time."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[str] = []
        self.most = self._now = 0
        self._lock = threading.Lock()
        for name in ("hash", "verify"):
            monkeypatch.setattr(PasswordHasher, name, self._counting(name, getattr(PasswordHasher, name)))

    def _counting(self, name: str, real: Any) -> Any:
        def counted(*args: Any, **kwargs: Any) -> Any:
            with self._lock:
                self.calls.append(name)
                self._now += 1
                self.most = max(self.most, self._now)
            try:
                time.sleep(0.05)
                return real(*args, **kwargs)
            finally:
                with self._lock:
                    self._now -= 1

        return counted


def test_an_unknown_name_costs_what_a_wrong_password_costs(asked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not PasswordHasher().check_needs_rehash(NOBODY)
    proof_of_form = proof_on(asked, "/login")
    for name in ("nobody", "rob"):
        seen = Hashing(monkeypatch)
        form = {"csrf": proof_of_form, "name": name, "password": "x" * 12, "next": "/"}
        assert asked.post("/login", data=form).status_code == 401
        assert seen.calls == ["verify"], name
        monkeypatch.undo()


def test_passwords_tried_at_once_are_counted_at_once(asked: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    form = {"csrf": proof_on(asked, "/login"), "password": "x" * 12, "next": "/"}
    seen = Hashing(monkeypatch)

    def tried(name: str) -> int:
        return asked.post("/login", data={**form, "name": name}).status_code

    with ThreadPoolExecutor(12) as pool:
        assert sorted(pool.map(tried, ["rob"] * 12)) == [401] * 5 + [429] * 7
        assert sorted(pool.map(tried, [f"name{number}" for number in range(12)])) == [401] * 12
    assert seen.most <= 2 and len(seen.calls) == 17


def test_right_passwords_are_no_tries(asked: TestClient) -> None:
    assert [sign_in(asked, "rob") for _ in range(7)] == [303] * 7


def test_a_changed_password_signs_out_everywhere(home: Path, asked: TestClient) -> None:
    assert sign_in(asked, "rob") == 303
    with api.open_home(settings=settings_of(home)) as store:
        store.people().change_password("rob", "another few words")
    assert asked.get("/account").status_code == 303
    assert sign_in(asked, "rob") == 401
    assert sign_in(asked, "rob", "another few words") == 303


def test_the_last_admin_stays(home: Path) -> None:
    with api.open_home(settings=settings_of(home)) as store:
        for change in (lambda: store.people().remove("ada"), lambda: store.people().change_role("ada", "reader")):
            with pytest.raises(UserError, match="last admin"):
                change()
        assert [line.about for line in store.people().trail() if line.what == "user added"] == ["rob (reader)", "eve (editor)", "ada (admin)"]


def test_what_is_kept_of_a_password_is_an_argon2_hash(home: Path) -> None:
    data = (home / "catalog.sqlite").read_bytes() + b"".join(path.read_bytes() for path in home.glob("catalog.sqlite-wal"))
    assert PASSWORD.encode() not in data
    assert b"$argon2id$" in data


def test_an_address_that_others_reach_is_refused_until_somebody_has_an_account(starter_home: Path, home: Path) -> None:
    proxied: list[tuple[dict[str, object], str]] = [({"site": "https://theriac.example"}, "127.0.0.1"), ({"hosts": ("x.example",)}, "::1")]
    for more, host in [({}, "0.0.0.0"), ({}, "192.0.2.7"), ({}, "::"), *proxied]:
        with pytest.raises(UserError, match="nobody has an account"):
            refuse_strangers(settings_of(starter_home, **more), host)
        refuse_strangers(settings_of(home, **more), host)
    refuse_strangers(settings_of(starter_home), "127.0.0.1")


def test_up_refuses_it_too(starter_home: Path) -> None:
    done = CliRunner().invoke(app, ["up", "--host", "0.0.0.0", "--port", "0", "--home", str(starter_home)])
    assert done.exit_code == 1 and "nobody has an account" in done.stderr


def test_passwords_come_by_standard_input_and_flags_are_shown_with_the_record(tmp_path: Path, starter_home: Path) -> None:
    run = CliRunner().invoke
    home = ["--home", str(tmp_path / "home")]
    assert run(app, ["user", "add", "ada", "--role", "admin", *home], input="short\n").exit_code == 1
    assert run(app, ["user", "add", "ada", "--role", "admin", *home], input=f"{PASSWORD}\n").exit_code == 0
    assert "ada" in run(app, ["user", "list", *home]).stdout
    assert PASSWORD not in " ".join(run(app, [command, "--help"]).stdout for command in ("user", "token"))
    with api.open_home(settings=settings_of(tmp_path / "home")) as store:
        store.load([Path(api.__file__).parent / "starter"])
        label = store.drug("imiquimod").labels[0].citation.record
        made = store.people().flag(f"{label}#indications_and_usage", "not what the label says", author="ada", quote="some words")
        assert store.drug("imiquimod").flags == [made]
        assert store.flags(label) == [made] and store.flags("ctgov:NCT00000000") == []
        with pytest.raises(UnknownName):
            store.people().flag("no:such", "x", author="ada")
        with pytest.raises(UserError, match="say why"):
            store.people().flag(label, "  ", author="ada")
        store.people().withdraw_flag(made.id, by="ada")
        assert store.drug("imiquimod").flags == []


def test_everybody_sees_their_own_alerts_only(home: Path) -> None:
    with api.open_home(settings=settings_of(home)) as store:
        made = store.alerts_of("eve").add("kind:trial.stopped").alert
        assert made.owner == "eve"
        assert store.alerts_of("ada").listed() == [] and len(store.alerts_of(None).listed()) == 1
        for ask in (store.alerts_of("rob").pause, store.alerts_of("rob").shown, store.alerts_of("rob").remove):
            with pytest.raises(UnknownName):
                ask(made.id)
        assert store.alerts_of("eve").pause(made.id).state == "paused"


def test_ones_own_deliveries_show_however_many_others_have(home: Path, asked: TestClient) -> None:
    with api.open_home(settings=settings_of(home)) as store:
        own = store.alerts_of("eve").add("kind:trial.stopped", to=["folder:own"], also_when_nothing=True).alert.id
        store.alerts.run("2099-01-08T09:00:00Z")
        store.alerts.pause(own)
        targets = [f"folder:{number}" for number in range(101)]
        theirs = store.alerts_of("ada").add("kind:trial.stopped", to=targets, also_when_nothing=True).alert.id
        store.alerts.run("2099-03-08T09:00:00Z")
        assert {one.alert for one in store.alerts.deliveries()} == {theirs}, "this test needs a hundred newer deliveries of others"
        assert {one.alert for one in store.alerts_of("eve").deliveries()} == {own}
    assert sign_in(asked, "eve") == 303
    shown = asked.get("/alerts/deliveries").text
    assert own in shown and theirs not in shown


def test_each_client_has_its_own_rate() -> None:
    rates = Rates(60)
    assert [rates.wait("a", 0.0) for _ in range(61)] == [0] * 60 + [1]
    assert rates.wait("b", 0.0) == 0
    assert rates.wait("a", 1.0) == 0 and rates.wait("a", 1.0) == 1
    assert all(Rates(0).wait("a", 0.0) == 0 for _ in range(100))


def test_an_accounts_own_words_are_escaped(home: Path, asked: TestClient) -> None:
    assert sign_in(asked, "ada") == 303
    token = {"csrf": proof_on(asked, "/account"), "title": "<script>alert(1)</script>", "scope": "read"}
    page = asked.post("/account/tokens", data=token).text
    assert "theriac_" in page and "<script>alert" not in page and "&lt;script&gt;alert" in page
    told = asked.get("/login?next=%22%3E%3Cscript%3E").text
    assert "<script>" not in told
