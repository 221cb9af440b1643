"""The composition root: settings, databases and pages become one application. Nothing imports this.

``gunicorn wsgi:app`` and ``verbatim serve`` look for ``app``, which is made when it is first asked for, so that tests
can make theirs with settings of their own.
"""

import os
from functools import cache

from flask import Flask

from vault.migrations import runner
from vault.settings import Settings, from_environment
from vault.store import Stores
from web.ethics import evidence, processing, questions, samples
from web.ethics import overview as ethics
from web.interviewer import catch_up as catch_up_interview
from web.interviewer import converse, deposit, prepare, verbal
from web.interviewer import preview as preview_guide
from web.kit.app import make_app
from web.kit.process import keep_to_itself, settle
from web.participant import agree, answer, arrive, begin, catch_up, compare, copy, later, leave, mine, review
from web.participant import preview as preview_survey
from web.team import (
    account,
    amending,
    amendment_drafting,
    amendments,
    approvals,
    asked,
    audiences,
    beginning,
    board_letters,
    bringing,
    candidate,
    candidates,
    catch_ups,
    consent_drafts,
    consent_texts,
    draft_history,
    draft_list,
    draft_question,
    draft_sections,
    draft_taking,
    draft_whole,
    enrol,
    frame,
    incidents,
    instrument_drafts,
    instruments,
    keys,
    letters,
    links,
    log,
    members,
    nominations,
    participants,
    persons,
    printing,
    progress,
    provenance,
    publishing,
    release_asking,
    releases,
    reporting,
    sign_in,
    start,
    studies,
    taking_out,
    timeline,
    versions,
    welcome,
)  # fmt: skip

PAGES = [
    start.page, sign_in.page, welcome.page, account.page,
    studies.page, members.page, approvals.page, amendments.page, keys.page, log.page, incidents.page,
    ethics.page, samples.page, questions.page, evidence.page, processing.page,
    instruments.page, beginning.page, instrument_drafts.page, publishing.page, versions.page, amending.page,
    audiences.page,
    amendment_drafting.page, board_letters.page,
    bringing.page, taking_out.page, printing.page,
    draft_list.page, draft_question.page, draft_sections.page, draft_whole.page,
    draft_history.page, draft_taking.page, preview_survey.page, preview_guide.page,
    consent_texts.page, consent_drafts.page, asked.page, timeline.page, candidates.page, candidate.page,
    provenance.page,
    participants.page, persons.page, enrol.page, letters.page, links.page, frame.page,
    progress.page, nominations.page,
    releases.page, release_asking.page, reporting.page,
    prepare.page, verbal.page, converse.page, deposit.page, catch_up_interview.page,
    arrive.page, agree.page, copy.page, begin.page, answer.page, compare.page, review.page, later.page, leave.page,
    mine.page, catch_up.page, catch_ups.page,
]  # fmt: skip


def create_app(settings: Settings | None = None) -> Flask:
    """An application for ``settings``, by default those of the environment; NotSetUp if it could not work."""
    settings = settings or from_environment(os.environ)
    stores = Stores.open(settings.database_url, settings.keyring_url)
    runner.require_current(stores)
    return make_app(settings, stores, PAGES)


@cache
def _app() -> Flask:
    keep_to_itself()
    app = create_app()
    settle()
    return app


def __getattr__(name: str) -> Flask:
    if name == "app":
        return _app()
    raise AttributeError(name)
