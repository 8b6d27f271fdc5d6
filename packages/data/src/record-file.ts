import { FormatError, type QuestionRecord } from '@omnict/core';
import { type FileHandle, open } from 'node:fs/promises';
import { parseRecord, type RecordPlace } from './records-file';

/** Single records of a file, read by their places: a data set need not lie in memory to be drawn from. */
export class RecordFile {
  private constructor(
    readonly path: string,
    private readonly file: FileHandle,
  ) {}

  static async open(path: string): Promise<RecordFile> {
    return new RecordFile(path, await open(path, 'r'));
  }

  /**
   * Reads the record of a place that `placedRecords` told.
   *
   * @throws FormatError when another text is there: the file was changed meanwhile
   */
  async read({ begin, bytes }: RecordPlace): Promise<QuestionRecord> {
    const { buffer, bytesRead } = await this.file.read(Buffer.alloc(bytes), 0, bytes, begin);
    const parsed = parseRecord(buffer.subarray(0, bytesRead).toString('utf8'));
    if (!('problem' in parsed)) return parsed.record;
    throw new FormatError(
      `${this.path}: at byte ${begin}: ${parsed.problem}; expected the record that was there before; do not change the file while it is read`,
    );
  }

  async close(): Promise<void> {
    await this.file.close();
  }
}
