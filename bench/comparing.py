"""Two versions of an instrument of 500 questions, compared word by word, and the page that shows them."""

import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask
from msgspec.structs import replace

from bench.asking import asking, decided
from bench.authoring import large, question
from bench.browser import Browser
from bench.figure import Figure, cpu_seconds
from bench.installation import Installation, colleague, cookie_of, installed
from bench.server import serving
from instruments import drafts, editing, versions, wording
from instruments.comparison import Reason, compare
from instruments.definition import Instrument, find
from vault import approvals, studies
from vault.studies import Role
from web.kit import i18n
from web.team.collation import collate

GOAL = 100.0  # ms
_ROUNDS = 7
_PAGES = 10


def grown(first: Instrument) -> Instrument:
    """The next version: every tenth question reworded; of 500, ten moved, ten retired and ten added."""
    now = first
    for at in range(0, 500, 10):
        one = find(now, f"q{at}")
        if one is not None:
            label = {
                "en": f"What would you now say of matter {at} in your daily work, all in all?",
                "fr": f"Que diriez-vous maintenant de la chose {at} dans votre travail ?",
            }
            now = editing.with_question(now, replace(one, label=label))
    for at in range(4, 500, 50):
        now = editing.moved_to(now, f"q{at}", after=f"q{at + 4}")
    for every in range(9, 500, 50):
        # Each seventh question is one that conditions look at.
        at = every if every % 7 else every + 2
        now = editing.without(now, f"q{at}")
        now = editing.inserted(now, [replace(question(at + 2), id=f"n{at}", relevant="")], after=f"q{at - 1}")
    return now


def _milliseconds(deed: Callable[[], object]) -> float:
    deed()
    spent = []
    for _ in range(_ROUNDS):
        before = cpu_seconds()
        deed()
        spent.append((cpu_seconds() - before) * 1000)
    return statistics.median(spent)


def _published(installation: Installation) -> tuple[str, dict[str, str]]:
    """The address at which the two versions are compared, and the cookie of somebody who may."""
    study = asking(installation.stores, large())
    now = datetime.now(UTC)
    with installation.stores.work() as work:
        db, newest = work.db, versions.newest(work.db, study.survey)
        if newest is None:
            raise RuntimeError("nothing was published")
        by: UUID = newest.published_by
        draft = drafts.save_draft(db, study.survey, grown(large()), seen=1, by=by, now=now)
        places = tuple(one.place for one in versions.review(db, draft).differences)
        amended = approvals.record(db, study.study_id, decided(now.date()), by=by, now=now).number
        versions.publish(db, draft, [Reason(places, "Asked for")], approval=amended, by=by, now=now)
        someone = colleague(db, "ada")
        studies.join(db, study.study_id, someone.account.id, Role.ANALYST, by=by, now=now)
        work.commit()
    address = f"/studies/{study.study_id}/instruments/{study.survey}/comparison?before=1&after=2"
    return address, {"__Host-verbatim": cookie_of(installation, someone)}


def measure() -> Iterator[Figure]:
    """Processor time; which words were compared before is forgotten each time, but by the server."""
    old, new = large(), grown(large())
    app = Flask("comparing")
    i18n.install(app)

    def anew(deed: Callable[[Instrument, Instrument], object]) -> Callable[[], object]:
        def done() -> object:
            wording.pieces.cache_clear()
            return deed(old, new)

        return done

    with app.test_request_context():
        yield _figure("two versions of 500 questions, compared word by word", _milliseconds(anew(compare)))
        yield _figure("the same, collated line by line to be shown", _milliseconds(anew(collate)))
    with installed() as installation:
        address, jar = _published(installation)
        with serving("granian", "wsgi:app", installation.environment) as ours:
            browser = Browser(ours.port, jar)
            spent = []
            for _ in range(_ROUNDS):
                before = ours.cpu_seconds()
                for _ in range(_PAGES):
                    if browser.get(address).status != 200:
                        raise RuntimeError("the comparison was not shown")
                spent.append((ours.cpu_seconds() - before) * 1000 / _PAGES)
    yield _figure("the page of both, every question with the reasons in the margin", statistics.median(spent))


def _figure(what: str, milliseconds: float) -> Figure:
    return Figure(what, milliseconds, "ms CPU", goal=f"≤ {GOAL:.0f} ms", holds=milliseconds <= GOAL)
