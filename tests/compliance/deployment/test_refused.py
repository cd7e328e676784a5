"""What differs in anything from what was attested is refused by name, and AWS sees none of it."""

from __future__ import annotations

import datetime as dt
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from compliance.assembly import read
from compliance.attestation.places import Places, places
from compliance.cli import deploying
from tests.compliance.deployment import shops

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.compliance.deployment.conftest import Aws, Deploy

ASSET = "asset.*/a.txt"


def flip(shop: shops.Shop, pattern: str) -> str:
    """Change one bit of one byte of a file of the assembly; returns its name."""
    (path,) = shop.assembly().glob(pattern)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(bytes(data))
    return path.relative_to(shop.assembly()).as_posix()


def asset(shop: shops.Shop) -> str:
    """One byte of one asset."""
    return f"{flip(shop, ASSET)}: attested sha256"


def template(shop: shops.Shop) -> str:
    """One byte of one template."""
    return f"{flip(shop, 'Service.template.json')}: attested sha256"


def manifest(shop: shops.Shop) -> str:
    """One byte of the manifest, so that it is no JSON any more, perhaps."""
    return f"{flip(shop, 'manifest.json')}: attested sha256"


def added(shop: shops.Shop) -> str:
    """A file more."""
    (shop.assembly() / "more.txt").write_text("more")
    return "more.txt: in the assembly with sha256"


def missing(shop: shops.Shop) -> str:
    """A file less."""
    (shop.assembly() / "tree.json").unlink()
    return "tree.json: attested with sha256"


def attestation(shop: shops.Shop) -> str:
    """One character of what the attestation says."""
    path = shop.attestation()
    text = path.read_text()
    path.write_text(text.replace('"GREEN"', '"GREEM"', 1).replace('"green"', '"greem"', 1))
    assert path.read_text() != text
    return "seal"


def red(shop: shops.Shop) -> str:
    """An attestation of what was found red."""
    from dataclasses import replace  # noqa: PLC0415

    from compliance.findings import Verdict  # noqa: PLC0415

    shop.state(report=lambda report: replace(report, verdict=Verdict.RED))
    return "verdict: attested RED"


def engine(shop: shops.Shop) -> str:
    """An attestation without Checkov's word."""
    from dataclasses import replace  # noqa: PLC0415

    shop.state(
        report=lambda report: replace(
            report, engines=tuple(run for run in report.engines if run.name != "checkov")
        )
    )
    return "engine checkov: attested no run"


def old(shop: shops.Shop) -> str:
    """An attestation of yesterday."""
    shop.state(now=dt.datetime.now(tz=dt.UTC) - dt.timedelta(hours=25))
    return "at most 24.0 hours are allowed"


def future(shop: shops.Shop) -> str:
    """An attestation of tomorrow."""
    shop.state(now=dt.datetime.now(tz=dt.UTC) + dt.timedelta(hours=1))
    return "an attestation from the future"


def environment(shop: shops.Shop) -> str:
    """Another environment's."""
    shop.state(environment="dev")
    return "environment: attested dev, expected prod"


def account(shop: shops.Shop) -> str:
    """Another account's."""
    shop.state(places=Places(("999999999999",), (shops.REGION,)))
    return f"account: attested 999999999999, expected {shops.ACCOUNT}"


def no_account(shop: shops.Shop) -> str:
    """Nobody's."""
    shop.state(places=Places((), ()))
    return f"account: attested none, expected {shops.ACCOUNT}"


def commit(shop: shops.Shop) -> str:
    """Another commit's."""
    before = shop.git("rev-parse", "HEAD").strip()
    shop.git("commit", "--quiet", "--allow-empty", "--message=More")
    now = shop.git("rev-parse", "HEAD").strip()
    return f"commit: attested {before}, expected {now}"


def edited(shop: shops.Shop) -> str:
    """A working tree that is not clean."""
    (shop.folder / "words" / "a.txt").write_text("bye\n")
    return "working tree: differs from the commit now: words/a.txt"


def untracked(shop: shops.Shop) -> str:
    """A file that nobody has committed."""
    (shop.folder / "new.py").touch()
    return "working tree: differs from the commit now: new.py"


def attested_unclean(shop: shops.Shop) -> str:
    """A working tree that was not clean when it was attested."""
    path = shop.folder / "new.py"
    path.touch()
    shop.state()
    path.unlink()
    return "working tree: differs from the commit when it was attested: new.py"


def settings(shop: shops.Shop) -> str:
    """Another threshold than it was judged by, committed."""
    shop.config.write_text(shops.POLICY.replace("hours = 24", "hours = 720"))
    shop.git("commit", "--quiet", "--all", "--message=Later")
    return "policy: the settings of [tool.synthgate] changed"


def snapshot(shop: shops.Shop) -> str:
    """Another snapshot than was accepted."""
    path = shop.folder / "snapshots" / "prod" / "Data.template.json"
    path.write_text(path.read_text().replace("/shop/diary", "/shop/other"))
    return "policy: the accepted snapshots changed"


def settings_of_nobody(shop: shops.Shop) -> str:
    """Settings that are no part of the commit, because git ignores them."""
    (shop.folder / ".git" / "info" / "exclude").write_text("pyproject.toml\n")
    shop.git("rm", "--quiet", "--cached", "pyproject.toml")
    shop.git("commit", "--quiet", "--message=Without settings")
    shop.state()
    return "working tree: differs from the commit now: pyproject.toml"


def linked(shop: shops.Shop) -> str:
    """A link to a folder in the place of a file that holds where it leads."""
    folder = shop.assembly()
    file = next(folder.glob("asset.*")) / "pointer"
    file.write_text("../words")
    (folder / "words").mkdir()
    shop.state()
    file.unlink()
    file.symlink_to("../words")
    return "/pointer: attested sha256"


def waiver_gone(shop: shops.Shop) -> str:
    """A waiver that was taken back."""
    path = shop.folder / "waivers.toml"
    path.write_text(path.read_text().replace('"CKV_AWS_66"', '"CKV_AWS_338"'))
    return "waiver of CKV_AWS_66"


@pytest.mark.parametrize(
    "tamper",
    [
        *(asset, template, manifest, added, missing, attestation, red, engine),
        *(old, future, environment, account, no_account, commit, edited, untracked),
        *(attested_unclean, settings, settings_of_nobody, linked, snapshot, waiver_gone),
    ],
    ids=lambda tamper: tamper.__name__,
)
def test_whatever_differs_is_named_and_nothing_reaches_aws(
    tamper: Callable[[shops.Shop], str], shop: shops.Shop, aws: Aws, deploy: Deploy
) -> None:
    """Exit code 1, what differs, and no call to AWS but for who calls."""
    shop.state()
    wanted = tamper(shop)
    done = deploy()
    assert done.code == 1, done.err
    assert wanted in done.err
    assert "NOT DEPLOYED: prod" in done.err
    assert aws.decided() == set()
    assert aws.statuses() == {}
    assert not (shop.folder / "build" / "deployments.jsonl").read_text()


def test_every_mismatch_is_named_at_once(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """Nobody has to try again to learn of the next."""
    del aws
    shop.state(environment="dev", now=dt.datetime.now(tz=dt.UTC) - dt.timedelta(days=3))
    wanted = [asset(shop), template(shop), commit(shop), untracked(shop), "environment: attested"]
    done = deploy()
    assert done.code == 1
    assert [text for text in wanted if text not in done.err] == []


def test_a_waiver_that_has_expired_since(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was good when it was attested; its day has passed."""
    shop.config.write_text(shops.POLICY.replace("hours = 24", "hours = 720"))
    waivers = shop.folder / "waivers.toml"
    today = dt.datetime.now(tz=dt.UTC).date()
    waivers.write_text(re.sub(r"(?m)^expires = .*$", f"expires = {today}", waivers.read_text()))
    shop.git("commit", "--quiet", "--all", "--message=A waiver that ends today")
    shop.state()
    later = dt.datetime.now(tz=dt.UTC) + dt.timedelta(days=1)
    monkeypatch.setattr(deploying, "_now", lambda: later)
    done = deploy()
    assert done.code == 1
    assert f"waiver of LOG01 on Data/Diary: ended on {today}" in done.err
    assert aws.statuses() == {}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda shop: shop.attestation().unlink(), "no such file; next: `synthgate attest"),
        (lambda shop: shop.attestation().write_text("{"), "cdk.out/first.intoto.json: "),
        (lambda shop: shutil.rmtree(shop.assembly()), "no cloud assembly: manifest.json"),
    ],
    ids=["no attestation", "no JSON", "no assembly"],
)
def test_what_is_unreadable_is_told_in_one_line(
    spoil: Callable[[shops.Shop], object],
    told: str,
    shop: shops.Shop,
    aws: Aws,
    deploy: Deploy,
) -> None:
    """Exit code 2, and the name of the user's file."""
    shop.state()
    spoil(shop)
    done = deploy()
    assert done.code == 2
    (line,) = [line for line in done.err.splitlines() if not line.endswith("attestation")]
    assert told in line
    assert "synthgate-deployment-" not in line
    assert aws.statuses() == {}


def _edit(shop: shops.Shop, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    path = shop.assembly() / name
    document = json.loads(path.read_text())
    change(document)
    path.write_text(json.dumps(document))


def _executable(document: dict[str, Any]) -> None:
    next(iter(document["files"].values()))["source"] = {"executable": ["touch", "/tmp/ran"]}  # noqa: S108


def _image(document: dict[str, Any]) -> None:
    document["dockerImages"] = {"a": {"source": {"directory": "."}, "destinations": {}}}


def _missing(document: dict[str, Any]) -> None:
    document["missing"] = [{"key": "vpc", "provider": "vpc-provider", "props": {}}]


def _other_role(document: dict[str, Any]) -> None:
    properties = document["artifacts"]["Data"]["properties"]
    properties["assumeRoleArn"] = "arn:aws:iam::999999999999:role/deploys"


def _circle(document: dict[str, Any]) -> None:
    document["artifacts"]["Data"]["dependencies"].append("Service")


def _pattern(document: dict[str, Any]) -> None:
    document["artifacts"]["Data"]["displayName"] = "*"


def _same(document: dict[str, Any]) -> None:
    document["artifacts"]["Data"]["displayName"] = "Service"


def _parameter(document: dict[str, Any]) -> None:
    document["Parameters"]["Who"] = {"Type": "String"}


def _cache(shop: shops.Shop) -> None:
    (shop.assembly() / ".cache").mkdir()
    (shop.assembly() / ".cache" / "a.zip").write_text("PK")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (
            lambda shop: _edit(shop, "Data.assets.json", _executable),
            "is built by a command at deploy time; a deployment runs no command",
        ),
        (lambda shop: _edit(shop, "Data.assets.json", _image), "from a base image that no"),
        (lambda shop: _edit(shop, "manifest.json", _missing), "would look up context"),
        (lambda shop: _edit(shop, "manifest.json", _other_role), "belongs to 999999999999"),
        (lambda shop: _edit(shop, "manifest.json", _circle), "on one another in a circle: "),
        (lambda shop: _edit(shop, "manifest.json", _pattern), "'*' for a pattern"),
        (lambda shop: _edit(shop, "manifest.json", _same), "both are called 'Service'"),
        (
            lambda shop: _edit(shop, "Data.template.json", _parameter),
            "Data.template.json: Parameters.Who: has no default",
        ),
        (_cache, "cdk.out/first/.cache: the CDK CLI would publish what lies there"),
        (
            lambda shop: (shop.assembly() / "read.7.1.lock").touch(),
            "cdk.out/first/read.7.1.lock: a CDK CLI reads this assembly",
        ),
    ],
    ids=[
        *("command", "image", "lookup", "role", "circle", "pattern", "name", "parameter"),
        *("cache", "lock"),
    ],
)
def test_an_assembly_that_the_cli_would_not_deploy_as_it_is(
    spoil: Callable[[shops.Shop], object],
    told: str,
    shop: shops.Shop,
    aws: Aws,
    deploy: Deploy,
) -> None:
    """However green it is attested: exit code 2, the user's file, and nothing reaches AWS."""
    stands = places(read(shop.assembly()), account=None, configured=None)
    spoil(shop)
    shop.state(places=stands)
    done = deploy()
    assert done.code == 2, done.err
    assert told in done.err
    assert "synthgate-deployment-" not in done.err
    assert aws.statuses() == {}


def test_a_stack_of_another_account(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """An assembly may be attested for two accounts; a deployment goes to one."""

    def move(document: dict[str, Any]) -> None:
        artifact = document["artifacts"]["Service"]
        artifact["environment"] = "aws://999999999999/us-east-1"
        for name in ("assumeRoleArn", "cloudFormationExecutionRoleArn"):
            artifact["properties"][name] = artifact["properties"][name].replace(
                shops.ACCOUNT, "999999999999"
            )

    _edit(shop, "manifest.json", move)
    shop.state()
    done = deploy()
    assert done.code == 1
    assert "account: Service goes to 999999999999, and these are credentials of" in done.err
    assert aws.statuses() == {}


def test_roles_and_buckets_of_another_account(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """What is published there, another account could change; the manifest of assets says where."""

    def move(document: dict[str, Any]) -> None:
        for asset in document["files"].values():
            for destination in asset["destinations"].values():
                for name in ("bucketName", "assumeRoleArn"):
                    destination[name] = destination[name].replace(shops.ACCOUNT, "999999999999")

    _edit(shop, "Data.assets.json", move)
    shop.state()
    done = deploy()
    assert done.code == 1
    told = "is of 999999999999, and these are credentials of 123456789012; one deployment goes to"
    bucket = f"cdk-hnb659fds-assets-999999999999-{shops.REGION}"
    assert f"account: Data.assets.json: bucket of assets {bucket} {told}" in done.err
    role = f"cdk-hnb659fds-file-publishing-role-999999999999-{shops.REGION} {told}"
    assert "account: Data.assets.json: publishing role arn:${AWS::Partition}:iam::99" in done.err
    assert role in done.err
    assert aws.statuses() == {}


def test_another_environment_is_told_alone(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """Its snapshots and its account are not this one's, which says nothing more."""
    shop.config.write_text(f'{shops.POLICY}accounts = {{dev = "999999999999"}}\n')
    shop.git("commit", "--quiet", "--all", "--message=Accounts")
    shop.state()
    done = deploy("first", "--env", "dev")
    assert done.code == 1
    first, last = done.err.splitlines()[-2:]
    assert first.startswith("environment: attested prod, expected dev; ")
    assert last == "NOT DEPLOYED: dev"
    assert len([line for line in done.err.splitlines() if "; " in line]) == 1
    assert aws.statuses() == {}


def test_a_stack_of_an_open_region(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """It would go to the region of whoever deploys; only an attested one is taken."""

    def leave_open(document: dict[str, Any]) -> None:
        document["artifacts"]["Service"]["environment"] = f"aws://{shops.ACCOUNT}/unknown-region"

    _edit(shop, "manifest.json", leave_open)
    shop.state()
    done = deploy("first", "--region", "eu-west-1")
    assert done.code == 1
    assert "region: attested us-east-1, expected eu-west-1" in done.err
    assert aws.statuses() == {}


def test_the_account_that_the_settings_name(shop: shops.Shop, aws: Aws, deploy: Deploy) -> None:
    """Credentials of another account than the environment's are refused."""
    shop.config.write_text(f'{shops.POLICY}accounts = {{prod = "999999999999"}}\n')
    shop.git("commit", "--quiet", "--all", "--message=Accounts")
    shop.state()
    done = deploy()
    assert done.code == 1
    assert "accounts names 999999999999 for prod, and these are credentials of" in done.err
    assert aws.statuses() == {}


def test_without_credentials_nothing_is_asked(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That is unreadable input; but where the attestation differs, that is told, too."""
    shop.state()
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    done = deploy()
    assert done.code == 2
    assert "AWS does not say who deploys: Unable to locate credentials" in done.err
    wanted = asset(shop)
    done = deploy()
    assert done.code == 1
    assert wanted in done.err
    assert "AWS does not say who deploys" in done.err
    assert aws.statuses() == {}


def test_settings_of_the_users_own_are_refused(
    shop: shops.Shop, aws: Aws, deploy: Deploy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The CDK CLI would load plugins and roles from `~/.cdk.json`, wherever it runs."""
    home = shop.folder.parent / "home"
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    shop.state()
    (home / ".cdk.json").write_text('{"plugin": ["evil"], "notices": false, "context": {"a": 1}}')
    done = deploy()
    assert done.code == 2
    assert "~/.cdk.json: sets a, plugin, by which the CDK CLI would deploy" in done.err
    (home / ".cdk.json").write_text("{")
    assert "~/.cdk.json: the CDK CLI deploys by it, and it cannot be read" in deploy().err
    assert aws.statuses() == {}
