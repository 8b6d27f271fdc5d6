"""Writes what pydicom, nibabel, SimpleITK, NumPy and Pillow read from the real CT files.

Usage: python3 -m venv V && V/bin/pip install -r requirements.txt && V/bin/python generate.py DATA

DATA is the folder of real files (../shared/data beside the repository). Output:
packages/io/test/expected/real-data.json, one entry per file: geometry with axes in patient order
(LPS), range, mean, and the SHA-256 of all values as little-endian float32; and real-segments.json, the
voxels of each segment. Nothing about a patient is written.
"""

import hashlib
import json
import sys
from pathlib import Path

import nibabel as nib
import numpy as np
import pydicom
import SimpleITK as sitk
from PIL import Image

DATA = Path(sys.argv[1])
OUTPUT = Path(__file__).resolve().parents[3] / "packages/io/test/expected"


def facts(values, spacing_zyx, origin, direction):
    """values [D, H, W] in HU; direction 3 x 3 row-major, columns x, y, z."""
    values = np.ascontiguousarray(values, dtype="<f4")
    return {
        "shape": list(values.shape),
        "spacing": [round(float(v), 6) for v in spacing_zyx],
        "origin": [round(float(v), 4) for v in origin],
        "direction": [round(float(v), 6) for v in np.asarray(direction).ravel()],
        "min": float(values.min()),
        "max": float(values.max()),
        "mean": round(float(values.astype("f8").mean()), 4),
        "sha256": hashlib.sha256(values.tobytes()).hexdigest(),
    }


def nifti(path):
    image = nib.as_closest_canonical(nib.load(path))  # RAS+
    values = np.asarray(image.dataobj, dtype="f4")[::-1, ::-1, :]
    affine = image.affine @ np.array(
        [
            [-1, 0, 0, image.shape[0] - 1],
            [0, -1, 0, image.shape[1] - 1],
            [0, 0, 1, 0],
            [0, 0, 0, 1],
        ]
    )
    affine = np.diag([-1, -1, 1, 1]) @ affine  # RAS to LPS
    spacing = np.linalg.norm(affine[:3, :3], axis=0)
    return facts(values.transpose(2, 1, 0), spacing[::-1], affine[:3, 3], affine[:3, :3] / spacing)


def itk(path):
    return itk_facts(sitk.DICOMOrient(sitk.ReadImage(str(path)), "LPS"))


def itk_slice(path):
    """One DICOM slice that pydicom's plug-ins cannot decode; ITK's z spacing is the gap, not ours."""
    thickness = float(pydicom.dcmread(path, stop_before_pixels=True).SliceThickness)
    result = itk(path)
    return result | {"spacing": [thickness, *result["spacing"][1:]]}


def itk_facts(image):
    return facts(
        sitk.GetArrayFromImage(image),
        image.GetSpacing()[::-1],
        image.GetOrigin(),
        image.GetDirection(),
    )


def rescaled(dataset):
    stored = dataset.pixel_array.astype("f8")
    slope = float(getattr(dataset, "RescaleSlope", 1))
    return stored * slope + float(getattr(dataset, "RescaleIntercept", 0))


def dicom(path):
    """A folder of one upright series, or one slice; sorted by position along the normal."""
    files = [p for p in path.rglob("*") if p.is_file()] if path.is_dir() else [path]
    slices = [pydicom.dcmread(p) for p in files]
    x, y = np.array(slices[0].ImageOrientationPatient, dtype="f8").reshape(2, 3)
    normal = np.cross(x, y)
    slices.sort(key=lambda s: float(np.dot(s.ImagePositionPatient, normal)))
    places = [float(np.dot(s.ImagePositionPatient, normal)) for s in slices]
    first = slices[0]
    between = float(np.median(np.diff(places))) if len(places) > 1 else float(first.SliceThickness)
    image = sitk.GetImageFromArray(np.stack([rescaled(s) for s in slices]))
    rows, columns = (float(v) for v in first.PixelSpacing)
    image.SetSpacing([columns, rows, between])
    image.SetOrigin([float(v) for v in first.ImagePositionPatient])
    image.SetDirection(np.stack([x, y, normal], axis=1).ravel().tolist())
    upright = sitk.DICOMOrient(image, "LPS")
    step = float(getattr(first, "RescaleSlope", 1))
    return itk_facts(upright) | {"step": step}


def tilted(path):
    """
    Slices of a tilted gantry: each plane resampled by SimpleITK to where an upright grid has it. The
    grid is larger by as many whole pixels as planes are moved, so that nothing is cut off.
    """
    slices = [pydicom.dcmread(p) for p in path.iterdir()]
    x, y = np.array(slices[0].ImageOrientationPatient, dtype="f8").reshape(2, 3)
    normal = np.cross(x, y)
    slices.sort(key=lambda s: float(np.dot(s.ImagePositionPatient, normal)))
    first = np.array(slices[0].ImagePositionPatient, dtype="f8")
    rows, columns = (float(v) for v in slices[0].PixelSpacing)
    places = [np.array(s.ImagePositionPatient, dtype="f8") - first for s in slices]

    def margins(axis, size):
        shifts = [round(float(np.dot(place, axis)) / size, 2) for place in places]
        return int(np.ceil(-min(0, *shifts))), int(np.ceil(max(0, *shifts)))

    (left, right), (top, bottom) = margins(x, columns), margins(y, rows)
    first = first - left * columns * x - top * rows * y
    planes = []
    for dataset in slices:
        own = np.array(dataset.ImagePositionPatient, dtype="f8")
        distance = float(np.dot(own - first, normal))
        size = [dataset.Columns + left + right, dataset.Rows + top + bottom, 1]
        plane = sitk.GetImageFromArray(rescaled(dataset)[None].astype("f4"))
        plane.SetSpacing([columns, rows, 1])
        plane.SetDirection(np.stack([x, y, normal], axis=1).ravel().tolist())
        plane.SetOrigin(own.tolist())
        grid = sitk.Image(size, sitk.sitkFloat32)
        grid.SetSpacing(plane.GetSpacing())
        grid.SetDirection(plane.GetDirection())
        grid.SetOrigin((first + distance * normal).tolist())
        planes.append(sitk.Resample(plane, grid, sitk.Transform(), sitk.sitkLinear, -1000.0))
    image = sitk.GetImageFromArray(np.concatenate([sitk.GetArrayFromImage(p) for p in planes]))
    image.SetSpacing([columns, rows, distance / (len(slices) - 1)])
    image.SetDirection(planes[0].GetDirection())
    image.SetOrigin(first.tolist())
    return itk_facts(sitk.DICOMOrient(image, "LPS"))


def array(values):
    return facts(values, [1, 1, 1], [0, 0, 0], np.eye(3))


def numpy_array(path):
    """M3D's layout holds 0..1; it is spread over [-1000, 1000]."""
    values = np.load(path).astype("f4").squeeze(0)
    return array(values.astype("f8") * 2000 - 1000)


def archive(path):
    (values,) = (v for v in np.load(path).values() if v.ndim >= 2)
    return array(values)


def picture(path):
    image = Image.open(path)
    if image.mode == "RGB":
        channels = np.asarray(image)
        if (channels != channels[..., :1]).any():
            raise NotImplementedError("colour: how it becomes grey is a matter of taste")
        image = image.getchannel(0)
    values = np.asarray(image).astype("f8")
    return array((values - 1024 if values.max() > 255 else values * (2000 / 255) - 1000)[None])


def segments(path):
    """Voxels of each segment of a DICOM segmentation."""
    dataset = pydicom.dcmread(path)
    names = {
        s.SegmentNumber: s.SegmentedPropertyTypeCodeSequence[0].CodeMeaning.lower() for s in dataset.SegmentSequence
    }
    counts = dict.fromkeys(names.values(), 0)
    frames = dataset.pixel_array.reshape(-1, dataset.Rows, dataset.Columns)
    for frame, group in zip(frames, dataset.PerFrameFunctionalGroupsSequence):
        number = group.SegmentIdentificationSequence[0].ReferencedSegmentNumber
        counts[names[number]] += int((frame > 0).sum())
    return counts


READERS = {
    nifti: ["totalsegmentator/*.nii.gz", "lidc-0314-derived/*.nii", "lidc-0314-derived/*.nii.gz"],
    itk: [
        "lidc-0314-derived/*.nrrd",
        "lidc-0314-derived/*.nhdr",
        "dicom-seg/*.nrrd",
        "dicom-seg/*/nrrd/*.nrrd",
        "dicom-seg/*/multiframe/*.dcm",
        "dicom-transfer-syntaxes/CT0012*",
    ],
    itk_slice: ["dicom-transfer-syntaxes/*Process10_12*", "dicom-transfer-syntaxes/*Process6_8*"],
    dicom: [
        "lidc-0314-dicom/dicom",
        "totalsegmentator/example_ct_dicom",
        "dicom-seg/ct-3slice",
        "dicom-seg/*/image",
        "dicom-transfer-syntaxes/CTImage*",
        "dicom-transfer-syntaxes/CT?_J2KR",
    ],
    tilted: ["dicom-tilt/Philips/S21610/*"],
    numpy_array: ["lidc-0314-derived/*_f16.npy"],
    archive: ["lidc-0314-derived/*.npz"],
    picture: ["lidc-0314-derived/*.png", "vqa-rad/images/synpic10*.jpg"],
}

results = {}
for reader, patterns in READERS.items():
    for pattern in patterns:
        for path in sorted(DATA.glob(pattern)):
            name = str(path.relative_to(DATA))
            try:
                found = reader(path)
            except NotImplementedError as error:  # no reference for what a peer cannot read
                print(f"{name}: {error}", file=sys.stderr)
                continue
            results[name] = {"reader": reader.__name__, **found}

def write(name, entries):
    """One line a file."""
    lines = ",\n".join(f"{json.dumps(key)}: {json.dumps(value)}" for key, value in entries.items())
    (OUTPUT / name).write_text(f"{{\n{lines}\n}}\n")


OUTPUT.mkdir(parents=True, exist_ok=True)
write("real-data.json", results)
segmentations = ["dicom-seg/liver.dcm", "dicom-seg/partial_overlaps.dcm"]
write("real-segments.json", {name: segments(DATA / name) for name in segmentations})
print(f"{len(results)} files")
