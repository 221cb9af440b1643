"""The demo as a list of deeds in the order of their time, and the playing of it."""

from datetime import datetime, timedelta
from functools import partial

from survey.statuses import Status
from vault.settings import Settings
from vault.store import Stores
from web.cli import demo_founding, demo_interviews, demo_people
from web.cli.demo_calendar import Calendar
from web.cli.demo_material import Material, Person, material
from web.cli.demo_stage import Deed, Stage

_CLOSED = 14  # so many of the interviewed are closed by the time that the mentors are spoken with
_LAST = 28  # the interview whose memo is still open

Timed = tuple[datetime, Deed]


def play(stores: Stores, settings: Settings, *, seed: int, now: datetime) -> Stage:
    """The whole study stands in both databases as if its weeks had gone by; each deed is committed by itself."""
    stage = Stage(stores, settings, material(), Calendar(now, seed))
    for at, deed in programme(stage.material, stage.calendar):
        with stores.work() as work:
            deed(stage, work, at)
            work.commit()
    return stage


def programme(read: Material, calendar: Calendar) -> list[Timed]:
    """Every deed with its moment, the earliest first; of two at the same moment the one that is named first."""
    timed = _frame(calendar)
    for person in read.people.values():
        if person.number:
            timed += _interviewed(person, calendar)
        elif person.wave:
            timed += _not_interviewed(person, calendar)
    closed = [str(number) for number in sorted(read.interviews) if number <= _CLOSED]
    timed.append((calendar.at(9, 4, 22), partial(demo_people.close_all, keys=closed)))
    return sorted(timed, key=lambda one: one[0])


def _frame(calendar: Calendar) -> list[Timed]:
    at = calendar.at
    timed: list[Timed] = [
        (at(0, 0, 15), demo_founding.found),
        (at(0, 0, 16), demo_founding.invite_team),
        (at(0, 0, 20), demo_founding.frame_the_sample),
        (at(0, 1, 16), demo_founding.approve),
        (at(0, 2, 16), demo_founding.publish_letter),
        (at(0, 2, 17), demo_founding.publish_first_instruments),
        (at(10, 1, 16), demo_founding.open_link),
    ]
    timed += [(calendar.published(version), demo_founding.next_version) for version in (2, 3, 4)]
    timed += [(calendar.enrolled(wave), partial(demo_people.enrol, wave=wave)) for wave in (1, 2, 3, 5, 6)]
    timed += [(calendar.approached(wave), partial(demo_people.approach, wave=wave)) for wave in (1, 2, 3, 4, 5)]
    return timed


def _interviewed(person: Person, calendar: Calendar) -> list[Timed]:
    key, begins = person.key, calendar.interview(person.number)
    timed: list[Timed] = [(begins, partial(demo_interviews.hold, key=key))]
    if person.number != _LAST:
        timed.append((calendar.deposited(person.number), partial(demo_interviews.deposit, key=key)))
    answered = calendar.answered(key, before=begins)
    if person.consent == "spoken":
        timed.append((begins - timedelta(minutes=8), partial(demo_people.decide_aloud, key=key)))
        answered = begins + timedelta(hours=26)
    else:
        timed.append((calendar.decided(key, before=begins), partial(demo_people.decide, key=key)))
    if person.survey is not None:
        timed.append((answered, partial(demo_people.answer, key=key)))
    if person.takes_back:
        timed.append((begins + timedelta(days=9), partial(demo_people.take_back, key=key)))
    if person.leaves is not None:
        timed.append((calendar.at(10, 3, 17, person.number), partial(demo_people.leave, key=key)))
    return timed


def _not_interviewed(person: Person, calendar: Calendar) -> list[Timed]:
    key, wave = person.key, person.wave
    if person.ends in ("identified", "invited"):
        return []
    replied = calendar.replied(key, wave)
    match person.ends:
        case "no-reply":
            return [(calendar.given_up(key, wave), partial(demo_people.record, key=key, status=Status.NO_REPLY))]
        case "declined":
            return [(replied, partial(demo_people.record, key=key, status=Status.DECLINED))]
        case "said-no":
            return [(replied, partial(demo_people.decide, key=key))]
        case "consented":
            return [
                (replied, partial(demo_people.decide, key=key)),
                (replied + timedelta(minutes=25), partial(demo_people.answer, key=key)),
            ]
        case _:
            return []
