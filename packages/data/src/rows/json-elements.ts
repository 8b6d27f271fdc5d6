import { FormatError, RAISE_LIMITS, raisedLimit } from '@omnict/core';
import { MAX_ROW_BYTES } from './source-row';

/** Text of one element of a JSON array, not parsed yet. */
export interface JsonElement {
  bytes: Buffer;
  line: number;
  section?: string;
}

const [QUOTE, BACKSLASH, COMMA, COLON, NEWLINE] = [0x22, 0x5c, 0x2c, 0x3a, 0x0a];
const [OPEN_LIST, CLOSE_LIST, OPEN_OBJECT, CLOSE_OBJECT] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Cuts a JSON file into the elements of its array, or of the arrays in its outer object, chunk by
 * chunk. Only brackets, quotes and commas are looked at, so that an element that is not JSON spoils
 * no other, and each is known with its line. A string ends at a line break at the latest, as JSON
 * demands: a forgotten quote spoils one line.
 */
export class JsonElements {
  private depth = 0;
  private inString = false;
  private escaped = false;
  private line = 1;
  /** Depth at which commas part rows: 1 in an array, 2 in an object of arrays; 0 before the start. */
  private rowDepth = 0;
  private inRows = false;
  private section: string | undefined;
  private key = '';
  /** Where the outer object's key or text begins in this chunk; -1 outside one. */
  private keyStart = -1;
  private keyBegin = '';
  private readonly pieces: Buffer[] = [];
  private pieceBytes = 0;
  private elementLine = 1;

  constructor(private readonly file: string) {}

  /** Elements that end in this chunk. @throws FormatError when no array or object begins the file */
  *push(chunk: Buffer): Generator<JsonElement> {
    let start = 0;
    for (let i = 0; i < chunk.length; i++) {
      const byte = chunk[i] as number;
      if (byte === NEWLINE) {
        this.line++;
        this.inString = false;
        continue;
      }
      if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.endString(chunk, i);
        continue;
      }
      if (byte <= 0x20) continue;
      const isEnd =
        this.inRows && this.depth === this.rowDepth && (byte === COMMA || byte === CLOSE_LIST);
      if (isEnd) {
        yield* this.take(chunk.subarray(start, i));
        start = i + 1;
      }
      if (this.structure(byte, i)) start = i + 1;
      else if (isEnd) this.elementLine = 0;
      else if (this.elementLine === 0) this.elementLine = this.line;
    }
    if (this.inRows) this.keep(chunk.subarray(start));
    if (this.inString && this.keyStart >= 0) {
      this.keyBegin += chunk.toString('utf8', this.keyStart);
      this.keyStart = 0;
    }
  }

  /** What is left at the end of the file: an array that was not closed. */
  *end(): Generator<JsonElement> {
    if (this.inRows) yield* this.take(Buffer.alloc(0));
  }

  /** True when every bracket was closed; otherwise rows may have been lost. */
  get isBalanced(): boolean {
    return this.depth === 0 && !this.inString;
  }

  /** Follows brackets and keys. @returns true when rows begin behind this byte */
  private structure(byte: number, index: number): boolean {
    if (this.rowDepth === 0) {
      if (byte !== OPEN_LIST && byte !== OPEN_OBJECT) {
        throw new FormatError(
          `${this.file}: begins with '${String.fromCharCode(byte)}'; expected a JSON array or object of arrays; check the file`,
        );
      }
      this.rowDepth = byte === OPEN_LIST ? 1 : 2;
    }
    if (byte === QUOTE) {
      this.inString = true;
      this.keyStart = this.rowDepth === 2 && this.depth === 1 ? index + 1 : -1;
    } else if (byte === COLON && this.rowDepth === 2 && this.depth === 1) {
      this.section = this.key;
    } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
      this.depth++;
      if (byte === OPEN_LIST && this.depth === this.rowDepth) {
        this.inRows = true;
        this.elementLine = 0;
        return true;
      }
    } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
      this.depth--;
      if (this.depth < this.rowDepth) this.inRows = false;
    }
    return false;
  }

  private endString(chunk: Buffer, index: number): void {
    this.inString = false;
    if (this.keyStart < 0) return;
    this.key = this.keyBegin + chunk.toString('utf8', this.keyStart, index);
    this.keyBegin = '';
    this.keyStart = -1;
  }

  private keep(piece: Buffer): void {
    this.pieceBytes += piece.length;
    if (this.pieceBytes > raisedLimit(MAX_ROW_BYTES)) {
      throw new FormatError(
        `${this.file}:${this.elementLine}: row has more than ${MAX_ROW_BYTES} bytes; expected brackets and quotes to be closed; correct the row, or ${RAISE_LIMITS}`,
      );
    }
    this.pieces.push(piece);
  }

  private *take(last: Buffer): Generator<JsonElement> {
    const bytes = this.pieces.length === 0 ? last : Buffer.concat([...this.pieces, last]);
    this.pieces.length = 0;
    this.pieceBytes = 0;
    if (isBlank(bytes)) return;
    const element = { bytes, line: this.elementLine || this.line };
    yield this.rowDepth === 2 && this.section !== undefined
      ? { ...element, section: this.section }
      : element;
  }
}

function isBlank(bytes: Buffer): boolean {
  return bytes.every((byte) => byte <= 0x20);
}
