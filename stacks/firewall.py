"""The web application firewall before the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_wafv2 as wafv2

if TYPE_CHECKING:
    from aws_cdk import aws_apigateway as apigateway

    from stacks.environment_stack import EnvironmentStack

MANAGED_GROUPS = {
    "AWSManagedRulesAmazonIpReputationList": (),
    # Bodies over 8 KB are legitimate: large data goes to S3. They are counted, not blocked.
    "AWSManagedRulesCommonRuleSet": ("SizeRestrictions_BODY",),
    "AWSManagedRulesKnownBadInputsRuleSet": (),
}
"""AWS's rule groups in order of priority, each with the rules that only count.

https://docs.aws.amazon.com/waf/latest/developerguide/aws-managed-rule-groups-list.html
"""

REQUESTS_PER_ADDRESS = 2000
"""Requests in five minutes from one address, over which it is blocked for a while."""

SECRET_HEADERS = ("authorization", "x-amz-security-token", "x-api-key")
"""What never stands in the firewall's log."""


def put_firewall_before(stack: EnvironmentStack, stage: apigateway.Stage) -> None:
    """Let AWS WAF judge every request to ``stage``, and log what it decides."""
    acl = wafv2.CfnWebACL(
        stack,
        "Firewall",
        description=f"Requests to the {stack.config.environment} API",
        scope="REGIONAL",
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        visibility_config=_visibility("Firewall"),
        # Look at the first 64 KB of a body instead of 16.
        association_config=wafv2.CfnWebACL.AssociationConfigProperty(
            request_body={
                "API_GATEWAY": wafv2.CfnWebACL.RequestBodyAssociatedResourceTypeConfigProperty(
                    default_size_inspection_limit="KB_64"
                )
            }
        ),
        rules=[
            _rate_rule(priority=0),
            *(
                _managed_rule(name, counted, priority=priority)
                for priority, (name, counted) in enumerate(MANAGED_GROUPS.items(), start=1)
            ),
        ],
    )
    wafv2.CfnWebACLAssociation(
        stack, "FirewallAssociation", resource_arn=stage.stage_arn, web_acl_arn=acl.attr_arn
    )
    # WAF writes to no group with another prefix:
    # https://docs.aws.amazon.com/waf/latest/developerguide/logging-cw-logs.html
    log_group = stack.log_group("FirewallLogs", name=stack.unique_name("aws-waf-logs"))
    wafv2.CfnLoggingConfiguration(
        stack,
        "FirewallLogging",
        resource_arn=acl.attr_arn,
        log_destination_configs=[
            stack.format_arn(
                service="logs",
                resource="log-group",
                resource_name=log_group.log_group_name,
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            )
        ],
        redacted_fields=[
            wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
            for header in SECRET_HEADERS
        ],
    )


def _managed_rule(
    name: str, counted: tuple[str, ...], *, priority: int
) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            managed_rule_group_statement=wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=name,
                rule_action_overrides=[
                    wafv2.CfnWebACL.RuleActionOverrideProperty(
                        name=rule, action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={})
                    )
                    for rule in counted
                ]
                or None,
            )
        ),
        visibility_config=_visibility(name),
    )


def _rate_rule(*, priority: int) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name="RateOfOneAddress",
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP", limit=REQUESTS_PER_ADDRESS
            )
        ),
        visibility_config=_visibility("RateOfOneAddress"),
    )


def _visibility(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )
