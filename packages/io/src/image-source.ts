import { ConfigError, MissingDataError, UnsupportedError } from '@omnict/core';
import { stat } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { filesBelow, someNames } from './files-below';
import { fileFormat, type ImageFormat, signedFormat } from './image-format';

/** The image that a path stands for. */
export interface ImageSource {
  format: ImageFormat;
  /** A file, or the folder of a DICOM series or of pictures. */
  path: string;
  warnings: string[];
}

/** Files whose begin is read at once. */
const FILES_AT_ONCE = 8;

/**
 * Tells what to read at a path. In a folder all files below count, by their content: DICOM before
 * other volumes, volumes before pictures, which beside them are previews. What is left out is told.
 *
 * @throws MissingDataError when nothing is there, UnsupportedError for a file of another format,
 *   ConfigError for a folder of several images
 */
export async function imageSource(path: string): Promise<ImageSource> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) {
    throw new MissingDataError(
      `${path}: not found; expected an image file or a folder of one series; check the path`,
    );
  }
  if (!stats.isDirectory()) return { format: await formatOfFile(path), path, warnings: [] };
  const { files, warnings } = await filesBelow(path);
  const formats = await formatsOf(files, { stopAtDicom: true });
  // The DICOM reader tells itself what else is there.
  if (formats.includes('dicom')) return { format: 'dicom', path, warnings: [] };
  const source = otherSource(path, files, formats);
  return { ...source, warnings: [...warnings, ...source.warnings] };
}

/**
 * Format of a file by its content, else by its name; of a folder by what lies in it.
 *
 * @throws as imageSource
 */
export async function imageFormat(path: string): Promise<ImageFormat> {
  return (await imageSource(path)).format;
}

async function formatOfFile(path: string): Promise<ImageFormat> {
  const format = await fileFormat(path);
  if (format !== undefined) return format;
  throw new UnsupportedError(
    `${path}: format not recognised; expected NIfTI, DICOM, NRRD, MetaImage, NumPy, PNG or JPEG; convert it to one of these`,
  );
}

/**
 * The one image below a folder that is no DICOM, for a folder whose DICOM files are no CT; undefined
 * when there is none.
 */
export async function sourceBesideDicom(path: string): Promise<ImageSource | undefined> {
  const { files } = await filesBelow(path);
  const formats = await formatsOf(files, { stopAtDicom: false });
  const others = formats.map((format) => (format === 'dicom' ? undefined : format));
  if (others.every((format) => format === undefined)) return undefined;
  return otherSource(path, files, others);
}

function otherSource(
  folder: string,
  files: readonly string[],
  formats: readonly (ImageFormat | undefined)[],
): ImageSource {
  const named = (paths: readonly string[]): string =>
    someNames(paths.map((file) => relative(folder, file)));
  const volumes = files.filter((_, index) => isVolume(formats[index]) && !isHalf(files, index));
  const pictures = files.filter((_, index) => formats[index] === 'raster');
  if (volumes.length > 1) {
    throw new ConfigError(
      `${folder}: ${volumes.length} images (${named(volumes)}); expected one; give its path`,
    );
  }
  const [volume] = volumes;
  if (volume !== undefined) {
    const warnings =
      pictures.length === 0
        ? []
        : [`${pictures.length} pictures were left out: ${named(pictures)}`];
    return { format: formats[files.indexOf(volume)] as ImageFormat, path: volume, warnings };
  }
  if (pictures.length === 0) return { format: 'dicom', path: folder, warnings: [] };
  const folders = [...new Set(pictures.map((file) => dirname(file)))];
  const [first = folder] = folders;
  const own = folders.find((one) => relative(folder, one) === '');
  if (own === undefined && folders.length > 1) {
    throw new ConfigError(
      `${folder}: pictures in ${folders.length} folders (${named(folders)}); expected one folder of slices; give its path`,
    );
  }
  const chosen = own ?? first;
  const rest = pictures.filter((file) => dirname(file) !== chosen);
  return {
    format: 'raster-folder',
    path: chosen,
    warnings: rest.length === 0 ? [] : [`${rest.length} pictures were left out: ${named(rest)}`],
  };
}

function isVolume(format: ImageFormat | undefined): boolean {
  return format !== undefined && format !== 'raster' && format !== 'dicom';
}

/** Of a pair the header stands for both: `.img` beside `.hdr`. */
function isHalf(files: readonly string[], index: number): boolean {
  const match = /^(.+)\.img(\.gz)?$/i.exec(files[index] as string);
  return (
    match !== null &&
    files.some((file) => /\.hdr(\.gz)?$/i.test(file) && file.startsWith(`${match[1]}.`))
  );
}

async function formatsOf(
  files: readonly string[],
  { stopAtDicom }: { stopAtDicom: boolean },
): Promise<(ImageFormat | undefined)[]> {
  const formats: (ImageFormat | undefined)[] = files.map(() => undefined);
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < files.length) {
      const index = next++;
      const file = files[index] as string;
      formats[index] = await formatInFolder(file);
      if (stopAtDicom && formats[index] === 'dicom') next = files.length;
    }
  };
  await Promise.all(Array.from({ length: FILES_AT_ONCE }, work));
  return formats;
}

/** A name alone makes no DICOM, nor anything packed a NIfTI: beside images there is much else. */
async function formatInFolder(file: string): Promise<ImageFormat | undefined> {
  const signed = await signedFormat(file);
  if (signed === 'nifti' && /\.gz$/i.test(file)) {
    return /\.(nii|hdr|img)\.gz$/i.test(file) ? 'nifti' : undefined;
  }
  if (signed !== undefined) return signed;
  const named = await fileFormat(file);
  return named === 'dicom' ? undefined : named;
}
