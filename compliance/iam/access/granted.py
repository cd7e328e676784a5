"""Who is granted what by the templates of an assembly.

Identity policies are put together by role, user or group, wherever they stand; trust and resource
policies by what they protect.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from compliance.iam.access import lookalikes, places
from compliance.iam.access.clauses import Clause, Listed, Policy, Unread
from compliance.iam.access.globs import EVERYTHING, pattern
from compliance.iam.access.reading import Reader
from compliance.iam.access.values import GivenResolver, short
from compliance.iam.statements import DOCUMENTS, EVENT_BUS_POLICY, PolicyKind, documents
from compliance.intrinsics import ABSENT, Kind, Text, Token, Value, is_intrinsic, referred
from compliance.intrinsics.values import shown

if TYPE_CHECKING:
    from compliance.assembly import Assembly, Resource, Template
    from compliance.assembly.model import Json
    from compliance.iam.access.assignments import Truth
    from compliance.iam.access.globs import Pattern
    from compliance.iam.access.templates import Renames


def may_grant(resource: Resource) -> bool:
    """Whether a resource may grant anything to anybody."""
    return (
        resource.type.startswith(("AWS::IAM::", places.SAM_PREFIX))
        or resource.type in DOCUMENTS
        or resource.type in places.DEFAULTS
        or resource.type in places.GRANTS
        or resource.type in {places.PERMISSION, places.LAYER_PERMISSION, places.NESTED}
        or any(True for _ in lookalikes.policies(resource.properties, "Properties"))
    )


def may_open(resource: Resource) -> bool:
    """Whether a resource may grant anything, be opened to somebody, or act as somebody."""
    return (
        may_grant(resource)
        or resource.type in places.SWITCHES
        or any(True for _ in lookalikes.roles(resource.properties, "Properties"))
    )


@dataclass
class Side:
    """One side of a comparison, read for one set of truth values."""

    assembly: Assembly
    truth: Truth
    renamed: Renames
    there: Collection[tuple[str, str]]
    """Names of resources that stand on both sides."""
    qualified: bool = False
    """Whether names of resources begin with their template's."""
    retained: Iterable[Resource] = ()
    """Resources of the other side that are kept though they are declared no more."""
    _read: dict[Hashable, list[Clause | Unread]] = field(default_factory=lambda: defaultdict(list))
    _boundaries: dict[Hashable, dict[str, tuple[Clause, ...]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    _doubts: dict[Hashable, str] = field(default_factory=dict)
    _labels: dict[Hashable, str] = field(default_factory=dict)
    _readers: dict[str, tuple[Reader, GivenResolver]] = field(default_factory=dict)
    _called: dict[tuple[str, ...], Hashable] = field(default_factory=dict)
    _declared: set[Hashable] = field(default_factory=set)
    """Roles, users and groups of the assembly."""
    _groups: set[Hashable] = field(default_factory=set)
    """Groups of the assembly: who else is in them is not told."""
    _limiting: set[Resource] = field(default_factory=set)
    """Managed policies that are somebody's permissions boundary."""

    def policies(self, *, is_new: bool, before: Iterable[Policy] = ()) -> list[Policy]:
        """Everything that is granted.

        Args:
            is_new: whether it is the new side, where a managed policy that somebody holds here is
                asked for as theirs alone.
            before: what the old side grants, where this is the new one: what stands outside of the
                templates is still there when they say no more of it.
        """
        resources = [each for each in self.assembly.resources() if self._exists(each)]
        for resource in resources:
            name = places.ENTITIES.get(resource.type)
            called = self._one(resource, name) if name else ABSENT
            if isinstance(called, str):
                kind = resource.type.rpartition(":")[2]
                entity = self._entity(resource)
                self._called[resource.template.name, kind, called] = entity
                self._called[kind, called] = entity
            if name:
                self._declared.add(self._entity(resource))
                if name == "GroupName":
                    self._groups.add(self._entity(resource))
        managed = self._attachments(resources)
        for resource in resources:
            # What is protected no more is still there.
            self._read["resource", resource.template.name, self._id(resource)].extend([])
        for resource in self.retained:
            self._read["resource", resource.template.name, resource.logical_id].extend([])
        for policy in before:
            if policy.is_outside:
                self._read[policy.subject].extend([])
        members: list[tuple[Hashable, Hashable]] = []
        for resource in resources:
            self._resource(resource, managed, is_new=is_new)
            members += self._members(resource)
        for user, group in dict.fromkeys(members):
            self._read[user].extend(self._read[group])
            if group not in self._declared:
                self._read[user].append(self._outside(user, group))
        tokens = {
            letter: token
            for reader, _ in self._readers.values()
            for letter, token in reader.tokens.items()
        }
        return [
            Policy(
                subject=subject,
                principal=self._label(subject),
                clauses=tuple(each for each in read if isinstance(each, Clause)),
                unread=tuple(each for each in read if isinstance(each, Unread)),
                tokens=tokens,
                boundaries=self._boundaries.get(subject, {}),
                doubt=self._doubts.get(subject, ""),
                others_allow=_kind(subject) in {"resource", "trust"} or self._has_more(subject),
                is_outside=self._is_outside(subject),
            )
            for subject, read in self._read.items()
        ]

    def _is_outside(self, subject: Hashable) -> bool:
        """Whether it stands elsewhere: a role, or what a resource policy protects, by its name."""
        if not isinstance(subject, tuple):
            return False
        kinds = {kind.rpartition(":")[2] for kind in places.ENTITIES}
        return (subject[0] == "resource" and len(subject) == 2) or (  # noqa: PLR2004 - a bare name
            subject[0] == "identity" and subject[1] in kinds and subject not in self._declared
        )

    def _has_more(self, subject: Hashable) -> bool:
        """Whether somebody may be granted more than the templates say, by what is not in them."""
        is_group = subject in self._groups
        return is_group or self._is_outside(subject) or subject in self._doubts

    # -- names ------------------------------------------------------------------------------------

    def _exists(self, resource: Resource) -> bool:
        condition = resource.body.get("Condition")
        return self.truth.get((resource.template.name, str(condition)), True)

    def _id(self, resource: Resource) -> str:
        names = self.renamed.get(resource.template.name, {})
        return names.get(resource.logical_id, resource.logical_id)

    def _name(self, resource: Resource) -> str:
        if not self.qualified:
            return self._id(resource)
        return f"{short(resource.template)}/{self._id(resource)}"

    def _entity(self, resource: Resource) -> Hashable:
        """Who a role, user or group is: its name where it has one, by which others may know it."""
        called = self._one(resource, places.ENTITIES.get(resource.type, ""))
        if isinstance(called, str | Text) and not self._is_repeated(resource, str(called)):
            kind = resource.type.rpartition(":")[2]
            entity: Hashable = ("identity", kind, str(called))
        else:
            entity = ("identity", resource.template.name, self._id(resource))
        self._labels[entity] = self._name(resource)
        return entity

    def _is_repeated(self, resource: Resource, called: str) -> bool:
        """Whether several stacks have something of this name, each in an account of its own."""
        name = places.ENTITIES.get(resource.type, "")
        return any(
            str(other.properties.get(name)) == called
            for other in self.assembly.resources(resource.type)
            if other.template is not resource.template
        )

    def _label(self, subject: Hashable) -> str:
        """How somebody, or something, is called."""
        if subject in self._labels:
            return self._labels[subject]
        last = subject[-1] if isinstance(subject, tuple) else subject
        return self._labels.get(last, str(last))

    def _outside(self, user: Hashable, group: Hashable) -> Unread:
        """The policies of a group that stands elsewhere."""
        name = self._label(group)
        return Unread(
            raw=f"group {name}",
            reason=f"what the group {name} is granted does not stand in the template",
            place=self._label(user),
        )

    def _tools(self, template: Template) -> tuple[Reader, GivenResolver]:
        if template.name not in self._readers:
            resolver = GivenResolver(
                template,
                self.assembly,
                truth=self.truth,
                qualified=self.qualified,
                renamed=self.renamed,
            )
            self._readers[template.name] = (Reader(resolver), resolver)
        return self._readers[template.name]

    def _items(self, resource: Resource, name: str) -> list[Value]:
        _, resolver = self._tools(resource.template)
        node = resource.properties.get(name, ABSENT)
        return [value for _, value in resolver.items(node)]

    def _is_there(self, resource: Resource) -> bool:
        """Whether it stands on both sides."""
        return (resource.template.name, self._id(resource)) in self.there

    def _raw(self, resource: Resource, node: Json) -> str:
        _, resolver = self._tools(resource.template)
        return shown(resolver.spelled(node))

    def _one(self, resource: Resource, name: str) -> Value:
        found = self._items(resource, name)
        return found[0] if len(found) == 1 else ABSENT

    def _holder(self, value: Value, kind: str, *, of: Resource) -> Hashable:
        """Who is meant where a resource says what it is attached to."""
        resource = referred(value)
        if resource is not None and resource.type == f"AWS::IAM::{kind}":
            return self._entity(resource)
        text = str(value)
        known = self._called.get((of.template.name, kind, text), self._called.get((kind, text)))
        return ("identity", kind, text) if known is None else known

    # -- what stands in a resource ----------------------------------------------------------------

    def _attachments(self, resources: Iterable[Resource]) -> Mapping[Resource, list[Hashable]]:
        """Holders of managed policies of the assembly, wherever that is said."""
        found: dict[Resource, list[Hashable]] = defaultdict(list)
        for resource in resources:
            if resource.type in places.ENTITIES:
                for value in self._items(resource, "ManagedPolicyArns"):
                    policy = referred(value)
                    if policy is not None and policy.type == places.MANAGED:
                        found[policy].append(self._entity(resource))
            for value in self._items(resource, "PermissionsBoundary"):
                policy = referred(value)
                if policy is not None:
                    self._limiting.add(policy)
        return found

    def _resource(
        self, resource: Resource, managed: Mapping[Resource, list[Hashable]], *, is_new: bool
    ) -> None:
        if resource.type in places.ENTITIES:
            self._of_entity(resource)
        elif resource.type in places.ATTACHED:
            self._of_attached(resource, managed.get(resource, []), is_new=is_new)
        elif resource.type in {places.PERMISSION, places.LAYER_PERMISSION}:
            self._of_permission(resource)
        elif resource.type == places.NESTED:
            self._of_nested(resource)
        else:
            self._of_others(resource)
        self._acting(resource)

    def _of_entity(self, resource: Resource) -> None:
        entity = self._entity(resource)
        self._read[entity].extend([])
        for kind, read in self._documents(resource, itself=self._itself(resource)):
            subject = ("trust", entity) if kind is PolicyKind.TRUST else entity
            self._read[subject].extend(read)
        for value in self._items(resource, "ManagedPolicyArns"):
            policy = referred(value)
            if policy is None or policy.type != places.MANAGED:
                self._read[entity].append(self._managed(value, resource))
        self._of_boundary(resource)

    def _of_boundary(self, resource: Resource) -> None:
        for value in self._items(resource, "PermissionsBoundary"):
            policy = referred(value)
            found: list[Clause | Unread] = []
            if policy is not None and policy.type == places.MANAGED:
                found = [each for _, read in self._documents(policy) for each in read]
            is_known = all(isinstance(each, Clause) for each in found)
            self._boundaries[self._entity(resource)][str(value)] = tuple(
                each for each in found if is_known and isinstance(each, Clause)
            )

    def _managed(self, value: Value, resource: Resource) -> Clause | Unread:
        """A managed policy whose content stands elsewhere."""
        place = f"{self._name(resource)} ManagedPolicyArns"
        text = str(value)
        found = places.AWS_MANAGED.fullmatch(text)
        name = found[1] if found else text
        if found and name == places.ADMINISTRATOR:
            return Clause(
                allows=True,
                actions=Listed(frozenset({"*"})),
                resources=Listed(frozenset({EVERYTHING})),
                principals=None,
                condition=frozenset(),
                needs=frozenset(),
                place=place,
            )
        return Unread(
            raw=f"managed policy {name}",
            reason=f"what the managed policy {name} says does not stand in the template",
            place=place,
            may_deny=not found or name.startswith(places.DENYING),
        )

    def _of_attached(self, resource: Resource, holders: list[Hashable], *, is_new: bool) -> None:
        everyone = [
            self._holder(value, kind, of=resource)
            for name, kind in places.ATTACHED[resource.type].items()
            for value in self._items(resource, name)
        ]
        everyone += holders
        if self._is_there(resource) and resource.type == places.MANAGED:
            own = ("identity", "policy", self._name(resource))
            limits = resource in self._limiting
            self._doubts[own] = (
                "it is a permissions boundary; whom it limits gains"
                if limits
                else "it is attached to nobody here; who else holds it gains"
            )
            if limits or not (is_new and everyone):
                everyone.append(own)
        for _, read in self._documents(resource):
            for holder in dict.fromkeys(everyone):
                self._read[holder].extend(read)

    def _of_permission(self, resource: Resource) -> None:
        is_layer = resource.type == places.LAYER_PERMISSION
        function = self._one(resource, "LayerVersionArn" if is_layer else "FunctionName")
        body: dict[str, Json] = {
            "Effect": "Allow",
            "Action": resource.properties.get("Action", ABSENT),
            "Principal": self._invoker(resource),
            "Condition": {
                operator: {}
                for operator in dict.fromkeys(
                    each for each, _ in places.PERMISSION_CONDITIONS.values()
                )
            },
        }
        for name, (operator, key) in places.PERMISSION_CONDITIONS.items():
            if self._items(resource, name):
                body["Condition"][operator][key] = resource.properties[name]
        reader, _ = self._tools(resource.template)
        subject, itself = self._function(function)
        self._read[subject].extend(
            reader.document(
                {"Version": "2012-10-17", "Statement": [body]},
                place="Properties",
                kind=PolicyKind.RESOURCE,
                itself=itself,
                where=self._name(resource),
                is_made=True,
            )
        )

    def _function(self, value: Value) -> tuple[Hashable, Pattern]:
        resource = referred(value)
        if resource is not None:
            return self._protected(value), self._itself(resource)
        is_name = isinstance(value, str) and ":" not in value
        arn = f"arn:aws:lambda:*:*:function:{value}" if is_name else value
        return ("resource", str(value)), pattern(arn) if isinstance(arn, str | Text) else EVERYTHING

    def _itself(self, resource: Resource) -> Pattern:
        """The pattern of a resource's own ARN."""
        token = Token(f"{self._name(resource)}.Arn", Kind.RESOURCE, resource, "Arn")
        self._tools(resource.template)[0].tokens[str(token)] = token
        return pattern(Text((token,)))

    def _invoker(self, resource: Resource) -> Json:
        value = self._one(resource, "Principal")
        raw = resource.properties.get("Principal", ABSENT)
        text = str(value)
        if text == "*":
            return "*"
        is_service = ".amazonaws.com" in text or "URLSuffix" in text
        return {"Service" if is_service else "AWS": raw}

    def _of_nested(self, resource: Resource) -> None:
        if resource not in self.assembly.nested:
            self._read["nested", self._name(resource)].append(
                Unread(
                    raw=self._raw(resource, resource.properties),
                    reason="the nested stack's template is not here",
                    place=self._name(resource),
                )
            )

    def _of_others(self, resource: Resource) -> None:
        subjects = self._subjects(resource)
        itself = self._itself(resource) if resource.type in places.KEYS else None
        has_role = resource.type in places.SAM_POLICIES and self._has(resource, "Role")
        for kind, read in self._documents(resource, itself=itself):
            if has_role:
                continue  # SAM writes a role, with these policies, where none is named
            for subject in [self._entity(resource)] if kind is PolicyKind.IDENTITY else subjects:
                self._read[subject].extend(read)
        for subject in subjects:
            self._read[subject].extend(self._unseen(resource))
        self._of_grants(resource)
        self._of_permission_set(resource)
        self._of_sam(resource)
        self._of_default(resource)
        self._of_switches(resource)

    def _has(self, resource: Resource, name: str) -> bool:
        _, resolver = self._tools(resource.template)
        return resolver.values(resource.properties.get(name, ABSENT)) != (ABSENT,)

    def _of_grants(self, resource: Resource) -> None:
        """What grants access in other words than those of a policy: any change of it is open."""
        if resource.type in places.GRANTS:
            self._read["grants", resource.type].append(
                Unread(
                    raw=self._raw(resource, resource.properties),
                    reason="what it grants is not said by a policy, and is not compared",
                    place=self._name(resource),
                    may_deny=resource.type in places.LIMITING,
                )
            )

    def _of_permission_set(self, resource: Resource) -> None:
        if resource.type != places.PERMISSION_SET:
            return
        entity = self._entity(resource)
        for value in self._items(resource, "ManagedPolicies"):
            self._read[entity].append(self._managed(value, resource))
        for value in self._items(resource, "CustomerManagedPolicyReferences"):
            name = self._raw(resource, value)
            self._read[entity].append(self._managed(name, resource))
        if self._has(resource, "PermissionsBoundary"):
            limit = self._raw(resource, resource.properties["PermissionsBoundary"])
            self._boundaries[entity][limit] = ()

    def _of_sam(self, resource: Resource) -> None:
        """What SAM writes: for a function's events and URL, for connectors, from its templates."""
        if not resource.type.startswith(places.SAM_PREFIX):
            return
        entity = self._entity(resource)
        for name in places.SAM_WRITES:
            node = resource.body.get(name, resource.properties.get(name, ABSENT))
            if node is not ABSENT:
                self._read[entity].append(
                    Unread(
                        raw=f"{name} {self._raw(resource, node)}",
                        reason=f"the policies that SAM writes for {name} do not stand here",
                        place=self._name(resource),
                        may_deny=False,
                    )
                )
        if self._has(resource, "Role"):
            return
        self._of_boundary(resource)
        _, resolver = self._tools(resource.template)
        for name in places.SAM_ATTACHES:
            if self._has(resource, name):
                reason = f"the policy that SAM attaches for {name} does not stand here"
                self._read[entity].append(Unread(name, reason, self._name(resource), False))  # noqa: FBT003
        for place, value in resolver.items(resource.properties.get("Policies", ABSENT)):
            if isinstance(value, str | Text):
                arn = value if ":" in str(value) else f"arn:aws:iam::aws:policy/{value}"
                self._read[entity].append(self._managed(arn, resource))
            elif isinstance(value, Mapping) and "Statement" not in value:
                reason = "what SAM's policy template says does not stand here"
                where = f"{self._name(resource)} {place}"
                raw = self._raw(resource, value)
                self._read[entity].append(Unread(raw, reason, where, may_deny=False))

    def _of_switches(self, resource: Resource) -> None:
        """What opens a resource besides its policies."""
        _, resolver = self._tools(resource.template)
        for path, closed, reason in places.SWITCHES.get(resource.type, ()):
            if not self._is_there(resource) and path not in places.GRANTING:
                continue
            for value in resolver.get(resource.properties, *path) or (ABSENT,):
                if not any(str(value).lower() == str(each).lower() for each in closed):
                    told = "not set" if value is ABSENT else value
                    self._read["switch", resource.template.name, self._id(resource)].append(
                        Unread(
                            raw=self._raw(resource, f"{'.'.join(path)} {told}"),
                            reason=f"{'.'.join(path)} is {told}: {reason}",
                            place=self._name(resource),
                            may_deny=False,
                        )
                    )

    def _of_default(self, resource: Resource) -> None:
        name, statement = places.DEFAULTS.get(resource.type, ("", {}))
        _, resolver = self._tools(resource.template)
        if (
            not statement
            or not self._is_there(resource)
            or resolver.values(resource.properties.get(name, ABSENT)) != (ABSENT,)
        ):
            return
        reader, _ = self._tools(resource.template)
        self._read[self._subjects(resource)[0]].extend(
            reader.document(
                {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]},
                place=f"without {name}",
                is_made=True,
                kind=PolicyKind.KEY if resource.type in places.KEYS else PolicyKind.RESOURCE,
                itself=self._itself(resource) if resource.type in places.KEYS else None,
                where=self._name(resource),
            )
        )

    def _documents(
        self, resource: Resource, *, itself: Pattern | None = None
    ) -> Iterator[tuple[PolicyKind, list[Clause | Unread]]]:
        """Policy documents of a resource: where the table says, and what else looks like one."""
        reader, resolver = self._tools(resource.template)
        where = self._name(resource)
        if resource.type == EVENT_BUS_POLICY and "Statement" not in resource.properties:
            raw = self._raw(resource, resource.properties)
            unread = Unread(raw, "the older form of an event bus's policy is not compared", where)
            yield PolicyKind.RESOURCE, [unread]
        told = []
        for path, kind in DOCUMENTS.get(resource.type, ()):
            told.append("Properties." + path.partition("[]")[0].partition("{}")[0])
            for place, document in documents(resource, resolver, path):
                yield (
                    kind,
                    list(
                        reader.document(
                            document, place=place, kind=kind, itself=itself, where=where
                        )
                    ),
                )
        for place, document in lookalikes.policies(resource.properties, "Properties"):
            if place.startswith(tuple(told)) and told:
                continue
            kind = PolicyKind.RESOURCE if "Principal" in shown(document) else PolicyKind.IDENTITY
            if "policy" not in place.rpartition(".")[2].lower():
                raw = self._raw(resource, document)
                reason = "it looks like a policy, and what it is for is not known"
                yield kind, [Unread(raw, reason, f"{where} {place}")]
                continue
            for value in resolver.values(document):
                yield kind, list(reader.document(value, place=place, kind=kind, where=where))

    def _unseen(self, resource: Resource) -> list[Unread]:
        """Policies of properties that no table knows, whose text only the deployment knows."""
        if resource.type in DOCUMENTS or resource.type.startswith("AWS::IAM::"):
            return []
        _, resolver = self._tools(resource.template)
        return [
            Unread(
                raw=self._raw(resource, node),
                reason="the policy is known only at deploy time",
                place=f"{self._name(resource)} Properties.{name}",
            )
            for name, node in resource.properties.items()
            if name in places.POLICY_NAMES
            and is_intrinsic(node)
            and not any(isinstance(value, Mapping) for value in resolver.values(node))
            and not any(True for _ in lookalikes.policies(node, name))
        ]

    def _subjects(self, resource: Resource) -> list[Hashable]:
        """What a resource policy protects."""
        name = places.PROTECTED.get(resource.type)
        found = [self._protected(value) for value in self._items(resource, name)] if name else []
        return found or [("resource", resource.template.name, self._id(resource))]

    def _protected(self, value: Value) -> Hashable:
        resource = referred(value)
        if resource is None:
            return ("resource", str(value))
        return ("resource", resource.template.name, self._id(resource))

    def _members(self, resource: Resource) -> Iterator[tuple[Hashable, Hashable]]:
        if resource.type == "AWS::IAM::User":
            for group in self._items(resource, "Groups"):
                yield self._entity(resource), self._holder(group, "Group", of=resource)
        if resource.type == places.MEMBERSHIP:
            group = self._holder(self._one(resource, "GroupName"), "Group", of=resource)
            for user in self._items(resource, "Users"):
                yield self._holder(user, "User", of=resource), group

    # -- roles in use -----------------------------------------------------------------------------

    def _acting(self, resource: Resource) -> None:
        """The roles as which a resource acts: another one is access for what runs there."""
        if not self._is_there(resource):
            return
        if resource.type.startswith("AWS::IAM::") and "InstanceProfile" not in resource.type:
            return
        reader, _ = self._tools(resource.template)
        for place, node in lookalikes.roles(resource.properties, "Properties"):
            role = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": node}
            self._read["acts", self._name(resource)].extend(
                reader.document(
                    {"Version": "2012-10-17", "Statement": [role]},
                    place=place,
                    kind=PolicyKind.IDENTITY,
                    where=self._name(resource),
                    is_made=True,
                )
            )


def _kind(subject: Hashable) -> str:
    return str(subject[0]) if isinstance(subject, tuple) else ""
