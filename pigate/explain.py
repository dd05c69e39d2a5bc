"""msgspec's complaints about settings, in words for the person who wrote them."""

from __future__ import annotations

import re
from typing import get_args, get_type_hints

import msgspec

from .errors import did_you_mean, none_of

#: msgspec's names for the kinds of value, and TOML's
_IN_TOML = {
    "int": "a whole number",
    "float": "a number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}


def explain(error: msgspec.ValidationError, model: type[msgspec.Struct]) -> str:
    """Turn msgspec's ``what - at `$.key` `` into ``key: what``, with the nearest right word.

    Args:
        error: what msgspec raised.
        model: of the whole file, whose fields are sections.
    """
    # Greedy: what a person wrote stands in the first part, and may look like the second.
    found = re.fullmatch(r"(.*?)(?: - at `\$([^`$]*)`)?", str(error), re.DOTALL)
    what, where = (found[1], found[2] or "") if found else (str(error), "")
    key = where.lstrip(".")
    if unknown := re.fullmatch("Object contains unknown field `(.*)`", what, re.DOTALL):
        word = unknown[1]
        known = get_type_hints(model).get(key, model).__struct_fields__
        hint = did_you_mean(word, known) or f"there are {', '.join(known)}"
        return f"{key}{'.' if key else ''}{word}: there is no such key ({hint})"
    if wrong := re.fullmatch("Invalid enum value '(.*)'", what, re.DOTALL):
        section, _, name = key.partition(".")
        choices = get_args(get_type_hints(get_type_hints(model)[section])[name])
        return f"{key}: {none_of(wrong[1], choices)}"
    for theirs, ours in _IN_TOML.items():
        what = what.replace(f"`{theirs} | null`", ours).replace(f"`{theirs}`", ours)
    return f"{key}: {what[0].lower()}{what[1:]}"
