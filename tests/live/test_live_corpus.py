"""The first minute online, against a server fed with the real corpus: profile and alert appear without further action."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from live_homes import World, study

from theriac.archives import Piece, walk
from theriac.live.ctgov_fields import SHAPE
from theriac.live.openfda_fields import APPLICATION, LABEL
from theriac.sources.json_stream import records


def served(folder: Path) -> Iterator[dict[str, Any]]:
    """Every JSON record under a folder."""
    for piece in walk(folder):
        if isinstance(piece, Piece) and ".json" in piece.path:
            for record in records(piece.stream or io.BytesIO(piece.bytes())):
                yield json.loads(record)


def theriac(home: Path, world: World, *words: str) -> str:
    """What the command says."""
    environment = dict(os.environ, THERIAC_HOME=str(home), THERIAC_MIRROR=world.replay.address, THERIAC_RATE="1000", THERIAC_WORKERS="1")
    command = [sys.executable, "-c", "from theriac.doors.cli import main; main()", *words]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_first_minute_online(tmp_path: Path, world: World, corpus: Path) -> None:
    whole = world.ctgov.put(study(1))
    for line in (corpus / "imiquimod" / "trials.jsonl").read_text().splitlines():
        trial = json.loads(line)
        trial.pop("_provenance", None)
        world.ctgov.put(trial)
    for trial in served(corpus / "ctgov_v2" / "biomcp_20260811"):
        if "protocolSection" in trial:
            world.ctgov.put(trial)
    for application in served(corpus / "openfda_misc" / "biomcp_20260811" / "drugsfda_imatinib.json"):
        world.openfda.put("drugsfda", application["application_number"], application)
    home = tmp_path / "home"
    three = ("ctgov", "openfda_label", "openfda_drugsfda")
    theriac(home, world, "sync", *three, "--drug", "imiquimod")
    theriac(home, world, "alert", "add", "drug:imiquimod kind:trial.*", "--every", "now", "--to", "folder:told")
    changed = world.ctgov.study(whole)
    status = changed["protocolSection"]["statusModule"]
    status["overallStatus"] = "SUSPENDED"
    status["lastUpdatePostDateStruct"] = {"date": world.advance(), "type": "ACTUAL"}
    world.ctgov.put(changed)
    theriac(home, world, "sync", *three, "--drug", "imiquimod")
    theriac(home, world, "alert", "run")  # the window of an alert told at once is a second: it may still have been open when the pass ended
    profile = json.loads(theriac(home, world, "drug", "imiquimod", "--json"))
    assert len(profile["trials"]) >= 30
    assert {line["source"] for line in profile["sources"]} == {"ctgov", "openfda_label", "openfda_drugsfda"}
    (digest,) = [path for path in (home / "outgoing").rglob("*") if path.is_file() and whole in path.read_text()][:1]
    assert "suspended" in digest.read_text().casefold()
    ledger = [json.loads(line) for line in theriac(home, world, "sources", "--json").splitlines()]
    (trials,) = [line for line in ledger if line["source"] == "ctgov"]
    assert trials["cadence"] == "daily" and trials["lags"] >= 1 and trials["lag_p50_hours"] is not None


def test_the_documented_shapes_know_everything_that_is_served(corpus: Path) -> None:
    trials = [trial for trial in served(corpus / "ctgov_v2") if trial.keys() >= {"protocolSection", "hasResults"}]
    assert len(trials) > 300
    assert [place for place in SHAPE.unknown(trials) if "_nested" not in place] == []
    examples = list(served(corpus / "openfda_misc" / "biomcp_20260811"))
    assert APPLICATION.unknown(one for one in examples if "submissions" in one) == {}
    labels = [one for one in examples if "set_id" in one]
    assert labels and LABEL.unknown(labels) == {}
