import { MODALITY_TITLES, rangeText, signed } from '../figure-text';
import type { Forest, ForestGroup, ForestPanel, ForestPoint } from '../forest';
import { isSure } from '../table-cell';
import { type Figure, fileName, fitText, textWidth } from '../figures/figure';
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
  const kinds = [...new Set(panels.map(({ by }) => by))];
  return markup`<p class="note">${method({ baseline, confidence })}</p>
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
  const { groups } = panel;
  const scale = scaleOf(panel);
  return markup`<figure class="forest">
    <figcaption>${titleOf(panel)}</figcaption>
    ${groups.length > AXIS_TWICE ? axis(scale) : null}
    ${groups.map((group) => groupFigure(group, scale))}
    ${axis(scale)}
  </figure>`;
}

/** Says what is drawn, and how the intervals were made. */
function method({ baseline, confidence }: Pick<Forest, 'baseline' | 'confidence'>): string {
  const level = Number((confidence * 100).toFixed(1));
  return `Difference to ${baseline} in points, paired by seed and question, with ${level} % intervals resampled by patient. A filled mark is below 0.05 after Holm's correction; an interval that holds 0 does not show that there is no difference.`;
}

function titleOf({ by, modality, metric }: ForestPanel): string {
  return `${TITLES[by]} on ${MODALITY_TITLES[modality]}${by === 'all' ? '' : `, ${metric}`}`;
}

function scaleOf({ groups }: ForestPanel): Scale {
  return niceScale([0, ...groups.flatMap(({ points }) => points).flatMap(pointValues)]);
}

/** Widths of a panel's columns in a file, and height of its rows. */
const FILE = { strip: 300, gap: 12, row: 20, most: 240 };

/** Draws each panel as a figure of its own: the strips of the page, names and figures beside them. */
export function forestFiles({ panels, ...forest }: Forest): Figure[] {
  return panels.map((panel) => {
    const points = panel.groups.flatMap((group) => group.points);
    const names = Math.min(FILE.most, Math.max(...points.map(({ row }) => textWidth(row))));
    const figures = Math.max(...points.map((point) => textWidth(pointText(point))));
    const scale = scaleOf(panel);
    const left = names + FILE.gap;
    const right = left + FILE.strip + FILE.gap;
    let y = 0;
    const lines: Markup[] = [];
    for (const { label, samples, points: own } of panel.groups) {
      y += FILE.row * 1.2;
      lines.push(markup`<text class="title" x="0" y="${y}">${`${label} (n = ${samples})`}</text>`);
      y += FILE.row * 0.4;
      for (const point of own) {
        lines.push(markup`<text class="label" x="0" y="${y + 14}">${fitText(point.row, names)}</text>
          <svg x="${left}" y="${y}" width="${FILE.strip}" height="${FILE.row}">${strip(point, scale)}</svg>
          <text x="${right + figures}" y="${y + 14}" text-anchor="end">${pointText(point)}</text>`);
        y += FILE.row;
      }
    }
    lines.push(
      markup`<svg x="${left}" y="${y}" width="${FILE.strip}" height="18">${ticks(scale)}</svg>`,
    );
    const title = `Difference to the baseline: ${titleOf(panel)}`;
    return {
      name: `forest-${fileName(`${panel.by} ${MODALITY_TITLES[panel.modality]}`)}`,
      title,
      caption: `${titleOf(panel)}. ${method(forest)}`,
      width: Math.ceil(right + figures),
      height: y + FILE.row,
      body: markup`${lines}`,
    };
  });
}

function axis(scale: Scale): Markup {
  return markup`<div class="row axis" aria-hidden="true"><span></span><svg class="strip" width="100%" height="18">${ticks(scale)}</svg><span></span></div>`;
}

function ticks(scale: Scale): Markup[] {
  return scale.ticks.map(
    (tick) =>
      markup`<text x="${at(scale, tick)}" y="13" text-anchor="middle">${axisText(tick)}</text>`,
  );
}

function groupFigure({ label, samples, points }: ForestGroup, scale: Scale): Markup {
  return markup`<p class="group"><bdi>${label}</bdi> <span class="n">n = ${samples}</span></p>
    ${points.map((point) => pointFigure(point, scale))}`;
}

function pointFigure(point: ForestPoint, scale: Scale): Markup {
  const { row } = point;
  const text = pointText(point);
  return markup`<div class="row">
      <bdi class="name">${row}</bdi>
      <svg class="strip" role="img" aria-label="${`${row}: ${text}`}" width="100%" height="20">${strip(point, scale)}</svg>
      <span class="num">${text}</span>
    </div>`;
}

/** Draws a difference, 20 pixels high and as wide as its place. */
function strip(point: ForestPoint, scale: Scale): Markup {
  const { delta, seeds = [] } = point;
  const interval =
    delta.low === null || delta.high === null
      ? null
      : markup`<line class="interval" x1="${at(scale, delta.low)}" x2="${at(scale, delta.high)}" y1="10" y2="10" />`;
  return markup`<line class="zero" x1="${at(scale, 0)}" x2="${at(scale, 0)}" y1="0" y2="20" />${interval}${seeds.map((seed) => markup`<circle class="seed" cx="${at(scale, seed)}" cy="10" r="2.5" />`)}<circle class="mark ${isSure(point) ? 'sure' : 'open'}" cx="${at(scale, delta.mean)}" cy="10" r="5" />`;
}

function pointText(point: ForestPoint): string {
  const { delta } = point;
  return `${signed(delta.mean)}${rangeText(delta, signed)}${isSure(point) ? '*' : ''}`;
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
