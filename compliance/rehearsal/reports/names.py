"""What readers call a deployed role or resource: the construct path, where that is one thing's own.

A deployed ARN ends in a name that CloudFormation made up. A short name stands for one ARN of the
rehearsal alone; where two would share one, both go by their ARN.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.rehearsal.model import Kind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from compliance.assembly.model import Assembly
    from compliance.rehearsal.model import Place, Rehearsal

_ARN: Final = re.compile(
    r"arn:[^:]*:(?P<service>[^:]*):(?P<region>[^:]*):(?P<account>[^:]*):(?P<resource>.+)", re.DOTALL
)
"""IAM User Guide, "Identify AWS resources with Amazon Resource Names (ARNs)"."""
_TYPE: Final = re.compile(r"[a-z][a-z-]*[/:]")
_PRINCIPALS: Final = frozenset({"iam", "sts"})
"""Services whose ARNs are of principals."""
_JOINT: Final = re.compile(r"[/:]")
_LONGEST: Final = 2_048
"""Characters of an ARN: AWS gives none that is longer (IAM API Reference, `arnType`)."""
_MADE: Final = "/Resource"
"""Last part of the path of what a construct is made for; no reader misses it."""

_CUSTOM: Final = ("Custom::", "AWS::CloudFormation::CustomResource")


class Names:
    """Short names of the ARNs of a rehearsal.

    Args:
        rehearsal: whose ARNs are to be named; how many share a name is counted over all its rows.
    """

    def __init__(self, rehearsal: Rehearsal) -> None:
        paths = dict(rehearsal.names)
        arns: dict[str, None] = {}
        for row in rehearsal.rows:
            grant = row.grant
            arns.update(dict.fromkeys((grant.holder, principal(grant.principal), grant.resource)))
            if grant.role is not None and grant.kind is not Kind.RESOURCE:
                paths.setdefault(grant.holder, place_name(grant.role))
        home = _home(arns)
        wishes = {arn: tuple(_wishes(arn, paths, home=home)) for arn in arns}
        wanted: dict[str, int] = dict.fromkeys(arns, 1)
        for arn, names in wishes.items():
            for name in set(names) - {arn}:
                wanted[name] = wanted.get(name, 0) + 1
        self._short = {
            arn: next((name for name in names if wanted[name] == 1), arn)
            for arn, names in wishes.items()
        }

    def of(self, text: str) -> str:
        """The short name of an ARN, or of what a policy has in its place."""
        arn = principal(text)
        return self._short.get(arn, arn)


def principal(text: str) -> str:
    """A principal without the word before an ARN: it says so itself."""
    return text.removeprefix("AWS:") if text.startswith("AWS:arn:") else text


def place_name(place: Place) -> str:
    """What readers call a resource of the assembly."""
    return (
        place.construct_path.removesuffix(_MADE)
        or "/".join(filter(None, (place.stack, place.logical_id)))
        or place.template
    )


def deployed(assembly: Assembly, resources: Mapping[str, str]) -> dict[str, str]:
    """Construct paths by physical id, for `Rehearsal.names`.

    Args:
        assembly: what was deployed.
        resources: physical ids by `<stack's construct path>/<logical id>`, as `Stage.resources`.

    Returns:
        Only what is told: no resource without a path, and no id that two resources have, unless one
        is a part of the other, such as a bucket's policy.
    """
    found: dict[str, set[str]] = {}
    for resource in assembly.resources():
        physical = resources.get(f"{resource.template.stack}/{resource.logical_id}")
        # What a custom resource takes for its id may be the name of anything.
        custom = resource.type.startswith(_CUSTOM)
        if physical and resource.construct_path and not custom:
            # A queue's physical id is its URL, and its ARN ends in the last part of that.
            name = physical.rpartition("/")[2] if "://" in physical else physical
            found.setdefault(name, set()).add(resource.construct_path.removesuffix(_MADE))
    owners = {name: min(paths, key=len) for name, paths in found.items()}
    return {
        name: owner
        for name, owner in owners.items()
        if all(path == owner or path.startswith(f"{owner}/") for path in found[name])
    }


def _home(arns: Iterable[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Regions and accounts that go without saying: the one that all ARNs name, and none."""
    found = [match for arn in arns if (match := _ARN.fullmatch(arn))]
    regions = {match["region"] for match in found} - {""}
    accounts = {match["account"] for match in found} - {""}
    return (
        frozenset({"", *regions} if len(regions) == 1 else {""}),
        frozenset({"", *accounts} if len(accounts) == 1 else {""}),
    )


def _wishes(
    arn: str, paths: Mapping[str, str], *, home: tuple[frozenset[str], frozenset[str]]
) -> Iterator[str]:
    """Names for an ARN, the best first."""
    match = _ARN.fullmatch(arn) if len(arn) <= _LONGEST else None
    if match is None:
        return
    for start, end in _parts(arn, start=match.start("resource")):
        path = paths.get(arn[start:end])
        if path is None:
            continue
        name, rest = path.removesuffix(_MADE), arn[end:]
        yield f"${{{name}}}{rest}" if rest else name
    # Of a principal the account is what matters, and of `*/*` too little would be left.
    if (
        match["region"] in home[0]
        and match["account"] in home[1]
        and match["service"] not in _PRINCIPALS
        and match["resource"].strip("*/:?")
    ):
        yield f"{match['service']}:{match['resource']}"


def _parts(arn: str, *, start: int) -> Iterator[tuple[int, int]]:
    """Where a physical id may stand in an ARN: the whole first, the longer before the shorter."""
    starts = dict.fromkeys((0, start))
    if kind := _TYPE.match(arn, start):
        # Of `parameter/a/b` the id is `/a/b`.
        starts.update(dict.fromkeys((kind.end(), kind.end() - 1)))
    ends = [len(arn), *sorted((m.start() for m in _JOINT.finditer(arn, start)), reverse=True)]
    for end in ends:
        for begin in starts:
            if begin < end:
                yield begin, end
