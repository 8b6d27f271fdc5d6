import { lstatSync, realpathSync } from 'node:fs';
import { isAbsolute, join, sep } from 'node:path';
import { FormatError } from '../errors/format-error';
import { printable } from '../text/printable';

/** How {@link pathInside} treats links. */
export interface PathInsideOptions {
  /**
   * Folder that links may lead into beside the root: a tree whose links are its layout, such as that
   * of a model hub's cache.
   */
  linksInto?: string;
}

/**
 * Builds the path of a stored name below a folder: the one way from text that was read to a path.
 * What it finds on the way is looked at now: somebody who may write to the folder can still change it
 * afterwards, so that it protects from what was planted, not from a race.
 *
 * @param root folder that the path stays in; it may itself be a link
 * @param name relative path with forward slashes, as it was read from a file, a name or a server
 * @throws FormatError when the name leaves the root, has control characters, or a link on the way
 *   leads out
 */
export function pathInside(
  root: string,
  name: string,
  { linksInto = root }: PathInsideOptions = {},
): string {
  const parts = typeof name === 'string' ? name.split('/') : [];
  if (parts.length === 0 || isAbsolute(name) || !parts.every(isPlainName)) {
    throw refused(root, String(name), 'expected a relative path without .. or control characters');
  }
  let path = root;
  for (const part of parts) {
    path = join(path, part);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) break; // nothing below it either
    if (found.isSymbolicLink() && !leadsInto(path, [root, linksInto])) {
      throw refused(root, name, 'it, or a folder on the way, is a link that leads out');
    }
  }
  return join(root, ...parts);
}

/** One step of a path that leads neither up nor, on any system, elsewhere. */
function isPlainName(part: string): boolean {
  // eslint-disable-next-line no-control-regex -- exactly those are refused
  return part !== '' && part !== '.' && part !== '..' && !/[\\\u0000-\u001f\u007f]/.test(part);
}

function leadsInto(link: string, roots: readonly string[]): boolean {
  try {
    const target = realpathSync(link);
    return roots
      .map((root) => realpathSync(root))
      .some((root) => target === root || target.startsWith(root + sep));
  } catch {
    return false; // leads nowhere: what is written through it appears there
  }
}

function refused(root: string, name: string, problem: string): FormatError {
  return new FormatError(
    `${root}: stored name '${printable(name)}' is refused: ${problem}; remove what holds the name, and ask who wrote it`,
  );
}
