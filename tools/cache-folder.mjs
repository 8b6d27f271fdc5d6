/** @file Where the set-up keeps what it downloads. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** The folder that `npm run setup` keeps TensorFlow in: `OMNICT_CACHE_DIR`, or `omnict` in the user's cache. */
export function cacheFolder() {
  const { OMNICT_CACHE_DIR, XDG_CACHE_HOME } = process.env;
  return OMNICT_CACHE_DIR ?? join(XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'omnict');
}
