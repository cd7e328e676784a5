"""Notes which line of Python makes each construct, so that a finding can point to it.

CDK's own creation stack traces hold no Python frame. What Python code makes goes through the
metaclass of jsii's classes, where the caller's frame is known: once `install` has wrapped that
call, it notes the code on the way to each construct. What a construct is called in the tree, and
in which app it stands, is asked when `lines` wants to know, and once: three calls across the
language border, where none more is made while the app is built. jsii lets go of no object that
Python made, so the constructs noted here are held at no further cost.

What CDK makes for a call and hands back, as `resource.add_method` and `metric.create_alarm` do, has
the line of the call. Nothing is noted of what the gate makes itself, nor of the other children that
CDK makes: they belong to the nearest construct above them that has a line.
"""

from __future__ import annotations

import functools
import os
import sys
import sysconfig
import threading
from collections import deque
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import jsii
from constructs import Construct

from compliance.findings import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType

    from constructs import IConstruct

MAX_FRAMES: Final = 16
"""Frames of the app's own code that are noted for one construct, the innermost first."""

MAKERS: Final = ("add", "create")
"""How CDK's methods that make a construct begin. Others hand back what may have been there."""

_Frames = tuple[tuple[str, int], ...]
_GATE: Final = os.path.realpath(Path(__file__).parent) + os.sep
_LIBRARIES: Final = tuple(
    # A virtual environment may be the app's own folder, so its root is no sign of a library.
    {os.path.realpath(sysconfig.get_path(name)) + os.sep for name in ("stdlib", "platstdlib")}
)
_SITES: Final = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")


@dataclass
class _Notes:
    """What was noted in this process.

    Attributes:
        on: whether constructs are noted.
        made: the metaclass's call as it was before it was wrapped; `None` when it is not.
        invoked: jsii's call of a method, likewise.
        waiting: constructs whose place in a tree nobody asked for yet, how their code was reached,
            and whether Python made them.
        known: frames by construct path, by the identity of the tree's root.
    """

    on: bool = False
    made: Any = None
    invoked: Any = None
    waiting: deque[tuple[Construct, _Frames, bool]] = field(default_factory=deque)
    known: dict[int, dict[str, _Frames]] = field(default_factory=dict)


_notes: Final = _Notes()
_lock: Final = threading.Lock()


def install() -> None:
    """Note from now on who makes a construct. A second time changes nothing."""
    with _lock:
        _notes.on = True
        if _notes.made is None:
            _notes.made = jsii.JSIIMeta.__call__
            jsii.JSIIMeta.__call__ = _noting_made(_notes.made)  # type: ignore[method-assign]
        if _notes.invoked is None:
            _notes.invoked = jsii.invoke
            jsii.invoke = _noting_returned(_notes.invoked)


def uninstall() -> None:
    """Note nothing any more, forget what was noted, and leave jsii as it was."""
    with _lock:
        _notes.on = False
        _notes.waiting.clear()
        _notes.known.clear()
        # What somebody else has wrapped around it since stays, and notes nothing.
        made, invoked = _notes.made, _notes.invoked
        if made and getattr(jsii.JSIIMeta.__call__, "__wrapped__", None) is made:
            jsii.JSIIMeta.__call__ = made  # type: ignore[method-assign, assignment]
            _notes.made = None
        if invoked and getattr(jsii.invoke, "__wrapped__", None) is invoked:
            jsii.invoke = invoked  # type: ignore[assignment]
            _notes.invoked = None


def lines(app: IConstruct, *, folder: Path) -> dict[str, Source]:
    """The line that made each construct of an app, as far as they were noted.

    Args:
        app: the root of the tree.
        folder: the folder that the app runs in. Code outside of it counts as its caller's.

    Returns:
        By construct path, in order; files are relative to `folder`, with `/`.
    """
    _settle()
    inside = os.path.realpath(folder).rstrip(os.sep) + os.sep
    found = {}
    for path, frames in sorted(_notes.known.get(id(app), {}).items()):
        for file, line in frames:
            if file.startswith(inside):
                name = file.removeprefix(inside).replace(os.sep, "/")
                found[path] = Source(file=name, line=line)
                break
    return found


def _noting_made(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def call(cls: type, /, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as jsii has it
        made = original(cls, *args, **kwargs)
        if _notes.on and isinstance(made, Construct):
            _note(made, sys._getframe(1), is_made=True)  # noqa: SLF001 - no public way as fast
        return made

    return call


def _noting_returned(original: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(original)
    def invoke(obj: Any, method: str, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - likewise
        found = original(obj, method, *args, **kwargs)
        if _notes.on and isinstance(found, Construct) and method.startswith(MAKERS):
            _note(found, sys._getframe(1), is_made=False)  # noqa: SLF001 - likewise
        return found

    return invoke


def _note(construct: Construct, innermost: FrameType, *, is_made: bool) -> None:
    # Whatever goes wrong here is no reason for a construct to fail.
    with suppress(Exception):
        frames = tuple(_frames(innermost))
        if frames:
            _notes.waiting.append((construct, frames, is_made))


def _frames(innermost: FrameType) -> Iterator[tuple[str, int]]:
    """File and line of the app's code that led here, up to the gate's own, if that is on the way.

    An aspect of the gate makes resources while the app is synthesized: that line is not theirs.
    """
    frame: FrameType | None = innermost
    left = MAX_FRAMES
    while frame is not None and left:
        file = _file(frame.f_code.co_filename)
        if file.startswith(_GATE):
            return
        if file:
            yield file, frame.f_lineno
            left -= 1
        frame = frame.f_back


@functools.cache
def _file(name: str) -> str:
    """A code's file, with links followed; empty for what is no file of the app's or the gate's."""
    if name.startswith("<"):
        return ""
    file = os.path.realpath(name)
    if file.startswith(_GATE):
        return file
    is_library = file.startswith(_LIBRARIES) or any(
        site in path for site in _SITES for path in (name, file)
    )
    return "" if is_library else file


def _settle() -> None:
    """Ask each construct that waits where it stands."""
    while _notes.waiting:
        construct, frames, is_made = _notes.waiting.popleft()
        with suppress(Exception):
            node = construct.node
            path = node.path
            known = _notes.known.setdefault(id(node.root), {})
            # Who made it first is right of what is handed back, who made it last of the rest.
            if path and (is_made or path not in known):
                known[path] = frames
