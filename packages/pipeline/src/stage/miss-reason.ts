import type { Manifest } from '../cache/manifest';
import { changedParts } from './key-parts';
import type { StageTask } from './plan';

/** Results of one stage that a task is compared with. */
const COMPARED_AT_MOST = 200;

/** Most changes that are told apart. */
const NAMED_AT_MOST = 4;

/** Explains why the cache does not have tasks, from the results it has. */
export class MissReasons {
  private readonly byStage = new Map<string, Readonly<Record<string, string>>[]>();

  /** @param manifests of all results, the latest first */
  constructor(manifests: readonly Manifest[]) {
    for (const { stage, parts } of manifests) {
      const known = this.byStage.get(stage) ?? [];
      this.byStage.set(stage, known);
      if (parts !== undefined && known.length < COMPARED_AT_MOST) known.push(parts);
    }
  }

  /** @param missing names of needed stages that the cache does not have either */
  reason({ stage, keyParts }: StageTask, missing: readonly string[]): string {
    const known = this.byStage.get(stage);
    if (known === undefined) return missing.length > 0 ? needs(missing) : 'never run';
    const [nearest] = known
      .map((parts) => changedParts(keyParts, parts))
      .sort((one, other) => one.length - other.length);
    const changes = (nearest ?? []).filter(
      (name) => !missing.some((need) => name === `result of ${need}`),
    );
    const parts = [
      ...(missing.length > 0 ? [needs(missing)] : []),
      ...(changes.length > 0 ? [changed(changes)] : []),
    ];
    return parts.join('; ') || 'its result was removed';
  }
}

function needs(names: readonly string[]): string {
  return `needs ${names.join(', ')} first`;
}

function changed(names: readonly string[]): string {
  const shown = names.slice(0, NAMED_AT_MOST);
  const more = names.length - shown.length;
  return `changed since the nearest result: ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
