"""What the pages do to a definition, for tests that state laws over any chain of it."""

from hypothesis import strategies as st
from msgspec.structs import replace

from instruments import editing
from instruments.definition import Instrument, Section
from instruments.kinds import YesNo
from tests.instruments.making import asked


def edited(one: Instrument, data: st.DataObject) -> list[Instrument]:
    """The definition after each of several deeds, some to a question that is not there."""
    names = [*editing.ids(one), "unknown"]
    name, other = data.draw(st.sampled_from(names)), data.draw(st.sampled_from(names))
    section = data.draw(st.sampled_from([*(section.id for section in one.sections), "unknown"]))
    return [
        editing.with_question(one, asked(YesNo(), other), was=name),
        editing.without(one, name),
        editing.duplicated(one, name)[0],
        editing.split(one, name)[0],
        editing.joined(one, section),
        editing.moved_to(one, name, after=other),
        editing.moved_section(one, section, up=data.draw(st.booleans())),
        editing.with_section(one, Section(id="renamed", title={"en": "Other"}), was=section),
        editing.added_section(one, Section(id="late"), after=section),
        replace(one, minutes=7, languages=("fr", "en")),
    ]
