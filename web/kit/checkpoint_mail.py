"""Checkpoints of a study's log, mailed to its auditors: their mailboxes are what a rewritten log fails against."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from flask import Flask
from flask_babel import LazyString, force_locale, gettext, ngettext
from flask_babel import lazy_gettext as _l

from vault import log_trees, studies, witnesses
from vault.errors import Busy, Invalid, NotSetUp
from vault.settings import Settings
from vault.store import Stores
from vault.witnesses import Due
from web.kit import i18n, mail
from web.kit.i18n import LANGUAGES

_AGAIN = timedelta(hours=1)

_logger = logging.getLogger(__name__)

REASONS: dict[str, LazyString] = {
    "approval.recorded": _l("an approval was recorded"),
    "consent.published": _l("a consent text was published"),
    "erasure.keys-destroyed": _l("a participant's keys were destroyed"),
    "erasure.promised": _l("a participant asked to be forgotten"),
    "escrow.entrusted": _l("cards that open the study were made"),
    "escrow.used": _l("the study was opened with cards"),
    "key.granted": _l("somebody of the team was given a key"),
    "log.key-changed": _l("the key that signs the log was changed"),
    "member.joined": _l("somebody came into the team or got another role"),
    "member.left": _l("somebody left the team or got another role"),
    "release.approved": _l("a release was approved"),
    "release.fetched": _l("a release was fetched"),
}


def speaking() -> Flask:
    """What sentences need to be said in somebody's language where there is no page."""
    app = Flask("web", root_path=str(Path(__file__).parent.parent), static_folder=None)
    i18n.install(app)
    return app


def send_due(
    settings: Settings, stores: Stores, app: Flask, *, clock: Callable[[], datetime],
    refused: dict[UUID, datetime] | None = None,
) -> int:  # fmt: skip
    """Every checkpoint that is due is on its way; returns how many. NotSetUp or Busy if no mail goes out now.

    It is written down after each mail. A crash between the two sends one of them twice, and never none. ``refused``
    remembers accounts whose address was refused: they are tried again after an hour.
    """
    refused = {} if refused is None else refused
    if not mail.possible(settings) or not [one for one in _due(stores, clock()) if not _rests(one, refused, clock())]:
        return 0
    gone = 0
    with mail.one_at_a_time(settings), mail.opened(settings) as post:
        # Nothing is locked while the mail server takes its time; what is due is asked again under the lock.
        for one, letter in _letters(stores, app, clock()):
            if _rests(one, refused, clock()):
                continue
            try:
                post.send(letter)
                gone += 1
            except Invalid:
                # An address that does not work is shown on the page of the log, where nothing was sent for long.
                _logger.error("the mail server takes no checkpoint for account %s", one.account.id)
                refused[one.account.id] = clock()
                continue
            with stores.work() as work:
                witnesses.sent(work.db, one, now=clock())
                work.commit()
    return gone


def _rests(one: Due, refused: dict[UUID, datetime], now: datetime) -> bool:
    at = refused.get(one.account.id)
    return at is not None and abs(now - at) < _AGAIN


def _due(stores: Stores, now: datetime) -> list[Due]:
    with stores.work(reading=True) as work:
        return witnesses.due(work.db, now=now)


def _letters(stores: Stores, app: Flask, now: datetime) -> list[tuple[Due, mail.Letter]]:
    with stores.work(reading=True) as work, app.app_context():
        found = []
        for one in witnesses.due(work.db, now=now):
            language = one.account.locale if one.account.locale in LANGUAGES else "en"
            title = studies.find(work.db, one.tree.study_id).title
            keys = [key.vkey for key in log_trees.keys(work.db, one.tree.number)]
            with force_locale(language):
                found.append((one, _letter(one, title, keys)))
        return found


def _letter(one: Due, title: str, keys: list[str]) -> mail.Letter:
    size = one.checkpoint.size
    lines = ngettext("%(num)s line", "%(num)s lines", size)
    paragraphs = [
        gettext(
            "This is a checkpoint of the log of “%(title)s”: how it stood with %(lines)s.", title=title, lines=lines
        ),
        gettext(
            "Keep this mail; you need do nothing else. If anybody ever asks whether the log was changed afterwards, "
            "“verify_log.py” compares it with what stands below: the page of the log says how. Without a checkpoint "
            "that you kept, nobody could tell."
        ),
    ]
    if one.deeds:
        reasons = "; ".join(str(REASONS.get(deed, deed)) for deed in one.deeds)
        paragraphs.insert(1, gettext("Since the last one: %(reasons)s.", reasons=reasons))
    key = gettext("It is verified with this key, which should be the same in every mail:")
    body = "\n\n".join([*paragraphs, one.checkpoint.note, key, "\n".join(keys)]) + "\n"
    return mail.Letter(
        to=one.account.email,
        subject=gettext("Checkpoint of the log of “%(title)s”: %(lines)s", title=title, lines=lines),
        body=body,
        enclosed={f"{size}.checkpoint": one.checkpoint.note.encode()},
    )


def try_to_send(
    settings: Settings, stores: Stores, app: Flask, *, clock: Callable[[], datetime],
    refused: dict[UUID, datetime] | None = None,
) -> int:  # fmt: skip
    """The same for whoever tries again soon; where there is no mail now, nothing has happened."""
    try:
        return send_due(settings, stores, app, clock=clock, refused=refused)
    except (NotSetUp, Busy) as error:
        _logger.warning("no checkpoint was mailed: %s", type(error).__name__)
        return 0
