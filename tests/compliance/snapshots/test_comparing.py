"""What a reviewer is told when templates are not the accepted ones."""

from __future__ import annotations

from typing import Any

from compliance.review.canonical import serialize
from compliance.snapshots import comparing

ACCEPT = "make accept"


def text(**resources: Any) -> str:  # noqa: ANN401 - any JSON
    """A canonical template."""
    return serialize({"Resources": resources})


def logs(days: int) -> dict[str, Any]:
    """A log group."""
    return {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": days}}


def test_a_change_is_told_by_gravity_then_as_a_diff_then_how_to_accept_it() -> None:
    """The whole message, as it is printed."""
    old = {"prod/Stack": text(Logs=logs(400), Old={"Type": "AWS::SNS::TopicPolicy"})}
    new = {"prod/Stack": text(Logs=logs(7), New={"Type": "AWS::SQS::Queue"})}
    assert (
        comparing.told(old, new, accept=ACCEPT)
        == """\
prod/Stack: 1 removed, 1 changed, 1 added; no new grants; protection: 1

Changes
  prod/Stack
    removed    Old (AWS::SNS::TopicPolicy)
    changed    Logs (AWS::Logs::LogGroup)
      Properties.RetentionInDays: 400 -> 7
    added      New (AWS::SQS::Queue)

Access: nothing newly granted by policies

Retention and protection (1)
  - logs of Logs are kept 7 days instead of 400
    in prod/Stack: Logs (AWS::Logs::LogGroup), Properties.RetentionInDays

Diff
--- accepted/prod/Stack
+++ synthesized/prod/Stack
@@ -2,12 +2,12 @@
   "Resources": {
     "Logs": {
       "Properties": {
-        "RetentionInDays": 400
+        "RetentionInDays": 7
       },
       "Type": "AWS::Logs::LogGroup"
     },
-    "Old": {
-      "Type": "AWS::SNS::TopicPolicy"
-    }
+    "New": {
+      "Type": "AWS::SQS::Queue"
+    }
   }
 }

Accept it, after review, with: make accept"""
    )


def test_templates_that_are_new_or_gone_are_named_so() -> None:
    """Neither is a change of resources only."""
    new = comparing.told({}, {"Stack": text(Logs=logs(7))}, accept=ACCEPT)
    assert new.startswith("Stack: new template, 1 added; ")
    gone = comparing.told({"Stack": text(Logs=logs(7))}, {}, accept=ACCEPT)
    assert gone.startswith("Stack: template gone, 1 removed (data lost); ")


def test_a_snapshot_in_another_layout_says_that_nothing_else_differs() -> None:
    """The texts are compared, so that a file is always what an update would write."""
    old = {"prod/Stack": text(Logs=logs(7)).replace("\n", ""), "prod/Same": text()}
    new = {"prod/Stack": text(Logs=logs(7)), "prod/Same": text()}
    assert comparing.told(old, new, accept=ACCEPT) == (
        "prod/Stack: the snapshot holds this template, but not in canonical form; accepting "
        "writes it anew\n\nAccept it, after review, with: make accept"
    )


def test_a_snapshot_that_is_no_template_says_so() -> None:
    """As after a merge that was not finished; the change cannot be reviewed then."""
    old = {"prod/Stack": "<<<<<<< HEAD\n" + text(Logs=logs(7))}
    told = comparing.told(old, {"prod/Stack": text(Logs=logs(7))}, accept=ACCEPT)
    assert told.startswith("prod/Stack.template.json")
    assert told.endswith("; no review is possible\n\nAccept it, after review, with: make accept")
