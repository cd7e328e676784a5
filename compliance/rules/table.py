"""The rules, in the order of their ids. Adding one: its file, its line here, its cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.rules.api.api01_authorized_methods import AuthorizedMethods
from compliance.rules.api.api02_authorized_routes import AuthorizedRoutes
from compliance.rules.api.api03_fitting_authorizers import FittingAuthorizers
from compliance.rules.api.api04_signed_function_urls import SignedFunctionUrls
from compliance.rules.api.api05_graphql_callers import GraphqlCallers
from compliance.rules.api.api06_secured_operations import SecuredOperations
from compliance.rules.api.api07_restricted_private_apis import RestrictedPrivateApis
from compliance.rules.api.api08_named_origins import NamedOrigins
from compliance.rules.api.api09_no_bodies_in_logs import NoBodiesInLogs
from compliance.rules.api.api10_access_logs import AccessLogs
from compliance.rules.api.api11_throttled_stages import ThrottledStages
from compliance.rules.api.api12_private_caches import PrivateCaches
from compliance.rules.api.api13_modern_tls import ModernTls
from compliance.rules.iam.iam01_scoped_resources import ScopedResources
from compliance.rules.iam.iam02_named_actions import NamedActions
from compliance.rules.iam.iam03_no_exclusions import NoExclusions
from compliance.rules.iam.iam04_aws_managed_policies import AwsManagedPolicies
from compliance.rules.iam.iam05_named_passed_roles import NamedPassedRoles
from compliance.rules.iam.iam06_trusted_principals import TrustedPrincipals
from compliance.rules.iam.iam07_no_escalation import NoEscalation
from compliance.rules.iam.iam08_narrowing_conditions import NarrowingConditions
from compliance.rules.iam.iam09_closed_resources import ClosedResources
from compliance.rules.iam.iam10_named_invokers import NamedInvokers
from compliance.rules.iam.iam11_no_long_lived_credentials import NoLongLivedCredentials
from compliance.rules.iam.iam12_effective_statements import EffectiveStatements
from compliance.rules.iam.iam13_own_roles import OwnRoles
from compliance.rules.log.log01_expiring_log_groups import ExpiringLogGroups
from compliance.rules.log.log02_retention_window import RetentionWindow
from compliance.rules.log.log03_function_log_groups import FunctionLogGroups
from compliance.rules.log.log04_execution_log_groups import ExecutionLogGroups
from compliance.rules.log.log05_no_implicit_groups import NoImplicitGroups
from compliance.rules.log.log06_encrypted_log_groups import EncryptedLogGroups
from compliance.rules.log.log07_outliving_log_groups import OutlivingLogGroups
from compliance.rules.log.log08_flow_logs import FlowLogs

if TYPE_CHECKING:
    from compliance.rules.base import Rule

RULES: Final[tuple[Rule, ...]] = (
    ScopedResources(),
    NamedActions(),
    NoExclusions(),
    AwsManagedPolicies(),
    NamedPassedRoles(),
    TrustedPrincipals(),
    NoEscalation(),
    NarrowingConditions(),
    ClosedResources(),
    NamedInvokers(),
    NoLongLivedCredentials(),
    EffectiveStatements(),
    OwnRoles(),
    AuthorizedMethods(),
    AuthorizedRoutes(),
    FittingAuthorizers(),
    SignedFunctionUrls(),
    GraphqlCallers(),
    SecuredOperations(),
    RestrictedPrivateApis(),
    NamedOrigins(),
    NoBodiesInLogs(),
    AccessLogs(),
    ThrottledStages(),
    PrivateCaches(),
    ModernTls(),
    ExpiringLogGroups(),
    RetentionWindow(),
    FunctionLogGroups(),
    ExecutionLogGroups(),
    NoImplicitGroups(),
    EncryptedLogGroups(),
    OutlivingLogGroups(),
    FlowLogs(),
)
