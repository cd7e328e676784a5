"""The function's code folder: pure, reproducible, built once."""

from __future__ import annotations

import base64
import hashlib
import os
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from stacks.bundling import BundleError, bundle

COMPILED = {".so", ".pyd", ".dylib", ".pyc"}


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder, by its path in it."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def write_wheel(folder: Path, *, compiled: bool = False) -> str:
    """Write a wheel named 'dependency' and return its line in a requirements file."""
    module = "dependency/core.so" if compiled else "dependency/core.py"
    info = "dependency-1.0.dist-info"
    files = {
        "dependency/__init__.py": b"",
        module: b"VALUE = 1\n",
        f"{info}/METADATA": b"Metadata-Version: 2.1\nName: dependency\nVersion: 1.0\n",
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": b"[console_scripts]\ndependency = dependency:main\n",
    }
    digests = {
        name: base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
        for name, content in files.items()
    }
    record = "".join(f"{name},sha256={digests[name]},{len(files[name])}\n" for name in files)
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    wheel = folder / "dependency-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return f"dependency==1.0 --hash=sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}\n"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder that is all that pip may install from."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def handlers(tmp_path: Path, index: Path) -> Path:
    """Return a package of handlers with one dependency."""
    folder = tmp_path / "handlers"
    for name, text in {
        "__init__.py": "",
        "app.py": "def lambda_handler(event, context): ...\n",
        "item.schema.json": "{}",
        "notes.md": "not shipped",
        "requirements.in": "dependency",
        "requirements.txt": write_wheel(index),
        "tests/test_app.py": "not shipped",
        "__pycache__/app.cpython-311.pyc": "not shipped",
    }.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    return folder


def test_the_folder_holds_sources_and_dependencies_and_nothing_that_varies(
    handlers: Path, tmp_path: Path
) -> None:
    """Handlers' .py and .json files and the installed package are there, pip's notes are not."""
    folder = bundle(handlers=handlers, build=tmp_path / "build")
    assert sorted(contents(folder)) == [
        "dependency-1.0.dist-info/METADATA",
        "dependency-1.0.dist-info/WHEEL",
        "dependency-1.0.dist-info/entry_points.txt",
        "dependency/__init__.py",
        "dependency/core.py",
        "handlers/__init__.py",
        "handlers/app.py",
        "handlers/item.schema.json",
    ]


def test_two_builds_are_alike(handlers: Path, tmp_path: Path) -> None:
    """Name, content and modes of two builds are equal, under different umasks too."""
    first = bundle(handlers=handlers, build=tmp_path / "one")
    previous = os.umask(0o077)
    try:
        second = bundle(handlers=handlers, build=tmp_path / "two")
    finally:
        os.umask(previous)
    assert first.name == second.name
    assert contents(first) == contents(second)
    modes = [
        [(path.relative_to(folder), path.stat().st_mode) for path in sorted(folder.rglob("*"))]
        for folder in (first, second)
    ]
    assert modes[0] == modes[1]


def test_a_second_build_starts_no_pip(
    handlers: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was built is found again; changed handlers reuse the installed dependencies."""
    first = bundle(handlers=handlers, build=tmp_path / "build")
    monkeypatch.setattr("subprocess.run", lambda *_, **__: pytest.fail("pip ran"))
    assert bundle(handlers=handlers, build=tmp_path / "build") == first
    (handlers / "app.py").write_text("def lambda_handler(event, context): return 1\n")
    second = bundle(handlers=handlers, build=tmp_path / "build")
    assert second != first
    assert contents(second)["handlers/app.py"].endswith(b"return 1\n")


def test_builds_at_once_do_not_meet(handlers: Path, tmp_path: Path) -> None:
    """Of builds at the same time each returns the whole folder, and none leaves a partial one."""
    build = tmp_path / "build"
    with ThreadPoolExecutor(max_workers=3) as pool:
        folders = list(pool.map(lambda _: bundle(handlers=handlers, build=build), range(3)))
    assert len(set(folders)) == 1
    assert "dependency/core.py" in contents(folders[0])
    assert not list(build.glob(".partial-*"))


def test_a_compiled_dependency_is_refused(handlers: Path, index: Path, tmp_path: Path) -> None:
    """A wheel that calls itself pure and is not stops the build, and nothing is kept."""
    (handlers / "requirements.txt").write_text(write_wheel(index, compiled=True))
    with pytest.raises(BundleError) as raised:
        bundle(handlers=handlers, build=tmp_path / "build")
    assert str(raised.value) == (
        f"{handlers / 'requirements.txt'}: found the compiled dependency/core.so; allowed: pure "
        "Python only, which runs on any processor; next: replace that package"
    )
    assert list((tmp_path / "build").iterdir()) == []


def test_a_wrong_hash_is_refused(handlers: Path, tmp_path: Path) -> None:
    """What pip says is handed on in one line, and nothing is kept."""
    (handlers / "requirements.txt").write_text(f"dependency==1.0 --hash=sha256:{'0' * 64}\n")
    with pytest.raises(
        BundleError, match=r"requirements\.txt: pip ended with 1, saying "
    ) as raised:
        bundle(handlers=handlers, build=tmp_path / "build")
    assert "\n" not in str(raised.value)
    assert str(raised.value).endswith("next: run 'python -m stacks.bundling' with network access")
    assert list((tmp_path / "build").iterdir()) == []


def test_an_unpinned_requirement_is_refused(handlers: Path, tmp_path: Path) -> None:
    """Without a hash nothing is installed."""
    (handlers / "requirements.txt").write_text("dependency==1.0\n")
    with pytest.raises(BundleError, match="pip ended with 1"):
        bundle(handlers=handlers, build=tmp_path / "build")


def test_missing_requirements_are_named(tmp_path: Path) -> None:
    """Without a requirements file there is no code to deploy."""
    with pytest.raises(BundleError) as raised:
        bundle(handlers=tmp_path, build=tmp_path / "build")
    assert str(raised.value) == (
        f"{tmp_path / 'requirements.txt'}: found no file; allowed: pinned requirements with "
        "hashes; next: restore it"
    )


def test_the_real_code_is_pure_python() -> None:
    """What is deployed holds the handler, Powertools and no compiled file."""
    files = contents(bundle())
    assert {"handlers/app.py", "handlers/item.schema.json"} <= set(files)
    assert "aws_lambda_powertools/__init__.py" in files
    assert [name for name in files if Path(name).suffix in COMPILED] == []
    assert [name for name in files if name.endswith(("/RECORD", "/INSTALLER"))] == []
    assert not [name for name in files if name.startswith(("boto3/", "bin/"))]
