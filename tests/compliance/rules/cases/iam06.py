"""IAM06: a role is assumed only by who should."""

from __future__ import annotations

from typing import Final

from compliance.config import Config, Iam
from compliance.findings import Outcome, Severity
from tests.compliance.rules.case import (
    NO_VALUE,
    PARTITION,
    UNSET,
    Case,
    Json,
    Row,
    assembly,
    case,
    document,
    either,
    exported,
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

RULE: Final = "IAM06"

PRINCIPAL: Final = "AssumeRolePolicyDocument.Statement[0].Principal"
AWS: Final = f"{PRINCIPAL}.AWS"
FEDERATED: Final = f"{PRINCIPAL}.Federated"
ANYBODY: Final = "Anybody may assume the role."
FOREIGN: Final = (
    "Account 999988887777, which is not known to be one's own, may have the role assumed"
)
ALL_OF_IT: Final = "Whoever in the account may call sts:AssumeRole may assume the role."
WHETHER: Final = "Whether a condition narrows who may assume the role is known only at deploy time"
WHO: Final = "Who may assume the role is known only at deploy time"
ACCOUNT: Final = ref("AWS::AccountId")
ROOT: Final = join("arn:", PARTITION, ":iam::", ACCOUNT, ":root")
OTHER: Final = "arn:aws:iam::999988887777:root"
SAML: Final = sub("arn:aws:iam::${AWS::AccountId}:saml-provider/people")
GITHUB: Final = "token.actions.githubusercontent.com"
POOL: Final = "cognito-identity.amazonaws.com"
EKS: Final = "oidc.eks.eu-west-1.amazonaws.com/id/ABC"


def template(*statements: object, **more: Json) -> Json:
    """A role with a trust policy, and things to name in it."""
    return resources(
        UNSET,
        Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=document(*statements)),
        **more,
    )


def trusting(principal: object, action: object = "sts:AssumeRole", **more: object) -> Json:
    """A statement that lets a principal assume the role."""
    return {"Effect": "Allow", "Principal": principal, "Action": action, **more}


def role(name: str, principal: object, *rows: Row, **more: object) -> Case:
    """A role's trust policy of one statement: passes unless rows are expected."""
    return case(name, template(trusting(principal, **more)), *(rows or passes("Role")))


def narrowed(
    name: str, principal: object, operator: str, key: str, value: object, *rows: Row
) -> Case:
    """A principal under a condition of one line: passes unless rows are expected."""
    return role(name, principal, *rows, Condition={operator: {key: value}})


def uncertain(place: str, phrase: str, severity: Severity) -> Row:
    """An undecided row of another severity than the rule's own."""
    return Row("Role", Outcome.UNDECIDED, f"Properties.{place}", severity, phrase)


def web(issuer: object, *rows: Row, named: str, **more: object) -> Case:
    """A role for a web identity; `more` is the statement's condition, or resources by their id."""
    condition = {name: value for name, value in more.items() if name == "Condition"}
    others = {name: value for name, value in more.items() if name != "Condition"}
    statement = trusting({"Federated": issuer}, "sts:AssumeRoleWithWebIdentity", **condition)
    return case(named, template(statement, **others), *(rows or passes("Role")))  # type: ignore[arg-type]


def provider(issuer: str) -> Json:
    """The ARN of an OIDC provider, as CDK writes it."""
    return join("arn:", PARTITION, ":iam::", ACCOUNT, f":oidc-provider/{issuer}")


def vouched(phrase: str) -> Row:
    """A failure of what a provider is asked."""
    return fails("Role", FEDERATED, phrase)


def github(name: str, subject: object, *rows: Row, operator: str = "StringLike") -> Case:
    """A role for a GitHub workflow, with an audience and a subject."""
    lines = {"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}}
    lines[operator] = {**lines.get(operator, {}), f"{GITHUB}:sub": subject}  # type: ignore[dict-item]
    return web(provider(GITHUB), *rows, named=f"GitHub: {name}", Condition=lines)


def saml(name: str, *rows: Row, provider: object = SAML, **more: object) -> Case:
    """A role for people who sign in with SAML."""
    statement = trusting({"Federated": provider}, "sts:AssumeRoleWithSAML", **more)
    return case(f"SAML: {name}", template(statement), *(rows or passes("Role")))


def pool(name: str, condition: Json, *rows: Row, issuer: str = POOL) -> Case:
    """A role for an identity pool."""
    return web(issuer, *rows, named=f"identity pool: {name}", Condition=condition)


VOUCHED_SAML: Final = vouched("Whoever the SAML provider vouches for may assume the role: neither")
VOUCHED_POOL: Final = vouched("Whoever an identity pool vouches for may assume the role: the condi")
VOUCHED_GITHUB: Final = vouched("Whoever GitHub vouches for may assume the role: the conditions on")
NO_SUBJECT: Final = "vouches for may assume the role: no condition on its sub names a subject"

CASES: Final = (
    # -- everybody
    role("everybody", "*", fails("Role", PRINCIPAL, ANYBODY, observed="*")),
    role("everybody of AWS", {"AWS": "*"}, fails("Role", AWS, ANYBODY)),
    role(
        "everybody in one branch",
        {"AWS": either(ROOT, "*")},
        fails("Role", AWS, ALL_OF_IT, Severity.MEDIUM),
        fails("Role", AWS, ANYBODY),
    ),
    role(
        "everybody, and another account",
        {"AWS": ["*", OTHER]},
        fails("Role", f"{AWS}[0]", ANYBODY),
        fails("Role", f"{AWS}[1]", FOREIGN),
    ),
    role("every account", {"AWS": "arn:aws:iam::*:root"}, fails("Role", AWS, ANYBODY)),
    narrowed(
        "everybody of an organisation", {"AWS": "*"}, "StringEquals", "aws:PrincipalOrgID", "o-1"
    ),
    narrowed(
        "everybody of its units", "*", "ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/*"
    ),
    narrowed("everybody of an account", "*", "StringEquals", "aws:PrincipalAccount", ACCOUNT),
    narrowed(
        "everybody of a name",
        "*",
        "ArnLike",
        "aws:PrincipalArn",
        "arn:aws:iam::123456789012:role/*",
    ),
    narrowed(
        "everybody of a name anywhere",
        "*",
        "ArnLike",
        "aws:PrincipalArn",
        "arn:aws:iam::*:role/x",
        fails("Role", PRINCIPAL, ANYBODY),
    ),
    narrowed(
        "everybody of every organisation",
        "*",
        "StringLike",
        "aws:PrincipalOrgID",
        "*",
        fails("Role", PRINCIPAL, ANYBODY),
    ),
    narrowed(
        "everybody who has an id",
        "*",
        "StringEquals",
        "sts:ExternalId",
        "x",
        fails("Role", PRINCIPAL, ANYBODY),
    ),
    narrowed(
        "everybody from an address",
        "*",
        "IpAddress",
        "aws:SourceIp",
        "192.0.2.0/24",
        fails("Role", PRINCIPAL, ANYBODY),
    ),
    narrowed(
        "everybody of an organisation, by a pattern to come",
        "*",
        "StringLike",
        "aws:PrincipalOrgID",
        ref("Unset"),
        undecided("Role", PRINCIPAL, f"{WHETHER}: parameter Unset"),
    ),
    case(
        "everybody, and a Deny for all but an organisation",
        template(
            trusting("*"),
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "sts:AssumeRole",
                "Condition": {"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}},
            },
        ),
        *passes("Role"),
    ),
    # -- another account
    role("another account", {"AWS": OTHER}, fails("Role", AWS, FOREIGN, observed=OTHER)),
    role("another account's id", {"AWS": "999988887777"}, fails("Role", AWS, FOREIGN)),
    role(
        "another account's role",
        {"AWS": ["arn:aws:iam::999988887777:role/x"]},
        fails("Role", f"{AWS}[0]", FOREIGN),
    ),
    role(
        "another account's user",
        {"AWS": join("arn:", PARTITION, ":iam::999988887777:user/x")},
        fails("Role", AWS, FOREIGN),
    ),
    *(
        narrowed(
            f"another account by {operator} {key}: {value}", {"AWS": OTHER}, operator, key, value
        )
        for operator, key, value in (
            ("StringEquals", "sts:ExternalId", "x"),
            ("StringEquals", "sts:ExternalId", ref("Unset")),
            ("StringLike", "sts:externalid", "x"),
            ("StringEquals", "aws:PrincipalOrgID", "o-1"),
            ("ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*"),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::999988887777:role/x*"),
            ("StringEquals", "aws:PrincipalTag/team", "a"),
            ("StringLike", "aws:PrincipalTag/team", "a*"),
            ("StringLike", "aws:userid", "AROAEXAMPLE:*"),
            ("StringEquals", "aws:username", "x"),
        )
    ),
    *(
        narrowed(
            f"another account by {name}",
            {"AWS": OTHER},
            operator,
            key,
            value,
            fails("Role", AWS, FOREIGN),
        )
        for name, operator, key, value in (
            ("any id", "StringLike", "sts:ExternalId", "*"),
            ("an id in one branch", "StringEquals", "sts:ExternalId", either("x", NO_VALUE)),
            ("an id, if there is one", "StringEqualsIfExists", "sts:ExternalId", "x"),
            ("all but an id", "StringNotEquals", "sts:ExternalId", "x"),
            ("any tag", "StringLike", "aws:PrincipalTag/team", "*"),
            ("its own account", "StringEquals", "aws:PrincipalAccount", "999988887777"),
            ("a second factor", "Bool", "aws:MultiFactorAuthPresent", "true"),
            ("an address", "IpAddress", "aws:SourceIp", "192.0.2.0/24"),
            ("TLS", "Bool", "aws:SecureTransport", "true"),
        )
    ),
    role(
        "another account under a condition to come",
        {"AWS": OTHER},
        undecided("Role", AWS, f"{WHETHER}: parameter Unset"),
        Condition=ref("Unset"),
    ),
    case(
        "a known account",
        template(trusting({"AWS": OTHER})),
        *passes("Role"),
        config=Config(iam=Iam(known_accounts=("999988887777",))),
    ),
    assembly(
        "another account than the stack's",
        {"Stack": template(trusting({"AWS": OTHER}))},
        fails("Role", AWS, FOREIGN),
    ),
    role(
        "an account to come",
        {"AWS": sub("arn:aws:iam::${Unset}:root")},
        undecided("Role", AWS, WHO),
    ),
    role(
        "somebody to come",
        {"AWS": ref("Unset")},
        undecided("Role", AWS, f"{WHO}: parameter Unset has no default"),
    ),
    role("a principal to come", ref("Unset"), undecided("Role", PRINCIPAL, WHO)),
    narrowed(
        "somebody to come, with an id", {"AWS": ref("Unset")}, "StringEquals", "sts:ExternalId", "x"
    ),
    narrowed(
        "somebody to come, from an address",
        {"AWS": ref("Unset")},
        "IpAddress",
        "aws:SourceIp",
        "192.0.2.1",
        undecided("Role", AWS, WHO),
    ),
    # -- one's own account
    role("all of one's own account", {"AWS": ROOT}, fails("Role", AWS, ALL_OF_IT, Severity.MEDIUM)),
    role(
        "one's own account's id", {"AWS": ACCOUNT}, fails("Role", AWS, ALL_OF_IT, Severity.MEDIUM)
    ),
    assembly(
        "all of the stack's own account",
        {"Stack": template(trusting({"AWS": "arn:aws:iam::123456789012:root"}))},
        fails("Role", AWS, ALL_OF_IT, Severity.MEDIUM),
    ),
    *(
        narrowed(
            f"one's own account by {operator} {key}: {value}", {"AWS": ROOT}, operator, key, value
        )
        for operator, key, value in (
            ("ArnEquals", "aws:PrincipalArn", sub("arn:aws:iam::${AWS::AccountId}:role/x")),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:role/admin*"),
            ("StringEquals", "aws:PrincipalTag/team", "a"),
            ("StringEquals", "aws:username", "x"),
            ("StringLike", "aws:userid", "AROAEXAMPLE:*"),
            ("StringEquals", "aws:FederatedProvider", "x"),
            ("StringEquals", "sts:ExternalId", "x"),
            ("StringEquals", "aws:SourceVpc", "vpc-1"),
            ("StringEquals", "aws:SourceVpce", "vpce-1"),
            ("IpAddress", "aws:SourceIp", "192.0.2.0/24"),
            ("Bool", "aws:MultiFactorAuthPresent", "true"),
            ("NumericLessThan", "aws:MultiFactorAuthAge", "3600"),
        )
    ),
    *(
        narrowed(
            f"one's own account by {operator} {key}: {value}",
            {"AWS": ROOT},
            operator,
            key,
            value,
            fails("Role", AWS, ALL_OF_IT, Severity.MEDIUM),
        )
        for operator, key, value in (
            ("ArnLike", "aws:PrincipalArn", "*"),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:*"),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:user/*"),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:sts::123456789012:assumed-role/*"),
            ("ArnLike", "aws:PrincipalArn", "arn:aws:sts::123456789012:federated-user/*"),
            ("StringEquals", "aws:PrincipalOrgID", "o-1"),
            ("StringEquals", "aws:PrincipalAccount", "123456789012"),
            ("Bool", "aws:MultiFactorAuthPresent", "false"),
            ("BoolIfExists", "aws:MultiFactorAuthPresent", "true"),
            ("Bool", "aws:SecureTransport", "true"),
            ("StringEquals", "aws:RequestedRegion", "eu-west-1"),
        )
    ),
    role(
        "one's own account under a condition to come",
        {"AWS": ROOT},
        uncertain(AWS, WHETHER, Severity.MEDIUM),
        Condition=ref("Unset"),
    ),
    role("one's own role by name", {"AWS": sub("arn:aws:iam::${AWS::AccountId}:role/x")}),
    case(
        "a role of the template",
        template(
            trusting({"AWS": get("Caller", "Arn")}),
            Caller={"Type": "AWS::IAM::User"},
        ),
        *passes("Role"),
    ),
    assembly(
        "a role of another stack",
        {
            "Producer": resources(
                {"Outputs": {"User": exported("User", get("User", "Arn"))}},
                User={"Type": "AWS::IAM::User"},
            ),
            "Stack": template(trusting({"AWS": {"Fn::ImportValue": "User"}})),
        },
        *passes("Role"),
    ),
    role("a role of a stack elsewhere", {"AWS": {"Fn::ImportValue": "User"}}),
    role("a unique id", {"AWS": "AIDAEXAMPLE"}),
    # -- services
    role("a service", {"Service": "lambda.amazonaws.com"}),
    role(
        "two services",
        {"Service": ["lambda.amazonaws.com", sub("ssm.${AWS::Region}.amazonaws.com")]},
    ),
    role("a service to come", {"Service": ref("Unset")}),
    role(
        "a service, and all of one's own account",
        {"Service": "lambda.amazonaws.com", "AWS": ROOT},
        fails("Role", AWS, ALL_OF_IT, Severity.MEDIUM),
    ),
    # -- GitHub
    github(
        "a branch of a repository", "repo:octo/items:ref:refs/heads/main", operator="StringEquals"
    ),
    github("a repository", "repo:octo/items:*"),
    github("an owner", ["repo:octo/*", "repo:octo-labs/items:*"]),
    github("an owner to come", sub("repo:${Unset}/items:*")),
    github("another claim", "job_workflow_ref:octo/items/*"),
    github("anything", "*", VOUCHED_GITHUB),
    github("anything, exactly", "*", VOUCHED_GITHUB, operator="StringEquals"),
    github("every repository", "repo:*", VOUCHED_GITHUB),
    github("every repository's branch", "repo:*/*:ref:refs/heads/main", VOUCHED_GITHUB),
    github("every owner's repository", "repo:*/items:*", VOUCHED_GITHUB),
    github("owners that begin alike", "repo:octo*", VOUCHED_GITHUB),
    github("no owner", "repo:/*", VOUCHED_GITHUB),
    github("every claim", "rep*", VOUCHED_GITHUB),
    github("a question mark", "repo:????/items:*", VOUCHED_GITHUB),
    github("any branch", "*:ref:refs/heads/main", VOUCHED_GITHUB),
    github("a repository or anything", ["repo:octo/items:*", "*"], VOUCHED_GITHUB),
    github("all but a repository", "repo:octo/items:*", VOUCHED_GITHUB, operator="StringNotLike"),
    github(
        "a subject to come",
        ref("Unset"),
        undecided("Role", FEDERATED, f"{WHETHER}: parameter Unset"),
    ),
    github("an exact subject to come", ref("Unset"), operator="StringEquals"),
    web(
        provider(GITHUB),
        VOUCHED_GITHUB,
        named="GitHub: no audience",
        Condition={"StringLike": {f"{GITHUB}:sub": "repo:octo/items:*"}},
    ),
    web(
        provider(GITHUB),
        VOUCHED_GITHUB,
        named="GitHub: any audience",
        Condition={"StringLike": {f"{GITHUB}:sub": "repo:octo/items:*", f"{GITHUB}:aud": "*"}},
    ),
    web(
        provider(GITHUB),
        VOUCHED_GITHUB,
        named="GitHub: no subject",
        Condition={"StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"}},
    ),
    web(provider(GITHUB), VOUCHED_GITHUB, named="GitHub: no condition"),
    web(
        get("Provider", "Arn"),
        VOUCHED_GITHUB,
        named="GitHub: a provider of the template without an audience",
        Provider=resource("AWS::IAM::OIDCProvider", Url=f"https://{GITHUB}"),
        Condition={"StringLike": {f"{GITHUB}:sub": "repo:octo/items:*"}},
    ),
    web(
        ref("Provider"),
        named="GitHub: CDK's own provider",
        Provider=resource("Custom::AWSCDKOpenIdConnectProvider", Url=f"https://{GITHUB}"),
        Condition={
            "StringLike": {f"{GITHUB}:sub": "repo:octo/items:*"},
            "StringEquals": {f"{GITHUB}:aud": "sts.amazonaws.com"},
        },
    ),
    web(
        f"arn:aws:iam::123456789012:oidc-provider/{GITHUB}/octo",
        VOUCHED_GITHUB,
        named="GitHub: an enterprise's provider without an audience",
        Condition={"StringLike": {f"{GITHUB}/octo:sub": "repo:octo/items:*"}},
    ),
    web(
        {"Fn::ImportValue": "Provider"},
        VOUCHED_GITHUB,
        named="GitHub: a provider elsewhere, told by the key",
        Condition={"StringLike": {f"{GITHUB}:sub": "repo:octo/items:*"}},
    ),
    # -- other issuers
    web(
        provider(EKS),
        named="a service account",
        Condition={"StringEquals": {f"{EKS}:sub": "system:serviceaccount:default:app"}},
    ),
    web(
        provider(EKS),
        vouched(f"Whoever {EKS} {NO_SUBJECT}"),
        named="every service account",
        Condition={"StringLike": {f"{EKS}:sub": "*"}},
    ),
    web(
        provider(EKS),
        vouched(NO_SUBJECT),
        named="an audience alone",
        Condition={"StringEquals": {f"{EKS}:aud": "sts.amazonaws.com"}},
    ),
    web(provider(EKS), vouched(NO_SUBJECT), named="no condition"),
    web(
        "accounts.google.com", vouched(f"Whoever accounts.google.com {NO_SUBJECT}"), named="Google"
    ),
    web(
        "accounts.google.com",
        named="one of Google's",
        Condition={"StringEquals": {"accounts.google.com:sub": "113"}},
    ),
    web(
        provider("gitlab.com"),
        vouched(f"Whoever gitlab.com {NO_SUBJECT}"),
        named="every project",
        Condition={"StringLike": {"gitlab.com:sub": "project_path:*"}},
    ),
    web(
        provider("app.terraform.io"),
        named="an organisation's runs",
        Condition={"StringLike": {"app.terraform.io:sub": "organization:octo:*"}},
    ),
    web(
        {"Fn::ImportValue": "Provider"},
        vouched(f"Whoever the identity provider {NO_SUBJECT}"),
        named="a provider elsewhere",
    ),
    web(
        ref("Unset"),
        vouched(f"Whoever the identity provider {NO_SUBJECT}"),
        named="a provider to come",
    ),
    web(
        get("Provider", "Arn"),
        vouched("Whoever ${Cluster.OpenIdConnectIssuerUrl} vouches"),
        named="a cluster's provider without a condition",
        Provider=resource("AWS::IAM::OIDCProvider", Url=get("Cluster", "OpenIdConnectIssuerUrl")),
        Cluster={"Type": "AWS::EKS::Cluster"},
    ),
    web(
        get("Provider", "Arn"),
        vouched("Whoever the identity provider vouches"),
        named="a provider whose issuer is to come",
        Provider=resource("AWS::IAM::OIDCProvider", Url=ref("Unset")),
    ),
    web(
        ref("Provider"),
        undecided("Role", FEDERATED, WHETHER),
        named="a service account, as CDK's EKS has it",
        Provider=resource(
            "Custom::AWSCDKOpenIdConnectProvider", Url=get("Cluster", "OpenIdConnectIssuerUrl")
        ),
        Cluster={"Type": "AWS::EKS::Cluster"},
        Condition={"StringEquals": get("Json", "Value")},
        Json={"Type": "Custom::AWSCDKCfnJson"},
    ),
    web(
        "*",
        fails("Role", FEDERATED, ANYBODY),
        named="every provider",
    ),
    # -- identity pools
    pool(
        "as CDK has it",
        {
            "StringEquals": {f"{POOL}:aud": ref("Pool")},
            "ForAnyValue:StringLike": {f"{POOL}:amr": "authenticated"},
        },
    ),
    pool("one identity", {"StringEquals": {f"{POOL}:sub": "eu-west-1:1"}}),
    pool("no pool", {"ForAnyValue:StringLike": {f"{POOL}:amr": "authenticated"}}, VOUCHED_POOL),
    pool(
        "whoever signed in or not", {"StringEquals": {f"{POOL}:aud": "eu-west-1:1"}}, VOUCHED_POOL
    ),
    pool(
        "any pool",
        {
            "StringLike": {f"{POOL}:aud": "*"},
            "ForAnyValue:StringLike": {f"{POOL}:amr": "authenticated"},
        },
        VOUCHED_POOL,
    ),
    pool("no condition", {}, VOUCHED_POOL),
    pool("in another partition", {}, VOUCHED_POOL, issuer="cognito-identity-us-gov.amazonaws.com"),
    # -- SAML
    saml(
        "as CDK has it",
        Condition={"StringEquals": {"SAML:aud": "https://signin.aws.amazon.com/saml"}},
    ),
    saml("one subject", Condition={"StringEquals": {"saml:sub": "x"}}),
    saml("no condition", VOUCHED_SAML),
    saml("any audience", VOUCHED_SAML, Condition={"StringLike": {"SAML:aud": "*"}}),
    saml("another key", VOUCHED_SAML, Condition={"StringEquals": {"SAML:iss": "x"}}),
    saml("a provider elsewhere", VOUCHED_SAML, provider={"Fn::ImportValue": "People"}),
    saml(
        "a provider elsewhere, for an audience",
        provider=ref("Unset"),
        Condition={"StringEquals": {"SAML:aud": "x"}},
    ),
    saml("a condition to come", undecided("Role", FEDERATED, WHETHER), Condition=ref("Unset")),
    case(
        "SAML: a provider of the template",
        template(
            trusting({"Federated": ref("People")}, ["sts:AssumeRoleWithSAML", "sts:TagSession"]),
            People={"Type": "AWS::IAM::SAMLProvider"},
        ),
        VOUCHED_SAML,
    ),
    case(
        "SAML: a provider of the template, whatever the action",
        template(
            trusting(
                {"Federated": ref("People")},
                "sts:*",
                Condition={"StringEquals": {"SAML:aud": "x"}},
            ),
            People={"Type": "AWS::IAM::SAMLProvider"},
        ),
        *passes("Role"),
    ),
    case(
        "SAML: a provider by its ARN, whatever the action",
        template(
            trusting({"Federated": SAML}, "sts:*", Condition={"StringEquals": {"SAML:aud": "x"}})
        ),
        *passes("Role"),
    ),
    case(
        "SAML: a provider elsewhere, with tags",
        template(
            trusting(
                {"Federated": {"Fn::ImportValue": "People"}},
                ["sts:AssumeRoleWithSAML", "sts:TagSession"],
                Condition={"StringEquals": {"SAML:aud": "x"}},
            )
        ),
        *passes("Role"),
    ),
    case(
        "a provider elsewhere, for either sign-in",
        template(
            trusting(
                {"Federated": {"Fn::ImportValue": "People"}},
                ["sts:AssumeRoleWithSAML", "sts:AssumeRoleWithWebIdentity"],
                Condition={"StringEquals": {"SAML:aud": "x"}},
            )
        ),
        vouched(NO_SUBJECT),
    ),
    case(
        "a provider elsewhere, for a sign-in to come",
        template(
            trusting(
                {"Federated": {"Fn::ImportValue": "People"}},
                [ref("Unset"), "sts:AssumeRoleWithSAML"],
            )
        ),
        vouched(NO_SUBJECT),
    ),
    # -- actions
    *(
        role(f"everybody by {action}", "*", fails("Role", PRINCIPAL, ANYBODY), action=action)
        for action in (
            "STS:assumerole",
            "sts:AssumeRoleWithSAML",
            "sts:AssumeRoleWithWebIdentity",
            "sts:*",
            "*",
        )
    ),
    role(
        "everybody by an action to come",
        "*",
        fails("Role", PRINCIPAL, ANYBODY),
        action=ref("Unset"),
    ),
    role(
        "everybody by all but an action",
        "*",
        fails("Role", PRINCIPAL, ANYBODY),
        action=NO_VALUE,
        NotAction="sts:TagSession",
    ),
    role(
        "everybody may tag a session that others start",
        "*",
        action=["sts:TagSession", "sts:SetSourceIdentity"],
    ),
    # -- forms
    case(
        "a statement as an object",
        resources(
            Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument={"Statement": trusting("*")})
        ),
        fails("Role", "AssumeRolePolicyDocument.Statement.Principal", ANYBODY),
    ),
    case(
        "a policy to come",
        resources(UNSET, Role=resource("AWS::IAM::Role", AssumeRolePolicyDocument=ref("Unset"))),
        undecided(
            "Role",
            "AssumeRolePolicyDocument",
            "The trust policy is known only at deploy time: parameter",
        ),
    ),
    case("a Deny of everybody", template({**trusting("*"), "Effect": "Deny"}), *passes("Role")),
    case(
        "all but some, which is IAM03's to say",
        template({"Effect": "Allow", "Action": "sts:AssumeRole", "NotPrincipal": {"AWS": ROOT}}),
        *passes("Role"),
    ),
    case(
        "everybody in each branch",
        template(either(trusting("*"), trusting("*", Sid="a"))),
        fails("Role", PRINCIPAL, ANYBODY),
    ),
    # -- what is not judged
    case("a role without a trust policy", resources(Role={"Type": "AWS::IAM::Role"})),
    case(
        "a policy of a role",
        resources(
            Role=resource(
                "AWS::IAM::Role",
                Policies=[{"PolicyName": "x", "PolicyDocument": document(trusting("*"))}],
            )
        ),
    ),
    case(
        "a resource policy",
        resources(Policy=resource("AWS::SQS::QueuePolicy", PolicyDocument=document(trusting("*")))),
    ),
    case(
        "whom SAM's function lets in",
        resources(
            Function=resource(
                "AWS::Serverless::Function",
                AssumeRolePolicyDocument=document(
                    {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}
                ),
            )
        ),
        fails(
            "Function",
            "AssumeRolePolicyDocument.Statement[0].Principal",
            "Anybody may assume the role",
        ),
    ),
    case("SAM's function without a word on it", resources(F=resource("AWS::Serverless::Function"))),
)
