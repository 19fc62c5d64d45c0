"""Tables as files: CSV, Excel, Parquet, JSON; and what they cite as RIS or BibTeX.

Flows in: a table's name, what it is about, the form. Flows out: a file to keep, never a page. `/download/{table}.{form}`, as `download_url` makes it.
"""

import re
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.responses import Response

from theriac.api import Theriac, references, taken
from theriac.doors.web.pages import Asked, AsOf

router = APIRouter(include_in_schema=False)
Name = Annotated[str | None, Query(max_length=300)]
Many = Annotated[list[str] | None, Query(max_length=50)]
Day = Annotated[str | None, Query(max_length=10)]


@router.get("/download/{table}.{form}")
def download(
    asked: Asked,
    table: str,
    form: Literal["csv", "xlsx", "parquet", "json", "ris", "bib"],
    drug: Name = None,
    condition: Name = None,
    target: Name = None,
    org: Name = None,
    number: Annotated[int | None, Query(alias="table", ge=1, le=9_999)] = None,
    kind: Many = None,
    source: Name = None,
    rule: Annotated[str | None, Query(max_length=2000)] = None,
    since: Day = None,
    until: Day = None,
    status: Many = None,
    phase: Many = None,
    role: Many = None,
    as_of: AsOf = None,
) -> Response:
    """One table as a file."""
    about: dict[str, Any] = {"drug": drug, "condition": condition, "target": target, "org": org, "table": number, "as_of": as_of}
    about |= {"kinds": kind, "source": source, "rule": rule, "since": since, "until": until, "status": status, "phase": phase, "role": role}
    rows = asked.ask(Theriac.table, table, about)
    if form in ("ris", "bib"):
        with asked.reading() as store:
            content, media = references(store.cited(rows), form)
    else:
        content, media = taken(rows, form)
    words = [table, *(str(one) for one in (drug, condition, target, org, as_of) if one)]
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", "-".join(words))[:100].strip("-.")
    return Response(content, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}.{form}"', "Cache-Control": "no-cache"})
