"""Coming in by the open door once for each page that offers it, however often its button is pressed.

Whoever presses again at once comes in as the person they became by the first press: the code that was given then is
kept sealed under a key that only their page, their browser and this server make together. A while later somebody else
may sit there, so the page lets nobody in any more.
"""

import json
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from survey import links, once
from survey.links import EnrolmentLink
from survey.participants import Enrolled
from vault.codes import TypedCode
from vault.errors import Conflict
from vault.sealing import derive, open_sealed, seal

AGAIN = timedelta(minutes=1)


class PageUsed(Conflict):
    """Somebody came in by this page a while ago; who sends it now may be somebody else."""

    public = (
        "Somebody was given a code by this page already, so it gave none now: if it was you, go on with that code; "
        "if not, press the button again."
    )


def join(
    db: Session, rings: Session, link: EnrolmentLink, page: bytes, *, browser: str, server_key: bytes, now: datetime
) -> Enrolled | TypedCode:
    """A new participant came in by the link; or the code of whoever did so by the same ``page`` a moment ago.

    ``page`` is the value that its form brought, ``browser`` the secret by which its forms are told from others'.
    LinkClosed as ``links.enrol`` says, PageUsed where more than a moment has gone by.
    """
    own = derive(server_key, "join", link.id, browser, page)
    form, key = once.number_of(own, "join"), derive(own, "answer")
    if once.first(db, link.study_id, form, now=now):
        enrolled = links.enrol(db, rings, link, now=now)
        answer = json.dumps([enrolled.code.text, now.astimezone(UTC).isoformat()]).encode()
        once.keep(db, form, seal(key, answer, "join", form))
        return enrolled
    kept = once.kept(db, form)
    if kept is None:
        raise PageUsed
    text, at = json.loads(open_sealed(key, kept, "join", form))
    if abs(now - datetime.fromisoformat(at)) > AGAIN:
        raise PageUsed
    return TypedCode.parse(text)
