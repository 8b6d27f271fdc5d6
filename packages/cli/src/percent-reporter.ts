import { byteText } from './byte-text';
import type { Output } from './output';

/** Percent of a download between two lines of progress. */
const PROGRESS_STEP = 5;

/** Reports a download, a line every few percent. */
export function percentReporter(
  output: Output,
): (progress: { file: string; doneBytes: number; totalBytes: number }) => void {
  let reported = -PROGRESS_STEP;
  return ({ file, doneBytes, totalBytes }) => {
    const percent = Math.floor((100 * doneBytes) / Math.max(totalBytes, 1));
    if (percent < reported + PROGRESS_STEP && percent !== 100) return;
    if (percent === reported) return;
    reported = percent;
    const line = `${byteText(doneBytes)} of ${byteText(totalBytes)}  ${file}`;
    output.err(`${String(percent).padStart(3)} %  ${line}\n`);
  };
}
