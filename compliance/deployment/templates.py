"""The templates of a change set, held against the attested ones.

CloudFormation may have read them from a bucket that others write to. It gives a template back with
`?` in place of each character beyond ASCII, as the CDK CLI knows, too (`mangleLikeCloudFormation`);
such characters alone cannot be compared.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.deployment.errors import DeploymentError
from compliance.review import sources
from compliance.review.canonical import serialize
from compliance.sanitize import clean

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Assembly, Json, Template
    from compliance.deployment.account import Client
    from compliance.deployment.change_sets import ChangeSet, Planned
    from compliance.deployment.stacks import Stack

NESTED: Final = "AWS::CloudFormation::Stack"
_FOREIGN: Final = (
    "nothing was executed; next: find out who writes to the bucket that the CDK CLI publishes "
    "templates to"
)
_UNTOLD: Final = "nothing was executed; next: give it as a stack of its own, beside this one"
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")


def nested_in(assembly: Assembly, root: Template) -> dict[tuple[str, ...], Template]:
    """The attested templates of a stack's nested ones, by the logical ids that lead to each."""
    found = {}
    for template in assembly.templates:
        path: tuple[str, ...] = ()
        outer = template
        while outer.parent is not None:
            path = (outer.parent.logical_id, *path)
            outer = outer.parent.template
        if outer is root and path:
            found[path] = template
    return found


def differing(
    cloudformation: Client,
    found: ChangeSet,
    stack: Stack,
    nested: Mapping[tuple[str, ...], Template],
) -> str:
    """What keeps a change set from being of the attested templates, in a line; empty when it is.

    Nested stacks have change sets of their own, which CloudFormation makes when it is asked to
    include nested stacks, as the CDK CLI asks it (CloudFormation API Reference, 'CreateChangeSet',
    IncludeNestedStacks; 'ResourceChange', ChangeSetId; 'GetTemplate', ChangeSetName).

    Args:
        cloudformation: client of the stack's account and region.
        found: as it is described.
        stack: whose it is.
        nested: see `nested_in`.

    Raises:
        DeploymentError: CloudFormation does not give a template.
    """
    body = _body(cloudformation, stack.name, StackName=found.stack_id, ChangeSetName=found.id)
    if not _is(body, stack.template):
        return (
            f"{stack.name}: the template of the change set {found.id} is not the attested "
            f"{stack.template.name}; {_FOREIGN}"
        )
    for change in found.changes:
        if change.resource_type != NESTED or change.action == "Remove":
            continue
        reason = _of_nested(cloudformation, change, stack, nested.get(change.path))
        if reason:
            return reason
    return ""


def _of_nested(
    cloudformation: Client, change: Planned, stack: Stack, attested: Template | None
) -> str:
    called = f"{stack.name}: the nested stack {clean('/'.join(change.path))}"
    if attested is None:
        return f"{called}: its template is none of the attested files; {_UNTOLD}"
    if not change.nested:
        return (
            f"{called}: CloudFormation has made no change set of it, so that nested templates "
            f"cannot be compared; {_UNTOLD}"
        )
    try:
        body = _body(
            cloudformation,
            called,
            StackName=change.nested_stack,
            ChangeSetName=change.nested,
        )
    except DeploymentError:
        if change.is_empty:
            return ""  # Nothing of it is executed, so there need not be a template.
        raise
    if _is(body, attested):
        return ""
    return (
        f"{called}: the template of the change set {change.nested} is not the attested "
        f"{attested.name}; {_FOREIGN}"
    )


def _body(cloudformation: Client, shown: str, **named: str) -> Json:
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    try:
        body = cloudformation.get_template(**named, TemplateStage="Original")["TemplateBody"]
    except (BotoCoreError, ClientError) as error:
        raise DeploymentError(
            f"{shown}: the template of its change set cannot be read: {error}; nothing was executed"
        ) from error
    if isinstance(body, str):
        return sources.parsed(body, shown=shown, may_be_empty=True)
    return body


def _is(body: Json, template: Template) -> bool:
    # Not `==`, by which true is 1.
    told, attested = serialize(body), serialize(template.body)
    return told == attested or told == _BEYOND_ASCII.sub("?", attested)
