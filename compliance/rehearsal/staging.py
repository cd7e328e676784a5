"""The stage of a deployed assembly: where its API is, who may call it, what its stacks made.

Everything is read by public APIs, so that a stage in a real account is described the same way.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from compliance.rehearsal.errors import RehearsalError
from compliance.rehearsal.stage import Credentials

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from compliance.assembly.model import Assembly, Resource

CALLER: Final = "rehearsal-caller"
STRANGER: Final = "rehearsal-stranger"
_REST_API: Final = "AWS::ApiGateway::RestApi"
_STAGE: Final = "AWS::ApiGateway::Stage"
_KEY: Final = "AWS::ApiGateway::ApiKey"
_METHOD: Final = "AWS::ApiGateway::Method"
_WHOLE: Final = frozenset({"CREATE_COMPLETE", "IMPORT_COMPLETE", "UPDATE_COMPLETE"})
"""States of a stack whose last change went through; others end in `_COMPLETE` too, such as
`ROLLBACK_COMPLETE` (CloudFormation API Reference, 'Stack', StackStatus)."""

Client = Any
"""A boto3 client; which operations it has is known at run time only."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """What the stacks of an assembly became.

    Attributes:
        resources: physical ids by `<stack's construct path>/<logical id>`.
        outputs: of all stacks, by key.
    """

    resources: Mapping[str, str]
    outputs: Mapping[str, str]

    def physical_id(self, resource: Resource) -> str:
        """The physical id of a resource.

        Raises:
            RehearsalError: it was not deployed.
        """
        name = f"{resource.template.stack}/{resource.logical_id}"
        try:
            return self.resources[name]
        except KeyError:
            raise RehearsalError(
                f"{name}: is not deployed; next: deploy this very assembly"
            ) from None


def deployed(cloudformation: Client, assembly: Assembly) -> Deployed:
    """Read what CloudFormation made of every stack.

    Raises:
        RehearsalError: a stack is not deployed, or not completely.
    """
    from botocore.exceptions import ClientError  # noqa: PLC0415 - an extra

    resources: dict[str, str] = {}
    outputs: dict[str, str] = {}
    for template in assembly.templates:
        if not template.stack_name:
            raise RehearsalError(
                f"{template.name}: nested stacks are not rehearsed; next: rehearse an assembly "
                "without them"
            )
        try:
            (stack,) = cloudformation.describe_stacks(StackName=template.stack_name)["Stacks"]
            body = cloudformation.get_template(
                StackName=template.stack_name, TemplateStage="Original"
            )["TemplateBody"]
            pages = cloudformation.get_paginator("list_stack_resources")
            for page in pages.paginate(StackName=template.stack_name):
                for summary in page["StackResourceSummaries"]:
                    resources[f"{template.stack}/{summary['LogicalResourceId']}"] = summary.get(
                        "PhysicalResourceId", ""
                    )
        except ClientError as error:
            raise RehearsalError(
                f"{template.stack_name}: cannot be read from CloudFormation: {error}"
            ) from error
        if stack["StackStatus"] not in _WHOLE:
            raise RehearsalError(
                f"{template.stack_name}: is {stack['StackStatus']}; allowed: "
                f"{', '.join(sorted(_WHOLE))}; next: deploy this very assembly"
            )
        # What was published under the template's name is named by another file of the assembly.
        if body != template.body:
            raise RehearsalError(
                f"{template.stack_name}: is not deployed from {template.name}, but from another "
                "template; next: synthesize the assembly anew, and find out who changed it"
            )
        for output in stack.get("Outputs", ()):
            outputs[output["OutputKey"]] = output["OutputValue"]
    return Deployed(resources, outputs)


@dataclass(frozen=True, slots=True)
class Api:
    """The API of an assembly.

    Attributes:
        id: of the deployed API.
        stage: name of its stage.
        authorization: `iam`, `cognito` or `none`: what its methods ask for, preflights left aside.
        key: value of its API key; empty when no method asks for one.
        pool: the resource of the user pool whose tokens it takes; `None` for none.
    """

    id: str
    stage: str
    authorization: str
    key: str
    pool: Resource | None


def api(assembly: Assembly, found: Deployed, apigateway: Client) -> Api:
    """Describe the one REST API of an assembly.

    Raises:
        RehearsalError: there is none or more than one, or it has no stage or several.
    """
    rest = _one(assembly, _REST_API)
    kinds = {
        str(method.properties.get("AuthorizationType", "NONE"))
        for method in assembly.resources(_METHOD)
        if method.properties.get("HttpMethod") != "OPTIONS"
    }
    if len(kinds) != 1:
        raise RehearsalError(
            f"{rest.logical_id}: its methods ask for {', '.join(sorted(kinds)) or 'nothing'}; "
            "allowed: one kind of authorization for all"
        )
    authorization = {"AWS_IAM": "iam", "COGNITO_USER_POOLS": "cognito", "NONE": "none"}.get(
        kinds.pop()
    )
    if authorization is None:
        raise RehearsalError(
            f"{rest.logical_id}: a rehearsal can sign by IAM or bring Cognito's tokens; its "
            "methods ask for another authorizer"
        )
    keyed = any(
        method.properties.get("ApiKeyRequired") is True for method in assembly.resources(_METHOD)
    )
    key = ""
    if keyed:
        key_id = found.physical_id(_one(assembly, _KEY))
        key = str(apigateway.get_api_key(apiKey=key_id, includeValue=True)["value"])
    pools = list(assembly.resources("AWS::Cognito::UserPool"))
    return Api(
        id=found.physical_id(rest),
        stage=found.physical_id(_one(assembly, _STAGE)),
        authorization=authorization,
        key=key,
        pool=pools[0] if authorization == "cognito" and pools else None,
    )


def _one(assembly: Assembly, kind: str) -> Resource:
    found = list(assembly.resources(kind))
    if len(found) != 1:
        raise RehearsalError(
            f"{assembly.path}: has {len(found)} resources {kind}; a rehearsal needs exactly one"
        )
    return found[0]


def user(iam: Client, name: str, *, invokes: str | None) -> Credentials:
    """Make a user of the local account.

    Args:
        iam: client.
        name: of the user.
        invokes: ARN pattern of the API's methods that it may invoke; `None` for nothing at all.
    """
    iam.create_user(UserName=name)
    if invokes is not None:
        statement = {"Effect": "Allow", "Action": "execute-api:Invoke", "Resource": invokes}
        iam.put_user_policy(
            UserName=name,
            PolicyName="invoke",
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
    made = iam.create_access_key(UserName=name)["AccessKey"]
    return Credentials(made["AccessKeyId"], made["SecretAccessKey"])


def tokens(cognito: Client, pool: str, *, fetch: Callable[[str, str, str], str]) -> dict[str, str]:
    """Access tokens of clients that are made for the rehearsal alone, by what they may do.

    Args:
        cognito: client of Cognito's user pools.
        pool: id of the user pool.
        fetch: gives the token for a client's id, its secret and the scopes asked for
            (https://docs.aws.amazon.com/cognito/latest/developerguide/token-endpoint.html).

    Returns:
        `all` for every scope of the pool's resource servers, each scope by its name, and
        `stranger` for a scope of a server of its own that the API does not know.
    """
    servers = cognito.list_resource_servers(UserPoolId=pool, MaxResults=50)["ResourceServers"]
    scopes = [
        f"{server['Identifier']}/{scope['ScopeName']}"
        for server in servers
        for scope in server.get("Scopes", ())
    ]
    other = "rehearsal"
    cognito.create_resource_server(
        UserPoolId=pool,
        Identifier=other,
        Name=other,
        Scopes=[{"ScopeName": "nothing", "ScopeDescription": "a scope that no API asks for"}],
    )
    wanted = {"all": scopes, **{scope: [scope] for scope in scopes}}
    wanted["stranger"] = [f"{other}/nothing"]
    found: dict[str, str] = {}
    for name, granted in wanted.items():
        client = cognito.create_user_pool_client(
            UserPoolId=pool,
            ClientName=f"rehearsal-{len(found)}",
            GenerateSecret=True,
            AllowedOAuthFlows=["client_credentials"],
            AllowedOAuthFlowsUserPoolClient=True,
            AllowedOAuthScopes=granted,
        )["UserPoolClient"]
        found[name] = fetch(client["ClientId"], client["ClientSecret"], " ".join(granted))
    return found
