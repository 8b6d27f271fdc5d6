import { canonicalJson, type CanonicalTexts } from '@omnict/core';
import { createHash } from 'node:crypto';
import { basename } from 'node:path';

/** All that a task's result depends on. */
export interface TaskIdentity {
  stage: string;
  version: number;
  section: unknown;
  /** SHA-256 of each declared file, by path. */
  files: Readonly<Record<string, string>>;
  /** Key of each needed stage's task. */
  needs: Readonly<Record<string, string>>;
  seed: number;
  engine: string;
  environment: Readonly<Record<string, string>>;
  /** Digest of each user's module that has a part in the work. */
  components: Readonly<Record<string, string>>;
}

/** SHA-256 of canonical JSON. */
export function hashOf(value: unknown, texts?: CanonicalTexts): string {
  return createHash('sha256').update(canonicalJson(value, texts)).digest('hex');
}

/** Key of a task. Paths of files are not in it: content counts. */
export function taskKey(
  { files, environment, components, ...rest }: TaskIdentity,
  texts?: CanonicalTexts,
): string {
  const identity = {
    ...rest,
    files: Object.values(files),
    ...(Object.keys(environment).length > 0 && { environment }),
    ...(Object.keys(components).length > 0 && { components: Object.values(components) }),
  };
  return hashOf(identity, texts);
}

/** Short hash of each part of an identity: two results are compared by them. */
export function keyParts(identity: TaskIdentity, texts?: CanonicalTexts): Record<string, string> {
  const { section } = identity;
  const sections =
    typeof section === 'object' && section !== null
      ? Object.entries(section).map(([name, value]) => [`config ${name}`, value] as const)
      : [['config', section] as const];
  const named = [
    ...sections,
    ['version of the stage', identity.version] as const,
    ['seed', identity.seed] as const,
    ['engine', identity.engine] as const,
    ...Object.entries(identity.files).map(
      ([path, digest]) => [`file ${basename(path)}`, digest] as const,
    ),
    ...Object.entries(identity.needs).map(([name, key]) => [`result of ${name}`, key] as const),
    ...Object.entries(identity.environment).map(
      ([name, value]) => [`environment ${name}`, value] as const,
    ),
    ...Object.entries(identity.components).map(
      ([name, digest]) => [`component of ${name}`, digest] as const,
    ),
  ];
  return Object.fromEntries(named.map(([name, value]) => [name, shortHash(value, texts)]));
}

const shortHashes = new Map<string, string>();

/** The same values come up in thousands of tasks: each is hashed once. */
function shortHash(value: unknown, texts?: CanonicalTexts): string {
  const text = canonicalJson(value ?? null, texts);
  const hash =
    shortHashes.get(text) ?? createHash('sha256').update(text).digest('hex').slice(0, 12);
  shortHashes.set(text, hash);
  return hash;
}

/** Names of the parts in which two results differ. */
export function changedParts(
  one: Readonly<Record<string, string>>,
  other: Readonly<Record<string, string>>,
): string[] {
  const names = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...names].filter((name) => one[name] !== other[name]);
}
