"""API Gateway's resources, which are paths, and its actions, which are HTTP's methods.

https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-control-access-using-iam-policies-to-invoke-api.html
and Service Authorization Reference, 'Amazon API Gateway Management'. Ids in paths are random: a
path is scoped by its collection. An account's APIs share `/restapis`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.execution_policy.model import Target

SERVICE: Final = "apigateway"
_APIS: Final = ("/restapis", "/restapis/*")
_HTTP: Final = ("/apis", "/apis/*")
_PATHS: Final[Mapping[str, tuple[str, ...]]] = {
    "Account": ("/account",),
    "ApiKey": ("/apikeys", "/apikeys/*"),
    "BasePathMapping": ("/domainnames/*",),
    "BasePathMappingV2": ("/domainnames/*",),
    "ClientCertificate": ("/clientcertificates", "/clientcertificates/*"),
    "DomainName": ("/domainnames", "/domainnames/*"),
    "DomainNameV2": ("/domainnames", "/domainnames/*"),
    "DomainNameAccessAssociation": (
        "/domainnameaccessassociations",
        "/domainnameaccessassociations/*",
    ),
    "RestApi": _APIS,
    "UsagePlan": ("/usageplans", "/usageplans/*"),
    "UsagePlanKey": ("/usageplans/*",),
    "VpcLink": ("/vpclinks", "/vpclinks/*"),
}
_TAGGED: Final = frozenset(
    {"ApiKey", "ClientCertificate", "DomainName", "RestApi", "Stage", "UsagePlan", "VpcLink", "Api"}
)


def resources(kind: str, action: str, target: Target) -> tuple[str, ...]:
    """ARN patterns of what an action of a type's handler is called on."""
    _, family, name = kind.split("::")
    if family == "ApiGatewayV2":
        paths = _PATHS.get(name, ("/apis/*",)) if name != "Api" else _HTTP
    else:
        paths = _PATHS.get(name, ("/restapis/*",))
    if name in _TAGGED and action.partition(":")[2] in {"PUT", "DELETE", "GET", "POST"}:
        paths = (*paths, "/tags/*")
    return tuple(f"arn:{target.partition}:{SERVICE}:{target.region}::{path}" for path in paths)
