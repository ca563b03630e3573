"""The handwritten digits that come with scikit-learn: 1,797 of 8 by 8 pixels, for where no MNIST is to be had."""

from __future__ import annotations

from typing import Final

import numpy as np

from verify.errors import MissingPackage
from verify.training.reading import Arrays

SHAPE: Final = (8, 8)
WHITE: Final = 16
TRAINING: Final = 1_437  # the first so many, unshuffled, as scikit-learn's own examples split; the other 360 test


def read_digits() -> tuple[Arrays, str]:
    """Return the digits, 0 to 16 a pixel, and the version of scikit-learn that they came with.

    Raises MissingPackage where scikit-learn is not installed.
    """
    try:
        import sklearn
        from sklearn.datasets import load_digits
    except ImportError as error:
        raise MissingPackage(
            "the handwritten digits need scikit-learn, which is not installed; "
            "install it with: pip install scikit-learn, or give MNIST by --data"
        ) from error
    values, labels = load_digits(return_X_y=True)
    x, y = values.reshape(-1, *SHAPE).astype(np.uint8), labels.astype(np.uint8)
    return Arrays(x[:TRAINING], y[:TRAINING], x[TRAINING:], y[TRAINING:]), str(sklearn.__version__)
