"""API04: a function URL asks for IAM auth."""

from __future__ import annotations

from typing import Final

from tests.compliance.rules.case import (
    NO_VALUE,
    UNSET,
    Case,
    Json,
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

RULE: Final = "API04"
ANYBODY: Final = "Anybody may call the function by its URL."
CONFIG: Final = "FunctionUrlConfig.AuthType"


def url(name: str, auth: object, *rows: Row) -> Case:
    """A function's URL."""
    return case(
        name,
        resources(
            UNSET,
            Url=resource("AWS::Lambda::Url", AuthType=auth),
            Other=resource("AWS::SQS::Queue"),
        ),
        *rows,
    )


def function(name: str, config: object, *rows: Row, shared: Json | None = None) -> Case:
    """A function of SAM's with a URL, and perhaps settings for all functions."""
    body = resources(
        {**UNSET, **({"Globals": {"Function": shared}} if shared else {})},
        Function=resource("AWS::Serverless::Function", FunctionUrlConfig=config),
    )
    return case(name, body, *rows)


SIGNED: Final = {"AuthType": "AWS_IAM"}
OPEN: Final = {"AuthType": "NONE"}

CASES: Final = (
    url("signed requests", "AWS_IAM", *passes("Url")),
    url("nobody is asked", "NONE", fails("Url", "AuthType", ANYBODY, None, "NONE")),
    url("nothing is said", NO_VALUE, fails("Url", "AuthType", ANYBODY, None, "absent")),
    url("one branch", either("AWS_IAM", "NONE"), fails("Url", "AuthType", ANYBODY)),
    url("a type that does not exist", "JWT", fails("Url", "AuthType", ANYBODY)),
    url("a parameter", ref("Unset"), undecided("Url", "AuthType", "Unset has no default")),
    url("a reference", ref("Other"), undecided("Url", "AuthType", "asks who calls")),
    function("a signed URL of SAM's", SIGNED, *passes("Function")),
    function("an open URL of SAM's", OPEN, fails("Function", CONFIG, ANYBODY)),
    function("a URL of SAM's that says nothing", {}, fails("Function", CONFIG, ANYBODY)),
    function("a URL in one branch", either(SIGNED, NO_VALUE), *passes("Function")),
    function("an open URL in one branch", either(OPEN, SIGNED), fails("Function", CONFIG, ANYBODY)),
    function("a URL not told", ref("Unset"), undecided("Function", CONFIG, "Unset has no default")),
    function("no URL", NO_VALUE),
    function(
        "open URLs for all functions",
        NO_VALUE,
        fails("Function", CONFIG, ANYBODY),
        shared={"FunctionUrlConfig": OPEN},
    ),
    function(
        "the auth of all functions",
        {"InvokeMode": "BUFFERED"},
        *passes("Function"),
        shared={"FunctionUrlConfig": SIGNED},
    ),
    function("its own auth", SIGNED, *passes("Function"), shared={"FunctionUrlConfig": OPEN}),
    function("other settings for all", NO_VALUE, shared={"Timeout": 3}),
    case("a function alone", resources(Function=resource("AWS::Lambda::Function"))),
)
