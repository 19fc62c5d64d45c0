"""Kills the run of the alerts at seeded places, thousands of times, and makes receivers misbehave, and shows that nothing is lost.

Flows in: how many kills, a seed. Flows out: whether, after each home's kills, webhook and mail server have got exactly the digests that an
undisturbed twin sends, to the byte, and how often one came twice (at most once a kill). Then the same with receivers that refuse, cut off,
answer 4xx or 5xx or are slow: still everything arrives.

A kill costs one fork of this warm process: the child opens the home, runs the alerts and gets SIGKILL at its n-th checkpoint, between "events
committed" and "marked sent". Real HTTP and SMTP go to receivers in a process of their own, which write down what they took.
"""

import hashlib
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from theriac import alert_run, alerts
from theriac.delivery import Carrier, MailServer
from theriac.flow.windows import moment, written
from theriac.store import alerts as kept
from theriac.store.home import Home, prepare

ROOT = Path(__file__).resolve().parent.parent
SENDER, LONG_AFTER = "Theriac <alerts@theriac.example>", "2026-04-20T12:00:00.000000Z"
KILLS_A_HOME, FAULTY_HOMES, FAULTY_SHARE = 8, 12, 0.5
HOOK_FAULTS = (b"HTTP/1.1 500 no\r\n\r\n", b"HTTP/1.1 429 no\r\n\r\n", b"HTTP/1.1 404 no\r\n\r\n", b"HTT", b"")
MAIL_FAULTS: tuple[dict[str, bytes | None], ...] = (
    {"HELLO": None}, {"EHLO": b"421 busy\r\n"}, {"MAIL": b"451 later\r\n"}, {"RCPT": b"550 no\r\n"}, {"DATA": b"35"}, {"END": b"452 full\r\n"},
    {"END": b"25"}, {"END": None},
)  # fmt: skip


def kill_alerts(kills: int, seed: int) -> int:
    """Kills, misbehaves, compares, prints; the exit code."""
    with tempfile.TemporaryDirectory(prefix="theriac-crash-alerts-") as scratch, receiving(Path(scratch) / "received") as (ports, log):
        world = World(Path(scratch), ports, log)
        began, done = time.perf_counter(), 0
        while done < kills:
            done += world.home_with_kills(seed * 100_000 + done, min(KILLS_A_HOME, kills - done))
            if done % 80 < KILLS_A_HOME or done >= kills:
                print(f"  {done:,} kills, {world.told():s}, {time.perf_counter() - began:.0f} s", flush=True)
        for number in range(FAULTY_HOMES):
            world.home_with_faults(seed * 100_000 + number)
        print(f"{done:,} kills by SIGKILL, {world.inside:,} of them inside a run; {world.told()}")
        print(f"{FAULTY_HOMES} homes whose receivers misbehave at {FAULTY_SHARE:.0%} of {world.attempts:,} attempts")
        print("\n".join(world.faults) or "every home's delivered digests are those of its undisturbed twin, to the byte; nothing is lost")
        return 1 if world.faults else 0


@contextmanager
def receiving(log: Path) -> Iterator[tuple[tuple[int, int, int, int], Path]]:
    """A webhook receiver and a mail server in a process of their own, well-behaved and not; their ports, and what they took, line by line."""
    log.touch()
    context = get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=receive, args=(log, theirs), daemon=True)
    process.start()
    try:
        yield ours.recv(), log
    finally:
        process.kill()
        process.join()


def receive(log: Path, line: Any) -> None:
    """Serves until it is killed; each thing taken becomes one line: its id, and the hash of its bytes."""
    sys.path.insert(0, str(ROOT / "tests" / "alerts"))
    receivers: Any = importlib.import_module("receivers")
    draw, lock = random.Random(1), threading.Lock()

    def note(number: str, body: bytes) -> None:
        with lock, log.open("a") as file:
            file.write(f"{number} {hashlib.sha256(body).hexdigest()}\n")

    class Kept(list[Any]):
        """A receiver's list of what it took, which writes it down too."""

        def append(self, one: Any) -> None:
            if isinstance(one[0], dict):
                note(one[0]["webhook-id"], one[1])
            else:
                note(one[2].partition("X-Theriac-Digest: ")[2].partition("\r\n")[0], one[2].encode())

    def moody(number: int, socket: Any) -> None:
        if draw.random() > FAULTY_SHARE:
            socket.sendall(b"HTTP/1.1 204 yes\r\n\r\n")
        elif draw.random() < 0.1:
            time.sleep(1.2)
        else:
            socket.sendall(draw.choice(HOOK_FAULTS))

    class Moody(dict[str, Any]):
        """A mail server's faults, drawn anew for every conversation."""

        def __init__(self) -> None:
            self.now: dict[str, bytes | None] = {}

        def __contains__(self, command: object) -> bool:
            if command == "HELLO":
                self.now = draw.choice(MAIL_FAULTS) if draw.random() < FAULTY_SHARE else {}
            return command in self.now

        def __getitem__(self, command: str) -> Any:
            return self.now[command]

        def get(self, command: str, default: Any = None) -> Any:
            return self.now.get(command, default)

    servers = [receivers.Hook(), receivers.Mailbox(), receivers.Hook(moody), receivers.Mailbox(Moody())]
    for server in servers:
        setattr(server, "requests" if hasattr(server, "requests") else "mails", Kept())
        threading.Thread(target=server.serve_forever, daemon=True).start()
    line.send(tuple(server.server_address[1] for server in servers))
    threading.Event().wait()


class World:
    """Where homes live and die, and what they delivered altogether."""

    def __init__(self, scratch: Path, ports: tuple[int, int, int, int], log: Path) -> None:
        sys.path.insert(0, str(ROOT / "tests" / "alerts"))
        self.made: Any = importlib.import_module("alert_homes")
        self.scratch = scratch
        self.ports = ports
        self.log = log
        self.read = 0
        self.inside = self.digests = self.repeats = self.attempts = 0
        self.faults: list[str] = []

    def told(self) -> str:
        """The sums so far."""
        return f"{self.digests:,} digests delivered, {self.repeats:,} of them twice"

    def home_with_kills(self, seed: int, kills: int) -> int:
        """One home that is killed again and again and then let through; how many kills it got."""
        draw = random.Random(seed)
        events, folder = self.made.commits(seed), self._subscribed("killed", self.ports[:2])
        nows = sorted(written(moment(self.made.BEGAN) + (moment(LONG_AFTER) - moment(self.made.BEGAN)) * draw.random()) for _ in range(3))
        expected, checkpoints = self._undisturbed(folder, events, [*nows, LONG_AFTER])
        reach = max(4, 2 * checkpoints // kills)  # so far apart that the kills fall all over the way, and the last one near its end
        for number in range(kills):
            self.inside += self._killed(folder, events, [*nows, LONG_AFTER][number * 4 // kills], 1 + draw.randrange(reach))
        self._run(folder, events, LONG_AFTER, self.ports[:2])
        self._compare(f"seed {seed}", expected, self._received(), kills)
        shutil.rmtree(folder)
        return kills

    def home_with_faults(self, seed: int) -> None:
        """One home whose receivers misbehave; runs come as often as the retries ask for."""
        events, folder = self.made.commits(seed), self._subscribed("faulty", self.ports[2:])
        expected, _ = self._undisturbed(folder, events, [LONG_AFTER])
        now = moment(LONG_AFTER)
        for delay in (*alert_run.RETRIES, *alert_run.RETRIES[-1:] * 3):
            self._run(folder, events, written(now), self.ports[2:])
            now += delay
        home = opened(folder)
        self.attempts += len(kept.attempts(home, 1_000_000))
        unsent = [one.id for one in kept.due(home, "9999", 1000)] + [one.outbox for one in kept.attempts(home, 1_000_000, state="dead")]
        home.close()
        self.faults += [f"seed {seed}: {number} was not delivered" for number in unsent if number not in expected]
        self._compare(f"faulty seed {seed}", expected, self._received(), len(events) * 100, lost=not unsent)
        shutil.rmtree(folder)

    def _subscribed(self, name: str, ports: tuple[int, ...]) -> Path:
        folder = self.scratch / name
        home = opened(folder)
        self.made.subscribe(home, f"http://127.0.0.1:{ports[0]}/hook")
        common: dict[str, Any] = {"now": self.made.BEGAN, "resolve": self.made.resolve, "sources": self.made.SOURCES}
        alerts.add(home, "drug:examplol,otherol", every="day", tz="America/New_York", to=("mailto:reader@example.org",), **common)
        home.close()
        return folder

    def _undisturbed(self, folder: Path, events: Any, nows: list[str]) -> tuple[dict[str, str], int]:
        """What a twin delivers that nothing happens to, and how many checkpoints its last run passes if it is the only one."""
        twin, passed = self.scratch / "twin", Counter[str]()
        shutil.copytree(folder, twin)
        home = opened(twin, passed)
        for now in nows:
            alert_run.run(home, self.made.since(events, now), self._carrier(home, self.ports[:2]), now=now, postage=postage())
        home.close()
        shutil.rmtree(twin)
        return dict(self._received()), passed.total()

    def _killed(self, folder: Path, events: Any, now: str, kill: int) -> bool:
        """Runs the alerts in a fork that is killed at a checkpoint; whether it was killed before it was through."""
        child = os.fork()
        if not child:
            home = opened(folder, Counter(), kill)
            alert_run.run(home, self.made.since(events, now), self._carrier(home, self.ports[:2]), now=now, postage=postage())
            os._exit(0)
        _, status = os.waitpid(child, 0)
        if os.WIFEXITED(status) and os.WEXITSTATUS(status):
            self.faults.append(f"a run ended with {os.WEXITSTATUS(status)}")
        return os.WIFSIGNALED(status)

    def _run(self, folder: Path, events: Any, now: str, ports: tuple[int, ...]) -> None:
        home = opened(folder)
        alert_run.run(home, self.made.since(events, now), self._carrier(home, ports), now=now, postage=postage())
        home.close()

    def _carrier(self, home: Home, ports: tuple[int, ...]) -> Carrier:
        server = MailServer(host="127.0.0.1", port=ports[1], security="none", sender=SENDER)
        return Carrier(home.folder / "outgoing", server, allow_loopback=True, seconds=0.8 if ports != self.ports[:2] else 10)

    def _received(self) -> list[tuple[str, str]]:
        """What has come in since the last look."""
        with self.log.open() as file:
            file.seek(self.read)
            lines = file.read()
            self.read = file.tell()
        return [(number, body) for number, _, body in (line.partition(" ") for line in lines.splitlines())]

    def _compare(self, name: str, expected: dict[str, str], received: list[tuple[str, str]], allowed: int, *, lost: bool = True) -> None:
        bodies = {number: {body for other, body in received if other == number} for number, _ in received}
        if set(bodies) != set(expected) and lost:
            self.faults.append(f"{name}: {len(set(expected) - set(bodies))} lost, {len(set(bodies) - set(expected))} never to be sent")
        self.faults += [f"{name}: {number} differs" for number, different in bodies.items() if different != {expected.get(number)}]
        repeats = len(received) - len(bodies)
        if repeats > allowed:
            self.faults.append(f"{name}: {repeats} repeats")
        if allowed <= KILLS_A_HOME:
            self.digests, self.repeats = self.digests + len(bodies), self.repeats + repeats


def opened(folder: Path, passed: Counter[str] | None = None, kill: int = 0) -> Home:
    """The home; its process is killed at the `kill`-th checkpoint."""
    counted = Counter[str]() if passed is None else passed

    def checkpoint(name: str) -> None:
        counted[name] += 1
        if counted.total() == kill:
            os.kill(os.getpid(), signal.SIGKILL)

    return prepare(folder, f"sqlite:///{folder / 'catalog.sqlite'}", create=True, checkpoint=checkpoint)


def postage() -> alert_run.Postage:
    """What every digest is sent with."""
    return alert_run.Postage(sender=SENDER, site="https://theriac.example")
