"""Functions, API stages and state machines send traces to X-Ray."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_apigateway as apigw
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn

from compliance.aspects import roles
from compliance.aspects.interface import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.aspects.change import Change
    from compliance.aspects.tree import Tree
    from compliance.config import Aspects

POLICY: Final = "SynthgateTracingPolicy"
ACTIVE: Final = "Active"


class Tracing(Aspect):
    """Turns tracing on where the code says nothing of it.

    Left alone is what has a role outside the tree, which could not be allowed to send traces
    (Lambda refuses such a function), and a function that CloudFront runs.
    """

    name = "tracing"

    def wanted(self, settings: Aspects) -> bool:
        """Whether it is asked for."""
        return settings.tracing

    def mend(self, tree: Tree, settings: Aspects) -> Iterator[Change]:  # noqa: ARG002 - the interface's
        """Turn tracing on, and allow roles to send traces."""
        yield from self._functions(tree)
        yield from self._stages(tree)
        yield from self._state_machines(tree)

    def _functions(self, tree: Tree) -> Iterator[Change]:
        for function in tree.of(lambda_.CfnFunction.CFN_RESOURCE_TYPE_NAME):
            if function.has("TracingConfig.Mode"):
                continue
            role = roles.role_of(function, tree)
            if role is None or roles.is_at_the_edge(role):
                continue
            if isinstance(function.construct, lambda_.CfnFunction):
                function.construct.tracing_config = lambda_.CfnFunction.TracingConfigProperty(
                    mode=ACTIVE
                )
            else:
                function.override("TracingConfig.Mode", ACTIVE)
            yield self.changed(function, "TracingConfig.Mode", ACTIVE)
            yield self.added(roles.allow(function, role, POLICY, roles.TRACE, "*"))

    def _stages(self, tree: Tree) -> Iterator[Change]:
        for stage in tree.of(apigw.CfnStage.CFN_RESOURCE_TYPE_NAME):
            if stage.has("TracingEnabled"):
                continue
            if isinstance(stage.construct, apigw.CfnStage):
                stage.construct.tracing_enabled = True
            else:
                stage.override("TracingEnabled", value=True)
            yield self.changed(stage, "TracingEnabled", new=True)

    def _state_machines(self, tree: Tree) -> Iterator[Change]:
        path = "TracingConfiguration.Enabled"
        for machine in tree.of(sfn.CfnStateMachine.CFN_RESOURCE_TYPE_NAME):
            if machine.has(path):
                continue
            role = roles.role_of(machine, tree)
            if role is None:
                continue
            if isinstance(machine.construct, sfn.CfnStateMachine):
                tracing = sfn.CfnStateMachine.TracingConfigurationProperty(enabled=True)
                machine.construct.tracing_configuration = tracing
            else:
                machine.override(path, value=True)
            yield self.changed(machine, path, new=True)
            actions = (*roles.SAMPLE, *roles.TRACE)
            yield self.added(roles.allow(machine, role, POLICY, actions, "*"))
