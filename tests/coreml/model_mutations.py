"""Changes one thing about a model: a field, or bytes of its file. Seeded, so that each change is found again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import Any


def change_a_field(specification: Any, rng: random.Random) -> None:
    """Clear, repeat, drop or overwrite one field somewhere in a model."""
    message = rng.choice(list(messages(specification)))
    fields = message.DESCRIPTOR.fields
    if not fields:
        return
    field = rng.choice(fields)
    value = getattr(message, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        message.ClearField(field.name)
    elif field.is_repeated:
        _change_a_list(value, field, rng)
    elif field.message_type is not None:
        if rng.random() < 0.5:
            message.ClearField(field.name)
        else:
            value.SetInParent()
    else:
        setattr(message, field.name, _value(field, rng))


def overwrite_a_set_field(specification: Any, rng: random.Random) -> None:
    """Give a field that the model really uses another value: what stays is still a model."""
    used = [
        (message, field)
        for message in messages(specification)
        for field, _ in message.ListFields()
        if field.message_type is None
    ]
    message, field = rng.choice(used)
    if not field.is_repeated:
        setattr(message, field.name, _value(field, rng))
        return
    values = getattr(message, field.name)
    values[rng.randrange(len(values))] = _value(field, rng)


def damage_bytes(content: bytes, rng: random.Random) -> bytes:
    """Overwrite, cut, insert or repeat a few bytes."""
    damaged = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        position = rng.randrange(len(damaged) + 1)
        kind = rng.randrange(4)
        if kind == 0 and position < len(damaged):
            damaged[position] = rng.randrange(256)
        elif kind == 1:
            del damaged[position : position + rng.randint(1, 64)]
        elif kind == 2:
            damaged[position:position] = rng.randbytes(rng.randint(1, 16))
        else:
            damaged[position:position] = damaged[position : position + rng.randint(1, 64)]
    return bytes(damaged)


def messages(message: Any) -> Iterator[Any]:
    """Yield a message and all messages inside it."""
    yield message
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            is_message = field.message_type.fields_by_name["value"].message_type is not None
            inner = [value[key] for key in value] if is_message else []
        else:
            inner = value if field.is_repeated else [value]
        for item in inner:
            yield from messages(item)


def _change_a_list(values: Any, field: Any, rng: random.Random) -> None:
    if len(values) > 0 and rng.random() < 0.5:
        del values[rng.randrange(len(values))]
    elif field.message_type is not None:
        if len(values) > 0 and rng.random() < 0.7:
            values.add().CopyFrom(rng.choice(values))
        else:
            values.add()
    else:
        values.append(_value(field, rng))


def _value(field: Any, rng: random.Random) -> Any:
    kinds = {
        field.CPPTYPE_INT32: (0, 1, -1, 2**31 - 1),
        field.CPPTYPE_INT64: (0, 1, 2, -1, 2**40, 2**63 - 1, -(2**63)),
        field.CPPTYPE_UINT32: (0, 1, 2**32 - 1),
        field.CPPTYPE_UINT64: (0, 1, 3, 2**40, 2**64 - 1),
        field.CPPTYPE_DOUBLE: (0.0, -1.0, float("nan"), float("inf")),
        field.CPPTYPE_FLOAT: (0.0, -1.0, float("nan"), float("inf")),
        field.CPPTYPE_BOOL: (False, True),
        field.CPPTYPE_ENUM: (0, 1, 2, 99),
        field.CPPTYPE_STRING: ("", "x", "\n/\0", "../outside/secret.bin"),
    }
    value = rng.choice(kinds[field.cpp_type])
    return value.encode() if field.type == field.TYPE_BYTES else value
