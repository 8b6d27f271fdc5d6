import { MissingDataError } from '@omnict/core';
import { existsSync } from 'node:fs';

/** Where header and voxels of an image are: in one file, or in a pair. */
export interface NiftiFiles {
  header: string;
  voxels: string;
}

const PAIR = /\.(hdr|img)(\.gz)?$/i;

/** Both halves of a pair `.hdr` and `.img` when the path is one of them, gzipped or not; else the file. */
export function niftiFiles(path: string): NiftiFiles {
  if (!PAIR.test(path)) return { header: path, voxels: path };
  const stem = path.replace(PAIR, '');
  const isUpper = /\.(HDR|IMG)/.test(path);
  const half = (extension: string): string => {
    const name = `${stem}.${isUpper ? extension.toUpperCase() : extension}`;
    const found = [name, `${name}.gz`].find((candidate) => existsSync(candidate));
    if (found !== undefined) return found;
    throw new MissingDataError(
      `${path}: ${name} is not there; expected both halves of a NIfTI pair, .hdr and .img; put them side by side`,
    );
  };
  return { header: half('hdr'), voxels: half('img') };
}
