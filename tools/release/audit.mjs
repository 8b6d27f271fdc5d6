/**
 * @file `npm run release:audit`: asks npm's registry for advisories on the packages that an installation brings.
 * High and critical ones fail; a registry that cannot be asked is said, and fails with `--required` only.
 */
import { spawnSync } from 'node:child_process';
import { pathToFileURL } from 'node:url';
import { ROOT } from '../steps.mjs';

const SERIOUS = new Set(['high', 'critical']);

/**
 * What a registry answered.
 *
 * @param {string} output what `npm audit --json` printed
 * @returns {{ asked: false, reason: string } | { asked: true, serious: string[], others: number }}
 */
export function readAudit(output) {
  let answer;
  try {
    answer = JSON.parse(output);
  } catch {
    return { asked: false, reason: output.trim().split('\n')[0] || 'npm audit printed nothing' };
  }
  const { vulnerabilities, message, error } = answer;
  if (vulnerabilities === undefined) {
    return { asked: false, reason: String(message ?? error?.summary ?? 'npm audit has no list') };
  }
  const all = Object.values(vulnerabilities);
  const serious = all.filter(({ severity }) => SERIOUS.has(severity));
  const textOf = ({ name, severity, range, via }) => {
    const titles = via.map((cause) => (typeof cause === 'string' ? cause : cause.title));
    return `${name} ${range}: ${severity}: ${titles.join('; ')}`;
  };
  return { asked: true, serious: serious.map(textOf), others: all.length - serious.length };
}

/** Asks about the lock file. */
export function audit() {
  const args = ['audit', '--json', '--package-lock-only', '--omit=dev'];
  const { stdout } = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8', maxBuffer: 2 ** 26 });
  return readAudit(stdout);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const result = audit();
  if (!result.asked) {
    console.log(`advisories: NOT CHECKED, the registry could not be asked: ${result.reason}`);
    process.exitCode = process.argv.includes('--required') ? 1 : 0;
  } else {
    for (const text of result.serious) console.log(`FAILED ${text}`);
    console.log(`advisories: ${result.serious.length} high or critical, ${result.others} others`);
    process.exitCode = result.serious.length > 0 ? 1 : 0;
  }
}
