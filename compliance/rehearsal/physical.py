"""What the resources and values of a template became in the account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam.references import FORMS
from compliance.intrinsics import Kind, Resolver, Text, Value
from compliance.rehearsal.errors import RehearsalError

if TYPE_CHECKING:
    from compliance.assembly.model import Assembly, Json, Resource
    from compliance.intrinsics import Token
    from compliance.rehearsal.stage import Stage

_SUFFIXES: Final = {"aws-cn": "amazonaws.com.cn"}
_ARN_ATTRIBUTES: Final = ("Arn", "TopicArn")


def partition(region: str) -> str:
    """The partition of a region (General Reference, 'Amazon Resource Names')."""
    starts = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
    return next((name for start, name in starts.items() if region.startswith(start)), "aws")


@dataclass(frozen=True)
class Physical:
    """Looks up what was deployed.

    Attributes:
        stage: its resources' physical ids.
        assembly: where the resources stand.
    """

    stage: Stage
    assembly: Assembly

    def resolver(self, resource: Resource) -> Resolver:
        """A resolver for the template of a resource."""
        return Resolver(resource.template, self.assembly)

    def found(self, resource: Resource) -> bool:
        """Whether a resource was deployed.

        Returns:
            `False` only for one under a condition of CloudFormation, which turned out false.

        Raises:
            RehearsalError: it has to be there, and is not.
        """
        if self.stage.resources.get(name(resource)):
            return True
        if "Condition" in resource.body:
            return False
        raise RehearsalError(
            f"{name(resource)} ({resource.type}): the stage tells no physical id of it; next: "
            "rehearse the assembly that was deployed"
        )

    def id(self, resource: Resource) -> str:
        """The physical id of a resource, which is mostly what `Ref` gives.

        Raises:
            RehearsalError: it was not deployed.
        """
        found = self.stage.resources.get(name(resource), "")
        if not found:
            raise RehearsalError(f"{name(resource)} ({resource.type}): was not deployed")
        return found

    def arn(self, resource: Resource) -> str:
        """The ARN of a resource; empty for a type whose form is not known.

        Forms: `compliance.iam.references`. A path of an IAM resource is not in its physical id:
        ask IAM for a role's ARN.
        """
        found = self.id(resource)
        if found.startswith("arn:"):
            return found
        form = FORMS.get((resource.type, "Arn"))
        if form is None:
            return ""
        # `arn:{}:sqs:{}:{}:{}`: partition, service, region, account and the resource's own part.
        first, _, service, region, account, rest = form.split(":", 5)
        # A queue's physical id is its address.
        own = found.rpartition("/")[2] if "://" in found else found
        parts = (
            first,
            partition(self.stage.region),
            service,
            region.format(self.stage.region),
            account.format(self.stage.account),
            rest.replace("{path}", "{}").format(own),
        )
        return ":".join(parts)

    def text(self, value: Value) -> str | None:
        """What a resolved value is in the account; `None` where that cannot be told.

        Args:
            value: a literal or `Text` of `compliance.intrinsics`.
        """
        if isinstance(value, str):
            return value
        if not isinstance(value, Text):
            return None
        parts = [part if isinstance(part, str) else self._token(part) for part in value.parts]
        return None if None in parts else "".join(str(part) for part in parts)

    def one(self, resource: Resource, *path: str) -> str:
        """The text that lies at a property path.

        Raises:
            RehearsalError: it is not there, or cannot be told.
        """
        found = self.texts(resource, *path)
        if len(found) != 1:
            raise RehearsalError(
                f"{name(resource)} ({resource.type}): cannot tell what its {'.'.join(path)} is in "
                f"the account: {len(found)} values"
            )
        return found[0]

    def texts(self, resource: Resource, *path: str) -> list[str]:
        """The texts of a property that may be a list.

        Raises:
            RehearsalError: one of them cannot be told.
        """
        return self.within(resource, resource.properties, *path)

    def within(self, resource: Resource, node: Json, *path: str) -> list[str]:
        """The same inside of a part of a resource."""
        resolver = self.resolver(resource)
        found = []
        for value in resolver.get(node, *path):
            for place, entry in resolver.items(value, ".".join(path)):
                text = self.text(entry)
                if text is None:
                    raise RehearsalError(
                        f"{name(resource)} ({resource.type}): cannot tell what {place} is in the "
                        f"account: {entry}"
                    )
                found.append(text)
        return found

    def _token(self, token: Token) -> str | None:
        if token.kind is Kind.PSEUDO:
            where = partition(self.stage.region)
            return {
                "AWS::AccountId": self.stage.account,
                "AWS::Region": self.stage.region,
                "AWS::Partition": where,
                "AWS::URLSuffix": _SUFFIXES.get(where, "amazonaws.com"),
            }.get(token.name)
        resource = token.resource
        if resource is None or not self.stage.resources.get(name(resource)):
            return None
        if not token.attribute:
            return self.id(resource)
        # A role may have a path, which its ARN has and its physical id has not.
        if token.attribute not in _ARN_ATTRIBUTES or "Path" in resource.properties:
            return None
        return self.arn(resource) or None


def name(resource: Resource) -> str:
    """How a stage names a resource: its stack's construct path and its logical id."""
    return f"{resource.template.stack}/{resource.logical_id}"
