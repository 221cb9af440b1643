"""When everything in the demo happens: twelve weeks that end with the last working day before this week began.

Pure. The seed decides on which day and at what time; the order of what depends on each other is always the same.
"""

import random
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

WEEKS = 12

# In which week, counted from 0, each interview is held, and on which of its working days.
_INTERVIEWS = {
    1: (1, 2), 2: (1, 3), 3: (2, 1), 4: (2, 3),
    5: (3, 2), 6: (3, 4), 7: (4, 1), 8: (4, 2), 9: (4, 3),
    10: (5, 2), 11: (5, 3), 12: (5, 4), 13: (6, 1), 14: (6, 3),
    15: (7, 2), 16: (7, 3), 17: (7, 4), 18: (8, 2), 19: (8, 3), 20: (9, 1), 21: (9, 2),
    22: (9, 3), 23: (9, 4), 24: (10, 1), 25: (10, 2), 26: (10, 4), 27: (11, 1), 28: (11, 2),
}  # fmt: skip

# In which week and on which working day each wave of letters leaves; the people in it were enrolled the day before.
_WAVES = {1: (0, 4), 2: (2, 4), 3: (5, 4), 4: (7, 4), 5: (10, 2)}
_ENROLLED = {1: (0, 3), 2: (2, 3), 3: (5, 3), 5: (10, 1), 6: (11, 3)}

# Each later version of List 1 is published between the interviews it came from and the first that asks it.
_VERSIONS = {2: (3, 0), 3: (5, 0), 4: (7, 0)}


@dataclass(frozen=True, slots=True)
class Calendar:
    """The demo's time, by the moment at which it is made and a seed."""

    now: datetime
    seed: int

    def at(self, week: int, day: int, hour: int = 16, minute: int = 0) -> datetime:
        """A moment in the demo: weeks and working days from 0, the hour in UTC."""
        today = self.now.astimezone(UTC).date()
        monday = today - timedelta(days=today.weekday(), weeks=WEEKS)
        on = monday + timedelta(weeks=week, days=day)
        return datetime.combine(on, time(hour, minute), UTC)

    def chance(self, *about: object) -> random.Random:
        """Chance that the seed has decided, for one matter: whatever else changes, this stays."""
        return random.Random(f"{self.seed}:{about}")  # noqa: S311 - it draws times of day, and no secret

    def enrolled(self, wave: int) -> datetime:
        """When the people of a wave are enrolled."""
        return self.at(*_ENROLLED[wave], 17)

    def approached(self, wave: int) -> datetime:
        """When the letters of a wave leave."""
        return self.at(*_WAVES[wave], 18)

    def published(self, version: int) -> datetime:
        """When a later version of List 1 is published; the board had allowed it some hours before."""
        return self.at(*_VERSIONS[version], 20)

    def interview(self, number: int) -> datetime:
        """When an interview begins: in the afternoon of its day, as people have time."""
        week, day = _INTERVIEWS[number]
        drawn = self.chance("interview", number)
        return self.at(week, day, drawn.randint(17, 21), drawn.choice((0, 10, 15, 20, 30, 40)))

    def deposited(self, number: int) -> datetime:
        """When an interview is deposited: on the morning of the next working day."""
        morning = self.interview(number).replace(hour=15) + timedelta(days=1)
        return morning + timedelta(days=2 if morning.weekday() > 4 else 0)

    def decided(self, key: str, *, before: datetime) -> datetime:
        """When somebody decides on the page: on the working day before the interview."""
        return _working_day_before(before) + timedelta(minutes=self.chance("decided", key).randint(-240, -90))

    def answered(self, key: str, *, before: datetime) -> datetime:
        """When somebody answers the survey: soon after they decided."""
        return self.decided(key, before=before) + timedelta(minutes=self.chance("answered", key).randint(6, 80))

    def replied(self, key: str, wave: int) -> datetime:
        """When somebody replies who is not interviewed, or is given up: within the week after the letter."""
        drawn = self.chance("replied", key)
        return self.approached(wave) + timedelta(days=drawn.choice((3, 4, 5, 6)), minutes=drawn.randint(-120, 120))

    def given_up(self, key: str, wave: int) -> datetime:
        """When somebody counts as not replying: after two weeks and a weekend."""
        return self.approached(wave) + timedelta(days=17, minutes=self.chance("given up", key).randint(-120, 120))

    def telephone(self, place: int, university: str) -> str:
        """A number of the kind that belongs to nobody, another one for each of a hundred places in the list."""
        area = {"Calgary": 403, "Alberta": 780}[university]
        return f"+1 {area} 555 01{self.chance('telephones').sample(range(100), 100)[place % 100]:02d}"


def _working_day_before(moment: datetime) -> datetime:
    before = moment - timedelta(days=1)
    while before.weekday() > 4:
        before -= timedelta(days=1)
    return before
