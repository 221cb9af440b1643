"""The conversation by form: everything that is typed is kept, without a script as well."""

from datetime import timedelta

import pytest

from consent.scopes import Scope
from instruments.definition import Instrument, Question, Section
from instruments.definition import Role as For
from instruments.kinds import Date, Information, LongText, Option, Scale, SingleChoice, YesNo
from survey.interviews import State
from tests.web.interviewer.conftest import Call, Desk
from vault.studies import Role


def test_topics_probes_and_notes_are_kept_with_the_time_of_each_probe(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id))
    form.fill(
        **{"experience.notes": "Two mentors. <b>One</b> left.", "start.state": "skipped", "roles.state": "declined"}
    )
    form.values.append(("experience.probe", "one_or_several"))
    page = form.submit(then="topic:start")

    record = call.record()
    assert record.topics == {
        "experience": {
            "state": "asked", "notes": "Two mentors. <b>One</b> left.",
            "probes": {"one_or_several": "2026-11-23T12:00:00Z"},
        },
        "start": {"state": "skipped", "notes": "", "probes": {}},
        "roles": {"state": "declined", "notes": "", "probes": {}},
    }  # fmt: skip
    states = {one.get("data-state"): one.text_content() for one in page.document.xpath("//*[@data-state]")}
    assert (states["experience"], states["start"], states["roles"], states["effect"]) == (
        "partly", "skipped", "declined", "not yet",
    )  # fmt: skip
    assert "12:00 UTC" in page.words("#t-experience")

    call.desk.house.clock.move(minutes=20)
    form = page.form(str(call.interview.response_id))
    for probe in ("formal_or_informal", "still_in_touch"):
        form.values.append(("experience.probe", probe))
    page = form.submit(then="")
    assert page.words(".notice") == "Saved."
    assert call.record().topics["experience"]["probes"] == {
        "one_or_several": "2026-11-23T12:00:00Z",
        "formal_or_informal": "2026-11-23T12:20:00Z",
        "still_in_touch": "2026-11-23T12:20:00Z",
    }


def test_a_save_says_only_what_changed(call: Call) -> None:
    call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "By chance."}).submit(then="")
    newest = dict(call.record().newest)
    call.page.form(str(call.interview.response_id)).submit(then="")

    assert call.record().newest == newest
    assert set(newest) == {"topic:start", "meta:tape", "meta:setting", "meta:started_at"}


def test_it_leads_on_to_the_next_topic(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id))
    page = call.desk.browser.post(form.action, [*form.values, ("then", "topic:start")])

    assert (page.status, page.location) == (303, f"{call.here}#t-start")
    page = call.desk.browser.post(form.action, [*form.values, ("then", "topic:nonsense")])
    assert page.location == call.here


def test_what_cannot_be_taken_stands_beside_its_field_and_everything_else_is_kept(call: Call) -> None:
    long = "x" * 50_001
    form = call.page.form(str(call.interview.response_id)).fill(
        **{
            "experience.notes": long, "start.notes": "kept", "about.setting": "y" * 501, "about.present": "a colleague",
            "candidate.new.words": "Who decided?", "candidate.new.theme": "power",
        }
    )  # fmt: skip
    page = form.submit(then="end")

    assert page.status == 422
    assert set(page.complaints.values()) == {"experience.notes", "about.setting"}
    again = page.form(str(call.interview.response_id))
    assert again.value("experience.notes") == long
    assert again.value("about.setting") == "y" * 501
    record = call.record()
    assert record.topics == {"start": {"state": "asked", "notes": "kept", "probes": {}}}
    assert [one.words for one in record.candidates] == ["Who decided?"]
    assert record.about["present"] == "a colleague"
    assert "ended_at" not in record.about

    page = again.fill(**{"experience.notes": "short", "about.setting": "by telephone"}).submit(then="")
    assert page.words(".notice") == "Saved."
    assert len(call.record().candidates) == 1


def test_pausing_and_going_on_are_two_moments_and_pressing_twice_is_once(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id))
    form.submit(then="pause")
    call.desk.house.clock.move(minutes=5)
    paused = form.submit(then="pause")
    assert call.record().about["pauses"] == [["2026-11-23T12:00:00Z"]]
    assert paused.words(".clock") == "paused"

    going = paused.form(str(call.interview.response_id)).submit(then="go-on")
    paused.form(str(call.interview.response_id)).submit(then="go-on")
    assert call.record().about["pauses"] == [["2026-11-23T12:00:00Z", "2026-11-23T12:05:00Z"]]
    assert going.words(".clock") == "since 12:00 UTC"


def test_the_end_leads_to_the_memo_and_says_it_once(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id)).fill(**{"effect.notes": "much"})
    page = form.submit(then="end")
    form.submit(then="end")

    assert page.path == f"{call.here}/memo"
    assert call.record().topics["effect"]["notes"] == "much"
    assert call.desk.field.actions().count("interview.ended") == 1
    assert call.desk.browser.get(call.here).location == f"{call.here}/memo"


def test_a_candidate_question_is_added_changed_and_taken_back(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id))
    page = form.fill(**{"candidate.new.words": "Who <decided>?", "candidate.new.theme": "power"}).submit(then="")
    (one,) = call.record().candidates
    assert (one.words, one.theme) == ("Who <decided>?", "power")

    form = page.form(str(call.interview.response_id))
    page = form.fill(**{f"candidate.{one.id}.words": "Who decided it?"}).submit(then="")
    assert [(two.id, two.words) for two in call.record().candidates] == [(one.id, "Who decided it?")]

    page.form(str(call.interview.response_id)).fill(**{f"candidate.{one.id}.words": " "}).submit(then="")
    assert call.record().candidates == ()


def test_a_tape_without_consent_to_be_recorded_is_refused_and_everything_else_kept(undecided: Desk) -> None:
    undecided.field.agree(undecided.jo, frozenset({Scope.TAKE_PART}))
    call = undecided.begin()
    page = call.page
    assert page.words(".tape") == "not recorded: no consent to it"
    page = (
        page.form(str(call.interview.response_id)).fill(**{"about.tape": "T-9", "start.notes": "kept"}).submit(then="")
    )

    assert page.status == 422
    assert page.complaints == {
        "There is no consent to be recorded. Take notes instead, or ask for it first.": "about.tape"
    }
    assert page.form(str(call.interview.response_id)).value("about.tape") == "T-9"
    assert call.record().topics["start"]["notes"] == "kept"
    assert "tape" not in call.record().about


def test_two_windows_keep_both_texts_and_say_so(call: Call) -> None:
    first = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "from the first"})
    second = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "from the second"})
    first.submit(then="")
    page = second.submit(then="")

    assert "changed in another window since" in page.words(".notice")
    shown = page.words("#t-start")
    assert "from the second" in shown
    assert "From another window, replaced by the text above" in shown
    assert "from the first" in shown
    assert [one.value["notes"] for one in call.record().earlier] == ["from the first"]


@pytest.mark.parametrize("path", ["", "/memo"])
def test_consent_withdrawn_meanwhile_keeps_nothing_and_shows_what_was_typed_to_be_copied(call: Call, path: str) -> None:
    form = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "the last sentence"})
    call.desk.field.withdraw_consent(call.desk.jo, Scope.TAKE_PART)
    page = call.desk.browser.post(call.here + path, form.values)

    assert page.status == 403
    assert page.title == "What you just sent was not kept"
    assert "the last sentence" in page.words()
    assert call.record().topics == {}


def test_whoever_is_not_assigned_any_more_opens_nothing_and_loses_nothing_typed(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "the last sentence"})
    call.desk.field.unassign(call.desk.jo)
    page = form.submit(then="")

    assert page.status == 403
    assert "not assigned to you" in page.words()
    assert "the last sentence" in page.words()
    assert call.desk.browser.get(call.here).status == 403
    assert call.note(start__notes="x", holds="start")[0] == 403


def test_a_session_that_ended_shows_what_was_typed_to_be_copied(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "the last sentence"})
    call.desk.house.clock.move(minutes=31)
    page = form.submit(then="")

    assert (page.status, page.title) == (403, "You were signed out")
    assert "the last sentence" in page.words()


_EVERY_KIND = Instrument(
    id="mixed",
    role=For.GUIDE,
    title={"en": "A guide with every kind"},
    languages=("en",),
    sections=(
        Section(
            id="all",
            title={"en": "Before we begin"},
            questions=(
                Question(id="hello", kind=Information(), label={"en": "Thank them for their time."}),
                Question(
                    id="rank", label={"en": "Rank?"},
                    kind=SingleChoice(options=(
                        Option(code="a", label={"en": "Assistant"}),
                        Option(code="other", label={"en": "Other"}, words=True),
                    )),
                ),
                Question(id="met", kind=YesNo(), label={"en": "Have they met?"}),
                Question(id="since", kind=Date(), label={"en": "Since when?"}),
                Question(
                    id="fit", label={"en": "How well?"},
                    kind=Scale(first=1, last=5, low={"en": "badly"}, high={"en": "well"}),
                ),
                Question(id="why", kind=LongText(), label={"en": "Why?"}),
            ),
        ),
    ),
)  # fmt: skip


def test_a_guide_may_hold_every_kind_of_question_and_what_is_to_be_said(desk: Desk) -> None:
    guide = desk.field.publish_guide(_EVERY_KIND)
    call = Call(desk, desk.field.start(desk.jo, guide=guide))
    page = call.page
    assert "Thank them for their time." in page.words("#t-rank")
    form = page.form(str(call.interview.response_id)).fill(
        **{
            "rank": "other",
            "rank.words.other": "Dean",
            "met": "yes",
            "since.year": "2019",
            "since.month": "5",
            "since.day": "2",
            "fit": "9",
            "why": "So.",
        }
    )
    page = form.submit(then="")
    assert page.status == 422
    assert page.form(str(call.interview.response_id)).value("fit") == "9"
    page = page.form(str(call.interview.response_id)).fill(fit="4").submit(then="end")
    page = page.form("/memo").fill(memo="Fine.").submit(then="deposit")

    shown = desk.browser.get(f"{call.here}/memo").words()
    for words in ("Other (Dean)", "Yes", "2019-05-02", "4", "So."):
        assert words in shown, words


def test_after_the_deposit_nothing_changes_and_the_memo_is_there_to_be_read(call: Call) -> None:
    form = call.page.form(str(call.interview.response_id)).fill(**{"start.notes": "By chance."})
    form.values.append(("experience.probe", "one_or_several"))
    memo = form.submit(then="end").form("/memo").fill(memo="She spoke\nfreely.", **{"effect.notes": "much, she said"})
    saved = memo.submit(then="save")
    assert saved.notices == ["Saved."]
    assert saved.form("/memo").value("memo") == "She spoke\nfreely."
    done = saved.form("/memo").submit(then="deposit").form("/not-reached").submit()
    assert done.notices == ["The interview was deposited."]
    assert "deposited" in done.words()
    before = call.record()
    assert (before.memo, before.topics["effect"]["notes"]) == ("She spoke\nfreely.", "much, she said")
    # The memo's page shows no probes, and keeps them.
    assert list(before.topics["experience"]["probes"]) == ["one_or_several"]

    late = saved.form("/memo").fill(memo="Later thoughts.").submit(then="save")
    assert late.status == 409
    assert "Later thoughts." in late.words()
    assert form.fill(**{"start.notes": "Later."}).submit(then="").status == 409
    assert call.note(holds="start", start__notes="Later.")[0] == 409
    assert call.record() == before
    page = call.desk.browser.get(f"{call.here}/memo")
    assert "stands as it is" in page.words()
    assert "One mentor or several 12:00 UTC" in page.words()
    assert page.document.xpath("//main//form") == []


def test_topics_without_a_state_are_named_once_before_the_deposit_and_then_stand_as_not_reached(call: Call) -> None:
    guide = [one.get("data-id") for one in call.page.document.xpath("//section[@data-id]")]
    fields = {f"{name}.state": "skipped" for name in guide[2:]}
    memo = call.page.form(str(call.interview.response_id)).fill(**fields).submit(then="end").form("/memo")
    stop = memo.fill(memo="Cut short.").submit(then="deposit")

    assert stop.title == "2 topics have no state"
    assert call.record().memo == "Cut short."
    links = stop.document.xpath("//main//ul[@class='index']//a/@href")
    assert [link.rpartition("#t-")[2] for link in links] == guide[:2]
    back = call.desk.browser.get(links[0].partition("#")[0])
    assert back.document.xpath("//details[@open]//section[@id=$id]", id=f"t-{guide[0]}")
    # What is said of one topic does not cover another one.
    again = stop.form("/not-reached").tamper(**{"not-reached": guide[0]})
    assert (again.title, call.desk.field.actions().count("response.submitted")) == ("2 topics have no state", 0)
    back.form("/memo").fill(**{f"{guide[1]}.notes": "She spoke of it after all."}).submit(then="save")
    stop = call.desk.browser.get(f"{call.here}/memo/not-reached")
    assert stop.title == "1 topic has no state"

    done = stop.form("/not-reached").submit()
    assert done.notices == ["The interview was deposited."]
    assert guide[0] not in call.record().topics
    page = call.desk.browser.get(f"{call.here}/memo")
    marks = [one.text_content() for one in page.document.xpath("//main//span[contains(@class, 'mark')]")]
    assert marks == ["not reached", "asked"] + ["skipped"] * (len(guide) - 2)
    assert call.desk.browser.get(f"{call.here}/memo/not-reached").location == f"{call.here}/memo"
    matrix = call.desk.field.browser(call.desk.house, Role.ANALYST).get(f"{call.desk.field.at}/asked")
    cells = [one.text_content().strip() for one in matrix.document.xpath("//tbody/tr/td[2]")]
    assert cells[:3] == ["0 of 0", "1 of 1", "0 of 1"]
    assert "skipped" in matrix.words(".signs-legend")
    assert "not reached" in matrix.words(".signs-legend")


def test_a_conversation_that_goes_on_is_not_deposited(call: Call) -> None:
    assert call.desk.browser.get(f"{call.here}/memo").location == call.here
    page = call.desk.browser.send(f"{call.here}/memo", [("memo", "early"), ("then", "deposit")])

    assert page.location == call.here
    assert call.record().memo == "early"
    assert call.desk.field.actions().count("interview.ended") == 0


def test_a_memo_that_is_too_long_is_kept_on_the_page(call: Call) -> None:
    memo = call.page.form(str(call.interview.response_id)).submit(then="end").form("/memo")
    page = memo.fill(memo="x" * 50_001, **{"effect.notes": "much"}).submit(then="deposit")

    assert page.status == 422
    assert page.form("/memo").value("memo") == "x" * 50_001
    assert call.record().topics["effect"]["notes"] == "much"
    assert call.desk.field.status(call.desk.jo) == "interviewed"


def test_a_second_interview_can_follow_the_first(call: Call) -> None:
    desk = call.desk
    call.page.form(str(call.interview.response_id)).submit(then="end").form("/memo").submit(then="deposit").form(
        "/not-reached"
    ).submit()
    desk.house.clock.time += timedelta(days=1)
    browser = desk.field.browser(desk.house, Role.INTERVIEWER)
    page = browser.get(desk.here).form(desk.jo.pseudonym).submit()

    assert page.path not in (call.here, f"{call.here}/memo")
    assert call.interview.state is State.HELD  # as it was read; the database has moved on
    assert len(browser.get(desk.here).document.xpath("//ul[@class='index']/li")) == 2
