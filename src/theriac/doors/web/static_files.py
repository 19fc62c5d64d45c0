"""The service's own files (style, scripts, pictures), read once: each under its name, and under a name with its content's hash that never changes.

Flows in: the folder `static`. Flows out: responses. Nothing outside the folder can be asked for: names are looked up, never opened.
"""

import hashlib
import mimetypes
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from starlette.requests import Request
from starlette.responses import Response

FOLDER = Path(__file__).parent / "static"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2", ".webmanifest": "application/manifest+json"}


class StaticFile(NamedTuple):
    """One file: its content, type, and its name with the hash."""

    content: bytes
    kind: str
    hashed: str
    mark: str


class StaticFiles:
    """The files of a folder. `href("theriac.css")` gives the address under which it may be kept for ever."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {path.relative_to(folder).as_posix(): _read(path, folder) for path in sorted(folder.rglob("*")) if path.is_file()}
        self._hashed: Mapping[str, StaticFile] = {one.hashed: one for one in self._files.values()}

    def href(self, name: str) -> str:
        """The file's lasting address."""
        return f"/static/{self._files[name].hashed}"

    def respond(self, request: Request, name: str) -> Response:
        """The file; 304 where the client has it, 404 where there is none."""
        found, keep = self._hashed.get(name), _FOR_EVER
        if found is None:
            found, keep = self._files.get(name), _ASK_AGAIN
        if found is None:
            return Response("There is no such file.\n", 404, media_type="text/plain")
        headers = {"ETag": f'"{found.mark}"', "Cache-Control": keep}
        if f'"{found.mark}"' in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(found.content, media_type=found.kind, headers=headers)


def _read(path: Path, folder: Path) -> StaticFile:
    content = path.read_bytes()
    mark = hashlib.sha256(content).hexdigest()[:16]
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    named = path.relative_to(folder)
    return StaticFile(content, kind, named.with_name(f"{path.stem}.{mark}{path.suffix}").as_posix(), mark)
