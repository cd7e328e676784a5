"""Policies attached to somebody whose content no template tells."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from compliance.iam.access.places import AWS_MANAGED, PERMISSION_SET, SAM_POLICIES
from compliance.intrinsics import Text, Unknown
from compliance.rules import sam
from compliance.rules.iam import entities
from compliance.security_report import grants
from compliance.security_report.naming import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.reports.grouping import Place
    from compliance.rules.base import Context
    from compliance.security_report.model import Grant

_ARNS: Final = ("ManagedPolicyArns",)
_LISTED: Final = {PERMISSION_SET: ("ManagedPolicies", "CustomerManagedPolicyReferences")}


def managed(resource: Resource, context: Context) -> Iterator[tuple[str, str]]:
    """Policies attached that are not in the templates, such as AWS's own, and where."""
    is_sam = resource.type in SAM_POLICIES
    for listed_in in _LISTED.get(resource.type, ("Policies",) if is_sam else _ARNS):
        where = f"Properties.{listed_in}"
        for listed_values in sam.get(resource, context, listed_in):
            for place, value in context.of(resource).items(listed_values, where):
                if is_sam and not isinstance(value, str | Text | Unknown):
                    continue
                if entities.by_arn(value, resource, context) is None:
                    named = value.get("Name") if isinstance(value, Mapping) else value
                    shown = short(context.of(resource).one(named))
                    aws = AWS_MANAGED.fullmatch(shown)
                    yield aws[1] if aws else shown, place


def sam_templates(resource: Resource, context: Context, place: Place) -> Iterator[Grant]:
    """SAM's own templates of policies, which SAM alone knows the content of."""
    for value in context.get(resource, "Policies"):
        for where, entry in context.of(resource).items(value, "Properties.Policies"):
            match entry:
                case {**only} if len(only) == 1 and "Statement" not in only:
                    yield grants.unread(
                        where,
                        f"{next(iter(only))} is a policy template of SAM",
                        place,
                        resource=short(entry),
                    )
                case _:
                    pass
