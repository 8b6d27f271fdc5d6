import { FormatError, RAISE_LIMITS, withinTime } from '@omnict/core';
import type { RecordPlace } from '@omnict/data';
import { type DatasetRecord, placedDatasetRecords } from './dataset';
import type { Samples } from './samples';

/** Records whose words are made within one time limit. */
const RECORDS_AT_ONCE = 64;

/**
 * Takes up the records of a data set, one by one.
 *
 * @param samplesOf where a record belongs; undefined for one that is not used
 * @param onRecord told of each that is used, and whether a sample is made of it
 * @throws FormatError when patterns or programs of the language model's folder do not end
 */
export async function takeUp(
  dataset: string,
  samplesOf: (record: DatasetRecord) => Samples | undefined,
  onRecord?: (record: DatasetRecord, isMade: boolean) => void,
): Promise<void> {
  let waiting: { samples: Samples; record: DatasetRecord; place: RecordPlace }[] = [];
  const add = (): void => {
    withinTime(
      () => {
        for (const { samples, record, place } of waiting) {
          const isMade = samples.add(record, place);
          onRecord?.(record, isMade);
        }
      },
      (seconds) =>
        new FormatError(
          `chat_template or tokenizer.json: ${waiting.length} questions from '${waiting[0]?.record.id}' on take more than ${seconds} s; expected milliseconds; check the language model's folder, or ${RAISE_LIMITS}`,
        ),
    );
    waiting = [];
  };
  for await (const { record, place } of placedDatasetRecords(dataset)) {
    const samples = samplesOf(record);
    if (samples === undefined) continue;
    waiting.push({ samples, record, place });
    if (waiting.length === RECORDS_AT_ONCE) add();
  }
  add();
}
