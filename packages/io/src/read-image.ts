import { FormatError, MissingDataError, UnsupportedError } from '@omnict/core';
import { stat } from 'node:fs/promises';
import { type CtRateMetadata, rescaleCtRate } from './ct-rate';
import type { Assumption, ValueUnit } from './hounsfield';
import type { ImageFormat } from './image-format';
import { imageSource, type ImageSource, sourceBesideDicom } from './image-source';
import { readMetaImage } from './metaimage/read-metaimage';
import { readNifti, type RawImage } from './nifti/read-nifti';
import { readNrrd } from './nrrd/read-nrrd';
import { type NpyArray, readNpy } from './npy-format';
import { readNpz } from './npz-format';
import { reorient } from './reorient';
import { rescaled, type Values } from './stored-values';

/** What to choose where a path holds more than one image, and how strict to be. */
export interface ReadOptions {
  /** Which series of a DICOM folder, as its error message lists them. */
  series?: string;
  /** What to do about a gap between slices; default `resample`. */
  onMissingSlice?: 'resample' | 'warn' | 'refuse';
  /** What to do about a tilted gantry; default `shear`. */
  onTilt?: 'shear' | 'refuse';
  /** Metadata of CT-RATE, whose NIfTI files hold stored values; see {@link readCtRateMetadata}. */
  ctRate?: CtRateMetadata;
  /** What the values are, after the header's own slope and intercept; default: told from the file. */
  assume?: Assumption;
}

/** Values as stored, axes in patient order. */
export interface ReadImage {
  image: RawImage;
  format: ImageFormat;
  /** What the format says of the values. */
  unit: ValueUnit;
  warnings: string[];
}

/** An image as its format has it. */
type Decoded = Omit<ReadImage, 'format'>;

/** Reads an image or a label map in any format, axes reoriented to LPS. */
export async function readImage(path: string, options: ReadOptions = {}): Promise<ReadImage> {
  const source = await imageSource(path);
  const decoded = await readSource(source, options);
  const { image, unit } = decoded;
  const upright = isLonePlane(image) ? image : reorient(image, { inPlace: true }); // nobody else holds the image
  // Adding 0 makes -0 a 0, which reads better and compares equal.
  const direction = upright.direction.map((value) => value + 0);
  const warnings = [...source.warnings, ...decoded.warnings];
  return { image: { ...upright, direction }, format: decoded.format, unit, warnings };
}

/** Cosine from which a plane's normal runs to the head. */
const AXIAL_COSINE = 0.7;

/** True for one plane that is not axial: turned to patient order it would be a volume. */
function isLonePlane({ shape, direction }: RawImage): boolean {
  return shape[0] === 1 && Math.abs(direction[8] as number) < AXIAL_COSINE;
}

/** A folder of DICOM files that are no CT may hold the CT in another format. */
async function readSource(source: ImageSource, options: ReadOptions): Promise<ReadImage> {
  const { format, path } = source;
  try {
    return { format, ...(await readAs(format, path, options)) };
  } catch (error) {
    const isOther = UnsupportedError.isInstance(error) || MissingDataError.isInstance(error);
    if (format !== 'dicom' || !isOther || !(await stat(path)).isDirectory()) throw error;
    const beside = await sourceBesideDicom(path);
    if (beside === undefined) throw error;
    const read = await readAs(beside.format, beside.path, options);
    const reason = `DICOM files were left out: ${error.message}`;
    return {
      ...read,
      format: beside.format,
      warnings: [reason, ...beside.warnings, ...read.warnings],
    };
  }
}

/** Decoders that load WebAssembly or native code are imported only when needed. */
async function readAs(format: ImageFormat, path: string, options: ReadOptions): Promise<Decoded> {
  switch (format) {
    case 'nifti': {
      const image = await readNifti(path);
      const { ctRate, assume } = options;
      const read =
        ctRate === undefined || assume !== undefined
          ? { image, warnings: image.warnings }
          : rescaleCtRate(image, { path, metadata: ctRate });
      return { ...read, unit: 'likely-hu' };
    }
    case 'npy':
      return imageOf(await readNpy(path), path);
    case 'npz':
      return imageOf(await readNpz(path), path);
    case 'dicom':
      return {
        ...(await (await import('./dicom/read-dicom')).readDicom(path, options)),
        unit: 'hu',
      };
    case 'nrrd':
      return { ...(await readNrrd(path)), unit: 'likely-hu' };
    case 'metaimage':
      return { ...(await readMetaImage(path)), unit: 'likely-hu' };
    case 'raster':
    case 'raster-folder':
      return (await import('./raster/read-raster')).readRaster(path);
  }
}

/** An array `[D, H, W]` or `[1, D, H, W]`; it has no geometry, so a grid of 1 mm stands for it. */
function imageOf(array: NpyArray, path: string): Decoded {
  const shape =
    array.shape.length === 4 && array.shape[0] === 1 ? array.shape.slice(1) : array.shape;
  const [depth, height, width] = shape.length === 2 ? [1, ...shape] : shape;
  if (shape.length > 3 || depth === undefined || height === undefined || width === undefined) {
    throw new FormatError(
      `${path}: array has shape [${array.shape.join(', ')}]; expected [D, H, W], [1, D, H, W] or [H, W]; save one image per file`,
    );
  }
  if (array.data.length === 0) {
    throw new MissingDataError(
      `${path}: array is empty; expected at least one voxel; save it anew`,
    );
  }
  const { unsignedBits } = array;
  return {
    image: {
      data: plainValues(array.data),
      shape: [depth, height, width],
      spacing: [1, 1, 1],
      origin: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      warnings: [],
    },
    unit: unsignedBits === undefined ? 'likely-hu' : unsignedBits === 8 ? 'grey8' : 'grey16',
    warnings: ['array without geometry: voxels of 1 mm assumed'],
  };
}

/** Whole numbers of 32 bits as int16 where they fit, else as floats. */
function plainValues(data: NpyArray['data']): Values {
  return data instanceof Int32Array ? rescaled(data, 1, 0) : data;
}
