import { type AblationTable, hasFigures, type TableRow } from '../ablation-table';
import { MODALITY_TITLES } from '../figure-text';
import { tableFindings } from '../findings';
import { contrastSentence } from '../render-skills';
import { cellText, deltaText, footnotes, rowNote } from '../render-table';
import { rowTitle } from '../row-title';
import type { SkillsTable } from '../skills-table';
import { isSure } from '../table-cell';
import { type Unfinished, unfinishedSentence } from '../unfinished';
import { type Markup, markup } from './markup';
import type { PageRun } from './page-input';

/** Writes what the run asks, its table, and what its statistics say. */
export function summarySection(run: PageRun): Markup {
  const { question, varied, table, skills, failures, unfinished } = run;
  const findings = tableFindings(table);
  const shown = findings.filter(({ isShown }) => isShown);
  const open = findings.filter(({ isShown }) => !isShown);
  return markup`${question === undefined ? null : markup`<p class="question"><bdi>${question}</bdi></p>`}
    ${varied.length === 0 ? null : markup`<ul class="varied">${varied.map((text) => markup`<li><bdi>${text}</bdi></li>`)}</ul>`}
    ${unfinished === undefined ? null : missing(unfinished)}
    ${failures.map(({ task, message }) => markup`<p class="failure" role="alert">Failed: <bdi>${task}</bdi>: <bdi>${message}</bdi></p>`)}
    ${hasFigures(table) ? tableMarkup(table) : null}
    ${
      findings.length === 0
        ? null
        : markup`<h3>What is shown</h3>${sentences(
            shown.map(({ text }) => text),
            'No difference to the baseline is left after the correction.',
          )}`
    }
    ${
      open.length === 0
        ? null
        : markup`<details><summary>What is not shown: ${open.length} of ${findings.length} differences</summary>${sentences(
            open.map(({ text }) => text),
            '',
          )}</details>`
    }
    ${skills === undefined ? null : contrasts(skills)}`;
}

/** What is not done yet, and of which trials. */
function missing(unfinished: Unfinished): Markup {
  return markup`<p class="failure" role="alert">${unfinishedSentence(unfinished)}</p>
    <details><summary>Not scored: ${unfinished.missing.length} trials</summary><ul>${unfinished.missing.map(
      ({ title, reason }) => markup`<li><bdi>${title}</bdi>: <bdi>${reason}</bdi></li>`,
    )}</ul></details>`;
}

function tableMarkup(table: AblationTable): Markup {
  const paper = table.paper?.columns ?? [];
  return markup`<div class="scroll" role="region" aria-label="Results by configuration" tabindex="0">
    <table class="results">
      <thead>
        <tr><th scope="col">Configuration</th>
          ${table.columns.map(({ modality, title, samples }) => markup`<th scope="col">${title}<br><span class="n">${MODALITY_TITLES[modality]}, n = ${samples}</span></th>`)}
          ${paper.map((column) => markup`<th scope="col">paper<br><span class="n">${column}</span></th>`)}
        </tr>
      </thead>
      <tbody>${table.rows.map((row) => rowMarkup(row, paper))}</tbody>
    </table></div>
    <p class="note">${footnotes(table).join(' ')}</p>`;
}

function rowMarkup(row: TableRow, paper: readonly string[]): Markup {
  const note = rowNote(row);
  return markup`<tr class="${row.isBaseline ? 'baseline' : ''}"><th scope="row"><bdi>${rowTitle(row)}</bdi>${note === '' ? null : markup`<br><span class="n">${note}</span>`}</th>
    ${row.cells.map((cell) => {
      const sure = cell !== null && isSure(cell) ? 'sure' : '';
      return markup`<td><span class="figure">${cellText(cell)}</span><br><span class="delta ${sure}">${deltaText(row, cell)}</span></td>`;
    })}
    ${paper.map((column) => markup`<td>${row.paper?.[column]?.toFixed(2) ?? '-'}</td>`)}</tr>`;
}

function contrasts({ contrasts: all }: SkillsTable): Markup | null {
  if (all.length === 0) return null;
  return markup`<h3>What each mechanism brings</h3>
    ${sentences(
      all.map(
        (contrast) =>
          `${MODALITY_TITLES[contrast.modality]}, questions that need ${contrast.mechanism}: ${contrastSentence(contrast)}`,
      ),
      '',
    )}
    <p class="note">Holm's correction over these ${all.length} comparisons.</p>`;
}

function sentences(texts: readonly string[], none: string): Markup {
  if (texts.length === 0) return markup`<p>${none}</p>`;
  return markup`<ul>${texts.map((text) => markup`<li><bdi>${text}</bdi></li>`)}</ul>`;
}
