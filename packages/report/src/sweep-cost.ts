import { formatGrid } from './text-grid';

/** What one stage cost in a sweep. */
export interface StageCost {
  stage: string;
  /** Times the trials need it, sharing not counted. */
  needed: number;
  /** Distinct tasks after sharing. */
  distinct: number;
  /** Tasks that ran now; the others came from the cache. */
  ran: number;
  /** Seconds of the tasks that ran now. */
  seconds: number;
  /** Seconds not spent, by sharing over trials and by the cache. */
  savedSeconds: number;
}

/** Where the time of a sweep went. */
export interface SweepCost {
  stages: readonly StageCost[];
  /** Seconds from start to end. */
  wallSeconds: number;
}

/** One task of a sweep, as its cost is counted. */
export interface CostedTask {
  stage: string;
  /** Trials that share the task. */
  trials: number;
  /** Ran now, rather than earlier. */
  ran: boolean;
  /** Seconds it took when it was made. */
  seconds: number;
}

/** Adds up what each stage cost and what sharing and the cache saved. */
export function sweepCost(tasks: readonly CostedTask[], wallSeconds: number): SweepCost {
  const stages = new Map<string, StageCost>();
  for (const { stage, trials, ran, seconds } of tasks) {
    const cost = stages.get(stage) ?? {
      stage,
      needed: 0,
      distinct: 0,
      ran: 0,
      seconds: 0,
      savedSeconds: 0,
    };
    cost.needed += trials;
    cost.distinct++;
    cost.ran += ran ? 1 : 0;
    cost.seconds += ran ? seconds : 0;
    cost.savedSeconds += seconds * (trials - (ran ? 1 : 0));
    stages.set(stage, cost);
  }
  return { stages: [...stages.values()], wallSeconds };
}

/** Writes the cost for the terminal. */
export function renderSweepCost({ stages, wallSeconds }: SweepCost): string {
  const total = (pick: (cost: StageCost) => number): number =>
    stages.reduce((sum, cost) => sum + pick(cost), 0);
  const row = (name: string, read: (pick: (cost: StageCost) => number) => number): string[] => [
    name,
    String(read(({ needed }) => needed)),
    String(read(({ distinct }) => distinct)),
    String(read(({ ran }) => ran)),
    formatSeconds(read(({ seconds }) => seconds)),
    formatSeconds(read(({ savedSeconds }) => savedSeconds)),
  ];
  const header = [['stage', 'needed', 'distinct', 'ran now', 'time', 'saved']];
  const body = stages.map((cost) => row(cost.stage, (pick) => pick(cost)));
  return `${formatGrid(header, [...body, row('all', total)])}\nWall time: ${formatSeconds(wallSeconds)}.\n`;
}

/** Seconds as people write them: `0.4 s`, `12 s`, `3 min 05 s`, `2 h 10 min`. */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const pad = (value: number): string => String(value).padStart(2, '0');
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${pad(Math.floor((whole % 3600) / 60))} min`;
}
