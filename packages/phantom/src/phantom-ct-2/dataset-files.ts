import { MissingDataError, SPLITS } from '@omnict/core';
import { createWriteStream, type WriteStream } from 'node:fs';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { finished } from 'node:stream/promises';
import type { PhantomImage } from './image-job';
import { csvLine, LABELS_HEADER, reportLine, REPORTS_HEADER } from './report/ct-rate';

/** The lists of a dataset, written line by line and published together. */
export class DatasetFiles {
  private readonly streams = new Map<string, WriteStream>();

  private constructor(private readonly folder: string) {}

  /** Begins the lists of a dataset. @throws MissingDataError when they cannot be written */
  static async open(folder: string): Promise<DatasetFiles> {
    const files = new DatasetFiles(folder);
    for (const name of ['records.jsonl', 'scenes.jsonl']) await files.begin(name);
    for (const split of SPLITS) {
      await files.line(await files.begin(`ct-rate/${split}_reports.csv`), REPORTS_HEADER);
      await files.line(await files.begin(`ct-rate/${split}_labels.csv`), LABELS_HEADER);
    }
    return files;
  }

  /** Appends an image: questions, facts; for volumes report and labels in CT-RATE's layout. */
  async add({ records, scene, report, labels, ...paths }: PhantomImage): Promise<void> {
    for (const record of records) await this.line('records.jsonl', JSON.stringify(record));
    await this.line('scenes.jsonl', JSON.stringify({ ...paths, scene, report, labels }));
    if (paths.modality !== 'volume') return;
    const name = basename(paths.image);
    await this.line(`ct-rate/${paths.split}_reports.csv`, reportLine(name, report));
    await this.line(`ct-rate/${paths.split}_labels.csv`, csvLine([name, ...labels]));
  }

  /** Ends the lists and gives them their names. */
  async publish(): Promise<void> {
    for (const [name, stream] of this.streams) {
      stream.end();
      await finished(stream);
      await rename(this.partial(name), join(this.folder, name));
    }
    this.streams.clear();
  }

  /** Removes what was not published. */
  async close(): Promise<void> {
    for (const [name, stream] of this.streams) {
      stream.on('error', () => undefined); // lines under way are lost, and should be
      stream.destroy();
      await rm(this.partial(name), { force: true });
    }
    this.streams.clear();
  }

  private partial(name: string): string {
    return join(this.folder, `${name}.partial`);
  }

  private async begin(name: string): Promise<string> {
    const stream = createWriteStream(this.partial(name));
    this.streams.set(name, stream);
    await once(stream, 'open').catch((error: unknown) => {
      throw new MissingDataError(
        `${this.partial(name)}: cannot be written; check that the folder exists and is writable`,
        { cause: error },
      );
    });
    return name;
  }

  private async line(name: string, text: string): Promise<void> {
    const stream = this.streams.get(name);
    if (stream?.write(`${text}\n`) === false) await once(stream, 'drain');
  }
}
