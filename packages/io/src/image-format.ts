import { MissingDataError, UnsupportedError } from '@omnict/core';
import { open, readdir, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';

/** Formats read from one file or folder. */
export type ImageFormat =
  'nifti' | 'dicom' | 'nrrd' | 'metaimage' | 'npy' | 'npz' | 'raster' | 'raster-folder';

const RASTER_EXTENSION = /\.(png|jpe?g)$/i;

/** Formats told by their first bytes. */
const SIGNATURES: readonly { format: ImageFormat; at: number; bytes: string }[] = [
  { format: 'dicom', at: 128, bytes: 'DICM' },
  { format: 'nrrd', at: 0, bytes: 'NRRD' },
  { format: 'npy', at: 0, bytes: '\x93NUMPY' },
  { format: 'raster', at: 0, bytes: '\x89PNG' },
  { format: 'raster', at: 0, bytes: '\xff\xd8\xff' },
  { format: 'nifti', at: 344, bytes: 'n+1\0' },
  { format: 'nifti', at: 4, bytes: 'n+2\0' },
  { format: 'nifti', at: 344, bytes: 'ni1\0' },
  { format: 'nifti', at: 4, bytes: 'ni2\0' },
  { format: 'nifti', at: 0, bytes: '\x1f\x8b' }, // gzip: only NIfTI is read compressed
];

/** Formats without a signature, or whose signature is damaged: the reader tells what is wrong. */
const EXTENSIONS: Readonly<Record<string, ImageFormat>> = {
  '.nii': 'nifti',
  '.gz': 'nifti',
  '.hdr': 'nifti',
  '.img': 'nifti',
  '.dcm': 'dicom',
  '.ima': 'dicom',
  '.nrrd': 'nrrd',
  '.nhdr': 'nrrd',
  '.mha': 'metaimage',
  '.mhd': 'metaimage',
  '.npy': 'npy',
  '.npz': 'npz',
  '.png': 'raster',
  '.jpg': 'raster',
  '.jpeg': 'raster',
};

const HEAD_BYTES = 352;

/**
 * Format of a file by its content, else by its name; of a folder by what lies in it.
 *
 * @throws MissingDataError when nothing is there; UnsupportedError for another format
 */
export async function imageFormat(path: string): Promise<ImageFormat> {
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) {
    throw new MissingDataError(
      `${path}: not found; expected an image file or a folder of one series; check the path`,
    );
  }
  if (stats.isDirectory()) return folderFormat(path);
  const format = await fileFormat(path);
  if (format !== undefined) return format;
  throw new UnsupportedError(
    `${path}: format not recognised; expected NIfTI, DICOM, NRRD, MetaImage, NumPy, PNG or JPEG; convert it to one of these`,
  );
}

/** Format of a file by its content, else by its name; undefined for other files. */
export async function fileFormat(path: string): Promise<ImageFormat | undefined> {
  const head = await readHead(path);
  const signed = SIGNATURES.find(({ at, bytes }) => head.startsWith(bytes, at));
  return signed?.format ?? EXTENSIONS[extname(path).toLowerCase()];
}

/** Pictures beside DICOM files are previews. */
async function folderFormat(folder: string): Promise<ImageFormat> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  if (!files.some((name) => RASTER_EXTENSION.test(name))) return 'dicom';
  const others = files.filter((name) => !RASTER_EXTENSION.test(name));
  for (const name of others) {
    if ((await fileFormat(join(folder, name))) === 'dicom') return 'dicom';
  }
  return 'raster-folder';
}

async function readHead(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('latin1', 0, bytesRead);
  } finally {
    await file.close();
  }
}
