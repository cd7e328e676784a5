"""Reviews to render: one that a reader would meet, and one written by an attacker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from compliance.iam.access.model import Comparison, Open, Witness
from compliance.intrinsics import ABSENT
from compliance.review.model import (
    Change,
    Difference,
    Kind,
    Note,
    Replaced,
    Review,
    Subject,
    TemplateReview,
)
from compliance.review.sources import canonical_assembly

if TYPE_CHECKING:
    from compliance.assembly.model import Resource, Template

Body = dict[str, Any]


def template(name: str, **resources: Body) -> Template:
    """A template with these resources."""
    (found,) = canonical_assembly({name: {"Resources": resources}}).templates
    return found


def resource(kind: str, path: str = "", **properties: Any) -> Body:  # noqa: ANN401 - any JSON
    """A declaration."""
    metadata = {"Metadata": {"aws:cdk:path": path}} if path else {}
    return {"Type": kind, "Properties": properties} | metadata


TABLE = resource("AWS::DynamoDB::Table", "StorageStack/Items/Resource", TableName="items")
OLD = template("StorageStack", Items=TABLE, Old=resource("AWS::SNS::Topic"))
NEW = template(
    "StorageStack",
    Items=TABLE,
    Handler=resource("AWS::Lambda::Function", "StorageStack/Handler/Resource"),
    Renamed=resource("AWS::SNS::Topic"),
    New=resource("AWS::SQS::Queue"),
    DeploymentX=resource("AWS::ApiGateway::Deployment"),
    Method=resource("AWS::ApiGateway::Method"),
)

WITNESSES = (
    Witness(
        principal="StorageStack/Role",
        action="s3:GetObject",
        resource="${StorageStack/Bucket.Arn}/*",
        condition={},
        statement="StorageStack/Role Policies[0] Statement[1]",
    ),
    Witness(
        principal="*",
        action="dynamodb:Query",
        resource="${StorageStack/Items.Arn}/index/status-index",
        condition={"aws:SourceVpc": ("vpc-1", "vpc-2"), "aws:PrincipalOrgID": ()},
        statement="StorageStack/Items ResourcePolicy Statement[0]",
    ),
)
UNDECIDED = (
    Open(
        statement="StorageStack/Role ManagedPolicyArns",
        reason="what the managed policy ReadOnlyAccess says does not stand in the template",
    ),
)
DIFF = (
    "--- old/StorageStack",
    "+++ new/StorageStack",
    "@@ -3,3 +3,3 @@",
    '       "Properties": {',
    '-        "TableName": "items"',
    '+        "TableName": "things"',
    "       },",
)


def storage(name: str = "StorageStack") -> TemplateReview:
    """A review with one of everything."""
    was, now = OLD.resources, NEW.resources
    return TemplateReview(
        name=name,
        old=OLD,
        new=NEW,
        changes=(
            Change(
                Kind.CHANGED,
                was["Items"],
                now["Items"],
                (Difference("Properties.TableName", "items", "things"),),
                Replaced.YES,
                ("Properties.TableName cannot change in place",),
                "the table and all its items are deleted",
            ),
            Change(Kind.RENAMED, was["Old"], now["Renamed"], replaced=Replaced.YES),
            Change(
                Kind.CHANGED,
                now["Method"],
                now["Method"],
                (Difference("Properties.AuthorizationType", "AWS_IAM", "NONE"),),
                Replaced.MAYBE,
                ("Properties.RestApiId may change with RestApi",),
            ),
            Change(
                Kind.CHANGED,
                now["Handler"],
                now["Handler"],
                tuple(
                    Difference(f"Properties.Environment.Variables.V{number}", ABSENT, number)
                    for number in range(12)
                ),
            ),
            Change(Kind.REMOVED, was["Old"], None, loss="undelivered messages are lost"),
            Change(Kind.ADDED, None, now["New"]),
            Change(Kind.REDEPLOYED, now["DeploymentX"], now["DeploymentX"]),
        ),
        others=(
            Difference("Outputs.Url", {"Value": "https://a.example"}, ABSENT),
            Difference("Parameters.DbPassword", ABSENT, {"Type": "String"}),
        ),
        notes=(
            Note(
                Subject.EXPOSURE,
                now["Method"],
                "GET /items lost its authorizer (AWS_IAM): anyone who reaches the API may call it",
                "Properties.AuthorizationType",
            ),
            Note(
                Subject.PROTECTION,
                now["Items"],
                "deletion protection of the table is switched off",
            ),
        ),
        diff=DIFF,
    )


def full() -> Review:
    """What a reviewer may meet on a bad day."""
    return Review((storage(),), Comparison(WITNESSES, UNDECIDED), compared=5)


def environments() -> Review:
    """The same change in three environments, and another one in one of them."""
    names = [f"{environment}/StorageStack" for environment in ("dev", "prod", "staging")]
    witnesses = tuple(
        Witness(
            principal=f"{folder}/StorageStack/Role",
            action=action,
            resource=f"${{{folder}/StorageStack/Bucket.Arn}}/*",
            condition={},
            statement=f"{folder}/StorageStack/Role Policies[0]",
        )
        for folder in ("dev", "prod", "staging")
        for action in ("s3:GetObject", "s3:PutObject")
    )
    api = template("prod/ApiStack", Api=resource("AWS::ApiGateway::RestApi"))
    other = TemplateReview(
        name="prod/ApiStack",
        old=None,
        new=api,
        changes=(Change(Kind.ADDED, None, api.resources["Api"]),),
    )
    return Review((other, *(storage(name) for name in names)), Comparison(witnesses), compared=15)


def quiet() -> Review:
    """A change that nobody has to fear."""
    return Review(
        (
            TemplateReview(
                name="ApiStack",
                old=OLD,
                new=NEW,
                others=(Difference("Description", "one", "two"),),
                diff=("--- old/ApiStack", "+++ new/ApiStack", "@@ -1 +1 @@", "-one", "+two"),
            ),
        ),
        Comparison(),
        compared=5,
    )


def poisoned(text: str) -> Review:
    """A review that has a text wherever a template has a say."""
    holder = template(text, **{text: resource(text, text, **{text: text})})
    found: Resource = holder.resources[text]
    difference = Difference(text, text, {text: [text]})
    return Review(
        (
            TemplateReview(
                name=text,
                old=holder,
                new=holder,
                changes=(
                    Change(Kind.CHANGED, found, found, (difference,), Replaced.YES, (text,), text),
                    Change(Kind.RENAMED, found, found, (), Replaced.YES),
                    Change(Kind.ADDED, None, found),
                ),
                others=(difference,),
                notes=tuple(Note(subject, found, text, text) for subject in Subject),
                diff=(f"--- {text}", f"+++ {text}", "@@ -1 +1 @@", f"-{text}", f"+{text}"),
            ),
            TemplateReview(name=f"{text} ", old=None, new=holder, diff=("--- a", "+++ b")),
        ),
        Comparison((Witness(text, text, text, {text: (text,)}, text),), (Open(text, text),)),
        compared=2,
    )
