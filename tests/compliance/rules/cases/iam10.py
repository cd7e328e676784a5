"""IAM10: a service may invoke a function only for a named source."""

from __future__ import annotations

from typing import Final

from compliance.findings import Severity
from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    case,
    either,
    fails,
    get,
    join,
    passes,
    ref,
    resource,
    resources,
    sub,
    undecided,
)

RULE: Final = "IAM10"
FOR_ANYBODY: Final = "may invoke the function for anybody: no SourceArn or SourceAccount"


def permission(name: str, principal: object, *expected: object, **properties: object) -> Case:
    """One permission: passes unless a phrase and perhaps a severity is expected."""
    body = resources(
        UNSET,
        Permission=resource(
            "AWS::Lambda::Permission",
            Action="lambda:InvokeFunction",
            FunctionName=get("Function", "Arn"),
            Principal=principal,
            **properties,
        ),
        Function={"Type": "AWS::Lambda::Function"},
        Rule={"Type": "AWS::Events::Rule"},
    )
    if not expected:
        return case(name, body, *passes("Permission"))
    phrase, severity = (*expected, None)[:2]
    assert isinstance(phrase, str)
    assert severity is None or isinstance(severity, Severity)
    return case(name, body, fails("Permission", "Principal", phrase, severity))


def unknown(name: str, principal: object, **properties: object) -> Case:
    """One permission of which nobody can say who has it."""
    row = undecided(
        "Permission", "Principal", "Who may invoke the function is known only at deploy"
    )
    body = resources(
        UNSET, Permission=resource("AWS::Lambda::Permission", Principal=principal, **properties)
    )
    return case(name, body, row)


CASES: Final = (
    # -- a service
    permission("a named rule", "events.amazonaws.com", SourceArn=get("Rule", "Arn")),
    permission(
        "one API's method",
        "apigateway.amazonaws.com",
        SourceArn=join("arn:aws:execute-api:", ref("AWS::Region"), ":1:api/*/GET/x"),
    ),
    permission("an account's bucket", "s3.amazonaws.com", SourceAccount=ref("AWS::AccountId")),
    permission("an organisation", "sns.amazonaws.com", PrincipalOrgID="o-abcdefghij"),
    permission("a source by parameter", "events.amazonaws.com", SourceArn=ref("Unset")),
    permission(
        "nobody in particular", "events.amazonaws.com", f"events.amazonaws.com {FOR_ANYBODY}"
    ),
    permission(
        "by the suffix of the partition", join("apigateway.", ref("AWS::URLSuffix")), FOR_ANYBODY
    ),
    permission("in China", "sqs.amazonaws.com.cn", FOR_ANYBODY),
    permission("with the region in it", sub("logs.${AWS::Region}.amazonaws.com"), FOR_ANYBODY),
    permission("with a parameter in it", sub("${Unset}.amazonaws.com"), FOR_ANYBODY),
    permission("no value as source", "events.amazonaws.com", FOR_ANYBODY, SourceArn=NO_VALUE),
    permission(
        "a source in one branch",
        "events.amazonaws.com",
        FOR_ANYBODY,
        SourceArn=either("a", NO_VALUE),
    ),
    permission("a source that is everything", "events.amazonaws.com", FOR_ANYBODY, SourceArn="*"),
    permission("any bucket", "s3.amazonaws.com", FOR_ANYBODY, SourceArn="arn:aws:s3:::*"),
    permission(
        "any rule", "events.amazonaws.com", FOR_ANYBODY, SourceArn="arn:aws:events:*:*:rule/*"
    ),
    permission(
        "one of two services", either("events.amazonaws.com", get("Function", "Arn")), FOR_ANYBODY
    ),
    permission(
        "a token where it means nothing", "events.amazonaws.com", FOR_ANYBODY, EventSourceToken="t"
    ),
    # -- a load balancer
    permission("a load balancer", "elasticloadbalancing.amazonaws.com", FOR_ANYBODY, Severity.LOW),
    permission(
        "a load balancer's group",
        "elasticloadbalancing.amazonaws.com",
        SourceArn="arn:aws:elasticloadbalancing:x",
    ),
    # -- Alexa
    permission("a skill", "alexa-appkit.amazon.com", EventSourceToken="amzn1.ask.skill.1"),
    permission("a home's skill", "alexa-connectedhome.amazon.com", EventSourceToken="amzn1.ask"),
    permission("any skill", "alexa-appkit.amazon.com", "no EventSourceToken is set."),
    permission(
        "any skill of an account",
        "alexa-appkit.amazon.com",
        "no EventSourceToken",
        SourceAccount="1",
    ),
    # -- anybody
    permission("anybody", "*", "Anybody may invoke the function."),
    permission(
        "anybody for a source", "*", "Anybody may invoke the function.", SourceArn="arn:aws:s3:::x"
    ),
    permission("anybody's address", "*", "Anybody may invoke", FunctionUrlAuthType="NONE"),
    permission("anybody of an organisation", "*", PrincipalOrgID="o-abcdefghij"),
    permission("anybody of every organisation", "*", "Anybody may invoke", PrincipalOrgID="*"),
    permission(
        "anybody of one in one branch", "*", "Anybody may", PrincipalOrgID=either("o-1", NO_VALUE)
    ),
    # -- somebody
    permission("an account", "123456789012"),
    permission("the own account", ref("AWS::AccountId")),
    permission("a role", get("Function", "Arn")),
    permission("a role of a parameter's account", sub("arn:aws:iam::${Unset}:root")),
    permission("an import", {"Fn::ImportValue": "Caller"}),
    # -- what only the deployment knows
    unknown("a parameter", ref("Unset")),
    unknown("a parameter and more", sub("${Unset}-x")),
    unknown("a parameter with a source", ref("Unset"), SourceArn="arn:aws:s3:::x"),
    # -- what is not judged
    case("a function alone", resources(Function=resource("AWS::Lambda::Function"))),
)
