import type { AblationTable, TableRow } from '../ablation-table';
import { MODALITY_TITLES, percent } from '../figure-text';
import { isMajorityRow } from '../findings';
import { seriesClass } from '../page/figure-style';
import { type Markup, markup } from '../page/markup';
import { niceScale, placeOn, tickText } from '../page/ticks';
import { axisText, joinAxes, rowTitle } from '../row-title';
import type { TableCell } from '../table-cell';
import { type Figure, fileName, fitText, textWidth } from './figure';

/** Rows along a number, in series that are alike in all else. */
interface Along {
  /** Name of the number: `share of the data`. */
  axis: string;
  at: ReadonlyMap<string, { x: number; series: string }>;
}

const SHARES = ['train.finetune.sampling.slices', 'train.finetune.sampling.volumes'] as const;
const ENCODER = 'model.encoder';

const PLOT = { width: 350, left: 44, right: 12, top: 12, height: 190 };
const LEGEND_ROW = 18;

/**
 * Draws performance along what a sweep varies: shares of the data (Figure 4(a) of the paper) or any one number
 * as lines, encoders (Figure 4(b)) as points; none where it varies neither.
 *
 * @param tokens visual tokens by the title of a row, for encoders
 */
export function axisPlots(
  table: AblationTable,
  tokens: Readonly<Record<string, Readonly<Record<'slice' | 'volume', number>>>> = {},
): Figure[] {
  const rows = table.rows.filter((row) => !isMajorityRow(row));
  const along = sharesOf(rows) ?? numberOf(rows);
  const lines =
    along === null
      ? []
      : table.columns.map((_, column) => linesFigure(table, { rows, along, column }));
  const encoders = new Set(rows.map(({ axes }) => axes[ENCODER]));
  if (encoders.size < 2) return lines;
  return [
    ...lines,
    ...table.columns.map((_, column) => pointsFigure(table, { rows, column, tokens })),
  ];
}

/** Shares of slices and volumes that were trained on. */
function sharesOf(rows: readonly TableRow[]): Along | null {
  const at = new Map<string, { x: number; series: string }>();
  for (const { name, axes } of rows) {
    const [slices, volumes] = SHARES.map((path) => axes[path]);
    if (typeof slices !== 'number' || typeof volumes !== 'number') continue;
    const series = volumes === 0 ? 'slices alone' : slices === 0 ? 'volumes alone' : 'both';
    at.set(name, { x: Math.max(slices, volumes), series });
  }
  return isCourse(at) ? { axis: 'share of the training data', at } : null;
}

/** The one number that rows differ in. */
function numberOf(rows: readonly TableRow[]): Along | null {
  const paths = [...new Set(rows.flatMap(({ axes }) => Object.keys(axes)))];
  const numeric = paths.filter((path) => {
    const values = rows.flatMap(({ axes }) => (path in axes ? [axes[path]] : []));
    return values.every((value) => typeof value === 'number') && new Set(values).size > 1;
  });
  const [path] = numeric;
  if (path === undefined || numeric.length !== 1) return null;
  const at = new Map<string, { x: number; series: string }>();
  for (const { name, axes } of rows) {
    const { [path]: x, ...others } = axes;
    if (typeof x !== 'number') continue;
    const series = joinAxes(Object.entries(others).map(([key, value]) => axisText(key, value)));
    at.set(name, { x, series });
  }
  return isCourse(at) ? { axis: axisText(path, 0).axis, at } : null;
}

function isCourse(at: Along['at']): boolean {
  return new Set([...at.values()].map(({ x }) => x)).size > 1;
}

interface Drawn {
  rows: readonly TableRow[];
  column: number;
}

function linesFigure(
  table: AblationTable,
  { rows, along, column }: Drawn & { along: Along },
): Figure {
  const series = new Map<string, { x: number; cell: TableCell }[]>();
  for (const row of rows) {
    const [place, cell] = [along.at.get(row.name), row.cells[column] ?? null];
    if (place === undefined || cell === null) continue;
    series.set(place.series, [...(series.get(place.series) ?? []), { x: place.x, cell }]);
  }
  const all = [...series.values()].flat();
  const x = niceScale(all.map((point) => point.x));
  const y = niceScale(all.flatMap(({ cell }) => rangeOf(cell)));
  const right = PLOT.width - PLOT.right;
  const bottom = PLOT.top + PLOT.height;
  const atX = (value: number): number =>
    PLOT.left + 8 + placeOn(x, value) * (right - PLOT.left - 16);
  const atY = (value: number): number => bottom - placeOn(y, value) * PLOT.height;
  const drawn = [...series.values()].map((points, index) => {
    const sorted = [...points].sort((a, b) => a.x - b.x);
    const path = sorted.map(
      (point) => `${atX(point.x).toFixed(1)},${atY(point.cell.mean).toFixed(1)}`,
    );
    return markup`<polyline class="line ${seriesClass(index)}" points="${path.join(' ')}" />${sorted.map(
      ({ x: own, cell: { mean, low, high } }) =>
        markup`${low === null || high === null ? null : markup`<line class="line ${seriesClass(index)}" x1="${atX(own).toFixed(1)}" x2="${atX(own).toFixed(1)}" y1="${atY(low).toFixed(1)}" y2="${atY(high).toFixed(1)}" />`}<circle class="dot ${seriesClass(index)}" cx="${atX(own).toFixed(1)}" cy="${atY(mean).toFixed(1)}" r="3.5" />`,
    )}`;
  });
  const top = bottom + 58;
  const legend = [...series.keys()].map((name, index) => {
    const at = top + index * LEGEND_ROW;
    return markup`<line x1="8" x2="30" y1="${at - 4}" y2="${at - 4}" class="line ${seriesClass(index)}" /><text class="label" x="38" y="${at}">${fitText(name === '' ? 'all' : name, 300)}</text>`;
  });
  const { what, method } = wordsOf(table, column);
  return {
    name: `along-${fileName(`${along.axis} ${what}`)}`,
    title: `${what} along ${along.axis}`,
    caption: `${what} in percent along ${along.axis}. ${method}`,
    width: PLOT.width,
    height: top + series.size * LEGEND_ROW - 6,
    body: markup`${y.ticks.map((tick) => markup`<line class="grid" x1="${PLOT.left}" x2="${right}" y1="${atY(tick)}" y2="${atY(tick)}" /><text x="${PLOT.left - 6}" y="${atY(tick) + 4}" text-anchor="end">${Number(percent(tick))}</text>`)}${x.ticks.map((tick) => markup`<text x="${atX(tick)}" y="${bottom + 18}" text-anchor="middle">${tickText(tick)}</text>`)}<text x="${(PLOT.left + right) / 2}" y="${bottom + 36}" text-anchor="middle">${along.axis}</text>${drawn}${legend}`,
  };
}

/** A strip for each row: point, interval, figure, and the tokens that the encoder's images take. */
function pointsFigure(
  table: AblationTable,
  { rows, column, tokens }: Drawn & { tokens: NonNullable<Parameters<typeof axisPlots>[1]> },
): Figure {
  const { modality } = table.columns[column] as AblationTable['columns'][number];
  const points = rows.flatMap((row) => {
    const cell = row.cells[column] ?? null;
    const count = tokens[rowTitle(row)]?.[modality];
    const name = `${rowTitle(row)}${count === undefined ? '' : ` (${count} tokens)`}`;
    return cell === null ? [] : [{ name, cell }];
  });
  const names = Math.min(220, Math.max(0, ...points.map(({ name }) => textWidth(name)))) + 12;
  const [strip, row] = [200, 24];
  const scale = niceScale(points.flatMap(({ cell }) => rangeOf(cell)));
  const atX = (value: number): string =>
    (names + 6 + placeOn(scale, value) * (strip - 12)).toFixed(1);
  const { what, method } = wordsOf(table, column);
  const bottom = points.length * row;
  return {
    name: `encoders-${fileName(what)}`,
    title: `${what} by encoder`,
    caption: `${what} in percent by encoder, with the visual tokens of an image. ${method}`,
    width: Math.ceil(names + strip + 48),
    height: bottom + 22,
    body: markup`${scale.ticks.map((tick) => markup`<line class="grid" x1="${atX(tick)}" x2="${atX(tick)}" y1="0" y2="${bottom}" /><text x="${atX(tick)}" y="${bottom + 16}" text-anchor="middle">${Number(percent(tick))}</text>`)}${points.map(({ name, cell }, index) => pointRow(cell, { name: fitText(name, names - 12), y: index * row + row / 2, atX, end: names + strip + 44 }))}`,
  };
}

function pointRow(
  { mean, low, high }: TableCell,
  { name, y, atX, end }: { name: string; y: number; atX: (value: number) => string; end: number },
): Markup {
  const interval =
    low === null || high === null
      ? null
      : markup`<line class="interval" x1="${atX(low)}" x2="${atX(high)}" y1="${y}" y2="${y}" />`;
  return markup`<text class="label" x="0" y="${y + 4}">${name}</text>${interval}<circle class="mark sure" cx="${atX(mean)}" cy="${y}" r="4" /><text x="${end}" y="${y + 4}" text-anchor="end">${percent(mean)}</text>`;
}

function rangeOf({ mean, low, high }: TableCell): number[] {
  return [mean, low, high].filter((value) => value !== null);
}

function wordsOf({ columns, confidence }: AblationTable, column: number) {
  const { title, modality, samples } = columns[column] as AblationTable['columns'][number];
  const level = Number((confidence * 100).toFixed(1));
  return {
    what: `${title} of ${MODALITY_TITLES[modality]}`,
    method: `Bars are ${level} % bootstrap intervals over questions, resampled by patient; n = ${samples}.`,
  };
}
