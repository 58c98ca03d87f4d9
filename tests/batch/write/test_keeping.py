from __future__ import annotations

from typing import Any

from lakesmith.batch.write.change_set import keeping


class Frame:
    """A frame that records when it is no longer cached."""

    def __init__(self, name: str, gone: list[str]) -> None:
        self.name = name
        self.gone = gone

    def persist(self) -> Frame:
        return self

    def unpersist(self) -> None:
        self.gone.append(self.name)


def test_a_cached_frame_is_dropped_before_those_that_it_reads() -> None:
    gone: list[str] = []
    with keeping() as keep:
        frames: list[Any] = [Frame("events", gone), Frame("rows of events", gone)]
        for frame in frames:
            keep(frame)
    assert gone == ["rows of events", "events"]
