const BLOCK = 512;

/** Files of an uncompressed tar archive, by name. Plain files only: that is all WordNet's has. */
export function readTar(archive: Buffer): Map<string, Buffer> {
  const files = new Map<string, Buffer>();
  let position = 0;
  while (position + BLOCK <= archive.length && archive[position] !== 0) {
    const name = textField(archive, position, 100);
    const size = Number.parseInt(textField(archive, position + 124, 12), 8); // octal
    if (!Number.isInteger(size)) break;
    const begin = position + BLOCK;
    files.set(name, archive.subarray(begin, begin + size));
    position = begin + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function textField(archive: Buffer, begin: number, length: number): string {
  return archive
    .toString('latin1', begin, begin + length)
    .replace(/\0.*$/s, '')
    .trim();
}
