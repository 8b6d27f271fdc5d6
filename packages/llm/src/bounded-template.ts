import type { Template } from '@huggingface/jinja';
import { FormatError, RAISE_LIMITS, raisedLimit, withinTime } from '@omnict/core';

/** Numbers that a range of a template may have: chat templates count messages. */
const MAX_RANGE = 10_000;

/** Name under which templates find the bounded range; none can write it. */
const BOUNDED_RANGE = 'bounded range';

/**
 * Renders a template of a model folder, which is a program: it is interrupted after 20 seconds, and its
 * ranges are finite. It can still fill memory by doubling lists.
 *
 * @throws FormatError when it is interrupted or asks for a long range
 */
export function renderBounded(
  template: Template,
  values: Readonly<Record<string, unknown>>,
): string {
  renameRanges(template.parsed);
  return withinTime(
    () => template.render({ ...values, [BOUNDED_RANGE]: boundedRange }),
    (seconds) =>
      new FormatError(
        `chat_template: runs for more than ${seconds} s; expected a loop over the messages; check tokenizer_config.json, or ${RAISE_LIMITS}`,
      ),
  );
}

/** Python's range. @throws FormatError when it is long, before it is made */
function boundedRange(first: number, second?: number, step = 1): number[] {
  const [start, stop] = second === undefined ? [0, first] : [first, second];
  const length = Math.max(0, Math.ceil((stop - start) / step));
  const limit = raisedLimit(MAX_RANGE);
  if (length <= limit) return Array.from({ length }, (_, index) => start + index * step);
  throw new FormatError(
    `chat_template: asks for a range of ${length}; expected at most ${limit} numbers; check tokenizer_config.json, or ${RAISE_LIMITS}`,
  );
}

/** Makes a program's ranges the bounded ones; nothing is left to do the second time. */
function renameRanges(node: unknown): void {
  if (typeof node !== 'object' || node === null) return;
  const identifier = node as { type?: unknown; value?: unknown };
  if (identifier.type === 'Identifier' && identifier.value === 'range')
    identifier.value = BOUNDED_RANGE;
  if (node instanceof Map) for (const entry of node) renameRanges(entry);
  for (const inner of Object.values(node)) renameRanges(inner);
}
