"""What a role's trust policy has to ask of an identity provider.

Sources: IAM User Guide, 'Create a role for OpenID Connect federation', 'Create a role for SAML 2.0
federation' and 'Available keys for AWS web identity federation'; Amazon Cognito Developer Guide,
'IAM roles' (of identity pools).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from compliance.iam import actions, conditions
from compliance.iam.conditions import Test
from compliance.intrinsics import Text, Value, partition, referred

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.iam.conditions import Answer, Says
    from compliance.iam.statements import Statement
    from compliance.rules.base import Context

SAML_PROVIDER: Final = "AWS::IAM::SAMLProvider"
SAML: Final = "saml"
"""Stands for the issuer of a SAML provider."""
GITHUB: Final = "token.actions.githubusercontent.com"
COGNITO: Final = "cognito-identity"
WITH_SAML: Final = "sts:AssumeRoleWithSAML"
WITH_WEB_IDENTITY: Final = "sts:AssumeRoleWithWebIdentity"

_UNBOUND: Final = re.compile(r"[\w-]*:?")
"""What stands before a wildcard in a subject that names nobody: `*`, `repo:*`."""
_REPOSITORIES: Final = "repo:"


@dataclass(frozen=True, slots=True)
class Asked:
    """What has to be asked of a provider.

    Attributes:
        name: the provider, as a finding names it.
        forms: any of these will do; each is a list of lines, all of which have to be there.
        missing: what a finding says of a statement that has none of the forms.
    """

    name: str
    forms: tuple[tuple[Says, ...], ...]
    missing: str


def asked_of(provider: Value, statement: Statement, context: Context) -> Iterator[Asked]:
    """What a statement has to ask of a provider, once for each issuer that it may be.

    Args:
        provider: a value under `Federated`.
        statement: of a trust policy.
        context: where the provider is looked up.
    """
    for issuer in _issuers(provider, context):
        if issuer == SAML or (not issuer and _is_for_saml(statement)):
            yield Asked(
                "the SAML provider",
                ((_key(f"{SAML}:aud"),), (_key(f"{SAML}:sub"),)),
                "neither SAML:aud nor SAML:sub is asked for",
            )
        elif issuer.startswith(COGNITO):
            yield Asked(
                "an identity pool",
                ((_key(":aud"), _key(":amr")), (_key(":sub"),)),
                f"the conditions on {issuer}:aud and {issuer}:amr are not both there",
            )
        elif issuer.startswith(GITHUB) or (not issuer and _asks_github(statement)):
            yield Asked(
                "GitHub",
                ((_subject, _key(":aud")),),
                f"the conditions on {GITHUB}:sub, with the repository's owner, and {GITHUB}:aud "
                "are not both there",
            )
        else:
            yield Asked(
                issuer or "the identity provider",
                ((_subject,),),
                "no condition on its sub names a subject",
            )


def _issuers(provider: Value, context: Context) -> Iterator[str]:
    """The issuers that a value under `Federated` may mean; nothing where that is not known."""
    resource = referred(provider)
    if resource is not None and resource.type == SAML_PROVIDER:
        yield SAML
    elif resource is not None:
        for url in context.get(resource, "Url"):
            yield str(url).removeprefix("https://") if isinstance(url, str | Text) else ""
    elif partition(provider, ":saml-provider/"):
        yield SAML
    else:
        cut = partition(provider, ":oidc-provider/")
        yield str(cut[1] if cut else provider if isinstance(provider, str) else "")


def _is_for_saml(statement: Statement) -> bool:
    """Whether a statement is about sign-in with SAML, and with nothing else."""
    named = [entry.value for entry in statement.entries("Action")]
    return not any(
        not isinstance(name, str) or actions.matches(name, WITH_WEB_IDENTITY) for name in named
    ) and any(actions.matches(name, WITH_SAML) for name in named)


def _asks_github(statement: Statement) -> bool:
    return any(
        isinstance(line, Test) and line.key.startswith(GITHUB)
        for block in conditions.blocks(statement)
        for line in block
    )


def _key(name: str) -> Says:
    """A test for lines that ask a key for something; the issuer is left out of an OIDC key."""

    def says(line: Test) -> Answer:
        asked = line.key.endswith(name) if name.startswith(":") else line.key == name
        return asked and conditions.any_values(line)

    return says


def _subject(line: Test) -> Answer:
    """Whether a line asks for subjects that name somebody."""
    return line.key.endswith(":sub") and conditions.each_value(line, _is_bound)


def _is_bound(subject: str) -> bool:
    """Whether a subject's pattern names somebody: of a GitHub repository, its owner at least."""
    head = re.split(r"[*?]", subject, maxsplit=1)[0]
    if head == subject:
        return True
    if head.startswith(_REPOSITORIES):
        return head.removeprefix(_REPOSITORIES).find("/") > 0
    return _UNBOUND.fullmatch(head) is None
