import { canonicalJson, ConfigError, printable } from '@omnict/core';
import { createHash, randomUUID } from 'node:crypto';
import { mkdirSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { isPlainObject } from './paths';
import { projectConfigFile, type ProjectConfig } from './project-config';
import { readSpecSource } from './spec-source';

/** What a file in a folder would do with this user's rights. */
export interface LeaveRequest {
  /** The file that asks. */
  file: string;
  /** Of what it asks for: another content is another request. */
  digest: string;
  /** What it asks for, for people. */
  wants: readonly string[];
}

/** A file of a folder would run code, and nobody has allowed it. */
export class LeaveNeededError extends ConfigError {
  constructor(
    readonly request: LeaveRequest,
    readonly leave: Leave,
  ) {
    const wants = request.wants.map((want) => `\n  ${printable(want)}`).join('');
    super(
      `${request.file}: asks to:${wants}\nexpected your leave, for it runs with your rights; read it, then: ${leave.program} allow '${request.file}'`,
    );
  }
}

/** Requests remembered for a folder. */
const MOST_PER_FOLDER = 100;

/**
 * Remembers what this user allowed: by folder and digest, in the user's own config, where no checkout
 * can write.
 */
export class Leave {
  constructor(
    readonly program: string,
    private readonly path: string,
  ) {}

  /** The user's own: `$XDG_CONFIG_HOME/<program>/leave.json`. */
  static of(program: string, environment: NodeJS.ProcessEnv = process.env): Leave {
    const config = environment['XDG_CONFIG_HOME'] ?? join(homedir(), '.config');
    return new Leave(program, join(config, program, 'leave.json'));
  }

  /** Whether the user has allowed exactly this. */
  has({ file, digest }: LeaveRequest): boolean {
    return this.read()[folderOf(file)]?.includes(digest) === true;
  }

  /** Notes that the user allowed it. */
  grant({ file, digest }: LeaveRequest): void {
    const all = this.read();
    const folder = folderOf(file);
    const digests = [digest, ...(all[folder] ?? []).filter((known) => known !== digest)];
    const next = { ...all, [folder]: digests.slice(0, MOST_PER_FOLDER) };
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const temporary = `${this.path}.${randomUUID()}.partial`;
    writeFileSync(temporary, `${JSON.stringify(next, null, 2)}\n`, { flag: 'wx', mode: 0o600 });
    renameSync(temporary, this.path);
  }

  /** @throws LeaveNeededError unless the user has allowed it */
  require(request: LeaveRequest): void {
    if (!this.has(request)) throw new LeaveNeededError(request, this);
  }

  private read(): Record<string, string[]> {
    try {
      const value: unknown = JSON.parse(readFileSync(this.path, 'utf8'));
      if (!isPlainObject(value)) return {};
      return Object.fromEntries(
        Object.entries(value).filter((entry): entry is [string, string[]] =>
          Array.isArray(entry[1]),
        ),
      );
    } catch {
      return {}; // nothing was allowed yet, or it cannot be told
    }
  }
}

/** What a project's config asks for: its modules with their content, and its profiles. */
export function projectRequest(
  program: string,
  { components, profiles }: ProjectConfig,
  folder = '.',
): LeaveRequest {
  const modules = components.map((path) => [path, contentOf(path)]);
  return {
    file: resolve(folder, projectConfigFile(program)),
    digest: digestOf({ modules, profiles }),
    wants: [...components.map((path) => `load the code of ${path}`), ...profileWants(profiles)],
  };
}

/** What the file of a spec asks for: its own profiles, as they are without the command line. */
export function specRequest(file: string): LeaveRequest {
  const { profiles } = readSpecSource(file).value;
  const own = isPlainObject(profiles) ? profiles : {};
  return { file: resolve(file), digest: digestOf({ profiles: own }), wants: profileWants(own) };
}

/**
 * Whether a profile only shares out this machine. Others start shell lines, pass options to a
 * scheduler, set variables of workers, or send code and headers to an address.
 */
export function isHarmless(profile: unknown): boolean {
  if (!isPlainObject(profile) || profile['type'] !== 'local') return false;
  const { environment = {} } = profile;
  return isPlainObject(environment) && Object.keys(environment).length === 0;
}

function profileWants(profiles: Readonly<Record<string, unknown>>): string[] {
  return Object.entries(profiles)
    .filter(([, profile]) => !isHarmless(profile))
    .map(([name, profile]) => `start workers by profile '${name}': ${JSON.stringify(profile)}`);
}

function contentOf(path: string): string {
  try {
    return createHash('sha256').update(readFileSync(path)).digest('hex');
  } catch {
    return 'cannot be read';
  }
}

function digestOf(value: unknown): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}

function folderOf(file: string): string {
  const folder = dirname(resolve(file));
  try {
    return realpathSync(folder);
  } catch {
    return folder;
  }
}
