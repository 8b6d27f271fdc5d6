import { open } from 'node:fs/promises';
import { extname } from 'node:path';
import { isBareDicom } from './dicom/bare-dicom';

/** Formats read from one file or folder. */
export type ImageFormat =
  'nifti' | 'dicom' | 'nrrd' | 'metaimage' | 'npy' | 'npz' | 'raster' | 'raster-folder';

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
  '.dicom': 'dicom',
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

/** Format of a file by its content, else by its name; undefined for other files. */
export async function fileFormat(path: string): Promise<ImageFormat | undefined> {
  return (await signedFormat(path)) ?? EXTENSIONS[extname(path).toLowerCase()];
}

/** Format of a file by its content alone. */
export async function signedFormat(path: string): Promise<ImageFormat | undefined> {
  const bytes = await readHead(path);
  const head = bytes.toString('latin1');
  const signed = SIGNATURES.find(({ at, bytes: signature }) => head.startsWith(signature, at));
  return signed?.format ?? (isBareDicom(bytes) ? 'dicom' : undefined);
}

async function readHead(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
