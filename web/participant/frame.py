"""What stands around a page of questions: the layout, rendered once for a study and language, with gaps.

A page of questions is the most visited page there is, and everything around the questions is the same for everybody.
"""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from flask import render_template, url_for
from markupsafe import Markup

from web.kit.visit import Visit
from web.participant.sheet import title_of

# A study's title may change; whoever looks at a page sees the new one within this many seconds.
_FRESH_SECONDS = 60
_MOST = 200
_GAPS = (
    "title", "notices", "summary", "progress", "heading", "address", "draft", "token", "nonce", "seen", "run", "speaks",
    "body", "back",
)  # fmt: skip
# No text that anybody writes holds these two.
_MARK = re.compile("\x02([a-z]+)\x03")


def _mark(name: str) -> Markup:
    # Names are ours, see above; the two signs tell nothing to a browser and are gone before it sees them.
    return Markup(f"\x02{name}\x03")  # noqa: S704


@dataclass(frozen=True, slots=True)
class Frame:
    """A layout in pieces: every second one is the name of a gap."""

    pieces: tuple[str, ...]

    def around(self, values: Mapping[str, str]) -> str:
        """The whole page. Every value is HTML already."""
        return "".join([values[piece] if at % 2 else piece for at, piece in enumerate(self.pieces)])


_frames: dict[tuple[UUID, str], tuple[float, Frame]] = {}


def frame(visit: Visit, tag: str) -> Frame:
    """The frame of this participant's study in the language of the request, which is ``tag``."""
    study_id, moment = visit.participant.study_id, time.monotonic()
    found = _frames.get((study_id, tag))
    if found is not None and moment < found[0]:
        return found[1]
    made = _compiled(title_of(visit, study_id))
    if len(_frames) >= _MOST:
        _frames.clear()
    _frames[study_id, tag] = moment + _FRESH_SECONDS, made
    return made


def _compiled(study_title: str) -> Frame:
    html = render_template(
        "participant/answer.html",
        visit=None,
        gap={name: _mark(name) for name in _GAPS},
        study_title=study_title,
        keep="page",
        stop_url=url_for("leave.ways"),
        csrf_token=lambda: _mark("token"),
        csp_nonce=lambda: _mark("nonce"),
        get_flashed_messages=list,
    )
    return Frame(tuple(_MARK.split(html)))
