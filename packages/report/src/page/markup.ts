/** Text that is markup already: made by {@link markup}, never by a user. */
export class Markup {
  constructor(readonly text: string) {}
}

/** What may stand in a template: markup as it is, everything else as text. */
export type Content = Markup | string | number | readonly Content[] | null | undefined;

/** Longest text of a run that a page shows of one value. */
const MAX_TEXT = 4000;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that a reader cannot see, or that change the direction of what follows. */
const INVISIBLE =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g; // eslint-disable-line no-control-regex

/**
 * Makes markup of a template; whatever is put into it stays text.
 *
 * @example markup`<p title="${name}">${text}</p>`
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  return new Markup(parts.reduce((text, part, index) => text + written(values[index - 1]) + part));
}

/** Makes text safe to stand in markup: escaped, invisible characters shown by their numbers, long ones cut. */
export function escapeText(text: string): string {
  const cut =
    text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}… (${text.length} characters)` : text;
  return visible(cut).replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Shows invisible characters by their numbers: `\u202e`. */
export function visible(text: string): string {
  return text.replaceAll(
    INVISIBLE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Writes a value as JSON that can stand in a `script` element: nothing in it ends the element. */
export function jsonIsland(id: string, value: unknown): Markup {
  const json = JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
  return new Markup(`<script type="application/json" id="${escapeText(id)}">${json}</script>`);
}

function written(content: Content): string {
  if (content === null || content === undefined) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'string') return escapeText(content);
  if (typeof content === 'number') return String(content);
  return content.map(written).join('');
}
