"""IAM12: a statement can have an effect."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.iam import actions, arns, reach
from compliance.intrinsics import Text, Value
from compliance.rules.base import Context, Judgement, fail, unknown
from compliance.rules.iam.identity import IdentityRule, is_unknown, listed

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.iam.statements import Entry, Statement

_TABLE: Final = "arn:${Partition}:dynamodb:${Region}:${Account}:table/${TableName}"
_TABLE_STREAM: Final = f"{_TABLE}/stream/${{StreamLabel}}"
_LOG_GROUP: Final = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"
_PARAMETER: Final = "arn:${Partition}:ssm:${Region}:${Account}:parameter/${ParameterName}"
_STACK: Final = "arn:${Partition}:cloudformation:${Region}:${Account}:stack/${StackName}/${Id}"
_STATE_MACHINE: Final = "arn:${Partition}:states:${Region}:${Account}:stateMachine:${Name}"
_STREAM: Final = "arn:${Partition}:kinesis:${Region}:${Account}:stream/${StreamName}"

CDK_GRANTS: Final[Mapping[str, tuple[str, str]]] = {
    "cloudformation:validatetemplate": (_STACK, "CodePipeline's CloudFormation actions"),
    "codedeploy:putlifecycleeventhookexecutionstatus": (
        "arn:${Partition}:codedeploy:${Region}:${Account}:deploymentgroup:${Application}/${Group}",
        "LambdaDeploymentGroup.grant_put_lifecycle_event_hook_execution_status",
    ),
    "codestar-connections:useconnection": (
        "arn:${Partition}:codeconnections:${Region}:${Account}:connection/${ConnectionId}",
        "CodePipeline's source by connection: the service has two names, and ARNs have the new one",
    ),
    "dynamodb:getrecords": (_TABLE, "Table.grant_read_data"),
    "dynamodb:getsharditerator": (_TABLE, "Table.grant_read_data"),
    "dynamodb:liststreams": (_TABLE_STREAM, "TableV2.grant_table_list_streams"),
    "kinesis:describestreamconsumer": (_STREAM, "Stream.grant_read"),
    "kinesis:liststreams": (_STREAM, "Stream.grant_read"),
    "kinesis:subscribetoshard": (_STREAM, "Stream.grant_read"),
    "logs:describeloggroups": (_LOG_GROUP, "LogGroup.grant_read"),
    "ssm:describeparameters": (_PARAMETER, "StringParameter.grant_read"),
    "states:liststatemachines": (_STATE_MACHINE, "StateMachine.grant_read"),
    "states:sendtaskfailure": (_STATE_MACHINE, "StateMachine.grant_task_response"),
    "states:sendtaskheartbeat": (_STATE_MACHINE, "StateMachine.grant_task_response"),
    "states:sendtasksuccess": (_STATE_MACHINE, "StateMachine.grant_task_response"),
}
"""Actions, in lower case, that CDK's own grants always state on a resource that they do not take:
the form of that resource's ARN, and the grant. Nobody who calls the grant can leave them out."""


class EffectiveStatements(IdentityRule):
    """IAM12."""

    id = "IAM12"
    severity = Severity.LOW
    title = "A statement can have an effect"
    rationale = (
        "A grant that does nothing hides a mistake: the call that it was written for is refused, "
        "and the next hand widens it until something works."
    )
    remediation = (
        "Mend the action's name, or name the kind of resource that the action takes: a bucket's "
        "objects are `<bucket ARN>/*`; an action that takes no resource needs `*`."
    )
    references = (
        "https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
        "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_access-advisor-view-data.html",
    )
    settings = ("iam.idle-actions",)

    def allowed(
        self, statement: Statement, resource: Resource, context: Context
    ) -> Iterator[Judgement]:
        """Judge each action of the statement with the statement's resources."""
        del resource
        resources = statement.entries("Resource")
        hanging = False
        for entry in statement.entries("Action"):
            name = entry.value
            if not isinstance(name, str) or _is_accepted(name, resources, context):
                continue
            effect = _has_effect(name, resources)
            if effect is None:
                hanging = True
            elif not effect:
                yield fail(_why(name), location=entry.place, observed=name)
        if hanging:
            first = next(each for each in resources if _is_open(each.value))
            yield unknown("The resource of an Allow statement", first.value, location=first.place)


def _is_accepted(name: str, resources: list[Entry], context: Context) -> bool:
    if any(actions.matches(idle, name) for idle in context.config.iam.idle_actions):
        return True
    granted = CDK_GRANTS.get(name.lower())
    return granted is not None and any(
        isinstance(each.value, str | Text) and reach.can_match(each.value, granted[0])
        for each in resources
    )


def _has_effect(name: str, resources: list[Entry]) -> bool | None:
    """Whether an action of a policy does anything; `None` when only the deployment knows."""
    if any(sign in name.partition(":")[0] for sign in "*?"):
        return True
    if not actions.expand(name):
        return False
    values = [each.value for each in resources]
    if not values or any(arns.is_everything(value) for value in values):
        return True
    formats = _formats(name)
    known = [value for value in values if isinstance(value, str | Text)]
    if any(reach.can_match(value, arn) for value in known for arn in formats):
        return True
    if any(is_unknown(value) for value in values) or any(
        reach.can_match(value, arn, guess=True) for value in known for arn in formats
    ):
        return None
    return False


def _is_open(value: Value) -> bool:
    """Whether some of a resource is known only at deploy time."""
    return is_unknown(value) or (isinstance(value, Text) and value.unknown)


def _why(name: str) -> str:
    """What keeps an action from having an effect."""
    if not actions.expand(name):
        what = "action" if actions.known_service(name.partition(":")[0]) else "service"
        return f"{name} allows nothing: there is no such {what}."
    formats = _formats(name)
    if not formats:
        return f"{name} allows nothing here: it takes no resource, and needs `*`."
    return (
        f"{name} allows nothing here: it takes {listed(list(formats))}, and no resource of the "
        "statement is one."
    )


@lru_cache(maxsize=4096)
def _formats(name: str) -> tuple[str, ...]:
    """ARN formats that a pattern's actions take, each once."""
    return tuple(dict.fromkeys(arn for action in actions.expand(name) for arn in action.arns))
