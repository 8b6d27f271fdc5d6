import { pathInside } from '@omnict/core';
import { join, relative, resolve, sep } from 'node:path';

/**
 * Path of a file or folder that a journal names. A journal in a shared store may name any file of the
 * person who brings it to a server.
 *
 * @param stored path relative to the journal's folder
 * @param filesIn folder that it lies in; undefined: anywhere
 * @throws FormatError when it lies elsewhere, or behind a link that leads out
 */
export function fileOfJournal(folder: string, stored: string, filesIn: string | undefined): string {
  if (filesIn === undefined) return join(folder, stored);
  const name = relative(resolve(filesIn), resolve(folder, stored));
  return pathInside(filesIn, name.split(sep).join('/'));
}
