"""What is deployed now, for the review of what will change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compliance.deployment.errors import DeploymentError
from compliance.deployment.states import is_missing
from compliance.review import sources
from compliance.review.reviewing import review

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Assembly, Json, Template
    from compliance.deployment.account import Client
    from compliance.review.model import Review

LABELS = ("deployed", "attested")
"""What the two sides of the review are called."""


def changes(assembly: Assembly, clients: Mapping[str, Client]) -> Review:
    """What the attested templates change in what is deployed, nested stacks included.

    Asset hashes are shown as they are, other than in a snapshot: which code is deployed is what
    somebody decides on here.

    Args:
        assembly: attested.
        clients: of CloudFormation, by the template's name, for each stack that is deployed and is
            no nested one.

    Raises:
        DeploymentError: CloudFormation does not give a template.
    """
    new = {sources.template_name(each.name): each.body for each in assembly.templates}
    old: dict[str, Json] = {}
    for template in assembly.templates:
        found = _deployed(template, clients)
        if found is not None:
            old[sources.template_name(template.name)] = found
    return review(sources.canonical_assembly(old), sources.canonical_assembly(new), labels=LABELS)


def _deployed(template: Template, clients: Mapping[str, Client]) -> Json | None:
    """The template of a stack as it is deployed; `None` where there is no such stack."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - an extra

    outer = template
    while outer.parent is not None:
        outer = outer.parent.template
    client = clients.get(outer.name)
    if client is None:
        return None
    try:
        name = _physical_name(client, template)
        body = client.get_template(StackName=name, TemplateStage="Original")["TemplateBody"]
    except (BotoCoreError, ClientError) as error:
        if isinstance(error, ClientError) and is_missing(error):
            return None
        raise DeploymentError(
            f"{template.name}: what is deployed cannot be read: {error}"
        ) from error
    if isinstance(body, str):
        return sources.parsed(body, shown=name, may_be_empty=True)
    return body


def _physical_name(client: Client, template: Template) -> str:
    if template.parent is None:
        return template.stack_name
    outer = _physical_name(client, template.parent.template)
    found: Mapping[str, Any] = client.describe_stack_resource(
        StackName=outer, LogicalResourceId=template.parent.logical_id
    )
    return str(found["StackResourceDetail"]["PhysicalResourceId"])
