"""Conditions as LimeSurvey kept them before it had equations: rows that say one comparison each."""

from collections.abc import Mapping, Sequence

from instruments.foreign.limesurvey_file import Record

_SIGNS = {"==": "==", "=": "==", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">=", " ": "=="}


class Conditions:
    """The conditions of each question. Newer files say the same in an equation, and then that is what counts."""

    def __init__(self, rows: Sequence[Record]) -> None:
        self._rows: dict[str, list[Record]] = {}
        for row in rows:
            self._rows.setdefault(row.get("qid", ""), []).append(row)

    def equation(self, question: str) -> str:
        """The conditions of a question as an equation; empty if it has none.

        Within a scenario, comparisons with the same answer are joined by "or", those with others by "and"; one scenario
        is enough.
        """
        scenarios: dict[str, dict[str, list[str]]] = {}
        for row in self._rows.get(question, ()):
            answer = row.get("cfieldname", "").lstrip("+")
            same = scenarios.setdefault(row.get("scenario", "1"), {}).setdefault(answer, [])
            same.append(_comparison(answer, row, multiple=row.get("cfieldname", "").startswith("+")))
        return " or ".join(_joined(parts) for parts in scenarios.values())


def _joined(parts: Mapping[str, Sequence[str]]) -> str:
    return "(" + " and ".join("(" + " or ".join(same) + ")" for same in parts.values()) + ")"


def _comparison(answer: str, row: Record, *, multiple: bool) -> str:
    value = row.get("value", "")
    sign = _SIGNS.get(row.get("method", ""), row.get("method", ""))
    if not multiple and not value.strip():
        return f"is_empty({answer})" if sign == "==" else f"!is_empty({answer})"
    quote = "'" if '"' in value else '"'
    return f"{answer} {sign} {quote}{value}{quote}"
