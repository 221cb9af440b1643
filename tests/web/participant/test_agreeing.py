"""The letter: nothing is chosen beforehand, each thing is decided by itself, and the text on the screen is the one."""

from consent import decisions, documents
from consent.scopes import Scope
from tests.consent.letters import ready_letter
from tests.web.participant.conftest import Place, decide


def scopes_of(place: Place, participant_id: object) -> frozenset[Scope]:
    with place.house.stores.work(reading=True) as work:
        return decisions.grant_for(work.db, participant_id).scopes  # type: ignore[arg-type]


def test_nothing_is_chosen_beforehand(place: Place) -> None:
    _, letter = place.come_in(place.enrol())

    assert letter.document.xpath("//input[@type='radio'][@checked]") == []
    assert letter.form("/p/consent").value("signature") == ""


def test_each_scope_is_decided_by_itself(place: Place) -> None:
    enrolled = place.enrol()
    _, letter = place.come_in(enrolled)

    page = decide(letter, no_to=frozenset({Scope.RECORDED, Scope.QUOTED}))

    assert page.path == "/p/begin"
    assert scopes_of(place, enrolled.participant.id) == frozenset(Scope) - {Scope.RECORDED, Scope.QUOTED}


def test_what_is_left_open_is_said_with_links_and_what_was_chosen_is_kept(place: Place) -> None:
    _, letter = place.come_in(place.enrol())
    form = letter.form("/p/consent").fill(**{"scope-take-part": "yes", "scope-quoted": "no"})

    page = form.submit(then="next")

    assert page.status == 422
    linked = {link.removeprefix("#") for link in page.document.xpath("//*[@role='alert']//a/@href")}
    undecided = (Scope.RECORDED, Scope.LATER_RESEARCH, Scope.RESULTS)
    assert linked == {"signature"} | {f"scope-{scope.value}-yes" for scope in undecided}
    again = page.form("/p/consent")
    assert (again.value("scope-take-part"), again.value("scope-quoted")) == ("yes", "no")


def test_a_no_to_taking_part_needs_no_signature_and_nothing_is_asked_then(place: Place) -> None:
    enrolled = place.enrol()
    browser, letter = place.come_in(enrolled)

    page = letter.form("/p/consent").fill(**{"scope-take-part": "no"}).submit(then="next")

    assert page.path == "/p/no"
    assert scopes_of(place, enrolled.participant.id) == frozenset()
    assert browser.get("/p/begin").status == 403


def test_whoever_said_no_may_change_their_mind(place: Place) -> None:
    enrolled = place.enrol()
    browser, letter = place.come_in(enrolled)
    letter.form("/p/consent").fill(**{"scope-take-part": "no"}).submit(then="next")

    assert decide(browser.get("/p/consent")).path == "/p/begin"


def test_a_text_that_changed_while_it_was_read_is_shown_anew_with_the_choices_kept(place: Place) -> None:
    enrolled = place.enrol()
    _, letter = place.come_in(enrolled)
    form = letter.form("/p/consent").fill(**{"scope-take-part": "yes", "scope-recorded": "no"})
    with place.house.stores.work() as work:
        made, now = place.made, place.house.clock.time
        wording = ready_letter()
        newer = documents.publish(
            work.db, made.study.id, wording, approval=made.approval, by=made.lead.id, now=now
        )  # fmt: skip
        work.commit()

    page = form.fill(signature="Ada").submit(then="next")

    assert page.status == 409
    assert "changed" in page.words(".notice")
    again = page.form("/p/consent")
    assert again.value("document") == newer.fingerprint
    assert (again.value("scope-take-part"), again.value("scope-recorded")) == ("yes", "no")
    assert again.value("signature") == "Ada"
    assert scopes_of(place, enrolled.participant.id) == frozenset()


def test_the_language_may_be_changed_on_the_letter_without_losing_a_choice(place: Place) -> None:
    browser, letter = place.come_in(place.enrol())
    form = letter.form("/p/consent").fill(**{"scope-take-part": "yes"}, signature="Ada")

    page = form.submit(language="fr")

    assert page.document.get("lang") == "fr"
    again = page.form("/p/consent")
    assert (again.value("scope-take-part"), again.value("signature")) == ("yes", "Ada")
    assert browser.get("/p/consent").document.get("lang") == "fr"


def test_the_copy_is_the_letter_as_it_was_signed(place: Place) -> None:
    browser, _, _ = place.agreed(no_to=frozenset({Scope.QUOTED}))

    copy = browser.get("/p/consent/copy")
    paper = browser.get("/p/consent/copy.pdf")

    assert "Ada Participant" in copy.words()
    assert place.made.document.fingerprint[:16] in copy.words()
    assert paper.headers["Content-Type"] == "application/pdf"
    assert paper.response.get_data().startswith(b"%PDF")


def test_nobody_reads_somebody_elses_copy(place: Place) -> None:
    browser, _, _ = place.agreed()
    address = next(link for link in browser.get("/p/consent/copy").links() if link.endswith(".pdf"))
    other, _ = place.come_in(place.enrol())

    assert other.get(address).status == 404
