"""Runs work in a process of its own and measures it: wall time, and the peak memory of that process with all its children.

Flows in: a command that prints one JSON value as its last line. Flows out: that value with the seconds and the peak; tables for people.
Memory is the proportional set size summed over the process tree (shared pages counted once), sampled ten times a second.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec

MB = 1024 * 1024


class Measured(msgspec.Struct):
    """What a run printed, how long it took and how much memory its processes held at most."""

    answer: dict[str, Any]
    seconds: float
    peak: int


def measured(command: Sequence[str]) -> Measured:
    """Runs the command to its end; raises CalledProcessError with what it printed where it failed."""
    began = time.perf_counter()
    process = subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True)
    peak = [0]
    sampler = threading.Thread(target=_sample, args=(process, peak), daemon=True)
    sampler.start()
    out, _ = process.communicate()
    seconds = time.perf_counter() - began
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, list(command), out)
    return Measured(json.loads(out.strip().splitlines()[-1]), seconds, peak[0])


def _sample(process: "subprocess.Popen[str]", peak: list[int]) -> None:
    while process.poll() is None:
        peak[0] = max(peak[0], sum(map(_held, _tree(process.pid))))
        time.sleep(0.1)


def _tree(pid: int) -> list[int]:
    found = [pid]
    for one in found:
        try:
            for task in Path(f"/proc/{one}/task").iterdir():
                found += [int(child) for child in (task / "children").read_text().split()]
        except (OSError, ValueError):
            continue
    return found


def _held(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def median(values: Sequence[float]) -> float:
    """The middle value."""
    return statistics.median(values)


def machine() -> str:
    """What the numbers were taken on."""
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} cores, Python {sys.version.split()[0]}, load average {load:.1f} at the start"


def table(title: str, rows: Sequence[Sequence[str]]) -> None:
    """Prints rows in columns; the first row is the head."""
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    print(f"\n{title}")
    for row in rows:
        print(
            "  "
            + "  ".join(cell.ljust(width) if number == 0 else cell.rjust(width) for number, (cell, width) in enumerate(zip(row, widths, strict=True)))
        )
