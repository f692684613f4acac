"""``ir-sim demo --manoeuvre``: the ten clinical manoeuvres of the devices, as pictures."""

from __future__ import annotations

from pathlib import Path

from ir_sim.errors import IrSimError

OK = 0
ALL = "all"


def draw_manoeuvres(name: str, out: str) -> int:
    """Do a manoeuvre (or all of them) and write what came of it, one PNG each.

    Raises:
        IrSimError: No such manoeuvre, or the folder cannot be made.
    """
    from ir_sim.devices.manoeuvres import MANOEUVRES

    if name != ALL and name not in MANOEUVRES:
        raise IrSimError(f"no manoeuvre '{name}': {', '.join(MANOEUVRES)} or {ALL}")
    folder = Path(out)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise IrSimError(f"{out}: cannot be made: {reason}") from error
    for each in MANOEUVRES if name == ALL else (name,):
        script, box = MANOEUVRES[each]
        done = script()
        for k, operator in enumerate(done if isinstance(done, tuple) else (done,)):
            path = folder / f"{each}{'-' + str(k + 1) if k else ''}.png"
            operator.picture(path, box)
            print(
                f"{path.name}: {operator.time_s:.0f} s simulated, "
                f"at most {operator.wall_n:.2f} N on the wall"
            )
    return OK
