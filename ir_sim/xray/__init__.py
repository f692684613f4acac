"""X-rays: attenuation, the machine with its dose, and the picture.

The machine (``Fluoroscope``) runs in the tick and knows nothing of pictures; the picture
(``Imager``) can be drawn from ``Scene``s at any time, in any thread.
"""

from ir_sim.xray.dose import Dose
from ir_sim.xray.fluoroscope import Fluoroscope
from ir_sim.xray.imager import Imager
from ir_sim.xray.materials import device_pieces
from ir_sim.xray.review import Processing, Reviewer
from ir_sim.xray.scene import DeviceShape, Piece, Pool, Scene
from ir_sim.xray.settings import Exposure, Settings

__all__ = [
    "DeviceShape",
    "Dose",
    "Exposure",
    "Fluoroscope",
    "Imager",
    "Piece",
    "Pool",
    "Processing",
    "Reviewer",
    "Scene",
    "Settings",
    "device_pieces",
]
