"""How fast the service answers: p50, p99 and requests a second of profile, search and changes, pages and REST, with several clients at once.

Flows in: a home. Flows out: a table. The service runs as a process of its own on a loopback port; requests are bounded in number and time.

    ./run bench web --home HOME [--clients 16] [--requests 400] [--drugs imiquimod,methotrexate]
"""

import argparse
import http.client
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle
from pathlib import Path
from urllib.parse import quote

LIMIT = 60.0


@contextmanager
def service(home: Path) -> Iterator[int]:
    """The port on which the service answers."""
    environment = {**os.environ, "THERIAC_HOME": str(home), "THERIAC_CLIENT_RATE": "0"}
    command = [sys.executable, "-c", "from theriac.doors.cli import main; main()", "up", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
    assert process.stdout is not None
    found = next((match for line in process.stdout if (match := re.search(r"http://127\.0\.0\.1:(\d+)/", line))), None)
    assert found is not None, "the service did not start"
    try:
        yield int(found[1])
    finally:
        process.terminate()
        process.wait()


def measure(port: int, paths: list[str], clients: int, requests: int) -> tuple[list[float], float, int]:
    """The seconds of each request, of all together, and how many were not answered with 200."""
    times: list[float] = []
    wrong: list[int] = []
    turn, lock = cycle(paths), threading.Lock()
    end = time.perf_counter() + LIMIT
    left = [requests]

    def client() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        while time.perf_counter() < end:
            with lock:
                if left[0] <= 0:
                    return
                left[0] -= 1
                path = next(turn)
            began = time.perf_counter()
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            times.append(time.perf_counter() - began)
            if answer.status != 200:
                wrong.append(answer.status)

    began = time.perf_counter()
    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(times), time.perf_counter() - began, len(wrong)


def canonical(port: int, path: str) -> str:
    """The lasting address to which a name's address leads."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    connection.request("GET", path)
    answer = connection.getresponse()
    answer.read()
    return answer.headers.get("location") or path


def main() -> None:
    """Prints a line for each kind of request: first asked once each (cold), then by all clients."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--clients", type=int, default=16)
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--drugs", default="imiquimod")
    given = parser.parse_args()
    drugs = [quote(name.strip()) for name in given.drugs.split(",")]
    kinds = {
        "profile page": [f"/drug/{name}" for name in drugs],
        "search page": [f"/search?q={name}" for name in drugs],
        "changes page": ["/changes", *(f"/changes?drug={name}" for name in drugs)],
        "profile REST": [f"/api/v1/drugs/{name}" for name in drugs],
        "search REST": [f"/api/v1/search?q={name}" for name in drugs],
        "changes REST": ["/api/v1/changes", *(f"/api/v1/changes?drug={name}" for name in drugs)],
    }
    with service(given.home) as port:
        kinds["profile page"] = [canonical(port, path) for path in kinds["profile page"]]
        print(f"{'':14} {'cold max ms':>12} {'p50 ms':>8} {'p99 ms':>8} {'a second':>9} {'not 200':>8}")
        for kind, paths in kinds.items():
            cold, _, _ = measure(port, paths, 1, len(paths))
            times, seconds, wrong = measure(port, paths, given.clients, given.requests)
            p50, p99 = times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]
            print(f"{kind:14} {cold[-1] * 1000:12.0f} {p50 * 1000:8.1f} {p99 * 1000:8.1f} {len(times) / seconds:9.0f} {wrong:8}", flush=True)


if __name__ == "__main__":
    main()
