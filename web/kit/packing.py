"""Pages made small on their way, where that gives nothing away.

Compressing text that holds a secret beside text that a stranger chose tells the stranger something about the secret by
its length (BREACH). So only pages are packed that repeat nothing of their address, and only by a view that says so:
participants' pages do. A form from elsewhere, which could make a page repeat more, is refused before it gets here.
"""

import zlib

from flask import Response, request

_WORTH_IT = 1000
# The least effort makes a page of questions six times smaller; the greatest takes half as long again for a tenth more.
_EFFORT = 1
# With a window of 8 kB and a small table the packer's memory comes out of what the process has already: larger ones
# are asked of the operating system and given back for each page, which takes twice as long as the packing.
_WINDOW = 16 + 13
_TABLE = 6


def packed(html: str, status: int = 200) -> Response:
    """The page as an answer, compressed for a browser that takes it so."""
    body, headers = html.encode(), [("Vary", "Accept-Encoding")]
    if "gzip" in request.environ.get("HTTP_ACCEPT_ENCODING", "") and len(body) > _WORTH_IT:
        packer = zlib.compressobj(_EFFORT, zlib.DEFLATED, _WINDOW, _TABLE)
        body = packer.compress(body) + packer.flush()
        headers.append(("Content-Encoding", "gzip"))
    return Response(body, status, headers, content_type="text/html; charset=utf-8")
