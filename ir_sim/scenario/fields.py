"""Field types that the scenario, device and rubric schemas share."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

#: A name that files, logs and the command line can carry: lower case, digits, ``-`` and ``_``.
Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=80)]
#: One line of words for people.
Line = Annotated[str, StringConstraints(min_length=1, max_length=300, strip_whitespace=True)]
#: A paragraph for people.
Text = Annotated[str, StringConstraints(max_length=4000, strip_whitespace=True)]

#: The places of the coaxial stack, from the outside in.
Slot = Literal["guide", "catheter", "microcatheter", "wire"]
SLOTS: tuple[Slot, ...] = ("guide", "catheter", "microcatheter", "wire")

_YES_NO = {"yes": True, "on": True, "no": False, "off": False}


def _yes_no(value: Any) -> Any:
    """Clinicians write yes and no; YAML 1.2 leaves them as words."""
    return _YES_NO.get(value.lower(), value) if isinstance(value, str) else value


YesNo = Annotated[bool, BeforeValidator(_yes_no)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NonNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Finite = Annotated[float, Field(allow_inf_nan=False)]


class Model(BaseModel):
    """Base of every authored block: strict types, no unknown keys, immutable."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)
