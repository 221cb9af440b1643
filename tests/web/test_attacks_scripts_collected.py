"""Attack 8: what participants and interviewers say, on every page that shows it (ASVS 1.2.1, 3.4.3).

Somebody answers in harmless words first; then somebody says the fifty ways everywhere, and each page that repeats
them is made of the elements and attributes that harmless words made, and of no others.
"""

import csv
import io
from collections.abc import Iterator, Sequence

from instruments.definition import Instrument, Question, Section
from instruments.definition import Role as For
from instruments.kinds import LongText, Option, Probe, ShortText, SingleChoice, Topic
from survey import nominations
from tests.web.furnishing import doors, routes
from tests.web.pages import Page
from tests.web.participant.conftest import decide
from tests.web.payloads import MARK, PAYLOADS
from tests.web.scenario import Scenario, Someone, field, kept
from tests.web.test_attacks_scripts import assert_only_text, shapes
from tests.web.visitors import House
from vault.identities import Identity
from vault.studies import Role

__all__ = ["field", "kept"]

HARMLESS = tuple(f"harmless words, number {number}" for number in range(50))
_WORDS = (Option(code="a", label={"en": "A"}), Option(code="other", label={"en": "Otherwise"}, words=True))


def _survey() -> Instrument:
    """Every way in a line, every way in a text, one beside an option, and one that a later question repeats."""
    texts = [
        Question(id=f"{kind}{at}", kind=made, label={"en": f"Say {kind} {at}"})
        for kind, made in (("line", ShortText(longest=400)), ("text", LongText(longest=400)))
        for at in range(50)
    ]
    option = Question(id="option", kind=SingleChoice(options=_WORDS), label={"en": "Which?"})
    later = Question(id="later", kind=ShortText(), label={"en": "You said ${line0}. And then?"})
    parts = (("all", (*texts, option)), ("then", (later,)))
    sections = tuple(Section(id=name, title={"en": name.title()}, questions=asked) for name, asked in parts)
    return Instrument(id="said", role=For.SURVEY, title={"en": "Said"}, languages=("en",), sections=sections)


def _guide() -> Instrument:
    """A topic for each way."""
    probes = (Probe(id="p", label={"en": "Probe"}),)
    asked = tuple(
        Question(id=f"t{at}", kind=Topic(probes=probes), label={"en": f"Topic {at}"}) for at in range(50)
    )  # fmt: skip
    sections = (Section(id="all", title={"en": "All"}, questions=asked),)
    return Instrument(id="heard", role=For.GUIDE, title={"en": "Heard"}, languages=("en",), sections=sections)


def _participant(house: House, someone: Someone, texts: Sequence[str]) -> Iterator[Page]:
    """Somebody signs, answers and is refused with ``texts``; every page of theirs that repeats them."""
    browser = house.visitor()
    letter = browser.get("/p").form().fill(code=someone.code).submit()
    page = decide(letter, name=texts[10]).form("/p/begin").submit()
    address = page.path
    typed = {f"{kind}{at}": text for kind in ("line", "text") for at, text in enumerate(texts)}
    words = {"option": "other", "option.words.other": texts[1]}
    stale = browser.get(address).form(address)
    yield page.form(address).fill(**{**typed, "line0": texts[0] + "x" * 400}).submit(then="next")
    yield browser.get(address)
    yield browser.get(address).form(address).fill(**typed, **words).submit(then="next")
    yield stale.fill(**{**typed, "line0": texts[2]}).submit(then="next")
    yield browser.get(address)
    yield browser.get(address.replace("/answer/", "/compare/"))
    yield browser.get(address[:-1] + "1").form(address[:-1] + "1").fill(later=texts[3]).submit(then="next")
    for path in ("/p/review", "/p/consent", "/p/consent/copy", "/p/mine", "/p/later", "/p/leave"):
        yield browser.get(path)
    yield browser.get("/p/consent").form("/p/consent").fill(signature=texts[4]).submit(then="next")
    open_ = browser.get(address).form(address).fill(**typed)
    house.clock.move(minutes=31)
    yield open_.submit(then="next")


def _interviewer(house: House, field: Scenario, someone: Someone, texts: Sequence[str]) -> Iterator[Page]:
    """The interviewer notes ``texts`` everywhere; every page of theirs that repeats them."""
    browser = field.browser(house, Role.INTERVIEWER)
    here = f"{field.at}/interviews/{someone.pseudonym}"
    consent = browser.get(f"{here}/consent").form("/consent")
    yield consent.fill(witness=texts[5], recording=texts[6]).submit()
    begun = browser.get(here).form(someone.pseudonym)
    guide = next(one.get("value") for one in begun.fields["guide"][0].xpath(".//option") if "Heard" in one.text)
    yield begun.fill(guide="", tape=texts[7][:100], setting=texts[8]).submit()
    screen = begun.fill(guide=guide, tape=texts[7][:100], setting=texts[8]).submit()
    yield screen
    here = screen.path
    notes = [(f"t{at}.notes", text) for at, text in enumerate(texts)]
    outside = [
        (f"candidate.c{at}.{name}", text) for at, text in enumerate(texts) for name in ("words", "theme", "after")
    ]  # fmt: skip
    named = [*(("candidate", f"c{at}") for at in range(50)), *(("holds", f"t{at}") for at in range(50))]
    told = browser.send(f"{here}/note", [*named, *notes, *outside, ("about.present", texts[9]), ("tab", "one")])
    assert (told.status, MARK in told.text) == (200, False)
    yield browser.get(here)
    # Another window that knows nothing of it: both texts are shown.
    browser.send(f"{here}/note", [*named[50:], *((name, f"{text} again") for name, text in notes), ("tab", "two")])
    yield browser.get(here)
    form = browser.get(here).form(here.rpartition("/")[2])
    yield form.fill(**{
        "nominee-name": texts[11], "nominee-email": texts[12], "nominee-relation": texts[13], "nominee-note": texts[14],
        "candidate.new.words": texts[15] + "x" * 50_001,
    }).submit(then="nominee")  # fmt: skip
    browser.get(here).form(here.rpartition("/")[2]).submit(then="end")
    memo = browser.get(f"{here}/memo").form("/memo").fill(memo="\n".join(texts))
    yield memo.submit(then="save")
    deposit = browser.get(f"{here}/memo").form("/memo")
    yield memo.submit(then="deposit")
    yield browser.get(f"{here}/memo")
    yield deposit.fill(memo="\n".join(reversed(texts))).submit(then="deposit")
    yield browser.get(f"{field.at}/interviews")
    yield browser.get(f"{field.at}/interviews/{someone.pseudonym}")
    yield browser.get(f"{field.at}/interviews/{someone.pseudonym}/who")


def _names(field: Scenario, someone: Someone, texts: Sequence[str]) -> list[str]:
    """Fifty people are named; their pseudonyms."""
    with field.stores.work() as work:
        made = []
        for at, text in enumerate(texts):
            who = Identity(text, f"{someone.pseudonym}-{at}@example.org", "", text, text)
            made.append(
                nominations.nominate(
                    work.db, work.keyring, someone.participant, who, now=field.now, relation=text
                ).pseudonym
            )
        work.commit()
    return made


def _team(house: House, field: Scenario, someone: Someone, texts: Sequence[str]) -> Iterator[Page]:
    """Every page of the lead about this participant and whoever they named, and a sheet of people."""
    lead, named = field.browser(house, Role.LEAD), _names(field, someone, texts)
    known = {"study_id": str(field.study.id), "pseudonym": someone.pseudonym, "other": named[0], "word": "none"}
    for rule in routes(house.app, "GET", of_study=True):
        if set(rule.arguments) <= set(known) and rule.endpoint in doors(house.app):
            address = rule.rule.replace("<uuid:study_id>", known["study_id"])
            for name, value in known.items():
                address = address.replace(f"<{name}>", value)
            page = lead.get(address)
            if page.status == 200 and page.tree is not None:
                yield page
    for pseudonym in named:
        yield lead.get(f"{field.at}/participants/{pseudonym}/who")
    rows = io.StringIO()
    csv.writer(rows).writerows([["Name", "E-mail", texts[20], texts[21]], *([text] * 4 for text in texts)])
    yield lead.get(f"{field.at}/enrol/sheet").form("/sheet").fill(sheet=rows.getvalue()).submit()


def test_what_was_said_in_fifty_ways_is_text_on_every_page_that_shows_it(house: House, field: Scenario) -> None:
    """ASVS 1.2.1: the participant's pages, the interviewer's and the team's; refusals, drafts, both tabs."""
    field.publish_guide(_survey())
    field.publish_guide(_guide())
    known: set[tuple[str, tuple[str, ...]]] = set()
    shown: dict[str, int] = {}
    for texts, name in ((HARMLESS, "jo"), (PAYLOADS, "wren")):
        someone = field.enrol(texts[18], f"{name}@example.org", assigned=True, telephone=texts[16], address=texts[17])
        pages = (
            ("participant", _participant(house, someone, texts)),
            ("interviewer", _interviewer(house, field, someone, texts)),
            ("team", _team(house, field, someone, texts)),
        )
        for who, found in pages:
            for page in found:
                assert page.status < 500, page.path
                assert_only_text(page)
                if texts is HARMLESS:
                    known |= shapes(page)
                else:
                    shown[who] = shown.get(who, 0) + page.text.count(MARK)
                    assert shapes(page) - known == set(), f"{page.path}: {shapes(page) - known}"
    assert shown["participant"] > 1000
    assert shown["interviewer"] > 1000
    assert shown["team"] > 300
