"""To what an action of a resource's handler is scoped: the resource, what it names, or its kind."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Final

from compliance.execution_policy import handlers, names, reference
from compliance.execution_policy.references import Leaf, leaves
from compliance.intrinsics import Resolver, Text, Unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Assembly, Resource
    from compliance.execution_policy.model import Target
    from compliance.execution_policy.reference import Kind

_SYNONYMS: Final = {
    "bucket": "bucketname",
    "s3bucket": "bucketname",
    "queue": "queuename",
    "role": "rolenamewithpath",
    "rolename": "rolenamewithpath",
    "group": "groupnamewithpath",
    "groupname": "groupnamewithpath",
    "user": "usernamewithpath",
    "username": "usernamewithpath",
    "keyid": "keyid",
    "kmskeyid": "keyid",
    "kmsmasterkeyid": "keyid",
}
"""Properties that name a resource otherwise than the variable of its ARN is called."""
_VARIANTS: Final = {
    # Versions and aliases of a function; streams of a group: parts of the resource's own ARN.
    ("lambda", "function"): ":*",
    ("logs", "loggroup"): ":*",
}


@dataclass(frozen=True, slots=True)
class Scope:
    """Resources of one action.

    Attributes:
        pattern: ARN with wildcards.
        arn: the same with `${<stack>/<logical id>}` for a physical id; empty where no resource of
            the assembly is meant.
        wide: why the pattern takes in more than one resource; empty where it does not.
    """

    pattern: str
    arn: str = ""
    wide: str = ""


@dataclass(frozen=True)
class Scoper:
    """Scopes the actions of one assembly, in one account and region."""

    assembly: Assembly
    target: Target
    _resolvers: dict[int, Resolver] = field(default_factory=dict, repr=False, compare=False)
    _leaves: dict[int, tuple[Leaf, ...]] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def _fixed(self) -> Mapping[str, str]:
        return {
            "Partition": self.target.partition,
            "Region": self.target.region,
            "Account": self.target.account,
        }

    def resolver(self, resource: Resource) -> Resolver:
        """The resolver of a resource's template."""
        template = resource.template
        return self._resolvers.setdefault(id(template), Resolver(template, self.assembly))

    def leaves(self, resource: Resource) -> tuple[Leaf, ...]:
        """The values that a resource's handler acts on."""
        found = self._leaves.get(id(resource))
        if found is None:
            found = tuple(leaves(resource.properties, self.resolver(resource)))
            self._leaves[id(resource)] = found
        return found

    def of(self, resource: Resource, kind: Kind) -> tuple[Scope, ...]:
        """What of a kind a resource is, is inside of, or names; empty when nothing."""
        own = handlers.kind_of(resource.type, self.target.region)
        if own == kind:
            return self.itself(resource, kind)
        if own is not None and kind.arn.startswith(own.arn + "/"):
            # What lies in it, such as the objects of a bucket.
            return tuple(
                Scope(f"{each.pattern}/*", each.arn and f"{each.arn}/rehearsed")
                for each in self.itself(resource, own)
            )
        return tuple(dict.fromkeys(self._named(resource, kind)))

    def anything(self, kind: Kind, why: str) -> Scope:
        """Everything of a kind in this account and region."""
        return Scope(reference.filled(kind.arn, self._fixed), wide=why)

    def itself(self, resource: Resource, kind: Kind) -> tuple[Scope, ...]:
        """The ARNs of a resource of the assembly."""
        variable = next((name for name in kind.variables if "Name" in name), "")
        physical = f"${{{resource.template.stack_name}/{resource.logical_id}}}"
        first = (kind.variables or ("",))[0]
        # The name of a nested stack is not known before it is there.
        named = bool(resource.template.stack_name)
        known = {**self._fixed, (variable or first): physical}
        arn = reference.filled(kind.arn, known) if named else ""
        if not variable:
            return (Scope(reference.filled(kind.arn, self._fixed), arn, "its id is random"),)
        found = []
        for name in self._names(resource):
            path = name.pattern.lstrip("/") if "Slash" in variable else name.pattern
            pattern = reference.filled(kind.arn, {**self._fixed, variable: path})
            found.append(Scope(pattern, arn, name.wide))
            more = _VARIANTS.get((kind.service, reference.normalized(kind.name)), "")
            if more and not pattern.endswith("*"):
                found.append(Scope(pattern + more, wide=name.wide))
        return tuple(found)

    def _names(self, resource: Resource) -> Iterator[names.Name]:
        """The names that a resource may get: each alternative that it is given, or a made one."""
        last = resource.type.rpartition("::")[2]
        stack = names.stack_name(resource.template)
        resolver = self.resolver(resource)
        given = next(
            (
                key
                for key in (f"{last}Name", "Name", f"{last}Identifier")
                if key in resource.properties
            ),
            "",
        )
        made = names.made(resource.type, stack=stack, logical_id=resource.logical_id)
        path = self._path(resource, resolver)
        if not given:
            yield names.Name(path + made.pattern, made.wide)
            return
        for value in resolver.values(resource.properties[given]):
            if isinstance(value, str | int | Text):
                pattern = names.rendered(value, target=self.target, stack=stack)
                wide = "its name is put together at deploy time" if "*" in pattern else ""
                yield names.Name(path + pattern, wide)
            elif isinstance(value, Unknown):
                yield names.Name("*", f"its name is not told: {value.reason}")
            else:
                yield names.Name(path + made.pattern, made.wide)

    def _path(self, resource: Resource, resolver: Resolver) -> str:
        if not resource.type.startswith("AWS::IAM::") or "Path" not in resource.properties:
            return ""
        value = resolver.one(resource.properties["Path"])
        stack = names.stack_name(resource.template)
        pattern = names.rendered(value, target=self.target, stack=stack)
        return pattern.removeprefix("/")

    def _named(self, resource: Resource, kind: Kind) -> Iterator[Scope]:
        arn = re.compile(_expression(kind.arn))
        stack = names.stack_name(resource.template)
        wanted = {variable.lower() for variable in kind.variables}
        for leaf in self.leaves(resource):
            matched = False
            for other in leaf.resources:
                if handlers.kind_of(other.type, self.target.region) == kind:
                    matched = True
                    yield from self.itself(other, kind)
            text = names.rendered(leaf.value, target=self.target, stack=stack)
            if matched:
                continue
            if text.startswith("arn:"):
                if arn.fullmatch(text):
                    yield Scope(text, text if "*" not in text else "", "")
                continue
            variable = _variable(leaf.key.lower(), wanted, untold=text == "*")
            if variable and text != "*" and "/alias" not in text:
                values = {
                    name: text.rpartition("/")[2] if "://" in text else text
                    for name in kind.variables
                    if name.lower() == variable
                }
                pattern = reference.filled(kind.arn, {**self._fixed, **values})
                # What is in it may be anything.
                yield Scope(pattern, "" if "*" in text else pattern.replace("*", "rehearsed"))
            elif variable:
                yield self.anything(kind, f"{resource.logical_id}.{leaf.key} is not told")


def _variable(key: str, wanted: set[str], *, untold: bool) -> str:
    """The variable of an ARN that a property of this name tells; empty for none."""
    words = [key, key.removesuffix("s")]
    words += [_SYNONYMS.get(word, "") for word in words]
    if untold:
        # Whatever it turns out to be: an ARN has the name in it.
        bare = key.removesuffix("s").removesuffix("arn")
        words += [f"{bare}name", f"{bare}id", f"{bare}namewithpath"]
    return next((word for word in words if word in wanted), "")


def _expression(arn: str) -> str:
    return "".join(
        ".*" if part.startswith("${") else re.escape(part) for part in re.split(r"(\$\{\w+\})", arn)
    )
