import { formatSeconds, type SweepCost } from '../sweep-cost';
import { type Markup, markup } from './markup';
import type { PageOrigin } from './page-input';

/** Writes how a run was made: facts, times, the spec as it was resolved. */
export function originSection(origin: PageOrigin, cost: SweepCost): Markup {
  return markup`${factsMarkup(origin)}
    <h3>Time by stage</h3>
    ${costTable(cost)}
    ${resolvedSpec(origin)}`;
}

/** Writes facts and the spec of what has no stages. */
export function specMarkup(origin: PageOrigin): Markup {
  return markup`${factsMarkup(origin)}${resolvedSpec(origin)}`;
}

function factsMarkup({ facts }: PageOrigin): Markup {
  return markup`<div class="facts">${facts.map(
    ({ title, rows }) =>
      markup`<section><h3>${title}</h3><dl>${rows.map(([name, value]) => markup`<dt>${name}</dt><dd><bdi>${value}</bdi></dd>`)}</dl></section>`,
  )}</div>`;
}

function resolvedSpec({ spec }: PageOrigin): Markup {
  return markup`<details><summary>Spec as resolved</summary><pre tabindex="0">${specText(spec)}</pre></details>`;
}

function costTable({ stages, wallSeconds }: SweepCost): Markup {
  return markup`<div class="scroll" role="region" aria-label="Time by stage" tabindex="0"><table>
    <thead><tr>${['stage', 'needed', 'distinct', 'ran now', 'time', 'saved'].map((title) => markup`<th scope="col">${title}</th>`)}</tr></thead>
    <tbody>${stages.map(
      ({ stage, needed, distinct, ran, seconds, savedSeconds }) =>
        markup`<tr><th scope="row">${stage}</th><td>${needed}</td><td>${distinct}</td><td>${ran}</td><td>${formatSeconds(seconds)}</td><td>${formatSeconds(savedSeconds)}</td></tr>`,
    )}</tbody></table></div>
    <p class="note">Saved: by sharing over trials and by the cache. Wall time of the last run: ${formatSeconds(wallSeconds)}.</p>`;
}

/** Lines are cut one by one, so that a long spec is shown whole. */
function specText(spec: unknown): Markup[] {
  return JSON.stringify(spec, null, 2)
    .split('\n')
    .map((line) => markup`${line}\n`);
}
