# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
import time
from typing import Any

import pytest
from ansible_collections.packetwalk.labs.plugins.module_utils._parsing._json_stream import JsonStream
from hypothesis import given, settings
from hypothesis import strategies as st

OBJECTS: list[Any] = [
    {"id": 1, "error": None, "result": [["set", []], {"match": 'ip4.src == {10.0.0.1} && inport == "a\\"b}"'}]},
    {"method": "echo", "id": "echo", "params": []},
    {"name": "Zürich ]]] }}} \\", "nested": {"a": [[{}]]}},
]
TEXT = "".join(json.dumps(each, ensure_ascii=False) for each in OBJECTS).encode()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 50, len(TEXT)])
def test_objects_come_out_whole_however_the_bytes_were_cut(size: int) -> None:
    stream = JsonStream()
    found = [each for start in range(0, len(TEXT), size) for each in stream.feed(TEXT[start : start + size])]
    assert found == OBJECTS


TEXTS = st.text(st.sampled_from('\\"{}[]aü, '))
VALUES = st.recursive(
    TEXTS | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=8
)


@settings(deadline=None)
@given(st.lists(st.lists(VALUES), min_size=1, max_size=3), st.booleans(), st.integers(1, 9))
def test_whatever_is_in_them_objects_come_out_whole(objects: list[Any], ascii_only: bool, size: int) -> None:
    text = "".join(json.dumps(each, ensure_ascii=ascii_only) for each in objects).encode()
    stream = JsonStream()
    assert [each for start in range(0, len(text), size) for each in stream.feed(text[start : start + size])] == objects


def test_cut_anywhere_nothing_comes_before_the_rest() -> None:
    whole = json.dumps(OBJECTS[0]).encode()
    for cut in range(1, len(whole)):
        stream = JsonStream()
        assert stream.feed(whole[:cut]) == []
        assert stream.feed(whole[cut:]) == [OBJECTS[0]]


def test_blanks_between_objects_are_nothing() -> None:
    stream = JsonStream()
    assert stream.feed(b' \n {"a": 1}\n\n[2]  ') == [{"a": 1}, [2]]
    assert stream.feed(b"\n") == []


@pytest.mark.parametrize("text", [b"HTTP/1.1 400 Bad Request\r\n", b"{]}", b"}", b'{"a" 1}', b"\xff\xfe"])
def test_what_is_not_json_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError):
        JsonStream().feed(text)


def test_long_strings_take_no_longer_for_their_quotation_marks() -> None:
    text = json.dumps({"match": '{"[' * 200_000}).encode()
    stream = JsonStream()
    begun = time.perf_counter()
    found = [each for start in range(0, len(text), 10_000) for each in stream.feed(text[start : start + 10_000])]
    assert found == [json.loads(text)]
    assert time.perf_counter() - begun < 2.0
