"""A model inspector as static HTML."""

from __future__ import annotations

from collections.abc import Sequence

from bertkit.widgets import blocks, svg, units
from bertkit.widgets.html import Content, Html, joined, picture, tag
from bertkit.widgets.panel import Json

_MOST_ROWS = 60
_LOWEST_LABELED = 16.0
_CHARACTER = 6.6
_BOX = "border:1px solid rgba(128,128,128,.45);border-radius:6px;padding:6px 10px;margin:6px 0"
_COLUMN = "vertical-align:top;width:50%;padding:0 12px 0 0;border:none;background:transparent;text-align:left"
_TILE_STYLE = "text{font:11px system-ui,sans-serif;fill:#fff}rect{fill:#3f78b5;stroke:#fff}"


def static_inspector(view: dict[str, Json]) -> Html:
    """Return the two-column picture and the tabs as parts that fold."""
    parts = [_overview(view), blocks.section("Metadata", _metadata(view["metadata"]))]
    parts.append(blocks.section("Interface", _interface(view["interface"])))
    parts.append(blocks.section("Parameters", _parameters(view["parameters"])))
    if view["update"] is None:
        parts.append(blocks.section("Why it is not updatable", _problems(view["problems"])))
    else:
        parts.append(blocks.section("Update parameters", _update(view["update"])))
        parts.append(blocks.section("Update interface", features(view["training"])))
    files = [[blocks.code(name), units.size(size), role] for name, size, role in view["files"]]
    parts.append(blocks.section("Files", blocks.table(["file", "size", "role"], files, numeric=[1])))
    if view["difference"] is not None:
        parts.append(blocks.section(f"Against {view['other']}", _difference(view["difference"]), opened=True))
    return blocks.frame(view["title"], " · ".join(view["facts"]), *parts)


def features(rows: Json) -> Html:
    """Return inputs or outputs as a table."""
    if not rows:
        return blocks.note("None.")
    cells = [
        [blocks.code(name), f"{kind}{', optional' if optional else ''}", text] for name, kind, optional, text in rows
    ]
    return blocks.table(["name", "type", "description"], cells)


def _overview(view: dict[str, Json]) -> Html:
    parameters, metadata, update = view["parameters"], view["metadata"], view["update"]
    interface = view["interface"][0]
    numbers = f"{units.count(parameters['count'])} numbers, {units.size(parameters['bytes'])}"
    names = f"{_names(interface['inputs'])} to {_names(interface['outputs'])}"
    left = [
        _box("Parameters", numbers),
        _box("Metadata", next((value for _, value in metadata["fields"] if value), "none")),
        _box("Interface", names),
    ]
    learns = "not in this file" if update is None else ", ".join(update["layers"]) or "nearest neighbors"
    right = [
        _box("Update parameters", learns),
        _box("Update interface", _names(view["training"]) or "not in this file"),
    ]
    cells = [
        tag("td", [tag("strong", "Since Core ML 2"), *left], style=_COLUMN),
        tag("td", [tag("strong", "Added by Core ML 3"), *right], style=_COLUMN),
    ]
    return tag("table", tag("tr", cells), style="border-collapse:collapse;width:100%;color:inherit")


def _box(title: str, content: str) -> Html:
    return tag("div", [tag("strong", title), tag("br"), content], style=_BOX)


def _names(rows: Json) -> str:
    return ", ".join(row[0] for row in rows)


def _metadata(metadata: Json) -> Html:
    user: list[tuple[Content, Content]] = [
        (blocks.code(key), _long(value, length, meaning)) for key, value, length, meaning in metadata["user"]
    ]
    return blocks.definitions([*((key, value or "none") for key, value in metadata["fields"]), *user])


def _long(value: str, length: int, meaning: str) -> Content:
    shown = value if length <= 120 else f"{value[:120]}… ({length:,d} characters)"
    return joined([shown, tag("span", f" {meaning}", style="opacity:.75")]) if meaning else shown


def _interface(functions: Json) -> Html:
    parts: list[Html] = []
    for function in functions:
        if len(functions) > 1:
            parts.append(tag("h4", function["name"]))
        for role in ("inputs", "outputs", "states"):
            if function[role]:
                parts += [tag("strong", role), features(function[role])]
    return joined(parts)


def _parameters(parameters: Json) -> Html:
    if not parameters["arrays"]:
        return blocks.note("This type of model lists no arrays of parameters.")
    total = max(1, parameters["bytes"])
    storage = [
        [name, f"{count:,d}", blocks.bar(size / total, units.size(size))] for name, count, size in parameters["storage"]
    ]
    rows = [
        [
            f"{depth * '    '}{name}",
            f"{count:,d}",
            blocks.bar(size / total, units.size(size)),
            "updatable" if marked else "",
        ]
        for depth, name, count, size, marked in parameters["modules"][:_MOST_ROWS]
    ]
    more = len(parameters["modules"]) - len(rows)
    return joined(
        [
            blocks.table(["stored as", "numbers", "bytes"], storage, numeric=[1]),
            _treemap(parameters["map"], parameters["map_size"]),
            blocks.table(["module", "numbers", "bytes", ""], rows, numeric=[1]),
            blocks.note(f"{more} more modules left out.") if more > 0 else "",
        ]
    )


def _treemap(tiles: Sequence[Json], size: Sequence[float]) -> Html:
    drawn = []
    for name, _, x, y, width, height in tiles:
        drawn.append(svg.element("rect", x=x, y=y, width=width, height=height))
        label = _ending(name, width)
        if label and height > _LOWEST_LABELED:
            drawn.append(svg.text(label, x + 4, y + 13))
    largest = ", ".join(f"{name} {units.size(count)}" for name, count, *_ in tiles[:8])
    return picture(svg.drawing(size[0], size[1], drawn, _TILE_STYLE), f"Bytes by module, the largest: {largest}", 640)


def _ending(path: str, width: float) -> str:
    """Return as much of the end of a path as fits."""
    parts = path.split("/")
    while parts and len(" / ".join(parts)) * _CHARACTER > width - _CHARACTER:
        parts.pop(0)
    return " / ".join(parts)


def _update(update: Json) -> Html:
    pairs: list[tuple[Content, Content]] = [("updatable layers", ", ".join(update["layers"]) or "none")]
    pairs += [("loss", loss) for loss in update["losses"]]
    pairs += [(name, value) for name, value in update["facts"]]
    numbers = blocks.table(["parameter", "default", "allowed"], update["numbers"])
    return joined([blocks.definitions(pairs), numbers])


def _problems(problems: Json) -> Html:
    return blocks.table(["place", "what is missing"], [[where, message] for _, where, message in problems])


def _difference(difference: Json) -> Html:
    if not difference["rows"]:
        return blocks.note("Nothing differs but, perhaps, the numbers of the parameters.")
    rows = [[kind, area, name, before, after] for area, name, kind, before, after in difference["rows"][:_MOST_ROWS]]
    more = len(difference["rows"]) - len(rows) + difference["left_out"]
    table = blocks.table(["", "part", "name", "before", "after"], rows)
    return joined([table, blocks.note(f"{more} more.")]) if more else table
