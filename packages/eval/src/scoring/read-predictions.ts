import { FormatError, MissingDataError } from '@omnict/core';
import { parseId, parsePredictionRow, type PredictionRow, type RawRow } from './prediction-row';
import { readJsonLines } from './read-json-lines';

/** Where predictions and their references are. */
export interface PredictionFiles {
  /** JSON Lines of `{id, prediction, ...}`. */
  predictions: string;
  /** JSON Lines of `{id, reference, ...}`; default: references stand beside the predictions. */
  references?: string;
  /** Field that names the patient or volume of a row. Default `cluster`. */
  clusterField?: string;
  /** Counts references without a prediction as answered by nothing, instead of refusing them. */
  allowMissing?: boolean;
}

/** Identifiers shown in a message. */
const SHOWN_IDS = 5;

/**
 * Rows of a predictions file, joined with its references by id, one at a time. Both files in the same
 * order need no memory; otherwise lines wait until their counterpart comes.
 *
 * @throws FormatError for a damaged line, a missing or repeated id, or an unknown one;
 *   MissingDataError for a prediction without reference, or a reference without prediction
 */
export async function* readPredictions(files: PredictionFiles): AsyncGenerator<PredictionRow> {
  const { predictions, references, clusterField } = files;
  const seen = new Set<string>();
  const other = references === undefined ? undefined : new ReferenceReader(references);
  for await (const { row, where } of readJsonLines(predictions)) {
    const id = parseId(row, where);
    if (seen.has(id)) throw repeated(where, id);
    seen.add(id);
    const reference = await other?.take(id);
    if (other !== undefined && reference === undefined) {
      throw new MissingDataError(
        `${where}: prediction '${id}' has no reference in ${references}; expected one line with this id; add it, or remove the prediction`,
      );
    }
    const own = parsePredictionRow({ ...reference, ...row }, where, clusterField);
    if (own.references.length > 0 || own.label !== undefined) yield own;
    else throw withoutReference(where, id);
  }
  for await (const [id, row] of unanswered(other, files)) {
    yield parsePredictionRow({ ...row, id, prediction: '' }, `${references}`, clusterField);
  }
}

/** References by id, read as far as needed. */
class ReferenceReader {
  private readonly lines: AsyncGenerator<{ row: RawRow; where: string }>;
  private readonly waiting = new Map<string, RawRow>();
  private readonly seen = new Set<string>();

  constructor(readonly path: string) {
    this.lines = readJsonLines(path);
  }

  /** The reference with this id, once; undefined when the file has none. */
  async take(id: string): Promise<RawRow | undefined> {
    for (;;) {
      const found = this.waiting.get(id);
      if (found !== undefined) {
        this.waiting.delete(id);
        return found;
      }
      if (!(await this.readOne())) return undefined;
    }
  }

  /** What nobody has taken. */
  async rest(): Promise<ReadonlyMap<string, RawRow>> {
    while (await this.readOne());
    return this.waiting;
  }

  private async readOne(): Promise<boolean> {
    const next = await this.lines.next();
    if (next.done === true) return false;
    const { row, where } = next.value;
    const id = parseId(row, where);
    if (this.seen.has(id)) throw repeated(where, id);
    this.seen.add(id);
    // A reference file may be another model's predictions: its answers are not ours.
    this.waiting.set(id, { ...row, prediction: undefined });
    return true;
  }
}

async function* unanswered(
  references: ReferenceReader | undefined,
  { predictions, allowMissing = false }: PredictionFiles,
): AsyncGenerator<[string, RawRow]> {
  const rest = await references?.rest();
  if (references === undefined || rest === undefined || rest.size === 0) return;
  if (!allowMissing) {
    const shown = [...rest.keys()].slice(0, SHOWN_IDS).join(', ');
    throw new MissingDataError(
      `${predictions}: ${rest.size} references of ${references.path} have no prediction (${shown}${rest.size > SHOWN_IDS ? ', ...' : ''}); expected one each; add them, or count them as empty answers with --allow-missing`,
    );
  }
  yield* rest;
}

function repeated(where: string, id: string): FormatError {
  return new FormatError(
    `${where}: id '${id}' stands twice; expected each id once; remove one of the lines`,
  );
}

function withoutReference(where: string, id: string): MissingDataError {
  return new MissingDataError(
    `${where}: prediction '${id}' has no reference; expected reference, references or answer in the line, or a file of references; add it`,
  );
}
