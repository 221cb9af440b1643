"""Files that are sent with a form stay in memory: Werkzeug would spool large ones into a temporary file, in clear."""

import io
from typing import IO

from flask import Request

# Under which name an app keeps the endpoints whose forms may bring files along, each with the bytes that it takes
# (0: as many as any other form), and how it finds out whether whoever sends more than others may do so.
TAKES_FILES = "verbatim-takes-files"
ADMITS = "verbatim-admits"


class InMemory(Request):
    """A request none of whose parts reaches a disk; how large it may be is limited by the app."""

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return io.BytesIO()
