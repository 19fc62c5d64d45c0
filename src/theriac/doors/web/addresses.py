"""From what stands in an address to what the API is asked for.

Flows in: the last part of an address: an entity's id without its kind (`unii.P1QW714R7M`), or a name. Flows out: an id, a name, or the way to
the lasting address.
"""

import re

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from theriac.doors.web.page_words import address, entity_path

_ID = re.compile(r"[a-z_]+\.\S+")
EACH_PAGE = 100


def meant(kind: str, text: str) -> str:
    """The entity's id where the address holds one, else the name as it stands there.

    >>> meant("drug", "unii.P1QW714R7M"), meant("drug", "imiquimod"), meant("drug", "St. John's wort")
    ('drug:unii.P1QW714R7M', 'imiquimod', "St. John's wort")
    """
    return f"{kind}:{text}" if _ID.fullmatch(text) else text


def moved(request: Request, entity: str, further: str = "") -> Response | None:
    """The way to an entity's lasting address, or None for one who is there."""
    path = entity_path(entity) + further
    if request.url.path == path:
        return None
    query = {name: request.query_params.getlist(name) for name in request.query_params}
    return RedirectResponse(address(path, query), 302)
