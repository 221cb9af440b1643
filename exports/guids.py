"""GUIDs of exchange files: upper case, without braces, made from our own ids and so the same at every export."""

from uuid import UUID, uuid5

# Stands in no name that people write, so that no two paths are spelled alike.
_BETWEEN = "\x1f"


def guid(owner: UUID, *path: str) -> str:
    """The GUID of what ``path`` leads to within ``owner``: ``guid(data.study, "question", "list_1", "barriers")``."""
    # Half a surrogate pair has no UTF-8.
    spelled = _BETWEEN.join(path).encode("utf-8", "backslashreplace").decode("utf-8")
    return str(uuid5(owner, spelled)).upper()
