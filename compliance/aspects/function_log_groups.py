"""Functions without a log group get one: those of the code, and those that CDK itself adds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs

from compliance.aspects import roles
from compliance.aspects.change import shown
from compliance.aspects.interface import Aspect
from compliance.aspects.tree import Node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.aspects.change import Change
    from compliance.aspects.tree import Tree
    from compliance.config import Aspects

LOG_GROUPS: Final = ("AWS::Logs::LogGroup", "Custom::LogRetention")
"""Resources that are, or look after, a function's log group by its name."""
PREFIX: Final = "/aws/lambda/"
GROUP: Final = "SynthgateLogs"
POLICY: Final = "SynthgateLogsPolicy"
PATH: Final = "LoggingConfig.LogGroup"


class FunctionLogGroups(Aspect):
    """Adds a log group that expires, and has the function write to it.

    It stays when the function leaves the stack, as the one that Lambda would have made. Left alone
    is a function with a log group of its own, one whose role stands outside the tree, which could
    not be allowed to write there, and one that CloudFront runs.
    """

    name = "function-log-groups"

    def wanted(self, settings: Aspects) -> bool:
        """Whether they are asked for."""
        return settings.function_log_groups

    def mend(self, tree: Tree, settings: Aspects) -> Iterator[Change]:
        """Give each function without a log group one."""
        named = {shown(group.get("LogGroupName")) for group in tree.of(*LOG_GROUPS)}
        for function in tree.of(lambda_.CfnFunction.CFN_RESOURCE_TYPE_NAME):
            if function.has(PATH):
                continue
            role = roles.role_of(function, tree)
            if role is None or roles.is_at_the_edge(role) or named & _own_names(function):
                continue
            group = logs.CfnLogGroup(
                *function.beside(GROUP), retention_in_days=settings.retention_days
            )
            group.apply_removal_policy(cdk.RemovalPolicy.RETAIN)
            _write_to(function, group)
            yield self.added(Node(group, logs.CfnLogGroup.CFN_RESOURCE_TYPE_NAME))
            yield self.changed(function, PATH, group.ref)
            if not roles.writes_everywhere(role):
                yield self.added(roles.allow(function, role, POLICY, roles.WRITE, group.attr_arn))


def _own_names(function: Node) -> set[str]:
    """What the log group that Lambda would make may be called in a template."""
    name = function.get("FunctionName")
    by_reference = function.resolve(f"{PREFIX}{function.construct.ref}")
    return {shown(by_reference), *([shown(f"{PREFIX}{name}")] if isinstance(name, str) else [])}


def _write_to(function: Node, group: logs.CfnLogGroup) -> None:
    if isinstance(function.construct, lambda_.CfnFunction):
        kept = function.get("LoggingConfig") or {}
        function.construct.logging_config = lambda_.CfnFunction.LoggingConfigProperty(
            log_group=group.ref,
            log_format=kept.get("LogFormat"),
            application_log_level=kept.get("ApplicationLogLevel"),
            system_log_level=kept.get("SystemLogLevel"),
        )
    else:
        function.override(PATH, group.ref)
