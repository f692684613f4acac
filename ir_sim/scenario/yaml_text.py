"""Data as a YAML text that parses to the same data."""

from __future__ import annotations

from typing import Any

import yaml

from ir_sim.scenario.yaml_source import is_plain_word


class _Writer(yaml.SafeDumper):
    """Writes data so that ``parse`` reads the same data again."""

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out."""
        del data
        return True


def _write_text(writer: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "'" if not is_plain_word(text) else ("|" if "\n" in text else None)
    return writer.represent_scalar("tag:yaml.org,2002:str", text, style=style)


_Writer.add_representer(str, _write_text)


def plain_text(data: dict[str, Any], origin: str) -> str:
    """Data as a YAML text that parses to the same data; ``origin`` is named in its first line."""
    body = yaml.dump(
        data,
        Dumper=_Writer,
        sort_keys=False,
        allow_unicode=True,
        default_flow_style=None,
        width=100,
    )
    name = origin.replace("\\", "/").rsplit("/", 1)[-1].replace("\n", " ")
    return f"# Put together from {name}\n{body}"
