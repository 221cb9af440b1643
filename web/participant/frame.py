"""What stands around a page of questions: the layout, rendered once for a study and language, with gaps.

A page of questions is the most visited page there is, and everything around the questions is the same for everybody.
"""

import time
from uuid import UUID

from flask import url_for

from web.kit import standing
from web.kit.standing import Frame, mark
from web.kit.visit import Visit
from web.participant.sheet import title_of

# A study's title may change; whoever looks at a page sees the new one within this many seconds.
_FRESH_SECONDS = 60
_MOST = 200
_GAPS = (
    "title", "notices", "summary", "progress", "heading", "address", "draft", "token", "nonce", "seen", "run", "speaks",
    "body", "back",
)  # fmt: skip

_frames: dict[tuple[UUID, str], tuple[float, str, Frame]] = {}


def frame(visit: Visit, tag: str) -> Frame:
    """The frame of this participant's study in the language of the request, which is ``tag``."""
    study_id, moment = visit.participant.study_id, time.monotonic()
    found = _frames.get((study_id, tag))
    if found is not None and moment < found[0]:
        return found[2]
    title = title_of(visit, study_id)
    made = found[2] if found is not None and found[1] == title else _compiled(title)
    if len(_frames) >= _MOST:
        _frames.clear()
    _frames[study_id, tag] = moment + _FRESH_SECONDS, title, made
    return made


def _compiled(study_title: str) -> Frame:
    gap = {name: mark(name) for name in _GAPS}
    return standing.frame(
        "participant/answer.html", gap=gap, study_title=study_title, keep="page", stop_url=url_for("leave.ways")
    )
