"""Settings: the only reader of the environment. Everything else receives values.

`docs/settings.md` is generated from here.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """What can be set, by environment variables `CONCORD_…` or a `.env` file."""

    model_config = SettingsConfigDict(
        env_prefix="CONCORD_", env_file=".env", extra="ignore", env_ignore_empty=True, populate_by_name=True
    )

    home: Path = Field(Path(".concord"), description="Folder that holds one folder per company.")
    store: str | None = Field(
        None, description="Plan store: path of a DuckDB file, or the URL of a database."
    )
    workspace: str | None = Field(None, description="URL of the workspace; default: SQLite beside the store.")
    policy: Path | None = Field(
        None, description="Policy file; default: policy.yaml beside the store, if any."
    )
    metrics: Path | None = Field(
        None,
        description="File of the company's own metrics; default: metrics.yaml beside the store, if any.",
    )
    company: str | None = Field(None, description="Company name, where the store does not say it.")
    currency: str | None = Field(
        None, description="Reporting currency (ISO 4217), where the store does not say it."
    )
    as_of: date | None = Field(None, description="As-of date that relative periods count from.")
    complete_through: date | None = Field(None, description="Last day up to which the data are complete.")
    fiscal_year_start_month: int | None = Field(
        None, ge=1, le=12, description="First month of the fiscal year."
    )
    llm_model: str | None = Field(None, description="Model of an OpenAI-compatible service; none: no LLM.")
    llm_sees: Literal["references", "aggregates", "names"] = Field(
        "aggregates", description="What an LLM may see: only references, aggregates, or names as well."
    )
    llm_timeout_seconds: float = Field(30.0, gt=0, description="How long to wait for the LLM.")
    first_lane: bool = Field(
        True, description="Let the embedded model answer first what it fully understands."
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("OPENAI_API_KEY"), description="Key of the LLM's service."
    )
    openai_base_url: str | None = Field(
        None, validation_alias=AliasChoices("OPENAI_BASE_URL"), description="Address of the LLM's service."
    )

    def store_defaults(self) -> dict[str, str]:
        """What stands in for, or overrides, what a store says about itself."""
        said = {
            "company": self.company,
            "currency": self.currency,
            "as_of": self.as_of,
            "complete_through": self.complete_through,
            "fiscal_year_start_month": self.fiscal_year_start_month,
        }
        return {name: str(value) for name, value in said.items() if value is not None}
