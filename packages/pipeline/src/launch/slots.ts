import { readdirSync } from 'node:fs';
import { availableParallelism, totalmem } from 'node:os';
import type { LocalProfile, Resources } from '../spec/profile-schema';

/** What one task holds. */
export interface Slot {
  cpus: number;
  memoryGb: number;
  /** Numbers of the accelerators. */
  gpus: readonly string[];
}

const BYTES_PER_GB = 1e9;

/** Cores, memory and accelerators that tasks on one machine share. */
export class Slots {
  private freeCpus: number;
  private freeMemoryGb: number;
  private readonly freeGpus: string[];
  readonly cpus: number;
  readonly memoryGb: number;
  readonly gpus: readonly string[];

  /** @param limits what is absent is what the machine has @param visibleGpus accelerators' numbers */
  constructor(limits: LocalProfile['slots'] = {}, visibleGpus: readonly string[] = gpusHere()) {
    this.cpus = limits.cpus ?? availableParallelism();
    this.memoryGb = limits.memoryGb ?? totalmem() / BYTES_PER_GB;
    this.gpus =
      limits.gpus === undefined
        ? visibleGpus
        : Array.from({ length: limits.gpus }, (_, i) => visibleGpus[i] ?? String(i));
    this.freeCpus = this.cpus;
    this.freeMemoryGb = this.memoryGb;
    this.freeGpus = [...this.gpus];
  }

  /** True when a task with such needs could ever run here. */
  canEver({ cpus = 1, memoryGb: memory = 0, gpus = 0 }: Resources): boolean {
    return cpus <= this.cpus && memory <= this.memoryGb && gpus <= this.gpus.length;
  }

  /** True when there is room now. */
  fits({ cpus = 1, memoryGb: memory = 0, gpus = 0 }: Resources): boolean {
    return cpus <= this.freeCpus && memory <= this.freeMemoryGb && gpus <= this.freeGpus.length;
  }

  /** Takes room; call only when it fits. */
  take({ cpus = 1, memoryGb: memoryGb = 0, gpus = 0 }: Resources): Slot {
    this.freeCpus -= cpus;
    this.freeMemoryGb -= memoryGb;
    return { cpus, memoryGb, gpus: this.freeGpus.splice(0, gpus) };
  }

  /** Gives room back. */
  free({ cpus, memoryGb, gpus }: Slot): void {
    this.freeCpus += cpus;
    this.freeMemoryGb += memoryGb;
    this.freeGpus.push(...gpus);
    this.freeGpus.sort();
  }
}

/** Accelerators that this process may use. */
function gpusHere(visible = process.env['CUDA_VISIBLE_DEVICES']): string[] {
  if (visible !== undefined) return visible.split(',').filter((name) => name.trim() !== '');
  try {
    return readdirSync('/dev').flatMap((name) => /^nvidia(\d+)$/.exec(name)?.[1] ?? []);
  } catch {
    return [];
  }
}
