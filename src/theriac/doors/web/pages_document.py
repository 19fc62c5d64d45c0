"""One document in any of its versions, a quote marked in it, and two versions side by side or in one text.

Flows in: a record's name, versions, a quote. Flows out: pages, and the bytes as their source served them.
"""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from theriac.api import Theriac
from theriac.doors.web.pages import Asked, AsOf, page

router = APIRouter(include_in_schema=False)
Version = Annotated[str | None, Query(max_length=80)]
Words = Annotated[str | None, Query(max_length=8_000)]
Path = Annotated[str, Query(max_length=300)]


@router.get("/document/{source}/{key:path}")
def document(
    request: Request,
    asked: Asked,
    source: str,
    key: str,
    version: Version = None,
    quote: Words = None,
    path: Path = "",
    page_number: Annotated[int | None, Query(alias="page", ge=1, le=9_999)] = None,
    as_of: AsOf = None,
) -> Response:
    """A version, on the page that holds the quote."""
    view = asked.ask(Theriac.document, f"{source}:{key}", version=version, quote=quote, path=path, page=page_number, as_of=as_of)
    with asked.reading() as store:
        flags = store.flags(view.record)
    return page(request, "document.html", document=view, flags=flags)


@router.get("/difference/{source}/{key:path}")
def difference(
    request: Request,
    asked: Asked,
    source: str,
    key: str,
    older: Annotated[str, Query(alias="from", max_length=80)],
    newer: Annotated[str, Query(alias="to", max_length=80)],
    shown: Literal["inline", "beside"] = "inline",
) -> Response:
    """What differs between two versions."""
    view = asked.ask(Theriac.difference, f"{source}:{key}", older, newer)
    return page(request, "difference.html", difference=view, shown=shown)


@router.get("/payload/{source}/{key:path}")
def payload(asked: Asked, source: str, key: str, version: Version = None) -> Response:
    """The bytes of a version as its source served them, to be kept, never shown."""
    with asked.reading() as store:
        served = store.served(f"{source}:{key}", version)
    return Response(
        served.payload,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{served.name}"', "Cache-Control": "private, max-age=86400"},
    )
