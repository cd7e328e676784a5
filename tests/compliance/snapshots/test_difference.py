"""What a reviewer reads of a changed template."""

from __future__ import annotations

from compliance.snapshots.canonical import serialize
from compliance.snapshots.difference import headline, review

OLD = serialize(
    {
        "Resources": {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 400}},
            "Old": {"Type": "AWS::SNS::Topic"},
        }
    }
)
NEW = serialize(
    {
        "Resources": {
            "Logs": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 7}},
            "New": {"Type": "AWS::SQS::Queue"},
        }
    }
)


def test_a_change_is_told_by_resources_then_as_a_diff_then_how_to_accept_it() -> None:
    """The whole message, as it is printed."""
    assert (
        review(old=OLD, new=NEW)
        == """\
resources: 1 added, 1 removed, 1 changed
  + AWS::SQS::Queue New
  - AWS::SNS::Topic Old
  ~ AWS::Logs::LogGroup Logs

--- accepted
+++ synthesized
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
-      "Type": "AWS::SNS::Topic"
+    "New": {
+      "Type": "AWS::SQS::Queue"
     }
   }
 }

Accept it, after review, with: python3 -m nox -s snapshots -- --update"""
    )


def test_a_template_without_snapshot_and_a_snapshot_without_template_are_named_so() -> None:
    """Neither is called a change of resources."""
    assert headline(old="", new=NEW) == "no snapshot accepts this template yet"
    assert headline(old=OLD, new="") == "the snapshot's template is synthesized no more"


def test_a_change_outside_the_resources_is_no_change_of_resources() -> None:
    """An output or a description alone."""
    assert (
        headline(old=serialize({"Description": "a"}), new=serialize({"Description": "b"}))
        == "changed outside its resources"
    )


def test_a_very_long_diff_is_cut_and_says_so() -> None:
    """A message of ten thousand lines is read by nobody."""
    many = serialize({"Resources": {f"R{n}": {"Type": "AWS::SNS::Topic"} for n in range(500)}})
    lines = review(old=serialize({"Resources": {}}), new=many).splitlines()
    assert len(lines) < 1000
    assert any(line.startswith("… ") and "lines more" in line for line in lines)
