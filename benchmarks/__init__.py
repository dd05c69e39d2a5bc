"""What pigate costs, measured beside its peers: `python -m benchmarks` (needs the extra ``bench``)."""

import os

# Before NumPy is loaded, here and in the processes that are started: these networks are far too
# small for BLAS's threads, which would slow scikit-learn down several times on a busy machine.
for library in ("OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"):
    os.environ.setdefault(library, "1")
# What pip installs is compiled; a checkout must be, too, for its start to be an installed one's.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
