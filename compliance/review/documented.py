"""Properties that AWS's documentation says are replaced for, and the schemas do not.

The pages of the CloudFormation Template Reference ('Update requires') and the provider schemas are
written apart, and disagree here and there; the page of `AWS::DynamoDB::Table`, say, has
'Replacement' for `KeySchema`, the schema 'depends'. Where they do, the graver counts. The table is
what is left of the CDK CLI's own table of properties (`cdk diff` reads it; it is made of both
sources) when the schemas' are taken away; a test compares them, and fails when a newer CLI knows of
another. Tags are left out: a type that cannot change them in place would be shown as replaced
whenever a stack is tagged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.review.model import Replaced

if TYPE_CHECKING:
    from collections.abc import Mapping

_YES: Final = Replaced.YES
_MAYBE: Final = Replaced.MAYBE
"""The page says 'Replacement', but services have learned to change some of these in place since."""

DOCUMENTED: Final[Mapping[str, Mapping[str, Replaced]]] = {
    "AWS::AppSync::GraphQLSchema": {"ApiId": _YES},
    "AWS::Cassandra::Keyspace": {"ReplicationSpecification": _MAYBE},
    "AWS::CertificateManager::Certificate": {"ValidationMethod": _YES},
    "AWS::CleanRooms::AnalysisTemplate": {
        "ErrorMessageConfiguration": _MAYBE,
        "Schema": _MAYBE,
        "SyntheticDataParameters": _MAYBE,
    },
    "AWS::CleanRooms::ConfiguredTable": {
        "AllowedColumns": _MAYBE,
        "AnalysisMethod": _MAYBE,
        "TableReference": _MAYBE,
    },
    "AWS::CodeCommit::Repository": {"Triggers": _MAYBE},
    "AWS::Connect::PhoneNumber": {"Description": _MAYBE},
    "AWS::Connect::ViewVersion": {"VersionDescription": _MAYBE},
    "AWS::CustomerProfiles::CalculatedAttributeDefinition": {
        "AttributeDetails": _MAYBE,
        "Statistic": _MAYBE,
    },
    "AWS::DataSync::LocationEFS": {
        "AccessPointArn": _MAYBE,
        "FileSystemAccessRoleArn": _MAYBE,
        "InTransitEncryption": _MAYBE,
        "Subdirectory": _MAYBE,
    },
    "AWS::DataSync::LocationFSxLustre": {"Subdirectory": _MAYBE},
    "AWS::DataSync::LocationFSxONTAP": {"Protocol": _MAYBE, "Subdirectory": _MAYBE},
    "AWS::DataSync::LocationFSxOpenZFS": {"Protocol": _MAYBE, "Subdirectory": _MAYBE},
    "AWS::DataSync::LocationFSxWindows": {
        "Domain": _MAYBE,
        "Password": _MAYBE,
        "Subdirectory": _MAYBE,
        "User": _MAYBE,
    },
    "AWS::DataSync::LocationNFS": {"ServerHostname": _MAYBE},
    "AWS::DataSync::LocationObjectStorage": {"ServerHostname": _MAYBE},
    "AWS::DataSync::LocationS3": {
        "S3Config": _MAYBE,
        "S3StorageClass": _MAYBE,
        "Subdirectory": _MAYBE,
    },
    "AWS::DataSync::LocationSMB": {"ServerHostname": _MAYBE},
    "AWS::DocDB::DBCluster": {"EngineVersion": _MAYBE},
    "AWS::DynamoDB::GlobalTable": {"KeySchema": _YES, "LocalSecondaryIndexes": _YES},
    "AWS::DynamoDB::Table": {"KeySchema": _YES, "LocalSecondaryIndexes": _MAYBE},
    "AWS::EC2::CapacityReservation": {"InstanceMatchCriteria": _MAYBE},
    "AWS::EC2::EIP": {"Domain": _YES},
    "AWS::EC2::TrafficMirrorSession": {"NetworkInterfaceId": _MAYBE},
    "AWS::EC2::VPCPeeringConnection": {"PeerRoleArn": _MAYBE},
    "AWS::EC2::VPNConnection": {
        "CustomerGatewayId": _MAYBE,
        "TransitGatewayId": _MAYBE,
        "VpnGatewayId": _MAYBE,
        "VpnTunnelOptionsSpecifications": _MAYBE,
    },
    "AWS::ECS::Service": {"DeploymentController": _MAYBE, "LaunchType": _YES},
    "AWS::EMR::Cluster": {"Instances": _MAYBE},
    "AWS::EMR::InstanceFleetConfig": {"InstanceTypeConfigs": _MAYBE},
    "AWS::ElastiCache::CacheCluster": {
        "AZMode": _MAYBE,
        "NumCacheNodes": _MAYBE,
        "PreferredAvailabilityZone": _MAYBE,
    },
    "AWS::ElastiCache::ReplicationGroup": {
        "Engine": _MAYBE,
        "NumNodeGroups": _MAYBE,
        "ReplicasPerNodeGroup": _MAYBE,
    },
    "AWS::ElastiCache::User": {"Engine": _MAYBE},
    "AWS::ElastiCache::UserGroup": {"Engine": _MAYBE},
    "AWS::Elasticsearch::Domain": {
        "AdvancedSecurityOptions": _MAYBE,
        "ElasticsearchVersion": _MAYBE,
        "EncryptionAtRestOptions": _MAYBE,
        "NodeToNodeEncryptionOptions": _MAYBE,
    },
    "AWS::EntityResolution::SchemaMapping": {"Description": _MAYBE, "MappedInputFields": _MAYBE},
    "AWS::Events::EventBus": {"EventSourceName": _MAYBE},
    "AWS::Events::Rule": {"EventBusName": _YES},
    "AWS::FSx::FileSystem": {"FileSystemTypeVersion": _MAYBE},
    "AWS::Glue::Database": {"CatalogId": _MAYBE},
    "AWS::GuardDuty::Member": {"Email": _MAYBE},
    "AWS::HealthLake::FHIRDatastore": {
        "DatastoreName": _MAYBE,
        "IdentityProviderConfiguration": _MAYBE,
    },
    "AWS::IoT::ThingType": {"ThingTypeProperties": _MAYBE},
    "AWS::KafkaConnect::Connector": {"ConnectorConfiguration": _MAYBE},
    "AWS::KinesisAnalyticsV2::Application": {"RuntimeEnvironment": _MAYBE},
    "AWS::LakeFormation::Resource": {"UseServiceLinkedRole": _MAYBE},
    "AWS::Lambda::EventSourceMapping": {
        "AmazonManagedKafkaEventSourceConfig": _MAYBE,
        "SelfManagedKafkaEventSourceConfig": _MAYBE,
    },
    "AWS::Location::GeofenceCollection": {"Description": _MAYBE},
    "AWS::Location::Map": {"Description": _MAYBE, "PricingPlan": _MAYBE},
    "AWS::Location::PlaceIndex": {
        "DataSourceConfiguration": _MAYBE,
        "Description": _MAYBE,
        "PricingPlan": _MAYBE,
    },
    "AWS::Location::RouteCalculator": {"Description": _MAYBE, "PricingPlan": _MAYBE},
    "AWS::Location::Tracker": {"Description": _MAYBE, "PositionFiltering": _MAYBE},
    "AWS::Omics::SequenceStore": {
        "Description": _MAYBE,
        "FallbackLocation": _MAYBE,
        "Name": _MAYBE,
    },
    "AWS::RDS::DBCluster": {"AvailabilityZones": _YES, "WithExpressConfiguration": _MAYBE},
    "AWS::RDS::DBInstance": {"Port": _YES, "StorageType": _MAYBE},
    "AWS::Route53::RecordSet": {"Name": _YES},
    "AWS::Route53RecoveryControl::SafetyRule": {"ControlPanelArn": _YES, "RuleConfig": _YES},
    "AWS::S3::Bucket": {"ObjectLockEnabled": _MAYBE},
    "AWS::SageMaker::Domain": {"AppNetworkAccessType": _MAYBE, "SubnetIds": _MAYBE, "VpcId": _YES},
    "AWS::ServiceCatalog::PortfolioShare": {"AcceptLanguage": _MAYBE},
    "AWS::Timestream::ScheduledQuery": {"ClientToken": _MAYBE},
    "AWS::Transfer::Server": {"IdentityProviderType": _MAYBE},
    "AWS::Transfer::Workflow": {"StructuredLogDestinations": _MAYBE},
    "AWS::WorkSpacesWeb::UserSettings": {
        "AdditionalEncryptionContext": _MAYBE,
        "CustomerManagedKey": _MAYBE,
    },
    "AWS::XRay::TransactionSearchConfig": {"CloudWatchLogsConfiguration": _MAYBE},
}
"""By type and property: `YES` where the schema agrees that it may be, or nobody can doubt it."""
