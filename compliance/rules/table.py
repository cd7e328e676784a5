"""The rules, in the order of their ids. Adding one: its file, its line here, its cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.rules.api.api01_authorized_methods import AuthorizedMethods
from compliance.rules.api.api08_named_origins import NamedOrigins
from compliance.rules.api.api09_no_bodies_in_logs import NoBodiesInLogs
from compliance.rules.api.api10_access_logs import AccessLogs
from compliance.rules.iam.iam01_scoped_resources import ScopedResources
from compliance.rules.iam.iam02_named_actions import NamedActions
from compliance.rules.iam.iam03_no_exclusions import NoExclusions
from compliance.rules.iam.iam04_aws_managed_policies import AwsManagedPolicies
from compliance.rules.iam.iam10_named_invokers import NamedInvokers
from compliance.rules.log.log01_expiring_log_groups import ExpiringLogGroups
from compliance.rules.log.log02_retention_window import RetentionWindow
from compliance.rules.log.log03_function_log_groups import FunctionLogGroups
from compliance.rules.log.log04_execution_log_groups import ExecutionLogGroups
from compliance.rules.log.log06_encrypted_log_groups import EncryptedLogGroups

if TYPE_CHECKING:
    from compliance.rules.base import Rule

RULES: Final[tuple[Rule, ...]] = (
    ScopedResources(),
    NamedActions(),
    NoExclusions(),
    AwsManagedPolicies(),
    NamedInvokers(),
    AuthorizedMethods(),
    NamedOrigins(),
    NoBodiesInLogs(),
    AccessLogs(),
    ExpiringLogGroups(),
    RetentionWindow(),
    FunctionLogGroups(),
    ExecutionLogGroups(),
    EncryptedLogGroups(),
)
