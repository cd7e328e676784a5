"""What a stack needs besides its types' handlers.

- A custom resource asks its provider: CloudFormation invokes the function, or publishes to the
  topic, that `ServiceToken` names (CloudFormation User Guide, 'Create custom provisioning logic').
- Parameters of a type `AWS::SSM::Parameter::Value` and dynamic references are read by whoever
  deploys (CloudFormation User Guide, 'Specify existing resources at runtime with
  CloudFormation-supplied parameter types' and 'Get values stored in other services').
- A template asks for nothing when it is the stack's own: the deployer reads it from the bootstrap's
  bucket. That of a nested stack is read by the execution role.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from compliance.execution_policy import names, reference
from compliance.execution_policy.model import Check, Found, Need, Undecided
from compliance.execution_policy.needing import place
from compliance.execution_policy.references import Leaf, dynamic, leaves

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource, Template
    from compliance.execution_policy.scoping import Scope, Scoper

CUSTOM: Final = "AWS::CloudFormation::CustomResource"
NESTED: Final = "AWS::CloudFormation::Stack"
_BUCKET: Final = re.compile(r"(?:https://s3[^/]*/|https://)([^/.]+)(?:\.s3[^/]*)?/")
_RANDOM: Final = "-??????"
"""What Secrets Manager adds to a name (Secrets Manager User Guide, 'Secret names')."""


def is_custom(resource: Resource) -> bool:
    """Whether a resource is made by a provider of the user's own."""
    return resource.type == CUSTOM or resource.type.startswith("Custom::")


def provider(resource: Resource, scoper: Scoper, found: Found) -> None:
    """Add what asking a custom resource's provider needs."""
    stack = names.stack_name(resource.template)
    values = scoper.resolver(resource).values(resource.properties.get("ServiceToken"))
    for value in values:
        scopes: list[Scope] = []
        action = ""
        for other in Leaf("", value).resources:
            action = {
                "AWS::Lambda::Function": "lambda:InvokeFunction",
                "AWS::SNS::Topic": "sns:Publish",
            }.get(other.type, "")
            kind = reference.kinds(action.partition(":")[0]).get(
                "function" if action.startswith("lambda") else "topic"
            )
            if kind is not None:
                scopes += scoper.itself(other, kind)
        text = names.rendered(value, target=scoper.target, stack=stack)
        if not scopes and text.startswith("arn:") and text.count(":") > 4:  # noqa: PLR2004 - ARNs
            service = text.split(":")[2]
            action = {"lambda": "lambda:InvokeFunction", "sns": "sns:Publish"}.get(service, "")
            patterns: list[tuple[str, str, str]] = [(text, "" if "*" in text else text, "")]
        else:
            patterns = [(scope.pattern, scope.arn, scope.wide) for scope in scopes]
        if not action or not patterns:
            found.undecided.add(
                Undecided(place(resource), resource.type, "its ServiceToken names no provider here")
            )
            continue
        found.wide |= {pattern: wide for pattern, _, wide in patterns if wide}
        found.needs.append(
            Need(
                action=action,
                resources=tuple(dict.fromkeys(pattern for pattern, _, _ in patterns)),
                purpose="AskCustomResourceProvider",
                place=place(resource),
                stack=resource.template.stack_name,
                logical_id=resource.logical_id,
                checks=tuple(Check(action, arn) for _, arn, _ in patterns if arn),
            )
        )


def template_of(resource: Resource, scoper: Scoper, found: Found) -> None:
    """Add what reading a nested stack's template needs."""
    stack = names.stack_name(resource.template)
    for value in scoper.resolver(resource).values(resource.properties.get("TemplateURL")):
        text = names.rendered(value, target=scoper.target, stack=stack)
        match = _BUCKET.match(text)
        if match is None or match[1] == "*":
            found.undecided.add(
                Undecided(place(resource), resource.type, "where its template lies is not told")
            )
            continue
        arn = f"arn:{scoper.target.partition}:s3:::{match[1]}/*"
        # Its key is a digest, another with each change of the template.
        found.wide[arn] = "templates of nested stacks lie there under names that change"
        found.needs.append(_plain("s3:GetObject", arn, "ReadNestedTemplates", place(resource)))


def parameters(template: Template, scoper: Scoper, found: Found) -> None:
    """Add what reading a template's parameters from Parameter Store needs."""
    for name, body in template.parameters.items():
        kind = str(body.get("Type", "")) if isinstance(body, dict) else ""
        if not kind.startswith("AWS::SSM::Parameter::"):
            continue
        where = f"{template.name}: parameter {name}"
        default = body.get("Default")
        if not isinstance(default, str):
            found.undecided.add(
                Undecided(where, kind, "which parameter it reads is told at deploy time")
            )
            continue
        arn = _parameter(names.literal(default), scoper)
        purpose = "ReadBootstrapVersion" if name == "BootstrapVersion" else "ReadParameters"
        need = _plain("ssm:GetParameters", arn, purpose, where, stack=template.stack_name)
        found.needs.append(need)


def references(resource: Resource, scoper: Scoper, found: Found) -> None:
    """Add what resolving a resource's dynamic references needs."""
    resolver = scoper.resolver(resource)
    for leaf in leaves(resource.properties, resolver, whole=True):
        for service, name in dynamic(leaf):
            if service == "secretsmanager":
                for arn in _secrets(name, resource, scoper):
                    found.needs.append(
                        _plain("secretsmanager:GetSecretValue", arn, "ReadSecrets", place(resource))
                    )
            else:
                short = re.sub(r"\$\{[^{}]*\}", "*", name.partition(":")[0])
                arn = _parameter(short, scoper)
                found.needs.append(
                    _plain("ssm:GetParameters", arn, "ReadParameters", place(resource))
                )


def _secrets(name: str, resource: Resource, scoper: Scoper) -> Iterator[str]:
    start = f"arn:{scoper.target.partition}:secretsmanager:{scoper.target.region}:"
    if name.startswith("arn:"):
        yield names.literal(":".join(name.split(":")[:7])).replace("?{", "*{").partition("{")[0]
        return
    if name.startswith("${"):
        other = resource.template.resources.get(name[2:].partition("}")[0].partition(".")[0])
        kind = reference.kinds("secretsmanager").get("secret")
        if other is not None and kind is not None:
            yield from (scope.pattern for scope in scoper.itself(other, kind))
            return
        yield f"{start}{scoper.target.account}:secret:*"
        return
    yield f"{start}{scoper.target.account}:secret:{names.literal(name.partition(':')[0])}{_RANDOM}"


def _parameter(name: str, scoper: Scoper) -> str:
    target = scoper.target
    return (
        f"arn:{target.partition}:ssm:{target.region}:{target.account}:parameter/{name.lstrip('/')}"
    )


def _plain(action: str, arn: str, purpose: str, where: str, stack: str = "") -> Need:
    checks = (Check(action, arn),) if "*" not in arn else ()
    return Need(
        action=action, resources=(arn,), purpose=purpose, place=where, stack=stack, checks=checks
    )
