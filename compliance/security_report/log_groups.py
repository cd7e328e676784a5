"""Every log group, how long it keeps what is written to it, and who writes.

Those that AWS creates by itself are told by the rules on log groups (`compliance.rules.log`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Outcome
from compliance.intrinsics import ABSENT, Text, Unknown, concatenate, whole
from compliance.rehearsal.role_users import POLICIES
from compliance.rehearsal.written_policies import OF_ROLES
from compliance.rules import sam
from compliance.rules.log import groups
from compliance.rules.log.log03_function_log_groups import PREFIX as OF_FUNCTION
from compliance.rules.log.log03_function_log_groups import FunctionLogGroups
from compliance.rules.log.log04_execution_log_groups import LEVELS, ExecutionLogGroups
from compliance.rules.log.log04_execution_log_groups import PREFIX as OF_STAGE
from compliance.rules.log.log05_no_implicit_groups import PREFIX as OF_PROJECT
from compliance.rules.log.log05_no_implicit_groups import PROJECT, TASK, NoImplicitGroups
from compliance.rules.stages import REST_STAGES, settings
from compliance.security_report.model import NEVER, OR, LogGroup
from compliance.security_report.naming import cut, name, short
from compliance.security_report.referring import referring

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value
    from compliance.rules.base import Context, Rule
    from compliance.security_report.naming import Places

FUNCTIONS: Final = FunctionLogGroups.resource_types
KEPT: Final = ("Retain", "RetainExceptOnCreate")
"""Deletion policies under which a log group outlives its stack (CloudFormation Template Reference,
'DeletionPolicy attribute')."""
DELIVERED: Final = 1
"""Days that a log group of the class DELIVERY keeps events, whatever it says."""
NO_KEY: Final = "CloudWatch's own key"
"""What encrypts a log group without a key, where that depends on a condition."""
ELSEWHERE: Final = "not in these templates"
READING: Final = frozenset(
    {
        *OF_ROLES,
        *POLICIES,
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::Dashboard",
        "AWS::IAM::GroupPolicy",
        "AWS::IAM::UserPolicy",
        "AWS::Logs::LogStream",
        "AWS::Logs::MetricFilter",
        "AWS::Logs::QueryDefinition",
        "AWS::Logs::ResourcePolicy",
        "AWS::Logs::SubscriptionFilter",
    }
)
"""Types that name a log group and write nothing to it."""
_JUDGES: Final[tuple[Rule, ...]] = (FunctionLogGroups(), ExecutionLogGroups(), NoImplicitGroups())


def log_groups(context: Context, *, places: Places) -> tuple[LogGroup, ...]:
    """The log groups of an assembly: those of the templates first, each sort by name.

    Args:
        context: the assembly and how its values are resolved.
        places: where resources stand.
    """
    written_by = context.answer(writers)
    found = [
        _declared(group, written_by.get(group, ()), context, places)
        for group in context.assembly.resources(groups.LOG_GROUP, groups.LOG_RETENTION)
        if groups.is_declared(group, context)
    ]
    found += _implicit(context, places)
    return tuple(sorted(found, key=_order))


def _order(group: LogGroup) -> tuple[bool, str, str, str, str]:
    place = group.place
    return group.implicit, place.stack, place.name, place.logical_id, group.name


def _declared(
    group: Resource, writers: tuple[Resource, ...], context: Context, places: Places
) -> LogGroup:
    names = [short(value) for value in context.get(group, "LogGroupName") if value is not ABSENT]
    keys = context.get(group, "KmsKeyId")
    return LogGroup(
        name=cut(" or ".join(names)),
        retention=_retention(group, context),
        key=cut(" or ".join(short(key) or NO_KEY for key in keys)) if any(map(short, keys)) else "",
        kept=group.body.get("DeletionPolicy") in KEPT,
        writers=tuple(dict.fromkeys(name(writer) for writer in writers)),
        place=places.of(group),
    )


def _retention(group: Resource, context: Context) -> int | str | None:
    if groups.is_for_delivery(group, context):
        return DELIVERED
    values = context.get(group, "RetentionInDays")
    if values == (ABSENT,):
        return None
    days = [whole(value) for value in values]
    if len(days) == 1 and days[0] is not None:
        return days[0]
    return cut(OR.join(NEVER if value is ABSENT else _untold(value) for value in values))


def _untold(value: Value) -> str:
    return value.reason if isinstance(value, Unknown) else short(value)


# -- who writes -----------------------------------------------------------------------------------


def writers(context: Context) -> Mapping[Resource, tuple[Resource, ...]]:
    """What writes to each log group of the templates."""
    found: dict[Resource, dict[Resource, None]] = {}
    for group in context.assembly.resources(groups.LOG_GROUP, groups.LOG_RETENTION):
        for user in referring(context).get(group, ()):
            if user.type not in READING:
                found.setdefault(group, {})[user] = None
    for user in context.assembly.resources(*FUNCTIONS, PROJECT, *REST_STAGES):
        for called in _called(user, context):
            for group in groups.named(called, user, context):
                found.setdefault(group, {})[user] = None
    return {group: tuple(users) for group, users in found.items()}


def _called(user: Resource, context: Context) -> Iterator[Value]:
    """Names of the log groups that a service writes to by itself, or is told to by name."""
    itself = groups.reference(user)
    if user.type in FUNCTIONS:
        for value in sam.get(user, context, "LoggingConfig", "LogGroup"):
            if value is not ABSENT:
                yield value
            else:
                yield from (
                    concatenate([OF_FUNCTION, each]) for each in _own(user, "FunctionName", context)
                )
    elif user.type == PROJECT:
        yield from (concatenate([OF_PROJECT, each]) for each in _own(user, "Name", context))
    elif _is_logging(user, context):
        apis = (itself,) if user.type == sam.API else context.get(user, "RestApiId")
        for api in apis:
            for stage in _own(user, "StageName", context):
                yield concatenate([OF_STAGE, api, "/", stage])


def _own(user: Resource, element: str, context: Context) -> list[Value]:
    """What a resource may be called: by a reference to it, or by its name."""
    told = [value for value in context.get(user, element) if value is not ABSENT]
    return [groups.reference(user), *told]


def _is_logging(stage: Resource, context: Context) -> bool:
    """Whether a stage writes an execution log, or may."""
    return any(
        isinstance(block, Unknown)
        or any(
            level in LEVELS or isinstance(level, Text | Unknown)
            for level in context.of(stage).get(block, "LoggingLevel")
        )
        for _, block in settings(stage, context)
    )


# -- log groups of no template --------------------------------------------------------------------


def _implicit(context: Context, places: Places) -> Iterator[LogGroup]:
    for rule in _JUDGES:
        for user in context.assembly.resources(*rule.resource_types):
            if user.type not in (*FUNCTIONS, *REST_STAGES, PROJECT, TASK):
                continue
            for outcome, observed in dict.fromkeys(
                (judgement.outcome, judgement.observed) for judgement in rule.judge(user, context)
            ):
                if outcome is Outcome.PASS:
                    continue
                made = outcome is Outcome.FAIL
                yield LogGroup(
                    name=_name(user, context) if made else observed,
                    retention=None if made else ELSEWHERE,
                    writers=(name(user),),
                    place=places.of(user),
                    implicit=True,
                )


def _name(user: Resource, context: Context) -> str:
    """What AWS calls the log group that it creates; empty where nobody can tell."""
    if user.type == TASK:
        return ""
    called = next(iter(_called(user, context)), "")
    return short(called)
