"""Log groups that never expire get the configured number of days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from aws_cdk import aws_logs as logs

from compliance.aspects.interface import Aspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from compliance.aspects.change import Change
    from compliance.aspects.tree import Tree
    from compliance.config import Aspects

PATH: Final = "RetentionInDays"


class Retention(Aspect):
    """Sets `RetentionInDays` where it is absent, which CDK writes for `RetentionDays.INFINITE`."""

    name = "retention-days"

    def wanted(self, settings: Aspects) -> bool:
        """Whether there is a number of days."""
        return settings.retention_days is not None

    def mend(self, tree: Tree, settings: Aspects) -> Iterator[Change]:
        """Give log groups without an end the days of the settings."""
        days = settings.retention_days
        for group in tree.of(logs.CfnLogGroup.CFN_RESOURCE_TYPE_NAME):
            if group.has(PATH):
                continue
            if isinstance(group.construct, logs.CfnLogGroup):
                group.construct.retention_in_days = days
            else:
                group.override(PATH, days)
            yield self.changed(group, PATH, days)
