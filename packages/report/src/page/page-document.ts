import { createHash } from 'node:crypto';
import { Markup, markup } from './markup';
import { SCRIPT } from './script';
import { STYLE } from './style';

/** A part of a page with a heading. */
export interface Section {
  /** Unique on the page. */
  id: string;
  title: string;
  body: Markup;
}

/** Sections of one run or evaluation. */
interface PagePart {
  name: string;
  sections: readonly Section[];
}

/**
 * Writes one self-contained page. It asks no host for anything; its Content-Security-Policy lets nothing run
 * but its own script.
 *
 * @returns HTML
 */
export function pageDocument(title: string, parts: readonly PagePart[]): string {
  const policy = [
    "default-src 'none'",
    `script-src '${digest(SCRIPT)}'`,
    `style-src '${digest(STYLE)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const isOne = parts.length === 1;
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${new Markup(STYLE)}</style>
</head>
<body>
<header><h1>${title}</h1>
<p class="note">OmniCT. For research, never for patient care.</p>
${parts.map(({ name, sections }) => navigation(isOne ? '' : name, sections))}</header>
<main>${parts.map(({ name, sections }) => sectionMarkup(isOne ? '' : `${name}: `, sections))}</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

function navigation(name: string, sections: readonly Section[]): Markup {
  const links = sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  return markup`<nav aria-label="Sections ${name}"><bdi>${name}</bdi><ul>${links}</ul></nav>`;
}

function sectionMarkup(before: string, sections: readonly Section[]): Markup {
  return markup`${sections.map(
    ({ id, title, body }) =>
      markup`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${before}${title}</h2>${body}</section>`,
  )}`;
}

/** Digest of an inline script or style, as a Content-Security-Policy names it. */
function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
