"""A model inspector as text."""

from __future__ import annotations

from collections.abc import Iterable

from bertkit.widgets import texts, units
from bertkit.widgets.panel import Json

_LONGEST = 100


def text_inspector(view: dict[str, Json]) -> str:
    """Return the tabs as titled paragraphs."""
    parts = [[f"{view['title']}  ({', '.join(view['facts'])})"]]
    parts += [[title, *(f"  {line}" for line in lines)] for title, lines in _sections(view) if lines]
    return "\n\n".join("\n".join(part) for part in parts)


def _sections(view: dict[str, Json]) -> Iterable[tuple[str, list[str]]]:
    metadata, parameters, update = view["metadata"], view["parameters"], view["update"]
    rows = [[key, value] for key, value in metadata["fields"] if value]
    rows += [
        [key, value if length <= _LONGEST else f"{length:,d} characters"] for key, value, length, _ in metadata["user"]
    ]
    yield "Metadata", texts.columns(rows)
    for function in view["interface"]:
        at = "" if len(view["interface"]) == 1 else f" of {function['name']}"
        for role in ("inputs", "outputs", "states"):
            yield f"{role.capitalize()}{at}", features(function[role])
    yield "Parameters", _parameters(parameters)
    if update is None:
        yield "Why it is not updatable", [f"{where}: {message}" for _, where, message in view["problems"]]
    else:
        yield "Update parameters", _update(update)
        yield "Update interface", features(view["training"])
    yield "Files", texts.columns([[name, units.size(size), role] for name, size, role in view["files"]], right=[1])
    if view["difference"] is not None:
        yield (
            f"Against {view['other']}",
            [
                f"{kind} {area} {name}: {before} -> {after}"
                for area, name, kind, before, after in view["difference"]["rows"]
            ],
        )


def features(rows: Json) -> list[str]:
    """Return one line an input or output."""
    return texts.columns([[name, kind, "optional" if optional else "", text] for name, kind, optional, text in rows])


def _parameters(parameters: Json) -> list[str]:
    total = f"{parameters['count']:,d} numbers in {parameters['arrays']:,d} arrays, {units.size(parameters['bytes'])}"
    rows = [
        [f"{'  ' * depth}{name}", f"{count:,d}", units.size(size), "updatable" if updatable else ""]
        for depth, name, count, size, updatable in parameters["modules"]
        if depth < 2
    ]
    stored = [f"{name}: {count:,d} numbers, {units.size(size)}" for name, count, size in parameters["storage"]]
    return [total, *stored, *texts.columns(rows, right=[1, 2])]


def _update(update: Json) -> list[str]:
    lines = [f"updatable layers: {', '.join(update['layers'])}"] if update["layers"] else []
    lines += [f"loss {loss}" for loss in update["losses"]]
    lines += [f"{name}: {value}" for name, value in update["facts"]]
    return [
        *lines,
        *texts.columns([[name, default, f"allowed: {allowed}"] for name, default, allowed in update["numbers"]]),
    ]
