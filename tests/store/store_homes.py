"""Studies of our own words, everything that a home can answer, and where PostgreSQL is installed: for the tests of the store."""

import json
import shutil
from pathlib import Path
from typing import Any

from theriac.store.home import Home


def study(number: int, stamp: str, title: str = "A study", **status: Any) -> dict[str, Any]:
    """A whole study in the registry's v2 form, of our own words."""
    updated = status.pop("updated", "2020-01-02")
    return {
        "protocolSection": {
            "identificationModule": {"nctId": f"NCT{number:08d}", "briefTitle": title},
            "statusModule": {
                "statusVerifiedDate": updated[:7],
                "overallStatus": "RECRUITING",
                "studyFirstSubmitDate": "2019-01-01",
                "lastUpdateSubmitDate": updated,
                **status,
            },
            "sponsorCollaboratorsModule": {"leadSponsor": {"name": "Made-up University", "class": "OTHER"}},
            "descriptionModule": {"briefSummary": f"What {title} is for."},
            "conditionsModule": {"conditions": ["Warts"]},
            "designModule": {"studyType": "INTERVENTIONAL", "phases": ["PHASE2"]},
            "armsInterventionsModule": {"interventions": [{"type": "DRUG", "name": "Imiquimod 5% cream"}]},
            "eligibilityModule": {"eligibilityCriteria": "Adults."},
        },
        "derivedSection": {"miscInfoModule": {"versionHolder": stamp}},
        "hasResults": False,
    }


def write(folder: Path, name: str, *studies: dict[str, Any]) -> Path:
    """A file of studies, one a line."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(json.dumps(one) for one in studies))
    return path


def answers(home: Home) -> dict[str, Any]:
    """Everything a reader could learn from the read index, in an order that does not depend on how it came to be."""
    db = home.index.db
    versions = """SELECT r.source, r.key, r.tbl, v.hash, v.content, v.format, v.label, v.rank, v.partial, g.reader, g.kind, g.title, g.body
                  FROM version v JOIN record r ON r.id = v.record JOIN reading g ON g.version = v.id ORDER BY 1, 2, 4"""
    sightings = """SELECT r.source, r.key, v.hash, s.seen, s.seen_by, s.listing, s.raw FROM sighting s JOIN version v ON v.id = s.version
                   JOIN record r ON r.id = v.record ORDER BY 1, 2, 3, 4, 6, 7"""
    spans = """SELECT r.source, r.key, s.seen_from, s.seen_to, v.hash FROM span s JOIN version v ON v.id = s.version
               JOIN record r ON r.id = s.record ORDER BY r.source, r.key, s.seen_from, s.rowid"""
    keys = """SELECT r.source, r.key, v.hash, m.n, m.place, m.part, m.key, m.score, m.reason FROM mention_key m JOIN version v ON v.id = m.version
              JOIN record r ON r.id = v.record ORDER BY 1, 2, 3, 4, 5"""
    claims = "SELECT c.source, c.body, v.hash FROM claim_of o JOIN claim c ON c.id = o.claim JOIN version v ON v.id = o.version ORDER BY 1, 2, 3"
    listings = "SELECT id, source, tbl, seen, records FROM listing ORDER BY id"
    entities = "SELECT id, kind, name, body FROM entity ORDER BY id"
    names = "SELECT key, entity, text, name_kind, weak, records FROM entity_name ORDER BY 1, 2, 3"
    asked = {"versions": versions, "sightings": sightings, "spans": spans, "keys": keys, "claims": claims, "listings": listings}
    return {name: db.execute(query).fetchall() for name, query in (asked | {"entities": entities, "names": names}).items()}


def postgres_programs() -> Path | None:
    places = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    if found := shutil.which("initdb"):
        places.insert(0, Path(found).resolve().parent)
    return next((place for place in places if (place / "pg_ctl").exists() and (place / "initdb").exists()), None)
