"""IAM08: an action that cannot be scoped is narrowed by its condition key."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    STATEMENT,
    UNSET,
    Case,
    Json,
    allow,
    case,
    document,
    either,
    fails,
    passes,
    policy,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "IAM08"
PLACE: Final = f"{STATEMENT}.Action"
METRICS: Final = "cloudwatch:PutMetricData"
SPACE: Final = "cloudwatch:namespace"
NONE: Final = "cloudwatch:PutMetricData has no condition on cloudwatch:namespace: metrics can be"
KEYS: Final = {
    METRICS: SPACE,
    "lambda:CreateEventSourceMapping": "lambda:FunctionArn",
    "organizations:EnableAWSServiceAccess": "organizations:ServicePrincipal",
    "sts:GetWebIdentityToken": "sts:IdentityTokenAudience",
}


def narrowed(name: str, condition: object) -> Case:
    """Metrics under a condition that narrows them."""
    return case(
        name, policy(allow(METRICS, "*", Condition=condition), more=UNSET), *passes("Policy")
    )


def wide(name: str, condition: object) -> Case:
    """Metrics under a condition that leaves every namespace open."""
    template = policy(allow(METRICS, "*", Condition=condition), more=UNSET)
    return case(name, template, fails("Policy", PLACE, NONE, observed=METRICS))


def asks(name: str, condition: object) -> Case:
    """Metrics under a condition that only the deployment knows."""
    template = policy(allow(METRICS, "*", Condition=condition), more=UNSET)
    row = undecided("Policy", PLACE, "Whether a condition on cloudwatch:namespace narrows")
    return case(name, template, row)


def fine(name: str, action: object, on: object = "*", **more: object) -> Case:
    """A statement that the rule lets pass."""
    return case(name, policy(allow(action, on, **more), more=UNSET), *passes("Policy"))


def space(*names: object, operator: str = "StringEquals") -> Json:
    """A condition on the namespace."""
    return {operator: {SPACE: names[0] if len(names) == 1 else list(names)}}


CASES: Final = (
    # -- each action and its key
    *(
        case(
            f"{action} without a condition",
            policy(allow(action, "*")),
            fails("Policy", PLACE, f"{action} has no condition on {key}:"),
        )
        for action, key in KEYS.items()
    ),
    *(
        fine(f"{action} with its key", action, Condition={"StringLike": {key: "items*"}})
        for action, key in KEYS.items()
    ),
    *(
        case(
            f"{action} with another's key",
            policy(allow(action, "*", Condition={"StringLike": {"aws:RequestedRegion": "eu-*"}})),
            fails("Policy", PLACE, key),
        )
        for action, key in KEYS.items()
    ),
    case(
        "an action in capitals",
        policy(allow("CLOUDWATCH:PUTMETRICDATA", "*")),
        fails("Policy", PLACE, NONE, observed="CLOUDWATCH:PUTMETRICDATA"),
    ),
    case(
        "each action is placed",
        policy(allow(["s3:GetObject", METRICS, "sts:GetWebIdentityToken"], "*")),
        fails("Policy", f"{PLACE}[1]", NONE),
        fails("Policy", f"{PLACE}[2]", "prove who it is to any outside service"),
    ),
    case(
        "another statement has the key",
        policy(allow(METRICS, "*", Condition=space("Items")), allow(METRICS, "*")),
        fails("Policy", "PolicyDocument.Statement[1].Action", NONE),
    ),
    # -- what narrows
    narrowed("one namespace", space("Items")),
    narrowed("two namespaces", space("Items", "Orders")),
    narrowed("a pattern of namespaces", space("Items/*", operator="StringLike")),
    narrowed("the key in capitals", {"StringEquals": {"CloudWatch:Namespace": "Items"}}),
    narrowed("a namespace in each branch", either(space("Items"), space("Orders"))),
    narrowed("an exact namespace by parameter", space(ref("Unset"))),
    narrowed(
        "a namespace among other keys", {**space("Items"), "Bool": {"aws:SecureTransport": "true"}}
    ),
    # -- what does not
    wide("an empty condition", {}),
    wide("every namespace", space("*", operator="StringLike")),
    wide("one namespace and every one", space("Items", "*", operator="StringLike")),
    wide("all namespaces but one", space("AWS/EC2", operator="StringNotEquals")),
    wide("a namespace if it is told", space("Items", operator="StringEqualsIfExists")),
    wide("that a namespace is told", space("false", operator="Null")),
    wide("a namespace in one branch", either(space("Items"), NO_VALUE)),
    wide("no namespace", space([])),
    wide("a number as namespace", space(7)),
    # -- what only the deployment knows
    asks("an unknown condition", ref("Unset")),
    asks("an unknown pattern", space(ref("Unset"), operator="StringLike")),
    case(
        "a policy that only the deployment knows",
        resources(UNSET, Policy=resource("AWS::IAM::ManagedPolicy", PolicyDocument=ref("Unset"))),
        undecided("Policy", "PolicyDocument", "parameter Unset has no default"),
    ),
    # -- what is not judged
    case(
        "a wildcard for this action alone",
        policy(allow("cloudwatch:PutMetricDat?", "*")),
        fails("Policy", PLACE, NONE, observed="cloudwatch:PutMetricDat?"),
    ),
    fine("wildcards", ["cloudwatch:*", "cloudwatch:PutMetric*", "*"]),
    fine("an action that cannot be narrowed", "xray:PutTraceSegments"),
    fine("a parameter as action", ref("Unset")),
    fine("a number as action", 7),
    case("a denial", policy({**allow(METRICS, "*"), "Effect": "Deny"}), *passes("Policy")),
    case("no statements", policy()),
    case(
        "inline in a group, the statement no list",
        resources(
            Group=resource(
                "AWS::IAM::Group", Policies=[{"PolicyDocument": {"Statement": allow(METRICS, "*")}}]
            )
        ),
        fails("Group", "Policies[0].PolicyDocument.Statement.Action", NONE),
    ),
    case(
        "a resource policy",
        resources(Key=resource("AWS::KMS::Key", KeyPolicy=document(allow(METRICS, "*")))),
    ),
)
