"""Where a visitor may be sent: to pages of ours that can be looked at, and nowhere else."""

import re
from functools import lru_cache

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException

_LOCAL = re.compile(r"/(?![/\\])[\x21-\x7e]*")


@lru_cache(maxsize=256)
def fixed(endpoint: str) -> str:
    """The address of a page that has only one, built once: the router takes as long for it as for finding a page."""
    return url_for(endpoint)


def local(path: str | None) -> str | None:
    """``path`` if it is the address of a page of this installation that can be looked at, else None."""
    if not path or len(path) > 2000 or "\\" in path or not _LOCAL.fullmatch(path):
        return None
    adapter = current_app.url_map.bind("localhost")
    try:
        adapter.match(path.partition("?")[0].partition("#")[0], method="GET")
    except HTTPException:
        return None
    return path
