"""By whose rights, through which buckets and to which targets an assembly is deployed.

Its manifests say so, and no engine judges them: whoever reads an attestation, or is asked whether
to deploy, is told what `cdk bootstrap` has not made. Sources: CDK's cloud-assembly schema (package
`aws-cdk-lib/cloud-assembly-schema`: `AwsCloudFormationStackProperties`, `FileDestination`); CDK
Developer Guide, 'Customize AWS CDK bootstrapping', for the names that the default synthesizer
gives.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance.assembly import building
from compliance.assembly.reader import MANIFEST
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from compliance.assembly.model import Assembly, Template

EXECUTION: Final = "CloudFormation's role"
PUBLISHING: Final = "publishing role"
BUCKET: Final = "bucket of assets"
_OWN_ROLES: Final = {
    EXECUTION: "cfn-exec-role",
    PUBLISHING: "file-publishing-role",
    "deploying role": "deploy-role",
    "looking-up role": "lookup-role",
}
_QUALIFIER: Final = "[A-Za-z0-9_-]{1,10}"
"""`cdk bootstrap`'s template, parameter `Qualifier`."""
_PARTITION: Final = r"(?:aws[a-z-]*|\$\{AWS::Partition\})"
_ROLE_ACCOUNT: Final = re.compile(r"arn:(?:\$\{AWS::Partition\}|[^:]*):iam::([0-9]{12}):")
_BUCKET_ACCOUNT: Final = re.compile(rf"cdk-{_QUALIFIER}-assets-([0-9]{{12}})-.+")
_OWN_PLACES: Final = ("${AWS::AccountId}", "${AWS::Region}")


@dataclass(frozen=True, slots=True)
class Named:
    """Something that a manifest names for a deployment.

    Attributes:
        what: such as `CloudFormation's role`.
        whose: the template, or the manifest of assets, that it is named for.
        value: an ARN, a bucket's name, a region.
        account: that it belongs to; empty when its name does not tell.
        is_own: whether it is what `cdk bootstrap` makes where the stack goes.
    """

    what: str
    whose: str
    value: str
    account: str
    is_own: bool

    def __str__(self) -> str:
        return (
            f"{clean(self.whose)}: {self.what} {clean(self.value)}: not what `cdk bootstrap` makes "
            "in the account and region of the stack"
        )


@dataclass(frozen=True, slots=True)
class _Place:
    """Accounts and regions of stacks, as alternatives of a regular expression."""

    account: str
    region: str

    @classmethod
    def of(cls, *templates: Template) -> _Place:
        accounts = {_OWN_PLACES[0], *(each.account for each in templates)} - {""}
        regions = {_OWN_PLACES[1], *(each.region for each in templates)} - {""}
        return cls(_either(accounts), _either(regions))

    def has_role(self, arn: str, name: str) -> bool:
        return bool(
            re.fullmatch(
                rf"arn:{_PARTITION}:iam::{self.account}:role/"
                rf"cdk-{_QUALIFIER}-{name}-{self.account}-{self.region}",
                arn,
            )
        )

    def has_bucket(self, name: str) -> bool:
        return bool(re.fullmatch(rf"cdk-{_QUALIFIER}-assets-{self.account}-{self.region}", name))

    def has_region(self, name: str) -> bool:
        return bool(re.fullmatch(self.region, name))


def named(assembly: Assembly) -> tuple[Named, ...]:
    """Every role, bucket and target that the manifests of an assembly name, each once.

    Args:
        assembly: as it was read, from a folder that nobody else writes to.

    Raises:
        SynthgateError: a manifest cannot be read.
    """
    by_path = {template.path.resolve(): template for template in assembly.templates}
    found: dict[tuple[str, str, bool], Named] = {}
    for each in _of_folder(assembly.path, assembly.path, by_path):
        found.setdefault((each.what, each.value, each.is_own), each)
    return tuple(found.values())


def others(assembly: Assembly) -> tuple[str, ...]:
    """A line for each of `named` that `cdk bootstrap` has not made."""
    return tuple(str(each) for each in named(assembly) if not each.is_own)


def _of_folder(top: Path, folder: Path, by_path: Mapping[Path, Template]) -> Iterator[Named]:
    artifacts = _objects(building.json_of(folder / MANIFEST).get("artifacts"))
    here: list[Template] = []
    files = []
    for artifact in artifacts:
        properties = artifact.get("properties", {})
        match artifact.get("type"):
            case "aws:cloudformation:stack":
                template = by_path[(folder / properties["templateFile"]).resolve()]
                here.append(template)
                yield from _of_stack(properties, template)
            case "cdk:asset-manifest":
                files.append(folder / properties["file"])
            case "cdk:cloud-assembly":
                yield from _of_folder(top, folder / properties["directoryName"], by_path)
            case _:
                pass
    for file in files:
        yield from _of_assets(file, file.relative_to(top).as_posix(), _Place.of(*here))


def _of_stack(properties: Mapping[str, Any], template: Template) -> Iterator[Named]:
    place = _Place.of(template)
    looking = properties.get("lookupRole")
    roles = {
        "deploying role": properties.get("assumeRoleArn"),
        EXECUTION: properties.get("cloudFormationExecutionRoleArn"),
        "looking-up role": looking.get("arn") if isinstance(looking, Mapping) else None,
    }
    for what, arn in roles.items():
        if arn is not None:
            yield _role(what, template.name, str(arn), place)
    url = properties.get("stackTemplateAssetObjectUrl")
    if url is not None:
        scheme, _, rest = str(url).partition("://")
        bucket = rest.partition("/")[0]
        is_own = scheme == "s3" and place.has_bucket(bucket)
        yield Named("template in", template.name, str(url), _owner(bucket), is_own)
    topics = properties.get("notificationArns")
    for topic in topics if isinstance(topics, list) else ():
        yield Named("events to", template.name, str(topic), "", is_own=False)


def _of_assets(file: Path, shown: str, place: _Place) -> Iterator[Named]:
    for asset in _objects(building.json_of(file).get("files")):
        for destination in _objects(asset.get("destinations")):
            bucket = str(destination.get("bucketName"))
            yield Named(BUCKET, shown, bucket, _owner(bucket), place.has_bucket(bucket))
            if (arn := destination.get("assumeRoleArn")) is not None:
                yield _role(PUBLISHING, shown, str(arn), place)
            if (region := destination.get("region")) is not None:
                is_own = place.has_region(str(region))
                yield Named("region of assets", shown, str(region), "", is_own)


def _role(what: str, whose: str, arn: str, place: _Place) -> Named:
    owner = _ROLE_ACCOUNT.match(arn)
    is_own = place.has_role(arn, _OWN_ROLES[what])
    return Named(what, whose, arn, owner[1] if owner else "", is_own)


def _owner(bucket: str) -> str:
    owner = _BUCKET_ACCOUNT.fullmatch(bucket)
    return owner[1] if owner else ""


def _either(values: set[str]) -> str:
    return f"(?:{'|'.join(re.escape(value) for value in sorted(values))})"


def _objects(value: object) -> list[Mapping[str, Any]]:
    items = value.values() if isinstance(value, Mapping) else ()
    return [item for item in items if isinstance(item, Mapping)]
