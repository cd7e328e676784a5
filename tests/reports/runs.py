"""Reports to render: builders, and strings that an attacker would put into a template."""

from __future__ import annotations

from typing import Any

from compliance.findings import (
    AppliedWaiver,
    EngineRun,
    Finding,
    Outcome,
    Report,
    Severity,
    Source,
    Status,
    Verdict,
)

ENGINES = (
    EngineRun("own", Status.RAN, "0.1.0", rules=34, resources=143, seconds=0.0412),
    EngineRun("cdk-nag", Status.RAN, "3.0.2", rules=165, resources=143, seconds=0.6184),
    EngineRun("checkov", Status.RAN, "3.3.30", rules=148, resources=143, seconds=2.1049),
    EngineRun("cloudformation", Status.RAN, "2.275.0", rules=61, resources=143, seconds=1.8077),
)

_POLICY: dict[str, Any] = {
    "template": "ServerlessStack.template.json",
    "stack": "ServerlessStack",
    "logical_id": "HandlerRoleDefaultPolicy5FFB7DAB",
    "resource_type": "AWS::IAM::Policy",
    "construct_path": "ServerlessStack/Handler/Role/DefaultPolicy/Resource",
    "source": Source("stacks/serverless.py", 88),
    "environment": "prod",
}
_METHOD: dict[str, Any] = {
    "template": "ApiStack.template.json",
    "stack": "ApiStack",
    "logical_id": "ApiitemsGET34A27F8B",
    "resource_type": "AWS::ApiGateway::Method",
    "construct_path": "ApiStack/Api/Default/items/GET/Resource",
    "source": Source("stacks/api.py", 141),
}
_LOGS: dict[str, Any] = {
    "template": "ServerlessStack.template.json",
    "stack": "ServerlessStack",
    "logical_id": "HandlerLogs4D2C9E10",
    "resource_type": "AWS::Logs::LogGroup",
    "construct_path": "ServerlessStack/HandlerLogs/Resource",
    "source": Source("stacks/serverless.py", 61),
    "environment": "prod",
}
BUCKET: dict[str, Any] = {
    "template": "StorageStack.template.json",
    "stack": "StorageStack",
    "logical_id": "Payloads6C6A1E44",
    "resource_type": "AWS::S3::Bucket",
    "construct_path": "StorageStack/Payloads/Resource",
    "environment": "prod",
}

WAIVER = AppliedWaiver(
    rule="CKV_AWS_18",
    construct="StorageStack/Payloads",
    reason="Access is logged by CloudTrail data events; server access logs would double them.",
    owner="platform-team",
    expires="2027-03-31",
    ticket="OPS-412",
)


def every_bucket() -> list[Finding]:
    """What IAM01 says of the policy, by each engine that serves it."""
    wide: dict[str, Any] = {
        **_POLICY,
        "rule": "IAM01",
        "severity": Severity.HIGH,
        "outcome": Outcome.FAIL,
        "message": "s3:GetObject is granted on every bucket: whoever holds this role can read all "
        "objects of the account, not only the items it serves.",
        "observed": '"*"',
        "remediation": "Name the objects: the bucket's ARN followed by /items/*, for example with "
        "bucket.grant_read(role, 'items/*').",
    }
    place = "Properties.PolicyDocument.Statement[2].Resource"
    return [
        Finding(**wide, engine="cdk-nag", location=place),
        Finding(**wide | {"source": None, "construct_path": ""}, engine="checkov"),
        Finding(**wide, engine="own", location=place),
    ]


def unauthorized(environment: str) -> Finding:
    """What API01 says of a method without authorization."""
    return Finding(
        **_METHOD,
        engine="own",
        rule="API01",
        severity=Severity.CRITICAL,
        outcome=Outcome.FAIL,
        message="Anyone on the internet may call this method: it asks for no authorization, and "
        "the API key that it asks for is no authorization.",
        location="Properties.AuthorizationType",
        observed='"NONE"',
        remediation="Set authorization_type to AuthorizationType.IAM, or name an authorizer.",
        environment=environment,
    )


def make_finding(**changes: Any) -> Finding:  # noqa: ANN401 - any field of Finding
    """The log group's retention under LOG02, with some fields changed."""
    return Finding(
        **{
            **_LOGS,
            "engine": "own",
            "rule": "LOG02",
            "severity": Severity.MEDIUM,
            "outcome": Outcome.FAIL,
            "message": "Logs are kept for 7 days; the policy asks for 30 to 1096.",
            "location": "Properties.RetentionInDays",
            "observed": "7",
            "remediation": "Set retention to RetentionDays.ONE_MONTH or longer.",
            **changes,
        }
    )


def make_report(*findings: Finding, **changes: Any) -> Report:  # noqa: ANN401 - any field of Report
    """A red report of some findings, with some fields changed."""
    return Report(
        **{
            "verdict": Verdict.RED,
            "engines": ENGINES,
            "results": tuple(sorted(findings, key=lambda finding: finding.sort_key)),
            "scope": ("cdk.out",),
            "resources": 143,
            "templates": 5,
            **changes,
        }
    )


HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "html attribute": '" onmouseover="alert(1)" \'><svg/onload=alert(1)>',
    "template": "{{ 7 * 7 }}{% raw %}{# #}",
    "markdown": "[click](https://evil.example) ![x](https://evil.example/x.png) **b** `c` ~~d~~",
    "reference link": "[x]: https://evil.example\n\n[x] <https://evil.example> www.evil.example",
    "table": "a | b \\| c \\\\| d ` | ` e",
    "block": "\n\n# heading\n\n```\nfence\n> quote\n- list\n\n---\n</details></table>",
    "mention": "@octocat see org/repo#1, #2, GH-3 and a@evil.example",
    "ansi": "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x1b\\link\x1b]8;;\x1b\\ \x9b2J",
    "controls": "nul\0 bell\a back\b\b\b del\x7f line\r\nfeed\ttab\v\f",
    "bidi": "safe\u202egnp.exe\u202c \u2066isolate\u2069 \u200bzero\u200d \ufeffbom \u2028line",
    "rich": "[bold red]markup[/] [link=https://evil.example]x[/link] :bomb: [/nonsense]",
    "xml": "]]> <![CDATA[ &amp; &#0; \ufffe \uffff <?php ?> <!-- -->",
    "surrogate": "\ud83d alone, \U0001f600 paired, \ud83d\ude00 split",
    "long": "A" * 10_000,
    "long words": "word " * 2_000,
    "wide": "\u540d\u524d" * 60,
}


def poisoned_report(text: str) -> Report:
    """A report that has `text` wherever a template, an engine or a waiver has a say."""
    waiver = AppliedWaiver(text, text, text, text, text, text)
    words: dict[str, Any] = dict.fromkeys(
        ("template", "stack", "logical_id", "resource_type", "construct_path"), text
    ) | dict.fromkeys(
        ("rule", "message", "location", "observed", "remediation", "environment"), text
    )
    poisoned = make_finding(**words, source=Source(text, 3), severity=Severity.CRITICAL)
    return make_report(
        poisoned,
        make_finding(**words, severity=Severity.LOW),
        make_finding(**words).waived_by(waiver),
        make_finding(**words, outcome=Outcome.PASS),
        make_finding(**words, outcome=Outcome.UNDECIDED, engine=text),
        verdict=Verdict.ERROR,
        engines=(ENGINES[0], EngineRun(text, Status.FAILED, version=text, reason=text)),
        notices=(text, text),
        scope=(text,),
    )
