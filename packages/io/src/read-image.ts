import { FormatError, MissingDataError } from '@omnict/core';
import { type CtRateMetadata, rescaleCtRate } from './ct-rate';
import { type ImageFormat, imageFormat } from './image-format';
import { readMetaImage } from './metaimage/read-metaimage';
import { readNifti, type RawImage } from './nifti/read-nifti';
import { readNrrd } from './nrrd/read-nrrd';
import { type NpyArray, readNpy } from './npy-format';
import { readNpz } from './npz-format';
import { reorient } from './reorient';

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
}

/** Values as stored, axes in patient order. */
export interface ReadImage {
  image: RawImage;
  format: ImageFormat;
  warnings: string[];
}

/** Reads an image or a label map in any format, axes reoriented to LPS. */
export async function readImage(path: string, options: ReadOptions = {}): Promise<ReadImage> {
  const format = await imageFormat(path);
  const { image, warnings } = await readAs(format, path, options);
  const upright = reorient(image, { inPlace: true }); // nobody else holds the image
  // Adding 0 makes -0 a 0, which reads better and compares equal.
  const direction = upright.direction.map((value) => value + 0);
  return { image: { ...upright, direction }, format, warnings };
}

/** Decoders that load WebAssembly or native code are imported only when needed. */
async function readAs(
  format: ImageFormat,
  path: string,
  options: ReadOptions,
): Promise<{ image: RawImage; warnings: string[] }> {
  switch (format) {
    case 'nifti': {
      const image = await readNifti(path);
      const { ctRate } = options;
      return ctRate === undefined
        ? { image, warnings: image.warnings }
        : rescaleCtRate(image, { path, metadata: ctRate });
    }
    case 'npy':
      return imageOf(await readNpy(path), path);
    case 'npz':
      return imageOf(await readNpz(path), path);
    case 'dicom':
      return (await import('./dicom/read-dicom')).readDicom(path, options);
    case 'nrrd':
      return readNrrd(path);
    case 'metaimage':
      return readMetaImage(path);
    case 'raster':
    case 'raster-folder':
      return (await import('./raster/read-raster')).readRaster(path);
  }
}

/** An array `[D, H, W]` or `[1, D, H, W]`; it has no geometry, so a grid of 1 mm stands for it. */
function imageOf(array: NpyArray, path: string): { image: RawImage; warnings: string[] } {
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
  const { data, warnings } = hounsfieldOf(array.data);
  return {
    image: {
      data,
      shape: [depth, height, width],
      spacing: [1, 1, 1],
      origin: [0, 0, 0],
      direction: [1, 0, 0, 0, 1, 0, 0, 0, 1],
      warnings: [],
    },
    warnings: ['array without geometry: voxels of 1 mm assumed', ...warnings],
  };
}

/**
 * ASSUMPTION: floats that fill 0 to 1 are M3D's normalised arrays, which keep no HU; they are spread
 * over [-1000, 1000] HU.
 */
function hounsfieldOf(data: ArrayLike<number>): { data: RawImage['data']; warnings: string[] } {
  if (data instanceof Int16Array || data instanceof Uint8Array) return { data, warnings: [] };
  const values = data instanceof Float32Array ? data : Float32Array.from(data);
  let [low, high] = [Infinity, -Infinity];
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  if (low < 0 || high > 1 || high === low) return { data: values, warnings: [] };
  return {
    data: values.map((value) => 2000 * value - 1000),
    warnings: ['values lie in 0..1: spread over [-1000, 1000] HU'],
  };
}
