"""What the ends of vessels feed: default flow, transit time, answer to pressure, uptake."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Organ:
    """A kind of capillary bed.

    Attributes:
        transit_s: Mean time from the artery's end to the veins at rest.
        wall_shear_pa: Wall shear stress in the feeding artery at rest; gives the flow of an outlet
            for which the author states none.
        autoregulation: 0 to 1, the share of a change of pressure that the bed's resistance
            follows.
        shunt: Share of particles that passes through.
        filters: Whether it filters contrast into urine.
        takes_up: Share of a drug or of lipiodol that stays in the bed on passing.
    """

    transit_s: float
    wall_shear_pa: float
    autoregulation: float = 0.2
    shunt: float = 0.01
    filters: bool = False
    takes_up: float = 0.3


# Transit times: brain 4 s and kidney 4 s, liver 8 s, muscle 10 s (assumed from the usual length of
# the parenchymal phase). Wall shear: assumed so that an artery of the usual calibre carries the
# organ's flow in the ADAN56 model (Boileau et al. 2015): renal 723, internal carotid 285, common
# hepatic 488, superior mesenteric 751, common iliac 980 mL/min. Autoregulation: strong in kidney
# and brain, weak elsewhere (Johnson 1986, Circ Res 59:483); the shares are assumed, as are shunt
# and uptake.
ORGANS: dict[str, Organ] = {
    "kidney": Organ(4.0, 2.0, 0.8, filters=True),
    "brain": Organ(4.0, 1.5, 0.8),
    "eye": Organ(4.0, 1.0, 0.6),
    "spine": Organ(5.0, 0.6, 0.5),
    "face": Organ(6.0, 0.8),
    "thyroid": Organ(5.0, 1.0),
    "heart": Organ(4.0, 1.5, 0.6),
    "lung": Organ(4.0, 1.0, 0.1),
    "bronchus": Organ(5.0, 0.6),
    "liver": Organ(8.0, 1.2, 0.3, takes_up=0.4),
    "spleen": Organ(6.0, 1.2),
    "pancreas": Organ(6.0, 0.8),
    "stomach": Organ(6.0, 0.8),
    "duodenum": Organ(6.0, 0.8),
    "bowel": Organ(6.0, 1.0, 0.3),
    "colon": Organ(6.0, 0.8, 0.3),
    "adrenal": Organ(4.0, 1.0),
    "tumour": Organ(6.0, 1.5, 0.0, shunt=0.03, takes_up=0.8),
    "uterus": Organ(8.0, 0.8, 0.1),
    "fibroid": Organ(10.0, 1.0, 0.0, takes_up=0.6),
    "ovary": Organ(8.0, 0.6, 0.1),
    "prostate": Organ(8.0, 0.6, 0.1),
    "bladder": Organ(8.0, 0.5),
    "gonad": Organ(8.0, 0.5),
    "pelvis": Organ(10.0, 0.4),
    "muscle": Organ(10.0, 0.4),
    "bone": Organ(10.0, 0.4),
    "skin": Organ(8.0, 0.4),
    "hand": Organ(8.0, 0.5),
    "foot": Organ(10.0, 0.4),
    "right-atrium": Organ(0.6, 1.0, 0.0, shunt=1.0, takes_up=0.0),
    "other": Organ(8.0, 0.8),
}
#: The rest of the body, beside the drawn vessels.
REST = Organ(10.0, 0.8)
#: Where veins end: it holds blood for less than a beat, and nothing stays in it.
ATRIUM = "right-atrium"
#: The organ of a vessel that ends without an outlet.
UNNAMED = "other"
#: The organ of an end that feeds nothing: a blind pouch.
BLIND = "none"
