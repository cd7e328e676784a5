"""The own engine: the catalogue's rules over the templates, in this process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from compliance import __version__, rules
from compliance.engines.base import Answer, Engine, broken, finding, placed
from compliance.findings import EngineRun, Finding, Outcome, Severity, Status
from compliance.rules.base import show

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly import Assembly
    from compliance.rules.base import Context

NESTED_STACK: Final = "AWS::CloudFormation::Stack"
UNREAD: Final = "nested-template-unread"


class OwnEngine(Engine):
    """Judges every resource by every rule that applies to its type."""

    name = "own"

    def examine(self, context: Context) -> Answer:
        """Judge the assembly's resources."""
        start = time.perf_counter()
        found = []
        seen = 0
        for resource in context.assembly.resources():
            try:
                found += [
                    finding(self.name, rule, judgement, resource)
                    for rule, judgement in rules.judge(resource, context)
                ]
            except Exception as error:  # noqa: BLE001 - one rule's fault is no reason for a green
                return self.failed(
                    f"a rule broke on {resource.logical_id} of {resource.template.name}: "
                    f"{broken(error)}",
                    version=__version__,
                    resources=seen,
                )
            seen += 1
        if context.assembly.is_assembly:
            found += list(_unread(context.assembly))
        return Answer(
            EngineRun(
                self.name,
                Status.RAN,
                __version__,
                rules=len(rules.rules()),
                resources=seen,
                seconds=time.perf_counter() - start,
            ),
            tuple(found),
            rules=frozenset(rules.by_id()),
        )


def _unread(assembly: Assembly) -> Iterator[Finding]:
    """Nested stacks whose templates lie elsewhere: no engine has looked at what is in them."""
    for resource in assembly.resources(NESTED_STACK):
        if resource not in assembly.nested:
            yield placed(
                Finding(
                    engine=OwnEngine.name,
                    rule=UNREAD,
                    severity=Severity.HIGH,
                    outcome=Outcome.UNDECIDED,
                    message="The nested stack's template is not in the assembly: nobody has "
                    "looked at its resources.",
                    location="Properties.TemplateURL",
                    observed=show(resource.properties.get("TemplateURL", "absent")),
                    remediation="Write it as `cdk.NestedStack`, or check the template by itself "
                    "and waive this.",
                ),
                resource,
            )
