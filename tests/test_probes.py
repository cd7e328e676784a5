"""What the stock engines judge wrongly, and what the catalogue says of it.

Each probe is a stack. cdk-nag's AwsSolutions pack and Checkov see the same assembly as the own
rules, and what they say of the rules' families is held exactly: a probe fails too when a new
version of either comes to see what it missed.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

import compliance
from compliance import config, rules, waivers
from compliance.assembly import read
from compliance.findings import Outcome
from compliance.gate import Gate, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import aws_cdk as cdk

    from compliance.findings import Finding

FAIL, UNDECIDED = Outcome.FAIL, Outcome.UNDECIDED
THROWS = "throws"
FOREIGN = "arn:aws:iam::999999999999:root"


@dataclass(frozen=True)
class Probe:
    """One mistake.

    Attributes:
        name: the mistake.
        rule: the rule of the catalogue that names it.
        logical_id: of the resource that is wrong.
        template: the stack's resources.
        nag: what AwsSolutions finds on that resource, by id without brackets; `THROWS` when it
            throws instead of judging.
        checkov: what Checkov's own checks find on it.
        outcome: what the rule says.
        more: further sections of the template.
    """

    name: str
    rule: str
    logical_id: str
    template: Mapping[str, Any]
    nag: frozenset[str] = frozenset()
    checkov: frozenset[str] = frozenset()
    outcome: Outcome = FAIL


def named(*rules: str) -> frozenset[str]:
    """Ids of stock rules."""
    return frozenset(rules)


ROLE: Mapping[str, Any] = {
    "Type": "AWS::IAM::Role",
    "Properties": {
        "AssumeRolePolicyDocument": {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Action": "sts:AssumeRole",
                    "Principal": {"Service": "lambda.amazonaws.com"},
                }
            ],
        }
    },
}


def policy(statements: object, kind: str = "AWS::IAM::Policy") -> dict[str, Any]:
    """A policy of one role."""
    holder = (
        {"RoleName": {"Ref": "Role"}}
        if kind == "AWS::IAM::RolePolicy"
        else {"Roles": [{"Ref": "Role"}]}
    )
    named_as = {} if kind == "AWS::IAM::ManagedPolicy" else {"PolicyName": "Policy"}
    document = {"Version": "2012-10-17", "Statement": statements}
    return {
        "Role": ROLE,
        "Policy": {"Type": kind, "Properties": {**named_as, **holder, "PolicyDocument": document}},
    }


def allow(action: object, resource: object = "*", **more: object) -> dict[str, Any]:
    """A statement that allows."""
    return {"Effect": "Allow", "Action": action, "Resource": resource, **more}


def grants(
    name: str,
    rule: str,
    *statements: object,
    kind: str = "AWS::IAM::Policy",
    **known: Any,  # noqa: ANN401 - fields of a probe
) -> Probe:
    """A probe of a role's policy."""
    return Probe(name, rule, "Policy", policy(list(statements), kind), **known)


def trusts(name: str, principal: object, *, checkov: frozenset[str] = frozenset()) -> Probe:
    """A probe of a trust policy."""
    document = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}],
    }
    role = {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": document}}
    return Probe(name, "IAM06", "Role", {"Role": role}, checkov=checkov)


def logs(name: str, rule: str, days: object) -> Probe:
    """A probe of a log group's retention."""
    key = "arn:aws:kms:eu-west-1:123456789012:key/logs"
    properties = {"RetentionInDays": days, "KmsKeyId": key}
    group = {"Type": "AWS::Logs::LogGroup", "Properties": properties}
    return Probe(name, rule, "Group", {"Group": group})


def opens(name: str, kind: str, target: str, action: str) -> Probe:
    """A probe of a resource policy that lets everybody in."""
    document = {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"},
        ],
    }
    holder: dict[str, Any] = {"Bucket": "shared"} if target == "Bucket" else {target: ["shared"]}
    return Probe(
        name,
        "IAM09",
        "Policy",
        {"Policy": {"Type": kind, "Properties": {**holder, "PolicyDocument": document}}},
    )


def method(name: str, outcome: Outcome = FAIL, **properties: object) -> Probe:
    """A probe of a REST method; cdk-nag's own rule finds each of these."""
    api = {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Name": "items"}}
    body = {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ResourceId": {"Fn::GetAtt": ["Api", "RootResourceId"]},
            "HttpMethod": "GET",
            "Integration": {
                "Type": "HTTP_PROXY",
                "IntegrationHttpMethod": "GET",
                "Uri": "https://x",
            },
            **properties,
        },
    }
    return Probe(
        name,
        "API01",
        "Method",
        {"Api": api, "Method": body},
        nag=named("AwsSolutions-APIG4"),
        outcome=outcome,
    )


IAM5 = named("AwsSolutions-IAM5")
NAG_THROWS = named(THROWS)
WORKER = "arn:aws:iam::123456789012:role/worker"
ANY_TABLE = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":dynamodb:eu-west-1:1:table/*"]]}
ONE_OBJECT = "arn:aws:s3:::reports/today"

PROBES = (
    # -- what both pass
    grants(
        "NotAction",
        "IAM03",
        {"Effect": "Allow", "NotAction": "iam:*", "Resource": ONE_OBJECT},
        nag=NAG_THROWS,
    ),
    grants(
        "NotResource",
        "IAM03",
        {"Effect": "Allow", "Action": "s3:GetObject", "NotResource": ONE_OBJECT},
    ),
    grants("an action with ?", "IAM02", allow("s3:PutObjec?", ONE_OBJECT)),
    grants("PassRole without a service", "IAM05", allow("iam:PassRole", WORKER)),
    trusts(
        "everybody and a foreign account",
        {"AWS": ["*", FOREIGN]},
        checkov=named("CKV_AWS_60"),
    ),
    trusts("a foreign account", {"AWS": FOREIGN}),
    # -- what Checkov passes
    grants("every action of IAM", "IAM02", allow("iam:*", WORKER), nag=IAM5),
    grants("every action of S3", "IAM02", allow("s3:*", ONE_OBJECT), nag=IAM5),
    grants("Fn::Sub of *", "IAM01", allow("sqs:SendMessage", {"Fn::Sub": "*"}), nag=IAM5),
    grants("Fn::Join of *", "IAM01", allow("sqs:SendMessage", {"Fn::Join": ["", ["*"]]}), nag=IAM5),
    grants("every table", "IAM01", allow("dynamodb:*", ANY_TABLE), nag=IAM5),
    # -- what cdk-nag throws at
    Probe(
        "a statement that is an object",
        "IAM01",
        "Policy",
        policy(allow("sqs:SendMessage")),
        nag=NAG_THROWS,
    ),
    grants(
        "an action by parameter",
        "IAM02",
        allow({"Ref": "Action"}, ONE_OBJECT),
        outcome=UNDECIDED,
        nag=NAG_THROWS,
    ),
    # -- what Checkov does not look at
    grants("a RolePolicy", "IAM02", allow("*"), kind="AWS::IAM::RolePolicy"),
    opens("a bucket open to everybody", "AWS::S3::BucketPolicy", "Bucket", "s3:GetObject"),
    opens("a queue open to everybody", "AWS::SQS::QueuePolicy", "Queues", "sqs:SendMessage"),
    opens("a topic open to everybody", "AWS::SNS::TopicPolicy", "Topics", "sns:Publish"),
    Probe(
        "a route that asks nobody",
        "API02",
        "Route",
        {
            "Api": {
                "Type": "AWS::ApiGatewayV2::Api",
                "Properties": {"Name": "items", "ProtocolType": "HTTP"},
            },
            "Route": {
                "Type": "AWS::ApiGatewayV2::Route",
                "Properties": {"ApiId": {"Ref": "Api"}, "RouteKey": "GET /items"},
            },
        },
        nag=named("AwsSolutions-APIG4"),
    ),
    method("no authorization type"),
    method("an API key alone", AuthorizationType="NONE", ApiKeyRequired=True),
    method("an authorization by parameter", UNDECIDED, AuthorizationType={"Ref": "Action"}),
    logs("a day", "LOG02", 1),
    logs("no days", "LOG01", {"Ref": "AWS::NoValue"}),
    logs("days in one branch", "LOG01", {"Fn::If": ["Long", 400, {"Ref": "AWS::NoValue"}]}),
    Probe(
        "a function without a log group",
        "LOG03",
        "Function",
        {
            "Role": ROLE,
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                    "Runtime": "python3.13",
                    "Handler": "index.handler",
                    "Code": {"ZipFile": "def handler(event, context): ..."},
                },
            },
        },
    ),
)
SECTIONS = {
    "Parameters": {"Action": {"Type": "String"}},
    "Conditions": {"Long": {"Fn::Equals": [{"Ref": "AWS::Region"}, "eu-west-1"]}},
}


def _included(stack: cdk.Stack, template: Mapping[str, Any], folder: Path) -> None:
    """Take resources into a stack as typed constructs, which is what cdk-nag judges."""
    from aws_cdk import cloudformation_include  # noqa: PLC0415 - starts Node.js

    path = folder / f"{stack.node.id}.json"
    path.write_text(json.dumps({**SECTIONS, "Resources": template}))
    cloudformation_include.CfnInclude(stack, "Template", template_file=str(path))


def _overridden(stack: cdk.Stack) -> None:
    """AdministratorAccess, added to the role past its properties."""
    from aws_cdk import aws_iam as iam  # noqa: PLC0415 - as above

    role = iam.CfnRole(
        stack, "Role", assume_role_policy_document=ROLE["Properties"]["AssumeRolePolicyDocument"]
    )
    role.add_property_override("ManagedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"])


def _untyped(stack: cdk.Stack) -> None:
    """A managed policy with everything, as a resource of no class."""
    import aws_cdk as cdk  # noqa: PLC0415 - as above

    document = {"Version": "2012-10-17", "Statement": [allow("*")]}
    cdk.CfnResource(
        stack, "Policy", type="AWS::IAM::ManagedPolicy", properties={"PolicyDocument": document}
    )


@pytest.fixture(scope="session")
def found(
    shared: Path, once: Callable[[Path, Callable[[Path], object]], Path]
) -> dict[str, list[Finding]]:
    """Return what every engine finds, by stack: one synthesis, one run of the gate."""
    folder = once(shared / "probes", _synthesize)
    gate = Gate(
        config=config.Config(),
        waivers=waivers.Waivers(),
        today=dt.date(2026, 1, 1),
        scope=Scope(engines=("own", "cdk-nag", "checkov")),
    )
    try:
        report = gate.check([read(folder)])
    finally:
        gate.close()
    assert {row.name for row in report.engines if row.status == "ran"} >= {
        "own",
        "cdk-nag",
        "checkov",
    }
    stacks = defaultdict(list)
    for finding in report.results:
        stacks[finding.stack].append(finding)
    return stacks


def _synthesize(outdir: Path) -> None:
    import aws_cdk as cdk  # noqa: PLC0415 - as above
    from cdk_nag import AwsSolutionsChecks  # noqa: PLC0415

    app = cdk.App(
        analytics_reporting=False,
        outdir=str(outdir),
        context={"@aws-cdk/core:failSynthOnValidationErrors": False},
    )
    sources = outdir.with_name("probes-sources")
    sources.mkdir()
    (sources / "pyproject.toml").write_text("[tool.synthgate]\n")
    for number, probe in enumerate(PROBES):
        _included(cdk.Stack(app, f"Probe{number}"), probe.template, sources)
    signed = method("signed", AuthorizationType="AWS_IAM")
    _included(cdk.Stack(app, "Signed"), signed.template, sources)
    _overridden(cdk.Stack(app, "Overridden"))
    _untyped(cdk.Stack(app, "Untyped"))
    compliance.guard(app, packs=(AwsSolutionsChecks,), config=sources / "pyproject.toml")
    app.synth()


OF_FAMILIES = {stock.partition("[")[0] for rule in rules.rules() for stock in rule.stock}
"""Stock rules that are about what the catalogue is about."""


def stock(findings: list[Finding], engine: str, logical_id: str) -> frozenset[str]:
    """What an engine's own rules say of a resource, `THROWS` for one that threw."""
    return frozenset(
        THROWS
        if engine == "cdk-nag" and finding.outcome is UNDECIDED
        else finding.rule.partition("[")[0]
        for finding in findings
        if finding.engine == engine
        and finding.logical_id == logical_id
        and finding.rule not in rules.by_id()
        and finding.outcome in {FAIL, UNDECIDED}
        and finding.rule.partition("[")[0] in OF_FAMILIES
    )


@pytest.mark.parametrize(
    ("number", "probe"),
    [pytest.param(number, probe, id=probe.name) for number, probe in enumerate(PROBES)],
)
def test_a_probe_is_named_by_every_surface_and_by_these_stock_rules_alone(
    number: int, probe: Probe, found: dict[str, list[Finding]]
) -> None:
    """The own engine, the cdk-nag pack and the Checkov check agree; the stock rules are held."""
    findings = found[f"Probe{number}"]
    engines = {
        finding.engine
        for finding in findings
        if (finding.rule, finding.logical_id, finding.outcome)
        == (probe.rule, probe.logical_id, probe.outcome)
    }
    assert engines == {"own", "cdk-nag", "checkov"}
    assert stock(findings, "cdk-nag", probe.logical_id) == probe.nag
    assert stock(findings, "checkov", probe.logical_id) == probe.checkov


@pytest.mark.parametrize(
    ("stack", "rule", "logical_id", "checkov"),
    [
        ("Overridden", "IAM04", "Role", named()),
        (
            "Untyped",
            "IAM02",
            "Policy",
            named("CKV_AWS_107", "CKV_AWS_108", "CKV_AWS_109", "CKV_AWS_110", "CKV_AWS_111"),
        ),
    ],
)
def test_what_goes_past_the_constructs_is_named_too(
    stack: str,
    rule: str,
    logical_id: str,
    checkov: frozenset[str],
    found: dict[str, list[Finding]],
) -> None:
    """cdk-nag's stock rules judge constructs, and see neither overrides nor untyped resources."""
    findings = found[stack]
    assert {finding.engine for finding in findings if finding.rule == rule} == {
        "own",
        "cdk-nag",
        "checkov",
    }
    assert stock(findings, "cdk-nag", logical_id) == named()
    assert stock(findings, "checkov", logical_id) == checkov


def test_a_signed_method_is_fine_here_and_not_for_cdk_nag(found: dict[str, list[Finding]]) -> None:
    """COG4 asks for Cognito wherever there is a method; a signature of IAM is authorization."""
    of_method = [finding for finding in found["Signed"] if finding.logical_id == "Method"]
    assert {
        (finding.engine, finding.outcome) for finding in of_method if finding.rule == "API01"
    } == {("own", Outcome.PASS), ("checkov", Outcome.PASS)}
    assert ("cdk-nag", "AwsSolutions-COG4", FAIL) in {
        (finding.engine, finding.rule, finding.outcome) for finding in of_method
    }
