"""A draft of 500 questions, opened, one of its questions edited and saved, against a Flask hello-world."""

import statistics
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from uuid import UUID

from bench.browser import Browser, filled
from bench.figure import Figure, at_most
from bench.installation import Installation, colleague, cookie_of, installed
from bench.participant_pages import hello
from bench.server import Server, serving
from instruments import drafts
from instruments.definition import Instrument, Question, Role, Section
from instruments.kinds import Kind, LongText, MultipleChoice, Number, Option, Scale, ShortText, SingleChoice, YesNo
from vault import studies

GOAL = 8.0
_ROUNDS = 3
_REQUESTS = 120
_SECTIONS, _EACH = 25, 20


def _options(count: int) -> tuple[Option, ...]:
    return tuple(Option(code=f"c{at}", label={"en": f"Option {at}", "fr": f"Choix {at}"}) for at in range(count))


_KINDS: tuple[Kind, ...] = (
    SingleChoice(options=_options(5)),
    MultipleChoice(options=_options(6)),
    YesNo(),
    Scale(low={"en": "bad", "fr": "mal"}, high={"en": "good", "fr": "bien"}),
    Number(least=0, most=99),
    LongText(),
    ShortText(),
)


def question(at: int) -> Question:
    """One of the 500 questions, of a kind by its number."""
    first = at - at % len(_KINDS)
    return Question(
        id=f"q{at}",
        kind=_KINDS[at % len(_KINDS)],
        label={"en": f"What would you say of matter {at} in your work?", "fr": f"Que diriez-vous de la chose {at} ?"},
        relevant=f"${{q{first}}} = 'c1'" if at % 5 == 4 and at != first else "",
    )


def large() -> Instrument:
    """A survey of 500 questions in two languages."""
    sections = [
        Section(
            id=f"s{number}",
            title={"en": f"Part {number}", "fr": f"Partie {number}"},
            questions=tuple(question(number * _EACH + at) for at in range(_EACH)),
        )
        for number in range(_SECTIONS)
    ]
    title = {"en": "Large", "fr": "Grand"}
    return Instrument(
        id="large", role=Role.SURVEY, title=title, languages=("en", "fr"), sections=tuple(sections), minutes=90
    )


def _begun(installation: Installation) -> tuple[str, dict[str, str]]:
    """The address of the draft, and the cookie of somebody who may write it."""
    now = datetime.now(UTC)
    with installation.stores.work() as work:
        lead = colleague(work.db, "ada")
        study = studies.found(work.db, "Large", "", by=lead.account.id, now=now)
        begun: UUID = drafts.begin(work.db, study.id, large(), by=lead.account.id, now=now).instrument_id
        address = f"/studies/{study.id}/instruments/{begun}/draft"
        work.commit()
    return address, {"__Host-verbatim": cookie_of(installation, lead)}


def _spent(server: Server, deed: Callable[[int], None]) -> float:
    before = server.cpu_seconds()
    for at in range(_REQUESTS):
        deed(at)
    return (server.cpu_seconds() - before) / _REQUESTS * 1e6


def _looks(browser: Browser, address: Callable[[int], str]) -> Callable[[int], None]:
    """A page is opened, another one each time."""

    def look(at: int) -> None:
        _expect(browser.get(address(at)).status, 200)

    return look


class Save:
    """A question that was changed is saved, by somebody who has seen every save before."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser = browser
        self._page = f"{address}/question/q250"
        self._form = browser.get(self._page).form(self._page)
        self._seen = int(dict(self._form)["seen"])
        self._jar = dict(browser.jar)

    def __call__(self, at: int) -> None:
        """It says something else each time."""
        typed = [("label.en", f"What do you say of it, for the time {self._seen}?"), ("seen", str(self._seen))]
        _expect(self._browser.post(self._page, filled(self._form, typed)).status, 303)
        # The sentence that waits in a cookie is said by the next page, which is measured by itself.
        self._browser.jar = dict(self._jar)
        self._seen += 1


def _expect(status: int, wanted: int) -> None:
    if status != wanted:
        raise RuntimeError(f"answered {status} in place of {wanted}")


def _after(save: Save, look: Callable[[int], None]) -> Callable[[int], None]:
    """A page is opened after each saving, when nothing is as it was before."""

    def both(at: int) -> None:
        save(at)
        look(at)

    return both


_FIGURES = {
    "open": "a draft of 500 questions, opened at one of its sections",
    "open anew": "the same after each saving of one of its questions",
    "edit": "one of its questions, opened to be edited",
    "edit anew": "the same after each saving of another one",
    "save": "a question, changed and saved",
}


def measure() -> Iterator[Figure]:
    """Processor time of the server for each request."""
    with installed() as installation:
        address, jar = _begun(installation)
        environment = installation.environment
        with serving("granian", "bench.apps:hello", environment) as plain, serving(
            "granian", "wsgi:app", environment
        ) as ours:  # fmt: skip
            browser = Browser(ours.port, jar)
            opened = _looks(browser, lambda at: f"{address}/questions?section=s{at % _SECTIONS}")
            edited = _looks(browser, lambda at: f"{address}/question/q{at * 7 % (_SECTIONS * _EACH)}")
            save = Save(browser, address)
            deeds: dict[str, Callable[[int], None]] = {
                "open": opened, "edit": edited, "save": save,
                "open anew": _after(save, opened), "edit anew": _after(save, edited),
            }  # fmt: skip
            found: dict[str, list[float]] = {name: [] for name in ("hello", *deeds)}
            hello(plain, _REQUESTS)
            for deed in deeds.values():
                _spent(ours, deed)
            for _ in range(_ROUNDS):
                found["hello"].append(hello(plain, 5 * _REQUESTS))
                for name, deed in deeds.items():
                    spent = _spent(ours, deed)
                    found[name].append(spent - found["save"][-1] if name.endswith("anew") else spent)
    for name, what in _FIGURES.items():
        ratios = [a / b for a, b in zip(found[name], found["hello"], strict=True)]
        times = statistics.median(ratios)
        reference = f"Flask hello-world, {statistics.median(found['hello']):.0f} µs"
        yield Figure(what, statistics.median(found[name]), "µs CPU", reference, times, *at_most(GOAL, times))
