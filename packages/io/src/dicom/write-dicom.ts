// eslint-disable-next-line @typescript-eslint/triple-slash-reference -- so that packages that read these sources find it too
/// <reference path="./dcmjs.d.ts" />
import { ShapeError, type Volume, writeFileAtomic } from '@omnict/core';
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

/** CT Image Storage. */
const CT_IMAGE = '1.2.840.10008.5.1.4.1.1.2';

const EXPLICIT_LITTLE_ENDIAN = '1.2.840.10008.1.2.1';

/** Who wrote a file: any fixed identifier below 2.25, the root for which nobody needs to register. */
const IMPLEMENTATION = uidOf('@omnict/io');

/** What a DICOM series says beside voxels and geometry. Nothing names a patient. */
export interface DicomSeriesOptions {
  /** Identifiers are derived from it: equal keys give equal files. */
  key: string;
  description?: string;
  /** How the patient lay: head first, supine (HFS) or prone (HFP). Default HFS. */
  patientPosition?: 'HFS' | 'HFP';
  /** Name of the reconstruction kernel. */
  kernel?: string;
}

/**
 * Writes a CT volume as a DICOM series: one file a plane, `0001.dcm` at the feet, explicit little
 * endian, signed 16 bit, slope 1, intercept 0. Attributes that would identify a patient are empty.
 *
 * @returns paths of the files
 * @throws ShapeError for HU beyond 16 bits, MissingDataError when a file cannot be written
 * @see DICOM PS3.3 A.3 (CT Image IOD)
 */
export async function writeDicomSeries(
  folder: string,
  volume: Volume,
  options: DicomSeriesOptions,
): Promise<string[]> {
  const { default: dcmjs } = await import('dcmjs'); // its dictionary takes time and memory
  dcmjs.log.setLevel('error');
  await mkdir(folder, { recursive: true });
  const [depth, height, width] = volume.shape;
  const area = height * width;
  const files: string[] = [];
  for (let plane = 0; plane < depth; plane++) {
    const path = join(folder, `${String(plane + 1).padStart(4, '0')}.dcm`);
    const pixels = toInt16(folder, volume.data.subarray(plane * area, (plane + 1) * area));
    const { DicomDict, DicomMetaDictionary } = dcmjs.data;
    const instance = uidOf(`${options.key}/${plane}`);
    const file = new DicomDict(DicomMetaDictionary.denaturalizeDataset(metaHeader(instance)));
    file.dict = DicomMetaDictionary.denaturalizeDataset({
      ...seriesAttributes(options),
      ...planeAttributes(volume, plane),
      SOPInstanceUID: instance,
      PixelData: [pixels.buffer],
      _vrMap: { PixelData: 'OW' },
    });
    await writeFileAtomic(path, new Uint8Array(file.write()));
    files.push(path);
  }
  return files;
}

function metaHeader(instance: string): object {
  return {
    FileMetaInformationVersion: new Uint8Array([0, 1]).buffer,
    MediaStorageSOPClassUID: CT_IMAGE,
    MediaStorageSOPInstanceUID: instance,
    TransferSyntaxUID: EXPLICIT_LITTLE_ENDIAN,
    ImplementationClassUID: IMPLEMENTATION,
    ImplementationVersionName: 'OMNICT',
    _vrMap: {},
  };
}

function seriesAttributes(options: DicomSeriesOptions): object {
  const { key, description = '', patientPosition = 'HFS', kernel = '' } = options;
  return {
    SOPClassUID: CT_IMAGE,
    StudyInstanceUID: uidOf(`${key}/study`),
    SeriesInstanceUID: uidOf(`${key}/series`),
    FrameOfReferenceUID: uidOf(`${key}/frame`),
    Modality: 'CT',
    ImageType: ['ORIGINAL', 'PRIMARY', 'AXIAL'],
    Manufacturer: 'OmniCT',
    SeriesDescription: description,
    PatientPosition: patientPosition,
    ConvolutionKernel: kernel,
    SeriesNumber: 1,
    AcquisitionNumber: 1,
    KVP: 120,
    PatientIdentityRemoved: 'YES',
    DeidentificationMethod: 'No patient: simulated or written without identifiers',
    BurnedInAnnotation: 'NO',
    // Required to be present, allowed to be empty.
    ...Object.fromEntries(EMPTY_ATTRIBUTES.map((name) => [name, ''])),
  };
}

const EMPTY_ATTRIBUTES = [
  'PatientName',
  'PatientID',
  'PatientBirthDate',
  'PatientSex',
  'StudyDate',
  'StudyTime',
  'StudyID',
  'AccessionNumber',
  'ReferringPhysicianName',
  'PositionReferenceIndicator',
] as const;

function planeAttributes(volume: Volume, plane: number): object {
  const { shape, spacing, origin, direction: d } = volume;
  const along = (axis: number): number => d[axis * 3 + 2] as number;
  const position = origin.map((start, axis) => start + plane * spacing[0] * along(axis));
  const cosines = [0, 3, 6, 1, 4, 7].map((index) => d[index] as number);
  return {
    InstanceNumber: plane + 1,
    ImagePositionPatient: position.map(decimal),
    ImageOrientationPatient: cosines.map(decimal),
    SliceLocation: decimal(position[2] as number),
    SliceThickness: decimal(spacing[0]),
    PixelSpacing: [decimal(spacing[1]), decimal(spacing[2])],
    Rows: shape[1],
    Columns: shape[2],
    SamplesPerPixel: 1,
    PhotometricInterpretation: 'MONOCHROME2',
    BitsAllocated: 16,
    BitsStored: 16,
    HighBit: 15,
    PixelRepresentation: 1,
    RescaleIntercept: 0,
    RescaleSlope: 1,
    RescaleType: 'HU',
    WindowCenter: 40,
    WindowWidth: 400,
  };
}

/** A number as DICOM's decimal string: 16 characters at most. */
function decimal(value: number): string {
  for (let digits = 12; digits > 0; digits--) {
    const text = String(Number(value.toPrecision(digits)));
    if (text.length <= 16) return text;
  }
  return '0';
}

/** Whole HU in memory of their own, since the writer takes a buffer as a whole. */
function toInt16(path: string, data: Volume['data']): Int16Array<ArrayBuffer> {
  const result = new Int16Array(data.length);
  for (let i = 0; i < data.length; i++) {
    const value = Math.round(data[i] as number);
    if (value < -32768 || value > 32767) {
      throw new ShapeError(
        `writeDicomSeries: ${path}: HU ${value} does not fit 16 bits; expected -32768 to 32767; clip the volume first`,
      );
    }
    result[i] = value;
  }
  return result;
}

/** A unique identifier below 2.25, from 128 bits of a hash. */
function uidOf(key: string): string {
  const hash = createHash('sha256').update(key).digest('hex').slice(0, 32);
  return `2.25.${BigInt(`0x${hash}`)}`;
}
