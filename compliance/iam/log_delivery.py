"""As whom AWS itself delivers a load balancer's access logs.

Source: Elastic Load Balancing User Guide for Application Load Balancers, 'Enable access logs for
your Application Load Balancer', its list for regions from before August 2022 and its services for
newer ones; the AWS CDK's region facts for China and the isolated regions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SERVICES: Final = (
    "logdelivery.elasticloadbalancing.amazonaws.com",
    "logdelivery.elb.amazonaws.com",
)
ACCOUNTS: Final[Mapping[str, str]] = {
    "027434742980": "us-west-1",
    "033677994240": "us-east-2",
    "037604701340": "cn-northwest-1",
    "048591011584": "us-gov-west-1",
    "054676820928": "eu-central-1",
    "076674570225": "me-south-1",
    "091100254016": "us-isof-east-1",
    "098369216593": "af-south-1",
    "114774131450": "ap-southeast-1",
    "121062877647": "us-iso-west-1",
    "127311923021": "us-east-1",
    "156460612806": "eu-west-1",
    "190560391635": "us-gov-east-1",
    "383597477331": "ap-northeast-3",
    "412137745753": "us-isof-south-1",
    "507241528517": "sa-east-1",
    "582318560864": "ap-northeast-1",
    "589379963580": "ap-southeast-3",
    "600734575887": "ap-northeast-2",
    "009996457667": "eu-west-3",
    "635631232127": "eu-south-1",
    "638102146993": "cn-north-1",
    "652711504416": "eu-west-2",
    "718504428378": "ap-south-1",
    "740734521339": "us-isob-east-1",
    "754344448648": "ap-east-1",
    "770363063475": "us-iso-east-1",
    "783225319266": "ap-southeast-2",
    "797873946194": "us-west-2",
    "897822967062": "eu-north-1",
    "985666609251": "ca-central-1",
}
"""Region by account id."""
