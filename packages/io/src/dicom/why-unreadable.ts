import { open } from 'node:fs/promises';

const HEAD_BYTES = 256;

/** What files that are no image turn out to be, by their first bytes. */
const KINDS: readonly (readonly [RegExp, string])[] = [
  [/^\s*<(!doctype html|html|head|body)/i, 'is an HTML page, perhaps of a failed download'],
  [/^\s*<(\?xml|error)/i, 'is XML'],
  [/^version https:\/\/git-lfs/, 'is a pointer of Git LFS: the file itself was not fetched'],
  [/^\s*[{[]/, 'is JSON, perhaps of a failed download'],
];

/** The same for packed and other binary files. */
const SIGNATURES: readonly (readonly [bytes: string, kind: string])[] = [
  ['PK\x03\x04', 'is a ZIP archive'],
  ['\x1f\x8b', 'is packed with gzip'],
  ['\x00\x05\x16\x07', 'is metadata of macOS'],
];

/** The true reason why a file is no DICOM. */
export async function whyNoDicom(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    if (bytesRead === 0) return 'is empty (0 bytes)';
    if (buffer.every((byte) => byte === 0)) return 'begins with zeros only';
    const head = buffer.toString('latin1', 0, bytesRead);
    const kind =
      KINDS.find(([pattern]) => pattern.test(head)) ??
      SIGNATURES.find(([signature]) => head.startsWith(signature));
    return kind?.[1] ?? 'is no DICOM file';
  } finally {
    await file.close();
  }
}
