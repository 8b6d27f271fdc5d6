import { type Figure, fileName } from '../figures/figure';
import { seriesClass } from './figure-style';
import { type Markup, markup } from './markup';
import { type Point, thinSeries } from './thin-series';
import { niceScale, placeOn, type Scale, tickText } from './ticks';

/** One line of a chart. */
export interface ChartLine {
  name: string;
  points: readonly Point[];
}

/**
 * Draws lines over steps as inline SVG that is as wide as its place: the lines stretch, text does not.
 *
 * @param title of the figure, for readers and screen readers
 */
export function lineChart(title: string, lines: readonly ChartLine[]): Markup {
  const thinned = thin(lines);
  const label = `${title}: ${lines.map(lineSummary).join('; ')}`;
  return markup`<figure class="chart">
    <figcaption>${title}</figcaption>
    <svg class="plot" role="img" aria-label="${label}" width="100%" height="${PLOT_HEIGHT}">${plot(thinned)}</svg>
    <ul class="legend">
      ${thinned.map(({ name, points }, index) => markup`<li>${swatch(index)} <bdi>${name}</bdi> <span class="num">${tickText(points.at(-1)?.value ?? 0)}</span></li>`)}
    </ul>
  </figure>`;
}

const PLOT_HEIGHT = 190;
const FILE_WIDTH = 480;
const LEGEND_ROW = 18;

/** Draws the same as a figure of its own, its legend below it. */
export function lineChartFile(title: string, lines: readonly ChartLine[]): Figure {
  const thinned = thin(lines);
  const legend = thinned.map(({ name, points }, index) => {
    const y = PLOT_HEIGHT + 14 + index * LEGEND_ROW;
    return markup`<line x1="12" x2="34" y1="${y - 4}" y2="${y - 4}" class="line ${seriesClass(index)}" /><text class="label" x="42" y="${y}">${`${name} (${tickText(points.at(-1)?.value ?? 0)})`}</text>`;
  });
  return {
    name: `curve-${fileName(title)}`,
    title,
    width: FILE_WIDTH,
    caption: `${title} over steps. Long courses are thinned; the least and the greatest value of each stretch stay. Beside each name stands the last value.`,
    height: PLOT_HEIGHT + legend.length * LEGEND_ROW + 8,
    body: markup`<svg width="${FILE_WIDTH}" height="${PLOT_HEIGHT}">${plot(thinned)}</svg>${legend}`,
  };
}

function thin(lines: readonly ChartLine[]): ChartLine[] {
  return lines.map(({ name, points }) => ({ name, points: thinSeries(points) }));
}

function plot(lines: readonly ChartLine[]): Markup {
  const all = lines.flatMap(({ points }) => points);
  const x = niceScale(all.map(({ step }) => step));
  const y = niceScale(all.map(({ value }) => value));
  return markup`${y.ticks.map((tick) => horizontal(y, tick))}
      ${x.ticks.map((tick) => vertical(x, tick))}
      <svg x="14%" y="10" width="84%" height="150" viewBox="0 0 1000 1000" preserveAspectRatio="none">
        ${lines.map(({ points }, index) => markup`<polyline class="line ${seriesClass(index)}" points="${pointText(points, x, y)}" />`)}
      </svg>`;
}

/** A line as in the chart, for the legend. */
function swatch(index: number): Markup {
  return markup`<svg class="swatch" width="22" height="8" aria-hidden="true"><line x1="0" x2="22" y1="4" y2="4" class="line ${seriesClass(index)}" /></svg>`;
}

function horizontal(scale: Scale, tick: number): Markup {
  const y = 160 - placeOn(scale, tick) * 150;
  return markup`<line class="grid" x1="14%" x2="98%" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" /><text x="13%" y="${(y + 4).toFixed(1)}" text-anchor="end">${tickText(tick)}</text>`;
}

function vertical(scale: Scale, tick: number): Markup {
  const x = 14 + placeOn(scale, tick) * 84;
  return markup`<text x="${x.toFixed(2)}%" y="180" text-anchor="middle">${tickText(tick)}</text>`;
}

function pointText(points: readonly Point[], x: Scale, y: Scale): string {
  const place = (scale: Scale, value: number): number => placeOn(scale, value) * 1000;
  return points
    .map(({ step, value }) => `${place(x, step).toFixed(1)},${(1000 - place(y, value)).toFixed(1)}`)
    .join(' ');
}

function lineSummary({ name, points }: ChartLine): string {
  const [first, last] = [points[0], points.at(-1)];
  return first === undefined || last === undefined
    ? `${name} has no value`
    : `${name} from ${tickText(first.value)} to ${tickText(last.value)} in ${points.length} points`;
}
