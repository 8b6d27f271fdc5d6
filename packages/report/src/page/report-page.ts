import { createHash } from 'node:crypto';
import { casesSection } from './cases-section';
import { curvesSection } from './curves-section';
import { figuresSection } from './figures-section';
import { forestFigures } from './forest-figure';
import { Markup, markup } from './markup';
import { originSection } from './origin-section';
import type { PageRun } from './page-input';
import { SCRIPT } from './script';
import { STYLE } from './style';
import { summarySection } from './summary-section';

/**
 * Writes one self-contained page of one or more runs: table, differences, curves, cases, how it was made.
 * It asks no host for anything; its Content-Security-Policy lets nothing run but its own script.
 *
 * @returns HTML
 */
export function reportPage(runs: readonly PageRun[]): string {
  const title = `Report: ${runs.map(({ id }) => id).join(', ')}`;
  const policy = [
    "default-src 'none'",
    `script-src '${digest(SCRIPT)}'`,
    `style-src '${digest(STYLE)}'`,
    'img-src data:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const sections = runs.map((run, index) => sectionsOf(run, `run${index}`));
  const isOne = runs.length === 1;
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
${sections.map((own, index) => navigation(isOne ? '' : (runs[index] as PageRun).id, own))}</header>
<main>${sections.map((own, index) => sectionMarkup(isOne ? '' : `${(runs[index] as PageRun).id}: `, own))}</main>
<script>${new Markup(SCRIPT)}</script>
</body>
</html>
`;
  return page.text;
}

/** A part of a page with a heading. */
interface Section {
  id: string;
  title: string;
  body: Markup;
}

/** Sections of a run that have something to show. */
function sectionsOf(run: PageRun, prefix: string): Section[] {
  const { forest, cases, curves, origin, cost } = run;
  const found: [name: string, title: string, body: Markup | null][] = [
    ['summary', 'Summary', summarySection(run)],
    ['differences', 'Differences to the baseline', forest ? forestFigures(forest) : null],
    ['figures', 'Figures', figuresSection(run)],
    ['curves', 'Curves', curvesSection(curves)],
    ['cases', 'Cases', cases && cases.cases.length > 0 ? casesSection(cases, prefix) : null],
    ['origin', 'How it was made', originSection(origin, cost)],
  ];
  return found.flatMap(([name, title, body]) =>
    body === null ? [] : [{ id: `${prefix}-${name}`, title, body }],
  );
}

function navigation(run: string, sections: readonly Section[]): Markup {
  const links = sections.map(({ id, title }) => markup`<li><a href="#${id}">${title}</a></li>`);
  return markup`<nav aria-label="Sections ${run}"><bdi>${run}</bdi><ul>${links}</ul></nav>`;
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
