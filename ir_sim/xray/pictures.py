"""Names for arrays that OpenCV takes and gives."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from cv2.typing import MatLike
from numpy.typing import NDArray

#: (h, w) float32, C order.
Image: TypeAlias = MatLike
#: (h, w) uint8.
Grey: TypeAlias = NDArray[np.uint8]
