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


def packed(response: Response) -> Response:
    """The response, with its body compressed for a browser that takes it so."""
    response.headers["Vary"] = "Accept-Encoding"
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        body = response.get_data()
        if len(body) > _WORTH_IT:
            packer = zlib.compressobj(_EFFORT, zlib.DEFLATED, 31)
            response.set_data(packer.compress(body) + packer.flush())
            response.headers["Content-Encoding"] = "gzip"
    return response
