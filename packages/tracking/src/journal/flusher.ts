import type { MlflowClient } from '../mlflow/mlflow-client';
import { isTransient, MlflowError, toMlflowError } from '../mlflow/mlflow-error';
import { JournalSync } from './sync';

/** Pause between drains in ms. */
const INTERVAL_MS = 5000;

/**
 * Brings journals to a server while they are written. A server that is away stops nothing: the next
 * drain goes on where the last one ended.
 */
export class JournalFlusher {
  private readonly journals = new Map<string, JournalSync>();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private lastProblem: MlflowError | undefined;
  private readonly refused: string[] = [];

  private readonly intervalMs: number;
  private readonly filesIn: string | undefined;

  /** @param client of the server @param options `filesIn`: as for {@link syncJournal}; `intervalMs`: pause between drains */
  constructor(
    private readonly client: MlflowClient,
    { intervalMs = INTERVAL_MS, filesIn }: { intervalMs?: number; filesIn?: string } = {},
  ) {
    this.intervalMs = intervalMs;
    this.filesIn = filesIn;
  }

  /** Adds a run's folder; a parent before its children. */
  add(folder: string): void {
    this.journals.set(folder, new JournalSync(folder, this.client, this.filesIn));
  }

  /** Starts draining in the background. */
  start(): void {
    this.timer ??= setTimeout(() => {
      this.running = this.drain().finally(() => {
        if (this.timer === undefined) return;
        this.timer = undefined;
        this.start();
      });
    }, this.intervalMs);
    this.timer.unref(); // never keeps the process alive
  }

  /** Stops for good: another process brings the journals to the server. */
  abandon(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.journals.clear();
  }

  /** Stops and drains a last time. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    await this.running;
    await this.drain();
  }

  /** Why the server does not have everything; undefined when it has. */
  get problem(): MlflowError | undefined {
    const [first] = this.refused;
    if (this.lastProblem !== undefined || first === undefined) return this.lastProblem;
    return new MlflowError(
      `MLflow: ${this.refused.length} entries were refused and left out; the first: ${first}`,
      { errorCode: 'PARTLY_REFUSED', status: 400 },
    );
  }

  private async drain(): Promise<void> {
    let problem: MlflowError | undefined;
    for (const journal of this.journals.values()) {
      try {
        this.refused.push(...(await journal.drain()).refused);
      } catch (error) {
        // Nothing that recording meets may cost what is recorded.
        problem ??= toMlflowError(error, 'synchronization');
        if (isTransient(error)) break; // the others would wait for the same server
      }
    }
    this.lastProblem = problem;
  }
}
