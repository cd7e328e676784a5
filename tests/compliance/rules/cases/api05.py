"""API05: a GraphQL API does not rest on an API key."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Row,
    case,
    either,
    fails,
    passes,
    ref,
    resource,
    resources,
    undecided,
)

RULE: Final = "API05"
KEY: Final = "Whoever has the API key may call the API."
TYPE: Final = "AuthenticationType"
MORE: Final = "AdditionalAuthenticationProviders"


def api(name: str, default: object, *more: object, rows: tuple[Row, ...] = ()) -> Case:
    """A GraphQL API: passes unless rows are expected."""
    providers = [{TYPE: value} for value in more] if more else NO_VALUE
    body = resources(
        UNSET,
        Api=resource("AWS::AppSync::GraphQLApi", **{TYPE: default, MORE: providers}),
    )
    return case(name, body, *(rows or passes("Api")))


def sam(name: str, auth: object, *rows: Row) -> Case:
    """A GraphQL API of SAM's."""
    body = resources(UNSET, Api=resource("AWS::Serverless::GraphQLApi", Auth=auth))
    return case(name, body, *rows)


CASES: Final = (
    api("signed requests", "AWS_IAM"),
    api("a user pool", "AMAZON_COGNITO_USER_POOLS", "AWS_IAM", "OPENID_CONNECT"),
    api("a function decides", "AWS_LAMBDA"),
    api("a key by default", "API_KEY", rows=(fails("Api", TYPE, KEY, None, "API_KEY"),)),
    api("a key besides", "AWS_IAM", "API_KEY", rows=(fails("Api", f"{MORE}[0].{TYPE}", KEY),)),
    api(
        "a key as the second besides",
        "AWS_IAM",
        "AWS_LAMBDA",
        "API_KEY",
        rows=(fails("Api", f"{MORE}[1].{TYPE}", KEY),),
    ),
    api("a key with others besides", "API_KEY", "AWS_IAM", rows=(fails("Api", TYPE, KEY),)),
    api("a key in one branch", either("AWS_IAM", "API_KEY"), rows=(fails("Api", TYPE, KEY),)),
    api(
        "a parameter",
        ref("Unset"),
        rows=(undecided("Api", TYPE, "How callers are known is known only at deploy time"),),
    ),
    api(
        "a parameter besides",
        "AWS_IAM",
        ref("Unset"),
        rows=(undecided("Api", f"{MORE}[0].{TYPE}", "parameter Unset has no default"),),
    ),
    api(
        "an import",
        {"Fn::ImportValue": "Auth"},
        rows=(undecided("Api", TYPE, "known only at deploy time."),),
    ),
    case(
        "providers not told",
        resources(
            UNSET,
            Api=resource("AWS::AppSync::GraphQLApi", **{TYPE: "AWS_IAM", MORE: ref("Unset")}),
        ),
        undecided("Api", f"{MORE}.{TYPE}", "parameter Unset has no default"),
    ),
    case(
        "one provider that is no list",
        resources(
            Api=resource("AWS::AppSync::GraphQLApi", **{TYPE: "AWS_IAM", MORE: {TYPE: "API_KEY"}})
        ),
        fails("Api", f"{MORE}.{TYPE}", KEY),
    ),
    sam(
        "an API of SAM's",
        {"Type": "AWS_IAM", "Additional": [{"Type": "AWS_LAMBDA"}]},
        *passes("Api"),
    ),
    sam("a key of SAM's", {"Type": "API_KEY"}, fails("Api", "Auth.Type", KEY)),
    sam(
        "a key of SAM's besides",
        {"Type": "AWS_IAM", "Additional": [{"Type": "API_KEY"}]},
        fails("Api", "Auth.Additional[0].Type", KEY),
    ),
    case("a key alone", resources(Key=resource("AWS::AppSync::ApiKey"))),
)
