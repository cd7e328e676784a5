"""The stacks are deployed under the execution policy, and a denial stops the deployment."""

from __future__ import annotations

import dataclasses
import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from compliance import execution_policy
from compliance.assembly import read
from compliance.execution_policy import Document
from compliance.rehearsal import deploying, executing
from compliance.rehearsal import scene as scenes
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.executing import Execution
from compliance.rehearsal.local.aws import LocalAws, running
from compliance.rehearsal.local.trust import Trust
from tests.compliance.execution_policy.given import assembly, resource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from compliance.rehearsal.request import Request
    from compliance.rehearsal.scene import Local

ROLE = "cdk-hnb659fds-cfn-exec-role-000000000000-us-east-1"


def test_the_project_is_deployed_under_it(scene: Local) -> None:
    """By a role that is no administrator; each decision is on record, and none is a denial."""
    said = re.fullmatch(
        r"deployed under the execution policy \((\d+) managed policies\): (\d+) actions allowed on "
        r"(\d+) resources, 0 denied",
        scene.execution,
    )
    assert said is not None
    policies, actions, resources = map(int, said.groups())
    iam = scenes._client(scene.aws, "iam")
    attached = iam.list_attached_role_policies(RoleName=ROLE)["AttachedPolicies"]
    names = sorted(each["PolicyName"] for each in attached)
    assert names == [f"synthgate-execution-{number}" for number in range(1, policies + 1)]
    assert actions > 200
    assert resources >= 0.9 * scene.assembly.size
    decisions = executing._decisions(scene.aws.records)
    queue = [each for each in decisions if each["action"] == "sqs:CreateQueue"]
    assert {each["decision"] for each in queue} == {"Allow"}
    assert all(each["sid"].startswith("Deploy") for each in queue)
    assert all(
        each["resource"].startswith("arn:aws:sqs:us-east-1:000000000000:serverless-infrastructure")
        for each in queue
    )
    assert {each["role"].rpartition("/")[2] for each in decisions} == {ROLE}


def test_a_deployment_that_lacks_one_action_fails_naming_it(
    tiny: Path, request_of: Callable[..., Request]
) -> None:
    """With the resource and the role, in one line; the evaluator is not this package's."""
    request = request_of(tiny)
    given = read(tiny)
    request.out.mkdir(parents=True, exist_ok=True)
    with running(python=request.python, region="us-east-1", environ=request.environ) as aws:
        policy = execution_policy.make([given], account=aws.account, region=aws.region)
        lacking = dataclasses.replace(
            policy,
            documents=tuple(_without(each, "lambda:AddPermission") for each in policy.documents),
        )
        execution = executing.attach(aws, lacking, given, scenes._client(aws, "iam"))
        log = request.out / "deploy.log"
        deploying.bootstrap(aws, tiny, log=log, policies=execution.policies)
        with pytest.raises(
            RehearsalError,
            match=rf"{ROLE} is not allowed lambda:AddPermission on "
            r"arn:aws:lambda:us-east-1:000000000000:function:Tiny-Function\w+-\w+ ",
        ):
            deploying.deploy(aws, tiny, log=log)
        said = executing.notice(execution, aws.records)
    assert re.search(r", [1-9]\d* denied$", said)


def _without(document: Document, action: str) -> Document:
    statements = [
        {**each, "Action": [name for name in each["Action"] if name != action]}
        for each in document.body["Statement"]
    ]
    return Document({**document.body, "Statement": [each for each in statements if each["Action"]]})


# -- what is told -----------------------------------------------------------------------------


def records(path: Path, *decisions: str) -> Path:
    """A file of records with these decisions."""
    path.write_text(
        "".join(
            json.dumps(
                {
                    "kind": "handler",
                    "stack": "s",
                    "logical_id": f"R{number}",
                    "action": "a:B",
                    "decision": decision,
                }
            )
            + "\n"
            for number, decision in enumerate(decisions)
        )
        + '{"kind": "call"}\n'
    )
    return path


def test_a_policy_that_was_never_asked_proves_nothing(tmp_path: Path) -> None:
    """A local AWS that asks no more is no green rehearsal."""
    with pytest.raises(RehearsalError, match="was never asked while the stacks were deployed"):
        executing.notice(Execution(policies=("arn",)), records(tmp_path / "records"))
    with pytest.raises(RehearsalError, match="records cannot be read"):
        executing.notice(Execution(policies=("arn",)), tmp_path / "missing")


def test_what_is_undecided_is_told(tmp_path: Path) -> None:
    """Beside what was allowed."""
    said = executing.notice(
        Execution(policies=("arn",), undecided=2), records(tmp_path / "records", "Allow", "Allow")
    )
    assert said == (
        "deployed under the execution policy (1 managed policies): 1 actions allowed on 2 "
        "resources, 0 denied; 2 resources are undecided, see `synthgate execution-policy`"
    )


@pytest.fixture
def aws(tmp_path: Path) -> LocalAws:
    """A local AWS that nobody asks."""
    return LocalAws(
        port=1,
        region="eu-west-1",
        account="111122223333",
        trust=Trust(tmp_path, tmp_path, tmp_path, tmp_path),
        records=tmp_path,
        log=tmp_path,
        pid=0,
        version="",
        folder=tmp_path,
        environ={},
        tests_environ={},
    )


class Iam:
    """Makes policies."""

    def create_policy(self, *, PolicyName: str, PolicyDocument: str) -> dict[str, Any]:  # noqa: N803
        """Return what IAM answers."""
        json.loads(PolicyDocument)
        return {"Policy": {"Arn": f"arn:aws:iam::111122223333:policy/{PolicyName}"}}


def test_an_app_without_a_policy_is_deployed_and_it_is_said(aws: LocalAws, tmp_path: Path) -> None:
    """One that needs nothing, and one whose policy no role can carry."""
    nothing = read(assembly(tmp_path / "a", {"M": resource("AWS::CDK::Metadata")}))
    found = executing.prepare(aws, nothing, Iam())
    assert (found.policies, found.without) == (
        (),
        "nothing in the assembly needs any permission",
    )
    assert executing.notice(found, tmp_path) == (
        "not deployed under an execution policy: nothing in the assembly needs any permission"
    )
    elsewhere = dataclasses.replace(aws, account="999999999999")
    assert "--account: 999999999999" in executing.prepare(elsewhere, nothing, Iam()).without


def test_what_is_asked_is_by_stack_and_resource(aws: LocalAws, tmp_path: Path) -> None:
    """A log group is asked for by CloudFormation's name of it; the local AWS has another."""
    given = read(
        assembly(
            tmp_path / "a",
            {
                "L": resource("AWS::Logs::LogGroup"),
                "N": resource("AWS::Logs::LogGroup", LogGroupName="named"),
            },
            Parameters={
                "V": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/cdk/version"}
            },
        )
    )
    found = executing.prepare(aws, given, Iam())
    assert found.policies == ("arn:aws:iam::111122223333:policy/synthgate-execution-1",)
    asked = json.loads(aws.handlers.read_text())["shop"]
    start = "arn:aws:logs:eu-west-1:111122223333:log-group:"
    assert asked[""] == [
        {
            "action": "ssm:GetParameters",
            "resource": "arn:aws:ssm:eu-west-1:111122223333:parameter/cdk/version",
            "context": {},
        }
    ]
    for name, wanted in (("L", f"{start}shop-L-1A2B3C4D5E6F"), ("N", f"{start}${{shop/N}}")):
        assert {
            each["resource"] for each in asked[name] if each["action"] == "logs:CreateLogGroup"
        } == {wanted}
