"""Leads are told by mail that an approval ends soon: 60, 30 and 7 days before, each of them once."""

import logging
from collections.abc import Callable
from datetime import datetime

from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from survey import renewals
from survey.renewals import Due
from vault.errors import Busy, Invalid, NotSetUp
from vault.settings import Settings
from vault.store import Stores
from web.kit import mail
from web.kit.i18n import LANGUAGES

_logger = logging.getLogger(__name__)


def send_due(settings: Settings, stores: Stores, app: Flask, *, clock: Callable[[], datetime]) -> int:
    """Every lead who has to be told is told; returns how many mails went out. NotSetUp or Busy if none can go now.

    It is written down before each mail and taken back if the server does not take it, so that a crash between the two
    tells somebody once too few rather than twice: the study's first page says it as well.
    """
    if not mail.possible(settings) or not _due(stores, clock()):
        return 0
    gone = 0
    with mail.one_at_a_time(settings), mail.opened(settings) as post:
        for one in _due(stores, clock()):
            with stores.work() as work:
                if not renewals.tell(work.db, one, now=clock()):
                    continue
                work.commit()
            try:
                post.send(_letter(settings, app, one))
            except Invalid:
                # The address does not work, and would not on the next try.
                _logger.error("the mail server takes no reminder for account %s", one.account.id)
                continue
            except Busy:
                with stores.work() as work:
                    renewals.take_back(work.db, one)
                    work.commit()
                raise
            gone += 1
    return gone


def _due(stores: Stores, now: datetime) -> list[Due]:
    with stores.work(reading=True) as work:
        return renewals.due(work.db, now=now)


def _letter(settings: Settings, app: Flask, one: Due) -> mail.Letter:
    approval, left = one.ending.approval, one.ending.left
    language = one.account.locale if one.account.locale in LANGUAGES else "en"
    with app.app_context(), force_locale(language):
        when = ngettext("in %(num)s day", "in %(num)s days", left) if left else gettext("today")
        said = gettext(
            "The approval %(reference)s of %(board)s for “%(title)s” ends %(when)s, after %(day)s.",
            reference=approval.reference, board=approval.board, title=one.study.title, when=when,
            day=approval.expires_on.isoformat(),
        )  # fmt: skip
        after = gettext(
            "After that day nobody can be enrolled or asked anything under it. Ask the board for a renewal, and record "
            "its decision as one that replaces this approval; then no further reminder comes."
        )
        where = f"{settings.public_url.rstrip('/')}/studies/{one.study.id}/approvals"
        return mail.Letter(
            to=one.account.email,
            subject=gettext("“%(title)s”: an approval ends %(when)s", title=one.study.title, when=when),
            body="\n\n".join((said, after, where)) + "\n",
        )


def try_to_send(settings: Settings, stores: Stores, app: Flask, *, clock: Callable[[], datetime]) -> int:
    """The same for whoever tries again soon; where there is no mail now, nothing has happened."""
    try:
        return send_due(settings, stores, app, clock=clock)
    except (NotSetUp, Busy) as error:
        _logger.warning("no reminder was mailed: %s", type(error).__name__)
        return 0
