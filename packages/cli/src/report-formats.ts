import {
  csvTables,
  figureFiles,
  latexSkills,
  latexTable,
  type PageRun,
  renderAblationTable,
  renderSkillsMarkdown,
} from '@omnict/report';
import type { SweepReport } from './sweep-report';

/** Forms that `omnict report` writes. */
export const REPORT_FORMATS = ['html', 'latex', 'csv', 'md', 'json', 'svg'] as const;

/** One of {@link REPORT_FORMATS}. */
export type ReportFormat = (typeof REPORT_FORMATS)[number];

/** Writes the tables of runs for a paper, a spreadsheet or a program. */
export function tablesAs(
  format: 'latex' | 'csv' | 'md' | 'json',
  reports: readonly SweepReport[],
): string {
  switch (format) {
    case 'latex':
      return reports
        .flatMap(({ id, table, skills }) => [
          latexTable(table, id),
          ...(skills === undefined ? [] : [latexSkills(skills, id)]),
        ])
        .join('\n');
    case 'csv':
      return csvTables(reports);
    case 'md':
      return reports
        .flatMap(({ id, table, skills }) => [
          `## ${id}\n`,
          renderAblationTable(table, 'markdown'),
          ...(skills === undefined ? [] : [renderSkillsMarkdown(skills)]),
        ])
        .join('\n');
    case 'json':
      return `${JSON.stringify(reports, null, 2)}\n`;
  }
}

/** Figures of runs by the names of their files, and captions beside them in Markdown. */
export function figuresOf(runs: readonly PageRun[]): { name: string; content: string }[] {
  const files = runs.flatMap((run) =>
    figureFiles(run).map((file) => ({
      ...file,
      name: runs.length === 1 ? file.name : `${run.id}-${file.name}`,
    })),
  );
  const captions = files.map(
    ({ name, title, caption }) => `## ${name}\n\n${title}\n\n${caption}\n`,
  );
  return [
    ...files.map(({ name, svg }) => ({ name, content: svg })),
    { name: 'captions.md', content: `# Captions\n\n${captions.join('\n')}` },
  ];
}
