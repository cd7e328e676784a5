"""Takes one grant out of a deployed policy for a while, and puts it back as it was."""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final, Protocol

from compliance.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.rehearsal.model import Grant

NOTHING: Final = {"Effect": "Deny", "Action": "none:null", "Resource": "*"}
"""Stands in for a policy's last statement: IAM takes no policy without one."""
MAX_VERSIONS: Final = 5
"""Versions of one managed policy
(https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html)."""

_OF_AWS: Final = ":iam::aws:policy/"


class _Policy(Protocol):
    """A deployed policy."""

    def read(self) -> Mapping[str, Any]: ...
    def write(self, document: Mapping[str, Any]) -> None: ...
    def restore(self) -> None: ...


def can_withhold(grant: Grant) -> bool:
    """Whether a grant is one action on one resource of a policy that is the account's own."""
    inverted = "!" in (grant.action[:1], grant.resource[:1])
    return not inverted and _OF_AWS not in grant.policy


@contextmanager
def withheld(iam: Any, grant: Grant) -> Iterator[None]:
    """A role without one of its grants, while the block runs.

    Args:
        iam: client of the operator.
        grant: of a role.

    Raises:
        RehearsalError: the policy has no such statement, cannot be changed, or is afterwards not as
            it was before.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    policy: _Policy = (
        _Managed(iam, grant.policy)
        if grant.policy.startswith("arn:")
        else _Inline(iam, grant.holder.rpartition("/")[2], grant.policy)
    )
    faults = (BotoCoreError, ClientError)
    try:
        before = policy.read()
    except faults as error:
        raise RehearsalError(f"{grant.policy}: cannot be read: {error}") from error
    changed = without(before, grant)
    try:
        try:
            policy.write(changed)
        except faults as error:
            raise RehearsalError(
                f"{grant.policy}: {grant.action} cannot be taken out of it: {error}"
            ) from error
        yield
    finally:
        try:
            # Nothing to put back where the change itself was refused.
            if policy.read() != before:
                policy.restore()
            restored = policy.read() == before
        except faults as error:
            raise RehearsalError(_not_restored(grant, str(error))) from error
        if not restored:
            raise RehearsalError(_not_restored(grant, "it reads otherwise than before"))


def _not_restored(grant: Grant, reason: str) -> str:
    return (
        f"{grant.policy}: {grant.action} was taken out of it and is not back: {reason}; next: "
        "deploy the assembly again"
    )


class _Managed:
    def __init__(self, iam: Any, arn: str) -> None:
        self._iam = iam
        self._arn = arn
        self._before: Mapping[str, Any] = {}
        self._to_delete: frozenset[str] = frozenset()

    def read(self) -> Mapping[str, Any]:
        default = self._iam.get_policy(PolicyArn=self._arn)["Policy"]["DefaultVersionId"]
        version = self._iam.get_policy_version(PolicyArn=self._arn, VersionId=default)
        document: Mapping[str, Any] = version["PolicyVersion"]["Document"]
        if not self._before:
            self._before, self._to_delete = document, frozenset({default})
        return document

    def write(self, document: Mapping[str, Any]) -> None:
        present = len(self._versions())
        if present > MAX_VERSIONS - 2:
            raise RehearsalError(
                f"{self._arn}: has {present} of {MAX_VERSIONS} possible versions, and two more are "
                "needed for a while; next: delete those that are not the default"
            )
        self._to_delete |= {self._create(document)}

    def restore(self) -> None:
        # A new version with the old words: not every IAM can go back to an old one.
        restored = self._create(self._before)
        for version in self._to_delete & self._versions() - {restored}:
            self._iam.delete_policy_version(PolicyArn=self._arn, VersionId=version)

    def _create(self, document: Mapping[str, Any]) -> str:
        made = self._iam.create_policy_version(
            PolicyArn=self._arn, PolicyDocument=json.dumps(document), SetAsDefault=True
        )
        return str(made["PolicyVersion"]["VersionId"])

    def _versions(self) -> frozenset[str]:
        found = self._iam.list_policy_versions(PolicyArn=self._arn)["Versions"]
        return frozenset(version["VersionId"] for version in found)


class _Inline:
    def __init__(self, iam: Any, role: str, name: str) -> None:
        self._iam = iam
        self._named = {"RoleName": role, "PolicyName": name}
        self._before: Mapping[str, Any] = {}

    def read(self) -> Mapping[str, Any]:
        document: Mapping[str, Any] = self._iam.get_role_policy(**self._named)["PolicyDocument"]
        self._before = self._before or document
        return document

    def write(self, document: Mapping[str, Any]) -> None:
        self._iam.put_role_policy(**self._named, PolicyDocument=json.dumps(document))

    def restore(self) -> None:
        self.write(self._before)


def without(document: Mapping[str, Any], grant: Grant) -> dict[str, Any]:
    """A policy document that allows all but one action pattern on one resource pattern.

    The statement that allows it is split: its other actions on all of its resources, and this
    action on its other resources.

    Raises:
        RehearsalError: no statement allows it with the grant's Sid and conditions.
    """
    statements = _listed(document.get("Statement"))
    for position, statement in enumerate(statements):
        if _is_of(statement, grant):
            parts = _split(statement, grant)
            kept = [*statements[:position], *parts, *statements[position + 1 :]]
            return {**document, "Statement": kept or [NOTHING]}
    raise RehearsalError(
        f"{grant.policy}: no statement {grant.sid or 'without a Sid'} allows {grant.action} on "
        f"{grant.resource}, as one did before; did somebody change it?"
    )


def _is_of(statement: Mapping[str, Any], grant: Grant) -> bool:
    return (
        statement.get("Effect") == "Allow"
        and statement.get("Sid", "") == grant.sid
        and statement.get("Condition", {}) == grant.conditions
        and grant.action in _listed(statement.get("Action"))
        and grant.resource in _listed(statement.get("Resource"))
    )


def _split(statement: Mapping[str, Any], grant: Grant) -> Iterator[dict[str, Any]]:
    actions = [name for name in _listed(statement["Action"]) if name != grant.action]
    resources = [name for name in _listed(statement["Resource"]) if name != grant.resource]
    if actions:
        yield {**statement, "Action": actions}
    if resources:
        # A Sid is a policy's only one of its name.
        other = {key: value for key, value in statement.items() if key != "Sid" or not actions}
        yield {**other, "Action": [grant.action], "Resource": resources}


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
