"""Attack 8: text that would be a program, in every field and on every page of the team (ASVS 1.2.1, 3.4.3)."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import count
from urllib.parse import quote
from uuid import UUID

from lxml import etree

from tests.vault.people import Person
from tests.web.conftest import Team
from tests.web.furnishing import Furnished, furnish, routes
from tests.web.pages import Form, Page
from tests.web.payloads import MARK, PAYLOADS
from tests.web.visitors import House, Visitor

# Forms that end something; they have no text of anybody's in them.
_ENDING = ("/sign-out", "/settle", "/leave", "/others", "/discard", "/language", "/recovery")

_TYPED = ("text", "email", "search", "tel", "url")


def test_there_are_fifty_ways() -> None:
    assert len(set(PAYLOADS)) == 50
    assert all(MARK in payload for payload in PAYLOADS)


def shapes(page: Page) -> set[tuple[str, tuple[str, ...]]]:
    """The elements of a page with the names of their attributes."""
    return {
        (str(element.tag), tuple(sorted(map(str, element.attrib))))
        for element in page.document.iter(etree.Element)
    }  # fmt: skip


def assert_only_text(page: Page) -> None:
    """The mark stands in text and in values of attributes that hold text, and is the name of nothing."""
    for element in page.document.iter(etree.Element):
        names = {str(element.tag), *map(str, element.attrib)}
        assert not any(MARK in name for name in names), f"{page.path}: {names}"
        for name, value in element.attrib.items():
            if MARK in str(value):
                assert str(name) in {"value", "content", "aria-label", "title", "alt", "label"}, (
                    f"{page.path}: {name}={value!r}"
                )


def _every_page(browser: Visitor, things: Furnished) -> Iterator[Page]:
    for rule in routes(browser.app, "GET"):
        if rule.endpoint == "static":
            continue
        page = browser.get(things.address(rule))
        if page.status == 200 and page.tree is not None:
            yield page


def _text_fields(form: Form) -> list[str]:
    return [
        name
        for name, (first, *_) in form.fields.items()
        if first.tag == "textarea" or (first.tag == "input" and (first.get("type") or "text") in _TYPED)
    ]


def test_whatever_is_typed_into_any_form_comes_back_as_text(team: Team, furnished: Furnished) -> None:
    """Every form of every page of a study, filled in completely with each way in turn; the answer is looked at, and
    afterwards every page again.
    """
    before = {page.path: shapes(page) for page in _every_page(team.lead, furnished)}
    turn = count()
    filled: set[tuple[str, str]] = set()
    for page in list(_every_page(team.lead, furnished)):
        for form in page.forms():
            fields = _text_fields(form)
            if form.action.partition("?")[0].endswith(_ENDING) or not fields:
                continue
            for _ in range(3):
                for name in fields:
                    form.fill(**{name: PAYLOADS[next(turn) % len(PAYLOADS)]})
                    filled.add((form.action, name))
                answer = form.submit()
                assert answer.status != 500, f"{form.action}: {fields}"
                if answer.tree is not None:
                    assert_only_text(answer)
    assert len(filled) > 15
    known = set().union(*before.values())
    for page in _every_page(team.lead, furnished):
        assert_only_text(page)
        # A list that was empty is a table now; nothing has come that no page of ours has.
        assert {tag for tag, _ in shapes(page)} <= {tag for tag, _ in known} | {
            "ul",
            "li",
            "table",
            "mark",
            "del",
            "ins",
        }


def _fill(house: House, lead: Visitor, person: Person, texts: Sequence[str]) -> Furnished:
    """A study of ``person`` in whose every stored text of the team stands one of ``texts``."""
    page = lead.get("/studies/new").form().fill(title=texts[0], reference=texts[1][:80]).submit()
    at, study = page.path, UUID(page.path.rpartition("/")[2])
    today = house.clock.time.date()
    sites, approvals = lead.get(f"{at}/sites").form(), lead.get(f"{at}/approvals").form()
    members = lead.get(f"{at}/members/new").form()
    for number, text in enumerate(texts):
        until = (today + timedelta(days=number + 1)).isoformat()
        decision = {"board": text, "reference": text, "covers": text, "effective_on": today.isoformat()}
        sites.fill(name=text)
        approvals.fill(**decision, expires_on=until)
        members.fill(name=text, email=f"m{number}-{study.hex[:6]}@example.org", role="analyst")
        for form, status in ((sites, 303), (approvals, 303), (members, 200)):
            answer = lead.post(form.action, form.values)
            assert answer.status == status
            if answer.tree is not None:
                assert_only_text(answer)
    for some in (texts[:16], texts[16:32], texts[32:48], texts[34:]):
        cards = lead.get(f"{at}/keys").form("/cards").fill(holders="\n".join(some), threshold="2").submit()
        assert cards.status == 200
        assert_only_text(cards)
    return furnish(house, study, person, house.member_of(study, person))


def test_fifty_ways_in_every_stored_text_make_the_pages_that_harmless_text_makes(house: House) -> None:
    """Two studies, one filled with harmless text and one with the fifty: no element and no attribute more."""
    made = []
    for name, texts in (("ada", [f"harmless words, number {number}" for number in range(50)]), ("eve", PAYLOADS)):
        person = house.person(name)
        lead = house.sign_in(person)
        lead.get("/account/recovery").form("/recovery").submit()
        things = _fill(house, lead, person, texts)
        house.clock.move(minutes=2)
        lead = house.sign_in(person)
        found: set[tuple[str, tuple[str, ...]]] = set()
        for page in _every_page(lead, things):
            assert_only_text(page)
            found |= shapes(page)
        made.append(found)

    harmless, hostile = made
    assert hostile - harmless == set()


def test_fifty_ways_in_a_title_are_the_title(house: House, ada: Person) -> None:
    """Nothing is taken away from what somebody wrote; it is only never more than text."""
    lead = house.sign_in(ada)
    for payload in PAYLOADS:
        page = lead.get("/studies/new").form().fill(title=payload, reference="R").submit()

        assert_only_text(page)
        assert page.title.split() == payload.split()
        assert_only_text(lead.get(f"{page.path}/members"))
    assert_only_text(lead.get("/studies"))


def test_what_an_address_brings_along_is_never_more_than_text(house: House, ada: Person) -> None:
    """Reflected: from a query, a path, a header, a field that is refused."""
    browser = house.sign_in(ada)
    for number, payload in enumerate(PAYLOADS):
        said = {"Referer": f"https://localhost/{quote(payload)}", "User-Agent": quote(payload)}
        for path in (f"/sign-in?next={quote(payload)}", f"/studies?{quote(payload)}", f"/{quote(payload, safe='')}"):
            page = browser.get(path, headers=said)
            if page.tree is not None:
                assert_only_text(page)
        typed = f"{payload}{number}"
        for refused in (
            browser.get("/sign-in").form("/sign-in").fill(email=typed, passphrase=payload).submit(),
            browser.get("/sign-in/forgotten").form("/forgotten").fill(email=typed, code=payload).submit(),
            browser.get("/welcome").form().fill(code=payload).submit(),
        ):
            assert refused.status == 422
            assert_only_text(refused)
