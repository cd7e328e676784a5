"""`compliance.source_lines`: which line made a construct, and that nobody notices who asks."""

from __future__ import annotations

import inspect
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import app as project
from compliance import source_lines
from compliance.findings import Source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import FrameType, ModuleType

    import aws_cdk
    import constructs

HERE = Path(__file__).resolve().parent
FILE = Path(__file__).name


@pytest.fixture(scope="module")
def cdk() -> ModuleType:
    """The CDK, which starts Node.js: not while tests are collected."""
    project._choose_node()
    import aws_cdk  # noqa: PLC0415

    return aws_cdk


@pytest.fixture
def app(cdk: ModuleType) -> Iterator[aws_cdk.App]:
    """An app whose constructs are noted, from nothing on."""
    source_lines.uninstall()
    source_lines.install()
    yield cdk.App(analytics_reporting=False)
    source_lines.uninstall()


def here() -> int:
    """The line of the call."""
    frame: FrameType | None = inspect.currentframe()
    assert frame
    assert frame.f_back
    return frame.f_back.f_lineno


def noted(app: aws_cdk.App, folder: Path = HERE) -> dict[str, int]:
    """Lines of this file, by construct path."""
    found = source_lines.lines(app, folder=folder)
    assert {source.file for source in found.values()} <= {FILE}
    return {path: source.line for path, source in found.items()}


def made_by(folder: Path, text: str) -> Callable[..., Any]:
    """The function `make` of a module of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "module.py"
    path.write_text(text)
    names: dict[str, Any] = {}
    exec(compile(text, str(path), "exec"), names)  # noqa: S102 - the test's own code
    make: Callable[..., Any] = names["make"]
    return make


PLAIN = "from aws_cdk import Stack\n\n\ndef make(scope, name):\n    return Stack(scope, name)\n"


def test_a_call_over_several_lines_is_its_first(cdk: ModuleType, app: aws_cdk.App) -> None:
    """A reader finds the name of the class there."""
    line = here() + 1
    cdk.Stack(
        app,
        "Small",
    )
    assert noted(app) == {"Small": line}


def test_a_child_is_noted_though_its_parent_is_not_made_yet(
    cdk: ModuleType, app: aws_cdk.App
) -> None:
    """A stack's `__init__` makes its resources; the stack is made where it is called."""
    lines = []

    from aws_cdk import Stack  # noqa: PLC0415 - Node.js runs by now

    class Small(Stack):
        def __init__(self, scope: aws_cdk.App) -> None:
            super().__init__(scope, "Small")
            lines.append(here() + 1)
            cdk.CfnResource(self, "Topic", type="AWS::SNS::Topic")

    Small(app)
    assert noted(app) == {"Small": here() - 1, "Small/Topic": lines[0]}


def test_what_cdk_makes_itself_has_no_line(cdk: ModuleType, app: aws_cdk.App) -> None:
    """The resource below a bucket; it belongs to the bucket."""
    from aws_cdk import aws_s3 as s3  # noqa: PLC0415

    bucket = s3.Bucket(cdk.Stack(app, "Small"), "Bucket")
    assert isinstance(bucket.node.find_child("Resource"), s3.CfnBucket)
    assert set(noted(app)) == {"Small", "Small/Bucket"}


def test_what_a_call_adds_has_the_line_of_the_call(cdk: ModuleType, app: aws_cdk.App) -> None:
    """A method of an API, an alarm of a metric; not what a call only finds."""
    from aws_cdk import aws_apigateway as apigw  # noqa: PLC0415 - Node.js runs by now

    stack = cdk.Stack(app, "Small")
    line = here() + 1
    api = apigw.RestApi(stack, "Api", deploy=False)
    items = api.root.add_resource("items")
    items.add_method("GET")
    items.add_method(
        "POST",
    )
    api.metric_count().create_alarm(stack, "Alarm", threshold=1, evaluation_periods=1)
    api.root.resource_for_path("/items/{id}").node.try_find_child("Gone")
    assert noted(app) == {
        "Small": line - 2,
        "Small/Alarm": line + 6,
        "Small/Api": line,
        "Small/Api/Default/items": line + 1,
        "Small/Api/Default/items/GET": line + 2,
        "Small/Api/Default/items/POST": line + 3,
    }


def test_what_python_made_keeps_its_line_when_a_call_hands_it_back(
    cdk: ModuleType, app: aws_cdk.App
) -> None:
    """As a library written in another language may do with what it is given."""
    line = here() + 1
    stack = cdk.Stack(app, "Small")
    source_lines._note(stack, inspect.currentframe(), is_made=False)  # type: ignore[arg-type]
    assert noted(app) == {"Small": line}


def test_each_app_has_its_own(cdk: ModuleType, app: aws_cdk.App) -> None:
    """Two apps with constructs of the same name, asked in turn and again."""
    other = cdk.App(analytics_reporting=False)
    line = here() + 1
    cdk.Stack(app, "Small")
    cdk.Stack(other, "Small")
    assert noted(app) == {"Small": line}
    assert noted(other) == {"Small": line + 1}
    cdk.Stack(app, "Late")
    assert noted(app) == {"Late": line + 4, "Small": line}
    assert noted(cdk.App(analytics_reporting=False)) == {}


def test_what_replaces_another_has_its_own_line(cdk: ModuleType, app: aws_cdk.App) -> None:
    """A construct that was removed, and made anew."""
    cdk.Stack(app, "Small")
    app.node.try_remove_child("Small")
    cdk.Stack(app, "Small")
    assert noted(app) == {"Small": here() - 1}


def test_a_library_is_passed_over(app: aws_cdk.App, tmp_path: Path) -> None:
    """Whether it lies in the app's folder, as a virtual environment may, or not."""
    packages = tmp_path / "lib" / "site-packages"
    caller = made_by(tmp_path, "def make(inner, scope, name):\n    return inner(scope, name)\n")
    caller(made_by(packages, PLAIN), app, "Small")
    assert source_lines.lines(app, folder=tmp_path) == {"Small": Source("module.py", 2)}


def test_code_outside_of_the_folder_counts_as_its_callers(app: aws_cdk.App, tmp_path: Path) -> None:
    """A module beside the app's folder; asked for that folder, it is the one."""
    make = made_by(tmp_path / "shared", PLAIN)
    make(app, "Small")
    assert noted(app) == {"Small": here() - 1}
    assert source_lines.lines(app, folder=tmp_path) == {"Small": Source("shared/module.py", 5)}
    assert source_lines.lines(app, folder=tmp_path / "elsewhere") == {}


def test_a_link_to_the_folder_is_the_folder(app: aws_cdk.App, tmp_path: Path) -> None:
    """A checkout that is reached by a link, from either side."""
    make = made_by(tmp_path / "real", PLAIN)
    make(app, "Small")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    found = source_lines.lines(app, folder=tmp_path / "link")
    assert found == {"Small": Source("module.py", 5)}


def test_code_without_a_file_counts_as_its_callers(app: aws_cdk.App) -> None:
    """What is executed from a string."""
    names: dict[str, Any] = {}
    exec(PLAIN, names)  # noqa: S102 - the test's own code
    names["make"](app, "Small")
    assert noted(app) == {"Small": here() - 1}


def test_what_the_gate_makes_has_no_line(
    cdk: ModuleType, app: aws_cdk.App, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """An aspect of the gate runs below `app.synth()`, a line that made nothing."""
    monkeypatch.setattr(source_lines, "_GATE", f"{tmp_path.resolve()}/")
    source_lines._file.cache_clear()
    made_by(tmp_path, PLAIN)(app, "Small")
    source_lines._file.cache_clear()
    assert noted(app) == {}
    assert cdk.Stack.is_stack(app.node.find_child("Small"))


def test_threads_note_their_own(cdk: ModuleType, app: aws_cdk.App) -> None:
    """A stack that another thread makes has the line of that thread's function."""
    lines = []

    def make() -> None:
        lines.append(here() + 1)
        cdk.Stack(app, "Small")

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    assert noted(app) == {"Small": lines[0]}


def test_a_construct_that_fails_fails_as_before(cdk: ModuleType, app: aws_cdk.App) -> None:
    """Its error comes through; nothing is noted of it, but of what it had made."""
    from aws_cdk import Stack  # noqa: PLC0415 - Node.js runs by now

    class Broken(Stack):
        def __init__(self, scope: aws_cdk.App) -> None:
            super().__init__(scope, "Broken")
            cdk.CfnResource(self, "Topic", type="AWS::SNS::Topic")
            raise LookupError("no such subnet")

    with pytest.raises(LookupError, match="no such subnet"):
        Broken(app)
    assert set(noted(app)) == {"Broken/Topic"}


def test_a_fault_in_noting_is_no_fault_of_the_app(
    cdk: ModuleType, app: aws_cdk.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever goes wrong, the construct is made, and has no line."""

    def broken(_name: str) -> str:
        raise RuntimeError("no such frame")

    monkeypatch.setattr(source_lines, "_file", broken)
    assert cdk.Stack(app, "Small").node.path == "Small"
    monkeypatch.undo()
    assert noted(app) == {}


def test_a_construct_that_hides_its_place_is_left_out(cdk: ModuleType, app: aws_cdk.App) -> None:
    """A class of the app's own may put anything in the way of `node`; the rest is told."""
    from aws_cdk import Stack  # noqa: PLC0415 - Node.js runs by now

    class Closed(Stack):
        closed = False

        @property
        def node(self) -> constructs.Node:
            if self.closed:
                raise RuntimeError("closed")
            return super().node

    stack = Closed(app, "Closed")
    cdk.Stack(app, "Open")
    stack.closed = True
    assert set(noted(app)) == {"Open"}


def test_what_is_no_construct_is_not_noted(cdk: ModuleType, app: aws_cdk.App) -> None:
    """Jsii makes other objects in the same way; and the app stands in no tree."""
    cdk.Duration.days(1)
    cdk.DefaultStackSynthesizer()
    assert noted(app) == {}
    assert noted(cdk.App(analytics_reporting=False)) == {}


def test_installing_twice_is_installing_once(cdk: ModuleType, app: aws_cdk.App) -> None:
    """The call is wrapped once, and taken off with one call, which may come twice too."""
    import jsii  # noqa: PLC0415

    wrapped = jsii.JSIIMeta.__call__, jsii.invoke
    source_lines.install()
    assert (jsii.JSIIMeta.__call__, jsii.invoke) == wrapped
    cdk.Stack(app, "Small")
    source_lines.uninstall()
    source_lines.uninstall()
    assert not hasattr(jsii.JSIIMeta.__call__, "__wrapped__")
    assert jsii.invoke == jsii.kernel.invoke
    cdk.Stack(app, "Late")
    assert noted(app) == {}


def test_what_somebody_else_wrapped_around_it_stays(
    cdk: ModuleType, app: aws_cdk.App, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Taken off below another's wrap, it notes nothing; put on again, it notes once."""
    import jsii  # noqa: PLC0415

    ours, ours_too = jsii.JSIIMeta.__call__, jsii.invoke

    def theirs(cls: type, *args: object, **kwargs: object) -> object:
        return ours(cls, *args, **kwargs)

    def theirs_too(obj: object, method: str, *args: object) -> object:
        return ours_too(obj, method, *args)

    monkeypatch.setattr(jsii.JSIIMeta, "__call__", theirs)
    monkeypatch.setattr(jsii, "invoke", theirs_too)
    source_lines.uninstall()
    assert (jsii.JSIIMeta.__call__, jsii.invoke) == (theirs, theirs_too)
    cdk.Stack(app, "Unseen")
    source_lines.install()
    cdk.Stack(app, "Seen")
    assert set(noted(app)) == {"Seen"}


def test_a_deep_way_is_noted_as_far_as_the_bound(cdk: ModuleType, app: aws_cdk.App) -> None:
    """A function that calls itself a hundred times: the innermost is the line."""
    lines = []

    def make(depth: int) -> None:
        if depth:
            make(depth - 1)
            return
        lines.append(here() + 1)
        cdk.Stack(app, "Small")

    make(100)
    _, frames, _ = source_lines._notes.waiting[-1]
    assert len(frames) == source_lines.MAX_FRAMES
    assert noted(app) == {"Small": lines[0]}
