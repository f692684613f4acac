"""The detectors by the code of the error that they look for."""

from ir_sim.training.detectors.base import COMMON_FIELDS, Detector, Finding
from ir_sim.training.detectors.clearing import (
    ClotDropped,
    ClotOnCatheter,
    LysisAgainstRules,
    LysisOutsideClot,
    SpasmLeft,
)
from ir_sim.training.detectors.dilating import (
    BalloonOutsideLesion,
    BalloonOverRated,
    BalloonOversized,
    KissingOversized,
    KissingUneven,
    NoControlRun,
    OtherSideCompromised,
    StentMalapposed,
)
from ir_sim.training.detectors.embolizing import (
    CarriedOn,
    CoilProlapsed,
    EmbolicDose,
    GluedIn,
    ProximalOnly,
    Reflux,
    SpasmMistaken,
    WrongEmbolicSize,
)
from ir_sim.training.detectors.hazards import (
    CatheterWithoutWire,
    Dissection,
    JetDissection,
    Perforation,
    WallForce,
)
from ir_sim.training.detectors.injection import (
    AllergyIgnored,
    ContrastLimit,
    InjectingWedged,
    WrongSide,
)
from ir_sim.training.detectors.navigation import (
    BlindAdvance,
    StepOrder,
    WireOutOfView,
    WrongDevice,
    WrongVessel,
)
from ir_sim.training.detectors.preparation import (
    ChecklistMissed,
    ChecklistWrong,
    HeparinMissing,
    LabsUnchecked,
    LateRecord,
    WrongPatient,
)
from ir_sim.training.detectors.radiation import (
    DoseLimit,
    FluoroWithoutMotion,
    RepeatRun,
    TableUnchecked,
    UncollimatedRun,
    UnneededMagnification,
)
from ir_sim.training.detectors.rescuing import (
    AccessHaematoma,
    AirInjected,
    BleedingNotHeld,
    ClotInjected,
    ContrastAfterReaction,
    DissectionLeft,
    ReactionUntreated,
)
from ir_sim.training.detectors.treatment import (
    DeviceMisplaced,
    EmbolusToBrain,
    NonTargetEmbolization,
    Rupture,
)

_ALL: tuple[type[Detector], ...] = (
    Perforation,
    Rupture,
    NonTargetEmbolization,
    EmbolusToBrain,
    WrongSide,
    WrongPatient,
    AllergyIgnored,
    Dissection,
    JetDissection,
    DeviceMisplaced,
    InjectingWedged,
    ContrastLimit,
    DoseLimit,
    LabsUnchecked,
    LysisAgainstRules,
    EmbolicDose,
    GluedIn,
    BleedingNotHeld,
    ReactionUntreated,
    ContrastAfterReaction,
    CatheterWithoutWire,
    WireOutOfView,
    BlindAdvance,
    WrongDevice,
    WallForce,
    WrongVessel,
    HeparinMissing,
    BalloonOversized,
    BalloonOverRated,
    BalloonOutsideLesion,
    StentMalapposed,
    OtherSideCompromised,
    KissingOversized,
    NoControlRun,
    LysisOutsideClot,
    ClotDropped,
    ClotOnCatheter,
    ClotInjected,
    AirInjected,
    DissectionLeft,
    AccessHaematoma,
    Reflux,
    CarriedOn,
    WrongEmbolicSize,
    SpasmMistaken,
    ProximalOnly,
    CoilProlapsed,
    FluoroWithoutMotion,
    UncollimatedRun,
    UnneededMagnification,
    RepeatRun,
    ChecklistWrong,
    ChecklistMissed,
    SpasmLeft,
    KissingUneven,
    StepOrder,
    TableUnchecked,
    LateRecord,
)
DETECTORS: dict[str, type[Detector]] = {detector.code: detector for detector in _ALL}

__all__ = ["COMMON_FIELDS", "DETECTORS", "Detector", "Finding"]
