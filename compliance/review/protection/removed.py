"""What protected by being there, and is gone.

Each of these types watches, limits or keeps something that goes on without it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.review.exposure import policies
from compliance.review.model import Note, Subject
from compliance.review.protection import deletion
from compliance.review.weakening import cut, shown
from compliance.rules.log.groups import LOG_GROUP, LOG_RETENTION

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from compliance.assembly.model import Resource
    from compliance.review.weakening import Pair, Sides

SENTENCES: Final[Mapping[str, str]] = {
    "AWS::AccessAnalyzer::Analyzer": "nothing finds what is shared with strangers any more",
    "AWS::Backup::BackupPlan": "what it selected is backed up no more",
    "AWS::Backup::BackupSelection": "what it selected is backed up no more",
    "AWS::Backup::BackupVault": "its recovery points have no place any more",
    "AWS::Budgets::Budget": "nobody is told when costs run away",
    "AWS::CloudTrail::Trail": "calls of the API are recorded no more",
    "AWS::CloudWatch::Alarm": "nobody is alarmed any more",
    "AWS::CloudWatch::AnomalyDetector": "anomalies are found no more",
    "AWS::CloudWatch::CompositeAlarm": "nobody is alarmed any more",
    "AWS::Config::ConfigRule": "its rule is checked no more",
    "AWS::Config::ConfigurationRecorder": "changes of resources are recorded no more",
    "AWS::Config::DeliveryChannel": "what Config records is delivered nowhere",
    "AWS::EC2::FlowLog": "network traffic is recorded no more",
    "AWS::EC2::SnapshotBlockPublicAccess": "snapshots can be shared with everyone",
    "AWS::Events::Archive": "events cannot be replayed any more",
    "AWS::GuardDuty::Detector": "GuardDuty detects nothing any more",
    "AWS::Lambda::EventInvokeConfig": "retries and the destination of failures are Lambda's own",
    "AWS::Logs::MetricFilter": "what it counted is counted no more, and alarms on it stay silent",
    "AWS::Logs::SubscriptionFilter": "log events are handed on no more",
    "AWS::Macie::Session": "Macie looks at nothing any more",
    "AWS::NetworkFirewall::Firewall": "traffic is inspected no more",
    "AWS::NetworkFirewall::LoggingConfiguration": "the firewall's traffic is logged no more",
    "AWS::Route53Resolver::FirewallRuleGroupAssociation": "names are looked up unfiltered",
    "AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation": "lookups are logged no more",
    "AWS::SNS::Subscription": "whom it told is told no more",
    "AWS::SecretsManager::RotationSchedule": "its secret is rotated no more",
    "AWS::SecurityHub::Hub": "findings are gathered no more",
    "AWS::SecurityHub::Standard": "its controls are checked no more",
    "AWS::Shield::Protection": "what it shielded is shielded no more",
    "AWS::Synthetics::Canary": "nobody tries from outside any more",
    "AWS::WAFRegional::WebACLAssociation": "requests are filtered no more",
    "AWS::WAFv2::LoggingConfiguration": "what the firewall decides is logged no more",
    "AWS::WAFv2::WebACL": "its rules stop nothing any more",
    "AWS::WAFv2::WebACLAssociation": "requests are filtered no more",
    "Custom::VpcRestrictDefaultSG": "the VPC's default security group is kept closed no more",
}
"""What is said of a resource that is gone, by its type."""
LOG_GROUPS: Final = (LOG_GROUP, LOG_RETENTION)
LOGS_KEPT: Final = "its logs stay, and nothing declares any more how long they are kept"
LOGS_DELETED: Final = "its logs are deleted"
KEPT: Final = "it stays, and nothing declares any more what it is like"


def notes(sides: Sides) -> Iterator[Note]:
    """What is lost with the resources that are gone, or may not be there any more."""

    def stays(resource: Resource) -> bool:
        return deletion.is_kept(resource, sides.old)

    for pair in sides.pairs:
        lost = SENTENCES.get(pair.resource.type)
        name = cut(pair.resource.logical_id)
        kept = pair.new is None and deletion.is_kept(pair.resource, sides.old)
        if pair.new is None and not kept:
            for denial in policies.denied_by(pair, sides, stays=stays):
                yield _note(pair, f"{name} is removed: it denied {denial}")
        if pair.new is None and pair.resource.type in LOG_GROUPS:
            yield _note(pair, f"{name} is removed: {LOGS_KEPT if kept else LOGS_DELETED}")
        elif pair.new is None and lost:
            yield _note(pair, f"{name} is removed: {KEPT if kept else lost}")
        elif pair.both is not None and lost:
            before, after = (side.body.get("Condition") for side in pair.both)
            if after is not None and after != before:
                yield _note(
                    pair,
                    f"{name} is made only where condition {shown(after)} holds: elsewhere {lost}",
                    "Condition",
                )


def _note(pair: Pair, message: str, place: str = "") -> Note:
    return Note(Subject.PROTECTION, pair.resource, message, place)
