"""Severity of Checkov's stock checks, which carry none of their own.

Reviewed by hand; a check that is not listed is medium. The measure: critical opens the resource to
everybody, high gives a caller or an attacker more than the design means or loses data for good, low
is good practice without a direct attack, or is covered better by an own rule.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from compliance.findings import Severity

if TYPE_CHECKING:
    from collections.abc import Mapping

STOCK: Final[Mapping[str, Severity]] = {
    # Open to everybody.
    "CKV_AWS_20": Severity.CRITICAL,  # bucket ACL allows everyone to read
    "CKV_AWS_57": Severity.CRITICAL,  # bucket ACL allows everyone to write
    "CKV_AWS_17": Severity.CRITICAL,  # RDS instance publicly accessible
    "CKV_AWS_59": Severity.CRITICAL,  # API Gateway method open to the public
    "CKV_AWS_258": Severity.CRITICAL,  # function URL without IAM auth
    "CKV_AWS_45": Severity.CRITICAL,  # secret in a function's environment
    "CKV_AWS_46": Severity.CRITICAL,  # secret in EC2 user data
    "CKV_SECRET_2": Severity.CRITICAL,  # AWS access key in the template
    # More than meant, or lost for good.
    "CKV_AWS_24": Severity.HIGH,  # SSH from anywhere
    "CKV_AWS_25": Severity.HIGH,  # RDP from anywhere
    "CKV_AWS_260": Severity.HIGH,  # HTTP from anywhere
    "CKV_AWS_40": Severity.HIGH,  # policies attached to users
    "CKV_AWS_53": Severity.HIGH,  # S3 block public ACLs
    "CKV_AWS_54": Severity.HIGH,  # S3 block public policy
    "CKV_AWS_55": Severity.HIGH,  # S3 ignore public ACLs
    "CKV_AWS_56": Severity.HIGH,  # S3 restrict public buckets
    "CKV_AWS_60": Severity.HIGH,  # role assumable by everybody
    "CKV_AWS_61": Severity.HIGH,  # role assumable by every service
    "CKV_AWS_62": Severity.HIGH,  # policy allows everything
    "CKV_AWS_63": Severity.HIGH,  # policy allows every action
    "CKV_AWS_107": Severity.HIGH,  # policy exposes credentials
    "CKV_AWS_108": Severity.HIGH,  # policy lets data out
    "CKV_AWS_109": Severity.HIGH,  # permissions management without constraint
    "CKV_AWS_110": Severity.HIGH,  # privilege escalation
    "CKV_AWS_111": Severity.HIGH,  # write without constraint
    "CKV_AWS_33": Severity.HIGH,  # key policy with a wildcard principal
    # Good practice.
    "CKV_AWS_26": Severity.LOW,  # topic encryption; AWS encrypts at rest by default
    "CKV_AWS_68": Severity.LOW,  # WAF on CloudFront
    "CKV_AWS_117": Severity.LOW,  # function in a VPC: not wanted everywhere
    "CKV_AWS_158": Severity.LOW,  # log group key: LOG06 asks more exactly
    "CKV_AWS_173": Severity.LOW,  # environment key: AWS encrypts it by default
}
