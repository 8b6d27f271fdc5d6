import { MODALITY_TITLES, rangeText, signed } from '../figure-text';
import type { Forest, ForestGroup, ForestPanel, ForestPoint } from '../forest';
import { isSure } from '../table-cell';
import { type Markup, markup } from './markup';
import { niceScale, placeOn, type Scale } from './ticks';

const TITLES: Readonly<Record<ForestPanel['by'], string>> = {
  all: 'All questions',
  skill: 'By skill',
  organ: 'By organ',
  taskType: 'By task',
};

/** Groups above which the axis stands above the panel as well. */
const AXIS_TWICE = 3;

/** Draws differences to the baseline with their intervals: the overall ones open, the others to be opened. */
export function forestFigures({ panels, baseline, confidence }: Forest): Markup {
  const level = Number((confidence * 100).toFixed(1));
  const kinds = [...new Set(panels.map(({ by }) => by))];
  return markup`<p class="note">Difference to <bdi>${baseline}</bdi> in points, paired by seed and question, with ${level} % intervals resampled by patient. A filled mark is below 0.05 after Holm's correction; an interval that holds 0 does not show that there is no difference.</p>
    ${kinds.map((by) =>
      kindFigures(
        by,
        panels.filter((panel) => panel.by === by),
      ),
    )}`;
}

function kindFigures(by: ForestPanel['by'], panels: readonly ForestPanel[]): Markup {
  const body = markup`<div class="panels">${panels.map(panelFigure)}</div>`;
  if (by === 'all') return body;
  return markup`<details class="kind" ${by === 'skill' ? markup`open` : null}><summary>${TITLES[by]}</summary>${body}</details>`;
}

function panelFigure(panel: ForestPanel): Markup {
  const { by, modality, metric, groups } = panel;
  const points = groups.flatMap((group) => group.points);
  const scale = niceScale([0, ...points.flatMap(pointValues)]);
  const title = `${TITLES[by]} on ${MODALITY_TITLES[modality]}${by === 'all' ? '' : `, ${metric}`}`;
  return markup`<figure class="forest">
    <figcaption>${title}</figcaption>
    ${groups.length > AXIS_TWICE ? axis(scale) : null}
    ${groups.map((group) => groupFigure(group, scale))}
    ${axis(scale)}
  </figure>`;
}

function axis(scale: Scale): Markup {
  const marks = scale.ticks.map(
    (tick) =>
      markup`<text x="${at(scale, tick)}" y="13" text-anchor="middle">${axisText(tick)}</text>`,
  );
  return markup`<div class="row axis" aria-hidden="true"><span></span><svg class="strip" width="100%" height="18">${marks}</svg><span></span></div>`;
}

function groupFigure({ label, samples, points }: ForestGroup, scale: Scale): Markup {
  return markup`<p class="group"><bdi>${label}</bdi> <span class="n">n = ${samples}</span></p>
    ${points.map((point) => pointFigure(point, scale))}`;
}

function pointFigure(point: ForestPoint, scale: Scale): Markup {
  const { row, delta, seeds = [] } = point;
  const text = `${signed(delta.mean)}${rangeText(delta, signed)}${isSure(point) ? '*' : ''}`;
  const interval =
    delta.low === null || delta.high === null
      ? null
      : markup`<line class="interval" x1="${at(scale, delta.low)}" x2="${at(scale, delta.high)}" y1="10" y2="10" />`;
  return markup`<div class="row">
      <bdi class="name">${row}</bdi>
      <svg class="strip" role="img" aria-label="${`${row}: ${text}`}" width="100%" height="20"><line class="zero" x1="${at(scale, 0)}" x2="${at(scale, 0)}" y1="0" y2="20" />${interval}${seeds.map((seed) => markup`<circle class="seed" cx="${at(scale, seed)}" cy="10" r="2.5" />`)}<circle class="mark ${isSure(point) ? 'sure' : 'open'}" cx="${at(scale, delta.mean)}" cy="10" r="5" /></svg>
      <span class="num">${text}</span>
    </div>`;
}

function pointValues({ delta, seeds = [] }: ForestPoint): number[] {
  return [delta.mean, delta.low, delta.high, ...seeds].filter((value) => value !== null);
}

/** Place on the strip; its margins keep marks and marks' labels inside. */
function at(scale: Scale, value: number): string {
  return `${(5 + 90 * placeOn(scale, value)).toFixed(2)}%`;
}

function axisText(value: number): string {
  const points = Number((value * 100).toFixed(2));
  return points > 0 ? `+${points}` : String(points);
}
