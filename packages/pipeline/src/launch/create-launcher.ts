import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { WorkerEntry } from '../pipeline';
import type { LocalProfile, Profile, Resources } from '../spec/profile-schema';
import type { SweepSpec } from '../spec/sweep-schema';
import type { StageTask } from '../stage/plan';
import type { Launcher } from './launcher';
import { LocalLauncher } from './local-launcher';
import { RayLauncher } from './ray-launcher';
import { SlurmLauncher } from './slurm-launcher';

/** A launcher, and what each task gets from it. */
export interface Launch {
  launcher: Launcher;
  resourcesOf: (task: StageTask) => Resources;
}

/** The profile that needs no words. */
const LOCAL: LocalProfile = { type: 'local', resources: {}, environment: {}, slots: {} };

/** Putting parts together takes nothing but a moment. */
const ASSEMBLY: Resources = { cpus: 1 };

/** The profile a spec names. @param shared profiles of the project; the spec's own come first */
export function profileOf(
  { launcher, profiles }: Pick<SweepSpec, 'launcher' | 'profiles'>,
  shared: Readonly<Record<string, Profile>> = {},
): Profile {
  return profiles[launcher] ?? shared[launcher] ?? LOCAL;
}

/** What a launcher depends on beside its profile. */
export interface LaunchSurroundings {
  policy: SweepSpec['policy'];
  runFolder: string;
  /** Script that serves tasks. */
  entry: WorkerEntry;
}

/** Launcher of a profile. What is handed to schedulers is kept in the run's folder. */
export function createLauncher(
  profile: Profile,
  { policy, runFolder, entry }: LaunchSurroundings,
): Launch {
  const maxParallel = profile.maxParallel ?? policy.maxParallel;
  const { environment } = profile;
  const given = (task: StageTask): Resources =>
    task.parts === undefined
      ? (profile.resources[task.stage] ?? profile.resources['default'] ?? {})
      : ASSEMBLY;
  switch (profile.type) {
    case 'local': {
      const cores = profile.slots.cpus ?? availableParallelism();
      const cpus = Math.max(1, Math.floor(cores / maxParallel));
      return {
        launcher: new LocalLauncher({ entry, maxParallel, slots: profile.slots, environment }),
        resourcesOf: (task) => ({ cpus, ...given(task) }),
      };
    }
    case 'slurm':
      return {
        launcher: new SlurmLauncher({
          entry,
          maxParallel,
          profile,
          folder: join(runFolder, 'slurm'),
        }),
        resourcesOf: given,
      };
    case 'ray':
      return { launcher: new RayLauncher({ entry, maxParallel, profile }), resourcesOf: given };
  }
}
