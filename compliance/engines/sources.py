"""Which line a finding points to: the code that made the construct, else the template's text."""

from __future__ import annotations

from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from compliance.assembly import lines
from compliance.engines import evidence
from compliance.findings import Source

if TYPE_CHECKING:
    from collections.abc import Mapping

    from compliance.assembly.model import Assembly, Resource, Template
    from compliance.engines.evidence import Evidence
    from compliance.findings import Finding


class Sources:
    """The lines of one assembly's findings. A template's text is read when a finding needs it.

    Args:
        assembly: what was judged.
        record: the evidence of its synthesis, `None` when it has none that can be read.
        project: what stands before the paths of the app's code, to find them from where the
            command runs; empty when the app runs there.
    """

    def __init__(self, assembly: Assembly, record: Evidence | None, *, project: str = "") -> None:
        self._assembly = assembly
        self._record = record
        self._project = PurePosixPath(project)
        self._lines: dict[str, Mapping[str, int]] = {}

    def of(self, finding: Finding) -> Source | None:
        """The line of the construct or the nearest one above it, else the template's.

        Returns:
            The resource's line in the template, or the first line when the finding is the whole
            template's; `None` for what stands in no template of the assembly.
        """
        path = finding.construct_path or finding.stack
        return self._at(finding.template, path=path, logical_id=finding.logical_id)

    def of_resource(self, resource: Resource) -> Source | None:
        """The line of a resource, likewise."""
        path = resource.construct_path or resource.template.stack
        return self._at(resource.template.name, path=path, logical_id=resource.logical_id)

    def _at(self, name: str, *, path: str, logical_id: str) -> Source | None:
        code = evidence.source_of(self._record, path)
        if code is not None:
            return Source(file=(self._project / code.file).as_posix(), line=code.line)
        template = self._templates.get(name)
        if template is None:
            return None
        line = self._line(template, logical_id) if logical_id else 1
        return Source(file=self._file(template), line=line) if line else None

    @cached_property
    def _templates(self) -> Mapping[str, Template]:
        return {template.name: template for template in self._assembly.templates}

    def _line(self, template: Template, logical_id: str) -> int | None:
        if template.name not in self._lines:
            self._lines[template.name] = lines.of_resources(template.path)
        return self._lines[template.name].get(logical_id)

    def _file(self, template: Template) -> str:
        if self._assembly.is_assembly:
            return (self._assembly.path / template.name).as_posix()
        return template.name
