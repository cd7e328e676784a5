"""API06: an API given as an OpenAPI body secures each operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from compliance.findings import Severity
from compliance.intrinsics import ABSENT, Unknown
from compliance.rules import sam
from compliance.rules.api import openapi
from compliance.rules.api.openapi import Document, Operation, Scheme
from compliance.rules.base import Context, Family, Judgement, Rule, fail, or_passed, unknown

if TYPE_CHECKING:
    from compliance.assembly.model import Resource
    from compliance.intrinsics import Value

DEFAULT: Final = "Properties.Auth.DefaultAuthorizer"


class SecuredOperations(Rule):
    """API06."""

    id = "API06"
    family = Family.API
    severity = Severity.CRITICAL
    title = "An API given as an OpenAPI body secures each operation"
    rationale = (
        "An operation without security answers anybody. For a REST API the document's root-level "
        "security does not count: API Gateway ignores it; nor does a scheme without an authorizer "
        "or signed requests behind it."
    )
    remediation = (
        "Give each operation a `security` entry whose scheme has an "
        "`x-amazon-apigateway-authorizer`, or `x-amazon-apigateway-authtype: awsSigv4`; in SAM, "
        "set `Auth.DefaultAuthorizer`."
    )
    references = (
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html",
        "https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions-authorizer.html",
        "https://docs.aws.amazon.com/serverless-application-model/latest/developerguide/serverless-controlling-access-to-apis.html",
    )
    resource_types = tuple(openapi.INLINE)

    def judge(self, resource: Resource, context: Context) -> Iterator[Judgement]:
        """Judge the API's document, and for SAM the default authorizer that stands in for it."""
        documents = list(openapi.documents(resource, context))
        if resource.type in sam.GLOBALS:
            yield from or_passed(_sam_api(resource, context, documents))
        elif documents:
            yield from or_passed(_documents(documents))


def _sam_api(
    api: Resource, context: Context, documents: list[Document | tuple[str, Unknown]]
) -> Iterator[Judgement]:
    for default in sam.get(api, context, "Auth", "DefaultAuthorizer"):
        if isinstance(default, Unknown):
            yield unknown("The default authorizer", default, location=DEFAULT)
        elif default is ABSENT or default == sam.OPEN:
            if documents:
                yield from _documents(documents)
            else:
                yield fail(
                    "The API has no default authorizer: an event that names none lets anybody in.",
                    location=DEFAULT,
                    observed="absent" if default is ABSENT else default,
                )


def _documents(documents: list[Document | tuple[str, Unknown]]) -> Iterator[Judgement]:
    for document in documents:
        found = [document] if isinstance(document, tuple) else openapi.operations(document)
        for operation in found:
            if isinstance(operation, tuple):
                place, why = operation
                yield unknown("Whether each operation asks who calls", why, location=place)
            elif not operation.is_preflight and not operation.is_signed:
                yield from _operation(operation)


def _operation(operation: Operation) -> Iterator[Judgement]:
    location = f"{operation.place}.security"
    found = []
    for value in operation.requirements:
        complaint = _complaint(value, operation.document)
        if isinstance(complaint, Unknown):
            found.append(
                unknown("Whether the operation asks who calls", complaint, location=location)
            )
        elif complaint:
            found.append(
                fail(
                    f"{operation.verb} {operation.path} asks nobody who they are: {complaint}.",
                    location=location,
                    observed="absent" if value is ABSENT else value,
                )
            )
    yield from dict.fromkeys(found)


def _complaint(value: Value, document: Document) -> str | Unknown:
    """What is wrong with a `security` value; empty if nothing is."""
    if value is ABSENT:
        ignored = document.is_rest and "security" in document.root
        return "it has no security" + (
            " of its own, and a REST API ignores the document's" if ignored else ""
        )
    entries = [entry for _, entry in document.resolver.items(value)]
    unclear = [entry for entry in entries if isinstance(entry, Unknown)]
    if not unclear and not (
        entries and all(isinstance(entry, Mapping) and entry for entry in entries)
    ):
        return "an empty requirement lets anybody in"
    found = {
        ", ".join(map(str, entry)): _best(entry, document)
        for entry in entries
        if isinstance(entry, Mapping)
    }
    for names, kind in found.items():
        if kind is Scheme.NOTHING:
            return f"{names} has no authorizer and no signed requests behind it"
    if unclear or Scheme.UNKNOWN in found.values():
        return next(iter(unclear), Unknown("a security scheme is not wholly in the template"))
    return "" if Scheme.ASKS in found.values() else "an API key alone is no authorization"


def _best(entry: Mapping[str, object], document: Document) -> Scheme:
    """The strongest of the schemes that one requirement names together."""
    kinds = {document.kind(str(name)) for name in entry}
    order = (Scheme.ASKS, Scheme.UNKNOWN, Scheme.KEY, Scheme.NOTHING)
    return next((kind for kind in order if kind in kinds), Scheme.NOTHING)
