import { forestFiles } from '../page/forest-figure';
import { lineChartFile } from '../page/line-chart';
import type { PageRun } from '../page/page-input';
import { stageCharts } from '../page/curves-section';
import { axisPlots } from './axis-plot';
import { type Figure, figureFile } from './figure';
import { heatMap } from './heat-map';
import { radar } from './radar';
import { tokenMapFigure } from './token-map';

/** What figures of the paper are drawn of. */
export type FigureSource = Pick<PageRun, 'table' | 'groups' | 'tokens' | 'tokenMap'>;

/** Fields that a radar is drawn by: the first that there is. */
const RADAR_FIELDS = ['skill', 'category', 'organ'] as const;

/** Draws the paper's figures from a run: performance along what it varies, heat maps, radars. */
export function runDrawings({ table, groups = [], tokens, tokenMap }: FigureSource): Figure[] {
  const radarField = RADAR_FIELDS.find((field) => groups.some(({ by }) => by === field));
  return [
    ...axisPlots(table, tokens),
    ...groups.map(heatMap),
    ...groups.flatMap((scores) => (scores.by === radarField ? (radar(scores) ?? []) : [])),
    ...(tokenMap === undefined ? [] : [tokenMapFigure(tokenMap)]),
  ];
}

/** A figure as a file. */
export interface FigureFile {
  /** Name with its ending: `heat-map-organ-volumes.svg`. */
  name: string;
  title: string;
  caption: string;
  svg: string;
}

/** Writes all figures of a run as SVG files: the paper's, differences to the baseline, curves. */
export function figureFiles(run: PageRun): FigureFile[] {
  const figures = [
    ...runDrawings(run),
    ...(run.forest === undefined ? [] : forestFiles(run.forest)),
    ...stageCharts(run.curves).map(({ title, lines }) => lineChartFile(title, lines)),
  ];
  return figures.map((figure) => {
    const { name, title, caption } = figure;
    return { name: `${name}.svg`, title, caption, svg: figureFile(figure) };
  });
}
