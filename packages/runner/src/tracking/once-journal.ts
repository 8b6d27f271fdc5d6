import type { Metric } from '@omnict/core';
import { JOURNAL_FILE, type JournalEvent, journalEvents, RunJournal } from '@omnict/tracking';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

type Header = Parameters<typeof RunJournal.open>[1];

/** Terminal states of a run. */
type Status = Parameters<RunJournal['end']>[0];

/**
 * A run's journal that records what it does not have yet: a sweep that is started again, when it was
 * killed or is finished, tells the same things again.
 */
export class OnceJournal {
  readonly journal: RunJournal;
  private readonly figures = new Map<string, number>();
  private readonly tags = new Map<string, string>();
  private readonly artifacts = new Map<string, string>();
  private status: Status | undefined;

  /** @param onEvent told of each event that the journal holds already */
  constructor(
    readonly folder: string,
    header: Header,
    onEvent: (event: JournalEvent) => void = () => undefined,
  ) {
    for (const { event } of existsSync(join(folder, JOURNAL_FILE)) ? journalEvents(folder) : []) {
      this.remember(event);
      onEvent(event);
    }
    this.journal = RunJournal.open(folder, header);
  }

  /** Records figures, one value each, where they differ from those recorded last. */
  logFigures(figures: Readonly<Record<string, number>>): void {
    const timestamp = Date.now();
    const fresh = Object.entries(figures).filter(
      ([key, value]) => !Object.is(this.figures.get(key), value),
    );
    if (fresh.length === 0) return;
    this.logMetrics(fresh.map(([key, value]) => ({ key, value, step: 0, timestamp })));
  }

  /** Appends numbers, and sets tags in the same write. */
  logMetrics(metrics: readonly Metric[], tags: Readonly<Record<string, string>> = {}): void {
    for (const { key, value } of metrics) this.figures.set(key, value);
    for (const [key, value] of Object.entries(tags)) this.tags.set(key, value);
    this.status = undefined;
    this.journal.logMetrics(metrics, tags);
  }

  /** Sets tags that are not set to the same. */
  setTags(tags: Readonly<Record<string, string>>): void {
    const fresh = Object.entries(tags).filter(([key, value]) => this.tags.get(key) !== value);
    for (const [key, value] of fresh) this.tags.set(key, value);
    if (fresh.length > 0) this.journal.setTags(Object.fromEntries(fresh));
  }

  /** The value a tag was last given here. */
  tag(key: string): string | undefined {
    return this.tags.get(key);
  }

  /** Records a file, unless the same content is recorded under its name. */
  logArtifact(file: string): void {
    const sha256 = createHash('sha256').update(readFileSync(file)).digest('hex');
    if (this.artifacts.get(basename(file)) === sha256) return;
    this.artifacts.set(basename(file), sha256);
    this.journal.logArtifact(file);
  }

  /** Notes that more was recorded, so that the run's end is told again. */
  reopen(): void {
    this.status = undefined;
  }

  /** Ends the run, unless it has ended so and nothing was recorded since. */
  end(status: Status, endTime: number): void {
    if (this.status === status) return;
    this.status = status;
    this.journal.end(status, endTime);
  }

  private remember(event: JournalEvent): void {
    if (event.type === 'tags') {
      for (const [key, value] of Object.entries(event.tags)) this.tags.set(key, value);
    } else if (event.type === 'artifact') {
      this.artifacts.set(basename(event.file), event.sha256);
    } else if (event.type === 'metrics') {
      for (const { key, value } of event.metrics) this.figures.set(key, Number(value));
    }
    this.status = event.type === 'end' ? event.status : undefined;
  }
}
