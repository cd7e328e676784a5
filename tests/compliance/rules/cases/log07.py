"""LOG07: audit logs outlive their stack."""

from __future__ import annotations

from typing import Final

from compliance.config import Config, Retention
from compliance.findings import Outcome
from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
    Row,
    case,
    either,
    passes,
    ref,
    resource,
    resources,
)

RULE: Final = "LOG07"
DELETED: Final = "The log group is deleted with its stack."
EVERYWHERE: Final = Config(retention=Retention(keep_logs=True))
IN_PROD: Final = Config(retention=Retention(keep_logs=("prod", "staging")))


def group(policy: object = None) -> Json:
    """A log group that becomes so when it leaves the stack."""
    more = {} if policy is None else {"DeletionPolicy": policy}
    return resources(UNSET, Group={**resource("AWS::Logs::LogGroup", RetentionInDays=30), **more})


def deleted(name: str, policy: object = None, observed: str = "Delete") -> Case:
    """A log group that goes with its stack."""
    row = Row("Group", Outcome.FAIL, "DeletionPolicy", None, DELETED, observed)
    return case(name, group(policy), row, config=EVERYWHERE)


def kept(name: str, policy: object) -> Case:
    """A log group that stays."""
    return case(name, group(policy), *passes("Group"), config=EVERYWHERE)


def unclear(name: str, policy: object) -> Case:
    """A log group of which only the deployment knows."""
    row = Row(
        "Group",
        Outcome.UNDECIDED,
        "DeletionPolicy",
        None,
        "What becomes of the log group is known only at deploy time",
    )
    return case(name, group(policy), row, config=EVERYWHERE)


CASES: Final = (
    deleted("deleted", "Delete"),
    deleted("CloudFormation's default", observed="absent"),
    deleted("nothing", NO_VALUE, observed="absent"),
    deleted("a snapshot, which a log group has not", "Snapshot", observed="Snapshot"),
    deleted("another spelling", "retain", observed="retain"),
    deleted("deleted in one branch", either("Retain", "Delete")),
    kept("kept", "Retain"),
    kept("kept once it was made", "RetainExceptOnCreate"),
    kept("kept in both branches", either("Retain", "RetainExceptOnCreate")),
    unclear("a policy by parameter", ref("Unset")),
    unclear("a policy of another's name", ref("Group")),
    # -- what is not judged
    case("not asked for", group("Delete")),
    case("not asked for in so many words", group(), config=Config(retention=Retention())),
    case("asked for in environments, of which this is none", group("Delete"), config=IN_PROD),
    case("no log group", resources(Topic=resource("AWS::SNS::Topic")), config=EVERYWHERE),
    # -- by environment
    case(
        "an environment that keeps its logs",
        group("Delete"),
        Row("Group", Outcome.FAIL, "DeletionPolicy", None, DELETED),
        config=IN_PROD,
        environment="prod",
    ),
    case(
        "an environment that keeps its logs, and does",
        group("Retain"),
        *passes("Group"),
        config=IN_PROD,
        environment="staging",
    ),
    case("an environment that need not", group("Delete"), config=IN_PROD, environment="dev"),
)
