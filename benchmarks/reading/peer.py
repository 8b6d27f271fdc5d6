"""Load + window + resample in Python. Usage: peer.py PIPELINE WORKERS FILES...

PIPELINE is scipy (pydicom or nibabel, then scipy.ndimage.zoom), monai (LoadImage, Orientation,
ScaleIntensityRange, Resize) or read (nibabel alone). Prints seconds for all files, after one untimed
file, and the peak memory of this process and its children in MB.
"""

import json
import resource
import sys
import time
from multiprocessing import Pool
from pathlib import Path

import numpy as np

SIZE = (32, 384, 384)


def read(path):
    """HU [D, H, W]."""
    path = Path(path)
    if not path.is_dir():
        import nibabel

        return np.asanyarray(nibabel.load(path).dataobj).transpose(2, 1, 0)
    import pydicom

    slices = [pydicom.dcmread(p) for p in path.rglob("*") if p.is_file()]
    slices = [s for s in slices if "ImagePositionPatient" in s]
    slices.sort(key=lambda s: float(s.ImagePositionPatient[2]))
    return np.stack(
        [s.pixel_array.astype("f4") * float(s.RescaleSlope) + float(s.RescaleIntercept) for s in slices]
    )


def with_scipy(path):
    from scipy.ndimage import zoom

    hu = read(path).astype("f4")
    windowed = np.clip((hu + 1000) / 1000 - 1, -1, 1)
    factors = [out / size for out, size in zip(SIZE, windowed.shape)]
    return zoom(windowed, factors, order=1, grid_mode=True, mode="nearest")


def with_monai(path):
    from monai.transforms import Compose, LoadImage, Orientation, Resize, ScaleIntensityRange

    pipeline = Compose(
        [
            LoadImage(image_only=True, ensure_channel_first=True, reader="PydicomReader" if Path(path).is_dir() else None),
            Orientation("RAS", labels=(("L", "R"), ("P", "A"), ("I", "S"))),
            ScaleIntensityRange(-1000, 1000, -1, 1, clip=True),
            Resize(SIZE[::-1], mode="trilinear"),
        ]
    )
    return np.asarray(pipeline(path))


RUN = {"scipy": with_scipy, "monai": with_monai, "read": read}


def main():
    name, workers, *files = sys.argv[1:]
    run = RUN[name]
    if int(workers) == 1:
        run(files[0])
        start = time.perf_counter()
        for file in files:
            run(file)
        seconds = time.perf_counter() - start
    else:
        import torch

        torch.set_num_threads(1)
        with Pool(int(workers)) as pool:
            pool.map(run, files[: int(workers)], chunksize=1)
            start = time.perf_counter()
            for _ in pool.imap_unordered(discard, [(name, f) for f in files]):
                pass
            seconds = time.perf_counter() - start
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * int(workers)
    print(json.dumps({"seconds": seconds, "megabytes": (own if int(workers) == 1 else own + children) / 1024}))


def discard(job):
    name, file = job
    RUN[name](file)


if __name__ == "__main__":
    main()
