"""The stage of an assembly is described by public APIs, and what cannot be described is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from compliance.assembly import read
from compliance.rehearsal import staging
from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.staging import Api, Deployed
from tests.compliance.rehearsal.folders import STACK, TEMPLATE, made

if TYPE_CHECKING:
    from pathlib import Path

    from compliance.rehearsal.scene import Local

Json = dict[str, Any]

REST: Json = {"Type": "AWS::ApiGateway::RestApi"}
STAGE: Json = {"Type": "AWS::ApiGateway::Stage"}
KEY: Json = {"Type": "AWS::ApiGateway::ApiKey"}
POOL: Json = {"Type": "AWS::Cognito::UserPool"}
DEPLOYED = Deployed(
    {f"{STACK}/{name}": f"{name}-1" for name in ("Api", "Stage", "Key", "Get", "Pool")}, {}
)


def _method(authorization: str | None = "AWS_IAM", verb: str = "GET", **more: object) -> Json:
    asked = {} if authorization is None else {"AuthorizationType": authorization}
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {"HttpMethod": verb, **asked, **more},
    }


def _client(service: str) -> Any:  # noqa: ANN401 - boto3's
    session: Any = boto3.Session(
        region_name="us-east-1", aws_access_key_id="none", aws_secret_access_key="none"
    )
    return session.client(service)


def test_what_a_stage_is_made_of_is_read_from_the_stacks(scene: Local) -> None:
    """Every resource that was deployed has a physical id; outputs go by their keys."""
    found = staging.deployed(scene.stage.client("cloudformation"), scene.assembly)
    names = {
        f"{resource.template.stack}/{resource.logical_id}"
        for resource in scene.assembly.resources()
    }
    assert names <= set(found.resources)
    assert found.outputs["LambdaFunctionName"]
    api = staging.api(scene.assembly, found, scene.stage.client("apigateway"))
    assert (api.stage, api.authorization, api.pool) == ("v1", "iam", None)
    assert api.key == scene.stage.api_key != ""
    assert scene.stage.base_url.endswith(f"/{api.id}/{api.stage}")


def test_what_was_taken_out_has_no_physical_id(scene: Local) -> None:
    """Whoever asks for it is told its name, and what to do."""
    found = staging.deployed(scene.stage.client("cloudformation"), scene.assembly)
    (gone,) = scene.given.resources("AWS::EC2::FlowLog")
    with pytest.raises(RehearsalError, match=f"NetworkStack/{gone.logical_id}: is not deployed"):
        found.physical_id(gone)


def test_a_stack_that_is_not_deployed_is_named(scene: Local, tmp_path: Path) -> None:
    """By its name, with CloudFormation's own reason."""
    assembly = made(tmp_path, {"Api": REST})
    with pytest.raises(RehearsalError, match=r"Stack: cannot be read from CloudFormation: .*exist"):
        staging.deployed(scene.stage.client("cloudformation"), assembly)


@pytest.mark.parametrize(
    "status",
    [
        "CREATE_IN_PROGRESS",
        "DELETE_COMPLETE",
        "REVIEW_IN_PROGRESS",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
    ],
)
def test_a_stack_whose_last_change_did_not_go_through_is_named(status: str, tmp_path: Path) -> None:
    """What is half there, or is the template of before, proves nothing, however its state ends."""
    assert _of_status(status, tmp_path).startswith(f"Stack: is {status}; allowed: CREATE_COMPLETE,")


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_COMPLETE"])
def test_a_stack_that_is_there_is_read(status: str, tmp_path: Path) -> None:
    """Made at once, or changed since."""
    assert _of_status(status, tmp_path) == ""


def test_a_stack_of_another_template_is_named(tmp_path: Path) -> None:
    """Whatever its state is, it says nothing of this one."""
    other = {"Resources": {"Api": STAGE}}
    assert _of_status("CREATE_COMPLETE", tmp_path, body=other).startswith(
        f"Stack: is not deployed from {TEMPLATE}, but from another template; next: "
    )


def _of_status(status: str, folder: Path, *, body: Json | None = None) -> str:
    cloudformation = _client("cloudformation")
    told = {"StackName": STACK, "CreationTime": "2026-01-01T00:00:00Z", "StackStatus": status}
    deployed = json.dumps(body or {"Resources": {"Api": REST}})
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_stacks", {"Stacks": [told]})
        stub.add_response("get_template", {"TemplateBody": deployed})
        stub.add_response("list_stack_resources", {"StackResourceSummaries": []})
        try:
            staging.deployed(cloudformation, made(folder, {"Api": REST}))
        except RehearsalError as error:
            return str(error)
    return ""


def test_nested_stacks_are_told_of(scene: Local, tmp_path: Path) -> None:
    """They are no stack that the manifest names, and would be left out."""
    nested = {
        "Type": "AWS::CloudFormation::Stack",
        "Metadata": {"aws:asset:path": "nested.json", "aws:asset:property": "TemplateURL"},
    }
    (tmp_path / "nested.json").write_text('{"Resources": {"Api": {"Type": "AWS::X::Y"}}}')
    assembly = made(tmp_path, {"Nested": nested})
    assert len(assembly.templates) == 2
    client = scene.stage.client("cloudformation")
    with pytest.raises(RehearsalError, match=r"nested stacks are not rehearsed|cannot be read"):
        staging.deployed(client, assembly)
    nested_alone = read(tmp_path)
    object.__setattr__(
        nested_alone,
        "templates",
        tuple(each for each in nested_alone.templates if not each.stack_name),
    )
    with pytest.raises(RehearsalError, match=r"nested\.json: nested stacks are not rehearsed"):
        staging.deployed(client, nested_alone)


@pytest.mark.parametrize(
    ("resources", "authorization"),
    [
        ({"Get": _method()}, "iam"),
        ({"Get": _method("COGNITO_USER_POOLS")}, "cognito"),
        ({"Get": _method("NONE")}, "none"),
        ({"Get": _method(None)}, "none"),
        ({"Get": _method(), "Preflight": _method("NONE", "OPTIONS")}, "iam"),
    ],
    ids=["iam", "cognito", "none", "not said", "preflights left aside"],
)
def test_the_authorization_is_what_the_methods_ask_for(
    resources: Json, authorization: str, tmp_path: Path
) -> None:
    """One kind for all of them."""
    assembly = made(tmp_path, {"Api": REST, "Stage": STAGE, "Pool": POOL, **resources})
    found = staging.api(assembly, DEPLOYED, None)
    pool = assembly.templates[0].resources["Pool"] if authorization == "cognito" else None
    assert found == Api("Api-1", "Stage-1", authorization, "", pool)


def test_a_user_pool_may_be_another_assemblys(tmp_path: Path) -> None:
    """The API takes its tokens, and there is none to make clients of."""
    resources = {"Api": REST, "Stage": STAGE, "Get": _method("COGNITO_USER_POOLS")}
    assert staging.api(made(tmp_path, resources), DEPLOYED, None).pool is None


def test_the_api_key_is_asked_for_where_a_method_asks_for_one(tmp_path: Path) -> None:
    """By the id of the one key."""
    methods = {"Get": _method(ApiKeyRequired=True), "Post": _method(verb="POST")}
    assembly = made(tmp_path, {"Api": REST, "Stage": STAGE, "Key": KEY, **methods})
    apigateway = _client("apigateway")
    with Stubber(apigateway) as stub:
        stub.add_response(
            "get_api_key", {"value": "abc"}, {"apiKey": "Key-1", "includeValue": True}
        )
        assert staging.api(assembly, DEPLOYED, apigateway).key == "abc"


@pytest.mark.parametrize(
    ("resources", "said"),
    [
        ({}, "has 0 resources AWS::ApiGateway::RestApi; a rehearsal needs exactly one"),
        ({"Api": REST, "Other": REST}, "has 2 resources AWS::ApiGateway::RestApi"),
        ({"Api": REST}, "Api: its methods ask for nothing; allowed: one kind"),
        (
            {"Api": REST, "Get": _method(), "Post": _method("NONE", "POST")},
            "Api: its methods ask for AWS_IAM, NONE; allowed: one kind",
        ),
        ({"Api": REST, "Get": _method("CUSTOM")}, "its methods ask for another authorizer"),
        ({"Api": REST, "Get": _method()}, "has 0 resources AWS::ApiGateway::Stage"),
        (
            {"Api": REST, "Stage": STAGE, "Get": _method(ApiKeyRequired=True)},
            "has 0 resources AWS::ApiGateway::ApiKey",
        ),
    ],
)
def test_an_api_that_cannot_be_rehearsed_is_told_why(
    resources: Json, said: str, tmp_path: Path
) -> None:
    """Each by what it has and what is allowed."""
    assembly = made(tmp_path, {"Pool": POOL, **resources})
    with pytest.raises(RehearsalError, match=said):
        staging.api(assembly, DEPLOYED, None)


def test_the_caller_may_call_and_the_stranger_may_nothing(scene: Local) -> None:
    """By the policies of their users, as the local AWS has them."""
    iam = scene.stage.client("iam")
    assert iam.list_user_policies(UserName=staging.CALLER)["PolicyNames"] == ["invoke"]
    policy = iam.get_user_policy(UserName=staging.CALLER, PolicyName="invoke")["PolicyDocument"]
    (statement,) = policy["Statement"]
    api = scene.stage.base_url.split("/")[-2]
    assert statement == {
        "Effect": "Allow",
        "Action": "execute-api:Invoke",
        "Resource": f"arn:aws:execute-api:us-east-1:{scene.aws.account}:{api}/v1/*",
    }
    assert iam.list_user_policies(UserName=staging.STRANGER)["PolicyNames"] == []
    attached = iam.list_attached_user_policies(UserName=staging.STRANGER)
    assert attached["AttachedPolicies"] == []


def test_tokens_are_of_clients_that_are_made_for_them(scene: Local) -> None:
    """One for all scopes, one for each, and one for a scope that the API does not know."""
    cognito = scene.stage.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="tokens")["UserPool"]["Id"]
    cognito.create_resource_server(
        UserPoolId=pool,
        Identifier="items",
        Name="items",
        Scopes=[{"ScopeName": name, "ScopeDescription": name} for name in ("read", "write")],
    )
    cognito.create_resource_server(UserPoolId=pool, Identifier="bare", Name="bare")
    asked: dict[str, str] = {}

    def fetch(client: str, secret: str, scopes: str) -> str:
        told = cognito.describe_user_pool_client(UserPoolId=pool, ClientId=client)["UserPoolClient"]
        assert told["ClientSecret"] == secret
        assert told["AllowedOAuthScopes"] == scopes.split()
        asked[scopes] = client
        return f"token of {scopes}"

    try:
        found = staging.tokens(cognito, pool, fetch=fetch)
    finally:
        cognito.delete_user_pool(UserPoolId=pool)
    assert found == {
        "all": "token of items/read items/write",
        "items/read": "token of items/read",
        "items/write": "token of items/write",
        "stranger": "token of rehearsal/nothing",
    }
    assert len(set(asked.values())) == 4
