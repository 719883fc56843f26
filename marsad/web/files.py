"""Files that people download from the desk: their names, and the line that each leaves in the audit log."""

from __future__ import annotations

import re
from typing import Any

from litestar import Request, Response

from marsad.web.desk import desk_of, who

_ODD = re.compile(r"[^A-Za-z0-9]+")


def name_of_file(*parts: str, ending: str) -> str:
    """Return a file name of these words: plain letters and digits, whatever the words hold."""
    plain = (_ODD.sub("-", part).strip("-")[:40] for part in parts)
    return "-".join(part for part in plain if part) + f".{ending}"


def as_file(request: Request[Any, Any, Any], content: bytes, name: str, media: str) -> Response[bytes]:
    """Return a file to keep, and note who took it."""
    address = f"{request.url.path}?{request.url.query}"[:1000]
    desk_of(request).change(lambda _connection: None, who(request), ("export", address))
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    return Response(content, media_type=media, headers=headers)
