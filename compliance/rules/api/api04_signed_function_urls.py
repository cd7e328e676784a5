"""API04: a function URL asks for IAM auth."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Text, Unknown
from compliance.rules import sam
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, unknown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value

URL: Final = "AWS::Lambda::Url"
CONFIG: Final = "FunctionUrlConfig"
"""Where a function of SAM's describes its URL."""
SIGNED: Final = "AWS_IAM"


class SignedFunctionUrls(Rule):
    """API04."""

    id = "API04"
    family = Family.API
    severity = Severity.CRITICAL
    title = "A function URL asks for IAM auth"
    rationale = "Without IAM authorization anybody who has the address runs the function."
    remediation = (
        "Set `auth_type=FunctionUrlAuthType.AWS_IAM` and grant the callers "
        "`lambda:InvokeFunctionUrl`."
    )
    references = ("https://docs.aws.amazon.com/lambda/latest/dg/urls-auth.html",)
    stock = ("CKV_AWS_258",)
    resource_types = (URL, sam.FUNCTION)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the AuthType of a function's URL."""
        if resource.type == URL:
            auth = context.get(resource, "AuthType")
            yield from or_passed(_url(auth, "Properties.AuthType"))
            return
        urls = [url for url in sam.get(resource, context, CONFIG) if url is not ABSENT]
        if urls:
            yield from or_passed(
                judgement
                for url in urls
                for judgement in _url(
                    _auth(url, resource, context), f"Properties.{CONFIG}.AuthType"
                )
            )


def _auth(url: Value, function: Resource, context: Context) -> tuple[Value, ...]:
    """What a function's settings of its URL say, or the template's for all functions."""
    own = context.of(function).get(url, "AuthType")
    return sam.inherited(function, context, CONFIG, "AuthType") if own == (ABSENT,) else own


def _url(auth: tuple[Value, ...], location: str) -> Iterator[Judgement]:
    for value in auth:
        if isinstance(value, Text | Unknown):
            yield unknown("Whether the function's URL asks who calls", value, location=location)
        elif value != SIGNED:
            yield fail(
                "Anybody may call the function by its URL.",
                location=location,
                observed="absent" if value is ABSENT else value,
            )
