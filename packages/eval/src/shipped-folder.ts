import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A folder that comes with this package: it lies beside src/ and, built, beside dist/. */
export function shippedFolder(name: 'tasks' | 'tables' | 'rubrics'): string {
  return join(dirname(fileURLToPath(import.meta.url)), '..', name);
}
