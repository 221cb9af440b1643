"""Forms: what a page may be told, and what it says when it cannot take it."""

from collections.abc import Callable, Iterable
from typing import Any

from flask_babel import get_locale, gettext
from wtforms import Field, Form, SelectField, SelectMultipleField
from wtforms.fields import SelectChoice  # type: ignore[attr-defined]  # newer than the types
from wtforms.meta import DefaultMeta
from wtforms.validators import StopValidation
from wtforms.widgets import CheckboxInput

from vault.errors import VerbatimError


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class PageForm(Form):
    """The shape of what one page posts. Text loses the spaces around it; the form token is the guard's affair."""

    class Meta(DefaultMeta):
        """WTForms' own sentences come in the language of the page."""

        def bind_field(self, form: Any, unbound_field: Any, options: Any) -> Any:
            """Give every field the filter that takes surrounding spaces away."""
            options["filters"] = [_stripped, *unbound_field.kwargs.pop("filters", ())]
            return unbound_field.bind(form=form, **options)

        def get_translations(self, form: Any) -> Any:
            """WTForms' catalogue for the page's language."""
            self.locales = [str(get_locale() or "en")]
            return super().get_translations(form)

    def refuse(self, error: VerbatimError, field: str | None = None) -> None:
        """The page says what a rule said, beside ``field`` or above everything."""
        sentence = gettext(error.sentence)
        if field is None:
            self.form_errors.append(sentence)
        else:
            self._fields[field].errors = [*self._fields[field].errors, sentence]


class CheckboxesField(SelectMultipleField):
    """Any of several options, each a box to tick."""

    option_widget = CheckboxInput()


def between(low: int, high: int, sentence: str) -> Callable[[Form, Field], None]:
    """A validator: the number lies in this range; ``sentence`` is said once, also for what is no number at all."""

    def check(form: Form, field: Field) -> None:
        if field.data is None or not low <= field.data <= high:
            field.errors = []
            raise StopValidation(sentence)

    return check


def choices(items: Iterable[tuple[str, str]], *, first: str | None = None) -> list[SelectChoice]:
    """Options from (value, label) pairs, with an empty ``first`` that stands for no choice yet."""
    made = [SelectChoice(value, label) for value, label in items]
    return made if first is None else [SelectChoice("", first), *made]


def choose_from(field: Field, items: Iterable[tuple[str, str]], *, first: str | None = None) -> None:
    """``field`` offers ``items``."""
    if not isinstance(field, SelectField | SelectMultipleField):
        raise TypeError("only a select or radio field offers choices")
    field.choices = choices(items, first=first)
