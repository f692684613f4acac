"""Errors of embolization, read from the events of coils, particles and liquids."""

from ir_sim.training.detectors.base import OnEvent


class Reflux(OnEvent):
    """Embolic was pushed faster than the blood takes it away."""

    code = "embolic_reflux"
    kinds = ("reflux",)


class CarriedOn(OnEvent):
    """Injected on after near-stasis."""

    code = "embolized_beyond_stasis"
    kinds = ("carried_on",)
    fields = ("ml",)


class WrongEmbolicSize(OnEvent):
    """Particles or a plug that do not suit what is to be closed."""

    code = "embolic_wrong_size"
    kinds = ("wrong_size",)
    fields = ("supply", "size")


class SpasmMistaken(OnEvent):
    """A vessel was left in spasm as if it were treated."""

    code = "spasm_as_stasis"
    kinds = ("spasm_mistaken",)


class EmbolicDose(OnEvent):
    """More oil or drug than a session allows."""

    code = "embolic_dose"
    kinds = ("embolic_dose_exceeded",)
    fields = ("oil_ml", "drug_mg")


class ProximalOnly(OnEvent):
    """A hole was closed on its near side and goes on bleeding from its far side."""

    code = "closed_proximally_only"
    kinds = ("back_filling",)
    fields = ("ml_min",)


class CoilProlapsed(OnEvent):
    """Loops of a coil hang into the vessel that the treated one comes from."""

    code = "coil_prolapse"
    kinds = ("coil_prolapsed",)


class GluedIn(OnEvent):
    """A catheter's tip was left in glue that set."""

    code = "catheter_glued"
    kinds = ("catheter_glued",)
