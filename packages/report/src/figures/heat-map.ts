import { MODALITY_TITLES, percent } from '../figure-text';
import type { GroupField, GroupScores } from '../group-scores';
import { type Markup, markup } from '../page/markup';
import { niceScale, placeOn } from '../page/ticks';
import { type Figure, fileName, fitText, textWidth } from './figure';

/** What questions are parted by, in words. */
export const GROUP_TITLES: Readonly<Record<GroupField, string>> = {
  organ: 'organ',
  category: 'clinical category',
  taskType: 'task',
  skill: 'skill',
};

const CELL = { width: 46, height: 28 };
const MOST_NAME = 150;

/** Opacities of the least and the greatest value: ink stays readable on all between. */
const OPACITY = [0.05, 0.78] as const;

/** Draws accuracy by group and row as a heat map (Figure 4(c) and (d) of the paper), figures in the cells. */
export function heatMap({ by, modality, metric, groups, rows }: GroupScores): Figure {
  const names = Math.min(MOST_NAME, Math.max(...rows.map(({ title }) => textWidth(title)))) + 10;
  const labels = groups.map(({ label }) => fitText(label, MOST_NAME));
  // Labels stand at 45 degrees above the cells.
  const top = Math.max(...labels.map((label) => textWidth(label))) * Math.SQRT1_2 + 18;
  const values = rows.flatMap((row) => row.values.filter((value) => value !== null));
  const scale = niceScale(values);
  const heads = labels.map((label, column) => {
    const [x, y] = [names + (column + 0.5) * CELL.width, top - 8];
    return markup`<text class="label" transform="translate(${x} ${y}) rotate(-45)">${label}</text>`;
  });
  const body = rows.map(({ title, values: own }, row) => {
    const y = top + row * CELL.height;
    return markup`<text class="label" x="0" y="${y + 18}">${fitText(title, names - 10)}</text>${own.map((value, column) => cell(value, { x: names + column * CELL.width, y, scale }))}`;
  });
  const bottom = top + rows.length * CELL.height;
  const counts = groups.map(
    ({ samples }, column) =>
      markup`<text x="${names + (column + 0.5) * CELL.width}" y="${bottom + 16}" text-anchor="middle">${samples}</text>`,
  );
  const title = `By ${GROUP_TITLES[by]}: ${metric} of ${MODALITY_TITLES[modality]}`;
  const overhang = textWidth(labels.at(-1) ?? '') * Math.SQRT1_2;
  return {
    name: `heat-map-${fileName(`${by} ${MODALITY_TITLES[modality]}`)}`,
    title,
    caption: `${title}, in percent, mean over seeds; n questions in each column. No interval is drawn: what differs is in the differences to the baseline.`,
    width: Math.ceil(names + groups.length * CELL.width + Math.max(0, overhang - CELL.width / 2)),
    height: Math.ceil(bottom + 24),
    body: markup`${heads}${body}<text x="${names - 10}" y="${bottom + 16}" text-anchor="end">n</text>${counts}`,
  };
}

function cell(
  value: number | null,
  { x, y, scale }: { x: number; y: number; scale: Parameters<typeof placeOn>[0] },
): Markup {
  const middle = markup`x="${x + CELL.width / 2}" y="${y + 18}" text-anchor="middle"`;
  if (value === null) return markup`<text ${middle}>-</text>`;
  const [least, most] = OPACITY;
  const opacity = (least + (most - least) * placeOn(scale, value)).toFixed(3);
  return markup`<rect class="cell" x="${x}" y="${y}" width="${CELL.width}" height="${CELL.height}" fill-opacity="${opacity}" /><text class="label" ${middle}>${percent(value)}</text>`;
}
