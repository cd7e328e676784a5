"""Settings that open a way in, or out.

Sources: CloudFormation Template Reference, the page of each type, for what may be set and the
default. Beside it: Amazon S3 User Guide, 'Blocking public access to your Amazon S3 storage' and
'Controlling ownership of objects' (on for every bucket made since April 2023; a bucket whose block
is taken out of its template loses it); Elastic Load Balancing User Guides, 'Security policies';
CloudFront Developer Guide, 'Requiring HTTPS for communication between viewers and CloudFront';
Amazon Cognito Developer Guide, 'Managing user sign-up', 'App client settings'; API Gateway
Developer Guide, 'Choose a minimum TLS version for a custom domain'.
"""

from __future__ import annotations

from typing import Final

from compliance.intrinsics import Unknown
from compliance.review.weakening import Flag, Members, Number, Ranks, Same, Setting, There, Tls

ENDLESS: Final = float("inf")

_BY_SUBNETS: Final = Unknown("its subnets decide")
_BY_ENDPOINT: Final = Unknown("the kind of its endpoint decides")
_BY_POLICY: Final = Unknown("whether there is a password policy at all decides")
_PUBLIC: Final = "{name} can be reached from the internet: it is publicly accessible"
_NEW_PUBLIC: Final = "{name} is new and publicly accessible: it can be reached from the internet"
_TLS: Final = "{name} takes older TLS: {new} instead of {old}"
_HTTP: Final = "{name} takes unencrypted requests: {new} instead of {old}"
_NEW_HTTP: Final = "{name} is new and takes unencrypted requests"
_BLOCK: Final = "PublicAccessBlockConfiguration."
_CALLS: Final = Number(less_is_weaker=False, default=ENDLESS, absent="any number of")
_POLICY: Final = "Policies.PasswordPolicy."


def _block(name: str, *, what: str) -> Setting:
    return Setting(
        "AWS::S3::Bucket",
        _BLOCK + name,
        Flag(safe=True, fresh=True, absent="off"),
        f"{{name}} {what}: {name} is off",
        f"{{name}} is new and {what}: {name} is off",
    )


def _password(name: str, *, what: str) -> Setting:
    return Setting(
        "AWS::Cognito::UserPool",
        _POLICY + name,
        Flag(safe=True, default=_BY_POLICY),
        f"passwords of {{name}} need no {what} any more",
    )


ROWS: Final = (
    # -- APIs
    Setting(
        "AWS::Lambda::Url",
        "AuthType",
        Ranks(("NONE", "AWS_IAM"), default="NONE"),
        "the function URL {name} lost its authorization ({old}, now NONE): anyone may call it",
        "the function URL {name} is new and asks nobody who calls (NONE): anyone may call it",
    ),
    Setting(
        "AWS::Serverless::Function",
        "FunctionUrlConfig.AuthType",
        Ranks(("NONE", "AWS_IAM"), default="", absent="no URL"),
        "the function URL of {name} lost its authorization ({old}, now NONE): anyone may call it",
        "{name} is new and has a function URL that asks nobody who calls: anyone may call it",
    ),
    Setting(
        "AWS::ApiGateway::RestApi",
        "EndpointConfiguration.Types",
        Members(grows=False, names=("PRIVATE",)),
        "{name} can be reached from the internet: its endpoint is {new}, and was PRIVATE",
    ),
    Setting(
        "AWS::Serverless::Api",
        "EndpointConfiguration.Type",
        Ranks(("EDGE REGIONAL", "PRIVATE"), default="EDGE", absent="EDGE"),
        "{name} can be reached from the internet: its endpoint is {new}, and was PRIVATE",
    ),
    Setting(
        "AWS::ApiGateway::RestApi AWS::ApiGatewayV2::Api AWS::Serverless::Api "
        "AWS::Serverless::HttpApi",
        "DisableExecuteApiEndpoint",
        Flag(safe=True),
        "{name} can be called at its default address again, past its custom domain",
    ),
    Setting(
        "AWS::AppSync::GraphQLApi",
        "Visibility",
        Ranks(("GLOBAL", "PRIVATE"), default="GLOBAL", absent="GLOBAL"),
        "{name} can be reached from the internet: its visibility is {new}, and was PRIVATE",
    ),
    Setting(
        "AWS::ApiGateway::Authorizer AWS::ApiGatewayV2::Authorizer",
        "AuthorizerUri",
        Same(),
        "{name} has another function decide who gets in",
    ),
    Setting(
        "AWS::ApiGateway::Authorizer",
        "ProviderARNs",
        Members(grows=True),
        "{name} lets in users of {more} too",
    ),
    Setting(
        "AWS::ApiGateway::Authorizer",
        "IdentityValidationExpression",
        There(),
        "{name} checks the form of tokens no more",
    ),
    Setting(
        "AWS::ApiGatewayV2::Authorizer",
        "JwtConfiguration.Audience",
        Members(grows=True, from_none=False),
        "{name} takes tokens for {more} too",
    ),
    Setting(
        "AWS::ApiGatewayV2::Authorizer",
        "JwtConfiguration.Issuer",
        Same(),
        "{name} takes tokens of {new} instead of {old}",
    ),
    Setting(
        "AWS::ApiGateway::UsagePlan",
        "Throttle.RateLimit",
        _CALLS,
        "{name} lets a key make {new} calls a second instead of {old}",
    ),
    Setting(
        "AWS::ApiGateway::UsagePlan",
        "Throttle.BurstLimit",
        _CALLS,
        "{name} lets a key make {new} calls at once instead of {old}",
    ),
    Setting(
        "AWS::ApiGateway::UsagePlan",
        "Quota.Limit",
        _CALLS,
        "{name} lets a key make {new} calls in its period instead of {old}",
    ),
    Setting(
        "AWS::ApiGateway::UsagePlan",
        "Quota.Period",
        Ranks(("DAY", "WEEK", "MONTH"), default="MONTH", absent="none", open_words=0),
        "{name} counts calls anew each {new} instead of each {old}",
    ),
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api",
        "MethodSettings{ResourcePath,HttpMethod}.ThrottlingRateLimit",
        _CALLS,
        "{name} ({which}) takes {new} calls a second instead of {old}",
    ),
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api",
        "MethodSettings{ResourcePath,HttpMethod}.ThrottlingBurstLimit",
        _CALLS,
        "{name} ({which}) takes {new} calls at once instead of {old}",
    ),
    Setting(
        "AWS::ApiGatewayV2::Stage AWS::Serverless::HttpApi",
        "DefaultRouteSettings.ThrottlingRateLimit",
        _CALLS,
        "{name} takes {new} calls a second instead of {old}",
    ),
    Setting(
        "AWS::ApiGatewayV2::Stage AWS::Serverless::HttpApi",
        "DefaultRouteSettings.ThrottlingBurstLimit",
        _CALLS,
        "{name} takes {new} calls at once instead of {old}",
    ),
    Setting(
        "AWS::ApiGateway::Stage AWS::Serverless::Api",
        "MethodSettings{ResourcePath,HttpMethod}.DataTraceEnabled",
        Flag(safe=False),
        "{name} ({which}) writes whole requests and answers into its log: who reads the log reads "
        "them",
        "{name} ({which}) is new and writes whole requests and answers into its log",
    ),
    # -- TLS
    Setting(
        "AWS::ApiGateway::DomainName AWS::ApiGateway::DomainNameV2",
        "SecurityPolicy",
        Tls(default=_BY_ENDPOINT),
        _TLS,
        "{name} is new and takes old TLS: {new}",
    ),
    Setting(
        "AWS::ApiGatewayV2::DomainName",
        "DomainNameConfigurations[0].SecurityPolicy",
        Tls(default="TLS_1_2", absent="TLS_1_2"),
        _TLS,
    ),
    Setting(
        "AWS::ApiGateway::DomainName AWS::ApiGatewayV2::DomainName",
        "MutualTlsAuthentication",
        There(),
        "{name} asks callers for no certificate any more",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::Listener",
        "SslPolicy",
        Tls(default="ELBSecurityPolicy-2016-08", absent="ELBSecurityPolicy-2016-08"),
        _TLS,
    ),
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.ViewerCertificate.MinimumProtocolVersion",
        Tls(default="TLSv1", absent="TLSv1"),
        _TLS,
    ),
    Setting(
        "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain",
        "DomainEndpointOptions.TLSSecurityPolicy",
        Tls(
            default="Policy-Min-TLS-1-0-2019-07",
            absent="Policy-Min-TLS-1-0-2019-07",
        ),
        _TLS,
    ),
    Setting(
        "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain",
        "DomainEndpointOptions.EnforceHTTPS",
        Flag(safe=True),
        "{name} takes unencrypted requests: HTTPS is enforced no more",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::Listener",
        "Protocol",
        Ranks(("HTTP TCP UDP TCP_UDP QUIC TCP_QUIC GENEVE", "HTTPS TLS")),
        _HTTP,
    ),
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.DefaultCacheBehavior.ViewerProtocolPolicy",
        Ranks(("allow-all", "redirect-to-https", "https-only")),
        _HTTP,
        _NEW_HTTP,
    ),
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.CacheBehaviors[PathPattern].ViewerProtocolPolicy",
        Ranks(("allow-all", "redirect-to-https", "https-only")),
        _HTTP.replace("{name}", "{name} ({which})"),
        _NEW_HTTP.replace("{name}", "{name} ({which})"),
    ),
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.Origins[Id].CustomOriginConfig.OriginProtocolPolicy",
        Ranks(("http-only", "match-viewer", "https-only")),
        "{name} asks its origin {which} unencrypted: {new} instead of {old}",
    ),
    Setting(
        "AWS::MSK::Cluster",
        "EncryptionInfo.EncryptionInTransit.ClientBroker",
        Ranks(("PLAINTEXT", "TLS_PLAINTEXT", "TLS"), default="TLS", absent="TLS"),
        _HTTP,
    ),
    # -- web
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.WebACLId",
        There(),
        "{name} has no web ACL any more: requests are filtered no more",
    ),
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.DefaultCacheBehavior.TrustedKeyGroups",
        There(),
        "{name} asks for signed URLs no more: anyone may read what it serves",
    ),
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.DefaultCacheBehavior.TrustedSigners",
        There(),
        "{name} asks for signed URLs no more: anyone may read what it serves",
    ),
    Setting(
        "AWS::CloudFront::Distribution",
        "DistributionConfig.Restrictions.GeoRestriction.RestrictionType",
        Ranks(("none", "blacklist", "whitelist"), default="none", absent="none"),
        "{name} is served to more countries: restriction {new} instead of {old}",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::Listener",
        "DefaultActions[Type=authenticate-oidc]",
        There(),
        "{name} asks nobody to sign in any more",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::Listener",
        "DefaultActions[Type=authenticate-cognito]",
        There(),
        "{name} asks nobody to sign in any more",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "Actions[Type=authenticate-oidc]",
        There(),
        "{name} asks nobody to sign in any more",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::ListenerRule",
        "Actions[Type=authenticate-cognito]",
        There(),
        "{name} asks nobody to sign in any more",
    ),
    # -- buckets
    _block("BlockPublicAcls", what="takes public ACLs"),
    _block("IgnorePublicAcls", what="obeys public ACLs"),
    _block("BlockPublicPolicy", what="takes a public policy"),
    _block("RestrictPublicBuckets", what="lets strangers in where its policy is public"),
    Setting(
        "AWS::S3::Bucket",
        "AccessControl",
        Ranks(
            (
                "PublicReadWrite",
                "PublicRead",
                "AuthenticatedRead",
                "Private BucketOwnerRead BucketOwnerFullControl LogDeliveryWrite AwsExecRead",
            ),
            default="Private",
            absent="Private",
            open_words=3,
        ),
        "{name} is public by its ACL: {new} instead of {old}",
        "{name} is new and public by its ACL: {new}",
    ),
    Setting(
        "AWS::S3::Bucket",
        "OwnershipControls.Rules[0].ObjectOwnership",
        Ranks(
            ("ObjectWriter", "BucketOwnerPreferred", "BucketOwnerEnforced"),
            default="ObjectWriter",
            fresh="BucketOwnerEnforced",
            absent="ObjectWriter",
        ),
        "ACLs count in {name}: objects belong to {new}, and belonged to {old}",
    ),
    Setting(
        "AWS::S3::Bucket",
        "WebsiteConfiguration",
        There(safe=False),
        "{name} is a website",
        "{name} is new and a website",
    ),
    Setting(
        "AWS::EC2::SnapshotBlockPublicAccess",
        "State",
        Ranks(("unblocked", "block-new-sharing", "block-all-sharing")),
        "snapshots can be shared with everyone: {new} instead of {old}",
    ),
    # -- databases and machines
    Setting(
        "AWS::RDS::DBInstance AWS::RDS::DBCluster",
        "PubliclyAccessible",
        Flag(safe=False, default=_BY_SUBNETS),
        _PUBLIC,
        _NEW_PUBLIC,
    ),
    Setting(
        "AWS::Redshift::Cluster AWS::RedshiftServerless::Workgroup AWS::AmazonMQ::Broker "
        "AWS::Neptune::DBInstance AWS::Timestream::InfluxDBInstance",
        "PubliclyAccessible",
        Flag(safe=False),
        _PUBLIC,
        _NEW_PUBLIC,
    ),
    Setting(
        "AWS::DMS::ReplicationInstance",
        "PubliclyAccessible",
        Flag(safe=False, default=True, absent="true by default"),
        _PUBLIC,
        _NEW_PUBLIC,
    ),
    Setting(
        "AWS::MSK::Cluster",
        "BrokerNodeGroupInfo.ConnectivityInfo.PublicAccess.Type",
        Ranks(("SERVICE_PROVIDED_EIPS", "DISABLED"), default="DISABLED", absent="DISABLED"),
        _PUBLIC,
        _NEW_PUBLIC,
    ),
    Setting(
        "AWS::AppRunner::Service",
        "NetworkConfiguration.IngressConfiguration.IsPubliclyAccessible",
        Flag(safe=False, default=True, absent="true by default"),
        _PUBLIC,
        _NEW_PUBLIC,
    ),
    Setting(
        "AWS::OpenSearchService::Domain AWS::Elasticsearch::Domain",
        "VPCOptions",
        There(),
        "{name} left its VPC: it can be reached from the internet",
        "{name} is new and in no VPC: it can be reached from the internet",
    ),
    Setting(
        "AWS::Transfer::Server",
        "EndpointType",
        Ranks(("PUBLIC", "VPC VPC_ENDPOINT"), default="PUBLIC", absent="PUBLIC"),
        "{name} can be reached from the internet: its endpoint is {new} instead of {old}",
        "{name} is new and can be reached from the internet: its endpoint is public",
    ),
    Setting(
        "AWS::SageMaker::NotebookInstance",
        "DirectInternetAccess",
        Ranks(("Enabled", "Disabled"), default="Enabled", absent="Enabled"),
        "{name} reaches the internet past its VPC",
        "{name} is new and reaches the internet past its VPC",
    ),
    Setting(
        "AWS::EC2::Subnet",
        "MapPublicIpOnLaunch",
        Flag(safe=False),
        "what is launched in {name} gets a public address",
        "{name} is new, and what is launched in it gets a public address",
    ),
    Setting(
        "AWS::EC2::Instance",
        "NetworkInterfaces[DeviceIndex].AssociatePublicIpAddress",
        Flag(safe=False, default=_BY_SUBNETS),
        "{name} has a public address",
        "{name} is new and has a public address",
    ),
    Setting(
        "AWS::EC2::LaunchTemplate",
        "LaunchTemplateData.NetworkInterfaces[DeviceIndex].AssociatePublicIpAddress",
        Flag(safe=False, default=_BY_SUBNETS),
        "instances of {name} have a public address",
        "{name} is new, and its instances have a public address",
    ),
    Setting(
        "AWS::AutoScaling::LaunchConfiguration",
        "AssociatePublicIpAddress",
        Flag(safe=False, default=_BY_SUBNETS),
        "instances of {name} have a public address",
        "{name} is new, and its instances have a public address",
    ),
    Setting(
        "AWS::ECS::Service",
        "NetworkConfiguration.AwsvpcConfiguration.AssignPublicIp",
        Ranks(("ENABLED", "DISABLED"), default="DISABLED", absent="DISABLED"),
        "tasks of {name} have a public address",
        "{name} is new, and its tasks have a public address",
    ),
    Setting(
        "AWS::ECS::TaskDefinition",
        "ContainerDefinitions[Name].Privileged",
        Flag(safe=False),
        "container {which} of {name} is privileged: it can do what its host can",
        "container {which} of {name} is new and privileged: it can do what its host can",
    ),
    Setting(
        "AWS::EC2::Instance",
        "IamInstanceProfile",
        Same(),
        "{name} runs with another role: profile {new} instead of {old}",
    ),
    # -- networks
    Setting(
        "AWS::ElasticLoadBalancingV2::LoadBalancer AWS::ElasticLoadBalancing::LoadBalancer",
        "Scheme",
        Ranks(("internet-facing", "internal"), default="internet-facing", absent="internet-facing"),
        "{name} can be reached from the internet: it is {new} instead of {old}",
        "{name} is new and can be reached from the internet: it is internet-facing",
    ),
    Setting(
        "AWS::ElasticLoadBalancingV2::LoadBalancer AWS::ElasticLoadBalancing::LoadBalancer",
        "SecurityGroups",
        Same(),
        "{name} is in other security groups: {new} instead of {old}",
    ),
    Setting(
        "AWS::EKS::Cluster",
        "ResourcesVpcConfig.EndpointPublicAccess",
        Flag(safe=False, default=True, absent="true by default"),
        "the control plane of {name} can be reached from the internet",
        "{name} is new, and its control plane can be reached from the internet",
    ),
    Setting(
        "AWS::EKS::Cluster",
        "ResourcesVpcConfig.PublicAccessCidrs",
        Members(grows=True, default=("0.0.0.0/0",), everything=("0.0.0.0/0",)),
        "the control plane of {name} can be reached from {more} too",
    ),
    Setting(
        "AWS::Lambda::Function AWS::Serverless::Function",
        "VpcConfig.SubnetIds",
        There(),
        "{name} left its VPC: its calls go over the internet, past security groups and flow logs",
    ),
    Setting(
        "AWS::Lambda::Function AWS::Serverless::Function",
        "VpcConfig.SecurityGroupIds",
        Members(grows=True, from_none=False),
        "{name} is in security group {more} too",
    ),
    Setting(
        "AWS::Lambda::Function AWS::Serverless::Function",
        "Role",
        Same(),
        "{name} runs with another role: {new} instead of {old}",
    ),
    Setting(
        "AWS::StepFunctions::StateMachine",
        "RoleArn",
        Same(),
        "{name} runs with another role: {new} instead of {old}",
    ),
    Setting(
        "AWS::ECS::TaskDefinition",
        "TaskRoleArn",
        Same(),
        "{name} runs with another role: {new} instead of {old}",
    ),
    Setting(
        "AWS::EC2::VPCEndpoint",
        "PolicyDocument",
        There(),
        "{name} lost its policy: it lets through every request to its service",
    ),
    Setting(
        "AWS::EC2::VPCEndpointService",
        "AcceptanceRequired",
        Flag(safe=True, default=True),
        "{name} takes connections without asking",
    ),
    Setting(
        "AWS::EC2::VPCEndpointServicePermissions",
        "AllowedPrincipals",
        Members(grows=True),
        "{name} lets in {more}",
        "{name} is new and lets everyone in",
    ),
    Setting(
        "AWS::RAM::ResourceShare",
        "AllowExternalPrincipals",
        Flag(safe=False, default=True),
        "{name} may be shared with accounts outside of the organization",
    ),
    Setting(
        "AWS::RAM::ResourceShare",
        "Principals",
        Members(grows=True),
        "{name} shares its resources with {more} too",
    ),
    # -- users
    Setting(
        "AWS::Cognito::UserPool",
        "AdminCreateUserConfig.AllowAdminCreateUserOnly",
        Flag(safe=True),
        "anyone may sign up to {name}",
        "{name} is new, and anyone may sign up to it",
    ),
    Setting(
        "AWS::Cognito::UserPool",
        "MfaConfiguration",
        Ranks(("OFF", "OPTIONAL", "ON"), default="OFF", absent="OFF"),
        "{name} asks for a second factor less: {new} instead of {old}",
    ),
    Setting(
        "AWS::Cognito::UserPool",
        "UserPoolAddOns.AdvancedSecurityMode",
        Ranks(("OFF", "AUDIT", "ENFORCED"), default="OFF", absent="OFF"),
        "{name} defends accounts less: {new} instead of {old}",
    ),
    Setting(
        "AWS::Cognito::UserPool",
        _POLICY + "MinimumLength",
        Number(less_is_weaker=True, default=8, absent="8"),
        "passwords of {name} need {new} characters instead of {old}",
    ),
    _password("RequireLowercase", what="small letter"),
    _password("RequireUppercase", what="capital letter"),
    _password("RequireNumbers", what="digit"),
    _password("RequireSymbols", what="symbol"),
    Setting(
        "AWS::Cognito::UserPoolClient",
        "CallbackURLs",
        Members(grows=True),
        "{name} sends tokens to {more} too",
    ),
    Setting(
        "AWS::Cognito::UserPoolClient",
        "AllowedOAuthFlows",
        Members(grows=True),
        "{name} takes OAuth flow {more} too",
    ),
    Setting(
        "AWS::Cognito::UserPoolClient",
        "AllowedOAuthScopes",
        Members(grows=True),
        "{name} gives tokens of scope {more} too",
    ),
    Setting(
        "AWS::Cognito::UserPoolClient",
        "ExplicitAuthFlows",
        Members(grows=True),
        "{name} lets users sign in by {more} too",
    ),
    Setting(
        "AWS::Cognito::UserPoolClient",
        "SupportedIdentityProviders",
        Members(grows=True),
        "{name} lets in users of {more} too",
    ),
    Setting(
        "AWS::Cognito::UserPoolClient",
        "PreventUserExistenceErrors",
        Ranks(("LEGACY", "ENABLED"), default="LEGACY", absent="LEGACY"),
        "{name} tells strangers whether a user exists",
    ),
    Setting(
        "AWS::Cognito::IdentityPool",
        "AllowUnauthenticatedIdentities",
        Flag(safe=False),
        "{name} gives AWS credentials to guests",
        "{name} is new and gives AWS credentials to guests",
    ),
    Setting(
        "AWS::Cognito::IdentityPool",
        "AllowClassicFlow",
        Flag(safe=False),
        "{name} lets callers choose their role: the classic flow is on",
        "{name} is new and lets callers choose their role: the classic flow is on",
    ),
)
