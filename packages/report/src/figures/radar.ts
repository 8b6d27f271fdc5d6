import { MODALITY_TITLES, percent } from '../figure-text';
import { isMajorityRow } from '../findings';
import type { GroupScores } from '../group-scores';
import { seriesClass } from '../page/figure-style';
import { type Markup, markup } from '../page/markup';
import { niceScale, placeOn, type Scale } from '../page/ticks';
import { type Figure, fileName, fitText } from './figure';
import { GROUP_TITLES } from './heat-map';

/** Directions that a reader can still tell apart, and rows. */
const MOST_AXES = 16;
const MOST_ROWS = 6;

const SIZE = { width: 350, centre: 165, radius: 95 };
const LEGEND_ROW = 18;

/** Draws accuracy over groups as a radar (Figure 1(c) of the paper). @returns null for fewer than three groups */
export function radar({ by, modality, metric, ...scores }: GroupScores): Figure | null {
  return drawRadar({
    name: `radar-${fileName(`${by} ${MODALITY_TITLES[modality]}`)}`,
    ...scores,
    title: `Radar by ${GROUP_TITLES[by]}: ${metric} of ${MODALITY_TITLES[modality]}`,
  });
}

/** Values in [0, 1] of rows, in as many directions as there are groups. */
interface RadarScores extends Pick<GroupScores, 'groups' | 'rows'> {
  name: string;
  title: string;
}

/** Draws values of rows as polygons. @returns null for fewer than three groups that all rows have */
export function drawRadar({ name, title, groups, rows }: RadarScores): Figure | null {
  const shown = rows.filter(({ title }) => !isMajorityRow({ name: title })).slice(0, MOST_ROWS);
  const whole = groups.flatMap((group, index) =>
    shown.every(({ values }) => (values[index] ?? null) !== null) ? [{ group, index }] : [],
  );
  if (whole.length < 3 || whole.length > MOST_AXES || shown.length === 0) return null;
  const scale = niceScale(
    [0, ...shown.flatMap(({ values }) => whole.map(({ index }) => values[index] ?? 0))],
    3,
  );
  const place = (axis: number, share: number): readonly [number, number] => {
    const angle = (2 * Math.PI * axis) / whole.length - Math.PI / 2;
    const reach = SIZE.radius * share;
    return [SIZE.width / 2 + reach * Math.cos(angle), SIZE.centre + reach * Math.sin(angle)];
  };
  const ring = (share: (axis: number) => number): string =>
    whole
      .map((_, axis) =>
        place(axis, share(axis))
          .map((at) => at.toFixed(1))
          .join(','),
      )
      .join(' ');
  const lines = shown.map(
    ({ values }, row) =>
      markup`<polygon class="line ${seriesClass(row)}" points="${ring((axis) => placeOn(scale, values[whole[axis]?.index ?? 0] ?? 0))}" />`,
  );
  const top = 2 * SIZE.centre - 10;
  const legend = shown.map(({ title }, row) => {
    const y = top + row * LEGEND_ROW;
    return markup`<line x1="8" x2="30" y1="${y - 4}" y2="${y - 4}" class="line ${seriesClass(row)}" /><text class="label" x="38" y="${y}">${fitText(title, 300)}</text>`;
  });
  const left = shown.length < rows.filter(({ title: own }) => !isMajorityRow({ name: own })).length;
  return {
    name,
    title,
    caption: `${title}, in percent from 0 at the centre, mean over seeds; n = ${whole.map(({ group }) => `${group.samples} ${group.label}`).join(', ')}. No interval is drawn.${left ? ` The first ${MOST_ROWS} rows are shown.` : ''}`,
    width: SIZE.width,
    height: top + shown.length * LEGEND_ROW,
    body: markup`${rings(scale, ring)}${whole.map(({ group }, axis) => spoke(group.label, place(axis, 1), place(axis, 1.12)))}${lines}${ringTexts(scale)}${legend}`,
  };
}

function rings(scale: Scale, ring: (share: (axis: number) => number) => string): Markup[] {
  return scale.ticks
    .slice(1)
    .map((tick) => markup`<polygon class="grid" points="${ring(() => placeOn(scale, tick))}" />`);
}

function ringTexts(scale: Scale): Markup[] {
  return scale.ticks
    .slice(1)
    .map(
      (tick) =>
        markup`<text text-anchor="end" x="${SIZE.width / 2 - 3}" y="${(SIZE.centre - SIZE.radius * placeOn(scale, tick) + 12).toFixed(1)}">${Number(percent(tick))}</text>`,
    );
}

function spoke(
  label: string,
  [x, y]: readonly [number, number],
  [textX, textY]: readonly [number, number],
): Markup {
  const aside = textX - SIZE.width / 2;
  const anchor = Math.abs(aside) < 8 ? 'middle' : aside > 0 ? 'start' : 'end';
  const room = anchor === 'middle' ? 120 : anchor === 'start' ? SIZE.width - textX : textX;
  return markup`<line class="grid" x1="${SIZE.width / 2}" y1="${SIZE.centre}" x2="${x.toFixed(1)}" y2="${y.toFixed(1)}" /><text class="label" x="${textX.toFixed(1)}" y="${(textY + 4).toFixed(1)}" text-anchor="${anchor}">${fitText(label, room)}</text>`;
}
