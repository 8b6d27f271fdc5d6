"""Writes small DICOM files of many frames, and what pydicom reads from them.

Usage: python3 -m venv V && V/bin/pip install -r requirements.txt && V/bin/python multi_frame.py

Output, in packages/io/test/expected/multi-frame/: segmentations (binary, fractional, label map) whose
frames are out of order, leave a slice out and overlap, an enhanced CT with a rescale of its own for each
frame, and expected.json. Voxels of segments are given by their place in the patient, in mm.
"""

import json
from pathlib import Path

import numpy as np
from pydicom import dcmread
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.pixels import pack_bits
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

OUTPUT = Path(__file__).resolve().parents[3] / "packages/io/test/expected/multi-frame"
SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4"
LABEL_MAP = "1.2.840.10008.5.1.4.1.1.66.7"
ENHANCED_CT = "1.2.840.10008.5.1.4.1.1.2.1"
ROWS, COLUMNS = 4, 5
SPACING = (2.5, 0.8, 0.7)  # z, y, x, mm
FIRST = (-3.0, 12.0, -40.0)  # x, y, z of the lowest slice's first pixel, mm
PERSON = "DOE^JANE"


def item(**values):
    dataset = Dataset()
    for name, value in values.items():
        setattr(dataset, name, value)
    return dataset


def file(name, sop_class, modality, frames):
    """An empty file; frames are heights in slices."""
    uid = generate_uid(entropy_srcs=[name])
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = sop_class
    meta.MediaStorageSOPInstanceUID = uid
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    out = FileDataset(name, {}, file_meta=meta, preamble=b"\0" * 128)
    out.SOPClassUID, out.SOPInstanceUID, out.Modality = sop_class, uid, modality
    out.SeriesInstanceUID = generate_uid(entropy_srcs=[name, "series"])
    out.PatientName = PERSON
    out.Rows, out.Columns, out.NumberOfFrames = ROWS, COLUMNS, len(frames)
    out.SamplesPerPixel, out.PhotometricInterpretation = 1, "MONOCHROME2"
    measures = item(
        PixelSpacing=list(SPACING[1:]), SliceThickness=SPACING[0], SpacingBetweenSlices=SPACING[0]
    )
    shared = item(
        PixelMeasuresSequence=[measures],
        PlaneOrientationSequence=[item(ImageOrientationPatient=[1, 0, 0, 0, 1, 0])],
    )
    out.SharedFunctionalGroupsSequence = [shared]
    out.PerFrameFunctionalGroupsSequence = [
        item(
            PlanePositionSequence=[
                item(ImagePositionPatient=[FIRST[0], FIRST[1], FIRST[2] + z * SPACING[0]])
            ]
        )
        for z in frames
    ]
    return out


def bits(out, allocated):
    out.BitsAllocated = out.BitsStored = allocated
    out.HighBit, out.PixelRepresentation = allocated - 1, 0


def segment(number, label, meaning):
    code = item(CodeValue=str(number), CodingSchemeDesignator="99OMNICT", CodeMeaning=meaning)
    return item(
        SegmentNumber=number,
        SegmentLabel=label,
        SegmentAlgorithmType="MANUAL",
        SegmentedPropertyTypeCodeSequence=[code],
    )


# The second label is free text that names a person; only the code's meaning may come out.
SEGMENTS = [segment(1, "liver", "Liver"), segment(2, f"lesion of {PERSON}", "Mass")]
NAMES = {1: "liver", 2: "Mass"}


def save(out, pixels):
    out.PixelData = pixels
    out.save_as(OUTPUT / out.filename, enforce_file_format=True)


def place(z_mm, y, x):
    return [round(v, 4) for v in (FIRST[0] + x * SPACING[2], FIRST[1] + y * SPACING[1], z_mm)]


def voxels(name):
    """Places of each segment's voxels as pydicom reads them."""
    read = dcmread(OUTPUT / name)
    frames = read.pixel_array
    found = {}
    for frame, groups in zip(frames, read.PerFrameFunctionalGroupsSequence):
        z_mm = float(groups.PlanePositionSequence[0].ImagePositionPatient[2])
        if "SegmentIdentificationSequence" in groups:
            number = groups.SegmentIdentificationSequence[0].ReferencedSegmentNumber
            half = getattr(read, "MaximumFractionalValue", 1) / 2
            numbers = {number: frame >= half}
        else:
            numbers = {number: frame == number for number in NAMES}
        for number, inside in numbers.items():
            places = [place(z_mm, int(y), int(x)) for y, x in np.argwhere(inside)]
            found.setdefault(NAMES[number], []).extend(places)
    return {name: sorted(places) for name, places in found.items()}


def segmentation(name, kind, random):
    # (segment, slice): out of order, slice 3 left out, both segments in slices 2 and 4
    frames = [(2, 4), (1, 2), (1, 1), (2, 2), (1, 4)]
    out = file(name, SEGMENTATION, "SEG", [z for _, z in frames])
    for (number, _), groups in zip(frames, out.PerFrameFunctionalGroupsSequence):
        groups.SegmentIdentificationSequence = [item(ReferencedSegmentNumber=number)]
    out.SegmentSequence, out.SegmentationType = SEGMENTS, kind
    if kind == "BINARY":
        bits(out, 1)
        save(out, pack_bits(random.integers(0, 2, (len(frames), ROWS, COLUMNS), dtype=np.uint8)))
        return
    bits(out, 8)
    out.SegmentationFractionalType, out.MaximumFractionalValue = "PROBABILITY", 200
    save(out, random.integers(0, 201, (len(frames), ROWS, COLUMNS), dtype=np.uint8).tobytes())


def label_map(name, random):
    out = file(name, LABEL_MAP, "SEG", [2, 0, 1])
    out.SegmentSequence, out.SegmentationType = SEGMENTS, "LABELMAP"
    bits(out, 8)
    save(out, random.integers(0, 3, (3, ROWS, COLUMNS), dtype=np.uint8).tobytes())


def enhanced_ct(name, random):
    slices = [3, 1, 0, 2]
    out = file(name, ENHANCED_CT, "CT", slices)
    out.ImageType = ["ORIGINAL", "PRIMARY", "VOLUME", "NONE"]
    bits(out, 16)
    out.PixelRepresentation = 1
    for index, groups in enumerate(out.PerFrameFunctionalGroupsSequence):
        rescale = item(RescaleSlope=1 + index, RescaleIntercept=-1000 + 100 * index, RescaleType="HU")
        groups.PixelValueTransformationSequence = [rescale]
    save(out, random.integers(-50, 700, (4, ROWS, COLUMNS), dtype=np.int16).tobytes())
    read = dcmread(OUTPUT / name)
    rescaled = [
        frame * float(groups.PixelValueTransformationSequence[0].RescaleSlope)
        + float(groups.PixelValueTransformationSequence[0].RescaleIntercept)
        for frame, groups in zip(read.pixel_array, read.PerFrameFunctionalGroupsSequence)
    ]
    heights = [
        float(groups.PlanePositionSequence[0].ImagePositionPatient[2])
        for groups in read.PerFrameFunctionalGroupsSequence
    ]
    values = np.stack([rescaled[frame] for frame in np.argsort(heights)])  # [D, H, W]
    return {
        "shape": list(values.shape),
        "spacing": list(SPACING),
        "origin": list(FIRST),
        "values": values.ravel().astype(int).tolist(),
    }


if __name__ == "__main__":
    OUTPUT.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    segmentation("binary.dcm", "BINARY", random)
    segmentation("fractional.dcm", "FRACTIONAL", random)
    label_map("label-map.dcm", random)
    expected = {
        "ct": enhanced_ct("ct.dcm", random),
        "masks": {name: voxels(name) for name in ("binary.dcm", "fractional.dcm", "label-map.dcm")},
    }
    (OUTPUT / "expected.json").write_text(json.dumps(expected) + "\n")
