"""Who runs the service: changes its settings, starts it anew, looks into its bucket."""

from __future__ import annotations

import json
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

import pytest

from compliance.rehearsal.restart import restart

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_s3.client import S3Client
    from mypy_boto3_ssm.client import SSMClient
    from mypy_boto3_ssm.type_defs import ParameterStringFilterTypeDef

    from compliance.rehearsal.stage import Stage


class Operator:
    """The operator of a stage."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @cached_property
    def _variables(self) -> Mapping[str, str]:
        """The function's environment variables, which name all that it uses."""
        found = self._stage.client("lambda").get_function_configuration(FunctionName=self.function)
        return dict(found["Environment"]["Variables"])

    @property
    def function(self) -> str:
        """The function's name."""
        return self._stage.outputs["LambdaFunctionName"]

    @property
    def _parameter(self) -> str:
        return self._variables["CONFIG_PARAMETER_NAME"]

    @cached_property
    def _ssm(self) -> SSMClient:
        client: SSMClient = self._stage.client("ssm")
        return client

    @cached_property
    def _s3(self) -> S3Client:
        client: S3Client = self._stage.client("s3")
        return client

    def settings(self) -> dict[str, int]:
        """The settings as they are now."""
        found = self._ssm.get_parameter(Name=self._parameter)
        return dict(json.loads(found["Parameter"]["Value"]))

    def objects(self, item_id: str) -> list[str]:
        """The keys of an item's objects in the bucket."""
        found = self._s3.list_objects_v2(
            Bucket=self._variables["S3_BUCKET_NAME"], Prefix=f"items/{item_id}/"
        )
        return [each["Key"] for each in found.get("Contents", ())]

    @contextmanager
    def changed(self, **changes: int) -> Iterator[None]:
        """The service with other settings, for a while."""
        with self._kept() as (value, description):
            self._write(json.dumps({**json.loads(value), **changes}), description)
            self._start_anew()
            yield

    @contextmanager
    def without_settings(self) -> Iterator[None]:
        """The service without its settings parameter, for a while.

        On a local stage alone: a parameter that is made anew has lost its tags.
        """
        if not self._stage.local:
            pytest.skip("the settings of a deployed stage are not deleted")
        with self._kept():
            self._ssm.delete_parameter(Name=self._parameter)
            self._start_anew()
            yield

    @contextmanager
    def _kept(self) -> Iterator[tuple[str, str]]:
        filters: list[ParameterStringFilterTypeDef] = [
            {"Key": "Name", "Option": "Equals", "Values": [self._parameter]}
        ]
        (described,) = self._ssm.describe_parameters(ParameterFilters=filters)["Parameters"]
        description = described.get("Description", "")
        value = self._ssm.get_parameter(Name=self._parameter)["Parameter"]["Value"]
        try:
            yield value, description
        finally:
            self._write(value, description)
            self._start_anew()

    def _write(self, value: str, description: str) -> None:
        self._ssm.put_parameter(
            Name=self._parameter,
            Value=value,
            Description=description,
            Type="String",
            Overwrite=True,
        )

    def _start_anew(self) -> None:
        # The service keeps its settings for a minute.
        restart(self._stage, [self.function])
