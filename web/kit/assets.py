"""Files that never change under their name, which holds a digest of the content, so browsers keep them for a year."""

import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, abort, request

from web.kit import headers

_FOLDER = Path(__file__).parent / "static"


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served."""

    digest: str
    kind: str
    plain: bytes
    packed: bytes


def _read(path: Path) -> Asset:
    plain = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return Asset(hashlib.sha256(plain).hexdigest()[:16], kind, plain, gzip.compress(plain, mtime=0))


def install(app: Flask) -> None:
    """``asset(name)`` gives the address of a file in templates."""
    files = {path.name: _read(path) for path in sorted(_FOLDER.iterdir()) if path.is_file()}

    def asset(name: str) -> str:
        return f"/static/{files[name].digest}/{name}"

    def serve(digest: str, name: str) -> Response:
        file = files.get(name)
        if file is None or file.digest != digest:
            abort(404)
        packed = "gzip" in request.headers.get("Accept-Encoding", "")
        response = Response(file.packed if packed else file.plain, mimetype=file.kind)
        if packed:
            response.headers["Content-Encoding"] = "gzip"
        response.headers["Vary"] = "Accept-Encoding"
        headers.lasts()
        return response

    app.add_url_rule("/static/<digest>/<name>", "static", serve, methods=["GET"])
    app.jinja_env.globals["asset"] = asset
