import { casesSection } from './cases-section';
import { curvesSection } from './curves-section';
import { figuresSection } from './figures-section';
import { forestFigures } from './forest-figure';
import type { Markup } from './markup';
import { pageDocument, type Section } from './page-document';
import { originSection } from './origin-section';
import type { PageRun, PageStudy } from './page-input';
import { studySection } from './study-section';
import { summarySection } from './summary-section';

/**
 * Writes one self-contained page of one or more runs: table, differences, figures, curves, cases, how it was
 * made; with several models on the same questions, their answers beside each other.
 *
 * @returns HTML
 */
export function reportPage(runs: readonly PageRun[], study?: PageStudy): string {
  const together = study && [
    {
      name: 'All together',
      sections: [{ id: 'study', title: 'Case study', body: studySection(study) }],
    },
  ];
  const parts = [
    ...(together ?? []),
    ...runs.map((run, index) => ({ name: run.id, sections: sectionsOf(run, `run${index}`) })),
  ];
  return pageDocument(`Report: ${runs.map(({ id }) => id).join(', ')}`, parts);
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
